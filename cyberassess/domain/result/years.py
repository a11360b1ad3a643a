"""Earlier assessments beside this one: baselines, what rose and fell, and the years in a row.

Only what the same framework version says is compared; figures of two versions never stand on one
line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cyberassess.domain.assessment import ALL_SCOPES, OutcomeKey, ScopeId
from cyberassess.domain.result.scoring import OutcomeScore, Scorecard
from cyberassess.domain.result.theme_maturity import ThemeScore
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId, OutcomeId


class Was(NamedTuple):
    """What an outcome in a scope was."""

    rank: int | None
    meets_target: bool | None
    score: OutcomeScore | None = None
    """What it followed from."""


@dataclass(frozen=True, slots=True)
class Year:
    """An earlier assessment, no more of it than is printed beside a later one."""

    period: str
    outcomes: Mapping[OutcomeKey, Was]
    themes: tuple[ThemeScore, ...]
    profiles: Mapping[FrameworkRef, str]
    """The target's profile of each framework; empty where none was chosen."""
    titles: Mapping[FrameworkRef, str]
    """Title and version of each framework."""
    recounted: frozenset[FrameworkRef] = frozenset()
    """Frameworks counted by the version of their rule that counts now, not by the one then."""

    def theme(
        self, framework: FrameworkRef, theme: str, scope: ScopeId = ALL_SCOPES
    ) -> ThemeScore | None:
        """Give one theme's entry, or ``None`` where that version was not assessed then."""
        for each in self.themes:
            if (each.framework, each.theme, each.scope) == (framework, theme, scope):
                return each
        return None

    def met(self, framework: FrameworkRef) -> Mapping[OutcomeId, bool]:
        """Say of each outcome with a target whether it met it in every scope."""
        met: dict[OutcomeId, bool] = {}
        for key, was in self.outcomes.items():
            if key.framework == framework and was.meets_target is not None:
                met[key.outcome] = met.get(key.outcome, True) and was.meets_target
        return met


def year_of(
    period: str,
    card: Scorecard,
    profiles: Mapping[FrameworkRef, str],
    titles: Mapping[FrameworkRef, str],
    recounted: frozenset[FrameworkRef] = frozenset(),
) -> Year:
    """Give what is printed of an assessment in later years."""
    return Year(
        period,
        {each.key: Was(each.rank, each.meets_target, each) for each in card.outcomes},
        card.themes,
        profiles,
        titles,
        recounted,
    )


class Moves(NamedTuple):
    """Results that rose or fell since the year before, in the scorecard's order."""

    rose: tuple[OutcomeScore, ...]
    fell: tuple[OutcomeScore, ...]
    compared: tuple[OutcomeScore, ...]
    """Results that are determined in both years, these included."""


def moves(before: Year, card: Scorecard) -> Moves:
    """Say what rose and fell, of what both years determined in the same framework version."""
    rose: list[OutcomeScore] = []
    fell: list[OutcomeScore] = []
    compared: list[OutcomeScore] = []
    for each in card.outcomes:
        was = before.outcomes.get(each.key)
        if was is None or was.rank is None or each.rank is None:
            continue
        compared.append(each)
        if each.rank != was.rank:
            (rose if each.rank > was.rank else fell).append(each)
    return Moves(tuple(rose), tuple(fell), tuple(compared))


def answers_behind(before: Year, score: OutcomeScore) -> tuple[IndicatorId, ...]:
    """Give the statements whose answers moved a result that rose or fell since the year before.

    Where it fell, what keeps it from last year's level now and did not then; where it rose, what
    kept it from this year's level then and does not now. None where no answer did: a person
    confirmed another level.
    """
    was = before.outcomes[score.key].score
    if was is None or was.rank is None or score.rank is None or was.rank == score.rank:
        return ()
    fell = score.rank < was.rank
    higher, lower = (was, score) if fell else (score, was)
    if higher.determination is None:
        return ()
    still = set(higher.gap_to(higher.determination).statements)
    return tuple(
        each
        for each in lower.gap_to(higher.determination).statements
        if each not in still
        and each in higher.by_statement
        and lower.by_statement[each].counts_as is not higher.by_statement[each].counts_as
    )
