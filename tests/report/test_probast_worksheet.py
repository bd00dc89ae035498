from __future__ import annotations

from collections import Counter

from predictor.report.probast_worksheet import probast


def test_development_asks_16_questions_and_evaluation_18(trained) -> None:
    questions = probast(trained.result)
    assert Counter((q.part, q.domain) for q in questions) == {
        ("development", 1): 3, ("development", 2): 4, ("development", 3): 4,
        ("development", 4): 5,
        ("evaluation", 1): 3, ("evaluation", 2): 4, ("evaluation", 3): 4, ("evaluation", 4): 7,
    }  # fmt: skip
    assert len({q.number for q in questions}) == 34


def test_evidence_is_there_for_every_question_and_no_answer(trained) -> None:
    for question in probast(trained.result):
        assert question.evidence
        first = question.evidence.split()[0].strip(".,")
        assert first not in {"Y", "PY", "PN", "N", "NI", "Yes"}, question.number


def test_what_software_can_check_it_says(trained) -> None:
    evidence = {q.number: q.evidence for q in probast(trained.result)}
    assert "known at T0" in evidence["D2.4"]
    assert "pain_t0 - pain_t2 >= 2" in evidence["D3.2"]
    assert "88 patients" in evidence["D4.1"]
    assert evidence["D1.1"] == "Not known to software."
    reported = "Reported: discrimination, calibration, net benefit."
    assert evidence["E4.7"] == f"{reported} In groups: none declared."
