"""LightGBM's model text, read without LightGBM, which trusts it and crashes when it is wrong."""

from __future__ import annotations

import re
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from predictor.errors import ModelError
from predictor.scorers.arrays import LARGEST, WAY_OUT
from predictor.scorers.forest import Forest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_KEYS = (
    "num_leaves", "num_cat", "split_feature", "split_gain", "threshold", "decision_type",
    "left_child", "right_child", "leaf_value", "leaf_weight", "leaf_count", "internal_value",
    "internal_weight", "internal_count", "is_linear", "shrinkage",
)  # fmt: skip
_TREE = re.compile("(.*)\n" + "\n".join(f"{key}=(.*)" for key in _KEYS) + "\n*")
_NUMBERS = re.compile(r"[-+0-9.e]*")
_DEFAULT_LEFT, _MISSING_NONE, _MISSING_NAN = 2, 0, 8


def read_booster(text: str) -> tuple[Forest, int]:
    """Trees of a model text, and how many columns it reads.

    Of everything LightGBM can do, what `predictor.learners.lightgbm` asks for is understood: one
    outcome, and splits of numbers at a threshold.

    Raises
    ------
    ModelError
        When it is anything else.

    References
    ----------
    LightGBM 4, ``src/io/tree.cpp``: ``Tree::ToString``, ``Tree::NumericalDecision``.
    """
    head, *blocks = text.split("\nTree=")
    settings = dict(line.partition("=")[::2] for line in head.splitlines())
    if (
        settings.get("num_class") != "1"
        or settings.get("num_tree_per_iteration") != "1"
        or "average_output" in settings
        or not re.fullmatch(r"[0-9]{1,6}", settings.get("max_feature_idx", ""))
    ):
        raise _wrong("its head is not that of a model of one outcome")
    columns = int(settings["max_feature_idx"]) + 1
    if not blocks:
        raise _wrong("it has no trees")
    blocks[-1], end, _ = blocks[-1].partition("\nend of trees\n")
    if not end:
        raise _wrong("its last tree is not whole")
    return _forest(_Table(blocks), columns), columns


def _wrong(problem: str) -> ModelError:
    return ModelError(
        "The saved model holds a text that is not a whole LightGBM model as written by predictor: "
        f"{problem}; it is damaged: {WAY_OUT}"
    )


class _Table:
    """The numbers of all trees, one after another."""

    def __init__(self, blocks: list[str]) -> None:
        trees = []
        for number, block in enumerate(blocks):
            found = _TREE.fullmatch(block)
            if found is None or found[1] != str(number):
                raise _wrong(f"tree {number} is not as it is written")
            trees.append(found.groups()[1:])
        self._rows = dict(zip(_KEYS, zip(*trees, strict=True), strict=True))

    def floats(self, key: str, counts: Ints | None = None, *, infinite: str = "inf") -> Floats:
        """Numbers of a key, as many for each tree as `counts`; 1 if not said.

        The word ``inf`` is read as `infinite`, and is no number if that is not said.
        """
        rows = self._rows[key]
        words = [row.replace("inf", infinite).split() for row in rows]
        if [*map(len, words)] != ([1] * len(rows) if counts is None else counts.tolist()):
            raise _wrong(f"{key} has too few or too many numbers")
        every = [*chain.from_iterable(words)]
        if not _NUMBERS.fullmatch("".join(every)):
            raise _wrong(f"{key} is not made of numbers")
        try:
            numbers = np.array([*map(float, every)])
        except ValueError:
            raise _wrong(f"{key} is not made of numbers") from None
        if np.any(np.abs(numbers) > LARGEST):
            raise _wrong(f"{key} has a number beyond {LARGEST:g}")
        return numbers

    def ints(self, key: str, counts: Ints | None, least: int, most: int) -> Ints:
        """Whole numbers of a key, in these bounds."""
        numbers = self.floats(key, counts)
        if not np.all((numbers == np.rint(numbers)) & (numbers >= least) & (numbers <= most)):
            raise _wrong(f"{key} is out of bounds")
        return numbers.astype(np.int64)


def _forest(table: _Table, columns: int) -> Forest:
    leaves = table.ints("num_leaves", None, 1, 2**20)
    if table.floats("num_cat").any() or table.floats("is_linear").any():
        raise _wrong("it has trees of another kind")
    splits = leaves - 1
    S, L = int(splits.sum()), int(leaves.sum())
    tree = np.repeat(np.arange(len(leaves)), splits)
    first_split, first_leaf = np.cumsum(splits) - splits, np.cumsum(leaves) - leaves

    def side(key: str) -> Ints:
        """The nodes at one side of the splits: splits by number, then leaves from S on."""
        child = table.ints(key, splits, -(2**20), 2**20)
        if np.any(child >= splits[tree]) or np.any(~child >= leaves[tree]):
            raise _wrong(f"{key} is out of bounds")
        return np.where(child >= 0, first_split[tree] + child, S + first_leaf[tree] + ~child)

    left, right = side("left_child"), side("right_child")
    # every node but the roots is at one side of one split, and comes after it
    roots = np.where(splits > 0, first_split, S + first_leaf)
    met = np.bincount(np.concatenate([left, right, roots]), minlength=S + L)
    own = np.arange(S)
    if np.any(met != 1) or np.any(left <= own) or np.any(right <= own):
        raise _wrong("its trees are not trees")
    order = _preorder(left, right, roots, S + L)

    decision = table.ints("decision_type", splits, 0, 255)
    kind = decision & ~_DEFAULT_LEFT
    if not np.isin(kind, (_MISSING_NONE, _MISSING_NAN)).all():
        raise _wrong("it has splits of another kind")
    # infinite where every known value of a sample goes left, and none but missing ones right
    threshold = table.floats("threshold", splits, infinite=f"{LARGEST:g}")
    counts = np.concatenate(
        [
            table.ints("internal_count", splits, 1, 2**53),
            table.ints("leaf_count", leaves, 1, 2**53),
        ]
    )
    if np.any(counts[left] + counts[right] != counts[:S]):
        raise _wrong("internal_count is not the sum of its sides")
    column = np.append(table.ints("split_feature", splits, 0, columns - 1), np.full(L, -1))
    number = np.append(threshold, table.floats("leaf_value", leaves))
    in_order = order[order < S]
    # where no value was missing in training, LightGBM takes a missing one as 0
    missing_left = np.where(kind == _MISSING_NAN, decision & _DEFAULT_LEFT > 0, threshold >= 0)
    share = counts[left] / counts[:S]
    return Forest(column[order], number[order], missing_left[in_order], share[in_order])


def _preorder(left: Ints, right: Ints, roots: Ints, nodes: int) -> Ints:
    """Nodes in the order in which `Forest` has them; splits are the first `len(left)` nodes."""
    levels, here = [], roots[roots < len(left)]
    while len(here):
        levels.append(here)
        both = np.concatenate([left[here], right[here]])
        here = both[both < len(left)]
    size = np.ones(nodes, dtype=np.int64)
    for here in reversed(levels):
        size[here] += size[left[here]] + size[right[here]]
    place = np.zeros(nodes, dtype=np.int64)
    place[roots] = np.cumsum(size[roots]) - size[roots]
    for here in levels:
        place[left[here]] = place[here] + 1
        place[right[here]] = place[here] + 1 + size[left[here]]
    return np.argsort(place)
