"""Any number of simulated CRPS patients whose true probability of response is known."""

from __future__ import annotations

from predictor.cohort.simulate.after_infusion import outcome
from predictor.cohort.simulate.before_infusion import baseline
from predictor.cohort.simulate.missing import missing_at_baseline, not_seen_at_t2
from predictor.cohort.simulate.noise import Noise
from predictor.cohort.simulate.signal import true_probability
from predictor.cohort.simulate.table import Simulated, assemble
from predictor.errors import StudyError


def simulate(
    patients: int, *, seed: int, auroc: float = 0.70, without_t2: float = 0.03
) -> Simulated:
    """Draw a cohort in the shape of the CRPS S-ketamine study.

    Parameters
    ----------
    patients
        How many, at least 1. The first patients of a larger cohort are those of a smaller one.
    seed
        A whole number from 0; the same seed gives the same cohort.
    auroc
        AUROC of the true probability in the population, 0.5 (nothing to predict) to 0.9. It is the
        best that any model of the covariates, if none were missing, could reach on new patients.
    without_t2
        Share of patients not seen at T2 (pain, report and days missing), from 0 to 0.5.

    Returns
    -------
    Simulated
        About 48 % responders at T2 and 62 % at T1; the outcome rule of the CRPS study gives the
        drawn response of every patient who was seen at T2.

    Raises
    ------
    StudyError
        If an argument is out of bounds.
    """
    _check(patients, seed, auroc, without_t2)
    noise = Noise(patients, seed)
    before = baseline(noise)
    probability = true_probability(before, auroc)
    responder = noise.happens("response at T2", probability)
    after, missing_after = outcome(noise, before["nrs_t0"], responder)
    missing = missing_at_baseline(noise, before) | missing_after
    lost = not_seen_at_t2(noise, before, without_t2)
    missing |= {
        "nrs_t2": lost,
        "success_t2": lost | missing["success_t2"],
        "t2_days_after_infusion": lost,
    }
    return Simulated(assemble({**before, **after}, missing), probability)


def _check(patients: int, seed: int, auroc: float, without_t2: float) -> None:
    faults = []
    if patients < 1:
        faults.append(f"patients: expected at least 1, got {patients}")
    if seed < 0:
        faults.append(f"seed: expected 0 or more, got {seed}")
    if not 0.5 <= auroc <= 0.9:
        faults.append(f"auroc: expected 0.5 (no signal) to 0.9, got {auroc}")
    if not 0 <= without_t2 <= 0.5:
        faults.append(f"without_t2: expected a share from 0 to 0.5, got {without_t2}")
    if faults:
        raise StudyError("\n".join(faults))
