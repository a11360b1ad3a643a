"""What printing costs: CAF 4.0 answered in full, cold, again, again after one answer, and long.

Run it with ``.venv/bin/python bench/printing.py``. Every command runs in a process of its own, and
the seconds are those of all its processes together. They mean something only beside the machine's
name and the speed that is printed first; ratios travel.
"""

import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from cyberassess.books.questionnaire.filling import Filled, fill
from cyberassess.domain.assessment import PersonId
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.send.sending import questions_for, send

COMMAND = [sys.executable, "-m", "cyberassess"]
WORDS = ("We do this every month and the head of IT signs it off; the record is in SharePoint and "
         "the internal audit of last spring found no gap. Two suppliers are still outside it, and "
         "their contracts are renewed in January, when the same duty is written into both of them "
         "and checked each quarter by the service and by us.")  # fmt: skip
ENGINE = "from cyberassess.press import chains, engine; engine.load()"
"""What the second process loads, that lays out half of a long report."""
IMPORTS = f"import cyberassess.steps.standing.results; {ENGINE}"
ALONE = """
import resource, sys
from pathlib import Path
from cyberassess.paper.documents.full import full_report
from cyberassess.paper.html import html_for_paper
from cyberassess.press import engine
from cyberassess.press.printing import print_html
from cyberassess.steps.report.printing import prepare

def spent():
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)

basis = prepare(Path(sys.argv[1]))[0]
html = html_for_paper(full_report(basis, every_answer=sys.argv[2] == "all"))
engine.load()
before = spent()
print_html(html)
print(spent() - before)
"""
"""Prints an assessment, and says what laying out and writing alone took."""
CHANGED = (20, 110, 200, 290, 380, 470, 545)
"""Which statements are answered anew, one after another, spread over the whole set."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one command took."""

    cpu: float
    wall: float
    memory: float
    """Highest of any one process, in MB."""


def run(arguments: list[str | Path], cache: Path, typed: str = "") -> Cost:
    """Run a command with a cache folder of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    environment = {**os.environ, "CYBERASSESS_CACHE": str(cache)}
    subprocess.run(
        arguments, check=True, capture_output=True, env=environment, input=typed.encode()
    )
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall, after.ru_maxrss / 1024)


def alone(folder: Path, edition: str, cache: Path) -> float:
    """Give the CPU seconds of laying out and writing, the engine loaded and the text there."""
    said = subprocess.run(
        [sys.executable, "-c", ALONE, folder, edition],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "CYBERASSESS_CACHE": str(cache)},
    ).stdout
    return float(said)


def speed() -> float:
    """Give how fast this machine is just now: CPU seconds of a fixed piece of work, least of 9."""
    times = []
    for _ in range(9):
        begun = time.process_time()
        counted: dict[int, str] = {}
        for number in range(200_000):
            counted[number % 977] = str(number)
        times.append(time.process_time() - begun)
    return min(times)


def show(what: str, value: str, limit: str = "") -> None:
    """Print one figure beside its limit."""
    print(f"{what:<56}{value:>30}   {limit}", flush=True)


def pages_of(path: Path) -> int:
    """Count a file's pages."""
    listed = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout  # noqa: S607
    found = re.search(r"Pages:\s+(\d+)", listed)
    assert found
    return int(found[1])


def answered(folder: Path, back: Path, answers: dict[int, int]) -> None:
    """Answer every statement and explain every outcome; ``answers`` differ from the rest."""
    what = questions_for(open_assessment(folder), PersonId("p1"))
    rows: dict[str, Filled] = {}
    for number, row in enumerate(what.rows):
        usual = 0 if row.is_warning is False else 1
        rows[row.ref] = Filled(row.answers[answers.get(number, usual)].label)
    for topic in what.topics:
        rows |= {block.why_ref: Filled(words=WORDS) for block in topic.blocks}
    (sent,) = send(folder)
    fill(sent.path, back, rows)
    receive(folder, [back])


def document(paragraphs: int) -> str:
    """Give a long document of headings, paragraphs and a table each, cut into parts."""
    table = "".join(f"<tr><th>{n}</th><td>{WORDS[:90]}</td><td>True</td></tr>" for n in range(9))
    head = '<thead><tr><th scope="col">Ref</th><th>Text</th><th>Answer</th></tr></thead>'
    parts = [
        f"<h2>{n}</h2><p>{WORDS}</p><table>{head}<tbody>{table}</tbody></table>"
        f"{'<!--part-->' if n % 12 == 11 else ''}"  # noqa: PLR2004
        for n in range(paragraphs)
    ]
    return (
        '<!doctype html><html lang="en-GB"><head><title>T</title>'
        '<meta name="dcterms.created" content="2026-11-22"><style>table { width: 100% }</style>'
        f"</head><body><h1>T</h1>{''.join(parts)}</body></html>"
    )


