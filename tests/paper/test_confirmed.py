"""Confirmations, overrides and items of evidence as the full report shows them."""

import dataclasses
import datetime

from cyberassess.domain.record.ledger import fold
from cyberassess.domain.result.scoring import score
from cyberassess.paper.basis import Basis
from cyberassess.paper.blocks import Part, Table
from cyberassess.paper.detail.evidence_register import evidence_register
from cyberassess.paper.detail.fairplay import fair_play
from cyberassess.paper.sections.outcomes import OutcomeView, outcome_view
from tests.domain.builder import (
    GOOD,
    REF,
    TODAY,
    Data,
    answer_events,
    make_framework,
    make_settings,
    make_themes,
    record_event,
    segment,
    text_event,
)
from tests.paper import reading
from tests.paper.made import make_basis


def basis(*events: Data) -> Basis:
    framework, settings = make_framework(), make_settings()
    state = fold([segment(1, *answer_events(GOOD), *events)])
    themes = make_themes({"X.a": "pipes"})
    frameworks = {framework.ref: framework}
    card = score(frameworks, settings, state, targets={}, themes=themes, on=TODAY)
    return Basis(settings, frameworks, {REF: None}, themes, state, card, TODAY, "0")


def outcome(*events: Data) -> OutcomeView:
    found = basis(*events)
    return outcome_view(found, found.card.outcomes[0])


def confirmed(level: str, suggested: str = "high", reason: str = "") -> Data:
    fields = {"level": level, "suggested": suggested, "reason": reason}
    return record_event("determination", [REF, "organisation", "X.a"], fields)


def rows(title: str, *events: Data) -> list[tuple[str, ...]]:
    found = fair_play(basis(*events))
    listed = reading.rows(found, title) if title in reading.headings(found) else []
    return [tuple(each[1:]) for each in listed]


DIFFERENTLY = "Decided differently from answers and rule"


def test_nobody_has_confirmed_it() -> None:
    assert outcome().confirmation == ""


def test_a_confirmed_suggestion_names_who_and_when() -> None:
    assert outcome(confirmed("high")).confirmation == "Confirmed by Sam Reid on 1 March 2026."
    assert rows(DIFFERENTLY, confirmed("high")) == []


def test_another_level_shows_both_and_why_and_is_listed_with_its_direction() -> None:
    event = confirmed("low", reason="Seen failing.")
    said = outcome(event).confirmation
    assert said.startswith("Confirmed as Low by Sam Reid")
    assert said.endswith("where the rule says High. Reason: Seen failing.")
    ((what, detail),) = rows(DIFFERENTLY, event)
    assert what.startswith("Lowered: High, now Low.")
    assert detail == "Sam Reid, 1 March 2026: Seen failing."


def test_a_redacted_reason_is_said() -> None:
    assert outcome(confirmed("low")).confirmation.endswith("No reason is kept.")


def test_a_confirmation_on_other_answers_has_lapsed_and_is_listed() -> None:
    event = confirmed("high", suggested="low")
    assert "so that does not count" in outcome(event).confirmation
    assert rows("Confirmations that have lapsed", event) == [
        ("Outcome X.a", "Sam Reid, 1 March 2026")
    ]


def item(item_id: str, number: int, *outcomes: str, **facts: object) -> list[Data]:
    fields = {"number": number, "held": "file", "title": "Leavers", "shows": "Who left"}
    links = [
        record_event("evidence-link", [item_id, REF, "organisation", each], {"place": "page 4"})
        for each in outcomes
    ]
    return [record_event("evidence-item", [item_id], fields | facts), *links]


def test_items_stand_with_the_outcome_and_those_that_do_not_count_say_so() -> None:
    rejected = record_event(
        "evidence-item", ["b", "review"], {"verdict": "rejected", "reason": "A draft."}
    )
    view = outcome(
        *item("a", 1, "X.a", valid_until="2026-12-31"),
        *item("b", 2, "X.a", valid_until="2026-01-31"), rejected,
        *item("c", 3, "X.a"), *item("d", 4, "X.a", replaces="c"),
    )  # fmt: skip
    texts = [(each.text, each.valid) for each in view.evidence]
    assert texts == [
        ("EV-001 Leavers, page 4\nWho left", "31 December 2026"),
        ("EV-004 Leavers, page 4\nWho left", ""),
        (
            "EV-002 Leavers, page 4\nWho left\nRejected, so it does not count: A draft.",
            "does not count",
        ),
        ("EV-003 Leavers, page 4\nWho left\nReplaced by EV-004.", "does not count"),
    ]
    assert view.no_evidence == ""


