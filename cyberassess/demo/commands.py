"""The command that makes the example: demo."""

from pathlib import Path

import click

from cyberassess.terminal.running import IN_PART, steps


@click.command()
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    default="reports/demo",
    show_default=True,
    help="Where the demonstration goes; an earlier one there is replaced.",
)
@click.pass_context
def demo(context: click.Context, output: str) -> None:
    """Make a fictional council and take it down the whole road.

    Sets up Northport Council with three critical systems and five people, sends their
    questionnaires, fills them in and receives them. Then it gathers evidence, confirms what
    nobody disputes, has it reviewed, prints the reports and writes an evidence pack.

    \b
    Examples:
      cyberassess demo
      cyberassess demo -o /tmp/northport
    """
    from cyberassess.demo.story import demo as make
    from cyberassess.demo.words import demo_lines

    with steps(25, "Setting up") as advance:
        made = make(Path(output), on_step=advance)
    for line in demo_lines(made):
        click.echo(line)
    if any(each.refused for each in made.received):
        context.exit(IN_PART)
