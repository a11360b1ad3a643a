"""What people type for a choice, and which of those offered it is read as.

Tables beside the control sets say for each set of answers, and for other lists of choices, which
words stand for which of them. Words that may stand for several of those offered are never guessed:
whoever typed them is asked.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from cyberassess.domain.characters import fold
from cyberassess.domain.sets.framework import AnswerSet, Count, CountsAs, Model

_ELSEWHERE = (CountsAs.LEFT_OUT, CountsAs.UNANSWERED)
"""What the table for every set is about."""


class Meaning(Model):
    """Words that mean the same."""

    typed: tuple[str, ...] = Field(min_length=1)
    """As people type them; letter case, apostrophes and most signs do not matter."""
    means: tuple[str, ...] = ()
    """Codes of the choices these may stand for; asked where several of them are offered."""
    counts_as: CountsAs | None = None
    """In place of ``means``: the answer that counts so."""


class TypedWords(Model):
    """One table: what people type for the choices of some lists."""

    schema_: str = Field(alias="schema", pattern="^1$")
    revision: Count
    choices: tuple[str, ...] = ()
    """Ids of the answer sets, or names of other lists; empty for every answer set."""
    about: str
    words: tuple[Meaning, ...]

    def speaks_of(self, answers: AnswerSet) -> bool:
        """Say whether it is about a set: by its id, and by knowing each answer that is scored.

        So no other set of the same id lends its words another meaning.
        """
        known = {code for meaning in self.words for code in meaning.means}
        return not self.choices or (
            answers.id in self.choices
            and all(e.code in known or e.counts_as in _ELSEWHERE for e in answers.answers)
        )

    @model_validator(mode="after")
    def _once(self) -> Self:
        seen: set[tuple[str, str]] = set()
        for meaning in self.words:
            for typed in meaning.typed:
                for code in meaning.means or (str(meaning.counts_as),):
                    if (spoken(typed), code) in seen:
                        raise ValueError(f'"{typed}" stands there twice for {code}')
                    seen.add((spoken(typed), code))
        return self


class Choice(NamedTuple):
    """One of the choices offered."""

    code: str
    label: str
    counts_as: CountsAs | None = None


class Read(NamedTuple):
    """What typed words were read as."""

    choice: Choice | None
    """``None`` where they are none of the choices, or may be several."""
    between: tuple[Choice, ...] = ()
    """Those they may be."""
    is_exact: bool = False
    """Whether the choice was typed as it is offered, so that nothing needs to be said."""


def choices_of(answers: AnswerSet) -> tuple[Choice, ...]:
    """Give the answers of a set as choices."""
    return tuple(Choice(each.code, each.label, each.counts_as) for each in answers.answers)


_SIGNS = re.compile(r"[\s,.;:!/\\_()\[\]\"\u2026\u2013\u2014-]+")


def spoken(text: str) -> str:
    """Give words as they are compared: apostrophes gone, signs as spaces, question marks apart."""
    plain = re.sub(r"\?+", " ? ", fold(text).replace("'", ""))
    return _SIGNS.sub(" ", plain).strip()


def read_choice(text: str, choices: Sequence[Choice], tables: Iterable[TypedWords]) -> Read:
    """Say which choice typed words stand for.

    Args:
        text: as it was typed.
        choices: all that are offered.
        tables: those that speak of these choices.
    """
    folded, said = fold(text).rstrip("."), spoken(text)
    for each in choices:
        if folded in (fold(each.label), fold(each.code)):
            return Read(each, is_exact=True)
    if not said:
        return Read(None)
    found = [e for e in choices if said in (spoken(e.label), spoken(e.code))]
    if not found:
        meant = [meaning for table in tables for meaning in table.words if said in _typed(meaning)]
        found = [
            each
            for each in choices
            if any(
                each.code in meaning.means
                or (meaning.counts_as is not None and each.counts_as is meaning.counts_as)
                for meaning in meant
            )
        ]
    return Read(found[0]) if len(found) == 1 else Read(None, tuple(found))


def _typed(meaning: Meaning) -> set[str]:
    return {spoken(each) for each in meaning.typed}
