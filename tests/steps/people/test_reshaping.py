"""People who change or leave, systems that end, become one or several: what becomes of answers."""

from pathlib import Path
from typing import Any

import pytest

from cyberassess.books import wording
from cyberassess.domain.assessment import PersonId, ScopeId, StatementKey
from cyberassess.domain.record.evidence import Facts
from cyberassess.domain.record.plan import actions_of
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.offering import offers_for
from cyberassess.steps.begin.next_settings import Changes
from cyberassess.steps.begin.rolling_over import roll_over
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.people.leaving import remove_person, set_person
from cyberassess.steps.people.people import add_person, hand_over
from cyberassess.steps.people.reshaping import (
    merge_systems,
    remove_system,
    set_system,
    split_system,
)
from cyberassess.steps.people.systems import add_system
from cyberassess.steps.people.tables import export_people, import_people
from cyberassess.steps.people.words import removed_lines, reshaped_lines
from cyberassess.steps.plan.planning import Wanted, add_action
from cyberassess.steps.send.sending import to_send
from cyberassess.steps.send.words import to_send_lines
from tests.books.council import beside
from tests.steps.council import (
    ALEX,
    KIM,
    answers,
    begin,
    events,
    fill_in,
    ledger_bytes,
    send_to,
    take,
)
from tests.steps.receive.test_replying import change

KEY = StatementKey(FrameworkRef("made@1"), ScopeId("housing"), IndicatorId("B1.b.H.1"))
SHOWS = "Lists every account removed in March, with dates."


@pytest.fixture
def council(tmp_path: Path) -> Path:
    """Make a council of two systems; Kim answered about the first."""
    folder = begin(tmp_path / "northport")
    add_system(folder, "Revenues")
    sent = send_to(folder, "Kim Lee")
    take(folder, fill_in(sent["Kim Lee"], tmp_path / "kim.xlsx", {"B1.b.H.1/housing": "True"}))
    add_action(folder, "B1.b/housing", Wanted(title="Buy a lock"))
    document = tmp_path / "proof.txt"
    document.write_text("Proof.")
    add(folder, [document], Facts(title="Proof", shows=SHOWS), supports=["B1.b/housing"])
    return folder


def test_a_persons_facts_change_and_the_ledger_says_so(council: Path) -> None:
    set_person(council, "Kim Lee", {"email": "kim@x.example", "role": None, "name": None})
    person = open_assessment(council).contents.settings.person("p2")
    assert person is not None
    assert (person.email, person.role) == ("kim@x.example", "service")
    assert events(council)[-1]["type"] == "settings"
    set_person(council, "Kim Lee", {"name": "Kim Moss"}, reason="Married.")
    now = open_assessment(council)
    assert now.renamings == ()
    (given,) = now.state.answers[KEY]
    assert now.name_of(given.person, given.origin) == "Kim Lee (now Kim Moss)"


def test_who_left_keeps_their_answers_and_nobody_gets_their_id(council: Path) -> None:
    found = remove_person(council, "Kim Lee", to="Alex Moor", reason="Left.")
    assert (found.taker.name, found.answers) == ("Alex Moor", 1)
    assert answers(council)["Kim Lee", "B1.b.H.1/housing"] == ("true", "")
    now = open_assessment(council)
    assert {a.outcome.id for a in now.contents.portions[PersonId("p3")]} == {"B1.a", "B1.b"}
    trail = [each for each in events(council, "handover") if each["new"]["from"] == "p2"]
    assert len(trail) == found.questions == 2
    assert "1 answer of Kim Lee stay" in "\n".join(removed_lines(found))
    assert add_person(council, "Jo Hall").person.id == "p4"
    changes = Changes(respondents=("Pat New",))
    next_year = open_assessment(roll_over(council.parent / "next", council, changes).folder)
    assert next_year.contents.settings.people[-1].id == "p5"
    assert verify(council).problems == ()


