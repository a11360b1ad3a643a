"""The library: what importing it costs, that its names are documented, and that examples run.

``SNAPSHOTS=update python -m pytest tests/program/test_library.py`` writes what the examples print.
"""

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cyberassess
from cyberassess.books.questionnaire.filling import Filled, fill
from cyberassess.domain.assessment import PersonId
from cyberassess.program import program
from cyberassess.steps.send.sending import questions_for

DOCUMENT = Path(__file__).parents[2] / "docs" / "library.md"
EXAMPLE = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)
VERBS = ("new", "send", "receive", "score", "explain", "report", "pack", "verify")


def test_importing_reads_nothing_but_the_version() -> None:
    code = "import cyberassess, sys; print(*(each for each in sys.modules), sep='\\n')"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    there = set(ran.stdout.split())
    assert {each for each in there if each.startswith("cyberassess")} == {
        "cyberassess",
        "cyberassess.version",
    }
    assert not there & {"pydantic", "yaml", "openpyxl", "jinja2", "click", "rich", "typing"}


def test_every_name_is_there_and_documented() -> None:
    text = DOCUMENT.read_text("utf-8")
    for name in cyberassess.__all__:
        assert getattr(cyberassess, name).__doc__, name
        assert name in text, name
    assert set(VERBS) <= set(cyberassess.__all__) & set(program.commands)
    with pytest.raises(AttributeError, match="no attribute 'recieve'"):
        getattr(cyberassess, "recieve")  # noqa: B009 - mypy knows that it is not there


def come_back(folder: Path) -> None:
    """Fill in what was sent, as the officer would, and put something else beside it."""
    returns = folder.parent / "returns"
    returns.mkdir()
    what = questions_for(cyberassess.open_assessment(folder), PersonId("p1"))
    (sent,) = (folder / "questionnaires" / "sent").glob("*.xlsx")
    labels = [row.answers[at % 3 == 1].label for at, row in enumerate(what.rows)]
    rows = {
        row.ref: Filled(label, "As agreed in May.")
        for row, label in zip(what.rows, labels, strict=True)
    }
    fill(sent, returns / "R1.xlsx", rows)
    (returns / "holiday.txt").write_text("Away until Monday.", "utf-8")


@pytest.mark.slow
def test_the_examples_run_and_print_what_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = DOCUMENT.read_text("utf-8")
    names: dict[str, object] = {}
    for code, shown in EXAMPLE.findall(text):
        if '"returns"' in code:
            come_back(tmp_path / "northport-2026")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(code, DOCUMENT.name, "exec"), names)  # noqa: S102 - our own examples
        if os.environ.get("SNAPSHOTS") == "update":
            text = text.replace(
                f"{code}```\n\n```text\n{shown}", f"{code}```\n\n```text\n{printed.getvalue()}"
            )
            DOCUMENT.write_text(text, "utf-8")
        else:
            assert printed.getvalue() == shown
