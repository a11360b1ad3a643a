"""What is printed at the prompts and read there: plain lines that fit, and nothing else."""

import shutil
import sys
import textwrap
from collections.abc import Sequence

import click

WIDEST = 80


def screen() -> tuple[int, int]:
    """Give the columns and lines there are to print on."""
    size = shutil.get_terminal_size((WIDEST, 24))
    return max(min(size.columns, WIDEST) - 2, 20), size.lines


def say(text: str, indent: str = "") -> None:
    """Print a text in lines that fit."""
    for line in lines(text, indent):
        click.echo(line)


def show(*several: str) -> None:
    """Print lines as they are."""
    for each in several:
        click.echo(each)


def lines(text: str, indent: str = "") -> list[str]:
    """Break a text into lines that fit, those after the first as deep as its words."""
    width, _ = screen()
    deeper = " " * (len(text) - len(text.lstrip()))
    found: list[str] = []
    for paragraph in text.splitlines():
        found += textwrap.wrap(
            paragraph.strip(),
            width,
            initial_indent=indent + deeper,
            subsequent_indent=indent + deeper,
            break_on_hyphens=False,
            break_long_words=False,
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
