"""A workbook that LibreOffice saved again says the same, and its counts work there."""

import os
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from cyberassess.books import wording
from tests.books.council import ask, bare, expected, receive, write
from tests.books.test_responses import put


@pytest.fixture(scope="session")
def soffice(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give the command of LibreOffice, with a profile that is made but once."""
    program = shutil.which("soffice")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice (soffice) is missing here, and must not be in CI.")
        pytest.skip("LibreOffice (soffice) is not installed here.")
    profile = (tmp_path_factory.mktemp("profile") / "it").as_uri()
    return [program, f"-env:UserInstallation={profile}", "--headless"]


def saved_again(soffice: list[str], path: Path, to: Path) -> Path:
    to.mkdir()
    command = [*soffice, "--convert-to", "xlsx", "--outdir", str(to), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return to / path.name


@pytest.mark.slow
def test_saved_in_libreoffice(soffice: list[str], tmp_path: Path) -> None:
    what = ask()
    path = write(tmp_path, what)
    book = openpyxl.load_workbook(path)
    sheet = book["A1 Governance"]
    put(sheet, "A1.a.NA.1", "C", None)
    put(sheet, "A1.a.A.3", "C", "True")
    put(sheet, "A1.a.A.4", "C", "Not true")
    put(sheet, "A1.b.evidence", "C", "31 December 2026")
    book.save(path)
    before = receive(path)
    again = saved_again(soffice, path, tmp_path / "again")
    back = receive(again)
    assert bare(back.replies) == bare(before.replies)
    assert back.problems == ()
    assert back.looked_at == len(what.rows)
    assert (back.person, back.serial, back.head) == ("p3", 7, "b" * 64)
    counted = openpyxl.load_workbook(again, data_only=True)
    assert counted["A1 Governance"]["A3"].value == "7 of 23 answered"
    texts = [str(cell.value) for row in counted[wording.START].iter_rows() for cell in row]
    total = sum(row.current is not None for row in what.rows) + 1
    assert f"{total} of {len(what.rows)} answered" in texts


@pytest.mark.slow
def test_untouched_and_saved_in_libreoffice(soffice: list[str], tmp_path: Path) -> None:
    what = ask("A1", "A2", "B2")
    again = saved_again(soffice, write(tmp_path, what), tmp_path / "again")
    back = receive(again)
    assert bare(back.replies) == expected(what)
    assert back.problems == ()
