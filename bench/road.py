"""How much the main road costs: CPU seconds, pages, ratios within this run.

Run it with ``.venv/bin/python bench/road.py``. Seconds mean something only beside the machine's
name, which is printed; ratios travel.
"""

import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cyberassess.books.questionnaire.filling import Filled, fill
from cyberassess.disk.framework_yaml import Shelf
from cyberassess.disk.segments import LedgerFolder, new_text
from cyberassess.domain.assessment import PersonId
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.segment import Segment
from cyberassess.domain.result.scoring import determine, score
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.send.sending import questions_for, send

COMMAND = [sys.executable, "-m", "cyberassess"]
BARE = "import click\n@click.command()\ndef main():\n    'x'\nmain(['--help'])"
WORDS = ("We do this every month and the head of IT signs it off; the record is in SharePoint and "
         "the internal audit of last spring found no gap. Two suppliers are still outside it, and "
         "their contracts are renewed in January, when the same duty is written into both of them "
         "and checked each quarter by the service and by us.")  # fmt: skip


def cpu_of(arguments: list[str | Path], runs: int = 3) -> tuple[float, float, float]:
    """Give CPU seconds, wall seconds (medians) and the highest memory in MB of a command."""
    cpu: list[float] = []
    wall: list[float] = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.perf_counter()
        subprocess.run(arguments, check=False, capture_output=True)
        wall.append(time.perf_counter() - begun)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return statistics.median(cpu), statistics.median(wall), memory


def best_of(work: Callable[[], object], runs: int = 30) -> float:
    """Give the least CPU seconds of some work in this process."""
    times: list[float] = []
    for _ in range(runs):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def show(what: str, value: str, limit: str) -> None:
    """Print one figure beside its limit."""
    print(f"{what:<58}{value:>22}   {limit}")


def in_memory(folder: Path) -> None:
    """Score and fold."""
    assessment = open_assessment(folder)
    (framework,) = assessment.frameworks.values()
    settings = assessment.contents.settings
    target = assessment.targets[framework.ref]
    rule = best_of(lambda: determine(framework, settings, assessment.state, target))
    show("39 outcomes from 449 answers", f"{rule * 1000:.2f} ms", "at most 1 ms")
    whole = best_of(
        lambda: score(
            assessment.frameworks,
            settings,
            assessment.state,
            targets=assessment.targets,
            themes=assessment.contents.themes,
            on=assessment.on,
        )
    )
    show("  with themes and confidence", f"{whole * 1000:.2f} ms", "")
    events = [
        {
            "type": "answer",
            "framework": framework.ref,
            "scope": f"s{n // 449}",
            "indicator": list(framework.indicators)[n % 449],
            "person": "p1",
            "old": None,
            "new": "true",
            "source": {"kind": "prompt"},
            "reason": new_text("why"),
        }
        for n in range(5000)
    ]
    segment = Segment("000001-0.jsonl", 1, "0", {"parents": [], "seed": "x", "time": "t"}, events)
    show(
        "fold of 5,000 events",
        f"{best_of(lambda: fold([segment]), 10) * 1000:.0f} ms",
        "at most 100 ms",
    )
    ledger = LedgerFolder(folder / "ledger")
    show(
        "  reading and hashing this ledger of ~1,000 events",
        f"{best_of(ledger.read, 10) * 1000:.0f} ms",
        "",
    )
    load = best_of(lambda: Shelf().framework("ncsc-caf@4.0"), 5)
    show("loading CAF 4.0", f"{load * 1000:.0f} ms", "at most 150 ms")


def paper(folder: Path, place: Path) -> None:
    """Print the report, and let the engine alone print the same HTML."""
    out = place / "report.pdf"
    cpu, _, memory = cpu_of(
        [*COMMAND, "-C", folder, "report", "full", "--every-answer", "-o", out, "--force"], 5
    )
    listed = subprocess.run(["pdfinfo", out], capture_output=True, text=True, check=True).stdout  # noqa: S607
    pages = int(next(x for x in listed.splitlines() if x.startswith("Pages")).split()[1])
    show("report full, cold", f"{cpu:.2f} s, {pages} pages", "at most 8 s")
    show("  a page", f"{cpu / pages:.3f} s", "at most 0.15 s")
    show("  memory", f"{memory:.0f} MB", "at most 300 MB")
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from cyberassess.paper import html as render\n"
        "from cyberassess.paper.documents.full import full_report\n"
        "from cyberassess.steps.report.printing import prepare\n"
        "basis, _, _ = prepare(Path(sys.argv[1]))\n"
        "t = time.process_time()\n"
        "view = full_report(basis)\n"
        "html = render.render_html(view)\n"
        "ours = time.process_time() - t\n"
        "import weasyprint\n"
        "t = time.process_time()\n"
        "weasyprint.HTML(string=html).write_pdf(pdf_variant='pdf/ua-1')\n"
        "engine = time.process_time() - t\n"
        "t = time.process_time()\n"
        "render.write_pdf(view, Path(sys.argv[2]))\n"
        "print(ours, engine, time.process_time() - t)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, folder, place / "b.pdf"],
        capture_output=True,
        text=True,
        check=True,
    )
    ours, engine, whole = map(float, done.stdout.split()[-3:])
    show(
        "  ours (view, HTML, PDF) over the engine on that HTML",
        f"{(ours + whole) / engine:.2f}",
        "at most 1.2",
    )


def main() -> None:
    """Measure everything once."""
    print(
        f"{platform.node() and platform.machine()}, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}\n"
    )
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        folder = place / "lab"
        new(folder, NewAssessment("Lab", "2026", ("ncsc-caf@3.2",), ("govassure-baseline",)))
        bare, _, _ = cpu_of([sys.executable, "-c", BARE], 7)
        cpu, _, _ = cpu_of([*COMMAND, "--help"], 7)
        show("--help over a bare click program", f"{cpu / bare:.2f} ({cpu:.3f} s)", "at most 2.5")
        cpu, _, memory = cpu_of([*COMMAND, "-C", folder, "send"])
        show("send: 431 rows, whole command", f"{cpu:.2f} s", "writing at most 0.6 s")
        (sent,) = send(folder)
        what = questions_for(open_assessment(folder), PersonId("p1"))
        rows = {
            row.ref: Filled(
                row.answers[0].label if row.is_warning is False else row.answers[1].label
            )
            for row in what.rows
        }
        for topic in what.topics:
            rows |= {block.why_ref: Filled(words=WORDS) for block in topic.blocks}
        back = place / "back.xlsx"
        fill(sent.path, back, rows)
        begun = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*COMMAND, "-C", folder, "receive", back], check=True, capture_output=True)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = (ended.ru_utime + ended.ru_stime) - (begun.ru_utime + begun.ru_stime)
        show("receive: 431 rows, whole command", f"{cpu:.2f} s", "")
        show("  a row", f"{cpu / len(what.rows) * 1000:.2f} ms", "at most 3 ms")
        _, wall, _ = cpu_of([*COMMAND, "-C", folder, "status"], 5)
        show("status, wall", f"{wall:.2f} s", "at most 0.6 s")
        in_memory(folder)
        paper(folder, place)
        demo = place / "demo"
        cpu, wall, memory = cpu_of([*COMMAND, "demo", "-o", demo], 1)
        show("demo: 5 people, 1,105 statements", f"{cpu:.1f} s, {memory:.0f} MB", "at most 300 MB")
        print(json.dumps({"machine": platform.machine(), "python": platform.python_version()}))


if __name__ == "__main__":
    main()
