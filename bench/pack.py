"""Measure packs: a large one beside sha256sum, and random changes that must all be found.

    python bench/pack.py large WORKSPACE [MEGABYTES]   memory of pack, time of verify
    python bench/pack.py changes PACK [N]              N random changes of a pack
    python bench/pack.py originals [N]                 verify of a pack that holds N returns

Seconds only mean something beside the machine's name.
"""

import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cyberassess.domain.record.evidence import Facts
from cyberassess.errors import AssessmentError
from cyberassess.steps.care.pack import verify_pack
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.pack.packing import PackWanted, pack
from cyberassess.steps.receive.receiving import receive


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _cpu() -> float:
    uses = [resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in uses)


def _large(workspace: Path, megabytes: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        folder = Path(shutil.copytree(workspace, place / "assessment"))
        draw = random.Random(1)  # noqa: S311 - filler
        for number in range(4):
            path = place / f"part{number}.bin"
            with path.open("wb") as file:
                for _ in range(megabytes // 4):
                    file.write(draw.randbytes(1_000_000))
            facts = Facts(title=path.name, shows="A large export, for measuring.")
            add(folder, [path], facts, supports=["A1.a"])
            path.unlink()
        print(f"evidence add: highest memory {_peak():.0f} MB")
        out = place / "pack.zip"
        start = time.monotonic()
        made = pack(folder, PackWanted(output=out, yes=True, report=False))
        print(
            f"pack: {made.size / 1e6:,.0f} MB in {time.monotonic() - start:.1f} s, "
            f"highest memory {_peak():.0f} MB"
        )
        start = time.monotonic()
        subprocess.run(["sha256sum", out], check=True, stdout=subprocess.DEVNULL)  # noqa: S607
        bare = time.monotonic() - start
        start = time.monotonic()
        found = verify_pack(out)
        taken = time.monotonic() - start
        print(
            f"verify: {taken:.1f} s, {taken / bare:.2f} times sha256sum ({bare:.1f} s); "
            f"{len(found.problems)} problems; highest memory {_peak():.0f} MB"
        )


def _changed(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data))
    match draw.randrange(6):
        case 0 | 1 | 2:
            return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]
        case 3:
            return data[:at] + data[at + draw.randrange(1, 50) :]
        case 4:
            return data[:at] + draw.randbytes(draw.randrange(1, 20)) + data[at:]
        case _:
            return data + draw.randbytes(draw.randrange(1, 20))


def _changes(path: Path, number: int) -> None:
    whole, missed = path.read_bytes(), 0
    draw = random.Random(20261122)  # noqa: S311 - a repeatable run
    named: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "pack.zip"
        for _ in range(number):
            copy.write_bytes(_changed(whole, draw))
            try:
                problems = verify_pack(copy).problems
            except AssessmentError as cause:
                problems = cause.problems
            if problems and all(each.where for each in problems):
                named[problems[0].code] = named.get(problems[0].code, 0) + 1
            else:
                missed += 1
    print(f"{number} changes, {missed} not found; first said: {named}")


def _originals(people: int) -> None:
    from receiving import council, returns

    with tempfile.TemporaryDirectory() as name:
        place, to = Path(name), Path(name) / "returns"
        to.mkdir()
        questions = returns(place / "lab", council(place / "lab", people), people, to)
        receive(place / "lab", [to])
        out = place / "pack.zip"
        pack(place / "lab", PackWanted(output=out, yes=True, report=False))
        for what, found_in in (("folder", verify), ("pack", verify_pack)):
            start, cpu = time.monotonic(), _cpu()
            found = found_in(place / "lab" if what == "folder" else out)
            taken = time.monotonic() - start
            cells = found.cells
            print(
                f"verify of a {what}: {people} returns of {questions} questions, "
                f"{sum(cells.found.values()):,} of {sum(cells.named.values()):,} found again, "
                f"{len(found.problems)} problems; {taken:.1f} s, "
                f"{_cpu() - cpu:.1f} s CPU, highest memory {_peak():.0f} MB"
            )


if __name__ == "__main__":
    what, where, *rest = [*sys.argv[1:], ""]
    if what == "originals":
        _originals(int(where or 40))
    elif what == "large":
        _large(Path(where), int(rest[0] or 2000))
    else:
        _changes(Path(where), int(rest[0] or 500))
