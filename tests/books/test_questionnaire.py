"""What people find in the workbook, and that it reads back as what was put in."""

import datetime
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from cyberassess.books import wording
from cyberassess.books.look import LONGEST_NAME, SCREEN
from cyberassess.books.questionnaire.columns import LAYOUTS
from cyberassess.books.questionnaire.writing import sheet_names, write_questionnaire
from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.assessment import all_asked
from cyberassess.domain.people.questions import Questionnaire, questionnaire
from cyberassess.domain.sets.framework import AnswerSet, FrameworkRef
from tests.books.council import (
    CREATED,
    answered,
    ask,
    bare,
    empty,
    expected,
    given,
    receive,
    statement,
    write,
)
from tests.domain.builder import make_settings, make_state


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    what = ask()
    back = receive(write(tmp_path, what))
    assert bare(back.replies) == expected(what)
    assert len(back.replies) > 10
    assert back.problems == ()
    assert back.looked_at == len(what.rows)
    assert (back.assessment, back.person, back.name, back.serial) == ("a" * 64, "p3", "Kim Lee", 7)
    assert (back.head, back.organisation) == ("b" * 64, "Northport & District Council")
    assert (back.period, back.saved) == ("2026", "2026-01-05T09:00:00Z")


def test_nothing_answered_gives_no_replies(tmp_path: Path) -> None:
    back = receive(write(tmp_path, ask("A1", state=replace(empty(), heads=()))))
    assert back.replies == ()
    assert back.head == ""


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write(tmp_path, ask("A1"), "1.xlsx")
    assert first.read_bytes() == write(tmp_path, ask("A1"), "2.xlsx").read_bytes()


def test_a_time_without_a_zone_is_taken_as_utc(tmp_path: Path) -> None:
    naive = CREATED.replace(tzinfo=None)
    write_questionnaire(tmp_path / "naive.xlsx", ask("A1"), created=naive, tool="0.1.0")
    aware = CREATED.astimezone(datetime.timezone(datetime.timedelta(hours=2)))
    write_questionnaire(tmp_path / "aware.xlsx", ask("A1"), created=aware, tool="0.1.0")
    assert (tmp_path / "naive.xlsx").read_bytes() == (tmp_path / "aware.xlsx").read_bytes()


def test_the_first_sheet_has_under_150_words(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write(tmp_path, ask()), data_only=True)
    sheet = book[wording.START]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert len(" ".join(texts).split()) < 150
    whole = "\n".join(texts)
    for needed in ("Sam Reid", "11 December 2026", "Friday", "OFFICIAL-SENSITIVE when completed"):
        assert needed in whole
    assert "I don't know” is welcome" in whole


def test_without_a_date_or_an_address_the_first_sheet_says_so(tmp_path: Path) -> None:
    what = ask("A1")
    officer = what.officer.model_copy(update={"email": ""})
    path = write(tmp_path, replace(what, due="", officer=officer))
    sheet = openpyxl.load_workbook(path)[wording.START]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert wording.NO_DUE in texts
    assert "Sam Reid" in texts
    assert receive(path).problems == ()


def test_nothing_is_hidden_merged_protected_or_alive(tmp_path: Path) -> None:
    path = write(tmp_path, ask())
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    for part in ("vbaProject", "externalLinks", "connections", "media", "drawings", "comments"):
        assert not any(part in name for name in names)
    for sheet in openpyxl.load_workbook(path).worksheets:
        assert sheet.sheet_state == "visible"
        assert not sheet.merged_cells.ranges
        assert not sheet.protection.sheet
        assert not any(each.hidden for each in sheet.row_dimensions.values())
        assert not any(each.hidden for each in sheet.column_dimensions.values())


def test_every_sheet_prints_on_a4_one_page_wide_with_its_marking(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write(tmp_path, ask("A1", "B2")))
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert str(sheet.page_setup.paperSize) == "9"
        assert str(sheet.page_setup.fitToHeight) == "0"
        header, footer = sheet.oddHeader, sheet.oddFooter
        assert header is not None
        assert footer is not None
        assert "OFFICIAL-SENSITIVE when completed" in str(header.center.text)
        assert "OFFICIAL-SENSITIVE when completed" in str(footer.center.text)
        assert str(footer.right.text).startswith("Page ")
        cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
        assert any("OFFICIAL-SENSITIVE when completed" in each for each in cells)
    for sheet in book.worksheets[1:-3]:
        assert sheet.freeze_panes == "A6"
        assert sheet.print_title_rows == "$5:$5"


def test_columns_fit_a_small_screen() -> None:
    assert all(sum(each.widths) <= SCREEN for each in LAYOUTS.values())


