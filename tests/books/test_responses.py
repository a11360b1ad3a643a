"""What comes back: every answer is read, everything else is reported, nothing is lost."""

import datetime
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cyberassess.books import wording
from cyberassess.books.guard import Book, Cell, Reader, Sheet
from cyberassess.books.questionnaire.columns import HEADINGS
from cyberassess.books.questionnaire.reading import Return, read_return
from cyberassess.books.row_texts import quoted
from cyberassess.domain.people.questions import AnswerReply, TextReply
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.errors import Problem, Severity, WorkbookError
from tests.books.council import (
    CAF,
    answered,
    ask,
    bare,
    caf,
    empty,
    expected,
    given,
    outcome,
    receive,
    statement,
    write,
)
from tests.books.odd import changed, strict, with_drawing

Change = Callable[[Workbook], None]


def row_of(sheet: Worksheet, ref: str) -> int:
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == ref)


Value = str | int | datetime.date | None


def put(sheet: Worksheet, ref: str, column: str, value: Value) -> None:
    sheet[f"{column}{row_of(sheet, ref)}"] = value


def text(sheet: Worksheet, ref: str, column: str, value: str) -> None:
    """Type something that stays text, whatever it begins with."""
    cell = sheet[f"{column}{row_of(sheet, ref)}"]
    cell.value = value
    cell.data_type = "s"


def after(folder: Path, change: Change, *names: str, filled: bool = False) -> Return:
    what = ask(*(names or ("A1.a",)), state=answered() if filled else empty())
    path = write(folder, what)
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return receive(path)


def only(back: Return, code: str) -> Problem:
    (problem,) = back.problems
    assert problem.code == code
    return problem


def test_an_answer_names_its_place(tmp_path: Path) -> None:
    back = after(
        tmp_path, lambda book: put(book.worksheets[1], "A1.a.NA.1", "C", "Does not apply")
    )
    (reply,) = back.replies
    assert isinstance(reply, AnswerReply)
    assert (reply.statements, reply.said.new) == ((statement("A1.a.NA.1"),), "does-not-apply")
    source = reply.source
    assert (source.kind, source.name, source.serial) == ("workbook", "questions.xlsx", 7)
    assert (source.sheet, source.cell) == ("A1 Governance", "C12")
    assert len(source.file) == 64
    assert source.saved.endswith("Z")
    problem = only(back, "reason-missing")
    assert problem.severity is Severity.NOTE


@pytest.mark.parametrize(
    "typed",
    ["I don't know", " i DON\u2019T  know ", "dont-know", "I don't\u00a0know\n"],
)
def test_labels_are_known_however_they_are_typed(typed: str, tmp_path: Path) -> None:
    back = after(tmp_path, lambda book: put(book.worksheets[1], "A1.a.NA.1", "C", typed))
    assert [each.said.new for each in back.replies if isinstance(each, AnswerReply)] == [
        "dont-know"
    ]
    assert back.problems == ()


def test_true_as_excel_writes_it(tmp_path: Path) -> None:
    back = after(tmp_path, lambda book: put(book.worksheets[1], "A1.a.A.1", "C", True))
    assert [each.said.new for each in back.replies if isinstance(each, AnswerReply)] == ["true"]


def test_taking_an_answer_back(tmp_path: Path) -> None:
    back = after(
        tmp_path,
        lambda book: put(book.worksheets[1], "A1.a.A.1", "C", "withdraw my answer"),
        filled=True,
    )
    assert [
        each.said.new
        for each in back.replies
        if isinstance(each, AnswerReply) and each.statements == (statement("A1.a.A.1"),)
    ] == [None]


def test_a_blank_gives_no_reply(tmp_path: Path) -> None:
    back = after(
        tmp_path, lambda book: put(book.worksheets[1], "A1.a.A.1", "C", None), filled=True
    )
    assert not any(
        isinstance(each, AnswerReply) and statement("A1.a.A.1") in each.statements
        for each in back.replies
    )
    assert back.problems == ()


def test_an_answer_that_is_not_allowed(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        put(book.worksheets[1], "A1.a.NA.1", "C", "Sometimes " * 10)
        put(book.worksheets[1], "A1.a.NA.1", "D", "It depends.")

    back = after(tmp_path, change)
    problem = only(back, "answer-not-allowed")
    assert problem.where == 'questions.xlsx, sheet "A1 Governance", cell C12'
    assert "This happens here; This does not happen here; Does not apply" in problem.hint
    assert '"It depends."' in problem.hint
    assert "Sometimes…" in problem.message
    assert back.replies == ()


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("C", '=HYPERLINK("http://x","y")', "formula"),
        ("D", "=1+1", "formula"),
        ("C", "#REF!", "broken-value"),
        ("D", "#N/A", "broken-value"),
        ("D", "x" * 10_001, "too-long"),
    ],
)
def test_what_no_cell_may_hold(column: str, value: str, code: str, tmp_path: Path) -> None:
    back = after(tmp_path, lambda book: put(book.worksheets[1], "A1.a.NA.1", column, value))
    problem = only(back, code)
    assert problem.where.endswith(f"cell {column}12")
    assert quoted(value) in problem.message
    assert back.replies == ()


