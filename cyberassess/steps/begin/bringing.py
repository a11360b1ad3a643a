"""What of last year's record goes on: actions still open, and evidence that still holds.

An action keeps its number, its id and its history. A document is kept by its hash, one file
however many outcomes it supports; where the disk allows, it is the same file and takes no more
room. No answer, determination, review or approval comes over: they are last year's.
"""

import contextlib
import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cyberassess.disk.evidence import check_file
from cyberassess.disk.files import copy_whole
from cyberassess.domain.assessment import OutcomeKey, ScopeId
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.evidence import Held, Item
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.plan import ACTION, Action, Progress, actions_of
from cyberassess.domain.record.recorded import LAST_YEAR, Record, Source
from cyberassess.domain.sets.framework import FrameworkRef, OutcomeId
from cyberassess.errors import Severity, counted
from cyberassess.opening.assessment import Assessment
from cyberassess.steps.begin.next_settings import Left, Next, refused, scope_now

_ASK = "ask for it anew"


@dataclass
class Brought:
    """What is recorded in the new ledger, with the files that go with it."""

    events: list[Event] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)
    """Last year's files, keyed by where they lie in a workspace."""
    actions: list[str] = field(default_factory=list)
    """References of the actions that go on."""
    evidence: list[str] = field(default_factory=list)
    """References of the items that still hold."""
    left: list[Left] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    """The names of everybody the record names, keyed by id."""


def bring(found: Next, on: datetime.date) -> Brought:
    """Give what goes on in the new assessment.

    Args:
        found: this year's settings, and how they follow from last year's.
        on: today, by which evidence is in date.
    """
    brought = Brought()
    origin = origin_of(found.before)
    _actions(found, brought, origin)
    _evidence(found, brought, origin, on)
    here = {str(each.id) for each in found.settings.everybody}
    met: list[Event] = [
        happened.Met(person=person, name=name)
        for person, name in brought.people.items()
        if person not in here
    ]
    known = registers.Previous(assessment=found.before.state.assessment)
    name = found.settings.previous or ""
    brought.events = [happened.put((name,), known), *met, *brought.events]
    return brought


def origin_of(assessment: Assessment) -> str:
    """Name an assessment: ``Northport Council, 2025``."""
    settings = assessment.contents.settings
    return f"{settings.organisation}, {settings.period}"


def _named(found: Next, brought: Brought, person: str) -> str:
    """Give somebody's id, and have the new ledger know their name."""
    if person and found.before.state.names.now(person):
        brought.people[person] = found.before.name_of(person)
    return person


def outcomes_now(found: Next, about: OutcomeKey) -> Iterator[OutcomeKey]:
    """Give what follows an outcome of last year, in every scope that stands for its scope."""
    way = found.ways.get(about.framework)
    for scope in scope_now(found.instead, found.settings, about.scope):
        for outcome in way.outcomes.get(about.outcome, ()) if way else ():
            if way is not None:
                yield OutcomeKey(way.after.ref, ScopeId(scope), OutcomeId(outcome))


def _first(record: Record, source: Source) -> Source:
    """Give where something came from: the year it was recorded in, however long ago."""
    return record.source if record.source.kind == LAST_YEAR else source


# Actions


def _actions(found: Next, brought: Brought, origin: str) -> None:
    closed = {Progress.DONE: 0, Progress.DROPPED: 0}
    for action in sorted(actions_of(found.before.state), key=lambda each: each.number):
        if not action.is_open:
            closed[action.progress] += 1
            continue
        about, *also = _places_now(found, action) or (None,)
        if about is None:
            why = (
                f"It is about {action.about.outcome}, and nothing that is assessed now follows "
                "that: plan it anew where it still matters."
            )
            brought.left.append(Left(f"{action.ref}, {action.title}", why))
            continue
        now = {
            "framework": str(about.framework),
            "scope": str(about.scope),
            "outcome": str(about.outcome),
            "also": [str(each.scope) for each in also] or None,
        }
        brought.events += _history(found, brought, action, now, origin)
        brought.actions.append(action.ref)
    for progress, count in closed.items():
        if count:
            what = f"{counted(count, 'action')} {progress.value}"
            brought.left.append(Left(what, "They stay in last year's assessment."))


