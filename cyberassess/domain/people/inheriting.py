"""Answers a scope takes over from the shared services it uses.

A shared service is a source, never scored. Its answer to a statement counts for a scope that
inherits from it only where somebody confirmed that very answer for that scope, or said that the
whole topic is the same there. When the source's answer changes, the confirmation of that answer
has lapsed; what was said of the topic holds on. An answer of the scope's own overrides, visibly.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from cyberassess.domain.assessment import (
    Scope,
    ScopeId,
    Settings,
    StatementKey,
    covers,
    scopes_of,
)
from cyberassess.domain.people.sharing import OTHER, SAME, SHARING, groups_of
from cyberassess.domain.record import registers
from cyberassess.domain.record.recorded import Given, Record, State
from cyberassess.domain.record.standing import Offered, Standing, standings_of
from cyberassess.domain.sets.framework import CountsAs, Framework

INHERITANCE = registers.Inheritance.kind


class Inheritable(NamedTuple):
    """A shared service's answer that a scope may take over."""

    statement: StatementKey
    """In the scope that inherits."""
    source: Scope
    standing: Standing
    """Of the statement in the shared service; settled and answered."""
    confirmed: bool
    """Whether somebody confirmed this very answer for the scope."""
    confirmation: Record | None
    """Of it, or of the answer it had before, or of its topic; ``None`` where there is none."""
    is_denied: bool = False
    """Whether somebody said that the topic is not the same in the scope."""

    @property
    def given(self) -> Given:
        """The answer as it counts for the scope that inherits."""
        chosen = next(
            (each for each in self.standing.given if each.answer == self.standing.answer),
            self.standing.given[0],
        )
        reason = self.standing.resolution.reason if self.standing.resolution else chosen.reason
        record = self.confirmation if self.confirmed else None
        words = str(record.fields.get("words") or "") if record else ""
        return replace(
            chosen,
            event=chosen.event.but(
                new=self.standing.answer, reason="\n".join(filter(None, (reason, words)))
            ),
            inherited_from=self.source.id,
            confirmed=self.confirmation,
        )


def inheritable(framework: Framework, settings: Settings, state: State) -> Iterator[Inheritable]:
    """Give every answer of a shared service that a scope may take over, confirmed or not."""
    heirs = [scope for scope in settings.all_scopes if scope.inherits]
    groups = groups_of(framework) if heirs else {}
    for scope in heirs:
        sources = [each for each in map(settings.scope, scope.inherits) if each is not None]
        for outcome, layouts in framework.layout:
            if scope not in scopes_of(outcome, settings):
                continue
            topic = state.record(SHARING, framework.ref, scope.id, groups[outcome.id])
            same = topic.fields.get("same") if topic is not None else None
            for source in sources:
                if not covers(framework, outcome, source):
                    continue
                standings = standings_of(framework, layouts, state, source.id)
                for layout, standing in zip(layouts, standings, strict=True):
                    if standing.answer is None or standing.counts_as is CountsAs.UNANSWERED:
                        continue
                    key = StatementKey(framework.ref, scope.id, layout.id)
                    record = state.record(INHERITANCE, *key, source.id)
                    confirmed = (
                        record is not None and record.fields.get("answer") == standing.answer
                    )
                    if same == SAME and not confirmed:
                        confirmed, record = True, topic
                    denied = same == OTHER
                    yield Inheritable(
                        key, source, standing, confirmed and not denied, record, denied
                    )


class Taken(NamedTuple):
    """What follows from the answers of shared services."""

    state: State
    """In which confirmed answers stand as the scopes' own."""
    offered: Mapping[StatementKey, tuple[Offered, ...]]
    """Answers that wait to be confirmed, where a scope has none of its own."""


def with_inherited(framework: Framework, settings: Settings, state: State) -> Taken:
    """Give the state in which confirmed answers of shared services stand as the scopes' own.

    Several sources that differ stand together, and so are a conflict.
    """
    taken: dict[StatementKey, tuple[Given, ...]] = {}
    offered: dict[StatementKey, tuple[Offered, ...]] = {}
    for each in inheritable(framework, settings, state):
        key = each.statement
        if each.is_denied or has_own(framework, state, key):
            continue
        if each.confirmed:
            taken[key] = (*taken.get(key, ()), each.given)
        else:
            offer = Offered(each.source.id, each.confirmation)
            offered[key] = (*offered.get(key, ()), offer)
    if not taken:
        return Taken(state, offered)
    answers = dict(state.answers)
    for key, given in taken.items():
        answers[key] = (*answers.get(key, ()), *given)
    return Taken(replace(state, answers=answers), offered)


def has_own(framework: Framework, state: State, key: StatementKey) -> bool:
    """Say whether a scope has an answer of its own that says something."""
    meanings = framework.layout_of[key.indicator].answers
    return any(
        each.answer in meanings and meanings[each.answer].counts_as is not CountsAs.UNANSWERED
        for each in state.answers.get(key, ())
    )


class Override(NamedTuple):
    """A shared service's answer that a scope's own, different answer stands in place of."""

    statement: StatementKey
    own: tuple[Given, ...]
    inherited: str
    """The code of the shared service's answer."""


def overrides(framework: Framework, settings: Settings, state: State) -> tuple[Override, ...]:
    """Give every answer of a shared service that a scope answers differently for itself."""
    found: list[Override] = []
    for each in inheritable(framework, settings, state):
        own: tuple[Given, ...] = state.answers.get(each.statement, ())
        if has_own(framework, state, each.statement) and any(
            given.answer != each.standing.answer for given in own
        ):
            answer = str(each.standing.answer)
            found.append(Override(each.statement, own, answer))
    return tuple(found)


def confirmed_by_source(
    framework: Framework, settings: Settings, state: State
) -> Mapping[tuple[ScopeId, ScopeId], tuple[int, int]]:
    """Count what a scope takes over, confirmed and in all, keyed by scope and shared service.

    What the scope answers for itself it does not take over.
    """
    counts: dict[tuple[ScopeId, ScopeId], tuple[int, int]] = {}
    for each in inheritable(framework, settings, state):
        if each.is_denied or has_own(framework, state, each.statement):
            continue
        confirmed, total = counts.get((each.statement.scope, each.source.id), (0, 0))
        counts[each.statement.scope, each.source.id] = (confirmed + each.confirmed, total + 1)
    return counts
