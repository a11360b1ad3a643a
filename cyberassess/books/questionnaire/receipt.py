"""A receipt: what is stored of one person's answers, and the ledger's head that stands for it."""

import datetime
from pathlib import Path
from typing import NamedTuple

from cyberassess.books import wording
from cyberassess.books.look import (
    GREY,
    INDENT,
    LINE,
    PALE,
    PETROL,
    SIZE,
    SMALL,
    TINY,
    Fitted,
    Paper,
    Sheets,
    Writer,
    pairs,
    row_height,
    write,
)
from cyberassess.books.questionnaire.columns import HEADINGS
from cyberassess.books.questionnaire.sharing import LABELS
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.declaring import Declared, Worth, in_words
from cyberassess.domain.people.questions import Block, Questionnaire, Row, Topic

FACT_WIDTHS = (260, 900)
WIDTHS = (84, 540, 210, 406)


class Receipt(NamedTuple):
    """The facts of a receipt."""

    file: str
    """The name of the file that came."""
    sha256: str
    received: str
    """ISO 8601 in UTC: when it came."""
    stored: int
    unchanged: int
    look_again: int
    """How many places the sender was asked to look at."""
    declared: str
    """What the declaration is worth, as ``signed_line`` says it."""


def signed_line(found: Declared, sha256: str) -> str:
    """Say what the declaration is worth.

    Args:
        sha256: of the file the receipt is for.
    """
    match found.worth:
        case Worth.STANDS if found.file == sha256:
            return wording.RECEIPT_DECLARED.format(name=found.name, date=said_date(found.date))
        case Worth.STANDS:
            return wording.RECEIPT_EARLIER.format(name=found.name, date=said_date(found.date))
        case Worth.LAPSED:
            return wording.RECEIPT_LAPSED.format(name=found.name, date=said_date(found.date))
        case Worth.WITHDRAWN | Worth.REFUSED:
            return wording.RECEIPT_REFUSED.format(words=in_words(found, said_date))
        case Worth.UNRECORDED:
            return wording.RECEIPT_UNRECORDED.format(name=found.name)
        case Worth.NONE:
            return wording.RECEIPT_NOT_SIGNED


def write_receipt(path: Path, what: Questionnaire, facts: Receipt, *, tool: str) -> None:
    """Write a receipt; the same input gives the same bytes.

    Args:
        path: of the workbook; replaced if it is there.
        what: the person's questions with their answers as they are stored.

    Raises:
        OSError: where the file cannot be written; nothing is left under its name.
    """
    created = datetime.datetime.fromisoformat(facts.received)
    title = wording.RECEIPT_TITLE.format(name=what.person.name)
    footer = f"{what.organisation[:40]} {what.period[:20]} - {what.person.name[:40]}"
    with Writer(path, title, created, marking=what.marking, footer=footer) as sheets:
        _facts(sheets, what, facts, tool)
        _answers(sheets, what)


def _facts(sheets: Sheets, what: Questionnaire, facts: Receipt, tool: str) -> None:
    paper = sheets.sheet(wording.RECEIPT, FACT_WIDTHS)
    sheets.title(
        paper,
        wording.RECEIPT_TITLE.format(name=what.person.name),
        wording.RECEIPT_LINE.format(
            organisation=what.organisation, period=what.period, marking=what.marking
        ),
    )
    text = wording.RECEIPT_THANKS.format(officer=what.officer.name)
    wrapped = sheets.format(text_wrap=True)
    write(paper, 3, 0, wording.RECEIPT_WHAT, sheets.format(bold=True))
    write(paper, 3, 1, text, wrapped)
    paper.set_row(3, row_height([Fitted(text, FACT_WIDTHS[1], SIZE)], padding=12))
    answered = sum(_said(row)[0] != wording.NOT_ANSWERED for row in what.rows)
    answered += sum(bool(each.same) for each in what.shared)
    look = wording.RECEIPT_LOOK.format(count=facts.look_again) if facts.look_again else ""
    values = {
        wording.RECEIPT_ANSWERED: f"{answered} of {what.questions} questions",
        wording.RECEIPT_CAME: wording.RECEIPT_FILE.format(
            file=facts.file, date=said_date(facts.received)
        ),
        wording.RECEIPT_STORED: wording.RECEIPT_COUNTS.format(
            stored=facts.stored, unchanged=facts.unchanged
        ),
        wording.RECEIPT_OPEN: look or wording.RECEIPT_NOTHING_OPEN,
        wording.RECEIPT_SIGNED: facts.declared,
        wording.RECEIPT_HEAD: what.head,
        wording.RECEIPT_HASH: facts.sha256,
        wording.WRITTEN_BY: f"cyberassess {tool}",
    }
    row = pairs(sheets, paper, 4, values, FACT_WIDTHS[1])
    help_ = sheets.format(font_size=SMALL, font_color=GREY, text_wrap=True)
    write(paper, row, 1, wording.RECEIPT_HELP, help_)
    paper.set_row(row, row_height([Fitted(wording.RECEIPT_HELP, FACT_WIDTHS[1], SMALL)]))
    paper.activate()


