"""Statements people differ on."""

from dataclasses import dataclass
from typing import NamedTuple

from cyberassess.domain.assessment import StatementKey
from cyberassess.opening.assessment import Assessment


@dataclass(frozen=True, slots=True)
class Conflict:
    """A statement people differ on."""

    statement: StatementKey
    text: str
    answers: tuple[tuple[str, str, str], ...]
    """Name, answer's label, reason, for each person."""


def conflicts(assessment: Assessment) -> list[Conflict]:
    """Give every open conflict."""
    found: list[Conflict] = []
    for outcome in assessment.card.outcomes:
        for indicator_id in outcome.conflicts:
            framework = outcome.asked.framework
            indicator = framework.indicators[indicator_id][1]
            labels = {a.code: a.label for a in framework.answers_for(indicator).answers}
            standing = outcome.by_statement[indicator_id]
            found.append(
                Conflict(
                    StatementKey(framework.ref, outcome.asked.scope.id, indicator_id),
                    indicator.text,
                    tuple(
                        (
                            assessment.name_of(g.person, g.origin),
                            labels.get(g.answer, g.answer),
                            g.reason,
                        )
                        for g in standing.given
                    ),
                )
            )
    return found


class Choice(NamedTuple):
    """One of the values that branches gave to one thing."""

    ref: str
    """How it is named to keep it: the segment's hash and the line, ``9f3c2a1b:4``."""
    text: str
