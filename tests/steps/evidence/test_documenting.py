"""Documents listed in workbooks become evidence that nobody has seen yet."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from cyberassess.books import wording
from cyberassess.domain.assessment import PersonId
from cyberassess.domain.people.questions import Document
from cyberassess.domain.record.evidence import Facts, Held, Item
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.intake import ReceivedFile
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.send.sending import questions_for
from tests.steps.council import (
    EARLY,
    LATE,
    LATER,
    codes,
    events,
    ledger_bytes,
    save_at,
    send_to,
    take,
)

POLICY = ("Access policy", "Who may do what, and why", "B1.b")


def listing(
    blank: Path, to: Path, *rows: tuple[str, ...], saved: str = LATE, completed_by: str = ""
) -> Path:
    book = openpyxl.load_workbook(blank)
    _list(book, rows)
    if completed_by:
        for cell in book[wording.START]["A"]:
            if cell.value == wording.COMPLETED_BY:
                book[wording.START].cell(cell.row, 2).value = completed_by
    book.save(to)
    return save_at(to, saved)


def _list(book: Workbook, rows: tuple[tuple[str, ...], ...]) -> None:
    sheet = book[wording.DOCUMENTS]
    for number, row in enumerate(rows, start=5):
        for column, text in enumerate(row, start=1):
            sheet.cell(number, column).value = text


def items(workspace: Path) -> tuple[Item, ...]:
    return open_assessment(workspace).evidence.items


@pytest.fixture
def listed(workspace: Path, blank: dict[str, Path], tmp_path: Path) -> ReceivedFile:
    full = (*POLICY, "3 March 2025", "Kim.Lee@northport.example ", "Intranet", "31 December 2026")
    (result,) = take(workspace, listing(blank["Kim"], tmp_path / "kim.xlsx", full))
    return result


def test_a_document_is_registered_as_named_and_not_seen(
    workspace: Path, listed: ReceivedFile
) -> None:
    assert (listed.texts, listed.problems) == (1, [])
    (item,) = items(workspace)
    assert (item.reference, item.held, item.person) == ("EV-001", Held.NAMED, "p2")
    assert item.facts == Facts(
        title="Access policy",
        shows="Who may do what, and why",
        dated="2025-03-03",
        owner="Kim Lee",
        link="Intranet",
        valid_until="2026-12-31",
    )
    assert [each.outcome.outcome for each in item.links] == ["B1.b"]
    assert events(workspace, "evidence-item")[0]["source"]["cell"] == "A5"


def test_doing_it_twice_changes_nothing(workspace: Path, listed: ReceivedFile) -> None:
    before = ledger_bytes(workspace)
    (again,) = take(workspace, listed.path)
    assert (again.texts, again.unchanged) == (0, 1)
    assert ledger_bytes(workspace) == before


@pytest.mark.usefixtures("listed")
def test_it_comes_with_the_next_questionnaire_and_back_unchanged(workspace: Path) -> None:
    what = questions_for(open_assessment(workspace), PersonId("p2"))
    assert what.documents == (
        Document(
            "Access policy",
            "Who may do what, and why",
            ("B1.b/housing",),
            "2025-03-03",
            "Kim Lee",
            "Intranet",
            "2026-12-31",
        ),
    )
    path = save_at(send_to(workspace, "Kim Lee")["Kim Lee"], LATER)
    (result,) = take(workspace, path)
    assert (result.texts, result.unchanged, result.problems) == (0, 1, [])
    cells = (c.value for row in openpyxl.load_workbook(workspace / result.receipt)["Your answers"]
             .iter_rows() for c in row)  # fmt: skip
    assert "Access policy" in cells


def test_what_the_same_person_says_later_replaces_and_links_are_added(
    workspace: Path, blank: dict[str, Path], listed: ReceivedFile, tmp_path: Path
) -> None:
    assert listed.texts
    row = ("Access policy", "Who may do what, by role", "B1.a, B1.b")
    (result,) = take(workspace, listing(blank["Kim"], tmp_path / "later.xlsx", row, saved=LATER))
    assert (result.texts, result.problems) == (1, [])
    (item,) = items(workspace)
    assert (item.facts.shows, item.facts.owner) == ("Who may do what, by role", "Kim Lee")
    assert {each.outcome.outcome for each in item.links} == {"B1.a", "B1.b"}


def test_an_older_file_does_not_take_its_facts_back(
    workspace: Path, blank: dict[str, Path], listed: ReceivedFile, tmp_path: Path
) -> None:
    assert listed.texts
    row = ("Access policy", "Something else entirely here", "B1.b")
    (result,) = take(workspace, listing(blank["Kim"], tmp_path / "old.xlsx", row, saved=EARLY))
    assert codes([result]) == ["older-file", "older"]
    assert items(workspace)[0].facts.shows == "Who may do what, and why"


def test_what_somebody_else_says_of_it_leaves_the_facts_and_is_reported(
    workspace: Path, blank: dict[str, Path], listed: ReceivedFile, tmp_path: Path
) -> None:
    assert listed.texts
    row = ("access  policy", "It says quite another thing", "B1.a")
    (result,) = take(
        workspace,
        listing(blank["Kim"], tmp_path / "jo.xlsx", row, saved=LATER, completed_by="Jo Black"),
    )
    assert codes([result]) == ["document-known"]
    assert result.problems[0].message.endswith("here: It says quite another thing.")
    assert "EV-001" in result.problems[0].message
    (item,) = items(workspace)
    assert item.facts.shows == "Who may do what, and why"
    assert len(item.links) == 2


def test_a_document_the_council_has_already_is_only_linked(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    file = tmp_path / "policy.txt"
    file.write_text("policy")
    facts = Facts(title="Access policy", shows="Who may do what, and why")
    add(workspace, [file], facts=facts, supports=["B1.a/housing"])
    (result,) = take(workspace, listing(blank["Kim"], tmp_path / "kim.xlsx", POLICY))
    assert (result.texts, result.problems) == (1, [])
    (item,) = items(workspace)
    assert (item.held, len(item.links)) == (Held.FILE, 2)
    assert questions_for(open_assessment(workspace), PersonId("p2")).documents == ()


def test_two_documents_get_two_numbers_and_one_named_twice_gets_one(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    rows = (POLICY, ("Leavers list", "Every account removed in March", "B1.a"), POLICY)
    take(workspace, listing(blank["Kim"], tmp_path / "kim.xlsx", *rows))
    assert [each.reference for each in items(workspace)] == ["EV-001", "EV-002"]


def test_rows_of_one_title_are_one_document_and_nothing_of_them_is_lost(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    rows = (
        (*POLICY, "", "Head of IT", "Intranet"),
        ("access policy", "How leavers lose their access", "B1.a", "", "Kim Lee", "", "2027"),
    )
    path = listing(blank["Kim"], tmp_path / "kim.xlsx", *rows)
    (result,) = take(workspace, path)
    (item,) = items(workspace)
    assert item.facts == Facts(
        title="Access policy",
        shows="Who may do what, and why; How leavers lose their access",
        owner="Head of IT",
        link="Intranet",
        valid_until="2027-12-31",
    )
    assert {each.outcome.outcome for each in item.links} == {"B1.a", "B1.b"}
    assert [each.code for each in result.problems] == ["date-read", "document-twice"]
    assert "cell A6" in result.problems[1].where
    assert "here it says otherwise: Kim Lee." in result.problems[1].message
    sheet = openpyxl.load_workbook(workspace / result.notes)[wording.DOCUMENTS]
    assert "Kim Lee" in [cell.value for row in sheet.iter_rows() for cell in row]
    before = ledger_bytes(workspace)
    take(workspace, path)
    assert ledger_bytes(workspace) == before


def test_a_document_that_shows_nothing_goes_back(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    row = ("Access policy", "See attached", "B1.b")
    (result,) = take(workspace, listing(blank["Kim"], tmp_path / "kim.xlsx", row))
    assert codes([result]) == ["shows-nothing"]
    assert 'sheet "Documents", cell A5' in result.problems[0].where
    assert items(workspace) == ()
    sheet = openpyxl.load_workbook(workspace / result.notes)[wording.DOCUMENTS]
    assert [cell.value for cell in sheet[5]][:3] == ["Access policy", "See attached", "B1.b"]


def test_a_document_for_a_scope_that_is_gone_is_reported(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    path = listing(blank["Kim"], tmp_path / "kim.xlsx", POLICY)
    settings = workspace / "assessment.yaml"
    text = settings.read_text()
    settings.write_text(text.replace('"housing"', '"homes"'))
    (result,) = take(workspace, path)
    assert "not-asked-here" in codes([result])
    assert items(workspace) == ()
