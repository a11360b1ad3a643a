"""Doing better than a shortfall, from the workbook to the pack."""

import itertools
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from cyberassess.disk.framework_yaml import Shelf, files_of
from cyberassess.disk.resources import folder as shipped
from cyberassess.disk.workspace import SETTINGS
from cyberassess.domain.sets.comparing import Upgrade, upgrade_name
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.offering import offers_for
from cyberassess.program import program
from cyberassess.steps.care.pack import verify_pack
from cyberassess.steps.confirm.waiting import Kind, waiting
from cyberassess.steps.pack.contents import lists
from cyberassess.steps.pack.sampling import LIST, population, sample
from cyberassess.steps.people.same_people import renamed
from cyberassess.steps.report.documents import report_full
from cyberassess.steps.report.printing import Wanted
from cyberassess.steps.settle.resolving import resolve
from cyberassess.steps.standing.results import explain_json
from cyberassess.steps.standing.standing import status, status_json
from cyberassess.steps.standing.words import explain_lines
from tests.steps import council
from tests.steps.council import ALEX, KIM, Rows, answers, begin, codes, fill_in, send_to, take

BETTER = council.OUTLINE.replace("B1.a system service N.1 N.2 M.1 H.1 H.2=M.1",
                                 "B1.a system service N.1 N.2 M.1^H.1 H.1 H.2")  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a workspace in which ``B1.a.M.1`` describes a shortfall."""
    monkeypatch.setattr(council, "OUTLINE", BETTER)
    return begin(tmp_path / "northport-2026", people=[KIM, ALEX])


def kim(folder: Path, rows: Rows, name: str = "kim.xlsx") -> Path:
    blank = send_to(folder, "Kim Lee")["Kim Lee"]
    return fill_in(blank, folder.parent / name, rows)


def test_it_is_stored_and_wants_its_reason_while_nothing_says_better(folder: Path) -> None:
    results = take(folder, kim(folder, {"B1.a.M.1/housing": "We do better"}))
    assert answers(folder)["Kim Lee", "B1.a.M.1/housing"] == ("better", "")
    assert codes(results) == ["reason-missing"]
    problem = results[0].problems[0]
    assert problem.where.startswith('kim.xlsx, sheet "B1 Access')
    assert '"We do better" needs a reason beside B1.a.M.1' in problem.message
    assert "or B1.a.H.1 is true" in problem.hint
    assert results[0].notes  # the workbook that asks again
    assert open_assessment(folder).card.confidence.lacks_reason == 1


@pytest.mark.parametrize("achieved", ["True", ("Otherwise", "By hand.")])
def test_it_wants_none_beside_a_better_statement_that_is_true(
    folder: Path, achieved: str | tuple[str, str]
) -> None:
    rows: Rows = {"B1.a.M.1/housing": "We do better", "B1.a.H.1/housing": achieved}
    assert codes(take(folder, kim(folder, rows))) == []
    assert open_assessment(folder).card.confidence.lacks_reason == 0


def test_fair_play_names_whoever_does_better_as_they_were_called(folder: Path) -> None:
    take(folder, kim(folder, {"B1.a.M.1/housing": "We do better", "B1.a.H.1/housing": "True"}))
    settings = folder / SETTINGS
    settings.write_text(settings.read_text("utf-8").replace("Kim Lee", "Kim Moss"), "utf-8")
    renamed(folder, ["Kim Lee"], reason="Married.")
    page = report_full(folder, Wanted(suffix=".html")).path.read_text("utf-8")
    assert "Kim Lee (now Kim Moss): B1.a.H.1 says better and is true" in page


def test_a_plain_no_is_asked_and_never_guessed(folder: Path) -> None:
    results = take(folder, kim(folder, {"B1.a.M.1/housing": "No", "B1.a.H.1/housing": "no"}))
    assert codes(results) == ["answer-not-allowed", "answer-read"]
    shortfall, plain = results[0].problems
    assert '"No" could mean "Not true" or "We do better" here' in shortfall.hint
    assert "Choose one of: True; Otherwise; Not true" in shortfall.hint
    assert plain.message == '"no" was read as "Not true".'
    assert answers(folder) == {("Kim Lee", "B1.a.H.1/housing"): ("not-true", "")}


def test_not_true_beside_a_better_statement_is_said_named_and_left_alone(folder: Path) -> None:
    rows: Rows = {"B1.a.M.1/housing": "Not true", "B1.a.H.1/housing": "True"}
    results = take(folder, kim(folder, rows))
    assert codes(results) == ["says-less"]
    assert results[0].problems[0].message == (
        "B1.a.M.1 is said not to be true, and B1.a.H.1, which says better, is."
    )
    assert '"We do better"' in results[0].problems[0].hint
    assert answers(folder)["Kim Lee", "B1.a.M.1/housing"] == ("not-true", "")
    found = status(folder)
    assert status_json(found)["overtaken"] == [
        {
            "framework": "made@1",
            "scope": "housing",
            "statement": "B1.a.M.1",
            "says_better": ["B1.a.H.1"],
        }
    ]
    assert any("cyberassess explain B1.a/housing" in step for step in found.next_steps)
    score = next(e for e in found.assessment.card.outcomes if e.key.outcome == "B1.a")
    assert "Look again: B1.a.M.1 is said not to be true" in "\n".join(
        explain_lines(found.assessment, score)
    )


def test_the_remark_stands_at_the_cell_that_came_when_the_other_did_not(folder: Path) -> None:
    take(folder, kim(folder, {"B1.a.M.1/housing": "Not true"}))
    results = take(folder, kim(folder, {"B1.a.H.1/housing": "True"}, "later.xlsx"))
    assert codes(results) == ["says-less"]


def test_a_conflict_can_be_settled_with_it_but_not_with_a_plain_no(folder: Path) -> None:
    take(folder, kim(folder, {"B1.a.M.1/housing": "True"}))
    blank = send_to(folder, "Alex Moor")["Alex Moor"]
    take(folder, fill_in(blank, folder.parent / "alex.xlsx", {"B1.a.M.1/housing": "Not true"}))
    with pytest.raises(AssessmentError, match="cannot decide") as caught:
        resolve(folder, "B1.a.M.1", answer="no", reason="Looked at it.")
    assert '"Not true" or "We do better"' in caught.value.problems[0].hint
    resolve(folder, "B1.a.M.1", answer="We do better", reason="Looked at it.")
    score = next(e for e in open_assessment(folder).card.outcomes if e.key.outcome == "B1.a")
    assert next(each.answer for k, each in score.by_statement.items() if k == "B1.a.M.1") == (
        "better"
    )


def test_it_is_exported_as_such_and_listed_apart(folder: Path) -> None:
    take(folder, kim(folder, {"B1.a.M.1/housing": ("We do better", "All of it.")}))
    assessment = open_assessment(folder)
    score = next(each for each in assessment.card.outcomes if each.key.outcome == "B1.a")
    said = next(e for e in explain_json(assessment, score)["statements"] if e["id"] == "B1.a.M.1")
    assert (said["answer"], said["counts_as"]) == ("better", "met")
    found = {name: data.decode("utf-8-sig") for name, data in lists(assessment).items()}
    assert "B1.a.M.1" in found["better-than-this.csv"]
    assert "B1.a.M.1" not in found["other-means.csv"]


@pytest.mark.slow
def test_what_counts_by_doing_better_is_drawn_first(folder: Path, tmp_path: Path) -> None:
    rows: Rows = {
        "B1.a.N.1/housing": "Does not happen",
        "B1.a.N.2/housing": "Does not happen",
        "B1.a.M.1/housing": ("We do better", "All of it."),
        "B1.b.N.1/housing": "Does not happen",
        "B1.b.H.1/housing": "True",
        "B1.b.H.2/housing": "True",
        "B1.a.H.1/housing": "Not true",
        "B1.a.H.2/housing": "Not true",
    }
    take(folder, kim(folder, rows))
    of = population(open_assessment(folder))
    assert {str(each.outcome) for each in of} == {"B1.a", "B1.b"}
    better, other = of
    seed = next(e for e in map(str, itertools.count()) if sample(of, 1, e) == (other,))
    path = tmp_path / "sample.zip"
    told = ["-C", str(folder), "pack", "--yes", "-o", str(path), "--sample", "1", "--seed", seed]
    assert CliRunner().invoke(program, told, catch_exceptions=False).exit_code == 0
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("pack.json"))["only"] == ["/".join(better)]
        listed = archive.read(LIST).decode("utf-8-sig")
    assert [
        line.endswith("does better than a statement") for line in listed.splitlines()[1:3]
    ] == [
        True,
        False,
    ]
    assert verify_pack(path).problems == ()


def test_last_years_not_true_is_asked_again_where_better_could_not_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(council, "OUTLINE", BETTER.replace("^H.1", ""))
    before = begin(tmp_path / "northport-2025", period="2025", people=[KIM])
    rows: Rows = {"B1.a.M.1/housing": "Not true", "B1.a.H.1/housing": "Not true"}
    take(before, kim(before, rows))
    monkeypatch.setattr(council, "OUTLINE", BETTER)
    folder = begin(tmp_path / "northport-2026", people=[KIM], previous="../northport-2025")
    assert [key.indicator for key in offers_for(open_assessment(folder))] == ["B1.a.H.1"]


@pytest.mark.parametrize(
    ("said", "offered"),
    [
        ("Not true", "not-true"),
        (("We do better", "All of it."), "better"),
    ],
)
def test_last_years_answer_is_offered_where_better_could_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | tuple[str, str], offered: str
) -> None:
    monkeypatch.setattr(council, "OUTLINE", BETTER)
    before = begin(tmp_path / "northport-2025", period="2025", people=[KIM])
    take(before, kim(before, {"B1.a.M.1/housing": said}))
    folder = begin(tmp_path / "northport-2026", people=[KIM], previous="../northport-2025")
    ((offer,),) = offers_for(open_assessment(folder)).values()
    assert offer.answer == offered


def test_it_is_not_offered_where_it_cannot_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(council, "OUTLINE", BETTER)
    before = begin(tmp_path / "northport-2025", period="2025", people=[KIM])
    take(before, kim(before, {"B1.a.M.1/housing": ("We do better", "All of it.")}))
    monkeypatch.setattr(council, "OUTLINE", BETTER.replace("^H.1", ""))
    folder = begin(tmp_path / "northport-2026", people=[KIM], previous="../northport-2025")
    assert offers_for(open_assessment(folder)) == {}


def test_status_json_is_json(folder: Path) -> None:
    assert json.loads(json.dumps(status_json(status(folder))))["overtaken"] == []


def test_answers_are_carried_to_the_newer_caf_only_from_shortfall_to_shortfall() -> None:
    """So *we do better than this* never lands where it cannot be chosen."""
    shelf = Shelf()
    old, new = (
        shelf.framework(FrameworkRef(f"ncsc-caf@{each}")).framework for each in ("3.2", "4.0")
    )
    upgrades = files_of(shipped("frameworks"), Upgrade)
    upgrade, _, _ = upgrades[upgrade_name(old.ref, new.ref)].read()
    assert upgrade is not None
    pairs = [
        (old.indicators[each.from_][1], new.indicators[each.to][1])
        for each in upgrade.statements
        if each.carries and each.from_ and each.to
    ]
    assert all(bool(one.answers) == bool(other.answers) for one, other in pairs)
    assert sum(bool(one.answers) for one, _ in pairs) >= 8


def test_the_officer_is_asked_for_the_reason_and_may_settle_by_it(folder: Path) -> None:
    take(folder, kim(folder, {"B1.a.M.1/housing": "We do better"}))
    (missing,) = [e for e in waiting(open_assessment(folder)) if e.kind is Kind.REASON]
    assert missing.statement
    assert missing.statement.indicator == "B1.a.M.1"
    said, effect = missing.now.split("\n")
    assert said.startswith("Kim Lee: We do better (")
    assert said.endswith(", kim.xlsx, B1 Access - Housing management, cell C18)")
    assert effect == "“We do better” needs a reason and has none, so it counts as not answered."
    blank = send_to(folder, "Alex Moor")["Alex Moor"]
    take(folder, fill_in(blank, folder.parent / "alex.xlsx", {"B1.a.M.1/housing": "Not true"}))
    (differ,) = [e for e in waiting(open_assessment(folder)) if e.kind is Kind.CONFLICT]
    assert "We do better" in differ.choices
