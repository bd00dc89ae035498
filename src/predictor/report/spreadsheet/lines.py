"""What a workbook computes of one patient, one value after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from predictor.cohort import ordered_dates
from predictor.errors import ModelError
from predictor.formulas import Expression, Formula
from predictor.formulas.excel import Sort, in_excel, sorts, text
from predictor.formulas.splitting import split
from predictor.report.spreadsheet.answers import Answer
from predictor.saved.remarks import LACKING, NOT_ELIGIBLE, NOT_SCORED, UNDEFINED
from predictor.study import Study

Places = Mapping[str, str]
"""Address of the cell that holds a line, by its name."""

_AT_ONCE = 8  # remarks that one line puts together

SCORED, LOW, HIGH = "= shown probability", "= shown low", "= shown high"
SIZE, REMARKS = "= shown sample size", "= shown remarks"
"""Names of the lines that are shown; empty texts where there is no number."""


@dataclass(frozen=True)
class Line:
    """One value.

    Attributes
    ----------
    name
        By which other lines refer to it.
    meaning
        For who reads the workbook.
    write
        ``write(places)``: what stands behind the equals sign.
    """

    name: str
    meaning: str
    write: Callable[[Places], str]


def fault_of(name: str) -> str:
    """Name of the line that says what is wrong with an answer."""
    return f"= fault of {name}"


def answer_of(name: str) -> str:
    """Name, among places, of the cell that is filled in."""
    return f"= answer to {name}"


def lines_of(formula: Formula, study: Study, answers: Mapping[str, Answer]) -> tuple[Line, ...]:
    """All values in the order of computing: faults, answers, steps of the formula, what is shown.

    Parameters
    ----------
    formula
        Of the model.
    study
        Whose dictionary the answers follow.
    answers
        By name of the input.

    Raises
    ------
    ModelError
        If a step cannot be computed by a spreadsheet as the model does.
    """
    steps = split(formula.steps)
    known = sorts(formula, steps)
    found = [_fault(name, answer, study, answers) for name, answer in answers.items()]
    found += [_value(name, answer) for name, answer in answers.items()]
    found += [
        Line(step.name, step.meaning, _written(step.name, step.expression, known)) for step in steps
    ]
    found += _conclusions(formula, list(answers))
    return tuple(found)


def _written(
    name: str, expression: Expression, known: Mapping[str, Sort]
) -> Callable[[Places], str]:
    def write(places: Places) -> str:
        try:
            return in_excel(expression, places, known)
        except ValueError as error:
            raise ModelError(f"{name}: {error}; export the model to html or json") from None

    return write


def _fault(name: str, answer: Answer, study: Study, answers: Mapping[str, Answer]) -> Line:
    orders = [
        (earlier.name, rule)
        for earlier, later, rule in ordered_dates([a.column for a in answers.values()], study)
        if later.name == name
    ]

    def write(places: Places) -> str:
        found = answer.fault(places[answer_of(name)])
        cell = places[answer_of(name)]
        for earlier, rule in orders:
            before = places[answer_of(earlier)]
            early = f"AND(ISNUMBER({before}),ISNUMBER({cell}),N({cell})<N({before}))"
            found = f"IF({early},{text(rule)},{found})"
        return found

    return Line(fault_of(name), f"what is wrong with {name}; empty if nothing is", write)


def _value(name: str, answer: Answer) -> Line:
    meaning = answer.column.meaning or name
    return Line(
        name,
        f"answer: {meaning}",
        lambda places: answer.value(places[answer_of(name)], places[fault_of(name)]),
    )


def _conclusions(formula: Formula, names: Sequence[str]) -> list[Line]:
    """Why there is no score, remarks, and the numbers of a patient who has one."""
    faults = _joined(
        "faults",
        [(lambda p, n=n: f'{p[fault_of(n)]}<>""',  # type: ignore[misc]
          lambda p, n=n: f"{text(f'{n} ')}&{p[fault_of(n)]}")  # type: ignore[misc]
         for n in names],
        "; ",
    )  # fmt: skip
    lacking = _joined(
        "lacking", [(_is_true(step), _said(name)) for name, step in formula.needed], ", "
    )
    undefined = _joined(
        "undefined", [(_is_true(step), _said(name)) for name, step in formula.undefined], ", "
    )
    ineligible = _first_unmet(formula.eligible)
    remarks = _joined(
        "all flags", [(_is_true(flag.when), _said(flag.text)) for flag in formula.flags], "; "
    )

    def why(places: Places) -> str:
        cases = (
            ("= faults", f"{NOT_SCORED}{{}}"),
            ("= ineligible", "{}"),
            ("= undefined", UNDEFINED),
            ("= lacking", LACKING),
        )
        found = '""'
        for name, words in reversed(cases):
            cell, (before, behind) = places[name], words.split("{}")
            said = "&".join([text(before), cell, text(behind)])
            found = f'IF({cell}<>"",{said},{found})'
        return found

    found = [*faults, *ineligible, *undefined, *lacking, *remarks]
    found.append(Line("= why", "why there is no score; empty if there is one", why))
    shown = (
        (SCORED, formula.probability), (LOW, formula.low), (HIGH, formula.high),
        (SIZE, formula.effective_sample_size),
    )  # fmt: skip
    found += [
        Line(name, f"{step}, if there is a score", _if_scored(step))
        for name, step in shown
        if step is not None
    ]
    found.append(
        Line(
            REMARKS,
            "what is told of the patient",
            lambda p: f'IF({p["= why"]}<>"",{p["= why"]},{p["= all flags"]})',
        )
    )
    return found


Write = Callable[[Places], str]


def _is_true(step: str) -> Write:
    return lambda places: f"IFERROR({places[step]},FALSE)"


def _said(words: str) -> Write:
    return lambda _: text(words)


def _if_scored(step: str) -> Write:
    return lambda places: f'IF({places["= why"]}<>"","",IFERROR({places[step]},""))'


def _first_unmet(rules: Sequence[tuple[str, str]]) -> list[Line]:
    """Lines that tell the first rule of eligibility that is not met; the last is `ineligible`."""
    found: list[Line] = []
    for start in range(0, len(rules), _AT_ONCE):
        own, before = rules[start : start + _AT_ONCE], found[-1].name if found else None

        def write(
            places: Places,
            own: Sequence[tuple[str, str]] = own,
            before: str | None = before,
        ) -> str:
            told = '""'
            for name, step in reversed(own):
                said = text(NOT_ELIGIBLE.format(name))
                told = f"IF({_is_true(step)(places)},{told},{said})"
            return told if before is None else f'IF({places[before]}<>"",{places[before]},{told})'

        found.append(Line(f"= ineligible, part {start + 1}", "a part of ineligible", write))
    last = found[-1].name if found else None
    told = "the first rule of eligibility that is not met; empty if all are"
    return [*found, Line("= ineligible", told, lambda p: '""' if last is None else p[last])]


def _joined(name: str, parts: Sequence[tuple[Write, Write]], between: str) -> list[Line]:
    """Lines that put the texts of those conditions that hold together; the last one is `name`."""
    found: list[Line] = []
    for start in range(0, len(parts), _AT_ONCE):
        own, before = parts[start : start + _AT_ONCE], found[-1].name if found else None

        def write(
            places: Places,
            own: Sequence[tuple[Write, Write]] = own,
            before: str | None = before,
        ) -> str:
            said = [f'IF({when(places)},{text(between)}&{words(places)},"")' for when, words in own]
            return "&".join(said if before is None else [places[before], *said])

        found.append(Line(f"= {name}, part {start // _AT_ONCE + 1}", f"a part of {name}", write))
    if not found:
        return [Line(f"= {name}", f"{name}, put together", lambda _: '""')]
    last = found[-1].name
    start_of_text = len(between) + 1
    whole = Line(
        f"= {name}",
        f"{name}, put together",
        lambda places: f"MID({places[last]},{start_of_text},32000)",
    )
    return [*found, whole]
