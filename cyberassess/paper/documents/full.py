"""The full report: page one, the result in detail, gaps, review, every outcome, method."""

from collections.abc import Iterator
from dataclasses import replace

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.result.theme_maturity import THEME_RULE
from cyberassess.paper.basis import Basis, joined
from cyberassess.paper.blocks import (
    BREAK,
    Block,
    Cell,
    Heading,
    Page,
    Part,
    Row,
    Section,
    Table,
    Text,
    columns,
    paragraph,
    strong,
)
from cyberassess.paper.detail.actions import actions
from cyberassess.paper.detail.certificates import register
from cyberassess.paper.detail.evidence_register import evidence_register
from cyberassess.paper.detail.matrix import matrices
from cyberassess.paper.detail.method import limits, method
from cyberassess.paper.detail.places import places
from cyberassess.paper.detail.side_by_side import shown_outcomes, side_by_side
from cyberassess.paper.document import Document, frame, prepared_by, said_status
from cyberassess.paper.furniture import control, in_the_way
from cyberassess.paper.sections.checking import said_confirmed, said_dissent
from cyberassess.paper.sections.fairplay import FairPlay, FairRow, fair_play
from cyberassess.paper.sections.first_page import first_page
from cyberassess.paper.sections.gaps import Gaps, NextLevel, gaps
from cyberassess.paper.sections.moves import Moved, moved_by_table, moved_since
from cyberassess.paper.sections.page_one import page_one
from cyberassess.paper.sections.review import ReviewView, review
from cyberassess.paper.sections.summary import (
    gaps_note,
    gaps_title,
    said_left_out,
    said_level,
    theme_table,
    top_gaps,
)
from cyberassess.paper.sections.tables import gap_table, heat_maps, themes_table
from cyberassess.paper.sections.years import years

SHORT = (
    "Sections stand here for what is below its target, disputed, overridden, lowered on review or "
    "not decided. Every answer of all outcomes: cyberassess report full --every-answer, and the "
    "report in an evidence pack."
)
_TITLES = {"matrix": "Every outcome in every place, with pages"}
"""What the contents call a section otherwise than it calls itself."""


def full_report(basis: Basis, *, every_answer: bool = True) -> Document:
    """Give what the full report prints.

    Args:
        every_answer: has a section for each outcome; otherwise only for those with something to
            decide.
    """
    framed = frame(basis, "Full report")
    outcomes = shown_outcomes(basis, every_answer=every_answer)
    all_scores = [each for scores in outcomes for each in scores]
    anchors = {basis.outcome_anchor(e.key.framework, e.key.outcome) for e in all_scores}
    note = "" if every_answer else SHORT
    moved, found = moved_since(basis), gaps(basis)
    parts = (
        _gaps(basis, found, moved),
        *(_review(each) for each in [review(basis)] if each),
        _fair_play(fair_play(basis)),
        matrices(basis, anchors),
        places(basis),
        *side_by_side(basis, outcomes, note, names_all=every_answer),
        evidence_register(basis),
        actions(basis, found.findings_note),
        *register(basis),
        *years(basis),
        *method(basis, {basis.anchor(each.key) for each in all_scores}),
        _assurance(basis, framed.author),
        replace(control(framed), cut="part on"),
    )
    detail = Section(tuple(_detail(basis, moved, parts)), "new-page board", "part")
    return Document(framed, (first_page(page_one(basis, "Full report")), detail, *parts))


def _detail(basis: Basis, moved: Moved, parts: tuple[Section, ...]) -> Iterator[Block]:
    title = "The result in detail"
    yield Heading(title, anchor="detail", running=title)
    sets = joined([f"{each.title} {each.version}" for each in basis.frameworks.values()])
    yield Text(
        f"Full report for {basis.settings.organisation} · {sets} · {said_date(basis.on)} · "
        f"prepared by {prepared_by(basis)} · {said_status(basis)}",
        "meta",
    )
    rule = Part("under Method and limits", "page", "theme-rule")
    level = said_level(basis, basis.headline_score())
    follows = f" The level follows rule {THEME_RULE}, explained "
    yield Text((strong(level), follows, rule, "."), "level")
    yield from paragraph(" ".join(moved.named), "level")
    gaps_ = top_gaps(basis)
    if gaps_:
        yield Heading(gaps_title(gaps_), kind="section")
        yield gap_table(gaps_, has_links=True)
    yield Text(gaps_note(basis, gaps_), "small")
    yield Heading("Not covered", kind="section")
    yield Text(said_left_out(basis))
    yield Heading("Contents", kind="section")
    yield _contents(parts)


