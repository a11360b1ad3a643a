"""The sheets of labels with cells beside them: the first one, and the closing declaration.

That is a Yes or No, a name and a date, each in a cell of its own. What is missing or odd is
reported at its cell, and the declaration is not given then.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cyberassess.books import wording
from cyberassess.books.guard import Cell, Sheet
from cyberassess.books.questionnaire.places import Place
from cyberassess.books.questionnaire.rows import Grid
from cyberassess.books.row_texts import date_in, quoted
from cyberassess.domain.calendar_words import understand_date
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import Problem
from cyberassess.opening.choices import YES_OR_NO, read_as, read_listed

_HELPS = (
    wording.COMPLETED_BY_HELP,
    wording.DECLARED_HELP,
    wording.DECLARED_BY_HELP,
    wording.DECLARED_ON_HELP,
    wording.LOOK_HELP,
    wording.CONFIRM_HELP,
    wording.CONFIRM_BOOK_HELP,
)
_TITLES = (wording.TITLE, wording.SUBTITLE, wording.FINISH_TITLE, wording.LOOK_FIRST)
_INPUTS = (
    wording.COMPLETED_BY,
    wording.DECLARED,
    wording.DECLARED_BY,
    wording.DECLARED_ON,
)
_COUNTS = (wording.PROGRESS, wording.LOOK_AGAIN)
_ROWS: Mapping[str, tuple[str, ...]] = dict(wording.START_ROWS)


@dataclass(slots=True)
class Forms:
    """What people wrote on these sheets."""

    said: dict[str, str] = field(default_factory=dict)
    """What stands beside each label people write at."""
    sources: dict[str, Source] = field(default_factory=dict)
    """The cell beside each label people write at, whether it holds something or not."""
    unread: set[str] = field(default_factory=set)
    """Labels beside which something stands that cannot be stored; ``problems`` says what."""
    denied: list[tuple[str, str, Place, Cell]] = field(default_factory=list)
    """Scopes and origins of which somebody chose No, with the cell that says so."""
    confirmed: list[tuple[str, str, Place, Cell]] = field(default_factory=list)
    """Scopes and origins all of whose answers hold, with the cell that says so."""
    beside: list[tuple[str, str, str]] = field(default_factory=list)
    """Of the cells of ``confirmed``: sheet, address and what somebody wrote beside it."""
    problems: list[Problem] = field(default_factory=list)
    read: str = ""
    """The words that were read as the closing Yes or No, where they are others."""


def is_form(sheet: Sheet) -> bool:
    """Say whether a sheet is one of these."""
    wanted = {wording.fold(wording.COMPLETED_BY), wording.fold(wording.DECLARED)}
    return any(cell.kind == "s" and wording.fold(cell.text) in wanted for cell in sheet.cells)


def read_form(grid: Grid, place: Place, forms: Forms) -> None:
    """Read a sheet of labels; every cell on it is read, or known as ours, or reported."""
    known: set[tuple[int, int]] = set()
    helps = {wording.fold(each) for each in _HELPS}
    labels = {wording.fold(each): each for each in (*_ROWS, *_INPUTS, *_COUNTS)}
    for cell in grid.sheet.cells:
        at, folded = (cell.row, cell.column), wording.fold(cell.text)
        forms.problems += place.asides([cell])
        if not cell.kind or at in known or folded in helps:
            continue
        label = labels.pop(folded, "")
        whole = wording.parts_of(cell.text, wording.CONFIRM_BOOK)
        if label in _INPUTS:
            empty = cell._replace(column=cell.column + 1)
            forms.sources[label] = place.source_of(empty)
        if label or whole:
            beside = grid.right_of(cell)
            if beside is None or wording.fold(beside.text) in helps:
                continue
            if whole and _confirm(whole, beside, place, forms):
                words = [e for e in grid.rows[cell.row].values() if e.column > beside.column]
                words = [e for e in words if e.kind and wording.fold(e.text) not in helps]
                text, problems = place.beside(words)
                forms.problems += problems
                forms.beside.append((place.sheet, beside.address, text))
                known.update((each.row, each.column) for each in words)
            if whole or _beside(label, beside, place, forms):
                known.add((beside.row, beside.column))
        elif not wording.fits(cell.text, (*_TITLES, *wording.EARLIER_WORDINGS)):
            forms.problems.append(place.unexpected(cell))


def _confirm(whole: Mapping[str, str], cell: Cell, place: Place, forms: Forms) -> bool:
    """Take the cell that speaks for a whole scope; say whether it says that all still hold."""
    holds, problems = place.yes_in(cell)
    forms.problems += problems
    if holds is not None:
        said_so = forms.confirmed if holds else forms.denied
        said_so.append((whole["scope"], whole["origin"], place, cell))
    return bool(holds)


def _beside(label: str, cell: Cell, place: Place, forms: Forms) -> bool:
    """Read or know the cell beside a label; false where it is neither."""
    if label in _COUNTS:
        return wording.is_progress(cell.text)
    if label in _ROWS:
        return wording.fits(cell.text, (*_ROWS[label], *wording.EARLIER_WORDINGS))
    text, problem = place.line_in(cell)
    forms.sources[label] = place.source_of(cell)
    if problem is not None:
        forms.problems.append(problem)
        forms.unread.add(label)
    else:
        read = read_listed(text, YES_OR_NO, "yes-no") if label == wording.DECLARED else None
        if read is not None and read.choice is not None and not read.is_exact:
            forms.problems.append(read_as(place.of(cell), text, read.choice.label))
            forms.read, text = text, read.choice.label
        forms.said[label] = date_in(cell) if label == wording.DECLARED_ON else text
        forms.problems += place.unused_link(cell)
    return True


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


def _missing(forms: Forms, name: str, date: str, fault: Problem | None) -> Iterator[Problem]:
    if not name:
        yield _problem(
            forms,
            wording.DECLARED_BY,
            "declaration-name",
            "Yes is chosen, and nobody's name stands beside it.",
            "Write the name of whoever is answerable for these answers",
        )
    if fault is not None:
        found = fault.message if date else "Yes is chosen, without a date."
        do = "Write the date of signing, for example 3 March 2026"
        yield _problem(forms, wording.DECLARED_ON, "declaration-date", found, do)


def _problem(forms: Forms, label: str, code: str, message: str, do: str) -> Problem:
    return Problem(code, _place(forms, label), message, _AGAIN.format(do=do))


def _place(forms: Forms, label: str) -> str:
    source = forms.sources.get(label) or forms.sources[wording.DECLARED]
    return f'{source.name}, sheet "{source.sheet}", cell {source.cell}'
