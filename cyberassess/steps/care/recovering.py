"""Getting every readable answer out of a damaged ledger, into a new folder beside it.

The damaged folder is only read. Segments whose whole history is whole are copied as they are; of
all others every event that can be read is written anew, under the name, the time and the command
it was written with, and says which file and line it was recovered from.
"""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cyberassess.disk import strict_yaml
from cyberassess.disk.files import (
    LINK,
    TEMPORARY,
    by_name,
    copy_whole,
    joined,
    kind_of,
    open_plain,
    plain_files,
    read_plain,
    sha256_of,
    walk,
    write_whole,
)
from cyberassess.disk.resources import folder as shipped
from cyberassess.disk.segment_file import (
    CLOSED,
    Salvaged,
    as_bytes,
    closed_form,
    salvage,
    whole_file,
)
from cyberassess.disk.segments import LedgerFolder, as_lines, new_text, not_writable
from cyberassess.disk.workspace import (
    BESIDE_LEDGER,
    FOLDERS,
    SETTINGS,
    Workspace,
    flat_settings,
    need_free,
    settings_from_flat,
    settings_text,
)
from cyberassess.domain.record.happened import Event, read_event
from cyberassess.domain.record.hashes import Json
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.recorded import State
from cyberassess.domain.record.segment import Segment
from cyberassess.errors import AssessmentError, CyberassessError, LedgerError, Problem
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.writing import now

DAMAGED = "assessment, damaged.yaml"


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What became of one file of the damaged ledger."""

    name: str
    events: int
    """Events that could be read."""
    is_whole: bool
    lost: tuple[tuple[int, str], ...]
    """Lines that are lost, in part or whole, and why."""


@dataclass
class Recovered:
    """What was recovered, and what was lost."""

    folder: Path | None = None
    """The new folder; ``None`` where nothing is damaged."""
    files: list[ReadFile] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Segments that others name, and that are not there."""
    mended: list[str] = field(default_factory=list)
    """What was put right besides the ledger, in words."""
    lost: list[Problem] = field(default_factory=list)
    """What could not be put right besides the ledger."""
    again: list[str] = field(default_factory=list)
    """Originals whose answers are not in what was recovered: they can be received again."""
    answers: int = 0
    id_kept: bool = True
    """Whether questionnaires that were sent before can still be received."""

    @property
    def is_complete(self) -> bool:
        """Whether everything that was ever stored is there."""
        return not (self.lost or self.missing or any(each.lost for each in self.files))


def recover(folder: Path, to: Path | None = None) -> Recovered:
    """Write a new workspace with everything that can be read of a damaged one.

    Args:
        to: the new folder; beside the damaged one, its name followed by ``recovered``, if
            ``None``.

    Raises:
        AssessmentError: where there is no ledger, or the new folder cannot be written.
        LedgerError: where a newer version wrote it.
    """
    damaged = Workspace(folder)
    if not damaged.ledger.is_dir():
        raise AssessmentError.because(
            "no-assessment",
            str(folder),
            "There is no ledger in this folder, so there is nothing to recover from.",
            "Go to the damaged assessment's folder, or name it with -C FOLDER.",
        )
    if _is_sound(folder):
        return Recovered()
    target = to or folder.resolve().with_name(f"{folder.resolve().name}-recovered")
    need_free(target, "with --to FOLDER")
    found = Recovered(target)
    salvaged = _read(damaged, found)
    try:
        workspace = Workspace(target)
        for name in FOLDERS:
            (target / name).mkdir(parents=True, exist_ok=True)
        _copy_files(damaged, workspace, found)
        state = _rebuild(damaged, workspace, salvaged, found)
        _settings(damaged, workspace, state, found)
    except OSError as cause:
        raise not_writable(target, cause) from cause
    _look_again(workspace, state, found)
    return found


def _is_sound(folder: Path) -> bool:
    try:
        notes = open_assessment(folder).notes
    except CyberassessError:
        return False
    return all(each.code != "segment-stray" for each in notes)


def _read(damaged: Workspace, found: Recovered) -> list[Salvaged]:
    """Get what can be read out of every file, in the order they were written."""
    gathered = LedgerFolder(damaged.ledger).gather()
    newer = [each for each in gathered.problems if each.code == "ledger-newer"]
    if newer:
        raise LedgerError(*newer)
    put_back = {each.name: each.segment for each in gathered.strays if not each.twin}
    salvaged: list[Salvaged] = []
    for path in by_name(damaged.ledger.iterdir()):
        if path.suffix != ".jsonl" or kind_of(path.lstat()):
            continue
        stray = put_back.get(path.name)
        each = salvage(path) if stray is None else whole_file(stray)
        salvaged.append(each)
        found.files.append(
            ReadFile(each.name, len(each.events), each.segment is not None, each.lost)
        )
    known = {e.segment.hash for e in salvaged if e.segment is not None and e.segment.hash}
    short = {each.name[:15] for each in salvaged}
    for each in salvaged:
        for parent in each.header.get("parents", []):
            name = f"{max(each.sequence - 1, 0):06d}-{parent[:8]}"
            if parent not in known and name not in short and name not in found.missing:
                found.missing.append(name)
    absent = [name.removesuffix(".jsonl") for _, name in gathered.absent]
    found.missing += [name for name in absent if name not in found.missing]
    return salvaged


