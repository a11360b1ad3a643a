"""Whoever reads while others write is told nothing false; ``readers.py`` does it at length."""

import threading
from pathlib import Path

import pytest

from cyberassess.disk.segments import LedgerFolder
from cyberassess.errors import LedgerError
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.plan.planning import Wanted, add_action
from tests.hostile.readers import race


def test_readers_in_many_processes_are_told_nothing_false(workspace: Path) -> None:
    found = race(workspace, reads=50, seconds=6)
    assert found.false == []
    assert found.reads
    assert found.writes


class Slow(LedgerFolder):
    """A folder to which somebody writes right after it was listed, each of the first times."""

    def __init__(self, folder: Path, times: int) -> None:
        super().__init__(folder)
        self.times = times
        self.hides = False

    def _paths(self) -> list[Path]:
        before = super()._paths()
        if self.times:
            self.times -= 1
            add_action(self.folder.parent, "B1.a", Wanted(title=f"Action {self.times}"))
            if self.hides:  # what a listing under way may show: the child, and not its parent
                add_action(self.folder.parent, "B1.a", Wanted(title=f"More {self.times}"))
                last = max(each for each in super()._paths() if each.suffix == ".jsonl")
                return [*before, last]
        return before


@pytest.mark.parametrize("hides", [False, True])
@pytest.mark.parametrize("times", [1, 5])
def test_what_was_written_while_the_folder_was_listed_is_not_missing(
    workspace: Path, times: int, *, hides: bool
) -> None:
    folder = Slow(workspace / "ledger", times)
    folder.hides = hides
    assert folder.read().segments


def test_what_is_really_gone_is_still_named(workspace: Path) -> None:
    add_action(workspace, "B1.a", Wanted(title="Lost"))
    last = max((workspace / "ledger").glob("*.jsonl"))
    last.unlink()
    with pytest.raises(LedgerError, match="names it as the last one"):
        open_assessment(workspace)


def test_a_file_that_arrives_late_is_waited_for(workspace: Path) -> None:
    add_action(workspace, "B1.a", Wanted(title="Late"))
    last = max((workspace / "ledger").glob("*.jsonl"))
    data = last.read_bytes()
    last.unlink()
    arrives = threading.Timer(0.01, last.write_bytes, [data])
    arrives.start()
    open_assessment(workspace)
    arrives.join()
