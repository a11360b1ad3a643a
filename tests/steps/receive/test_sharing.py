"""A shared service asks once: a topic is one row to the owner of each system that uses it."""

import sys
from io import StringIO
from pathlib import Path

import openpyxl
import pytest

from cyberassess.books import wording
from cyberassess.domain.assessment import PersonId
from cyberassess.domain.people.questions import OfferKind
from cyberassess.domain.result.counting import word_of
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.conflicts import conflicts
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.confirm.confirming import confirm_offered
from cyberassess.steps.people.systems import confirm_inherited, share
from cyberassess.steps.receive.answering import answer
from cyberassess.steps.receive.asking import ask
from cyberassess.steps.send.sending import questions_for
from cyberassess.steps.standing.standing import PersonStatus, status
from cyberassess.steps.standing.tracing import traces
from cyberassess.terminal.prompts import Asked, Ended
from tests.steps.council import (
    EARLY,
    HOUSING,
    KIM,
    LATER,
    LATEST,
    REVENUES,
    Rows,
    begin,
    codes,
    events,
    fill_in,
    send_to,
    take,
)

ALEX = {"id": "p3", "name": "Alex Moor", "answers": [{"owner_roles": ["service"]}]}
SCOPES = [
    {"id": "organisation", "kind": "organisation", "title": "Northport Council"},
    HOUSING | {"inherits": ["identity"], "owner": "p2"},
    REVENUES | {"inherits": ["identity"]},
    {"id": "identity", "kind": "shared-service", "title": "Identity", "covers": ["B1.a"]},
]
IDENTITY = {
    "B1.a.N.1/identity": "never",
    "B1.a.N.2/identity": "never",
    "B1.a.M.1/identity": "true",
    "B1.a.H.1/identity": "true",
    "B1.a.H.2/identity": "true",
}
SAME = "B1.same/housing"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return begin(tmp_path / "w", scopes=SCOPES, people=[KIM, ALEX])


def asked(assessment: Assessment, person: str) -> tuple[list[str], list[str]]:
    """Give the refs of a person's questions, and of their topics that are one question each."""
    what = questions_for(assessment, PersonId(person))
    return [each.ref for each in what.rows], [each.ref for each in what.shared]


def answer_identity(folder: Path, **changes: str) -> None:
    answer(folder, {**IDENTITY, **changes}, source="a talk", person="Sam Reid")


def suggested(folder: Path, scope: str = "housing") -> str | None:
    card = open_assessment(folder).card
    return next(
        e.suggested for e in card.outcomes if (e.key.outcome, e.key.scope) == ("B1.a", scope)
    )


def standing(folder: Path, name: str) -> PersonStatus:
    return next(each for each in status(folder).people if each.name == name)


def returned(folder: Path, to: Path, rows: Rows, saved: str = LATER) -> Path:
    return fill_in(send_to(folder, "Kim Lee")["Kim Lee"], to, rows, saved=saved)


def test_what_a_system_takes_over_is_one_row_for_its_owner_and_nobody_elses(folder: Path) -> None:
    assessment = open_assessment(folder)
    rows, topics = asked(assessment, "p2")
    assert topics == [SAME]
    assert rows
    assert not [each for each in rows if each.startswith("B1.a")]
    everybody = {
        each.ref
        for person in assessment.contents.portions
        for each in questions_for(assessment, person).rows
    }
    assert "B1.a.N.1/identity" in everybody
    assert not {"B1.a.N.1/housing", "B1.a.N.1/revenues"} & everybody
    # Revenues has no owner
    assert asked(assessment, "p1")[1] == ["B1.same/revenues"]


def test_the_row_names_the_service_and_what_it_covers_and_takes_a_choice(folder: Path) -> None:
    book = openpyxl.load_workbook(send_to(folder, "Kim Lee")["Kim Lee"])
    sheet = book[wording.SHARED_SHEET]
    row = next(each for each in sheet.iter_rows() if each[0].value == SAME)
    assert row[1].value == (
        "Access: is it the same here as in the shared service?\n"
        "As in: Identity. It covers B1.a Outcome B1.a."
    )
    ((choices, cells),) = [
        (each.formula1, str(each.sqref)) for each in sheet.data_validations.dataValidation
    ]
    assert (choices, cells) == ('"Yes,No"', row[2].coordinate)


def test_a_yes_lets_the_services_answers_count_whenever_they_come(
    folder: Path, tmp_path: Path
) -> None:
    (result,) = take(folder, returned(folder, tmp_path / "k.xlsx", {SAME: "Yes"}))
    assert (result.stored, result.problems, result.notes) == (1, [], "")
    assert suggested(folder) is None
    answer_identity(folder)
    assert suggested(folder) == "high"
    assert suggested(folder, "revenues") is None
    answer_identity(folder, **{"B1.a.H.1/identity": "not-true"})
    assert suggested(folder) == "middle"
    (again,) = take(folder, result.path)
    assert (again.stored, again.unchanged) == (0, 1)
    assessment = open_assessment(folder)
    found = traces(assessment, [e for e in assessment.card.outcomes if e.key.scope == "housing"])
    (traced,) = (s for each in found for s in each.statements if s.id == "B1.a.N.1")
    assert [(each.what, each.who) for each in traced.steps] == [
        ("B1 is the same here as in the shared service", "Kim Lee"),
        ("Identity: Does not happen", "Sam Reid"),
    ]
    assert verify(folder).cells.problems == []


