"""The command line: parse, call one function of ``app``, print, exit."""

import sys

import click

from cyberassess import __version__
from cyberassess.cli.completing import offer_words
from cyberassess.cli.fitting import fit_help
from cyberassess.cli.running import NO_COLOR, NO_INPUT, Program, run, whole_summaries

EXAMPLES = """\b
Look at a finished example first:
  cyberassess demo
Begin an assessment of your own:
  cyberassess new northport-2026
Go on with it, from inside its folder:
  cyberassess status"""


def _version(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001
    if not value or context.resilient_parsing:
        return
    from cyberassess.cli.words import version_lines

    for line in version_lines(__version__):
        click.echo(line)
    context.exit()


@click.group(
    cls=Program,
    epilog=EXAMPLES,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-C",
    "folder",
    metavar="DIR",
    default=".",
    show_default="this folder",
    type=click.Path(path_type=str),
    help="Folder of the assessment.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Print versions and exit.",
)
@click.option("--no-input", is_flag=True, help="Ask nothing; say which option is missing instead.")
@click.option("--no-color", is_flag=True, help="Print without colour (also NO_COLOR=1).")
@click.option("--debug", is_flag=True, help="Show the traceback where a command stops.")
@click.pass_context
def program(
    context: click.Context, folder: str, *, no_input: bool, no_color: bool, debug: bool
) -> None:
    """Assess the cyber resilience of a council or another public body.

    Questions go out as workbooks, answers come back into a ledger that loses nothing, published
    rules score them, and people get PDF reports they can check.
    """
    context.obj = folder
    context.meta["debug"] = debug
    context.meta[NO_INPUT] = no_input
    if no_color:
        context.meta[NO_COLOR] = True
    if context.invoked_subcommand is None:
        from cyberassess.cli.words import BARE

        click.echo(BARE)


def _add_commands() -> None:
    from cyberassess.cli import (
        authoring,
        comparing,
        completing,
        confirming,
        content,
        evidence,
        gathering,
        importing_sets,
        keeping,
        organising,
        packing,
        planning,
        reports,
        results,
        reviewing,
        setup,
        updating,
    )

    for command in (
        setup.demo,
        setup.new,
        organising.people,
        organising.systems,
        results.status,
        gathering.send,
        gathering.receive,
        gathering.ask,
        organising.chase,
        gathering.import_,
        gathering.resolve,
        evidence.evidence,
        confirming.confirm,
        confirming.decisions,
        results.score,
        results.explain,
        reviewing.review,
        reports.report,
        reports.approve,
        planning.plan,
        packing.sign,
        packing.pack,
        results.verify,
        content.framework,
        keeping.merge,
        keeping.recover,
    ):
        program.add_command(command)
    for command in (
        comparing.diff, comparing.map_, authoring.profile, authoring.wording, authoring.new,
        importing_sets.import_, updating.update,
    ):  # fmt: skip
        content.framework.add_command(command)
    program.add_command(completing.completion)


_add_commands()
whole_summaries(program)
offer_words(program)
fit_help(program)


def main() -> None:
    """Run the program and exit with its code."""
    sys.exit(run(program, sys.argv[1:]))
