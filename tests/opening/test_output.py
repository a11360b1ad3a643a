"""Files for people: why one cannot be written, and what to do."""

import errno
import os
from pathlib import Path

import pytest

from cyberassess.errors import AssessmentError
from cyberassess.opening.files_for_people import saving
from cyberassess.steps.receive.replying import not_written


def problem_of(number: int, tmp_path: Path, hint: str) -> str:
    with pytest.raises(AssessmentError) as caught, saving(tmp_path / "a" / "b.xlsx", hint=hint):
        raise OSError(number, os.strerror(number))
    (problem,) = caught.value.problems
    return problem.hint


def test_a_full_disk_wants_room_and_not_a_look_at_permissions(tmp_path: Path) -> None:
    hint = "Close it if it is open. Nothing was recorded."
    assert problem_of(errno.EACCES, tmp_path, hint) == hint
    room = "Make room on the disk and try again."
    assert problem_of(errno.ENOSPC, tmp_path, hint) == f"{room} Nothing was recorded."
    assert problem_of(errno.ENOSPC, tmp_path, "Look at it.") == room


def test_what_goes_back_says_that_the_answers_are_stored() -> None:
    full = not_written("a.xlsx", OSError(errno.ENOSPC, "No space left on device"))
    assert (
        full.hint == "The answers are stored. Make room on the disk, and receive the file again."
    )
    held = not_written("a.xlsx", OSError(errno.EACCES, "Permission denied"))
    assert "Close it if it is open" in held.hint


def test_what_a_crash_left_of_the_same_file_goes_first(tmp_path: Path) -> None:
    mine, others = tmp_path / ".a.pdf.0fee5bb7.tmp", tmp_path / ".b.pdf.0fee5bb7.tmp"
    mine.write_bytes(b"half")
    others.write_bytes(b"somebody's")
    with saving(tmp_path / "a.pdf"):
        assert not mine.exists()
    assert others.exists()
