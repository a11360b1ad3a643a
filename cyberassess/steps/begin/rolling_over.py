"""Beginning this year's assessment from last year's.

It is made whole beside its place and put there, or nothing is left. Answers never come over:
last year's stand beside the questions, and count once somebody confirms them. What goes on is
actions still open, and evidence that still holds: an action keeps its number, its id and its
history, a document is kept by its hash, one file however many outcomes it supports.
"""

import contextlib
import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cyberassess.disk.evidence import check_file
from cyberassess.disk.files import copy_whole, temporary_folder
from cyberassess.disk.segments import single_head
from cyberassess.domain.assessment import (
    OutcomeKey,
    ScopeId,
    StatementKey,
    all_asked,
    statement_key,
)
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.questions import OfferKind
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.approval import approvals_of
from cyberassess.domain.record.evidence import Held, Item
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.plan import ACTION, Action, Progress, actions_of
from cyberassess.domain.record.recorded import LAST_YEAR, Record, Source
from cyberassess.domain.sets.framework import FrameworkRef, OutcomeId
from cyberassess.errors import (
    AssessmentError,
    CyberassessError,
    Json,
    Problem,
    Severity,
    counted,
    seeing_writes,
)
from cyberassess.opening.assessment import Assessment, open_assessment, open_pack
from cyberassess.opening.conflicts import conflicts
from cyberassess.opening.offering import offers_for, past_to
from cyberassess.opening.writing import now
from cyberassess.opening.years import CIRCLE, years_before
from cyberassess.steps.begin.next_settings import (
    NOTHING,
    Changes,
    Left,
    Next,
    next_settings,
    refused,
    scope_now,
    settings_values,
)
from cyberassess.steps.begin.setup import create, refuse_full


@dataclass
class _Brought:
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


@dataclass(frozen=True, slots=True)
class Asking:
    """How many questions of a set come with something of last year."""

    framework: FrameworkRef
    questions: int
    """Statements in the scopes they are asked about."""
    confirm: int
    """Beside which last year's answer stands, to be confirmed."""
    again: int
    """Asked again, with last year's words and answer beside."""


@dataclass(frozen=True, slots=True)
class RolledOver:
    """What became of last year's assessment."""

    folder: Path
    period: str
    before: str
    """Whose assessment of which period it follows."""
    came: tuple[str, ...]
    """What came over, in words."""
    actions: tuple[str, ...]
    evidence: tuple[str, ...]
    """The references that came over."""
    left: tuple[Left, ...]
    """What did not, and why."""
    asking: tuple[Asking, ...]
    notes: tuple[Problem, ...]
    """What the reader should know of last year's assessment."""


def roll_over(
    folder: Path, last: Path, changes: Changes | None = None, *, dry_run: bool = False
) -> RolledOver:
    """Begin an assessment from the one before it.

    Args:
        folder: where it will stand; new or empty.
        last: last year's assessment, or a pack that was made of it.
        dry_run: say what would come over; nothing is made.

    Raises:
        AssessmentError: where last year's assessment cannot be gone on from, something named does
            not fit, or nothing can be written; nothing is left behind.
        FrameworkError: for an unknown control set or target.
    """
    refuse_full(folder)
    on = datetime.date.fromisoformat(now()[:10])
    with _opened(last) as before:
        found = next_settings(before, last, folder, changes or Changes(), on)
        brought = _bring(found, on)
        if not dry_run:
            asking = _made(folder, found, brought, with_files=True)
        else:
            # NOTE: what is made only to be looked at gets no page to start from
            with temporary_folder() as scratch, seeing_writes():
                asking = _made(scratch / "made", found, brought, with_files=False)
        return RolledOver(
            folder,
            found.settings.period,
            _origin_of(before),
            tuple(_came(found, brought)),
            tuple(brought.actions),
            tuple(brought.evidence),
            (*found.left, *brought.left),
            asking,
            tuple(_notes(before)),
        )


@contextlib.contextmanager
def _opened(last: Path) -> Iterator[Assessment]:
    """Open last year's assessment: its folder, or a pack that was made of it.

    Raises:
        AssessmentError: where it cannot be read or trusted, or its copies went apart.
    """
    with contextlib.ExitStack() as stack:
        try:
            before = (
                stack.enter_context(open_pack(last)) if last.is_file() else open_assessment(last)
            )
            single_head(before.reading.segments)
        except CyberassessError as cause:
            first = cause.problems[0]
            where = ", ".join(filter(None, (last.as_posix(), first.where)))
            hint = f"{first.hint} {NOTHING}".strip()
            raise AssessmentError.because(first.code, where, first.message, hint) from cause
        for each in years_before(before):
            if isinstance(each, Problem) and each.code == CIRCLE:
                raise refused(CIRCLE, each.where, each.message, each.hint)
        yield before


