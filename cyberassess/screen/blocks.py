"""What stands on a page: a handful of blocks, from which one template makes every screen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

FEW = 3
"""A page of more headings begins with the list of them."""


class Link(NamedTuple):
    """Something to open."""

    title: str
    path: str
    """Relative to the page, as a URL."""


class Folded(NamedTuple):
    """A text that is read on demand."""

    title: str
    text: str


Part = str | Link | Folded
Cell = Part | tuple[Part, ...]
"""Of several parts, each on a line of its own."""


def to(screen: str, title: str, **query: str) -> Link:
    """Give a link to a screen."""
    return Link(title, f"{screen}?{urlencode(query)}" if query else screen)


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str
    kind: str = ""
    """``lead``, ``quiet``, ``below``; plain if empty."""
    block: str = "text"


@dataclass(frozen=True, slots=True)
class Heading:
    """What the blocks below it are about."""

    text: str
    block: str = "heading"


@dataclass(frozen=True, slots=True)
class Items:
    """A list; of each item its parts are said one after another."""

    rows: Sequence[Sequence[Cell]]
    block: str = "items"


@dataclass(frozen=True, slots=True)
class Links:
    """What else to open, on one line."""

    links: Sequence[Link]
    name: str
    """What it is a choice of."""
    current: str = ""
    """The title of the one that is open."""
    block: str = "links"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row names it."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    block: str = "table"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is filled in."""

    name: str
    label: str
    kind: str = "text"
    """``text``, ``email``, ``area``, ``date``, ``file``, ``list``, ``choice``, ``check``,
    ``hidden`` or ``was``, what a field showed, which stays so where the form is refused; of those
    that only stand there: ``heading``, ``folded`` and ``link``."""
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()
    """Value and label of each."""
    hint: str = ""
    fields: "Sequence[Field]" = ()
    """What belongs to a choice, beside it; of one without choices, all there is."""


@dataclass(frozen=True, slots=True)
class Form:
    """Something to fill in; each calls one verb."""

    do: str
    """Which verb; of one that changes nothing, the screen that comes next."""
    fields: Sequence[Field]
    submit: str
    title: str = ""
    text: str = ""
    id: str = ""
    """What tells it from others of its kind on the same page."""
    is_folded: bool = False
    """Open it by its title."""
    steps: tuple[int, int] | None = None
    """Of a page of several that are filled in one after another, the one after and the one before
    it; nothing is changed, and what was typed travels in the address."""
    block: str = "form"


Block = Text | Heading | Items | Links | Table | Form


@dataclass(frozen=True, slots=True)
class Screen:
    """A page."""

    title: str
    blocks: Sequence[Block]
    command: str = ""
    """What says or does the same in a terminal."""

    @property
    def contents(self) -> list[tuple[str, str]]:
        """Give the headings of a long page, each with its place; none of a short one."""
        found = list(self._headings())
        return found if len(found) > FEW else []

    def _headings(self) -> Iterator[tuple[str, str]]:
        for number, part in enumerate(self.blocks, start=1):
            if isinstance(part, Heading):
                yield f"part{number}", part.text
            elif isinstance(part, Form):
                for place, each in enumerate(part.fields, start=1):
                    if each.kind == "heading":
                        yield f"part{number}-{place}", each.label


@dataclass(frozen=True, slots=True)
class Said:
    """What is said above a page: what was done, or why it was not."""

    lines: Sequence[str]
    is_refused: bool = False
    typed: dict[str, str] = field(default_factory=dict)
    """What stood in the form that was refused, so that nothing is typed twice."""
