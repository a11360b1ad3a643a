"""Rolling a year over: what comes, what does not and why, and that it is whole or not at all."""

import datetime
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cyberassess.books import wording
from cyberassess.domain.assessment import OutcomeKey, PersonId, ScopeId, StatementKey
from cyberassess.domain.people.questions import AnswerReply, OfferKind
from cyberassess.domain.record.evidence import Facts
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.plan import actions_of
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId, OutcomeId
from cyberassess.errors import AssessmentError, CyberassessError
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.offering import offers_for, offers_to, past_to
from cyberassess.opening.recording import Voice, plan
from cyberassess.opening.writing import writing
from cyberassess.steps.begin.next_settings import Changes
from cyberassess.steps.begin.rolling_over import RolledOver, roll_over, rolled_over_json
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.begin.words import rolled_over_lines
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.plan.planning import Wanted, add_action, set_action
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.send.sending import questions_for, send
from cyberassess.steps.settle.resolving import resolve
from tests.steps.begin.test_setup import own_profile
from tests.steps.council import (
    ALEX,
    HOUSING,
    KIM,
    LATE,
    REVENUES,
    Rows,
    begin,
    fill_in,
    ledger_bytes,
    save_at,
    send_to,
    settings_values,
    take,
)

pytestmark = pytest.mark.slow

MADE = FrameworkRef("made@1")
KEY = StatementKey(MADE, ScopeId("housing"), IndicatorId("B1.b.H.1"))
ANSWERS: Rows = {
    "B1.a.N.1/housing": "Happens",
    "B1.b.N.1/housing": "Does not happen",
    "B1.b.H.1/housing": ("Otherwise", "By the vendor's robot."),
}
SHOWS = "Lists every account removed in March, with dates."
LAST, THIS, OLD, NEW = "northport-2026", "northport-2027", "ncsc-caf@3.2", "ncsc-caf@4.0"


def document(folder: Path, name: str, until: str) -> str:
    """Add a document that supports B1.b, and give its reference."""
    path = folder.parent / name
    path.write_text(name)
    facts = Facts(title=name, shows=SHOWS, valid_until=until)
    (made,) = add(folder, [path], facts, supports=["B1.b"])
    return made.item.reference


