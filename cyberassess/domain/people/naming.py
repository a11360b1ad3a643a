"""What people were called, and when: a name belongs to the moment at which something was said.

Names come from the settings as they were recorded, from *person met* events, and, where nothing
else names somebody, from the first line of a segment. A name that was overtyped later never
reaches back. Two ids that are said to be one person count as one; what was recorded under either
is shown under the name it came with.
"""

from dataclasses import dataclass

from cyberassess.domain.assessment import Person, PersonId, Settings
from cyberassess.domain.record import registers
from cyberassess.domain.record.recorded import Origin, State

RENAMED = registers.Renamed.kind


def folded(name: str) -> str:
    """Give a name as names are compared: without regard to case and spacing."""
    return " ".join(name.split()).casefold()


def goes_by(person: Person, text: str) -> bool:
    """Say whether a text is a person's name, e-mail address or id."""
    wanted = folded(text)
    return bool(wanted) and wanted in (
        folded(person.name), person.email.casefold(), person.id.casefold()
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Renaming:
    """A name in the settings that is not the one somebody answered under."""

    person: PersonId
    recorded: str
    stated: str
    """As the settings have it now."""


def name_of(state: State, settings: Settings, person: str, at: Origin | None = None) -> str:
    """Give a person's name, or the id where none is known.

    Args:
        at: what is shown, so that the name is the one of that moment; the name now if ``None``.
            Where the person is known to have another name since, both are given.
    """
    known = settings.person(person)
    names = state.names
    now = known.name if known else names.now(person) or person
    if at is None:
        return now
    recorded = names.recorded_as.get((at.segment, at.line), PersonId(person))
    then = names.at(recorded, at)
    if not then:
        return person if names.now(recorded) and known is None else now
    if folded(then) == folded(now):
        return then
    if recorded != person:
        return f"{then} (the same person as {now})"
    renamed = state.record_history.get((RENAMED, (person,)), ())
    if any(folded(str(each.fields.get("from", ""))) == folded(then) for each in renamed):
        return f"{then} (now {now})"
    return then


def unsettled(state: State, settings: Settings) -> tuple[Renaming, ...]:
    """Give the names that were changed beside somebody who has answered, and nobody explained."""
    return tuple(
        Renaming(each.id, recorded, each.name)
        for each in settings.everybody
        if (recorded := state.names.now(each.id))
        and folded(recorded) != folded(each.name)
        and _has_spoken(state, each.id)
    )


def _has_spoken(state: State, person: PersonId) -> bool:
    """Say whether anything of a person's own is recorded."""
    texts = (*state.rationales.values(), *state.evidence.values())
    return (
        any(each.person == person for found in state.history.values() for each in found)
        or any(each.person == person for found in texts for each in found)
        or any(each.person == person for found in state.record_history.values() for each in found)
        or any(each.person == person and each.accepted for each in state.received)
    )


def as_recorded(settings: Settings, renamings: tuple[Renaming, ...]) -> Settings:
    """Give settings with the names people answered under in place of unexplained ones."""
    by_id = {each.person: each.recorded for each in renamings}
    if not by_id:
        return settings
    officer, *people = (
        each.model_copy(update={"name": by_id.get(each.id, each.name)})
        for each in settings.everybody
    )
    return settings.model_copy(update={"officer": officer, "people": tuple(people)})
