"""Commands that bring questions out and answers in: send, receive, ask, import, resolve."""

from pathlib import Path

import click

from cyberassess.cli.running import (
    IN_PART,
    INTERRUPTED,
    by_whom,
    may_not_ask,
    print_json,
    show_problems,
    steps,
)


@click.command()
@click.option(
    "--to",
    metavar="NAME",
    multiple=True,
    show_default="everybody",
    help="Only for this person. May be repeated.",
)
@click.option(
    "--comment",
    "comments",
    metavar="'REF: TEXT'",
    multiple=True,
    help="Stands beside the question in the workbook of the person named with --to.",
)
@click.option(
    "--without-last-year",
    is_flag=True,
    help="Send without earlier answers where last year cannot be read.",
)
@by_whom
@click.pass_obj
def send(
    folder: str,
    to: tuple[str, ...],
    *,
    comments: tuple[str, ...],
    without_last_year: bool,
    by: str | None,
) -> None:
    """Write one workbook for each person who is asked something.

    \b
    Examples:
      cyberassess send
      cyberassess send --to "Helen Stobart"
      cyberassess send --to "Helen Stobart" --comment "B1.b.NA.1/housing: Since when?"
    """
    from cyberassess.app.sending import send as write
    from cyberassess.cli.words import sent_lines

    with steps(len(to) or 5, "Writing") as advance:
        sent = write(
            Path(folder),
            to=to,
            comments=comments,
            without_last_year=without_last_year,
            by=by,
            on_file=lambda each: advance(each.person.name),
        )
    for line in sent_lines(sent):
        click.echo(line)


@click.command()
@click.argument("paths", metavar="FILE|FOLDER…", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--strict", is_flag=True, help="Exit with 3 also for conflicts and gaps.")
@by_whom
@click.pass_context
def receive(
    context: click.Context, paths: tuple[str, ...], *, dry_run: bool, strict: bool, by: str | None
) -> None:
    """Take in questionnaires that came back.

    Every answer is stored with the cell it came from; everything else that was written is
    reported. Receiving a file twice changes nothing.

    \b
    Examples:
      cyberassess receive questionnaires/sent
      cyberassess receive --dry-run questionnaires/sent
    """
    from cyberassess.app.receiving import receive as take
    from cyberassess.cli.words import received_lines

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
    refused = any(each.refused for each in results)
    acting = any(p.severity.value == "problem" for each in results for p in each.problems)
    if refused or acting or (strict and any(e.problems or e.conflicts for e in results)):
        context.exit(IN_PART)


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
    from cyberassess.app.settling import ask as prompt
    from cyberassess.cli.words import asked_lines

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
    show_default="webcaf import",
    help="Whose answers they are.",
)
@click.pass_context
def webcaf(
    context: click.Context, file: str, system: str | None, *, dry_run: bool, by: str | None
) -> None:
    """Take in an assessment recorded in WebCAF (JSON).

    \b
    Examples:
      cyberassess import webcaf assessment.json
      cyberassess import webcaf assessment.json --system "Housing management"
    """
    from cyberassess.app.importing import import_webcaf
    from cyberassess.cli.words import imported_lines

    found = import_webcaf(Path(context.obj), Path(file), system=system, by=by, dry_run=dry_run)
    for line in imported_lines(found, dry_run=dry_run):
        click.echo(line)
    show_problems([*found.problems, *found.contradictions])
    if any(each.severity.value == "problem" for each in found.problems):
        context.exit(IN_PART)


@click.command()
@click.argument("statement", metavar="[STATEMENT[/SCOPE]]", required=False)
@click.option("--answer", metavar="TEXT", help="The answer that counts, in words or as a code.")
@click.option("--reason", metavar="TEXT", help="Why it is right; printed in the report.")
@click.option(
    "--scope",
    metavar="ID",
    default=None,
    show_default="the only one",
    help="Where several scopes are in conflict.",
)
@click.option(
    "--keep",
    metavar="REF",
    default=None,
    show_default="nothing",
    help="Which value stands where two copies of the assessment differ; listed without it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the open ones as JSON.")
@by_whom
@click.pass_obj
def resolve(
    folder: str,
    statement: str | None,
    *,
    answer: str | None,
    reason: str | None,
    scope: str | None,
    keep: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Settle a conflict with a reason; without a statement, list the open ones.

    \b
    Examples:
      cyberassess resolve
      cyberassess resolve B2.d.NA.4/housing --answer happens --reason "Seen in the log."
    """
    from cyberassess.app.opening import open_assessment
    from cyberassess.app.settling import conflicts, conflicts_json, differences
    from cyberassess.app.settling import keep as let_stand
    from cyberassess.app.settling import resolve as settle
    from cyberassess.cli.words import conflict_lines
    from cyberassess.cli.words_keeping import difference_lines

    if keep is not None:
        if not reason:
            raise click.UsageError("--reason is missing. Nothing was changed.")
        kept = let_stand(Path(folder), keep, reason=reason, by=by)
        click.echo(f"Settled {kept.what}. The other values stay in the history.")
        return
    if statement is None:
        assessment = open_assessment(Path(folder))
        branched = differences(assessment)
        found = conflicts(assessment)
        if as_json:
            print_json(conflicts_json(found, branched))
            return
        for line in conflict_lines(found) if found or not branched else ():
            click.echo(line)
        for line in difference_lines(branched):
            click.echo(line)
        return
    if not answer or not reason:
        missing = "--answer" if not answer else "--reason"
        raise click.UsageError(f"{missing} is missing. Nothing was changed.")
    settled = settle(Path(folder), statement, answer=answer, reason=reason, scope=scope, by=by)
    click.echo(
        f"Settled {settled.statement.indicator} in {settled.statement.scope}. "
        "Both answers stay in the history."
    )
