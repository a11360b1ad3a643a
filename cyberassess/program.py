"""All commands: which step's stand under which word, in the order of the year."""

import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberassess.terminal.completing import offer_words
from cyberassess.terminal.fitting import fit_help
from cyberassess.terminal.running import (
    NO_COLOR,
    NO_INPUT,
    Program,
    print_lines,
    run,
    whole_summaries,
)
from cyberassess.version import __version__

if TYPE_CHECKING:
    from cyberassess.domain.people.naming import Renaming
    from cyberassess.opening.assessment import Assessment


EXAMPLES = """\
Look at a finished example first:
  cyberassess demo
Begin an assessment of your own:
  cyberassess new northport-2026
Go on with it, from inside its folder:
  cyberassess status"""
BARE = f"""\
cyberassess assesses the cyber resilience of a council or another public body.

Questions go out as workbooks, answers come back into a ledger that loses nothing,
published rules score them, and people get PDF reports they can check.

Usage: cyberassess [OPTIONS] COMMAND …

{EXAMPLES}

All commands: cyberassess --help"""


def version_lines(version: str) -> Iterator[str]:
    """Give tool, control sets, Python and ledger format."""
    from cyberassess.domain.record.segment import SCHEMA
    from cyberassess.steps.sets.content import framework_list

    yield f"cyberassess {version}"
    for each in framework_list():
        framework = each.shelved.framework
        yield f"{framework.ref} revision {framework.revision}"
    yield f"ledger format {SCHEMA}"
    yield f"Python {platform.python_version()}"


def _version(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001
    if not value or context.resilient_parsing:
        return
    print_lines(version_lines(__version__))
    context.exit()


@click.group(
    cls=Program,
    epilog=f"\b\n{EXAMPLES}",
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
        click.echo(BARE)


def _add_commands() -> None:
    from cyberassess.demo import commands as demo
    from cyberassess.screen import commands as screen
    from cyberassess.steps.begin import commands as begin
    from cyberassess.steps.care import commands as care
    from cyberassess.steps.confirm import commands as confirm
    from cyberassess.steps.evidence import commands as evidence
    from cyberassess.steps.next_year import commands as next_year
    from cyberassess.steps.pack import commands as pack
    from cyberassess.steps.people import commands as people
    from cyberassess.steps.plan import commands as plan
    from cyberassess.steps.receive import commands as receive
    from cyberassess.steps.report import commands as report
    from cyberassess.steps.review import commands as review
    from cyberassess.steps.send import commands as send
    from cyberassess.steps.sets import commands as sets
    from cyberassess.steps.settle import commands as settle
    from cyberassess.steps.standing import commands as standing
    from cyberassess.terminal import completing

    for command in (
        demo.demo,
        begin.new,
        begin.rollover,
        people.people,
        people.systems,
        standing.status,
        standing.menu,
        send.send,
        receive.receive,
        receive.ask,
        send.chase,
        receive.import_,
        settle.resolve,
        evidence.evidence,
        confirm.confirm,
        confirm.decisions,
        standing.start,
        screen.open_,
        standing.score,
        standing.explain,
        review.review,
        report.report,
        report.approve,
        next_year.years,
        plan.plan,
        pack.sign,
        pack.pack,
        care.verify,
        sets.framework,
        care.merge,
        care.recover,
    ):
        program.add_command(command)
    confirm.decisions.add_command(receive.decisions_received)
    for command in (
        sets.diff, sets.map_, sets.profile, sets.wording, sets.new, sets.import_,
        next_year.update,
    ):  # fmt: skip
        sets.framework.add_command(command)
    program.add_command(completing.completion)


def _ask_who(folder: Path, renamings: "Sequence[Renaming]") -> None:
    from cyberassess.steps.people.asking_who import settle

    settle(folder, renamings)


def _after_writing(look: "Callable[[], Assessment]") -> None:
    from cyberassess.steps.standing.start import refresh

    refresh(look)


_add_commands()
program.ask_who = _ask_who
program.after_writing = _after_writing
whole_summaries(program)
offer_words(program)
fit_help(program)


def main() -> None:
    """Run the program and exit with its code."""
    sys.exit(run(program, sys.argv[1:]))
