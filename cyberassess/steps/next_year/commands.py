"""The command that takes up later revisions of the control sets."""

from pathlib import Path

import click

from cyberassess.steps.next_year.words import update_lines
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
