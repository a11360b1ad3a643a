"""Sheets of lines that are put elsewhere later: in the margins of pages, or where a number goes.

A line is a cheap thing to lay out and a page a dear one. So lines are laid out many on a sheet,
and cut out of it here: each is an ``article``, which nothing else on a sheet is.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cyberassess.press.fragment import Fragment, Node

MARKED = re.compile(rb"(<</MCID (\d+)[^\n]*>>\nBDC\n)(.*?)(?=\nEMC)", re.DOTALL)
"""A piece of marked content: how it begins, its number, what it draws."""
_ROW = re.compile(rb"(.*?)BT\n(?:1 0 0 -1 (\S+) (\S+) Tm\n(.*?)\n)?ET\n?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of text, and where it stands."""

    x: float
    y: float
    colour: bytes
    said: bytes
    pictures: bytes = b""
    """Characters that are pictures, as some fonts have them; the engine draws them last."""

    def drawn(self, right: float, down: float) -> bytes:
        """Draw it so much further on."""
        place = b"BT\n1 0 0 -1 %.6f %.6f Tm\n" % (self.x + right, self.y + down)
        row = self.colour + place + self.said + b"\nET"
        if not self.pictures:
            return row
        return row + b"\nq\n1 0 0 1 %.6f %.6f cm\n%s\nQ" % (right, down, self.pictures)


def rows(pieces: Iterable[bytes], colour: bytes = b"") -> Iterator[Row]:
    """Read rows from what pieces of marked content draw, those that show something.

    Args:
        colour: of what was drawn before; it holds until a row says another.
    """
    for piece in pieces:
        found = _ROW.fullmatch(piece)
        assert found  # noqa: S101 - the engine draws nothing else there
        colour = found[1] or colour
        if found[2]:
            yield Row(float(found[2]), float(found[3]), colour, found[4], found[5])


def lines(sheet: Fragment) -> Iterator[list[Row]]:
    """Cut out the lines of a sheet, each in as many rows as it takes."""
    pieces = [
        {int(number): said for _, number, said in MARKED.findall(leaf.commands)}
        for leaf in sheet.leaves
    ]
    colour = b""
    for line in (each for node in sheet.nodes for each in node.walk() if each.tag == "Art"):
        marks = [kid for node in line.walk() for kid in node.kids if not isinstance(kid, Node)]
        found = list(rows((pieces[page][mark] for _, page, mark in marks), colour))
        colour = found[0].colour if found else colour
        yield found
