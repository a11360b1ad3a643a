"""Topics that a scope takes over from shared services: whose they are, and what opens them.

A topic is a group of outcomes in one scope. Its owner says once whether it is the same there as
in the services the scope uses; where it is not, its outcomes are asked like any other.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cyberassess.domain.assessment import (
    Asked,
    PersonId,
    ScopeId,
    Settings,
    scopes_of,
    services_of,
    statement_key,
)
from cyberassess.domain.record import registers
from cyberassess.domain.record.recorded import State
from cyberassess.domain.sets.framework import Framework, FrameworkRef, Outcome, OutcomeId

SHARING = registers.Sharing.kind
SAME, OTHER = "yes", "no"
"""What is said of a topic: that it is as in the shared service, or that it is not."""


class TopicKey(NamedTuple):
    """What it is keyed by whether a topic is the same as in a shared service."""

    framework: FrameworkRef
    scope: ScopeId
    group: str
    """The id of the group that its outcomes stand in."""


def groups_of(framework: Framework) -> dict[OutcomeId, str]:
    """Give the id of the group each outcome stands in."""
    return {each.outcome.id: each.groups[-1].id for each in framework.located}


class Parted(NamedTuple):
    """What somebody is asked question by question, and what in one row a topic."""

    asked: tuple[Asked, ...]
    shared: Mapping[TopicKey, tuple[Asked, ...]]
    """What a scope takes over, by topic; each is a question to its owner."""
    opened: frozenset[TopicKey]
    """Those of ``shared`` whose outcomes stand among ``asked`` too."""


def parted(person: PersonId, portion: Sequence[Asked], settings: Settings, state: State) -> Parted:
    """Part what somebody is asked.

    The outcomes of a topic that a scope takes over are asked where somebody said that it is not
    the same, or where this person answered some of them for the scope itself.
    """
    groups = {each.framework.ref: groups_of(each.framework) for each in portion}
    topics: dict[TopicKey, list[Asked]] = {}
    of_topic: dict[tuple[FrameworkRef, ScopeId, OutcomeId], TopicKey] = {}
    for each in portion:
        if each.outcome.asked and services_of(each, settings):
            ref, scope = each.framework.ref, each.scope.id
            key = TopicKey(ref, scope, groups[ref][each.outcome.id])
            topics.setdefault(key, []).append(each)
            of_topic[ref, scope, each.outcome.id] = key
    opened = {key for key, found in topics.items() if _is_opened(key, person, found, state)}
    asked = tuple(
        each
        for each in portion
        if (at := of_topic.get((each.framework.ref, each.scope.id, each.outcome.id))) is None
        or at in opened
    )
    # NOTE: who answers it for the scope itself has said that it is not the same
    shared = {k: tuple(e) for k, e in topics.items() if k not in opened or said_of(k, state)}
    return Parted(asked, shared, frozenset(opened.intersection(shared)))


def said_of(key: TopicKey, state: State) -> str:
    """Give what was said of a topic: ``yes``, ``no``, or nothing."""
    record = state.record(SHARING, *key)
    return str(record.fields.get("same") or "") if record is not None else ""


def is_opened_by(key: TopicKey, state: State) -> bool:
    """Say whether somebody said that a topic is not the same."""
    return said_of(key, state) == OTHER


def _is_opened(key: TopicKey, person: PersonId, topic: Sequence[Asked], state: State) -> bool:
    if said_of(key, state):
        return is_opened_by(key, state)
    ids = {each.id for asked in topic for each in asked.outcome.asked}
    return any(
        given.person == person
        for asked in topic
        for each in asked.outcome.asked
        # NOTE: what repeats a statement of another topic is answered with that one
        if each.same_as is None or each.same_as in ids
        for given in state.answers.get(statement_key(asked, each), ())
    )


def taken_over(
    key: TopicKey, frameworks: Mapping[FrameworkRef, Framework], settings: Settings
) -> tuple[Outcome, ...]:
    """Give the outcomes of a topic that its scope takes over; none where it is no such topic."""
    framework, scope = frameworks.get(key.framework), settings.scope(key.scope)
    if framework is None or scope is None or not scope.inherits:
        return ()
    groups = groups_of(framework)
    return tuple(
        outcome
        for outcome in framework.outcomes.values()
        if groups[outcome.id] == key.group
        and scope in scopes_of(outcome, settings)
        and services_of(Asked(framework, outcome, scope), settings)
    )
