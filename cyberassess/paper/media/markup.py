"""Blocks as HTML: the one place that knows how each of them is written, on screen and on paper.

Everything that is said goes through ``escaped``.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape

from cyberassess.paper.blocks import (
    LONG_ROW,
    STRONG,
    WIDTH,
    Block,
    Bullets,
    Cell,
    Column,
    Heading,
    Page,
    Part,
    Picture,
    Row,
    Section,
    Table,
    Text,
    gathered,
    length,
    plain,
    without_pages,
)
from cyberassess.paper.document import Frame

_KEPT_CONTROLS = "\n\t"
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the reading direction, and could make an answer read as another."""
_NO_CHARACTERS = "\ufffe\uffff"
"""Code points that are none, and that no XML may hold.

Source: Extensible Markup Language 1.0, section 2.2, https://www.w3.org/TR/xml/#charsets
"""
_CUT_LEVEL = 3
"""Headings that a section is cut at, too, where it may be cut."""
_WORTH_A_PART = 1200
"""Characters of HTML before such a cut; less takes hardly longer with what follows it."""
_BEGINS = frozenset({"new-page", "next"})
"""Kinds of where a section begins, which its further parts do not have."""


def printable(value: object) -> object:
    """Make what would not show on paper visible; templates of other pages fill it in, too.

    Control characters, halves of characters and what XML has no room for become the replacement
    character; marks that turn the reading direction are named in brackets.
    """
    if not isinstance(value, str) or hasattr(value, "__html__") or value.isprintable():
        return value
    if all(each in _KEPT_CONTROLS or unicodedata.category(each)[0] != "C" for each in value):
        return value
    return "".join(map(_shown, value))


def _shown(character: str) -> str:
    if character in _DIRECTION:
        return f"[U+{ord(character):04X}]"
    is_none = character in _NO_CHARACTERS or unicodedata.category(character) in {"Cc", "Cs"}
    if character in _KEPT_CONTROLS or not is_none:
        return character
    return "" if character == "\r" else "\ufffd"


def escaped(text: str) -> str:
    """Give a text as it stands in HTML, also between quotes."""
    return escape(str(printable(text)))


def _attributes(**given: str) -> str:
    """Write attributes that have a value; a dash stands in their names as an underscore."""
    return "".join(
        f' {name.strip("_").replace("_", "-")}="{escaped(value)}"'
        for name, value in given.items()
        if value
    )


