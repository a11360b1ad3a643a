"""A questionnaire that another library saved again says the same.

The libraries come from their registries into a cache outside the repository: in CI, or when
somebody asks for them with ``CYBERASSESS_TOOLS=1``. Otherwise the tests say why they are skipped.
"""

import datetime
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from tests.books.council import answered, ask, bare, given, receive, statement, write
from tests.books.odd import with_notes
from tests.books.test_responses import put

HERE = Path(__file__).parent
PATIENCE = 300
TYPED = "@SUM(1) -x \U0001f600 <b>\u202eabc"
"""As in the council, without the literal ``_x000D_`` that these libraries turn into a line end."""


def cache(name: str) -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home) / "cyberassess-tests" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is missing here, and must not be in CI.")
        pytest.skip(f"{name} is not installed here.")
    return found


def run(*command: str | Path, folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr[-2000:] or done.stdout[-2000:]


def fetched(folder: Path, mark: Path, *command: str) -> None:
    """Fetch what a list of libraries names, unless that very list was fetched before."""
    kept = folder / mark.name
    if kept.is_file() and kept.read_bytes() == mark.read_bytes():
        return
    if not (os.environ.get("CI") or os.environ.get("CYBERASSESS_TOOLS")):
        pytest.skip("The library was not fetched yet; CYBERASSESS_TOOLS=1 does so.")
    shutil.copyfile(mark, folder / mark.name)
    try:
        run(*command, folder=folder)
    except BaseException:
        kept.unlink()
        raise


def node(script: str) -> list[str]:
    """Give the command of a script, with the libraries of ``package.json``."""
    command, npm, folder = program("node"), program("npm"), cache("npm")
    fetched(
        folder, HERE / "package.json", npm, "install", "--silent", "--no-audit", "--no-fund",
        "--no-package-lock", "--ignore-scripts",
    )  # fmt: skip
    shutil.copyfile(HERE / script, folder / script)
    return [command, str(folder / script)]


def java() -> list[str]:
    """Give the command of ``Poi.java``, with the libraries of ``pom.xml``."""
    command, maven, folder = program("java"), program("mvn"), cache("maven")
    fetched(
        folder, HERE / "pom.xml", maven, "-q", "dependency:copy-dependencies",
        f"-DoutputDirectory={folder / 'jars'}",
    )  # fmt: skip
    return [command, "-cp", str(folder / "jars" / "*"), str(HERE / "Poi.java")]


def filled(folder: Path) -> list[Path]:
    """Give a questionnaire of everything, one of eight questions, and one with notes.

    Characters beyond the first 65,536 stand only where openpyxl did not write them: SheetJS cannot
    read them as it writes them.
    """
    state = answered()
    typed = {**state.answers, statement("A1.b.A.1"): given("not-true", TYPED)}
    state = replace(state, answers=typed)
    large = write(folder, ask(state=state), "all.xlsx")
    emoji = write(folder, ask("A1", "A2", "B2", state=state), "emoji.xlsx")
    book = openpyxl.load_workbook(large)
    sheet = book["A1 Governance"]
    put(sheet, "A1.a.NA.1", "C", None)
    put(sheet, "A1.a.A.3", "C", "True")
    put(sheet, "A1.a.A.4", "C", "Not true")
    put(sheet, "A1.b.evidence", "C", datetime.date(2026, 12, 31))
    put(sheet, "A1.c.why", "D", "Two\n\nparagraphs,  two spaces, “quotes”, é")
    put(sheet, "A1.b.A.1", "D", "No emoji here")
    book.save(large)
    small = write(folder, ask("A1.a"), "eight.xlsx")
    return [large, small, emoji, with_notes(write(folder, ask("A1.a"), "notes.xlsx"))]


@pytest.mark.slow
@pytest.mark.parametrize("library", ["exceljs", "SheetJS", "Apache POI"])
def test_saved_again_by_another_library(library: str, tmp_path: Path) -> None:
    match library:
        case "exceljs":
            command = node("exceljs.cjs")
        case "SheetJS":
            command = node("sheetjs.cjs")
        case _:
            command = java()
    paths = filled(tmp_path)
    if library == "exceljs":
        paths.pop()  # NOTE: it stops at notes whose place is written as openpyxl writes it
    again = [tmp_path / f"again {each.name}" for each in paths]
    pairs = [each for pair in zip(paths, again, strict=True) for each in pair]
    run(*command, *pairs, folder=tmp_path)
    for path, other in zip(paths, again, strict=True):
        before, after = receive(path), receive(other)
        assert bare(after.replies) == bare(before.replies)
        assert (after.person, after.serial, after.head) == ("p3", 7, "b" * 64)
        assert after.looked_at == before.looked_at
        assert [(each.code, each.message) for each in after.problems] == [
            (each.code, each.message) for each in before.problems
        ]
