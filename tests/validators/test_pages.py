"""Every page for a browser can be used by everybody and read at 320 pixels, by axe-core's word."""

import zipfile
from pathlib import Path

import click
import pytest

from cyberassess.program import program
from cyberassess.terminal.running import run
from tests.program.conftest import demonstration, shown_northport  # noqa: F401 - fixtures
from tests.validators import axe

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pages(
    shown_northport: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """Give the page to start from with some of its outcomes, every report, and a pack's list."""
    axe.needed()
    group = program.commands["report"]
    assert isinstance(group, click.Group)
    folder = tmp_path_factory.mktemp("pages")
    for name in group.commands:
        words = ["report", name, "-o", str(folder / f"{name}.html")]
        assert run(program, ["-C", str(shown_northport), *words]) == 0
    packed = folder / "p.zip"
    assert run(program, ["-C", str(shown_northport), "pack", "--yes", "-o", str(packed)]) == 0
    with zipfile.ZipFile(packed) as archive:
        (folder / "index.html").write_bytes(archive.read("index.html"))
    outcomes = sorted((shown_northport / "start").glob("B2.*.html"))
    files = [*sorted(folder.glob("*.html")), shown_northport / "start.html", *outcomes]
    found = {path.name: path.read_text("utf-8") for path in files}
    assert found.keys() >= {"board.html", "full.html", "index.html", "start.html"}
    assert len(outcomes) > 3
    return found


def test_nothing_is_found_on_any_page_at_any_width(pages: dict[str, str]) -> None:
    assert axe.findings(pages) == []


def test_a_fault_is_found() -> None:
    axe.needed()
    bad = '<!doctype html><html><title>A</title><main><p style="width:900px">B</p><img></main>'
    found = "\n".join(axe.findings({"bad": bad}))
    assert "bad at 400: too-wide: " in found
    assert {"image-alt", "html-has-lang"} <= {each.split(": ")[1] for each in found.split("\n")}
