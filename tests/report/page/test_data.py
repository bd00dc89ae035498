from __future__ import annotations

from typing import get_args

from predictor.report.page import Table
from predictor.report.page import page_data as page_of
from predictor.report.page.blocks import (
    Code,
    Fold,
    Gallery,
    Group,
    Missing,
    Picture,
    Points,
    Text,
)
from predictor.results import TrainingResult, VerdictLevel

ORDER = [
    "verdict-in-full", "patients", "question", "association", "performance", "calibration",
    "decision-curve", "stability", "explanation", "audits", "sample-size", "model", "use",
    "methods", "provenance", "tripod", "probast",
]  # fmt: skip


def page_data(report, pictures=(), **further):
    return page_of(TrainingResult.from_json(report), pictures, **further)


def blocks_of(section) -> list:
    """All blocks of a section, those inside others too."""
    found = []

    def walk(blocks) -> None:
        for block in blocks:
            found.append(block)
            walk(getattr(block, "blocks", ()))
            walk(getattr(block, "pictures", ()))

    walk(section.blocks)
    return found


def section(page, key):
    return next(s for s in page.sections if s.key == key)


def tables(page, key) -> list[Table]:
    return [block for block in blocks_of(section(page, key)) if isinstance(block, Table)]


def words(page, key) -> str:
    return " ".join(b.text for b in blocks_of(section(page, key)) if isinstance(b, Text))


def test_sections_stand_in_their_order(report) -> None:
    assert [s.key for s in page_data(report).sections] == ORDER


def test_the_verdict_says_where_on_the_scale_it_stands(report) -> None:
    verdict = page_data(report).verdict
    assert (verdict.level, verdict.headline) == ("exploratory", "Exploratory only")
    levels = [level for level, _ in verdict.scale]
    assert levels == ["nothing", "something", "exploratory", "worth", "ready"]
    assert verdict.sentences == report["verdict"]


def test_every_level_has_its_place_on_the_scale(report) -> None:
    seen = []
    for level in get_args(VerdictLevel):
        report["verdict_level"] = level
        verdict = page_data(report).verdict
        assert verdict.headline.lower() == level
        seen.append(verdict.level)
    assert seen == [level for level, _ in page_data(report).verdict.scale]


def test_each_p_stands_beside_the_outcome_it_speaks_of(report) -> None:
    test, power, expected = tables(page_data(report), "association")
    assert test.rows == [
        ["responder_t2", "0.021"],
        ["how much of responder_t2 a patient shows", "0.200"],
        ["all of them as one test", "0.030"],
    ]
    assert power.rows == [["0.60", "11 %"], ["0.70", "37 %"]]
    assert expected.rows[1] == ["smp_status=smp", "more of the event"]
    said = words(page_data(report), "association")
    assert "999 permutations of the outcomes of all patients" in said
    assert "above 0.05 is not evidence of nothing" in said


def test_a_test_of_the_label_alone_is_not_said_to_be_several(report) -> None:
    test = report["global_test"]
    test |= {"members": test["members"][:1], "permutations": 0, "power": []}
    report["expected"] = None
    (table,) = tables(page_data(report), "association")
    assert table.rows == [["responder_t2", "0.021"]]
    said = words(page_data(report), "association")
    assert "the limit of all permutations" in said
    assert "as one test" not in said


def test_a_training_from_before_the_test_says_so(report) -> None:
    report["global_test"] = report["expected"] = None
    (block,) = blocks_of(section(page_data(report), "association"))
    assert isinstance(block, Missing)


def test_numbers_in_front_are_of_a_learner_with_covariates(report) -> None:
    facts = page_data(report).verdict.facts
    assert facts[0] == ("AUROC of ridge", "0.62", "95 % interval 0.42 to 0.82; 0.5 is chance")
    assert facts[3][1:] == (
        "834",
        "for 12 parameters of ridge and an AUROC of 0.70 (assumed, because none was shown)",
    )
    assert facts[4][:2] == ("Champion", "prevalence")
    assert "the numbers here are of ridge: the highest AUROC" in facts[4][2]
    report["champion"] = report["subject"] = "lightgbm"
    facts = page_data(report).verdict.facts
    assert facts[0][0] == "AUROC of lightgbm"
    assert "Champion" not in [label for label, *_ in facts]


def test_beside_the_auroc_stands_that_with_the_choice_counted_in(report) -> None:
    report["repeated_choice"] = {
        "estimate": 0.58, "low": 0.38, "high": 0.78, "optimism": 0.04,
        "chosen": {"pain only": 0.2, "ridge": 0.5, "lightgbm": 0.3}, "note": None,
    }  # fmt: skip
    page = page_data(report)
    assert page.verdict.facts[1] == (
        "AUROC of the best of 3",
        "0.58",
        "95 % interval 0.38 to 0.78; with the choice among the learners counted in",
    )
    assert (
        "AUROC with the choice among 3 learners counted in: 0.58 (0.38 to 0.78). Of ridge alone: "
        "0.62 (0.42 to 0.82); it was the one in 50 % of resampled cohorts."
    ) in words(page, "performance")
    report["repeated_choice"] |= {"estimate": None, "low": None, "high": None, "note": "so it is"}
    page = page_data(report)
    assert not any("best of" in label for label, *_ in page.verdict.facts)
    assert "choice among learners counted in: none, as so it is." in words(page, "performance")


