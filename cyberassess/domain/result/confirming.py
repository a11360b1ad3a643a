"""Determinations confirmed by named people: what may be, what waits, what was overridden.

A rule suggests; a person confirms, with a reason where their judgement differs. Both are always
kept and shown. An *override* is anything a person decided differently from what the answers or the
rule alone would have given.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from cyberassess.domain.assessment import OutcomeKey, PersonId, Settings, StatementKey
from cyberassess.domain.people.inheriting import overrides as own_answers
from cyberassess.domain.record.evidence import Support
from cyberassess.domain.record.recorded import Origin, State
from cyberassess.domain.record.standing import favour, is_backed, stand
from cyberassess.domain.result.better import overtaken_in
from cyberassess.domain.result.scoring import ACCEPTANCE, OutcomeScore, Scorecard
from cyberassess.domain.rules.kind import Empty
from cyberassess.domain.sets.framework import CountsAs, Framework, FrameworkRef, Level


def choices(score: OutcomeScore) -> tuple[Level, ...]:
    """Give the levels an outcome can be confirmed at: those it can reach, lowest first."""
    framework = score.asked.framework
    if framework.rule.kind.empty is Empty.LIKE_ANY:
        return framework.scale
    lowest = framework.scale[0].id
    return tuple(e for e in framework.scale if e.id == lowest or e.id in score.reachable)


def waits(score: OutcomeScore) -> bool:
    """Say whether an outcome waits for somebody to confirm it."""
    return not score.not_applicable and score.confirmed is None


class Confirmations(NamedTuple):
    """Which results named people confirmed."""

    confirmed: tuple[OutcomeScore, ...]
    own: tuple[OutcomeScore, ...]
    """Of these, those whose confirmer also answered the same outcome."""
    waiting: tuple[OutcomeScore, ...]
    """Results that apply and that nobody confirmed, or no longer."""

    @property
    def of(self) -> int:
        """How many results apply."""
        return len(self.confirmed) + len(self.waiting)


def confirmations(outcomes: Sequence[OutcomeScore]) -> Confirmations:
    """Say which results are confirmed, and which by somebody who also answered."""
    confirmed = [e for e in outcomes if e.confirmed and e.confirmation and not e.not_applicable]
    own = [
        each
        for each in confirmed
        if each.confirmation is not None
        and each.confirmation.person in {g.person for s in each.standings for g in s.given}
    ]
    return Confirmations(
        tuple(confirmed), tuple(own), tuple(each for each in outcomes if waits(each))
    )


def disputes(score: OutcomeScore, support: Support, on: datetime.date) -> tuple[str, ...]:
    """Say in words why an outcome cannot be confirmed together with others; empty if it can.

    Args:
        on: the date evidence is judged at.
    """
    found: list[str] = []
    if score.conflicts:
        found.append("people differ")
    if score.suggested is None:
        found.append("the rule gives no determination yet")
    elif not score.complete:
        found.append("not every statement is answered")
    if any(each.lacks_reason for each in score.standings):
        found.append("a reason is missing")
    if overtaken_in(score):
        found.append("a statement is said not to be so, and one that says better is")
    if score.unaccepted:
        found.append("most of a column does not apply, and nobody accepted that")
    if score.has_lapsed:
        found.append("it was confirmed before, and answers have changed since")
    if score.rank:
        if not support.is_offered:
            found.append("no evidence is offered")
        elif not support.is_in_date(on):
            found.append("no evidence is known to be in date")
    return tuple(found)


class Direction(Enum):
    """Which way somebody moved a result."""

    RAISED = "raised"
    LOWERED = "lowered"
    DECIDED = "decided what was open"
    NEITHER = "neither raised nor lowered"


class OverrideKind(Enum):
    """What was decided differently."""

    DETERMINATION = "determination"
    COLUMN = "column accepted"
    ANSWER = "answers that differed"
    INHERITED = "shared service's answer"


class Override(NamedTuple):
    """One thing a person decided differently from what answers and rule alone would give."""

    kind: OverrideKind
    outcome: OutcomeKey
    statement: StatementKey | None
    """Where it is about one statement."""
    title: str
    """Of the outcome, or the statement's text."""
    without: str
    """What would stand without it, in words."""
    stands: str
    """What stands now, in words."""
    direction: Direction
    person: PersonId
    origin: Origin
    reason: str


