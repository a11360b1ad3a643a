"""What can be wrong, and how it is said.

Places are strings, so that the domain never needs paths. Messages say where, what was found and
why that is a problem; the hint says what is allowed, what happened to the data and what to do
next.
"""

import contextlib
import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self


class Severity(Enum):
    """How much a problem matters to the person who reads it."""

    PROBLEM = "problem"
    """Something was refused or must be mended."""
    NOTE = "note"
    """Nothing was refused; the reader should know."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, with its place."""

    code: str
    """Stable and machine-readable, for example ``answer-not-allowed``."""
    where: str
    """File and line, or sheet and cell; empty where there is no place."""
    message: str
    hint: str = ""
    severity: Severity = Severity.PROBLEM

    @classmethod
    def note(cls, code: str, where: str, message: str, hint: str = "") -> Self:
        """Give one for which nothing was refused, and of which the reader should know."""
        return cls(code, where, message, hint, Severity.NOTE)

    def __str__(self) -> str:
        """Give the problem as one line: where, what, and what to do."""
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text} {self.hint}".rstrip()


class CyberassessError(Exception):
    """Something that stops a command, with every problem found; nothing was changed."""

    def __init__(self, *problems: Problem) -> None:
        """Keep the problems in reading order."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    @classmethod
    def because(cls, code: str, where: str, message: str, hint: str = "") -> Self:
        """Give one for a single problem."""
        return cls(Problem(code, where, message, hint))

    def __reduce__(self) -> tuple[type["CyberassessError"], tuple[Problem, ...]]:
        """Travel between processes with the problems."""
        return type(self), self.problems


class FrameworkError(CyberassessError):
    """A control set, profile or theme set cannot be used."""


class WorkbookError(CyberassessError):
    """A workbook from outside cannot be used as a questionnaire; others may still be."""


class AssessmentError(CyberassessError):
    """The assessment's settings or arguments do not allow the command."""


class LedgerError(CyberassessError):
    """The ledger is damaged, incomplete, or newer than this program."""


class ReportError(CyberassessError):
    """A document cannot be written."""


class BusyError(CyberassessError):
    """Another command holds the assessment's lock."""


def closest(word: str, allowed: Sequence[str]) -> str:
    """Give ``did you mean`` with the nearest allowed word, or an empty string."""
    folded = {each.casefold(): each for each in allowed}
    near = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return f"Did you mean {folded[near[0]]}?" if near else ""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Give a number with its noun: ``1 answer``, ``2 answers``, ``2 sub-categories``."""
    several = re.sub(r"(?<=[^aeiou])y$", "ie", noun) + "s"
    return f"{number:,} {noun if number == 1 else plural or several}"


def named(names: Iterable[str], most: int, between: str = ", ") -> str:
    """Give names once each, up to a limit, and how many more there are: ``A1, A2 and 3 more``."""
    each = list(dict.fromkeys(names))
    more = f" and {len(each) - most} more" if len(each) > most else ""
    return between.join(each[:most]) + more


def joined(words: Sequence[str]) -> str:
    """Join words as a sentence does: ``a, b and c``."""
    if len(words) < 2:  # noqa: PLR2004 - one word needs no joining
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


Json = dict[str, Any]  # NOTE: printed as it is; tests fix its shape.


def fields_of(value: object, names: str) -> Json:
    """Give fields of a value as JSON takes them, keyed by their names.

    Args:
        names: in the order of the JSON; one that ends in ``?`` is ``None`` where it is empty.
    """
    return {
        name: found or None if each[-1] == "?" else found
        for each in names.split()
        for name in (each.rstrip("?"),)
        for found in (getattr(value, name),)
    }


MOST_REMARKS = 500
"""How many remarks about one file are kept; beyond them a person needs to be told how many."""


def at_most(problems: Sequence[Problem], where: str) -> tuple[Problem, ...]:
    """Give the remarks about a file in order, up to a limit, and then how many more there are.

    What was refused comes before what is only worth knowing.
    """
    if len(problems) <= MOST_REMARKS:
        return tuple(problems)
    weighed = sorted(
        range(len(problems)), key=lambda at: problems[at].severity is not Severity.PROBLEM
    )
    kept = [problems[at] for at in sorted(weighed[:MOST_REMARKS])]
    left = [problems[at] for at in weighed[MOST_REMARKS:]]
    refused = sum(each.severity is Severity.PROBLEM for each in left)
    rest = Problem(
        "more-remarks",
        where,
        f"There are {len(left):,} more remarks than the {MOST_REMARKS} shown, {refused:,} of them "
        "about something that was not stored.",
        "What could be read was stored. Mend what is named, and send the file again: the others "
        "are shown then.",
        Severity.PROBLEM if refused else Severity.NOTE,
    )
    return (*kept, rest)


_HEARD: ContextVar[list[Problem] | None] = ContextVar("_HEARD", default=None)


@contextlib.contextmanager
def hearing() -> Iterator[list[Problem]]:
    """Give the list of what is mentioned while a command runs."""
    heard: list[Problem] = []
    token = _HEARD.set(heard)
    try:
        yield heard
    finally:
        _HEARD.reset(token)


def mention(problem: Problem) -> None:
    """Say something beside what a command gives back, once, whatever the command is."""
    heard = _HEARD.get()
    if heard is not None and problem not in heard:
        heard.append(problem)


_WRITTEN: ContextVar[dict[str, Callable[[], object]] | None] = ContextVar("_WRITTEN", default=None)


@contextlib.contextmanager
def seeing_writes() -> Iterator[dict[str, Callable[[], object]]]:
    """Give what is written to meanwhile: keyed by folder, what looks at it as it is then."""
    written: dict[str, Callable[[], object]] = {}
    token = _WRITTEN.set(written)
    try:
        yield written
    finally:
        _WRITTEN.reset(token)


def wrote(folder: str, look: Callable[[], object]) -> None:
    """Say that something was written to a folder, for whoever goes on from there."""
    written = _WRITTEN.get()
    if written is not None:
        written[folder] = look


@dataclass(slots=True)
class Asked:
    """A folder of which more is wanted once a command is done."""

    folder: str
    find: Callable[[], Problem | None] = lambda: None
    """Finds it out, by what was opened there last."""


_ASKED: ContextVar[Asked | None] = ContextVar("_ASKED", default=None)


@contextlib.contextmanager
def asking_about(folder: str) -> Iterator[Asked]:
    """Ask for more of a folder that is opened meanwhile."""
    asked = Asked(folder)
    token = _ASKED.set(asked)
    try:
        yield asked
    finally:
        _ASKED.reset(token)


def offer(folder: str, find: Callable[[], Problem | None]) -> None:
    """Let more of a folder be found out, where somebody asked for it."""
    asked = _ASKED.get()
    if asked is not None and asked.folder == folder:
        asked.find = find
