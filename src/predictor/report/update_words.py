"""What came of an update, in sentences."""

from __future__ import annotations

from predictor.results.intervals import IntervalEstimate
from predictor.results.update import IN_WORDS, TestedStep, UpdateGain
from predictor.results.words import number, p_value, span


def sentences_of(
    method: str,
    asked: str,
    tests: tuple[TestedStep, ...],
    gain: UpdateGain,
    *,
    intercept: float | None,
    slope: float | None,
    range_known: bool,
) -> tuple[str, ...]:
    """Say what was done and why, what it gains, and what to be careful with.

    Parameters
    ----------
    method, asked, tests, intercept, slope
        As `predictor.results.UpdateResult` has them.
    gain
        Of what was asked.
    range_known
        Whether it is known how far the updated model would move in other samples.
    """
    said = [_done(method, asked, tests, intercept, slope)]
    if asked != "keep":
        said.append(_gained(gain, kept=method == "keep"))
    if slope is not None and slope < 0:
        said.append(
            f"The slope is negative ({number(slope)}): the old model gives these patients the "
            "higher probabilities the less they have the event. Find out why (a coding, another "
            "outcome) before this is used for anything."
        )
    loss = gain.difference["log_loss"]
    if method != "keep" and loss.estimate is not None and loss.estimate > 0:
        said.append(
            "In patients it has not seen, the update does worse than the old model: these patients "
            "are too few to say better. Keep the old one."
        )
    if method != "keep" and not range_known:
        said.append(
            "How uncertain the old model is was never known, so the new one gives no range with "
            "its probabilities."
        )
    return tuple(said)


def _done(
    method: str,
    asked: str,
    tests: tuple[TestedStep, ...],
    intercept: float | None,
    slope: float | None,
) -> str:
    why = "as was asked" if asked == method else _why(method, tests)
    if method == "keep":
        return f"The model stays as it is: {why}."
    if method == "intercept":
        moved = number(intercept)
        sign = "+" if intercept is not None and intercept > 0 else ""
        return f"Only the intercept is changed, by {sign}{moved} in log-odds: {why}."
    if method == "slope":
        return (
            f"Intercept and slope are changed: the log-odds are {number(slope)} times the old ones "
            f"{'plus' if (intercept or 0) >= 0 else 'minus'} {number(abs(intercept or 0))}, {why}."
        )
    return f"All coefficients are fitted again, shrunk towards the old ones: {why}."


def _why(method: str, tests: tuple[TestedStep, ...]) -> str:
    kept = next((step for step in tests if step.against == method), None)
    if not tests:
        return "these patients cannot show more"
    if method == "keep":
        return f"the closed test finds no reason to change anything ({p_value(tests[0].p)})"
    first = f"that the old model is right is rejected ({p_value(tests[0].p)})"
    if kept is None:
        last = next((step for step in reversed(tests) if step.p is not None), tests[0])
        return f"{first}, and so is that {IN_WORDS[last.against]} would do ({p_value(last.p)})"
    return f"{first}, that this is enough is not ({p_value(kept.p)})"


def _gained(gain: UpdateGain, *, kept: bool) -> str:
    loss, auroc = gain.difference["log_loss"], gain.difference["auroc"]
    said = [_less("log loss", loss, better="less"), _less("AUROC", auroc, better="more")]
    if kept:
        return (
            "So nothing is gained or lost. Where this choice was repeated without the patients "
            f"tested, it made of the old model: {'; '.join(said)}."
        )
    return (
        "Compared with the old model in patients it has not seen, choice and tuning repeated each "
        f"time: {'; '.join(said)}."
    )


def _less(name: str, found: IntervalEstimate, *, better: str) -> str:
    if found.estimate is None:
        return f"{name} not estimable"
    sign = "+" if found.estimate > 0 else ""
    text = f"{name} {sign}{number(found.estimate, 3)}"
    if found.low is None or found.high is None:
        return text
    shown = found.high < 0 if better == "less" else found.low > 0
    worse = found.low > 0 if better == "less" else found.high < 0
    verdict = "better" if shown else "worse" if worse else "within noise"
    return f"{text} ({span(found, 3)}), {verdict}"
