"""Joining copies of one assessment that went apart: synced folders, conflict copies, two laptops.

What is to be done is worked out first, whole, and then done step by step, so that a dry run says
exactly what a real one does. Files come before the segments that speak of them, and parents before
their children: wherever it is interrupted, everything can be read, and doing it again ends it.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from cyberassess.disk import strict_yaml
from cyberassess.disk.files import (
    LINK,
    TEMPORARY,
    copy_whole,
    folded,
    joined,
    kind_of,
    move,
    place_for,
    read_plain,
    remove_quietly,
    sha256_of,
    sync_folder,
    walk,
)
from cyberassess.disk.segment_file import as_bytes, closed_form, is_earlier_copy
from cyberassess.disk.segments import (
    Gathered,
    LedgerFolder,
    Reading,
    about_stray,
    as_lines,
    is_open_elsewhere,
    not_writable,
    open_elsewhere,
)
from cyberassess.disk.settings_file import replacing
from cyberassess.disk.workspace import BESIDE_LEDGER, SETTINGS, Contents, Workspace, flat_settings
from cyberassess.domain.people.naming import unsettled
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.hashes import assessment_id
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.numbering import NUMBERED, renumbered, said_was
from cyberassess.domain.record.recorded import State
from cyberassess.domain.record.segment import Segment, heads_of, in_order, up_to
from cyberassess.errors import (
    AssessmentError,
    CyberassessError,
    LedgerError,
    Problem,
    counted,
    named,
    wrote,
)
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.assessment import differences as differences_recorded
from cyberassess.opening.conflicts import Conflict, conflicts
from cyberassess.opening.writing import Rehearsal, Writing, actor_of, mention_clock, settings_event
from cyberassess.steps.settle.resolving import Difference, differences

_ASIDE = "settings put aside, "
_NOTHING_CHANGED = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class SettingDiffers:
    """A value of ``assessment.yaml`` that another copy has otherwise."""

    key: str
    here: str
    there: str
    """Empty where the other copy has no such value; the same for ``here``."""
    where: str
    """The other file, or the other branch."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done, in words, and how."""

    kind: str
    """``rename``, ``remove``, ``close``, ``copy``, ``beside``, ``segment`` or ``aside``."""
    name: str
    says: str
    do: Callable[[], None]


@dataclass
class Merge:
    """What joining changes."""

    heads: tuple[str, ...] = ()
    """Names of the segments that are joined; empty where there is one head only."""
    steps: list[Step] = field(default_factory=list)
    both: ExitStack = field(default_factory=ExitStack, compare=False, repr=False)
    """Puts settings that were taken back where the ledger cannot be written."""
    settings: list[SettingDiffers] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    """Everything people and branches differ on afterwards."""
    differences: list[Difference] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.steps or self.heads or self.events)


def merge(
    folder: Path,
    other: Path | None = None,
    *,
    close_open: bool = False,
    dry_run: bool = False,
    by: str | None = None,
) -> Merge:
    """Join the branches inside a folder, and those of another copy if one is named.

    Args:
        other: another copy of the same assessment; it is only read.
        close_open: take prompts under way on another machine as ended.
        dry_run: say what would be done, and do nothing.

    Raises:
        AssessmentError: where the other folder is no copy of this assessment.
        LedgerError: where a ledger is damaged, or prompts are under way on another machine.
        BusyError: where another command is writing.
    """
    ours = Workspace(folder)
    ours.read()
    ledger = LedgerFolder(ours.ledger)
    if dry_run:
        return _plan(ours, other, close_open=close_open, by=by)[0]
    with ledger.locked():
        ledger.tidy()
        ours.tidy()
        plan, session = _plan(ours, other, close_open=close_open, by=by)
        mention_clock(session.assessment.reading.segments)
        done: list[Step] = []
        try:
            with plan.both:
                for step in plan.steps:
                    step.do()
                    done.append(step)
                if plan.heads or plan.events:
                    known = {each.key: each for each in session.assessment.reading.segments}
                    parents = [known[each] for each in session.assessment.state.heads]
                    ledger.append(session.header(), as_lines(plan.events), parents)
        except OSError as cause:
            raise _stopped(not_writable(folder, cause), plan, done) from cause
        except AssessmentError as cause:
            raise _stopped(cause, plan, done) from cause
    wrote(str(folder), lambda: open_assessment(folder))
    return plan


_SHOWN = 5
"""How many steps that were done are named."""


