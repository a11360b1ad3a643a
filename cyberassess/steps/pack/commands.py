"""The commands that make an evidence pack, and sign a document."""

import sys
from pathlib import Path
from typing import Any

import click

from cyberassess.terminal.running import (
    BytesOfTotal,
    force,
    json_flag,
    may_not_ask,
    output,
    print_found,
    print_json,
    print_lines,
    show_problems,
)


def _passphrase(name: str) -> str:
    """Ask for a key's passphrase without showing it; on a pipe it is the next line.

    Raises:
        click.UsageError: where nobody may be asked, or nobody answers.
    """
    if may_not_ask():
        raise click.UsageError(
            f"{name} has a passphrase, and --no-input says to ask nothing. Leave --no-input out. "
            "Nothing was written."
        )
    if sys.stdin.isatty():
        asked = f"Passphrase of {name} (it is not shown)"
        return str(click.prompt(asked, hide_input=True, default="", show_default=False, err=True))
    line = sys.stdin.readline()
    if not line:
        raise click.UsageError(
            f"{name} has a passphrase, and there is nobody to ask for it. Run the command at a "
            "terminal, or give it as a line of standard input. Nothing was written."
        )
    return line.rstrip("\r\n")


@click.command()
@output("a dated name under reports/")
@force
@click.option(
    "--only",
    metavar="OUTCOME[/SCOPE]",
    multiple=True,
    show_default="all",
    help="Only the evidence of this outcome. May be repeated.",
)
@click.option(
    "--sample",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    show_default="no sample",
    help="Only the evidence of N claims, drawn so that anybody can draw them again.",
)
@click.option("--seed", metavar="N", default=1, show_default=True, help="Which sample is drawn.")
@click.option(
    "--word",
    metavar="WORD",
    default="",
    show_default="drawn by you, with --seed",
    help="The receiver's word for the sample; first tell them the head and N.",
)
@click.option(
    "--redact",
    is_flag=True,
    help="Withhold evidence marked personal or restricted, and say so.",
)
@click.option(
    "--sign",
    "key",
    metavar="KEY",
    default=None,
    show_default="unsigned",
    type=click.Path(path_type=Path),
    help="An SSH key file to sign with; ssh-keygen asks for its passphrase.",
)
@click.option(
    "--sign-report",
    "report_key",
    metavar="FILE.p12",
    default=None,
    show_default="unsigned",
    type=click.Path(path_type=Path),
    help="A certificate with its key, to sign the report inside; the passphrase is asked for.",
)
@click.option("--yes", is_flag=True, help="Pack files that may hold secrets all the same.")
@json_flag
@click.pass_obj
def pack(
    folder: str,
    /,
    *,
    as_json: bool,
    **told: Any,  # NOTE: click's values, by name
) -> None:
    """Write an evidence pack that an auditor can check alone, without this program.

    \b
    Examples:
      cyberassess pack --yes
      cyberassess pack --sample 25 --seed 7 -o sample.zip --yes
    """
    if told["word"] and not told["sample"]:
        raise click.UsageError("--word draws a sample: say how many claims with --sample N.")
    from cyberassess.steps.pack.packing import PackWanted
    from cyberassess.steps.pack.packing import pack as write
    from cyberassess.steps.pack.words import NOTHING_WITHHELD, packed_json, packed_lines

    wanted = PackWanted(**told)
    with BytesOfTotal("Packing", "Packed") as on_bytes:
        made = write(Path(folder), wanted, on_bytes, _passphrase)
    if as_json:
        print_json(packed_json(made))
        return
    print_lines(packed_lines(made))
    if wanted.redact and not made.withheld:
        click.echo(NOTHING_WITHHELD)
    show_problems(made.warnings)


@click.command()
@click.argument("document", metavar="FILE.pdf", type=click.Path(path_type=Path))
@click.option(
    "--key",
    metavar="FILE.p12",
    required=True,
    type=click.Path(path_type=Path),
    help="A certificate with its key (PKCS#12, .p12 or .pfx); the passphrase is asked for.",
)
@output("beside it: FILE signed.pdf", what="Where to write the signed copy.")
@click.option("--force", is_flag=True, help="Replace a file of that name.")
@json_flag
def sign(*, document: Path, key: Path, output: Path | None, force: bool, as_json: bool) -> None:
    """Write a signed copy of a PDF that this program printed.

    Readers of PDF show who signed it and whether it was changed since. It stays accessible and
    archival. Needs the extra: pip install "cyberassess[sign]".

    \b
    Examples:
      cyberassess sign report.pdf --key officer.p12 -o signed.pdf
      cyberassess sign report.pdf --key officer.p12 -o signed.pdf --force
    """
    from cyberassess.steps.pack.signing import sign_pdf
    from cyberassess.steps.pack.words import pdf_signed_json, pdf_signed_lines

    made = sign_pdf(document, key, output=output, force=force, passphrase=_passphrase)
    print_found(made, pdf_signed_json, pdf_signed_lines, as_json=as_json)
