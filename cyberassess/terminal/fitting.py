"""Text as it is printed: nothing in it is obeyed, no word is torn, help fits a narrow terminal."""

import io
import shutil
import sys
import textwrap
from collections.abc import Iterable
from typing import BinaryIO

import click

from cyberassess.domain.characters import visible_lines

NARROW = 52
"""Below so many columns, help names an option on one line and explains it on the next."""
_LEAST = 20
_STANDARD = (80, 24)


def columns() -> int:
    """Give the width of the terminal."""
    return shutil.get_terminal_size(_STANDARD).columns


def fold(text: str, width: int) -> str:
    """Break lines that are wider than a terminal between words; their indent is kept.

    Commands to copy stay as they are.
    """
    return "\n".join(part for line in text.split("\n") for part in _parts(line, width))


def _parts(line: str, width: int) -> Iterable[str]:
    if len(line) <= width:
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


class Shown(io.TextIOWrapper):
    """Standard output or error: what would be obeyed, or hides or turns text, is made visible.

    It is the one place through which everything is printed, whoever wrote it.
    """

    own: io.TextIOWrapper | None = None
    """The stream this one stands for, for our own bars: they move the cursor."""

    @property
    def buffer(self) -> BinaryIO:
        """Nothing: click would write past this stream, on Windows and where only ASCII is."""
        raise AttributeError("buffer")

    def write(self, text: str | bytes) -> int:
        """Write a text as it may be seen; click gives words to complete as bytes of UTF-8."""
        said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        super().write(self.as_shown(visible_lines(said)))
        return len(text)

    def mark_as_utf_8(self) -> None:
        """Begin as Excel knows UTF-8 by, where that is what is written."""
        if self.encoding.lower().replace("-", "") == "utf8":
            super().write("\ufeff")

    def as_shown(self, text: str) -> str:
        """Give a visible text as this stream shows it."""
        return text


class Terminal(Shown):
    """The same on a terminal; whatever is written is folded."""

    is_exact = False
    """Whether lines stay whole, as programs read them."""

    def as_shown(self, text: str) -> str:
        """Give a text, folded."""
        return text if self.is_exact else fold(text, columns())


def shown_on(stream: io.TextIOWrapper, errors: str) -> io.TextIOWrapper:
    """Give the stream to write to in place of one that may be a terminal."""
    if isinstance(stream, Shown):
        return stream
    kind = Terminal if stream.isatty() else Shown
    shown = kind(
        stream.buffer,
        stream.encoding,
        errors,
        line_buffering=stream.line_buffering or stream.isatty(),
        write_through=stream.write_through,
    )
    shown.own = stream
    return shown


def write_as_file() -> None:
    """Begin what goes into a file as Excel knows it."""
    if isinstance(sys.stdout, Shown) and not isinstance(sys.stdout, Terminal):
        sys.stdout.mark_as_utf_8()


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
