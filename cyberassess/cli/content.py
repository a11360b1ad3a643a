"""Commands about the control sets: framework list, show, check."""

from pathlib import Path

import click

from cyberassess.cli.running import PROBLEMS, json_flag, own_folder, print_json, show_problems


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
    from cyberassess.app.content import framework_list, list_json
    from cyberassess.cli.words import listed_lines

    listed = framework_list(folder)
    if as_json:
        print_json(list_json(listed))
        return
    for line in listed_lines(listed):
        click.echo(line)


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
    from cyberassess.app.content import framework_show, show_json
    from cyberassess.cli.words import shown_lines

    found = framework_show(name, folder)
    if as_json:
        print_json(show_json(found))
        return
    for line in shown_lines(found):
        click.echo(line)


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
    from cyberassess.app.content import check_json, framework_check
    from cyberassess.cli.words import checked_lines

    if not names and not everything:
        raise click.UsageError("Name a control set or a file, or give --all.")
    found = framework_check(list(names), folder)
    if as_json:
        print_json(check_json(found))
    for each in found:
        for line in [] if as_json else checked_lines(each):
            click.echo(line)
        show_problems(each.problems)
    if any(each.problems for each in found):
        context.exit(PROBLEMS)
