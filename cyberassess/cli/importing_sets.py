"""Commands that build control sets on the user's machine: framework import pscrf."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberassess.cli.running import HELP, IN_PART, show_problems
from cyberassess.cli.words import table, wrap
from cyberassess.errors import counted

if TYPE_CHECKING:
    from cyberassess.app.importing_sets import BuiltSet


def _pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    """Read ``LEFT=RIGHT``; the right-hand side is what stands after the last sign."""
    pairs: dict[str, str] = {}
    for each in given:
        left, sign, right = each.rpartition("=")
        if not sign or not left.strip() or not right.strip():
            raise click.UsageError(
                f'{option} "{each}" is not of the form "LEFT=RIGHT". Nothing was written.'
            )
        if left.strip() in pairs:
            raise click.UsageError(
                f'{option} names "{left.strip()}" twice. Give it once. Nothing was written.'
            )
        pairs[left.strip()] = right.strip()
    return pairs


@click.group("import", context_settings=HELP)
def import_() -> None:
    """Build a control set here from its publisher's own sheet."""


@import_.command(context_settings=HELP)
@click.argument("file", metavar="FILE.xlsx", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "columns",
    metavar="COLUMN=ROLE",
    multiple=True,
    show_default="by the headings",
    help="What a column is, by its heading or letter. May be repeated.",
)
@click.option(
    "--owner",
    "owners",
    metavar="AREA=ROLE",
    multiple=True,
    show_default="by its words",
    help="Which role owns a duty area. May be repeated.",
)
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    default="frameworks",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder to write to, laid out like frameworks/.",
)
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@click.pass_context
def pscrf(
    context: click.Context,
    file: Path,
    columns: tuple[str, ...],
    owners: tuple[str, ...],
    folder: Path,
    *,
    force: bool,
) -> None:
    """Build PSCRF 2.0 from the official sheet.

    The sheet's wording stays on this machine. Where a heading, a duty area or a row leaves doubt,
    nothing is written and everything in doubt is named.

    \b
    Examples:
      cyberassess framework import pscrf pscrf-v2.xlsx
      cyberassess framework import pscrf pscrf-v2.xlsx --map "Control=text" -o our-sets
      cyberassess framework import pscrf pscrf-v2.xlsx --owner "Procurement=procurement"
    """
    from cyberassess.app.importing_sets import import_pscrf

    built = import_pscrf(
        file,
        folder,
        columns=_pairs(columns, "--map"),
        owners=_pairs(owners, "--owner"),
        force=force,
    )
    for line in built_lines(built, folder):
        click.echo(line)
    show_problems(built.notes)
    if any(each.severity.value == "problem" for each in built.notes):
        context.exit(IN_PART)


def built_lines(built: "BuiltSet", folder: Path) -> Iterator[str]:
    """Say what was understood, what was written and what to do next."""
    framework, reading = built.framework, built.reading
    groups, levels = framework.count_groups(), framework.count_levels()
    yield f'Understood from sheet "{reading.sheet}", headings in row {reading.heading_row}:'
    yield from table((c.role, c.letter, c.heading or "(no heading)") for c in reading.columns)
    if reading.unread:
        yield from wrap(f"Columns not read: {', '.join(reading.unread)}")
    stages = ", ".join(f"{framework.level(each).title} {n}" for each, n in levels.items())
    yield (
        f"{counted(groups['domain'], 'domain')}, "
        f"{counted(groups['category'], 'category')}, "
        f"{counted(len(framework.outcomes), 'sub-category')}, "
        f"{counted(len(framework.indicators), 'control')}: {stages}."
    )
    for group in framework.groups:
        yield from wrap(
            f"{group.title}: {', '.join(f'{each.id} {each.title}' for each in group.groups)}", "  "
        )
    yield "Duty areas and their owners:"
    yield from table(built.owners.items())
    yield (
        f"{counted(len(built.suggestions), 'control')} may match PSCRF 1.0; nothing was carried "
        "over. Read the list first."
    )
    yield "Written:"
    for path in built.paths:
        yield f"  {path}"
    yield f"To look at it: cyberassess framework show {framework.ref} --frameworks {folder}"
    yield (
        f"Next: cyberassess new DIR --framework {framework.ref} --frameworks {folder} "
        "--themes pscrf-2-themes"
    )
