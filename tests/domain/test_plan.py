"""Actions as they are read from the ledger."""

import datetime

from cyberassess.domain.record.hashes import text_field
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.plan import Action, Cost, Progress, actions_of, by_outcome
from tests.domain.builder import Data, record_event, segment

ABOUT = {"framework": "made@1", "scope": "housing", "outcome": "B2.a"}


def read(**entries: Data) -> tuple[Action, ...]:
    events = [record_event("action", (ref,), {**ABOUT, **new}) for ref, new in entries.items()]
    return actions_of(fold([segment(1, *events)]))


def test_an_action_is_read_with_its_types() -> None:
    found = read(
        A1={
            "title": text_field("Buy a safe", "salt"),
            "owner": "p3",
            "due": "2027-03-31",
            "cost": "low",
            "cost_text": "under £5k",
            "status": "under way",
            "priority": "2",
        }
    )[0]
    assert (found.ref, found.title, found.owner) == ("A1", "Buy a safe", "p3")
    assert found.about == ("made@1", "housing", "B2.a")
    assert found.due == datetime.date(2027, 3, 31)
    assert (found.cost, found.cost_text) == (Cost.LOW, "under £5k")
    assert (found.progress, found.priority) == (Progress.UNDER_WAY, 2)


def test_what_is_not_known_reads_as_nothing_said() -> None:
    found = read(A1={"due": "soon", "cost": "free", "status": "maybe", "priority": "first"})[0]
    assert (found.due, found.cost) == (None, Cost.UNKNOWN)
    assert (found.progress, found.priority) == (Progress.PLANNED, 3)


def test_the_most_urgent_stand_first() -> None:
    found = read(
        A1={"priority": "3"},
        A2={"priority": "1", "due": "2027-03-01"},
        A3={"priority": "1", "due": "2027-01-01"},
        A4={"priority": "1"},
    )
    assert [each.ref for each in found] == ["A3", "A2", "A4", "A1"]


def test_only_what_is_still_to_be_done_stands_for_an_outcome() -> None:
    found = read(A1={"status": "done"}, A2={"status": "dropped"}, A3={"status": "planned"})
    assert [e.ref for each in by_outcome(found).values() for e in each] == ["A3"]
    assert by_outcome(found[:0]) == {}