def test_dropdowns_offer_the_words_and_name_them(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write(tmp_path, ask("A1.a"))).worksheets[1]
    warning, claim = sheet.data_validations.dataValidation
    assert warning.formula1 == (
        "\"This happens here,This does not happen here,Does not apply,I don't know,"
        'Withdraw my answer"'
    )
    assert "True by other means; Not true" in str(claim.error)
    assert len(str(claim.error)) <= 255
    assert len(str(claim.errorTitle)) <= 32


def test_a_label_with_a_comma_gets_no_dropdown_rather_than_a_wrong_one(tmp_path: Path) -> None:
    what = ask("A1.a")
    block = what.topics[0].blocks[0]
    answers = tuple(
        each.model_copy(update={"label": f"{each.label}, yes"}) for each in block.rows[0].answers
    )
    rows = tuple(replace(each, answers=answers) for each in block.rows)
    topic = replace(what.topics[0], blocks=(replace(block, rows=rows),))
    sheet = openpyxl.load_workbook(write(tmp_path, replace(what, topics=(topic,)))).worksheets[1]
    assert not sheet.data_validations.dataValidation


def test_many_long_labels_are_named_by_the_line_above(tmp_path: Path) -> None:
    what = ask("A1.a")
    block = what.topics[0].blocks[0]
    answers = tuple(
        each.model_copy(update={"label": f"{each.label} {'x' * 34}"})
        for each in block.rows[0].answers
    )
    rows = tuple(replace(each, answers=answers) for each in block.rows)
    topic = replace(what.topics[0], blocks=(replace(block, rows=rows),))
    sheet = openpyxl.load_workbook(write(tmp_path, replace(what, topics=(topic,)))).worksheets[1]
    assert "The line above names them" in str(sheet.data_validations.dataValidation[0].error)


def test_counts_carry_their_true_value(tmp_path: Path) -> None:
    what = ask("A1", "A2")
    book = openpyxl.load_workbook(write(tmp_path, what), data_only=True)
    assert book.worksheets[1]["A3"].value == "6 of 23 answered"
    start = [cell.value for row in book[wording.START].iter_rows() for cell in row]
    total = sum(row.current is not None for row in what.rows)
    assert f"{total} of {len(what.rows)} answered" in start


def test_only_our_counts_are_formulas(tmp_path: Path) -> None:
    path = write(tmp_path, ask())
    with zipfile.ZipFile(path) as archive:
        sheets = [each for each in archive.namelist() if "worksheets/sheet" in each]
        text = "".join(archive.read(each).decode() for each in sheets)
        relations = [each for each in archive.namelist() if "worksheets/_rels" in each]
    formulas = re.findall("<f>(.*?)</f>", text)
    begins = ("COUNTIFS(", "VALUE(", "COUNTIF(")
    counts = [each for each in formulas if each.startswith(begins)]
    checks = [each for each in formulas if each.startswith("IF(") and "Look again" in each]
    assert len(counts) == (len(sheets) - 4) + 3
    assert len(counts) + len(checks) == len(formulas)
    assert "<hyperlink" not in text
    assert relations == []


@pytest.mark.slow
def test_so_many_sheets_that_no_formula_can_add_them_up(tmp_path: Path) -> None:
    what = ask("A3")
    path = write(tmp_path, replace(what, topics=what.topics * 120))
    book = openpyxl.load_workbook(path)
    texts = [str(cell.value) for row in book[wording.START].iter_rows() for cell in row]
    assert f"0 of {len(what.rows) * 120} answered" in texts


def test_last_years_answers_stand_beside_and_are_not_counted(tmp_path: Path) -> None:
    what = ask("A1.a", state=empty())
    block = what.topics[0].blocks[0]
    earlier = {
        block.rows[0].ref: "This happens here (Nov 2025)",
        block.rows[1].ref: wording.NOT_ASKED,
        block.why_ref: "The board meets.",
        block.evidence_ref: "Minutes",
    }
    path = tmp_path / "q.xlsx"
    write_questionnaire(path, what, created=CREATED, tool="0.1.0", earlier=earlier)
    sheet = openpyxl.load_workbook(path).worksheets[1]
    texts = [str(cell.value) for row in sheet.iter_rows(min_col=5, max_col=5) for cell in row]
    assert "This happens here (Nov 2025)" in texts
    assert "Last year: The board meets." in texts
    back = receive(path)
    assert (back.replies, back.problems) == ((), ())


def test_a_sheet_name_is_short_unique_and_plain() -> None:
    topics = ask().topics
    names = sheet_names(topics)
    assert len(set(map(str.casefold, names))) == len(names)
    assert all(len(each) <= LONGEST_NAME for each in names)
    assert "A1 Governance" in names
    assert "B3 Data Security - Housing" in names
    odd = replace(topics[0], id="X", title="a/b [c]: *what*? 'no'")
    assert sheet_names((odd, odd)) == ("X a b c what no", "X a b c what no 2")
    homely = replace(topics[0], title="Homely \U0001f3e0 " * 9)
    (name,) = sheet_names((homely,))
    assert len(name.encode("utf-16-le")) <= 2 * LONGEST_NAME, "as Excel counts characters"
    assert sheet_names((replace(topics[0], id="About", title="this file"),)) == (
        "About this file 2",
    )
    long = replace(topics[0], title="Incomprehensibilities" * 3)
    assert len(sheet_names((long,))[0]) == LONGEST_NAME


