"""The fold: what follows from a history, branched or not, and what its hashes protect."""

import itertools

import pytest

from cyberassess.domain.assessment import OutcomeKey, PersonId, ScopeId
from cyberassess.domain.record.hashes import assessment_id, text_field
from cyberassess.domain.record.ledger import Fold, fold
from cyberassess.domain.record.recorded import Given, Source, State
from cyberassess.domain.record.segment import Segment, heads_of, in_order, up_to
from cyberassess.domain.sets.framework import OutcomeId
from cyberassess.errors import LedgerError
from tests.domain.builder import REF, Data, answer_event, key, segment, text_event

OUTCOME = OutcomeKey(REF, ScopeId("organisation"), OutcomeId("X.a"))


def answers(state: State, indicator: str = "X.a.H.1") -> list[tuple[str, str, str]]:
    given: tuple[Given, ...] = state.answers.get(key(indicator), ())
    return [(each.person, each.answer, each.reason) for each in given]


def settings_event(**changes: object) -> Data:
    listed = [{"key": each, "old": None, "new": new} for each, new in changes.items()]
    return {"type": "settings", "changes": listed}


def resolution_event(new: str, *settled: tuple[str, str]) -> Data:
    event: Data = {"type": "resolution", "framework": REF, "scope": "organisation"}
    event |= {"indicator": "X.a.H.1", "new": new, "reason": text_field("We looked.", "salt")}
    return event | {"settled": [list(each) for each in settled]}


def claim_event(level: str | None, tool: str = "WebCAF", **more: object) -> Data:
    event: Data = {"type": "claim", "framework": REF, "scope": "organisation", "outcome": "X.a"}
    return event | {"tool": tool, "level": level} | more


# One history after another


def test_nothing_gives_an_empty_state() -> None:
    state = fold([])
    assert (state.assessment, state.heads, state.events) == ("", (), 0)
    assert not state.is_branched
    assert not state.answers


def test_the_same_persons_newer_answer_replaces_and_is_listed() -> None:
    first = segment(1, answer_event("X.a.H.1", "true"))
    second = segment(2, answer_event("X.a.H.1", "not-true", old="true"), on=[first])
    state = fold([first, second])
    assert answers(state) == [("p1", "not-true", "")]
    assert [(each.old, each.event.new) for each in state.history[key("X.a.H.1")]] == [
        (None, "true"),
        ("true", "not-true"),
    ]
    assert state.branched == ()
    assert state.events == 2


def test_a_later_line_of_one_segment_replaces_an_earlier_one() -> None:
    both = segment(1, answer_event("X.a.H.1", "true"), answer_event("X.a.H.1", "not-true"))
    assert answers(fold([both])) == [("p1", "not-true", "")]


def test_a_new_reason_replaces_the_old_one() -> None:
    first = segment(1, answer_event("X.a.H.1", "other-means", reason="By hand."))
    second = segment(2, answer_event("X.a.H.1", "other-means", reason="By robot."), on=[first])
    assert answers(fold([first, second])) == [("p1", "other-means", "By robot.")]


def test_a_withdrawn_answer_is_gone_but_its_history_stays() -> None:
    first = segment(1, answer_event("X.a.H.1", "true"))
    second = segment(2, answer_event("X.a.H.1", None, old="true"), on=[first])
    state = fold([first, second])
    assert key("X.a.H.1") not in state.answers
    assert [each.event.new for each in state.history[key("X.a.H.1")]] == ["true", None]
    again = segment(3, answer_event("X.a.H.1", "not-true"), on=[second])
    assert answers(fold([first, second, again])) == [("p1", "not-true", "")]


def test_two_people_never_replace_each_other() -> None:
    first = segment(1, answer_event("X.a.H.1", "true"))
    second = segment(2, answer_event("X.a.H.1", "not-true", person="p2"), on=[first])
    state = fold([first, second])
    assert answers(state) == [("p1", "true", ""), ("p2", "not-true", "")]
    assert state.branched == ()


