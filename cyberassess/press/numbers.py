"""Page numbers in cells of their own: laid out as noughts, and put there when all are known.

So a table of contents is laid out once, and not again where only what it names moves.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from cyberassess.press.chains import Placed, Typesetter
from cyberassess.press.fragment import Fragment, Node, packed
from cyberassess.press.sheets import MARKED, lines, rows

_CELL = re.compile(r'(<td\b[^>]*?) data-page="#([^"]*)"(?=[^>]*></td>)')
_TAG = re.compile(r"<(/?)(\w+)([^>]*?)>")
_LOOK = re.compile(r' (?:class|style)="[^"]*"')
_VOID = frozenset({"br", "col", "hr", "img", "wbr"})
_AT_A_TIME = 16
"""Numbers are laid out up to a multiple of this: one more page seldom needs a new sheet."""


def without_numbers(part: str) -> str:
    """Give a part with noughts in the cells that are page numbers."""
    return _CELL.sub(r'\1 data-page="0" data-number="\2"', part)


def with_numbers(
    typesetter: Typesetter, part: str, placed: Placed, numbers: Mapping[str, int]
) -> Placed:
    """Give a part that was laid out without numbers with them.

    Args:
        part: as it was before ``without_numbers``.
        numbers: of the page of everything that can be named.
    """
    fragment = placed.fragment
    wanted = {
        kid[1:]: numbers.get(node.number, 0)
        for top in (fragment.nodes if _CELL.search(part) else ())
        for node in top.walk()
        if node.number
        for kid in node.kids
        if not isinstance(kid, Node)
    }
    if not wanted:
        return placed
    sheet = _sheet(typesetter, part, max(wanted.values()))
    laid = [line[0] for line in lines(sheet)]

    def put(page: int) -> Callable[[re.Match[bytes]], bytes]:
        def filled(found: re.Match[bytes]) -> bytes:
            number = wanted.get((page, int(found[2])))
            if number is None:
                return found[0]
            (nought,) = rows([found[3]])
            row = replace(laid[number], colour=nought.colour)
            return found[1] + row.drawn(nought.x - laid[0].x, nought.y - row.y)

        return filled

    leaves = [
        replace(leaf, packed=packed(MARKED.sub(put(page), leaf.commands)))
        for page, leaf in enumerate(fragment.leaves)
    ]
    fonts = [*fragment.fonts, *sheet.fonts]
    return replace(placed, fragment=replace(fragment, leaves=leaves, fonts=fonts))


def _sheet(typesetter: Typesetter, part: str, most: int) -> Fragment:
    """Lay out numbers from 0, in a cell like the first of a part that is one."""
    cell = part.index(">", next(_CELL.finditer(part)).start())
    open_: list[tuple[str, str]] = []
    for closing, name, attributes in _TAG.findall(part[: cell + 1]):
        if closing:
            del open_[-1:]  # what a part closes may have begun in the one before it
        elif name not in _VOID and not attributes.endswith("/"):
            open_.append((name, "".join(_LOOK.findall(attributes))))
    last = -(-(most + 1) // _AT_A_TIME) * _AT_A_TIME
    said = "".join(f"<article>{number}</article>" for number in range(last))
    begin = "".join(f"<{name}{look}>" for name, look in open_)
    end = "".join(f"</{name}>" for name, _ in reversed(open_))
    fragment = typesetter.fragment(f"{begin}{said}{end}")
    assert fragment is not None  # noqa: S101 - what may be laid out is
    return fragment
