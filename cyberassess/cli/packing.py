"""The command that makes an evidence pack."""

from pathlib import Path

import click

from cyberassess.cli.running import BytesOfTotal, json_flag, print_json, show_problems


@click.command()
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default=None,
    show_default="a dated name under reports/",
    type=click.Path(path_type=Path),
    help="Where to write it.",
)
@click.option("--force", is_flag=True, help="Replace the file named by --output.")
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
@click.option("--yes", is_flag=True, help="Pack files that may hold secrets all the same.")
@json_flag
@click.pass_obj
def pack(
    folder: str,
    *,
    output: Path | None,
    force: bool,
    only: tuple[str, ...],
    sample: int,
    seed: int,
    redact: bool,
    key: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Write an evidence pack that an auditor can check alone, without this program.

    \b
    Examples:
      cyberassess pack --yes
      cyberassess pack --sample 25 --seed 7 -o sample.zip --yes
    """
    from cyberassess.app.packing import PackWanted
    from cyberassess.app.packing import pack as write
    from cyberassess.cli.words_packing import NOTHING_WITHHELD, packed_json, packed_lines

    wanted = PackWanted(output, force, only, sample, seed, redact, key, yes)
    with BytesOfTotal("Packing", "Packed") as on_bytes:
        made = write(Path(folder), wanted, on_bytes)
    if as_json:
        print_json(packed_json(made))
        return
    for line in packed_lines(made):
        click.echo(line)
    if redact and not made.withheld:
        click.echo(NOTHING_WITHHELD)
    show_problems(made.warnings)
