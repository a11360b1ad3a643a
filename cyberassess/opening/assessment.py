"""Opening an assessment, to read it or to write to it."""

import contextlib
import datetime
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from cyberassess.disk.evidence import is_safe
from cyberassess.disk.framework_yaml import Shelf
from cyberassess.disk.segments import LedgerFolder, Reading, as_lines, new_text, single_head
from cyberassess.disk.settings_file import interrupted, put_back, replacing
from cyberassess.disk.workspace import Contents, Workspace, unfit_settings
from cyberassess.domain.assessment import Person, PersonId, ScopeId
from cyberassess.domain.people.naming import (
    RENAMED,
    Renaming,
    as_recorded,
    folded,
    goes_by,
    name_of,
    unsettled,
)
from cyberassess.domain.record import happened
from cyberassess.domain.record.approval import fingerprint, speaks
from cyberassess.domain.record.evidence import Register, register_of
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.hashes import Json, segment_hash
from cyberassess.domain.record.ledger import Fold, fold
from cyberassess.domain.record.recorded import Origin, State
from cyberassess.domain.record.segment import Segment, up_to
from cyberassess.domain.result.counting import Names
from cyberassess.domain.result.scoring import Scorecard, score
from cyberassess.domain.result.theme_maturity import by_rule
from cyberassess.domain.sets.framework import Framework, FrameworkRef, Profile, Rule, Target
from cyberassess.errors import (
    AssessmentError,
    CyberassessError,
    Problem,
    Severity,
    counted,
    mention,
    offer,
    wrote,
)
from cyberassess.opening.last_year import anothers, unusable, why_not
from cyberassess.version import __version__


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


@dataclass(frozen=True, slots=True)
class Beside:
    """What was read beside an assessment; it stays the same whatever is written meanwhile."""

    last_years: dict[str, "Assessment | CyberassessError"] = field(default_factory=dict)
    """Keyed by the folder as the settings name it."""
    states: dict[str, State] = field(default_factory=dict)
    """Earlier states of the same ledger, keyed by head."""
    sets: dict[FrameworkRef, Framework] = field(default_factory=dict)
    """Sets that were used before another version took their place."""


