"""How far a result is proven: what was answered, and what documents stand behind it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.record.evidence import Register
from cyberassess.domain.record.standing import Standing
from cyberassess.domain.sets.framework import CountsAs


@dataclass(frozen=True, slots=True)
class Confidence:
    """How far the result is proven; stands beside it and is never mixed in."""

    statements: int
    answered: int
    dont_know: int
    does_not_apply: int
    lacks_reason: int
    conflicts: int
    outcomes: int
    """Applicable outcome-and-scope pairs."""
    claims: int
    """Pairs whose determination is above the lowest level."""
    evidenced: int
    """Claims with at least one document: an item that counts, or one named in a workbook."""
    seen: int
    """Claims with at least one item that somebody here has, or has looked at."""
    in_date: int
    """Claims with evidence whose date is known and not passed."""
    reviewed: int
    lowered: int
    """Determinations lowered on review."""


class Measured(NamedTuple):
    """One outcome in one scope, as far as its proof is concerned."""

    places: tuple[OutcomeKey, ...]
    """Where its evidence may stand."""
    standings: tuple[Standing, ...]
    is_applicable: bool
    is_claim: bool
    """Whether it is determined above the lowest level."""


def confidence_in(
    measured: Sequence[Measured], register: Register, on: datetime.date
) -> Confidence:
    """Count answers and proof.

    Source: ours, docs/method.md, under Confidence.
    """
    standings = [each for found in measured for each in found.standings if not each.ended]
    applicable = [each for each in measured if each.is_applicable]
    claims = [register.support(each.places) for each in applicable if each.is_claim]
    return Confidence(
        statements=len(standings),
        answered=sum(each.counts_as is not CountsAs.UNANSWERED for each in standings),
        dont_know=sum(
            each.counts_as is CountsAs.UNANSWERED
            and not each.lacks_reason
            and each.answer is not None
            for each in standings
        ),
        does_not_apply=sum(each.counts_as is CountsAs.LEFT_OUT for each in standings),
        lacks_reason=sum(each.lacks_reason for each in standings),
        conflicts=sum(each.in_conflict for each in standings),
        outcomes=len(applicable),
        claims=len(claims),
        evidenced=sum(each.is_offered for each in claims),
        seen=sum(each.is_seen for each in claims),
        in_date=sum(each.is_in_date(on) for each in claims),
        reviewed=0,
        lowered=0,
    )
