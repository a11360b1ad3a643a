"""Commands about who answers what: people, systems."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cyberassess.errors import Severity
from cyberassess.terminal.running import (
    IN_PART,
    by_whom,
    json_flag,
    output,
    print_found,
    print_json,
    print_lines,
    show_problems,
    standard_input_waits,
    together,
)

if TYPE_CHECKING:
    from cyberassess.opening.intake import ReceivedFile

Said = Any  # NOTE: what click read, under the names that the verb gives its own arguments
_reason = click.option(
    "--reason", metavar="TEXT", default="", show_default="none", help="Why; kept in the ledger."
)
_output = output("in the assessment's folder", what="Where to write it: .xlsx or .csv.")
_force = click.option("--force", is_flag=True, help="Replace the file.")
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")


def _say_taken(context: click.Context, found: "ReceivedFile", *, dry_run: bool) -> None:
    from cyberassess.steps.people.words import taken_lines

    print_lines(taken_lines(found, dry_run=dry_run))
    show_problems(found.problems)
    if any(each.severity is Severity.PROBLEM for each in found.problems):
        context.exit(IN_PART)


@click.group(invoke_without_command=True)
@json_flag
@click.pass_context
def people(context: click.Context, *, as_json: bool) -> None:
    """List who is asked what; add, change and remove people, hand questions on, give more time.

    \b
    Examples:
      cyberassess people
      cyberassess people --json
    """
    if context.invoked_subcommand is not None:
        return
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.people.people import people as listed
    from cyberassess.steps.people.words import people_json, people_lines

    found = listed(open_assessment(Path(context.obj)))
    print_found(found, people_json, people_lines, as_json=as_json)


@people.command("add")
@click.argument("who", metavar="'NAME <EMAIL>[:ROLE,…[@SCOPE]]'")
@by_whom
@click.pass_obj
def people_add(folder: str, who: str, by: str | None) -> None:
    """Add somebody who answers.

    \b
    Examples:
      cyberassess people add "Priya Shah <priya.shah@northport.example>:hr"
      cyberassess people add "Ellen Hart@housing"
      cyberassess people add "Arun Bose:it-operations@housing; it-operations@revenues"
    """
    from cyberassess.steps.people.people import add_person
    from cyberassess.steps.people.words import added_lines

    added = add_person(Path(folder), who, by=by)
    print_lines(added_lines(added))
    show_problems(added.problems)


@people.command("hand-over")
@click.argument("outcomes", metavar="[OUTCOME…]", nargs=-1)
@click.option("--from", "giver", metavar="NAME", required=True, help="Who is asked now.")
@click.option("--to", "taker", metavar="NAME", required=True, help="Who is asked instead.")
@click.option(
    "--scope", metavar="ID", default=None, show_default="everywhere", help="Only in this scope."
)
@_reason
@by_whom
@click.pass_obj
def people_hand_over(folder: str, /, outcomes: tuple[str, ...], **said: Said) -> None:
    """Hand questions on to somebody else; without outcomes, all of them.

    What was answered already stays, under the name of whoever answered.

    \b
    Examples:
      cyberassess people hand-over B3.a --from "Helen Stobart" --to "Dev Malhotra"
      cyberassess people hand-over --from "Grace Adeyemi" --to "Sam Reid" --reason "Left"
    """
    from cyberassess.steps.people.people import hand_over
    from cyberassess.steps.people.words import handed_lines

    print_lines(handed_lines(hand_over(Path(folder), outcomes, **said)))


@people.command("set")
@click.argument("who", metavar="NAME")
@click.option("--email", metavar="EMAIL", default=None, help="Their address.")
@click.option("--role", metavar="TEXT", default=None, help="Their role.")
@click.option("--name", metavar="NEW", default=None, help="The name they go by now.")
@_reason
@by_whom
@click.pass_obj
def people_set(
    folder: str, /, who: str, *, reason: str, by: str | None, **facts: str | None
) -> None:
    """Change somebody's address, role or name.

    \b
    Examples:
      cyberassess people set "Helen Stobart" --email h.stobart@northport.example
      cyberassess people set "Grace Adeyemi" --role "Director of adult social care"
    """
    from cyberassess.steps.people.leaving import set_person

    person = set_person(Path(folder), who, facts, reason=reason, by=by)
    said = ", ".join(filter(None, (person.name, person.role, person.email)))
    click.echo(f"Changed: {said}.")


@people.command("remove")
@click.argument("who", metavar="NAME")
@click.option(
    "--to", metavar="NAME", default=None, show_default="the officer", help="Who takes over."
)
@_reason
@by_whom
@click.pass_obj
def people_remove(folder: str, who: str, *, to: str | None, reason: str, by: str | None) -> None:
    """Take somebody out who left; somebody else is asked what was theirs.

    What they answered stays, under their name, and counts.

    \b
    Examples:
      cyberassess people remove "Grace Adeyemi" --to "Helen Stobart" --reason "Left in May"
      cyberassess people remove "Martin Hale"
    """
    from cyberassess.steps.people.leaving import remove_person
    from cyberassess.steps.people.words import removed_lines

    print_lines(removed_lines(remove_person(Path(folder), who, to=to, reason=reason, by=by)))


@people.command("extend")
@click.argument("name", metavar="NAME")
@click.option("--until", metavar="DATE", required=True, help="The new date.")
@_reason
@by_whom
@click.pass_obj
def people_extend(folder: str, name: str, *, until: str, reason: str, by: str | None) -> None:
    """Give somebody until a later date.

    \b
    Examples:
      cyberassess people extend "Helen Stobart" --until "30 November 2026"
      cyberassess people extend "Martin Hale" --until 2026-12-04 --reason "Year end"
    """
    from cyberassess.domain.calendar_words import said_date
    from cyberassess.steps.people.people import extend

    person, date = extend(Path(folder), name, until=until, reason=reason, by=by)
    click.echo(f"{person.name} has until {said_date(date)}.")


@people.command("same")
@click.argument("names", metavar="NAME [OTHER]", nargs=-1, required=True)
@click.option("--renamed", is_flag=True, help="The names are old ones of people renamed since.")
@_reason
@by_whom
@click.pass_obj
def people_same(
    folder: str, names: tuple[str, ...], *, renamed: bool, reason: str, by: str | None
) -> None:
    """Say that two names are one person's, or that a person has another name now.

    \b
    Examples:
      cyberassess people same "Jo Bright" "Jo Bright, data manager" --reason "Asked her"
      cyberassess people same "Helen Stobart" --renamed --reason "Married"
    """
    from cyberassess.steps.people import same_people
    from cyberassess.steps.people.words import made_one_line, renamed_line

    if renamed:
        for each in same_people.renamed(Path(folder), names, reason=reason, by=by):
            click.echo(renamed_line(each))
        return
    if len(names) != 2:  # noqa: PLR2004 - one and the other
        raise click.UsageError(
            "Give two names of one person, or --renamed for people whose name was changed in "
            "assessment.yaml. Nothing was changed."
        )
    if not reason:
        raise click.UsageError("Say why they are one person: --reason TEXT. Nothing was changed.")
    click.echo(made_one_line(same_people.make_one(Path(folder), *names, reason=reason, by=by)))


@people.command("new")
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
@_reason
@by_whom
@click.pass_obj
def people_new(folder: str, names: tuple[str, ...], *, reason: str, by: str | None) -> None:
    """Say that a changed name is somebody new, who is asked in the earlier person's place.

    The earlier person keeps the id, the name and the answers.

    \b
    Examples:
      cyberassess people new "Helen Stobart"
      cyberassess people new "Helen Stobart" "Grace Adeyemi" --reason "Both left in May"
    """
    from cyberassess.steps.people.same_people import somebody_new
    from cyberassess.steps.people.words import somebody_new_line

    for each in somebody_new(Path(folder), names, reason=reason, by=by):
        click.echo(somebody_new_line(each))


@people.command("export")
@_output
@_force
@click.pass_obj
def people_export(folder: str, *, output: Path | None, force: bool) -> None:
    """Write the people to a spreadsheet, to be changed and taken in again.

    \b
    Examples:
      cyberassess people export
      cyberassess people export -o people.csv --force
    """
    from cyberassess.steps.people.tables import export_people

    click.echo(f"Wrote {export_people(Path(folder), output, force=force)}")


@people.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--renamed",
    metavar="NAME",
    multiple=True,
    help="Somebody who has answered has the name in the file now. May be repeated.",
)
@click.option(
    "--new",
    metavar="NAME",
    multiple=True,
    help="The name in the file in place of this one is somebody new. May be repeated.",
)
@_reason
@_dry_run
@by_whom
@click.pass_context
def people_import(
    context: click.Context,
    /,
    file: Path,
    *,
    renamed: tuple[str, ...],
    new: tuple[str, ...],
    dry_run: bool,
    **said: Said,
) -> None:
    """Take people in from a spreadsheet with the headings that export writes.

    Whoever is not in the file stays as they are. Another name beside somebody who has answered
    is asked about: the same person renamed, or somebody new.

    \b
    Examples:
      cyberassess people import people.csv --dry-run
      cyberassess people import people.csv --renamed "Priya Shah" --new "Tom Ley"
    """
    from cyberassess.opening.writing import RenamedError
    from cyberassess.steps.people.asking_who import ask_who
    from cyberassess.steps.people.tables import import_people

    def take(renamed: Sequence[str], new: Sequence[str]) -> "ReceivedFile":
        return import_people(
            Path(context.obj), file, renamed=renamed, new=new, dry_run=dry_run, **said
        )

    try:
        found = take(renamed, new)
    except RenamedError as cause:
        if not standard_input_waits():
            raise
        who = ask_who(cause.renamings)
        found = take([*renamed, *who.renamed], [*new, *who.new])
    _say_taken(context, found, dry_run=dry_run)


@click.group(invoke_without_command=True)
@json_flag
@click.pass_context
def systems(context: click.Context, *, as_json: bool) -> None:
    """List what is assessed; add systems, leave some out, confirm inherited answers.

    \b
    Examples:
      cyberassess systems
      cyberassess systems --json
    """
    if context.invoked_subcommand is not None:
        return
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.people.systems import systems as listed
    from cyberassess.steps.people.words import systems_json, systems_lines

    assessment = open_assessment(Path(context.obj))
    found = listed(assessment)
    if as_json:
        print_json(systems_json(found, assessment.contents.settings))
    else:
        print_lines(systems_lines(found, assessment.contents.settings))


_system_facts = together(
    click.option("--service", metavar="TEXT", help="Whose work it supports."),
    click.option("--owner", metavar="NAME", help="Who owns it."),
    click.option("--supplier", metavar="TEXT", help="Who supplies it."),
    click.option("--hosting", metavar="TEXT", help="Where it runs."),
    click.option("--why", "why_critical", metavar="TEXT", help="Why it is critical."),
    click.option(
        "--inherits",
        metavar="ID",
        multiple=True,
        help="A shared service it uses. May be repeated.",
    ),
    click.option(
        "--covers",
        metavar="OUTCOME",
        multiple=True,
        help="Of a shared service: what it is asked about; all if left out. May be repeated.",
    ),
)


@systems.command("add")
@click.argument("name", metavar="NAME")
@click.option(
    "--kind",
    metavar="system|shared-service|cloud-service",
    type=click.Choice(["system", "shared-service", "cloud-service"]),
    default="system",
    show_default=True,
    help="A shared service is asked once, for the systems that use it.",
)
@_system_facts
@by_whom
@click.pass_obj
def systems_add(
    folder: str,
    /,
    name: str,
    *,
    kind: str,
    inherits: tuple[str, ...],
    covers: tuple[str, ...],
    by: str | None,
    **facts: str | None,
) -> None:
    """Add a system, a shared service or a cloud service.

    \b
    Examples:
      cyberassess systems add "Planning portal" --service Planning --hosting saas
      cyberassess systems add "Backup" --kind shared-service --covers B5.c
    """
    from cyberassess.steps.people.systems import add_system

    said = {key: value for key, value in facts.items() if value}
    scope = add_system(
        Path(folder), name, kind=kind, facts=said, inherits=inherits, covers=covers, by=by
    )
    click.echo(f"Added {scope.title} ({scope.id}). Its questions go out with: cyberassess send")


@systems.command("set")
@click.argument("system", metavar="SYSTEM")
@click.option("--title", metavar="NAME", default=None, help="What it is called.")
@_system_facts
@by_whom
@click.pass_obj
def systems_set(
    folder: str,
    /,
    system: str,
    *,
    inherits: tuple[str, ...],
    covers: tuple[str, ...],
    by: str | None,
    **facts: str | None,
) -> None:
    """Change what is said of a system; its answers stay.

    \b
    Examples:
      cyberassess systems set housing --owner "Dev Malhotra"
      cyberassess systems set housing --title "Homes and repairs" --hosting saas
    """
    from cyberassess.steps.people.reshaping import set_system

    scope = set_system(Path(folder), system, facts, inherits=inherits, covers=covers, by=by)
    click.echo(f"Changed {scope.title} ({scope.id}).")


@systems.command("share")
@click.argument("topics", metavar="TOPIC...", nargs=-1, required=True)
@click.option(
    "--title",
    metavar="NAME",
    default="All systems",
    show_default=True,
    help="Of what is asked in their place.",
)
@click.option(
    "--except",
    "without",
    metavar="SYSTEM",
    multiple=True,
    show_default="none",
    help="A system that is asked for itself.",
)
@by_whom
@click.pass_obj
def systems_share(folder: str, /, topics: tuple[str, ...], **said: Said) -> None:
    """Let topics be answered once for all systems.

    Each system's owner is then asked one question a topic: is it the same there?

    \b
    Examples:
      cyberassess systems share B1 B6
      cyberassess systems share B6 --except housing --title "Staff and training"
    """
    from cyberassess.steps.people.systems import share
    from cyberassess.steps.people.words import shared_lines

    print_lines(shared_lines(share(Path(folder), topics, **said)))


@systems.command("remove")
@click.argument("system", metavar="SYSTEM")
@click.option("--reason", metavar="TEXT", required=True, help="Why; printed in the report.")
@by_whom
@click.pass_obj
def systems_remove(folder: str, system: str, *, reason: str, by: str | None) -> None:
    """Take a system out; it is listed as left out, with the reason.

    \b
    Examples:
      cyberassess systems remove revenues --reason "Switched off in May."
      cyberassess systems remove housing --reason "The association runs it now."
    """
    from cyberassess.steps.people.reshaping import remove_system
    from cyberassess.steps.people.words import reshaped_lines

    print_lines(reshaped_lines(remove_system(Path(folder), system, reason=reason, by=by)))


@systems.command("merge")
@click.argument("names", metavar="SYSTEM…", nargs=-1, required=True)
@click.option("--into", metavar="NAME", required=True, help="What they are together.")
@by_whom
@click.pass_obj
def systems_merge(folder: str, names: tuple[str, ...], *, into: str, by: str | None) -> None:
    """Make one system of several; the answers of all stand beside its questions.

    \b
    Examples:
      cyberassess systems merge housing revenues --into "Citizen platform"
      cyberassess systems merge housing social-care --into "Homes and care" --by "Sam Reid"
    """
    from cyberassess.steps.people.reshaping import merge_systems
    from cyberassess.steps.people.words import reshaped_lines

    print_lines(reshaped_lines(merge_systems(Path(folder), names, into=into, by=by)))


@systems.command("split")
@click.argument("system", metavar="SYSTEM")
@click.option(
    "--into", metavar="NAME", multiple=True, required=True, help="A part. Given twice or more."
)
@by_whom
@click.pass_obj
def systems_split(folder: str, system: str, *, into: tuple[str, ...], by: str | None) -> None:
    """Make several systems of one; its answers stand beside the questions of each.

    \b
    Examples:
      cyberassess systems split revenues --into "Council tax" --into "Benefits"
      cyberassess systems split housing --into "Tenancies" --into "Repairs"
    """
    from cyberassess.steps.people.reshaping import split_system
    from cyberassess.steps.people.words import reshaped_lines

    print_lines(reshaped_lines(split_system(Path(folder), system, into=into, by=by)))


@systems.command("leave-out")
@click.argument("name", metavar="NAME")
@click.option("--reason", metavar="TEXT", required=True, help="Why; printed in the report.")
@by_whom
@click.pass_obj
def systems_leave_out(folder: str, name: str, *, reason: str, by: str | None) -> None:
    """Record what was considered and is not assessed.

    \b
    Examples:
      cyberassess systems leave-out "Parking permits" --reason "A fortnight without it does no harm."
      cyberassess systems leave-out "Archive" --reason "Read only, and no personal data."
    """  # noqa: E501 - an example is one line
    from cyberassess.steps.people.systems import leave_out

    leave_out(Path(folder), name, reason=reason, by=by)
    click.echo(f"{name} is left out; the reason is printed in the report.")


@systems.command("confirm")
@click.argument("system", metavar="SYSTEM")
@click.option(
    "--from",
    "source",
    metavar="ID",
    default=None,
    show_default="all it uses",
    help="Only the answers of this shared service.",
)
@by_whom
@click.pass_obj
def systems_confirm(folder: str, system: str, *, source: str | None, by: str | None) -> None:
    """Confirm that the answers of shared services hold for a system too.

    What the system answers for itself stays.

    \b
    Examples:
      cyberassess systems confirm housing
      cyberassess systems confirm housing --by "Helen Stobart, Head of housing"
    """
    from cyberassess.steps.people.systems import confirm_inherited
    from cyberassess.steps.people.words import inherited_lines

    print_lines(inherited_lines(confirm_inherited(Path(folder), system, source=source, by=by)))


@systems.command("export")
@_output
@_force
@click.pass_obj
def systems_export(folder: str, *, output: Path | None, force: bool) -> None:
    """Write systems and what was left out to a spreadsheet.

    \b
    Examples:
      cyberassess systems export
      cyberassess systems export -o systems.csv --force
    """
    from cyberassess.steps.people.tables import export_systems

    click.echo(f"Wrote {export_systems(Path(folder), output, force=force)}")


@systems.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@_dry_run
@by_whom
@click.pass_context
def systems_import(context: click.Context, file: Path, *, dry_run: bool, by: str | None) -> None:
    """Take systems in from a spreadsheet with the headings that export writes.

    \b
    Examples:
      cyberassess systems import systems.csv --dry-run
      cyberassess systems import systems.csv
    """
    from cyberassess.steps.people.tables import import_systems

    found = import_systems(Path(context.obj), file, dry_run=dry_run, by=by)
    _say_taken(context, found, dry_run=dry_run)
