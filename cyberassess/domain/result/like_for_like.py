"""This year beside last year across two versions of a set: only what is the same is compared.

An outcome can be compared where every statement of it stands in the earlier version in the same
words, or but for a trifle, towards the same level, all of them under one outcome that had no
others. Then the earlier determination is what this year's version would have given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.record.standing import Standing
from cyberassess.domain.result.scoring import OutcomeScore, Scorecard
from cyberassess.domain.result.years import Year
from cyberassess.domain.sets.across import Across
from cyberassess.domain.sets.framework import (
    CountsAs,
    Framework,
    FrameworkRef,
    IndicatorId,
    Outcome,
    OutcomeId,
)
from cyberassess.errors import counted

_ENOUGH = 5, 4
"""Four fifths: below that share of the outcomes, nothing is said of a theme."""


def is_enough(part: int, of: int) -> bool:
    """Say whether a part of a theme's outcomes says enough of how it moved."""
    whole, least = _ENOUGH
    return whole * part >= least * of


class Statements(NamedTuple):
    """What can be said of single statements; of answers, each place is counted."""

    alike: int
    """Statements of this version that stand in the earlier one alike."""
    again: int
    """Statements that follow an earlier one and ask for something else."""
    new: int
    gone: int
    """Statements of the earlier version that nothing follows."""
    answered: int
    """Alike, in places where both years have an answer."""
    better: int
    """Of them: contrary then and favourable now."""
    worse: int


@dataclass(frozen=True, slots=True)
class LikeForLike:
    """What of a set can be compared with last year's version of it."""

    framework: FrameworkRef
    before: FrameworkRef
    outcomes: Mapping[OutcomeId, OutcomeId]
    """Those that can be compared, each with last year's, in the publisher's order."""
    why_not: Mapping[OutcomeId, str]
    """Why each other outcome cannot be, in a word: ``new``, ``reworded``, ``regrouped``."""
    rose: tuple[OutcomeId, ...]
    """Outcomes that rose in some scope and fell in none."""
    fell: tuple[OutcomeId, ...]
    """Outcomes that fell in some scope."""
    compared: tuple[OutcomeId, ...]
    """Outcomes determined in both years in some scope, these included."""
    statements: Statements

    @property
    def of(self) -> int:
        """How many outcomes this year's version has."""
        return len(self.outcomes) + len(self.why_not)

    @property
    def is_whole(self) -> bool:
        """Whether both years were assessed by one version."""
        return self.framework == self.before

    @property
    def is_enough(self) -> bool:
        """Whether enough can be compared to say how a theme moved."""
        return is_enough(len(self.outcomes), self.of)

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        moved = f"{len(self.fell)} fell in some place, of the others {len(self.rose)} rose"
        if self.is_whole:
            return f"Of {counted(len(self.compared), 'outcome')} with a result in both, {moved}."
        now, then = (each.rpartition("@")[2] for each in (self.framework, self.before))
        few = "" if self.is_enough else ", too few to say that a theme moved"
        text = (
            f"{len(self.outcomes)} of {self.of} outcomes of version {now} can be compared with "
            f"version {then}{few}: {moved}."
        )
        words = dict.fromkeys(self.why_not.values())
        counts = {word: sum(each == word for each in self.why_not.values()) for word in words}
        rest = ", ".join(f"{count} {word}" for word, count in counts.items())
        return f"{text} The others are {rest}." if rest else text


def like_for_like(
    before: Year, card: Scorecard, ways: Mapping[FrameworkRef, Across]
) -> tuple[LikeForLike, ...]:
    """Compare with the year before what can be compared, a set at a time.

    Args:
        ways: how the year before leads to each of this year's sets, keyed by the latter.
    """
    return tuple(_of_set(before, card, ref, way) for ref, way in ways.items())


def _of_set(before: Year, card: Scorecard, ref: FrameworkRef, way: Across) -> LikeForLike:
    outcomes: dict[OutcomeId, OutcomeId] = {}
    why_not: dict[OutcomeId, str] = {}
    for outcome in way.after.assessed:
        source, why = comparable(way, outcome)
        if source is None:
            why_not[outcome.id] = why
        else:
            outcomes[outcome.id] = source
    moves: dict[OutcomeId, set[int]] = {}
    for score in card.outcomes:
        if score.key.framework == ref and score.key.outcome in outcomes:
            step = _step(before, way, score, outcomes[score.key.outcome])
            if step is not None:
                moves.setdefault(score.key.outcome, set()).add(step)
    return LikeForLike(
        ref,
        way.before.ref,
        outcomes,
        why_not,
        tuple(each for each, steps in moves.items() if 1 in steps and -1 not in steps),
        tuple(each for each, steps in moves.items() if -1 in steps),
        tuple(moves),
        _statements(before, card, way),
    )


def _statements(before: Year, card: Scorecard, way: Across) -> Statements:
    asked = [each.id for outcome in way.after.assessed for each in outcome.asked]
    alike = {
        each: link.before
        for each in asked
        for link in way.by_after.get(each, ())[:1]
        if link.is_alike and link.carries
    }
    steps: list[int] = []
    for score in card.outcomes:
        if score.key.framework != way.after.ref:
            continue
        for key, now in score.by_statement.items():
            if key not in alike:
                continue
            source, _ = way.before.indicators[alike[key]]
            was = before.outcomes.get(OutcomeKey(way.before.ref, score.key.scope, source.id))
            then = was.score.by_statement.get(alike[key]) if was and was.score else None
            if then and now.counts_as in _SAID and then.counts_as in _SAID:
                steps.append(_favour(way.after, key, now) - _favour(way.before, alike[key], then))
    linked = sum(each in way.by_after for each in asked)
    return Statements(
        len(alike),
        linked - len(alike),
        len(asked) - linked,
        sum(each not in way.by_before for each in way.before.indicators),
        len(steps),
        steps.count(1),
        steps.count(-1),
    )


_SAID = (CountsAs.MET, CountsAs.NOT_MET)


def _favour(framework: Framework, name: IndicatorId, standing: Standing) -> int:
    """Give 1 where an answer speaks for the organisation, 0 where it speaks against it."""
    warns = framework.level(framework.indicators[name][1].level).is_warning
    return int((standing.counts_as is CountsAs.MET) is not warns)


def comparable(way: Across, outcome: Outcome) -> tuple[OutcomeId | None, str]:
    """Give last year's outcome that one can be compared with, or ``None`` and why not."""
    if way.before.rule.id != way.after.rule.id or _levels(way.before) != _levels(way.after):
        return None, "on another scale"
    sources: set[OutcomeId] = set()
    seen = set()
    for statement in outcome.asked:
        links = way.by_after.get(statement.id, ())
        if not links:
            return None, "with new statements"
        for link in links:
            old_outcome, old = way.before.indicators[link.before]
            if not link.is_alike or old.level != statement.level:
                return None, "reworded"
            sources.add(old_outcome.id)
            seen.add(link.before)
    if len(sources) != 1:
        return None, "regrouped"
    (source,) = sources
    if any(each.id not in seen for each in way.before.outcomes[source].asked):
        return None, "without some statements"
    return source, ""


def _levels(framework: Framework) -> list[str]:
    return [each.id for each in framework.scale]


def _step(before: Year, way: Across, score: OutcomeScore, source: OutcomeId) -> int | None:
    """Give 1 where a result rose, -1 where it fell, 0 where it stayed; ``None`` without both."""
    was = before.outcomes.get(OutcomeKey(way.before.ref, score.key.scope, source))
    if was is None or was.rank is None or score.rank is None:
        return None
    return (score.rank > was.rank) - (score.rank < was.rank)
