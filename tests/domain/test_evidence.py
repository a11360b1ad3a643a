"""The register of evidence: references, marks, what supports a claim, what shows nothing."""

import datetime

import pytest

from cyberassess.domain.assessment import OutcomeKey, ScopeId
from cyberassess.domain.characters import visible
from cyberassess.domain.record.evidence import (
    Facts,
    Held,
    Mark,
    Register,
    behind_many,
    check_facts,
    named_in,
    register_of,
    same_file,
)
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.numbering import next_number
from cyberassess.domain.record.recorded import State
from cyberassess.domain.sets.framework import OutcomeId
from cyberassess.errors import LedgerError
from tests.domain.builder import (
    GOOD,
    REF,
    TODAY,
    Data,
    answer_events,
    make_framework,
    make_settings,
    make_target,
    make_themes,
    record_event,
    segment,
    text_event,
)

OPENED = datetime.date(2026, 2, 1)


def item(item_id: str = "aaaa1111", number: int = 1, **facts: object) -> Data:
    new = {"title": "Leavers", "shows": "Lists accounts removed", "held": "file"} | facts
    return record_event("evidence-item", [item_id], new | {"number": number})


def verdict(item_id: str, found: str) -> Data:
    return record_event("evidence-item", [item_id, "review"], {"verdict": found, "reason": "R"})


def link(item_id: str, outcome: str = "X.a", scope: str = "organisation", place: str = "") -> Data:
    return record_event("evidence-link", [item_id, REF, scope, outcome], {"place": place})


def key(outcome: str = "X.a", scope: str = "organisation") -> OutcomeKey:
    return OutcomeKey(REF, ScopeId(scope), OutcomeId(outcome))


def state(*events: Data) -> State:
    return fold([segment(1, *events)])


def register(*events: Data) -> Register:
    return register_of(state(*events))


def marks(*events: Data) -> set[Mark]:
    return set(register(*events).items[0].marks(TODAY, OPENED))


def test_an_item_has_its_number_as_reference_and_is_found_by_it() -> None:
    found = register(item(number=14), link("aaaa1111", place="page 4"))
    assert found.items[0].reference == "EV-014"
    assert found.items[0].links[0].place == "page 4"
    for name in ("EV-014", "ev-14", "14", "EV14"):
        assert found.find(name) == found.items, name
    assert found.find("EV-015") == found.find("nonsense") == ()
    assert found.by_id["aaaa1111"] == found.items[0]


def test_branches_that_give_one_number_to_two_documents_lose_neither() -> None:
    first = segment(1)
    left = segment(2, item("aaaa1111", 14), on=[first])
    right = segment(2, item("bbbb2222", 14, title="Policy"), on=[first])
    found = register_of(fold([first, left, right]))
    assert {each.reference for each in found.items} == {"EV-014-aaaa", "EV-014-bbbb"}
    assert len(found.find("EV-014")) == 2
    assert [each.facts.title for each in found.find("ev-014-bbbb")] == ["Policy"]


def test_a_number_is_never_given_twice_even_where_an_item_was_removed() -> None:
    assert next_number(state(), "evidence-item") == 1
    gone = record_event("evidence-item", ["aaaa1111"], None)
    assert next_number(state(item(number=3), gone), "evidence-item") == 4


def test_stale_rejected_unreviewed_and_created_during_are_told_apart() -> None:
    linked = link("aaaa1111")
    fine = item(valid_until="2026-12-31", dated="2026-01-15")
    assert marks(fine, linked, verdict("aaaa1111", "accepted")) == set()
    assert marks(fine, linked) == {Mark.UNREVIEWED}
    assert marks(fine, linked, verdict("aaaa1111", "rejected")) == {Mark.REJECTED}
    stale = item(valid_until="2026-02-28")
    assert marks(stale, linked, verdict("aaaa1111", "accepted")) == {Mark.STALE}
    young = item(valid_until="2026-12-31", dated="2026-02-02")
    assert marks(young, linked, verdict("aaaa1111", "accepted")) == {Mark.CREATED_DURING}
    assert marks(item(held="named", valid_until="2026-12-31")) == {Mark.NOT_SEEN, Mark.UNUSED}
    assert Mark.NO_DATE in marks(item())


