"""Every document of the demonstration is what it declares, by an independent validator's word."""

import zipfile
from pathlib import Path

import click
import pytest

from cyberassess.paper import html as render
from cyberassess.program import program
from cyberassess.terminal.running import run
from tests.program.conftest import demonstration, shown_northport  # noqa: F401 - fixtures
from tests.steps.officer import key_file
from tests.validators import verapdf
from tests.validators.structure import faults

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(render.can_make_pdf()), reason=render.can_make_pdf()),
]


EXTRA = {"open.pdf": ("board", "--edition", "open"), "data.pdf": ("theme", "data")}
"""What is printed besides: another edition, and another theme."""
CARRIES = ["attachment: the document carries a file"]
"""What our own checker finds in a pack's report, and nowhere else: its answers travel inside."""

SIGNED = ["link-says-nothing: page 1", "link-outside: page 1"]
"""The same of a signature: its field lies outside the page, where no tag is asked for."""


@pytest.fixture(scope="module")
def documents(
    shown_northport: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Path]:
    """Print everything that ``report`` prints, and the report inside a pack."""
    group = program.commands["report"]
    assert isinstance(group, click.Group)
    folder = tmp_path_factory.mktemp("documents")
    wanted = {f"{name}.pdf": (name,) for name in group.commands}
    for name, words in (wanted | EXTRA).items():
        printed = ["report", *words, "-o", str(folder / name)]
        assert run(program, ["-C", str(shown_northport), *printed]) == 0
    assert (
        run(program, ["-C", str(shown_northport), "pack", "--yes", "-o", str(folder / "p.zip")])
        == 0
    )
    officer = key_file(folder / "officer.p12")
    signing = ["sign", str(folder / "board.pdf"), "--key", str(officer)]
    assert run(program, [*signing, "-o", str(folder / "signed.pdf")]) == 0
    packing = ["pack", "--yes", "--sign-report", str(officer), "-o", str(folder / "s.zip")]
    assert run(program, ["-C", str(shown_northport), *packing]) == 0
    for pack, name in (("p", "packed"), ("s", "packed-signed")):
        with zipfile.ZipFile(folder / f"{pack}.zip") as archive:
            (folder / f"{name}.pdf").write_bytes(archive.read("report.pdf"))
    found = sorted(folder.glob("*.pdf"))
    assert {each.stem for each in found} >= {"full", "board", "open", "theme", "soa", "findings"}
    return found


def test_our_own_checker_finds_no_fault(documents: list[Path]) -> None:
    found = {path.name: faults(path) for path in documents}
    assert found.pop("packed.pdf") == CARRIES
    assert found.pop("signed.pdf") == SIGNED
    assert found.pop("packed-signed.pdf") == CARRIES + SIGNED
    assert found == {name: [] for name in found}


def test_verapdf_passes_them_as_accessible_and_archival(documents: list[Path]) -> None:
    verapdf.needed()
    # what is packed is looked at with its signature, which is only written behind it
    asked = [each for each in documents if each.stem != "packed"]
    for path, verdict in verapdf.verdicts(asked).items():
        assert verdict.failures == (), path.name
        assert verdict.profiles == verapdf.DECLARED, path.name
