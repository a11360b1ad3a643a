"""Commands that print documents for people, and sign them off."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cyberassess.steps.report.documents import DOCUMENTS
from cyberassess.terminal.running import (
    force,
    json_flag,
    output,
    print_json,
    print_lines,
    show_problems,
    standard_input_waits,
    together,
)

if TYPE_CHECKING:
    from cyberassess.steps.report.approving import Signed
    from cyberassess.steps.report.printing import Printed, Wanted


printing = together(
    output("a dated name under reports/"),
    force,
    click.option("--html", is_flag=True, help="Write one self-contained HTML file instead."),
    click.option("--docx", is_flag=True, help="Write it for Word instead."),
    click.option("--csv", is_flag=True, help="Write its tables as CSV instead, in one ZIP."),
    click.option(
        "--at",
        "version",
        metavar="VERSION",
        type=click.IntRange(min=1),
        default=None,
        show_default="the present state",
        help="Print an approved version as it was.",
    ),
)
"""The options that every document takes."""


def wanted_from(
    output: Path | None, *, force: bool, html: bool, docx: bool, csv: bool, version: int | None
) -> "Wanted":
    """Give how a document is wanted, from the options and the ending of its name."""
    from cyberassess.steps.report.printing import SUFFIXES, Wanted

    asked = {".html": html, ".docx": docx, ".zip": csv}
    named = output.suffix.lower() if output else ""
    named = {".csv": ".zip"}.get(named, named if named in SUFFIXES else ".pdf")
    suffix = next((each for each, is_asked in asked.items() if is_asked), named)
    return Wanted(output, force, suffix, version)


def show_printed(printed: "Printed") -> None:
    """Say what was written."""
    from cyberassess.steps.report.words import printed_lines

    print_lines(printed_lines(printed))
    click.echo(f"It is {printed.status}.", err=True)
    show_problems(printed.notes)


@click.group()
def report() -> None:
    """Print documents for people."""


_OPTIONS = {
    "full": click.option(
        "--every-answer",
        is_flag=True,
        help="Show all outcomes; by default only those with something to decide.",
    )
}
"""What a document takes beside what all take, keyed by what it is called."""


def _document(name: str) -> click.Command:
    """Give the command that prints a document."""

    @printing
    @_OPTIONS.get(name, lambda command: command)
    @click.pass_obj
    def command(
        folder: str, /, output: Path | None, *, every_answer: bool | None = None, **options: Any
    ) -> None:
        own = {} if every_answer is None else {"every_answer": every_answer}
        wanted = wanted_from(output, **options)
        show_printed(DOCUMENTS[name](Path(folder), wanted, **own))

    return click.command(name, help=DOCUMENTS[name].__doc__)(command)


for _name in DOCUMENTS:
    report.add_command(_document(_name))


@report.command()
@printing
@click.option(
    "--edition",
    metavar="restricted|open",
    type=click.Choice(["restricted", "open"]),
    default="restricted",
    show_default=True,
    help="The open one names no system, person, evidence or failed control.",
)
@click.option(
    "--decision",
    metavar="TEXT",
    default="",
    show_default="what follows from the plan",
    help="What the committee is asked to decide.",
)
@click.pass_obj
def board(
    folder: str, /, output: Path | None, *, edition: str, decision: str, **options: Any
) -> None:
    """Print the board summary: page one stands alone.

    \b
    Examples:
      cyberassess report board
      cyberassess report board --edition open --html
      cyberassess report board --docx
    """
    from cyberassess.steps.report.printing import report_board

    wanted = wanted_from(output, **options)
    show_printed(report_board(Path(folder), wanted, edition=edition, decision=decision))


@report.command()
@printing
@click.argument("theme", metavar="[THEME]", default="")
@click.pass_obj
def theme(folder: str, /, theme: str, output: Path | None, **options: Any) -> None:
    """Print where a theme stands: last year, now, ambition, and what is in the way.

    The theme is the one the theme set calls its headline unless another is named.

    \b
    Examples:
      cyberassess report theme
      cyberassess report theme --html
    """
    from cyberassess.steps.report.printing import report_theme

    show_printed(report_theme(Path(folder), wanted_from(output, **options), theme=theme))


@click.command()
@click.option(
    "--name", metavar="NAME", default="", help="Who approves; nothing is recorded without."
)
@click.option("--role", metavar="ROLE", default="", help="What they are.")
@click.option(
    "--as-it-stands",
    is_flag=True,
    help="Although answers are missing, results not confirmed or conflicts open.",
)
@click.option("--reason", metavar="TEXT", default="", help="Why, if so; stands on every document.")
@json_flag
@click.pass_obj
def approve(
    folder: str, *, name: str, role: str, as_it_stands: bool, reason: str, as_json: bool
) -> None:
    """Sign off the present state: documents say DRAFT on every page until somebody does.

    Without a name it says which version stands, and what is open. A later change makes a draft of
    the next one.

    \b
    Examples:
      cyberassess approve
      cyberassess approve --name "Ada Moss" --role SIRO --as-it-stands --reason "Two returns late"
    """
    from cyberassess.steps.report.approving import approve as sign
    from cyberassess.steps.report.approving import signed, signed_json
    from cyberassess.steps.report.words import signed_lines

    wants = bool(name or role or as_it_stands or reason)
    found = signed(Path(folder))
    if wants:
        as_it_stands, reason = _as_it_stands(found, as_it_stands=as_it_stands, reason=reason)
        found = sign(Path(folder), name=name, role=role, as_it_stands=as_it_stands, reason=reason)
    if as_json:
        print_json(signed_json(found))
    else:
        print_lines(signed_lines(found, just_now=wants))
    show_problems(found.assessment.notes)


def _as_it_stands(found: "Signed", *, as_it_stands: bool, reason: str) -> tuple[bool, str]:
    """Ask what was not said on the command line, where somebody is there to ask."""
    wanting = [each for each in found.open if each.needs_reason]
    if found.version.approval or not wanting or not standard_input_waits():
        return as_it_stands, reason
    if not as_it_stands:
        for point in found.open:
            click.echo(f"Open: {point}.", err=True)
        as_it_stands = click.confirm("Approve it as it stands?", err=True)
    if as_it_stands and not reason.strip():
        reason = click.prompt("Why? It stands on every document", err=True)
    return as_it_stands, reason
