"""The years in a row: how each theme, system and outcome stood, by whatever version.

Every number is that of its year's own card. Where the version changed there is a break, and beside
it what both years say of the outcomes that are the same in both: nothing else stands on one line.
A year most of whose questions nobody answered is marked, and is no point.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cyberassess.domain.assessment import ALL_SCOPES, ScopeId
from cyberassess.domain.result.like_for_like import comparable, is_enough
from cyberassess.domain.result.scoring import OutcomeScore, Scorecard
from cyberassess.domain.sets.across import Across
from cyberassess.domain.sets.framework import Framework, FrameworkRef, OutcomeId
from cyberassess.domain.sets.theming import ThemeSet

THEME, SYSTEM, OUTCOME = "theme", "system", "outcome"
KINDS = (THEME, SYSTEM, OUTCOME)
_HALF = 2


class Restated(NamedTuple):
    """What two years say of the outcomes that are the same in both versions."""

    of: int
    """Those that have a target this year."""
    then: int
    """Of them, how many reached it in the year before."""
    now: int

    def is_enough(self, of: int) -> bool:
        """Say whether that is enough of a theme's outcomes to say that it moved."""
        return is_enough(self.of, of)


@dataclass(frozen=True, slots=True)
class Point:
    """How something stood in one year."""

    period: str
    framework: FrameworkRef
    meets: int
    of: int
    word: str
    """The theme's level, or the outcome's determination; empty where there is none."""
    why_not: str = ""
    """Why it is no point on the line; empty where it is one."""
    is_break: bool = False
    """Whether the year before was assessed by another version."""
    restated: Restated | None = None
    """Where it is a break and anything is the same."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing over the years, the earliest first."""

    kind: str
    """One of ``KINDS``."""
    set: str
    """The id of its control set."""
    id: str
    """By the last year's version."""
    title: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class YearFacts:
    """What is kept of a year once its assessment is let go."""

    period: str
    basis: str
    """What its numbers rest on, in words."""
    answered: int
    statements: int
    rules: Mapping[FrameworkRef, str]
    """The rule that decides the outcomes of each set."""
    titles: Mapping[tuple[str, str], str]
    """Keyed by kind and id; outcomes by version and id."""
    figures: Mapping[tuple[str, FrameworkRef, str], Point]
    """Keyed by kind, version and id."""
    themes: Mapping[tuple[FrameworkRef, OutcomeId], str]
    """The theme of each outcome."""
    ranks: Mapping[tuple[FrameworkRef, OutcomeId], tuple[int | None, ...]]
    """What each outcome was determined as, in every scope it applies to."""
    targets: Mapping[tuple[FrameworkRef, OutcomeId], int]
    """The rank each outcome with a target is to reach."""

    def reached(self, key: tuple[FrameworkRef, OutcomeId], target: int) -> bool:
        """Say whether an outcome was at or above a rank wherever it applies."""
        return all(rank is not None and rank >= target for rank in self.ranks[key])

    @property
    def why_not(self) -> str:
        """Why it is no point on any line; empty where it is one."""
        if self.answered * _HALF >= self.statements:
            return ""
        return f"mostly unanswered: {self.answered:,} of {self.statements:,}"


@dataclass(frozen=True, slots=True)
class Trend:
    """The years, the earliest first, and their lines."""

    years: tuple[YearFacts, ...]
    lines: tuple[Line, ...]


def year_facts(
    period: str,
    basis: str,
    card: Scorecard,
    frameworks: Mapping[FrameworkRef, Framework],
    themes: ThemeSet,
) -> YearFacts:
    """Give what is kept of a year."""
    proof = card.confidence
    scores: dict[tuple[FrameworkRef, OutcomeId], list[OutcomeScore]] = {}
    for each in card.outcomes:
        scores.setdefault((each.key.framework, each.key.outcome), []).append(each)
    titles = {(SYSTEM, str(each.asked.scope.id)): each.asked.scope.title for each in card.outcomes}
    titles |= {(THEME, each.id): each.title for each in themes.themes}
    titles |= {
        (ref, str(key)): several[0].asked.outcome.title for (ref, key), several in scores.items()
    }
    facts = YearFacts(
        period,
        basis,
        proof.answered,
        proof.statements,
        {ref: each.rule.name for ref, each in frameworks.items()},
        titles,
        {},
        {
            (ref, outcome): placed.theme
            for ref in frameworks
            for outcome, placed in themes.outcomes.get(ref, {}).items()
        },
        {
            key: tuple(each.rank for each in several if not each.not_applicable)
            for key, several in scores.items()
        },
        {
            key: each.asked.framework.ranks[each.target]
            for key, several in scores.items()
            for each in several
            if each.target is not None and not each.not_applicable
        },
    )
    return replace(facts, figures=dict(_figures(facts, card, scores)))