def _stopped(cause: AssessmentError, plan: Merge, done: Sequence[Step]) -> AssessmentError:
    """Say what was done before something could not be written; doing it again ends it."""
    done = [each for each in done if each.kind != "settings"]  # they were put back
    if not done:
        return cause
    said = named((each.says for each in done), _SHOWN, " ")
    hint = (
        f"Before that, {len(done)} of {counted(len(plan.steps), 'step')} were done: {said} "
        "Nothing was lost or overwritten. Make room, or look at the permissions, and give the "
        "command again: it does the rest."
    )
    return AssessmentError(*(replace(each, hint=hint) for each in cause.problems))


def _plan(
    ours: Workspace, other: Path | None, *, close_open: bool, by: str | None
) -> tuple[Merge, Writing]:
    """Work out what is to be done, and give the assessment as it is before the last segment."""
    plan = Merge()
    ledger = LedgerFolder(ours.ledger)
    here = ledger.gather()
    if here.problems:
        raise LedgerError(*here.problems)
    segments = _within(plan, ledger, here, close_open=close_open)
    contents = ours.read()
    if other is not None:
        theirs = _other_copy(ours, other)
        there = LedgerFolder(theirs.ledger).gather()
        _same_assessment(segments, there, theirs)
        _files(plan, ours, theirs)
        contents = _settings_file(plan, ours, theirs, contents, _base(segments, there))
        contents = _with_their_look(plan, theirs, contents)
        segments = _taken_in(plan, ledger, segments, there, theirs, close_open=close_open)
    absent = [name for _, name in here.absent if name not in {each.name for each in segments}]
    if absent:
        ledger.read()
    for copy in ours.settings_copies():
        _settings_copy(plan, ours, copy, contents.flat)
    segments = in_order(segments)
    state = fold(segments)
    assessment = Assessment(ours, contents, Reading(tuple(segments), ()), state)
    officer = contents.settings.officer
    session = Rehearsal(assessment, officer, "merge", ledger)
    if by is not None:
        session.actor = actor_of(session, by)
    heads = heads_of(segments)
    if len(heads) > 1:
        plan.heads = tuple(each.name.removesuffix(".jsonl") for each in heads)
    elif not plan.steps:
        session.pending.clear()
        plan.conflicts, plan.differences = conflicts(assessment), differences(assessment)
        return plan, session
    branched = _branched_settings(plan, state, contents.flat)
    _overruled_settings(plan, heads, segments, contents.flat)
    changed = settings_event(state.settings, _names_kept(state, contents), branched)
    plan.events = [
        *session.pending,
        *([changed] if changed else []),
        *_numbers(plan, state, heads, segments),
    ]
    after = Segment(
        "not written",
        max(each.sequence for each in heads) + 1,
        "0" * 64,
        {"parents": [each.key for each in heads], **session.header()},
        as_lines(plan.events),
    )
    joined = (*segments, after)
    final = Assessment(ours, contents, Reading(joined, ()), fold(joined))
    plan.conflicts, plan.differences = conflicts(final), differences(final)
    return plan, session


def _names_kept(state: State, contents: Contents) -> Mapping[str, str]:
    """Give the settings with each name that nobody has explained as it was recorded.

    The next writing command asks about it.
    """
    officer = contents.settings.officer.id
    return {
        **contents.flat,
        **{
            "officer.name" if each.person == officer else f"people[{each.person}].name": (
                each.recorded
            )
            for each in unsettled(state, contents.settings)
        },
    }


def _numbers(
    plan: Merge, state: State, heads: Sequence[Segment], segments: Sequence[Segment]
) -> Iterator[Event]:
    """Give other numbers to what two branches numbered alike, and say so."""
    branches = {each.key: fold(up_to(segments, each.key) or ()) for each in heads}
    for (kind, *key), number in renumbered(state, branches):
        name = NUMBERED[kind].format(number.number)
        message = f"Two copies gave one number to different things: one is {name} now."
        hint = f"It is shown with what it {said_was(kind, number)}."
        plan.notes.append(Problem.note("renumbered", name, message, hint))
        anew = registers.Numbering(number=number.number, was=list(number.was))
        yield happened.put((kind, *key), anew)


# Inside the folder


