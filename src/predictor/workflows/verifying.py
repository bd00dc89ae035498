"""``predictor verify``: a training repeated, and every number of it compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from predictor.disclosure import SMALL, WITHHELD
from predictor.disk import LATEST, parse_json, read_plain
from predictor.errors import ModelError, PredictorError
from predictor.processes import Elsewhere
from predictor.results import ChangedInput, ChangedNumber, Verification, read_training
from predictor.results.places import Leaf, leaves
from predictor.results.verification import ABSENT
from predictor.saved import read_model
from predictor.saved.comparison import comparable
from predictor.saved.files import models_in, read_files
from predictor.saved.model import FORMAT, MODEL
from predictor.saved.write import model_files
from predictor.study import LearnerSpec, Study, load_study, parse_study
from predictor.tracking import MLflowTracker, Tracker
from predictor.validation import threads
from predictor.workflows import provenance
from predictor.workflows.delivery import saved_model
from predictor.workflows.fitted import Progress, silent
from predictor.workflows.inputs import (
    Document,
    changed_study,
    changed_table,
    changed_text,
    changed_versions,
)
from predictor.workflows.judged import judge
from predictor.workflows.planned import plan
from predictor.workflows.prepared import prepare
from predictor.workflows.record import RECORD, changed_in_record, place
from predictor.workflows.reporting import REPORT, report_folder
from predictor.workflows.training import fit_and_estimate, steps_of

_LARGEST = 2**21  # bytes of a stored study file or its SQL
_BY_PART = (
    "was trained by part, and is repeated in one memory here, which draws other samples; train "
    "again with --by-part, and compare both (`predictor compare`)"
)


@dataclass(frozen=True, repr=False)
class _Stored:
    """What a training left behind.

    Attributes
    ----------
    kind
        All of a training, or one model.
    study
        Its study, with the learners that were trained; a file of resamples is known by name.
    document
        What was found: a `TrainingResult`, or what is `comparable` of a model.
    seed, versions
        As they are said beside the study.
    changed
        What is not as the training wrote it.
    """

    kind: Literal["training", "model"]
    study: Study
    document: Document
    seed: object
    versions: Document
    changed: tuple[ChangedInput, ...] = ()

    @property
    def of_table(self) -> Document:
        """The part of the document that says what the table was like."""
        return self.document if self.kind == "training" else self.document["performance"]


def verify(
    source: Path | str,
    data: Path | str,
    *,
    config: Path | str | None = None,
    resamples: Path | str | None = None,
    jobs: int = -1,
    elsewhere: Elsewhere | None = None,
    progress: Progress = silent,
    tracker: Tracker | None = None,
) -> Verification:
    """Repeat a training from what it left behind, and compare every number; nothing is written.

    Parameters
    ----------
    source
        A folder with a ``report.json``, that file itself, or the id of a run (of a training or of
        one of its learners): all learners are trained again. Or a saved model's directory, or a
        model of the tracker as ``models:/<study>@champion``: its learner is trained again.
    data
        The table of patients.
    config
        A study file to train by, in place of the stored study; what differs between them is named.
    resamples
        The file of resamples, where the study names one: it is not stored.
    jobs
        Replicates fitted at the same time, by threads; -1 for all processors.
    elsewhere
        Where they are fitted instead, for example on a `predictor.cluster.Cluster`; nothing that is
        found depends on it.
    progress
        Called before each step with a few words and the share of steps that are done.
    tracker
        Where runs and models are that are no folders; MLflow if None.

    Returns
    -------
    Verification
        Whether every number came out again; if not, which did not, and what differs in what went
        in.

    Raises
    ------
    PredictorError
        If there is nothing of a training there, it is damaged, or the study or the table is
        refused.
    """
    tracker = MLflowTracker() if tracker is None else tracker
    progress("reading", 0.0)
    stored = _stored(str(source), tracker)
    study = stored.study if config is None else _with_learners_of(stored.study, load_study(config))
    planned = plan(prepare(_with_resamples(study, resamples, stored=config is None), data))
    executor, steps = threads(jobs) if elsewhere is None else elsewhere, steps_of(planned)
    estimated = fit_and_estimate(planned, executor, progress)
    found: Document
    if stored.kind == "training":
        progress("judging", 1 - 2 / steps)
        found = judge(estimated, executor).result.to_json()
    else:
        (name,) = estimated.learners
        files = model_files(saved_model(estimated, name), card="")
        found = comparable(parse_json(files[MODEL]), files)
    progress("comparing", 1 - 1 / steps)
    # with what a prior was read from, and the file of resamples by the name it was stored under
    study = study.model_copy(update={"learners": planned.prepared.study.learners})
    now = _Stored(stored.kind, study, found, study.seed, provenance.versions())
    patients = planned.prepared.labelled.flow.labelled
    inputs = (
        *stored.changed,
        *changed_table(stored.of_table, now.of_table),
        *changed_study(stored.study, study, patients),
        *_changed_seed(stored.seed, study.seed),
        *changed_versions(stored.versions, now.versions),
    )
    expected, came = (leaves(_lasting(each)) for each in (stored, now))
    numbers = _changed_numbers(expected, came)
    return Verification(
        source=str(source),
        kind=stored.kind,
        study=stored.study.study,
        learners=tuple(estimated.learners),
        same=not numbers and all(each.innocent for each in inputs),
        compared=len({**expected, **came}),
        inputs=inputs,
        numbers=numbers,
    )


def _stored(source: str, tracker: Tracker) -> _Stored:
    if source.startswith("models:"):
        return _of_model(tracker.fetch_model(source))
    path = Path(source)
    if (path / MODEL).exists():
        return _of_model(path)
    if path.is_dir() and not (path / REPORT).exists():
        reports = {each.parent for each in path.glob(f"*/{REPORT}")}
        reports |= {each.parent for each in path.glob(f"*/{LATEST}/{REPORT}")}
        inside = sorted([*map(str, reports), *(str(path / name) for name in models_in(path))])
        known = f"; there is {', '.join(inside)}" if inside else ""
        raise PredictorError(
            f"{source}: holds neither a {REPORT} nor a saved model; name a folder that `predictor "
            f"train` wrote{known}"
        )
    folder = report_folder(source, tracker)
    return _of_report(folder, fetched=not path.exists())


def _of_report(folder: Path, *, fetched: bool) -> _Stored:
    result = read_training(folder / REPORT)
    if result.by_part is not None:
        raise PredictorError(f"{folder / REPORT}: {_BY_PART}")
    study = parse_study(
        result.config,
        file=f"the study in {folder / REPORT}",
        pipeline=result.sql if result.pipeline_given else None,
    )
    changed = []
    if (folder / RECORD).exists():
        changed += [
            ChangedInput(what="file", name=name, stored=None, now=None, lines=())
            for name in changed_in_record(folder)
        ]
    for name, said in (("study.yaml", result.config), ("covariates.sql", result.sql)):
        where = name if fetched else place(name)
        text = _text(folder / where)
        if text is not None and text != said:
            changed.append(changed_text("copy", where, said, text))
    return _Stored(
        "training", study, result.to_json(), result.seed, result.versions, tuple(changed)
    )


def _of_model(directory: Path) -> _Stored:
    model = read_model(directory)
    description, files = read_files(directory)
    if description["format"] != FORMAT:
        raise ModelError(
            f"{directory}: is a model of format {description['format']}, which holds too little to "
            "be trained again and compared; train it again"
        )
    if "updates" in model.provenance:
        raise ModelError(
            f"{directory}: is an update of another model, and not trained by itself; update that "
            f"one again (`predictor update`) and compare the two cards"
        )
    if provenance.PARTS in model.provenance:
        raise ModelError(f"{directory}: {_BY_PART}")
    versions = model.provenance.get("versions")
    return _Stored(
        "model",
        model.study,
        comparable(description, files),
        model.provenance.get("seed"),
        versions if isinstance(versions, Mapping) else {},
    )


def _text(path: Path) -> str | None:
    try:
        return read_plain(path, limit=_LARGEST).decode(errors="backslashreplace")
    except OSError:
        return None  # gone, which the record tells


def _with_learners_of(stored: Study, study: Study) -> Study:
    """A study with the learners that were trained: its own, and those of the package by itself."""
    names = [spec.name for spec in stored.learners]
    own = {spec.name: spec for spec in study.learners if spec.name in names}
    bare = {
        spec.name: spec
        for spec in stored.learners
        if spec.name not in own and spec == LearnerSpec(name=spec.name, learner=spec.name)
    }
    found = {**own, **bare}
    if not found:
        raise PredictorError(
            f"{study.file}: has none of the learners that were trained ({', '.join(names)}); leave "
            "out --config to repeat the training from what is stored"
        )
    if [name for name in names if name in own] == list(own):
        found = {name: found[name] for name in names if name in found}
    return study.model_copy(update={"learners": tuple(found.values())})


def _with_resamples(study: Study, file: Path | str | None, *, stored: bool) -> Study:
    """A study with the file of resamples where it is; of a stored one only its name is known."""
    bootstrap = study.validation.bootstrap
    if bootstrap.resamples is None and file is not None:
        raise PredictorError(
            f"{file}: {study.file} draws its bootstrap samples itself; leave out --resamples"
        )
    if file is None:
        if stored and bootstrap.resamples is not None:
            raise PredictorError(
                f"{study.file}: the bootstrap samples came from the file {bootstrap.resamples}, "
                "which is not stored; say where it is (--resamples FILE)"
            )
        return study
    named = bootstrap.model_copy(update={"resamples": str(file)})
    validation = study.validation.model_copy(update={"bootstrap": named})
    return study.model_copy(update={"validation": validation})


def _changed_seed(stored: object, now: int) -> list[ChangedInput]:
    if stored == now:
        return []
    return [ChangedInput(what="seed", name="seed", stored=str(stored), now=str(now), lines=())]


# what is told of the inputs elsewhere, or is another one each time
_NOT_COMPARED = ("config", "sql", "seed", "versions", "time")


def _lasting(stored: _Stored) -> Any:
    """A document without what differs between two trainings of the same, or is no finding."""
    document = {k: v for k, v in stored.document.items() if k not in _NOT_COMPARED}
    if stored.kind == "model":
        document["performance"] = _untimed(document["performance"])
        return document
    learners = document["learners"]
    document["learners"] = {name: _untimed(learner) for name, learner in learners.items()}
    if document.get("expected"):
        # since when they are known depends on which reports lie here
        document["expected"] = {k: v for k, v in document["expected"].items() if k != "since"}
    return _untimed(document)


def _untimed(document: Document) -> Document:
    rest = {k: v for k, v in document.items() if k != "seconds"}
    if isinstance(rest.get("data"), Mapping):
        rest["data"] = {k: v for k, v in rest["data"].items() if k != "fingerprint"}
    return rest


def _changed_numbers(
    stored: Mapping[str, Leaf], now: Mapping[str, Leaf]
) -> tuple[ChangedNumber, ...]:
    return tuple(
        ChangedNumber(place=place, stored=_beside(was, comes), now=_beside(comes, was))
        for place in {**stored, **now}
        for was, comes in [(stored.get(place, ABSENT), now.get(place, ABSENT))]
        if was != comes
    )


def _beside(value: Leaf, other: Leaf) -> Leaf:
    """A value as it may be shown beside another: not where that is a count that is not told."""
    return WITHHELD if other in (SMALL, WITHHELD) and value != SMALL else value
