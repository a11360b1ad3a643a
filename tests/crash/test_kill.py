"""Killing a writing command at any moment loses nothing that was reported as stored."""

import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cyberassess.books.questionnaire.filling import Filled, fill
from cyberassess.disk.segments import LedgerFolder
from cyberassess.domain.assessment import PersonId
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.send.sending import questions_for, send
from tests.crash.commands import quietly

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX systems"),
]
MOMENTS = 4
"""Moments a command that are tried here; ``python -m tests.crash`` tries every call of its own."""
COMMAND = [sys.executable, "-m", "cyberassess"]


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An assessment with all 431 rows sent to one person, and the workbook filled in."""
    place = tmp_path_factory.mktemp("kill")
    folder = place / "lab"
    new(folder, NewAssessment("Lab", "2026", ("ncsc-caf@3.2",), ("govassure-baseline",)))
    (sent,) = send(folder)
    what = questions_for(open_assessment(folder), PersonId("p1"))
    rows = {row.ref: Filled(row.answers[0].label) for row in what.rows}
    assert len(rows) == 431
    assert fill(sent.path, place / "back.xlsx", rows) == 431
    return folder, place / "back.xlsx"


def _killed(arguments: list[str], *, typed: str, after: float, out: Path) -> bool:
    """Run a command, kill it after some seconds, and say whether it was still running."""
    with out.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=subprocess.PIPE, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
        assert process.stdin is not None
        try:
            process.stdin.write(typed.encode())
            process.stdin.close()
        except BrokenPipeError:
            pass
        time.sleep(after)
        running = process.poll() is None
        if running:
            process.send_signal(signal.SIGKILL)
        process.wait()
    return running


def _how_long(arguments: list[str], *, typed: str, out: Path) -> float:
    begun = time.perf_counter()
    with out.open("wb") as output:
        subprocess.run(
            [*COMMAND, *arguments], input=typed.encode(), stdout=output, check=True, timeout=120
        )
    return time.perf_counter() - begun


def test_a_killed_receive_stores_all_or_nothing(
    returned: tuple[Path, Path], tmp_path: Path
) -> None:
    """Every answer reported as stored is there, and the ledger verifies."""
    folder, back = returned
    shutil.copytree(folder, tmp_path / "timing")
    out = tmp_path / "out"
    full = _how_long(["-C", str(tmp_path / "timing"), "receive", str(back)], typed="", out=out)
    moments = random.Random(20260630)  # noqa: S311 - repeatable moments
    interrupted = 0
    for number in range(MOMENTS):
        place = tmp_path / f"run-{number}"
        shutil.copytree(folder, place)
        interrupted += _killed(
            ["-C", str(place), "receive", str(back)],
            typed="", after=moments.uniform(0.3, 1.05) * full, out=out,
        )  # fmt: skip
        found = verify(place)
        assert not found.problems
        reported = re.search(r"stored (\d+) answers", out.read_text())
        assert found.answers in (0, 449)
        if reported:
            assert found.answers == int(reported[1])
        assert quietly(["-C", str(place), "receive", str(back)]) == 0
        assert verify(place).answers == 449
        assert not [p for p in (place / "ledger").iterdir() if p.name.endswith(".tmp")]
    assert interrupted


def test_a_killed_ask_keeps_every_answer_it_went_on_from(
    returned: tuple[Path, Path], tmp_path: Path
) -> None:
    """When an answer is confirmed, it is on the disk."""
    folder, _ = returned
    moments = random.Random(20260701)  # noqa: S311 - repeatable moments
    interrupted = 0
    out = tmp_path / "out"
    for number in range(MOMENTS):
        place = tmp_path / f"run-{number}"
        shutil.copytree(folder, place)
        interrupted += _killed(
            ["-C", str(place), "ask"],
            typed="1\n\n" * 2000,
            after=moments.uniform(0.4, 2.5),
            out=out,
        )
        kept = len(re.findall("^  Kept: ", out.read_text(), re.MULTILINE))
        found = verify(place)
        assert not found.problems
        asked = open_assessment(place).frameworks[FrameworkRef("ncsc-caf@3.2")].leaders
        rows = len({
            event["indicator"] for segment in LedgerFolder(place / "ledger").read().segments
            for event in segment.events if event["type"] == "answer"
        } & set(asked))  # fmt: skip
        assert rows >= kept
        assert quietly(["-C", str(place), "send"]) == 0
        assert not [p for p in (place / "ledger").iterdir() if "open" in p.name]
        assert verify(place).answers == found.answers
    assert interrupted