def test_scopes_and_statements_are_kept_apart() -> None:
    state = fold(
        [
            segment(
                1,
                answer_event("X.a.H.1", "true"),
                answer_event("X.a.H.1", "not-true", scope="housing"),
                answer_event("X.a.H.2", "dont-know"),
            )
        ]
    )
    assert {where: each[0].answer for where, each in state.answers.items()} == {
        key("X.a.H.1"): "true",
        key("X.a.H.1", "housing"): "not-true",
        key("X.a.H.2"): "dont-know",
    }


def test_an_answer_beside_keeps_the_earlier_one() -> None:
    """Two files of one person with the same serial and time are ties, and ties are conflicts."""
    first = segment(1, answer_event("X.a.H.1", "true"))
    second = segment(2, answer_event("X.a.H.1", "not-true", beside=True), on=[first])
    state = fold([first, second])
    assert answers(state) == [("p1", "true", ""), ("p1", "not-true", "")]
    third = segment(3, answer_event("X.a.H.1", "not-true"), on=[second])
    assert answers(fold([first, second, third])) == [("p1", "not-true", "")]


def test_an_equal_answer_beside_is_one_answer() -> None:
    first = segment(1, answer_event("X.a.H.1", "true"))
    second = segment(2, answer_event("X.a.H.1", "true", beside=True), on=[first])
    assert answers(fold([first, second])) == [("p1", "true", "")]


def test_texts_of_several_people_stand_together() -> None:
    state = fold(
        [
            segment(
                1,
                text_event("rationale", "X.a", "We do."),
                text_event("rationale", "X.a", "So do we.", person="p2"),
                text_event("evidence", "X.a", "The register", valid_until="2026-09-30"),
            )
        ]
    )
    assert [(e.person, e.text) for e in state.rationales[OUTCOME]] == [
        ("p1", "We do."),
        ("p2", "So do we."),
    ]
    assert state.evidence[OUTCOME][0].valid_until == "2026-09-30"
    assert state.branched == ()


def test_a_text_is_replaced_and_taken_back_by_its_author() -> None:
    first = segment(1, text_event("rationale", "X.a", "We do."))
    second = segment(2, text_event("rationale", "X.a", "We did."), on=[first])
    third = segment(3, text_event("rationale", "X.a", None), on=[second])
    assert [e.text for e in fold([first, second]).rationales[OUTCOME]] == ["We did."]
    assert OUTCOME not in fold([first, second, third]).rationales


def test_a_resolution_remembers_the_answers_it_settled() -> None:
    state = fold([segment(1, resolution_event("true", ("p1", "true"), ("p2", "not-true")))])
    found = state.resolutions[key("X.a.H.1")]
    assert (found.answer, found.reason) == ("true", "We looked.")
    assert found.settled == {("p1", "true"), ("p2", "not-true")}


def test_a_newer_resolution_replaces_an_older_one() -> None:
    first = segment(1, resolution_event("true", ("p1", "true"), ("p2", "not-true")))
    second = segment(
        2, resolution_event("not-true", ("p1", "true"), ("p2", "not-true")), on=[first]
    )
    assert fold([first, second]).resolutions[key("X.a.H.1")].answer == "not-true"


def test_another_tools_status_stands_beside_ours() -> None:
    first = segment(1, claim_event("high"), claim_event(None, "Sheet", comment=None))
    second = segment(2, claim_event("low", confirmed="yes"), on=[first])
    found = fold([first, second]).claims[OUTCOME]
    assert {(e.tool, e.level, e.confirmed) for e in found} == {
        ("WebCAF", "low", "yes"),
        ("Sheet", None, ""),
    }