def test_a_no_opens_the_questions_in_the_workbook_that_goes_back(
    folder: Path, tmp_path: Path
) -> None:
    answer_identity(folder)
    no = ("No", "Its supplier runs its own accounts.")
    rows: Rows = {SAME: no, "B1.b.N.1/housing": "Happens"}
    (result,) = take(folder, returned(folder, tmp_path / "k.xlsx", rows))
    assert codes([result]) == ["asked-now"]
    card = open_assessment(folder).card
    score = next(e for e in card.outcomes if (e.key.outcome, e.key.scope) == ("B1.a", "housing"))
    assert {word_of(score, each) for each in score.by_statement} == {"Not answered"}
    again = fill_in(
        folder / result.notes, tmp_path / "k2.xlsx", {"B1.a.N.1/housing": "Happens"}, saved=LATEST
    )
    (second,) = take(folder, again)
    assert (second.stored, second.problems) == (1, [])
    assert suggested(folder) == "low"
    # nobody confirms in bulk what its owner said is different
    assert confirm_offered(folder, OfferKind.INHERITED, scope="housing") == 0
    assessment = open_assessment(folder)
    found = traces(assessment, [e for e in assessment.card.outcomes if e.key.scope == "housing"])
    steps = [step.what for each in found for s in each.statements for step in s.steps]
    assert "B1 is not the same here as in the shared service" in steps


def test_a_no_without_a_reason_is_kept_and_asked_about(folder: Path, tmp_path: Path) -> None:
    (result,) = take(folder, returned(folder, tmp_path / "k.xlsx", {SAME: "nope"}))
    assert set(codes([result])) == {"answer-read", "reason-missing", "asked-now"}
    assert [each["new"]["same"] for each in events(folder, "sharing")] == ["no"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [("perhaps", "answer-not-allowed"), (("", "We do."), "reason-without-answer")],
)
def test_what_is_neither_yes_nor_no_is_not_guessed(
    folder: Path, tmp_path: Path, typed: str | tuple[str, str], code: str
) -> None:
    (result,) = take(folder, returned(folder, tmp_path / "k.xlsx", {SAME: typed}))
    assert codes([result]) == [code]
    assert result.notes
    assert not events(folder, "sharing")


def test_an_older_file_does_not_take_a_newer_answer_back(folder: Path, tmp_path: Path) -> None:
    first = send_to(folder, "Kim Lee")["Kim Lee"]
    old = fill_in(first, tmp_path / "old.xlsx", {SAME: ("No", "We differ.")}, saved=EARLY)
    take(folder, returned(folder, tmp_path / "new.xlsx", {SAME: "Yes"}))
    (result,) = take(folder, old)
    assert result.stored == 0
    assert "older" in codes([result])


def test_a_topic_that_is_not_taken_over_any_more_is_not_stored(
    folder: Path, tmp_path: Path
) -> None:
    path = returned(folder, tmp_path / "k.xlsx", {SAME: "Yes"})
    settings = folder / "assessment.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('covers: ["B1.a"]', 'covers: ["A1.a"]'), "utf-8")
    assert settings.read_text("utf-8") != text
    (result,) = take(folder, path)
    assert (result.stored, codes([result])) == (0, ["not-asked-here"])


def test_the_officer_confirms_the_rest_and_status_counts_only_that(
    folder: Path, tmp_path: Path
) -> None:
    answer_identity(folder)
    take(folder, returned(folder, tmp_path / "k.xlsx", {SAME: "Yes"}))
    steps = [each for each in status(folder).next_steps if "--offered inherited" in each]
    assert steps == [
        "Confirm 5 answers that Revenues and benefits takes over from shared services: "
        "cyberassess confirm --offered inherited --scope revenues"
    ]
    before = standing(folder, "Sam Reid").open
    assert confirm_offered(folder, OfferKind.INHERITED) == 5
    assert suggested(folder, "revenues") == "high"
    assert not [each for each in status(folder).next_steps if "--offered inherited" in each]
    assert standing(folder, "Sam Reid").open == before - 1
    assert not conflicts(open_assessment(folder))


def test_a_topic_counts_as_one_question_in_status(folder: Path, tmp_path: Path) -> None:
    before = standing(folder, "Kim Lee")
    take(folder, returned(folder, tmp_path / "k.xlsx", {SAME: "Yes"}))
    after = standing(folder, "Kim Lee")
    assert (after.questions, after.answered) == (before.questions, before.answered + 1)
    assert after.open == before.open - 1


