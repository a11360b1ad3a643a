"""Records: the last of a key stands, branches keep both, removal is remembered."""

from pathlib import Path

import pytest

from cyberassess.domain.record.hashes import text_field
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.registers import REGISTERS
from cyberassess.errors import LedgerError
from tests.domain.builder import record_event, segment

ACTION = ("ACT-001",)


def test_a_later_record_of_the_same_key_takes_the_place_of_an_earlier_one() -> None:
    first = segment(1, record_event("action", ACTION, {"status": "planned"}))
    second = segment(2, record_event("action", ACTION, {"status": "done"}), on=[first])
    state = fold([second, first])
    found = state.record("action", "ACT-001")
    assert found is not None
    assert found.fields["status"] == "done"
    assert len(state.register("action")) == 1
    history = state.record_history["action", ACTION]
    assert [each.fields["status"] for each in history] == ["planned", "done"]


def test_a_removed_record_is_gone_but_stays_in_the_history() -> None:
    first = segment(1, record_event("action", ACTION, {"status": "planned"}))
    second = segment(2, record_event("action", ACTION, None), on=[first])
    state = fold([first, second])
    assert state.record("action", "ACT-001") is None
    assert [each.removed for each in state.record_history["action", ACTION]] == [False, True]
    assert not state.branched


def test_branches_keep_both_records_and_say_so() -> None:
    root = segment(1, record_event("action", ACTION, {"status": "planned"}))
    one = segment(2, record_event("action", ACTION, {"status": "done"}), on=[root])
    other = segment(2, record_event("action", ACTION, {"status": "late"}), on=[root])
    state = fold([root, one, other])
    assert {each.fields["status"] for each in state.register("action")} == {"done", "late"}
    assert state.branched == ("the action ACT-001",)


def test_equal_records_on_branches_are_one() -> None:
    root = segment(1, record_event("action", ACTION, {"status": "planned"}))
    twins = [
        segment(2, record_event("action", ACTION, {"status": "done"}), on=[root], command=each)
        for each in ("a", "b")
    ]
    state = fold([root, *twins])
    assert len(state.register("action")) == 1
    assert not state.branched


def test_free_texts_in_a_record_are_read_as_text_also_inside_lists() -> None:
    fields = {"title": text_field("Patch it", "salt"), "notes": [text_field("Soon", "salt")]}
    redacted = {"title": {"digest": "0" * 64}}
    state = fold(
        [
            segment(
                1,
                record_event("action", ["a"], fields),
                record_event("action", ["b"], redacted),
            )
        ]
    )
    assert dict(state.records["action"][("a",)][0].fields) == {
        "title": "Patch it",
        "notes": ["Soon"],
    }
    assert state.records["action"][("b",)][0].fields["title"] == ""


def test_a_record_is_given_by_whoever_it_names_else_by_the_actor() -> None:
    state = fold(
        [
            segment(
                1,
                record_event("action", ["a"], {}, person="p9"),
                record_event("action", ["b"], {}),
            )
        ]
    )
    assert [each.person for each in state.register("action")] == ["p9", "p1"]


@pytest.mark.parametrize("event", [{"type": "action", "new": {}}, {"type": "action", "key": []}])
def test_a_record_without_key_or_fields_is_named(event: dict[str, object]) -> None:
    with pytest.raises(LedgerError, match=r"line 2"):
        fold([segment(1, event)])


def test_every_register_is_described_for_whoever_reads_the_files() -> None:
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    described = {name for name in REGISTERS if f"`{name}`" in text}
    assert described == set(REGISTERS)
