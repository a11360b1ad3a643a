"""Two copies that each number something keep both, whoever joins them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.evidence import Facts
from cyberassess.domain.record.plan import actions_of
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.writing import writing
from cyberassess.steps.care.merging import merge
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.plan.plan_book import export_plan, import_plan
from cyberassess.steps.plan.planning import Wanted, add_action, set_action
from cyberassess.steps.plan.words import plan_lines
from cyberassess.steps.report.approving import approve, signed
from cyberassess.steps.report.printing import basis_of
from cyberassess.steps.review.reviewing import send_review
from cyberassess.steps.send.sending import send
from tests.steps.council import fill_in, take


def action(folder: Path, title: str) -> None:
    add_action(folder, "B1.a", Wanted(title=title))


def document(folder: Path, title: str) -> None:
    path = folder.parent / f"{title}.txt"
    path.write_text(title)
    add(folder, [path], Facts(title=title, shows="Lists every account."))


def approval(folder: Path, title: str) -> None:
    action(folder, title)  # so that each approves a state of its own
    approve(folder, name=title, role="SIRO", as_it_stands=True, reason="A test.")


def actions(folder: Path) -> dict[str, str]:
    return {e.title: e.said_ref for e in actions_of(open_assessment(folder).state)}


def documents(folder: Path) -> dict[str, str]:
    items = open_assessment(folder).evidence.items
    return {e.facts.title: f"{e.reference} ({e.was})" if e.was else e.reference for e in items}


def approvals(folder: Path) -> dict[str, str]:
    said = signed(folder).approvals
    return {e.name: f"version {e.version}" + (f" ({e.was})" if e.was else "") for e in said}


Numbered = tuple[Callable[[Path, str], None], Callable[[Path], dict[str, str]], str]
REGISTERS: list[Numbered] = [
    (action, actions, "ACT-{:03d}"),
    (document, documents, "EV-{:03d}"),
    (approval, approvals, "version {}"),
]


@pytest.fixture
def two(workspace: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Give two copies that nothing was written to since they went apart."""
    return workspace, Path(shutil.copytree(workspace, tmp_path / "laptop"))


def copy_of(folder: Path, name: str) -> Path:
    return Path(shutil.copytree(folder, folder.parent / name))


@pytest.mark.parametrize("register", REGISTERS, ids=["actions", "evidence", "approvals"])
def test_both_are_kept_and_numbered_alike_whoever_joins(
    two: tuple[Path, Path], register: Numbered
) -> None:
    record, shown, name = register
    record(two[0], "Here")
    record(two[1], "There")
    assert shown(two[0])["Here"] == shown(two[1])["There"] == name.format(1)
    other = copy_of(two[0], "again"), copy_of(two[1], "laptop again")
    found = merge(two[0], two[1])
    merge(other[1], other[0])
    said = shown(two[0])
    assert shown(other[1]) == said
    changed = f"{name.format(2)} (was {name.format(1)} in the other copy)"
    assert set(said.values()) == {name.format(1), changed}
    assert set(said) == {"Here", "There"}
    assert "renumbered" in [each.code for each in found.notes]
    assert found.differences == []
    merge(two[0], other[1])  # both joined, and said the same
    assert shown(two[0]) == said
    record(two[0], "Later")
    assert shown(two[0]) == said | {"Later": name.format(3)}


@pytest.mark.parametrize("register", REGISTERS[:2], ids=["actions", "evidence"])
def test_one_branch_keeps_all_its_numbers_and_the_other_gets_the_next(
    two: tuple[Path, Path], register: Numbered
) -> None:
    record, shown, name = register
    for folder, word in zip(two, ("here", "there"), strict=True):
        for number in (1, 2):
            record(folder, f"{word} {number}")
    merge(*two)
    said = shown(two[0])
    plain = sorted(key for key, value in said.items() if "was" not in value)
    assert len({key.split()[0] for key in plain}) == 1
    assert sorted(said.values()) == sorted(
        [name.format(1), name.format(2)]
        + [f"{name.format(n + 2)} (was {name.format(n)} in the other copy)" for n in (1, 2)]
    )


def test_three_copies_that_join_in_turns_agree_in_the_end(two: tuple[Path, Path]) -> None:
    here, there = two
    third = copy_of(there, "third")
    for folder in (here, there, third):
        action(folder, folder.name)
    mine, theirs = copy_of(here, "mine"), copy_of(third, "theirs")
    merge(mine, there)
    merge(theirs, there)
    again = copy_of(mine, "mine again")
    merge(mine, theirs)
    merge(theirs, again)
    assert actions(mine) == actions(theirs)
    assert len({each.split()[0] for each in actions(mine).values()}) == 3
    assert open_assessment(mine).state.differing == ()


