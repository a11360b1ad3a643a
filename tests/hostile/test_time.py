"""Clocks that are behind, disks that fill up half-way, and settings with thousands of people."""

import errno
import shutil
import time
from pathlib import Path

import pytest

from cyberassess.disk.files import copy_whole
from cyberassess.errors import AssessmentError, hearing
from cyberassess.opening import writing as opening
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.care import merging
from cyberassess.steps.care.merging import merge
from cyberassess.steps.plan.planning import Wanted, add_action
from tests.steps.council import KIM, begin, ledger_bytes


def people(count: int) -> list[object]:
    return [KIM, *({"id": f"q{each}", "name": f"Person {each}"} for each in range(1, count))]


def test_a_clock_behind_the_last_entry_is_said_once_by_whatever_writes(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hearing() as heard:
        add_action(workspace, "B1.a", Wanted(title="In time"))
    assert heard == []
    monkeypatch.setattr(opening, "now", lambda: "2020-01-01T00:00:00Z")
    with hearing() as heard:
        add_action(workspace, "B1.a", Wanted(title="Long ago"))
        add_action(workspace, "B1.a", Wanted(title="Long ago too"))
    (note,) = heard
    assert note.code == "clock-behind"
    assert "2020-01-01T00:00:00Z" in note.message
    with hearing() as heard:
        merge(workspace)
    assert [each.code for each in heard] == ["clock-behind"]


def test_a_merge_on_a_full_disk_says_what_was_done(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path(shutil.copytree(workspace, tmp_path / "other"))
    for number in range(3):
        (other / "reports" / f"{number}.pdf").write_bytes(b"%PDF")
    add_action(other, "B1.a", Wanted(title="There"))
    before = ledger_bytes(workspace)
    copied: list[Path] = []

    def fill_up(source: Path, path: Path) -> None:
        if len(copied) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        copied.append(path)
        copy_whole(source, path)

    monkeypatch.setattr(merging, "copy_whole", fill_up)
    with pytest.raises(AssessmentError) as refused:
        merge(workspace, other)
    said = str(refused.value)
    assert "There is no space left on the disk." in said
    assert "Nothing was changed" not in said
    assert "2 of 4 steps were done: Copy reports/0.pdf. Copy reports/1.pdf." in said
    assert ledger_bytes(workspace) == before
    monkeypatch.undo()
    merge(workspace, other)
    assert len(list((workspace / "reports").iterdir())) == 3
    assert ledger_bytes(workspace).items() >= ledger_bytes(other).items()


def test_thousands_of_people_are_read_in_half_a_second(tmp_path: Path) -> None:
    folder = begin(tmp_path / "large", people=people(3_000))
    took: list[float] = []
    for _ in range(3):
        begun = time.process_time()
        open_assessment(folder)
        took.append(time.process_time() - begun)
    assert min(took) < 0.5


def test_more_than_ten_thousand_people_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AssessmentError, match="10,001 people stand there; the most is 10,000"):
        open_assessment(begin(tmp_path / "huge", people=people(10_001)))
