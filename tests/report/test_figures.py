from __future__ import annotations

import io
import json
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html import unescape

import pytest

from predictor import figures
from predictor.errors import PredictorError
from predictor.results import TrainingResult, Trajectories

THRESHOLDS = [t / 100 for t in range(1, 100)]
LONG = "temperature_phenotype=remission_some_features"


@pytest.fixture(scope="session")
def a_report(full_report):
    """Make a report of few learners, with a number for everything."""

    def make(learner: str = "ridge", outcome: str = "responder_t2") -> dict:
        share = 23 / 48
        treat_all = [share - (1 - share) * t / (1 - t) for t in THRESHOLDS]
        names = ["nrs_t0", "log_age", LONG]
        report = full_report()
        facts = report["learners"]["ridge"]
        curve = facts["decision_curve"]
        curve |= {
            "net_benefit": [max(0.45 - 0.5 * t, 0) for t in THRESHOLDS],
            "low": [0.3 - 0.5 * t for t in THRESHOLDS],
            "high": [0.6 - 0.4 * t for t in THRESHOLDS],
        }
        facts["parameters"] = 3
        facts["roc"] = {
            "false_positive_rate": [0.1, 0.3, 0.5, 0.7, 0.9],
            "sensitivity": [0.2, 0.5, 0.7, 0.9, 1.0],
            "low": [0.0, 0.2, 0.4, 0.6, 0.8],
            "high": [0.6, 0.8, 1.0, 1.0, 1.0],
        }
        facts["metrics"]["auroc"] |= {"low": 0.39, "high": 0.84, "apparent": 0.81}
        facts["importance"] = {
            name: {"mean_absolute": m, "low": m / 2, "high": 2 * m}
            for name, m in zip(names, [0.3, 0.5, 0.1], strict=True)
        }
        facts["calibration"] = {
            "groups": [
                {"predicted": p, "observed": p, "low": p / 2, "high": p / 2 + 0.5, "patients": 12}
                for p in (0.2, 0.4, 0.6, 0.8)
            ],
            "curve": {key: [0.2, 0.5, 0.8] for key in ("predicted", "observed", "low", "high")},
            "histogram": {"edges": [0, 0.4, 0.5, 1], "events": [3, 9, 11], "others": [12, 8, 5]},
            "note": None,
        }
        facts["stability"] |= {
            "by_probability": [
                {"probability": p, "low": p - 0.2, "median": p, "high": p + 0.2, "patients": 12}
                for p in (0.2, 0.4, 0.6, 0.8)
            ],
            "decision_curve": {key: curve[key] for key in ("threshold", "low", "high")},
            "importance_ranks": [
                {"covariate": name, "rank": k + 1, "low": 1, "high": 3}
                for k, name in enumerate(names)
            ],
        }
        facts["description"]["coefficients"] = [
            {
                "column": n, "covariate": n, "coefficient": b, "low": b - 0.5, "high": b + 0.5,
                "odds_ratio": math.exp(b), "per": "1 point",
            }
            for n, b in zip(names, [0.1, -0.7, 1.4], strict=True)
        ]  # fmt: skip
        prevalence = report["learners"]["prevalence"]
        prevalence["metrics"]["auroc"] |= {"estimate": 0.5, "low": 0.5, "high": 0.5}
        report["learners"] = {
            learner: facts,
            "pain only": {**facts, "comparator": True},
            "prevalence": prevalence,
        }
        report["decision_curve"] = {
            "threshold": THRESHOLDS, "treat_all": treat_all, "low": treat_all, "high": treat_all,
        }  # fmt: skip
        return report | {"outcome": outcome, "champion": learner, "subject": learner}

    return make


def every_figure(document: dict) -> dict[str, figures.Figure]:
    report = TrainingResult.from_json(document)
    drawn = figures.training_figures(TrainingResult.from_json(report))
    for learner in report.learners:
        of_it = figures.learner_figures(TrainingResult.from_json(report), learner)
        drawn |= {f"{learner}/{name}": figure for name, figure in of_it.items()}
    return drawn


@pytest.fixture(scope="module")
def drawn(a_report) -> dict[str, figures.Figure]:
    return every_figure(a_report())


def words(figure: figures.Figure) -> list[str]:
    """All texts that stand in a figure."""
    return re.findall(r"<!-- (.*?) -->", unescape(figure.svg))


