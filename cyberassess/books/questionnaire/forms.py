"""The sheets of labels with cells beside them: the first one, and the one that closes the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cyberassess.books import wording
from cyberassess.books.guard import Cell, Sheet
from cyberassess.books.questionnaire.places import Place
from cyberassess.books.questionnaire.rows import Grid
from cyberassess.books.row_texts import date_in
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
)
_TITLES = (wording.TITLE, wording.SUBTITLE, wording.FINISH_TITLE)
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