def test_people_met_files_sent_and_files_received_are_listed() -> None:
    name = text_field("Kim Lee", "salt")
    redacted: Data = {"digest": name["digest"]}
    counts: Data = {"stored": 3, "problems": 1, "accepted": True}
    state = fold(
        [
            segment(
                1,
                {"type": "met", "person": "p7", "name": name},
                {"type": "met", "person": "p8", "name": redacted},
                {"type": "sent", "person": "p7", "name": text_field("Q.xlsx", "s")}
                | {"serial": 2, "head": "abc", "questions": 9},
                {"type": "received", "person": "p7", "name": text_field("Q.xlsx", "s")}
                | {"serial": 2, "sha256": "f" * 64}
                | counts,
            )
        ]
    )
    assert [(e.id, e.name) for e in state.met.values()] == [("p7", "Kim Lee"), ("p8", "p8")]
    assert [(e.person, e.name, e.serial, e.questions) for e in state.sent] == [
        ("p7", "Q.xlsx", 2, 9)
    ]
    assert [(e.sha256[:2], e.accepted, e.stored, e.problems) for e in state.received] == [
        ("ff", True, 3, 1)
    ]


def test_people_are_met_once_under_one_id() -> None:
    first = segment(1, {"type": "met", "person": "p7", "name": text_field("Kim", "s")})
    second = segment(
        2, {"type": "met", "person": "p7", "name": text_field("Kim Lee", "s")}, on=[first]
    )
    assert fold([first, second]).met[PersonId("p7")].name == "Kim Lee"


def test_the_last_recorded_settings_count() -> None:
    first = segment(1, settings_event(period="2026", officer=text_field("Sam Reid", "s")))
    second = segment(2, settings_event(period="2027", gone={"digest": "d"}), on=[first])
    assert fold([first, second]).settings == {
        "period": "2027",
        "officer": "Sam Reid",
        "gone": None,
    }


def test_the_assessments_id_is_the_hash_of_the_first_random_value() -> None:
    assert fold([segment(1, seed="random")]).assessment == assessment_id("random")
    assert len(assessment_id("random")) == 64


def test_an_events_own_time_goes_before_its_segments() -> None:
    state = fold(
        [
            segment(
                3,
                answer_event("X.a.H.1", "true", time="2026-03-01T10:00:00Z"),
                answer_event("X.a.H.2", "true", source={"kind": "prompt"}),
            )
        ]
    )
    early, late = state.answers[key("X.a.H.2")][0], state.answers[key("X.a.H.1")][0]
    assert (early.origin.time, early.origin.line) == ("2026-03-01T09:03:00Z", 3)
    assert (late.origin.time, late.origin.line) == ("2026-03-01T10:00:00Z", 2)
    assert (late.origin.actor, late.origin.command) == ("p1", "test")
    assert early.source == Source("prompt")
    assert late.source == Source("command")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (Source("workbook", name="Q.xlsx", sheet="B2", cell="D14"), "Q.xlsx, B2, cell D14"),
        (Source("import", name="caf.json", place="line 7"), "caf.json, line 7"),
        (Source("prompt"), "at the prompt"),
        (Source("command", name="resolve"), "with the command resolve"),
        (Source("command"), "command"),
    ],
)
def test_a_source_is_said_as_people_would(source: Source, words: str) -> None:
    assert str(source) == words


def test_a_source_is_written_without_empty_fields() -> None:
    assert Source("workbook", cell="D14").as_json() == {"kind": "workbook", "cell": "D14"}


# Branches


def branches(left: Data, right: Data, *before: Data) -> tuple[Segment, Segment, Segment]:
    start = segment(1, *before)
    return start, segment(2, left, on=[start]), segment(2, right, on=[start])


def test_two_segments_on_one_parent_are_two_heads() -> None:
    start, left, right = branches(answer_event("X.a.H.1", "true"), answer_event("X.a.H.2", "true"))
    state = fold([start, left, right])
    assert set(state.heads) == {left.hash, right.hash}
    assert state.is_branched
    assert {each.hash for each in heads_of([start, left, right])} == set(state.heads)
    assert state.branched == ()


