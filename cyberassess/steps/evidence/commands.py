"""Commands about evidence: add, import, set, list, show, link, review, register, check."""

from collections.abc import Callable
from pathlib import Path

import click
from click.decorators import FC

from cyberassess.errors import Severity
from cyberassess.terminal.running import (
    IN_PART,
    NOTHING_CHANGED,
    PROBLEMS,
    by_whom,
    bytes_copied,
    json_flag,
    print_csv,
    print_found,
    print_json,
    print_lines,
    show_problems,
    together,
)


@click.group()
def evidence() -> None:
    """Keep evidence as an auditor expects it."""


def _fact(name: str, metavar: str, text: str, target: str = "") -> Callable[[FC], FC]:
    names = (f"--{name}", target) if target else (f"--{name}",)
    return click.option(
        *names, metavar=metavar, default="", show_default="not recorded", help=text
    )


_facts = together(
    _fact("title", "TEXT", "What it is called; the file's name if left out."),
    _fact("shows", "TEXT", "What a reader finds in it. Always needed."),
    _fact("copy", "original|copy", "Whether it is the original or a copy."),
    _fact("source-type", "TYPE", "third-party, system-export, policy, minutes or statement."),
    _fact("author", "NAME", "Who made it."),
    _fact("dated", "DATE", "The date of the document itself."),
    _fact("period", "TEXT", "The period it covers."),
    _fact("population", "TEXT", "All there is, where it shows a part of it."),
    _fact("selected", "TEXT", "How that part was chosen."),
    _fact("collected-by", "NAME", "Who collected it."),
    _fact("collected-on", "DATE", "When."),
    _fact("collected-how", "TEXT", "How, for example: exported from the directory."),
    _fact("owner", "NAME", "Who is responsible for the document."),
    _fact("valid-until", "DATE", "Until when it holds; a month or a year means its last day."),
    _fact("marking", "TEXT", "Its protective marking."),
    _fact("personal-data", "yes|no", "Whether it holds personal data."),
    _fact("sighted-at", "LINK", "Where it was looked at, if it may not be copied.", "link"),
    _fact("version", "TEXT", "The version that was looked at."),
    _fact("sighted-on", "DATE", "When it was looked at."),
    _fact("sighted-by", "NAME", "Who looked at it."),
    _fact("replaces", "EV-NUMBER", "The item it stands in place of."),
)


@evidence.command()
@click.argument("files", metavar="[FILE…]", nargs=-1)
@click.option(
    "--for",
    "supports",
    metavar="'OUTCOME[/SCOPE][, PAGE]'",
    multiple=True,
    help="What it supports; /all for every scope. May be repeated.",
)
@_facts
@click.option(
    "--known-as",
    metavar="TEXT",
    multiple=True,
    help="What people called it in their workbooks. May be repeated.",
)
@click.option(
    "--item",
    metavar="EV-NUMBER",
    default=None,
    show_default="a new one",
    help="A document that was named in a workbook and has now come.",
)
@by_whom
@click.pass_obj
def add(
    folder: str,
    /,
    files: tuple[str, ...],
    *,
    supports: tuple[str, ...],
    item: str | None,
    by: str | None,
    known_as: tuple[str, ...],
    **facts: str,
) -> None:
    """Record documents as evidence: copies them, or notes where one was looked at.

    The file's name is kept as text; the file lies under its hash in evidence/, once. Where a
    document may not be copied, give --sighted-at, --sighted-on and --sighted-by and no file.

    \b
    Examples:
      cyberassess evidence add leavers.csv --shows "Lists all accounts removed in March" \\
        --for "B2.d/housing, rows 2 to 41" --dated 31/03/2026 --valid-until "Sept 2026"
      cyberassess evidence add --sighted-at https://intranet.example/policy --version 4 \\
        --sighted-on 2026-03-04 --sighted-by "Sam Reid" --title "Access policy" \\
        --shows "Says who approves access to each system" --for A1.a
    """
    from cyberassess.domain.record.evidence import Facts
    from cyberassess.steps.evidence.evidencing import add as record
    from cyberassess.steps.evidence.words import added_lines

    if not files and not facts["link"]:
        raise click.UsageError("Name a FILE, or say --sighted-at. Nothing was recorded.")
    if files and facts["link"]:
        raise click.UsageError("Name a FILE or say --sighted-at, not both. Nothing was recorded.")
    paths = [Path(each) for each in files]
    with bytes_copied(paths) as on_bytes:
        added = record(
            Path(folder),
            paths,
            Facts(**facts, known_as=known_as),
            supports=supports,
            item=item,
            by=by,
            on_bytes=on_bytes,
        )
    print_lines(added_lines(added))


@evidence.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be recorded; record nothing.")
@by_whom
@click.pass_context
def import_(context: click.Context, file: Path, *, dry_run: bool, by: str | None) -> None:
    """Record documents by a list: file or link, what it shows, what it is for, its dates.

    FILE is a workbook or CSV with the headings File or link, What it shows, and For; Title, Its
    date, Good until and Owner may stand there too. Files lie beside it or in folders below.

    \b
    Examples:
      cyberassess evidence import documents.csv --dry-run
      cyberassess evidence import documents.csv
    """
    from cyberassess.steps.evidence.listing import import_list
    from cyberassess.steps.evidence.words import listed_lines

    found = import_list(Path(context.obj), file, dry_run=dry_run, by=by)
    print_lines(listed_lines(found, dry_run=dry_run))
    show_problems(found.problems, indent="  ")
    if any(each.severity is Severity.PROBLEM for each in found.problems):
        context.exit(IN_PART)


