"""From answers to determinations, theme maturity and confidence, by published rules.

Everything stands behind ``score``; the scorecard it gives holds what every number came from. What
a rule is, its kind says (``domain/rules``), never the framework. Shares are compared as whole
numbers or fractions; rounding happens once, for display.
"""

import datetime
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from cyberassess.domain.assessment import (
    ALL_SCOPES,
    Asked,
    OutcomeKey,
    ScopeId,
    Settings,
    outcome_key,
    scopes_of,
)
from cyberassess.domain.people.inheriting import with_inherited
from cyberassess.domain.record import registers
from cyberassess.domain.record.evidence import Register, register_of, sources_of
from cyberassess.domain.record.recorded import Record, State
from cyberassess.domain.record.reviewing import REVIEW, reviews
from cyberassess.domain.record.standing import Standing, standings_of
from cyberassess.domain.result.confidence import Confidence, Measured, confidence_in
from cyberassess.domain.result.theme_maturity import (
    Pair,
    Superseded,
    ThemeScore,
    by_rule,
    theme_score,
)
from cyberassess.domain.rules.kind import Counted, Table
from cyberassess.domain.sets.framework import (
    CountsAs,
    Framework,
    FrameworkRef,
    IndicatorId,
    IndicatorKind,
    LevelId,
    OutcomeId,
    StatementLayout,
    Target,
)
from cyberassess.domain.sets.theming import ThemeSet

DETERMINATION = registers.Determination.kind
ACCEPTANCE = registers.Acceptance.kind

_SHORT_OF_MET = (CountsAs.NOT_MET, CountsAs.PARTLY, CountsAs.UNANSWERED)


class Gap(NamedTuple):
    """What stands between an outcome and a level."""

    warnings: tuple[IndicatorId, ...]
    """Warning signs that happen, or are unanswered."""
    missing: tuple[IndicatorId, ...]
    """Statements of the level that do not hold, or are unanswered."""

    @property
    def statements(self) -> tuple[IndicatorId, ...]:
        """All of them, warning signs first."""
        return (*self.warnings, *self.missing)


