"""Asking who somebody is whose name was changed: the same person, or somebody new."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cyberassess.domain.people.naming import Renaming


@dataclass(frozen=True, slots=True)
class Who:
    """What was answered: ids of people who are the same, and of those who are somebody new."""

    renamed: tuple[str, ...]
    new: tuple[str, ...]


def ask_who(renamings: "Sequence[Renaming]") -> Who:
    """Ask once for all, beneath a table of the names."""
    width = max(len(each.recorded) for each in renamings)
    click.echo("These people have answered, and another name stands beside them now:", err=True)
    for number, each in enumerate(renamings, start=1):
        click.echo(f"  {number}  {each.recorded:{width}}  now  {each.stated}", err=True)
    click.echo("Answers stay under the name they were given with, whoever it is now.", err=True)
    numbers: set[int] = click.prompt(
        "Which are somebody new? Numbers, all, or none for the same people under a new name",
        value_proc=lambda text: _numbers(text, len(renamings)),
        err=True,
    )
    split = [(each.person, n in numbers) for n, each in enumerate(renamings, start=1)]
    return Who(
        tuple(person for person, is_new in split if not is_new),
        tuple(person for person, is_new in split if is_new),
    )


def _numbers(text: str, most: int) -> set[int]:
    words = text.replace(",", " ").casefold().split()
    if words in (["all"], ["none"]):
        return set(range(1, most + 1)) if words == ["all"] else set()
    if not words or any(not each.isdecimal() or not 1 <= int(each) <= most for each in words):
        raise click.BadParameter(f'"{text}" is neither all, none, nor numbers from 1 to {most}.')
    return set(map(int, words))


def settle(folder: Path, renamings: "Sequence[Renaming]") -> None:
    """Ask, and record what was answered."""
    from cyberassess.steps.people.same_people import renamed, somebody_new
    from cyberassess.steps.people.words import renamed_line, somebody_new_line

    who = ask_who(renamings)
    lines = [somebody_new_line(each) for each in somebody_new(folder, who.new)] if who.new else []
    lines += [renamed_line(each) for each in renamed(folder, who.renamed)] if who.renamed else []
    for line in lines:
        click.echo(line, err=True)