def test_on_the_last_day_an_item_is_still_in_date_and_on_the_first_not_created_during() -> None:
    found = register(item(valid_until=TODAY.isoformat(), dated=OPENED.isoformat())).items[0]
    assert found.is_in_date(TODAY)
    assert Mark.CREATED_DURING not in found.marks(TODAY, OPENED)


def test_a_replaced_item_counts_no_more() -> None:
    found = register(
        item(), link("aaaa1111"), item("bbbb2222", 2, replaces="aaaa1111"), link("bbbb2222")
    )
    old, new = found.items
    assert (old.replaced_by, old.counts, new.counts) == ("EV-002", False, True)
    support = found.support([key()])
    assert (support.items, support.set_aside) == ((new,), (old,))


def test_texts_of_workbooks_are_documents_line_by_line() -> None:
    text = "- Leavers\n\n2. The policy of 2025\n  * Export"
    found = list(named_in(state(text_event("evidence", "X.a", text))))
    assert [each.text for each in found] == ["Leavers", "The policy of 2025", "Export"]


def test_a_named_document_is_covered_by_an_item_of_its_name_linked_there() -> None:
    named = text_event("evidence", "X.a", "leavers  \nPolicy", valid_until="2026-12-31")
    found = register(item(), link("aaaa1111"), named)
    assert [each.text for each in found.unregistered] == ["Policy"]
    elsewhere = register(item(), link("aaaa1111", "X.b"), named)
    assert len(elsewhere.unregistered) == 2, "it supports another outcome"
    alias = register(item(known_as=["policy"]), link("aaaa1111"), named)
    assert alias.unregistered == ()


def test_only_rejected_evidence_is_no_evidence() -> None:
    named = text_event("evidence", "X.a", "Leavers", valid_until="2026-12-31")
    found = register(item(), link("aaaa1111"), named, verdict("aaaa1111", "rejected"))
    support = found.support([key()])
    assert not support.is_offered
    assert not support.is_in_date(TODAY)
    assert len(support.set_aside) == 1


def test_a_named_document_is_offered_and_not_seen() -> None:
    support = register(text_event("evidence", "X.a", "Leavers")).support([key()])
    assert (support.is_offered, support.is_seen, support.is_in_date(TODAY)) == (True, False, False)
    seen = register(item(valid_until="2026-12-31"), link("aaaa1111")).support([key()])
    assert (seen.is_offered, seen.is_seen, seen.is_in_date(TODAY)) == (True, True, True)


def confidence(*events: Data) -> tuple[int, int, int, int]:
    from cyberassess.domain.result.scoring import score

    framework = make_framework()
    found = score(
        {framework.ref: framework},
        make_settings(),
        state(*answer_events(GOOD), *events),
        targets={framework.ref: make_target({})},
        themes=make_themes({"X.a": "pipes"}),
        on=TODAY,
    ).confidence
    return found.claims, found.evidenced, found.seen, found.in_date


def test_confidence_counts_items_and_documents_that_were_named() -> None:
    assert confidence() == (1, 0, 0, 0)
    named = text_event("evidence", "X.a", "Leavers", valid_until="2026-12-31")
    assert confidence(named) == (1, 1, 0, 1)
    seen = (item(valid_until="2026-02-01"), link("aaaa1111"))
    assert confidence(*seen) == (1, 1, 1, 0)
    assert confidence(*seen, named) == (1, 1, 1, 0), "the item stands for what was named"
    assert confidence(*seen, verdict("aaaa1111", "rejected")) == (1, 0, 0, 0)