def test_nobody_named_leaves_it_to_the_officer(council: Path) -> None:
    assert remove_person(council, "Kim Lee").taker.name == "Sam Reid"
    now = open_assessment(council)
    asked = now.contents.portions[PersonId("p1")]
    assert ("B1.b", "housing") in {(each.outcome.id, each.scope.id) for each in asked}


def test_an_officer_who_leaves_is_followed_by_somebody(council: Path) -> None:
    remove_person(council, "Sam Reid", to="Alex Moor")
    settings = open_assessment(council).contents.settings
    assert settings.officer.name == "Alex Moor"
    assert [each.name for each in settings.people] == ["Kim Lee"]


def test_a_systems_facts_change_and_its_answers_stay(council: Path) -> None:
    set_system(council, "housing", {"title": "Homes", "owner": "Alex Moor", "hosting": "saas"})
    scope = open_assessment(council).contents.settings.scope("housing")
    assert scope is not None
    assert (scope.title, scope.owner, scope.hosting) == ("Homes", "p3", "saas")
    assert KEY in open_assessment(council).state.answers


def test_a_system_that_is_removed_is_left_out_with_its_reason(council: Path) -> None:
    found = remove_system(council, "housing", reason="Switched off.")
    now = open_assessment(council)
    assert [each.id for each in now.contents.settings.all_scopes] == ["organisation", "revenues"]
    assert [(e.title, e.reason) for e in now.contents.settings.left_out] == [
        ("Housing management", "Switched off.")
    ]
    assert found.answers == 1
    assert {each.name for each in found.loose} == {"Kim Lee", "Alex Moor"}
    text = " ".join(" ".join(reshaped_lines(found)).split())
    assert "1 answer about Housing management stay in the ledger, and count for nothing." in text
    assert KEY in now.state.answers


def test_an_action_in_several_places_goes_where_they_go(council: Path) -> None:
    add_action(council, "B1.b/housing", Wanted(title="Paint it", also="Revenues"))

    def places() -> list[str]:
        action = actions_of(open_assessment(council).state)[-1]
        return [action.ref, action.about.scope, *action.also]

    split = split_system(council, "Revenues", into=["Council tax", "Benefits"])
    assert split.actions == ("ACT-002",)
    assert places() == ["ACT-002", "housing", "council-tax"]
    merge_systems(council, ["housing", "Benefits"], into="Homes")
    assert places() == ["ACT-002", "homes", "council-tax"]
    remove_system(council, "Homes", reason="Switched off.")
    assert places() == ["ACT-002", "council-tax"]


@pytest.mark.parametrize("how", ["merge", "split"])
def test_what_was_answered_is_offered_to_what_stands_in_its_place(council: Path, how: str) -> None:
    if how == "merge":
        found = merge_systems(council, ["housing", "Revenues"], into="Citizen platform")
        places = ["citizen-platform"]
    else:
        found = split_system(council, "housing", into=["Tenancies", "Repairs"])
        places = ["tenancies", "repairs"]
    now = open_assessment(council)
    assert [each.id for each in found.new] == places
    assert found.actions == ("ACT-001",)
    (action,) = actions_of(now.state)
    assert action.about.scope == places[0]
    offers = offers_for(now)
    for place in places:
        key = KEY._replace(scope=ScopeId(place))
        assert key not in now.state.answers, "it counts only once it is confirmed"
        (offer,) = offers[key]
        assert (offer.answer, offer.origin) == ("true", "Northport Council, 2026, housing")
        assert now.evidence.items[0].facts.title == "Proof"
        assert place in {link.outcome.scope for link in now.evidence.items[0].links}
    kim = now.contents.settings.person("p2")
    assert kim is not None
    assert [each.scope for each in kim.answers] == places
    said = "\n".join(to_send_lines(to_send(now, ["Kim Lee"])))
    assert f"{len(places)} with an answer of earlier this year" in said
    assert "last year" not in said
    assert verify(council).problems == ()


