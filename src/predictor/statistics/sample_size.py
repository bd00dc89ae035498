"""Sample size: how many patients a prediction model with so many parameters needs.

Every criterion stands on its own, because they guard against different things and the largest is
not always the one that matters.  Formulas: Riley 2019, Stat Med 38:1276, doi 10.1002/sim.7992;
van Smeden 2019, Stat Methods Med Res 28:2455, doi 10.1177/0962280218784726; put together in Riley
2020, BMJ 368:m441, doi 10.1136/bmj.m441.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, log, sqrt
from statistics import NormalDist

import numpy as np

_MAPE_EXPONENT = 0.544


@dataclass(frozen=True)
class RequiredPatients:
    """Patients that each criterion asks for, rounded up.

    Attributes
    ----------
    shrinkage
        1: the expected shrinkage of the coefficients is at least 0.9.
    optimism
        2: apparent and adjusted Nagelkerke R2 differ by at most 0.05.
    prevalence
        3: the 95 % interval of the prevalence is at most 0.05 to either side.
    mape
        4: the mean absolute error of the probabilities is at most 0.05.
    """

    shrinkage: int
    optimism: int
    prevalence: int
    mape: int

    @property
    def all_criteria(self) -> int:
        """Patients that meet all four criteria; R's pmsampsize stops at the first three."""
        return max(self.shrinkage, self.optimism, self.prevalence, self.mape)


def required_patients(
    parameters: int,
    prevalence: float,
    r2_cox_snell: float,
    *,
    shrinkage: float = 0.9,
    optimism: float = 0.05,
    prevalence_margin: float = 0.05,
    mape: float = 0.05,
) -> RequiredPatients:
    """Patients needed to develop a model, by the criteria of Riley and of van Smeden.

    1. ``P / ((S - 1) ln(1 - R2 / S))``
    2. the same with ``S = R2 / (R2 + optimism max R2)``
    3. ``(1.96 / margin)^2 phi (1 - phi)``
    4. ``exp((-0.508 + 0.259 ln phi + 0.504 ln P - ln MAPE) / 0.544)``, phi the rarer class;
       simulated for up to 30 parameters.

    Parameters
    ----------
    parameters
        Candidate parameters P, counted before any selection: k - 1 for k levels.
    prevalence
        Share of events phi, between 0 and 1.
    r2_cox_snell
        Cox-Snell R2 that the model is expected to have in new patients, above 0 and below
        `max_r2_cox_snell(prevalence)`.
    shrinkage, optimism, prevalence_margin, mape
        What each criterion tolerates, all between 0 and 1.

    Returns
    -------
    RequiredPatients
        One number per criterion.

    Raises
    ------
    ValueError
        When an argument is out of its range.

    References
    ----------
    See the module.  R: ``pmsampsize::pmsampsize(type = "b", csrsquared =, parameters =,
    prevalence =)`` for criteria 1 to 3.
    """
    maximum = max_r2_cox_snell(prevalence)
    _check_parameters(parameters)
    _check_between("r2_cox_snell", r2_cox_snell, 0, min(maximum, shrinkage))
    tolerated = shrinkage, optimism, prevalence_margin, mape
    for name, value in zip(
        ("shrinkage", "optimism", "prevalence_margin", "mape"), tolerated, strict=True
    ):
        _check_between(name, value, 0, 1)

    def patients_for(expected: float) -> int:
        return ceil(parameters / ((expected - 1) * log(1 - r2_cox_snell / expected)))

    constant = _mape_of_one_patient(parameters, prevalence)
    return RequiredPatients(
        shrinkage=patients_for(shrinkage),
        optimism=patients_for(r2_cox_snell / (r2_cox_snell + optimism * maximum)),
        prevalence=ceil((1.96 / prevalence_margin) ** 2 * prevalence * (1 - prevalence)),
        mape=ceil((constant / mape) ** (1 / _MAPE_EXPONENT)),
    )


def max_r2_cox_snell(prevalence: float) -> float:
    """Cox-Snell R2 of a perfect model; R2 divided by it is Nagelkerke's.

    ``1 - (phi^phi (1 - phi)^(1 - phi))^2``: 0.75 at a prevalence of one half.

    Parameters
    ----------
    prevalence
        Share of events phi, between 0 and 1.

    Returns
    -------
    float
        Between 0 and 0.75.

    Raises
    ------
    ValueError
        When the prevalence is not between 0 and 1.

    References
    ----------
    Riley 2019, Stat Med 38:1276, doi 10.1002/sim.7992, equation 23.
    """
    return 1 - exp(2 * _log_likelihood_without_model(prevalence))


