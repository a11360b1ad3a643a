"""The command that settles differences: resolve."""

from pathlib import Path

import click

from cyberassess.terminal.running import (
    by_whom,
    print_json,
    print_lines,
)


@click.command()
@click.argument("statement", metavar="[STATEMENT[/SCOPE]]", required=False)
@click.option("--answer", metavar="TEXT", help="The answer that counts, in words or as a code.")
@click.option("--reason", metavar="TEXT", help="Why it is right; printed in the report.")
@click.option(
    "--scope",
    metavar="ID",
    default=None,
    show_default="the only one",
    help="Where several scopes are in conflict.",
)
@click.option(
    "--keep",
    metavar="REF",
    default=None,
    show_default="nothing",
    help="Which value stands where two copies of the assessment differ; listed without it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the open ones as JSON.")
@by_whom
@click.pass_obj
def resolve(
    folder: str,
    statement: str | None,
    *,
    answer: str | None,
    reason: str | None,
    scope: str | None,
    keep: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Decide what people differ on, with a reason; without a statement, list the open conflicts.

    \b
    Examples:
      cyberassess resolve
      cyberassess resolve B2.d.NA.4/housing --answer happens --reason "Seen in the log."
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.opening.conflicts import conflicts
    from cyberassess.steps.settle.resolving import conflicts_json, differences
    from cyberassess.steps.settle.resolving import keep as let_stand
    from cyberassess.steps.settle.resolving import resolve as settle
    from cyberassess.steps.settle.words import conflict_lines, difference_lines

    if keep is not None:
        if not reason:
            raise click.UsageError("--reason is missing. Nothing was changed.")
        kept = let_stand(Path(folder), keep, reason=reason, by=by)
        click.echo(f"Decided {kept.what}. The other values stay in the history.")
        return
    if statement is None:
        assessment = open_assessment(Path(folder))
        branched = differences(assessment)
        found = conflicts(assessment)
        if as_json:
            print_json(conflicts_json(found, branched))
            return
        print_lines(conflict_lines(found) if found or not branched else ())
        print_lines(difference_lines(branched))
        return
    if not answer or not reason:
        missing = "--answer" if not answer else "--reason"
        raise click.UsageError(f"{missing} is missing. Nothing was changed.")
    settled = settle(Path(folder), statement, answer=answer, reason=reason, scope=scope, by=by)
    click.echo(
        f"Decided {settled.statement.indicator} in {settled.statement.scope}. "
        "Both answers stay in the history."
    )
