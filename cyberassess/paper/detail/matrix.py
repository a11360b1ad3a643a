"""Every outcome in every place on a page or two, which is also the table of contents."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import Framework, OutcomeId
from cyberassess.paper.basis import Basis, Verdict, fit_as_columns, said_group
from cyberassess.paper.sections.outcomes import result_of, target_of

_MARKS = (
    "c: confirmed by a named person; r: reviewed independently; e: evidence named; s: evidence "
    "seen here."
)
_MOST_COLUMNS = 12
"""Outcomes side by side, where places are the rows."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A result in one place: its letter, and how far it is proven."""

    verdict: Verdict
    marks: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome's own column or row."""

    ref: str
    title: str
    link: str
    """To its section; empty where it has none in this edition."""
    target: Verdict


@dataclass(frozen=True, slots=True)
class Part:
    """The outcomes of a group, or as many as stand side by side, in all places."""

    title: str
    outcomes: tuple[Outcome, ...]
    places: tuple[str, ...]
    cells: tuple[tuple[Mark | None, ...], ...]
    """By outcome and place, or by place and outcome where places are the rows."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """One control set."""

    title: str
    places: tuple[str, ...]
    is_turned: bool
    """Whether places are the rows."""
    parts: tuple[Part, ...]
    legend: str


def matrices(basis: Basis, shown: Collection[str]) -> tuple[Matrix, ...]:
    """Give a matrix for each control set.

    Args:
        shown: anchors of outcomes that have a section.
    """
    return tuple(_matrix(basis, each, shown) for each in basis.frameworks.values())


def _matrix(basis: Basis, framework: Framework, shown: Collection[str]) -> Matrix:
    scores = {
        (each.key.outcome, each.key.scope): each
        for each in basis.card.outcomes
        if each.key.framework == framework.ref
    }
    first = {outcome: score for (outcome, _), score in reversed(scores.items())}
    places = [each.id for each in basis.scopes if any(scope == each.id for _, scope in scores)]
    is_turned = not fit_as_columns([basis.place(each) for each in places])
    groups: dict[str, list[OutcomeId]] = {}
    for outcome in dict.fromkeys(outcome for outcome, _ in scores):
        above = basis.groups[framework.ref, outcome]
        groups.setdefault(said_group(above[0 if is_turned else -1]), []).append(outcome)

    def part(title: str, outcomes: Sequence[OutcomeId]) -> Part:
        here = [e for e in places if not is_turned or any((o, e) in scores for o in outcomes)]
        rows = [[_mark(basis, scores.get((e, place))) for place in here] for e in outcomes]
        cells = zip(*rows, strict=True) if is_turned else rows
        return Part(
            title,
            tuple(_outcome(basis, first[each], shown) for each in outcomes),
            tuple(map(basis.place, here)),
            tuple(tuple(row) for row in cells),
        )

    letters = dict.fromkeys(
        f"{found.letter}: {found.word.lower()}"
        for each in scores.values()
        if (found := result_of(each)).letter
    )
    return Matrix(
        f"{framework.title} {framework.version}" if len(basis.frameworks) > 1 else "",
        tuple(map(basis.place, places)),
        is_turned,
        tuple(part(title, few) for title, all_ in groups.items() for few in _few(all_, is_turned)),
        f"{'; '.join(letters)}. {_MARKS} An empty cell was not asked there.",
    )


def _few(outcomes: Sequence[OutcomeId], is_turned: bool) -> Iterator[Sequence[OutcomeId]]:  # noqa: FBT001 - which way
    most = _MOST_COLUMNS if is_turned else len(outcomes)
    for start in range(0, len(outcomes), most):
        yield outcomes[start : start + most]


def _outcome(basis: Basis, found: OutcomeScore, shown: Collection[str]) -> Outcome:
    framework, outcome, _ = found.asked
    link = basis.outcome_anchor(framework.ref, outcome.id)
    return Outcome(outcome.id, outcome.title, link if link in shown else "", target_of(found))


def _mark(basis: Basis, score: OutcomeScore | None) -> Mark | None:
    if score is None:
        return None
    support = basis.evidence.support(score.evidence_places)
    marks = {
        "c": score.confirmed is not None,
        "r": score.key in basis.reviewed,
        "e": support.is_offered or bool(basis.state.evidence.get(score.key)),
        "s": any(each.is_seen for each in support.items),
    }
    return Mark(result_of(score), " ".join(key for key, holds in marks.items() if holds))