def test_an_answer_is_held_back_with_the_words_that_cannot_be_stored(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        put(book.worksheets[1], "A1.a.NA.1", "C", "This happens here")
        put(book.worksheets[1], "A1.a.NA.1", "D", "=A1")

    back = after(tmp_path, change)
    assert [each.code for each in back.problems] == ["formula", "row-held-back"]
    assert back.replies == ()


def test_a_reason_without_an_answer(tmp_path: Path) -> None:
    back = after(tmp_path, lambda book: put(book.worksheets[1], "A1.a.NA.1", "D", "We meet."))
    assert '"We meet."' in only(back, "reason-without-answer").message
    assert back.replies == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    "typed",
    [
        "=1+1",
        "+1",
        "@SUM(1)",
        "file://x",
        "- first\n- second",
        "a\r\nb\rc",
        "\U0001f600 caf\u00e9",
        "\u202eabc",
        "<script>alert(1)</script>",
        "x" * 10_000,
        "_x000D_ and x005F_",
    ],
)
def test_texts_are_stored_as_they_were_typed(typed: str, tmp_path: Path) -> None:
    kept = typed.replace("\r\n", "\n").replace("\r", "\n")

    def change(book: Workbook) -> None:
        put(book.worksheets[1], "A1.a.NA.1", "C", "This happens here")
        text(book.worksheets[1], "A1.a.why", "D", f"  {kept}\n".replace("_x", "_x005F_x"))

    back = after(tmp_path, change)
    (words,) = (each for each in back.replies if isinstance(each, TextReply))
    assert words.text == kept
    assert back.problems == ()


def test_line_ends_become_one_kind(tmp_path: Path) -> None:
    path = write(tmp_path, ask("A1.a", state=answered()))
    with Reader() as reader:
        book = reader.read(path)
    sheets = tuple(
        replace(
            sheet,
            cells=tuple(
                cell._replace(text=cell.text.replace("\n", "\r\n")) for cell in sheet.cells
            ),
        )
        for sheet in book.sheets
    )
    back = read_return(replace(book, sheets=sheets), "q.xlsx", "0" * 64, {CAF: caf()})
    assert bare(back.replies) == expected(ask("A1.a"))


