"""The road in miniature, on whatever installation is first on the path."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

import cyberassess
from cyberassess.books.questionnaire.filling import Filled, fill
from cyberassess.program import program

pytestmark = pytest.mark.wheel


def _run(*words: str) -> str:
    result = CliRunner().invoke(program, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.slow
def test_the_road_works_on_this_installation(tmp_path: Path) -> None:
    wheel = os.environ.get("CYBERASSESS_WHEEL")
    if wheel:
        assert Path(cyberassess.__file__).is_relative_to(wheel)
    place = str(tmp_path / "lab")
    _run("new", place, "--organisation", "Lab", "--period", "2026",
         "--framework", "ncsc-caf@3.2", "--profile", "govassure-baseline")  # fmt: skip
    _run("-C", place, "send")
    sent = next((tmp_path / "lab/questionnaires/sent").glob("*.xlsx"))
    back = tmp_path / "back.xlsx"
    assert fill(sent, back, {"A1.a.NA.1": Filled("This happens here")}) == 1
    assert "stored 1 answer" in _run("-C", place, "receive", str(back))
    assert "Not achieved, by rule caf-table" in _run("-C", place, "explain", "A1.a")
    _run("-C", place, "report", "full", "--html", "-o", str(tmp_path / "report.html"))
    assert "Lab" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Nothing was altered" in _run("-C", place, "verify")
    assert "0 problems" in _run("framework", "check", "--all")
