"""Whatever comes back goes one road: whose, which state, older or newer, original, receipt."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
import pytest

from cyberassess.domain.record.plan import ACTION
from cyberassess.domain.record.reviewing import REVIEW
from cyberassess.errors import AssessmentError, WorkbookError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.intake import ReceivedFile
from cyberassess.opening.writing import change_settings
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.confirm.deciding import write as write_decisions
from cyberassess.steps.people.people import people_values
from cyberassess.steps.people.tables import (
    export_people,
    export_systems,
    import_people,
    import_systems,
)
from cyberassess.steps.plan.plan_book import export_plan, import_plan
from cyberassess.steps.plan.planning import Wanted, add_action, set_action
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.receive.words import received_lines
from cyberassess.steps.review.reviewing import receive_review, send_review
from tests.steps.council import (
    EARLY,
    LATE,
    LATER,
    begin,
    fill_in,
    ledger_bytes,
    save_at,
    send_to,
    take,
)
from tests.steps.council import settings_values as values_of

pytestmark = pytest.mark.slow


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


NEXT_DAY = "2020-01-02T10:00:00Z"
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
    row = next(n for n in range(5, 99) if kind.row in [c.value for c in sheet[n]])
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


def test_of_two_that_come_in_together_the_one_saved_later_is_newer(
    kind: Book, workspace: Path, tmp_path: Path
) -> None:
    blank = kind.make(workspace, tmp_path)
    kind.take(workspace, write(blank, tmp_path / "one.xlsx", kind, kind.words[1], EARLY))
    found = kind.take(
        workspace, write(blank, tmp_path / "two.xlsx", kind, kind.words[2], NEXT_DAY)
    )
    assert found.problems == []
    assert kind.stands(workspace) == kind.words[2]


def test_what_was_changed_by_hand_before_a_file_came_is_not_as_old_as_the_file(
    workspace: Path, tmp_path: Path
) -> None:
    kind = BOOKS["systems"]
    blank = kind.make(workspace, tmp_path)
    settings = workspace / "assessment.yaml"
    one, two = (
        write(blank, tmp_path / name, kind, words, saved)
        for name, words, saved in (("1.xlsx", "Idox", EARLY), ("2.xlsx", "Capita", NEXT_DAY))
    )
    book = openpyxl.load_workbook(one)
    sheet = book[kind.sheet]
    hosting = next(c.column for c in sheet[4] if c.value == "Hosting")
    row = next(n for n in range(5, 99) if kind.row in [c.value for c in sheet[n]])
    sheet.cell(row, hosting).value = "saas"
    book.save(one)
    title = 'title: "Housing management"'
    text = settings.read_text("utf-8")
    assert title in text
    settings.write_text(text.replace(title, f'{title}, supplier: "Civica"'), "utf-8")
    kind.take(workspace, save_at(one, EARLY))
    assert kind.stands(workspace) == "Civica"
    found = kind.take(workspace, two)
    assert [each.code for each in found.problems] == ["older"]
    assert kind.stands(workspace) == "Civica"


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
    kind = replace(BOOKS["plan"], row="B1.a/housing", heading="What will be done")
    write(path, path, kind, "Review leavers", EARLY)
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


# Every kind, by the one command


def _decisions(workspace: Path, blank: Mapping[str, Path], tmp_path: Path) -> Path:
    take(workspace, fill_in(blank["Kim"], tmp_path / "k.xlsx", {"B1.a.N.1/housing": "Happens"}))
    other = {"B1.a.N.1/housing": "Does not happen"}
    take(workspace, fill_in(blank["Alex"], tmp_path / "a.xlsx", other))
    path = write_decisions(workspace, output=tmp_path / "decisions.xlsx").path
    return decide(path, tmp_path / "decided.xlsx", "Happens", "Seen on site.")


def decide(path: Path, to: Path, decision: str, reason: str, **over: str) -> Path:
    """Decide about the one statement people differ on."""
    book = openpyxl.load_workbook(path)
    sheet = book["Conflicts"]
    heads = {cell.value: cell.column for cell in sheet[4]}
    said = {"Your decision": decision, "Your reason": reason, **over}
    for heading, text in said.items():
        sheet.cell(5, heads[heading] or 1).value = text or None
    book.save(to)
    return to


def test_receive_takes_every_kind_and_says_what_it_kept(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    decided = _decisions(workspace, blank, tmp_path)
    paths = [
        write(e.make(workspace, tmp_path), tmp_path / f"{name} back.xlsx", e, e.words[1], LATE)
        for name, e in BOOKS.items()
    ]
    paths.append(decided)
    before, settings = ledger_bytes(workspace), (workspace / "assessment.yaml").read_bytes()
    dry = receive(workspace, paths, dry_run=True)
    assert ledger_bytes(workspace) == before
    assert (workspace / "assessment.yaml").read_bytes() == settings
    for found, as_said in zip(receive(workspace, paths), dry, strict=True):
        assert not found.refused, found.problems
        assert (found.stored, found.kept_as, found.receipt) == (
            1, as_said.kept_as, as_said.receipt,
        )  # fmt: skip
        assert (workspace / found.kept_as).read_bytes() == found.path.read_bytes()
        assert found.sha256 in (workspace / found.receipt).read_text()
        assert f"stored 1 {found.noun}, " in received_lines(found)[0]
    for each in BOOKS.values():
        assert each.stands(workspace) == each.words[1]
    again = receive(workspace, paths)
    assert [(each.refused, each.stored) for each in again] == [(False, 0)] * len(paths)
    assert verify(workspace).problems == ()


def test_receive_refuses_each_kind_of_another_assessment_and_goes_on(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    paths = [_decisions(workspace, blank, tmp_path), blank["Kim"]]
    paths += [each.make(workspace, tmp_path) for each in BOOKS.values()]
    other = begin(tmp_path / "other", period="2027")
    before = ledger_bytes(other)
    for found in receive(other, paths):
        assert (found.refused, [e.code for e in found.problems]) == (True, ["another-assessment"])
        assert found.kept_as.startswith("questionnaires/refused/")
    assert ledger_bytes(other) == before


def test_a_row_nobody_can_take_refuses_its_list_and_stops_no_other(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    kind = replace(BOOKS["people"], heading="Asked about")
    path = write(export_people(workspace), tmp_path / "p.xlsx", kind, "Z9.z@nowhere", LATE)
    kims = fill_in(blank["Kim"], tmp_path / "k.xlsx", {"B1.a.N.1/housing": "Happens"})
    first, second = receive(workspace, [path, kims])
    assert (first.refused, second.stored) == (True, 1)
    assert 'sheet "People", cell' in first.problems[0].where


def test_receive_names_somebody_whose_name_is_another_in_the_file(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    kims = fill_in(blank["Kim"], tmp_path / "k.xlsx", {"B1.a.N.1/housing": "Happens"})
    take(workspace, kims)
    kind = replace(BOOKS["people"], heading="Name")
    path = write(export_people(workspace), tmp_path / "p.xlsx", kind, "Kim Moss", LATE)
    (found,) = receive(workspace, [path])
    assert (found.refused, [each.code for each in found.problems]) == (True, ["renamed"])
    assert "people import FILE --renamed" in found.problems[0].hint


def test_a_decision_made_since_stays_and_both_are_named(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    decided = _decisions(workspace, blank, tmp_path)
    other = decide(decided, tmp_path / "other.xlsx", "Does not happen", "Seen too.")
    receive(workspace, [decided])
    for dry_run in (True, False):
        (found,) = receive(workspace, [other], dry_run=dry_run)
        assert (found.stored, [each.code for each in found.problems]) == (0, ["stale"])
        assert 'It is "Happens" now' in found.problems[0].message
        assert 'says "Does not happen"' in found.problems[0].message


@pytest.mark.parametrize("heading", ["What stands now", "What it is about"])
def test_words_typed_over_ours_in_decisions_are_said(
    workspace: Path, blank: dict[str, Path], tmp_path: Path, heading: str
) -> None:
    decided = _decisions(workspace, blank, tmp_path)
    over = {heading: "Kim is right"}
    path = decide(decided, tmp_path / "over.xlsx", "", "", **over)
    (found,) = receive(workspace, [path])
    (problem,) = found.problems
    assert (problem.code, found.stored) == ("unexpected-text", 0)
    assert '"Kim is right"' in problem.message
    assert 'sheet "Conflicts", cell' in problem.where


def test_words_typed_over_the_answers_of_a_review_are_said(
    workspace: Path, tmp_path: Path
) -> None:
    path = send_review(workspace, "Nadia Okafor", tmp_path / "review.xlsx").path
    assert receive_review(workspace, path, dry_run=True).problems == []
    book = openpyxl.load_workbook(path)
    book["Answers"]["C7"].value = "I doubt it"
    book.save(path)
    (problem,) = receive_review(workspace, path).problems
    assert problem.where.endswith('sheet "Answers", cell C7')
    assert '"I doubt it"' in problem.message
