"""What a draft could not decide, in sentences for whoever knows the patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from predictor.cohort.words_for_missing import bare
from predictor.disclosure import FEWEST
from predictor.drafting.keys import NEW_KEY, Keys
from predictor.drafting.kinds import Kind
from predictor.drafting.long_tables import LongTable
from predictor.drafting.outcome_examples import Examples
from predictor.drafting.time_points import Timed
from predictor.printable import visible

# what is taken for what, by the key that says so
_FORMS = {
    "true": "words for yes (true:) and no (false:)? They are read so.",
    "empty": "marked or left empty; empty is read as no (empty: false). Is it, in every row?",
    "below": "values below a limit of detection; half of it stands for them (below: limit/2).",
    "above": "values above a limit; the limit stands for them (above: limit).",
    "out_of": "the highest score stands beside each; 7/10 is read as 7 (out_of).",
    "percent": "percent signs; 45% is read as 45 (percent: true).",
    "format": "dates in an order that one of them proves (format). Is it that of all?",
    "serial-1900": "numbers by which a spreadsheet counts days, read as dates (format).",
    "time_of_day": "dates with a time of day, which is cut off (time_of_day: ignore).",
    "ordered": "levels from low to high (ordered: true)?",
}
_SHOWN = 6
_FEW_VALUES = 6


def listed(names: Sequence[str], shown: int = _SHOWN) -> str:
    """``a, b, c and 4 more``; on one line whatever the names are."""
    printable = [" ".join(visible(name).split()) for name in names]
    more = len(printable) - shown
    return ", ".join(printable[:shown]) + (f" and {more} more" if more > 0 else "")


def questions(
    kinds: Mapping[str, Kind],
    keys: Keys,
    timed: Timed,
    suggested: Examples,
    left_out: Mapping[str, Sequence[str]],
    seems: str | None = None,
    long: LongTable | None = None,
) -> Iterator[str]:
    """What is open, the most urgent first.

    Parameters
    ----------
    kinds
        Of the declared columns, in the order of the table.
    left_out
        Columns that are not declared, by the reason.
    seems
        How the table seems to be written, if not in plain form.
    long
        How the rows of a patient are told apart, if he has several.
    """
    yield from _about_keys(keys)
    if long is not None:
        yield from _about_visits(long)
    yield (
        f"outcome.rule: who has the event? Examples stand beside it. What becomes known at "
        f"{suggested.known_at} is no covariate."
    )
    if many := len(timed.presumed):
        yield (
            f"to_confirm: when is it known? No name tells it for {many} column{'s'[: many - 1]}; "
            f"correct known_at of those known later, then delete the key."
        )
    later = list(timed.points)[1:]
    yield f"timepoints: say what {listed(later)} {'is' if len(later) == 1 else 'are'}."
    if seems:
        yield f"table: it seems to have {seems}. It is read so."
    coded = [name for name, kind in kinds.items() if kind.codes]
    if coded:
        codes = list(dict.fromkeys(bare(code) for name in coded for code in kinds[name].codes))
        yield f"missing: {listed(codes)} in {listed(coded)}: no value? It is read so."
    if keys.centre:
        yield (
            f"{listed([keys.centre])}: a centre? Then role: centre keeps its patients together and "
            f"tests models in each (docs/centres.md)."
        )
    repeated = {name for by in timed.families.values() for name in by.values()}
    few = [n for n, kind in kinds.items() if _scores_or_codes(kind) and n not in repeated]
    if few:
        yield (
            f"{listed(few)}: few whole numbers; a score, or codes of a category? They are read as "
            f"scores. Codes need type: category, levels: [...]."
        )
    for key, meaning in _FORMS.items():
        written = [name for name, kind in kinds.items() if key in _forms(kind)]
        if written:
            yield f"{listed(written)}: {meaning}"
    rare = [name for name, kind in kinds.items() if kind.rare]
    if rare:
        yield (
            f"{listed(rare)}: some levels are those of fewer than {FEWEST} patients; see that none "
            f"names a person. A saved model holds the levels."
        )
    by_reason: dict[str, list[str]] = {}
    for name, kind in kinds.items():
        if kind.reason:
            by_reason.setdefault(kind.reason, []).append(name)
    for reason, names in by_reason.items():
        yield f"{listed(names)}: {reason}."
    for reason, unused in left_out.items():
        yield f"not declared, and never read ({reason}): {listed(unused)}."


def _about_visits(long: LongTable) -> Iterator[str]:
    told = [f"{what} ({name})" for what, name in (("events", long.at), ("days", long.day)) if name]
    yield (
        f"visits: a row per visit. Which {listed(told)} are of which time point? Correct what "
        f"visits says, then take visits out of to_confirm."
    )
    if long.unguessed:
        yield (
            f"visits.from: which column has the date of each patient that is day 0 of "
            f"{listed([str(long.day)])}?"
        )
    if long.left_out or long.rare:
        # in their own words they may name a patient
        rare = [f"{long.rare} that fewer than {FEWEST} patients have"] if long.rare else []
        yield (
            f"visits.is: {listed([*long.left_out, *rare])} say no time, and are left out and "
            f"counted."
        )


def _about_keys(keys: Keys) -> Iterator[str]:
    if keys.new:
        yield (
            f"{NEW_KEY}: no column tells patients apart; add one of this name to the table, "
            f"numbered from 1."
        )
    elif keys.visits is not None:
        yield (
            f"{listed(keys.ids)} repeats with {listed([keys.visits])}: one row per visit? "
            f"Then say visits: which rows are of which time point (docs/study-file.md)."
        )
    elif len(keys.ids) > 1:
        yield (
            f"{' and '.join(keys.ids)} are the key together, and different persons may share each. "
            f"If one is a centre, say role: [id, centre]."
        )


def _forms(kind: Kind) -> set[object]:
    """Keys of `_FORMS`: numbers of days prove no order."""
    serial = kind.forms.get("format") == "serial-1900"
    return {"serial-1900" if serial and key == "format" else key for key in kind.forms}


def _scores_or_codes(kind: Kind) -> bool:
    return kind.type == "integer" and 2 < kind.distinct <= _FEW_VALUES
