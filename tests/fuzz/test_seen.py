"""A hundred filled workbooks changed as people change them; thousands: ``tests.fuzz.seen``."""

from pathlib import Path

from cyberassess.errors import Problem
from tests.fuzz.seen import Done, Facts, fuzz, judge

AT = ("Plan", 6)
BEFORE: Facts = {AT: ("Review leavers", "done"), ("Plan", 7): ("Buy keys", "")}
READ = [Problem("answer-read", 'book.xlsx, sheet "Plan", cell K6', '"over" was read as "done".')]


def test_no_answer_changes_in_silence(tmp_path: Path) -> None:
    tally = fuzz(tmp_path, 100)
    assert tally.failures == []
    assert tally.count == 100
    assert {done for _, done, _ in tally.results} == {
        "link", "strike", "strike a part", "number format", "words"
    }  # fmt: skip


def test_what_is_stored_otherwise_without_a_word_is_a_failure() -> None:
    typed = Done("words", "over")
    assert judge(BEFORE, BEFORE, AT, typed, []) == "CHANGED IN SILENCE"
    assert judge(BEFORE, BEFORE, AT, typed, READ) == "said"
    other = {**BEFORE, AT: ("Review leavers", "dropped")}
    assert judge(BEFORE, other, AT, typed, READ) == "SAID OTHERWISE THAN STORED"
    assert judge(BEFORE, {**BEFORE, ("Plan", 7): ()}, AT, typed, READ) == "ANOTHER ROW CHANGED"
    assert judge(BEFORE, BEFORE, AT, Done("strike", "", "done"), READ).startswith("STORED")
    assert judge(BEFORE, None, AT, typed, []) == "REFUSED WITHOUT THE CELL"
