"""The ledger folder: reading, appending, the lock, and segments still open.

A segment is written to a temporary name, synced, renamed, and never changed afterwards; its name
carries its sequence and the first eight figures of its hash. The segment of prompts under way is
open: it is appended to, one synced line an answer, and whoever writes next on the same machine
closes it. All writing happens under one lock; readers never take it.
"""

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberassess.disk.files import (
    TEMPORARY,
    by_name,
    is_full,
    kind_of,
    move,
    patiently,
    read_plain,
    remove_quietly,
    remove_unfinished,
    sync_folder,
    what_to_do,
    write_whole,
)
from cyberassess.disk.machine import is_this_machine, machine_token
from cyberassess.disk.segment_file import (
    CLOSED,
    NOTHING_CHANGED,
    OPEN,
    as_bytes,
    closed_form,
    is_earlier_copy,
    read_segment,
    read_stray,
)
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.hashes import Json, canonical, segment_hash, text_field
from cyberassess.domain.record.segment import SCHEMA, Segment, heads_of, in_order
from cyberassess.errors import AssessmentError, BusyError, LedgerError, Problem, counted

LOCK = "writing.lock"
PROMPTS = "prompts-"
"""Begins the name of the lock held while a person is being asked; it keeps nobody out."""
PATIENCE = 10.0
"""Seconds a writing command waits for another one."""

_LAST = "last-"
"""How the name of the note begins in which a machine keeps the last segment it wrote."""

_LOOKS, _SURE, _PAUSE = 60, 2, 0.02
"""How often a folder is looked at while others write to it, after how many looks that miss the
same thing it is gone, and the seconds in between."""


def new_text(text: str) -> dict[str, str]:
    """Give a free text as it stands in an event, with a fresh salt."""
    return text_field(text, secrets.token_hex(16))


def as_lines(events: Iterable[Event]) -> list[Mapping[str, Json]]:
    """Give events as a segment holds them, each free text with a fresh salt."""
    return [each.as_json(new_text) for each in events]


@dataclass(frozen=True, slots=True)
class Reading:
    """The segments of a ledger, and what is worth knowing about the folder."""

    segments: tuple[Segment, ...]
    notes: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Stray:
    """A file that is not named like a segment."""

    name: str
    segment: Segment | None
    """The segment it holds, under the name it belongs to; ``None`` where it holds none."""
    twin: str
    """The segment that holds all it says; empty where none does."""
    same_bytes: bool = False
    """Whether it is that segment byte for byte."""
    unreadable: str = ""
    """Why it cannot be read; nobody knows what it holds then."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything in a ledger folder, whether or not it makes a whole ledger."""

    segments: tuple[Segment, ...]
    problems: tuple[Problem, ...]
    """Files that cannot be used."""
    strays: tuple[Stray, ...]
    earlier: tuple[Segment, ...]
    """Segments of prompts that another one holds all of."""
    absent: tuple[tuple[str, str], ...]
    """The last segment of each machine that is not there: the note's name, and the segment's."""


