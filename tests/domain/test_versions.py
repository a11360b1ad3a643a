"""Another version of a set this year: what counts is what somebody said of the same statement."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from cyberassess.domain.assessment import OutcomeKey, ScopeId, StatementKey
from cyberassess.domain.record.hashes import Json
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.recorded import State
from cyberassess.domain.record.segment import Segment
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId, OutcomeId
from tests.domain.builder import segment

OLD, NEW = FrameworkRef("made@1"), FrameworkRef("made@2")
ALIKE = {"A.1": "A.2", "B.1": "A.1"}
"""By the statement of before: an id of both may be two questions."""
AGAIN = {"C.1": "C.1"}

Data = dict[str, Json]


def answered(version: str, statement: str, person: str, code: str) -> Data:
    return {
        "type": "answer", "framework": version, "scope": "organisation", "indicator": statement,
        "person": person, "new": code or None,
    }  # fmt: skip


def changed(before: str, after: str, **more: Json) -> list[Data]:
    """Give what is written where one version takes another's place."""

    def turned(links: dict[str, str]) -> Json:
        found = links if after == NEW else {other: one for one, other in links.items()}
        return {one: [other] for one, other in found.items()}

    said: Data = {"revision": "1", "sha256": "0" * 64, "again": turned(AGAIN)}
    said |= {"statements": turned(ALIKE), "outcomes": {"O.1": ["O.1", "O.2"], "O.2": ["O.2"]}}
    said |= {"explained": {"O.1": ["O.1"]}, "whole": {"O.1": ["O.1"]}, "topics": {}} | more
    changes: list[Json] = [
        {"key": f"frameworks[{before}].id", "old": "made", "new": None},
        {"key": f"frameworks[{after}].id", "old": None, "new": "made"},
    ]
    return [
        {"type": "settings", "changes": changes},
        {"type": "set-version", "key": [before, after], "new": said},
    ]


def chain(*steps: list[Data]) -> list[Segment]:
    found: list[Segment] = []
    for number, events in enumerate(steps, start=1):
        found.append(segment(number, *events, on=found[-1:]))
    return found


SAYING = some.tuples(
    some.sampled_from([OLD, NEW]),
    some.sampled_from(["A.1", "A.2", "B.1", "C.1"]),
    some.sampled_from(["p1", "p2"]),
    some.sampled_from(["yes", "no", ""]),
)


@settings(max_examples=150, deadline=None)
@given(some.lists(some.one_of(SAYING, some.just("change")), max_size=14))
@example([(OLD, "A.1", "p1", "yes"), "change", (NEW, "A.2", "p1", "no"), "change"])
@example([(OLD, "A.1", "p1", "yes"), "change", (OLD, "A.1", "p1", "no")])
@example([(OLD, "C.1", "p1", "yes"), "change", (NEW, "C.1", "p1", "no"), "change", "change"])
def test_what_counts_is_what_its_person_said_last_of_the_same_statement(
    steps: list[tuple[FrameworkRef, str, str, str] | str],
) -> None:
    """However often versions change, and whichever version a workbook was made for."""
    used, written, last = OLD, list[list[Data]](), dict[tuple[str, str], str]()
    linked = False
    for step in steps:
        if isinstance(step, str):
            other = NEW if used == OLD else OLD
            written.append(changed(used, other))
            used, linked = other, True
        elif linked or step[0] == OLD:
            version, statement, person, code = step
            written.append([answered(*step)])
            one = f"{version} {statement}"
            for old, new in ALIKE.items():
                if linked and one in (f"{OLD} {old}", f"{NEW} {new}"):
                    # NOTE: before anybody went back nothing said of the new stands for the old
                    last[f"{OLD} {old}", person] = last[f"{NEW} {new}", person] = code
            last[one, person] = code
            if not linked and version == OLD and statement in ALIKE:
                last[f"{NEW} {ALIKE[statement]}", person] = code
    state = fold(chain(*written)) if written else None
    counting = {
        (f"{key.framework} {key.indicator}", each.person): each.answer
        for key, given in (state.answers.items() if state else ())
        for each in given
    }
    assert counting == {
        key: code for key, code in last.items() if code and key[0].startswith(used)
    }
    assert not state or not state.differing


def about(version: FrameworkRef, outcome: str) -> OutcomeKey:
    return OutcomeKey(version, ScopeId("organisation"), OutcomeId(outcome))


def link(version: str, outcome: str, *, is_removed: bool = False) -> Data:
    new: Json = None if is_removed else {}
    return {
        "type": "evidence-link", "key": ["e1", version, "organisation", outcome], "new": new
    }  # fmt: skip


