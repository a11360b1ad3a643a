"""What goes back: workbooks that ask to look again, receipts, names and declarations."""

import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from cyberassess.books import wording
from cyberassess.books.questionnaire.receipt import Receipt, signed_line, write_receipt
from cyberassess.domain.people.declaring import Declared, Worth
from cyberassess.domain.people.questions import Fix, Questionnaire, Seen
from tests.books.council import (
    answered,
    ask,
    beside,
    by_ref,
    change,
    empty,
    given,
    offer,
    receive,
    statement,
    with_offers,
    write,
)

FIXES = (
    Fix("A1.a.NA.1", 'sheet "A1 Governance", cell C13', '"Maybe" is not one of the answers.'),
    Fix("", 'sheet "Notes", cell A1', '"Ask Jo" stands where no answer is expected.'),
)


def typed(answer: str, words: str) -> dict[str, str]:
    return {wording.ANSWER: answer, wording.WORDS: words}


def with_fixes(what: Questionnaire) -> Questionnaire:
    return replace(
        what,
        fixes=FIXES,
        remarks={"A1.a.NA.1": FIXES[0].text},
        typed={
            "A1.a.NA.1": typed("Maybe", "We think so."),
            "A1.a.why": typed("", "As it was typed"),
            "A1.a.evidence": typed("soon", "The policy"),
        },
    )


def test_each_thing_to_look_at_stands_first_with_a_way_to_its_cell(tmp_path: Path) -> None:
    path = write(tmp_path, with_fixes(ask("A1.a", state=empty())))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[0] == wording.FIX
    sheet = book[wording.FIX]
    assert [cell.value for cell in sheet[5]] == [1, *FIXES[0]]
    assert [cell.value for cell in sheet[6]] == [2, wording.NO_ROW, *FIXES[1][1:]]
    link = sheet["B5"].hyperlink
    assert link is not None
    assert link.target is None  # inside the workbook
    name, _, cell = str(link.location).rpartition("!")
    assert book[name.strip("'")][cell].value == "Maybe"
    with zipfile.ZipFile(path) as archive:
        assert not any("externalLinks" in each for each in archive.namelist())


def test_what_was_typed_is_carried_over_beside_what_to_look_at(tmp_path: Path) -> None:
    path = write(tmp_path, with_fixes(ask("A1.a", state=answered())))
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[2]
    assert by_ref(sheet, "A1.a.NA.1", wording.ANSWER).value == "Maybe"
    assert by_ref(sheet, "A1.a.NA.1", wording.WORDS).value == "We think so."
    assert by_ref(sheet, "A1.a.NA.1", wording.NOTE).value == FIXES[0].text
    assert by_ref(sheet, "A1.a.why", wording.WORDS).value == "As it was typed"
    assert by_ref(sheet, "A1.a.evidence", wording.ANSWER).value == "soon"
    assert by_ref(sheet, "A1.a.NA.3", wording.ANSWER).value == "I don't know"
    assert str(sheet["A3"].value).startswith("5 of 8 answered")
    back = receive(path)
    assert [e.code for e in back.problems] == ["answer-not-allowed", "not-a-date"]
    shown = {each.cell.text for each in back.shown}
    assert {FIXES[0].text, FIXES[0].place, FIXES[1].text, wording.FIX_TITLE} <= shown


def test_what_is_ours_on_the_first_sheet_is_known_by_its_words(tmp_path: Path) -> None:
    back = receive(write(tmp_path, with_fixes(ask("A1.a", state=empty()))))
    ours = {text for fix in FIXES for text in fix}
    fixed = [e.cell.text for e in back.shown if e.cell.text not in ours]
    assert fixed
    assert all(wording.is_fix_text(each) for each in fixed)
    assert not wording.is_fix_text("We changed our mind")


def test_names_are_carried_over(tmp_path: Path) -> None:
    what = replace(ask("A1.a"), completed_by="Jo Black", answered_by={"A1 Governance": "Ali Khan"})
    back = receive(write(tmp_path, what))
    assert back.completed_by == "Jo Black"
    assert {sheet: each.name for sheet, each in back.answered_by.items()} == {
        "A1 Governance": "Ali Khan"
    }


