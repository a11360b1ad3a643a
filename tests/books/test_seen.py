"""The value of a cell is more than its text: links, struck-through words, numbers as shown."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell import Cell as Typed
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from cyberassess.books import wording
from cyberassess.books.guard import Cell, Reader
from cyberassess.books.questionnaire.reading import Return
from cyberassess.books.styles import Shown, date_shown, number_shown
from cyberassess.domain.people.questions import AnswerReply, EvidenceReply, TextReply
from tests.books.council import ask, by_ref, change, empty, receive, write
from tests.books.test_documents import POLICY, typed

POLICY_LINK = "https://northport.example/sites/it/Access%20policy.docx"


def cells(path: Path, to: Callable[[Any], None]) -> dict[str, Cell]:
    book = openpyxl.Workbook()
    to(book.active)
    book.save(path)
    with Reader() as reader:
        return {each.address: each for each in reader.read(path).sheets[0].cells}


def shown_as(path: Path, value: object, form: str) -> Cell:
    def to(sheet: Any) -> None:
        sheet["A1"].value = value
        sheet["A1"].number_format = form

    return cells(path, to)["A1"]


def after(folder: Path, to: Callable[[Workbook], None]) -> Return:
    return receive(change(write(folder, ask("A1.a", state=empty())), to))


def at(book: Workbook, ref: str, heading: str) -> Typed:
    return by_ref(book.worksheets[1], ref, heading)


def codes(back: Return) -> list[str]:
    return [each.code for each in back.problems]


# The reader


@pytest.mark.slow
@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (0.8, "0%", "80%"),
        (0.805, "0.0%", "80.5%"),
        (1234567.5, "\u00a3#,##0.00", "\u00a31,234,567.50"),
        (1234567.5, '"\u00a3"#,##0.00', "\u00a31,234,567.50"),
        (1234.5, "[$\u00a3-809]#,##0.00", "\u00a31,234.50"),
        (-5, '"\u00a3"#,##0;[Red]-"\u00a3"#,##0', "-\u00a35"),
        (-5, '_-"\u00a3"* #,##0_-;-"\u00a3"* #,##0_-;_-"\u00a3"* "-"??_-;_-@_-', "-\u00a35"),
        (0, '_-"\u00a3"* #,##0_-;-"\u00a3"* #,##0_-;_-"\u00a3"* "-"_-;_-@_-', "\u00a3-"),
        (13.1, "0.00", "13.10"),
        (7, "000", "007"),
        (3, '0" days"', "3 days"),
        (0.5, '0"%"', "1%"),
        (datetime.date(2026, 10, 3), "d-mmm", "3-Oct"),
        (datetime.date(2026, 10, 3), "mmm-yy", "Oct-26"),
        (datetime.date(2026, 10, 3), "dddd d mmmm", "Saturday 3 October"),
        (datetime.date(2026, 10, 3), "yyyy", "2026"),
    ],
)
def test_numbers_and_dates_are_taken_as_they_are_shown(
    value: object, form: str, shown: str, tmp_path: Path
) -> None:
    cell = shown_as(tmp_path / "a.xlsx", value, form)
    assert cell.text == shown
    assert cell.plain == (value.isoformat() if isinstance(value, datetime.date) else str(value))


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (42, "General", "42"), (42, "0", "42"), (42, "@", "42"), (0.5, "General", "0.5"),
        (datetime.date(2026, 10, 3), "dd/mm/yyyy", "2026-10-03"),
        (datetime.date(2026, 10, 3), "d mmm yy", "2026-10-03"),
    ],
)  # fmt: skip
def test_what_is_shown_whole_is_as_it_was(
    value: object, form: str, text: str, tmp_path: Path
) -> None:
    cell = shown_as(tmp_path / "a.xlsx", value, form)
    assert (cell.text, cell.plain, cell.is_less) == (text, "", False)


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [(0.834, "0%", "83%"), (1234567, '0.0,,"m"', "1.2m"), (1.256, "0.0", "1.3")],
)
def test_what_is_rounded_says_so(value: float, form: str, text: str, tmp_path: Path) -> None:
    cell = shown_as(tmp_path / "a.xlsx", value, form)
    assert (cell.text, cell.is_less) == (text, True)


@pytest.mark.parametrize("form", ["# ?/?", "0.00E+00", "[>100]0;0.0", "[h]:mm", "000-000", "0 u"])
def test_a_form_nobody_knows_leaves_the_number_and_says_so(form: str, tmp_path: Path) -> None:
    cell = shown_as(tmp_path / "a.xlsx", 0.25, form)
    assert (cell.text, cell.is_less) == ("0.25", True)


def test_parts_of_a_date_that_are_shown_are_those_that_are_meant() -> None:
    day = datetime.date(2026, 10, 3)
    assert date_shown(day, "d-mmm") == ("3-Oct", "2026-10-03")
    assert date_shown(day, "mmm yyyy;@") == ("Oct 2026", "2026-10")
    assert date_shown(day, "yyyy") == ("2026", "2026")
    assert date_shown(day, "d/m/yy h:mm") == ("", "")
    assert date_shown(day, r'\d"m"') == ("", "")
    assert number_shown(0, ";;") is None
    assert number_shown(2, '"two"') == Shown("two", is_all=False)


def test_struck_through_words_are_no_text_of_a_cell(tmp_path: Path) -> None:
    def to(sheet: Any) -> None:
        sheet["A1"], sheet["A2"], sheet["A4"] = "gone", 5, "=1+1"
        sheet["A3"] = CellRichText(
            TextBlock(InlineFont(strike=True), "Old. "), "New", TextBlock(InlineFont(b=True), "er")
        )
        sheet["A5"] = CellRichText(TextBlock(InlineFont(b=True), "stays"), " gone")
        sheet["A6"] = "here"
        for address in ("A1", "A2", "A4", "A5"):
            sheet[address].font = Font(strike=True)
        sheet["A6"].font = Font(strike=False)

    found = cells(tmp_path / "a.xlsx", to)
    assert {a: (e.kind, e.text, e.struck, e.held) for a, e in found.items()} == {
        "A1": ("", "", "gone", "gone"),
        "A2": ("", "", "5", "5"),
        "A3": ("s", "Newer", "Old.", "Old. Newer"),
        "A4": ("f", "=1+1", "", "=1+1"),
        "A5": ("s", "stays", "gone", "stays gone"),
        "A6": ("s", "here", "", "here"),
    }


def test_links_lead_where_they_lead(tmp_path: Path) -> None:
    def to(sheet: Any) -> None:
        for row, text in enumerate(("click here", "www.x.example", "Kim", "top"), start=1):
            sheet.cell(row, 1).value = text
        sheet["A1"].hyperlink = POLICY_LINK
        sheet["A2"].hyperlink = "http://www.x.example/"
        sheet["A3"].hyperlink = "mailto:kim@northport.example"
        sheet["A4"].hyperlink = "#Sheet!B2"
        sheet["B1"], sheet["B2"] = "a", "b"
        sheet["B1"].hyperlink = "https://y.example"
        sheet["B1"].hyperlink.ref = "B1:B9"

    found = cells(tmp_path / "a.xlsx", to)
    assert {address: each.whole for address, each in found.items()} == {
        "A1": f"click here ({POLICY_LINK})",
        "A2": "www.x.example",
        "A3": "Kim (mailto:kim@northport.example)",
        "A4": "top",
        "B1": "a (https://y.example)",
        "B2": "b (https://y.example)",
    }


# Questionnaires


def test_a_link_is_kept_beside_the_words_it_lies_on(tmp_path: Path) -> None:
    def to(book: Workbook) -> None:
        for ref, heading in (
            ("A1.a.NA.1", wording.WORDS), ("A1.a.why", wording.WORDS),
            ("A1.a.evidence", wording.WORDS), ("A1.a.NA.1", wording.ANSWER),
        ):  # fmt: skip
            at(book, ref, heading).value = "see here"
            at(book, ref, heading).hyperlink = POLICY_LINK
        at(book, "A1.a.NA.1", wording.ANSWER).value = "This happens here"

    back = after(tmp_path, to)
    said = {
        each.said.reason if isinstance(each, AnswerReply) else each.text
        for each in back.replies
        if isinstance(each, AnswerReply | TextReply)
    }
    assert said == {f"see here ({POLICY_LINK})"}
    assert len(back.replies) == 3
    assert codes(back) == ["link"]
    assert POLICY_LINK in back.problems[0].message


def test_a_link_on_a_text_of_ours_is_named(tmp_path: Path) -> None:
    def to(book: Workbook) -> None:
        at(book, "A1.a.NA.1", wording.STATEMENT).hyperlink = POLICY_LINK
        book[wording.START]["A1"].hyperlink = POLICY_LINK + "x"

    back = after(tmp_path, to)
    assert codes(back) == ["link", "link"]
    assert f"A link to {POLICY_LINK}x lies on this cell." in back.problems[0].message
    assert 'sheet "Start", cell A1' in back.problems[0].where


def test_a_document_pasted_as_a_link_keeps_where_it_lies(tmp_path: Path) -> None:
    def to(book: Workbook) -> None:
        typed(POLICY)(book)
        sheet = book[wording.DOCUMENTS]
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if cell.value in ("Access policy", "Head of IT"):
                    cell.hyperlink = POLICY_LINK

    (reply,) = (back := after(tmp_path, to)).replies
    assert isinstance(reply, EvidenceReply)
    assert reply.document.title == f"Access policy ({POLICY_LINK})"
    assert reply.document.owner == "Head of IT"
    assert codes(back) == ["unknown-ref", "link"] or codes(back) == ["link", "unknown-ref"]


def test_a_struck_through_answer_is_none_and_said(tmp_path: Path) -> None:
    def to(book: Workbook) -> None:
        struck = at(book, "A1.a.NA.1", wording.ANSWER)
        struck.value, struck.font = "This happens here", Font(strike=True)
        at(book, "A1.a.NA.2", wording.ANSWER).value = "This happens here"
        at(book, "A1.a.NA.2", wording.WORDS).value = CellRichText(
            TextBlock(InlineFont(strike=True), "Old."), " New."
        )

    back = after(tmp_path, to)
    (reply,) = back.replies
    assert isinstance(reply, AnswerReply)
    assert (reply.statements[0].indicator, reply.said.reason) == ("A1.a.NA.2", "New.")
    assert codes(back) == ["struck-through", "struck-through"]
    assert '"This happens here" is struck through here.' in back.problems[0].message


def test_a_row_of_ours_that_is_struck_through_is_still_that_row(tmp_path: Path) -> None:
    def to(book: Workbook) -> None:
        for heading in (wording.REF, wording.STATEMENT):
            at(book, "A1.a.NA.1", heading).font = Font(strike=True)
        at(book, "A1.a.NA.1", wording.ANSWER).value = "This happens here"

    back = after(tmp_path, to)
    assert len(back.replies) == 1
    assert (back.missing, codes(back)) == (0, ["struck-through", "struck-through"])


def test_a_struck_through_signature_signs_nothing(tmp_path: Path) -> None:
    from tests.books.council import beside

    def to(book: Workbook) -> None:
        sheet = book[wording.FINISH]
        for label, text in (
            (wording.DECLARED, "Yes"), (wording.DECLARED_BY, "Kim Lee"),
            (wording.DECLARED_ON, "3 March 2026"),
        ):  # fmt: skip
            beside(sheet, label).value = text
        beside(sheet, wording.DECLARED).font = Font(strike=True)

    back = after(tmp_path, to)
    assert back.declaration is None
    assert codes(back) == ["struck-through", "declaration-empty"]


def test_pasted_numbers_stand_in_words_as_they_were_seen(tmp_path: Path) -> None:
    def to(book: Workbook) -> None:
        for ref, value, form in (
            ("A1.a.NA.1", 0.8, "0%"),
            ("A1.a.NA.2", 1234567.5, "\u00a3#,##0.00"),
            ("A1.a.NA.3", datetime.date(2026, 10, 3), "d-mmm"),
            ("A1.a.NA.4", 0.25, "# ?/?"),
        ):
            at(book, ref, wording.ANSWER).value = "This happens here"
            cell = at(book, ref, wording.WORDS)
            cell.value, cell.number_format = value, form

    back = after(tmp_path, to)
    reasons = [each.said.reason for each in back.replies if isinstance(each, AnswerReply)]
    assert reasons == ["80%", "\u00a31,234,567.50", "3-Oct", "0.25"]
    assert codes(back) == ["shown-otherwise", "shown-otherwise"]


@pytest.mark.parametrize(
    ("value", "form", "until"),
    [
        (datetime.date(2027, 3, 1), "mmm-yy", "2027-03-31"),
        (datetime.date(2027, 3, 1), "d-mmm", "2027-03-01"),
        (46082, "#,##0", "2026-03-01"),
        (datetime.date(2027, 1, 1), "yyyy", "2027-12-31"),
    ],
)
def test_a_date_is_taken_as_it_is_held_as_far_as_it_is_shown(
    value: datetime.date | int, form: str, until: str, tmp_path: Path
) -> None:
    def to(book: Workbook) -> None:
        at(book, "A1.a.evidence", wording.WORDS).value = "Minutes"
        cell = at(book, "A1.a.evidence", wording.ANSWER)
        cell.value, cell.number_format = value, form

    (reply,) = after(tmp_path, to).replies
    assert isinstance(reply, TextReply)
    assert reply.valid_until == until
