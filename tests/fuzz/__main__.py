"""Damage workbooks by the thousand: ``python -m tests.fuzz 20000``.

--fetch      first download odd workbooks of other projects into a cache outside the repository
--seed N     another run of chance; the same seed gives the same run
--keep DIR   keep the files that fail
"""

import argparse
import tempfile
import time
from pathlib import Path

from cyberassess.books.guard import Reader
from tests.books.council import ask, write
from tests.books.odd import with_notes
from tests.fuzz import odd
from tests.fuzz.judging import Sample, Tally, fuzz, sample


def ours(folder: Path, reader: Reader) -> list[Sample]:
    """Make filled questionnaires of eight, a hundred and 431 questions."""
    paths = [
        write(folder, ask("A1.a"), "eight.xlsx"),
        with_notes(write(folder, ask("A1.a"), "eight with notes.xlsx")),
        write(folder, ask("A1", "A2", "B2"), "hundred.xlsx"),
        write(folder, ask(), "all.xlsx"),
    ]
    small, noted, middle, large = (sample(each, reader) for each in paths)
    return [*[small] * 6, *[noted] * 6, *[middle] * 4, large]


def show(tally: Tally, seconds: float) -> None:
    """Print causes and counts, the worst of each, and every failure."""
    print(f"{tally.count:,} files in {seconds:.0f} s")
    for result, count in tally.results.most_common():
        print(f"  {count:>7,}  {result}")
    if tally.codes:
        named = ", ".join(f"{code} {count:,}" for code, count in tally.codes.most_common())
        print(f"Differences were named as: {named}")
    print(f"Longest: {tally.longest:.2f} s ({tally.slowest})")
    print(f"Most memory: {tally.memory:.0f} MB")
    print(f"Failures: {len(tally.failures):,}")
    for each in tally.failures[:50]:
        print(each)


def main() -> int:
    """Run it; the exit code is 1 where anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("times", type=int, nargs="?", default=1_000, help="how many files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fetch", action="store_true")
    parser.add_argument("--keep", type=Path, default=None, metavar="DIR")
    wanted = parser.parse_args()
    if wanted.fetch:
        odd.fetch()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Reader() as reader:
            samples = ours(folder, reader)
            others = [sample(each, reader) for each in odd.found()]
        share = max(1, len(others) // len(samples) * 2)
        print(f"Samples: 4 of ours, {len(others)} odd ones of other projects")
        begun = time.perf_counter()
        tally = fuzz(
            [*samples * share, *others], wanted.times, folder, seed=wanted.seed, keep=wanted.keep
        )
        show(tally, time.perf_counter() - begun)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
