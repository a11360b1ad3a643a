"""Theme maturity, our rule ``theme-maturity-1``: from determinations to the level of a theme.

It knows no control set, only ranks. Shares are compared as whole numbers. Where a set's pinned
rule has a newer version, the pinned one counts and what the newest gives is said: ``Superseded``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import NamedTuple

from cyberassess.domain.assessment import ALL_SCOPES, ScopeId
from cyberassess.domain.sets.framework import Framework, FrameworkRef, OutcomeId, Rule
from cyberassess.errors import counted

THEME_RULE = "theme-maturity-1"
"""The id of our rule for theme maturity; printed wherever its numbers stand."""
_ALL = 100
"""Attainment where everything is at its highest."""
TOO_FEW = "too few to say"
"""What is said in place of a level where one outcome alone has a target."""


class ThemeLevel(IntEnum):
    """Levels of theme maturity, our rule ``theme-maturity-1``."""

    NOT_KNOWN = 0
    STARTING = 1
    DEVELOPING = 2
    ESTABLISHED = 3
    ON_TARGET = 4
    BEYOND_TARGET = 5

    @property
    def title(self) -> str:
        """The word shown beside the number."""
        return self.name.replace("_", " ").lower()


class Pair(NamedTuple):
    """What a theme is measured by: one applicable outcome in one scope."""

    outcome: OutcomeId
    rank: int | None
    """Rank of its determination, ``None`` without one."""
    target: int | None
    highest: int
    """The highest rank it can have here, at least 1."""
    meets_target: bool | None


@dataclass(frozen=True, slots=True)
class ThemeScore:
    """Where one theme stands, for one framework version, in one scope or over all."""

    framework: FrameworkRef
    scope: ScopeId
    theme: str
    meets: int
    """Outcomes that meet their target in every scope they apply to."""
    of: int
    """Outcomes with a target that apply somewhere."""
    level: ThemeLevel | None
    """``None`` where no outcome has a target, only one has, or the theme has none."""
    top: ThemeLevel
    """The highest level it can have: *beyond target* only where something lies beyond."""
    attainment: Fraction | None
    """0 to 100: mean of rank over highest rank, over applicable pairs with a determination."""
    attainment_of_target: Fraction | None
    """The same mean for the target; an outcome without a target counts as rank 0."""
    pairs: int
    """Applicable outcome-and-scope pairs, targeted or not."""
    determined: int
    """Of those, pairs with a determination."""

    @property
    def note(self) -> str:
        """Why there is no level though something is counted; empty where there is one."""
        return TOO_FEW if self.of == 1 else ""

    @property
    def level_in_words(self) -> str:
        """``3 established``, or why there is no level."""
        if self.level is None:
            return self.note or "no level"
        return f"{self.level.value} {self.level.title}"


def theme_score(
    framework: FrameworkRef, scope: ScopeId, theme: str, pairs: Sequence[Pair]
) -> ThemeScore:
    """Measure one theme by its applicable pairs.

    Source: our rule ``theme-maturity-1``, docs/method.md. NCSC publishes no theme maturity.
    """
    determined = [each for each in pairs if each.rank is not None]
    by_outcome: dict[OutcomeId, list[bool]] = {}
    for each in pairs:
        if each.meets_target is not None:
            by_outcome.setdefault(each.outcome, []).append(each.meets_target)
    of = len(by_outcome)
    meets = sum(all(results) for results in by_outcome.values())
    lies_beyond = any(each.target is None or each.target < each.highest for each in pairs)
    level: ThemeLevel | None = None
    if of > 1:
        is_beyond = lies_beyond and all(each.rank == each.highest for each in pairs)
        level = _level(meets, of, len(determined), len(pairs), is_beyond=is_beyond)
    return ThemeScore(
        framework,
        scope,
        theme,
        meets,
        of,
        level,
        ThemeLevel.BEYOND_TARGET if lies_beyond else ThemeLevel.ON_TARGET,
        _mean([Fraction(each.rank or 0, each.highest) for each in determined]),
        _mean([Fraction(each.target or 0, each.highest) for each in determined]),
        len(pairs),
        len(determined),
    )


def level_of_0_1(found: ThemeScore) -> ThemeLevel | None:
    """Give the level as version 0.1 read the rule, to check its packs by.

    One outcome with a target had a level too, and everything at its highest was *beyond target*
    even where nothing lay beyond.
    """
    if not found.of:
        return None
    is_beyond = found.determined == found.pairs and found.attainment == _ALL
    return _level(found.meets, found.of, found.determined, found.pairs, is_beyond=is_beyond)


def _level(meets: int, of: int, determined: int, pairs: int, *, is_beyond: bool) -> ThemeLevel:
    if determined * 5 < pairs * 4:
        return ThemeLevel.NOT_KNOWN
    if meets == of:
        return ThemeLevel.BEYOND_TARGET if is_beyond else ThemeLevel.ON_TARGET
    if meets * 5 >= of * 4:
        return ThemeLevel.ESTABLISHED
    return ThemeLevel.DEVELOPING if meets * 2 >= of else ThemeLevel.STARTING


def _mean(values: list[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) * 100 / len(values) if values else None


@dataclass(frozen=True, slots=True)
class Superseded:
    """A control set that is scored by a superseded rule, and what the newest version gives."""

    framework: FrameworkRef
    title: str
    """What the control set is called for short."""
    rule: str
    """The rule that was pinned, with its version: ``staged-1``."""
    newest: str
    themes: tuple[ThemeScore, ...]
    """Every theme in every scope as the newest version gives it, with the targets it knows."""

    def theme(self, theme: str, scope: ScopeId = ALL_SCOPES) -> ThemeScore:
        """Give one theme's corrected entry."""
        return next(e for e in self.themes if (e.theme, e.scope) == (theme, scope))

    def sentence(self, theme: str, title: str) -> str:
        """Say that the figures are superseded, with the corrected count of a theme."""
        found = self.theme(theme)
        verb = "meets" if found.meets == 1 or found.of == 1 else "meet"
        count = f"{found.meets} of {counted(found.of, 'outcome')} of {title} {verb} the target"
        if not found.of:
            count = f"no outcome of {title} has a target"
        return (
            f"These results of {self.title} follow rule {self.rule}, which is superseded. "
            f"By rule {self.newest}, {count}."
        )


def by_rule(framework: Framework, rule: Rule) -> Framework:
    """Give a control set with another version of its rule; itself where it has that already."""
    if rule == framework.rule:
        return framework
    return framework.model_copy(update={"rule": rule})
