"""The command that takes up later revisions of the control sets, and what it prints."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberassess.cli.running import HELP, by_whom, json_flag, own_folder, print_json
from cyberassess.cli.words import wrap
from cyberassess.errors import counted

if TYPE_CHECKING:
    from cyberassess.app.updating import Later, Updates

MOST_NAMED = 12


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
    from cyberassess.app.opening import open_assessment
    from cyberassess.app.updating import update_sets, updates, updates_json

    here = Path(context.obj or ".")
    if dry_run:
        found = updates(open_assessment(here), folder)
    else:
        found = update_sets(here, sets=folder, by=by)
    if as_json:
        print_json(updates_json(found))
        return
    for line in _lines(found, dry_run=dry_run):
        click.echo(line)


def _lines(found: "Updates", *, dry_run: bool) -> Iterator[str]:
    if not found.later:
        yield "Every control set here is at the revision that ships now. Nothing was changed."
        return
    for each in found.later:
        yield f"{each.pinned.ref}: revision {each.before.revision} to {each.after.revision}"
        for line in _set_lines(found, each):
            yield from wrap(line, indent="  ")
    if found.themes:
        name, old, new = found.themes
        yield f"Themes {name}: revision {old} to {new}"
    if dry_run:
        yield "Nothing was changed. To take this up: cyberassess framework update"
    else:
        yield from wrap("The sets of before stay beside those of now. Next: cyberassess send")


def _set_lines(found: "Updates", each: "Later") -> Iterator[str]:
    yield from each.about
    if each.asked_again:
        yield f"Asked again, since they ask for something else: {_named(each.asked_again)}"
    if each.only:
        named = _named(tuple(each.only))
        yield f"Asked again where the answer was no, since there is a choice more: {named}"
    if each.reworded:
        yield f"The same in other words: {counted(len(each.reworded), 'statement')}"
    if each.new:
        yield f"New: {_named(each.new)}"
    if each.gone:
        yield f"Not asked any more: {_named(each.gone)}"
    if answers := found.answers[each.pinned.ref]:
        yield (
            f"{counted(answers, 'answer')} kept in the ledger, counting for nothing until given "
            "again."
        )
    (met, of), (meet, of_now) = found.meets(each.pinned.ref)
    if of or of_now:
        yield f"Targets met: {met} of {of} before, {meet} of {of_now} after."


def _named(names: tuple[str, ...]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
