"""The child's work done in this process, where its every line can be followed."""

import datetime
import io
import json
import sys
from pathlib import Path

import openpyxl.xml
import pytest
from openpyxl.reader import excel

from cyberassess.adapters.xlsx import child
from tests.adapters.xlsx.council import ask, write
from tests.adapters.xlsx.test_guard import BOMB, MAIN, SHEET, changed, inline, odd_workbook, rows


@pytest.fixture(autouse=True)
def as_in_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpyxl.xml, "LXML", False)
    name = "read_string_table"  # the child replaces it
    monkeypatch.setattr(excel, name, getattr(excel, name))


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    return write(tmp_path, ask("A1.a"))


def with_part(ours: Path, name: str, content: bytes) -> str:
    ours.write_bytes(changed(ours, lambda parts: parts.update({name: content})))
    return str(ours)


def test_sheets_and_the_time_of_saving(ours: Path) -> None:
    reply = child.answer(str(ours))
    assert [each["name"] for each in reply["sheets"]] == [
        "Start",
        "A1 Governance",
        "Documents",
        "Finish",
        "About this file",
    ]
    assert reply["saved"] == "2026-01-05T09:00:00Z"
    assert reply["extras"] == []


def test_every_kind_of_cell(tmp_path: Path) -> None:
    first, second, chart = child.answer(str(odd_workbook(tmp_path / "a.xlsx")))["sheets"]
    assert [each[2] for each in first["cells"]] == ["s", "n", "n", "b", "d", "f", "e", ""]
    assert (first["hidden_rows"], first["hidden_columns"]) == ([1], [2])
    assert second["hidden"]
    assert chart["cells"] == []
    assert child._cell("d", datetime.timedelta(hours=30)) == ("n", "1 day, 6:00:00")
    assert child._cell("n", 2.0) == ("n", "2")
    assert child.unescape("a_x000D_b_xD800_") == "a\rb\ufffd"


@pytest.mark.parametrize(
    ("part", "content", "cause"),
    [
        (SHEET, rows(inline("A1", "x") + inline("A1", "x")), "damaged"),
        (SHEET, b"<worksheet", "damaged"),
        (SHEET, BOMB.encode() + b"<x>&b;</x>", "unsafe-content"),
        ("xl/workbook.xml", b'<x xmlns="http://purl.oclc.org/ooxml/x"/>', "strict-open-xml"),
    ],
)
def test_causes(part: str, content: bytes, cause: str, ours: Path) -> None:
    assert child.answer(with_part(ours, part, content)) == {"cause": cause}


def test_limits(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "CELLS", 5)
    assert child.answer(str(ours)) == {"cause": "too-large"}
    monkeypatch.setattr(child, "CELLS", 50_000)
    monkeypatch.setattr(child, "CHARACTERS", 50)
    assert child.answer(str(ours)) == {"cause": "too-large"}

    def no_room(_: str) -> None:
        raise MemoryError

    monkeypatch.setattr(child, "_sheets", no_room)
    assert child.answer(str(ours)) == {"cause": "too-large"}


def test_nothing_is_read_without_the_safe_parser(
    ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openpyxl.xml, "DEFUSEDXML", False)
    assert child.answer(str(ours)) == {"cause": "reader-incomplete"}


def test_styles_that_cannot_be_read_leave_all_but_dates(ours: Path) -> None:
    def kinds(reply: child.Json) -> list[str]:
        return [cell[2] for sheet in reply["sheets"] for cell in sheet["cells"]]

    before = kinds(child.answer(str(ours)))
    fill = '<patternFill patternType="x"/>'
    fills = f'<styleSheet xmlns="{MAIN}"><fills><fill>{fill}</fill></fills></styleSheet>'.encode()
    after = kinds(child.answer(with_part(ours, "xl/styles.xml", fills)))
    assert "d" in before
    assert after == [each.replace("d", "n") for each in before]


def test_a_line_for_a_line(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"path": str(ours)}).encode() + b"\n"
    output = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line * 2)))
    monkeypatch.setattr(sys, "stdout", output)
    monkeypatch.setattr(sys, "argv", ["child.py", json.dumps(sys.path)])
    monkeypatch.setenv("OPENPYXL_LXML", "False")
    monkeypatch.setenv("OPENPYXL_DEFUSEDXML", "True")
    monkeypatch.setattr(child, "_limit", lambda: None)
    child.main()
    first, second = output.buffer.getvalue().splitlines()
    assert first == second
    assert len(json.loads(first)["sheets"]) == 5