@dataclass(frozen=True)
class Assessment:
    """An assessment as it stands."""

    workspace: Workspace
    contents: Contents
    reading: Reading
    state: State
    renamings: tuple[Renaming, ...] = ()
    """Names in ``assessment.yaml`` that are not those people answered under; what is read shows
    the recorded ones until somebody says what happened."""
    beside: Beside = field(default_factory=Beside, compare=False, repr=False)

    def at(self, head: str) -> "Assessment | None":
        """Give the assessment as it stood at a head of its ledger, by the settings of now.

        ``None`` where the head is unknown.
        """
        segments = up_to(self.reading.segments, head)
        if segments is None:
            return None
        if head not in self.beside.states:
            self.beside.states[head] = fold(segments)
        return replace(
            self,
            reading=Reading(tuple(segments), self.reading.notes),
            state=self.beside.states[head],
        )

    @property
    def previous(self) -> "Assessment | None":
        """The assessment before this one; ``None`` where there is none, or it cannot be used."""
        return self._previous[0]

    @property
    def about_previous(self) -> Problem | None:
        """Why last year cannot be used, or whose it is where it is another's: a note.

        This year's assessment stands on its own.
        """
        return self._previous[1]

    @cached_property
    def _previous(self) -> "tuple[Assessment | None, Problem | None]":
        ours = self.contents.settings
        if not ours.previous:
            return None, None
        before = self.beside.last_years.get(ours.previous)
        if before is None:
            try:
                before = open_last(self.workspace.beside(ours.previous))
            except CyberassessError as cause:
                before = cause
            self.beside.last_years[ours.previous] = before
        if isinstance(before, CyberassessError):
            return None, unusable(ours, f"cannot be read: {before.problems[0]}".rstrip("."))
        theirs = before.contents.settings
        wrong = why_not(ours, self.state, theirs, before.state)
        return (None, wrong) if wrong else (before, anothers(ours, theirs))

    @property
    def frameworks(self) -> Mapping[FrameworkRef, Framework]:
        """The pinned control sets, in the order of the settings."""
        return self.contents.frameworks

    @cached_property
    def targets(self) -> dict[FrameworkRef, Target]:
        """The target of each framework that has one."""
        return {
            ref: profile.targets[ref]
            for ref, profile in self.contents.profiles.items()
            if profile is not None
        }

    @property
    def profiles(self) -> Mapping[FrameworkRef, Profile | None]:
        """The profile chosen for each framework."""
        return self.contents.profiles

    @cached_property
    def card(self) -> Scorecard:
        """Everything that follows from the answers."""
        return self.card_by({})

    def card_by(self, rules: Mapping[FrameworkRef, Rule]) -> Scorecard:
        """Give everything that follows from the answers by other versions of some rules."""
        renewed = {
            ref: by_rule(framework, rules.get(ref, framework.rule))
            for ref, framework in self.frameworks.items()
        }
        return score(
            renewed,
            self.contents.settings,
            self.state,
            targets=self.targets,
            themes=self.contents.themes,
            on=self.on,
        )

    @cached_property
    def superseded(self) -> tuple[str, ...]:
        """What to say of results by a rule or by words that were corrected since."""
        themes = self.contents.themes
        title = themes.theme(themes.headline).title
        by_rule = [each.sentence(themes.headline, title) for each in self.card.superseded]
        return (*by_rule, *self.corrected)

    @cached_property
    def corrected(self) -> tuple[str, ...]:
        """What to say of results by words that were corrected since, a sentence or two a set."""
        shelf, sentences = Shelf(), []
        for framework in self.frameworks.values():
            shelved = shelf.later(framework)
            later = shelved.framework.corrections if shelved else ()
            said = [each.about for each in later if each.revision > framework.revision]
            if said:
                sentences.append(
                    f"These results of {framework.short_title} rest on revision "
                    f"{framework.revision} of its questions, which was corrected since. "
                    f"{' '.join(said)}"
                )
        return tuple(sentences)

    @cached_property
    def on(self) -> datetime.date:
        """The date of the last entry that a document may show: what documents are dated by."""
        speaking = (each for each in self.reading.segments if speaks(each))
        last = max(time for each in speaking for time in each.times)
        return datetime.date.fromisoformat(last[:10])

    @cached_property
    def opened(self) -> datetime.date:
        """The date of the first entry in the ledger."""
        times = [str(each.header.get("time", "")) for each in self.reading.segments]
        return datetime.date.fromisoformat(min(filter(None, times))[:10])

    @cached_property
    def evidence(self) -> Register:
        """The register of evidence."""
        return register_of(self.state)

    @cached_property
    def fingerprint(self) -> str:
        """What stands for everything that a document may show, changed settings included."""
        return fingerprint(self.reading.segments, self.contents.flat)

    @cached_property
    def notes(self) -> tuple[Problem, ...]:
        """What every command should mention."""
        notes = list(self.reading.notes)
        if self.state.is_branched:
            names = [segment.name.removesuffix(".jsonl") for segment in self.heads]
            notes.append(
                Problem(
                    "branches",
                    "ledger",
                    f"Two copies of this assessment went apart: {' and '.join(names)}.",
                    "Both are read; what they say differently is a conflict. "
                    "Writing commands wait until they are joined: cyberassess merge",
                )
            )
        notes += [
            Problem.note(
                "settings-copy",
                each.name,
                "It looks like a copy of assessment.yaml that a sync tool made; it is not read.",
                "To see how it differs, and put it aside: cyberassess merge",
            )
            for each in self.workspace.settings_copies()
        ]
        changed = differences(self.state.settings, self.contents.flat)
        if changed:
            notes.append(
                Problem.note(
                    "settings-differ",
                    "assessment.yaml",
                    f"{counted(len(changed), 'value')} changed since the last command that wrote.",
                    "The next one records it.",
                )
            )
        notes += [
            replace(each, severity=Severity.NOTE) for each in about_renamings(self.renamings)
        ]
        return tuple(notes)

    @property
    def heads(self) -> tuple[Segment, ...]:
        """The segments nothing was written on top of."""
        return tuple(each for each in self.reading.segments if each.key in self.state.heads)

    def name_of(self, person: str, at: Origin | None = None) -> str:
        """Give a person's name: at an event if one is given; see ``naming.name_of``."""
        return name_of(self.state, self.contents.settings, person, at)

    def place_of(self, scope: ScopeId) -> str:
        """Give a scope's title, or the id where there is none."""
        known = self.contents.settings.scope(scope)
        return known.title if known else scope

    @property
    def names(self) -> Names:
        """Give how people, places and dates are said."""
        from cyberassess.domain.calendar_words import said_date

        return Names(self.name_of, self.place_of, said_date)