def test_who_answered_a_sheet_is_read_with_its_cell(tmp_path: Path) -> None:
    def to(book: Workbook) -> None:
        beside(book.worksheets[1], wording.ANSWERED_BY).value = " Ali  Khan "

    back = receive(change(write(tmp_path, ask("A1.a", state=empty())), to))
    ((sheet, answered_by),) = back.answered_by.items()
    assert (sheet, answered_by.name, answered_by.source.cell) == (
        "A1 Governance",
        "Ali Khan",
        "D3",
    )
    assert back.problems == ()


def test_a_formula_for_the_name_of_a_sheet_is_reported(tmp_path: Path) -> None:
    def to(book: Workbook) -> None:
        sheet = book.worksheets[1]
        beside(sheet, wording.ANSWERED_BY).value = "=A1"
        sheet["F3"] = "call me"

    back = receive(change(write(tmp_path, ask("A1.a", state=empty())), to))
    assert sorted(each.code for each in back.problems) == ["formula", "unexpected-text"]
    assert back.answered_by == {}


def sign(book: Workbook, yes: str, name: str = "", date: str = "") -> None:
    sheet = book[wording.FINISH]
    for label, text in (
        (wording.DECLARED, yes),
        (wording.DECLARED_BY, name),
        (wording.DECLARED_ON, date),
    ):
        beside(sheet, label).value = text or None


def test_the_closing_declaration_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, ask("A1.a", state=empty()))
    back = receive(change(path, lambda book: sign(book, "Yes.", "Kim  Lee", "3/3/2026")))
    assert back.declaration is not None
    assert back.declaration.is_given
    assert (back.declaration.name, back.declaration.date) == ("Kim Lee", "2026-03-03")
    assert back.declaration.source.sheet == wording.FINISH
    assert back.problems == ()


@pytest.mark.parametrize(
    ("said_", "codes"),
    [("", ["declaration-empty"]), ("Nearly", ["not-a-yes"]), ("=A1", ["formula"])],
)
def test_a_declaration_that_is_not_given(tmp_path: Path, said_: str, codes: list[str]) -> None:
    path = write(tmp_path, ask("A1.a", state=empty()))
    back = receive(change(path, lambda book: sign(book, said_, "Kim Lee")))
    assert back.declaration is None
    assert [each.code for each in back.problems] == codes


@pytest.mark.parametrize("label", [wording.DECLARED, wording.DECLARED_BY, wording.DECLARED_ON])
def test_a_declaration_whose_label_is_gone_is_not_given(tmp_path: Path, label: str) -> None:
    def to(book: Workbook) -> None:
        sign(book, "Yes", "Kim Lee", "3/3/2026")
        for row in book[wording.FINISH].iter_rows():
            for cell in row:
                if cell.value == label:
                    cell.value = None

    back = receive(change(write(tmp_path, ask("A1.a", state=empty())), to))
    assert back.declaration is None
    assert "unexpected-text" in {each.code for each in back.problems}


def test_a_no_is_read_with_whoever_says_it(tmp_path: Path) -> None:
    path = write(tmp_path, ask("A1.a", state=empty()))
    back = receive(change(path, lambda book: sign(book, "No", "Kim Lee")))
    assert back.declaration is not None
    assert (back.declaration.is_given, back.declaration.name) == (False, "Kim Lee")
    assert back.problems == ()


def test_stray_text_on_the_closing_sheet_is_reported(tmp_path: Path) -> None:
    def to(book: Workbook) -> None:
        book[wording.FINISH]["A20"] = "P.S."

    back = receive(change(write(tmp_path, ask("A1.a", state=empty())), to))
    assert [each.code for each in back.problems] == ["unexpected-text"]


