"""The commands for the years after: framework update, trend."""

from pathlib import Path

import click

from cyberassess.steps.next_year.words import trend_lines, update_lines
from cyberassess.terminal.running import HELP, by_whom, json_flag, own_folder, print_json


@click.command(context_settings=HELP)
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@by_whom
@own_folder
@json_flag
@click.pass_context
def update(
    context: click.Context, folder: Path | None, *, dry_run: bool, by: str | None, as_json: bool
) -> None:
    """Take up corrections of this assessment's control sets.

    An assessment keeps the revision it began with. Answers to statements that ask for something
    else since stay in the ledger, count for nothing, and are asked again with the next questions.

    \b
    Examples:
      cyberassess framework update --dry-run
      cyberassess framework update
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.next_year.updating import update_sets, updates, updates_json

    here = Path(context.obj or ".")
    if dry_run:
        found = updates(open_assessment(here), folder)
    else:
        found = update_sets(here, sets=folder, by=by)
    if as_json:
        print_json(updates_json(found))
        return
    for line in update_lines(found, dry_run=dry_run):
        click.echo(line)


@click.command("trend")
@click.option(
    "--by",
    "kind",
    metavar="theme|system|outcome|all",
    type=click.Choice(["theme", "system", "outcome", "all"]),
    default="theme",
    show_default=True,
    help="What the lines are of.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, to sort and to chart.")
@json_flag
@click.pass_obj
def years(folder: str, *, kind: str, as_csv: bool, as_json: bool) -> None:
    """Say how the years before led to this one.

    Each number is that of its year's own approved report. Across a change of version only what is
    the same in both is compared. A year that is mostly unanswered is marked, and is no point.

    \b
    Examples:
      cyberassess trend
      cyberassess trend --by outcome --csv
    """
    from cyberassess.opening.files_for_people import csv_text
    from cyberassess.steps.next_year.trending import trend_json, trend_rows, years_in_a_row

    found = years_in_a_row(Path(folder))
    kinds = ("theme", "system", "outcome") if kind == "all" else (kind,)
    if as_json:
        print_json(trend_json(found, kinds))
    elif as_csv:
        click.echo(csv_text(trend_rows(found, kinds)), nl=False)
    else:
        for line in trend_lines(found, kinds):
            click.echo(line)
