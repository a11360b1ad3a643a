"""What stands on a page: a handful of blocks, from which one template makes every screen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode


class Link(NamedTuple):
    """Something to open."""

    title: str
    path: str
    """Relative to the page, as a URL."""


Cell = str | Link


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
    """``text``, ``area``, ``date``, ``file``, ``list``, ``choice``, ``check`` or ``hidden``;
    ``said`` for what only stands there."""
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()
    """Value and label of each."""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Something to fill in; each calls one verb."""

    do: str
    """Which verb."""
    fields: Sequence[Field]
    submit: str
    title: str = ""
    text: str = ""
    id: str = ""
    """What tells it from others of its kind on the same page."""
    block: str = "form"


Block = Text | Heading | Items | Table | Form


@dataclass(frozen=True, slots=True)
class Screen:
    """A page."""

    title: str
    blocks: Sequence[Block]
    command: str = ""
    """What says or does the same in a terminal."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said above a page: what was done, or why it was not."""

    lines: Sequence[str]
    is_refused: bool = False
    typed: dict[str, str] = field(default_factory=dict)
    """What stood in the form that was refused, so that nothing is typed twice."""
