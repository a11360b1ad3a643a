"""A place in a file that came back: what stands in its cells, and how what is wrong is said."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cyberassess.books import wording
from cyberassess.books.guard import Cell
from cyberassess.books.row_texts import quoted, seen_otherwise
from cyberassess.domain.characters import UNFIT_HINT, unfit_in, unfit_message
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import Problem
from cyberassess.opening.choices import YES_OR_NO, could_mean, read_as, read_listed

LONGEST = 10_000
"""Characters of an answer in somebody's own words."""
UNUSED_LINK = f'It was not stored. If it shows something, write it under "{wording.WORDS}".'


class Place(NamedTuple):
    """A sheet of a file, for messages and sources."""

    file: str
    sheet: str
    source: Source

    @property
    def sheet_name(self) -> str:
        """The sheet as messages name it."""
        return f'{self.file}, sheet "{self.sheet}"'

    def of(self, cell: Cell) -> str:
        """Give a cell as messages name it."""
        return f"{self.sheet_name}, cell {cell.address}"

    def source_of(self, cell: Cell) -> Source:
        """Give a cell as the ledger names it."""
        return self.source._replace(sheet=self.sheet, cell=cell.address)

    def unexpected(self, cell: Cell) -> Problem:
        """Report a cell that holds something where we expect nothing."""
        what = "The formula " if cell.kind == "f" else ""
        return Problem(
            "unexpected-text",
            self.of(cell),
            f"{what}{quoted(cell.whole)} stands where no answer is expected.",
            f'It was not stored. If it is part of an answer, write it under "{wording.WORDS}" '
            "beside the statement it belongs to.",
        )

    def asides(self, cells: Iterable[Cell]) -> Iterator[Problem]:
        """Report what cells say beside their text: notes, words struck through, hidden digits."""
        for cell in cells:
            if cell.comment:
                yield self._comment(cell)
            yield from seen_otherwise(cell, self.of(cell))

    def _comment(self, cell: Cell) -> Problem:
        return Problem(
            "comment",
            self.of(cell),
            f"There is a note on this cell: {quoted(cell.comment)}.",
            f'Notes are not stored. If it belongs to an answer, write it under "{wording.WORDS}".',
        )

    def drawn(self, text: str) -> Problem:
        """Report a text in a box or another shape."""
        return Problem(
            "drawn-text",
            self.sheet_name,
            f"There is a text box or shape here that says {quoted(text)}.",
            f'It was not stored. If it belongs to an answer, write it under "{wording.WORDS}".',
        )

    def yes_in(self, cell: Cell) -> tuple[bool | None, list[Problem]]:
        """Say whether a cell says yes or no; neither where it is empty or says something else."""
        text, problem = self.text_in(cell)
        if problem is not None or not text:
            return None, [problem] if problem is not None else []
        if wording.is_yes(text) or wording.is_no(text):
            return wording.is_yes(text), self.unused_link(cell)
        read = read_listed(text, YES_OR_NO, "yes-no")
        if read.choice is not None:
            said = read_as(self.of(cell), text, read.choice.label)
            return read.choice is YES_OR_NO[0], [said, *self.unused_link(cell)]
        found = f"{quoted(cell.text)} stands where only Yes or No is understood."
        hint = "Nothing was confirmed by it. Choose Yes, or leave it empty, and send it again."
        return None, [
            Problem("not-a-yes", self.of(cell), found, f"{could_mean(text, read)}{hint}")
        ]

    def beside(self, cells: Iterable[Cell]) -> tuple[str, list[Problem]]:
        """Give what somebody wrote beside a Yes, each cell on a line of its own."""
        read = [self.words_in(each) for each in cells]
        return (
            "\n".join(text for text, _ in read if text),
            [problem for _, problem in read if problem is not None],
        )

    def unused_link(self, cell: Cell) -> list[Problem]:
        """Report a link on a cell of which only the choice is taken."""
        if cell.whole == cell.text:
            return []
        found = f"A link to {cell.link} lies on this cell."
        return [Problem.note("link", self.of(cell), found, UNUSED_LINK)]

    def words_in(self, cell: Cell) -> tuple[str, Problem | None]:
        """Give what somebody wrote, and where a link on it leads; see ``text_in``."""
        return self._text(cell, cell.whole)

    def text_in(self, cell: Cell) -> tuple[str, Problem | None]:
        """Give what somebody typed, or why it cannot be stored."""
        return self._text(cell, cell.text)

    def _text(self, cell: Cell, shown: str) -> tuple[str, Problem | None]:
        if cell.kind == "f":
            return "", Problem(
                "formula",
                self.of(cell),
                f"The cell holds the formula {quoted(cell.text)}, not an answer.",
                "It was not stored. Type the answer itself, and send the file again.",
            )
        if cell.kind == "e":
            return "", Problem(
                "broken-value",
                self.of(cell),
                f"The cell shows {quoted(cell.text)}, which Excel writes when it cannot work "
                "something out.",
                "It was not stored. Type the answer itself, and send the file again.",
            )
        text = shown.replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(text) > LONGEST:
            return "", Problem(
                "too-long",
                self.of(cell),
                f"The text has {len(text):,} characters: {quoted(text)}.",
                f"Up to {LONGEST:,} are stored; this one was not. "
                "Shorten it, or name it as a document, and send the file again.",
            )
        return text, None

    def line_in(self, cell: Cell, *, linked: bool = False) -> tuple[str, Problem | None]:
        """Give what somebody typed as one line, and where a link leads if that is wanted."""
        text, problem = self.words_in(cell) if linked else self.text_in(cell)
        unfit = unfit_in(text, lines=True)
        if unfit:
            hint = f"It was not stored. {UNFIT_HINT} Then send the file again."
            message = unfit_message(text, unfit)
            return "", Problem("unseen-character", self.of(cell), message, hint)
        return " ".join(text.split()), problem