@evidence.command("set")
@click.argument("reference", metavar="EV-NUMBER")
@_facts
@by_whom
@click.pass_obj
def set_(folder: str, /, reference: str, *, by: str | None, **facts: str) -> None:
    """Correct what is recorded about an item; what was recorded before stays in the ledger.

    The document itself is never exchanged: add the newer one with --replaces.

    \b
    Examples:
      cyberassess evidence set EV-001 --personal-data yes
      cyberassess evidence set EV-001 --valid-until 2027-03-31 --owner "Sam Reid"
    """
    from cyberassess.domain.record.evidence import Facts
    from cyberassess.steps.evidence.correcting import correct

    if not any(facts.values()):
        raise click.UsageError("Say what is to be corrected, for example --personal-data yes.")
    item, changed = correct(Path(folder), reference, Facts(**facts, known_as=()), by=by)
    if changed:
        click.echo(f"{item.reference}: recorded anew: {', '.join(changed)}.")
    else:
        click.echo(f"{item.reference}: all of that was recorded already. {NOTHING_CHANGED}")


@evidence.command("list")
@click.option("--wanted", is_flag=True, help="Only documents named in workbooks and not seen.")
@click.option(
    "--marked",
    metavar="WORD",
    default=None,
    show_default="all",
    help="Only items so marked, for example: stale, rejected, unreviewed, unused.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, to sort and to send.")
@json_flag
@click.pass_obj
def list_(folder: str, *, wanted: bool, marked: str | None, as_csv: bool, as_json: bool) -> None:
    """List the evidence, or the documents that are still to be asked for.

    \b
    Examples:
      cyberassess evidence list
      cyberassess evidence list --wanted --csv
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.evidence import words

    assessment = open_assessment(Path(folder))
    if as_json:
        print_json(
            words.wanted_json(assessment) if wanted else words.list_json(assessment, marked)
        )
    elif as_csv:
        lines = words.wanted_csv(assessment) if wanted else words.list_csv(assessment, marked)
        print_csv(lines)
    else:
        rows = words.wanted_lines(assessment) if wanted else words.list_lines(assessment, marked)
        print_lines(rows)
    show_problems(assessment.notes)


@evidence.command()
@click.argument("reference", metavar="EV-NUMBER")
@json_flag
@click.pass_obj
def show(folder: str, reference: str, *, as_json: bool) -> None:
    """Show all that is recorded about an item, and everything it supports.

    \b
    Examples:
      cyberassess evidence show EV-001
      cyberassess evidence show EV-001 --json
    """
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.steps.evidence.evidencing import find_item
    from cyberassess.steps.evidence.words import item_json, item_lines

    assessment = open_assessment(Path(folder))
    item = find_item(assessment.evidence, reference)
    if as_json:
        print_json(item_json(assessment, item))
    else:
        print_lines(item_lines(assessment, item))


@evidence.command()
@click.argument("reference", metavar="EV-NUMBER")
@click.argument("outcomes", metavar="'OUTCOME[/SCOPE][, PAGE]'…", nargs=-1, required=True)
@click.option("--remove", is_flag=True, help="Say that it does not support them after all.")
@by_whom
@click.pass_obj
def link(
    folder: str, reference: str, outcomes: tuple[str, ...], *, remove: bool, by: str | None
) -> None:
    """Say what else an item supports.

    \b
    Examples:
      cyberassess evidence link EV-001 "B2.d/housing, page 4" B2.c/housing
      cyberassess evidence link EV-001 --remove B2.d/housing
    """
    from cyberassess.steps.evidence.evidencing import link as record
    from cyberassess.steps.evidence.words import linked_lines

    item, count = record(Path(folder), reference, outcomes, remove=remove, by=by)
    print_lines(linked_lines(item, count))


@evidence.command()
@click.argument("reference", metavar="EV-NUMBER")
@click.option(
    "--verdict", metavar="accepted|rejected", required=True, help="Whether it shows what it says."
)
@click.option(
    "--reason", metavar="TEXT", default="", show_default="none", help="Why; needed to reject."
)
@by_whom
@click.pass_obj
def review(folder: str, reference: str, *, verdict: str, reason: str, by: str | None) -> None:
    """Record somebody's verdict on an item; a rejected one supports nothing.

    \b
    Examples:
      cyberassess evidence review EV-075 --verdict accepted --by "Lee Marsh, internal audit"
      cyberassess evidence review EV-075 --verdict rejected --reason "It is a draft."
    """
    from cyberassess.steps.evidence.evidencing import review as record
    from cyberassess.steps.evidence.words import reviewed_line

    item = record(Path(folder), reference, verdict, reason=reason, by=by)
    click.echo(reviewed_line(item))


@evidence.command()
@by_whom
@click.pass_obj
def register(folder: str, *, by: str | None) -> None:
    """Give every document that was named in a workbook a number, so that it can be chased.

    \b
    Examples:
      cyberassess evidence register
      cyberassess evidence register --by "Sam Reid"
    """
    from cyberassess.steps.evidence.evidencing import register_named
    from cyberassess.steps.evidence.words import registered_lines

    made, links = register_named(Path(folder), by=by)
    print_lines(registered_lines(made, links))


@evidence.command()
@json_flag
@click.pass_context
def check(context: click.Context, *, as_json: bool) -> None:
    """Read every file again; say what changed, is out of date, or is missing.

    \b
    Examples:
      cyberassess evidence check
      cyberassess evidence check --json
    """
    from cyberassess.steps.evidence.evidencing import check as look
    from cyberassess.steps.evidence.words import checked_json, checked_lines

    found = look(Path(context.obj))
    print_found(found, checked_json, checked_lines, as_json=as_json)
    if not as_json:
        show_problems([*found.problems, *found.notes])
    if found.problems:
        context.exit(PROBLEMS)