# The ledger


def _rebuild(
    damaged: Workspace, workspace: Workspace, salvaged: Sequence[Salvaged], found: Recovered
) -> State:
    """Write the new ledger: whole histories as they are, everything else anew."""
    ledger = LedgerFolder(workspace.ledger)
    written: dict[str, Segment] = {}
    """New segments by the hash, or the start of the hash, of the old ones."""
    kept: list[Segment] = []
    with ledger.locked():
        for each in sorted(salvaged, key=lambda e: (e.sequence, e.name)):
            old = closed_form(each.segment) if each.segment is not None else None
            if old is not None and old.hash in written:
                continue
            if old is not None and all(p in written and written[p].hash == p for p in old.parents):
                ledger.put(old.name, _bytes_of(damaged, each.name) or as_bytes(old))
                new = old
            elif each.events or "seed" in each.header:
                new = ledger.append(
                    _header(each, kept), as_lines(_events(each)), _parents(each, kept, written)
                )
            else:
                continue
            written[old.hash if old else each.name[7:15]] = new
            kept.append(new)
        if not kept:
            raise AssessmentError.because(
                "nothing-readable",
                "ledger",
                "Not one line of the ledger can be read.",
                "Look for a backup, or receive the originals in questionnaires/received "
                "into a new assessment. The damaged folder was not changed.",
            )
    found.id_kept = any("seed" in each.header for each in salvaged)
    return fold(kept)


def _bytes_of(damaged: Workspace, name: str) -> bytes:
    """Give a closed segment's own bytes; none where it was open, or lay under another name."""
    path = damaged.ledger / name
    return read_plain(path) if CLOSED.match(name) and path.is_file() else b""


def _header(each: Salvaged, kept: Sequence[Segment]) -> dict[str, Json]:
    """Give the header of a segment that is written anew: what the old one said, and from where."""
    old = each.header
    time = old.get("time") or next(
        (time for _, event in each.events if (time := read_event(event).time)), ""
    )
    before = str(kept[-1].header.get("time", "")) if kept else ""
    header: dict[str, Json] = {
        "actor": old.get("actor") or {"id": "", "name": new_text("not known"), "role": ""},
        "command": str(old.get("command") or "recover"),
        "time": str(time or before or now()),
        "tool": str(old.get("tool", "")),
        "recovered": {"from": f"ledger/{each.name}", "time": now()},
    }
    if not kept:
        header["seed"] = str(old.get("seed") or secrets.token_hex(32))
    return header


def _events(each: Salvaged) -> Iterator[Event]:
    for line, event in each.events:
        yield read_event(event).but(recovered=f"ledger/{each.name}, line {line}")


def _parents(
    each: Salvaged, kept: Sequence[Segment], written: Mapping[str, Segment]
) -> list[Segment]:
    """Give what a segment is written on top of: what it named, as far as that is there.

    Where nothing it named is there, it goes on top of the last one every branch has seen, so that
    no branch's answer takes the place of another's unseen.
    """
    found: dict[str, Segment] = {}
    for parent in each.header.get("parents", []):
        segment = written.get(parent) or written.get(parent[:8])
        if segment is not None:
            found[segment.hash] = segment
    if found or not kept:
        return list(found.values())
    seen: dict[str, set[str]] = {}
    for segment in kept:
        seen[segment.hash] = {segment.hash}.union(*(seen[parent] for parent in segment.parents))
    parents = {parent for segment in kept for parent in segment.parents}
    shared = set.intersection(*(seen[s.hash] for s in kept if s.hash not in parents))
    return [max((s for s in kept if s.hash in shared), key=lambda s: s.sequence, default=kept[0])]


# The files beside it


