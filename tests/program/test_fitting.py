"""On a terminal of forty columns nothing is cut and no word is torn."""

import io
import os

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cyberassess.program import program
from cyberassess.terminal import fitting
from cyberassess.terminal.fitting import Shown, Terminal, fold, shown_on, write_exactly


def test_long_lines_break_between_words_and_keep_their_indent() -> None:
    text = "  one two three four five six seven\nshort\n"
    assert fold(text, 24) == "  one two three four\n    five six seven\nshort\n"


def test_a_command_to_copy_stays_whole() -> None:
    line = '    cyberassess send --to "Helen Stobart"'
    assert fold(line, 20) == line
    assert fold("cyberassess does this and that", 22) == "cyberassess does this\n  and that"


def test_a_deep_indent_and_blanks_stay() -> None:
    deep = " " * 30 + "a b c d e f g h i j k l m n o p"
    assert fold(deep, 40) == deep
    assert fold(" " * 50, 40) == " " * 50


def test_the_blank_after_a_question_stays() -> None:
    assert fold("Which of the two is right, one or two? ", 30).endswith("two? ")


@given(st.text(alphabet="ab cyberassess\n", max_size=200), st.integers(20, 60))
def test_no_word_is_lost_or_torn(text: str, width: int) -> None:
    folded = fold(text, width)
    assert folded.split() == text.split()
    for line in folded.split("\n"):
        assert len(line) <= width or len(line.split()) < 3 or line.lstrip().startswith("cyber")


class _Tty(io.BytesIO):
    def isatty(self) -> bool:
        return True


def test_only_a_terminal_is_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    file = io.TextIOWrapper(io.BytesIO(), "utf-8")
    plain = shown_on(file, "strict")
    assert isinstance(plain, Shown)
    assert not isinstance(plain, Terminal)
    raw = _Tty()
    stream = shown_on(io.TextIOWrapper(raw, "utf-8"), "strict")
    assert isinstance(stream, Terminal)
    assert shown_on(stream, "strict") is stream
    assert stream.write("one two three four five six\n") == 28
    stream.flush()
    assert raw.getvalue().decode() == f"one two three four five{os.linesep}  six{os.linesep}"


def test_what_programs_read_is_never_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    raw = _Tty()
    stream = Terminal(raw, "utf-8", newline="")
    monkeypatch.setattr("sys.stdout", stream)
    write_exactly()
    stream.write('"one two three four five six"\n')
    stream.flush()
    assert raw.getvalue().decode() == '"one two three four five six"\n'


def _all(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    below = command.commands if isinstance(command, click.Group) else {}
    deeper = [each for name, sub in below.items() for each in _all(sub, (*path, name))]
    return [path, *deeper]


@pytest.mark.parametrize("path", _all(program), ids=" ".join)
def test_help_fits_forty_columns(path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "columns", lambda: 40)
    lines = CliRunner().invoke(program, [*path, "--help"], prog_name="cyberassess").output
    wide = [line for line in fold(lines, 40).splitlines() if len(line) > 40]
    own = [line for line in wide if not line.lstrip().startswith(("cyberassess", "--"))]
    assert [line for line in own if len(line.split()) > 1] == []
