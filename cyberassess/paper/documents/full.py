"""The full report: page one, the result in detail, gaps, review, every outcome, method."""

from collections.abc import Iterator
from dataclasses import replace

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.result.theme_maturity import THEME_RULE
from cyberassess.paper.basis import Basis, joined
from cyberassess.paper.blocks import (
    Block,
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
from cyberassess.paper.detail.fairplay import fair_play
from cyberassess.paper.detail.gaps import gaps
from cyberassess.paper.detail.matrix import matrices
from cyberassess.paper.detail.method import method
from cyberassess.paper.detail.places import places
from cyberassess.paper.detail.side_by_side import shown_outcomes, side_by_side
from cyberassess.paper.document import Document, frame, prepared_by, said_status
from cyberassess.paper.furniture import control
from cyberassess.paper.sections.checking import said_checks, said_confirmed, said_dissent
from cyberassess.paper.sections.moves import said_turns
from cyberassess.paper.sections.page_one import page_one
from cyberassess.paper.sections.review import review
from cyberassess.paper.sections.summary import said_left_out, said_level, whose_target
from cyberassess.paper.sections.top_gaps import gap_table, gaps_note, gaps_title, top_gaps
from cyberassess.paper.sections.years import years

SHORT = (
    "Sections stand here for what is below its target, disputed, overridden, lowered on review or "
    "not decided. The edition with every answer, as in an evidence pack, has all outcomes."
)


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
    parts = (
        gaps(basis),
        *review(basis),
        fair_play(basis),
        matrices(basis, anchors),
        places(basis),
        *side_by_side(basis, outcomes, note, names_all=every_answer),
        evidence_register(basis),
        actions(basis),
        *register(basis),
        *years(basis),
        *method(basis, {basis.anchor(each.key) for each in all_scores}),
        _assurance(basis, framed.author),
        replace(control(framed), cut="part on"),
    )
    detail = Section(tuple(_detail(basis, parts)), "new-page board", "part")
    return Document(framed, (page_one(basis, "Full report"), detail, *parts))


def _detail(basis: Basis, parts: tuple[Section, ...]) -> Iterator[Block]:
    title = "The result in detail"
    yield Heading(title, anchor="detail", running=title)
    sets = joined([f"{each.title} {each.version}" for each in basis.frameworks.values()])
    yield Text(
        f"Full report for {basis.settings.organisation} · {sets} · {said_date(basis.on)} · "
        f"prepared by {prepared_by(basis)} · {said_status(basis)}",
        "meta",
    )
    rule = Part("under Method and limits", link="theme-rule")
    level = said_level(basis, basis.headline_score())
    follows = f" {whose_target(basis)} The level follows rule {THEME_RULE}, explained "
    yield Text((strong(level), follows, rule, "."), "level")
    yield from paragraph(" ".join(said_turns(basis)), "level")
    gaps_ = top_gaps(basis)
    if gaps_:
        yield Heading(gaps_title(gaps_), kind="section")
        yield gap_table(basis, gaps_, has_links=True)
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
        for cell in (Part(each.text, link=each.anchor), Page(each.anchor))
    ]
    rows: tuple[Row, ...] = tuple(tuple(cells[at : at + 4]) for at in range(0, len(cells), 4))
    heads = columns(("Section", 42), ("Page", 8), ("Section", 42), ("Page", 8))
    return Table(heads, rows, "contents", names=(0, 2))


def _assurance(basis: Basis, officer: str) -> Section:
    title = "Statement of assurance"
    rests = filter(None, (said_checks(basis), said_confirmed(basis), said_dissent(basis)))
    statement = (
        "We have read this report. To the best of our knowledge the answers it rests on were "
        "given in good faith by the people named in it, what we know to be missing or disputed "
        f"is said under Fair play, and the gaps it names are those we know of. {' '.join(rests)}"
    )
    heads = columns(("As", 24), ("Name", 28), ("Signature", 30), ("Date", 18))
    rows = (("Officer responsible", officer, "", ""), ("Senior owner", "", "", ""))
    return Section(
        (
            Heading(title, anchor="assurance", running=title),
            Text(statement),
            Table(heads, rows, "short signed"),
        ),
        "new-page",
        "part",
    )