def overrides(
    frameworks: Mapping[FrameworkRef, Framework],
    settings: Settings,
    state: State,
    card: Scorecard,
) -> tuple[Override, ...]:
    """Give every override that stands, with its direction: the one list a reader must see."""
    found: list[Override] = []
    for score in card.outcomes:
        found += _determination(score)
        found += _columns(score, state)
        found += _settled(score)
    for framework in frameworks.values():
        found += _own(framework, settings, state)
    return tuple(found)


def _determination(score: OutcomeScore) -> Iterator[Override]:
    record, framework = score.confirmation, score.asked.framework
    if record is None or score.confirmed is None or score.confirmed == score.suggested:
        return
    stands = framework.ranks[score.confirmed]
    if score.suggested is None:
        without, direction = "Not decided", Direction.DECIDED
    else:
        without = framework.level(score.suggested).title
        raised = stands > framework.ranks[score.suggested]
        direction = Direction.RAISED if raised else Direction.LOWERED
    yield Override(
        OverrideKind.DETERMINATION,
        score.key,
        None,
        score.asked.outcome.title,
        without,
        framework.level(score.confirmed).title,
        direction,
        record.person,
        record.origin,
        str(record.fields.get("reason", "")),
    )


def _columns(score: OutcomeScore, state: State) -> Iterator[Override]:
    framework = score.asked.framework
    for level in framework.scale:
        record = state.record(ACCEPTANCE, *score.key, level.id)
        if record is None or record.fields.get("left_out") != left_out(score, level):
            continue
        yield Override(
            OverrideKind.COLUMN,
            score.key,
            None,
            score.asked.outcome.title,
            f"{level.title} does not count: most of it does not apply",
            f"{level.title} counts",
            Direction.RAISED,
            record.person,
            record.origin,
            str(record.fields.get("reason", "")),
        )


def left_out(score: OutcomeScore, level: Level) -> list[str]:
    """Give the statements of a level that do not apply, sorted by id."""
    return sorted(
        each.id
        for each in score.asked.outcome.indicators
        if each.level == level.id
        and not each.ended
        and score.by_statement[each.id].counts_as is CountsAs.LEFT_OUT
    )


def _settled(score: OutcomeScore) -> Iterator[Override]:
    framework = score.asked.framework
    for indicator in score.asked.outcome.indicators:
        standing = score.by_statement[indicator.id]
        settled = standing.resolution
        if settled is None:
            continue
        layout = framework.layout_of[indicator.id]
        warns = framework.level(indicator.level).is_warning
        backed = is_backed(framework, layout, score.by_statement.__getitem__)
        before = stand(layout, standing.given, None, is_warning=warns, is_backed=backed)
        labels = framework.answers_for(indicator).labels
        said = dict.fromkeys(labels.get(e.answer, e.answer) for e in standing.given)
        yield Override(
            OverrideKind.ANSWER,
            score.key,
            StatementKey(framework.ref, score.asked.scope.id, indicator.id),
            indicator.text,
            " or ".join(said),
            labels.get(settled.answer, settled.answer),
            _direction(before.counts_as, standing.counts_as, warns=warns),
            PersonId(settled.origin.actor),
            settled.origin,
            settled.reason,
        )


def _direction(before: CountsAs, after: CountsAs, *, warns: bool) -> Direction:
    first, second = (favour(each, is_warning=warns) for each in (before, after))
    if first == second:
        return Direction.NEITHER
    return Direction.RAISED if second > first else Direction.LOWERED


def _own(framework: Framework, settings: Settings, state: State) -> Iterator[Override]:
    for each in own_answers(framework, settings, state):
        outcome, indicator = framework.indicators[each.statement.indicator]
        layout = framework.layout_of[indicator.id]
        warns = framework.level(indicator.level).is_warning
        labels = framework.answers_for(indicator).labels
        for given in each.own:
            if given.answer == each.inherited or given.answer not in layout.answers:
                continue
            yield Override(
                OverrideKind.INHERITED,
                OutcomeKey(framework.ref, each.statement.scope, outcome.id),
                each.statement,
                indicator.text,
                labels.get(each.inherited, each.inherited),
                labels[given.answer],
                _direction(
                    layout.answers[each.inherited].counts_as,
                    layout.answers[given.answer].counts_as,
                    warns=warns,
                ),
                given.person,
                given.origin,
                given.reason,
            )