@dataclass(frozen=True)
class OutcomeScore:
    """One outcome in one scope: its determination and what it follows from."""

    asked: Asked
    suggested: LevelId | None
    best: LevelId | None
    worst: LevelId | None
    complete: bool
    not_applicable: bool
    unaccepted: tuple[LevelId, ...]
    confirmed: LevelId | None
    target: LevelId | None
    """What the profile asks here; of stages with nothing to assess, the highest below that has."""
    standings: tuple[Standing, ...]
    """One a statement, in the order of ``asked.outcome.indicators``."""
    confirmation: Record | None = None
    """The last confirmation of a named person, also where it has lapsed."""

    @property
    def key(self) -> OutcomeKey:
        """What it is about."""
        return outcome_key(self.asked)

    @property
    def evidence_places(self) -> tuple[OutcomeKey, ...]:
        """Where its evidence may stand: here, and in the services it takes answers over from."""
        given = [each.inherited_from for found in self.standings for each in found.given]
        return sources_of(self.key, given)

    @property
    def has_lapsed(self) -> bool:
        """Whether it was confirmed, but answers have changed the suggestion since."""
        return self.confirmation is not None and self.confirmed is None

    @property
    def determination(self) -> LevelId | None:
        """The confirmed determination if there is one, otherwise the suggested one."""
        return self.confirmed or self.suggested

    @property
    def rank(self) -> int | None:
        """Rank of the determination, ``None`` without one."""
        found = self.determination
        return None if found is None else self.asked.framework.ranks[found]

    @property
    def meets_target(self) -> bool | None:
        """Whether the determination is at or above the target; ``None`` without a target.

        A target and no determination is not met. Not applicable is left out: ``None``.
        """
        if self.target is None or self.not_applicable:
            return None
        return self.rank is not None and self.rank >= self.asked.framework.ranks[self.target]

    @cached_property
    def by_statement(self) -> Mapping[IndicatorId, Standing]:
        """The standings keyed by statement id."""
        indicators = self.asked.outcome.indicators
        return {
            each.id: standing for each, standing in zip(indicators, self.standings, strict=True)
        }

    @property
    def conflicts(self) -> tuple[IndicatorId, ...]:
        """Statements people differ on, unsettled."""
        return tuple(key for key, each in self.by_statement.items() if each.in_conflict)

    def counting(self, counts_as: CountsAs) -> tuple[IndicatorId, ...]:
        """Give the statements that count in this way."""
        return tuple(k for k, each in self.by_statement.items() if each.counts_as is counts_as)

    @cached_property
    def reachable(self) -> tuple[LevelId, ...]:
        """The levels it has statements for, lowest first; of stages those that apply here."""
        framework = self.asked.framework
        found = {
            indicator.level
            for indicator, standing in zip(
                self.asked.outcome.indicators, self.standings, strict=True
            )
            if not framework.rule.kind.passes_over
            or (
                indicator.kind is not IndicatorKind.PERMISSION
                and standing.counts_as is not CountsAs.LEFT_OUT
            )
        }
        return tuple(each.id for each in framework.scale if each.id in found)

    @property
    def highest(self) -> LevelId:
        """The highest level it can be determined at here."""
        framework = self.asked.framework
        if framework.rule.kind.passes_over and self.reachable:
            return self.reachable[-1]
        return framework.highest_for(self.asked.outcome)

    def gap_to(self, level: LevelId) -> Gap:
        """Give what stands in the way of a level: of the columns that lead there, the shortest.

        A column with nothing left to it leads nowhere.
        """
        framework = self.asked.framework
        wanted = framework.ranks[level]
        if self.worst is not None and framework.ranks[self.worst] >= wanted:
            return Gap((), ())
        builds_up = framework.rule.kind.builds_up
        warnings: list[IndicatorId] = []
        columns: dict[int, list[IndicatorId]] = {}
        applying: set[int] = set()
        for indicator, standing in zip(self.asked.outcome.indicators, self.standings, strict=True):
            declared = framework.level(indicator.level)
            rank = framework.ranks[indicator.level]
            if declared.is_warning:
                if standing.counts_as in (CountsAs.MET, CountsAs.UNANSWERED):
                    warnings.append(indicator.id)
            elif indicator.kind is IndicatorKind.PERMISSION or rank < 0:
                continue
            elif rank <= wanted if builds_up else rank >= wanted:
                # NOTE: where levels build on each other, all up to the wanted one are one column
                column = columns.setdefault(wanted if builds_up else rank, [])
                if standing.counts_as is not CountsAs.LEFT_OUT:
                    applying.add(wanted if builds_up else rank)
                if standing.counts_as in _SHORT_OF_MET:
                    column.append(indicator.id)
        leading = {rank: each for rank, each in columns.items() if rank in applying} or columns
        shortest = min(leading.items(), key=lambda item: (len(item[1]), item[0]), default=(0, []))
        missing = shortest[1]
        while len(missing) > 1 and self._would_reach(wanted, [*warnings, *missing[:-1]]):
            missing = missing[:-1]
        return Gap(tuple(warnings), tuple(missing))

    def _would_reach(self, wanted: int, mended: Sequence[IndicatorId]) -> bool:
        """Say whether a level would be reached if these statements spoke for the outcome."""
        framework = self.asked.framework
        asked = [e for e in self.by_statement.items() if not e[1].ended]
        layouts = [framework.layout_of[key] for key, _ in asked]
        counts = _scored(layouts, [each for _, each in asked])
        for place, layout in enumerate(layouts):
            if layout.id in mended:
                warns = framework.scale[layout.rank].is_warning
                counts[place] = CountsAs.NOT_MET if warns else CountsAs.MET
        given = Counted(framework.scale, [each.rank for each in layouts], counts)
        table = framework.rule.kind.decide(given)
        return table.worst is not None and table.worst >= wanted

    @property
    def deciding(self) -> tuple[IndicatorId, ...]:
        """Give the statements that decided the suggestion.

        Warning signs that happen; otherwise all statements of the level reached, with those that
        kept it from the next; otherwise those that kept it from the lowest level with a column.
        """
        framework = self.asked.framework
        happening = tuple(
            each.id
            for each in self.asked.outcome.indicators
            if framework.level(each.level).is_warning
            and self.by_statement[each.id].counts_as is CountsAs.MET
        )
        if happening or self.not_applicable:
            return happening
        reached = framework.ranks[self.worst] if self.worst else 0
        above = [
            level.id
            for level in framework.scale[reached + 1 :]
            if level.answers and level.id in self.reachable
        ]
        held = self.asked.outcome.at_level(framework.scale[reached].id)
        upheld: tuple[IndicatorId, ...] = ()
        if not framework.scale[reached].is_warning:
            upheld = tuple(
                each.id
                for each in held
                if each.kind is not IndicatorKind.PERMISSION
                and self.by_statement[each.id].counts_as is not CountsAs.LEFT_OUT
            )
        return (*upheld, *(self.gap_to(above[0]).missing if above else ()))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a set that asks for everything says of a whole scope; a self-check, not certification.

    Only rules that say so (``has_verdict``) have one.
    """

    framework: FrameworkRef
    scope: ScopeId
    is_ready: bool | None
    """``None`` while some outcome is not determined and none fails."""
    failed_by: tuple[IndicatorId, ...]
    """Requirements that fail the whole assessment, whatever the rest."""


@dataclass(frozen=True)
class Scorecard:
    """Everything that follows from the answers."""

    outcomes: tuple[OutcomeScore, ...]
    """Frameworks in the order of the settings, then scopes, then the publisher's order."""
    themes: tuple[ThemeScore, ...]
    confidence: Confidence
    on: datetime.date
    """The date evidence is judged at."""
    verdicts: tuple[Verdict, ...] = ()
    superseded: tuple[Superseded, ...] = ()
    """One for each control set whose rule has a newer version."""

    @cached_property
    def by_key(self) -> Mapping[OutcomeKey, OutcomeScore]:
        """The outcomes keyed by what they are about."""
        return {each.key: each for each in self.outcomes}

    def theme(
        self, framework: FrameworkRef, theme: str, scope: ScopeId = ALL_SCOPES
    ) -> ThemeScore:
        """Give one theme's entry; raises ``KeyError`` where there is none."""
        for each in self.themes:
            if (each.framework, each.theme, each.scope) == (framework, theme, scope):
                return each
        raise KeyError(theme)