def _answers(sheets: Sheets, what: Questionnaire) -> None:
    paper = sheets.sheet(wording.RECEIPT_ANSWERS, WIDTHS)
    sheets.title(
        paper,
        wording.RECEIPT_ANSWERS,
        wording.RECEIPT_LINE.format(
            organisation=what.organisation, period=what.period, marking=what.marking
        ),
    )
    sheets.heads(paper, 3, HEADINGS[:4], {2, 3})
    row = 4
    if what.shared:
        row = _band(sheets, paper, row, wording.SHARED_SHEET)
    for shared in what.shared:
        text = wording.SHARED_TEXT.format(title=shared.topic.title)
        text = f"{shared.topic.scope_title}: {text}{wording.shared_below(shared)}"
        said = LABELS.get(shared.same) or wording.NOT_ANSWERED
        row = _line(sheets, paper, row, (shared.ref, text, said, shared.reason))
    for topic in what.topics:
        row = _topic(sheets, paper, topic, row)
    if what.documents:
        row = _band(sheets, paper, row, wording.DOCUMENTS)
    for document in what.documents:
        refs = ", ".join(document.refs)
        row = _line(sheets, paper, row, ("", document.title, refs, document.shows))
    paper.freeze_panes(4, 0)
    paper.repeat_rows(3)


def _band(sheets: Sheets, paper: Paper, row: int, text: str) -> int:
    band = sheets.format(bold=True, bg_color=PALE, font_color=PETROL, valign="vcenter")
    for column, each in enumerate(("", text, "", "")):
        write(paper, row, column, each, band)
    paper.set_row(row, 26)
    return row + 1


def _topic(sheets: Sheets, paper: Paper, topic: Topic, row: int) -> int:
    row = _band(sheets, paper, row, f"{topic.title} - {topic.scope_title}")
    for block in topic.blocks:
        for each in block.rows:
            row = _line(sheets, paper, row, (each.ref, each.text, *_said(each)))
        for texts in _words(block):
            row = _line(sheets, paper, row, texts)
    return row


def _said(row: Row) -> tuple[str, str]:
    """Give the answer that is stored, with its words; a confirmed one says where it is from."""
    if row.current is not None:
        labels = {each.code: each.label for each in row.answers}
        return labels.get(row.current.answer, row.current.answer), row.current.reason
    for offer in row.offers:
        if offer.confirmed:
            return offer.label, wording.RECEIPT_CONFIRMED.format(origin=offer.origin)
    return wording.NOT_ANSWERED, ""


def _words(block: Block) -> list[tuple[str, str, str, str]]:
    title = block.asked.outcome.title
    found: list[tuple[str, str, str, str]] = []
    if block.rationale is not None:
        found.append((block.why_ref, title, "", block.rationale.text))
    if block.evidence is not None:
        until = block.evidence.valid_until
        dated = wording.RECEIPT_UNTIL.format(date=said_date(until)) if until else ""
        found.append((block.evidence_ref, title, dated, block.evidence.text))
    return found


def _line(sheets: Sheets, paper: Paper, row: int, texts: tuple[str, str, str, str]) -> int:
    line = {"bottom": 1, "bottom_color": LINE, "text_wrap": True, "valign": "vcenter"}
    sizes = (TINY, SIZE, SIZE, SIZE)
    for column, text in enumerate(texts):
        quiet = column == 0 or text == wording.NOT_ANSWERED
        colour = {"font_color": GREY} if quiet else {}
        indent = {"align": "left", "indent": 1} if column > 1 else {}
        form = sheets.format(font_size=sizes[column], **line, **colour, **indent)
        write(paper, row, column, text, form)
    fitted = [
        Fitted(text, width - (INDENT if column > 1 else 0), sizes[column])
        for column, (text, width) in enumerate(zip(texts, WIDTHS, strict=True))
    ]
    paper.set_row(row, row_height(fitted, least=22))
    return row + 1
