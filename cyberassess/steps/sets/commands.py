"""Commands about the control sets: all of ``framework`` but update."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.decorators import FC

from cyberassess.steps.sets.words import (
    begun_lines,
    built_lines,
    checked_lines,
    diff_lines,
    listed_lines,
    map_lines,
    profile_lines,
    shown_lines,
    wording_lines,
)
from cyberassess.terminal.running import (
    HELP,
    IN_PART,
    PROBLEMS,
    json_flag,
    output,
    own_folder,
    print_found,
    print_json,
    print_lines,
    show_problems,
)


def _mapped(said: str) -> Callable[[FC], FC]:
    """Give the option that says what columns of a foreign table are."""
    return click.option(
        "--map",
        "columns",
        metavar="COLUMN=ROLE",
        multiple=True,
        show_default="by the headings",
        help=said,
    )


@click.group()
def framework() -> None:
    """Look at the control sets and check them."""


@framework.command("list")
@own_folder
@json_flag
def list_(folder: Path | None, *, as_json: bool) -> None:
    """List every control set with its counts.

    \b
    Examples:
      cyberassess framework list
      cyberassess framework list --json
    """
    from cyberassess.steps.sets.content import framework_list, list_json

    listed = framework_list(folder)
    print_found(listed, list_json, listed_lines, as_json=as_json)


@framework.command()
@click.argument("name", metavar="ID@VERSION")
@own_folder
@json_flag
def show(name: str, folder: Path | None, *, as_json: bool) -> None:
    """Show one control set: where it comes from, its outcomes, its rule.

    \b
    Examples:
      cyberassess framework show ncsc-caf@3.2
      cyberassess framework show ncsc-caf@3.2 | less
    """
    from cyberassess.steps.sets.content import framework_show, show_json

    found = framework_show(name, folder)
    print_found(found, show_json, shown_lines, as_json=as_json)


@framework.command()
@click.argument("names", metavar="ID@VERSION|FILE…", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Check every one there is.")
@own_folder
@json_flag
@click.pass_context
def check(
    context: click.Context,
    names: tuple[str, ...],
    folder: Path | None,
    *,
    everything: bool,
    as_json: bool,
) -> None:
    """Say everything wrong with a control set, its targets and its themes.

    \b
    Examples:
      cyberassess framework check ncsc-caf@3.2
      cyberassess framework check --all
    """
    from cyberassess.steps.sets.content import check_json, framework_check

    if not names and not everything:
        raise click.UsageError("Name a control set or a file, or give --all.")
    found = framework_check(list(names), folder)
    if as_json:
        print_json(check_json(found))
    for each in found:
        print_lines([] if as_json else checked_lines(each))
        show_problems(each.problems)
    if any(each.problems for each in found):
        context.exit(PROBLEMS)


@click.command(context_settings=HELP)
@click.argument("before", metavar="FROM")
@click.argument("after", metavar="TO")
@own_folder
@json_flag
def diff(before: str, after: str, folder: Path | None, *, as_json: bool) -> None:
    """Say what became of every statement between two versions of a set.

    FROM and TO are named ID@VERSION. Wording and place are given for each; an earlier answer is
    offered again only where both allow it.

    \b
    Examples:
      cyberassess framework diff ncsc-caf@3.2 ncsc-caf@4.0
      cyberassess framework diff ncsc-caf@3.2 ncsc-caf@4.0 --json
    """
    from cyberassess.steps.sets.comparing import diff_json, framework_diff

    compared = framework_diff(before, after, folder)
    print_found(compared, diff_json, diff_lines, as_json=as_json)


@click.command("map", context_settings=HELP)
@click.argument("one", metavar="FROM")
@click.argument("other", metavar="TO")
@own_folder
@json_flag
def map_(one: str, other: str, folder: Path | None, *, as_json: bool) -> None:
    """Say which parts of one set relate to which of another.

    FROM and TO are named ID@VERSION. A mapping suggests where evidence may serve again; it never
    decides how far an outcome is achieved.

    \b
    Examples:
      cyberassess framework map ncsc-caf@3.2 nist-csf@2.0
      cyberassess framework map ncsc-cyber-essentials@3.3 ncsc-caf@4.0 --json
    """
    from cyberassess.steps.sets.comparing import framework_map, map_json

    mapped = framework_map(one, other, folder)
    print_found(mapped, map_json, map_lines, as_json=as_json)


@click.command(context_settings=HELP)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--framework", metavar="ID@VERSION", required=True, help="Whose outcomes they are.")
@click.option("--title", metavar="TEXT", required=True, help="What the target is called.")
@click.option("--publisher", metavar="TEXT", required=True, help="Who set it; reports say so.")
@click.option("--source", metavar="TEXT", required=True, help="Where it is published or decided.")
@click.option("--date", metavar="DATE", required=True, help="When it was read or decided.")
@output("named after the title, here", "OUT.yaml", "Where to write the profile.")
@_mapped("What a column is: outcome or level. May be repeated.")
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
    columns: tuple[str, ...],
    **told: Any,  # NOTE: click's values, by name
) -> None:
    """Turn your own targets into a profile.

    FILE is CSV, xlsx, ods or YAML: one row an outcome, with its id and the level it should reach.
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
    from cyberassess.steps.sets.authoring import TargetsWanted, write_profile

    wanted = TargetsWanted(**told, mapping=columns)
    made = write_profile(file, wanted)
    show_problems(made.notes)
    print_lines(profile_lines(made, wanted.folder))


@click.command(context_settings=HELP)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--framework",
    metavar="ID@VERSION",
    default="",
    show_default="the one whose ids fit",
    help="Whose wording it is.",
)
@_mapped("What a column is: id or text. May be repeated.")
@click.option("--force", is_flag=True, help="Replace wording loaded before.")
@click.pass_context
def wording(
    context: click.Context, file: Path, framework: str, columns: tuple[str, ...], *, force: bool
) -> None:
    """Keep a publisher's own wording in this assessment.

    FILE is a WebCAF framework YAML, a CISO Assistant library YAML, an OSCAL catalogue JSON, a JSON
    of NIST's reference tool, or a table (CSV, xlsx, ods) with ids and texts, in two columns or in
    one. It is matched by id and stays in the assessment's folder.

    \b
    Examples:
      cyberassess framework wording wording.csv
      cyberassess framework wording wording.csv --framework ncsc-caf@3.2 --force
    """
    from cyberassess.steps.sets.official import keep_wording

    place = Path(context.obj or ".")
    kept = keep_wording(place, file, framework=framework, force=force, mapping=columns)
    show_problems(kept.problems)
    print_lines(wording_lines(kept))
    if not kept.is_whole:
        context.exit(IN_PART)


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
    from cyberassess.steps.sets.authoring import begin_set

    print_lines(begun_lines(begin_set(name, folder), name, folder))


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
@_mapped("What a column is, by its heading or letter. May be repeated.")
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
    from cyberassess.steps.sets.importing import import_pscrf

    built = import_pscrf(
        file,
        folder,
        columns=_pairs(columns, "--map"),
        owners=_pairs(owners, "--owner"),
        force=force,
    )
    print_lines(built_lines(built, folder))
    show_problems(built.notes)
    if any(each.severity.value == "problem" for each in built.notes):
        context.exit(IN_PART)