def strangers(figure: figures.Figure) -> list[str]:
    """Texts that reach beyond the edge of the figure."""
    sheet = figure._drawn
    sheet.canvas.draw()
    edge = sheet.bbox
    drawn = set(re.findall(r"<!-- (.*?) -->", unescape(figure.svg)))
    texts = sheet.findobj(lambda each: hasattr(each, "get_text"))
    # ticks beyond the axis are there, but not drawn
    boxes = {
        t.get_text(): t.get_window_extent() for t in texts if drawn & {*t.get_text().split("\n")}
    }
    return [
        text
        for text, box in boxes.items()
        if box.x0 < edge.x0 or box.x1 > edge.x1 or box.y0 < edge.y0 or box.y1 > edge.y1
    ]


def test_each_learner_has_the_figures_it_has_numbers_for(drawn) -> None:
    of_a_model = {
        "calibration", "decision_curve", "instability", "decision_curve_instability", "importance",
        "coefficients", "roc",
    }  # fmt: skip
    assert set(drawn) == (
        {"flow", "comparison", "prevalence/decision_curve"}
        | {f"{learner}/{name}" for learner in ("ridge", "pain only") for name in of_a_model}
    )


def test_every_figure_is_small_and_whole_and_says_what_it_shows(drawn) -> None:
    for name, figure in drawn.items():
        root = ET.fromstring(figure.svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.get("aria-label") == figure.alt
        assert len(figure.svg) < 60_000, name
        assert figure.title in words(figure), name
        assert not strangers(figure), name


def test_the_number_of_patients_stands_in_every_figure(drawn) -> None:
    for name, figure in drawn.items():
        assert any("48" in text for text in words(figure)), name
    for name in set(drawn) - {"flow"}:
        assert any("48 patients, 23 with responder_t2" in t for t in words(drawn[name])), name


def test_every_figure_is_a_table_too(drawn) -> None:
    for figure in drawn.values():
        assert figure.table.rows
        assert {len(row) for row in figure.table.rows} == {len(figure.table.headings)}
        assert all(isinstance(cell, str) for row in figure.table.rows for cell in row)
        assert re.search(r"\d", figure.alt)


def test_a_figure_is_the_same_bytes_every_time_and_carries_no_date(drawn, a_report) -> None:
    again = every_figure(a_report())
    for name in ("ridge/calibration", "comparison"):
        assert again[name].svg == drawn[name].svg
        assert again[name].png(60) == drawn[name].png(60)
    assert "metadata" not in drawn["comparison"].svg


def test_figures_on_one_page_share_no_names(drawn) -> None:
    seen: set[str] = set()
    for figure in drawn.values():
        ids = set(re.findall(r'\bid="([^"]+)"', figure.svg))
        assert not ids & seen
        used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', figure.svg))
        assert {a or b for a, b in used} <= ids
        seen |= ids


def test_a_picture_has_300_dots_per_inch(drawn) -> None:
    from PIL import Image

    image = Image.open(io.BytesIO(drawn["comparison"].png()))
    assert image.format == "PNG"
    assert image.size[0] == pytest.approx(6.6 * 300, abs=1)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_settings_of_the_user_change_no_figure_and_stay_as_they_were(a_report) -> None:
    import matplotlib as mpl

    plain = figures.comparison(TrainingResult.from_json(a_report())).svg
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "none"}):
        assert figures.comparison(TrainingResult.from_json(a_report())).svg == plain
        assert mpl.rcParams["font.size"] == 30


def test_long_names_and_values_that_are_not_defined_stay_inside(a_report) -> None:
    learner = "my tuned ridge with splines and everything_that_I_could_find"
    report = a_report(learner, outcome="a_response_that_has_a_very_long_name_at_week_twelve")
    facts = report["learners"][learner]
    facts["metrics"]["auroc"] = dict.fromkeys(facts["metrics"]["auroc"])
    report["learners"]["pain only"]["metrics"] = {
        "auroc": dict.fromkeys(facts["metrics"]["auroc"]) | {"estimate": 0.5, "apparent": 0.6}
    }
    facts["importance"] = {
        f"{LONG}_{k}": {"mean_absolute": 1 / (k + 1), "low": 0.1, "high": 4000.0} for k in range(25)
    }
    facts["stability"]["importance_ranks"] = []
    extremes = [(8000, -90, 9000), (-12, -40, None), (None, None, None), (0, 0, 0)]
    facts["description"]["coefficients"] = [
        {
            "column": f"{LONG}_{k}", "covariate": LONG, "coefficient": b, "low": low, "high": high,
            "odds_ratio": None, "per": "10 mg/day",
        }
        for k, (b, low, high) in enumerate(extremes * 6)
    ]  # fmt: skip
    facts["calibration"]["curve"] = None
    facts["calibration"]["note"] = "no smooth curve: it needs 100 events and 100 patients without"
    for key in ("net_benefit", "low", "high"):
        facts["decision_curve"][key] = [None] * 99
    drawn = figures.training_figures(TrainingResult.from_json(report)) | figures.learner_figures(
        TrainingResult.from_json(report), learner
    )
    assert len(drawn) == 9
    for name, figure in drawn.items():
        assert not strangers(figure), name
    assert "not estimable" in words(drawn["comparison"])
    assert "0.50 (no interval)" in words(drawn["comparison"])
    assert "the first 20 of 25 covariates" in " ".join(words(drawn["importance"]))
    assert len(drawn["importance"].table.rows) == 25
    assert "> 1000 (< 0.001 to > 1000)" in words(drawn["coefficients"])


