"""What an earlier version read from a cell is found there again, however cells are read today."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from cyberassess.books import guard, wording
from cyberassess.steps.care.verifying import verify
from tests.books.council import by_ref
from tests.steps.council import Rows, answers, begin, events, fill_in, send_to, take

SHEET = "B1 Access - Housing management"
ROWS: Rows = {"B1.a.N.1/housing": "Happens", "B1.a.H.1/housing": ("Otherwise", "By hand")}


def changed(path: Path) -> Path:
    """Strike an answer through, put a link on words and a number in a form of its own."""
    book = openpyxl.load_workbook(path)
    sheet: Any = book[SHEET]
    by_ref(sheet, "B1.a.N.1/housing", wording.ANSWER).font = Font(strike=True)
    by_ref(sheet, "B1.a.H.1/housing", wording.WORDS).hyperlink = "https://x.example/by-hand"
    share = by_ref(sheet, "B1.a.why/housing", wording.WORDS)
    share.value, share.number_format = 0.8, "0%"
    book.save(path)
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return begin(tmp_path / "northport-2026")


@pytest.fixture
def path(workspace: Path, tmp_path: Path) -> Path:
    return changed(fill_in(send_to(workspace)["Kim Lee"], tmp_path / "kim.xlsx", ROWS))


def test_what_earlier_versions_took_is_found_again(
    workspace: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = guard.Reader.read
    with monkeypatch.context() as then:
        then.setattr(guard.Reader, "read", lambda self, each: read(self, each).bare)
        take(workspace, path)
    assert answers(workspace) == {
        ("Kim Lee", "B1.a.N.1/housing"): ("happens", ""),
        ("Kim Lee", "B1.a.H.1/housing"): ("other-means", "By hand"),
    }
    assert [each["new"]["text"] for each in events(workspace, "rationale")] == ["0.8"]
    found = verify(workspace)
    assert found.problems == ()
    assert sum(found.cells.found.values()) == sum(found.cells.named.values()) == 3


def test_what_is_taken_today_is_found_again(workspace: Path, path: Path) -> None:
    take(workspace, path)
    assert answers(workspace) == {
        ("Kim Lee", "B1.a.H.1/housing"): ("other-means", "By hand (https://x.example/by-hand)")
    }
    assert [each["new"]["text"] for each in events(workspace, "rationale")] == ["80%"]
    assert verify(workspace).problems == ()
