from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from predictor.statistics import mcnemar, wilson

GOLDEN = Path(__file__).parents[1] / "golden" / "describe"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())
NAMES = ["exact", "mid_p", "uncorrected", "corrected", "statistic", "statistic_corrected"]


@pytest.mark.parametrize("case", EXPECTED["mcnemar"])
def test_mcnemar_matches_R_mcnemar_test_and_binom_test(case) -> None:
    found = mcnemar(case["lost"], case["gained"])
    np.testing.assert_allclose(
        [getattr(found, name) for name in NAMES], [case[name] for name in NAMES], rtol=1e-12
    )


@pytest.mark.parametrize("case", EXPECTED["wilson"])
def test_wilson_of_responders_matches_R_prop_test(case) -> None:
    found = wilson(case["events"], case["n"])
    np.testing.assert_allclose([found.low, found.high], [case["low"], case["high"]], rtol=1e-12)


def test_only_the_uncorrected_test_gives_the_published_p() -> None:
    found = mcnemar(9, 2)
    rounded = {name: round(getattr(found, name), 2) for name in NAMES[:4]}
    assert [name for name, p in rounded.items() if p == 0.03] == ["uncorrected"]


def test_it_does_not_matter_which_way_is_called_lost() -> None:
    assert [getattr(mcnemar(7, 3), n) for n in NAMES] == [getattr(mcnemar(3, 7), n) for n in NAMES]


def test_nobody_changed() -> None:
    found = mcnemar(0, 0)
    assert (found.exact, found.mid_p) == (1, 1)
    assert math.isnan(found.uncorrected)
    assert math.isnan(found.corrected)


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="counts"):
        mcnemar(-1, 2)
