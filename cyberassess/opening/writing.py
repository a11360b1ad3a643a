"""Writing to an assessment: under its lock, with what was changed by hand recorded first."""

import contextlib
import datetime
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cyberassess.disk.segments import LedgerFolder, Reading, as_lines, new_text, single_head
from cyberassess.disk.settings_file import interrupted, put_back, replacing
from cyberassess.disk.workspace import Contents, Workspace, unfit_settings, with_key
from cyberassess.domain.assessment import Assignment, Person, PersonId, Scope, Settings
from cyberassess.domain.people.naming import RENAMED, Renaming, folded, goes_by
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.hashes import Json, segment_hash
from cyberassess.domain.record.ledger import Fold, fold
from cyberassess.domain.record.segment import Segment
from cyberassess.errors import AssessmentError, BusyError, Problem, mention, offer, wrote
from cyberassess.opening.assessment import (
    Assessment,
    about_renamings,
    differences,
    open_assessment,
    read_assessment,
)
from cyberassess.version import __version__

UNTOUCHED = "Nothing was changed."


def now() -> str:
    """Give the time as the ledger writes it: ISO 8601 in UTC, to the second."""
    moment = datetime.datetime.now(tz=datetime.UTC)  # noqa: TID251 - the one place
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def mention_clock(segments: Sequence[Segment]) -> None:
    """Say it where this computer's clock is behind the last entry: what is written looks older."""
    moment = now()
    last = max((time for each in segments for time in each.times), default="")
    if moment < last:
        mention(
            Problem.note(
                "clock-behind",
                "ledger",
                f"This computer's clock says {moment}, and the last entry is of {last}.",
                "One of the two clocks is wrong. What is written now is dated by this one: look "
                "at the date and time of this computer.",
            )
        )


def settings_event(
    recorded: Mapping[str, str | None], flat: Mapping[str, str], also: Iterable[str] = ()
) -> happened.Settings | None:
    """Give the event that records how the settings changed, or ``None``.

    Args:
        also: keys that are recorded whether they changed or not.

    Raises:
        AssessmentError: where a new value holds characters that nobody sees.
    """
    unfit = unfit_settings(recorded, flat)
    if unfit:
        raise AssessmentError(*unfit)
    changed = list(dict.fromkeys([*differences(recorded, flat), *also]))
    if not changed:
        return None
    return happened.Settings(
        changes=[
            happened.Setting(key=key, old=recorded.get(key), new=flat.get(key)) for key in changed
        ]
    )


@dataclass
class Writing:
    """A writing command under way, under the lock."""

    assessment: Assessment
    actor: Person
    command: str
    folder: LedgerFolder
    pending: list[Event] = field(default_factory=list)
    """Events that go before the next ones: changed settings, people met."""
    folding: Fold | None = None
    """What the segments were folded into; made when the first is written, if it is not there."""
    listing: Mapping[str, int] = field(default_factory=dict)
    """The ledger's files as this session knows them."""

    def header(self) -> dict[str, Json]:
        """Give what a segment's first line says besides its parents."""
        return {
            "actor": {
                "id": str(self.actor.id),
                "name": new_text(self.actor.name),
                "role": self.actor.role,
            },
            "command": self.command,
            "time": now(),
            "tool": __version__,
        }

    def write(self, events: Sequence[Event]) -> None:
        """Write one segment, and see the assessment with it.

        Raises:
            AssessmentError: where it cannot be written; the ledger is as before.
        """
        lines = [*self.pending, *events]
        if not lines:
            return
        reading = self.assessment.reading
        segment = self.append(lines, single_head(reading.segments))
        self.pending.clear()
        if self.folding is None:
            self.folding = Fold(reading.segments)
        self.folding.add(segment)
        segments = (*reading.segments, segment)
        self.assessment = replace(
            self.assessment,
            reading=Reading(segments, reading.notes),
            state=self.folding.state(),
            renamings=(),
        )

    def append(self, events: Sequence[Event], parent: Segment) -> Segment:
        """Put a segment of these events on top of another."""
        return self.folder.append(self.header(), as_lines(events), [parent])

    def meet(self, name: str) -> PersonId:
        """Give the id of a person, known or met now (an event is pending then)."""
        wanted = folded(name)
        state = self.assessment.state
        for person in self.assessment.contents.settings.everybody:
            if goes_by(person, name):
                return person.id
        for met in state.met.values():
            if folded(met.name) == wanted:
                return state.names.same.get(met.id, met.id)
        for record in state.register(RENAMED):
            if folded(str(record.fields.get("from", ""))) == wanted:
                return PersonId(record.key[0])
        for event in self.pending:
            if isinstance(event, happened.Met) and folded(str(event.name)) == wanted:
                return PersonId(event.person)
        fresh = PersonId(f"met-{secrets.token_hex(3)}")
        self.pending.append(happened.Met(person=fresh, name=" ".join(name.split())))
        return fresh


