"""The board summary in two layouts: as a document, and as a paper councils fill in and paste."""

from collections.abc import Iterator
from dataclasses import dataclass

from cyberassess.paper.blocks import (
    SLOT,
    Block,
    Bullets,
    Heading,
    Section,
    Table,
    Text,
    columns,
    filled,
    paragraph,
    strong,
)
from cyberassess.paper.charts import Chart
from cyberassess.paper.document import Document
from cyberassess.paper.furniture import control
from cyberassess.paper.sections.first_page import first_page
from cyberassess.paper.sections.gaps import Map
from cyberassess.paper.sections.moves import MoveRow, moved_by_table
from cyberassess.paper.sections.page_one import PageOne
from cyberassess.paper.sections.squares import Squares
from cyberassess.paper.sections.summary import Figure, GapRow, ThemeTable
from cyberassess.paper.sections.tables import gap_table, heat_maps, themes_table

RESTRICTED, OPEN = "restricted", "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSummary(Document):
    """Everything the board summary prints."""

    edition: str
    one: PageOne
    title: str
    about: str
    lead: str
    lead_count: str
    lead_before: str
    lead_weakest: str
    verdicts: tuple[str, ...]
    squares: Squares | None
    level: str
    target: str
    moved: str
    """What rose and fell since last year, in a sentence."""
    moved_by: tuple[str, ...]
    """The answers behind the result, a sentence each."""
    dissent: str
    """What an independent review found otherwise."""
    opinion: str
    """The first sentence of what the assurer thinks of the whole."""
    figures: tuple[Figure, ...]
    confirmed: str
    """How many results named people confirmed, and who."""
    gaps: tuple[GapRow, ...]
    gaps_title: str
    gaps_note: str
    stake: str
    """What the weakest system carries, in the council's own words."""
    plan: str
    """How much is planned, and what it costs."""
    decision: str
    not_covered: str
    exempt: str
    themes: tuple[ThemeTable, ...]
    maps: tuple[Map, ...]
    charts: tuple[Chart, ...]
    years: Chart | None
    """The headline theme over the years."""
    became: tuple[Block, ...]
    """What became of last year's actions; nothing where last year planned nothing."""
    pictures: tuple[Chart, ...]
    """For the edition that is pasted into a paper, beside the row of squares."""
    finance_officer: str
    moves: tuple[MoveRow, ...]
    moves_note: str
    actions: Table | None
    actions_note: str
    method: tuple[str, ...]


def pages(summary: BoardSummary) -> tuple[Section, ...]:
    """Lay the summary out for PDF and screens."""
    is_open = summary.edition == OPEN
    shown = _open_pages(summary) if is_open else _themes_and_map(summary)
    method = Heading("How this was found", kind="again"), Bullets(summary.method, "tight")
    last = (control(summary.frame),) if is_open else _plan_page(summary)
    return (
        first_page(summary.one),
        Section(tuple(_detail(summary)), "new-page board"),
        Section((*shown, *method), "next"),
        Section(tuple(last), "tight" if is_open else "next tight"),
    )


def _detail(summary: BoardSummary) -> Iterator[Block]:
    yield Heading("The result in detail")
    yield Text((strong(summary.level), f" {summary.plan}".rstrip()), "level")
    yield from paragraph(summary.opinion, "level")
    yield from paragraph(" ".join(summary.moved_by), "level")
    last_year = Heading("What became of last year's actions", kind="section")
    yield from filled(last_year, summary.became)
    yield from [summary.years.section] if summary.years else []
    if summary.gaps:
        yield Heading(summary.gaps_title, kind="section")
        yield gap_table(summary.gaps)
    yield Text(summary.gaps_note, "small")
    if summary.edition == OPEN:
        yield Heading("All themes", kind="section")
        yield from _themes(summary)
    yield Heading("Not covered", kind="section")
    yield Text(summary.not_covered)
    yield Text(summary.exempt, "small")


def _themes(summary: BoardSummary) -> Iterator[Block]:
    for each in summary.themes:
        yield from themes_table(each, summary.frame.look.colours)


def _open_pages(summary: BoardSummary) -> Iterator[Block]:
    yield from filled(Heading("How far this is proven"), (e.section for e in summary.charts))