def _figures(
    facts: YearFacts,
    card: Scorecard,
    scores: Mapping[tuple[FrameworkRef, OutcomeId], Sequence[OutcomeScore]],
) -> Iterator[tuple[tuple[str, FrameworkRef, str], Point]]:
    why = facts.why_not
    systems: dict[tuple[FrameworkRef, ScopeId], list[int]] = {}
    for each in card.themes:
        if each.scope == ALL_SCOPES:
            point = Point(
                facts.period, each.framework, each.meets, each.of, each.level_in_words, why
            )
            yield (THEME, each.framework, each.theme), point
        else:
            total = systems.setdefault((each.framework, each.scope), [0, 0])
            total[0] += each.meets
            total[1] += each.of
    for (ref, scope), (meets, of) in systems.items():
        if of:
            yield (SYSTEM, ref, str(scope)), Point(facts.period, ref, meets, of, "", why)
    for (ref, outcome), several in scores.items():
        ranks, target = facts.ranks[ref, outcome], facts.targets.get((ref, outcome))
        known = [rank for rank in ranks if rank is not None]
        scale = several[0].asked.framework.scale
        word = scale[min(known)].title if known and len(known) == len(ranks) else "not decided"
        met = target is not None and facts.reached((ref, outcome), target)
        point = Point(facts.period, ref, int(met), int(target is not None), word, why)
        yield (OUTCOME, ref, str(outcome)), point


def trend(years: Sequence[tuple[YearFacts, Mapping[FrameworkRef, Across]]]) -> Trend:
    """Put years beside each other.

    Args:
        years: the earliest first, each with how the year before leads to its sets, keyed by them.
    """
    facts = tuple(each for each, _ in years)
    lines = [line for kind in (THEME, SYSTEM) for line in _plain(kind, years)]
    return Trend(facts, (*lines, *_outcomes(years)))


def _plain(
    kind: str, years: Sequence[tuple[YearFacts, Mapping[FrameworkRef, Across]]]
) -> Iterator[Line]:
    """Give the lines of what goes by one id whatever the version: themes and systems."""
    found: dict[tuple[str, str], list[Point]] = {}
    titles: dict[str, str] = {}
    before: YearFacts | None = None
    for facts, ways in years:
        for (each_kind, ref, name), point in facts.figures.items():
            if each_kind != kind:
                continue
            titles[name] = facts.titles.get((kind, name), name)
            points = found.setdefault((ref.partition("@")[0], name), [])
            way = ways.get(ref)
            if points and points[-1].framework != ref:
                restated = _restated(before, facts, way, name) if kind == THEME else None
                points.append(replace(point, is_break=True, restated=restated))
            else:
                points.append(point)
        before = facts
    for (set_id, name), points in found.items():
        yield Line(kind, set_id, name, titles[name], tuple(points))


def _restated(
    before: YearFacts | None,
    now: YearFacts,
    way: Across | None,
    theme: str,
) -> Restated | None:
    """Give what two years say of the outcomes of a theme that are the same in both."""
    if before is None or way is None or before.why_not or now.why_not:
        return None
    pairs = [
        (before.reached((way.before.ref, source), target), now.reached(key, target))
        for outcome, source in same_outcomes(way).items()
        if (key := (way.after.ref, outcome)) in now.targets
        and now.themes.get(key) == theme
        and (way.before.ref, source) in before.ranks
        for target in (now.targets[key],)
    ]
    if not pairs:
        return None
    return Restated(len(pairs), sum(then for then, _ in pairs), sum(each for _, each in pairs))


def same_outcomes(way: Across) -> dict[OutcomeId, OutcomeId]:
    """Give the later outcomes that can be compared, each with the earlier one."""
    found = ((each.id, comparable(way, each)[0]) for each in way.after.assessed)
    return {outcome: source for outcome, source in found if source is not None}


def _outcomes(
    years: Sequence[tuple[YearFacts, Mapping[FrameworkRef, Across]]],
) -> Iterator[Line]:
    """Give the lines of outcomes: across versions only where an outcome is the same in both.

    NOTE: an id may mean another thing in the next version, so a line never follows the id alone.
    """
    open_lines: dict[tuple[FrameworkRef, OutcomeId], list[Point]] = {}
    closed: list[tuple[tuple[FrameworkRef, OutcomeId], YearFacts, list[Point]]] = []
    last: YearFacts | None = None
    for facts, ways in years:
        goes_on: dict[tuple[FrameworkRef, OutcomeId], list[Point]] = {}
        for (kind, ref, name), point in facts.figures.items():
            if kind != OUTCOME:
                continue
            key = (ref, OutcomeId(name))
            points = open_lines.pop(key, None)
            way = ways.get(ref)
            if points is None and way is not None and not way.is_same:
                source, _ = comparable(way, way.after.outcomes[key[1]])
                points = open_lines.pop((way.before.ref, source), None) if source else None
            is_break = way is not None and not way.is_same and points is not None
            goes_on[key] = [*(points or []), replace(point, is_break=is_break)]
        closed += [(key, last, points) for key, points in open_lines.items() if last is not None]
        open_lines, last = goes_on, facts
    if last is not None:
        closed += [(key, last, points) for key, points in open_lines.items()]
    for (ref, outcome), facts, points in closed:
        title = facts.titles.get((ref, str(outcome)), str(outcome))
        yield Line(OUTCOME, ref.partition("@")[0], str(outcome), title, tuple(points))
