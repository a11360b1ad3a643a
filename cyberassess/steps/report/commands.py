"""Commands that print documents for people, and sign them off."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cyberassess.terminal.running import json_flag, print_json, show_problems, standard_input_waits

if TYPE_CHECKING:
    from cyberassess.steps.report.approving import Signed
    from cyberassess.steps.report.printing import Printed, Wanted

_Command = TypeVar("_Command", bound=Callable[..., Any])


def printing(command: _Command) -> _Command:
    """Add the options that every document takes."""
    options = (
        click.option(
            "-o",
            "--output",
            metavar="FILE",
            default=None,
            show_default="a dated name under reports/",
            help="Where to write it.",
        ),
        click.option("--force", is_flag=True, help="Replace the file named by --output."),
        click.option("--html", is_flag=True, help="Write one self-contained HTML file instead."),
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
    for option in reversed(options):
        command = option(command)
    return command


def wanted_from(
    output: str | None, *, force: bool, html: bool, version: int | None, docx: bool = False
) -> "Wanted":
    """Give how a document is wanted, from the options."""
    from cyberassess.steps.report.printing import Wanted

    suffix = ".docx" if docx else ".html" if html else ".pdf"
    return Wanted(Path(output) if output else None, force, suffix, version)


def show_printed(printed: "Printed") -> None:
    """Say what was written."""
    from cyberassess.steps.report.words import printed_lines

    for line in printed_lines(printed):
        click.echo(line)
    click.echo(f"It is {printed.status}.", err=True)
    show_problems(printed.notes)


@click.group()
def report() -> None:
    """Print documents for people."""


@report.command()
@printing
@click.option(
    "--every-answer",
    is_flag=True,
    help="Show all outcomes; by default only those with something to decide.",
)
@click.pass_obj
def full(folder: str, /, output: str | None, *, every_answer: bool, **options: Any) -> None:
    """Print the full report: result, gaps, outcomes with something to decide, method.

    Something is to be decided where a result is below its target, disputed, overridden, lowered on
    review or still open.

    \b
    Examples:
      cyberassess report full
      cyberassess report full --every-answer
      cyberassess report full -o report.pdf --force
    """
    from cyberassess.steps.report.printing import report_full

    wanted = wanted_from(output, **options)
    show_printed(report_full(Path(folder), wanted, every_answer=every_answer))


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
@click.option("--docx", is_flag=True, help="Write it for Word, to paste into a paper.")
@click.option(
    "--decision",
    metavar="TEXT",
    default="",
    show_default="what follows from the plan",
    help="What the committee is asked to decide.",
)
@click.pass_obj
def board(
    folder: str, /, output: str | None, *, edition: str, decision: str, **options: Any
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
def theme(folder: str, /, theme: str, output: str | None, **options: Any) -> None:
    """Print where a theme stands: last year, now, ambition, and what is in the way.

    The theme is the one the theme set calls its headline unless another is named.

    \b
    Examples:
      cyberassess report theme
      cyberassess report theme --html
    """
    from cyberassess.steps.report.printing import report_theme

    show_printed(report_theme(Path(folder), wanted_from(output, **options), theme=theme))


@report.command()
@printing
@click.pass_obj
def soa(folder: str, /, output: str | None, **options: Any) -> None:
    """Print the statement of applicability: what applies where, and what was left out.

    Every outcome is there in every place, with its target, its result and its evidence in short.

    \b
    Examples:
      cyberassess report soa
      cyberassess report soa --html
    """
    from cyberassess.steps.report.printing import report_soa

    show_printed(report_soa(Path(folder), wanted_from(output, **options)))


@report.command()
@printing
@click.pass_obj
def findings(folder: str, /, output: str | None, **options: Any) -> None:
    """Print every finding with its action, owner, date and cost, by priority.

    What nobody has planned yet is listed too. "plan export" gives the same as a workbook.

    \b
    Examples:
      cyberassess report findings
      cyberassess report findings --html
    """
    from cyberassess.steps.report.printing import report_findings

    show_printed(report_findings(Path(folder), wanted_from(output, **options)))


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
        for line in signed_lines(found, just_now=wants):
            click.echo(line)
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