def test_answers_confirmed_before_still_count_and_own_answers_still_override(
    folder: Path, tmp_path: Path
) -> None:
    answer_identity(folder)
    confirm_inherited(folder, "housing")
    assert suggested(folder) == "high"
    take(folder, returned(folder, tmp_path / "k.xlsx", {SAME: "Yes"}))
    answer(folder, {"B1.a.H.1/housing": "not-true"}, source="a talk", person="Kim Lee")
    assert suggested(folder) == "middle"


# The same answer for all systems


def test_topics_are_answered_once_for_all_systems_but_those_left_out(tmp_path: Path) -> None:
    systems = [HOUSING | {"owner": "p2"}, REVENUES, {**REVENUES, "id": "parking", "title": "P"}]
    folder = begin(tmp_path / "w", scopes=[SCOPES[0], *systems], people=[KIM, ALEX])
    before, _ = asked(open_assessment(folder), "p2")
    assert any(each.startswith("B1.b") for each in before)
    found = share(folder, ["B1.b"], without=["parking"])
    assert found.heirs == ("Housing management", "Revenues and benefits")
    rows, topics = asked(open_assessment(folder), "p2")
    assert not any(each.startswith("B1.b") for each in rows)
    assert topics == [SAME]
    mine, _ = asked(open_assessment(folder), "p1")
    assert {"B1.b.N.1/all-systems", "B1.b.N.1/parking"} <= {*mine}
    # said again, with one more: nothing of the first is lost
    again = share(folder, ["B1.a"], without=["parking"])
    assert again.scope.covers == ("B1.b", "B1.a")
    assert asked(open_assessment(folder), "p2") == ([], [SAME])


def test_one_answer_counts_for_each_system_and_says_where_it_comes_from(tmp_path: Path) -> None:
    folder = begin(tmp_path / "w", scopes=[SCOPES[0], HOUSING, REVENUES], people=[KIM])
    share(folder, ["B1"])
    assert suggested(folder) is None
    once = {key.replace("/identity", "/all-systems"): said for key, said in IDENTITY.items()}
    answer(folder, once, source="a talk", person="Sam Reid")
    assert confirm_offered(folder, OfferKind.INHERITED) == 10
    card = open_assessment(folder).card
    scores = [each for each in card.outcomes if each.key.outcome == "B1.a"]
    assert {each.key.scope: each.suggested for each in scores} == {
        "housing": "high",
        "revenues": "high",
    }
    given = {g.inherited_from for e in scores for s in e.standings for g in s.given}
    assert given == {"all-systems"}


@pytest.mark.parametrize(
    ("topics", "title", "match"),
    [
        (["A1"], "All systems", "No system is asked about A1"),
        (["B1"], "housing", "not a shared service"),
        (["B9"], "All systems", "B9"),
    ],
)
def test_what_cannot_be_answered_once_is_said(
    folder: Path, topics: list[str], title: str, match: str
) -> None:
    before = (folder / "assessment.yaml").read_bytes()
    with pytest.raises(AssessmentError, match=match):
        share(folder, topics, title=title)
    assert (folder / "assessment.yaml").read_bytes() == before


# At the prompt


def type_in(monkeypatch: pytest.MonkeyPatch, folder: Path, *typed: str) -> Asked:
    monkeypatch.setattr(sys, "stdin", StringIO("".join(f"{line}\n" for line in typed)))
    return ask(folder, "Kim Lee")[0]


def test_a_no_at_the_prompt_opens_the_questions_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = type_in(monkeypatch, folder, "?", "perhaps", "no", "Its own accounts.", "2", "q")
    assert (told.answers, told.ended) == (2, Ended.STOPPED)
    shown = capsys.readouterr().out
    assert "Is it the same here as in Identity?" in shown
    assert '"perhaps" is neither yes nor no' in shown
    assert [each["new"]["reason"]["text"] for each in events(folder, "sharing")] == [
        "Its own accounts."
    ]
    # the opened topic comes first
    assert [each["indicator"] for each in events(folder, "answer")] == ["B1.a.N.1"]
    assert not verify(folder).problems


def test_a_yes_at_the_prompt_is_not_asked_again_and_stopping_keeps_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = type_in(monkeypatch, folder, "s", "q")
    assert (told.answers, told.ended) == (0, Ended.STOPPED)
    told = type_in(monkeypatch, folder, "q")
    assert (told.answers, told.ended) == (0, Ended.STOPPED)
    told = type_in(monkeypatch, folder, "same")
    assert (told.answers, told.ended) == (0, Ended.STOPPED)  # and the input ends
    assert type_in(monkeypatch, folder, "yes", "q").answers == 1
    capsys.readouterr()
    type_in(monkeypatch, folder, "q")
    assert "Is it the same here" not in capsys.readouterr().out