def test_one_answer_changed_differently_on_two_branches_is_kept_twice_and_named() -> None:
    history = branches(
        answer_event("X.a.H.1", "true", old="dont-know"),
        answer_event("X.a.H.1", "not-true", old="dont-know"),
        answer_event("X.a.H.1", "dont-know"),
    )
    state = fold(history)
    assert {each[1] for each in answers(state)} == {"true", "not-true"}
    assert state.branched == ("p1's answer to X.a.H.1 in organisation",)


def test_a_reason_changed_differently_is_kept_twice_and_named() -> None:
    state = fold(
        branches(
            answer_event("X.a.H.1", "other-means", reason="By hand."),
            answer_event("X.a.H.1", "other-means", reason="By robot."),
        )
    )
    assert {each[2] for each in answers(state)} == {"By hand.", "By robot."}
    assert len(state.branched) == 1


def test_the_same_change_on_both_branches_is_one_answer() -> None:
    state = fold(
        branches(
            answer_event("X.a.H.1", "true", time="2026-03-01T10:00:00Z"),
            answer_event("X.a.H.1", "true", time="2026-03-01T11:00:00Z"),
        )
    )
    assert answers(state) == [("p1", "true", "")]
    assert state.branched == ()


def test_an_answer_withdrawn_on_one_branch_and_changed_on_the_other_is_named() -> None:
    state = fold(
        branches(
            answer_event("X.a.H.1", None, old="true"),
            answer_event("X.a.H.1", "not-true", old="true"),
            answer_event("X.a.H.1", "true"),
        )
    )
    assert answers(state) == [("p1", "not-true", "")]
    assert state.branched == ("p1's answer to X.a.H.1 in organisation",)


def test_an_answer_one_branch_left_alone_takes_the_others_change() -> None:
    state = fold(
        branches(
            answer_event("X.a.H.1", "not-true", old="true"),
            answer_event("X.a.H.2", "true"),
            answer_event("X.a.H.1", "true"),
        )
    )
    assert answers(state) == [("p1", "not-true", "")]
    assert state.branched == ()


def test_a_merge_is_one_head_and_drops_nothing() -> None:
    start, left, right = branches(
        answer_event("X.a.H.1", "true"), answer_event("X.a.H.1", "not-true")
    )
    merge = segment(3, on=[left, right])
    state = fold([start, left, right, merge])
    assert state.heads == (merge.hash,)
    assert not state.is_branched
    assert len(answers(state)) == 2
    after = segment(4, answer_event("X.a.H.1", "true"), on=[merge])
    settled = fold([start, left, right, merge, after])
    assert answers(settled) == [("p1", "true", "")]
    assert settled.branched == ()


def test_a_newer_answer_on_one_branch_does_not_hide_the_other_branch() -> None:
    start, left, right = branches(
        answer_event("X.a.H.1", "true"), answer_event("X.a.H.1", "not-true")
    )
    later = segment(3, answer_event("X.a.H.1", "dont-know"), on=[left])
    assert {each[1] for each in answers(fold([start, left, right, later]))} == {
        "not-true",
        "dont-know",
    }


@pytest.mark.parametrize("kind", ["rationale", "evidence"])
def test_a_text_changed_differently_on_two_branches_is_kept_twice_and_named(kind: str) -> None:
    state = fold(branches(text_event(kind, "X.a", "One."), text_event(kind, "X.a", "Two.")))
    texts = state.rationales if kind == "rationale" else state.evidence
    assert {each.text for each in texts[OUTCOME]} == {"One.", "Two."}
    words = "explanation of" if kind == "rationale" else "evidence for"
    assert state.branched == (f"p1's {words} X.a in organisation",)


def test_the_same_text_on_both_branches_is_one_text() -> None:
    state = fold(
        branches(text_event("rationale", "X.a", "One."), text_event("rationale", "X.a", "One."))
    )
    assert [each.text for each in state.rationales[OUTCOME]] == ["One."]
    assert state.branched == ()


