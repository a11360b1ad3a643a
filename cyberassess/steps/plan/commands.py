"""Commands about the plan: plan, plan add, plan set, plan export, plan import."""

from pathlib import Path

import click

from cyberassess.terminal.running import (
    IN_PART,
    by_whom,
    json_flag,
    output,
    print_found,
    print_lines,
    show_problems,
    together,
)

_facts = together(
    click.option("--owner", metavar="NAME", default=None, help="Who does it: a person or a role."),
    click.option(
        "--due",
        metavar="DATE",
        default=None,
        help="By when; a month or a year means its last day.",
    ),
    click.option("--cost", metavar="BAND", default=None, help="none, low, medium or high."),
    click.option("--cost-text", metavar="TEXT", default=None, help="The cost in words."),
    click.option(
        "--status", metavar="WORD", default=None, help="planned, under way, done or dropped."
    ),
    click.option("--priority", metavar="1|2|3", default=None, help="1 is first."),
    click.option("--reason", metavar="TEXT", default=None, help="Why; needed to drop it."),
    click.option(
        "--also",
        metavar="SCOPE[;SCOPE…]",
        default=None,
        help="The other systems in which it mends the same outcome.",
    ),
)


@click.group(invoke_without_command=True)
@json_flag
@click.pass_context
def plan(context: click.Context, *, as_json: bool) -> None:
    """List the shortest work that lifts every outcome to its target, and what is planned.

    \b
    Examples:
      cyberassess plan
      cyberassess plan --json
    """
    if context.invoked_subcommand is not None:
        return
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.plan.words import plan_json, plan_lines

    assessment = open_assessment(Path(context.obj))
    print_found(assessment, plan_json, plan_lines, as_json=as_json)


@plan.command("add")
@click.argument("outcome", metavar="OUTCOME[/SCOPE]")
@click.option("--action", "title", metavar="TEXT", required=True, help="What will be done.")
@_facts
@by_whom
@click.pass_obj
def plan_add(folder: str, /, outcome: str, *, by: str | None, **facts: str | None) -> None:
    """Record what will be done about an outcome.

    \b
    Examples:
      cyberassess plan add A1.c --action "Write a risk statement" --owner "Sam Reid"
      cyberassess plan add B2.d/housing --action "Review leavers" --due "Jan 2027" --cost low
      cyberassess plan add C1.c/housing --action "Watch overnight" --also "revenues; social-care"
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.plan.planning import Wanted, add_action
    from cyberassess.steps.plan.words import action_line

    made = add_action(Path(folder), outcome, Wanted(**facts), by=by)
    click.echo(action_line(open_assessment(Path(folder)), made))


@plan.command("set")
@click.argument("action", metavar="ACT-001")
@click.option("--action", "title", metavar="TEXT", default=None, help="What will be done.")
@_facts
@by_whom
@click.pass_obj
def plan_set(folder: str, /, action: str, *, by: str | None, **facts: str | None) -> None:
    """Change what is recorded about an action.

    \b
    Examples:
      cyberassess plan set ACT-001 --status "under way"
      cyberassess plan set ACT-001 --status dropped --reason "The system goes in March."
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.plan.planning import Wanted, namesakes, set_action
    from cyberassess.steps.plan.words import action_line

    made = set_action(Path(folder), action, Wanted(**facts), by=by)
    assessment = open_assessment(Path(folder))
    for each in (made, *namesakes(assessment, made)):
        click.echo(action_line(assessment, each))


@plan.command("export")
@output("plan.xlsx in the assessment's folder", what="Where to write it: .xlsx or .csv.")
@click.option("--force", is_flag=True, help="Replace the file.")
@click.pass_obj
def plan_export(folder: str, *, output: Path | None, force: bool) -> None:
    """Write the plan to a workbook: one row a gap, ready to be filled in.

    \b
    Examples:
      cyberassess plan export
      cyberassess plan export -o plan.csv --force
    """
    from cyberassess.steps.plan.plan_book import export_plan

    click.echo(f"Wrote {export_plan(Path(folder), output, force=force)}")


@plan.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@by_whom
@click.pass_context
def plan_import(context: click.Context, file: Path, *, dry_run: bool, by: str | None) -> None:
    """Take the plan in from a workbook that export wrote.

    \b
    Examples:
      cyberassess plan import plan.xlsx --dry-run
      cyberassess plan import plan.xlsx
    """
    from cyberassess.steps.plan.plan_book import import_plan
    from cyberassess.steps.plan.words import plan_taken_lines

    found = import_plan(Path(context.obj), file, dry_run=dry_run, by=by)
    print_lines(plan_taken_lines(found, dry_run=dry_run))
    show_problems(found.problems, indent="  ")
    if any(each.severity.value == "problem" for each in found.problems):
        context.exit(IN_PART)
