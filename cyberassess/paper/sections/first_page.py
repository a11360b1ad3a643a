"""How page one is laid out, the same in every report that has it."""

from collections.abc import Iterator

from cyberassess.paper.blocks import (
    Block,
    Heading,
    Section,
    Table,
    Text,
    columns,
    paragraph,
    strong,
)
from cyberassess.paper.furniture import figures
from cyberassess.paper.sections.page_one import GapLine, PageOne


def first_page(page: PageOne) -> Section:
    """Give page one."""
    return Section(tuple(_blocks(page)), "one")


def _blocks(page: PageOne) -> Iterator[Block]:
    yield Text(page.about, "about")
    yield Heading(page.heading, 1)
    yield from (Text(strong(each)) for each in page.verdicts)
    if page.squares:
        yield page.squares.picture
        yield from [Text(page.squares.in_words, "note")] if page.squares.in_words else []
    yield Text(page.target, "note")
    if page.so_what:
        yield Heading("So what")
        yield Text(" ".join(page.so_what))
    yield Heading("How sure we are")
    yield figures((each.brief, each.number) for each in page.figures)
    yield Text(" ".join(page.proof))
    decision = (*paragraph(page.plan), Text(strong(page.decision)))
    yield Section((Heading("Decision"), *decision), "ask")
    if page.gaps:
        yield Heading(page.gaps_title)
        yield _gaps(page.gaps)
    if page.trend:
        yield Heading("Trend")
        yield Text(page.trend)


def _gaps(gaps: tuple[GapLine, ...]) -> Table:
    heads = columns(("Gap", 34), ("Where", 26), ("Owner", 23), ("By", 17))
    rows = tuple((each.name, each.where, each.owner, each.by) for each in gaps)
    if any(each.by for each in gaps):
        return Table(heads, rows)
    return Table(heads[:3], tuple(row[:3] for row in rows))
