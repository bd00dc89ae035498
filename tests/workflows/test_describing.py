from __future__ import annotations

import json
from pathlib import Path

import pytest

from predictor.errors import DataError, PredictorError, StudyError
from predictor.report.figures import Figure
from predictor.workflows import describe

WRITTEN = {
    "describe.json", "describe.md", "figures/clusters.png", "figures/clusters.svg",
    "figures/flow.png", "figures/flow.svg",
    "figures/missing.png", "figures/missing.svg", "figures/trajectories.png",
    "figures/trajectories.svg", "tables/by_group.csv", "tables/changes.csv",
    "tables/characteristics.csv", "tables/definitions.csv", "tables/flow.csv", "tables/means.csv",
    "tables/missing.csv", "tables/missing_together.csv", "tables/redundancy.csv",
    "tables/responders.csv", "tables/score.csv",
}  # fmt: skip


@pytest.fixture(scope="module")
def described(tmp_path_factory, make_study):
    """The small study, described for sharing and with individual patients."""
    study = make_study(tmp_path_factory.mktemp("described") / "work")
    study.change(
        ("  alternatives:\n", "  score: {T0: pain_t0, T2: pain_t2}\n  alternatives:\n"),
        ("seed: 5", "published: {responders at T2: 34 of 88, source: nowhere}\nseed: 5"),
    )
    out = study.folder / "out"
    found = describe(study.config, study.data, out, by="sex")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "png", lambda _: b"")  # the slowest part, and done once above
        each = describe(study.config, study.data, study.folder / "each", individual=True)
    return study, out, found, each


def texts(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".png"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_data_page_tables_and_figures_are_written(described) -> None:
    _, out, found, _ = described
    written = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert written == WRITTEN | {"tables/published.csv"}
    assert json.loads((out / "describe.json").read_text()) == found.to_json()


def test_no_identifier_note_or_value_is_in_what_is_shared(described) -> None:
    study, out, _, _ = described
    shared = texts(out)
    # a median may be a patient's own value; identifiers, notes and all others may not be there
    found = {secret for secret in study.secrets() if secret in shared}
    quartiles = json.loads((out / "describe.json").read_text())
    known = json.dumps([quartiles["characteristics"], quartiles["trajectories"]])
    assert {secret for secret in found if secret not in known} == set()
    assert not any(secret.startswith("QZ") for secret in found)
    assert str(study.folder) not in shared


def test_individual_figures_are_drawn_only_when_asked_for(described) -> None:
    study, out, found, each = described
    assert (found.individual, each.individual) == (False, True)
    assert "personal data" in (study.folder / "each" / "describe.md").read_text()
    shared = (out / "figures" / "trajectories.svg").read_text()
    open_to_see = (study.folder / "each" / "figures" / "trajectories.svg").read_text()
    assert len(open_to_see) > len(shared) + 90 * 50  # a line for each of 90 patients


def test_published_figures_stand_beside_ours(described) -> None:
    _, out, found, _ = described
    (row,) = found.published.rows
    assert row.name == "responders at T2"
    assert row.found.startswith(row.published)
    assert "| responders at T2 | 34 of 88 |" in (out / "describe.md").read_text()


def test_too_few_patients_for_a_model_can_still_be_described(small, monkeypatch) -> None:
    monkeypatch.setattr(Figure, "png", lambda _: b"")
    small.table(small.rows[2:8])
    found = describe(small.config, small.data, small.folder / "out")
    assert found.data.labelled == 6


@pytest.mark.parametrize(
    ("by", "message"), [("age_years", "not a category or flag"), ("nothing", "it has sex, limb")]
)
def test_groups_are_those_of_a_category_or_flag(small, by, message) -> None:
    with pytest.raises(StudyError, match=message):
        describe(small.config, small.data, small.folder / "out", by=by)
    assert not (small.folder / "out").exists()


def test_a_refused_table_leaves_what_was_there(small) -> None:
    out = small.folder / "out"
    describe(small.config, small.data, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    small.table([{**small.rows[2], "pain_t0": 11}])
    with pytest.raises(DataError):
        describe(small.config, small.data, out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_failure_while_writing_leaves_nothing(small, monkeypatch) -> None:
    monkeypatch.setattr(Figure, "png", lambda _: b"")
    written = []

    def fail(path: Path, content: bytes) -> None:
        written.append(path)
        if len(written) == 3:
            raise OSError(28, "No space left on device", str(path))
        path.write_bytes(content)

    monkeypatch.setattr("predictor.disk.replace.write_bytes", fail)
    with pytest.raises(OSError, match="No space left"):
        describe(small.config, small.data, small.folder / "out")
    assert not (small.folder / "out").exists()


def test_a_place_that_cannot_be_written_is_refused(small) -> None:
    (small.folder / "file").write_text("in the way")
    with pytest.raises(PredictorError, match="not a directory"):
        describe(small.config, small.data, small.folder / "file" / "out")
