"""Who answers what: people added, questions handed on, later due dates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberassess.domain.assessment import (
    Asked,
    Person,
    Settings,
    outcome_key,
    services_of,
)
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event
from cyberassess.domain.sets.framework import FrameworkRef
from cyberassess.errors import AssessmentError, Problem
from cyberassess.opening.asks import Load, about_load, asks_text, load_of
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.names import find_person, find_scope, typed_date
from cyberassess.opening.outcomes import find_asked
from cyberassess.opening.writing import UNTOUCHED, change_settings, plain, writing
from cyberassess.steps.begin.setup import read_respondent

EXTENSION = registers.Extension.kind


# People


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person, as ``people`` lists them."""

    id: str
    name: str
    role: str
    email: str
    asks: str
    questions: int
    """Outcomes in scopes they are asked about."""
    is_officer: bool


def people(assessment: Assessment) -> tuple[PersonLine, ...]:
    """Give everybody in the settings, the officer first."""
    settings, portions = assessment.contents.settings, assessment.contents.portions
    return tuple(
        PersonLine(
            each.id,
            each.name,
            each.role,
            each.email,
            asks_text(each),
            len(portions.get(each.id, ())),
            each.id == settings.officer.id,
        )
        for each in settings.everybody
    )


def next_person_id(settings: Settings, known: Iterable[str] = ()) -> str:
    """Give an id nobody has, nor had: what was answered under one is never another's.

    Args:
        known: everybody the ledger names.
    """
    taken = {str(each.id) for each in settings.everybody} | set(known)
    return next(f"p{n}" for n in range(2, len(taken) + 3) if f"p{n}" not in taken)


def people_values(everybody: Iterable[Person], officer: str) -> dict[str, Any]:
    """Give the two keys of the settings that hold people."""
    values: dict[str, Any] = {"people": []}
    for each in everybody:
        if each.id == officer:
            values["officer"] = plain(each)
        else:
            values["people"].append(plain(each))
    return values


def _replaced(settings: Settings, *changed: Person) -> dict[str, Any]:
    by_id = {each.id: each for each in changed}
    everybody = [by_id.pop(each.id, each) for each in settings.everybody]
    return people_values([*everybody, *by_id.values()], settings.officer.id)


@dataclass(frozen=True, slots=True)
class Added:
    """Somebody who is asked from now on."""

    person: Person
    load: Load
    problems: tuple[Problem, ...]
    """Where they are asked nothing, or too much at once."""


def add_person(folder: Path, text: str, *, by: str | None = None) -> Added:
    """Add somebody who answers, written ``NAME <EMAIL>[:ROLE,…[@SCOPE]]``.

    A scope alone means the outcomes of the service it is for.

    Raises:
        AssessmentError: where the text does not have that form, or the name is there already.
    """
    known = open_assessment(folder).state.names.named

    def values(now: Settings) -> dict[str, Any]:
        # NOTE: under the lock, so that two who are added at once get an id each
        return _replaced(now, _fresh_person(now, text, known))

    made = change_settings(folder, "people add", values, by=by)
    *_, person = made.contents.settings.everybody
    load = load_of(made, person)
    return Added(person, load, tuple(about_load(made, person, load)))


