"""What a headline owes to being about the best of several learners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from predictor.statistics.resampled_cohorts import SHARE_NEEDED, of_cohorts
from predictor.validation.choice import choose, subject_of
from predictor.validation.estimates import Estimate, Performance
from predictor.validation.resamples import Counts

_DECIDE = ("auroc", "log_loss")  # what the choice looks at

ONE_CANDIDATE = "there was one learner to choose from"
NO_SUBJECT = "no learner tells patients apart"


@dataclass(frozen=True, repr=False)
class RepeatedChoice:
    """The AUROC of training all learners and taking the one the headline is about.

    Attributes
    ----------
    chosen
        Share of resampled cohorts in which each candidate was the one; from simple to complex.
    optimism
        How much too good the AUROC of the chosen learner looked in them, on average.
    estimate, low, high
        AUROC of the subject less that optimism, and its 95 % interval; nan where there is none.
    note
        Why there is none.
    """

    chosen: Mapping[str, float]
    optimism: float = float("nan")
    estimate: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    note: str | None = None


def repeat_choice(
    performances: Mapping[str, Performance], candidates: frozenset[str], prevalence: Performance
) -> RepeatedChoice:
    """Make the whole choice again in every resampled cohort: champion, then subject.

    In cohort r every learner l has a cross-validated AUROC ``a[r, l]``; the one that the rules
    choose there by these values is ``s(r)``. What the choice alone gained is ``a[r, s(r)]`` less
    the mean of that learner over all cohorts, and the mean of this over cohorts is the optimism,
    which is taken from the AUROC of the subject and from its interval. Costs no further training.

    A standard error, and how far an interval reaches below its estimate, are those of the cohort
    itself: a resampled cohort has no resampled cohorts of its own.

    Parameters
    ----------
    performances
        Of all learners, from simple to complex, with AUROC and log loss.
    candidates
        Names of those that learn something from covariates.
    prevalence
        Of giving everybody the prevalence.

    References
    ----------
    The optimism is Harrell's, of the choice in place of the fit; see Tsamardinos et al. 2018, Mach
    Learn 107:1895, doi 10.1007/s10994-018-5714-4, for the same aim by out-of-bag patients.
    """
    if len(candidates) < 2:
        return RepeatedChoice(dict.fromkeys(candidates, 1.0), note=ONE_CANDIDATE)
    subject = _subject(performances, candidates, prevalence)
    if subject is None:
        return RepeatedChoice({}, note=NO_SUBJECT)
    again = {name: _resampled(p) for name, p in performances.items()}
    of_prevalence = _resampled(prevalence)
    cohorts = [
        (r, _subject({name: each[r] for name, each in again.items()}, candidates, reference))
        for r, reference in enumerate(of_prevalence)
    ]
    chosen = [(r, name) for r, name in cohorts if name is not None]
    if len(chosen) < SHARE_NEEDED * len(cohorts):
        return RepeatedChoice(
            {},
            note=f"only {len(chosen)} of {len(cohorts)} resampled cohorts have a learner to name",
        )
    values = {name: _of_cohorts(performances[name], "auroc") for name in candidates}
    gained = [values[name][r] - np.nanmean(values[name]) for r, name in chosen]
    optimism = float(np.mean(gained))
    own = performances[subject].estimates["auroc"]
    counts = Counter(name for _, name in chosen)
    estimate, low, high = np.clip(np.array([own.estimate, own.low, own.high]) - optimism, 0, 1)
    return RepeatedChoice(
        {name: counts[name] / len(chosen) for name in performances if name in candidates},
        optimism,
        float(estimate),
        float(low),
        float(high),
        None if not np.isnan(low) else f"no interval: {subject} has none",
    )


def _subject(
    performances: Mapping[str, Performance], candidates: frozenset[str], prevalence: Performance
) -> str | None:
    champion = choose(performances).name
    learning = {name: p for name, p in performances.items() if name in candidates}
    return subject_of(learning, champion, prevalence.estimates["log_loss"].estimate).name


def _resampled(performance: Performance) -> list[Performance]:
    """What the choice would look at in every resampled cohort, had that been the cohort."""
    values = {name: _of_cohorts(performance, name) for name in _DECIDE}
    return [
        Performance(
            estimates={
                name: _moved(performance.estimates[name], float(value[r]))
                for name, value in values.items()
            },
            cross_validated={name: value[r : r + 1] for name, value in values.items()},
            resampled=performance.resampled,
            repeats=performance.repeats,
        )
        for r in range(len(values["log_loss"]))
    ]


def _of_cohorts(performance: Performance, measure: str) -> Counts:
    return of_cohorts(performance.resampled[measure], performance.repeats)


def _moved(estimate: Estimate, value: float) -> Estimate:
    """The same estimate with its interval elsewhere."""
    nan, by = float("nan"), value - estimate.estimate
    return Estimate(value, estimate.low + by, estimate.high + by, nan, nan, nan)
