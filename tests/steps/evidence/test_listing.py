"""Evidence by list: each row is recorded, or named with what is wrong; nothing twice."""

from pathlib import Path

import openpyxl
import pytest

from cyberassess.domain.record.evidence import Held, Item
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.evidence.listing import Listed, import_list
from tests.steps.council import ledger_bytes

HEADS = ("File or link", "What it shows", "For", "Its date", "Good until", "Owner")
SHOWS = "Lists all accounts removed in March"
LINK = "https://intranet.example/minutes"


def items(workspace: Path) -> dict[str, Item]:
    return {each.facts.title: each for each in open_assessment(workspace).evidence.items}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    (folder / "policies").mkdir(parents=True)
    (folder / "leavers.txt").write_text("leavers", "utf-8")
    (folder / "policies" / "access.txt").write_text("access", "utf-8")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    return folder


def listed(place: Path, *rows: tuple[str, ...], heads: tuple[str, ...] = HEADS) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (heads, *rows):
        sheet.append(row)
    book.save(place / "list.xlsx")
    return place / "list.xlsx"


def taken(found: Listed) -> tuple[int, int, int, list[str]]:
    return found.files, found.links, found.unchanged, [each.code for each in found.problems]


def test_files_and_links_are_recorded_once(workspace: Path, place: Path) -> None:
    path = listed(
        place,
        ("leavers.txt", SHOWS, "B1.a/housing, B1.b/housing", "March 2026", "Sept 2027", "Kim"),
        ("policies\\access.txt", "Says who approves access", "B1.b/housing, page 4"),
        (LINK, "Minutes in which the board looked at risk", "A1.a"),
    )
    before = ledger_bytes(workspace)
    rehearsed = import_list(workspace, path, dry_run=True)
    assert taken(rehearsed)[:3] == (2, 1, 0)
    assert ledger_bytes(workspace) == before
    assert taken(import_list(workspace, path)) == (2, 1, 0, ["date-read", "date-read"])
    found = items(workspace)
    leavers, access, minutes = found["leavers"], found["access"], found[LINK]
    assert (leavers.facts.dated, leavers.facts.valid_until) == ("2026-03", "2027-09-30")
    assert [each.outcome.outcome for each in leavers.links] == ["B1.a", "B1.b"]
    assert [each.place for each in access.links] == ["page 4"]
    assert (access.held, minutes.held, minutes.facts.link) == (Held.FILE, Held.NAMED, LINK)
    assert taken(import_list(workspace, path))[:3] == (0, 0, 3)
    assert len(items(workspace)) == 3
    assert verify(workspace).problems == ()


def test_what_another_row_says_of_the_same_document_is_kept_or_named(
    workspace: Path, place: Path
) -> None:
    other = "Says who may approve access"
    rows = [("leavers.txt", SHOWS, "A1.a"), ("leavers.txt", other, "A1.a"),
            (LINK, SHOWS, "A1.a"), (LINK, other, "A1.a", "", "", "kim.lee@northport.example"),
            (LINK, other, "A1.a", "", "", "Jo")]  # fmt: skip
    found = import_list(workspace, listed(place, *rows))
    assert taken(found) == (1, 3, 1, ["document-known", "document-twice"])
    assert [each.message.rpartition(": ")[2] for each in found.problems] == [f"{other}.", "Jo."]
    facts = items(workspace)[LINK].facts
    assert (facts.shows, facts.owner) == (f"{SHOWS}; {other}", "Kim Lee")


def test_a_link_nobody_reads_is_named_but_not_in_a_column_that_is_passed_over(
    workspace: Path, place: Path
) -> None:
    rows = [(f"{LINK}/{n}", SHOWS, "A1.a", "Wiki") for n in range(25)]
    path = listed(place, *rows, heads=(*HEADS[:3], "Our wiki"))
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    for n in range(2, 27):
        sheet[f"C{n}"].hyperlink, sheet[f"D{n}"].hyperlink = f"{LINK}/c{n}", f"{LINK}/d{n}"
    book.save(path)
    found = [e for e in import_list(workspace, path, dry_run=True).problems if e.code == "link"]
    assert {each.message.split()[3] for each in found if "cell C" in each.where} == {
        f"{LINK}/c{n}" for n in range(2, 27)
    }
    assert not any(f"{LINK}/d" in each.message for each in found)


def test_a_cell_with_a_link_names_what_it_leads_to(workspace: Path, place: Path) -> None:
    path = listed(place, ("Minutes of May", SHOWS, "A1.a"), ("the list", SHOWS, "A1.a"))
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    sheet["A2"].hyperlink, sheet["A3"].hyperlink = LINK, "leavers.txt"
    book.save(path)
    assert taken(import_list(workspace, path)) == (1, 1, 0, [])
    found = items(workspace)
    assert found["Minutes of May"].facts.link == LINK
    assert found["leavers"].held is Held.FILE


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("../secret.txt", SHOWS, "A1.a"), "It leads out of the folder."),
        (("gone.pdf", SHOWS, "A1.a"), "is neither a file beside the list nor a link"),
        (("leavers.txt", "see", "A1.a"), "does not say what the document shows"),
        (("leavers.txt", SHOWS, "Z9"), '"Z9" is not an outcome'),
    ],
)
def test_a_row_that_cannot_be_recorded_is_named_and_the_others_are(
    row: tuple[str, ...], said: str, workspace: Path, place: Path
) -> None:
    found = import_list(workspace, listed(place, row, (LINK, SHOWS, "A1.a")))
    assert (found.files, found.links) == (0, 1)
    (problem,) = found.problems
    assert said in problem.message
    assert problem.where.endswith("cell A2")
    assert problem.hint.endswith("The row was not recorded.")
    assert list(items(workspace)) == [LINK]


def test_a_list_without_the_headings_is_refused(workspace: Path, place: Path) -> None:
    with pytest.raises(AssessmentError, match="lacks"):
        import_list(workspace, listed(place, ("a", "b"), heads=("File", "Comment", "For")))
    assert not items(workspace)


def test_a_date_nobody_can_read_is_left_out(workspace: Path, place: Path) -> None:
    found = import_list(workspace, listed(place, (LINK, SHOWS, "A1.a", "Q3 2026")))
    assert (found.links, [each.code for each in found.problems]) == (1, ["not-a-date"])
    assert items(workspace)[LINK].facts.dated == ""