class Rehearsal(Writing):
    """A writing command that only says what it would do: nothing reaches the disk."""

    def append(self, events: Sequence[Event], parent: Segment) -> Segment:
        """Make the segment in memory."""
        head = {"parents": [parent.hash], **self.header()}
        lines = as_lines(events)
        found = segment_hash([head, *lines])
        return Segment("not written", parent.sequence + 1, found, head, tuple(lines))


def rehearse(folder: Path, command: str) -> Rehearsal:
    """Open an assessment to say what a command would write to it.

    Raises:
        LedgerError: where the ledger has branches, or cannot be trusted.
    """
    assessment = open_assessment(folder)
    ledger = LedgerFolder(assessment.workspace.ledger)
    single_head(assessment.reading.segments)
    return Rehearsal(assessment, assessment.contents.settings.officer, command, ledger)


class RenamedError(AssessmentError):
    """A name was changed beside somebody who has answered; somebody must say what happened."""

    renamings: tuple[Renaming, ...] = ()
    """Each with the name recorded and the name stated."""
    folder: Path
    """The assessment's."""


def need_known_names(assessment: Assessment, explained: Collection[str] = ()) -> None:
    """See that no name was changed beside somebody who has answered.

    Args:
        explained: ids of people whose new name is explained.

    Raises:
        RenamedError: where one was.
    """
    found = tuple(each for each in assessment.renamings if each.person not in explained)
    if found:
        cause = RenamedError(*about_renamings(found))
        cause.renamings, cause.folder = found, assessment.workspace.folder
        raise cause


Change = Callable[[Contents, str], str]
"""Gives ``assessment.yaml`` anew from what it holds; called under the lock."""


@contextlib.contextmanager
def writing(
    folder: Path,
    command: str,
    *,
    by: str | None = None,
    change: Change | None = None,
    after: Writing | None = None,
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Writing]:
    """Open an assessment to write to it, under its lock.

    Changed settings are recorded with the first thing that is written, or at the end. Where that
    fails, ``assessment.yaml`` is put back as it was.

    Args:
        by: ``NAME`` or ``NAME, ROLE`` of who gives the command; the officer if ``None``.
        change: called before anything is written; what it changes is written and recorded.
        renamed: why people go by the names in the settings now, keyed by their ids.
        after: the session of the same command before this one; what it read is not read again
            where nobody wrote in between.

    Raises:
        BusyError: where another command holds the lock.
        LedgerError: where the ledger has branches, or cannot be trusted.
        RenamedError: where a name was changed beside somebody who has answered.
    """
    workspace = Workspace(folder)
    contents = workspace.read() if after is None else after.assessment.contents
    ledger = LedgerFolder(workspace.ledger)
    with ledger.locked():
        ledger.tidy()
        _put_back_interrupted(workspace, ledger)
        workspace.tidy()
        if not workspace.is_as_read(contents):
            contents = workspace.read()
        text: str | None = None
        if change is not None:
            single_head(ledger.read().segments)
            text = change(contents, workspace.settings_text())
            contents = workspace.read(text)
        listing = ledger.listing()
        if after is not None and after.listing == listing:
            assessment, folding = after.assessment, after.folding
        else:
            assessment, folding = read_assessment(workspace, contents)
            if after is not None:
                assessment = replace(assessment, beside=after.assessment.beside)
        single_head(assessment.reading.segments)
        mention_clock(assessment.reading.segments)
        need_known_names(assessment, renamed)
        assessment = replace(assessment, contents=contents, renamings=())
        session = Writing(assessment, contents.settings.officer, command, ledger)
        session.folding, session.listing = folding, listing
        offer(str(folder), lambda: session.assessment.about_previous)
        changed = settings_event(assessment.state.settings, assessment.contents.flat)
        if changed is not None:
            session.pending.append(changed)
        session.pending += _renamed_events(assessment, renamed)
        if by is not None:
            session.actor = actor_of(session, by)
        with (
            contextlib.nullcontext()
            if text is None
            else replacing(workspace.folder, text, lambda: set(ledger.listing()) > set(listing))
        ):
            yield session
            session.write([])
        wrote(str(folder), lambda: session.assessment)
        session.listing = {}  # NOTE: all is written; where it cannot be listed, it is read anew
        with contextlib.suppress(OSError):
            session.listing = ledger.listing()


