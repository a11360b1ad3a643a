"""The page that says what came in, file by file."""

from dataclasses import dataclass
from typing import ClassVar

from cyberassess.paper.documents.start_pages import Link


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of a place in a file."""

    place: str
    href: str
    """To the cell in the original; empty where it is none."""
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class CameFile:
    """One file that came."""

    name: str
    said: str
    """What was taken of it; why it is none of ours, of other people's."""
    kept: str = ""
    """Where the original lies, as a link; empty where it was not kept."""
    who: str = ""
    """Whose it is; empty where it does not say."""
    backs: tuple[Link, ...] = ()
    """A draft of an e-mail first, where there is one, then what is attached to it."""
    lines: tuple[str, ...] = ()
    """What it changed, and on what people differ since."""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class CamePage:
    """All that one command took in."""

    template: ClassVar[str] = "came.html.j2"
    title: str
    marking: str
    day: str
    lead: str
    """What all files changed, in figures."""
    files: tuple[CameFile, ...]
    others: tuple[CameFile, ...]
