"""Outcomes and statements as people name them, in commands and in workbooks.

``B2.c``, ``B2.c/housing``, ``B2.c/Housing management``, ``B2.c/all`` or ``2:B2.c``, in any case.
The number counts the control sets; without one the first set that has the name is meant.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from cyberassess.domain.assessment import (
    ALL_SCOPES,
    Asked,
    OutcomeKey,
    Person,
    StatementKey,
    all_asked,
    outcome_key,
    statement_key,
)
from cyberassess.domain.people.naming import folded
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import Framework, FrameworkRef, OutcomeId
from cyberassess.errors import AssessmentError, Problem, counted
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.names import ambiguous, find_place, unknown
from cyberassess.opening.writing import UNTOUCHED

_NAME = re.compile(r"(?:([1-9][0-9]?):)?\s*([^\s/:,@]+)\s*(?:/\s*(.+))?")

Key = TypeVar("Key", OutcomeKey, StatementKey)


class Supported(NamedTuple):
    """Something that an item of evidence is said to support."""

    outcome: OutcomeKey
    place: str
    """Page or section."""


def find_outcomes(
    assessment: Assessment,
    text: str,
    *,
    scored: bool = False,
    scope: str | None = None,
    every_set: bool = False,
) -> list[OutcomeKey]:
    """Give what a name means: one outcome, in one scope or in all of them.

    Args:
        text: as it was typed.
        scored: leave out shared services and conditions, which are asked and not scored.
        scope: only in this one, as it was typed.
        every_set: without a number, in every control set that has it.

    Raises:
        AssessmentError: where there is no such outcome or scope.
    """
    keys = [outcome_key(asked) for asked in _asked(assessment)]
    if scored:
        keys = [each for each in keys if each in assessment.card.by_key]
    among = {each: (str(each.outcome),) for each in keys}
    what = ("outcome", "an outcome of this assessment")
    named = _meant(assessment, text, among, what, scope)
    return named if every_set else _of_one_set(named)


def find_statements(
    assessment: Assessment, text: str, *, scope: str | None = None
) -> list[StatementKey]:
    """Give the statement a name means, in one scope or in all of them, in every set that has it.

    Raises:
        AssessmentError: where there is no such statement or scope.
    """
    among = {
        statement_key(asked, each): (str(each.id),)
        for asked in _asked(assessment)
        for each in asked.outcome.asked
    }
    return _meant(assessment, text, among, ("statement", "a statement of this assessment"), scope)


def find_question(
    assessment: Assessment, text: str, questions: Iterable[StatementKey], person: Person
) -> StatementKey:
    """Give the question a name means among a person's.

    Raises:
        AssessmentError: where it is none of them, or several.
    """
    among = {each: (str(each.indicator),) for each in questions}
    what = ("question", f"a question of {person.name}")
    return only_one(assessment, _of_one_set(_meant(assessment, text, among, what, None)), text)


def _of_one_set(named: list[Key]) -> list[Key]:
    return [each for each in named if each.framework == named[0].framework]


def find_asked(
    assessment: Assessment, text: str, portion: Sequence[Asked], person: Person
) -> list[Asked]:
    """Give what a name of an outcome or a group means among what a person is asked, in any set.

    Raises:
        AssessmentError: where it is none of it.
    """
    among = {outcome_key(each): each.framework.names[each.outcome.id] for each in portion}
    what = ("outcome", f"an outcome or a group {person.name} is asked about")
    meant = {each[1:] for each in _meant(assessment, text, among, what, None)}
    return [each for each in portion if outcome_key(each)[1:] in meant]


def one_or_all(assessment: Assessment, text: str) -> list[OutcomeKey]:
    """Give what a name means, where several scopes must be asked for by name.

    Raises:
        AssessmentError: also where an outcome has several scopes and none was named.
    """
    keys = find_outcomes(assessment, text)
    if "/" in text or len(keys) == 1:
        return keys
    places = [_written(assessment, each) for each in keys]
    found = f"It is assessed for {len(keys)} scopes."
    raise ambiguous(
        "which-scope", text, found, [*places, f"{places[0].partition('/')[0]}/{ALL_SCOPES}"]
    )


def one_outcome(assessment: Assessment, text: str) -> OutcomeScore:
    """Give the one outcome in one scope that a name means.

    Raises:
        AssessmentError: where it means none, or several.
    """
    keys = find_outcomes(assessment, text, scored=True)
    return assessment.card.by_key[only_one(assessment, keys, text)]


def only_one(
    assessment: Assessment,
    keys: Sequence[Key],
    text: str,
    found: str = "It is assessed for {} scopes.",
) -> Key:
    """Give the one key a name means.

    Args:
        found: what is said where there are several, with a place for how many.

    Raises:
        AssessmentError: where it means several.
    """
    if len(keys) == 1:
        return keys[0]
    places = [_written(assessment, each) for each in keys]
    raise ambiguous("which-scope", text, found.format(len(keys)), places)


def _written(assessment: Assessment, key: OutcomeKey | StatementKey) -> str:
    number = list(assessment.frameworks).index(key.framework) + 1
    return f"{f'{number}:' if number > 1 else ''}{key[2]}/{key.scope}"


def supported(assessment: Assessment, named: Sequence[str]) -> list[Supported]:
    """Read what an item supports, each ``B2.c/housing`` or ``B2.c/housing, page 4``.

    Raises:
        AssessmentError: with every name that means nothing.
    """
    found: list[Supported] = []
    problems: list[Problem] = []
    for each in named:
        try:
            found += _supported(assessment, each)
        except AssessmentError as cause:
            problems += cause.problems
    if problems:
        raise AssessmentError(*problems)
    return list(dict.fromkeys(found))


def _supported(assessment: Assessment, text: str) -> list[Supported]:
    """Read one; a title may hold a comma, and so may a page: the longest name counts."""
    parts = text.split(",")
    for end in range(len(parts), 0, -1):
        name, place = ",".join(parts[:end]).strip(), ",".join(parts[end:]).strip()
        try:
            return [Supported(key, place) for key in one_or_all(assessment, name)]
        except AssessmentError:
            if end == 1:
                raise
    return []


def _asked(assessment: Assessment) -> list[Asked]:
    return list(all_asked(assessment.frameworks, assessment.contents.settings))


def _meant(
    assessment: Assessment,
    text: str,
    among: Mapping[Key, Collection[str]],
    what: tuple[str, str],
    scope: str | None,
) -> list[Key]:
    """Give the keys a name means, of those that are allowed with what each goes by.

    Args:
        what: a word and a sentence's end for what these are.
    """
    found = _NAME.fullmatch(text.strip())
    number, name, place = found.groups() if found else (None, text.strip(), None)
    ref = _framework(assessment, text, number) if number else None
    keys = [each for each in among if ref in (None, each.framework)]
    named = [
        each for each in keys if name.casefold() in {known.casefold() for known in among[each]}
    ]
    if not named:
        _refuse_others(assessment, text, name, what[0])
        ids = list(dict.fromkeys(str(each[2]) for each in keys))
        span = _span(assessment, ((each.framework, str(each[2])) for each in keys))
        raise unknown(f"unknown-{what[0]}", text, name, f"not {what[1]}", ids, span=span)
    for wanted in filter(None, (place, scope)):
        named = _inside(assessment, named, wanted, name)
    return named


def _span(assessment: Assessment, names: Iterable[tuple[FrameworkRef, str]]) -> str:
    """Say from where to where names run in each set, in the publisher's order."""
    there, spans = set(names), list[str]()
    for ref, each in assessment.frameworks.items():
        every = [*map(str, each.outcomes), *map(str, each.indicators)]
        found = [name for name in every if (ref, name) in there]
        spans += [f"from {found[0]} to {found[-1]}"] if found else []
    return f"They run {' and '.join(spans)}." if spans else ""


