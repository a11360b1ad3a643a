"""What is said of the example."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cyberassess.errors import counted
from cyberassess.steps.standing.words import score_lines
from cyberassess.terminal.text import wrap

if TYPE_CHECKING:
    from cyberassess.demo.story import Demo


def demo_lines(made: "Demo") -> Iterator[str]:
    """Name everything the demonstration left, and what to look at first."""
    answers = sum(each.stored for each in made.received)
    yield (
        f"Northport Council: {counted(len(made.sent), 'questionnaire')} sent and received, "
        f"{answers:,} answers stored."
    )
    yield from score_lines(made.assessment)
    yield ""
    yield "Everything is here:"
    for report in made.reports:
        pages = f" ({counted(report.pages, 'page')})" if report.pages else ""
        yield f"  a report              {report.path}{pages}"
    if made.reports[0].reason:
        yield from wrap(f"They are HTML editions: {made.reports[0].reason}", "  ")
    packed = f"{counted(made.pack.entries, 'file')}, unsigned"
    yield f"  an evidence pack      {made.pack.path} ({packed})"
    yield f"  the assessment        {made.workspace}"
    for each in made.sent:
        yield f"  sent                  {each.path}"
    for path in made.returned:
        yield f"  filled in             {path}"
    yield f"  a review              {made.review}"
    yield ""
    yield "Look closer:"
    yield f"  ./run -C {made.workspace} status"
    yield f"  ./run -C {made.workspace} explain B2.d/housing"
    yield f"  ./run -C {made.workspace} evidence list --outcome B2.c"
    yield f'  ./run verify "{made.pack.path}"'
