"""Commands by which people decide: confirm and decisions."""

from pathlib import Path

import click

from cyberassess.terminal.running import by_whom, force, output, print_lines


@click.command()
@click.argument("outcome", metavar="[OUTCOME[/SCOPE]]", required=False)
@click.option(
    "--level", metavar="LEVEL", default="", show_default="the suggested one", help="What it is."
)
@click.option(
    "--accept",
    metavar="LEVEL",
    default=None,
    help="Let this column count although more than half of it does not apply.",
)
@click.option("--withdraw", is_flag=True, help="Take the confirmation back.")
@click.option(
    "--all-undisputed",
    is_flag=True,
    help="Confirm all that is complete, undisputed, and backed by evidence in date.",
)
@click.option(
    "--offered",
    metavar="earlier|inherited",
    type=click.Choice(["earlier", "inherited"]),
    default=None,
    help="Confirm all such answers where nobody has answered.",
)
@click.option(
    "--scope", metavar="ID", default=None, show_default="all", help="With --offered: only here."
)
@click.option("--dry-run", is_flag=True, help="With --all-undisputed: change nothing.")
@click.option(
    "--reason",
    metavar="TEXT",
    default="",
    show_default="none",
    help="Why; needed where it differs from the suggestion.",
)
@by_whom
@click.pass_obj
def confirm(
    folder: str,
    /,
    outcome: str | None,
    *,
    level: str,
    accept: str | None,
    withdraw: bool,
    all_undisputed: bool,
    offered: str | None,
    scope: str | None,
    dry_run: bool,
    reason: str,
    by: str | None,
) -> None:
    """Confirm determinations by name; without an outcome, say what waits.

    The rule suggests, a person confirms. Both are kept and always shown beside each other.

    \b
    Examples:
      cyberassess confirm
      cyberassess confirm A1.a
      cyberassess confirm B2.d/housing --level achieved --reason "Seen working on 4 March."
      cyberassess confirm --all-undisputed --dry-run
    """
    from cyberassess.domain.people.questions import OfferKind
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.confirm import confirming as app
    from cyberassess.steps.confirm import words

    bulk = [
        name for name, on in (("--all-undisputed", all_undisputed), ("--offered", offered)) if on
    ]
    if len(bulk) > 1 or (bulk and (outcome or level or accept or withdraw)):
        raise click.UsageError(f"{bulk[0]} stands alone. Nothing was changed.")
    if (level or accept or withdraw) and not outcome:
        raise click.UsageError("Name an OUTCOME. Nothing was changed.")
    if bool(level) + bool(accept) + withdraw > 1:
        raise click.UsageError("Say one of --level, --accept and --withdraw. Nothing was changed.")
    place = Path(folder)
    if all_undisputed:
        lines = words.bulk_lines(
            app.confirm_undisputed(place, by=by, dry_run=dry_run), dry_run=dry_run
        )
    elif offered:
        count = app.confirm_offered(place, OfferKind(offered), scope=scope, by=by)
        lines = iter([f"Confirmed {count} offered answers, each on its own."])
    elif outcome is None:
        lines = words.waiting_lines(open_assessment(place))
    elif accept:
        lines = words.accepted_lines(*app.accept(place, outcome, accept, reason=reason, by=by))
    elif withdraw:
        was = app.withdraw(place, outcome, by=by)
        lines = iter(["Taken back; the history keeps it." if was else "It was not confirmed."])
    else:
        score, changes = app.confirm(place, outcome, level=level, reason=reason, by=by)
        lines = words.confirmed_lines(score, changes=changes)
    print_lines(lines)


@click.group(invoke_without_command=True)
@output("a dated name under reports/")
@force
@click.pass_context
def decisions(context: click.Context, *, output: Path | None, force: bool) -> None:
    """Write one workbook of everything that waits for you, and read it back.

    \b
    Examples:
      cyberassess decisions
      cyberassess decisions -o decisions.xlsx --force
    """
    if context.invoked_subcommand is not None:
        return
    from cyberassess.steps.confirm.deciding import write
    from cyberassess.steps.confirm.words import written_lines

    print_lines(written_lines(write(Path(context.obj), output=output, force=force)))