def test_a_document_supports_what_follows_and_no_more_than_before_when_somebody_goes_back() -> (
    None
):
    there = fold(chain([link(OLD, "O.1")], changed(OLD, NEW)))
    assert [each.key[3] for each in there.register("evidence-link")] == ["O.1", "O.2"]
    back = fold(chain([link(OLD, "O.1")], changed(OLD, NEW), changed(NEW, OLD)))
    assert [each.key[1:] for each in back.register("evidence-link")] == [
        (OLD, "organisation", "O.1")
    ]


def test_a_document_named_after_somebody_went_back_supports_what_was_named() -> None:
    state = fold(chain(changed(OLD, NEW), changed(NEW, OLD), [link(OLD, "O.1")]))
    assert [each.key[3] for each in state.register("evidence-link")] == ["O.1"]


def test_an_answer_the_other_version_does_not_offer_counts_when_somebody_goes_back() -> None:
    odd = {"A.1": ["partly"]}
    way = [changed(OLD, NEW, answers=odd), changed(NEW, OLD)]
    state = fold(chain([answered(OLD, "A.1", "p1", "partly")], *way))
    ((key, given),) = state.answers.items()
    assert (key.indicator, [each.answer for each in given]) == ("A.1", ["partly"])
    assert not state.asked_again
    forth = fold(chain([answered(OLD, "A.1", "p1", "partly")], *way, *way[:1]))
    assert not forth.answers
    assert [each.indicator for each in forth.asked_again] == ["A.2"]


def test_what_came_back_for_the_version_before_on_another_copy_stands_too() -> None:
    (first,) = chain([answered(OLD, "A.1", "p1", "yes")])
    one = segment(2, *changed(OLD, NEW), on=[first])
    other = segment(3, answered(OLD, "A.1", "p1", "no"), on=[first])
    joined = segment(4, answered(OLD, "B.1", "p2", "yes"), on=[one, other])
    state = fold([first, one, other, joined])
    key = StatementKey(NEW, ScopeId("organisation"), IndicatorId("A.2"))
    assert [each.answer for each in state.answers[key]] == ["no"]
    assert not state.differing


def merged(before: list[Data], *others: list[Data]) -> list[State]:
    """Give what two copies come to, with either of them first."""
    found: list[State] = []
    (first,) = chain(before)
    for numbers in ((2, 3), (3, 2)):
        both = [segment(n, *e, on=[first]) for n, e in zip(numbers, others, strict=True)]
        last = segment(4, answered(NEW, "A.1", "p9", "yes"), on=both)
        found.append(fold([first, *both, last]))
    return found


def decided(version: str, statement: str, code: str) -> Data:
    return {
        "type": "resolution", "framework": version, "scope": "organisation",
        "indicator": statement, "new": code, "settled": [["p1", "yes"], ["p2", "no"]],
        "reason": None,
    }  # fmt: skip


def test_a_document_goes_on_supporting_what_follows_two_outcomes_until_both_are_taken_out() -> (
    None
):
    before, change = [link(OLD, "O.1"), link(OLD, "O.2")], changed(OLD, NEW)
    gone = [link(OLD, each, is_removed=True) for each in ("O.1", "O.2")]
    for out, left in ((gone[:1], ["O.2"]), (gone[1:], ["O.1", "O.2"]), (gone, [])):
        for state in merged(before, change, out):
            assert [each.key[3] for each in state.register("evidence-link")] == left
    taken_out = [link(NEW, "O.2", is_removed=True)]
    for state in merged(before, [*change, *taken_out], gone[:1]):
        assert not state.register("evidence-link")
    back = fold(chain(before, change, gone[:1], changed(NEW, OLD)))
    assert [each.key[3] for each in back.register("evidence-link")] == ["O.2"]


def test_a_decision_that_is_no_choice_of_the_other_version_takes_the_one_before_out() -> None:
    before = [answered(OLD, "A.1", "p1", "yes"), answered(OLD, "A.1", "p2", "no")]
    change, odd = changed(OLD, NEW, answers={"A.1": ["partly"]}), decided(OLD, "A.1", "partly")
    for state in merged([*before, decided(OLD, "A.1", "yes")], change, [odd]):
        assert not state.resolutions
    decision = [decided(NEW, "A.2", "yes")]
    forth = fold(chain(before, change, decision, changed(NEW, OLD), [odd], change))
    assert not forth.resolutions