def _fresh_person(settings: Settings, text: str, known: Iterable[str]) -> Person:
    scopes = [
        {"id": str(each.id), "title": each.title, "kind": each.kind}
        for each in settings.all_scopes
    ]
    values = read_respondent(text, next_person_id(settings, known), scopes, where="NAME")
    person = Person.model_validate(values)
    if any(each.name.casefold() == person.name.casefold() for each in settings.everybody):
        raise AssessmentError.because(
            "there-already",
            "NAME",
            f"{person.name} is in assessment.yaml already.",
            f"Give them more to answer with: cyberassess people hand-over. {UNTOUCHED}",
        )
    return person


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What ``people hand-over`` changed."""

    outcomes: tuple[tuple[FrameworkRef, str, str], ...]
    """Framework version, scope and outcome."""
    giver: Person
    taker: Person


def hand_over(
    folder: Path,
    names: Sequence[str],
    *,
    giver: str,
    taker: str,
    scope: str | None = None,
    reason: str = "",
    by: str | None = None,
) -> HandedOver:
    """Hand questions on to somebody else; what was answered stays with whoever answered.

    Args:
        names: outcomes or groups, with or without a scope (``B3.a/housing``); everything the giver
            is asked if empty.
        scope: only there; everywhere the giver is asked if ``None``.

    Raises:
        AssessmentError: where the giver is not asked about one of them.
    """
    assessment = open_assessment(folder)
    settings = assessment.contents.settings
    one = find_person(assessment, giver, where="--from")
    other = find_person(assessment, taker, where="--to")
    place = find_scope(settings, scope, where="--scope").id if scope else None
    portion = assessment.contents.portions.get(one.id, ())
    # NOTE: what is taken over is its scope's owner's to answer, whoever is asked the rest
    chosen = [
        each
        for each in portion
        if place in (None, each.scope.id) and not services_of(each, settings)
    ]
    if names:
        meant = {id(a) for each in names for a in find_asked(assessment, each, chosen, one)}
        chosen = [each for each in chosen if id(each) in meant]
    if not chosen or one.id == other.id:
        raise AssessmentError.because(
            "nothing-to-hand-over",
            "",
            f"There is nothing to hand over from {one.name} to {other.name}.",
            f"Look at who is asked what: cyberassess people. {UNTOUCHED}",
        )
    by_scope: dict[str, list[str]] = {}
    for asked in chosen:
        by_scope.setdefault(asked.scope.id, []).append(asked.outcome.id)
    given = _without(one, by_scope, everything=not names and place is None)
    taken = [plain(each) for each in other.answers]
    taken += [{"scope": where, "outcomes": ids} for where, ids in by_scope.items()]
    changed = (given, Person.model_validate({**plain(other), "answers": taken}))
    change_settings(
        folder,
        "people hand-over",
        lambda now: _replaced(now, *changed),
        read=assessment,
        by=by,
        events=lambda _: handovers(chosen, one.id, other.id, reason),
    )
    moved = tuple((e.framework.ref, str(e.scope.id), str(e.outcome.id)) for e in chosen)
    return HandedOver(moved, one, other)


def handovers(asked: Iterable[Asked], giver: str, taker: str, reason: str) -> list[Event]:
    """Give the trail of questions that go from one person to another."""
    return [
        happened.put(outcome_key(each), registers.Handover(from_=giver, to=taker, reason=reason))
        for each in asked
    ]


def _without(person: Person, by_scope: dict[str, list[str]], *, everything: bool) -> Person:
    """Give a person who is no longer asked about these outcomes."""
    if everything:
        return Person.model_validate({**plain(person), "answers": []})
    answers: list[dict[str, Any]] = []
    for each in person.answers:
        if each.scope is not None and each.scope not in by_scope:
            answers.append(plain(each))
            continue
        scopes: Iterable[str] = [each.scope] if each.scope else by_scope
        if each.scope is None:
            # NOTE: an entry for every scope stays one, so that a later system is in it too
            handed = [*each.without_scopes, *by_scope]
            answers.append(plain(each) | {"without_scopes": list(dict.fromkeys(handed))})
            scopes = [scope for scope in by_scope if scope not in each.without_scopes]
        for scope in scopes:
            gone = by_scope.get(scope, [])
            left = [name for name in each.outcomes if name not in gone]
            if each.outcomes and not left:
                continue
            entry = plain(each) | {"scope": scope}
            entry.pop("without_scopes", None)
            if each.outcomes:
                entry["outcomes"] = left
            without = [*each.without, *(name for name in gone if name not in each.outcomes)]
            if without:
                entry["without"] = without
            answers.append(entry)
    return Person.model_validate({**plain(person), "answers": answers})


def extend(
    folder: Path, name: str, *, until: str, reason: str = "", by: str | None = None
) -> tuple[Person, str]:
    """Give somebody until a later date; give who, and the date in ISO 8601.

    Raises:
        AssessmentError: for an unknown name or a text that is no date.
    """
    date = typed_date(until, "--until")
    with writing(folder, "people extend", by=by) as session:
        person = find_person(session.assessment, name)
        more = registers.Extension(until=date, reason=reason)
        session.write([happened.put((person.id,), more)])
    return person, date
