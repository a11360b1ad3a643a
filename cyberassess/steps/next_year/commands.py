"""The commands for the years after: framework update, trend."""

from collections.abc import Iterable
from pathlib import Path

import click

from cyberassess.errors import Json
from cyberassess.steps.next_year.words import (
    trend_json,
    trend_lines,
    trend_rows,
    update_lines,
    version_lines,
)
from cyberassess.terminal.running import (
    HELP,
    by_whom,
    json_flag,
    own_folder,
    print_json,
    print_lines,
)


@click.command(context_settings=HELP)
@click.argument("ref", metavar="[SET@VERSION]", default="")
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@click.option(
    "--profile", metavar="ID|none", default="",
    help="The version's target. Default: the one of before, where it says something of it.",
)  # fmt: skip
@click.option(
    "--no-profile-reason", metavar="TEXT", default="", help="With --profile none: why no target."
)
@click.option(
    "--reason", metavar="TEXT", default="",
    help="Why another version this year; needed where it was approved already.",
)  # fmt: skip
@by_whom
@own_folder
@json_flag
@click.pass_context
def update(
    context: click.Context, /, ref: str, folder: Path | None, *, dry_run: bool, by: str | None,
    as_json: bool, **more: str,
) -> None:  # fmt: skip
    """Take up corrections of this assessment's control sets, or another version of one.

    An assessment keeps the revision it began with. Answers to statements that ask for something
    else since stay in the ledger, count for nothing, and are asked again with the next questions.

    With a version: answers of this year to statements that are alike go on counting, under whoever
    gave them. The others are shown beside what is asked again. The same command goes back.

    \b
    Examples:
      cyberassess framework update --dry-run
      cyberassess framework update
      cyberassess framework update ncsc-caf@4.0 --profile govassure-basic --dry-run
      cyberassess framework update ncsc-caf@4.0 --profile govassure-basic
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.next_year.changing_version import (
        Wanted,
        change_of_version,
        take_up_version,
        version_json,
    )  # fmt: skip
    from cyberassess.steps.next_year.updating import update_sets, updates, updates_json

    here = Path(context.obj or ".")
    if ref:
        wanted = Wanted(ref, sets=folder, **more)
        version = (
            change_of_version(open_assessment(here), wanted)
            if dry_run
            else take_up_version(here, wanted, by=by)
        )
        _say(version_json(version), version_lines(version, dry_run=dry_run), as_json=as_json)
        return
    found = updates(open_assessment(here), folder) if dry_run else None
    found = found or update_sets(here, sets=folder, by=by)
    _say(updates_json(found), update_lines(found, dry_run=dry_run), as_json=as_json)


def _say(as_values: Json, lines: Iterable[str], *, as_json: bool) -> None:
    if as_json:
        print_json(as_values)
        return
    print_lines(lines)


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
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.opening.files_for_people import csv_text
    from cyberassess.opening.years import in_a_row

    found = in_a_row(open_assessment(Path(folder)))
    kinds = ("theme", "system", "outcome") if kind == "all" else (kind,)
    if as_json:
        print_json(trend_json(found, kinds))
    elif as_csv:
        click.echo(csv_text(trend_rows(found, kinds)), nl=False)
    else:
        print_lines(trend_lines(found, kinds))