def _put_back_interrupted(workspace: Workspace, ledger: LedgerFolder) -> None:
    """Undo a change of the settings whose command was ended before the ledger had it."""
    before = interrupted(workspace.folder)
    if before is not None:
        recorded = fold(ledger.read().segments).settings
        if differences(recorded, workspace.read().flat):
            put_back(workspace.folder, before)


def _renamed_events(assessment: Assessment, renamed: Mapping[str, str]) -> list[Event]:
    """Give the events that say who goes by another name now."""
    settings, names = assessment.contents.settings, assessment.state.names
    return [
        happened.put(
            (person,),
            registers.Renamed(
                from_=names.now(person), to=assessment.name_of(person), reason=reason
            ),
        )
        for person, reason in renamed.items()
        if settings.person(person) is not None
    ]


def actor_of(session: Writing, by: str) -> Person:
    """Give who a command is given by, met now where nobody knows them."""
    name, _, role = by.partition(",")
    if not name.strip():
        raise AssessmentError.because(
            "no-name", "--by", "No name was given.", "Write --by 'NAME, ROLE'."
        )
    person_id = session.meet(name)
    known = session.assessment.contents.settings.person(person_id)
    return known or Person(id=person_id, name=" ".join(name.split()), role=role.strip())


def plain(model: Person | Scope | Assignment) -> dict[str, Any]:
    """Give an entry of the settings as plain values, without what is left at its default."""
    values: dict[str, Any] = model.model_dump(mode="json", exclude_defaults=True)
    return values


def change_settings(
    folder: Path,
    command: str,
    change: Callable[[Settings], dict[str, Any]],
    *,
    read: Assessment | None = None,
    by: str | None = None,
    events: Callable[[Assessment], Sequence[Event]] = lambda _: (),
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> Assessment:
    """Change ``assessment.yaml`` and record it, with events of the command's own.

    Args:
        change: gives new values for top-level keys.
        read: what the change was decided on, where it is not decided on what it is given.
        events: what else is recorded, looked up in the assessment as it was changed.
        renamed: why people go by another name now, keyed by their ids.

    Raises:
        AssessmentError: where the result would not fit together; nothing is changed.
        BusyError: where settings or ledger are others by now than those that were read.
    """

    def rewrite(contents: Contents, text: str) -> str:
        if read is not None and read.contents.sha256 != contents.sha256:
            raise _meanwhile("assessment.yaml")
        for key, value in change(contents.settings).items():
            text = with_key(text, key, value)
        return text

    with writing(folder, command, by=by, change=rewrite, renamed=renamed) as session:
        if read is not None and read.state.heads != session.assessment.state.heads:
            raise _meanwhile("ledger")
        session.write(list(events(session.assessment)))
        return session.assessment


def _meanwhile(where: str) -> BusyError:
    found, hint = "Another command changed it at this moment.", "Give this one again."
    return BusyError.because("changed-meanwhile", where, found, f"{hint} {UNTOUCHED}")