def _copy_files(damaged: Workspace, workspace: Workspace, found: Recovered) -> None:
    names = [(each, "") for each in damaged.loose()]
    for top in BESIDE_LEDGER:
        folder = damaged.folder / top
        if folder.is_symlink():
            names.append((top, LINK))
        elif folder.is_dir():
            inside = ((path.relative_to(damaged.folder), what) for path, what in walk(folder))
            names += [(path.as_posix(), what) for path, what in inside]
    for name, what in names:
        if name.endswith(TEMPORARY):
            continue
        if what:
            found.lost.append(Problem("not-copied", name, f"It is {what}, so it was left there."))
            continue
        try:
            source, target = joined(damaged.folder, name), joined(workspace.folder, name)
            open_plain(source).close()
        except AssessmentError as cause:
            found.lost += [replace(each, code="not-copied") for each in cause.problems]
            continue
        except OSError as cause:
            message = f"The file cannot be read: {cause.strerror}."
            found.lost.append(Problem("not-copied", name, message))
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_whole(source, target)


def _settings(damaged: Workspace, workspace: Workspace, state: State, found: Recovered) -> None:
    """Put the settings and what they pin right: as they are, as recorded, or as shipped."""
    try:
        data = read_plain(damaged.folder / SETTINGS)
    except OSError:
        data = b""
    if data:
        write_whole(workspace.folder / SETTINGS, data)
    while _pinned(workspace, state, found):
        pass
    problem = _not_opening(workspace)
    if problem is None or not state.settings:
        return
    recorded = {k: v for k, v in state.settings.items() if v is not None and ":" not in k}
    write_whole(workspace.folder / SETTINGS, settings_text(settings_from_flat(recorded)).encode())
    while _pinned(workspace, state, found):
        pass
    if _not_opening(workspace) is None:
        if data:
            write_whole(workspace.folder / DAMAGED, data)
        beside = f" The damaged one is kept as {DAMAGED}." if data else ""
        found.mended.append(
            f"{SETTINGS} was written anew from the values the ledger recorded last: look "
            f"through it.{beside}"
        )
        return
    if data:
        write_whole(workspace.folder / SETTINGS, data)
    found.lost.append(problem)


def _not_opening(workspace: Workspace) -> Problem | None:
    try:
        workspace.read()
    except CyberassessError as cause:
        return cause.problems[0]
    return None


_PINNED = re.compile(r"^frameworks/(?:[A-Za-z0-9][A-Za-z0-9._-]*/)?[A-Za-z0-9][A-Za-z0-9._-]*$")


def _pinned(workspace: Workspace, state: State, found: Recovered) -> bool:
    """Restore pinned files that were changed from those shipped, where the hashes agree.

    Says whether any was: what is wrong with the next may only show then.

    Profiles and themes are an organisation's to edit: they are only replaced where they cannot be
    read any more.
    """
    faulty: list[str] = []
    try:
        workspace.read()
    except CyberassessError as cause:
        faulty = [problem.where for problem in cause.problems]
    before = len(found.mended)
    for name, sha256 in _recorded_hashes(workspace, state).items():
        path = workspace.folder / name
        if not _PINNED.fullmatch(name) or (path.is_file() and sha256_of(path) == sha256):
            continue
        if path.is_file() and not any(where.startswith(name) for where in faulty):
            continue
        # NOTE: a revision taken up since lies under a name of its own; the shipped one does not
        source = shipped("frameworks").parent / re.sub(r"-revision-[0-9]+(?=\.yaml$)", "", name)
        if source.is_file() and sha256_of(source) == sha256:
            path.parent.mkdir(parents=True, exist_ok=True)
            copy_whole(source, path)
            found.mended.append(f"{name} was restored from the one shipped: the hashes agree.")
    return len(found.mended) > before


def _recorded_hashes(workspace: Workspace, state: State) -> dict[str, str]:
    """Give the hash each pinned file should have, keyed by its name in the workspace."""
    wanted: dict[str, str] = {}
    flat = {key: value for key, value in state.settings.items() if value}
    try:
        document = strict_yaml.read_text(read_plain(workspace.folder / SETTINGS), SETTINGS)
        flat |= flat_settings(document.value)
    except OSError:
        pass
    for key, value in flat.items():
        if key.startswith("file:"):
            wanted[key.removeprefix("file:")] = value
        elif key.startswith("frameworks[") and key.endswith("].sha256"):
            ref = key[len("frameworks[") : -len("].sha256")]
            revision = flat.get(f"frameworks[{ref}].revision", "0")
            wanted[workspace.framework_name(ref, revision)] = value
    return wanted


def _look_again(workspace: Workspace, state: State, found: Recovered) -> None:
    """Say what is in the new folder, and what can be had by receiving originals again."""
    recorded = {each.sha256 for each in state.received}
    for path in plain_files(workspace.received):
        if sha256_of(path) not in recorded:
            found.again.append(f"questionnaires/received/{path.name}")
    found.answers = sum(len(each) for each in state.answers.values())
    try:
        open_assessment(workspace.folder)
    except CyberassessError as cause:
        known = {str(each) for each in found.lost}
        found.lost += [each for each in cause.problems if str(each) not in known]