def _contents(parts: tuple[Section, ...]) -> Table:
    """List the sections that have an anchor, two to a row."""
    cells = [
        cell
        for part in parts
        for each in part.blocks[:1]
        if isinstance(each, Heading) and each.level == 2 and each.anchor  # noqa: PLR2004
        for cell in (
            Part(_TITLES.get(each.anchor, each.text), link=each.anchor),
            Page(each.anchor),
        )
    ]
    rows: tuple[Row, ...] = tuple(tuple(cells[at : at + 4]) for at in range(0, len(cells), 4))
    heads = columns(("Section", 42), ("Page", 8), ("Section", 42), ("Page", 8))
    return Table(heads, rows, "contents", names=(0, 2))


def _gaps(basis: Basis, found: Gaps, moved: Moved) -> Section:
    title = "Where the gaps are"
    blocks: list[Block] = [Heading(title, anchor="gaps", running=title), Heading("All themes", 3)]
    for ref in basis.frameworks:
        table = theme_table(basis, ref, titled=len(basis.frameworks) > 1)
        blocks += themes_table(table, basis.look.colours)
    heading = Heading("By principle and place", 3)
    blocks += (
        heat_maps(found.maps, heading) if found.maps else (heading, Text(found.findings_note))
    )
    if found.next_level:
        blocks += _next_level(found.next_level)
    if moved.rows:
        blocks.append(Heading("What moved since last year", 3))
        blocks += [Text(moved.sentence, "keep"), moved_by_table(moved.rows)]
    return Section(tuple(blocks), "new-page", "part")


def _next_level(found: NextLevel) -> Iterator[Block]:
    yield Heading(found.title, 3)
    yield Text(found.text, "keep")
    if found.ways:
        heads = columns(("Ref", 8), ("Outcome", 24), ("What stands in the way", 46), ("Where", 22))
        rows = (
            (e.ref, Part(e.title, link=e.link), in_the_way(e.missing, e.more), e.where)
            for e in found.ways
        )
        yield Table(heads, tuple(rows), "found")


def _review(found: ReviewView) -> Section:
    title = "Independent review"
    parts = ("Outcomes", "Reviewed", "Agree", "Lower", "Higher")
    agreements = Table(
        columns(("Part", 40), *((each, 12, "number") for each in parts)),
        found.agreements,
        "found",
        "How far the assurer agrees",
    )  # fmt: skip
    both = Table(
        columns(("Ref", 7), ("Where", 14), ("Claimed", 12), ("Assurer", 12),
                ("What the assurer says", 55, "pre")),
        found.rows,
        "found",
    )  # fmt: skip
    opinions: list[Block] = [
        block for e in found.opinions for block in (Text(e.text, "said"), Text(e.by, "by"))
    ]
    if opinions:
        opinions.insert(0, Heading("Opinion of the whole, in the assurer's own words", 3))
    beside = Heading("Both determinations, side by side", 3), both
    verdicts = (
        Text((strong(f"{name}: {said}."), f" {why}")) for name, said, why in found.verdicts
    )
    return Section(
        (
            Heading(title, anchor="review", running=title),
            *opinions,
            *paragraph(found.no_opinion),
            *([Heading("What was reviewed", 3)] if opinions else []),
            Text(found.lead),
            *verdicts,
            agreements,
            Text(found.note, "small"),
            *(beside if found.rows else ()),
        ),
        "new-page",
        "part",
    )


def _fair_play(found: FairPlay) -> Section:
    blocks: list[Block] = [
        Heading("Fair play", anchor="fair-play", running="Fair play"),
        Text("What a careful reader would want to be told without asking.", "meta"),
    ]
    for each in found.lists:
        heads = columns(
            ("Ref, and where", 18), (each.columns[0], 45, "pre"), (each.columns[1], 37, "pre")
        )
        rows = tuple((_ref_and_place(e), e.what, e.detail) for e in each.rows)
        table = Table(heads, rows, "found")
        blocks += [Heading(each.title, 3), Text(each.note, "keep"), table]
    return Section((*blocks, *paragraph(found.empty, "small")), "new-page", "part")


def _ref_and_place(row: FairRow) -> Cell:
    return (row.ref, BREAK, Part(row.where, "place")) if row.where else row.ref


def _assurance(basis: Basis, officer: str) -> Section:
    title = "Statement of assurance"
    rests = " ".join(filter(None, (limits(basis)[0], said_confirmed(basis), said_dissent(basis))))
    statement = (
        "We have read this report. To the best of our knowledge the answers it rests on were "
        "given in good faith by the people named in it, what we know to be missing or disputed "
        f"is said under Fair play, and the gaps it names are those we know of. {rests}"
    )
    heads = columns(("As", 24), ("Name", 28), ("Signature", 30), ("Date", 18))
    rows = (("Officer responsible", officer, "", ""), ("Senior owner", "", "", ""))
    return Section(
        (
            Heading(title, anchor="assurance", running=title),
            Text(statement),
            Table(heads, rows, "short signed"),
        ),
        "next",
        "part on",
    )