def _themes_and_map(summary: BoardSummary) -> Iterator[Block]:
    yield Heading("All themes")
    yield from _themes(summary)
    yield from heat_maps(summary.maps, Heading("Where the gaps are", kind="again"))
    yield from (each.section for each in summary.charts)


def _plan_page(summary: BoardSummary) -> Iterator[Block]:
    yield Heading("The plan")
    yield summary.actions or Text("Nothing is planned yet.")
    yield from paragraph(summary.actions_note, "small")
    yield Heading("What moved since last year", kind="again")
    if summary.moves:
        yield moved_by_table(summary.moves)
        yield from paragraph(summary.moves_note, "small")
    else:
        trend = summary.moved or summary.one.trend
        yield Text(trend or "No earlier assessment can be compared.")
    yield control(summary.frame)


def paper(summary: BoardSummary) -> tuple[Section, ...]:
    """Lay the summary out as a committee paper, with slots for what others write."""
    return (Section(tuple(_paper(summary))),)


def _paper(summary: BoardSummary) -> Iterator[Block]:
    yield Heading(summary.title, 1)
    yield Text(f"{summary.about} · {summary.frame.marking}")
    yield Heading("Recommendation")
    yield Text(summary.decision)
    yield _slot("Recommendation: keep, change or replace the sentence above")
    yield from _result(summary)
    yield from _proof(summary)
    yield from _plan(summary)
    yield Heading("All themes")
    yield from _themes(summary)
    yield from heat_maps(summary.maps, Heading("Where the gaps are"))
    yield from filled(Heading("What became of last year's actions"), summary.became)
    if summary.moves:
        yield Heading("What moved since last year")
        yield moved_by_table(summary.moves)
        yield from paragraph(summary.moves_note)
    yield from _slots(summary)
    yield Heading("Not covered")
    yield Text(summary.not_covered)
    yield Heading("How this was found")
    yield Bullets(summary.method)
    yield Heading("Control of this document")
    yield Table(columns(("Item", 30), ("Entry", 70)), summary.frame.control)


def _result(summary: BoardSummary) -> Iterator[Block]:
    yield Heading("Result")
    parts = summary.lead, summary.lead_count, summary.lead_before, summary.lead_weakest
    yield Text(" ".join(filter(None, parts)), "lead")
    yield from map(Text, summary.verdicts)
    yield from [summary.squares.picture] if summary.squares else []
    yield Text(" ".join(filter(None, (summary.level, summary.target, summary.moved))))
    yield from [Text(strong(summary.dissent))] if summary.dissent else []
    yield from paragraph(summary.opinion)
    yield from map(Text, summary.moved_by)


def _proof(summary: BoardSummary) -> Iterator[Block]:
    """Say how far the result can be relied on: every figure, then the picture of them."""
    yield Heading("How sure we are")
    rows = tuple((each.meaning, each.number) for each in summary.figures)
    yield Table(columns(("What", 70), ("Figure", 30)), rows)
    yield Text(summary.confirmed)
    shown = {each.title: each for each in (*summary.pictures, *summary.charts)}
    if summary.years:
        shown[summary.years.title] = summary.years
    yield from (each.section for each in shown.values())


def _plan(summary: BoardSummary) -> Iterator[Block]:
    yield Heading(summary.gaps_title)
    yield from [gap_table(summary.gaps)] if summary.gaps else []
    yield from paragraph(" ".join(filter(None, (summary.gaps_note, summary.plan))))
    if summary.actions:
        yield Heading("The plan")
        yield summary.actions
        yield from paragraph(summary.actions_note)


def _slots(summary: BoardSummary) -> Iterator[Block]:
    """Leave room for what others write, with what is known already."""
    look = summary.frame.look
    yield Heading("Financial implications")
    yield from paragraph(summary.plan)
    yield _slot(f"For the {summary.finance_officer} to write")
    yield Heading("Legal implications")
    yield Text(summary.exempt)
    yield _slot(f"For the {look.adviser} to write")
    yield Heading("Equality implications")
    yield _slot("Say whom a failure of these services would touch most, and how that is weighed")
    yield Heading("Risk implications")
    is_open = summary.edition == OPEN
    elsewhere = "The risks by system are in the restricted edition." if is_open else ""
    yield from paragraph(summary.stake or elsewhere)
    yield _slot(f"For the {look.risk_owner} to write")


def _slot(text: str) -> Text:
    return Text(f"[{text}]", SLOT)
