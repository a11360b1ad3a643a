"""Commands that say what follows from the answers: status, score, explain, menu."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberassess.terminal.running import (
    json_flag,
    output,
    print_found,
    print_json,
    print_lines,
    run,
    show_problems,
    standard_input_waits,
)

if TYPE_CHECKING:
    from cyberassess.domain.result.scoring import OutcomeScore
    from cyberassess.opening.assessment import Assessment


@click.command()
@json_flag
@click.pass_obj
def status(folder: str, *, as_json: bool) -> None:
    """Say who has not replied, what is in conflict, and what to do next.

    \b
    Examples:
      cyberassess status
      cyberassess status --json
    """
    from cyberassess.steps.standing.standing import status as look
    from cyberassess.steps.standing.standing import status_json
    from cyberassess.steps.standing.words import certificate_lines, status_lines

    found = look(Path(folder))
    if as_json:
        print_json(status_json(found))
        return
    print_lines(status_lines(found))
    print_lines(certificate_lines(found.assessment))
    show_problems(found.assessment.notes)


@click.command()
@click.option(
    "--edition",
    metavar="own|open",
    type=click.Choice(["own", "open"]),
    default="own",
    show_default=True,
    help="The open one is for others: it names no person, system, document or outcome.",
)
@output("reports/start, open.html", what="Where to write the open edition.")
@click.pass_obj
def start(folder: str, *, edition: str, output: Path | None) -> None:
    """Write the page to start from, start.html, and a page for each outcome.

    Every command that writes refreshes them. They need no script and no network.

    \b
    Examples:
      cyberassess start
      cyberassess start --edition open
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.standing.start import write_open_start, write_start

    assessment = open_assessment(Path(folder))
    if edition == "open":
        place = output or assessment.workspace.reports / "start, open.html"
        click.echo(f"Wrote {write_open_start(assessment, place)}")
    elif output is not None:
        raise click.UsageError(
            "-o is for the open edition: the other one's links lead through this folder."
        )
    else:
        click.echo(f"Wrote {write_start(assessment)}")
    show_problems(assessment.notes)


@click.command()
@click.option(
    "--by",
    metavar="theme|standard|owner",
    type=click.Choice(["theme", "standard", "owner"]),
    default="theme",
    show_default=True,
    help="Count by theme, by other standards, or by the role that owns the outcome.",
)
@json_flag
@click.pass_obj
def score(folder: str, *, by: str, as_json: bool) -> None:
    """Score the answers by the published rules.

    \b
    Examples:
      cyberassess score
      cyberassess score --by owner
      cyberassess score --json
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.standing.results import (
        judged_on,
        register_json,
        score_json,
        tallies,
        tallies_json,
    )
    from cyberassess.steps.standing.words import register_lines, score_lines, tally_lines

    assessment = open_assessment(Path(folder))
    if by != "theme":
        found = tallies(assessment, by)
        if as_json:
            extra = register_json(assessment, judged_on(assessment)) if by == "standard" else {}
            print_json(tallies_json(found) | extra)
        print_lines([] if as_json else tally_lines(found))
        print_lines([] if as_json or by != "standard" else register_lines(assessment))
    else:
        print_found(assessment, score_json, score_lines, as_json=as_json)
    show_problems(assessment.notes)


@click.command()
@click.argument("outcome", metavar="OUTCOME[/SCOPE]")
@click.option(
    "--scope", metavar="ID", default=None, show_default="every one", help="Only in this scope."
)
@click.option("--trace", is_flag=True, help="Show every change, with cell, file and ledger line.")
@json_flag
@click.pass_obj
def explain(folder: str, outcome: str, scope: str | None, *, trace: bool, as_json: bool) -> None:
    """Show what decided an outcome: statements, people, cells, changes, what would change it.

    \b
    Examples:
      cyberassess explain A1.c
      cyberassess explain B2.c/housing
      cyberassess explain "B2.c/Housing management" --trace
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.standing.results import explain_json, find_scores
    from cyberassess.steps.standing.words import explain_lines

    assessment = open_assessment(Path(folder))
    found = find_scores(assessment, outcome, scope)
    if trace:
        _print_trace(assessment, found, as_json=as_json)
    elif as_json:
        print_json([explain_json(assessment, each) for each in found])
    else:
        for each in found:
            print_lines(explain_lines(assessment, each))
    show_problems(assessment.notes)


def _print_trace(assessment: "Assessment", found: "list[OutcomeScore]", *, as_json: bool) -> None:
    from cyberassess.steps.standing.tracing import trace_json, traces
    from cyberassess.steps.standing.words import trace_lines

    if as_json:
        print_json([trace_json(each) for each in traces(assessment, found)])
        return
    for each in traces(assessment, found):
        print_lines(trace_lines(assessment, each))


@click.command()
@click.argument("paths", metavar="[FILE|FOLDER…]", nargs=-1)
@click.option("--open", "opens", is_flag=True, help="Show the screen, where a browser starts.")
@click.pass_context
def menu(context: click.Context, paths: tuple[str, ...], *, opens: bool) -> None:
    """Show where the assessment stands, and what comes next with a number before it.

    A double click on Windows gives it with --open: that shows the screen of the same assessment in
    the browser, and the menu where no browser starts. Without an assessment in this folder it
    takes the one it was last used for, or asks what it needs to begin one. Files that are named,
    or were dropped onto the program, are received first.

    \b
    Examples:
      cyberassess menu
      cyberassess menu questionnaires/sent
    """
    from cyberassess.steps.standing.menu import Menu

    program = context.find_root().command
    assert isinstance(program, click.Group)  # noqa: S101 - it has this command
    shown = Menu(
        lambda words: run(program, words), Path(context.obj).absolute(), paths, opens=opens
    )
    try:
        shown.show(waits=standard_input_waits())
    except click.Abort:
        click.echo()
