"""Every page for a browser can be used by everybody and read at 320 pixels, by axe-core's word."""

import zipfile
from pathlib import Path

import click
import pytest

from cyberassess.paper.documents.came_page import CameFile, CamePage, Remark
from cyberassess.paper.documents.start_pages import Link, page_html
from cyberassess.program import program
from cyberassess.terminal.running import run
from tests.program.conftest import demonstration, shown_northport  # noqa: F401 - fixtures
from tests.validators import axe

pytestmark = pytest.mark.slow
LONG = "b177fddd Northport 2026 cyber questions - Zoë Okoro-Łukasik (Adult social care) - R1.xlsx"
CAME = CamePage(
    "Northport Council, 2026",
    "OFFICIAL-SENSITIVE",
    "29 November 2026",
    "1 file: stored 12 answers; 1 remark.",
    (
        CameFile(
            LONG,
            "Zoë Okoro-Łukasik: stored 12 answers",
            f"received/{LONG}",
            "Zoë Okoro-Łukasik",
            (Link(LONG, "receipts/a.xlsx"), Link("b.xlsx", "b.xlsx")),
            ("in conflict now: B3.a.NA.3/housing",),
            (Remark('sheet "Finish", cell B8', "a.xlsx#B8", f'"{"y" * 60}" is none.', "Choose."),),
        ),
        CameFile("plan.xlsx", "refused"),
    ),
    (CameFile("payslip.pdf", "This is a PDF."),),
)
"""Everything that may stand on the page of what came."""


@pytest.fixture(scope="module")
def pages(
    shown_northport: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """Give the pages to start from, some outcomes, what came, every report, a pack's list."""
    axe.needed()
    group = program.commands["report"]
    assert isinstance(group, click.Group)
    folder = tmp_path_factory.mktemp("pages")
    for name in group.commands:
        words = ["report", name, "-o", str(folder / f"{name}.html")]
        assert run(program, ["-C", str(shown_northport), *words]) == 0
    shared = ["start", "--edition", "open", "-o", str(folder / "open.html")]
    assert run(program, ["-C", str(shown_northport), *shared]) == 0
    (folder / "came.html").write_text(page_html(CAME), "utf-8")
    packed = folder / "p.zip"
    assert run(program, ["-C", str(shown_northport), "pack", "--yes", "-o", str(packed)]) == 0
    with zipfile.ZipFile(packed) as archive:
        (folder / "index.html").write_bytes(archive.read("index.html"))
    outcomes = sorted((shown_northport / "start").glob("B2.*.html"))
    files = [*sorted(folder.glob("*.html")), shown_northport / "start.html", *outcomes]
    found = {path.name: path.read_text("utf-8") for path in files}
    wanted = {"board.html", "came.html", "full.html", "index.html", "open.html", "start.html"}
    assert found.keys() >= wanted
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