def _within(
    plan: Merge, ledger: LedgerFolder, here: Gathered, *, close_open: bool
) -> list[Segment]:
    """Put strays back, and close what was left open."""
    for stray in here.strays:
        path = ledger.folder / stray.name
        if stray.unreadable:
            plan.notes.append(about_stray(stray, path))
        if stray.segment is None:
            continue
        if stray.twin:
            if stray.same_bytes:
                says = f"Remove ledger/{stray.name}: byte for byte {stray.twin}."
                plan.steps.append(Step("remove", stray.name, says, partial(remove_quietly, path)))
            continue
        target = path.with_name(stray.segment.name)
        says = f"Rename ledger/{stray.name} back to {target.name}."
        plan.steps.append(Step("rename", stray.name, says, _renaming(path, target)))
    for each in here.earlier:
        says = f"Remove ledger/{each.name}: the finished file holds all of it."
        plan.steps.append(
            Step("remove", each.name, says, partial(remove_quietly, ledger.folder / each.name))
        )
    found = [each.segment for each in here.strays if each.segment and not each.twin]
    segments = [*here.segments, *found]
    return [_closed(plan, ledger, each, close_open=close_open) for each in segments]


def _closed(plan: Merge, ledger: LedgerFolder, segment: Segment, *, close_open: bool) -> Segment:
    if segment.hash:
        return segment
    if is_open_elsewhere(segment):
        if not close_open:
            raise LedgerError(open_elsewhere(segment))
        final = closed_form(segment)
        says = (
            f"Close ledger/{segment.name} as {final.name}: "
            f"{counted(len(segment.events), 'event')} from another machine."
        )
        plan.steps.append(Step("close", segment.name, says, lambda: ledger.close(segment)))
    return closed_form(segment)


def _renaming(path: Path, target: Path) -> Callable[[], None]:
    def rename() -> None:
        move(path, target)
        sync_folder(path.parent)

    return rename


# Another copy


def _other_copy(ours: Workspace, other: Path) -> Workspace:
    theirs = Workspace(other)
    if not theirs.ledger.is_dir() or theirs.ledger.is_symlink():
        raise AssessmentError.because(
            "no-assessment",
            str(other),
            "There is no ledger in this folder, so it is no copy of the assessment.",
            f"Name the folder that holds assessment.yaml and ledger. {_NOTHING_CHANGED}",
        )
    if theirs.ledger.samefile(ours.ledger):
        raise AssessmentError.because(
            "same-folder",
            str(other),
            "This is the assessment itself, not another copy of it.",
            "To join branches inside it, leave the folder out: cyberassess merge. "
            f"{_NOTHING_CHANGED}",
        )
    return theirs


def _base(segments: Sequence[Segment], there: Gathered) -> State:
    """Give the state both copies share."""
    common = {each.hash for each in there.segments if each.hash}
    return fold([each for each in segments if each.hash in common])


def _seed_of(segments: Sequence[Segment]) -> str:
    found = (str(each.header["seed"]) for each in segments if "seed" in each.header)
    return assessment_id(next(found, ""))


def _same_assessment(segments: Sequence[Segment], there: Gathered, theirs: Workspace) -> None:
    if there.problems:
        raise LedgerError(
            *(
                Problem(
                    each.code,
                    f"{theirs.folder.name}/{each.where}",
                    each.message,
                    "The other copy is damaged: cyberassess recover, in that folder, makes one "
                    f"that can be merged. {_NOTHING_CHANGED}",
                )
                for each in there.problems
            )
        )
    if _seed_of(segments) == _seed_of(there.segments):
        return
    name = theirs.folder.name
    values = _read_flat(theirs.folder / SETTINGS)[0]
    title = ", ".join(filter(None, (values.get("organisation"), values.get("period"))))
    raise AssessmentError.because(
        "another-assessment",
        str(theirs.folder),
        f"It is another assessment{f': {title}' if title else ''}, not a copy of this one.",
        f"Only copies that began as one can be joined. Was {name} made with new? Its answers "
        f"come over by receiving its questionnaires here. {_NOTHING_CHANGED}",
    )


def _files(plan: Merge, ours: Workspace, theirs: Workspace) -> None:
    """Copy what is missing; what differs under one name is kept beside."""
    planned: set[str] = set()
    for name in (*theirs.loose(), *_names(plan, theirs.folder)):
        try:
            source, target = joined(theirs.folder, name), joined(ours.folder, name)
            # NOTE: two names of theirs may be one here, where case does not tell files apart
            is_first = folded(name) not in planned
            planned.add(folded(name))
            if is_first and not target.exists():
                plan.steps.append(Step("copy", name, f"Copy {name}.", _copying(source, target)))
                continue
            theirs_hash = sha256_of(source)
            if target.exists() and theirs_hash == sha256_of(target):
                continue
            beside, is_there = place_for(theirs_hash, _beside(target))
        except AssessmentError as cause:
            plan.notes += [replace(each, code="not-copied") for each in cause.problems]
            continue
        except OSError as cause:
            plan.notes.append(_not_copied(name, f"It cannot be read: {cause.strerror}."))
            continue
        if not is_there:
            says = f"Keep the other copy's {name} beside ours, as {beside.name}."
            plan.steps.append(Step("beside", name, says, _copying(source, beside)))


