"""Rules that have a newer version: the pinned one counts, and what the newest gives is said."""

from dataclasses import dataclass

from cyberassess.domain.assessment import ALL_SCOPES, ScopeId
from cyberassess.domain.result.theme_maturity import ThemeScore
from cyberassess.domain.sets.framework import Framework, FrameworkRef, Rule
from cyberassess.errors import counted


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
