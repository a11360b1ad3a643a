"""What many documents are furnished with: how they open and close, and what stands in cells."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cyberassess.domain.calendar_words import said_date
from cyberassess.paper.basis import Basis, Verdict
from cyberassess.paper.blocks import (
    Block,
    Bullets,
    Column,
    Heading,
    Part,
    Section,
    Table,
    Text,
    paragraph,
    strong,
)
from cyberassess.paper.document import Frame, prepared_by, said_status

NUMBERS_ABOVE_WORDS = "figures"


def chip(found: Verdict) -> tuple[str | Part, ...]:
    """Give a result as it is shown: its letter in its colour, and its word."""
    return (letter(found), f" {found.word}") if found.letter else (found.word,)


def letter(found: Verdict) -> Part:
    """Give a result's letter in its colour."""
    return Part(found.letter, f"k {found.tone}")


def named(name: str, below: str = "") -> tuple[Text, ...]:
    """Name a row, with what stands below its name in small."""
    return (Text(strong(name)), *paragraph(below, "small"))


def better_or_worse(*, is_worse: bool) -> str | Part:
    """Say which way something moved."""
    return Part("worse", "tag") if is_worse else "better"


def figures(found: Iterable[tuple[str, str]]) -> Table:
    """Give numbers under what they mean.

    Args:
        found: what it means, and the number.
    """
    meanings, numbers = zip(*found, strict=True)
    return Table(tuple(map(Column, meanings)), (numbers,), NUMBERS_ABOVE_WORDS, names=())


def opening(basis: Basis, title: str, kind: str, marking: str) -> Iterator[Block]:
    """Open a document that says in a line what it is, for whom and by whom.

    Args:
        kind: what the line begins with, ``For`` or ``Theme report for``.
    """
    yield Heading(title, 1)
    about = (
        f"{kind} {basis.look.name or basis.settings.organisation} · {said_date(basis.on)} · "
        f"prepared by {prepared_by(basis)} · {said_status(basis)} · "
    )
    yield Text((about, strong(marking)), "meta")


def closing(title: str, frame: Frame, lines: Sequence[str], *before: Block) -> Section:
    """Close a document: how to read it, and the control block."""
    blocks = (Heading(title), *before, Bullets(tuple(lines), "tight"), control(frame))
    return Section(blocks, "next tight")


def control(frame: Frame) -> Section:
    """Give the control block, two entries to a row."""
    cells = [cell for pair in frame.control for cell in pair]
    item, entry = Column("Item", 15), Column("Entry", 35, is_told=False)
    heads = item, entry, replace(item, width=18), replace(entry, width=32)
    rows = tuple(tuple(cells[at : at + 4]) for at in range(0, len(cells), 4))
    title = "Control of this document"
    heading = Heading(title, kind="control", anchor="control")
    return Section((heading, Table(heads, rows, "short", names=(0, 2))), "tight")
