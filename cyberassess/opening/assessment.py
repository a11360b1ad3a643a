"""An open assessment: everything its folder says, and what follows from it."""

import contextlib
import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from cyberassess.disk.evidence import is_safe
from cyberassess.disk.framework_yaml import Shelf
from cyberassess.disk.segments import LedgerFolder, Reading
from cyberassess.disk.settings_file import interrupted
from cyberassess.disk.workspace import Contents, Workspace
from cyberassess.domain.assessment import ScopeId, Settings
from cyberassess.domain.people.naming import (
    Renaming,
    as_recorded,
    folded,
    name_of,
    unsettled,
)
from cyberassess.domain.record import registers
from cyberassess.domain.record.approval import fingerprint, speaks
from cyberassess.domain.record.evidence import Register, register_of
from cyberassess.domain.record.ledger import Fold, fold
from cyberassess.domain.record.recorded import Origin, State
from cyberassess.domain.record.segment import Segment, up_to
from cyberassess.domain.result.counting import Names
from cyberassess.domain.result.scoring import Scorecard, score
from cyberassess.domain.result.theme_maturity import ThemeScore, by_rule
from cyberassess.domain.sets.framework import Framework, FrameworkRef, Profile, Rule, Target
from cyberassess.domain.sets.theming import Moved, moved
from cyberassess.errors import (
    CyberassessError,
    Problem,
    Severity,
    counted,
    offer,
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
    numbers: dict[str, int] = field(default_factory=dict)
    """By kind the first number that nothing of the years before had; see ``next_free``."""


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
            return None, _unusable(ours, f"cannot be read: {before.problems[0]}".rstrip("."))
        theirs = before.contents.settings
        wrong = _why_not(ours, self.state, theirs, before.state)
        return (None, wrong) if wrong else (before, _anothers(ours, theirs))

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
        return self.contents.settings.title_of(scope)

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
    found, _ = read_assessment(workspace, workspace.read())
    before = interrupted(folder)
    # NOTE: the next command that writes puts them back, so until then they count for nothing
    if before is not None and differences(found.state.settings, found.contents.flat):
        with contextlib.suppress(FileNotFoundError):
            return read_assessment(workspace, workspace.read(before.read_text("utf-8")))[0]
    return found


def read_assessment(workspace: Workspace, contents: Contents) -> tuple[Assessment, Fold]:
    """Read a ledger beside what the settings say; people keep the names they answered under."""
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


# The assessment before this one

PREVIOUS = registers.Previous.kind
"""The register of the assessment before this one."""


def _why_not(ours: Settings, state: State, theirs: Settings, before: State) -> Problem | None:
    """Say why an assessment cannot be the one before this one; ``None`` where it can.

    Args:
        ours: the settings of this one, and ``state``.
        theirs: the settings of the other, and ``before``, its state.
    """
    recorded = state.record(PREVIOUS, ours.previous or "")
    if before.assessment == state.assessment and theirs.period == ours.period:
        return _unusable(ours, "is this assessment itself, or a copy of it")
    if recorded is not None and recorded.fields["assessment"] != before.assessment:
        return _unusable(
            ours,
            f"is not the assessment it was when last used: it is that of {theirs.organisation} "
            f"for {theirs.period} now",
        )
    return None


def _unusable(ours: Settings, found: str) -> Problem:
    """Say what is wrong with the folder ``previous`` names, and what to do."""
    return Problem.note(
        "previous-unreadable",
        "assessment.yaml, previous",
        f'Last year cannot be read. "{ours.previous}" {found}.',
        "Correct previous: the folder of last year's assessment, as seen from this one; or take "
        "the line out. Until then this year is shown without last year beside it.",
    )


def _anothers(ours: Settings, theirs: Settings) -> Problem | None:
    """Say that last year's assessment is of another organisation; ``None`` where it is not."""
    if folded(theirs.organisation) == folded(ours.organisation):
        return None
    return Problem.note(
        "previous-other",
        "assessment.yaml, previous",
        f'"{ours.previous}" is an assessment of {theirs.organisation}, not of '
        f"{ours.organisation}.",
        "It is used all the same. If it is the wrong one, correct previous.",
    )


# The organisation's own themes


def moved_outcomes(assessment: Assessment) -> Mapping[FrameworkRef, tuple[Moved, ...]]:
    """Give the outcomes the organisation placed otherwise, for each control set that has some."""
    default, own = assessment.contents.default_themes, assessment.contents.themes
    if default is None:
        return {}
    found = {ref: moved(default, own, each) for ref, each in assessment.frameworks.items()}
    return {ref: each for ref, each in found.items() if each}


def default_scores(assessment: Assessment) -> tuple[ThemeScore, ...]:
    """Give what themes would score by the default's placing, where the organisation's differs.

    It is empty for a control set of which nothing was placed otherwise.
    """
    default = assessment.contents.default_themes
    refs = moved_outcomes(assessment)
    if default is None or not refs:
        return ()
    return score(
        {ref: each for ref, each in assessment.frameworks.items() if ref in refs},
        assessment.contents.settings,
        assessment.state,
        targets=assessment.targets,
        themes=default,
        on=assessment.on,
    ).themes
