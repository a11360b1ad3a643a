"""What people type for a choice: one reading for cells, prompts and imports.

The tables of words lie in ``frameworks/answers`` of the program, so that a control set pinned at
an older revision is understood too. What was not typed as it is offered is said back.
"""

from collections.abc import Sequence
from functools import cache

from cyberassess.disk import resources, strict_yaml
from cyberassess.disk.files import by_name
from cyberassess.domain.sets.framework import AnswerSet
from cyberassess.domain.sets.typed_words import Choice, Read, TypedWords, choices_of, read_choice
from cyberassess.errors import FrameworkError, Problem

YES_OR_NO = (Choice("yes", "Yes"), Choice("no", "No"))


@cache
def tables() -> tuple[TypedWords, ...]:
    """Give every table.

    Raises:
        FrameworkError: where one cannot be read.
    """
    found: list[TypedWords] = []
    for path in by_name((resources.folder("frameworks") / "answers").glob("*.yaml")):
        table, problems, _ = strict_yaml.read_file(path, f"answers/{path.name}", TypedWords)
        if table is None or problems:
            raise FrameworkError(*problems)
        found.append(table)
    return tuple(found)


def read_answer(text: str, answers: AnswerSet) -> Read:
    """Say which answer of a set is meant."""
    choices = choices_of(answers)
    exact = read_choice(text, choices, ())
    if exact.choice or not text.strip():
        return exact
    return read_choice(text, choices, [e for e in tables() if e.speaks_of(answers)])


def read_listed(text: str, choices: Sequence[Choice], name: str) -> Read:
    """Say which choice of another list is meant.

    Args:
        name: of the list, as its table has it.
    """
    exact = read_choice(text, choices, ())
    if exact.choice or not text.strip():
        return exact
    return read_choice(text, choices, [e for e in tables() if name in e.choices])


def read_as(where: str, typed: str, label: str) -> Problem:
    """Say back what words were read as."""
    return Problem.note(
        "answer-read",
        where,
        f'"{_short(typed)}" was read as "{label}".',
        "If something else is meant, use the words that are offered.",
    )


def could_mean(typed: str, read: Read) -> str:
    """Say why words are not guessed; empty where they mean none of the choices."""
    if not read.between:
        return ""
    labels = " or ".join(f'"{each.label}"' for each in read.between)
    return f'"{_short(typed)}" could mean {labels} here, so it is not guessed. '


_LONGEST = 60


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}\u2026"