def test_evidence_of_a_shared_service_counts_where_its_answers_were_confirmed() -> None:
    from cyberassess.domain.result.scoring import determine
    from tests.domain.builder import make_framework as made

    framework = made("X Governance\n  X.a system board N.1 H.1")
    scopes = [
        {"id": "housing", "kind": "system", "title": "Housing", "inherits": ["identity"]},
        {"id": "identity", "kind": "shared-service", "title": "Identity"},
    ]
    settings = make_settings(scopes=scopes)
    given = answer_events({"identity/X.a.N.1": "never", "identity/X.a.H.1": "true"})
    confirmed = [
        record_event("inheritance", [REF, "housing", f"X.a.{each}", "identity"], {"answer": code})
        for each, code in (("N.1", "never"), ("H.1", "true"))
    ]
    shown = (item(), link("aaaa1111", scope="identity"))
    before, after = state(*given, *shown), state(*given, *confirmed, *shown)
    (loose,), (score,) = (determine(framework, settings, each) for each in (before, after))
    assert not register_of(before).support(loose.evidence_places).is_offered
    assert len(register_of(after).support(score.evidence_places).items) == 1


@pytest.mark.parametrize(
    "shows",
    ["", "   ", "see attached", "See attached file.", "n/a", "as above", "Evidence", "tbc",
     "please see the attached document", "Policy", "yes it is"],
)  # fmt: skip
def test_what_shows_nothing_is_refused(shows: str) -> None:
    codes = [each.code for each in check_facts(Facts(shows=shows), Held.FILE)]
    assert codes == ["shows-nothing"]


def test_what_shows_something_is_taken() -> None:
    assert check_facts(Facts(shows="Lists accounts removed in March"), Held.FILE) == []
    assert check_facts(Facts(), Held.NAMED) == []


@pytest.mark.parametrize(
    ("facts", "held", "code", "where"),
    [
        (Facts(shows="Lists all leavers", copy="Copie"), Held.FILE, "not-allowed", "--copy"),
        (Facts(shows="Lists all leavers", source_type="x"), Held.FILE, "not-allowed",
         "--source-type"),
        (Facts(shows="Lists all leavers", dated="2026-02-30"), Held.FILE, "not-a-date", "--dated"),
        (Facts(shows="Lists all leavers", valid_until="soon"), Held.FILE, "not-a-date",
         "--valid-until"),
        (Facts(shows="Lists all leavers", title="x" * 2001), Held.FILE, "too-long", "--title"),
        (Facts(shows="Lists all leavers", sighted_on="2026-02-02", sighted_by="Kim"),
         Held.SIGHTED, "sighting-incomplete", "--sighted-at"),
        (Facts(shows="Lists all leavers", link="https://a.example", sighted_by="Kim"),
         Held.SIGHTED, "sighting-incomplete", "--sighted-on"),
    ],
)  # fmt: skip
def test_facts_that_cannot_be_recorded_are_named(
    facts: Facts, held: Held, code: str, where: str
) -> None:
    found = check_facts(facts, held)
    assert [(each.code, each.where) for each in found] == [(code, where)]


def test_missing_facts_are_asked_for_only_of_what_was_seen() -> None:
    seen, named = register(item(author="Kim"), item("bbbb2222", 2, held="named")).items
    assert "author" not in seen.missing
    assert "owner" in seen.missing
    assert named.missing == ()


def test_one_document_behind_many_claims_and_one_file_twice_are_shown() -> None:
    many = [link("aaaa1111", f"X.{each}") for each in "abcde"]
    found = register(item(sha256="f" * 64), item("bbbb2222", 2, sha256="f" * 64), *many)
    assert [each.reference for each in behind_many(found)] == ["EV-001"]
    assert [[each.reference for each in group] for group in same_file(found)] == [
        ["EV-001", "EV-002"]
    ]


def test_characters_that_hide_or_turn_a_name_are_shown_as_numbers() -> None:
    assert visible("invoice\u202efdp.exe") == "invoice[U+202E]fdp.exe"
    assert visible("a\nb") == "a[U+000A]b"
    assert visible("Übersicht 2026.pdf") == "Übersicht 2026.pdf"


def test_an_unknown_way_of_holding_does_no_harm_and_a_link_has_four_parts() -> None:
    assert register(item(held="borrowed")).items[0].held is Held.NAMED
    with pytest.raises(LedgerError, match='"key" has 1 parts instead of 4'):
        register(record_event("evidence-link", ["aaaa1111"], {"place": ""}))