def determine(
    framework: Framework, settings: Settings, state: State, target: Target | None = None
) -> list[OutcomeScore]:
    """Determine every outcome of a framework in every scope it applies to.

    Answers a scope inherits count where they were confirmed.
    """
    state, offered = with_inherited(framework, settings, state)
    wanted: Mapping[OutcomeId, LevelId] = target.requirements if target else {}
    places: dict[str, set[ScopeId]] = {}
    assessed = {each.id for each in framework.assessed}
    acceptances, determinations = state.records.get(ACCEPTANCE), state.records.get(DETERMINATION)
    for outcome, _ in framework.layout:
        if outcome.scope_kind not in places:
            places[outcome.scope_kind] = {each.id for each in scopes_of(outcome, settings)}
    scores: list[OutcomeScore] = []
    for scope in settings.all_scopes:
        scope_id = scope.id
        for outcome, layouts in framework.layout:
            if scope_id not in places[outcome.scope_kind] or outcome.id not in assessed:
                continue
            standings = standings_of(framework, layouts, state, scope_id, offered)
            key = OutcomeKey(framework.ref, scope_id, outcome.id)
            accepted = _accepted(state, key, layouts, standings) if acceptances else ()
            table = _lowest(framework, layouts, standings, accepted)
            confirmation = state.record(DETERMINATION, *key) if determinations else None
            scores.append(
                OutcomeScore(
                    Asked(framework, outcome, scope),
                    _level(framework, table.suggested),
                    _level(framework, table.best),
                    _level(framework, table.worst),
                    table.complete,
                    table.not_applicable,
                    tuple(framework.scale[each].id for each in table.unaccepted),
                    _confirmed(framework, confirmation, table),
                    _asked(framework, layouts, standings, wanted.get(outcome.id)),
                    tuple(standings),
                    confirmation,
                )
            )
    return scores


def _level(framework: Framework, rank: int | None) -> LevelId | None:
    return None if rank is None else framework.scale[rank].id


def _asked(
    framework: Framework,
    layouts: Sequence[StatementLayout],
    standings: Sequence[Standing],
    level: LevelId | None,
) -> LevelId | None:
    """Give what a target asks of an outcome: of stages, the highest up to it that applies."""
    if level is None or not framework.rule.kind.passes_over:
        return level
    applying = {
        layout.rank
        for layout, count in zip(layouts, _scored(layouts, standings), strict=True)
        if count is not CountsAs.LEFT_OUT and 0 < layout.rank <= framework.ranks[level]
    }
    return framework.scale[max(applying)].id if applying else None