def full(place: Path) -> None:
    """Print the full report of CAF 4.0."""
    folder, out = place / "lab", place / "report.pdf"
    new(folder, NewAssessment("Lab", "2026", ("ncsc-caf@4.0",), ("govassure-enhanced",)))
    answered(folder, place / "back.xlsx", {})
    command: list[str | Path] = [
        *COMMAND,
        "-C",
        folder,
        "report",
        "full",
        "--every-answer",
        "-o",
        out,
        "--force",
    ]
    here, there = (run([sys.executable, "-c", each], place).cpu for each in (IMPORTS, ENGINE))
    imports = here + there
    cold = []
    for number in range(3):
        cold.append(run(command, place / f"cold-{number}"))
    first = min(cold, key=lambda each: each.cpu)
    pages = pages_of(out)
    show("report full, CAF 4.0, cold", f"{first.cpu:.2f} s, {pages} pages", "9 s, 60 pages")
    show("  wall", f"{first.wall:.2f} s")
    show("  imports, of both processes", f"{imports:.2f} s")
    show("  a page, imports aside", f"{(first.cpu - imports) / pages:.3f} s", "0.12 s")
    show("  memory, each process", f"{first.memory:.0f} MB", "400 MB")
    again = run(command, place / "cold-0")
    show("again, nothing changed", f"{again.cpu:.2f} s, {again.cpu / first.cpu:.2f}")
    ratios: list[float] = []
    bare: dict[str, list[float]] = {"short": [], "all": []}
    for edition in bare:
        alone(folder, edition, place / f"alone-{edition}")
    differ: dict[int, int] = {}
    for number in CHANGED:
        differ[number] = 2
        answered(folder, place / "back.xlsx", differ)
        for edition, found in bare.items():
            found.append(alone(folder, edition, place / f"alone-{edition}"))
        tries = []
        for attempt in range(3):  # the least of three, as of the cold ones
            cache = Path(shutil.copytree(place / "cold-0", place / f"again-{attempt}"))
            tries.append(run(command, cache).cpu)
            shutil.rmtree(place / "cold-0" if attempt == 2 else cache)  # noqa: PLR2004
        (place / "again-2").rename(place / "cold-0")
        ratios.append(min(tries) / first.cpu)
    shown = " ".join(f"{each:.2f}" for each in ratios)
    show("again, one answer changed, of cold", f"{statistics.median(ratios):.2f}", "0.33")
    show("  each", shown)
    for edition, found in bare.items():
        shown = " ".join(f"{each:.2f}" for each in found)
        show(f"  laying out and writing alone, {edition}", shown, "0.3 s")


def long(place: Path) -> None:
    """Print long documents."""
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from cyberassess.press.printing import print_html\n"
        "printed = print_html(Path(sys.argv[1]).read_text())\n"
        "Path(sys.argv[2]).write_bytes(printed.data)\n"
    )
    bare = run([sys.executable, "-c", ENGINE], place)
    costs: list[float] = []
    for paragraphs in (80, 600):
        (place / "long.html").write_text(document(paragraphs))
        cost = run(
            [sys.executable, "-c", code, place / "long.html", place / "long.pdf"],
            place / f"long-{paragraphs}",
        )
        pages = pages_of(place / "long.pdf")
        costs.append((cost.cpu - bare.cpu) / pages)
        show(f"{pages} pages", f"{costs[-1]:.4f} s a page", f"wall {cost.wall:.1f} s")
        show("  memory, each process", f"{cost.memory:.0f} MB", "400 MB")
    show("  a page of the long one to one of the short", f"{costs[1] / costs[0]:.2f}", "1.5")


def main() -> None:
    """Measure everything once."""
    print(
        f"{platform.machine()}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {os.cpu_count()} processors, "
        f"speed {speed() * 1000:.1f} ms (lower is faster)\n"
    )
    with tempfile.TemporaryDirectory() as name:
        full(Path(name))
        shutil.rmtree(Path(name) / "lab")
        long(Path(name))
    print(f"\nspeed at the end {speed() * 1000:.1f} ms")


if __name__ == "__main__":
    main()