def _beside(target: Path) -> Callable[[str], Path]:
    return lambda mark: target.with_name(f"{target.stem}, other copy {mark}{target.suffix}")


def _with_their_look(plan: Merge, theirs: Workspace, contents: Contents) -> Contents:
    """Give the settings with the look that is copied, so that it is recorded as it will stand."""
    copied = {f"file:{each.name}" for each in plan.steps if each.kind == "copy"}
    brought = {key: value for key, value in theirs.house_style().items() if key in copied}
    return replace(contents, flat={**contents.flat, **brought}) if brought else contents


def _names(plan: Merge, root: Path) -> Iterator[str]:
    """Name every file in the folders of a copy; what is no plain file is named and left."""
    for top in BESIDE_LEDGER:
        folder = root / top
        if folder.is_symlink():
            plan.notes.append(_not_copied(top, f"It is {LINK}."))
        elif folder.is_dir():
            for path, what in walk(folder):
                name = path.relative_to(root).as_posix()
                if what:
                    plan.notes.append(_not_copied(name, f"It is {what}."))
                elif not path.name.endswith(TEMPORARY):
                    yield name


def _not_copied(name: str, found: str) -> Problem:
    return Problem(
        "not-copied", name, f"{found} So it is in the other copy.", "It was left there."
    )


def _copying(source: Path, target: Path) -> Callable[[], None]:
    def copy() -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_whole(source, target)

    return copy


def _taken_in(
    plan: Merge,
    ledger: LedgerFolder,
    segments: Sequence[Segment],
    there: Gathered,
    theirs: Workspace,
    *,
    close_open: bool,
) -> list[Segment]:
    """Add the segments we do not have, parents first, each as its own bytes."""
    known = {each.hash for each in segments}
    found = [*there.segments, *(e.segment for e in there.strays if e.segment and not e.twin)]
    names = {e.segment.name: e.name for e in there.strays if e.segment}
    added: list[Segment] = []
    for each in sorted(found, key=lambda segment: (segment.sequence, segment.key)):
        if each.hash in known or any(is_earlier_copy(each, other) for other in segments):
            continue
        if is_open_elsewhere(each) and not close_open:
            raise LedgerError(open_elsewhere(each))
        final = closed_form(each)
        if final.hash in known or not (each.hash or each.events):
            continue
        path = theirs.ledger / names.get(each.name, each.name)
        data = read_plain(path) if each.hash else as_bytes(final)
        events = counted(len(final.events), "event")
        says = f"Copy ledger/{final.name}: {final.header.get('command', '')}, {events}."
        plan.steps.append(Step("segment", final.name, says, partial(ledger.put, final.name, data)))
        known.add(final.hash)
        added.append(final)
    return [*segments, *added]


# Settings


def _read_flat(path: Path) -> tuple[dict[str, str], bytes]:
    """Give a settings file's values keyed by path, as far as they can be read, and its bytes."""
    try:
        data = read_plain(path) if not kind_of(path.lstat()) else b""
    except OSError:
        return {}, b""
    return flat_settings(strict_yaml.read_text(data, path.name).value), data


def _compare(plan: Merge, flat: Mapping[str, str], theirs: Mapping[str, str], where: str) -> None:
    for key in dict.fromkeys([*flat, *theirs]):
        if _is_file(key):
            continue
        here, there = flat.get(key, ""), theirs.get(key, "")
        if here != there:
            plan.settings.append(SettingDiffers(key, here, there, where))