def test_what_is_offered_counts_once_it_is_confirmed(council: Path) -> None:
    merge_systems(council, ["housing", "revenues"], into="Citizen platform")
    blank = send_to(council, "Kim Lee")["Kim Lee"]
    label = wording.CONFIRM_SHEET.format(origin="Northport Council, 2026, housing")

    def say(book: Any) -> None:
        beside(book.worksheets[1], label).value = "Yes"

    (result,) = take(council, change(blank, say))
    assert (result.stored, result.problems) == (1, [])
    assert answers(council)["Kim Lee", "B1.b.H.1/citizen-platform"] == ("true", "")


REFUSED: tuple[tuple[Any, str], ...] = (
    (lambda f: set_person(f, "Kim Lee", {"email": None}), "nothing-changed"),
    (lambda f: remove_person(f, "Sam Reid"), "officer-left"),
    (lambda f: remove_person(f, "Kim Lee", to="Kim Lee"), "same-person"),
    (lambda f: remove_person(f, "Nobody"), "unknown-person"),
    (lambda f: set_system(f, "housing", {"hosting": None}), "nothing-changed"),
    (lambda f: remove_system(f, "housing", reason=" "), "no-reason"),
    (lambda f: remove_system(f, "organisation", reason="Gone."), "whole-organisation"),
    (lambda f: merge_systems(f, ["housing"], into="Homes"), "one-system"),
    (lambda f: merge_systems(f, ["housing", "revenues"], into="Revenues"), "repeated-system"),
    (lambda f: split_system(f, "housing", into=["Homes"]), "one-system"),
    (lambda f: split_system(f, "housing", into=["Homes", "Revenues"]), "repeated-system"),
)


@pytest.mark.slow
@pytest.mark.parametrize(("give", "code"), REFUSED)
def test_what_cannot_be_is_one_sentence_and_changes_nothing(
    council: Path, give: Any, code: str
) -> None:
    before = ledger_bytes(council), (council / "assessment.yaml").read_bytes()
    with pytest.raises(AssessmentError) as caught:
        give(council)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert "Nothing was changed." in problem.hint
    assert (ledger_bytes(council), (council / "assessment.yaml").read_bytes()) == before


# Handing one scope on leaves a role a role


def test_a_system_added_after_a_hand_over_stays_with_the_role(tmp_path: Path) -> None:
    ops = ALEX | {"answers": [{"owner_roles": ["it-operations"]}]}
    folder = begin(tmp_path / "northport", people=[KIM | {"answers": []}, ops])
    hand_over(folder, [], giver="Alex Moor", taker="Kim Lee", scope="housing")
    add_system(folder, "Parking")
    portions = open_assessment(folder).contents.portions
    asked = {
        person: {(each.outcome.id, str(each.scope.id)) for each in portion}
        for person, portion in portions.items()
    }
    assert ("B1.b", "parking") in asked[PersonId("p3")]
    assert ("B1.b", "housing") in asked[PersonId("p2")]
    assert ("B1.b", "housing") not in asked[PersonId("p3")]
    assert ("B1.b", "parking") not in asked[PersonId("p1")]


def test_what_was_handed_on_survives_the_spreadsheet(tmp_path: Path) -> None:
    ops = ALEX | {"answers": [{"owner_roles": ["it-operations"]}]}
    folder = begin(tmp_path / "northport", people=[KIM | {"answers": []}, ops])
    hand_over(folder, [], giver="Alex Moor", taker="Kim Lee", scope="housing")
    before = open_assessment(folder).contents.settings.people
    path = export_people(folder, folder / "people.csv")
    text = path.read_text("utf-8-sig")
    assert "it-operations except @housing" in text
    path.write_text(text.replace("kim.lee@northport.example", "kim@x.example"), "utf-8")
    import_people(folder, path)
    after = open_assessment(folder).contents.settings.people
    assert [each.answers for each in after] == [each.answers for each in before]
