"""Texts as they are dumped are read as those that people write, whatever takes them apart."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from predictor.errors import StudyError
from predictor.study import parse_study
from predictor.study.dialect import Dumper, Loader, read

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(list(" :-#,[]{}'\"\n\t!&*|>%@?"))
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@given(VALUES)
@example({"no": "yes", "1:20": "2020-01-31", "a": "0x1f", "b": "1_000", "c": "~"})
def test_what_is_dumped_is_read_the_same_by_both(value) -> None:
    text = yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
    one = yaml.load(text, Loader=Loader)  # noqa: S506 - a SafeLoader underneath
    assert repr(read(text, dumped=True)) == repr(one)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",
        "a: [1\n",
        "a: !!int 1\n",
        "a: 'b' c\n",
        "a: &x [*x]\n",
        "[" * 30 + "]" * 30,
        "? [a]\n: 1\n",
        "a: \x07\n",
        "a: \ud800\n",
        "- a\n b: c\n",
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(tmp_path, text) -> None:
    with pytest.raises(yaml.YAMLError) as plain:
        read(text)
    with pytest.raises(type(plain.value)) as quick:
        read(text, dumped=True)
    assert str(quick.value) == str(plain.value)
    with pytest.raises(StudyError, match="not valid YAML"):
        parse_study(text, file="study.yaml", pipeline=None)
