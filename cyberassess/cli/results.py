"""Commands that say what follows from the answers: status, score, explain, verify."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberassess.cli.running import PROBLEMS, bytes_copied, json_flag, print_json, show_problems

if TYPE_CHECKING:
    from cyberassess.app.opening import Assessment
    from cyberassess.domain.scoring import OutcomeScore


@click.command()
@json_flag
@click.option("--html", is_flag=True, help="Write one page of HTML to reports/status.html.")
@click.pass_obj
def status(folder: str, *, as_json: bool, html: bool) -> None:
    """Say who has not replied, what is in conflict, and what to do next.

    \b
    Examples:
      cyberassess status
      cyberassess status --html
    """
    from cyberassess.app.standing import status as look
    from cyberassess.app.standing import status_json, write_status_page
    from cyberassess.cli.words import status_lines
    from cyberassess.cli.words_register import certificate_lines

    if html:
        click.echo(f"Wrote {write_status_page(Path(folder))}")
        return

    found = look(Path(folder))
    if as_json:
        print_json(status_json(found))
        return
    for line in status_lines(found):
        click.echo(line)
    for line in certificate_lines(found.assessment):
        click.echo(line)
    show_problems(found.assessment.notes)


@click.command()
@click.option(
    "--by",
    metavar="theme|standard|owner",
    type=click.Choice(["theme", "standard", "owner"]),
    default="theme",
    show_default=True,
    help="Count by theme, by other standards, or by the role that owns the outcome.",
)
@json_flag
@click.pass_obj
def score(folder: str, *, by: str, as_json: bool) -> None:
    """Score the answers by the published rules.

    \b
    Examples:
      cyberassess score
      cyberassess score --by owner
      cyberassess score --json
    """
    from cyberassess.app.opening import open_assessment
    from cyberassess.app.registering import judged_on, register_json
    from cyberassess.app.results import score_json, tallies, tallies_json
    from cyberassess.cli.words import score_lines, tally_lines
    from cyberassess.cli.words_register import register_lines

    assessment = open_assessment(Path(folder))
    if by != "theme":
        found = tallies(assessment, by)
        if as_json:
            extra = register_json(assessment, judged_on(assessment)) if by == "standard" else {}
            print_json(tallies_json(found) | extra)
        for line in [] if as_json else tally_lines(found):
            click.echo(line)
        for line in [] if as_json or by != "standard" else register_lines(assessment):
            click.echo(line)
    elif as_json:
        print_json(score_json(assessment))
    else:
        for line in score_lines(assessment):
            click.echo(line)
    show_problems(assessment.notes)


@click.command()
@click.argument("outcome", metavar="OUTCOME[/SCOPE]")
@click.option(
    "--scope", metavar="ID", default=None, show_default="every one", help="Only in this scope."
)
@click.option("--trace", is_flag=True, help="Show every change, with cell, file and ledger line.")
@json_flag
@click.pass_obj
def explain(folder: str, outcome: str, scope: str | None, *, trace: bool, as_json: bool) -> None:
    """Show what decided an outcome: statements, people, cells, changes, what would change it.

    \b
    Examples:
      cyberassess explain A1.c
      cyberassess explain B2.c/housing
      cyberassess explain B2.c/housing --trace
    """
    from cyberassess.app.opening import open_assessment
    from cyberassess.app.results import explain_json, find_outcomes
    from cyberassess.cli.words import explain_lines

    assessment = open_assessment(Path(folder))
    found = find_outcomes(assessment, outcome, scope)
    if trace:
        _print_trace(assessment, found, as_json=as_json)
    elif as_json:
        print_json([explain_json(assessment, each) for each in found])
    else:
        for each in found:
            for line in explain_lines(assessment, each):
                click.echo(line)
    show_problems(assessment.notes)


def _print_trace(assessment: "Assessment", found: "list[OutcomeScore]", *, as_json: bool) -> None:
    from cyberassess.app.tracing import trace, trace_json
    from cyberassess.cli.words_confirming import trace_lines

    if as_json:
        print_json([trace_json(trace(assessment, each)) for each in found])
        return
    for each in found:
        for line in trace_lines(assessment, trace(assessment, each)):
            click.echo(line)


@click.command()
@click.argument("pack", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--key",
    metavar="KEY",
    default=None,
    show_default="none: you compare the one it shows",
    help="The sender's public key, or its fingerprint (SHA256:…): a pack must be signed with it.",
)
@json_flag
@click.pass_context
def verify(context: click.Context, *, pack: Path | None, key: str | None, as_json: bool) -> None:
    """Check that nothing was altered, and derive every number again.

    Without FILE it is the assessment's own ledger, files and originals. FILE is an evidence
    pack, or a signed PDF. Answers, decisions and reviews are found again in their workbooks.

    \b
    Examples:
      cyberassess verify
      cyberassess verify --json
    """
    if pack is not None and _is_pdf(pack):
        if key is not None:
            raise click.UsageError(
                "--key is for packs; a signed PDF carries its certificate. Leave it out."
            )
        _verify_pdf(context, pack, as_json=as_json)
        return
    if pack is not None:
        _verify_pack(context, pack, key, as_json=as_json)
        return
    from cyberassess.app.results import verify as check
    from cyberassess.cli.words import verified_json, verified_lines

    found = check(Path(context.obj))
    if as_json:
        print_json(verified_json(found))
    else:
        for line in verified_lines(found):
            click.echo(line)
    show_problems([*found.problems, *found.notes])
    if found.problems:
        context.exit(PROBLEMS)


def _is_pdf(path: Path) -> bool:
    from cyberassess.app.pdf_signing import is_pdf

    return is_pdf(path)


def _verify_pdf(context: click.Context, path: Path, *, as_json: bool) -> None:
    from cyberassess.app.pdf_signing import verify_pdf
    from cyberassess.cli.words_packing import pdf_verified_json, pdf_verified_lines

    found = verify_pdf(path)
    if as_json:
        print_json(pdf_verified_json(found))
    else:
        for line in pdf_verified_lines(found):
            click.echo(line)
    if found is None or found.fault:
        context.exit(PROBLEMS)


def _verify_pack(context: click.Context, pack: Path, key: str | None, *, as_json: bool) -> None:
    from cyberassess.app.pack_verifying import verify_pack
    from cyberassess.cli.words_packing import pack_verified_json, pack_verified_lines

    with bytes_copied([pack], "Checking", "Checked") as on_bytes:
        found = verify_pack(pack, key=key, on_bytes=on_bytes)
    if as_json:
        print_json(pack_verified_json(found))
    else:
        for line in pack_verified_lines(found):
            click.echo(line)
    show_problems([*found.problems, *found.notes])
    if found.problems:
        context.exit(PROBLEMS)