@pytest.fixture(scope="module")
def _last(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("last")
    certificates = [
        {"title": "Plus", "valid_until": "2099-01-01"},
        {"title": "Old", "valid_until": "2020-01-01"},
    ]
    folder = begin(
        place / LAST,
        certificates=certificates,
        ambition={"pipes": "4"},
        left_out=[{"title": "Museum", "reason": "Small."}],
    )
    sent = send_to(folder)
    take(folder, fill_in(sent["Kim Lee"], place / "kim.xlsx", ANSWERS))
    take(folder, fill_in(sent["Alex Moor"], place / "alex.xlsx",
                         {"B1.a.N.1/housing": "Does not happen"}))  # fmt: skip
    resolve(folder, "B1.a.N.1/housing", answer="never", reason="Seen by both.")
    add_action(folder, "B1.a/housing", Wanted(title="Buy a lock", owner="Kim Lee"))
    add_action(folder, "B1.b/housing", Wanted(title="Paint it", owner="p2"))
    set_action(folder, "ACT-001", Wanted(status="under way"))
    set_action(folder, "ACT-002", Wanted(status="done"))
    for name, until in (("proof.txt", "2099-12-31"), ("stale.txt", "2020-01-31"), ("x.txt", "")):
        document(folder, name, until)
    return folder


@pytest.fixture
def last(_last: Path, tmp_path: Path) -> Path:
    """Give last year's assessment: answers, a settled dispute, actions, evidence."""
    shutil.copytree(_last.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / LAST


def rolled(last: Path, **changes: Any) -> tuple[Path, RolledOver]:
    folder = last.parent / THIS
    return folder, roll_over(folder, last, Changes(**changes))


def test_what_was_decided_comes_over(last: Path) -> None:
    folder, found = rolled(last)
    then, now = (open_assessment(each).contents.settings for each in (last, folder))
    for name in ("officer", "people", "scopes", "left_out", "themes", "ambition", "nation"):
        assert getattr(now, name) == getattr(then, name), name
    assert (now.period, now.previous, now.due) == ("2027", f"../{LAST}", None)
    assert [each.title for each in now.certificates] == ["Plus"]
    assert ("Old", "It ended on 1 January 2020: ask for the new one.") in [
        each[:2] for each in found.left
    ]
    assert (found.period, found.before) == ("2027", "Northport Council, 2026")
    checked = verify(folder)
    assert checked.problems == ()
    assert checked.segments == 2


def test_an_answer_that_nobody_gave_or_confirmed_this_year_never_counts(last: Path) -> None:
    folder, found = rolled(last)
    now = open_assessment(folder)
    assert not now.state.answers
    assert not now.state.resolutions
    assert all(each.determination is None for each in now.card.outcomes)
    assert now.card.confidence.answered == 0
    (asked,) = found.asking
    assert (asked.framework, asked.confirm, asked.again) == (MADE, 3, 0)


def test_a_settled_dispute_is_an_offer_with_its_reason(last: Path) -> None:
    folder, _ = rolled(last)
    offers = offers_for(open_assessment(folder))
    key = KEY._replace(indicator=IndicatorId("B1.a.N.1"))
    (offer,) = offers[key]
    assert (offer.kind, offer.answer, offer.reason) == (
        OfferKind.EARLIER, "never", "Seen by both."
    )  # fmt: skip
    assert offers[KEY][0].reason == "By the vendor's robot."


def test_an_open_action_keeps_number_id_and_history(last: Path) -> None:
    folder, found = rolled(last)
    then, now = open_assessment(last).state, open_assessment(folder).state
    (action,) = actions_of(now)
    before = next(each for each in actions_of(then) if each.ref == "ACT-001")
    assert (action.id, action.ref, action.title) == (before.id, "ACT-001", "Buy a lock")
    assert action.since == "Northport Council, 2026"
    old = then.record_history["action", (action.id,)]
    new_ones = now.record_history["action", (action.id,)]
    assert [each.fields["title"] for each in old] == [
        each.fields["title"] for each in new_ones[: len(old)]
    ]
    assert [each.origin.time for each in old] == [
        each.origin.time for each in new_ones[: len(old)]
    ]
    assert found.actions == ("ACT-001",)
    assert any(each.what == "1 action done" for each in found.left)
    again = open_assessment(roll_over(last.parent / "northport-2028", folder).folder)
    (action,) = actions_of(again.state)
    assert (action.ref, action.since) == ("ACT-001", "Northport Council, 2026")
    (item,) = again.evidence.items
    record = again.state.record("evidence-item", item.id)
    assert record is not None
    assert str(record.source) == "Northport Council, 2026, EV-001"
    set_action(folder, "ACT-001", Wanted(status="done"))
    (action,) = actions_of(open_assessment(folder).state)
    assert action.since == "Northport Council, 2026"
    made = add_action(folder, "B1.a/housing", Wanted(title="Another"))
    assert made.ref == "ACT-003", "ACT-002 was done last year, and stands beside it in a report"


@pytest.mark.parametrize(
    ("changes", "place", "also"),
    [
        ({}, "housing", ["revenues"]),
        ({"ended": ("revenues",)}, "housing", []),
        ({"ended": ("housing",)}, "revenues", []),
        ({"merged": ("housing+revenues=Citizen platform",)}, "citizen-platform", []),
    ],
)
def test_an_action_in_several_places_goes_on_in_those_that_are_there(
    tmp_path: Path, changes: dict[str, Any], place: str, also: list[str]
) -> None:
    scopes = [settings_values()["scopes"][0], HOUSING, REVENUES]
    last = begin(tmp_path / LAST, people=[], scopes=scopes)
    add_action(last, "B1.b/housing", Wanted(title="Lock it", also=str(REVENUES["title"])))
    folder, found = rolled(last, **changes)
    assert found.actions == ("ACT-001",)
    (action,) = actions_of(open_assessment(folder).state)
    assert (action.about.scope, list(action.also)) == (place, also)


def test_somebody_new_who_is_named_with_a_system_is_asked_what_its_service_is(last: Path) -> None:
    folder, _ = rolled(last, respondents=("Jo Hall@Housing management",))
    (entry,) = open_assessment(folder).contents.settings.people[-1].answers
    assert (entry.scope, entry.owner_roles) == ("housing", ("service",))


def test_evidence_in_date_is_kept_by_its_hash_and_the_rest_is_named(last: Path) -> None:
    folder, found = rolled(last)
    then, now = open_assessment(last), open_assessment(folder)
    (item,) = now.evidence.items
    before = then.evidence.by_id[item.id]
    assert (item.sha256, item.reference) == (before.sha256, before.reference)
    kept, source = folder / item.stored, last / item.stored
    assert kept.read_bytes() == source.read_bytes()
    assert kept.samefile(source), "no second copy where the disk can do without"
    record = now.state.record("evidence-item", item.id)
    assert record is not None
    assert str(record.source) == "Northport Council, 2026, EV-001"
    assert [link.outcome for link in item.links] == [link.outcome for link in before.links]
    assert item.review is None
    said = {each.ref: each.why for each in found.left if each.ref}
    assert said == {
        "EV-002": "Out of date since 31 January 2020: ask for it anew.",
        "EV-003": "Nobody said until when it holds: ask for it anew.",
    }


def test_evidence_whose_file_was_changed_does_not_come(last: Path) -> None:
    (item, *_) = open_assessment(last).evidence.items
    (last / item.stored).write_text("other")
    folder, found = rolled(last)
    assert open_assessment(folder).evidence.items == ()
    assert any("was changed since it was recorded" in each.why for each in found.left)


def test_who_takes_over_is_asked_what_was_asked_of_who_left(last: Path) -> None:
    folder, found = rolled(last, left=("Kim Lee=Jo Hall <jo@northport.example>",))
    now = open_assessment(folder)
    people = {each.name: each for each in now.contents.settings.people}
    assert "Kim Lee" not in people
    assert people["Jo Hall"].answers == open_assessment(last).contents.settings.people[0].answers
    assert people["Jo Hall"].id not in {"p1", "p2", "p3"}, "no id is given a second time"
    assert questions_for(now, people["Jo Hall"].id).rows
    assert ("Kim Lee", "Left; Jo Hall is asked what was theirs.") in [e[:2] for e in found.left]
    (action,) = actions_of(now.state)
    assert action.owner in ("Kim Lee", people["Jo Hall"].id)


def test_without_anybody_taking_over_the_officer_is_asked(last: Path) -> None:
    folder, _ = rolled(last, left=("Kim Lee",))
    now = open_assessment(folder)
    asked = {each.outcome.id for each in now.contents.portions[PersonId("p1")]}
    assert "B1.b" in asked


def test_a_system_that_ended_takes_its_actions_and_links_with_it(last: Path) -> None:
    folder, found = rolled(last, ended=("Housing management",))
    now = open_assessment(folder)
    assert [each.id for each in now.contents.settings.all_scopes] == ["organisation"]
    assert actions_of(now.state) == ()
    assert any(each.what.startswith("ACT-001") for each in found.left)
    assert [each.answers for each in now.contents.settings.people] == [(), ()]


def test_systems_that_became_one_have_the_answers_of_both_side_by_side(tmp_path: Path) -> None:
    kim = KIM | {"answers": [{"scope": "housing"}, {"scope": "revenues"}]}
    last = begin(
        tmp_path / LAST, people=[kim], scopes=[settings_values()["scopes"][0], HOUSING, REVENUES]
    )
    rows: Rows = {"B1.b.H.1/housing": "True", "B1.b.H.1/revenues": "Not true"}
    take(last, fill_in(send_to(last, "Kim Lee")["Kim Lee"], tmp_path / "kim.xlsx", rows))
    folder, _ = rolled(last, merged=("housing+Revenues and benefits=Citizen platform",))
    now = open_assessment(folder)
    scope = now.contents.settings.scope("citizen-platform")
    assert scope is not None
    assert scope.merged_from == ("housing", "revenues")
    (person,) = now.contents.settings.people
    assert [each.scope for each in person.answers] == ["citizen-platform"]
    offers = offers_for(now)[KEY._replace(scope=ScopeId("citizen-platform"))]
    assert [(each.answer, each.origin) for each in offers] == [
        ("true", "Northport Council, 2026, Housing management"),
        ("not-true", "Northport Council, 2026, Revenues and benefits"),
    ]
    again = roll_over(tmp_path / "northport-2028", folder)
    settings = open_assessment(again.folder).contents.settings
    assert settings.scopes[1].merged_from == (), "the year after it is simply itself"


def test_a_rehearsal_says_the_same_and_makes_nothing(last: Path) -> None:
    before = sorted(last.parent.iterdir())
    folder = last.parent / THIS
    said = roll_over(folder, last, dry_run=True)
    assert sorted(last.parent.iterdir()) == before
    assert rolled_over_json(said) == rolled_over_json(roll_over(folder, last))
    lines = "\n".join(rolled_over_lines(said, dry_run=True))
    assert "Nothing was made." in lines
    assert "Would make" in lines


def test_last_year_is_left_as_it_was(last: Path) -> None:
    before = ledger_bytes(last), (last / "assessment.yaml").read_bytes()
    rolled(last)
    assert (ledger_bytes(last), (last / "assessment.yaml").read_bytes()) == before


# What cannot be: one sentence each, and nothing is left


def _other_year(_: Path) -> dict[str, Any]:
    return {"period": "2026"}


def _branches(last: Path) -> dict[str, Any]:
    other = last.parent / "copy"
    shutil.copytree(last, other)
    for each, name in ((last, "One"), (other, "Two")):
        with writing(each, "test") as session:
            session.meet(name)
    for path in (other / "ledger").glob("*.jsonl"):
        if not (last / "ledger" / path.name).exists():
            shutil.copyfile(path, last / "ledger" / path.name)
    shutil.rmtree(other)
    return {}


def _damaged(last: Path) -> dict[str, Any]:
    path = max((last / "ledger").glob("*.jsonl"))
    path.write_bytes(path.read_bytes()[:-30])
    return {}


def _newer(last: Path) -> dict[str, Any]:
    path = last / "assessment.yaml"
    path.write_text(path.read_text("utf-8").replace('schema: "1"', 'schema: "2"'), "utf-8")
    return {}


def _in_a_circle(last: Path) -> dict[str, Any]:
    other = begin(last.parent / "northport-2025", period="2025", previous=f"../{LAST}")
    with (last / "assessment.yaml").open("a", encoding="utf-8") as file:
        file.write(f'previous: "../{other.name}"\n')
    return {}


def _gone(last: Path) -> dict[str, Any]:
    shutil.rmtree(last)
    return {}


REFUSED = (
    (_other_year, "same-period"),
    (_branches, "branches"),
    (_damaged, ""),
    (_newer, "wrong-schema"),
    (_in_a_circle, "years-in-a-circle"),
    (_gone, "no-assessment"),
    (lambda _: {"left": ("Sam Reid",)}, "officer-left"),
    (lambda _: {"left": ("Nobody",)}, "unknown-person"),
    (lambda _: {"ended": ("Parking",)}, "unknown-scope"),
    (lambda _: {"ended": ("organisation",)}, "whole-organisation"),
    (lambda _: {"merged": ("housing",)}, "one-system"),
    (lambda _: {"ended": ("housing",), "systems": ("Housing",)}, "system-reused"),
    (lambda _: {"respondents": ("Kim Lee",)}, "there-already"),
    (lambda _: {"frameworks": ("ncsc-caf@9",)}, "unknown-framework"),
    (lambda _: {"frameworks": (NEW,)}, "no-profile"),
    (lambda _: {"due": "soon"}, ""),
)


@pytest.mark.parametrize(("spoil", "code"), REFUSED)
def test_what_cannot_be_gone_on_from_is_one_sentence_and_nothing_is_left(
    last: Path, spoil: Any, code: str
) -> None:
    changes = spoil(last)
    before = sorted(last.parent.iterdir())
    for dry_run in (True, False):
        with pytest.raises(CyberassessError) as caught:
            roll_over(last.parent / THIS, last, Changes(**changes), dry_run=dry_run)
        (problem,) = caught.value.problems
        assert code in ("", problem.code)
        assert problem.hint
        assert sorted(last.parent.iterdir()) == before


def test_a_place_that_is_taken_is_refused(last: Path) -> None:
    folder, _ = rolled(last)
    with pytest.raises(AssessmentError, match="something in this place already"):
        roll_over(folder, last)


def test_what_is_unfinished_about_last_year_is_said_and_stands_in_nobodys_way(
    tmp_path: Path,
) -> None:
    last = begin(tmp_path / LAST, people=[KIM, ALEX])
    sent = send_to(last)
    take(last, fill_in(sent["Kim Lee"], tmp_path / "k.xlsx", {"B1.a.N.1/housing": "Happens"}))
    rows = {"B1.a.N.1/housing": "Does not happen"}
    take(last, fill_in(sent["Alex Moor"], tmp_path / "a.xlsx", rows))
    folder, found = rolled(last)
    assert [each.code for each in found.notes] == ["conflicts-open", "never-approved"]
    key = KEY._replace(indicator=IndicatorId("B1.a.N.1"))
    now = open_assessment(folder)
    assert key not in offers_for(now)
    assert {each.label for each in past_to(now)[key]} == {"Happens", "Does not happen"}


# Across versions


def caf(folder: Path, ref: str = OLD, **changes: Any) -> Path:
    """Begin an assessment of the CAF for a council and one system."""
    wanted = NewAssessment(
        "Northport Council", "2026", (ref,), ("none",), systems=("Housing",),
        respondents=("Kim Lee <kim@x.example>:service@housing",), **changes,
    )  # fmt: skip
    return new(folder, wanted).folder


def say(folder: Path, said: dict[StatementKey, str], *, by: str = "p1") -> None:
    """Record answers of one person, by their codes."""
    with writing(folder, "test") as session:
        replies = [
            AnswerReply((key,), Response(new=code, reason="Because."), Source("prompt"))
            for key, code in said.items()
        ]
        session.write(plan(session.assessment, Voice(PersonId(by), PersonId(by)), replies).events)


def every_answer(assessment: Assessment, code_at: Any) -> dict[StatementKey, str]:
    """Give an answer to everything the organisation and its system are asked."""
    said: dict[StatementKey, str] = {}
    for framework in assessment.frameworks.values():
        for place in ("organisation", "housing"):
            for outcome in framework.outcomes.values():
                if (outcome.scope_kind == "organisation") is (place == "organisation"):
                    for number, each in enumerate(outcome.asked):
                        codes = [a.code for a in framework.answers_for(each).answers]
                        key = StatementKey(framework.ref, ScopeId(place), each.id)
                        said[key] = codes[code_at(number) % 3]
    return said


def test_for_every_statement_of_the_new_version_there_is_what_there_is_to_show(
    tmp_path: Path,
) -> None:
    last = caf(tmp_path / LAST)
    say(last, every_answer(open_assessment(last), lambda number: number))
    folder, found = rolled(last, frameworks=(NEW,))
    now = open_assessment(folder)
    offers, past = offers_for(now), past_to(now)
    (asked,) = found.asking
    assert (asked.questions, asked.confirm, asked.again) == (557, 277, 173)
    assert len({*offers, *past}) == 450
    after = FrameworkRef(NEW)

    def shown(name: str, scope: str = "organisation") -> list[tuple[str, str]]:
        key = StatementKey(after, ScopeId(scope), IndicatorId(name))
        return [(each.question, each.because) for each in past.get(key, ())]

    merged = shown("C1.b.A.1", "housing")
    assert len(merged) == 2, "all the sources of a statement that was merged"
    assert {"several statements became one and it is worded otherwise"} < {b for _, b in merged}
    for name in ("B1.a.A.1", "B1.a.A.2"):
        ((_, because),) = shown(name, "housing")
        assert because == "one statement became several and it is worded otherwise"
    assert shown("A2.a.PA.5")[0][1] == "4.0 also names new or emerging technologies"
    rows = {
        row.statements[0].indicator: row
        for row in questions_for(now, PersonId("p1")).rows
        if row.past
    }
    text = wording.earlier_text(rows[IndicatorId("A2.a.PA.5")])
    assert text.startswith("Last year: ")
    assert text.endswith("Asked again, because 4.0 also names new or emerging technologies.")
    assert not wording.is_earlier(text), "there is nothing to confirm"


def test_what_is_asked_again_comes_back_without_a_remark(tmp_path: Path) -> None:
    last = caf(tmp_path / LAST)
    say(last, every_answer(open_assessment(last), lambda number: number))
    folder, _ = rolled(last, frameworks=(NEW,))
    sent = {each.person.name: each.path for each in send(folder)}
    asked = questions_for(open_assessment(folder), PersonId("p2")).rows
    row = next(each for each in asked if each.past and not each.is_warning)
    rows = {row.ref: row.answers[0].label}
    (result,) = take(folder, fill_in(sent["Kim Lee"], tmp_path / "kim.xlsx", rows))
    assert result.problems == []
    assert result.stored == 1
    now = open_assessment(folder)
    assert len(now.state.answers) == 1


def test_a_yes_beside_what_is_asked_again_is_said_and_confirms_nothing(tmp_path: Path) -> None:
    last = caf(tmp_path / LAST)
    say(last, every_answer(open_assessment(last), lambda number: number))
    folder, _ = rolled(last, frameworks=(NEW,))
    asked = questions_for(open_assessment(folder), PersonId("p2")).rows
    ref = next(each.ref for each in asked if each.past)
    (path,) = (each.path for each in send(folder, to=["Kim Lee"]))
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            if row[0].value == ref:
                row[5].value = wording.STILL_TRUE
    book.save(path)
    (result,) = receive(folder, [save_at(path, LATE)])
    assert (result.stored, [each.code for each in result.problems]) == (0, ["unexpected-text"])
    assert wording.STILL_TRUE in result.problems[0].message


def test_a_supplier_sees_their_own_earlier_answers_and_nobody_elses(last: Path) -> None:
    path = last / "assessment.yaml"
    text = path.read_text("utf-8").replace(
        'name: "Alex Moor"', 'name: "Alex Moor", role: "supplier"'
    )
    path.write_text(text, "utf-8")
    folder, _ = rolled(last)
    now = open_assessment(folder)
    offers = offers_to(now, PersonId("p3"))
    assert {key.indicator: [each.answer for each in found] for key, found in offers.items()} == {
        "B1.a.N.1": ["never"]
    }
    assert len(offers_to(now, PersonId("p2"))) == 3


def test_an_id_alone_shows_nobody_what_another_answered(last: Path) -> None:
    folder, _ = rolled(last)
    path = folder / "assessment.yaml"
    text = path.read_text("utf-8").replace(
        'name: "Alex Moor"', 'name: "Pat New", role: "supplier"'
    )
    path.write_text(text, "utf-8")
    assert offers_to(open_assessment(folder), PersonId("p3")) == {}


def test_what_a_shared_service_answered_is_offered_to_it_again(tmp_path: Path) -> None:
    scopes = [
        settings_values()["scopes"][0],
        HOUSING | {"inherits": ["identity"]},
        {"id": "identity", "kind": "shared-service", "title": "Identity", "covers": ["B1.b"]},
    ]
    last = begin(tmp_path / LAST, scopes=scopes)
    say(last, {KEY._replace(scope=ScopeId("identity")): "true"})
    folder, _ = rolled(last)
    found = offers_for(open_assessment(folder))
    assert KEY._replace(scope=ScopeId("identity")) in found


def test_what_names_an_outcome_names_what_follows_it(tmp_path: Path) -> None:
    last = caf(tmp_path / LAST)
    path = last / "assessment.yaml"
    person = '{id: "p2", name: "Kim Lee", answers: [{scope: "housing", outcomes: ["C2.b", "B1"]}]}'
    text = path.read_text("utf-8").splitlines()
    text = [f"  - {person}" if '"p2"' in line else line for line in text]
    path.write_text("\n".join(text) + "\n", "utf-8")
    folder, _ = rolled(last, frameworks=(NEW,))
    (kim,) = open_assessment(folder).contents.settings.people
    assert kim.answers[0].outcomes == ("C1.c", "C2.a", "B1")


@settings(max_examples=3, deadline=None)
@given(seed=some.integers(0, 2), there=some.sampled_from((OLD, NEW)))
def test_rolling_over_and_back_loses_nothing_that_can_be_carried(
    tmp_path_factory: pytest.TempPathFactory, seed: int, there: str
) -> None:
    """What is offered in the other version and confirmed there is offered when it goes back."""
    place = tmp_path_factory.mktemp("back")
    first = caf(place / "a", there)
    said = every_answer(open_assessment(first), lambda number: number + seed)
    say(first, said)
    other = NEW if there == OLD else OLD
    second = roll_over(place / "b", first, Changes(frameworks=(other,))).folder
    carried = offers_for(open_assessment(second))
    say(second, {key: each[0].answer for key, each in carried.items()})
    third = roll_over(place / "c", second, Changes(frameworks=(there,))).folder
    back = offers_for(open_assessment(third))
    kept = {key for key, each in back.items() if each[0].answer == said[key]}
    assert len(kept) == len(carried)


def test_what_is_printed_for_programs_keeps_its_shape(last: Path) -> None:
    _, found = rolled(last)
    shown = json.loads(json.dumps(rolled_over_json(found)))
    assert list(shown) == [
        "schema", "folder", "period", "before", "came", "actions", "evidence", "left",
        "questions", "notes",
    ]  # fmt: skip


def test_a_moment_of_last_year_stays_before_this_years_beginning(last: Path) -> None:
    folder, _ = rolled(last)
    now = open_assessment(folder)
    assert now.on >= now.opened >= datetime.date(2026, 1, 1)
    key = OutcomeKey(MADE, ScopeId("housing"), OutcomeId("B1.b"))
    assert [each.reference for each in now.evidence.by_outcome[key]] == ["EV-001"]


def test_versions_that_nothing_joins_are_said_and_nothing_is_offered(tmp_path: Path) -> None:
    last = new(
        tmp_path / LAST,
        NewAssessment("Lab", "2026", ("ncsc-cyber-essentials@3.2",), ("cyber-essentials-ready",)),
    ).folder
    (framework,) = open_assessment(last).frameworks.values()
    outcome = next(iter(framework.assessed))
    statement = outcome.asked[0]
    code = framework.answers_for(statement).answers[0].code
    say(last, {StatementKey(framework.ref, ScopeId("organisation"), statement.id): code})
    folder, found = rolled(last, frameworks=("ncsc-cyber-essentials@3.3",))
    assert any(
        each.why.startswith("Nothing says how ncsc-cyber-essentials@3.2 leads to")
        for each in found.left
    )
    assert offers_for(open_assessment(folder)) == {}
    (asked,) = found.asking
    assert (asked.confirm, asked.again) == (0, 0)


def test_what_is_the_organisations_own_comes_over(tmp_path: Path) -> None:
    last = new(
        tmp_path / LAST,
        NewAssessment("Lab", "2026", (OLD,), (str(own_profile(tmp_path)),)),
    ).folder
    (last / "house-style.yaml").write_text('schema: "1"\ncolour: "#123456"\n', "utf-8")
    (last / "letters").mkdir()
    (last / "letters" / "reminder.txt").write_text("To: {{ to }}\nSubject: Please\n\nHello\n")
    wording = last / "frameworks" / "wording" / f"{OLD}.yaml"
    wording.parent.mkdir()
    wording.write_text(f'schema: "1"\nframework: "{OLD}"\n', "utf-8")
    folder, _ = rolled(last)
    for name in ("house-style.yaml", "letters/reminder.txt", f"frameworks/wording/{OLD}.yaml"):
        assert (folder / name).read_bytes() == (last / name).read_bytes()
    assert open_assessment(folder).profiles[FrameworkRef(OLD)] is not None
    shutil.rmtree(folder)
    with pytest.raises(AssessmentError, match="says nothing of"):
        rolled(last, frameworks=(NEW,))
    folder, found = rolled(last, frameworks=(NEW,), profiles=("govassure-basic",))
    assert not (folder / "frameworks" / "wording").exists()
    assert any(each.what == f"Official wording of {OLD}" for each in found.left)
