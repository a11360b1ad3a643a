"""Another version of a set in the middle of a year: what stands, what is asked again, and back."""

import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import cyberassess
from cyberassess.domain.assessment import PersonId, ScopeId, StatementKey
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.evidence import Facts
from cyberassess.domain.record.plan import actions_of
from cyberassess.domain.result.counting import Why, why
from cyberassess.domain.sets.framework import CountsAs, FrameworkRef, IndicatorId
from cyberassess.errors import CyberassessError
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.offering import past_to
from cyberassess.opening.outcomes import one_outcome
from cyberassess.opening.writing import writing
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.confirm.confirming import confirm
from cyberassess.steps.confirm.deciding import write
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.next_year.changing_version import (
    VersionChange,
    Wanted,
    change_of_version,
    take_up_version,
    version_json,
)
from cyberassess.steps.pack.contents import change_rows
from cyberassess.steps.plan.planning import Wanted as Action
from cyberassess.steps.plan.planning import add_action
from cyberassess.steps.receive.answering import answer
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.report.approving import approve
from cyberassess.steps.review.reviewing import receive_review, send_review
from cyberassess.steps.send.sending import questions_for
from cyberassess.steps.standing.results import score_json
from cyberassess.steps.standing.standing import status
from cyberassess.steps.standing.tracing import traces
from tests.steps.council import HOUSING, LATER, Rows, begin, fill_in, ledger_bytes, send_to, take
from tests.steps.next_year.another_version import ALIKE, REWORDED, sets

OLD, NEW = FrameworkRef("made@1"), FrameworkRef("made@2")
KIM = PersonId("p2")
SAID: Rows = {
    "B1.a.N.1/housing": "Does not happen",
    "B1.b.N.1/housing": "Does not happen",
    "B1.b.H.1/housing": ("Otherwise", "By the vendor's robot."),
    "B1.b.H.2/housing": "True",
}


def key(statement: str, version: FrameworkRef = NEW) -> StatementKey:
    return StatementKey(version, ScopeId("housing"), IndicatorId(statement))


def change(folder: Path, ref: str = NEW, **more: str) -> VersionChange:
    return take_up_version(folder, Wanted(ref, sets=sets(folder.parent / "sets"), **more))


