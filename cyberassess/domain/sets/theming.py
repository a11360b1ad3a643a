"""Themes, and an organisation's own: what it changes in a shipped set, and where they differ."""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import Field

from cyberassess.domain.sets.framework import (
    Count,
    Framework,
    FrameworkRef,
    Model,
    OutcomeId,
)
from cyberassess.errors import Problem, closest


class Theme(Model):
    """A theme of the organisation's strategy."""

    id: str
    title: str
    meaning: str
    goals: tuple[str, ...] = ()


class Placement(Model):
    """The theme an outcome counts for, and why."""

    theme: str
    reason: str
    secondary: str | None = None
    confidence: str = "high"


class ThemeSet(Model):
    """Themes, and each outcome's primary theme, keyed by framework version."""

    schema_: str = Field(alias="schema", pattern="^1$")
    id: str
    revision: Count
    title: str
    publisher: str
    source: str
    accessed: str
    headline: str
    themes: tuple[Theme, ...]
    outcomes: Mapping[FrameworkRef, Mapping[OutcomeId, Placement]]

    def theme(self, theme_id: str) -> Theme:
        """Give a theme by its id; raises ``KeyError`` for one that is not declared."""
        return {theme.id: theme for theme in self.themes}[theme_id]


class ThemeChange(Model):
    """A theme that is added, or what changes in one that is there."""

    id: str
    title: str = ""
    meaning: str = ""
    goals: tuple[str, ...] = ()
    """Added to those the theme has."""


class ThemeChanges(Model):
    """Only the differences from another theme set; all else is as it is there."""

    schema_: str = Field(alias="schema", pattern="^1$")
    id: str
    revision: Count = 1
    extends: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    """The id of the theme set it changes."""
    title: str = ""
    publisher: str = ""
    source: str = ""
    accessed: str = ""
    headline: str = ""
    themes: tuple[ThemeChange, ...] = ()
    outcomes: Mapping[FrameworkRef, Mapping[OutcomeId, Placement]] = {}


def changed(
    base: ThemeSet, changes: ThemeChanges, where: str
) -> tuple[ThemeSet | None, list[Problem]]:
    """Apply an organisation's changes to a theme set; ``where`` names their file."""
    themes: dict[str, Theme] = {each.id: each for each in base.themes}
    problems: list[Problem] = []
    seen: set[str] = set()
    for each in changes.themes:
        old = themes.get(each.id)
        if each.id in seen:
            message = f'"{each.id}" stands there more than once.'
            hint = "Write everything about a theme in one entry."
            problems.append(Problem("repeated-id", f"{where}, themes", message, hint))
        elif old is None and not (each.title and each.meaning):
            message = f'"{each.id}" is not a theme of {base.id}, and has no title and meaning.'
            hint = closest(each.id, list(themes)) or "A new theme needs a title and a meaning."
            problems.append(Problem("unknown-theme", f"{where}, themes", message, hint))
        elif old is None:
            themes[each.id] = Theme(**each.model_dump())
        else:
            themes[each.id] = Theme(
                id=old.id,
                title=each.title or old.title,
                meaning=each.meaning or old.meaning,
                goals=(*old.goals, *each.goals),
            )
        seen.add(each.id)
    if problems:
        return None, problems
    refs = dict.fromkeys((*base.outcomes, *changes.outcomes))
    return ThemeSet(
        schema="1",
        id=changes.id,
        revision=changes.revision,
        title=changes.title or base.title,
        publisher=changes.publisher or base.publisher,
        source=changes.source or base.source,
        accessed=changes.accessed or base.accessed,
        headline=changes.headline or base.headline,
        themes=tuple(themes.values()),
        outcomes={
            ref: {**base.outcomes.get(ref, {}), **changes.outcomes.get(ref, {})} for ref in refs
        },
    ), []


class Moved(NamedTuple):
    """An outcome that counts for another theme than by default."""

    outcome: OutcomeId
    default: str
    """The title of the theme it counts for by default."""
    own: str
    reason: str


def moved(default: ThemeSet, own: ThemeSet, framework: Framework) -> tuple[Moved, ...]:
    """Give every outcome the organisation placed in another theme, in the publisher's order.

    It is empty where the default places nothing of the control set.
    """
    before = default.outcomes.get(framework.ref, {})
    after = own.outcomes.get(framework.ref, {})
    return tuple(
        Moved(
            each,
            default.theme(before[each].theme).title,
            own.theme(after[each].theme).title,
            after[each].reason,
        )
        for each in framework.outcomes
        if each in before and each in after and before[each].theme != after[each].theme
    )


THEMES = "five-themes"
