"""Tables that several documents have: all themes, the gaps that matter most, the map of gaps."""

from collections.abc import Iterator, Sequence

from cyberassess.paper.blocks import (
    Bar,
    Block,
    Column,
    Heading,
    Part,
    Picture,
    Table,
    Text,
    columns,
    paragraph,
    strong,
)
from cyberassess.paper.look import Colours
from cyberassess.paper.sections.gaps import Cell, Map
from cyberassess.paper.sections.summary import GapRow, ThemeRow, ThemeTable

_BAR, _BAR_HEIGHT = 200, 14
_NEAR_THE_END = 196
_SUM_WIDTH = 7
"""Of a column of sums in a map with places as rows, in per cent."""


def themes_table(table: ThemeTable, colours: Colours) -> Iterator[Block]:
    """Show where all themes of a control set stand."""
    heads = columns(
        ("Theme", 18), ("Meet the target", 15), ("Share; the line is last year", 24),
        ("Last year", 13), ("Level", 17), ("Ambition", 13),
    )  # fmt: skip
    rows = tuple(
        (
            each.title,
            each.meets,
            _bar(each, colours) if each.bar >= 0 else "",
            each.before,
            each.level,
            each.ambition,
        )
        for each in table.rows
    )
    yield Table(heads, rows, "short", table.title)
    yield from paragraph(" ".join(table.notes), "small")


def _bar(row: ThemeRow, colours: Colours) -> Picture:
    """Draw a theme's share, and last year's as a line with white beside it."""
    bars = [
        Bar(0.5, 2, _BAR - 1, 10, colours.track, colours.outline, line=1, round=2),
        Bar(0, 2, row.bar, 10, colours.main, round=2),
    ]
    text = f"{row.title}: {row.meets} meet the target"
    if row.mark >= 0:
        at = row.mark - 3 if row.mark > _NEAR_THE_END else row.mark
        bars += [
            Bar(at, 0, 4, _BAR_HEIGHT, colours.white),
            Bar(at + 1, 0, 2, _BAR_HEIGHT, colours.ink),
        ]
        text += f", last year {row.before}"
    return Picture(text, _BAR_HEIGHT, tuple(bars), width=_BAR, kind="bar")


def gap_table(gaps: Sequence[GapRow], *, has_links: bool = False) -> Table:
    """Name the gaps that matter most, with what is missing and what will be done."""
    rows = [(_gap(each, has_links=has_links), each.owner, each.by, each.cost) for each in gaps]
    heads = columns(("What is missing, and where", 57), ("Owner", 16), ("By", 16), ("Cost", 11))
    if not any(each.doing for each in gaps):
        heads = columns(("What is missing, and where", 84), ("Owner", 16))
    return Table(heads, tuple(each[: len(heads)] for each in rows), "found gap")


def _gap(gap: GapRow, *, has_links: bool) -> tuple[Text, ...]:
    name = Part(f"{gap.ref} {gap.title}", "strong", link=gap.link if has_links else "")
    more: tuple[str | Part, ...] = (" ", Part(gap.more, "place")) if gap.more else ()
    texts = [
        Text((Part(f"{answer}:", "tag"), f" {text}", *more)) for answer, text in gap.missing
    ] or [Text(gap.more, "place")]
    if gap.doing:
        bare: tuple[str | Part, ...] = (" ", strong(gap.unplanned)) if gap.unplanned else ()
        texts.append(Text((strong("Action"), f" {gap.doing}", *bare)))
    return Text((name, " ", Part(gap.where, "place"))), *texts


def heat_maps(maps: Sequence[Map], title: Heading) -> Iterator[Block]:
    """Show maps under one heading, each with its own where it has a name."""
    for at, each in enumerate(maps):
        if not at:
            yield title
        if each.title:
            yield Heading(each.title, title.level + 1)
        yield from heat_map(each)


def heat_map(map_: Map) -> Iterator[Block]:
    """Show principles by place, in colours that only repeat what the cells say."""
    yield Text(map_.about, "meta keep")
    heads = [
        Column(each, _SUM_WIDTH if at < map_.sums else 0) for at, each in enumerate(map_.columns)
    ]
    rows = tuple(
        (
            strong(row.title) if row.is_sum else row.title,
            *(_count(cell) if cell.text else "" for cell in row.cells),
        )
        for row in map_.rows
    )
    first = Column(map_.kind, float(map_.first_width))
    yield Table((first, *heads), rows, "map narrow" if map_.sums else "map")
    legend = [part for each in map_.legend for part in (_count(each), " ")]
    yield Text(tuple(legend[:-1]), "legend")
    for note in map_.notes:
        yield Text(note, "small")


def _count(cell: Cell) -> Part:
    return Part(cell.text, cell.tone)
