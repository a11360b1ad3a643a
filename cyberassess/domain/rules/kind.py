"""What a kind of rule is: what it decides, and all that anybody else needs to know of it.

Each kind stands in a file of its own beside this one, with its words and its limits; ``known``
lists them. A rule counts: it knows levels by their rank, never a control set.
"""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

from cyberassess.errors import counted


class CountsAs(Enum):
    """What an answer says of its statement, for the rules."""

    MET = "met"
    """The statement holds here; for a warning sign: it happens here."""
    PARTLY = "partly"
    """The statement holds in part; only rules that say so tell this from not met."""
    NOT_MET = "not-met"
    LEFT_OUT = "left-out"
    """The statement does not apply."""
    UNANSWERED = "unanswered"


class Step(Protocol):
    """A level of determination, as a rule sees it."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def is_warning(self) -> bool:
        """Whether a statement of it that holds speaks against the outcome."""


class Table(NamedTuple):
    """What a rule says of an outcome; levels by their rank."""

    suggested: int | None
    """``None`` while best and worst differ, and where the outcome is not applicable."""
    best: int | None
    worst: int | None
    complete: bool
    not_applicable: bool
    unaccepted: tuple[int, ...] = ()
    """Columns of which more than half is left out: never all true until accepted by name."""


class Counted(NamedTuple):
    """What a rule goes by: what counts for the statements of one outcome."""

    levels: Sequence[Step]
    """Those it can be determined at, lowest first."""
    ranks: Sequence[int]
    """Of the level each statement is attached to."""
    counts: Sequence[CountsAs]
    """One for each statement, in the same order."""
    accepted: Container[int] = ()
    """Ranks of the columns that hold though more than half of them is left out."""

    @property
    def left(self) -> list[CountsAs]:
        """Give what counts for the statements that apply."""
        return [count for count in self.counts if count is not CountsAs.LEFT_OUT]


class Point(NamedTuple):
    """One statement of an outcome, as a rule explains it."""

    id: str
    rank: int
    text: str
    counts_as: CountsAs
    said: str
    """In few words, in lower case: ``working towards``."""
    is_permission: bool
    fails_whole: bool


@dataclass(frozen=True, slots=True)
class Case:
    """An outcome that was determined, for the sentences that say why."""

    levels: Sequence[Step]
    points: Sequence[Point]
    reached: int
    one: str
    """What one statement is called."""
    is_itself: bool
    """Whether the publisher has one word for an outcome and for its statements."""

    def title(self, rank: int) -> str:
        """Give a level's title inside a sentence."""
        return self.levels[rank].title.lower()

    def at(self, rank: int) -> list[Point]:
        """Give the statements of one level."""
        return [each for each in self.points if each.rank == rank]

    @property
    def applying(self) -> list[Point]:
        """Give the statements that count: neither left out nor permissions."""
        return [
            each
            for each in self.points
            if not each.is_permission and each.counts_as is not CountsAs.LEFT_OUT
        ]


def short(points: Sequence[Point]) -> list[Point]:
    """Give the statements that are not met, or only partly."""
    return [e for e in points if e.counts_as in (CountsAs.NOT_MET, CountsAs.PARTLY)]


def all_of(number: int, one: str) -> str:
    """Give ``all its 3 controls are``, or ``its one control is``."""
    if number == 2:  # noqa: PLR2004 - nobody says *all its 2*
        return f"both its {one}s are"
    return f"its one {one} is" if number == 1 else f"all its {counted(number, one)} are"


class Empty(Enum):
    """What a level is to which no statement of an outcome leads."""

    LIKE_ANY = "like any other"
    """It is reached as the others are: the rule does not go by columns."""
    NEVER = "never reached"
    """Levels are columns of a table. One that is mostly left out waits to be accepted."""
    PASSED_OVER = "passed over"
    """It holds nothing back, and is never the level."""


MET_HEADS = ("In all", "Met", "Not met", "Left out", "Not answered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of rule, at one version."""

    id: str
    """Where several versions have one id, each is a kind of its own."""
    version: str = "1"
    decide: Callable[[Counted], Table]
    """Determines one outcome."""
    why: Callable[[Case], list[str]]
    """Says in sentences what decided an outcome."""

    builds_up: bool = False
    """Whether a level counts only on top of those below it."""
    empty: Empty = Empty.LIKE_ANY
    has_middle: bool = False
    """Whether *partly* is told from *not met*."""
    has_verdict: bool = False
    """Whether all outcomes of a scope together are ready or not."""
    says_gap: bool = False
    """Whether its sentences name already what stands between an outcome and its target."""

    noun: str = ""
    """What one statement is called; empty where that is the publisher's word."""
    band: str = "is this met?"
    """Asked over the statements of a level where they are asked. A set may have its own."""
    heads: tuple[str, ...] = MET_HEADS
    """Over the figures of a worked example: all, met, partly if it has a middle, not met, left
    out, not answered."""
    our_target: str = "Our target:"
    """Stands before a profile's title."""
    note: str
    """How we read what the publisher leaves open. A set may have its own."""
    scale: str = ""
    """Whose scale it is, where that is not the publisher's. A set may have its own."""
    limit: str = ""
    """What a reader must not take it for. A set may have its own."""

    @property
    def has_columns(self) -> bool:
        """Whether levels are the columns of a table."""
        return self.empty is Empty.NEVER

    @property
    def passes_over(self) -> bool:
        """Whether a level without a statement that applies is passed over, and never the level."""
        return self.empty is Empty.PASSED_OVER


def between(worst: int, best: int, given: Counted) -> Table:
    """Give what is said of an outcome that stands somewhere from one rank to another.

    Where nothing applies, it is not applicable.
    """
    if not given.left:
        return Table(None, None, None, complete=True, not_applicable=True)
    return Table(
        worst if worst == best else None,
        best,
        worst,
        complete=CountsAs.UNANSWERED not in given.counts,
        not_applicable=False,
    )
