"""The ledger folder: reading, appending, the lock, and segments still open.

A segment is written to a temporary name, synced, renamed, and never changed afterwards; its name
carries its sequence and the first eight figures of its hash. The segment of prompts under way is
open: it is appended to, one synced line an answer, and whoever writes next on the same machine
closes it. All writing happens under one lock; readers never take it.
"""

import contextlib
import errno
import hashlib
import json
import os
import platform
import re
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberassess.adapters.files import TEMPORARY, sync_folder, write_whole
from cyberassess.domain.ledger import (
    SCHEMA,
    Segment,
    canonical,
    false_digests,
    heads_of,
    in_order,
    segment_hash,
    text_field,
)
from cyberassess.errors import (
    AssessmentError,
    BusyError,
    LedgerError,
    Problem,
    Severity,
    counted,
)

LOCK = "writing.lock"
PATIENCE = 10.0
"""Seconds a writing command waits for another one."""

_CLOSED = re.compile(r"^(\d{6})-([0-9a-f]{8})\.jsonl$")
_OPEN = re.compile(r"^(\d{6})-open-([0-9a-f]{8})\.jsonl$")
_NOTHING_CHANGED = "Nothing was changed."

Json = Any  # NOTE: events are JSON; their shape is the domain's business.


def new_text(text: str) -> dict[str, str]:
    """Give a free text as it stands in an event, with a fresh salt."""
    return text_field(text, secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class Reading:
    """The segments of a ledger, and what is worth knowing about the folder."""

    segments: tuple[Segment, ...]
    notes: tuple[Problem, ...]


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
        for _ in range(5):
            with contextlib.suppress(FileNotFoundError):
                # NOTE: another command may close an open segment between listing and reading
                return self._read_once()
        return self._read_once()

    def _read_once(self) -> Reading:
        problems: list[Problem] = []
        notes: list[Problem] = []
        segments: list[Segment] = []
        strangers: list[Path] = []
        try:
            paths = sorted(self.folder.iterdir())
        except OSError as cause:
            raise LedgerError(
                Problem(
                    "ledger-unreadable",
                    "ledger",
                    f"The folder cannot be read: {cause.strerror}.",
                    _NOTHING_CHANGED,
                )
            ) from cause
        for path in paths:
            if path.name == LOCK or path.name.endswith(TEMPORARY):
                continue
            if not (_CLOSED.match(path.name) or _OPEN.match(path.name)):
                strangers.append(path)
                continue
            segment, problem = _read_segment(path)
            if problem is not None:
                problems.append(problem)
            if segment is not None:
                segments.append(segment)
        notes += [_about_stranger(path, segments) for path in strangers]
        if not segments and not problems:
            problems.append(
                Problem(
                    "ledger-empty",
                    "ledger",
                    "The folder holds no ledger.",
                    "Is it still syncing? Otherwise restore it from a backup.",
                )
            )
        if problems:
            raise LedgerError(*problems)
        in_order(segments)
        return Reading(tuple(segments), tuple(notes))

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
            raise BusyError(
                Problem(
                    "busy",
                    "",
                    "Another command is writing to this assessment.",
                    f"Try again when it has finished. {_NOTHING_CHANGED}",
                )
            ) from cause
        except (OSError, NotImplementedError) as cause:
            raise _not_writable(self.folder, cause) from cause
        try:
            yield
        finally:
            lock.release()

    def append(
        self,
        header: Mapping[str, Json],
        events: Sequence[Mapping[str, Json]],
        parents: Sequence[Segment],
    ) -> Segment:
        """Write a segment on top of its parents; call it under the lock.

        Raises:
            AssessmentError: where it cannot be written; the ledger is as before.
        """
        sequence = max((parent.sequence for parent in parents), default=0) + 1
        head = {"schema": SCHEMA, "parents": [parent.hash for parent in parents], **header}
        lines = [head, *events]
        name_hash = segment_hash(lines)
        name = f"{sequence:06d}-{name_hash[:8]}.jsonl"
        data = b"".join(canonical(line) + b"\n" for line in lines)
        try:
            write_whole(self.folder / name, data)
        except OSError as cause:
            raise _not_writable(self.folder, cause) from cause
        return Segment(name, sequence, name_hash, head, tuple(events))

    def tidy(self) -> None:
        """Remove what crashed commands left unfinished, and close what they left open.

        Call it under the lock. Segments opened on another machine stay: they are a branch.
        """
        machine = machine_token()
        for path in sorted(self.folder.iterdir()):
            if path.name.endswith(TEMPORARY):
                path.unlink(missing_ok=True)
            elif _OPEN.match(path.name):
                segment, problem = _read_segment(path)
                if problem is not None or segment is None:
                    if segment is None and problem is None:
                        path.unlink(missing_ok=True)
                    continue
                if segment.header.get("machine") == machine:
                    _close(path, segment)

    def open_segment(self, header: Mapping[str, Json], parent: Segment) -> "OpenSegment":
        """Begin a segment that is appended to, one synced line an event; under the lock."""
        head = {"schema": SCHEMA, "parents": [parent.hash], **header, "machine": machine_token()}
        name = f"{parent.sequence + 1:06d}-open-{secrets.token_hex(4)}.jsonl"
        path = self.folder / name
        try:
            write_whole(path, canonical(head) + b"\n")
        except OSError as cause:
            raise _not_writable(self.folder, cause) from cause
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
        size = self.path.stat().st_size
        try:
            with self.path.open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as cause:
            with contextlib.suppress(OSError):
                os.truncate(self.path, size)
            raise _not_writable(self.path.parent, cause) from cause


def machine_token() -> str:
    """Give a token that tells machines apart without naming them."""
    node = uuid.getnode()
    known = "" if (node >> 40) & 1 else str(node)  # NOTE: that bit marks a number made up anew
    return hashlib.sha256(f"{platform.node()}|{known}".encode()).hexdigest()[:16]


def _not_writable(folder: Path, cause: BaseException) -> AssessmentError:
    number = getattr(cause, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT):
        message, hint = "There is no space left on the disk.", "Make room and try again."
    else:
        reason = getattr(cause, "strerror", None) or str(cause) or "it does not support locks"
        message = f"The folder {folder.name} cannot be written to: {reason}."
        hint = "Look at its permissions, or copy the assessment to a folder of your own."
    return AssessmentError(Problem("not-writable", "", message, f"{hint} {_NOTHING_CHANGED}"))


def _read_segment(path: Path) -> tuple[Segment | None, Problem | None]:
    """Read one file; an open one with nothing whole in it gives neither."""
    where = f"ledger/{path.name}"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as cause:
        return None, Problem(
            "segment-unreadable",
            where,
            f"The file cannot be read: {cause.strerror}.",
            _NOTHING_CHANGED,
        )
    is_open = _OPEN.match(path.name)
    if is_open:
        data = data[: data.rfind(b"\n") + 1]
        if not data:
            return None, None
    lines, problem = _lines(data, where)
    if problem is not None:
        return None, problem
    header, *events = lines
    schema = header.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        return None, Problem(
            "ledger-newer",
            where,
            f"A newer version of cyberassess wrote it (ledger format {schema}; "
            f"this one reads up to {SCHEMA}).",
            f"Update cyberassess. {_NOTHING_CHANGED}",
        )
    if schema != SCHEMA or not isinstance(header.get("parents"), list):
        return None, _damaged(where, 1, "The first line is not a segment's header.")
    if is_open:
        return Segment(path.name, int(is_open[1]), "", header, tuple(events)), None
    found = segment_hash(lines)
    closed = _CLOSED.match(path.name)
    if closed is None or found[:8] != closed[2]:
        return None, Problem(
            "segment-changed",
            where,
            "The content does not match the hash in the file's name: somebody or something "
            "changed it.",
            f"Restore the file from a backup or another copy. {_NOTHING_CHANGED}",
        )
    return Segment(path.name, int(closed[1]), found, header, tuple(events)), None


def _lines(data: bytes, where: str) -> tuple[list[Json], Problem | None]:
    """Read the lines of a segment, or say what is wrong with the first that cannot be read."""
    lines: list[Json] = []
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            lines.append(json.loads(line))
        except (ValueError, RecursionError):
            return [], _damaged(where, number, "The line is not whole.")
        if not isinstance(lines[-1], dict):
            return [], _damaged(where, number, "The line is not an event.")
        if false_digests(lines[-1]):
            return [], _damaged(where, number, "A text does not match its digest.")
    return lines, None if lines else _damaged(where, 1, "The file is empty.")


def _damaged(where: str, line: int, message: str) -> Problem:
    return Problem(
        "segment-damaged",
        f"{where}, line {line}",
        message,
        f"Restore the file from a backup or another copy. {_NOTHING_CHANGED}",
    )


def _about_stranger(path: Path, segments: Sequence[Segment]) -> Problem:
    """Say what a file that is not named like a segment is."""
    where = f"ledger/{path.name}"
    if path.suffix == ".jsonl" and path.is_file():
        with contextlib.suppress(OSError, ValueError):
            lines = [json.loads(line) for line in path.read_bytes().splitlines()]
            found = segment_hash(lines)
            twin = next((each for each in segments if each.hash == found), None)
            if not lines:
                return Problem("ledger-stray", where, "It is empty.", "", Severity.NOTE)
            if twin is not None:
                return Problem(
                    "segment-doubled",
                    where,
                    f"It is a copy of {twin.name}.",
                    "It does no harm; remove it when you like.",
                    Severity.NOTE,
                )
            return Problem(
                "segment-stray",
                where,
                f"It holds {counted(len(lines) - 1, 'event')} that no segment here "
                "holds, under a name that is not a segment's.",
                "It was not read. Rename it back to the name it was written under.",
            )
    return Problem(
        "ledger-stray",
        where,
        "It does not belong to the ledger and was not read.",
        "",
        Severity.NOTE,
    )


def _close(path: Path, segment: Segment) -> None:
    """Give an open segment its final name, without a torn last line."""
    whole = b"".join(canonical(line) + b"\n" for line in (segment.header, *segment.events))
    if not segment.events:
        path.unlink(missing_ok=True)
        return
    size = path.stat().st_size
    if size != len(whole):
        with path.open("r+b") as file:
            file.truncate(len(whole))
            os.fsync(file.fileno())
    found = segment_hash([segment.header, *segment.events])
    path.rename(path.with_name(f"{segment.sequence:06d}-{found[:8]}.jsonl"))
    sync_folder(path.parent)


def single_head(segments: Sequence[Segment]) -> Segment:
    """Give the segment a new one is written on top of.

    Raises:
        LedgerError: where there are branches, named.
    """
    heads = heads_of(segments)
    if len(heads) > 1:
        names = " and ".join(head.name.removesuffix(".jsonl") for head in heads)
        raise LedgerError(
            Problem(
                "branches",
                "ledger",
                f"Two copies of this assessment went apart: {names}.",
                "Both are kept and read, but nothing can be written until they are joined. "
                f"{_NOTHING_CHANGED}",
            )
        )
    (head,) = heads
    if not head.hash and head.header.get("machine") != machine_token():
        raise LedgerError(
            Problem(
                "open-elsewhere",
                f"ledger/{head.name}",
                "Somebody answers at the prompt on another machine, and has not finished.",
                "Wait until their prompts have ended and the folder has synced. "
                f"{_NOTHING_CHANGED}",
            )
        )
    return head
