"""Documents people name: each row is stored with every field, or reported."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook

from cyberassess.books import wording
from cyberassess.books.questionnaire.reading import Return
from cyberassess.domain.people.questions import Document, EvidenceReply
from tests.books.council import ask, change, empty, outcome, receive, write

Row = Mapping[str, str | datetime.date]
POLICY: Row = {
    wording.DOCUMENT: "Access policy",
    wording.SHOWS: "Who may do what.\nAnd why.",
    wording.SUPPORTS: "A1.a.NA.1, a1.b",
    wording.DATED: datetime.date(2025, 3, 3),
    wording.OWNER: "Head of IT",
    wording.LOCATION: "https://intranet.example/policy",
    wording.VALID_UNTIL: "31/12/2026",
}


def typed(*rows: Row) -> Callable[[Workbook], None]:
    def to(book: Workbook) -> None:
        sheet = book[wording.DOCUMENTS]
        header = next(n for (c,) in sheet.iter_rows(max_col=1) if c.value == wording.DOCUMENT
                      for n in [c.row])  # fmt: skip
        columns = {sheet.cell(header, n).value: n for n in range(1, 8)}
        for number, row in enumerate(rows, start=header + 1):
            for heading, text in row.items():
                sheet.cell(number, columns[heading]).value = text

    return to


def after(folder: Path, *rows: Row, names: tuple[str, ...] = ("A1",)) -> Return:
    return receive(change(write(folder, ask(*names, state=empty())), typed(*rows)))


def test_a_document_is_read_with_every_field(tmp_path: Path) -> None:
    back = after(tmp_path, POLICY)
    (reply,) = back.replies
    assert isinstance(reply, EvidenceReply)
    assert reply.document == Document(
        title="Access policy",
        shows="Who may do what.\nAnd why.",
        refs=("A1.a.NA.1", "a1.b"),
        dated="2025-03-03",
        owner="Head of IT",
        location="https://intranet.example/policy",
        valid_until="2026-12-31",
    )
    assert reply.outcomes == (outcome("A1.a"), outcome("A1.b"))
    assert (reply.source.sheet, reply.source.cell) == (wording.DOCUMENTS, "A5")
    assert back.problems == ()
    assert back.refused_documents == ()


def test_refs_may_name_rows_texts_and_outcomes_with_their_scope_or_without(tmp_path: Path) -> None:
    refs = "B2.a.NA.1/housing;B2.b.why B2.c.evidence/housing\nB2.d/housing"
    back = after(tmp_path, {**POLICY, wording.SUPPORTS: refs}, names=("B2",))
    (reply,) = back.replies
    assert isinstance(reply, EvidenceReply)
    assert reply.outcomes == tuple(
        outcome(each, "housing") for each in ("B2.a", "B2.b", "B2.c", "B2.d")
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({wording.DOCUMENT: "Minutes"}, '"What it shows" and "Refs it supports"'),
        ({wording.SHOWS: "Something"}, '"Document" and "Refs it supports"'),
        ({**POLICY, wording.SHOWS: ""}, 'nothing under "What it shows"'),
        ({**POLICY, wording.SUPPORTS: "A1.z"}, '"A1.z" is not one question of this file'),
        ({**POLICY, wording.DOCUMENT: "=A1"}, "holds the formula"),
    ],
)
def test_a_row_that_cannot_be_stored_is_reported_and_kept_apart(
    tmp_path: Path, row: Row, said: str
) -> None:
    back = after(tmp_path, row)
    assert back.replies == ()
    assert any(said in each.message for each in back.problems)
    assert len(back.refused_documents) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("heading", "value", "said", "lost"),
    [
        (wording.DATED, "last spring", '"last spring" is not a date', {"dated": ""}),
        (wording.DATED, "Q3 2026", '"Q3 2026" is not a date', {"dated": ""}),
        (wording.VALID_UNTIL, "for ever", '"for ever" is not a date', {"valid_until": ""}),
        (wording.SUPPORTS, "A1.a, A1.b, A1.z", '"A1.z" is not one question of this file',
         {"refs": ("A1.a", "A1.b", "A1.z")}),
        (wording.OWNER, "=A1", "holds the formula", {"owner": ""}),
        (wording.LOCATION, "x" * 10_001, "The text has 10,001 characters", {"location": ""}),
    ],
)  # fmt: skip
def test_one_bad_field_keeps_the_others(
    tmp_path: Path, heading: str, value: str, said: str, lost: Mapping[str, Any]
) -> None:
    (whole,) = after(tmp_path, POLICY).replies
    back = after(tmp_path, {**POLICY, heading: value})
    (reply,) = back.replies
    assert isinstance(whole, EvidenceReply)
    assert isinstance(reply, EvidenceReply)
    assert reply.document == replace(whole.document, **lost)
    assert reply.outcomes == whole.outcomes
    (problem,) = back.problems
    assert said in problem.message
    assert back.refused_documents == ()


@pytest.mark.parametrize(
    ("typed_as", "date", "words"),
    [
        ("March 2026", "2026-03", "March 2026"), ("Sept 2026", "2026-09", "September 2026"),
        ("2026-03", "2026-03", "March 2026"), ("2026", "2026", "2026"),
        ("1-Mar-26", "2026-03-01", ""), ("03/04/2026", "2026-04-03", "3 April 2026"),
    ],
)  # fmt: skip
def test_a_document_may_carry_a_month_or_a_year_alone(
    tmp_path: Path, typed_as: str, date: str, words: str
) -> None:
    back = after(tmp_path, {**POLICY, wording.DATED: typed_as})
    (reply,) = back.replies
    assert isinstance(reply, EvidenceReply)
    assert reply.document.dated == date
    assert [each.code for each in back.problems] == (["date-read"] if words else [])
    assert not words or f'"{typed_as}" was read as {words}' in back.problems[0].message


def test_a_name_that_means_two_questions_is_asked_about(tmp_path: Path) -> None:
    what = ask("B2.a", state=empty())
    topic = what.topics[0]
    block = topic.blocks[0]
    other = replace(
        block,
        ref="B2.a/other",
        why_ref="B2.a.why/other",
        evidence_ref="B2.a.evidence/other",
        rows=tuple(replace(each, ref=each.ref.replace("housing", "other")) for each in block.rows),
    )
    both = replace(what, topics=(topic, replace(topic, blocks=(other,), scope_title="Other")))
    row = {**POLICY, wording.SUPPORTS: "B2.a"}
    back = receive(change(write(tmp_path, both), typed(row)))
    assert [each.code for each in back.problems] == ["unknown-ref"]
    assert "B2.a/housing, B2.a/other" in back.problems[0].hint


def test_whatever_else_stands_on_the_sheet_is_reported(tmp_path: Path) -> None:
    def to(book: Workbook) -> None:
        sheet = book[wording.DOCUMENTS]
        sheet["J2"] = "See also the shelf"
        sheet["J4"] = "More"
        sheet["J9"] = "even more"
        sheet["A5"].comment = Comment("Which one?", "Kim")

    back = receive(change(write(tmp_path, ask("A1", state=empty())), to))
    assert [each.code for each in back.problems] == [
        "unexpected-text",
        "unexpected-text",
        "comment",
        "unexpected-text",
    ]


def test_documents_that_are_known_come_with_the_questions(tmp_path: Path) -> None:
    first = after(tmp_path, POLICY, {wording.DOCUMENT: "Minutes", wording.DATED: "in May"})
    (reply,) = first.replies
    assert isinstance(reply, EvidenceReply)
    documents = (reply.document, *first.refused_documents)
    what = replace(ask("A1", state=empty()), documents=documents)
    path = write(tmp_path, what, "again.xlsx")
    again = receive(path)
    assert [e.document for e in again.replies if isinstance(e, EvidenceReply)] == [reply.document]
    assert again.refused_documents == first.refused_documents
    sheet = openpyxl.load_workbook(path)[wording.DOCUMENTS]
    assert sheet["D5"].value == "3 March 2025"
    assert sheet["D6"].value == "in May"


def test_a_sheet_of_documents_under_another_name_is_read(tmp_path: Path) -> None:
    def to(book: Workbook) -> None:
        typed(POLICY)(book)
        book[wording.DOCUMENTS].title = "Evidence"
        book.move_sheet("Evidence", -2)

    assert len(receive(change(write(tmp_path, ask("A1", state=empty())), to)).replies) == 1
