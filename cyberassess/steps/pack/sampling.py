"""The sample of a partial pack: drawn so that anybody can draw it again.

Whoever chooses the seed can try seeds until they like the sample. So the sender first tells the
receiver the ledger's head and how many claims will be drawn; the receiver answers with a word, and
the seed is the SHA-256 of all three.
"""

import hashlib
from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass

from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.result.better import surpassed
from cyberassess.errors import Json, Problem
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.files_for_people import csv_bytes
from cyberassess.steps.pack.files import Manifest

BY_SENDER = "drawn by the sender"
LIST = "lists/sample.csv"
_LONGEST_WORD = 100


@dataclass(frozen=True, slots=True)
class Draw:
    """How a sample is drawn."""

    size: int
    seed: str
    """A number of the sender's, or a SHA-256."""
    word: str = ""
    """The receiver's; empty where the sender chose the seed."""

    @property
    def words(self) -> str:
        """Say who drew it."""
        if not self.word:
            return f"{BY_SENDER} with the seed {self.seed}"
        return f'drawn with the receiver\'s word "{self.word}": the seed is {self.seed}'

    def as_json(self) -> Json:
        """Give what ``pack.json`` keeps."""
        if self.word:
            return {"size": self.size, "seed": self.seed, "word": self.word}
        return {"size": self.size, "seed": int(self.seed)}


def draw_for(assessment: Assessment, size: int, *, seed: int, word: str) -> Draw:
    """Say how a sample of a size is drawn: by the receiver's word if there is one."""
    plain = " ".join(word.split())[:_LONGEST_WORD]
    return Draw(size, _seed(assessment, size, plain) if plain else str(seed), plain)


def _seed(assessment: Assessment, size: int, word: str) -> str:
    head = " ".join(assessment.state.heads)
    return hashlib.sha256(f"{head}:{size}:{word}".encode()).hexdigest()


def population(assessment: Assessment) -> tuple[OutcomeKey, ...]:
    """Give every claim, in the scorecard's order: what a sample is drawn from."""
    return tuple(
        each.key for each in assessment.card.outcomes if each.rank and not each.not_applicable
    )


def surpassing(assessment: Assessment) -> frozenset[OutcomeKey]:
    """Give the outcomes of which a statement counts because somebody does better than it says."""
    return frozenset(each.key for each in assessment.card.outcomes if surpassed(each))


def sample(
    of: Sequence[OutcomeKey],
    size: int,
    seed: int | str,
    *,
    first: Container[OutcomeKey] = frozenset(),
) -> tuple[OutcomeKey, ...]:
    """Draw a sample that anybody can draw again.

    Each claim gets the SHA-256 of ``SEED:FRAMEWORK:SCOPE:OUTCOME``; those with the lowest are
    drawn, those in ``first`` before all others. Given in the population's order.
    """
    drawn = sorted(of, key=lambda key: (key not in first, _lot(key, seed)))[:size]
    return tuple(key for key in of if key in drawn)


def _lot(key: OutcomeKey, seed: int | str) -> str:
    return hashlib.sha256(f"{seed}:{':'.join(key)}".encode()).hexdigest()


def sample_csv(assessment: Assessment, draw: Draw, drawn: Collection[OutcomeKey]) -> bytes:
    """List the population and what was drawn from it."""
    first = surpassing(assessment)
    lot = f"sha256 of {draw.seed}:framework:scope:outcome"
    head: tuple[str, ...] = ("framework", "scope", "outcome", "drawn", lot)
    how = f"the {draw.size} claims with the lowest SHA-256"
    if first:
        head, how = (*head, "drawn first"), f"{how}, those to be drawn first before all"
    rows: list[Sequence[str]] = [head]
    for key in population(assessment):
        why = ("does better than a statement" if key in first else "",) if first else ()
        rows.append((*key, "yes" if key in drawn else "", _lot(key, draw.seed), *why))
    rows.append(("How it was drawn:", how, *[""] * (len(head) - 2)))
    return csv_bytes(rows)


def drawn_again(
    assessment: Assessment, manifest: Manifest, listed: bytes | None
) -> Iterator[Problem]:
    """Draw a pack's sample again, and say what is not as it was drawn.

    Args:
        listed: what the list of the sample says; ``None`` where it is not there.
    """
    said = manifest.sample
    if said is None:
        return
    draw = Draw(said.size, str(said.seed), said.word)
    drawn = sample(population(assessment), draw.size, draw.seed, first=surpassing(assessment))
    word = draw.word
    if word and draw.seed != _seed(assessment, draw.size, word):
        yield _differs(f'The seed does not follow from head, count and the word "{word}".')
    if manifest.only != tuple(sorted("/".join(each) for each in drawn)):
        yield _differs("The sample is not the one that this seed draws.")
    if listed != sample_csv(assessment, draw, drawn):
        yield _differs("The list is not the one that this seed draws.", LIST)
    if word:
        message = f'The sample is {draw.words}. Is that your word, and was "Head" told you first?'
    else:
        message = f"The sample is {draw.words}, who could have tried several."
    hint = "Next time, take head and count from the sender first, and give them a word."
    yield Problem.note("sample", "pack.json, sample", message, "" if word else hint)


def _differs(message: str, where: str = "pack.json, sample") -> Problem:
    hint = "Ask the sender for the pack again, and compare the head they told you."
    return Problem("sample-differs", where, message, hint)
