"""Text on a terminal: no word is torn at its edge, and help fits a narrow one."""

import io
import shutil
import sys
import textwrap
from collections.abc import Iterable

import click

NARROW = 52
"""Below so many columns, help names an option on one line and explains it on the next."""
_LEAST = 20
_STANDARD = (80, 24)


def columns() -> int:
    """Give the width of the terminal."""
    return shutil.get_terminal_size(_STANDARD).columns


def fold(text: str, width: int) -> str:
    """Break lines that are wider than a terminal between words; their indent is kept.

    Lines that move the cursor, and commands to copy, stay as they are.
    """
    return "\n".join(part for line in text.split("\n") for part in _parts(line, width))


def _parts(line: str, width: int) -> Iterable[str]:
    if len(line) <= width or "\x1b" in line or "\r" in line:
        return [line]
    indent = line[: len(line) - len(line.lstrip(" "))]
    is_command = indent and line[len(indent) :].startswith("cyberassess ")
    if is_command or len(indent) > width - _LEAST:
        return [line]
    end = line[len(line.rstrip(" ")) :][:1]
    parts = textwrap.wrap(
        line,
        width - len(end),
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
        break_long_words=False,
        replace_whitespace=False,
    )
    return [*parts[:-1], parts[-1] + end] if parts else [line]


class Terminal(io.TextIOWrapper):
    """Standard output or error on a terminal; whatever is written is folded."""

    is_exact = False
    """Whether lines stay whole, as programs read them."""
    own: io.TextIOWrapper | None = None
    """The stream this one stands for: let go, it would close what is below both."""

    def write(self, text: str) -> int:
        """Write a text, folded."""
        super().write(text if self.is_exact else fold(text, columns()))
        return len(text)


def on_terminal(stream: io.TextIOWrapper, errors: str) -> io.TextIOWrapper:
    """Give the stream to write to in place of one that may be a terminal."""
    if not stream.isatty() or isinstance(stream, Terminal):
        return stream
    terminal = Terminal(stream.buffer, stream.encoding, errors, line_buffering=True)
    terminal.own = stream
    return terminal


def write_exactly() -> None:
    """Leave lines whole from here on: what follows is read by a program."""
    if isinstance(sys.stdout, Terminal):
        sys.stdout.is_exact = True


class Formatter(click.HelpFormatter):
    """Help as ever, and on a narrow terminal with each option on a line of its own."""

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        """Begin; the width is the terminal's where none is given."""
        if width is None and columns() < NARROW:
            width = max(columns() - 2, _LEAST)
        super().__init__(indent_increment, width, max_width)

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write names with what they mean."""
        narrow = self.width < NARROW - 2
        super().write_dl(list(rows), 4 if narrow else col_max, col_spacing)


class _Context(click.Context):
    formatter_class = Formatter


def fit_help(command: click.Command) -> None:
    """Let a command, and all below it, show help that fits."""
    command.context_class = _Context
    if isinstance(command, click.Group):
        for each in command.commands.values():
            fit_help(each)
