"""A version is approved while nothing that a document shows has changed since."""

from cyberassess.domain.record.approval import (
    OpenKind,
    OpenPoint,
    approvals_of,
    fingerprint,
    speaks,
    version_of,
)
from cyberassess.domain.record.hashes import text_field
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.segment import Segment
from tests.domain.builder import answer_event, record_event, segment

SETTINGS = {"organisation": "Northport Council"}
FIRST = segment(1, answer_event("B2.a.H.1", "true"))


def approve(version: int, fingerprint_: str, on: Segment) -> Segment:
    fields = {"name": text_field("Ada Moss", "salt"), "role": "SIRO", "fingerprint": fingerprint_}
    event = record_event("approval", (str(version),), fields)
    return segment(on.sequence + 1, event, on=[on])


def test_a_state_nobody_approved_is_a_draft_of_version_one() -> None:
    found = version_of(fold([FIRST]), fingerprint([FIRST], SETTINGS))
    assert (found.number, found.is_draft, found.approval) == (1, True, None)


def test_an_approval_does_not_change_the_fingerprint_it_approves() -> None:
    print_ = fingerprint([FIRST], SETTINGS)
    signed = approve(1, print_, FIRST)
    assert fingerprint([FIRST, signed], SETTINGS) == print_
    found = version_of(fold([FIRST, signed]), print_)
    assert not found.is_draft
    assert found.approval is not None
    assert (found.number, found.approval.name, found.approval.role) == (1, "Ada Moss", "SIRO")
    assert found.approval.segment == signed.hash


def test_a_later_answer_makes_a_draft_of_the_next_version() -> None:
    signed = approve(1, fingerprint([FIRST], SETTINGS), FIRST)
    later = segment(3, answer_event("B2.a.H.1", "not-true"), on=[signed])
    segments = [FIRST, signed, later]
    found = version_of(fold(segments), fingerprint(segments, SETTINGS))
    assert (found.number, found.is_draft) == (2, True)


def test_sending_a_questionnaire_changes_nothing() -> None:
    event = {
        "type": "sent",
        "person": "p2",
        "name": text_field("a.xlsx", "s"),
        "serial": 1,
        "head": "",
        "questions": 3,
    }
    sent = segment(2, event, on=[FIRST])
    assert not speaks(sent)
    assert speaks(FIRST)
    assert speaks(segment(1))
    assert fingerprint([FIRST, sent], SETTINGS) == fingerprint([FIRST], SETTINGS)


def test_changed_settings_change_the_fingerprint() -> None:
    other = {"organisation": "Southport Council"}
    assert fingerprint([FIRST], SETTINGS) != fingerprint([FIRST], other)


def test_redacting_a_text_leaves_the_fingerprint() -> None:
    whole = text_field("Only Sam knows", "salt")
    kept = segment(1, record_event("action", ("A1",), {"title": whole}))
    bare = {"title": {"digest": whole["digest"]}}
    redacted = segment(1, record_event("action", ("A1",), bare))
    assert fingerprint([kept], SETTINGS) == fingerprint([redacted], SETTINGS)


def test_versions_stand_in_order() -> None:
    one = approve(1, "a", FIRST)
    two = approve(2, "b", one)
    odd = segment(4, record_event("approval", ("x",), {"name": "", "fingerprint": ""}), on=[two])
    found = approvals_of(fold([FIRST, one, two, odd]))
    assert [each.version for each in found] == [0, 1, 2]
    assert version_of(fold([FIRST, one, two]), "c").number == 3


def test_what_is_not_known_needs_a_reason_and_what_is_not_done_does_not() -> None:
    wanting = {each for each in OpenKind if OpenPoint(each, 1, 2).needs_reason}
    assert wanting == set(OpenKind) - {OpenKind.GAPS, OpenKind.RETURNS}
