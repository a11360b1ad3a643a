"""Councils of 1, 4, 6, 12 and 40 systems, and what their documents come to in pages and memory.

Run it with ``.venv/bin/python bench/councils.py [FOLDER] [SYSTEMS …]``: the documents stay in the
folder, to be looked at. Each system differs a little in its answers; a few gaps are planned for.
"""

import re
import sys
import tempfile
from pathlib import Path

from cyberassess.books.questionnaire.filling import Filled, fill
from cyberassess.domain.assessment import PersonId
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.send.sending import questions_for, send

sys.path.insert(0, str(Path(__file__).parent))
from printing import COMMAND, WORDS, pages_of, run, show

SIZES = (1, 4, 6, 12, 40)
NAMES = ("Housing management", "Adult social care", "Revenues and benefits", "Planning portal",
         "Highways and street works",
         "Case management for children, adults and carers")  # fmt: skip
LIMITS = {40: "250 pages, 400 MB"}
CONTRARY = 17
"""Every so many statements something falls short, at another place in each system."""


def council(folder: Path, systems: int) -> None:
    """Make an assessment whose every statement is answered."""
    titles = [NAMES[number % len(NAMES)] for number in range(systems)]
    if systems > len(NAMES):
        titles = [f"{name} {n // len(NAMES) + 1}" for n, name in enumerate(titles)]
    wanted = NewAssessment(
        "Northport Council",
        "2026",
        ("ncsc-caf@3.2",),
        ("govassure-baseline",),
        systems=tuple(titles),
    )
    new(folder, wanted)
    what = questions_for(open_assessment(folder), PersonId("p1"))
    rows: dict[str, Filled] = {}
    for number, row in enumerate(what.rows):
        is_contrary = (number + number // 300) % CONTRARY == 0
        labels = [each.label for each in row.answers]
        usual, other = (0, labels.index("Not true")) if row.is_warning is False else (1, 0)
        rows[row.ref] = Filled(labels[other if is_contrary else usual])
    for topic in what.topics:
        rows |= {block.why_ref: Filled(words=WORDS) for block in topic.blocks}
    (sent,) = send(folder)
    back = folder.parent / "back.xlsx"
    fill(sent.path, back, rows)
    (came,) = receive(folder, [back])
    if came.refused:  # NOTE: on a busy machine the guard's time may be up
        sys.exit(f"The answers of {systems} systems were refused: {came.problems[0]}")


def measure(place: Path, systems: int) -> None:
    """Make one council, print its documents and say what they come to."""
    folder = place / f"council-{systems}"
    council(folder, systems)
    for kind, more in (("board", []), ("theme", []), ("full", []), ("full", ["--every-answer"])):
        out = place / f"{systems:02} {kind}{' every answer' if more else ''}.pdf"
        cost = run([*COMMAND, "-C", folder, "report", kind, *more, "-o", out, "--force"],
                   place / f"cache-{out.stem}")  # fmt: skip
        limit = LIMITS.get(systems, "") if kind == "full" and not more else ""
        show(f"{systems} systems, {re.sub('^[0-9]+ ', '', out.stem)}",
             f"{pages_of(out)} pages, {cost.cpu:.1f} s, {cost.memory:.0f} MB", limit)  # fmt: skip


def main() -> None:
    """Measure every size."""
    sizes = [int(each) for each in sys.argv[2:]] or list(SIZES)
    with tempfile.TemporaryDirectory() as name:
        place = Path(sys.argv[1]) if sys.argv[1:] else Path(name)
        place.mkdir(parents=True, exist_ok=True)
        for systems in sizes:
            measure(place, systems)


if __name__ == "__main__":
    main()
