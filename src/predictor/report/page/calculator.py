"""The calculator: a page that asks for one patient and draws the probability of a saved model."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from typing import Literal

from predictor.cohort import needed_columns, ordered_dates
from predictor.printable import visible
from predictor.report.model_standing import standing
from predictor.report.page.form_fields import FieldGroup, field_groups
from predictor.report.page.template import environment
from predictor.report.page.verdict_section import KEYS, SCALE
from predictor.results.words import percent
from predictor.saved import reasons
from predictor.saved.model import RESEARCH_ONLY, SavedModel
from predictor.saved.origin import prevalence
from predictor.saved.reasons import NOT_KNOWN, label
from predictor.saved.remarks import LACKING, NOT_ELIGIBLE, UNDEFINED

_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


def calculator_page(
    model: SavedModel, *, formula: Mapping[str, object] | None = None, endpoint: str = "score"
) -> str:
    """One self-contained document: a form, and a script that shows what the model says.

    Nothing is loaded. All text is escaped, and the page forbids every script and style but its own
    two blocks (see `policy_of`).

    Parameters
    ----------
    model
        The saved model.
    formula
        The JSON form of its formula, which the page then computes itself, from a file too; if None,
        the page asks a server.
    endpoint
        Where the server takes patients, relative to the page.
    """
    study = model.study
    groups = field_groups(model)
    surroundings = environment()
    template = surroundings.get_template("calculator.html")
    style = "".join(surroundings.get_template(f"{name}.css").render() for name in _STYLES)
    scripts = ("calculator",) if formula is None else ("interpreter", "calculator")
    script = "".join(surroundings.get_template(f"{name}.js").render() for name in scripts)
    found = standing(model)
    return template.render(
        title=visible(study.title or study.study),
        study=visible(study.study),
        learner=visible(model.learner),
        outcome=visible(study.outcome.name),
        rule=visible(study.outcome.rule),
        known=visible(study.timepoints[study.outcome.known_at]),
        at=visible(study.timepoints[study.predict_at]),
        standing=found,
        level=None if found.level is None else KEYS[found.level],
        scale=SCALE,
        notice=RESEARCH_ONLY,
        groups=groups,
        not_known=NOT_KNOWN,
        left_out=[] if formula is None else formula.get("left_out", []),
        cohort=_cohort(model),
        made=str(model.provenance.get("time", "")),
        digest=model.digest,
        style=style,
        script=script,
        policy=_policy(style, script, connect="'none'" if formula is not None else "'self'"),
        data=_data(model, groups, formula, endpoint),
    )


_STYLES = ("base", "calculator")


def policy_of(page: str) -> str:
    """The content security policy that a page gives itself, for the header of whoever serves it.

    Raises
    ------
    ValueError
        If it gives none.
    """
    found = _POLICY.search(page)
    if found is None:
        raise ValueError("the page has no content security policy")
    return html.unescape(found[1])


def _policy(style: str, script: str, *, connect: Literal["'none'", "'self'"]) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src '{_sha256(style)}'",
            f"script-src '{_sha256(script)}'",
            "img-src data:",
            f"connect-src {connect}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _sha256(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _cohort(model: SavedModel) -> str | None:
    """The share with the event in the cohort behind the model, in words."""
    found = prevalence(model)
    if found is None:
        return None
    events, patients = found
    return f"{events} of {patients} patients ({percent(events / patients)})"


def _data(
    model: SavedModel,
    groups: tuple[FieldGroup, ...],
    formula: Mapping[str, object] | None,
    endpoint: str,
) -> dict[str, object]:
    """What the script reads."""
    study = model.study
    fields = [field for group in groups for field in group.fields]
    place = {field.name: field.place for field in fields}
    columns = needed_columns(study, [covariate.name for covariate in model.covariates])
    known = prevalence(model)
    return {
        "fields": [field.to_json() for field in fields],
        "orders": [
            [place[earlier.name], place[later.name], rule]
            for earlier, later, rule in ordered_dates(columns, study)
        ],
        "covariates": {
            covariate.name: {
                "label": visible(label(covariate.name, source)),
                "place": None if source is None else place[source.name],
            }
            for covariate, source in zip(model.covariates, model.sources, strict=True)
        },
        "prevalence": None if known is None else known[0] / known[1],
        "endpoint": endpoint,
        "words": _WORDS | {"outcome": visible(study.outcome.name)},
        "formula": formula,
    }


_WORDS = {
    "notKnown": NOT_KNOWN,
    "faults": "Correct the answers below, then compute again.",
    "trouble": "The server could not be reached. The answers are still in the form.",
    "range": "95 of 100 models from other samples of patients would say {range}.",
    "noRange": "How much another sample of patients would move it is not known.",
    "notEligible": NOT_ELIGIBLE,
    "lacking": LACKING,
    "undefined": UNDEFINED,
    "strongest": reasons.STRONGEST,
    "probability": reasons.PROBABILITY,
    "sure": reasons.SURE,
    "before": reasons.BEFORE,
    "reasons": reasons.REASONS,
    "reason": reasons.REASON,
    "noReason": reasons.NO_REASON,
    "labelAndValue": reasons.LABEL_AND_VALUE,
}
