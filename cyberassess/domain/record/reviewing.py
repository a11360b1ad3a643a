"""What independent assurers determined, beside what was claimed.

An assurer's determination never takes the place of the organisation's: both are shown, and how far
they agree is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cyberassess.domain.assessment import OutcomeKey, PersonId, ScopeId
from cyberassess.domain.record import registers
from cyberassess.domain.record.recorded import Origin, Record, Source, State
from cyberassess.domain.sets.framework import FrameworkRef, LevelId, OutcomeId

REVIEW = registers.Review.kind
REVIEW_FILE = registers.ReviewFile.kind
OPINION = registers.Opinion.kind
LONGEST_OPINION = 2_000
"""Characters of an opinion: half a page of the report."""
NOT_APPLICABLE = "not-applicable"
UNSURE = "unsure"
QUALITIES = ("strong", "adequate", "weak", "none seen")
"""How good the evidence was that the assurer saw."""
METHODS = ("examine", "interview", "test")
"""How it was assessed. Source: NIST SP 800-53A revision 5, section 2.4 (assessment methods),
https://doi.org/10.6028/NIST.SP.800-53Ar5."""
RISKS = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Review:
    """One assurer's view of one outcome in one scope."""

    person: PersonId
    determination: str
    """A level's id, ``not-applicable``, ``unsure``, or empty where none was given."""
    quality: str
    method: tuple[str, ...]
    sample: str
    comment: str
    recommendation: str
    risk: str
    claimed: str
    """What was claimed when the workbook was sent: a level's id, ``not-applicable`` or empty."""
    source: Source
    origin: Origin

    @property
    def level(self) -> LevelId | None:
        """The level determined; ``None`` where none was."""
        if self.determination in {"", NOT_APPLICABLE, UNSURE}:
            return None
        return LevelId(self.determination)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one assurer thinks of the whole."""

    person: PersonId
    risk: str
    """The overall risk as they see it; empty where they did not say."""
    text: str
    """In their own words; empty where they gave none, or where they were taken out."""
    source: Source
    origin: Origin

    @property
    def words(self) -> str:
        """Their words, on one line; why there may be none."""
        none = "no words were given, or they were taken out."
        return " ".join(self.text.split()) or none


def opinions(state: State) -> tuple[Opinion, ...]:
    """Give every assurer's opinion."""
    return tuple(map(_opinion, state.register(OPINION)))


def earlier_opinions(state: State, opinion: Opinion) -> tuple[Opinion, ...]:
    """Give what the same assurer thought before, the last first."""
    history = state.record_history.get((OPINION, (opinion.person,)), ())
    others = (each for each in reversed(history) if each.origin != opinion.origin)
    return tuple(map(_opinion, others))


def _opinion(record: Record) -> Opinion:
    risk, text = (str(record.fields.get(each) or "") for each in ("risk", "text"))
    return Opinion(PersonId(record.key[0]), risk, text, record.source, record.origin)


def reviews(state: State) -> Mapping[OutcomeKey, tuple[Review, ...]]:
    """Give every review, keyed by what it is about."""
    found: dict[OutcomeKey, tuple[Review, ...]] = {}
    for record in state.register(REVIEW):
        framework, scope, outcome, person = record.key
        key = OutcomeKey(FrameworkRef(framework), ScopeId(scope), OutcomeId(outcome))
        said = {name: str(record.fields.get(name, "")) for name in _TEXTS}
        review = Review(
            PersonId(person),
            method=tuple(str(each) for each in record.fields.get("method", ())),
            source=record.source,
            origin=record.origin,
            **said,
        )
        found[key] = (*found.get(key, ()), review)
    return found


_TEXTS = ("determination", "quality", "sample", "comment", "recommendation", "risk", "claimed")
