"""Earlier answers stand beside the cell, dated, and count only once somebody says they hold."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from cyberassess.books import wording
from cyberassess.books.questionnaire.reading import Return
from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.people.questions import AnswerReply, ConfirmReply
from tests.books.council import (
    ask,
    beside,
    by_ref,
    change,
    empty,
    offer,
    receive,
    with_offers,
    write,
)

HAPPENS = offer("happens", "This happens here", reason="Since May.")
TRUE = offer("true", "True")
LAST_YEAR = offer("true", "True", origin="Northport Council, 2025", date="")
OFFERS = {
    "B2.a.NA.1/housing": (HAPPENS,),
    "B2.a.PA.1/housing": (TRUE,),
    "B2.a.A.1/housing": (LAST_YEAR,),
    "B2.a.A.2/housing": (TRUE, offer("not-true", "Not true", origin="Monitoring")),
}
SHEET = wording.CONFIRM_SHEET.format(origin="Identity and laptops")
BOOK = wording.CONFIRM_BOOK.format(origin="Northport Council, 2025", scope="Housing management")


def after(folder: Path, to: Callable[[Workbook], None]) -> Return:
    what = with_offers(ask("B2.a", state=empty()), OFFERS)
    return receive(change(write(folder, what), to))


def confirmed(back: Return) -> dict[str, tuple[str, str, str]]:
    """Give answer, origin and cell keyed by statement."""
    return {
        str(each.statements[0].indicator): (
            each.offer.answer,
            each.offer.origin,
            f"{each.source.sheet}!{each.source.cell}",
        )
        for each in back.replies
        if isinstance(each, ConfirmReply)
    }


def test_they_stand_beside_dated_and_count_for_nothing(tmp_path: Path) -> None:
    what = with_offers(ask("B2.a", state=empty()), OFFERS)
    path = write(tmp_path, what)
    sheet = openpyxl.load_workbook(path).worksheets[1]
    past = by_ref(sheet, "B2.a.NA.1/housing", wording.EARLIER)
    assert past.value == "This happens here (Identity and laptops, 14 November 2025)\nSince May."
    assert past.font.color is not None
    assert past.font.color.rgb == "FF595959"
    undated = by_ref(sheet, "B2.a.A.1/housing", wording.EARLIER)
    assert undated.value == "True (Northport Council, 2025)"
    back = receive(path)
    assert (back.replies, back.problems) == ((), ())


def test_a_row_that_is_still_true(tmp_path: Path) -> None:
    def typing(book: Workbook) -> None:
        sheet = book.worksheets[1]
        by_ref(sheet, "B2.a.NA.1/housing", wording.CONFIRM).value = "yes, still true"
        by_ref(sheet, "B2.a.A.1/housing", wording.CONFIRM).value = "Yes"
        by_ref(sheet, "B2.a.PA.1/housing", wording.CONFIRM).value = "No"
        by_ref(sheet, "B2.a.PA.1/housing", wording.ANSWER).value = "Not true"

    back = after(tmp_path, typing)
    found = confirmed(back)
    assert {name: each[:2] for name, each in found.items()} == {
        "B2.a.NA.1": ("happens", "Identity and laptops"),
        "B2.a.A.1": ("true", "Northport Council, 2025"),
    }
    assert found["B2.a.NA.1"][2].startswith("B2 Identity - Housing!F")
    assert [e.said.new for e in back.replies if isinstance(e, AnswerReply)] == ["not-true"]
    assert back.problems == ()


def test_one_cell_confirms_a_sheet_but_nothing_from_elsewhere_and_nothing_that_differs(
    tmp_path: Path,
) -> None:
    back = after(tmp_path, lambda book: _say(book.worksheets[1], SHEET, "Yes"))
    found = confirmed(back)
    assert set(found) == {"B2.a.NA.1", "B2.a.PA.1"}
    assert len({cell for _, _, cell in found.values()}) == 1
    assert back.problems == ()


def test_one_cell_confirms_all_of_a_scope(tmp_path: Path) -> None:
    back = after(tmp_path, lambda book: _say(book[wording.START], BOOK, "Yes"))
    assert set(confirmed(back)) == {"B2.a.A.1"}
    assert confirmed(back)["B2.a.A.1"][2].startswith("Start!B")
    assert back.problems == ()


def test_what_to_look_at_first_stands_above_the_cell_for_a_scope(tmp_path: Path) -> None:
    path = write(tmp_path, with_offers(ask("B2.a", state=empty()), OFFERS))
    book = openpyxl.load_workbook(path)
    cell = beside(book[wording.START], BOOK)
    cells = [each for row in book[wording.START] for each in row if each.value]
    first = next(each for each in cells if "All answers from" in str(each.value))
    look = book[wording.START].cell(first.row - 1, 2).value
    assert str(look).startswith("Look at these first. Warning signs that were said to be there: ")
    assert "B2.a.NA.1/housing" in str(look)
    counts = str(book.worksheets[1]["A3"].value)
    assert f"'{wording.START}'!$B${cell.row}" in counts
    assert f"'{wording.START}'!$B${first.row - 1}" not in counts
    assert receive(path).problems == ()


def test_words_beside_what_still_holds_are_kept(tmp_path: Path) -> None:
    def typing(book: Workbook) -> None:
        sheet = book.worksheets[1]
        _say(sheet, SHEET, "Yes")
        beside(sheet, SHEET).offset(0, 1).value = "Asked the team in May."
        by_ref(sheet, "B2.a.NA.1/housing", wording.WORDS).value = "Two accounts left."
        by_ref(sheet, "B2.a.A.1/housing", wording.CONFIRM).value = "yes, still"
        by_ref(sheet, "B2.a.A.1/housing", wording.WORDS).value = "Seen on Monday."

    back = after(tmp_path, typing)
    said = {
        str(each.statements[0].indicator): (each.words, each.read)
        for each in back.replies
        if isinstance(each, ConfirmReply)
    }
    assert said == {
        "B2.a.NA.1": ("Two accounts left.\nAsked the team in May.", "Yes"),
        "B2.a.PA.1": ("Asked the team in May.", "Yes"),
        "B2.a.A.1": ("Seen on Monday.", "yes, still"),
    }
    (problem,) = back.problems
    assert problem.message == '"yes, still" was read as "Yes".'


def test_words_beside_a_scope_that_still_holds_are_kept(tmp_path: Path) -> None:
    def typing(book: Workbook) -> None:
        _say(book[wording.START], BOOK, "Y")
        cell = beside(book[wording.START], BOOK)
        column = max(each.column for each in book[wording.START][cell.row] if each.value) + 1
        book[wording.START].cell(cell.row, column).value = "All but the fax."

    back = after(tmp_path, typing)
    (reply,) = back.replies
    assert isinstance(reply, ConfirmReply)
    assert reply.words == "All but the fax."
    assert [each.code for each in back.problems] == ["answer-read"]


def _say(sheet: object, label: str, value: str) -> None:
    beside(sheet, label).value = value  # type: ignore[arg-type]


def test_a_typed_answer_and_a_no_go_before_a_whole_sheet(tmp_path: Path) -> None:
    def typing(book: Workbook) -> None:
        sheet = book.worksheets[1]
        _say(sheet, SHEET, "Yes")
        by_ref(sheet, "B2.a.NA.1/housing", wording.ANSWER).value = "I don't know"
        by_ref(sheet, "B2.a.PA.1/housing", wording.CONFIRM).value = "No"

    back = after(tmp_path, typing)
    assert confirmed(back) == {}
    (denied,) = back.denied
    assert [str(each.indicator) for each in denied.statements] == ["B2.a.PA.1"]
    assert not denied.is_whole
    assert back.problems == ()


@pytest.mark.parametrize("place", ["row", "sheet", "book"])
def test_what_is_neither_yes_nor_no_is_named(tmp_path: Path, place: str) -> None:
    def typing(book: Workbook) -> None:
        sheet = book.worksheets[1]
        if place == "row":
            by_ref(sheet, "B2.a.NA.1/housing", wording.CONFIRM).value = "mostly"
        elif place == "sheet":
            _say(sheet, SHEET, "mostly")
        else:
            _say(book[wording.START], BOOK, "mostly")

    back = after(tmp_path, typing)
    assert confirmed(back) == {}
    (problem,) = back.problems
    assert problem.code == "not-a-yes"
    assert '"mostly"' in problem.message


@pytest.mark.parametrize("place", ["row", "sheet", "book"])
def test_a_formula_confirms_nothing(tmp_path: Path, place: str) -> None:
    def typing(book: Workbook) -> None:
        sheet = book.worksheets[1]
        if place == "row":
            by_ref(sheet, "B2.a.NA.1/housing", wording.CONFIRM).value = '="Yes"'
        elif place == "sheet":
            _say(sheet, SHEET, '="Yes"')
        else:
            _say(book[wording.START], BOOK, '="Yes"')

    back = after(tmp_path, typing)
    assert confirmed(back) == {}
    assert [each.code for each in back.problems] == ["formula"]


def test_answers_that_differ_cannot_be_confirmed_together(tmp_path: Path) -> None:
    def typing(book: Workbook) -> None:
        by_ref(book.worksheets[1], "B2.a.A.2/housing", wording.CONFIRM).value = "Yes"

    back = after(tmp_path, typing)
    assert confirmed(back) == {}
    assert [each.code for each in back.problems] == ["which-earlier-answer"]


def test_still_true_beside_another_answer_is_asked_about(tmp_path: Path) -> None:
    def typing(book: Workbook) -> None:
        sheet = book.worksheets[1]
        by_ref(sheet, "B2.a.NA.1/housing", wording.CONFIRM).value = "Yes"
        by_ref(sheet, "B2.a.NA.1/housing", wording.ANSWER).value = "This does not happen here"
        by_ref(sheet, "B2.a.PA.1/housing", wording.CONFIRM).value = "Yes"
        by_ref(sheet, "B2.a.PA.1/housing", wording.ANSWER).value = "True"

    back = after(tmp_path, typing)
    assert confirmed(back) == {}
    assert [each.code for each in back.problems] == ["confirmed-and-changed"]
    answered = {e.said.new for e in back.replies if isinstance(e, AnswerReply)}
    assert answered == {"does-not-happen", "true"}


def test_text_in_place_of_an_earlier_answer_is_reported(tmp_path: Path) -> None:
    def typing(book: Workbook) -> None:
        by_ref(book.worksheets[1], "B2.a.NA.1/housing", wording.EARLIER).value = "Was wrong"
        by_ref(book.worksheets[1], "B2.a.NA.1/housing", wording.CONFIRM).value = "Yes"

    back = after(tmp_path, typing)
    assert confirmed(back) == {}
    assert "unexpected-text" in [each.code for each in back.problems]


def test_text_under_still_true_where_nothing_stands_beside_is_reported(tmp_path: Path) -> None:
    def typing(book: Workbook) -> None:
        by_ref(book.worksheets[1], "B2.a.NA.2/housing", wording.CONFIRM).value = "Yes"

    assert [each.code for each in after(tmp_path, typing).problems] == ["unexpected-text"]


def test_a_confirmed_answer_comes_with_its_yes_and_is_counted(tmp_path: Path) -> None:
    done = {"B2.a.NA.1/housing": (replace(HAPPENS, confirmed=True),)}
    what = with_offers(ask("B2.a", state=empty()), done)
    path = write(tmp_path, what)
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[1]
    assert by_ref(sheet, "B2.a.NA.1/housing", wording.CONFIRM).value == wording.STILL_TRUE
    assert str(sheet["A3"].value).startswith("1 of ")
    assert SHEET not in [cell.value for row in sheet.iter_rows() for cell in row]
    assert set(confirmed(receive(path))) == {"B2.a.NA.1"}


def test_a_row_that_stands_for_two_statements_confirms_both(tmp_path: Path) -> None:
    what = ask("A2.a", state=empty())
    row = next(each for each in what.rows if len(each.statements) > 1)
    path = write(tmp_path, with_offers(what, {row.ref: (TRUE,)}))

    def typing(book: Workbook) -> None:
        by_ref(book.worksheets[1], row.ref, wording.CONFIRM).value = "Yes"

    (reply,) = receive(change(path, typing)).replies
    assert isinstance(reply, ConfirmReply)
    assert reply.statements == row.statements


def test_what_many_confirmed_with_one_word_says_so(tmp_path: Path) -> None:
    back = after(tmp_path, lambda book: _say(book.worksheets[1], SHEET, "Yes"))
    sources = [each.source for each in back.replies if isinstance(each, ConfirmReply)]
    assert [each.together for each in sources] == [2, 2]
    assert str(sources[0]).endswith(", confirmed together (2 answers)")

    def one_by_one(book: Workbook) -> None:
        sheet = book.worksheets[1]
        for ref in ("B2.a.NA.1/housing", "B2.a.A.1/housing"):
            by_ref(sheet, ref, wording.CONFIRM).value = "Yes"

    back = after(tmp_path, one_by_one)
    sources = [each.source for each in back.replies if isinstance(each, ConfirmReply)]
    assert [each.together for each in sources] == [0, 0]
    assert "together" not in sources[0].as_json()


def test_warning_signs_and_what_nothing_proves_stand_above_the_cell(tmp_path: Path) -> None:
    asked = with_offers(ask("B2.a", state=empty()), OFFERS)

    def said(proven: frozenset[OutcomeKey] | None) -> list[str]:
        path = write(tmp_path, replace(asked, proven=proven))
        sheet = openpyxl.load_workbook(path).worksheets[1]
        texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
        look = [each for each in texts if each.startswith("Look at these first.")]
        if look:
            assert texts.index(look[0]) < texts.index(SHEET)
        back = receive(path)
        assert (back.replies, back.problems) == ((), ())
        return look

    signs = "Look at these first. Warning signs that were said to be there: B2.a.NA.1/housing."
    key = asked.topics[0].blocks[0].key
    assert said(None) == [signs]
    assert said(frozenset((key,))) == [signs]
    assert said(frozenset()) == [f"{signs} No evidence in date: B2.a/housing."]


def test_a_yes_beside_an_earlier_answer_nobody_can_read_is_named(tmp_path: Path) -> None:
    def to(book: Workbook) -> None:
        sheet = book.worksheets[1]
        by_ref(sheet, "B2.a.NA.1/housing", wording.EARLIER).value = "As before"
        by_ref(sheet, "B2.a.NA.1/housing", wording.CONFIRM).value = wording.STILL_TRUE

    back = after(tmp_path, to)
    assert confirmed(back) == {}
    assert [each.code for each in back.problems] == ["unexpected-text", "which-earlier-answer"]
    assert "its earlier answer cannot be read" in back.problems[1].message
