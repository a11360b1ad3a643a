"""Commands for what authors bring: framework profile, wording, new."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberassess.cli.running import HELP, IN_PART, show_problems
from cyberassess.cli.words import wrap
from cyberassess.errors import Severity, counted

if TYPE_CHECKING:
    from cyberassess.app.authoring import ProfileWritten, SetBegun
    from cyberassess.app.official import WordingKept

MOST_NAMED = 12
"""Ids printed in one line before the rest is only counted."""


@click.command(context_settings=HELP)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--framework", metavar="ID@VERSION", required=True, help="Whose outcomes they are.")
@click.option("--title", metavar="TEXT", required=True, help="What the target is called.")
@click.option("--publisher", metavar="TEXT", required=True, help="Who set it; page one says so.")
@click.option("--source", metavar="TEXT", required=True, help="Where it is published or decided.")
@click.option("--date", metavar="YYYY-MM-DD", required=True, help="When it was read or decided.")
@click.option(
    "-o",
    "--output",
    metavar="OUT.yaml",
    default=None,
    show_default="named after the title, here",
    type=click.Path(path_type=Path),
    help="Where to write the profile.",
)
@click.option("--force", is_flag=True, help="Replace a file of this name.")
@click.option(
    "--frameworks",
    "folder",
    metavar="DIR",
    default=None,
    show_default="those shipped",
    type=click.Path(path_type=Path),
    help="Control sets of your own, in a folder laid out like frameworks/.",
)
def profile(
    file: Path,
    *,
    framework: str,
    title: str,
    publisher: str,
    source: str,
    date: str,
    output: Path | None,
    folder: Path | None,
    force: bool,
) -> None:
    """Turn your own targets into a profile.

    FILE is CSV, xlsx or YAML: one row an outcome, with its id and the level it should reach.
    An outcome without a level has no target. The profile is for: new --profile OUT.yaml

    \b
    Examples:
      cyberassess framework profile targets.csv --framework ncsc-caf@3.2 \\
        --title "Our target for 2026" --publisher "Northport Council" \\
        --source "Cabinet, 3 March 2026, item 7" --date 2026-03-03
      cyberassess framework profile targets.csv --framework ncsc-caf@3.2 \\
        --title "Our target" --publisher "Northport Council" \\
        --source "Audit committee" --date 2026-03-03 -o our-target.yaml
    """
    from cyberassess.app.authoring import TargetsWanted, write_profile

    made = write_profile(
        file,
        TargetsWanted(framework, title, publisher, source, date, output, force, folder),
    )
    show_problems(made.notes)
    for line in _profile_lines(made, folder):
        click.echo(line)


def _profile_lines(made: "ProfileWritten", folder: Path | None) -> Iterator[str]:
    framework = made.framework
    target = made.profile.targets[framework.ref]
    yield f"Wrote {made.path}: {made.profile.title}, set by {made.profile.owner}."
    for level in reversed(framework.scale):
        ids = [str(key) for key, wanted in target.requirements.items() if wanted == level.id]
        if ids:
            yield from wrap(f"{level.title}: {counted(len(ids), 'outcome')}", "  ")
    if target.no_target:
        yield from wrap(f"no target: {_named([str(each) for each in target.no_target])}", "  ")
    own = f"--frameworks {folder} " if folder else ""
    yield from wrap(
        f"Next: cyberassess new FOLDER {own}--framework {framework.ref} --profile {made.path} …"
    )


def _named(ids: list[str]) -> str:
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return ", ".join(ids[:MOST_NAMED]) + more


@click.command(context_settings=HELP)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--framework",
    metavar="ID@VERSION",
    default="",
    show_default="the one whose ids fit",
    help="Whose wording it is.",
)
@click.option("--force", is_flag=True, help="Replace wording loaded before.")
@click.pass_context
def wording(context: click.Context, file: Path, framework: str, *, force: bool) -> None:
    """Keep a publisher's own wording in this assessment.

    FILE is a WebCAF framework YAML, a CISO Assistant library YAML, an OSCAL catalogue JSON, or a
    CSV with the columns id and text. It is matched by id and stays in the assessment's folder.

    \b
    Examples:
      cyberassess framework wording wording.csv
      cyberassess framework wording wording.csv --framework ncsc-caf@3.2 --force
    """
    from cyberassess.app.official import keep_wording

    kept = keep_wording(Path(context.obj or "."), file, framework=framework, force=force)
    show_problems(kept.problems)
    for line in _wording_lines(kept):
        click.echo(line)
    if not kept.is_whole:
        context.exit(IN_PART)


def _wording_lines(kept: "WordingKept") -> Iterator[str]:
    framework, texts = kept.framework, kept.matched.texts
    of_all = len(framework.indicators)
    with_text = of_all - len(kept.matched.missing)
    yield (
        f"{kept.kind}: wording for {with_text:,} of {of_all:,} statements "
        f"and {sum(each in texts for each in framework.outcomes):,} of "
        f"{len(framework.outcomes):,} outcomes of {framework.ref}."
    )
    if kept.matched.missing:
        yield from wrap(f"Without wording: {_named(list(kept.matched.missing))}")
    left_out = sum(each.severity is not Severity.NOTE for each in kept.problems)
    if left_out:
        yield f"Not matched: {counted(left_out, 'entry')} of the file, named above."
    yield f"Kept in {kept.path}"


@click.command(context_settings=HELP)
@click.argument("name", metavar="ID@VERSION")
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    default="my-frameworks",
    show_default=True,
    type=click.Path(path_type=Path),
    help="A folder laid out like frameworks/; it is made if it is not there.",
)
def new(name: str, folder: Path) -> None:
    """Begin a control set of your own: a small complete file to edit.

    \b
    Examples:
      cyberassess framework new our-rules@1
      cyberassess framework new our-rules@2 -o other-frameworks
    """
    from cyberassess.app.authoring import begin_set

    for line in _begun_lines(begin_set(name, folder), name, folder):
        click.echo(line)


def _begun_lines(made: "SetBegun", name: str, folder: Path) -> Iterator[str]:
    yield f"Wrote {made.path}: two outcomes to replace by your own; comments explain each key."
    if made.themes_were_there:
        yield from wrap(f"{made.themes} was there already: place the outcomes of {name} in it.")
    else:
        yield from wrap(f"Wrote {made.themes}: it says which theme each outcome counts for.")
    yield f"Next: edit it, then  cyberassess framework check {made.path}"
    yield f"And with its themes: cyberassess framework check {name} --frameworks {folder}"
    yield "docs/writing-a-framework.md goes from here to a scored questionnaire."
