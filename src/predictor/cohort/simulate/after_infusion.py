"""After the infusion began: who responds, and the pain, reports and doses that follow from it.

The response at T2 is drawn first, from its true probability. The response at T1 goes with it in the
proportions that reproduce the published figures (30 responders at T1, 23 at T2, 9 lost and 2
gained of 48). Pain and report are then drawn so that the outcome rule gives the response back.
"""

from __future__ import annotations

import numpy as np

from predictor.cohort.simulate.noise import Codes, Flags, Floats, Noise
from predictor.cohort.simulate.table import Columns

# 21 of the 23 responders at T2 were responders at T1; so were 9 of the 25 others.
_T1_IF_T2, _T1_IF_NOT_T2 = 21 / 23, 9 / 25


def outcome(noise: Noise, nrs_t0: Codes, responder_t2: Flags) -> tuple[Columns, dict[str, Flags]]:
    """Columns known at T1 and T2, and where they are missing."""
    responder_t1 = noise.happens("T1", np.where(responder_t2, _T1_IF_T2, _T1_IF_NOT_T2))
    depth = noise.normal("depth of relief")
    nrs_t1, success_t1, silent_t1 = assess(noise, "T1", nrs_t0, responder_t1, depth)
    nrs_t2, success_t2, silent_t2 = assess(noise, "T2", nrs_t0, responder_t2, depth)
    columns: Columns = {
        **_infusion(noise, nrs_t0 - nrs_t1),
        "nrs_t1": nrs_t1,
        "success_t1": success_t1,
        "nrs_t2": nrs_t2,
        "success_t2": success_t2,
        "t2_days_after_infusion": _days_to_t2(noise),
    }
    return columns, {"success_t1": silent_t1, "success_t2": silent_t2}


def assess(
    noise: Noise, when: str, nrs_t0: Codes, responder: Flags, depth: Floats
) -> tuple[Codes, Flags, Flags]:
    """Pain (NRS, whole points), reported success, and whether the report is missing.

    Exactly the responders have ``nrs_t0 - nrs >= 2 or (success and not missing)``. One responder
    in ten is so by report alone; one report in eight is missing, unless it alone makes the
    response. Pain at T0 has to be at least 2.
    """
    by_report = responder & noise.happens(f"{when} by report alone", 0.10)
    by_pain = responder & ~by_report
    # relief as a share of what is possible: a patient with deep relief at T1 tends to have it at T2
    share = 1 / (1 + np.exp(-(0.8 * depth + 0.8 * noise.normal(f"{when} relief") - 1.4)))
    fall = 2 + np.floor((nrs_t0 - 1) * share).astype(np.int64)
    # without a response pain stays, rises by a point or two, or falls by one
    change = noise.choice(f"{when} change", 0.07, 0.18, 0.45, 0.30) - 2
    nrs = np.clip(nrs_t0 - np.where(by_pain, fall, change), 0, 10)
    success = by_report | (by_pain & noise.happens(f"{when} report", 0.88))
    silent = ~by_report & noise.happens(f"{when} no report", 0.12)
    return nrs, success, silent


def _infusion(noise: Noise, fall: Codes) -> Columns:
    """The rate was raised until pain fell or side effects came: low doses follow from response.

    This is the leak that `known_at` guards against: used at T0, the dose would predict very well.
    """
    stopped = noise.happens("stopped early", 0.08)
    dose = 11.5 - 1.1 * np.clip(fall, 0, 5) + 1.8 * noise.normal("dose") - 2.0 * stopped
    days = np.where(stopped, 1 + np.floor(6 * noise.uniform("days until stopped")), 7.0)
    return {
        "max_dose_mg_h": np.clip(np.round(2 * dose) / 2, 1, 14),
        "infusion_days": days,
        "stopped_early_side_effects": stopped,
    }


def _days_to_t2(noise: Noise) -> Codes:
    """About four weeks, later more often than earlier; never outside 14 to 56 days."""
    days = 28 + 5 * noise.normal("days to T2") + 4 * np.abs(noise.normal("late T2")) - 3
    return np.asarray(np.clip(np.round(days), 14, 56), dtype=np.int64)
