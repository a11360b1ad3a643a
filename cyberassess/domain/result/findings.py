"""Where determinations fall short of the target, and what caused it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cyberassess.domain.assessment import Settings
from cyberassess.domain.record.recorded import State
from cyberassess.domain.record.standing import Standing
from cyberassess.domain.result.scoring import Gap, OutcomeScore, Scorecard, reviewed_ranks
from cyberassess.domain.sets.certificates import RecordedAction
from cyberassess.domain.sets.framework import (
    CountsAs,
    Framework,
    FrameworkRef,
    Indicator,
    IndicatorKind,
    KeyAction,
    LevelId,
)


class Finding(NamedTuple):
    """An outcome whose determination is below the profile, with the statements that caused it."""

    score: OutcomeScore
    gap: Gap

    @property
    def steps(self) -> int:
        """How many statements must change."""
        return len(self.gap.statements)


def findings(card: Scorecard) -> tuple[Finding, ...]:
    """Give every outcome in every scope below its target, in the scorecard's order."""
    return tuple(
        Finding(each, each.gap_to(each.target))
        for each in card.outcomes
        if each.target is not None and each.meets_target is False
    )


def is_blank(scores: Iterable[OutcomeScore]) -> bool:
    """Say whether nothing is answered or decided there."""
    return all(
        each.determination is None
        and all(standing.counts_as is CountsAs.UNANSWERED for standing in each.standings)
        for each in scores
    )


def nothing_to_assess(score: OutcomeScore) -> tuple[LevelId, ...]:
    """Give the stages without a control that applies, lowest first; they are passed.

    Only rules whose levels build on each other have any. An outcome that is not applicable at
    all has none.
    """
    framework = score.asked.framework
    if not framework.rule.kind.builds_up or score.not_applicable:
        return ()
    applying = {
        indicator.level
        for indicator, standing in zip(
            score.asked.outcome.indicators, score.standings, strict=True
        )
        if indicator.kind is not IndicatorKind.PERMISSION
        and standing.counts_as is not CountsAs.LEFT_OUT
    }
    return tuple(level.id for level in framework.scale[1:] if level.id not in applying)


class Tally(NamedTuple):
    """How many statements are met, of those that apply."""

    name: str
    title: str
    met: int
    of: int
    unanswered: int


def tally_by_standard(card: Scorecard, framework: Framework) -> tuple[Tally, ...]:
    """Count statements by the other standards they stand for, in the file's order.

    A statement that stands for several is counted under each. It says nothing of those standards'
    own requirements.
    """
    return tuple(
        _tally(standard.id, standard.title, [
            standing for indicator, standing in _standings(card, framework)
            if standard.id in indicator.refs
        ])
        for standard in framework.standards
    )  # fmt: skip


def tally_statements(card: Scorecard, framework: Framework, standard: str, number: str) -> Tally:
    """Count the statements that stand for one number of another standard."""
    return _tally(
        standard,
        number,
        [
            standing
            for indicator, standing in _standings(card, framework)
            if number in indicator.refs.get(standard, ())
        ],
    )


def tally_by_owner(card: Scorecard, framework: Framework) -> tuple[Tally, ...]:
    """Count statements by the role that owns their outcome, in the order roles appear."""
    roles = dict.fromkeys(each.owner_role for each in framework.assessed)
    return tuple(
        _tally(role, role.replace("-", " "), [
            standing for each in card.outcomes
            if each.asked.framework is framework and each.asked.outcome.owner_role == role
            for standing in each.standings
        ])
        for role in roles
    )  # fmt: skip


def _standings(card: Scorecard, framework: Framework) -> Iterator[tuple[Indicator, Standing]]:
    for each in card.outcomes:
        if each.asked.framework is framework:
            yield from zip(each.asked.outcome.indicators, each.standings, strict=True)


def _tally(name: str, title: str, standings: list[Standing]) -> Tally:
    applying = [each for each in standings if each.counts_as is not CountsAs.LEFT_OUT]
    return Tally(
        name,
        title,
        sum(each.counts_as is CountsAs.MET for each in applying),
        len(applying),
        sum(each.counts_as is CountsAs.UNANSWERED for each in applying),
    )


class Agreement(NamedTuple):
    """How far assurers agree with what was claimed, for one top group of a framework."""

    framework: FrameworkRef
    group: str
    title: str
    outcomes: int
    """Applicable outcome-and-scope pairs."""
    reviewed: int
    agree: int
    lower: int
    """The assurer gave a lower level; by the lowest, where several reviewed it."""
    higher: int


def agreement(card: Scorecard, framework: Framework, state: State) -> tuple[Agreement, ...]:
    """Count agreement for each top group of a framework, in the publisher's order."""
    tops = {each.outcome.id: each.groups[0] for each in framework.located}
    rows: dict[str, list[OutcomeScore]] = {}
    for each in card.outcomes:
        if each.asked.framework is framework and not each.not_applicable:
            rows.setdefault(tops[each.key.outcome].id, []).append(each)
    titles = {group.id: group.title for group in tops.values()}
    found: list[Agreement] = []
    for group, title in titles.items():
        if not (scores := rows.get(group, [])):
            continue
        seen = reviewed_ranks(scores, state)
        ranks = [(score.rank, rank) for score, rank in seen]
        found.append(
            Agreement(
                framework.ref,
                group,
                title,
                len(scores),
                len(seen),
                sum(own == rank for own, rank in ranks),
                sum(own is not None and rank < own for own, rank in ranks),
                sum(own is None or rank > own for own, rank in ranks),
            )
        )
    return tuple(found)


class ActionRow(NamedTuple):
    """One key action of a control set."""

    action: KeyAction
    recorded: RecordedAction | None
    """``None`` where the organisation recorded nothing."""
    tally: Tally | None
    """The statements that stand for it; ``None`` where the control set names none."""


def key_actions(
    card: Scorecard, framework: Framework, settings: Settings
) -> tuple[ActionRow, ...]:
    """Give the key actions of a control set, in its order."""
    recorded = {
        each.action: each for each in settings.key_actions if each.framework == framework.ref
    }
    return tuple(
        ActionRow(
            each,
            recorded.get(each.id),
            tally_statements(card, framework, each.standard, each.number)
            if each.standard
            else None,
        )
        for each in framework.key_actions
    )
