"""How far one person is with what they are asked."""

from collections.abc import Sequence
from typing import NamedTuple

from cyberassess.domain.assessment import Asked, PersonId, Settings, statement_key
from cyberassess.domain.people.inheriting import INHERITANCE
from cyberassess.domain.people.sharing import TopicKey, parted, said_of
from cyberassess.domain.record.recorded import State


class Progress(NamedTuple):
    """Figures; a topic that a scope takes over is one question."""

    questions: int
    answered: int
    """By this person."""
    open: int
    """Those nobody has answered."""


def progress_of(
    person: PersonId, portion: Sequence[Asked], settings: Settings, state: State
) -> Progress:
    """Say how far somebody is."""
    parts = parted(person, portion, settings, state)
    keys = [statement_key(asked, each) for asked in parts.asked for each in asked.outcome.asked]
    given = [state.answers.get(key, ()) for key in keys]
    said = sum(bool(said_of(key, state)) for key in parts.shared)
    waiting = sum(
        not (said_of(key, state) or key in parts.opened or _is_settled(key, topic, state))
        for key, topic in parts.shared.items()
    )
    return Progress(
        len(keys) + len(parts.shared),
        sum(any(each.person == person for each in found) for found in given) + said,
        sum(not each for each in given) + waiting,
    )


def _is_settled(key: TopicKey, topic: Sequence[Asked], state: State) -> bool:
    """Say whether a topic is answered without its owner: taken over, or by answers of its own."""
    keys = [statement_key(asked, each) for asked in topic for each in asked.outcome.asked]
    confirmed = state.records.get(INHERITANCE, {})
    taken = {name[:3] for name in confirmed if name[1] == key.scope}
    return any(each in taken for each in keys) or all(state.answers.get(each) for each in keys)
