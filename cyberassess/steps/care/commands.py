"""Commands that look after what is recorded: verify, merge, recover."""

from pathlib import Path

import click

from cyberassess.terminal.running import (
    IN_PART,
    PROBLEMS,
    by_whom,
    bytes_copied,
    json_flag,
    print_found,
    print_json,
    print_lines,
    show_problems,
)


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
    from cyberassess.steps.pack.signing import is_pdf

    if pack is not None and is_pdf(pack):
        if key is not None:
            raise click.UsageError(
                "--key is for packs; a signed PDF carries its certificate. Leave it out."
            )
        _verify_pdf(context, pack, as_json=as_json)
        return
    if pack is not None:
        _verify_pack(context, pack, key, as_json=as_json)
        return
    from cyberassess.steps.care.verifying import verify as check
    from cyberassess.steps.care.words import verified_json, verified_lines

    found = check(Path(context.obj))
    print_found(found, verified_json, verified_lines, as_json=as_json)
    show_problems([*found.problems, *found.notes])
    if found.problems:
        context.exit(PROBLEMS)


def _verify_pdf(context: click.Context, path: Path, *, as_json: bool) -> None:
    from cyberassess.steps.care.words import pdf_verified_json, pdf_verified_lines
    from cyberassess.steps.pack.signing import verify_pdf

    found = verify_pdf(path)
    print_found(found, pdf_verified_json, pdf_verified_lines, as_json=as_json)
    if found is None or found.fault:
        context.exit(PROBLEMS)


def _verify_pack(context: click.Context, pack: Path, key: str | None, *, as_json: bool) -> None:
    from cyberassess.steps.care.pack import verify_pack
    from cyberassess.steps.care.words import pack_verified_json, pack_verified_lines

    with bytes_copied([pack], "Checking", "Checked") as on_bytes:
        found = verify_pack(pack, key=key, on_bytes=on_bytes)
    print_found(found, pack_verified_json, pack_verified_lines, as_json=as_json)
    show_problems([*found.problems, *found.notes])
    if found.problems:
        context.exit(PROBLEMS)


@click.command()
@click.argument("other", metavar="[FOLDER]", required=False)
@click.option(
    "--close-open",
    is_flag=True,
    help="Take prompts under way on another machine as ended; all their answers are kept.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@by_whom
@json_flag
@click.pass_context
def merge(
    context: click.Context,
    other: str | None,
    *,
    close_open: bool,
    dry_run: bool,
    by: str | None,
    as_json: bool,
) -> None:
    """Join copies of this assessment that went apart; nothing is lost.

    Without a folder: the branches that two machines made in a synced folder, and the conflict
    copies of files that sync tools leave. With a folder: another copy of the same assessment,
    which is only read.

    \b
    Examples:
      cyberassess merge
      cyberassess merge --dry-run
    """
    from cyberassess.steps.care.merging import merge as join
    from cyberassess.steps.care.words import merge_json, merge_lines

    found = join(
        Path(context.obj),
        Path(other) if other else None,
        close_open=close_open,
        dry_run=dry_run,
        by=by,
    )
    if as_json:
        print_json(merge_json(found, dry_run=dry_run))
    else:
        print_lines(merge_lines(found, dry_run=dry_run))
    show_problems(found.notes)
    if found.notes:
        context.exit(IN_PART)


@click.command()
@click.option(
    "--to",
    metavar="FOLDER",
    default=None,
    show_default="beside the damaged one",
    help="The new folder.",
)
@json_flag
@click.pass_context
def recover(context: click.Context, to: str | None, *, as_json: bool) -> None:
    """Get every readable answer out of a damaged assessment, into a new folder.

    The damaged folder is only read. What was lost is said line by line.

    \b
    Examples:
      cyberassess recover
      cyberassess recover --to recovered
    """
    from cyberassess.steps.care.recovering import recover as rescue
    from cyberassess.steps.care.words import recover_json, recover_lines

    found = rescue(Path(context.obj), Path(to) if to else None)
    print_found(found, recover_json, recover_lines, as_json=as_json)
    show_problems(found.lost)
    if not found.is_complete:
        context.exit(IN_PART)
