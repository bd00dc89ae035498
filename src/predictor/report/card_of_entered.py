"""The card of a published model: where it comes from, and that nothing of it is known here."""

from __future__ import annotations

from collections.abc import Mapping

from predictor.printable import as_markdown
from predictor.report.model_card import at, code, dictionary_hash, ethics, factors, intended_use
from predictor.saved import model as layout
from predictor.saved.model import SavedModel
from predictor.saved.origin import entered_from
from predictor.study import PublishedModel
from predictor.study.published_forms import Equation, PointsScore


def entered_card(model: SavedModel) -> str:
    """The card as Markdown, in the sections of Mitchell that can be written.

    Parameters
    ----------
    model
        A model that stands as it is.

    References
    ----------
    Mitchell et al. 2019, doi 10.1145/3287560.3287596.
    """
    study = model.study
    (spec,) = study.learners
    assert spec.model is not None
    source = as_markdown(str(spec.model.source))
    sections = {
        "Model details": [
            f"- **Entered from** {source}",
            f"- **What it is** {_form(spec.model)}",
            f"- **Predicts** {at(study, study.outcome.name, study.outcome.known_at)}",
            f"- **From** what is known at {as_markdown(study.predict_at)}",
            f"- **Label rule** {code(study.outcome.rule)}",
            f"- **Entered** {model.provenance.get('time')}",
            f"- **Data dictionary** {dictionary_hash(study)}",
        ],
        "The model": [f"- {as_markdown(line)}" for line in numbers_of(spec.model)],
        "Intended use": intended_use(study),
        "Factors": factors(model),
        "Training data": [
            f"- **Patients** {_patients(spec.model)}, as published; none of them was seen here",
            f"- **Missing values** {_gaps(spec.model)}",
            "- **Kept in this model** what was published, and nothing of a patient",
        ],
        "Quantitative analyses": [
            (
                "None here: nothing was trained, so there is no performance, and no range of a "
                "probability. `predictor validate` says how it does in other patients."
            )
        ],
        "Ethical considerations": ethics(study)[:-1],
        "Caveats and recommendations": [
            "- Compare some probabilities with those that its authors give before any use.",
            "- The outcome and the columns must be what the authors measured, in the same units.",
            "- Validate on patients whose outcome is known, with recalibration, before any use.",
        ],
    }
    lines = [
        f"# {as_markdown(study.title or study.study)}: {as_markdown(model.learner)}",
        "",
        f"> {layout.RESEARCH_ONLY} {entered_from(source)}",
    ]
    for title, content in sections.items():
        lines += ["", f"## {title}", "", *content]
    return "\n".join([*lines, ""])


def _form(model: PublishedModel) -> str:
    match model.form:
        case Equation():
            return "a logistic equation"
        case PointsScore():
            return "a points score"
    return "a rule, with the share of events where it is met and where it is not"


def _patients(model: PublishedModel) -> str:
    if model.patients is None:
        return "how many is not said"
    events = "" if model.events is None else f", with {model.events} events"
    return f"{model.patients}{events}"


def _gaps(model: PublishedModel) -> str:
    said = [f"{name} taken as {value:g}" for name, value in model.taken_as.items()]
    if model.refused:
        refused = ", ".join(name for name in model.columns if name in model.refused)
        said.append(f"no probability without {refused}")
    return as_markdown("; ".join(said))


def numbers_of(model: PublishedModel) -> list[str]:
    """All that the model is, a line for each number or curve."""
    match model.form:
        case Equation() as equation:
            said = [f"intercept {equation.intercept:.10g}"]
            said += [f"{name} {value:+.10g}" for name, value in equation.coefficients.items()]
            for name, curve in equation.splines.items():
                knots = ", ".join(f"{knot:g}" for knot in curve.knots)
                terms = ", ".join(f"{value:+.10g}" for value in curve.coefficients)
                said.append(f"{name} restricted cubic spline, knots {knots}: {terms}")
        case PointsScore() as score:
            said = [f"{name} {_items(points)}" for name, points in score.items.items()]
            if score.probability:
                table = ", ".join(f"{t:g}: {p:g}" for t, p in sorted(score.probability.items()))
                said.append(f"probability by the sum from which on it holds: {table}")
            else:
                said.append(f"log-odds {score.intercept:.10g} {score.slope:+.10g} for each point")
        case rule:
            said = [
                f"{name} at least {c.at_least:g}"
                if c.below is None
                else f"{name} below {c.below:g}"
                for name, c in rule.all_of.items()
            ]
            without, met = rule.shares
            said.append(f"probability {met:.3g} where it is met, {without:.3g} where it is not")
    units = [f"{name} in {unit}" for name, unit in model.units.items()]
    return [*said, *([", ".join(units)] if units else [])]


def _items(points: float | Mapping[float, float]) -> str:
    if not isinstance(points, Mapping):
        return f"{points:+g} for each unit"
    return ", ".join(f"{each:+g} from {value:g} on" for value, each in points.items())
