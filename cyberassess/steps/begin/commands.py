"""The command that begins an assessment: new."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberassess.terminal.fitting import wrap
from cyberassess.terminal.running import standard_input_waits

if TYPE_CHECKING:
    from cyberassess.steps.begin.setup import Created, NewAssessment


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--organisation", metavar="NAME", help="Whose assessment it is.")
@click.option("--period", metavar="TEXT", help="Which year or period, for example 2026.")
@click.option(
    "--framework",
    "frameworks",
    metavar="ID@VERSION",
    multiple=True,
    help="A control set; the first carries the headline. May be repeated.",
)
@click.option(
    "--profile",
    "profiles",
    metavar="[FRAMEWORK=]ID|FILE|none",
    multiple=True,
    help="The target. None is ever assumed. May be repeated.",
)
@click.option(
    "--no-profile-reason",
    metavar="TEXT",
    default="",
    show_default="none",
    help="Why no target was chosen, printed in the report.",
)
@click.option(
    "--system",
    "systems",
    metavar="NAME",
    multiple=True,
    help="A critical system. May be repeated.",
)
@click.option(
    "--cloud-service",
    "cloud_services",
    metavar="NAME",
    multiple=True,
    help="A cloud service. May be repeated.",
)
@click.option(
    "--frameworks",
    "own",
    metavar="DIR",
    default=None,
    show_default="those shipped",
    type=click.Path(path_type=Path),
    help="Control sets of your own, laid out like frameworks/.",
)
@click.option(
    "--themes", metavar="ID", default="five-themes", show_default=True, help="The theme set."
)
@click.option(
    "--respondent",
    "respondents",
    multiple=True,
    metavar="'NAME <EMAIL>[:ROLE,…[@SCOPE]]'",
    help="Somebody who answers; the officer answers the rest. May be repeated.",
)
@click.option(
    "--officer",
    metavar="'NAME <EMAIL>'",
    default="",
    show_default="a role",
    help="Who runs the assessment.",
)
@click.option(
    "--due",
    metavar="DATE",
    default="",
    show_default="no date",
    help="By when answers are wanted.",
)
def new(
    folder: str,
    *,
    organisation: str | None,
    period: str | None,
    frameworks: tuple[str, ...],
    profiles: tuple[str, ...],
    own: Path | None,
    **rest: object,
) -> None:
    """Begin an assessment in a new folder.

    \b
    Examples:
      cyberassess new northport-2026 --organisation "Northport Council" \\
        --period 2026 --framework ncsc-caf@3.2 --profile govassure-baseline
      cyberassess new lab --organisation Lab --period 2026 \\
        --framework ncsc-caf@3.2 --profile none --system "Housing management"
    """
    from cyberassess.steps.begin.setup import NewAssessment, available
    from cyberassess.steps.begin.setup import new as begin

    refs, known = available(own)
    organisation = organisation or _needed("--organisation", "Organisation:", [])
    period = period or _needed("--period", "Period (for example 2026):", [])
    frameworks = frameworks or (_needed("--framework", "Control set:", refs),)
    profiles = profiles or (_needed("--profile", "Target profile:", [*known, "none"]),)
    wanted = NewAssessment(organisation, period, frameworks, profiles, folder=own, **rest)  # type: ignore[arg-type]  # NOTE: click's values, by name
    for line in new_lines(begin(Path(folder), wanted), wanted):
        click.echo(line)


def _needed(flag: str, question: str, choices: list[str]) -> str:
    """Ask for what is missing; say which flag gives it where there is nobody to ask."""
    hint = f" One of: {', '.join(choices)}." if choices else ""
    if not standard_input_waits():
        raise click.UsageError(f"{flag} is missing.{hint} Nothing was changed.")
    if choices:
        click.echo(f"There are: {', '.join(choices)}")
    value: str = click.prompt(question, prompt_suffix=" ")
    return value.strip()


def new_lines(made: "Created", wanted: "NewAssessment") -> Iterator[str]:
    """Say what was made and what to do next."""
    yield f"Made {made.folder} for {wanted.organisation}, {wanted.period}."
    yield f"Control sets: {', '.join(wanted.frameworks)}. Target: {', '.join(wanted.profiles)}."
    for note in made.notes:
        yield from wrap(note)
    yield "Look at assessment.yaml: it says who is asked what."
    yield f"Next: cyberassess -C {made.folder} send"
