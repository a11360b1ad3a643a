"""What can be typed next: people, scopes, outcomes, statements, control sets, targets.

Asked by the shell while somebody types, so nothing here raises: what cannot be read gives nothing.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from cyberassess.disk.framework_yaml import Shelf
from cyberassess.disk.workspace import Contents, Workspace
from cyberassess.domain.assessment import ORGANISATION, all_asked, scopes_of
from cyberassess.errors import CyberassessError


class Suggestion(NamedTuple):
    """A word that can be typed, and what it means."""

    value: str
    meaning: str = ""


def suggestions(kind: str, folder: Path) -> list[Suggestion]:
    """Give the words of one kind; empty where nothing can be read.

    Args:
        kind: a key of ``KINDS``.
        folder: the assessment's, where the kind is about one.
    """
    try:
        return KINDS[kind](folder)
    except (CyberassessError, OSError):
        return []


def _contents(folder: Path) -> Contents:
    return Workspace(folder).read()


def _people(folder: Path) -> list[Suggestion]:
    settings = _contents(folder).settings
    return [Suggestion(each.name, each.role) for each in settings.everybody]


def _scopes(folder: Path) -> list[Suggestion]:
    settings = _contents(folder).settings
    return [Suggestion(each.id, each.title) for each in settings.all_scopes]


def _systems(folder: Path) -> list[Suggestion]:
    settings = _contents(folder).settings
    return [Suggestion(e.title, e.service) for e in settings.all_scopes if e.id != ORGANISATION]


def _outcomes(folder: Path) -> list[Suggestion]:
    contents = _contents(folder)
    found: list[Suggestion] = []
    for framework in contents.frameworks.values():
        for outcome in framework.outcomes.values():
            found.append(Suggestion(outcome.id, outcome.title))
            found += [
                Suggestion(f"{outcome.id}/{scope.id}", f"{outcome.title}, {scope.title}")
                for scope in scopes_of(outcome, contents.settings)
            ]
    return found


def _statements(folder: Path) -> list[Suggestion]:
    """Give the statements people differ on; every one where nobody differs."""
    from cyberassess.opening.assessment import open_assessment
    from cyberassess.opening.conflicts import conflicts

    assessment = open_assessment(folder)
    found = [
        Suggestion(f"{each.statement.indicator}/{each.statement.scope}", each.text)
        for each in conflicts(assessment)
    ]
    if found:
        return found
    return [
        Suggestion(f"{indicator.id}/{each.scope.id}", indicator.text)
        for each in all_asked(assessment.frameworks, assessment.contents.settings)
        for indicator in each.outcome.asked
    ]


def _frameworks(_: Path) -> list[Suggestion]:
    return [Suggestion(str(each)) for each in Shelf().refs()]


def _profiles(_: Path) -> list[Suggestion]:
    return [*map(Suggestion, Shelf().profiles()), Suggestion("none", "no target")]


def _themes(_: Path) -> list[Suggestion]:
    return [*map(Suggestion, Shelf().theme_sets())]


KINDS: Mapping[str, Callable[[Path], list[Suggestion]]] = {
    "people": _people,
    "scopes": _scopes,
    "systems": _systems,
    "outcomes": _outcomes,
    "statements": _statements,
    "frameworks": _frameworks,
    "profiles": _profiles,
    "themes": _themes,
}
