"""The commands that begin an assessment: new, rollover."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cyberassess.steps.begin.words import rolled_over_lines
from cyberassess.terminal.fitting import typed, wrap
from cyberassess.terminal.running import (
    json_flag,
    print_json,
    print_lines,
    standard_input_waits,
    together,
)

if TYPE_CHECKING:
    from cyberassess.steps.begin.next_settings import Changes
    from cyberassess.steps.begin.setup import Created, NewAssessment

_both = together(
    click.argument("folder", metavar="DIR"),
    click.option("--period", metavar="TEXT", help="Which year or period, for example 2026."),
    click.option(
        "--framework",
        "frameworks",
        metavar="ID@VERSION",
        multiple=True,
        help="A control set; the first carries the headline. May be repeated.",
    ),
    click.option(
        "--profile",
        "profiles",
        metavar="[FRAMEWORK=]ID|FILE|none",
        multiple=True,
        help="The target. None is ever assumed. May be repeated.",
    ),
    click.option(
        "--no-profile-reason",
        metavar="TEXT",
        default="",
        show_default="none",
        help="Why no target was chosen, printed in the report.",
    ),
    click.option(
        "--system",
        "systems",
        metavar="NAME",
        multiple=True,
        help="A critical system. May be repeated.",
    ),
    click.option(
        "--cloud-service",
        "cloud_services",
        metavar="NAME",
        multiple=True,
        help="A cloud service. May be repeated.",
    ),
    click.option(
        "--frameworks",
        "own",
        metavar="DIR",
        default=None,
        show_default="those shipped",
        type=click.Path(path_type=Path),
        help="Control sets of your own, laid out like frameworks/.",
    ),
    click.option(
        "--respondent",
        "respondents",
        multiple=True,
        metavar="'NAME <EMAIL>[:ROLE,…[@SCOPE]]'",
        help="Somebody who answers; the officer answers the rest. May be repeated.",
    ),
    click.option(
        "--due",
        metavar="DATE",
        default="",
        show_default="no date",
        help="By when answers are wanted.",
    ),
    click.option(
        "--date",
        "dates",
        metavar="WHAT=DATE",
        multiple=True,
        help="When the review, approval or hand-over is, for calendar.ics. May be repeated.",
    ),
    click.option(
        "--left",
        metavar="'NAME[=WHO TAKES OVER]'",
        multiple=True,
        help="Somebody of last year who left. May be repeated.",
    ),
    click.option(
        "--ended",
        metavar="NAME",
        multiple=True,
        help="A system of last year that is there no more. May be repeated.",
    ),
    click.option(
        "--merged",
        metavar="'ONE+OTHER=NAME'",
        multiple=True,
        help="Systems of last year that became one. May be repeated.",
    ),
    click.option("--dry-run", is_flag=True, help="Say what would come over; make nothing."),
)
"""What both ways of beginning are told."""


@click.command()
@_both
@click.option("--organisation", metavar="NAME", help="Whose assessment it is.")
@click.option(
    "--themes", metavar="ID", default="five-themes", show_default=True, help="The theme set."
)
@click.option(
    "--officer",
    metavar="'NAME <EMAIL>'",
    default="",
    show_default="a role",
    help="Who runs the assessment.",
)
@click.option(
    "--from",
    "last",
    metavar="LASTYEAR",
    default=None,
    show_default="none",
    help="The assessment before this one, to go on from: as rollover does.",
)
def new(
    folder: str,
    *,
    organisation: str | None,
    period: str | None,
    frameworks: tuple[str, ...],
    profiles: tuple[str, ...],
    own: Path | None,
    last: str | None,
    **rest: Any,  # NOTE: click's values, by name
) -> None:
    """Begin an assessment in a new folder.

    \b
    Examples:
      cyberassess new northport-2026 --organisation "Northport Council" \\
        --period 2026 --framework ncsc-caf@3.2 --profile govassure-baseline
      cyberassess new lab --organisation Lab --period 2026 \\
        --framework ncsc-caf@3.2 --profile none --system "Housing management"
      cyberassess new northport-2027 --from northport-2026
    """
    from cyberassess.steps.begin.setup import NewAssessment, available
    from cyberassess.steps.begin.setup import new as begin

    if last is not None:
        _not_with_from(organisation=organisation, officer=rest.pop("officer"))
        rest.pop("themes")
        told = rest | {"period": period, "frameworks": frameworks, "profiles": profiles}
        _roll_over(folder, last, told | {"own": own}, as_json=False)
        return
    only_then = [name for name in ("left", "ended", "merged", "dry_run") if rest.pop(name)]
    if only_then:
        flag = f"--{only_then[0].replace('_', '-')}"
        message = f"{flag} goes with --from LASTYEAR. Nothing was changed."
        raise click.UsageError(message)
    refs, known = available(own)
    organisation = organisation or _needed("--organisation", "Organisation:", [])
    period = period or _needed("--period", "Period (for example 2026):", [])
    frameworks = frameworks or (_needed("--framework", "Control set:", refs),)
    profiles = profiles or (_needed("--profile", "Target profile:", [*known, "none"]),)
    wanted = NewAssessment(organisation, period, frameworks, profiles, folder=own, **rest)
    print_lines(new_lines(begin(Path(folder), wanted), wanted))


def _not_with_from(**said: str | None) -> None:
    hints = {
        "organisation": "The organisation is last year's.",
        "officer": "The officer is last year's; --left 'NAME=WHO TAKES OVER' where they left.",
    }
    for name, value in said.items():
        if value:
            message = f"--{name} does not go with --from. {hints[name]} Nothing was changed."
            raise click.UsageError(message)


@click.command()
@_both
@click.option(
    "--from", "last", metavar="LASTYEAR", required=True, help="The assessment before this one."
)
@json_flag
def rollover(
    folder: str,
    *,
    last: str,
    as_json: bool,
    **told: Any,  # NOTE: click's values, by name
) -> None:
    """Begin this year's assessment from last year's.

    Systems, people, targets, open actions and evidence still in date come over. Last year's
    answers stand beside the questions, and count once somebody confirms them.

    \b
    Examples:
      cyberassess rollover northport-2027 --from northport-2026 --dry-run
      cyberassess rollover northport-2027 --from northport-2026 \\
        --framework ncsc-caf@4.0 --profile govassure-basic \\
        --left "Helen Stobart=Dev Malhotra" --due 2027-06-30
    """
    _roll_over(folder, last, told, as_json=as_json)


def _roll_over(folder: str, last: str, told: dict[str, Any], *, as_json: bool) -> None:
    from cyberassess.steps.begin.next_settings import Changes
    from cyberassess.steps.begin.rolling_over import roll_over, rolled_over_json

    dry_run = told.pop("dry_run")
    period, own = told.pop("period") or "", told.pop("own")
    changes = Changes(period=period, folder=own, **told)
    if not as_json and standard_input_waits():
        changes = _ask_what_changed(changes)
    found = roll_over(Path(folder), Path(last), changes, dry_run=dry_run)
    if as_json:
        print_json(rolled_over_json(found))
        return
    print_lines(rolled_over_lines(found, dry_run=dry_run))


def _ask_what_changed(changes: "Changes") -> "Changes":
    """Ask who left and what became of the systems, as far as no option says it."""
    from dataclasses import replace

    for name, question in (
        ("left", "Who left since? NAME, or NAME=WHO TAKES OVER"),
        ("ended", "Which systems ended?"),
        ("merged", "Which systems became one? ONE+OTHER=NAME"),
        ("systems", "Which systems came?"),
    ):
        if getattr(changes, name):
            continue
        text: str = click.prompt(
            f"{question} (several with ;, Enter for none):",
            prompt_suffix=" ", default="", show_default=False,
        )  # fmt: skip
        said: Any = tuple(each.strip() for each in text.split(";") if each.strip())
        changes = replace(changes, **{name: said})
    return changes


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
    yield f"Next: cyberassess -C {typed(made.folder)} send"