OF_OLD = some.one_of(
    SAYING.map(lambda said: answered(OLD, *said[1:])),
    some.builds(decided, some.just(OLD), some.just("A.1"), some.sampled_from(["no", "partly"])),
)


@settings(max_examples=60, deadline=None)
@given(some.lists(OF_OLD, max_size=4), some.lists(OF_OLD, max_size=2), some.lists(OF_OLD))
@example([], [answered(OLD, "C.1", "p1", "yes")], [answered(OLD, "C.1", "p1", "no")])
@example([], [decided(OLD, "A.1", "no")], [decided(OLD, "A.1", "partly")])
def test_what_two_copies_come_to_is_the_same_whichever_is_read_first(
    before: list[Data], ours: list[Data], other: list[Data]
) -> None:
    """One of them changed the version, the other did not."""
    change = [*ours, *changed(OLD, NEW, answers={"A.1": ["partly"]})]
    change += [answered(NEW, "A.2", "p1", "no"), answered(NEW, "C.1", "p2", "yes")]
    first, second = (
        [
            {key: sorted((e.person, e.answer) for e in given) for key, given in found.items()}
            for found in (state.answers, state.asked_again)
        ]
        + [{key: each.answer for key, each in state.resolutions.items()}]
        for state in merged([answered(OLD, "A.2", "p9", "yes"), *before], change, other)
    )
    assert first == second


@pytest.mark.parametrize("since", [
    [answered(NEW, "A.2", "p1", "no")],
    [answered(NEW, "A.2", "p1", "")],
    [decided(NEW, "A.2", "no")],
])  # fmt: skip
def test_of_two_copies_that_changed_alike_the_one_that_went_on_counts(since: list[Data]) -> None:
    before = [answered(OLD, "A.1", "p1", "yes"), answered(OLD, "A.1", "p2", "no")]
    before.append(decided(OLD, "A.1", "yes"))
    key = StatementKey(NEW, ScopeId("organisation"), IndicatorId("A.2"))
    alone = fold(chain(before, changed(OLD, NEW), since))
    because = {"reason": {"digest": "0" * 64, "salt": "s", "text": "Ours."}}
    for state in merged(before, [*changed(OLD, NEW, **because), *since], changed(OLD, NEW)):
        assert [each.what for each in state.differing] == [f"the set-version {OLD} {NEW}"]
        assert [(e.person, e.answer) for e in state.answers[key]] == [
            (e.person, e.answer) for e in alone.answers[key]
        ]
        assert state.resolutions.keys() == alone.resolutions.keys()


def test_what_a_correction_asks_again_is_asked_where_another_copy_changed_the_version() -> None:
    correction: Data = {
        "type": "asked-again", "key": [OLD, "2"], "new": {"texts": {"A.1": "It said."}},
    }  # fmt: skip
    for state in merged([answered(OLD, "A.1", "p1", "yes")], changed(OLD, NEW), [correction]):
        assert [each.indicator for each in state.asked_again] == ["A.2"]


def links(version: str) -> some.SearchStrategy[list[Data]]:
    """Give what one copy writes of a document's links."""
    outcomes, is_removed = some.sampled_from(["O.1", "O.2"]), some.booleans()
    one = some.builds(link, some.just(version), outcomes, is_removed=is_removed)
    return some.lists(one, max_size=3)


@settings(max_examples=60, deadline=None)
@given(links(OLD), links(OLD), links(NEW), links(OLD))
@example([], [link(OLD, "O.1")], [link(NEW, "O.2", is_removed=True)], [link(OLD, "O.2")])
@example([link(OLD, "O.2")], [link(OLD, "O.2", is_removed=True)], [], [link(OLD, "O.1")])
def test_what_two_copies_say_of_a_document_is_the_same_whichever_is_read_first(
    before: list[Data], ours: list[Data], since: list[Data], other: list[Data]
) -> None:
    """One of them linked and unlinked it, changed the version and went on; the other did not."""
    said = [answered(OLD, "A.2", "p9", "yes"), *before]
    first, second = (
        [{e.key for e in state.register("evidence-link")}, {e.what for e in state.differing}]
        for state in merged(said, [*ours, *changed(OLD, NEW), *since], other)
    )
    assert first == second


def test_what_was_taken_out_under_the_other_version_stays_out_when_somebody_goes_back() -> None:
    there = [changed(OLD, NEW), [link(NEW, "O.2", is_removed=True)], changed(NEW, OLD)]
    state = fold(chain([link(OLD, "O.1")], *there, changed(OLD, NEW)))
    assert [each.key[3] for each in state.register("evidence-link")] == ["O.1"]
