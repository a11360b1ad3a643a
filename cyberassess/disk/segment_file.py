"""One file of the ledger: reading it strictly, or getting out of it what can still be read.

A file is named by its sequence and the first eight figures of its hash; while prompts are under
way it is open, and named so.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from cyberassess.disk.files import read_plain
from cyberassess.domain.record.happened import is_event, read_event
from cyberassess.domain.record.hashes import (
    Json,
    canonical,
    false_digests,
    segment_hash,
    text_field,
)
from cyberassess.domain.record.segment import SCHEMA, Header, Segment, fitting_header
from cyberassess.domain.record.shapes import DEEPEST, MisshapenError, is_deep
from cyberassess.errors import Problem


def _refuse(name: str) -> NoReturn:
    message = f"{name} is not a number"
    raise ValueError(message)


DECODER = json.JSONDecoder(parse_constant=_refuse)


def read_json(data: bytes) -> Json:
    """Read JSON as it is stored in a ledger or a pack.

    Raises:
        ValueError: where it is none, holds ``NaN`` or ``Infinity``, or is nested too deeply.
    """
    text = data.decode(json.detect_encoding(data), "surrogatepass")
    try:
        value = DECODER.decode(text)
    except RecursionError as cause:
        message = "it is nested too deeply"
        raise ValueError(message) from cause
    if data.count(b"{") + data.count(b"[") > DEEPEST and is_deep(value):
        message = "it is nested too deeply"
        raise ValueError(message)
    return value


CLOSED = re.compile(r"^(\d{6})-([0-9a-f]{8})\.jsonl$")
OPEN = re.compile(r"^(\d{6})-open-([0-9a-f]{8})\.jsonl$")
NOTHING_CHANGED = "Nothing was changed."


def read_segment(path: Path) -> tuple[Segment | None, Problem | None]:
    """Read one file; an open one with nothing whole in it gives neither."""
    where = f"ledger/{path.name}"
    try:
        data = read_plain(path)
    except FileNotFoundError:
        raise
    except OSError as cause:
        return None, Problem(
            "segment-unreadable",
            where,
            f"The file cannot be read: {cause.strerror}.",
            NOTHING_CHANGED,
        )
    is_open = OPEN.match(path.name)
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
            f"Update cyberassess. {NOTHING_CHANGED}",
        )
    fault = Header.fault(header) if schema == SCHEMA else '"schema" is not a known number'
    if fault:
        return None, damaged(where, 1, f"The first line is not a segment's header: {fault}.")
    if is_open:
        return Segment(path.name, int(is_open[1]), "", header, tuple(events)), None
    found = segment_hash(lines)
    closed = CLOSED.match(path.name)
    if closed is None or found[:8] != closed[2]:
        return None, Problem(
            "segment-changed",
            where,
            "The content does not match the hash in the file's name: somebody or something "
            "changed it.",
            f"Restore the file from a backup or another copy, or: cyberassess recover. "
            f"{NOTHING_CHANGED}",
        )
    return Segment(path.name, int(closed[1]), found, header, tuple(events)), None


def _lines(data: bytes, where: str) -> tuple[list[Json], Problem | None]:
    """Read the lines of a segment, or say what is wrong with the first that cannot be read."""
    lines: list[Json] = []
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            lines.append(read_json(line))
        except ValueError:
            return [], damaged(where, number, "The line is not whole.")
        if not isinstance(lines[-1], dict):
            return [], damaged(where, number, "The line is not an event.")
        if false_digests(lines[-1]):
            return [], damaged(where, number, "A text does not match its digest.")
    return lines, None if lines else damaged(where, 1, "The file is empty.")


def damaged(where: str, line: int, message: str) -> Problem:
    """Say which line of a segment cannot be used."""
    return Problem(
        "segment-damaged",
        f"{where}, line {line}",
        message,
        "Restore the file from a backup or another copy, or: cyberassess recover. "
        f"{NOTHING_CHANGED}",
    )


def closed_form(segment: Segment) -> Segment:
    """Give an open segment as it will be once it is closed; a closed one as it is."""
    if segment.hash:
        return segment
    found = segment_hash([segment.header, *segment.events])
    name = f"{segment.sequence:06d}-{found[:8]}.jsonl"
    return Segment(name, segment.sequence, found, segment.header, segment.events)


def as_bytes(segment: Segment) -> bytes:
    """Give a segment's file."""
    return b"".join(canonical(line) + b"\n" for line in (segment.header, *segment.events))


def is_earlier_copy(segment: Segment, other: Segment) -> bool:
    """Say whether a segment of prompts is what another was at an earlier moment."""
    count = len(segment.events)
    return (
        segment is not other
        and "machine" in segment.header
        and segment.header == other.header
        and (count < len(other.events) or (count == len(other.events) and bool(other.hash)))
        and list(segment.events) == list(other.events[:count])
    )


