"""Names of learners and studies that cannot be folders are refused before anything is trained."""

from __future__ import annotations

import pytest

from predictor.errors import StudyError
from predictor.study import load_study


def _with_learners(small, *names: str):
    text = small.config.read_text()
    begin, end = text.index("learners:\n"), text.index("validation:\n")
    learners = "".join(f"  {name!r}: {{learner: ridge}}\n" for name in names)
    small.config.write_text(f"{text[:begin]}learners:\n{learners}{text[end:]}")
    return small.config


@pytest.mark.parametrize(
    "name",
    ["report.json", "report.html", "record", "figures", "con", "CON", "nul.txt", "COM1", "..", ".",
     "models", "_", "x" * 300, "Report.JSON", "???"],
)  # fmt: skip
def test_a_learner_with_such_a_name_is_refused(small, name) -> None:
    with pytest.raises(StudyError, match=r"learners\..*name"):
        load_study(_with_learners(small, name))


@pytest.mark.parametrize(
    ("one", "other"), [("pain only", "pain_only"), ("Ridge", "ridge"), ("a/b", "a b")]
)
def test_learners_of_one_folder_are_refused(small, one, other) -> None:
    with pytest.raises(StudyError, match="used twice, as a folder"):
        load_study(_with_learners(small, one, other))


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\nb", "a\u202eb"])
def test_a_learner_with_a_control_character_is_refused(small, name) -> None:
    text = small.config.read_text().replace(
        "  pain only: {", f'  "{name.encode("unicode_escape").decode()}": {{'
    )
    small.config.write_text(text)
    with pytest.raises(StudyError, match="control character"):
        load_study(small.config)


@pytest.mark.parametrize("name", ["con", "NUL", "x" * 300, "a."])
def test_a_study_with_such_a_name_is_refused(small, name) -> None:
    small.change(("study: small", f"study: {name!r}"))
    with pytest.raises(StudyError, match=r"study: .*name"):
        load_study(small.config)


@pytest.mark.parametrize(
    "name", ["console", "ridge 2", "report", "a" * 100, "sklearn:x.Y", "pain [nrs]"]
)
def test_other_names_are_fine(small, name) -> None:
    assert load_study(_with_learners(small, name)).learners[0].name == name
