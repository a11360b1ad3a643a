"""Every document of the demonstration is what it declares, by an independent validator's word."""

from pathlib import Path

import click
import pytest

from cyberassess.adapters.report import render
from cyberassess.cli import program
from cyberassess.cli.running import run
from tests.cli.conftest import demonstration, shown_northport  # noqa: F401 - fixtures
from tests.validators import verapdf
from tests.validators.structure import faults

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(render.can_make_pdf()), reason=render.can_make_pdf()),
]


@pytest.fixture(scope="module")
def documents(
    shown_northport: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Path]:
    """Print everything that ``report`` prints without being told more."""
    group = program.commands["report"]
    assert isinstance(group, click.Group)
    folder = tmp_path_factory.mktemp("documents")
    printed: list[Path] = []
    for name, command in group.commands.items():
        if not any(each.required for each in command.params):
            path = folder / f"{name}.pdf"
            code = run(program, ["-C", str(shown_northport), "report", name, "-o", str(path)])
            assert code == 0
            printed.append(path)
    assert folder / "full.pdf" in printed
    return [each for each in printed if each.exists()]


def test_our_own_checker_finds_no_fault(documents: list[Path]) -> None:
    assert {path.name: faults(path) for path in documents if faults(path)} == {}


def test_verapdf_passes_them_as_accessible_and_archival(documents: list[Path]) -> None:
    verapdf.needed()
    for path, verdict in verapdf.verdicts(documents).items():
        assert verdict.failures == (), path.name
        assert verdict.profiles == verapdf.DECLARED, path.name
