"""The study's experiment, and the registered models of its questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from predictor.errors import ModelError, StudyError
from predictor.notice import RESEARCH_ONLY
from predictor.printable import as_markdown
from predictor.tracking.names import registered_name
from predictor.tracking.paging import all_of
from predictor.tracking.uri import sqlite_file

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

CHAMPION = "champion"
REASON, SINCE = "promoted.reason", "promoted.at"  # tags of a version
# some versions of MLflow's pages open on runs by it; for 3.17 see `predictor.tracking.ui`
_KIND = {"mlflow.experimentKind": "custom_model_development"}


@dataclass(frozen=True)
class Promotion:
    """A champion that was named by somebody.

    Attributes
    ----------
    registered, version
        The registered model and its version.
    before
        The version that was the champion; None if there was none.
    learner, run_id
        Of the version.
    reason
        Why.
    """

    registered: str
    version: int
    before: int | None
    learner: str
    run_id: str
    reason: str


def experiment(client: MlflowClient, study: str) -> str:
    """Id of the study's experiment, made if need be.

    Raises
    ------
    StudyError
        If the experiment was deleted.
    """

    def create(name: str) -> None:
        place = _artifacts(client.tracking_uri, name)
        client.create_experiment(name, artifact_location=place, tags=_KIND)

    _unless_there(create, study)
    found = client.get_experiment_by_name(study)
    if found is None or found.lifecycle_stage != "active":
        raise StudyError(
            f"the MLflow experiment {study!r} was deleted. Restore it (`mlflow experiments "
            "restore`) or rename the study."
        )
    for tag in _KIND.keys() - found.tags.keys():  # an earlier version made it
        client.set_experiment_tag(found.experiment_id, tag, _KIND[tag])
    return str(found.experiment_id)


def registered_model(client: MlflowClient, study: str, question: Mapping[str, str]) -> str:
    """Name of the registered model of a question, made if need be, with what it predicts."""
    said = {name: question[name] for name in ("outcome", "predict_at")}
    description = (
        f"Predicts {as_markdown(said['outcome'])} of study {as_markdown(study)}, as known at "
        f"{as_markdown(said['predict_at'])}. The rule of the outcome stands with each version. "
        f"{RESEARCH_ONLY}"
    )

    def create(name: str) -> None:
        client.create_registered_model(name, tags={"study": study, **said}, description=description)

    name = registered_name(study, question)
    _unless_there(create, name)
    return name


def champion(client: MlflowClient, registered: str) -> ModelVersion | None:
    """The version that is the champion now."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version_by_alias(registered, CHAMPION)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        return None


def name_champion(client: MlflowClient, registered: str, version: int, reason: str | None) -> int:
    """Make a version the champion, and keep when and why.

    Parameters
    ----------
    reason
        Why it takes the place of the champion there is; None if it does so only where there is
        none.

    Returns
    -------
    int
        The version that is the champion then.
    """
    from mlflow.exceptions import MlflowException

    there = champion(client, registered)
    if reason is None and there is not None and int(there.version) != version:
        return int(there.version)
    first = reason is None and there is None
    before = _named(client, registered) if first else set()
    try:
        client.set_registered_model_alias(registered, CHAMPION, str(version))
    except MlflowException:
        # of several first trainings at once one alone can make the alias
        if (there := champion(client, registered)) is None:
            raise
        if reason is None:
            return int(there.version)
        client.set_registered_model_alias(registered, CHAMPION, str(version))
    there = champion(client, registered)
    if there is not None and int(there.version) != version:
        return int(there.version)  # another one was named in the same moment
    if reason is not None:
        client.set_model_version_tag(registered, str(version), REASON, reason)
    client.set_model_version_tag(registered, str(version), SINCE, now())
    return _alone(client, registered, version, before) if first else version


