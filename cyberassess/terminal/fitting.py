"""Text as it is printed, and read at prompts: nothing in it is obeyed, no word torn, all fits."""

import io
import os
import shlex
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import click

from cyberassess.domain.characters import visible_lines

if TYPE_CHECKING:
    from cyberassess.opening.intake import ReceivedFile

NARROW = 52
"""Below so many columns, help names an option on one line and explains it on the next."""
_LEAST = 20
_STANDARD = (80, 24)
_wrapped = partial(textwrap.wrap, break_on_hyphens=False, break_long_words=False)


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
    parts = _wrapped(
        line, width - len(end), subsequent_indent=indent + "  ", replace_whitespace=False
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


WIDEST = 100
_NO_COLUMNS = 60
"""Below so many columns, a table is written one row a paragraph."""


def _width() -> int:
    return min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)


def wrap(text: str, indent: str = "") -> list[str]:
    """Break a text into lines that fit the terminal."""
    width = max(_width() - 1, 20)
    return _wrapped(text, width, initial_indent=indent, subsequent_indent=indent + "  ") or [""]


def came_lines(found: "ReceivedFile", most: int | None = None) -> Iterator[str]:
    """Name what a file changes, where its original lies, and what goes back for it.

    Args:
        most: how many changes are named where the receipt names all; all of them if ``None``.
    """
    for what, names in (("Added", found.added), ("Changed", found.changed)):
        if names:
            left = len(names) - len(names[:most])
            more = f" and {left:,} more, which the receipt names" if left else ""
            yield from wrap(f"{what}: {', '.join(names[:most])}{more}", "  ")
    for each in found.changes:
        yield from wrap(f"{each.what}: was {each.old}, is now {each.new}", "  ")
    for what, place in (
        ("The original is kept as", found.kept_as),
        ("A receipt to send back:", found.receipt),
        ("A workbook to send back, with what to look at again:", found.notes),
    ):
        if place:
            yield f"  {what} {place}"


def short(text: str, most: int) -> str:
    """Cut a text that would make a table's column too wide; a narrow terminal has no columns."""
    return text if len(text) <= most or _width() < _NO_COLUMNS else f"{text[: most - 1]}…"


def table(rows: Iterable[tuple[str, ...]], *, indent: str = "  ") -> list[str]:
    """Align rows in columns; on a narrow terminal, one cell a line."""
    cells = [tuple(row) for row in rows]
    if not cells:
        return []
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    if _width() < _NO_COLUMNS or len(indent) + sum(widths) + 2 * len(widths) > _width() + 10:
        return [line for row in cells for line in wrap("  ".join(filter(None, row)), indent)]
    return [
        (indent + "  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True))).rstrip()
        for row in cells
    ]


_WIDEST_PROMPT = 80


def screen() -> tuple[int, int]:
    """Give the columns and lines there are to print on."""
    size = shutil.get_terminal_size((_WIDEST_PROMPT, 24))
    return max(min(size.columns, _WIDEST_PROMPT) - 2, 20), size.lines


def say(text: str, indent: str = "") -> None:
    """Print a text in lines that fit."""
    for line in lines(text, indent):
        click.echo(line)


def show(*several: str) -> None:
    """Print lines as they are."""
    for each in several:
        click.echo(each)


def typed(word: object) -> str:
    """Give a word as it is typed into a shell of this system: a folder may have spaces in it."""
    text = str(word)
    if os.name == "posix":
        return shlex.quote(text)
    return f'"{text}"' if " " in text else text


def lines(text: str, indent: str = "") -> list[str]:
    """Break a text into lines that fit, those after the first as deep as its words."""
    width, _ = screen()
    deeper = " " * (len(text) - len(text.lstrip()))
    found: list[str] = []
    for paragraph in text.splitlines():
        each = indent + deeper
        found += _wrapped(
            paragraph.strip(), width, initial_indent=each, subsequent_indent=each
        ) or [""]
    return found


def item(mark: str, text: str) -> list[str]:
    """Give a line of a list: the mark, then the words beside it."""
    width, _ = screen()
    start = f"  {mark}  "
    return textwrap.wrap(
        text, width, initial_indent=start, subsequent_indent=" " * len(start),
        break_on_hyphens=False,
    )  # fmt: skip


def read(prompt: str) -> str:
    """Ask for a line; what is not text is asked again."""
    while True:
        value: str = click.prompt(
            "\n".join(lines(prompt)), default="", show_default=False, prompt_suffix=" "
        )
        if value.isascii() or not any("\ud800" <= each <= "\udfff" for each in value):
            if not sys.stdin.isatty():
                click.echo(value)
            return value.strip()
        say("What was typed is not text in this terminal's encoding; nothing was kept.")


def numbers(found: Sequence[int]) -> str:
    """Write numbers with their runs joined: ``1-4, 7``."""
    runs: list[list[int]] = []
    for number in found:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
