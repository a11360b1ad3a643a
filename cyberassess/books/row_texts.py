"""Whether a row is still the row it was: texts away from their refs, joined and hidden cells.

A *Ref* column sorted by itself moves answers. Where a row holds exactly the text of another one,
nobody can say which of the two its answer is for, so nothing of it is stored. Rows whose text
several refs share cannot be told apart once one row of the sheet has moved; they are held back
with it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from cyberassess.books.guard import Cell, Sheet
from cyberassess.books.wording import fold
from cyberassess.domain.calendar_words import read_day_count
from cyberassess.errors import Problem, counted, named

UNDO = (
    "Was one column sorted by itself? Undo that (Ctrl+Z), or copy the refs back from the file "
    "that was sent; then sort whole rows only, and send the file again."
)
_LONGEST = 60


def quoted(text: str) -> str:
    """Give what was found, in quotation marks, in one line and not too long."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= _LONGEST else f'"{line[: _LONGEST - 1].rstrip()}…"'


def seen_otherwise(cell: Cell, where: str) -> Iterator[Problem]:
    """Report what of a cell is struck through, and what it holds that is not seen."""
    if cell.struck:
        yield Problem(
            "struck-through",
            where,
            f"{quoted(cell.struck)} is struck through here.",
            "What is struck through is no answer, and was not stored. If it counts, take the line "
            "through it away and send the file again.",
        )
    if cell.is_less:
        yield Problem.note(
            "shown-otherwise",
            where,
            f"The cell shows {quoted(cell.text)}, and holds {cell.plain}."
            if cell.plain
            else f"The cell shows the number {cell.text} in a form of its own.",
            "In words it was taken as it is shown; as a date, or in such a form, as it is held.",
        )


def unsaid_links(
    sheet: Sheet, where: str, said: Collection[str], unread: str, passed: Collection[int] = ()
) -> Iterator[Problem]:
    """Report the links that are neither taken nor named, as one on a text of ours is.

    Args:
        sheet: as it came back.
        where: the sheet, for messages.
        said: the words of all that was taken from the file and named in it; see ``words_of``.
        unread: what becomes of what nobody reads.
        passed: columns that were passed over and named as a whole.
    """
    found = [
        cell
        for cell in sheet.cells
        if cell.whole != cell.text
        and cell.column not in passed
        and not words_of([cell.link]).issubset(said)
    ]
    for cell in found[:_SHOWN]:
        message = f"A link to {cell.link} lies on this cell."
        yield Problem.note("link", f"{where}, cell {cell.address}", message, unread)
    if left := found[_SHOWN:]:
        message = f"{counted(len(left), 'more link')} lie on cells here, "
        message += f"from {left[0].address} to {left[-1].address}."
        yield Problem.note("link", where, message, unread)


def words_of(texts: Iterable[str]) -> set[str]:
    """Give the words of texts, as long as an address is, without what stands around them."""
    return {word.strip('().,;"') for text in texts for word in text.split()}


def date_in(cell: Cell) -> str:
    """Give what a cell says as a date: as it is held, as far as it is meant.

    A number of days is what is left of a date where a program lost how it is shown.
    """
    counted_day = read_day_count(cell.held) if cell.kind == "n" else None
    return cell.date or counted_day or cell.text


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of the rows of a file, with the refs each belongs to."""

    by_text: Mapping[str, tuple[str, ...]]
    """Refs in the file's order, keyed by folded text."""

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Texts":
        """Take pairs of ref and text."""
        found: dict[str, list[str]] = {}
        for ref, text in pairs:
            if text.strip():
                found.setdefault(fold(text), []).append(ref)
        return cls({text: tuple(refs) for text, refs in found.items()})

    def owner(self, text: str, own: str) -> str:
        """Give the ref another row's text belongs to; empty where it is no other row's.

        Args:
            text: as it stands in the row.
            own: the text that belongs to the row's ref.
        """
        folded = fold(text)
        return "" if folded == fold(own) else next(iter(self.by_text.get(folded, ())), "")

    def is_shared(self, text: str) -> bool:
        """Say whether several refs have this text."""
        return len(self.by_text.get(fold(text), ())) > 1


def moved(where: str, ref: str, other: str, text: str, held: str = "") -> Problem:
    """Report a row whose text is another one's.

    Args:
        ref: as the row has it.
        other: the ref the text belongs to.
        text: that stands in the row.
        held: what else stands in the row, quoted.
    """
    more = f" The row holds: {held}." if held else ""
    return Problem(
        "row-moved",
        where,
        f"The row has the ref {ref}, and the text of {other}: {quoted(text)}.{more}",
        f"Nothing in this row was stored. {UNDO}",
    )


def beside_moved(where: str, ref: str, held: str = "") -> Problem:
    """Report a row that cannot be told from others of its kind, on a sheet where rows moved."""
    more = f" The row holds: {held}." if held else ""
    return Problem(
        "row-moved",
        where,
        f"Other rows of this sheet have moved, and the text beside {ref} stands beside other "
        f"refs too, so nobody can say whose row this is.{more}",
        f"Nothing in this row was stored. {UNDO}",
    )


_SHOWN = 20
"""How many refs or rows are named one by one."""


def joined(
    sheet: Sheet, where: str, refs: Mapping[int, str], columns: Collection[int]
) -> Iterator[Problem]:
    """Report cells that were joined over the answers of rows: only the first of them counts.

    Args:
        where: the sheet, for messages.
        refs: of the sheet's rows, keyed by row.
        columns: those that people answer in.
    """
    for each in sheet.merged:
        if not any(each.left <= column <= each.right for column in columns):
            continue
        rows = [refs[row] for row in sorted(refs) if each.top <= row <= each.bottom]
        if not rows:
            continue
        yield Problem(
            "merged-cells",
            f"{where}, cells {each.address}",
            f"These cells were merged into one, over the answers of {counted(len(rows), 'row')}: "
            f"{named(rows, _SHOWN)}.",
            "Each row was read from its own cell, and merging empties all cells but the first. "
            "Undo the merging, answer each row in its own cells, and send the file again.",
        )


def hidden(sheet: Sheet, where: str) -> Iterator[Problem]:
    """Say what of a sheet is hidden; it is read like all else.

    Args:
        where: the sheet, for messages.
    """
    what = ["the whole sheet"] if sheet.is_hidden else []
    filled = {cell.row for cell in sheet.cells}
    rows = [str(each) for each in sheet.hidden_rows if each in filled]
    if rows:
        what.append(f"{'rows' if rows[1:] else 'row'} {named(rows, _SHOWN)}")
    filled = {cell.column for cell in sheet.cells}
    columns = [
        Cell(1, each, "", "").address.rstrip("1")
        for each in sheet.hidden_columns
        if each in filled
    ]
    if columns:
        what.append(f"{'columns' if columns[1:] else 'column'} {', '.join(columns)}")
    if what:
        message = f"Hidden here: {'; '.join(what)}."
        hint = "They were read like all others."
        yield Problem.note("hidden", where, message, hint)