def _confirmed(framework: Framework, confirmation: Record | None, table: Table) -> LevelId | None:
    """Give the confirmed level, while the suggestion is the one it was confirmed beside."""
    if confirmation is None or table.not_applicable:
        return None
    if confirmation.fields.get("suggested") != (_level(framework, table.suggested) or ""):
        return None
    level = LevelId(str(confirmation.fields.get("level", "")))
    return level if level in framework.ranks else None


def _accepted(
    state: State,
    key: OutcomeKey,
    layouts: Sequence[StatementLayout],
    standings: Sequence[Standing],
) -> tuple[int, ...]:
    """Give the ranks of the levels whose left-out statements somebody accepted by name.

    An acceptance holds for the very statements that were left out then.
    """
    found: list[int] = []
    for record_key, records in state.records[ACCEPTANCE].items():
        if record_key[:3] != key:
            continue
        left = [
            layout
            for layout, standing in zip(layouts, standings, strict=True)
            if layout.level == record_key[3]
            and standing.counts_as is CountsAs.LEFT_OUT
            and not standing.ended
        ]
        if left and records[-1].fields.get("left_out") == sorted(each.id for each in left):
            found.append(left[0].rank)
    return tuple(found)


def _is_counted(layout: StatementLayout) -> bool:
    """Say whether a statement counts for a rule: permissions and conditions do not."""
    return not layout.is_permission and layout.rank >= 0


def _scored(layouts: Sequence[StatementLayout], standings: Sequence[Standing]) -> list[CountsAs]:
    """Give what counts for a rule."""
    return [
        standing.counts_as if _is_counted(layout) else CountsAs.LEFT_OUT
        for layout, standing in zip(layouts, standings, strict=True)
    ]


def _options(layout: StatementLayout, standing: Standing) -> set[CountsAs]:
    """Give what counts by each of the answers people differ in; nothing where they do not."""
    if not standing.in_conflict or not _is_counted(layout):
        return set()
    given = (layout.answers.get(each.answer) for each in standing.given)
    return {each.counts_as for each in given if each is not None} - {CountsAs.UNANSWERED}


def _lowest(
    framework: Framework,
    layouts: Sequence[StatementLayout],
    standings: Sequence[Standing],
    accepted: Container[int] = (),
) -> Table:
    """Determine an outcome; while people differ, by the answers that give the lowest result.

    Mostly the least favourable answer does. Two cases need a second look: *partly* against *does
    not apply*, of which either may be the lower; and an outcome that would drop out of the count
    because one of two people says that it does not apply, for a determination is lower than none.
    """
    # NOTE: what ended is no part of its column, so that it never makes most of one left out
    layouts = [each for each in layouts if not each.ended]
    standings = [each for each in standings if not each.ended]
    counts = _scored(layouts, standings)
    given = Counted(framework.scale, [layout.rank for layout in layouts], counts, accepted)
    decide = framework.rule.kind.decide
    if not any(each.in_conflict for each in standings):
        return decide(given)
    options = [_options(*each) for each in zip(layouts, standings, strict=True)]
    left_out = [
        CountsAs.LEFT_OUT if count is CountsAs.PARTLY and CountsAs.LEFT_OUT in found else count
        for count, found in zip(counts, options, strict=True)
    ]
    tables = [decide(given), decide(given._replace(counts=left_out))]
    if all(each.not_applicable for each in tables):
        tables += [
            decide(given._replace(counts=[*counts[:position], option, *counts[position + 1 :]]))
            for position, found in enumerate(options)
            for option in sorted(found - {CountsAs.LEFT_OUT}, key=str)
        ]
    applying = [each for each in tables if not each.not_applicable]
    if not applying:
        return tables[0]
    worst = min(each.worst for each in applying if each.worst is not None)
    best = min(each.best for each in applying if each.best is not None)
    lowest = next(each for each in applying if each.worst == worst)
    suggested = worst if worst == best else None
    return lowest._replace(suggested=suggested, worst=worst, best=best)


