"""Where an assessment stands, as pages of HTML: one to start from, and one for each outcome.

They need no script and no network, and lie in the assessment's own folder, so that their links
lead to its workbooks, reports and packs.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from cyberassess.paper.html import printable
from cyberassess.paper.narrow import with_labels
from cyberassess.paper.templates import template_of


@dataclass(frozen=True, slots=True)
class Link:
    """Something to open."""

    title: str
    path: str
    """Relative to the page, as a URL; empty where there is nothing to open."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do, with the command that does it."""

    text: str
    command: str
    """Empty where none is needed."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person's line."""

    name: str
    answered: int
    of: int
    state: str
    due: str
    is_late: bool
    files: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One statement people differ on."""

    ref: str
    """Statement and scope, as commands name them."""
    text: str
    place: str
    answers: tuple[str, ...]
    page: str
    """Of its outcome."""


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One outcome's line."""

    name: str
    page: str
    determination: str
    target: str
    is_below: bool
    notes: str


@dataclass(frozen=True, slots=True)
class PlaceRows:
    """The outcomes of one scope."""

    anchor: str
    title: str
    outcomes: tuple[OutcomeRow, ...]


@dataclass(frozen=True, slots=True)
class StartPage:
    """Where the assessment stands; what an edition does not show is empty."""

    template: ClassVar[str] = "start.html.j2"
    title: str
    marking: str
    on: str
    due: str
    lead: tuple[str, ...]
    sets: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    """Control sets, each with its themes: title, outcomes that meet the target, level."""
    next_steps: tuple[NextStep, ...] = ()
    people: tuple[PersonRow, ...] = ()
    conflicts: tuple[ConflictRow, ...] = ()
    places: tuple[PlaceRows, ...] = ()
    files: tuple[tuple[str, tuple[Link, ...]], ...] = ()
    """Kinds of files, each with its files, newest first."""
    notes: tuple[str, ...] = ()
    foot: str = ""

    @property
    def contents(self) -> tuple[tuple[str, str], ...]:
        """What stands on the page: anchors with titles."""
        parts = [
            ("next", "Next", self.next_steps),
            ("people", "People", self.people),
            ("conflicts", "Where people differ", self.conflicts),
            ("themes1", "Themes", self.sets),
            *((each.anchor, each.title, each.outcomes) for each in self.places),
            ("files", "Files", self.files),
            ("notes", "To know", self.notes),
        ]
        return tuple((anchor, title) for anchor, title, what in parts if what)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One thing that was said or done."""

    who: str
    text: str
    reason: str
    when: str
    where: str
    """Cell and file, or the command."""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement, with all that was said to it, newest first."""

    id: str
    text: str
    counts: str
    says: str
    decides: bool
    in_conflict: bool
    command: str
    """What settles it; empty where nothing is to be settled."""
    steps: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """One outcome in one scope."""

    template: ClassVar[str] = "outcome.html.j2"
    name: str
    place: str
    set: str
    marking: str
    back: str
    result: str
    target: str
    is_below: bool
    follows: str
    views: tuple[str, ...]
    """Who confirmed it, what an assurer found, what stood there last year."""
    words: tuple[StepRow, ...]
    evidence: tuple[Link, ...]
    changes: tuple[str, ...]
    groups: tuple[tuple[str, tuple[StatementRow, ...]], ...]
    """Headings of levels, each with its statements."""
    decisions: tuple[StepRow, ...]
    command: str


class Page(Protocol):
    """What a page shows."""

    template: ClassVar[str]
    """Under ``templates/start``."""


def page_html(page: Page) -> str:
    """Give a page: it stands on its own, runs nothing and fetches nothing."""
    return with_labels(template_of("start", page.template, finalize=printable).render(page=page))
