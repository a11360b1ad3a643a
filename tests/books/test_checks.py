"""What cannot be right together, and what is missing, shows as it is typed."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from cyberassess.books import wording
from cyberassess.books.questionnaire.checks import Band, missing
from cyberassess.domain.assessment import StatementKey
from cyberassess.domain.record.recorded import Given, State
from cyberassess.domain.sets.framework import LevelId
from tests.books.council import (
    ask,
    beside,
    by_ref,
    caf,
    change,
    empty,
    given,
    offer,
    outcome,
    receive,
    statement,
    with_offers,
    write,
)
from tests.books.test_libreoffice import saved_again, soffice  # noqa: F401 - a fixture

CLAIM = "Look again: a warning sign happens, yet all of “For achieved” is so."


def achieved() -> list[str]:
    """Give the statements of the column achieved of A1.a."""
    found = caf().outcomes[outcome("A1.a").outcome].at_level(LevelId("achieved"))
    return [str(each.id) for each in found]


def answers(**more: tuple[Given, ...]) -> dict[StatementKey, tuple[Given, ...]]:
    """Claim all of the column achieved of A1.a, and more."""
    whole = {statement(each): given("true") for each in achieved()}
    return whole | {statement(name.replace("_", ".")): each for name, each in more.items()}


def look(path: Path) -> list[str]:
    """Give every check that says something, as the file holds it."""
    book = openpyxl.load_workbook(path, data_only=True)
    return [
        str(cell.value)
        for sheet in book.worksheets[1:-3]
        for (cell,) in sheet.iter_rows(min_col=3, max_col=3)
        if str(cell.value).startswith(wording.LOOK_AGAIN)
    ]


def state_with(**more: tuple[Given, ...]) -> State:
    return replace(empty(), answers=answers(**more))


def test_a_warning_sign_beside_a_whole_claim_is_said(tmp_path: Path) -> None:
    happens = state_with(A1_a_NA_1=given("happens"))
    path = write(tmp_path, ask("A1.a", state=happens))
    assert look(path) == [CLAIM]
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.worksheets[1]["A3"].value == "5 of 8 answered. Look again: 1"
    assert beside(book[wording.FINISH], wording.LOOK_AGAIN).value == "1 to look at again"


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"A1_a_NA_1": given("does-not-happen")},
        {"A1_a_NA_1": given("dont-know")},
        {"A1_a_NA_1": given("happens"), "A1_a_A_1": given("not-true")},
        {"A1_a_NA_1": given("happens"), "A1_a_A_1": given("dont-know")},
    ],
)
def test_what_can_be_right_together_is_left_alone(
    tmp_path: Path, more: dict[str, tuple[Given, ...]]
) -> None:
    assert look(write(tmp_path, ask("A1.a", state=state_with(**more)))) == []


def test_a_column_that_does_not_apply_is_no_claim(tmp_path: Path) -> None:
    out = {f"A1_a_A_{n}": given("does-not-apply", "None.") for n in range(1, 5)}
    state = state_with(A1_a_NA_1=given("happens"), **out)
    assert look(write(tmp_path, ask("A1.a", state=state))) == []


def test_a_missing_reason_is_named_by_its_ref(tmp_path: Path) -> None:
    state = state_with(A1_a_NA_2=given("does-not-apply"), A1_a_A_1=given("other-means"))
    found = look(write(tmp_path, ask("A1.a", state=state)))
    assert found == ["Look again: say why beside A1.a.NA.2 A1.a.A.1 "]


def test_checks_are_not_answers(tmp_path: Path) -> None:
    state = state_with(A1_a_NA_1=given("happens"), A1_a_NA_2=given("does-not-apply"))
    back = receive(write(tmp_path, ask("A1.a", state=state)))
    assert len(back.replies) == 6
    assert [each.code for each in back.problems] == ["reason-missing"]


def test_checks_pasted_as_values_are_not_answers(tmp_path: Path) -> None:
    state = state_with(A1_a_NA_1=given("happens"))
    path = write(tmp_path, ask("A1.a", state=state))
    values = openpyxl.load_workbook(path, data_only=True)
    values.save(path)
    assert receive(path).problems == ()


def test_so_many_rows_that_no_formula_can_name_them_are_counted() -> None:
    block = ask("A1.a").topics[0].blocks[0]
    rows = [row for row in block.rows if not row.is_warning] * 40
    level = caf().level(LevelId("achieved"))
    found = missing([Band(level, rows, 10)])
    assert found is not None
    assert len(found.formula) < 8000
    assert wording.CHECK_SOME in found.formula


@pytest.mark.slow
def test_checks_and_counts_work_in_libreoffice(soffice: list[str], tmp_path: Path) -> None:  # noqa: F811
    """Typed answers, confirmed ones and whole sheets count; what is missing is named."""
    offers = {
        "A1.a.NA.2": (offer("happens", "This happens here"),),
        "A1.b.NA.1": (offer("happens", "This happens here", origin="Monitoring"),),
        "A1.b.A.1": (offer("true", "True"),),
        "A1.b.A.2": (offer("true", "True"), offer("not-true", "Not true", origin="Monitoring")),
    }
    what = with_offers(ask("A1.a", "A1.b", state=empty()), offers)

    def typing(book: Workbook) -> None:
        sheet = book.worksheets[1]
        for each in achieved():
            by_ref(sheet, each, wording.ANSWER).value = "True"
        by_ref(sheet, "A1.a.A.1", wording.ANSWER).value = "True by other means"
        by_ref(sheet, "A1.a.NA.1", wording.ANSWER).value = "This happens here"
        by_ref(sheet, "A1.a.NA.3", wording.WORDS).value = "We think so."
        by_ref(sheet, "A1.b.A.1", wording.CONFIRM).value = wording.STILL_TRUE
        label = wording.CONFIRM_SHEET.format(origin="Identity and laptops")
        beside(sheet, label).value = "Yes"

    path = change(write(tmp_path, what), typing)
    again = saved_again(soffice, path, tmp_path / "again")
    assert look(again) == [
        CLAIM,
        "Look again: say why beside A1.a.A.1 Look again: choose an answer for A1.a.NA.3 ",
    ]
    book = openpyxl.load_workbook(again, data_only=True)
    # five typed, one confirmed by itself, one with the sheet; two that differ are not counted
    assert book.worksheets[1]["A3"].value == f"7 of {len(what.rows)} answered. Look again: 2"
    start, finish = book[wording.START], book[wording.FINISH]
    assert beside(start, wording.PROGRESS).value == f"7 of {len(what.rows)} answered"
    assert beside(finish, wording.LOOK_AGAIN).value == "2 to look at again"
    back = receive(again)
    assert [each.code for each in back.problems] == ["reason-without-answer", "reason-missing"]
    assert len(back.replies) == 7


def test_an_outcome_whose_statements_are_all_asked_elsewhere_has_no_check() -> None:
    assert missing([]) is None


def shortfall(**more: tuple[Given, ...]) -> State:
    said = {statement(name.replace("_", "."), "housing"): each for name, each in more.items()}
    return replace(empty(), answers=said)


BETTER = "Look again: a statement that says better is true. Do you do better than "


@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"B3_b_PA_2": given("better")}, "Look again: say why beside B3.b.PA.2/housing "),
        ({"B3_b_PA_2": given("better", "A tester looks at it.")}, ""),
        ({"B3_b_PA_2": given("better"), "B3_b_A_2": given("true")}, ""),
        ({"B3_b_PA_2": given("better"), "B3_b_A_2": given("other-means", "So.")}, ""),
        (
            {"B3_b_PA_2": given("better"), "B3_b_A_2": given("other-means")},
            "Look again: say why beside B3.b.PA.2/housing B3.b.A.2/housing ",
        ),
        ({"B3_b_PA_2": given("not-true")}, ""),
        (
            {"B3_b_PA_2": given("not-true"), "B3_b_A_2": given("true")},
            f"{BETTER}B3.b.PA.2/housing ",
        ),
        ({"B3_b_PA_2": given("true"), "B3_b_A_2": given("true")}, ""),
    ],
)
def test_a_shortfall_left_behind_is_checked_as_it_is_typed(
    tmp_path: Path, more: dict[str, tuple[Given, ...]], said: str
) -> None:
    path = write(tmp_path, ask("B3.b", state=shortfall(**more)))
    assert look(path) == ([said] if said else [])
    assert receive(path).problems == tuple(
        each for each in receive(path).problems if each.code == "reason-missing"
    )


def test_only_the_rows_that_describe_a_shortfall_offer_it(tmp_path: Path) -> None:
    path = write(tmp_path, ask("B3.b", state=empty()))
    sheet = openpyxl.load_workbook(path).worksheets[1]
    offered = {
        str(cell): str(each.formula1)
        for each in sheet.data_validations.dataValidation
        for cell in str(each.sqref).split()
    }
    with_better = [cell for cell, labels in offered.items() if "We do better" in labels]
    assert with_better == [by_ref(sheet, "B3.b.PA.2/housing", wording.ANSWER).coordinate]
    lines = [str(cell.value) for cell in sheet["B"] if "We do better" in str(cell.value)]
    assert len(lines) == 1
    assert "Some statements describe a shortfall" in lines[0]


@pytest.mark.slow
@pytest.mark.usefixtures("soffice")
def test_the_check_of_a_shortfall_works_in_libreoffice(soffice: list[str], tmp_path: Path) -> None:  # noqa: F811
    path = write(tmp_path, ask("B3.b", "C1.c", state=empty()))

    def typed(book: Workbook) -> None:
        sheets = {each.title[:2]: each for each in book.worksheets}
        by_ref(sheets["B3"], "B3.b.PA.2/housing", wording.ANSWER).value = "Not true"
        by_ref(sheets["B3"], "B3.b.A.2/housing", wording.ANSWER).value = "True"
        by_ref(sheets["C1"], "C1.c.PA.4/housing", wording.ANSWER).value = "We do better than this"
        by_ref(sheets["C1"], "C1.c.PA.2/housing", wording.ANSWER).value = "We do better than this"
        by_ref(sheets["C1"], "C1.c.A.4/housing", wording.ANSWER).value = "True"

    again = saved_again(soffice, change(path, typed), tmp_path / "again")
    assert look(again) == [
        f"{BETTER}B3.b.PA.2/housing ",
        "Look again: say why beside C1.c.PA.2/housing ",
    ]
