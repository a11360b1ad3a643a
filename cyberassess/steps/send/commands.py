"""Commands that ask people: send, chase."""

from pathlib import Path

import click

from cyberassess.terminal.running import (
    IN_PART,
    by_whom,
    json_flag,
    output,
    print_json,
    print_lines,
    steps,
)


@click.command()
@output("questionnaires/letters", "FOLDER", what="Where to write the reminders.")
@click.option("--strict", is_flag=True, help="Exit with 3 while somebody is late.")
@json_flag
@click.pass_context
def chase(context: click.Context, *, output: Path | None, strict: bool, as_json: bool) -> None:
    """Write a reminder for everybody who is late or incomplete, and one CSV.

    Nothing is sent: your own e-mail program does that.

    \b
    Examples:
      cyberassess chase
      cyberassess chase --json
    """
    from cyberassess.steps.send.chasing import chase as write
    from cyberassess.steps.send.words import chased_json, chased_lines

    found, paths = write(Path(context.obj), output)
    if as_json:
        print_json(chased_json(found))
    else:
        print_lines(chased_lines(found, paths))
    if strict and any(each.days_late for each in found):
        context.exit(IN_PART)


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
@click.option("--dry-run", is_flag=True, help="Say who would be sent how much; write nothing.")
@by_whom
@click.pass_obj
def send(
    folder: str,
    to: tuple[str, ...],
    *,
    comments: tuple[str, ...],
    without_last_year: bool,
    dry_run: bool,
    by: str | None,
) -> None:
    """Write one workbook for each person who is asked something.

    \b
    Examples:
      cyberassess send
      cyberassess send --dry-run
      cyberassess send --to "Helen Stobart"
      cyberassess send --to "Helen Stobart" --comment "B1.b.NA.1/housing: Since when?"
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.send.sending import send as write
    from cyberassess.steps.send.sending import to_send
    from cyberassess.steps.send.words import sent_lines, to_send_lines

    if dry_run:
        for line in to_send_lines(to_send(open_assessment(Path(folder)), to)):
            click.echo(line)
        return

    with steps(len(to) or 5, "Writing") as advance:
        sent = write(
            Path(folder),
            to=to,
            comments=comments,
            without_last_year=without_last_year,
            by=by,
            on_file=lambda each: advance(each.person.name),
        )
    print_lines(sent_lines(sent))
