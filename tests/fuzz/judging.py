"""One damaged workbook after another through the guard, and what is said about each."""

import hashlib
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cyberassess.books.guard import CAUSES, Reader
from cyberassess.books.questionnaire.reading import Return, read_return
from cyberassess.errors import WorkbookError
from tests.books.council import CAF, bare, caf
from tests.fuzz.mutators import DAMAGE, REWRITING

SECONDS, MEGABYTES = 10.0, 500.0
NOT_OURS = "not-our-questionnaire"
SAME = "read: the same answers"
SAID = "read: other answers, and the difference was named"
REWRITTEN = "read: rewritten inside"
ELSE = "read: not one of ours"
SILENT = "OTHER ANSWERS WITHOUT A WORD"
BROKEN = "TRACEBACK"


@dataclass(frozen=True, slots=True)
class Sample:
    """A workbook to be damaged."""

    name: str
    data: bytes
    whole: Return | None
    """What it says unharmed; ``None`` where it is not one of ours."""


@dataclass
class Tally:
    """What became of all of them."""

    results: Counter[str] = field(default_factory=Counter)
    by_mutator: Counter[tuple[str, str]] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    """Of the problems that named a difference."""
    longest: float = 0
    slowest: str = ""
    memory: float = 0
    """Megabytes, the most a child held at once; 0 where the system does not say."""
    failures: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many were judged."""
        return self.results.total()


def memory_of(reader: Reader) -> float:
    """Give the most megabytes a reader's child has held so far."""
    child = reader._child
    if sys.platform != "linux" or child is None:
        return 0
    try:
        status = Path(f"/proc/{child.process.pid}/status").read_text("utf-8")
    except OSError:
        return 0
    line = next((each for each in status.splitlines() if each.startswith("VmHWM")), "x 0")
    return int(line.split()[1]) / 1_000


def said(path: Path, reader: Reader) -> Return | str:
    """Give what a file says, or the code of why it says nothing."""
    try:
        book = reader.read(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        return read_return(book, path.name, sha256, {CAF: caf()})
    except WorkbookError as cause:
        return cause.problems[0].code


def sample(path: Path, reader: Reader) -> Sample:
    """Take a workbook as it is."""
    whole = said(path, reader)
    return Sample(path.name, path.read_bytes(), whole if isinstance(whole, Return) else None)


def _facts(each: Return) -> tuple[object, ...]:
    return (
        each.assessment, each.person, each.serial, each.completed_by, each.declaration,
        bare(each.replies),
    )  # fmt: skip


def judge(tally: Tally, before: Sample, found: Return | str, *, is_rewritten: bool) -> str:
    """Say what became of one file; failures are in capitals."""
    if isinstance(found, str):
        return found if found in CAUSES or found == NOT_OURS else BROKEN
    if before.whole is None:
        return ELSE
    if _facts(found) == _facts(before.whole):
        return SAME
    old = Counter(each.code for each in before.whole.problems)
    new = Counter(each.code for each in found.problems) - old
    if is_rewritten:
        return REWRITTEN
    tally.codes.update(new.keys())
    return SAID if new else SILENT


def fuzz(
    samples: Sequence[Sample], times: int, folder: Path, *, seed: int = 1, keep: Path | None = None
) -> Tally:
    """Damage workbooks ``times`` times; those that fail are kept in a folder, if one is named."""
    chance = random.Random(seed)  # noqa: S311 - no secrets here
    tally = Tally()
    path = folder / "damaged.xlsx"
    mutators = [*DAMAGE.items(), *REWRITING.items()]
    with Reader() as reader:
        for number in range(times):
            before = chance.choice(samples)
            name, mutate = mutators[number % len(mutators)]
            path.write_bytes(mutate(before.data, chance))
            begun = time.perf_counter()
            try:
                found = said(path, reader)
                result = judge(tally, before, found, is_rewritten=name in REWRITING)
            except Exception:  # noqa: BLE001 - what this is about
                result = BROKEN
                tally.failures.append(traceback.format_exc())
            spent = time.perf_counter() - begun
            tally.results[result] += 1
            tally.by_mutator[name, result] += 1
            tally.memory = max(tally.memory, memory_of(reader))
            if spent > tally.longest:
                tally.longest, tally.slowest = spent, f"{number}: {name} of {before.name}"
            if result in {SILENT, BROKEN} or spent > SECONDS:
                tally.failures.append(
                    f"{number}: {name} of {before.name}: {result}, {spent:.1f} s"
                )
                if keep is not None:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{seed}-{number}.xlsx").write_bytes(path.read_bytes())
    if tally.memory > MEGABYTES:
        tally.failures.append(f"memory: {tally.memory:.0f} MB")
    return tally