def _framework(assessment: Assessment, text: str, number: str) -> FrameworkRef:
    refs = list(assessment.frameworks)
    if int(number) <= len(refs):
        return refs[int(number) - 1]
    found = f"There {'is' if len(refs) == 1 else 'are'} {counted(len(refs), 'control set')}."
    hint = f"The number before the colon counts them: {', '.join(refs)}. {UNTOUCHED}"
    raise AssessmentError.because("unknown-set", text, found, hint)


def _inside(assessment: Assessment, named: list[Key], place: str, name: str) -> list[Key]:
    if folded(place) == ALL_SCOPES:
        return named
    titles = {str(each.scope): assessment.place_of(each.scope) for each in named}
    what = f"a scope {name} is assessed for"
    wanted = find_place(titles, place, f"{name}/{place}", what)
    return [each for each in named if each.scope == wanted]


def _refuse_others(assessment: Assessment, text: str, name: str, what: str) -> None:
    """Say what a name means where it is a statement, a group, or holds conditions alone.

    Raises:
        AssessmentError: where it is one of these.
    """
    for framework in assessment.frameworks.values():
        statements = {each.casefold(): each for each in framework.indicators}
        groups = {
            group.id.casefold(): group.id for each in framework.located for group in each.groups
        }
        outcomes = {each.casefold(): each for each in framework.outcomes}
        wanted = name.casefold()
        if what == "outcome" and wanted in statements:
            outcome, _ = framework.indicators[statements[wanted]]
            found = f"It is a statement of {outcome.id}."
            raise AssessmentError.because(
                "not-an-outcome", text, found, f"Name the outcome. {UNTOUCHED}"
            )
        if wanted in outcomes and framework.outcomes[outcomes[wanted]] not in framework.assessed:
            raise _only_conditions(framework, outcomes[wanted])
        if wanted in groups and wanted not in outcomes:
            inside = [i for i, names in framework.names.items() if groups[wanted] in names]
            found = f"It is a group of {counted(len(inside), 'outcome')}."
            raise ambiguous("not-an-outcome", text, found, inside)


def _only_conditions(framework: Framework, name: OutcomeId) -> AssessmentError:
    """Say that an outcome only holds conditions, with what depends on each."""
    outcome = framework.outcomes[name]
    waiting: dict[str, list[str]] = {}
    for _, each in framework.indicators.values():
        if each.applies_when is not None:
            waiting.setdefault(each.applies_when, []).append(each.id)
    said = [
        f"{each.id} (for {', '.join(waiting[each.id])})"
        for each in outcome.indicators
        if each.id in waiting
    ]
    return AssessmentError.because(
        "only-conditions",
        outcome.id,
        "It only asks what applies here, so it is never scored. A question answered no "
        f"leaves out what depends on it: {'; '.join(said)}.",
        "The report shows its answers under “What applies here”. To explain what "
        f"depends on it: cyberassess explain {framework.assessed[0].id}",
    )