def _places_now(found: Next, action: Action) -> list[OutcomeKey]:
    """Give what an action is about now, in each scope it was about that goes on."""
    following = (next(outcomes_now(found, each), None) for each in action.covers)
    places = list(dict.fromkeys(each for each in following if each is not None))
    return [each for each in places if each.outcome == places[0].outcome]


def _history(
    found: Next, brought: Brought, action: Action, now: dict[str, Any], origin: str
) -> Iterator[Event]:
    """Give every entry of an action as it was made, and one that carries it over."""
    state = found.before.state
    key = tuple(action.id.split(" "))
    source = Source(LAST_YEAR, name=origin, place=action.ref)
    records = state.record_history[ACTION, key]
    numbered = any("number" in each.fields for each in records) or bool(action.number.was)
    number = {"number": action.number.number} if numbered else {}
    fields: dict[str, Any] = {}
    for record in records:
        fields = {**record.fields, **(number if not record.removed else {})}
        if record.removed:
            continue
        person = _named(found, brought, record.person)
        time = record.origin.time
        entry, came = registers.Action(**fields), _first(record, source)
        yield happened.put(key, entry, person=person, source=came, time=time)
    owner = str(fields.get("owner", ""))
    if owner in found.takers:
        owner = found.takers[owner] or ""  # type: ignore[index]  # NOTE: an id, or words
        if not owner:
            why = "Who was to do it has left: name somebody with plan set."
            brought.left.append(Left(f"The owner of {action.ref}", why))
    elif owner:
        _named(found, brought, owner)
    if owner != fields.get("owner", ""):
        now["owner"] = owner
    yield happened.put(key, registers.Action(**{**fields, **now}), source=source)


# Evidence


def _evidence(found: Next, brought: Brought, origin: str, on: datetime.date) -> None:
    for item in found.before.evidence.items:
        why = _why_not(found, item, on)
        if why:
            title = item.facts.title or item.name
            brought.left.append(Left(f"{item.reference}, {title}", why, item.reference))
            continue
        if item.stored:
            brought.files[item.stored] = found.before.workspace.folder / item.stored
        brought.events += _item(found, brought, item, origin)
        brought.evidence.append(item.reference)


def _why_not(found: Next, item: Item, on: datetime.date) -> str:
    """Say why an item does not come over; empty where it does."""
    until = item.facts.valid_until
    if item.is_rejected:
        return "A reviewer found that it does not show what it is said to show."
    if item.replaced_by:
        return f"{item.replaced_by} stands in its place."
    if not until:
        return f"Nobody said until when it holds: {_ASK}."
    if not item.is_in_date(on):
        return f"Out of date since {said_date(until)}: {_ASK}."
    folder = found.before.workspace.folder
    if item.held is Held.FILE:
        wrong = check_file(folder, item.stored, item.sha256, item.reference)
        if wrong is not None and wrong.severity is not Severity.NOTE:
            return f"{wrong.message} {_ASK.capitalize()}, or restore the file."
    return ""


def _item(found: Next, brought: Brought, item: Item, origin: str) -> Iterator[Event]:
    record = found.before.state.record(registers.EvidenceItem.kind, item.id)
    if record is None:
        return
    fields = {k: each for k, each in record.fields.items() if k != "replaces"}
    source = _first(record, Source(LAST_YEAR, name=origin, place=item.reference))
    person = _named(found, brought, item.person)
    entry = registers.EvidenceItem(**{**fields, "number": item.number})
    yield happened.put((item.id,), entry, person=person, source=source)
    linked: dict[OutcomeKey, str] = {}
    for link in item.links:
        for about in outcomes_now(found, link.outcome):
            linked.setdefault(about, link.place)
    for about, place in linked.items():
        link_key = (item.id, FrameworkRef(about.framework), about.scope, about.outcome)
        there = registers.EvidenceLink(place=place) if place else registers.EvidenceLink()
        yield happened.put(link_key, there, person=person, source=source)


def put_files(brought: Brought, folder: Path) -> None:
    """Put last year's files into a new workspace: the same file where the disk can do that."""
    for stored, path in brought.files.items():
        target = folder / stored
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            os.link(path, target)
            continue
        try:
            copy_whole(path, target)
        except OSError as cause:
            raise refused(
                "not-kept",
                stored,
                f"Last year's file cannot be copied: {cause.strerror}.",
                "Look at the space on the disk.",
            ) from cause