def open_assessment(folder: Path) -> Assessment:
    """Read an assessment.

    Raises:
        AssessmentError: where its settings cannot be used.
        LedgerError: where its ledger cannot be trusted.
    """
    kept = _KEPT.get()
    if kept is not None and kept.workspace.folder == folder:
        return kept
    found = _open_as_it_was(folder)
    offer(str(folder), lambda: found.about_previous)
    return found


_KEPT: ContextVar[Assessment | None] = ContextVar("kept", default=None)


@contextlib.contextmanager
def kept_open(assessment: Assessment) -> Iterator[None]:
    """Have whoever looks at an assessment meanwhile take it as it was opened, and not read it."""
    token = _KEPT.set(assessment)
    try:
        yield
    finally:
        _KEPT.reset(token)


def open_last(path: Path) -> Assessment:
    """Read an earlier assessment: its folder, or a pack that was made of it.

    What a pack names from its folder is looked for beside the pack.
    """
    if not path.is_file():
        return _open_as_it_was(path)
    from cyberassess.disk.pack import unpacked

    with unpacked(path) as (scratch, _):
        return replace(_open_as_it_was(scratch), workspace=Workspace(path.with_suffix("")))


@contextlib.contextmanager
def open_pack(path: Path) -> Iterator[Assessment]:
    """Read the assessment that lies in a pack for a moment, with its evidence files."""
    from cyberassess.disk.pack import unpack, unpacked

    with unpacked(path) as (scratch, checked):
        found = open_assessment(scratch)
        lying = {sha256: name for name, sha256 in checked.hashes.items() if _EVIDENCE in name}
        names = {
            lying[each.sha256]: scratch / each.stored
            for each in found.evidence.items
            if each.sha256 in lying and is_safe(each.stored)
        }
        unpack(path, names)
        yield found


_EVIDENCE = "evidence/EV-"
"""How the documents in a pack begin."""


def _open_as_it_was(folder: Path) -> Assessment:
    """Read an assessment without what a command that did not end did to its settings."""
    workspace = Workspace(folder)
    found, _ = _open(workspace, workspace.read())
    before = interrupted(folder)
    # NOTE: the next command that writes puts them back, so until then they count for nothing
    if before is not None and differences(found.state.settings, found.contents.flat):
        with contextlib.suppress(FileNotFoundError):
            return _open(workspace, workspace.read(before.read_text("utf-8")))[0]
    return found


def _open(workspace: Workspace, contents: Contents) -> tuple[Assessment, Fold]:
    reading = LedgerFolder(workspace.ledger).read()
    folding = Fold(reading.segments)
    state = folding.state()
    renamings = unsettled(state, contents.settings)
    if renamings:
        contents = replace(contents, settings=as_recorded(contents.settings, renamings))
    return Assessment(workspace, contents, reading, state, renamings), folding


def differences(recorded: Mapping[str, str | None], flat: Mapping[str, str]) -> list[str]:
    """Give the keys of the settings that are not as they were last recorded."""
    gone = [key for key, value in recorded.items() if value is not None and key not in flat]
    return [*gone, *(key for key, value in flat.items() if recorded.get(key) != value)]


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
            if isinstance(event, happened.Met) and event.name.casefold() == wanted:
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


def about_renamings(renamings: Sequence[Renaming]) -> list[Problem]:
    """Say which names were changed beside somebody who has answered, and both ways out."""
    return [
        Problem(
            "renamed",
            f"assessment.yaml, {each.person}",
            f'"{each.recorded}" has answered, and the name is "{each.stated}" now.',
            f'The same person: cyberassess people same "{each.recorded}" --renamed. '
            f'Somebody new: cyberassess people new "{each.recorded}". '
            f"Until then their answers are shown under the name {each.recorded}.",
        )
        for each in renamings
    ]


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
            assessment, folding = _open(workspace, contents)
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
            happened.Renamed(
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