def test_letters_that_the_font_lacks_and_markup_do_no_harm(a_report) -> None:
    figure = figures.comparison(
        TrainingResult.from_json(a_report("<b>疼痛</b> & $x$", outcome="反応"))
    )
    ET.fromstring(figure.svg)
    assert "<b>" not in figure.svg
    assert figure.png(40)
    assert "疼痛" in figure.alt


def test_the_interval_of_a_learner_is_drawn_where_it_is(drawn) -> None:
    (axes,) = drawn["comparison"]._drawn.axes
    spans = [c.get_segments()[0][:, 0].tolist() for c in axes.collections]
    assert spans == [[0.39, 0.84], [0.39, 0.84], [0.5, 0.5]]
    names = [text.get_text() for text in axes.texts if text.get_ha() == "right"]
    assert names == ["ridge", "pain only", "prevalence"]


def test_covariates_are_ordered_by_importance_and_their_ranks_stand_beside(drawn) -> None:
    figure = drawn["ridge/importance"]
    assert [row[0] for row in figure.table.rows] == ["log_age", "nrs_t0", LONG]
    assert figure.table.rows[0][1:] == ("0.50 (0.25 to 1.00)", "2 (1 to 3)")


def test_replicates_that_ran_away_do_not_flatten_the_bars(a_report) -> None:
    report = a_report()
    report["learners"]["ridge"]["importance"] = {
        "a": {"mean_absolute": 1.0, "low": 0.5, "high": 4000.0},
        "b": {"mean_absolute": 0.5, "low": 0.1, "high": 0.9},
    }
    (axes,) = figures.importance(TrainingResult.from_json(report), "ridge")._drawn.axes
    assert axes.get_xlim()[1] == pytest.approx(10.5)
    (arrows,) = [line for line in axes.lines if line.get_marker() == ">"]
    assert len(arrows.get_xdata()) == 1


def test_a_covariate_that_is_nothing_is_drawn(a_report) -> None:
    report = a_report()
    report["learners"]["ridge"]["importance"] = {
        "a": {"mean_absolute": 0.0, "low": 0.0, "high": 0.0}
    }
    assert figures.importance(TrainingResult.from_json(report), "ridge").svg


def test_odds_ratios_are_powers_of_e_on_an_axis_of_ratios(drawn) -> None:
    figure = drawn["ridge/coefficients"]
    (axes,) = figure._drawn.axes
    assert axes.get_xscale() == "log"
    assert figure.table.rows[1] == ("log_age", "1 point", "0.50 (0.30 to 0.82)", "−0.700")


def test_a_roc_curve_has_its_band_and_its_numbers(drawn) -> None:
    figure = drawn["ridge/roc"]
    assert "95 % interval at each rate" in words(figure)
    assert figure.table.rows[1] == ("30 %", "50 % (20 % to 80 %)")
    assert "AUROC 0.62 (0.39 to 0.84)" in figure.alt


def test_covariates_have_the_words_of_the_dictionary_and_their_names(full_report) -> None:
    report = full_report()
    name = report["covariates"][0]["name"]
    report["covariates"][0] |= {"meaning": "average pain before", "unit": "NRS"}
    report["learners"]["ridge"]["parameters"] = 3
    report["learners"]["ridge"]["importance"] = {
        name: {"mean_absolute": 0.3, "low": 0.1, "high": 0.5}
    }
    report["learners"]["ridge"]["description"]["coefficients"] = [
        {"column": name, "covariate": name, "coefficient": 0.1, "low": 0.0, "high": 0.2,
         "odds_ratio": 1.22, "per": "2 NRS (interquartile range)", "step": 2.0},
    ]  # fmt: skip
    found = TrainingResult.from_json(report)
    bars = figures.importance(found, "ridge")
    ratios = figures.coefficients(found, "ridge")
    for figure in (bars, ratios):
        assert {"average pain before", name} <= set(words(figure))
        assert figure.table.rows[0][0] == f"average pain before ({name})"
    assert "per 2 NRS (IQR)" in words(ratios)
    assert ratios.table.rows[0][2] == "1.22 (1.00 to 1.49)"