class Writer:
    """Writes the blocks of one document."""

    def __init__(self, frame: Frame, *, labels: bool = False) -> None:
        """Stand ready to write.

        Args:
            labels: whether cells know the heads of their columns, for screens on which the rows
                of a table are stacked.
        """
        self._frame = frame
        self._labels = labels

    def body(self, sections: Iterable[Section]) -> str:
        """Write all of a document."""
        return "\n".join(self._section(each, "section") for each in sections)

    def _section(self, section: Section, name: str) -> str:
        """Write a section; where it may be cut, also before its headings of level 3."""
        cut = f"<!--{section.cut}-->\n" if section.cut else ""
        kind = " ".join(each for each in section.kind.split() if each not in _BEGINS)
        again = f"</{name}>\n<!--part on-->\n<{name}{_attributes(class_=kind)}>"
        inner: list[str] = []
        long = 0
        for block in section.blocks:
            is_head = isinstance(block, Heading) and block.level == _CUT_LEVEL
            if cut and is_head and long > _WORTH_A_PART:
                inner.append(again)
                long = 0
            inner.append(self._block(block))
            long += len(inner[-1])
        begin = f"{cut}<{name}{_attributes(class_=section.kind)}>"
        return "\n".join((begin, *inner, f"</{name}>"))

    def _block(self, block: Block) -> str:
        match block:
            case Heading():
                return self._heading(block)
            case Text():
                return f"<p{_attributes(class_=block.kind)}>{self._inside(block.line)}</p>"
            case Table(by=None):
                return self._table(block)
            case Table():
                return "\n".join(self._lists(block))
            case Bullets():
                lines = "".join(f"<li>{self._inside(each)}</li>" for each in block.lines)
                return f"<ul{_attributes(class_=block.kind)}>{lines}</ul>"
            case Picture():
                return f"{drawn(block)}{self._instead(block)}"
            case Section():
                return self._section(block, "div")

    def _instead(self, picture: Picture) -> str:
        """Say what a picture says where a screen is too narrow for what stands in it."""
        is_said = self._labels and picture.instead
        return f'<p class="instead">{escaped(picture.instead)}</p>' if is_said else ""

    def _heading(self, block: Heading) -> str:
        name = f"h{block.level}"
        about = _attributes(class_=block.kind, id=block.anchor, data_running=block.running)
        if block.level > 1:
            return f"<{name}{about}>{escaped(block.text)}</{name}>"
        frame, logo = self._frame, self._frame.look.logo
        # NOTE: what repeats this on every page knows it by its marking, even an empty one.
        carried = f' data-marking="{escaped(frame.marking)}"' + _attributes(
            data_name=frame.name,
            data_footer=frame.footer,
            data_date=frame.date_in_words,
        )
        above = _attributes(alt=frame.name, src=logo.address) if logo else ""
        superseded = (f'<p class="level"><b>{escaped(said)}</b></p>' for said in frame.superseded)
        return "\n".join((
            *([f'<p class="logo"><img{above}></p>'] if above else []),
            f"<h1{about}{carried}>{escaped(block.text)}</h1>",
            *superseded,
        ))  # fmt: skip

    def _table(self, table: Table) -> str:
        table = without_pages(table) if self._labels else table
        caption = f"<caption>{escaped(table.caption)}</caption>" if table.caption else ""
        group = "".join(
            f'<col style="width:{each.width:g}%">' if each.width else "<col>"
            for each in table.columns
        )
        heads = "".join(
            f'<th scope="col"{_attributes(class_=each.kind)}>{self._inside(each.title)}</th>'
            for each in table.columns
        )
        labels = [
            _attributes(data_label=" ".join(plain(each.title).split()))
            if self._labels and each.is_told
            else ""
            for each in table.columns
        ]
        rows = "\n".join(self._row(table, labels, each) for each in table.rows)
        return (
            f"<table{_attributes(class_=table.kind)}>{caption}<colgroup>{group}</colgroup>"
            f"<thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table>"
        )

    def _lists(self, table: Table) -> Iterator[str]:
        """Write rows as lists, each under what its rows share.

        An item costs half of what a row of cells does to lay out, and fills the page's width.
        """
        kind = _attributes(class_=table.kind)
        for shared, rows in gathered(table):
            items = "".join(f"<li>{self._inside(each)}</li>" for each in rows)
            yield f"<h4>{escaped(shared)}</h4>"
            yield f"<ul{kind}>{items}</ul>"

    def _row(self, table: Table, labels: list[str], row: Row) -> str:
        last = len(row) - 1
        is_part = not last and len(table.columns) > 1
        long = "keep" if is_part else "long" if length(row) > LONG_ROW else ""
        cells: list[str] = []
        for at, cell in enumerate(row):
            column = table.columns[at]
            span = len(table.columns) - last if at == last else 1
            names = at in table.names and cell != ""
            cells.append(self._cell(column, cell, labels[at], span, is_head=names))
        return f"<tr{_attributes(class_=long)}>{''.join(cells)}</tr>"

    def _cell(self, column: Column, cell: Cell, label: str, span: int, *, is_head: bool) -> str:
        wide = _attributes(colspan=str(span) if span > 1 else "")
        number = f' data-page="#{escaped(cell.anchor)}"' if isinstance(cell, Page) else ""
        kind = _attributes(class_="part" if is_head and span > 1 else column.kind)
        if is_head:
            anchor = ""
            if isinstance(cell, Part):
                anchor, cell = _attributes(id=cell.anchor), replace(cell, anchor="")
            return f'<th scope="row"{kind}{wide}{anchor}>{self._inside(cell)}</th>'
        inner = self._inside(cell)
        return f"<td{kind}{wide}{number}{label if span == 1 else ''}>{inner}</td>"

    def _inside(self, cell: Cell) -> str:
        match cell:
            case str():
                return escaped(cell)
            case Part():
                return self._part(cell)
            case Text() | Picture():
                return self._block(cell)
            case Page():
                return ""
            case _:
                return "".join(map(self._inside, cell))

    def _part(self, part: Part) -> str:
        if part.kind == "break":
            return "<br>"
        text = escaped(part.text)
        if part.link:
            text = f"<a{_attributes(href=f'#{part.link}')}>{text}</a>"
        if part.kind == STRONG:
            return f"<b>{text}</b>"
        about = _attributes(class_=part.kind, id=part.anchor)
        return f"<span{about}>{text}</span>" if about else text


def drawn(picture: Picture) -> str:
    """Write a picture as SVG."""
    size = f' style="height:{picture.height}mm"' if picture.width == WIDTH else ""
    box = f"0 0 {picture.width:g} {picture.height:g}"
    return (
        f'<svg class="{picture.kind}" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'viewBox="{box}"{size}><title>{escaped(picture.alternative)}</title>'
        f"{''.join(_shapes(picture))}</svg>"
    )


def _shapes(picture: Picture) -> Iterator[str]:
    for bar in picture.bars:
        corner = f' rx="{bar.round}"' if bar.round else ""
        edge = f' stroke="{bar.stroke}" stroke-width="{bar.line}"' if bar.stroke != "none" else ""
        yield (
            f'<rect x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}"{corner} '
            f'fill="{bar.fill}"{edge}/>'
        )
    for each in picture.words:
        yield (
            f'<text x="{each.x}" y="{each.y}" text-anchor="{each.anchor}" '
            f'font-family="Atkinson Hyperlegible Next" font-weight="{each.weight}" '
            f'font-size="{each.size}" fill="{each.fill}">{escaped(each.text)}</text>'
        )