def test_evidence_dated_differently_on_two_branches_is_named() -> None:
    """A key changed differently on two branches is a conflict (DESIGN, section 3)."""
    state = fold(
        branches(
            text_event("evidence", "X.a", "The register", valid_until="2026-01-31"),
            text_event("evidence", "X.a", "The register", valid_until="2027-01-31"),
        )
    )
    assert {each.valid_until for each in state.evidence[OUTCOME]} == {"2026-01-31", "2027-01-31"}
    assert len(state.branched) == 1


def test_settings_changed_differently_on_two_branches_are_named() -> None:
    """A key changed differently on two branches is a conflict, whoever changed it."""
    state = fold(branches(settings_event(due="2026-06-30"), settings_event(due="2026-07-31")))
    assert len(state.branched) == 1
    assert "due" in state.branched[0]


def test_conflicts_settled_differently_on_two_branches_are_open_again_and_named() -> None:
    settled = (("p1", "true"), ("p2", "not-true"))
    state = fold(
        branches(resolution_event("true", *settled), resolution_event("not-true", *settled))
    )
    assert not state.resolutions
    assert len(state.branched) == 1


def test_conflicts_settled_alike_on_two_branches_are_settled() -> None:
    settled = (("p1", "true"), ("p2", "not-true"))
    state = fold(branches(resolution_event("true", *settled), resolution_event("true", *settled)))
    assert state.resolutions[key("X.a.H.1")].answer == "true"
    assert state.branched == ()


def test_another_tools_status_that_differs_on_two_branches_is_kept_twice_and_named() -> None:
    state = fold(branches(claim_event("high"), claim_event("low")))
    assert {each.level for each in state.claims[OUTCOME]} == {"high", "low"}
    assert len(state.branched) == 1


def test_the_same_status_on_both_branches_is_one_status() -> None:
    state = fold(branches(claim_event("high"), claim_event("high", time="2026-03-02T09:00:00Z")))
    assert [each.level for each in state.claims[OUTCOME]] == ["high"]


def test_the_order_segments_come_in_does_not_matter() -> None:
    start, left, right = branches(
        answer_event("X.a.H.1", "true"),
        answer_event("X.a.H.1", "not-true"),
        text_event("rationale", "X.a", "We do."),
        settings_event(period="2026"),
    )
    merge = segment(3, claim_event("high"), on=[left, right])
    history = [start, left, right, merge]
    states = [fold(each) for each in itertools.permutations(history)]
    assert all(state == states[0] for state in states)
    assert in_order(reversed(history)) == in_order(history)


def test_a_fold_that_grows_is_the_fold_of_all_and_leaves_earlier_states_alone() -> None:
    start, left, right = branches(
        answer_event("X.a.H.1", "true"),
        {"type": "met", "person": "met-1", "name": text_field("Kim", "00")},
        settings_event(period="2026"),
    )
    merge = segment(3, answer_event("X.a.H.1", "not-true"), on=[left, right])
    history = in_order([start, left, right, merge])
    growing = Fold([start])
    states = [growing.state()]
    for each in history[1:]:
        growing.add(each)
        states.append(growing.state())
    assert states == [fold(history[:count]) for count in (1, 2, 3, 4)]


def test_an_open_segment_counts_and_is_a_head() -> None:
    first = segment(1, answer_event("X.a.H.1", "true"))
    still = segment(2, answer_event("X.a.H.1", "not-true"), on=[first], is_open=True)
    state = fold([still, first])
    assert answers(state) == [("p1", "not-true", "")]
    assert state.heads == (still.name,)
    assert still.key == still.name
    assert first.key == first.hash


# What cannot be read