def _settings_file(
    plan: Merge, ours: Workspace, theirs: Workspace, contents: Contents, base: State
) -> Contents:
    """Say which copy's settings count, and keep the other's beside.

    Where only one side changed them since the copies went apart, that side's count; where both
    did, ours do, and each difference is said.
    """
    path = theirs.folder / SETTINGS
    flat, data = _read_flat(path)
    if not data or data == read_plain(ours.folder / SETTINGS):
        return contents
    recorded = {key: value for key, value in base.settings.items() if not _is_file(key)}
    if not differences_recorded(recorded, flat):
        return contents
    changed_here = differences_recorded(base.settings, contents.flat)
    taken = None if changed_here else _usable(theirs, contents)
    if taken is not None:
        own = read_plain(ours.folder / SETTINGS)
        _compare(plan, flat, contents.flat, "assessment.yaml as it was here")
        _put_aside(plan, ours, ours.folder / SETTINGS, own, f"Keep our {SETTINGS}")
        says = f"Take the other copy's {SETTINGS}: it was changed there, and not here."
        plan.steps.append(Step("settings", SETTINGS, says, _taking(plan, ours, data.decode())))
        return taken
    _put_aside(plan, ours, path, data, f"Keep the other copy's {SETTINGS}")
    _compare(plan, contents.flat, flat, "the other copy")
    return contents


def _taking(plan: Merge, ours: Workspace, text: str) -> Callable[[], None]:
    """Take other settings, and put ours back where the copies are not joined after all."""
    ledger = LedgerFolder(ours.ledger)

    def take() -> None:
        before = fold(ledger.read().segments).heads

        def is_joined() -> bool:
            now = fold(ledger.read().segments).heads
            return len(now) == 1 and now != before

        plan.both.enter_context(replacing(ours.folder, text, is_joined))

    return take


def _is_file(key: str) -> bool:
    return key.startswith("file:")


def _usable(theirs: Workspace, contents: Contents) -> Contents | None:
    """Give the other copy's settings where they fit the files that lie here."""
    try:
        found = theirs.read()
    except CyberassessError:
        return None
    pinned = [key for key in found.flat if _is_file(key) or key.endswith("].sha256")]
    differ = any(contents.flat.get(key, found.flat[key]) != found.flat[key] for key in pinned)
    return None if differ else found


def _settings_copy(plan: Merge, ours: Workspace, path: Path, flat: Mapping[str, str]) -> None:
    """Put a conflict copy of our settings aside, under a name that nothing takes for one."""
    theirs, data = _read_flat(path)
    if data == read_plain(ours.folder / SETTINGS):
        says = f"Remove {path.name}: byte for byte assessment.yaml."
        plan.steps.append(Step("remove", path.name, says, partial(remove_quietly, path)))
        return
    _compare(plan, flat, theirs, path.name)
    target = _aside(ours, data)[0]
    says = f"Put {path.name} aside as {target.name}."
    plan.steps.append(Step("aside", path.name, says, _renaming(path, target)))


def _aside(ours: Workspace, data: bytes) -> tuple[Path, bool]:
    sha256 = hashlib.sha256(data).hexdigest()
    return place_for(sha256, lambda mark: ours.folder / f"{_ASIDE}{mark}.yaml")


def _put_aside(plan: Merge, ours: Workspace, path: Path, data: bytes, what: str) -> None:
    target, is_there = _aside(ours, data)
    if not is_there:
        says = f"{what} beside, as {target.name}."
        plan.steps.append(Step("aside", path.name, says, _copying(path, target)))


def _branched_settings(plan: Merge, state: State, flat: Mapping[str, str]) -> list[str]:
    """Give the settings branches recorded differently; what stands in the file counts."""
    keys: list[str] = []
    said = {(each.key, each.there) for each in plan.settings}
    for each in state.differing:
        key = each.what.removeprefix("the setting ")
        if key == each.what:
            continue
        keys.append(key)
        here = flat.get(key, "")
        for value in each.values:
            if (
                value.text != here
                and (key, value.text) not in said
                and not key.startswith("file:")
            ):
                plan.settings.append(SettingDiffers(key, here, value.text, "the other branch"))
    return keys


def _overruled_settings(
    plan: Merge, heads: Sequence[Segment], segments: Sequence[Segment], flat: Mapping[str, str]
) -> None:
    """Say what one branch changed and the file, which is the other branch's, does not have."""
    if len(heads) == 1:
        return
    recorded = [fold(up_to(segments, each.hash) or ()).settings for each in heads]
    state = fold(segments)
    said = {each.key for each in plan.settings}
    for key in differences_recorded(state.settings, flat):
        known = any(each.get(key) == flat.get(key) for each in recorded)
        if known and key not in said and not _is_file(key):
            there = state.settings.get(key) or ""
            plan.settings.append(SettingDiffers(key, flat.get(key, ""), there, "the other branch"))
