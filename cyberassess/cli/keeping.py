"""Commands that keep an assessment whole: merge, recover."""

from pathlib import Path

import click

from cyberassess.cli.running import IN_PART, by_whom, json_flag, print_json, show_problems


@click.command()
@click.argument("other", metavar="[FOLDER]", required=False)
@click.option(
    "--close-open",
    is_flag=True,
    help="Take prompts under way on another machine as ended; all their answers are kept.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@by_whom
@json_flag
@click.pass_context
def merge(
    context: click.Context,
    other: str | None,
    *,
    close_open: bool,
    dry_run: bool,
    by: str | None,
    as_json: bool,
) -> None:
    """Join copies of this assessment that went apart; nothing is lost.

    Without a folder: the branches that two machines made in a synced folder, and the conflict
    copies of files that sync tools leave. With a folder: another copy of the same assessment,
    which is only read.

    \b
    Examples:
      cyberassess merge
      cyberassess merge --dry-run
    """
    from cyberassess.app.merging import merge as join
    from cyberassess.cli.words_keeping import merge_json, merge_lines

    found = join(
        Path(context.obj),
        Path(other) if other else None,
        close_open=close_open,
        dry_run=dry_run,
        by=by,
    )
    if as_json:
        print_json(merge_json(found, dry_run=dry_run))
    else:
        for line in merge_lines(found, dry_run=dry_run):
            click.echo(line)
    show_problems(found.notes)
    if found.notes:
        context.exit(IN_PART)


@click.command()
@click.option(
    "--to",
    metavar="FOLDER",
    default=None,
    show_default="beside the damaged one",
    help="The new folder.",
)
@json_flag
@click.pass_context
def recover(context: click.Context, to: str | None, *, as_json: bool) -> None:
    """Get every readable answer out of a damaged assessment, into a new folder.

    The damaged folder is only read. What was lost is said line by line.

    \b
    Examples:
      cyberassess recover
      cyberassess recover --to recovered
    """
    from cyberassess.app.recovering import recover as rescue
    from cyberassess.cli.words_keeping import recover_json, recover_lines

    found = rescue(Path(context.obj), Path(to) if to else None)
    if as_json:
        print_json(recover_json(found))
    else:
        for line in recover_lines(found):
            click.echo(line)
    show_problems(found.lost)
    if not found.is_complete:
        context.exit(IN_PART)