def standing(folder: Path) -> dict[str, tuple[str, str]]:
    """Give who answered what, by the statement it counts for."""
    state = open_assessment(folder).state
    return {
        f"{k.framework} {k.indicator}": (each.person, each.answer)
        for k, given in state.answers.items()
        for each in given
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a council of which Kim answered some of housing, with what was decided of it."""
    tmp_path = tmp_path_factory.mktemp("made")
    folder = begin(tmp_path / "northport")
    blank = send_to(folder, "Kim Lee")["Kim Lee"]
    take(folder, fill_in(blank, tmp_path / "kim.xlsx", SAID))
    answer(folder, {"A1.a.N.1": "never", "A1.a.N.2": "never", "A1.a.H.1": "true"}, source="a talk")
    confirm(folder, "A1.a")
    add_action(folder, "B1.b/housing", Action(title="Buy a lock", owner="Kim Lee"))
    proof = tmp_path / "proof.txt"
    proof.write_text("proof")
    add(
        folder,
        [proof],
        Facts(title="Proof", shows="Lists every lock, with dates.", valid_until="2099-12-31"),
        supports=["B1.b"],
    )
    return folder


@pytest.fixture
def council(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / made.name))


def test_alike_answers_stand_under_who_gave_them_and_the_others_are_shown(council: Path) -> None:
    found = change(council)
    assert standing(council) == {
        "made@2 B1.a.N.1": ("p2", "never"),
        "made@2 B1.b.N.1": ("p2", "never"),
        "made@2 B1.b.H.2": ("p2", "other-means"),  # NOTE: H.1 of now is another question
        "made@2 A1.a.N.1": ("p1", "never"),
        "made@2 A1.a.N.2": ("p1", "never"),
        "made@2 A1.a.H.1": ("p1", "true"),
    }
    now = open_assessment(council)
    (given,) = now.state.answers[key("B1.b.H.2")]
    assert (given.source.name, given.reason) == ("kim.xlsx", "By the vendor's robot.")
    ((past,),) = past_to(now, KIM).values()
    assert (past.label, past.because) == ("True", "version 2 asks for something else")
    row = next(e for e in questions_for(now, KIM).rows if e.ref == "B1.b.H.1/housing")
    assert (row.past, row.current, row.offers) == ((past,), None, ())
    score = one_outcome(now, "B1.b/housing")
    shown = score.by_statement[IndicatorId("B1.b.H.1")]
    assert (why(shown), shown.counts_as) == (Why.ASKED_AGAIN, CountsAs.UNANSWERED)
    assert set(found.staying) == set(ALIKE.values())
    assert [each.after for each in found.asked_again] == list(REWORDED.values())
    assert (found.new, found.gone) == (("B1.b.H.3",), ("B1.a.H.2",))
    assert verify(council).problems == ()


def test_status_says_who_has_the_questions_of_before(council: Path) -> None:
    change(council)
    said = "Send the questions of made@2 to Kim Lee: cyberassess send"
    assert said in status(council).next_steps
    send_to(council, "Kim Lee")
    assert said not in status(council).next_steps


def test_what_was_decided_stands_where_an_outcome_is_alike_as_a_whole(council: Path) -> None:
    confirm(council, "B1.b/housing", level="low", reason="Seen.")
    change(council)
    now = open_assessment(council)
    assert one_outcome(now, "A1.a").confirmed is not None
    assert one_outcome(now, "B1.b/housing").confirmation is None
    (action,) = actions_of(now.state)
    assert (action.ref, action.about) == ("ACT-001", (NEW, "housing", "B1.b"))
    (item,) = now.evidence.items
    assert [link.outcome for link in item.links] == [(NEW, "housing", "B1.b")]


def test_going_back_loses_nothing_and_forth_again_neither(council: Path) -> None:
    first = open_assessment(council)
    change(council)
    there = score_json(open_assessment(council))
    change(council, OLD)
    back = open_assessment(council)
    assert score_json(back) == score_json(first)
    assert back.state.answers == first.state.answers
    assert back.frameworks == first.frameworks
    assert [each.about for each in actions_of(back.state)] == [
        each.about for each in actions_of(first.state)
    ]
    change(council)
    assert score_json(open_assessment(council)) == there
    assert verify(council).problems == ()


def test_an_answer_given_since_goes_back_too(council: Path) -> None:
    change(council)
    answer(council, {"B1.b.H.2/housing": "true"}, source="a talk", person="Kim Lee")
    answer(council, {"B1.b.H.1/housing": "not-true"}, source="a talk", person="Kim Lee")
    change(council, OLD)
    said = standing(council)
    assert said["made@1 B1.b.H.1"] == ("p2", "true")
    assert said["made@1 B1.b.H.2"] == ("p2", "true")  # NOTE: as answered to the words of then


def test_a_rehearsal_says_the_same_and_changes_nothing(council: Path) -> None:
    folder = sets(council.parent / "sets")
    files = {each: each.read_bytes() for each in council.rglob("*") if each.is_file()}
    said = version_json(change_of_version(open_assessment(council), Wanted(NEW, sets=folder)))
    assert files == {each: each.read_bytes() for each in council.rglob("*") if each.is_file()}
    assert said == version_json(change(council))
    now = open_assessment(council)
    assert said["version"]["records"]["answers"] == {"stand": 6, "of": 7}
    assert len(now.reading.segments) == len(open_assessment(council).reading.segments)


def test_a_workbook_of_the_version_before_is_read_by_it(council: Path, tmp_path: Path) -> None:
    (blank,) = (council / "questionnaires/sent").glob("*Kim*")
    change(council)
    more: Rows = {**SAID, "B1.b.H.1/housing": "True", "B1.b.H.2/housing": "Not true"}
    late = fill_in(blank, tmp_path / "late.xlsx", more, saved="2090-01-01T11:00:00Z")
    (result,) = take(council, late)
    said = next(each for each in result.problems if each.code == "by-former-version")
    assert "made@2 took its place" in said.message
    assert "Of its 4 answers, 3 count for a question that is alike; 1 is kept" in said.message
    assert result.stored == 2
    assert standing(council)["made@2 B1.b.H.2"] == ("p2", "true")
    ((past,),) = past_to(open_assessment(council), KIM).values()
    assert past.label == "Not true"
    assert take(council, late)[0].stored == 0
    assert verify(council).problems == ()


def test_a_newer_answer_stays_whatever_an_older_workbook_says(
    council: Path, tmp_path: Path
) -> None:
    (blank,) = (council / "questionnaires/sent").glob("*Kim*")
    change(council)
    anew = send_to(council, "Kim Lee")["Kim Lee"]
    typed: Rows = {"B1.b.H.2/housing": "Not true"}
    (first,) = take(council, fill_in(anew, tmp_path / "anew.xlsx", typed))
    assert not [str(each) for each in first.problems]
    cells = [each.value for sheet in openpyxl.load_workbook(anew) for row in sheet for each in row]
    (shown,) = (each for each in cells if str(each).startswith("Before: True, Northport Council"))
    assert str(shown).endswith("Asked again, because version 2 asks for something else.")
    late = fill_in(blank, tmp_path / "late.xlsx", {**SAID, "B1.b.H.1/housing": "True"})
    (result,) = take(council, late)
    assert "older" in [each.code for each in result.problems]
    assert standing(council)["made@2 B1.b.H.2"] == ("p2", "not-true")


def test_what_is_to_be_mended_in_it_stands_beside_no_question_that_only_has_its_id(
    council: Path, tmp_path: Path
) -> None:
    (blank,) = (council / "questionnaires/sent").glob("*Kim*")
    change(council)
    more: Rows = {**SAID, "B1.b.H.1/housing": "Perhaps"}
    (result,) = take(council, fill_in(blank, tmp_path / "late.xlsx", more))
    sheets = openpyxl.load_workbook(council / result.notes)
    cells = [str(each.value) for sheet in sheets for row in sheet for each in row if each.value]
    assert sum("Perhaps" in each for each in cells) == 1  # NOTE: in the list of what to look at


def test_what_was_said_of_a_topic_stands_for_each_answer_alike(tmp_path: Path) -> None:
    """And the topic is asked again, as it has other statements now."""
    identity = {"id": "identity", "kind": "shared-service", "title": "Identity"}
    scopes = [
        {"id": "organisation", "kind": "organisation", "title": "Northport Council"},
        HOUSING | {"inherits": ["identity"], "owner": "p2"},
        identity,
    ]
    folder = begin(tmp_path / "northport", scopes=scopes)
    said = {"B1.a.N.1/identity": "never", "B1.b.H.1/identity": "true", "B1.b.H.2/identity": "true"}
    answer(folder, said, source="a talk")
    blank = send_to(folder, "Kim Lee")["Kim Lee"]
    same: Rows = {"B1.same/housing": "Yes"}
    take(folder, fill_in(blank, tmp_path / "kim.xlsx", same))
    change(folder)
    now = open_assessment(folder)
    counting = {
        name
        for each in now.card.outcomes
        if each.key.scope == "housing"
        for name, found in each.by_statement.items()
        if found.given
    }
    assert counting == {"B1.a.N.1", "B1.b.H.2"}
    assert now.state.record("sharing", NEW, "housing", "B1") is None
    again = fill_in(blank, tmp_path / "late.xlsx", {"B1.same/housing": "No"}, saved=LATER)
    assert [take(folder, again)[0].stored for _ in range(2)] == [1, 0]
    assert verify(folder).problems == ()


def test_explain_leads_to_the_old_cell(council: Path) -> None:
    change(council)
    now = open_assessment(council)
    (trace,) = traces(now, [one_outcome(now, "B1.b/housing")])
    steps = {each.id: [step.what for step in each.steps] for each in trace.statements}
    assert steps["B1.b.H.2"] == ["to B1.b.H.1 of made@1: Otherwise"]
    assert steps["B1.b.H.1"] == ["asked again, to B1.b.H.2 of made@1: True"]
    cells = [step.source.cell for each in trace.statements for step in each.steps]
    assert all(cells)
    rows = [row for row in change_rows(now, {}) if row[13] and row[5] == "answer"]
    assert [(row[1], row[4]) for row in rows] == [
        ("made@1", each.partition("/")[0]) for each in SAID
    ]


def test_the_method_names_both_versions(council: Path, tmp_path: Path) -> None:
    change(council, reason="The board wants it.")
    page = cyberassess.report(council, "full", tmp_path / "full.html").path.read_text("utf-8")
    said = " ".join(page.split())
    assert "Version before" in said
    assert "6 answers given to it count, to statements that are the same" in said
    assert "The board wants it." in said


def test_a_changed_file_of_the_version_before_is_named(council: Path) -> None:
    change(council)
    path = council / "frameworks/made/1.yaml"
    path.write_bytes(path.read_bytes() + b"\n")
    (problem,) = verify(council).problems
    assert (problem.code, problem.where) == ("framework-changed", "frameworks/made/1.yaml")


def test_answers_that_an_altered_entry_lets_stand_for_other_questions_are_named(
    council: Path,
) -> None:
    """Each of them is in its cell all the same."""
    change(council)
    entry = registers.SetVersion(
        revision="1", sha256="0" * 64, statements={"B1.a.N.1": ["B1.a.N.2"]},
        again={}, outcomes={}, explained={}, whole={}, topics={},
    )  # fmt: skip
    with writing(council, "framework update") as session:
        session.write([happened.put((NEW, NEW), entry)])
    assert standing(council)["made@2 B1.a.N.2"] == standing(council)["made@2 B1.a.N.1"]
    (problem,) = verify(council).problems
    assert problem.code == "version-unlike"
    assert "B1.a.N.1 for B1.a.N.2" in problem.message


def test_decisions_written_before_are_refused(council: Path, tmp_path: Path) -> None:
    """Its rows name outcomes by ids that may mean something else now."""
    path = write(council, output=tmp_path / "decisions.xlsx").path
    change(council)
    before = ledger_bytes(council)
    (result,) = receive(council, [path])
    assert result.refused
    assert "made@2 took the place of made@1" in result.problems[0].message
    assert ledger_bytes(council) == before
    change(council, OLD)
    assert not receive(council, [path])[0].refused


def _approved(folder: Path) -> None:
    approve(folder, name="Ada", role="Head", as_it_stands=True, reason="So.")


def _in_review(folder: Path) -> None:
    sent = send_review(folder, "Nadia Okafor, Assurer").path
    sent.rename(sent.with_name("for Nadia.xlsx"))


def _in_review_again(folder: Path) -> None:
    receive_review(folder, send_review(folder, "Nadia Okafor, Assurer").path)
    send_review(folder, "Nadia Okafor, Assurer")


def _unchanged(_: Path) -> None:
    """Leave it as it is."""


@pytest.mark.parametrize(
    ("first", "ref", "said"),
    [
        (_unchanged, "pscrf@1.0", "no version of a set that is used here"),
        (_unchanged, "made", "no version of a set that is used here"),
        (_unchanged, "made@1", "used here already"),
        (_unchanged, "made@3", "is not there"),
        (_approved, "made@2", "Version 1 was approved by Ada"),
        (_in_review, "made@2", "Nadia Okafor reviews this assessment by made@1"),
        (_in_review_again, "made@2", "Nadia Okafor reviews this assessment by made@1"),
    ],
)
def test_what_cannot_be_taken_up_is_refused(
    council: Path, first: Callable[[Path], None], ref: str, said: str
) -> None:
    first(council)
    before = ledger_bytes(council)
    with pytest.raises(CyberassessError, match=said):
        change(council, ref)
    assert ledger_bytes(council) == before
    assert not (council / "frameworks/made/2.yaml").exists()


def test_a_pair_without_an_upgrade_file_is_refused(council: Path) -> None:
    folder = sets(council.parent / "sets")
    (folder / "upgrades/made-1--2.yaml").unlink()
    with pytest.raises(CyberassessError, match="Nothing says how made@1 leads to made@2"):
        take_up_version(council, Wanted(NEW, sets=folder))


def test_a_target_that_says_nothing_of_the_version_is_refused(council: Path) -> None:
    folder = sets(council.parent / "sets")
    (folder / "profiles/goal.yaml").unlink()
    with pytest.raises(CyberassessError, match=r'The target "goal" says nothing of made@2'):
        take_up_version(council, Wanted(NEW, sets=folder))
    found = take_up_version(council, Wanted(NEW, sets=folder, profile="none"))
    assert found.pinned.profile == "none"


def test_somebody_may_say_why_what_was_approved_changes(council: Path) -> None:
    _approved(council)
    change(council, reason="The department asks for it.")
    now: Assessment = open_assessment(council)
    record = now.state.record("set-version", OLD, NEW)
    assert record is not None
    assert record.fields["reason"] == "The department asks for it."