def test_changing_one_while_the_other_copy_numbers_it_anew_is_no_conflict(
    two: tuple[Path, Path],
) -> None:
    here, there = two
    action(here, "Here")
    action(there, "There")
    before = copy_of(there, "before")
    merge(here, there)
    set_action(before, "ACT-001", Wanted(status="under way"))
    merge(here, before)
    found = {e.title: e.progress.value for e in actions_of(open_assessment(here).state)}
    assert found == {"Here": "planned", "There": "under way"}
    assert open_assessment(here).state.differing == ()


def test_numbers_of_older_ledgers_stay_their_keys(two: tuple[Path, Path]) -> None:
    here, there = two
    old = registers.Action(title="Old", framework="made@1", scope="housing", outcome="B1.a")
    with writing(here, "plan add") as session:
        session.write([happened.put(("ACT-001",), old)])
    action(there, "New")
    merge(here, there)
    assert actions(here) == {"Old": "ACT-001", "New": "ACT-002 (was ACT-001 in the other copy)"}
    assert set_action(here, "ACT-001", Wanted(cost="low")).title == "Old"


def test_both_stand_in_plan_report_and_workbook_and_each_is_found(
    two: tuple[Path, Path], blank: dict[str, Path], tmp_path: Path
) -> None:
    here, there = two
    for folder in two:
        take(folder, fill_in(blank["Kim"], tmp_path / "k.xlsx", {"B1.a.N.1/housing": "Happens"}))
    action(here, "Here")
    action(there, "There")
    theirs = export_plan(there, tmp_path / "theirs.xlsx")
    merge(here, there)
    assessment = open_assessment(here)
    changed = next(each for each in actions_of(assessment.state) if each.number.was)
    assert changed.said_ref == "ACT-002 (was ACT-001 in the other copy)"
    assert changed.said_ref in " ".join(" ".join(plan_lines(assessment)).split())
    from cyberassess.paper import html
    from cyberassess.paper.documents.findings import findings_report

    report = findings_report(basis_of(assessment)[0])
    assert changed.said_ref in html.render_html(report)
    ours = export_plan(here, tmp_path / "ours.xlsx")
    assert changed.said_ref in [row[0] for row in _rows(ours)]
    assert (import_plan(here, ours).changed, import_plan(here, theirs).changed) == ([], [])
    sheet = (book := openpyxl.load_workbook(theirs))["Plan"]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == "There":
                cell.value = "Something else"
    book.save(theirs)
    taken = import_plan(here, theirs)
    assert [each.code for each in taken.problems] == ["which-action"]
    assert taken.changed == []


def test_two_who_approve_one_state_in_two_copies_approve_one_version(
    two: tuple[Path, Path],
) -> None:
    for folder, name in zip(two, ("Kim.Lee@northport.example", "Bob"), strict=True):
        approve(folder, name=name, role="SIRO", as_it_stands=True, reason="A test.")
    merge(*two)
    assert approvals(two[0]) == {"Kim Lee": "version 1", "Bob": "version 1"}


def _rows(path: Path) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(path)["Plan"].iter_rows(values_only=True))


def test_questionnaires_sent_twice_under_one_number_lose_nothing(
    two: tuple[Path, Path], tmp_path: Path
) -> None:
    here, there = two
    files = [send(f, to=["Kim Lee"])[0].path for f in two]
    take(here, fill_in(files[0], tmp_path / "a.xlsx", {"B1.b.N.1/housing": "Happens"}))
    take(there, fill_in(files[1], tmp_path / "b.xlsx", {"B1.b.H.1/housing": "True"}))
    merge(here, there)
    assessment = open_assessment(here)
    assert [each.serial for each in assessment.state.sent if each.person == "p2"][1:] == [2, 2]
    assert {str(key.indicator) for key in assessment.state.answers} == {"B1.b.N.1", "B1.b.H.1"}
    assert send(here, to=["Kim Lee"])[0].serial == 3


def test_people_met_in_two_copies_are_both_kept(two: tuple[Path, Path], tmp_path: Path) -> None:
    for folder, name in zip(two, ("Pat Fell", "Pat Moss"), strict=True):
        send_review(folder, to=name, output=tmp_path / f"{name}.xlsx")
    merge(*two)
    names = {each.name for each in open_assessment(two[0]).state.met.values()}
    assert names >= {"Pat Moss", "Pat Fell"}


def test_a_number_of_two_years_ago_is_not_given_again(workspace: Path, tmp_path: Path) -> None:
    years = {each: tmp_path / each for each in ("2024", "2025", "2026")}
    for before, (year, folder) in zip((None, "2024", "2025"), years.items(), strict=True):
        shutil.copytree(workspace, folder)
        settings = folder / "assessment.yaml"
        text = settings.read_text("utf-8").replace('period: "2026"', f'period: "{year}"')
        line = f'previous: "../{before}"\n' if before else ""
        settings.write_text(text + line, "utf-8")
    action(years["2024"], "Of two years ago")
    document(years["2024"], "Of two years ago")
    action(years["2026"], "New")
    document(years["2026"], "New")
    assert actions(years["2026"]) == {"New": "ACT-002"}
    assert documents(years["2026"]) == {"New": "EV-002"}