def test_a_decision_curve_stands_against_treating_all_none_and_the_comparators(drawn) -> None:
    figure = drawn["ridge/decision_curve"]
    assert figure.table.headings == (
        "threshold", "ridge (95 % interval)", "pain only", "treat all", "treat none",
    )  # fmt: skip
    assert figure.table.rows[2] == ("30 %", "0.30 (0.15 to 0.48)", "0.30", "0.26", "0.00")
    (axes,) = figure._drawn.axes
    assert axes.get_xlim() == (0, 0.95)
    # treat-all falls to -51; the differences stay readable
    assert axes.get_ylim()[0] > -0.2


def test_probabilities_that_do_not_differ_have_no_calibration_and_no_instability(a_report) -> None:
    report = a_report()
    assert figures.calibration(TrainingResult.from_json(report), "prevalence") is None
    assert figures.instability(TrainingResult.from_json(report), "prevalence") is None


@pytest.mark.parametrize(("low", "bands"), [([None, 0.4, None], 1), ([None] * 3, 0)])
def test_a_calibration_curve_is_drawn_with_the_band_there_is(low, bands, a_report) -> None:
    report = a_report()
    report["learners"]["ridge"]["calibration"]["curve"] |= {"low": low, "high": low}
    figure = figures.calibration(TrainingResult.from_json(report), "ridge")
    texts = words(figure)
    assert texts.count("95 % interval") == bands
    assert "smooth curve" in texts


@pytest.mark.parametrize(("times", "shown"), [(100, True), (10_000, False)])
def test_an_odds_ratio_stands_on_the_axis_as_far_as_that_can_hold_it(
    times, shown, a_report
) -> None:
    report = a_report()
    (_, _, row) = report["learners"]["ridge"]["description"]["coefficients"]
    row |= {"coefficient": math.log(times), "low": 0.0, "high": 20.0}
    (axes,) = figures.coefficients(TrainingResult.from_json(report), "ridge")._drawn.axes
    assert (axes.get_xlim()[1] > times) == shown


def test_a_score_of_which_no_counts_are_told_has_no_key_for_them() -> None:
    points = [{"time": t, "n": 30, "median": 6, "q1": 5, "q3": 7, "counts": {}} for t in ("A", "B")]
    data = {"score": "NRS", "unit": None, "range": [0, 10], "points": points}
    key = "patients with this value (area)"
    assert key not in words(figures.trajectories(Trajectories.from_json(data)))
    points[0]["counts"] = {"6": 20}
    assert key in words(figures.trajectories(Trajectories.from_json(data)))


def test_a_report_is_loaded_and_drawn_again_without_the_patients(tmp_path, a_report) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(a_report()), encoding="utf-8")
    assert figures.flow(figures.load(path).data).table.rows[0] == ("rows of the table", "50")
    path.write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(PredictorError, match="is not a report of"):
        figures.load(path)
    with pytest.raises(PredictorError, match=r"has no nowhere\.json"):
        figures.load(tmp_path / "nowhere.json")


def test_drawing_needs_no_pyplot_and_naming_a_figure_no_matplotlib() -> None:
    code = """
import sys
from predictor import figures
from predictor.results import Flow
figure = figures.flow(Flow(rows=9, exclusions=(), eligible=9, unlabelled=0, labelled=9, events=4,
                           fingerprint=""))
assert "matplotlib" not in sys.modules
figure.png(50), figure.svg
assert "matplotlib.pyplot" not in sys.modules
assert "shap" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_training_leaves_every_figure_as_vectors(trained) -> None:
    folder = trained.study.folder / "reports/small/latest"
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("figures/*")}
    # the only picture, the beeswarm, shows patients
    assert not [name for name in left if not name.endswith(".svg")]
    assert {"figures/comparison.svg", "figures/flow.svg"} <= left
    for learner in ("pain_only", "logistic", "ridge", "lightgbm"):
        for name in ("calibration", "decision_curve", "instability", "importance"):
            assert f"{learner}/figures/{name}.svg" in left
    assert not [path for path in left if path.startswith("prevalence/")]


def test_those_the_others_have_to_beat_are_in_tables_and_in_the_figures_of_others(a_report) -> None:
    report = a_report()
    together, each = figures.report_figures(TrainingResult.from_json(report))
    assert set(together) == {"flow", "comparison"}
    assert set(report["learners"]) - set(each) == {"prevalence", "pain only"}
