"""The closing declaration: a Yes or No, a name and a date, each in a cell of its own.

What is missing or odd is reported at its cell, and the declaration is not given then.
"""

import datetime
from typing import NamedTuple

from cyberassess.books import wording
from cyberassess.books.questionnaire.forms import Forms
from cyberassess.books.row_texts import quoted
from cyberassess.domain.calendar_words import understand_date
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import Problem

_LABELS = (wording.DECLARED, wording.DECLARED_BY, wording.DECLARED_ON)
_AGAIN = "The file counts as not signed. {do}, and send the file again."


class Declaration(NamedTuple):
    """Who says whether the answers are true to the best of their knowledge."""

    is_given: bool
    """False where somebody chose No."""
    name: str
    """Empty only beside a No."""
    date: str
    """ISO 8601; empty only beside a No."""
    source: Source
    """The cell with the Yes or No."""
    date_source: Source
    read: str = ""
    """The words in the cell of the Yes or No, where they are others."""


def read_declaration(forms: Forms) -> tuple[Declaration | None, list[Problem]]:
    """Give the declaration, or ``None`` where none is wholly given, and what is in its way."""
    yes, name, date = (forms.said.get(each, "") for each in _LABELS)
    if forms.unread.intersection(_LABELS) or not (yes or name or date):
        return None, []
    at = forms.sources
    where = _place(forms, wording.DECLARED_ON) if date else ""
    iso, understood = understand_date(date, where, "")
    if wording.is_yes(yes):
        problems = list(_missing(forms, name, date, None if iso else understood))
        if problems:
            return None, problems
        cells = at[wording.DECLARED], at[wording.DECLARED_ON]
        given = Declaration(True, name, iso, *cells, forms.read)
        return given, [understood] if understood is not None else []
    if yes and wording.is_no(yes):
        source = at[wording.DECLARED]
        dated = at.get(wording.DECLARED_ON, source)
        return Declaration(False, name, iso, source, dated, forms.read), []
    if yes:
        message = f"{quoted(yes)} stands where only Yes or No is understood."
        return None, [_problem(forms, wording.DECLARED, "not-a-yes", message, "Choose Yes")]
    label = wording.DECLARED if wording.DECLARED in at else _LABELS[1 if name else 2]
    message = (
        f"{quoted(name or date)} stands below “{wording.DECLARED}”, and no Yes is chosen there."
    )
    do = "Choose Yes if they are"
    return None, [_problem(forms, label, "declaration-empty", message, do)]


def odd_date(declaration: Declaration, latest: datetime.date) -> Problem | None:
    """Report a date of signing that lies ahead.

    Args:
        latest: the last day that does not.
    """
    if declaration.date <= latest.isoformat():
        return None
    source = declaration.date_source
    return Problem(
        "declaration-date",
        f'{source.name}, sheet "{source.sheet}", cell {source.cell}',
        f"The date of signing, {declaration.date}, is still to come.",
        _AGAIN.format(do="Write the date on which you sign"),
    )


def _missing(forms: Forms, name: str, date: str, fault: Problem | None) -> list[Problem]:
    problems: list[Problem] = []
    if not name:
        problems.append(
            _problem(
                forms,
                wording.DECLARED_BY,
                "declaration-name",
                "Yes is chosen, and nobody's name stands beside it.",
                "Write the name of whoever is answerable for these answers",
            )
        )
    if fault is not None:
        found = fault.message if date else "Yes is chosen, without a date."
        do = "Write the date of signing, for example 3 March 2026"
        problems.append(_problem(forms, wording.DECLARED_ON, "declaration-date", found, do))
    return problems


def _problem(forms: Forms, label: str, code: str, message: str, do: str) -> Problem:
    return Problem(code, _place(forms, label), message, _AGAIN.format(do=do))


def _place(forms: Forms, label: str) -> str:
    source = forms.sources.get(label) or forms.sources[wording.DECLARED]
    return f'{source.name}, sheet "{source.sheet}", cell {source.cell}'
