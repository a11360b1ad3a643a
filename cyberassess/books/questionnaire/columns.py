"""The columns of a sheet of questions, each declared once: what writes and what reads follows.

The first four always stand there. Earlier answers, with the question whether they still hold, and
remarks have columns of their own where there are any.
"""

from collections.abc import Callable
from typing import NamedTuple

from cyberassess.books import wording
from cyberassess.books.guard import Cell
from cyberassess.books.look import SIZE, SMALL, TINY
from cyberassess.books.questionnaire.places import Place
from cyberassess.errors import Problem


class Column(NamedTuple):
    """A column of a sheet of questions."""

    heading: str
    size: int = SIZE
    """Of its text."""
    choices: tuple[str, ...] = ()
    """What is offered in its cells, where that is the same in every row."""
    says: str = ""
    """The field of a ``Response`` that is written in it, beside the answer; empty where none."""
    read: Callable[[Place, Cell], tuple[str, Problem | None]] = Place.text_in
    """Gives what is stored of a cell, or why nothing is."""


COLUMNS = (
    Column(wording.REF, TINY),
    Column(wording.STATEMENT),
    Column(wording.ANSWER),
    Column(wording.WORDS, says="reason", read=Place.words_in),
    Column(wording.EARLIER, SMALL),
    Column(wording.CONFIRM, SMALL, (wording.STILL_TRUE, wording.NO_LONGER)),
    Column(wording.NOTE, SMALL),
)
HEADINGS = tuple(each.heading for each in COLUMNS)
BESIDE = tuple(each for each in COLUMNS if each.says)
"""What people fill in beside an answer."""
ASKED = (wording.ANSWER, *(each.heading for each in BESIDE), wording.CONFIRM)
"""The headings people write under."""
OURS = tuple(each for each in HEADINGS if each not in ASKED)
"""The headings under which nobody answers."""


class Layout:
    """Which columns a sheet of questions has, in their order."""

    def __init__(self, *widths: int, without: tuple[str, ...] = ()) -> None:
        """Take the width of each column in pixels, and the headings of those it lacks."""
        self.widths = widths
        self.columns = tuple(each for each in COLUMNS if each.heading not in without)
        self.places = {each.heading: place for place, each in enumerate(self.columns)}
        """Each column's number, from zero, keyed by heading."""


_PAST = (wording.EARLIER, wording.CONFIRM)
LAYOUTS = {
    (False, False): Layout(84, 520, 210, 426, without=(*_PAST, wording.NOTE)),
    (True, False): Layout(84, 430, 190, 260, 160, 116, without=(wording.NOTE,)),
    (False, True): Layout(84, 415, 190, 280, 271, without=_PAST),
    (True, True): Layout(84, 345, 165, 195, 167, 94, 190),
}
"""By whether there are earlier answers, and remarks."""