class LedgerFolder:
    """The folder ``ledger/`` of a workspace."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read yet."""
        self.folder = folder

    def read(self) -> Reading:
        """Read every segment and check its hash and its texts.

        Raises:
            LedgerError: with every segment that is missing, changed, damaged or too new.
        """
        gathered = self.gather()
        problems = list(gathered.problems)
        if not gathered.segments and not problems:
            problems.append(
                Problem(
                    "ledger-empty",
                    "ledger",
                    "The folder holds no ledger.",
                    "Is it still syncing? Otherwise restore it from a backup.",
                )
            )
        problems += [_absent(note, name) for note, name in gathered.absent]
        if problems:
            raise LedgerError(*problems)
        in_order(gathered.segments)
        notes = [about_stray(each, self.folder / each.name) for each in gathered.strays]
        return Reading(gathered.segments, tuple(notes))

    def gather(self) -> Gathered:
        """Read every file, and say what each is.

        Raises:
            LedgerError: where the folder itself cannot be read.
        """
        before: list[frozenset[tuple[str, str]]] = []
        for _ in range(_LOOKS):
            try:
                found = self._gather_once()
            except FileNotFoundError:
                # NOTE: another command closed an open segment between listing and reading
                before.clear()
                continue
            wanting = _wanting(found)
            if not wanting or (len(before) >= _SURE and wanting.intersection(*before)):
                return found
            before = [*before, wanting][-_SURE:]
            time.sleep(_PAUSE)
        return self._gather_once()

    def _gather_once(self) -> Gathered:
        problems: list[Problem] = []
        segments: list[Segment] = []
        strangers: list[Path] = []
        # NOTE: before the listing; a note names what was there before it was written
        noted = {
            path.name: name
            for path in by_name(self.folder.glob(f"{_LAST}*.txt"))
            if (name := _noted(path))
        }
        for path in self._paths():
            if path.suffix == ".lock" or path.name.endswith(TEMPORARY):
                continue
            if path.name.startswith(_LAST) and path.suffix == ".txt":
                continue
            if CLOSED.match(path.name) or OPEN.match(path.name):
                segment, problem = read_segment(path)
                problems += [problem] if problem is not None else []
                segments += [segment] if segment is not None else []
            else:
                strangers.append(path)
        whole, earlier = _without_earlier(segments)
        strays = _strays(strangers, whole)
        there = {each.name for each in whole} | {
            each.segment.name for each in strays if each.segment
        }
        there |= {problem.where.split("/")[-1].split(",")[0] for problem in problems}
        absent = [(note, name) for note, name in noted.items() if name not in there]
        return Gathered(tuple(whole), tuple(problems), tuple(strays), earlier, tuple(absent))

    def _paths(self) -> list[Path]:
        try:
            return by_name(self.folder.iterdir())
        except OSError as cause:
            raise LedgerError.because(
                "ledger-unreadable",
                "ledger",
                f"The folder cannot be read: {cause.strerror}.",
                NOTHING_CHANGED,
            ) from cause

    def listing(self) -> dict[str, int]:
        """Give the size of every file: where it is as before, nobody wrote in between."""
        sizes: dict[str, int] = {}
        for each in self.folder.iterdir():
            # NOTE: a lock is removed by whoever leaves the prompts, without the lock; and a
            # listing of Windows gives the size a file had when it was last closed
            if not each.name.endswith(".lock"):
                sizes[each.name] = each.stat().st_size
        return sizes

    @contextlib.contextmanager
    def locked(self, patience: float = PATIENCE) -> Iterator[None]:
        """Hold the lock that every writing command takes.

        Raises:
            BusyError: where another command holds it for longer than ``patience`` seconds.
            AssessmentError: where the folder cannot be written to.
        """
        import filelock

        lock = filelock.FileLock(self.folder / LOCK, timeout=patience)
        try:
            lock.acquire()
        except filelock.Timeout as cause:
            raise BusyError.because(
                "busy",
                "",
                "Another command is writing to this assessment.",
                f"Try again when it has finished. {NOTHING_CHANGED}",
            ) from cause
        except (OSError, NotImplementedError) as cause:
            raise not_writable(self.folder, cause) from cause
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def at_the_prompt(self, person: str) -> Iterator[tuple[str, ...]]:
        """Show that a person is being asked here; give the ids of others who are.

        It never waits and never refuses: where locks do not work nobody is told.
        """
        import filelock

        path = self.folder / f"{PROMPTS}{person}-{secrets.token_hex(4)}.lock"
        mine = filelock.FileLock(path, timeout=0)
        others: list[str] = []
        with contextlib.suppress(OSError, NotImplementedError):
            for other in by_name(self.folder.glob(f"{PROMPTS}*.lock")):
                if _is_held(other):
                    others.append(other.stem.removeprefix(PROMPTS).rpartition("-")[0])
                else:
                    remove_quietly(other)
            mine.acquire()
        try:
            yield tuple(others)
        finally:
            mine.release()
            remove_quietly(path)

    def append(
        self,
        header: Mapping[str, Json],
        events: Sequence[Mapping[str, Json]],
        parents: Sequence[Segment],
    ) -> Segment:
        """Write a segment on top of its parents; call it under the lock.

        Raises:
            AssessmentError: where it cannot be written; the ledger is as before.
            LedgerError: where a parent is still open, so that nothing can be written on top.
        """
        _need_closed(parents)
        sequence = max((parent.sequence for parent in parents), default=0) + 1
        head = {"schema": SCHEMA, "parents": [parent.hash for parent in parents], **header}
        lines = [head, *events]
        name_hash = segment_hash(lines)
        name = f"{sequence:06d}-{name_hash[:8]}.jsonl"
        data = b"".join(canonical(line) + b"\n" for line in lines)
        self.put(name, data)
        return Segment(name, sequence, name_hash, head, tuple(events))

    def put(self, name: str, data: bytes) -> None:
        """Write a whole segment under its name; call it under the lock, parents first.

        Raises:
            AssessmentError: where it cannot be written; the ledger is as before.
        """
        try:
            write_whole(self.folder / name, data)
        except OSError as cause:
            raise not_writable(self.folder, cause) from cause
        self._note_last(name)

    def _note_last(self, name: str) -> None:
        """Keep in mind what this machine wrote last, so that its loss can be noticed.

        Every machine has a note of its own: two that sync a folder never write the same file.
        """
        text = f"{name}\nThe last file this machine wrote here: so that its loss is noticed.\n"
        with contextlib.suppress(OSError):
            note = self.folder / f"{_LAST}{machine_token()}.txt"
            write_whole(note, text.encode(), durable=False)

    def tidy(self) -> None:
        """Remove what crashed commands left unfinished, and close what they left open.

        Call it under the lock. Segments opened on another machine stay: they are a branch.

        Raises:
            AssessmentError: where one cannot be closed; the ledger is as before.
        """
        remove_unfinished(self.folder)
        for path in self._paths():
            if OPEN.match(path.name):
                segment, problem = read_segment(path)
                if segment is None and problem is None:
                    remove_quietly(path)
                elif segment is not None and is_this_machine(segment.header.get("machine")):
                    self.close(segment)

    def close(self, segment: Segment) -> None:
        """Give an open segment its final name, without a torn last line; under the lock.

        Raises:
            AssessmentError: where it cannot be closed; the ledger is as before.
        """
        path = self.folder / segment.name
        if not segment.events:
            remove_quietly(path)
            return
        final, whole = closed_form(segment), as_bytes(segment)
        try:
            with patiently(lambda: path.open("r+b")) as file:
                if path.stat().st_size != len(whole):
                    file.truncate(len(whole))
                os.fsync(file.fileno())
            move(path, path.with_name(final.name))
        except OSError as cause:
            raise not_writable(self.folder, cause) from cause
        sync_folder(self.folder)
        self._note_last(final.name)

    def open_segment(self, header: Mapping[str, Json], parent: Segment) -> "OpenSegment":
        """Begin a segment that is appended to, one synced line an event; under the lock."""
        _need_closed([parent])
        head = {"schema": SCHEMA, "parents": [parent.hash], **header, "machine": machine_token()}
        name = f"{parent.sequence + 1:06d}-open-{secrets.token_hex(4)}.jsonl"
        path = self.folder / name
        try:
            write_whole(path, canonical(head) + b"\n")
        except OSError as cause:
            raise not_writable(self.folder, cause) from cause
        return OpenSegment(path)


