"""Commands for independent review: review, review send, review receive, review opinion."""

from pathlib import Path

import click

from cyberassess.terminal.running import (
    IN_PART,
    by_whom,
    force,
    json_flag,
    output,
    print_found,
    print_lines,
    show_problems,
)


@click.group(invoke_without_command=True)
@json_flag
@click.pass_context
def review(context: click.Context, *, as_json: bool) -> None:
    """Say how far an independent assurer agrees; send and receive their workbook.

    \b
    Examples:
      cyberassess review
      cyberassess review --json
    """
    if context.invoked_subcommand is not None:
        return
    from cyberassess.steps.review.reviewing import review_state
    from cyberassess.steps.review.words import review_json, review_lines

    found = review_state(Path(context.obj))
    print_found(found, review_json, review_lines, as_json=as_json)


@review.command("send")
@click.option("--to", metavar="'NAME, ROLE'", required=True, help="The assurer.")
@output("under reviews/")
@force
@by_whom
@click.pass_obj
def review_send(folder: str, to: str, *, output: Path | None, force: bool, by: str | None) -> None:
    """Write the assurer's workbook: every claim beside empty columns.

    \b
    Examples:
      cyberassess review send --to "Nadia Okafor, Independent assurer"
      cyberassess review send --to "Nadia Okafor" -o review.xlsx --force
    """
    from cyberassess.steps.review.reviewing import send_review

    sent = send_review(Path(folder), to, output, force=force, by=by)
    click.echo(f"Wrote {sent.path}: {sent.outcomes} outcomes for {sent.name}.")


@review.command("receive")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@by_whom
@click.pass_context
def review_receive(context: click.Context, file: Path, *, dry_run: bool, by: str | None) -> None:
    """Take in an assurer's workbook; it is kept byte for byte, with a slip to sign.

    \b
    Examples:
      cyberassess review receive review.xlsx
      cyberassess review receive review.xlsx --dry-run
    """
    from cyberassess.steps.review.reviewing import receive_review
    from cyberassess.steps.review.words import review_received_lines

    found = receive_review(Path(context.obj), file, dry_run=dry_run, by=by)
    print_lines(review_received_lines(found, dry_run=dry_run))
    show_problems(found.problems, indent="  ")
    if found.problems:
        context.exit(IN_PART)


@review.command("opinion")
@click.argument("opinion", metavar="[OPINION]", default="")
@click.option("--assurer", metavar="'NAME, ROLE'", required=True, help="Whose opinion it is.")
@click.option("--risk", metavar="WORD", default="", help="Overall risk: high, medium or low.")
@by_whom
@click.pass_obj
def review_opinion(folder: str, opinion: str, *, assurer: str, risk: str, by: str | None) -> None:
    """Record what an assurer thinks of the whole, in their own words; asked for if not given.

    It stands in front of the review in every report. A later one replaces it. Assurers
    who have the workbook write it on its first sheet instead.

    \b
    Examples:
      cyberassess review opinion "Sound, but backups are untested." --assurer "Nadia Okafor"
      cyberassess review opinion "Sound where I looked." --assurer "Nadia Okafor" --risk low
    """
    from cyberassess.steps.review.opining import give_opinion
    from cyberassess.terminal.fitting import read
    from cyberassess.terminal.running import standard_input_waits

    if not opinion.strip() and standard_input_waits():
        opinion = read("The opinion, in the assurer's own words:")
        risk = risk or read("Overall risk as they see it (high, medium or low; Enter for none):")
    given = give_opinion(Path(folder), assurer, opinion, risk=risk, by=by)
    said = f", overall risk {given.risk}" if given.risk else ""
    click.echo(f"Recorded the opinion of {given.name}{said}.")