def test_evidence_to_look_at_twice_is_listed_with_why() -> None:
    rejected = record_event(
        "evidence-item", ["a", "review"], {"verdict": "rejected", "reason": "A draft."}
    )
    events = (
        *item("a", 1, "X.a"), rejected, *item("b", 2, valid_until="2026-01-31"),
        *item("c", 3, "X.a", valid_until="2026-12-31"),
    )  # fmt: skip
    assert rows("Evidence to look at twice", *events) == [
        ("Leavers", "Rejected: A draft."),
        ("Leavers", "Out of date; supports nothing"),
    ]


def test_evidence_made_after_the_assessment_began_is_marked() -> None:
    events = (
        *item("a", 1, "X.a", valid_until="2026-12-31", dated="2026-03-02"),
        *item("b", 2, "X.a", valid_until="2026-12-31", dated="2026-03-01"),
    )
    began = dataclasses.replace(basis(*events), opened=datetime.date(2026, 3, 1))
    found = reading.rows(fair_play(began), "Evidence to look at twice")
    assert found == [["EV-001", "Leavers", "Created during the assessment"]]


def test_one_item_behind_many_claims_is_listed_with_them() -> None:
    many = item("a", 1, "X.a", "X.b", "X.c", "X.d")
    ((_, places),) = rows("One document behind many claims", *many)
    assert places.startswith("X.a/organisation, X.b/organisation")
    assert rows("One document behind many claims", *item("a", 1, "X.a", "X.b", "X.c")) == []


def test_what_was_written_for_a_shared_service_stands_where_its_answers_count() -> None:
    """Its reasons and its evidence were printed nowhere: it has no section of its own."""
    scopes: list[Data] = [
        {"id": "housing", "kind": "system", "title": "Housing", "inherits": ["identity"]},
        {"id": "identity", "kind": "shared-service", "title": "Identity"},
    ]
    taken = [
        record_event("inheritance", [REF, "housing", f"X.a.{each}", "identity"], {"answer": code})
        for each, code in (("N.1", "never"), ("H.1", "true"))
    ]
    events = (
        *answer_events({"identity/X.a.N.1": "never", "identity/X.a.H.1": "true"}),
        text_event("rationale", "X.a", "One log-in for all.", scope="identity"),
        text_event("evidence", "X.a", "Sign-in policy", scope="identity"),
        *taken,
    )
    framework = make_framework("X Governance\n  X.a system board N.1 H.1")
    made = make_basis(fold([segment(1, *events)]), framework=framework, listed=scopes,
                      themes=make_themes({"X.a": "pipes"}))  # fmt: skip
    (score_,) = made.card.outcomes
    view = outcome_view(made, score_)
    assert view.no_evidence == ""
    for (row,), text in (
        (view.rationales, "One log-in for all."),
        (view.evidence, "Sign-in policy"),
    ):
        assert row.text == text
        assert row.who.endswith(" for Identity")


def test_the_register_says_which_of_several_dates_it_has_and_marks_a_date_that_passed() -> None:
    def named(date: str) -> list[Data]:
        given = text_event("evidence", "X.a", "Leavers", valid_until=date)
        return [
            given,
            *item("a", 1, "X.a", title="Leavers", held="named", valid_until="2026-01-31"),
        ]

    note = "the earliest stands here"
    late = evidence_register(basis(*named("2026-12-31")))
    assert not any(note in each for each in reading.texts(late))
    two = text_event("evidence", "X.a", "Leavers", person="p2", valid_until="2026-01-31")
    made = evidence_register(basis(*named("2026-12-31"), two))
    assert any(note in each for each in reading.texts(made))
    (table,) = (each for each in made.blocks if isinstance(each, Table))
    state, date = table.rows[0][2:4]
    assert state == "not seen yet"
    assert date == Part("31 January 2026: passed", "tag")
