"""Commands that take answers in: receive, ask, import, decisions receive."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberassess.terminal.running import (
    IN_PART,
    INTERRUPTED,
    by_whom,
    may_not_ask,
    show_problems,
)

if TYPE_CHECKING:
    from cyberassess.opening.intake import ReceivedFile


@click.command()
@click.argument("paths", metavar="FILE|FOLDER…", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--strict", is_flag=True, help="Exit with 3 also for conflicts and gaps.")
@by_whom
@click.pass_context
def receive(
    context: click.Context, paths: tuple[str, ...], *, dry_run: bool, strict: bool, by: str | None
) -> None:
    """Take in what came back: questionnaires, decisions, a review, a plan, people, systems.

    Every answer is stored with the cell it came from; everything else that was written is
    reported. Receiving a file twice changes nothing. A folder may hold other files too: they are
    looked at and named, and not copied.

    \b
    Examples:
      cyberassess receive questionnaires/sent
      cyberassess receive --dry-run questionnaires/sent
    """
    from cyberassess.steps.receive.receiving import receive as take
    from cyberassess.steps.receive.words import drafts_lines, not_ours_lines, received_lines

    files = [Path(each) for each in paths]
    if dry_run:
        click.echo("A dry run: nothing is changed. Without --dry-run it says:", err=True)
    results = take(
        Path(context.obj),
        files,
        dry_run=dry_run,
        by=by,
        on_file=lambda each: _print_received(received_lines(each)),
        on_older=lambda each: click.echo(str(each)),
    )
    for each in results:
        show_problems(each.problems, indent="  " if not each.refused else "")
    _print_received([*not_ours_lines(results), *drafts_lines(results)])
    _keep_words(context, results, dry_run=dry_run)
    refused = any(each.refused for each in results) or all(each.not_ours for each in results)
    acting = any(p.severity.value == "problem" for each in results for p in each.problems)
    if refused or acting or (strict and any(e.problems or e.conflicts for e in results)):
        context.exit(IN_PART)


def _keep_words(
    context: click.Context, results: "Sequence[ReceivedFile]", *, dry_run: bool
) -> None:
    """Keep what was said of the files as a page."""
    from cyberassess.steps.receive.pages import keep_words

    page, problems = keep_words(Path(context.obj), results, dry_run=dry_run)
    if page:
        click.echo(f"All of this, with links to the cells: {page}", err=True)
    show_problems(problems)


def _print_received(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)


@click.command()
@click.option(
    "--as",
    "name",
    metavar="NAME",
    default=None,
    show_default="the officer",
    help="Whose answers they are.",
)
@click.option("--again", is_flag=True, help="Go through the answered questions too.")
@click.pass_context
def ask(context: click.Context, name: str | None, *, again: bool) -> None:
    """Answer the same questions here at the prompt.

    Every answer is safe before the next question is shown; stop whenever you like.

    \b
    Examples:
      cyberassess ask
      cyberassess ask --as "Helen Stobart"
    """
    if may_not_ask():
        raise click.UsageError(
            "ask reads answers from the prompt, and --no-input says that nobody is there. Leave "
            "out --no-input, or take in a workbook: cyberassess receive FILE. Nothing was changed."
        )
    from cyberassess.steps.receive.asking import ask as prompt
    from cyberassess.steps.receive.words import asked_lines

    answered, person = prompt(Path(context.obj), name, again=again)
    for line in asked_lines(answered, person):
        click.echo(line)
    if answered.ended.value == "interrupted":
        context.exit(INTERRUPTED)


@click.group("import")
def import_() -> None:
    """Take in assessments that other tools hold."""


@import_.command()
@click.argument("file", metavar="FILE")
@click.option(
    "--system",
    metavar="NAME",
    default=None,
    show_default="the only one",
    help="Which system the file is about.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--by",
    metavar="NAME",
    default=None,
    show_default="webcaf import, or the assurer named in it",
    help="Whose answers they are, or whose review it is.",
)
@click.pass_context
def webcaf(
    context: click.Context, file: str, system: str | None, *, dry_run: bool, by: str | None
) -> None:
    """Take in an assessment recorded in WebCAF, or an assurer's review of it (JSON).

    \b
    Examples:
      cyberassess import webcaf assessment.json
      cyberassess import webcaf assessment.json --system "Housing management"
      cyberassess import webcaf review.json --by "Nadia Okafor"
    """
    from cyberassess.steps.receive.importing import import_webcaf
    from cyberassess.steps.receive.words import import_remarks, imported_lines

    found = import_webcaf(Path(context.obj), Path(file), system=system, by=by, dry_run=dry_run)
    for line in imported_lines(found, dry_run=dry_run):
        click.echo(line)
    show_problems(import_remarks(found))
    if any(each.severity.value == "problem" for each in found.problems):
        context.exit(IN_PART)


@click.command("receive")
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@by_whom
@click.pass_context
def decisions_received(
    context: click.Context, files: tuple[str, ...], *, dry_run: bool, by: str | None
) -> None:
    """Record what was decided in the workbook, item by item.

    What has changed since it was written is not applied, and named. Twice changes nothing.

    \b
    Examples:
      cyberassess decisions receive decisions.xlsx
      cyberassess decisions receive --dry-run decisions.xlsx
    """
    from cyberassess.steps.confirm.words import decided_lines
    from cyberassess.steps.receive.receiving import receive as take

    paths = [Path(each) for each in files]
    found = take(Path(context.obj), paths, dry_run=dry_run, by=by, wanted="decisions")
    for each in found:
        for line in decided_lines(each, dry_run=dry_run):
            click.echo(line)
        show_problems(each.problems, indent="" if each.refused else "  ")
    _keep_words(context, found, dry_run=dry_run)
    if any(e.refused or any(p.severity.value == "problem" for p in e.problems) for e in found):
        context.exit(IN_PART)