def read_stray(path: Path, known: Mapping[str, Segment]) -> Segment | None:
    """Read a whole segment that lies under a name that is not a segment's.

    Args:
        known: segments by hash, to find its sequence by its parents.

    Returns:
        The segment under the name it belongs to; ``None`` where the file is no segment, or where
        nothing says which place is its own.

    Raises:
        OSError: where the file cannot be read.
    """
    lines, problem = _lines(read_plain(path), path.name)
    if problem is not None or lines[0].get("schema") != SCHEMA or Header.fault(lines[0]):
        return None
    parents = lines[0]["parents"]
    found = segment_hash(lines)
    named = re.match(rf"(\d{{6}})-{found[:8]}", path.name)
    if named:
        sequence = int(named[1])
    elif all(parent in known for parent in parents):
        sequence = max((known[parent].sequence for parent in parents), default=0) + 1
    else:
        return None
    return Segment(f"{sequence:06d}-{found[:8]}.jsonl", sequence, found, lines[0], lines[1:])


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What can be read of one file of a damaged ledger."""

    name: str
    segment: Segment | None
    """The segment, where the file is whole."""
    header: Mapping[str, Json]
    """Empty where the first line cannot be read."""
    events: tuple[tuple[int, Mapping[str, Json]], ...]
    """Every event that can be read, with its line; the texts' digests fit again."""
    lost: tuple[tuple[int, str], ...]
    """Lines nothing, or not everything, can be read of, and why; line 0 is any of them."""

    @property
    def sequence(self) -> int:
        """Where it stood, by its name; 0 where the name does not say."""
        found = re.match(r"(\d{6})-", self.name)
        return int(found[1]) if found else 0


def whole_file(segment: Segment) -> Salvaged:
    """Give a segment that can be read whole."""
    events = tuple(enumerate(segment.events, start=2))
    return Salvaged(segment.name, segment, segment.header, events, ())


def salvage(path: Path) -> Salvaged:
    """Get out of a file whatever can still be read."""
    try:
        data = read_plain(path)
        is_named_so = CLOSED.match(path.name) or OPEN.match(path.name)
        segment, problem = read_segment(path) if is_named_so else (None, None)
    except OSError as cause:
        reason = f"The file cannot be read: {cause.strerror}."
        return Salvaged(path.name, None, {}, (), ((1, reason),))
    if segment is not None and problem is None and not any(map(_misread_event, segment.events)):
        return whole_file(segment)
    header: Mapping[str, Json] = {}
    found: list[tuple[int, Mapping[str, Json]]] = []
    lost: list[tuple[int, str]] = []
    for number, line in enumerate(data.splitlines(), start=1):
        objects, is_whole = _objects(line)
        if number == 1 and objects and _is_header(objects[0]):
            header = fitting_header(objects[0])
            is_whole = is_whole and header == objects.pop(0)
        kept = [each for each in objects if not _misread_event(each)]
        found += [(number, each) for each in kept]
        if number == 1 and not header:
            lost.append((number, "The header: who wrote it, and when."))
        elif not is_whole:
            is_read = kept or number == 1
            what = "A part of it was changed." if is_read else "Nothing of it can be read."
            lost.append((number, what))
        elif len(kept) < len(objects):
            lost.append((number, "It is not an event that can be understood."))
    if not data:
        lost.append((1, "The file is empty."))
    if not lost:
        what = "An entry was changed, and still reads like one; which one cannot be known."
        lost.append((0, what))
    return Salvaged(path.name, None, header, tuple(found), tuple(lost))


def _is_header(value: Json) -> bool:
    return not is_event(value) and "parents" in value


def _misread_event(event: Json) -> bool:
    try:
        read_event(event)
    except MisshapenError:
        return True
    return False


def _objects(line: bytes) -> tuple[list[Json], bool]:
    """Give the objects that can be read in a line, and whether the line was as it was written."""
    text = line.decode("utf-8", "replace")
    found: list[Json] = []
    position = text.find("{")
    is_whole = position == 0
    while position >= 0:
        try:
            value, end = DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            value, end = None, 0
        if value is None or is_deep(value):
            is_whole = False
            position = text.find("{", position + 1)
            continue
        is_whole = is_whole and position == 0 and end == len(text)
        if is_event(value) or _is_header(value):
            is_whole = is_whole and not false_digests(value)
            found.append(_made_good(value))
        position = text.find("{", end)
    return found, is_whole and _written(found) == line


def _written(found: list[Json]) -> bytes | None:
    """Give the one object of a line as it is written."""
    try:
        return canonical(found[0]) if len(found) == 1 else None
    except (TypeError, ValueError):
        return None


def _made_good(value: Json) -> Json:
    """Give every text of a value a digest that fits it as it reads now."""
    if isinstance(value, dict):
        if ("digest" in value or {"salt", "text"} <= set(value)) and len(value) > 1:
            texts = [each for key, each in value.items() if key not in ("digest", "salt")]
            text = value.get("text", texts[0] if len(texts) == 1 else "")
            return text_field(str(text), str(value.get("salt", "")))
        return {key: _made_good(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_made_good(each) for each in value]
    return value