def test_an_answer_no_longer_offered_and_odd_characters_are_still_shown(tmp_path: Path) -> None:
    state = replace(
        answered(), answers={statement("A1.a.NA.1"): given("gone", "a\ufffeb \ud800 c\x0bd\te")}
    )
    back = receive(write(tmp_path, ask("A1.a", state=state)))
    assert [each.code for each in back.problems] == ["answer-not-allowed"]
    assert '"gone"' in back.problems[0].message
    sheet = openpyxl.load_workbook(tmp_path / "questions.xlsx").worksheets[1]
    texts = [str(cell.value) for cell in sheet["D"]]
    assert "a\ufffdb \ufffd c_x000B_d\te" in texts


@pytest.mark.parametrize("name", ["A1.a.NA.1", "A1.a.A.1"])
def test_choices_name_every_label_so_that_print_needs_no_prompt(name: str) -> None:
    what = ask(name[:4])
    framework = what.frameworks[0]
    answers: AnswerSet = framework.answers_for(
        framework.indicators[statement(name).indicator][1],
    )
    line = wording.choices(answers)[0]
    assert all(each.label in line for each in answers.answers)


def shipped(ref: str) -> Questionnaire:
    """Ask one person everything of a control set we ship."""
    framework = Shelf().framework(FrameworkRef(ref)).framework
    settings = make_settings()
    portion = tuple(all_asked({framework.ref: framework}, settings))
    state = make_state({}, framework=framework.ref)
    frameworks = {framework.ref: framework}
    return questionnaire(
        settings.officer, portion, settings, state, frameworks=frameworks, serial=1
    )


def test_an_outcome_that_shares_its_id_with_a_statement_has_no_ref_of_its_own(
    tmp_path: Path,
) -> None:
    what = shipped("cyber-governance-code@2025")
    sheets = openpyxl.load_workbook(write(tmp_path, what)).worksheets[1:-3]
    refs = [str(cell.value) for sheet in sheets for cell in sheet["A"][5:] if cell.value]
    assert len(refs) == len(set(refs))
    assert {each.ref for each in what.rows} <= set(refs)


@pytest.mark.slow
def test_conditions_stand_first_and_bands_ask_what_the_rule_asks(tmp_path: Path) -> None:
    what = shipped("pscrf@1.0")
    turned = replace(what, topics=what.topics[::-1])
    book = openpyxl.load_workbook(write(tmp_path, turned))
    assert book.sheetnames[1] == "What applies here"
    texts = [str(cell.value) for cell in book.worksheets[-4]["B"]]
    assert "For baseline: is this met?" in texts
    helps = [each for each in texts if each.startswith("Then, under")]
    assert "Risk accepted, give the reference in the risk register" in helps[0]
    for sheet in book.worksheets[2:-3]:
        meanings = [str(each.value) for each in sheet["B"]]
        assert sum(each.startswith("Met: All that is asked is so;") for each in meanings) == 1
    offered = book.worksheets[-4].data_validations.dataValidation[0]
    assert offered.prompt == helps[0]


def test_what_stands_below_our_question_is_not_taken_for_it(tmp_path: Path) -> None:
    """Official words and conditions are shown; a changed question of ours is still noticed."""
    what = ask("A1")
    topic = what.topics[0]
    block = topic.blocks[0]
    rows = (
        replace(block.rows[0], official="Their = words."),
        replace(block.rows[1], condition="Do we use it?", official="Second."),
        *block.rows[2:],
    )
    blocks = (replace(block, rows=rows, official="The whole."), *topic.blocks[1:])
    what = replace(what, topics=(replace(topic, blocks=blocks), *what.topics[1:]))
    path = write(tmp_path, what)
    back = receive(path)
    assert back.problems == ()
    assert bare(back.replies) == expected(what)
    book = openpyxl.load_workbook(path)
    paper = book[book.sheetnames[1]]
    cells = {cell.value: cell for row in paper.iter_rows() for cell in row if cell.value}
    assert "Official wording: The whole." in cells
    assert f"{rows[0].text}\nOfficial wording: Their = words." in cells
    second = f"{rows[1].text}\nOnly if yes to: Do we use it?\nOfficial wording: Second."
    cells[second].value = second.replace(rows[1].text, "Another question.")
    book.save(path)
    assert [each.code for each in receive(path).problems] == ["question-changed"]
