from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--every", "month"], "--every needs a column of dates (--by COLUMN)"),
        (["--every", "month", "--by", "day", "--period", "20"], "give one of them"),
        (["--period", "4"], "4 is not in the range x>=10"),
        (["--planned", "0"], "0 is not in the range x>=1"),
    ],
)
def test_wrong_usage_is_told(predictor, options, said) -> None:
    code, out, err = predictor("monitor", "m", "--scored", "a", "--outcomes", "b", *options)
    assert (code, out) == (2, "")
    assert said in err


def test_a_model_that_is_not_there_is_refused(predictor, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = predictor("monitor", "nowhere", "--scored", "a.csv", "--outcomes", "b.csv")
    assert (code, out) == (1, "")
    assert err.startswith("refused: ")
