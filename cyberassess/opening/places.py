"""Outcomes as people name them: ``B2.c``, ``B2.c/housing``, ``B2.c/all``, ``2:A1.a``."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from cyberassess.domain.assessment import ALL_SCOPES, OutcomeKey, all_asked, outcome_key
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.errors import AssessmentError, Problem, closest, counted
from cyberassess.opening.assessment import Assessment

_NAME = re.compile(r"^(?:([1-9][0-9]?):)?([^\s/:,]+)(?:/([^\s/,]+))?$")


class Supported(NamedTuple):
    """Something that an item of evidence is said to support."""

    outcome: OutcomeKey
    place: str
    """Page or section."""


def _not_an_outcome(text: str, message: str, hint: str) -> AssessmentError:
    return AssessmentError(
        Problem("unknown-outcome", text, message, f"{hint} Nothing was changed.")
    )


def _framework(assessment: Assessment, text: str, number: str) -> FrameworkRef | None:
    refs = list(assessment.frameworks)
    if not number:
        return None
    if int(number) > len(refs):
        found = f"There {'is' if len(refs) == 1 else 'are'} {counted(len(refs), 'control set')}."
        raise _not_an_outcome(text, found, "The number before the colon counts them.")
    return refs[int(number) - 1]


def find_keys(assessment: Assessment, text: str, *, shared: bool = True) -> list[OutcomeKey]:
    """Give what a name means: one outcome, in one scope or in all of them.

    Without a number before a colon the first control set that has the outcome is meant.

    Args:
        text: as it was typed.
        shared: also in shared services, which are asked and not scored.

    Raises:
        AssessmentError: where there is no such outcome or scope.
    """
    found = _NAME.match(text.strip())
    number, name, scope = found.groups() if found else ("", text.strip(), "")
    framework = _framework(assessment, text, number or "")
    keys = [
        outcome_key(asked)
        for asked in all_asked(assessment.frameworks, assessment.contents.settings)
        if framework in (None, asked.framework.ref)
    ]
    if not shared:
        scored = assessment.card.by_key
        keys = [each for each in keys if each in scored]
    named = [each for each in keys if each.outcome.casefold() == name.casefold()]
    if not named:
        ids = list(dict.fromkeys(str(each.outcome) for each in keys))
        hint = closest(name, ids) or f"They run from {ids[0]} to {ids[-1]}."
        raise _not_an_outcome(text, f'"{name}" is not an outcome of this assessment.', hint)
    named = [each for each in named if each.framework == named[0].framework]
    if not scope or scope == ALL_SCOPES:
        return named
    inside = [each for each in named if each.scope == scope]
    if not inside:
        scopes = [str(each.scope) for each in named]
        hint = closest(scope, scopes) or f"It is assessed for: {', '.join(scopes)}."
        raise _not_an_outcome(text, f'{name} is not assessed for "{scope}".', hint)
    return inside


def one_or_all(assessment: Assessment, text: str, *, shared: bool = True) -> list[OutcomeKey]:
    """Give what a name means, where several scopes must be asked for by name.

    Raises:
        AssessmentError: also where an outcome has several scopes and none was named.
    """
    keys = find_keys(assessment, text, shared=shared)
    if len(keys) > 1 and "/" not in text:
        places = ", ".join(f"{each.outcome}/{each.scope}" for each in keys)
        found = f"It is assessed for {len(keys)} scopes."
        hint = f"Name one of: {places}; or {keys[0].outcome}/all. Nothing was changed."
        raise AssessmentError(Problem("which-scope", text, found, hint))
    return keys


def one_outcome(assessment: Assessment, text: str) -> OutcomeScore:
    """Give the one outcome in one scope that a name means.

    Raises:
        AssessmentError: where it means none, or several.
    """
    keys = find_keys(assessment, text, shared=False)
    if len(keys) > 1:
        places = ", ".join(f"{each.outcome}/{each.scope}" for each in keys)
        found = f"It is assessed for {len(keys)} scopes."
        hint = f"Name one of: {places}. Nothing was changed."
        raise AssessmentError(Problem("which-scope", text, found, hint))
    return assessment.card.by_key[keys[0]]


def supported(assessment: Assessment, named: Sequence[str]) -> list[Supported]:
    """Read what an item supports, each ``B2.c/housing`` or ``B2.c/housing, page 4``.

    Raises:
        AssessmentError: with every name that means nothing.
    """
    found: list[Supported] = []
    problems: list[Problem] = []
    for each in named:
        name, _, place = each.partition(",")
        try:
            keys = one_or_all(assessment, name.strip())
        except AssessmentError as cause:
            problems += cause.problems
            continue
        found += [Supported(key, place.strip()) for key in keys]
    if problems:
        raise AssessmentError(*problems)
    return list(dict.fromkeys(found))