def test_numbers_and_dates_in_words_are_kept(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        put(book.worksheets[1], "A1.a.why", "D", 42)
        put(book.worksheets[1], "A1.a.evidence", "D", datetime.date(2026, 3, 1))

    back = after(tmp_path, change)
    assert [each.text for each in back.replies if isinstance(each, TextReply)] == [
        "42",
        "2026-03-01",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "typed",
    [
        "2026-12-31",
        "31/12/2026",
        "31 December 2026",
        "31 Dec 26",
        "Thursday 31st Dec 2026",
        46_387,
        datetime.datetime(2026, 12, 31, tzinfo=None),  # noqa: DTZ001 - workbooks know no zones
    ],
)
def test_dates_people_write(typed: Value, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        put(book.worksheets[1], "A1.a.evidence", "C", typed)
        put(book.worksheets[1], "A1.a.evidence", "D", "Minutes")

    back = after(tmp_path, change)
    (reply,) = back.replies
    assert isinstance(reply, TextReply)
    assert (reply.outcome, reply.valid_until) == (outcome("A1.a"), "2026-12-31")
    assert back.problems == ()


@pytest.mark.parametrize("typed", ["soon", "31/02/2026", "31 Smarch 2026", 42, True])
def test_dates_that_cannot_be_read(typed: Value, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        sheet = book.worksheets[1]
        put(sheet, "A1.a.evidence", "C", typed)
        sheet[f"C{row_of(sheet, 'A1.a.evidence')}"].number_format = "General"
        put(sheet, "A1.a.evidence", "D", "Minutes")

    back = after(tmp_path, change)
    assert "31 March 2027" in only(back, "not-a-date").hint
    (reply,) = back.replies
    assert isinstance(reply, TextReply)
    assert (reply.text, reply.valid_until) == ("Minutes", "")


@pytest.mark.parametrize("typed", ["31.12.26", "December 2026", "end of 2026", 2026])
def test_what_was_understood_is_said_back(typed: Value, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        sheet = book.worksheets[1]
        put(sheet, "A1.a.evidence", "C", typed)
        put(sheet, "A1.a.evidence", "D", "Minutes")

    back = after(tmp_path, change)
    (reply,) = back.replies
    assert isinstance(reply, TextReply)
    assert reply.valid_until == "2026-12-31"
    said = only(back, "date-read")
    assert said.where.endswith("cell C25")
    assert said.message == f'"{typed}" was read as 31 December 2026.'
    assert said.severity is Severity.NOTE


def test_a_date_without_documents_and_a_date_that_is_a_formula(tmp_path: Path) -> None:
    back = after(tmp_path, lambda book: put(book.worksheets[1], "A1.a.evidence", "C", "1/2/2026"))
    assert only(back, "date-without-documents").where.endswith("cell C25")
    back = after(tmp_path, lambda book: put(book.worksheets[1], "A1.a.evidence", "C", "=TODAY()"))
    only(back, "formula")


def test_a_changed_question_is_noted_and_its_answer_stored(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        put(book.worksheets[1], "A1.a.NA.1", "B", "Something else?")
        put(book.worksheets[1], "A1.a.NA.2", "B", None)
        put(book.worksheets[1], "A1.a.NA.1", "C", "This happens here")

    back = after(tmp_path, change)
    assert [each.code for each in back.problems] == ["question-changed"] * 2
    assert '"Something else?"' in back.problems[0].message
    assert "was removed" in back.problems[1].message
    assert all(each.severity is Severity.NOTE for each in back.problems)
    assert len(back.replies) == 1


def test_an_unknown_ref(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        sheet = book.worksheets[1]
        put(sheet, "A1.a.NA.1", "C", "This happens here")
        sheet[f"A{row_of(sheet, 'A1.a.NA.1')}"] = "A1.a.NA.11"

    back = after(tmp_path, change)
    assert [each.code for each in back.problems] == ["unknown-ref", "rows-missing"]
    assert '"This happens here"' in back.problems[0].message
    assert "Did you mean A1.a.NA.1?" in back.problems[0].hint
    assert back.replies == ()


def test_a_ref_that_stands_there_twice(tmp_path: Path) -> None:
    def change(book: Workbook, second: str) -> None:
        sheet = book.worksheets[1]
        put(sheet, "A1.a.NA.1", "C", "This happens here")
        row = row_of(sheet, "A1.a.NA.1")
        for column in "AB":
            sheet[f"{column}60"] = sheet[f"{column}{row}"].value
        sheet["C60"] = second

    back = after(tmp_path, lambda book: change(book, "I don't know"))
    assert [each.code for each in back.problems] == ["repeated-ref"] * 2
    assert [each.where[-8:] for each in back.problems] == ["cell A12", "cell A60"]
    assert back.replies == ()
    for same in ("This happens here", ""):
        back = after(tmp_path, lambda book, same=same: change(book, same))  # type: ignore[misc]
        assert (len(back.replies), back.problems) == (1, ())


def test_what_stands_where_nothing_is_expected(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        sheet = book.worksheets[1]
        sheet["H12"] = "beside the table"
        sheet["A40"] = "under it, not a ref"
        sheet["G5"] = "in the header"
        put(sheet, "A1.a", "C", "in a title row")
        put(sheet, "A1.a.why", "C", "True")
        put(sheet, "A1.a.NA.2", "E", "my own remark")
        sheet["B50"] = "=1+1"
        book[wording.START]["D4"] = "on the first sheet"
        book[wording.ABOUT]["C3"] = "on the last"

    back = after(tmp_path, change)
    assert {each.where.rpartition(" ")[2] for each in back.problems} == {
        *("H12", "A40", "G5", "C6", "C24", "E13", "B50", "D4", "C3")
    }
    assert {each.code for each in back.problems} == {"unexpected-text"}
    assert len(back.problems) == 9


def test_notes_extra_sheets_and_hidden_things(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        sheet = book.worksheets[1]
        sheet["C12"].comment = Comment("Ask Jo", "Kim")
        sheet["Z99"].comment = Comment("Far away", "Kim")
        book[wording.START]["A1"].comment = Comment("Start", "Kim")
        book[wording.ABOUT]["A1"].comment = Comment("About", "Kim")
        extra = book.create_sheet("Notes", 0)
        for row in range(1, 24):
            extra.cell(row, 1).value = f"note {row}"
        extra["B1"].comment = Comment("Extra", "Kim")
        extra.sheet_state = "hidden"
        sheet.row_dimensions[12].hidden = True
        sheet.row_dimensions[13].hidden = True
        sheet.column_dimensions["D"].hidden = True

    back = after(tmp_path, change)
    comments = [each for each in back.problems if each.code == "comment"]
    assert len(comments) == 5
    assert '"Ask Jo"' in "".join(each.message for each in comments)
    unexpected = [each for each in back.problems if each.code == "unexpected-text"]
    assert len(unexpected) == 21
    assert "3 more cells" in unexpected[-1].message
    hidden = [each for each in back.problems if each.code == "hidden"]
    assert [each.severity for each in hidden] == [Severity.NOTE] * 2
    assert "the whole sheet" in hidden[0].message
    assert "rows 12, 13; column D" in hidden[1].message


def test_pictures_are_mentioned(tmp_path: Path) -> None:
    path = write(tmp_path, ask("A1.a"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/media/image1.png", b"x")
    problem = only(receive(path), "not-looked-at")
    assert "1 picture or other part (image1.png)" in problem.message
    assert problem.severity is Severity.NOTE


def test_who_filled_it_in(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        sheet = book[wording.START]
        for cell in sheet["A"]:
            if cell.value == wording.COMPLETED_BY:
                sheet[f"B{cell.row}"] = "  Jo   Black "

    back = after(tmp_path, change)
    assert back.completed_by == "Jo Black"
    assert back.declaration is None
    assert back.problems == ()


def test_a_formula_for_a_name_and_a_changed_first_sheet(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        sheet = book[wording.START]
        for cell in sheet["A"]:
            if cell.value == wording.COMPLETED_BY:
                sheet[f"B{cell.row}"] = "=A1"
            if cell.value == "Why you":
                sheet[f"B{cell.row}"] = "I answer here instead"

    back = after(tmp_path, change)
    assert [each.code for each in back.problems] == ["unexpected-text", "formula"]
    assert back.completed_by == ""


def test_what_may_change_while_a_file_is_away_is_not_reported(tmp_path: Path) -> None:
    what = ask("A1.a", state=empty())
    officer = what.officer.model_copy(update={"name": "Ada Gray", "email": ""})
    path = write(tmp_path, replace(what, organisation="Elsewhere", officer=officer, due=""))
    assert receive(path).problems == ()


def shuffle(book: Workbook) -> None:
    """Do to a workbook what people do: rename, reorder, move columns, sort, insert rows."""
    for number, sheet in enumerate(book.worksheets):
        sheet.title = f"Sheet {number}"
        if sheet["A5"].value != wording.REF:
            continue
        values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6, max_col=5)]
        formats = [sheet.cell(row, 3).number_format for row in range(6, 6 + len(values))]
        pairs = sorted(
            zip(values, formats, strict=True),
            key=lambda each: [str(value) for value in each[0]],
        )
        sheet.delete_rows(6, len(values))
        order = (3, 0, 4, 2, 1)
        for column, place in enumerate(order, start=2):
            sheet.cell(5, column).value = HEADINGS[place]
        sheet["A5"] = None
        for row, (line, form) in enumerate(pairs, start=9):
            for column, place in enumerate(order, start=2):
                cell = sheet.cell(row, column)
                cell.value = line[place]
                if isinstance(line[place], str):
                    cell.data_type = "s"
                if place == 2:
                    cell.number_format = form
    book._sheets.reverse()  # type: ignore[attr-defined]


def test_sorting_moving_and_renaming_change_nothing(tmp_path: Path) -> None:
    state = answered()
    odd = given("not-true", "openpyxl would lose what looks like an escape")
    state = replace(state, answers={**state.answers, statement("A1.b.A.1"): odd})
    path = write(tmp_path, ask(state=state))
    before = receive(path)
    book = openpyxl.load_workbook(path)
    shuffle(book)
    book.save(path)
    back = receive(path)
    assert bare(back.replies) == bare(before.replies)
    assert back.problems == ()
    assert back.looked_at == before.looked_at


def test_headings_that_were_changed(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book.worksheets[1]["C5"] = "Reply"
        put(book.worksheets[1], "A1.a.NA.1", "C", "This happens here")

    back = after(tmp_path, change)
    assert [each.code for each in back.problems] == ["headings-missing", "rows-missing"]
    assert "11 rows of ours" in back.problems[0].message


def test_a_statement_heading_that_was_changed_matters_little(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book.worksheets[1]["B5"] = "Questions"
        put(book.worksheets[1], "A1.a.NA.1", "C", "This happens here")

    back = after(tmp_path, change)
    assert '"Questions"' in only(back, "unexpected-text").message
    assert len(back.replies) == 1


def test_rows_that_were_deleted_are_counted(tmp_path: Path) -> None:
    back = after(tmp_path, lambda book: book.worksheets[1].delete_rows(12))
    assert "1 question of the 8 we sent is no longer" in only(back, "rows-missing").message
    assert back.looked_at == 7


def test_statements_that_say_the_same_are_answered_together(tmp_path: Path) -> None:
    what = ask("A2.a", state=empty())
    path = write(tmp_path, what)
    book = openpyxl.load_workbook(path)
    put(book.worksheets[1], "A2.a.PA.1", "C", "True")
    book.save(path)
    (reply,) = receive(path).replies
    assert isinstance(reply, AnswerReply)
    assert reply.statements == (statement("A2.a.PA.1"), statement("A2.a.A.1"))


def test_not_ours(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(WorkbookError, match="not one of our questionnaires"):
        receive(tmp_path / "a.xlsx")


@pytest.mark.parametrize("label", ["Assessment", "Person", "Serial"])
@pytest.mark.parametrize("value", [None, "x"])
def test_a_last_sheet_that_no_longer_says_whose_it_is(
    label: str, value: str | None, tmp_path: Path
) -> None:
    def change(book: Workbook) -> None:
        sheet = book[wording.ABOUT]
        for cell in sheet["A"]:
            if cell.value == label:
                sheet[f"B{cell.row}"] = value

    if value is None or label == "Serial":
        with pytest.raises(WorkbookError, match=f"no longer says: {label}"):
            after(tmp_path, change)
    else:
        after(tmp_path, change)


def test_a_questionnaire_about_another_framework(tmp_path: Path) -> None:
    path = write(tmp_path, ask("A1.a"))
    with Reader() as reader:
        book = reader.read(path)
    back = read_return(book, "q.xlsx", "0" * 64, {})
    assert back.assessment == "a" * 64
    assert back.replies == ()
    assert '"ncsc-caf@3.2"' in only(back, "other-framework").message


def test_a_file_with_two_frameworks_counts_them() -> None:
    other = caf().model_copy(update={"id": "other"})
    labels = {
        "Assessment": "a",
        "Person": "p3",
        "Serial": "1",
        "Framework 1": "other@3.2",
        "Framework 2": "ncsc-caf@3.2",
    }
    about = tuple(
        Cell(row, column, "s", value)
        for row, pair in enumerate(labels.items(), start=1)
        for column, value in enumerate(pair, start=1)
    )
    text = caf().indicators[statement("A1.a.NA.1").indicator][1].text
    rows = tuple(
        Cell(row, column, "s", value)
        for row, line in enumerate(
            [
                HEADINGS,
                ("2:A1.a.NA.1/housing", text, "This happens here"),
                ("3:A1.a.NA.1", text, "This happens here"),
            ],
            start=1,
        )
        for column, value in enumerate(line, start=1)
    )
    book = Book((Sheet("About", False, (), (), about), Sheet("Q", False, (), (), rows)), saved="")
    known = {FrameworkRef("other@3.2"): other, CAF: caf()}
    back = read_return(book, "q.xlsx", "0" * 64, known)
    (reply,) = back.replies
    assert isinstance(reply, AnswerReply)
    assert reply.statements == (statement("A1.a.NA.1", "housing"),)
    assert [each.code for each in back.problems] == ["unexpected-text"] * 3
    assert back.frameworks == ("other@3.2", "ncsc-caf@3.2")
    assert read_return(book, "q.xlsx", "0" * 64, {CAF: caf()}).looked_at == 1


def test_a_strict_workbook_gives_the_same_answers(tmp_path: Path) -> None:
    what = ask("A1", "A2")
    path = write(tmp_path, what)
    path.write_bytes(changed(path, strict))
    back = receive(path)
    assert bare(back.replies) == expected(what)
    assert back.problems == ()


@pytest.mark.parametrize("number", [1, 2, 5])
def test_texts_in_boxes_are_reported_with_their_sheet(number: int, tmp_path: Path) -> None:
    path = write(tmp_path, ask("A1.a"))
    sheet = f"xl/worksheets/sheet{number}.xml"
    box = "<a:p><a:r><a:t>All of this is done</a:t></a:r></a:p>"
    problem = only(receive(with_drawing(path, box, sheet)), "drawn-text")
    assert "All of this is done" in problem.message
    names = ["Start", "A1 Governance", "Documents", "Finish", "About this file"]
    assert problem.where.endswith(f'sheet "{names[number - 1]}"')
