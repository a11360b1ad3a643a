"""How much returns cost: one large one, forty, and whether three hundred cost as much each.

Run it with ``.venv/bin/python bench/receiving.py``; with a number, only so many returns.
"""

import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from cyberassess.books.questionnaire.filling import Filled, fill
from cyberassess.domain.assessment import PersonId
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.begin.setup import NewAssessment, create, settings_for
from cyberassess.steps.send.sending import questions_for, send

FEW, LOTS = 40, 300
COMMAND = [sys.executable, "-m", "cyberassess"]
OUTCOMES = ("A1", "A2", "A3", "B1", "B2.a", "B2.b")
READ_ALONE = (
    "import sys, openpyxl\n"
    "for sheet in openpyxl.load_workbook(sys.argv[1]):\n"
    "    for row in sheet.iter_rows():\n"
    "        for cell in row:\n"
    "            cell.value\n"
)
READ_BY_US = (
    "import sys\n"
    "from pathlib import Path\n"
    "from cyberassess.books.guard import Reader\n"
    "with Reader() as reader:\n"
    "    reader.read(Path(sys.argv[1]))\n"
)


def cost(arguments: list[str | Path], runs: int = 1) -> tuple[float, float, float]:
    """Give CPU seconds, wall seconds (medians) and the most memory in MB of a command."""
    cpu: list[float] = []
    wall: list[float] = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.perf_counter()
        subprocess.run(arguments, check=True, capture_output=True)
        wall.append(time.perf_counter() - begun)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return statistics.median(cpu), statistics.median(wall), memory


def show(what: str, value: str, limit: str = "") -> None:
    """Print one figure beside its limit."""
    print(f"{what:<58}{value:>30}   {limit}")


def council(folder: Path, people: int) -> Path:
    """Make an assessment whose people all answer the same questions; give one's workbook."""
    plan = NewAssessment("Lab", "2026", ("ncsc-caf@3.2",), ("govassure-baseline",))
    values, pinned = settings_for(plan)
    framework_outcomes = [each for each in _outcomes() if each.startswith(OUTCOMES)]
    asked = [{"scope": "organisation", "outcomes": framework_outcomes}]
    values["people"] = [
        {"id": f"q{n:03d}", "name": f"Person {n:03d}", "answers": asked} for n in range(people)
    ]
    create(folder, values, pinned)
    (sent,) = send(folder, to=["Person 000"])
    return sent.path


def _outcomes() -> list[str]:
    from cyberassess.disk.framework_yaml import Shelf

    return [str(each) for each in Shelf().framework("ncsc-caf@3.2").framework.outcomes]


def returns(folder: Path, blank: Path, people: int, to: Path) -> int:
    """Fill in one workbook and write it again for everybody; give its questions."""
    what = questions_for(open_assessment(folder), PersonId("q000"))
    rows = {
        row.ref: Filled(row.answers[n % 2].label, f"Reason {n}") for n, row in enumerate(what.rows)
    }
    first = to / "first.xlsx"
    fill(blank, first, rows)
    with zipfile.ZipFile(first) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    first.unlink()
    for n in range(people):
        with zipfile.ZipFile(to / f"{n:03d}.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                mine = content.replace(b"q000", f"q{n:03d}".encode())
                mine = mine.replace(b"Person 000", f"Person {n:03d}".encode())
                archive.writestr(name, mine)
    return len(what.rows)


def many(people: int, place: Path) -> float:
    """Receive so many returns by one command; give the CPU seconds of each."""
    folder, to = place / f"lab{people}", place / f"returns{people}"
    to.mkdir()
    count = returns(folder, council(folder, people), people, to)
    cpu, wall, memory = cost([*COMMAND, "-C", folder, "receive", to])
    limit = "at most 20 s, 400 MB" if people == FEW else ""
    what = f"{people} returns of {count} questions"
    show(what, f"{wall:.1f} s, {cpu:.1f} s CPU, {memory:.0f} MB", limit)
    return cpu / people


def large(place: Path) -> None:
    """Compare a large return with what openpyxl alone needs to read it."""
    folder = place / "large"
    values, pinned = settings_for(
        NewAssessment("Lab", "2026", ("ncsc-caf@3.2",), ("govassure-baseline",))
    )
    create(folder, values, pinned)
    (sent,) = send(folder)
    what = questions_for(open_assessment(folder), PersonId("p1"))
    path = place / "large.xlsx"
    fill(sent.path, path, {row.ref: Filled(row.answers[0].label) for row in what.rows})
    alone, _, _ = cost([sys.executable, "-c", READ_ALONE, path], 5)
    ours, _, _ = cost([sys.executable, "-c", READ_BY_US, path], 5)
    whole, _, _ = cost([*COMMAND, "-C", folder, "receive", "--dry-run", path], 5)
    show(f"{len(what.rows)} rows: openpyxl alone in a fresh process", f"{alone:.2f} s CPU")
    show("  the guard in a fresh process, start included", f"{ours / alone:.2f} ({ours:.2f} s)",
         "at most 1.5")  # fmt: skip
    show("  receive --dry-run, the whole command", f"{whole / alone:.2f} ({whole:.2f} s)")


def main() -> None:
    """Measure everything once."""
    print(f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        if len(sys.argv) > 1:
            many(int(sys.argv[1]), place)
            return
        large(place)
        few = many(FEW, place)
        lots = many(LOTS, place)
        show("  CPU of one of 300 over one of 40", f"{lots / few:.2f}", "linear: about 1")


if __name__ == "__main__":
    main()