class OpenSegment:
    """A segment that is still written to."""

    def __init__(self, path: Path) -> None:
        """Name the file; ``LedgerFolder.open_segment`` makes it."""
        self.path = path

    @property
    def is_there(self) -> bool:
        """Whether nobody has closed it yet."""
        return self.path.exists()

    def append(self, events: Sequence[Mapping[str, Json]]) -> None:
        """Add events and sync; when it returns they are safe. Call it under the lock.

        Raises:
            AssessmentError: where they cannot be written; the file is as before.
        """
        data = b"".join(canonical(event) + b"\n" for event in events)
        try:
            size = self.path.stat().st_size
        except OSError as cause:
            raise not_writable(self.path.parent, cause) from cause
        try:
            with patiently(lambda: self.path.open("ab")) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as cause:
            with contextlib.suppress(OSError):
                os.truncate(self.path, size)
            raise not_writable(self.path.parent, cause) from cause


def _is_held(path: Path) -> bool:
    """Whether some command holds a lock now."""
    import filelock

    try:
        with filelock.FileLock(path, timeout=0):
            return False
    except filelock.Timeout:
        return True


def not_writable(folder: Path, cause: BaseException) -> AssessmentError:
    """Say why a folder cannot be written to, and what to do."""
    number = getattr(cause, "errno", None)
    if is_full(cause):
        message, hint = "There is no space left on the disk.", "Make room and try again."
    else:
        reason = getattr(cause, "strerror", None) or str(cause) or "it does not support locks"
        message = f"The folder {folder.name} cannot be written to: {reason}."
        hint = what_to_do(
            cause, "Look at its permissions, or copy the assessment to a folder of your own."
        )
        if number in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
            message = f"The drive of the folder {folder.name} does not support locks: {reason}."
            hint = "Copy the assessment to a folder on this computer, and merge it back later."
    return AssessmentError.because("not-writable", "", message, f"{hint} {NOTHING_CHANGED}")


def _noted(path: Path) -> str:
    """Give the segment a note names; empty where it names none, as after a power cut."""
    try:
        first = read_plain(path).decode("utf-8").partition("\n")[0]
    except (OSError, ValueError):
        return ""
    return first if CLOSED.match(first) else ""


def _wanting(found: Gathered) -> frozenset[tuple[str, str]]:
    """Give what a look at the folder missed or could not read: a writer may have been at work."""
    known = {each.hash for each in found.segments}
    parents = {parent for each in found.segments for parent in each.parents}
    return frozenset(
        [
            *(("parent", parent) for parent in parents - known),
            *(("noted", name) for _, name in found.absent),
            *((each.code, each.where) for each in found.problems),
        ]
    )


def _absent(note: str, name: str) -> Problem:
    return Problem(
        "segment-missing",
        f"ledger/{name}",
        f"The file is not there, though {note} names it as the last one a machine wrote.",
        "Is the folder still syncing? Wait for the file, or copy it from the other machine or a "
        f"backup. If it is lost: cyberassess recover. {NOTHING_CHANGED}",
    )


