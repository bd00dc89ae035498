"""The binomial likelihood of many samples of a table in parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from predictor.cohort.blocks import Block
from predictor.learners.likelihood import Evaluation, Likelihood, Moments
from predictor.learners.shared_design import SharedDesign, location_and_scale

if TYPE_CHECKING:
    from predictor.pieces import Pieces

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LOOKED_AT = 2**16  # rows of a part from which is taken what its columns are about
_TOLD = 2**22  # numbers that are told to a part in one pass; 32 MB
_NONE = np.zeros((0, 0, 0))


class Samples(Protocol):
    """Says how often patients of a block count; `predictor.validation.parted_plan.PartedPlan`."""

    def __len__(self) -> int:
        """How many samples."""
        ...

    def stripes(self, block: Block) -> Iterator[slice]:
        """Rows of a block for which samples are drawn together, in their order."""
        ...

    def drawn(self, block: Block, rows: slice) -> NDArray[np.uint8]:
        """Counts (B, rows) of a stripe."""
        ...


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """How parts are read.

    Attributes
    ----------
    samples
        Of the patients.
    chosen
        Positions of those that are worked on.
    columns
        Places of the columns of X that are learned from; None for all.
    """

    samples: Samples
    chosen: Ints
    columns: Ints | None = None

    def stripes(self, block: Block, like: SharedDesign) -> Iterator[tuple[SharedDesign, Floats]]:
        """Patients of a block, some at a time: their design, and their counts (B, rows)."""
        for rows in self.samples.stripes(block):
            counts = self.samples.drawn(block, rows)[self.chosen].astype(np.float64)
            yield like.of_others(self.covariates(block, rows), block.y[rows]), counts

    def covariates(self, block: Block, rows: slice) -> Floats:
        """Columns of some rows of a block."""
        return block.X[rows] if self.columns is None else block.X[rows][:, self.columns]


@dataclass(eq=False)
class Passes:
    """How often the parts were gone through."""

    count: int = 0


@dataclass(frozen=True, eq=False, repr=False)
class PartedLikelihood(Likelihood):
    """A likelihood whose patients are elsewhere: every evaluation is a pass over the parts.

    It is the sum of the likelihoods of stripes of parts, so that learners find the coefficients
    that they would find with all patients in one memory. Design and weights have no patients.

    Parameters
    ----------
    pieces
        The parts.
    reading
        How they are read.
    passes
        Counts them.
    """

    pieces: Pieces[Block] = field(kw_only=True)
    reading: Reading = field(kw_only=True)
    passes: Passes = field(kw_only=True, default_factory=Passes)

    @classmethod
    def of_pieces(cls, pieces: Pieces[Block], reading: Reading) -> PartedLikelihood:
        """The likelihood of those of the samples in which there are both outcomes."""
        design = united(pieces.each(columns_of, reading))
        moments = pieces.summed(moments_of, reading, design)
        both = np.flatnonzero((moments.events > 0) & (moments.events < moments.total))
        moments = moments.of_samples(both)
        return cls(
            design,
            np.zeros((len(both), 0)),
            moments.total,
            moments.events,
            *moments.mean_and_variance(design),
            pieces=pieces,
            reading=replace(reading, chosen=reading.chosen[both]),
            passes=Passes(2),
        )

    def select(self, replicates: Bools) -> PartedLikelihood:
        """The likelihood of some of the samples, chosen by a mask (B,)."""
        return replace(
            self,
            weights=self.weights[replicates],
            total=self.total[replicates],
            events=self.events[replicates],
            mean=self.mean[replicates],
            variance=self.variance[replicates],
            reading=replace(self.reading, chosen=self.reading.chosen[replicates]),
        )

    def gram(self) -> tuple[Floats, Floats]:
        """Weighted products of the columns (B, 1 + p, 1 + p), and of these with the sign."""
        found = self._summed(gram_of)
        return found.information, found.score

    def evaluate(
        self, coefficient: Floats, *, keep_terms: bool = False, information: bool = True
    ) -> Evaluation:
        """Deviance, score and, if wanted, information at the coefficients (B, 1 + p)."""
        found = self._summed(evaluation_of, coefficient, information)
        terms = (coefficient.copy(),) if keep_terms else ()
        return Evaluation(
            found.deviance, found.score, found.information if information else _NONE, terms
        )

    def leave_one_out(self, terms: tuple[Any, ...], inverse: Floats, step: Floats) -> Floats:
        """As that of `Likelihood`; the terms are coefficients."""
        (loss,) = self.leave_one_out_along([(terms, inverse, step)])
        return np.asarray(loss)

    def leave_one_out_along(
        self, steps: Iterable[tuple[tuple[Any, ...], Floats, Floats]]
    ) -> Floats:
        """`leave_one_out` (L, B) of many steps, in as few passes as there is memory for."""
        losses: list[Floats] = []
        waiting: list[tuple[Floats, Floats, Floats]] = []
        for (coefficient,), inverse, step in steps:
            waiting.append((coefficient, inverse, step))
            if len(waiting) * inverse.size > _TOLD:
                losses += self._left_out(waiting)
                waiting = []
        if waiting:
            losses += self._left_out(waiting)
        return np.array(losses)

    def _left_out(self, steps: list[tuple[Floats, Floats, Floats]]) -> list[Floats]:
        self.passes.count += 1
        lost = self.pieces.summed(loss_of, self.reading, self.design, self.mean, steps)
        return list(lost / self.total)

    def _summed(self, work: Any, *told: object) -> Derivatives:
        self.passes.count += 1
        packed: Packed = self.pieces.summed(work, self.reading, self.design, self.mean, *told)
        return packed.unpacked()


@dataclass(frozen=True, eq=False, repr=False)
class Derivatives:
    """Deviance (B,), score (B, q) and information (B, q, q), or what stands in their places."""

    deviance: Floats
    score: Floats
    information: Floats


@dataclass(frozen=True, eq=False, repr=False)
class Packed:
    """The same, of the symmetric matrices one half, as sums of patients that are moved."""

    deviance: Floats
    score: Floats
    half: Floats

    @classmethod
    def nothing(cls, samples: int, width: int) -> Packed:
        """Of no patient."""
        pairs = width * (width + 1) // 2
        return cls(np.zeros(samples), np.zeros((samples, width)), np.zeros((samples, pairs)))

    def add(self, deviance: Floats, score: Floats, information: Floats) -> None:
        """Further patients; of an information that is empty nothing is known."""
        self.deviance[:] += deviance
        self.score[:] += score
        if information.size:
            left, right = np.triu_indices(information.shape[-1])
            self.half[:] += information[:, left, right]

    def __add__(self, other: Packed) -> Packed:
        return Packed(
            self.deviance + other.deviance, self.score + other.score, self.half + other.half
        )

    def unpacked(self) -> Derivatives:
        """With whole matrices."""
        width = self.score.shape[1]
        left, right = np.triu_indices(width)
        whole = np.empty((len(self.score), width, width))
        whole[:, left, right] = whole[:, right, left] = self.half
        return Derivatives(self.deviance, self.score, whole)


@dataclass(frozen=True, eq=False, repr=False)
class Columns:
    """What the columns of a part are about.

    Attributes
    ----------
    shift, scale
        (p,) see `location_and_scale`; nan where the part has no value.
    gaps
        (p,) the first column that lacks values in the same patients; -1 for one without gaps.
    """

    shift: Floats
    scale: Floats
    gaps: Ints


def columns_of(block: Block, reading: Reading) -> Columns:
    """What the columns of a block are about."""
    if not len(block):
        nothing = np.full(reading.covariates(block, slice(None)).shape[1], np.nan)
        return Columns(nothing, nothing, np.full(len(nothing), -1))
    shift, scale = location_and_scale(reading.covariates(block, slice(0, _LOOKED_AT)))
    missing = np.isnan(reading.covariates(block, slice(None)))
    known = ~missing[:_LOOKED_AT].all(axis=0)
    gaps = np.full(len(shift), -1)
    first: dict[bytes, int] = {}
    for j in np.flatnonzero(missing.any(axis=0)):
        gaps[j] = first.setdefault(missing[:, j].tobytes(), int(j))
    return Columns(np.where(known, shift, np.nan), np.where(known, scale, np.nan), gaps)


def united(found: Iterable[Columns]) -> SharedDesign:
    """The design of all parts, without their patients.

    What columns are shifted by and divided by keeps rounding small, and has no part in the models;
    so a median of the medians of parts will do.
    """
    found = list(found)
    shift, scale = (
        lower_median(np.array([getattr(each, name) for each in found]))
        for name in ("shift", "scale")
    )
    gaps = np.array([each.gaps for each in found])
    gappy = np.flatnonzero((gaps >= 0).any(axis=0))
    number: dict[bytes, int] = {}
    # columns share an indicator if the same patients lack both in every part
    pattern = [number.setdefault(gaps[:, j].tobytes(), len(number)) for j in gappy]
    scale = np.where(scale > 0, scale, 1.0)
    return SharedDesign.of_nobody(shift, scale, gappy, np.array(pattern, dtype=np.int64))


def lower_median(values: Floats) -> Floats:
    """Of each column of (parts, p), without nan; 0 where there is nothing else."""
    ordered = np.sort(values, axis=0)  # nan last
    known = (~np.isnan(values)).sum(axis=0)
    middle = np.take_along_axis(ordered, np.maximum(known - 1, 0)[None] // 2, axis=0)[0]
    return np.where(known > 0, middle, 0.0)


def moments_of(block: Block, reading: Reading, like: SharedDesign) -> Moments:
    """Sums of the columns over the patients of a block."""
    B, p = len(reading.chosen), like.columns
    total = Moments(np.zeros(B), np.zeros(B), np.zeros((B, like.rows.shape[1])), np.zeros((B, p)))
    for design, weights in reading.stripes(block, like):
        total += Moments.of(design, weights)
    return total


def gram_of(block: Block, reading: Reading, like: SharedDesign, mean: Floats) -> Packed:
    """Products of the columns of a block, and of these with the sign."""
    packed = Packed.nothing(len(mean), 1 + like.columns)
    for likelihood in _likelihoods(block, reading, like, mean):
        gram, with_sign = likelihood.gram()
        packed.add(np.zeros(len(mean)), with_sign, gram)
    return packed


def evaluation_of(
    block: Block,
    reading: Reading,
    like: SharedDesign,
    mean: Floats,
    coefficient: Floats,
    information: bool,
) -> Packed:
    """Deviance, score and information of the patients of a block."""
    packed = Packed.nothing(len(mean), 1 + like.columns)
    for likelihood in _likelihoods(block, reading, like, mean):
        found = likelihood.evaluate(coefficient, information=information)
        packed.add(found.deviance, found.score, found.information)
    return packed


def loss_of(
    block: Block,
    reading: Reading,
    like: SharedDesign,
    mean: Floats,
    steps: list[tuple[Floats, Floats, Floats]],
) -> Floats:
    """Sums (L, B) of the log losses of the patients of a block, each left out."""
    lost = np.zeros((len(steps), len(mean)))
    for likelihood in _likelihoods(block, reading, like, mean):
        for k, (coefficient, inverse, step) in enumerate(steps):
            found = likelihood.evaluate(coefficient, keep_terms=True, information=False)
            lost[k] += likelihood.leave_one_out(found.terms, inverse, step)
    return lost


def _likelihoods(
    block: Block, reading: Reading, like: SharedDesign, mean: Floats
) -> Iterator[Likelihood]:
    """Those of the patients of a block, some at a time; sums over them are not divided."""
    one = np.ones(len(mean))
    for design, weights in reading.stripes(block, like):
        yield Likelihood(design, weights, one, one, mean, mean)
