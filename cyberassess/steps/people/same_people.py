"""Who is who: a person under a new name, somebody new in their place, one person written twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberassess.domain.assessment import Person, PersonId, Settings
from cyberassess.domain.people.naming import Renaming, folded
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.names import find_anybody
from cyberassess.opening.writing import UNTOUCHED, change_settings, plain, writing
from cyberassess.steps.people.people import handovers, next_person_id, people_values


def renamed(
    folder: Path, names: Sequence[str], *, reason: str = "", by: str | None = None
) -> tuple[Renaming, ...]:
    """Record that people are the same under the names ``assessment.yaml`` has now.

    Args:
        names: recorded names, new names or ids of people whose name was changed.

    Raises:
        AssessmentError: for anybody whose name was not changed.
    """
    found = _asked_about(open_assessment(folder), names)
    with writing(folder, "people same", by=by, renamed={each.person: reason for each in found}):
        return found


def somebody_new(
    folder: Path, names: Sequence[str], *, reason: str = "", by: str | None = None
) -> tuple[Renaming, ...]:
    """Record that the names ``assessment.yaml`` has now are those of somebody new.

    Each new person gets an id of their own and is asked what the earlier one was asked; the
    earlier one keeps the id, the name and the answers.

    Raises:
        AssessmentError: for anybody whose name was not changed.
    """
    assessment = open_assessment(folder)
    found = _asked_about(assessment, names)
    before = as_they_were(assessment)

    def apart(now: Settings) -> dict[str, Any]:
        return separated(now, before, found)[0]

    ids = separated(assessment.contents.settings, before, found)[1]
    change_settings(
        folder, "people new", apart, read=assessment, by=by,
        events=lambda _: handed_over(assessment, ids, reason),
    )  # fmt: skip
    return found


def separated(
    stated: Settings, before: Mapping[str, Person], renamings: Iterable[Renaming]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Give settings in which new people have ids of their own, and those ids by the earlier ones.

    Args:
        before: people as they were, keyed by id; the recorded name is in ``renamings``.
    """
    everybody = {str(each.id): each for each in stated.everybody}
    officer = str(stated.officer.id)
    ids: dict[str, str] = {}
    for each in renamings:
        person, new = everybody[each.person], next_person_id(stated)
        while new in everybody:
            new = f"p{int(new[1:]) + 1}"
        ids[each.person] = new
        everybody[new] = person.model_copy(update={"id": PersonId(new)})
        old = plain(before[each.person]) | {"name": each.recorded, "answers": []}
        everybody[each.person] = Person.model_validate(old)
        officer = new if officer == each.person else officer
    values = people_values(everybody.values(), officer)
    if any(scope.owner in ids for scope in stated.scopes):
        values["scopes"] = [
            plain(scope) | ({"owner": ids[scope.owner]} if scope.owner in ids else {})
            for scope in stated.scopes
        ]
    return values, ids


def as_they_were(assessment: Assessment) -> dict[str, Person]:
    """Give everybody with the name, role and address that were recorded, keyed by id."""
    settings, recorded = assessment.contents.settings, assessment.state.settings
    found: dict[str, Person] = {}
    for each in settings.everybody:
        where = "officer" if each.id == settings.officer.id else f"people[{each.id}]"
        known = {key: recorded.get(f"{where}.{key}") or "" for key in ("role", "email")}
        found[str(each.id)] = each.model_copy(update=known)
    return found


def handed_over(assessment: Assessment, ids: Mapping[str, str], reason: str) -> list[Event]:
    """Give the trail of questions that somebody new is asked in an earlier person's place."""
    portions = assessment.contents.portions
    return [
        each
        for old, new in ids.items()
        for each in handovers(portions.get(PersonId(old), ()), old, new, reason)
    ]


def named_among(renamings: Iterable[Renaming], names: Sequence[str]) -> list[Renaming]:
    """Give those that are named: by the recorded name, the new one or the id."""
    wanted = {folded(each) for each in names}
    return [
        each
        for each in renamings
        if wanted & {folded(each.recorded), folded(each.stated), folded(each.person)}
    ]


def _asked_about(assessment: Assessment, names: Sequence[str]) -> tuple[Renaming, ...]:
    found: list[Renaming] = []
    for name in names:
        match = named_among(assessment.renamings, [name])
        if not match:
            changed = [each.recorded for each in assessment.renamings]
            raise AssessmentError.because(
                "not-renamed",
                "",
                f'Nobody who has answered as "{name}" has another name in assessment.yaml.',
                f"Changed names: {', '.join(changed) or 'none'}. {UNTOUCHED}",
            )
        found += match
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class MadeOne:
    """Two ids that are one person now."""

    kept: str
    """The name that counts."""
    given_up: str
    answers: int
    """Answers that were recorded under the name given up."""


def make_one(folder: Path, one: str, other: str, *, reason: str, by: str | None = None) -> MadeOne:
    """Record that two names are one person's; what either answered is one person's then.

    Whoever is in ``assessment.yaml`` is kept, else the first.

    Raises:
        AssessmentError: for a name nobody has, one person named twice, or two who are both asked.
    """
    with writing(folder, "people same", by=by) as session:
        assessment = session.assessment
        settings = assessment.contents.settings
        kept, given_up = find_anybody(assessment, one), find_anybody(assessment, other)
        if settings.person(given_up) is not None:
            kept, given_up = given_up, kept
        if kept == given_up or settings.person(given_up) is not None:
            names = f"{assessment.name_of(kept)} and {assessment.name_of(given_up)}"
            message, hint = (
                f"{names} are both in assessment.yaml.",
                (
                    f'First: cyberassess people hand-over --from "{other}" --to "{one}". '
                    "Then take the second out of assessment.yaml."
                ),
            )
            if kept == given_up:
                message, hint = f"{one} and {other} are one person already.", ""
            raise AssessmentError.because(
                "same-people", "", message, f"{hint} {UNTOUCHED}".strip()
            )
        answers = sum(
            each.person == given_up
            for given in assessment.state.answers.values()
            for each in given
        )
        made = MadeOne(assessment.name_of(kept), assessment.name_of(given_up), answers)
        same = registers.SamePerson(as_=kept, reason=reason)
        session.write([happened.put((given_up,), same)])
        return made
