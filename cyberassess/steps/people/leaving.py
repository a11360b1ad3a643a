"""Somebody's facts changed, or somebody gone: who is asked instead, what becomes of answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberassess.domain.assessment import Person, Settings
from cyberassess.domain.people.moving import given_to
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.names import find_person
from cyberassess.opening.writing import UNTOUCHED, change_settings, plain
from cyberassess.steps.people.people import handovers, people_values


def set_person(
    folder: Path,
    name: str,
    facts: dict[str, str | None],
    *,
    reason: str = "",
    by: str | None = None,
) -> Person:
    """Change what is said of somebody.

    Args:
        facts: ``name``, ``email``, ``role``; ``None`` leaves one as it is.

    Raises:
        AssessmentError: for an unknown name, or where nothing would change.
    """
    assessment = open_assessment(folder)
    person = find_person(assessment, name)
    given = {key: " ".join(value.split()) for key, value in facts.items() if value is not None}
    changed = (
        Person.model_validate({**plain(person), **given}) if given.get("name", "x") else person
    )
    if changed == person:
        raise AssessmentError.because(
            "nothing-changed",
            "",
            f"Nothing new is said of {person.name}.",
            f"Give --email, --role or --name. {UNTOUCHED}",
        )

    def values(now: Settings) -> dict[str, Any]:
        return _people(now, {person.id: changed})

    renamed = {str(person.id): reason} if changed.name != person.name else {}
    change_settings(folder, "people set", values, read=assessment, by=by, renamed=renamed)
    return changed


def _people(now: Settings, changed: dict[Any, Person]) -> dict[str, Any]:
    everybody = [changed.get(each.id, each) for each in now.everybody]
    return people_values(everybody, now.officer.id)


@dataclass(frozen=True, slots=True)
class Removed:
    """Somebody who is asked nothing any more."""

    person: Person
    taker: Person
    """Who is asked instead; the officer where nobody was named."""
    questions: int
    """Outcomes in scopes they were asked about."""
    answers: int
    """Answers of theirs that stay, and count."""


def remove_person(
    folder: Path, name: str, *, to: str | None = None, reason: str = "", by: str | None = None
) -> Removed:
    """Take somebody out; what they answered stays under their name, and counts.

    Args:
        to: who is asked instead; the officer, for what nobody else is asked, if ``None``.

    Raises:
        AssessmentError: for an unknown name, or where the officer leaves and nobody takes over.
    """
    assessment = open_assessment(folder)
    settings = assessment.contents.settings
    person = find_person(assessment, name)
    taker = find_person(assessment, to, where="--to") if to else None
    if taker is None and person.id == settings.officer.id:
        raise _refused(
            "officer-left", f"{person.name} runs the assessment, and nobody takes over."
        )
    if taker is not None and taker.id == person.id:
        raise _refused("same-person", f"{person.name} cannot take over from themselves.")
    portion = assessment.contents.portions.get(person.id, ())
    instead = taker or settings.officer
    trail = handovers(portion, person.id, instead.id, reason)

    def values(now: Settings) -> dict[str, Any]:
        after = given_to(now, person.id, taker)
        found = people_values(after.everybody, after.officer.id)
        return found | {"scopes": [plain(each) for each in after.scopes]}

    change_settings(
        folder, "people remove", values, read=assessment, by=by, events=lambda _: trail
    )
    answers = sum(1 for _ in _given(assessment, person))
    return Removed(person, instead, len(portion), answers)


def _given(assessment: Assessment, person: Person) -> Iterator[object]:
    for several in assessment.state.answers.values():
        yield from (each for each in several if each.person == person.id)


def _refused(code: str, found: str) -> AssessmentError:
    return AssessmentError.because(code, "--to", found, f"Say who with --to NAME. {UNTOUCHED}")