def _need_closed(parents: Sequence[Segment]) -> None:
    """Refuse to write on top of a segment whose hash is not known yet: it could not be read."""
    problems = [
        Problem(
            "segment-open",
            f"ledger/{each.name}",
            "Prompts that were interrupted left this file open, and it could not be closed now.",
            f"Give the command again. {NOTHING_CHANGED}",
        )
        for each in parents
        if not each.hash
    ]
    if problems:
        raise LedgerError(*problems)


def _without_earlier(segments: Sequence[Segment]) -> tuple[list[Segment], tuple[Segment, ...]]:
    """Leave out prompts at an earlier moment than another segment holds them."""
    earlier = tuple(
        each
        for each in segments
        if not each.hash and any(is_earlier_copy(each, other) for other in segments)
    )
    return [each for each in segments if each not in earlier], earlier


def _strays(paths: Sequence[Path], segments: Sequence[Segment]) -> list[Stray]:
    """Say what files that are not named like segments are."""
    by_hash = {each.hash: each for each in segments if each.hash}
    strays: list[Stray] = []
    left = [path for path in paths if path.suffix == ".jsonl" and not kind_of(path.lstat())]
    strays += [Stray(path.name, None, "") for path in paths if path not in left]
    for path in list(left):
        try:
            read_plain(path)
        except FileNotFoundError:
            raise
        except OSError as cause:
            left.remove(path)
            strays.append(Stray(path.name, None, "", unreadable=cause.strerror or "no reason"))
    while left:
        # NOTE: a stray may be the parent of another one, so what is found helps to place the rest
        found = [(path, read_stray(path, by_hash)) for path in left]
        placed = [(path, segment) for path, segment in found if segment is not None]
        if not placed:
            strays += [Stray(path.name, None, "") for path in left]
            break
        for path, segment in placed:
            twin = by_hash.get(segment.hash)
            if twin is not None:
                folder = path.parent
                same = read_plain(path) == read_plain(folder / twin.name)
                strays.append(Stray(path.name, segment, twin.name, same))
                continue
            holder = next((each for each in segments if is_earlier_copy(segment, each)), None)
            strays.append(Stray(path.name, segment, holder.name if holder else ""))
            if holder is None:
                by_hash[segment.hash] = segment
        left = [path for path, segment in found if segment is None]
    return sorted(strays, key=lambda each: each.name)


def about_stray(stray: Stray, path: Path) -> Problem:
    """Say what a file that is not named like a segment is."""
    where = f"ledger/{stray.name}"
    if stray.twin:
        return Problem.note(
            "segment-doubled",
            where,
            f"It is a copy of {stray.twin}.",
            "It does no harm; remove it when you like.",
        )
    if stray.segment is not None:
        return Problem(
            "segment-stray",
            where,
            f"It holds {counted(len(stray.segment.events), 'event')} that no segment here "
            "holds, under a name that is not a segment's.",
            "It was not read. Put it back into its place: cyberassess merge",
        )
    if stray.unreadable:
        return Problem(
            "stray-unreadable",
            where,
            f"The file cannot be read: {stray.unreadable}.",
            "It may hold answers that no segment here holds. Try again, or restore it from a "
            "backup.",
        )
    if path.suffix == ".jsonl" and path.is_file() and not path.stat().st_size:
        return Problem.note("ledger-stray", where, "It is empty.")
    return Problem.note(
        "ledger-stray", where, "It does not belong to the ledger and was not read."
    )


def single_head(segments: Sequence[Segment]) -> Segment:
    """Give the segment a new one is written on top of.

    Raises:
        LedgerError: where there are branches, named.
    """
    heads = heads_of(segments)
    if len(heads) > 1:
        names = " and ".join(head.name.removesuffix(".jsonl") for head in heads)
        raise LedgerError.because(
            "branches",
            "ledger",
            f"Two copies of this assessment went apart: {names}.",
            "Both are kept and read, but nothing can be written until they are joined: "
            f"cyberassess merge. {NOTHING_CHANGED}",
        )
    (head,) = heads
    if is_open_elsewhere(head):
        raise LedgerError(open_elsewhere(head))
    return head


def is_open_elsewhere(segment: Segment) -> bool:
    """Say whether a segment is one of prompts under way on another machine."""
    return not segment.hash and not is_this_machine(segment.header.get("machine"))


def open_elsewhere(segment: Segment) -> Problem:
    """Say that nothing can be written on top of it, and the way out."""
    return Problem(
        "open-elsewhere",
        f"ledger/{segment.name}",
        "Somebody answers at the prompt on another machine, and has not finished.",
        "Wait until their prompts have ended and the folder has synced. If that machine is gone: "
        f"cyberassess merge --close-open keeps all its answers. {NOTHING_CHANGED}",
    )