def test_numbers_in_front_are_of_the_learner_that_the_verdict_is_about(report) -> None:
    report["subject"] = "pain only"  # a comparator, and not the champion
    facts = page_data(report).verdict.facts
    assert facts[0][0] == "AUROC of pain only"
    (opened,) = [b for b in section(page_data(report), "model").blocks if isinstance(b, Group)]
    assert opened.title == "pain only"


def test_without_a_learner_that_tells_patients_apart_there_is_no_auroc_in_front(report) -> None:
    report["subject"] = report["sample_size"]["learner"] = None
    labels = [label for label, *_ in page_data(report).verdict.facts]
    assert labels == ["Patients", "Patients needed"]


def test_every_row_of_every_table_fits_its_columns(report, pictures) -> None:
    page = page_data(report, pictures)
    seen = 0
    for each in page.sections:
        for block in blocks_of(each):
            table = block.table if isinstance(block, Picture) else block
            if isinstance(table, Table):
                seen += 1
                assert table.caption
                for row in table.rows:
                    assert len(row) == len(table.columns), table.caption
                    assert all(isinstance(text, str) for text in row)
    assert seen > 30


def test_a_full_report_lacks_nothing(report, pictures) -> None:
    page = page_data(report, pictures)
    missing = [b.what for s in page.sections for b in blocks_of(s) if isinstance(b, Missing)]
    assert missing == []


def test_every_figure_has_its_numbers(report, pictures) -> None:
    page = page_data(report, pictures)
    shown = [b for s in page.sections for b in blocks_of(s) if isinstance(b, Picture)]
    assert len(shown) == len(pictures)
    for picture in shown:
        assert picture.alt
        assert picture.table is not None or picture.topic == "shap_beeswarm"


def test_figures_stand_in_the_order_of_the_study(report, pictures) -> None:
    page = page_data(report, pictures[::-1])
    (shown,) = [b for b in section(page, "calibration").blocks if isinstance(b, Gallery)]
    assert [p.learner for p in shown.pictures] == ["pain only", "ridge", "lightgbm"]


def test_a_landmark_model_says_that_it_predicts_at_another_time(report) -> None:
    assert "landmark" not in words(page_data(report), "question")
    report["predict_at"] = "T1"
    said = words(page_data(report), "question")
    assert "landmark model" in said
    assert "T1 (end of the infusion, day 7)" in said
    assert "T0 (before the infusion)" in said


def test_differences_say_whether_they_are_within_noise(report) -> None:
    table = next(t for t in tables(page_data(report), "performance") if "paired" in t.caption)
    assert [row[-1] for row in table.rows] == ["within noise", "beyond noise"]


def test_a_measure_without_value_shows_its_reason(report) -> None:
    table = next(t for t in tables(page_data(report), "performance") if t.caption.startswith("ri"))
    slope = next(row for row in table.rows if row[0] == "Calibration slope")
    assert slope[1:3] == ["–", "–"]
    assert slope[-1].startswith("not estimable")


def test_a_net_benefit_without_an_interval_says_why_beside_its_table_and_curve(report) -> None:
    row = report["learners"]["ridge"]["metrics"]["net_benefit@0.7"]
    row |= {"low": None, "high": None, "note": "no interval: its own is 0"}
    report["learners"]["ridge"]["decision_curve"]["note"] = "no interval at some thresholds"
    found = blocks_of(section(page_data(report), "decision-curve"))
    (points,) = [block for block in found if isinstance(block, Points)]
    assert points.items == [
        "ridge: no interval at some thresholds",
        "ridge: at 70 %: no interval: its own is 0",
    ]


def test_audits_with_issues_come_first(report) -> None:
    loud, quiet = tables(page_data(report), "audits")
    assert [row[1] for row in loud.rows] == ["issue"]
    assert [row[1] for row in quiet.rows] == ["passed"]


def test_config_and_sql_stand_at_the_end(report) -> None:
    codes = [b for b in blocks_of(section(page_data(report), "provenance")) if isinstance(b, Code)]
    assert [code.text for code in codes] == [report["config"], report["sql"]]


def test_a_figure_with_a_point_per_patient_comes_with_a_warning(report, pictures) -> None:
    said = words(page_data(report, pictures), "explanation")
    assert "before sharing" in said
    assert "before sharing" not in words(page_data(report), "explanation")


def test_the_model_in_question_is_open_and_the_others_are_folded(report) -> None:
    blocks = section(page_data(report), "model").blocks
    assert [b.title for b in blocks if isinstance(b, Group)] == ["ridge"]
    assert [b.title for b in blocks if isinstance(b, Fold)] == [
        "The model of prevalence", "The model of pain only", "The model of lightgbm",
    ]  # fmt: skip


def test_a_report_without_learners_with_covariates_is_a_page_too(report, pictures) -> None:
    report["learners"] = {"prevalence": report["learners"]["prevalence"]}
    report["subject"] = None
    page = page_data(report, pictures)
    assert [label for label, *_ in page.verdict.facts] == ["Patients", "Patients needed"]