def _made(folder: Path, found: Next, brought: _Brought, *, with_files: bool) -> tuple[Asking, ...]:
    """Make the assessment, and say how many of its questions come with last year's answers."""

    def fill(partial: Path) -> list[Any]:
        if with_files:
            _put_files(brought, partial)
        return brought.events

    values = settings_values(found.settings)
    create(folder, values, found.pinned, command="rollover", bring=fill)
    made = open_assessment(folder)
    # NOTE: last year is in memory already, and is the same read from where previous leads
    made.beside.last_years[found.settings.previous or ""] = found.before
    return tuple(_asking(made))


def _asking(made: Assessment) -> Iterator[Asking]:
    to_confirm = {
        key
        for key, offers in offers_for(made).items()
        if any(each.kind is OfferKind.EARLIER for each in offers)
    }
    again = past_to(made).keys() - to_confirm
    for ref, framework in made.frameworks.items():
        asked: set[StatementKey] = {
            statement_key(each, indicator)
            for each in all_asked({ref: framework}, made.contents.settings)
            for indicator in each.outcome.asked
        }
        yield Asking(ref, len(asked), len(asked & to_confirm), len(asked & again))


def _came(found: Next, brought: _Brought) -> Iterator[str]:
    settings = found.settings
    systems = counted(len(settings.all_scopes) - 1, "system or service", "systems and services")
    people = counted(len(settings.everybody), "person", "people")
    yield f"{systems}, {people} with what they are asked"
    if settings.left_out:
        yield f"{counted(len(settings.left_out), 'thing')} left out, each with its reason"
    sets = ", ".join(f"{each.ref} ({each.profile})" for each in settings.frameworks)
    yield f"Control sets and targets: {sets}"
    yield f"Themes {settings.themes}{' and the ambition' if settings.ambition else ''}"
    yield from found.came
    if settings.certificates:
        yield counted(len(settings.certificates), "certificate")
    for references, noun, how in (
        (brought.actions, "open action", "with their numbers and history"),
        (brought.evidence, "item", "of evidence still in date"),
    ):
        if references:
            yield f"{counted(len(references), noun)} {how}: {', '.join(references)}"


def _notes(before: Assessment) -> Iterator[Problem]:
    """Say what is unfinished about last year's assessment; none of it stands in the way."""

    def note(code: str, message: str, hint: str) -> Problem:
        return Problem.note(code, "last year", message, hint)

    open_ones = conflicts(before)
    if open_ones:
        yield note(
            "conflicts-open",
            f"{counted(len(open_ones), 'difference')} between people "
            f"{'was' if len(open_ones) == 1 else 'were'} never decided.",
            "What each said stands beside the question; none of it can be confirmed.",
        )
    approvals = approvals_of(before.state)
    if not approvals:
        yield note(
            "never-approved",
            "Nobody approved it.",
            "Its figures are shown as last year's all the same.",
        )
    elif all(each.fingerprint != before.fingerprint for each in approvals):
        yield note(
            "changed-since",
            "It was changed since it was approved.",
            "Figures are those that were approved; answers, actions and evidence those of now.",
        )
    yield from (replace(e, where=f"last year, {e.where}") for e in before.notes if e.where)


def rolled_over_json(found: RolledOver) -> Json:
    """Give ``rollover --json``."""
    return {
        "schema": 1,
        "folder": found.folder.as_posix(),
        "period": found.period,
        "before": found.before,
        "came": list(found.came),
        "actions": list(found.actions),
        "evidence": list(found.evidence),
        "left": [{"what": each.what, "why": each.why} for each in found.left],
        "questions": [
            {
                "framework": each.framework,
                "questions": each.questions,
                "confirm": each.confirm,
                "asked_again": each.again,
            }
            for each in found.asking
        ],
        "notes": [str(each) for each in found.notes],
    }


# What goes on

_ASK = "ask for it anew"


def _bring(found: Next, on: datetime.date) -> _Brought:
    """Give what goes on in the new assessment.

    Args:
        found: this year's settings, and how they follow from last year's.
        on: today, by which evidence is in date.
    """
    brought = _Brought()
    origin = _origin_of(found.before)
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


def _origin_of(assessment: Assessment) -> str:
    """Name an assessment: ``Northport Council, 2025``."""
    settings = assessment.contents.settings
    return f"{settings.organisation}, {settings.period}"


def _named(found: Next, brought: _Brought, person: str) -> str:
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


def _actions(found: Next, brought: _Brought, origin: str) -> None:
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
    found: Next, brought: _Brought, action: Action, now: dict[str, Any], origin: str
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


def _evidence(found: Next, brought: _Brought, origin: str, on: datetime.date) -> None:
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


def _item(found: Next, brought: _Brought, item: Item, origin: str) -> Iterator[Event]:
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


def _put_files(brought: _Brought, folder: Path) -> None:
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
