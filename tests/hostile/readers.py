"""Many processes read one assessment while others write to it.

``python -m tests.hostile.readers [READS [SECONDS]]`` says how many of so many reads were told
something false; nothing was lost, so whatever they are told is false.
"""

import multiprocessing
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from cyberassess.disk.segments import LedgerFolder, single_head
from cyberassess.errors import BusyError, CyberassessError, Severity
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.plan.planning import Wanted, add_action
from tests.steps.council import begin

READERS, WRITERS = 4, 3


@dataclass
class Found:
    """What a race came to."""

    reads: int = 0
    writes: int = 0
    false: list[str] = field(default_factory=list)
    """What readers and writers were told."""


def _read(folder: Path, reads: int, until: float) -> Found:
    found = Found()
    while found.reads < reads and time.monotonic() < until:
        try:
            notes = open_assessment(folder).notes
            found.false += [f"read: {e}" for e in notes if e.severity is Severity.PROBLEM]
        except (CyberassessError, OSError) as cause:
            found.false.append(f"read: {cause!r}")
        found.reads += 1
    return found


def _write(folder: Path, number: int, until: float, most: int) -> Found:
    found = Found()
    while time.monotonic() < until and found.writes < most and not (folder / "stop").exists():
        try:
            if number % 2:
                _at_the_prompt(folder)
            else:
                add_action(folder, "B1.a", Wanted(title=f"Action {number} {found.writes}"))
        except BusyError:
            continue
        except (CyberassessError, OSError) as cause:
            found.false.append(f"write: {cause!r}")
        found.writes += 1
        time.sleep(0.02)
    return found


def _at_the_prompt(folder: Path) -> None:
    """Write as prompts do: to an open segment, which is renamed when it is closed."""
    ledger = LedgerFolder(folder / "ledger")
    with ledger.at_the_prompt("p2"), ledger.locked():
        ledger.tidy()
        head = single_head(ledger.read().segments)
        opened = ledger.open_segment({"command": "ask", "time": "2026-01-01T00:00:00Z"}, head)
        opened.append([{"type": "settings", "changes": []}])


def race(folder: Path, reads: int, seconds: float, *, writes: int = 200) -> Found:
    """Let readers and writers go at one assessment.

    Args:
        folder: the workspace.
        reads: after how many reads it ends.
        seconds: after how long it ends in any case.
        writes: how many each writer writes at most; it keeps the ledger short.
    """
    until = time.monotonic() + seconds
    with multiprocessing.get_context("spawn").Pool(READERS + WRITERS) as pool:
        writing = [pool.apply_async(_write, (folder, n, until, writes)) for n in range(WRITERS)]
        share = -(-reads // READERS)
        reading = [pool.apply_async(_read, (folder, share, until)) for _ in range(READERS)]
        results = [each.get() for each in reading]
        (folder / "stop").touch()
        results += [each.get() for each in writing]
    return Found(
        sum(each.reads for each in results),
        sum(each.writes for each in results),
        [said for each in results for said in each.false],
    )


def main(reads: int = 10_000, seconds: float = 900) -> int:
    """Race, in rounds on a fresh assessment each; give 1 where anything false was said."""
    whole, until = Found(), time.monotonic() + seconds
    while whole.reads < reads and time.monotonic() < until:
        with tempfile.TemporaryDirectory(prefix="readers") as place:
            left = min(1_000, reads - whole.reads)
            found = race(begin(Path(place) / "council"), left, until - time.monotonic())
        whole.reads += found.reads
        whole.writes += found.writes
        whole.false += found.false
        print(f"{whole.reads} reads, {whole.writes} writes, {len(whole.false)} false", flush=True)
    for said in whole.false[:20]:
        print(f"  {said}")
    return int(bool(whole.false))


if __name__ == "__main__":
    sys.exit(main(*(int(each) for each in sys.argv[1:])))
