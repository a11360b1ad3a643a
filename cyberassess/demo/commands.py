"""The command that makes the example: demo."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberassess.errors import counted
from cyberassess.terminal.fitting import typed, wrap
from cyberassess.terminal.running import IN_PART, print_lines, steps

if TYPE_CHECKING:
    from cyberassess.demo.story import Demo


@click.command()
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    default="reports/demo",
    show_default=True,
    help="Where the demonstration goes; an earlier one there is replaced.",
)
@click.pass_context
def demo(context: click.Context, output: str) -> None:
    """Make a fictional council and take it down the whole road.

    Sets up Northport Council with three critical systems and five people, sends their
    questionnaires, fills them in and receives them. Then it gathers evidence, confirms what
    nobody disputes, has it reviewed, prints the reports and writes an evidence pack.

    \b
    Examples:
      cyberassess demo
      cyberassess demo -o /tmp/northport
    """
    from cyberassess.demo.story import demo as make

    with steps(25, "Setting up") as advance:
        made = make(Path(output), on_step=advance)
    print_lines(demo_lines(made))
    if any(each.refused for each in made.received):
        context.exit(IN_PART)


def demo_lines(made: "Demo") -> Iterator[str]:
    """Name everything the demonstration left, and what to look at first."""
    from cyberassess.steps.standing.words import score_lines

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
    yield from (f"  {each}" for each in to_look_at(made.workspace, made.pack.path))


def to_look_at(workspace: Path, pack: Path) -> Iterator[str]:
    """Give commands that show what the demonstration made."""
    # NOTE: in the folder for Windows, the program itself is what one starts
    start = "cyberassess" if os.name == "nt" else "./run"
    yield f"{start} -C {typed(workspace)} status"
    yield f"{start} -C {typed(workspace)} explain B2.d/housing"
    yield f"{start} -C {typed(workspace)} evidence list --marked rejected"
    yield f"{start} verify {typed(pack)}"