def test_linked_questions_name_each_others_place(tmp_path: Path) -> None:
    what = ask("A1.a", "A2.a", state=empty())
    first, second = what.topics
    seen = Seen(second.blocks[0].ref, second.blocks[0].asked.outcome.title)
    linked = replace(first, blocks=(replace(first.blocks[0], see_also=(seen,)),))
    path = write(tmp_path, replace(what, topics=(linked, second)))
    texts = [str(cell.value) for cell in openpyxl.load_workbook(path).worksheets[1]["B"]]
    (line,) = [each for each in texts if each.startswith("See also")]
    assert "(A2.a, sheet A2 Risk Management)" in line
    assert receive(path).problems == ()


FACTS = Receipt(
    file="kim.xlsx",
    sha256="c" * 64,
    received="2026-03-04T10:00:00Z",
    stored=12,
    unchanged=3,
    look_again=2,
    declared="Kim Lee, 3 March 2026: true to the best of my knowledge",
)


def texts(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    return "\n".join(
        str(cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    )


def test_a_receipt_says_what_is_stored_and_what_stands_for_it(tmp_path: Path) -> None:
    done = offer("true", "True")
    state = replace(
        answered(),
        answers={
            statement("A1.a.NA.1"): given("does-not-happen"),
            statement("A1.a.NA.2"): given("does-not-apply", "=1+1"),
        },
    )
    what = with_offers(
        ask("A1.a", state=state), {"A1.a.A.1": (replace(done, confirmed=True), done)}
    )
    path = tmp_path / "receipt.xlsx"
    write_receipt(path, what, FACTS, tool="0.1.0")
    shown = texts(path)
    for needed in (
        "Receipt for Kim Lee",
        "3 of 8 questions",
        "kim.xlsx, received on 4 March 2026",
        "12 stored, 3 as they were before",
        "2: a workbook that shows them",
        FACTS.declared,
        "b" * 64,
        "c" * 64,
        "This does not happen here",
        "=1+1",
        "Confirmed; the answer is that of Identity and laptops",
        "The cabinet hears of it each quarter.",
        "Good until 31 December 2026",
        wording.NOT_ANSWERED,
        "OFFICIAL-SENSITIVE.",
    ):
        assert needed in shown
    again = tmp_path / "again.xlsx"
    write_receipt(again, what, FACTS, tool="0.1.0")
    assert again.read_bytes() == path.read_bytes()


def test_a_receipt_for_a_file_nobody_signed(tmp_path: Path) -> None:
    path = tmp_path / "receipt.xlsx"
    write_receipt(
        path,
        ask("A1.a", state=empty()),
        FACTS._replace(declared=wording.RECEIPT_NOT_SIGNED, look_again=0),
        tool="0.1.0",
    )
    shown = texts(path)
    assert wording.RECEIPT_NOT_SIGNED in shown
    assert wording.RECEIPT_NOTHING_OPEN in shown


@pytest.mark.parametrize(
    ("worth", "line"),
    [
        (Worth.STANDS, "Kim, 3 March 2026: true to the best of my knowledge"),
        (
            Worth.LAPSED,
            "Not any more: Kim signed on 3 March 2026, and answers changed after that.",
        ),
        (Worth.WITHDRAWN, "No: signature withdrawn by Kim on 4 March 2026"),
        (Worth.REFUSED, "No: not signed: Kim chose No on 4 March 2026"),
        (Worth.UNRECORDED, "Kim; which file was signed is not recorded"),
        (Worth.NONE, "Not yet"),
    ],
)
def test_who_signed_and_what_it_is_worth(worth: Worth, line: str) -> None:
    found = Declared(worth, "Kim", "2026-03-03", "f", "2026-03-04")
    assert signed_line(found, "f").startswith(line)
    assert ("true to the best" in signed_line(found, "f")) is (worth is Worth.STANDS)


def test_a_signature_under_an_earlier_file_says_so() -> None:
    found = Declared(Worth.STANDS, "Kim", "2026-03-03", "f")
    assert signed_line(found, "g").startswith("Kim, 3 March 2026, for an earlier file")
