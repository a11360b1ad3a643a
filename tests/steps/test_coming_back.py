"""Whatever comes back goes one road: whose, which state, older or newer, original, receipt."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from cyberassess.domain.record.plan import ACTION
from cyberassess.domain.record.reviewing import REVIEW
from cyberassess.errors import AssessmentError, WorkbookError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.changing import change_settings
from cyberassess.opening.intake import ReceivedFile
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.people.people import people_values
from cyberassess.steps.people.tables import (
    export_people,
    export_systems,
    import_people,
    import_systems,
)
from cyberassess.steps.plan.planning import (
    Wanted,
    add_action,
    export_plan,
    import_plan,
    set_action,
)
from cyberassess.steps.review.reviewing import receive_review, send_review
from tests.steps.council import EARLY, LATE, LATER, begin, ledger_bytes, save_at, send_to
from tests.steps.council import settings_values as values_of


@dataclass(frozen=True, slots=True)
class Book:
    """One kind of workbook: its sheet, a row, and a heading that is written under."""

    make: Callable[[Path, Path], Path]
    take: Callable[..., ReceivedFile]
    stands: Callable[[Path], str]
    sheet: str
    row: str
    heading: str
    words: tuple[str, str, str]
    """What is said first, then, and last."""


def _people(folder: Path) -> str:
    person = open_assessment(folder).contents.settings.person("p2")
    return person.role if person else ""


def _systems(folder: Path) -> str:
    scope = open_assessment(folder).contents.settings.scope("housing")
    return scope.supplier if scope else ""


def _plan(folder: Path) -> str:
    (record,) = open_assessment(folder).state.register(ACTION)
    return str(record.fields.get("cost_text", ""))


def _review(folder: Path) -> str:
    found = [e for e in open_assessment(folder).state.register(REVIEW) if e.key[2] == "B1.a"]
    return str(found[-1].fields.get("comment", "")) if found else ""


def _make_plan(folder: Path, place: Path) -> Path:
    if not open_assessment(folder).state.register(ACTION):
        add_action(folder, "B1.a", Wanted(title="Review leavers", cost_text="Ten pounds"))
    return export_plan(folder, place / "plan.xlsx")


def _make_review(folder: Path, place: Path) -> Path:
    return send_review(folder, "Nadia Okafor", place / "review.xlsx", force=True).path


BOOKS: Mapping[str, Book] = {
    "people": Book(
        lambda folder, place: export_people(folder, place / "people.xlsx", force=True),
        import_people, _people, "People", "Kim Lee", "Role", ("service", "hr", "finance"),
    ),
    "systems": Book(
        lambda folder, place: export_systems(folder, place / "systems.xlsx", force=True),
        import_systems, _systems, "Systems", "Housing management", "Supplier",
        ("Northgate", "Civica", "Capita"),
    ),
    "plan": Book(
        _make_plan, import_plan, _plan, "Plan", "Review leavers", "Cost in words",
        ("Ten pounds", "Twenty pounds", "Thirty pounds"),
    ),
    "review": Book(
        _make_review, receive_review, _review, "Review", "B1.a/housing", "Comment",
        ("Seen once", "Seen twice", "Seen thrice"),
    ),
}  # fmt: skip


@pytest.fixture(params=BOOKS)
def kind(request: pytest.FixtureRequest) -> Book:
    return BOOKS[str(request.param)]


def write(path: Path, to: Path, kind: Book, words: str, saved: str) -> Path:
    """Write under the heading in the row, saved at a moment of our choice."""
    book = openpyxl.load_workbook(path)
    sheet = book[kind.sheet]
    column = next(c.column for c in sheet[4] if c.value == kind.heading)
    row = next(r[0].row for r in sheet.iter_rows() if kind.row in [c.value for c in r])
    sheet.cell(row, column).value = words or None
    book.save(to)
    return save_at(to, saved)


def test_an_older_workbook_takes_nothing_back(kind: Book, workspace: Path, tmp_path: Path) -> None:
    first, _, last = kind.words
    blank = kind.make(workspace, tmp_path)
    older = write(blank, tmp_path / "older.xlsx", kind, kind.words[1], EARLY)
    newer = write(blank, tmp_path / "newer.xlsx", kind, last, LATE)
    kind.take(workspace, newer)
    assert kind.stands(workspace) == last
    for dry_run in (True, False):
        found = kind.take(workspace, older, dry_run=dry_run)
        assert (found.changed, found.changes) == ([], [])
        (problem,) = (each for each in found.problems if each.code == "older")
        assert f'"{last}"' in problem.message
        assert f'"{kind.words[1]}"' in problem.message
        assert f'sheet "{kind.sheet}", cell' in problem.where
    assert kind.stands(workspace) == last
    assert first != last


def test_what_a_workbook_says_nothing_new_of_stays_as_it_is_now(
    kind: Book, workspace: Path, tmp_path: Path
) -> None:
    """A workbook saved later that still shows what stood when it was written."""
    again = kind.make(workspace, tmp_path)
    later = tmp_path / "later.xlsx"
    shutil.copy(again, later)
    save_at(later, LATER)
    kind.take(workspace, write(again, tmp_path / "new.xlsx", kind, kind.words[1], LATE))
    found = kind.take(workspace, later)
    assert kind.stands(workspace) == kind.words[1]
    assert (found.changed, found.changes) == ([], [])


def test_a_change_is_named_in_a_dry_run_too_and_kept_with_its_receipt(
    kind: Book, workspace: Path, tmp_path: Path
) -> None:
    blank = kind.make(workspace, tmp_path)
    kind.take(workspace, write(blank, tmp_path / "one.xlsx", kind, kind.words[1], LATE))
    path = write(blank, tmp_path / "two.xlsx", kind, kind.words[2], LATER)
    before, settings = ledger_bytes(workspace), (workspace / "assessment.yaml").read_bytes()
    dry = kind.take(workspace, path, dry_run=True)
    ((_, old, new),) = dry.changes
    assert (old, new) == kind.words[1:]
    assert ledger_bytes(workspace) == before
    assert (workspace / "assessment.yaml").read_bytes() == settings
    assert not (workspace / dry.kept_as).exists()
    assert not (workspace / dry.receipt).exists()
    found = kind.take(workspace, path)
    assert (found.changes, found.kept_as, found.receipt) == (
        dry.changes, dry.kept_as, dry.receipt,
    )  # fmt: skip
    assert (workspace / found.kept_as).read_bytes() == path.read_bytes()
    receipt = (workspace / found.receipt).read_text()
    assert found.sha256 in receipt
    assert f"was {old}, is now {new}" in receipt
    assert verify(workspace).problems == ()


def test_the_same_workbook_twice_changes_nothing(
    kind: Book, workspace: Path, tmp_path: Path
) -> None:
    blank = kind.make(workspace, tmp_path)
    path = write(blank, tmp_path / "one.xlsx", kind, kind.words[1], LATE)
    kind.take(workspace, path)
    before = ledger_bytes(workspace)
    again = kind.take(workspace, path)
    assert (again.added, again.changed, again.changes) == ([], [], [])
    assert again.unchanged
    assert ledger_bytes(workspace) == before
    kind.take(workspace, write(blank, tmp_path / "two.xlsx", kind, kind.words[2], LATER))
    found = kind.take(workspace, path)
    assert [each.code for each in found.problems if each.code == "older"] == ["older"]
    assert kind.stands(workspace) == kind.words[2]


def test_a_workbook_of_another_assessment_is_refused(
    kind: Book, workspace: Path, tmp_path: Path
) -> None:
    path = kind.make(workspace, tmp_path)
    other = begin(tmp_path / "other", period="2027")
    before = ledger_bytes(other)
    with pytest.raises(WorkbookError, match=r"belongs to Northport Council, 2026\."):
        kind.take(other, path)
    assert ledger_bytes(other) == before


def test_a_workbook_of_another_copy_waits_for_it(
    kind: Book, workspace: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(workspace, tmp_path / "copy"))
    send_to(copy, "Sam Reid")
    path = kind.make(copy, tmp_path)
    before = ledger_bytes(workspace)
    with pytest.raises(WorkbookError, match="a state of the assessment that is not here"):
        kind.take(workspace, path)
    assert ledger_bytes(workspace) == before


def test_words_changed_by_command_stay(workspace: Path, tmp_path: Path) -> None:
    kind = BOOKS["plan"]
    path = write(_make_plan(workspace, tmp_path), tmp_path / "p.xlsx", kind, "A", EARLY)
    set_action(workspace, "ACT-001", Wanted(cost_text="By command", owner="Kim Lee"))
    found = import_plan(workspace, path)
    assert [each.code for each in found.problems] == ["older"]
    assert _plan(workspace) == "By command"


def test_an_action_that_goes_by_other_words_now_is_not_added_again(
    workspace: Path, tmp_path: Path
) -> None:
    path = export_plan(workspace, tmp_path / "plan.xlsx")
    write(
        path,
        path,
        Book(*[None] * 3, "Plan", "B1.a/housing", "What will be done", ("",) * 3),
        "Review leavers",
        EARLY,
    )  # type: ignore[arg-type]
    assert import_plan(workspace, path).added == ["ACT-001"]
    set_action(workspace, "ACT-001", Wanted(title="Review all leavers"))
    again = import_plan(workspace, path)
    assert (again.added, [each.code for each in again.problems]) == ([], ["older"])


def test_somebody_taken_out_since_stays_out(workspace: Path, tmp_path: Path) -> None:
    path = export_people(workspace, tmp_path / "people.xlsx")
    change_settings(
        workspace,
        "people remove",
        lambda settings: people_values(settings.everybody[:2], str(settings.officer.id)),
    )
    found = import_people(workspace, path)
    assert found.added == []
    assert [
        "Alex Moor was taken out" in each.message
        for each in found.problems
        if each.code == "older"
    ] == [True]


def test_a_table_without_its_sheet_about_the_file_is_taken(
    workspace: Path, tmp_path: Path
) -> None:
    kind = BOOKS["people"]
    path = write(
        export_people(workspace, tmp_path / "p.xlsx"), tmp_path / "q.xlsx", kind, "hr", LATE
    )
    book = openpyxl.load_workbook(path)
    del book["About this file"]
    book.save(path)
    other = begin(tmp_path / "other", period="2027", people=values_of()["people"])
    assert import_people(other, save_at(path, LATE)).changed == ["Kim Lee"]
    with pytest.raises(AssessmentError, match="no such file"):
        import_people(other, tmp_path / "nowhere.xlsx")