def r2_cox_snell_from_auroc(auroc: float, prevalence: float) -> float:
    """Cox-Snell R2 of a calibrated model with this AUROC and normal linear predictors.

    The linear predictor is N(0, 1) in non-events and N(d, 1) in events with ``d = sqrt 2
    Phi^-1(AUROC)``; then the true logit is ``ln(phi / (1 - phi)) + d x - d^2 / 2`` and
    ``R2 = 1 - exp(2 (l_0 - l))`` with l the expected log-likelihood per patient.

    Parameters
    ----------
    auroc
        At least 0.5 and below 1.
    prevalence
        Share of events phi, between 0 and 1.

    Returns
    -------
    float
        From 0 (AUROC 0.5) to `max_r2_cox_snell(prevalence)`.

    Raises
    ------
    ValueError
        When an argument is out of its range.

    References
    ----------
    Riley 2021, Stat Med 40:859, doi 10.1002/sim.8806, which draws a large sample and fits the
    model; here the integral.  R: ``pmsampsize(type = "b", cstatistic = )``.
    """
    without = _log_likelihood_without_model(prevalence)
    if not 0.5 <= auroc < 1:
        raise ValueError(f"expected an AUROC of at least 0.5 and below 1, got {auroc}")
    distance = sqrt(2) * NormalDist().inv_cdf(auroc)
    # The integrand is smooth and dies out like exp(-x^2 / 2), where the trapezium rule converges
    # geometrically: a step of 1/16 leaves 1e-15 of it.
    step = 1 / 16
    x = np.arange(-10, 10 + distance, step)
    logit = log(prevalence / (1 - prevalence)) + distance * x - distance**2 / 2
    events = prevalence * np.exp(-((x - distance) ** 2) / 2)
    others = (1 - prevalence) * np.exp(-(x**2) / 2)
    loss = events * np.logaddexp(0, -logit) + others * np.logaddexp(0, logit)
    expected = float(loss.sum()) * step / sqrt(2 * np.pi)
    return max(0.0, 1 - exp(2 * (without + expected)))


def expected_shrinkage(n: int, parameters: int, r2_cox_snell: float) -> float:
    """Shrinkage to expect of n patients: criterion 1 read the other way round.

    The S that solves ``n = P / ((S - 1) ln(1 - R2 / S))``; there is exactly one between R2 and 1.

    Parameters
    ----------
    n
        Patients.
    parameters
        Candidate parameters P.
    r2_cox_snell
        Cox-Snell R2 expected in new patients, at least 0 and below 1.

    Returns
    -------
    float
        From 0 (nothing of the coefficients is real) to 1 (no overfitting); 0.9 is asked for.

    Raises
    ------
    ValueError
        When an argument is out of its range.

    References
    ----------
    Riley 2019, Stat Med 38:1276, doi 10.1002/sim.7992, equation 11.
    """
    _check_patients(n)
    _check_parameters(parameters)
    if r2_cox_snell == 0:
        return 0.0
    _check_between("r2_cox_snell", r2_cox_snell, 0, 1)

    # P / n falls from infinity at S = R2 to 0 at S = 1, so halving always finds it (and needs no
    # scipy.optimize, which takes longer to import than this takes to run).
    low, high = r2_cox_snell, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        if (middle - 1) * log((middle - r2_cox_snell) / middle) > parameters / n:
            low = middle
        else:
            high = middle
    return high


def expected_mape(n: int, parameters: int, prevalence: float) -> float:
    """Mean absolute error of the probabilities to expect of an unpenalised model (MAPE).

    ``exp(-0.508 + 0.259 ln phi + 0.504 ln P - 0.544 ln n)`` with phi the share of the rarer class:
    which of the two classes is called the event cannot matter.

    Parameters
    ----------
    n
        Patients.
    parameters
        Candidate parameters P; the formula was simulated for up to 30.
    prevalence
        Share of events, between 0 and 1.

    Returns
    -------
    float
        In probability: 0.13 means that a typical probability is 13 points off.

    Raises
    ------
    ValueError
        When an argument is out of its range.

    References
    ----------
    van Smeden 2019, Stat Methods Med Res 28:2455, doi 10.1177/0962280218784726.
    """
    _check_patients(n)
    mape: float = _mape_of_one_patient(parameters, prevalence) / n**_MAPE_EXPONENT
    return mape


def _mape_of_one_patient(parameters: int, prevalence: float) -> float:
    _check_parameters(parameters)
    _check_between("prevalence", prevalence, 0, 1)
    rarer = min(prevalence, 1 - prevalence)
    return exp(-0.508 + 0.259 * log(rarer) + 0.504 * log(parameters))


def _log_likelihood_without_model(prevalence: float) -> float:
    _check_between("prevalence", prevalence, 0, 1)
    return prevalence * log(prevalence) + (1 - prevalence) * log(1 - prevalence)


def _check_between(name: str, value: float, low: float, high: float) -> None:
    if not low < value < high:
        raise ValueError(f"expected {name} between {low:g} and {high:g}, got {value:g}")


def _check_parameters(parameters: int) -> None:
    if parameters < 1:
        raise ValueError(f"expected at least one parameter, got {parameters}")


def _check_patients(n: int) -> None:
    if n < 1:
        raise ValueError(f"expected at least one patient, got {n}")