def test_a_missing_parent_is_named() -> None:
    first = segment(124, answer_event("X.a.H.1", "true"))
    second = segment(125, on=[first])
    third = segment(126, on=[second])
    with pytest.raises(LedgerError) as caught:
        fold([first, third])
    (problem,) = caught.value.problems
    assert problem.code == "segment-missing"
    assert problem.where == f"ledger/{third.name}"
    assert f"000125-{second.hash[:8]}" in problem.message
    assert "syncing" in problem.hint
    with pytest.raises(LedgerError, match="has not arrived"):
        heads_of([third])


def test_every_missing_parent_is_named() -> None:
    start, left, right = branches(
        answer_event("X.a.H.1", "true"), answer_event("X.a.H.1", "not-true")
    )
    merge = segment(3, on=[left, right])
    with pytest.raises(LedgerError) as caught:
        fold([start, merge])
    assert len(caught.value.problems) == 2


def test_a_segment_numbered_before_its_parent_stops_the_fold() -> None:
    first = segment(2, answer_event("X.a.H.1", "true"))
    second = segment(1, answer_event("X.a.H.1", "not-true"), on=[first])
    try:
        state = fold([first, second])
    except LedgerError as caught:
        assert second.name in str(caught)  # noqa: PT017 - either outcome is right
    else:
        assert answers(state) == [("p1", "not-true", "")]


def test_an_unknown_kind_of_event_is_a_newer_version() -> None:
    newer = segment(7, answer_event("X.a.H.1", "true"), {"type": "confetti"})
    with pytest.raises(LedgerError, match='kind "confetti" is not known') as caught:
        fold([newer])
    (problem,) = caught.value.problems
    assert problem.code == "event-unknown"
    assert problem.where == f"ledger/{newer.name}, line 3"
    assert "update cyberassess" in problem.hint


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": "answer"},
        {"type": "answer", "framework": REF, "scope": "s", "indicator": "i", "person": "p"},
        answer_event("X.a.H.1", "true", source={"kind": "workbook", "row": 4}),
        answer_event("X.a.H.1", "true", source="workbook"),
        {"type": "resolution"} | resolution_event("true") | {"settled": ["p1 said true"]},
        {"type": "settings", "changes": [{"key": "due"}]},
        {"type": "sent", "person": "p", "name": {}, "serial": "two", "head": "", "questions": 1},
        {"type": "settings", "changes": 5},
    ],
    ids=[
        "no-type",
        "no-key",
        "no-new",
        "unknown-source-field",
        "source-is-text",
        "settled-is-flat",
        "no-new-setting",
        "serial-is-text",
        "changes-is-a-number",
    ],
)
def test_an_event_that_cannot_be_read_is_named_by_file_and_line(event: Data) -> None:
    damaged = segment(4, answer_event("X.a.H.1", "true"), event)
    with pytest.raises(LedgerError, match="cannot be read") as caught:
        fold([damaged])
    (problem,) = caught.value.problems
    assert problem.code == "event-unreadable"
    assert problem.where == f"ledger/{damaged.name}, line 3"
    assert "Nothing was changed" in problem.hint


# Going back


def test_up_to_gives_a_head_and_all_it_was_written_on() -> None:
    start, left, right = branches(
        answer_event("X.a.H.1", "true"), answer_event("X.a.H.1", "not-true")
    )
    merge = segment(3, on=[left, right])
    history = [start, left, right, merge]
    assert up_to(history, left.hash) == [start, left]
    assert up_to(history, merge.hash) == history
    assert up_to(history, "f" * 64) is None


def test_up_to_shows_what_a_person_had_answered_then() -> None:
    first = segment(1, answer_event("X.a.H.1", "true"))
    second = segment(2, answer_event("X.a.H.1", "not-true"), on=[first])
    then = up_to([second, first], first.hash)
    assert then is not None
    assert answers(fold(then)) == [("p1", "true", "")]


def test_up_to_leaves_a_gap_to_the_fold() -> None:
    first = segment(1)
    second = segment(2, on=[first])
    found = up_to([second], second.hash)
    assert found == [second]
    with pytest.raises(LedgerError, match="has not arrived"):
        fold(found)