def _alone(client: MlflowClient, registered: str, version: int, before: set[int]) -> int:
    """Let of several first champions, named in the same moment, the last one have the tag.

    MLflow cannot set an alias only where there is none. Who is named, and then another, either
    sees that now and takes the tag back, or had the tag before the other looked, who takes it.
    """
    there = champion(client, registered)
    if there is not None and int(there.version) != version:
        client.delete_model_version_tag(registered, str(version), SINCE)
        return int(there.version)
    for other in _named(client, registered) - before - {version}:
        client.delete_model_version_tag(registered, str(other), SINCE)
    return version


def _named(client: MlflowClient, registered: str) -> set[int]:
    """Versions that are, or were, the champion."""
    found = all_of(partial(client.search_model_versions, f"name='{registered}'"))
    return {int(version.version) for version in found if SINCE in version.tags}


def now() -> str:
    """The time in UTC; such texts sort by time."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def promote_version(client: MlflowClient, name: str, version: int, reason: str) -> Promotion:
    """Make a version the champion of its question.

    Parameters
    ----------
    name
        Of the registered model, or of a study that asks one question only.

    Raises
    ------
    ModelError
        If there is no such model or version, or the study asks several questions; says which.
    """
    from mlflow.exceptions import MlflowException

    registered = of_one_question(name, registered_models(client))
    try:
        found = client.get_model_version(registered, str(version))
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        there = sorted(int(v.version) for v in client.search_model_versions(f"name='{registered}'"))
        known = ", ".join(map(str, there)) or "none"
        raise ModelError(f"{registered} has no version {version}; it has {known}") from None
    before = champion(client, registered)
    name_champion(client, registered, version, reason)
    return Promotion(
        registered=registered,
        version=version,
        before=None if before is None else int(before.version),
        learner=found.tags.get("learner", "?"),
        run_id=str(found.run_id),
        reason=reason,
    )


def registered_models(client: MlflowClient) -> list[str]:
    """Names of all registered models."""
    return [str(model.name) for model in all_of(client.search_registered_models)]


def of_one_question(name: str, names: Sequence[str]) -> str:
    """The registered model that a name stands for: its own, or that of a study with one question.

    Raises
    ------
    ModelError
        If there is none, or the study asks several questions; says which there are.

    Examples
    --------
    >>> of_one_question("crps", ["crps.responder_t2.T0", "other.responder.T0"])
    'crps.responder_t2.T0'
    """
    if name in names:
        return name
    of_study = [each for each in names if each.startswith(f"{name}.")]
    if len(of_study) == 1:
        return of_study[0]
    known = ", ".join(of_study or names) or "no registered model yet: train one first"
    what = "asks several questions; name one of" if of_study else "no registered model; there is"
    raise ModelError(f"{name}: {what} {known}")


def full_uri(uri: str, names: Sequence[str]) -> str:
    """The URI of a model with its registered model's own name in the place of a study's.

    Raises
    ------
    ModelError
        If the study asks several questions.

    Examples
    --------
    >>> full_uri("models:/crps@champion", ["crps.responder_t2.T0"])
    'models:/crps.responder_t2.T0@champion'
    """
    found = re.fullmatch(r"models:/([^/@]+)([/@].+)", uri)
    if found is None or found[1] in names:
        return uri
    if not any(each.startswith(f"{found[1]}.") for each in names):
        return uri  # for the tracker to say that there is none
    return f"models:/{of_one_question(found[1], names)}{found[2]}"


def _artifacts(uri: str, study: str) -> str | None:
    """Where files go: MLflow's default, unless it would misread its own folder's name."""
    folder = Path("mlruns").absolute()
    if sqlite_file(uri) is None or unquote(str(folder)) == str(folder):
        return None
    return f"{folder.as_uri()}/{study}"


def _unless_there(create: Callable[[str], object], name: str) -> None:
    """Create; another training may have been faster, on a server between any two calls."""
    from mlflow.exceptions import MlflowException

    try:
        create(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