def score(
    frameworks: Mapping[FrameworkRef, Framework],
    settings: Settings,
    state: State,
    *,
    targets: Mapping[FrameworkRef, Target],
    themes: ThemeSet,
    on: datetime.date,
) -> Scorecard:
    """Give determinations, theme maturity and confidence for an assessment.

    Args:
        targets: keyed by framework version; one that is missing has no target.
        on: the date at which evidence is judged in or out of date.
    """
    outcomes: list[OutcomeScore] = []
    entries: list[ThemeScore] = []
    verdicts: list[Verdict] = []
    superseded: list[Superseded] = []
    for ref, framework in frameworks.items():
        scored = determine(framework, settings, state, targets.get(ref))
        if framework.rule.kind.has_verdict:
            verdicts += _verdicts(framework, scored)
        outcomes += scored
        entries += _themes(framework, scored, settings, themes)
        if framework.rule.is_superseded:
            renewed = by_rule(framework, framework.rule.newest)
            again = determine(renewed, settings, state, targets.get(ref))
            corrected = _themes(renewed, again, settings, themes)
            superseded.append(
                Superseded(
                    ref,
                    framework.short_title,
                    framework.rule.name,
                    renewed.rule.name,
                    tuple(corrected),
                )
            )
    confidence = confidence_of(outcomes, register_of(state), state, on)
    return Scorecard(
        tuple(outcomes), tuple(entries), confidence, on, tuple(verdicts), tuple(superseded)
    )


def _verdicts(framework: Framework, scored: list[OutcomeScore]) -> list[Verdict]:
    top = len(framework.scale) - 1
    verdicts: list[Verdict] = []
    for scope in dict.fromkeys(each.asked.scope.id for each in scored):
        within = [e for e in scored if e.asked.scope.id == scope and not e.not_applicable]
        failed = tuple(
            indicator.id
            for each in within
            for indicator, standing in zip(
                each.asked.outcome.indicators, each.standings, strict=True
            )
            if indicator.fails_whole and standing.counts_as in _SHORT_OF_MET[:2]
        )
        ranks = [each.rank for each in within]
        is_ready: bool | None = None
        if failed or any(rank is not None and rank < top for rank in ranks):
            is_ready = False
        elif ranks and all(rank == top for rank in ranks):
            is_ready = True
        verdicts.append(Verdict(framework.ref, scope, is_ready, failed))
    return verdicts


def _themes(
    framework: Framework, scored: list[OutcomeScore], settings: Settings, themes: ThemeSet
) -> list[ThemeScore]:
    placements = themes.outcomes.get(framework.ref, {})
    entries: list[ThemeScore] = []
    present = {each.asked.scope.id for each in scored}
    scopes = [scope.id for scope in settings.all_scopes if scope.id in present]
    for scope in (ALL_SCOPES, *scopes):
        within = [e for e in scored if scope in (ALL_SCOPES, e.asked.scope.id)]
        for theme in themes.themes:
            here = [
                _pair(e)
                for e in within
                if not e.not_applicable
                and e.asked.outcome.id in placements
                and placements[e.asked.outcome.id].theme == theme.id
            ]
            entries.append(theme_score(framework.ref, scope, theme.id, here))
    return entries


def _pair(score: OutcomeScore) -> Pair:
    ranks = score.asked.framework.ranks
    return Pair(
        score.asked.outcome.id,
        score.rank,
        None if score.target is None else ranks[score.target],
        max(ranks[score.highest], score.rank or 0, 1),
        score.meets_target,
    )


def confidence_of(
    outcomes: Sequence[OutcomeScore], register: Register, state: State, on: datetime.date
) -> Confidence:
    """Say how far outcomes are proven."""
    measured = [
        Measured(each.evidence_places, each.standings, not each.not_applicable, bool(each.rank))
        for each in outcomes
    ]
    seen = reviewed_ranks([each for each in outcomes if not each.not_applicable], state)
    return replace(
        confidence_in(measured, register, on),
        reviewed=len(seen),
        lowered=sum(rank < (each.rank or 0) for each, rank in seen),
    )


def reviewed_ranks(
    outcomes: Sequence[OutcomeScore], state: State
) -> list[tuple[OutcomeScore, int]]:
    """Give each outcome an assurer determined, with the lowest rank any of them gave it."""
    if not state.records.get(REVIEW):
        return []
    by_key = reviews(state)
    found: list[tuple[OutcomeScore, int]] = []
    for each in outcomes:
        ranks = [
            each.asked.framework.ranks[review.level]
            for review in by_key.get(each.key, ())
            if review.level in each.asked.framework.ranks and review.level is not None
        ]
        if ranks:
            found.append((each, min(ranks)))
    return found
