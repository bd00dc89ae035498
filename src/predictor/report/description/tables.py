"""The tables of a description, written as they are shown: in the terminal, on the page, as CSV."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from predictor.description.table_one import UNLABELLED
from predictor.report.description.baseline_table import means, table_one
from predictor.report.description.label_limits import tables_of
from predictor.report.description.shown_table import ShownTable
from predictor.results import Description, Share, words
from predictor.results.cohort import titled

# so many sets of columns are listed; describe.json has all of them
_PATTERNS = 20


def shown_tables(found: Description) -> list[ShownTable]:
    """Every table of a description that has something to show, in the order of reading."""
    makers: Sequence[Callable[[Description], ShownTable | None]] = (
        _published,
        _flow,
        _score,
        _changes,
        _responders,
        _transitions,
        _definitions,
        _by,
        _labels,
        _characteristics,
        _means,
        _redundancy,
        _missing,
        _patterns,
    )
    made = [make(found) for make in makers]
    shown = [table for table in made if table is not None and table.rows]
    return shown + ([] if found.label_limits is None else tables_of(found.label_limits))


def _published(found: Description) -> ShownTable | None:
    beside = found.published
    if beside is None:
        return None
    rows = [(row.name, row.published, _text(row.found), row.remark or "") for row in beside.rows]
    said = [text for text in (beside.source, beside.note) if text]
    headings = ("figure", "published", "here", "remark")
    return ShownTable(
        "published", "Published, and found here", headings, tuple(rows), " ".join(said)
    )


def _flow(found: Description) -> ShownTable:
    data = found.data
    rows = []
    for step in data.steps:
        rows.append((step.words, str(step.patients)))
        if step.undecided:
            rows.append(("  of them for want of a value", str(step.undecided)))
    return ShownTable("flow", "Patients", ("step", "patients"), tuple(rows))


def _score(found: Description) -> ShownTable | None:
    score = found.trajectories
    if score is None:
        return None
    rows = []
    for point in score.points:
        spread = None if point.q1 is None or point.q3 is None else point.q3 - point.q1
        rows.append(
            (
                point.time,
                str(point.n),
                words.short(point.median),
                f"{words.short(point.q1)} to {words.short(point.q3)}",
                words.short(spread),
            )
        )
    unit = "" if score.unit is None else f" ({score.unit})"
    return ShownTable(
        "score",
        f"{score.score}{unit} over time",
        ("time", "patients", "median", "quartiles", "IQR"),
        tuple(rows),
    )


def _changes(found: Description) -> ShownTable:
    rows = []
    for change in found.changes:
        shift, test = change.hodges_lehmann, change.signed_rank
        interval = words.PLAIN_NONE
        if shift.low is not None:
            interval = f"{words.short(shift.low)} to {words.short(shift.high)}"
            if round(shift.level, 6) != 0.95:
                interval += f" ({100 * shift.level:.0f} %)"
        rows.append(
            (
                f"{change.start} to {change.end}",
                str(change.patients),
                f"{change.lower} / {change.same} / {change.higher}",
                words.short(shift.estimate),
                interval,
                words.bare_p(test.p),
                test.method,
                words.short(change.rank_biserial),
            )
        )
    return ShownTable(
        "changes",
        "Change of the score within patients",
        ("from, to", "patients", "down / same / up", "shift", "95 % interval", "p", "method",
         "effect"),
        tuple(rows),
        "Shift: Hodges-Lehmann pseudo-median. p: Wilcoxon signed-rank test; the normal "
        "approximation has a continuity correction. Effect: matched-pairs rank-biserial "
        "correlation, -1 if everybody's score fell.",
    )  # fmt: skip


def _share(row: Share) -> tuple[str, str, str, str]:
    return (
        str(row.events),
        str(row.labelled),
        words.percent(row.share, words.PLAIN_NONE),
        words.percent_interval(row),
    )


def _responders(found: Description) -> ShownTable:
    rows = [(row.time, *_share(row)) for row in found.responders]
    headings = ("time", "responders", "of", "share", "95 % interval")
    return ShownTable("responders", "Responders", headings, tuple(rows), "Intervals: Wilson.")


def _transitions(found: Description) -> ShownTable:
    rows = []
    for move, tests in zip(found.transitions, found.mcnemar, strict=True):
        counts = map(str, (move.kept, move.lost, move.gained, move.neither, move.unknown))
        values = [
            words.bare_p(p)
            for p in (tests.p.exact, tests.p.mid_p, tests.p.uncorrected, tests.p.corrected)
        ]
        rows.append((f"{move.start} to {move.end}", *counts, *values))
    return ShownTable(
        "transitions",
        "What became of the response",
        ("from, to", "kept", "lost", "gained", "neither", "unknown", "exact p", "mid-p",
         "uncorr. p", "corr. p"),
        tuple(rows),
        "p of McNemar's test in four forms: exact (binomial), mid-p, chi-square uncorrected, and "
        "with continuity correction.",
    )  # fmt: skip


def _definitions(found: Description) -> ShownTable:
    rows = []
    for row in found.definitions:
        differs = "" if row.compared is None else f"{row.differs} of {row.compared}"
        rows.append((row.definition, *_share(row), differs))
    return ShownTable(
        "definitions",
        "The same under other definitions of response",
        ("definition", "events", "of", "share", "95 % interval", "differs"),
        tuple(rows),
        "Differs: patients whose label is another one than by the rule, among those who have both.",
    )


def _by(found: Description) -> ShownTable | None:
    by = found.by
    if by is None:
        return None
    levels = [level for level, size in by.sizes.items() if size]
    rows = tuple(
        (row.definition, *(words.events_of(row.groups[level]) for level in levels))
        for row in by.rows
    )
    meaning = f"{by.column}: {by.meaning}." if by.meaning else ""
    unknown = f" Not known for {by.missing} patients." if by.missing else ""
    return ShownTable(
        "by_group",
        f"Events by {by.column}",
        ("definition", *(f"{level} ({by.sizes[level]})" for level in levels)),
        rows,
        f"{meaning}{unknown}".strip(),
    )


def _labels(found: Description) -> ShownTable | None:
    labels = found.labels
    if labels is None:
        return None
    columns = list(labels.rows[0].patients)
    if not found.data.unlabelled:
        columns.remove(UNLABELLED)
    rows = []
    for row in labels.rows:
        conflict = "conflict" if {"yes", "no"} <= set(row.criteria.values()) else ""
        patients = [str(row.patients[name]) for name in columns]
        rows.append((row.holds, *row.criteria.values(), *patients, conflict))
    judged = labels.reported
    return ShownTable(
        "labels",
        "How the labels came about",
        ("holds", *labels.criteria, *columns, ""),
        tuple(rows),
        f"{judged} is a judgement, not a measurement." if judged else "",
    )


def _characteristics(found: Description) -> ShownTable:
    return table_one(found.characteristics)


def _means(found: Description) -> ShownTable:
    return means(found.characteristics)


def _redundancy(found: Description) -> ShownTable | None:
    alike = found.redundancy
    if alike is None:
        return None
    out = {each.covariate: str(step) for step, each in enumerate(alike.redundant, 1)}
    rows = sorted(alike.explained, key=lambda each: -(each.r2 or 0))
    gaps = (
        "all patients, the mean in place of gaps"
        if alike.means_for_gaps
        else "patients without gaps"
    )
    return ShownTable(
        "redundancy",
        "What the other covariates explain of each",
        ("covariate", "adjusted R²", "can be left out"),
        tuple((each.covariate, words.plain(each.r2), out.get(each.covariate, "")) for each in rows),
        f"Linear, from {gaps}, without a look at the outcome. Numbered are covariates of which the "
        f"others explain nine tenths, in the order in which they can be taken out.",
    )


def _missing(found: Description) -> ShownTable | None:
    rows = tuple(
        (
            titled(row.name, row.meaning),
            row.known_at,
            str(row.missing),
            words.percent(row.missing / row.of, words.PLAIN_NONE),
        )
        for row in found.missing.columns
        if row.missing
    )
    complete = sum(not row.missing for row in found.missing.columns)
    return ShownTable(
        "missing",
        f"Missing values among {found.data.eligible} patients",
        ("column", "known at", "missing", "share"),
        rows,
        f"{complete} other columns are complete.",
    )


def _patterns(found: Description) -> ShownTable | None:
    patterns = found.missing.patterns
    rows = [
        (", ".join(pattern.columns) or "nothing missing", str(pattern.patients))
        for pattern in patterns[:_PATTERNS]
    ]
    rest = patterns[_PATTERNS:]
    if rest:
        together = sum(pattern.patients for pattern in rest)
        rows.append((f"{len(rest)} less frequent patterns", str(together)))
    rare = found.missing.rare
    if rare is not None and rare.patterns:
        few = "pattern" if rare.patterns == 1 else "patterns"
        rows.append((f"{rare.patterns} {few} of fewer than 5 patients", str(rare.patients)))
    return ShownTable("missing_together", "Missing together", ("columns", "patients"), tuple(rows))


def _text(value: str | None) -> str:
    return words.PLAIN_NONE if value is None else value
