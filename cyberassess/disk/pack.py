"""The evidence pack as a file: a ZIP that has exactly one form, and what is wrong with another.

Entries are stored, not compressed, in the order given, with fixed times and no attributes, so that
the same contents are the same bytes on every machine. ``check_pack`` writes the pack again in its
mind and compares: whatever was changed, added, removed or renamed shows.
"""

import contextlib
import hashlib
import os
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from cyberassess.disk.files import (
    by_name,
    fault_of,
    joined,
    move,
    open_plain,
    remove_quietly,
    sync_folder,
    temporary_folder,
    unfinished,
    what_to_do,
)
from cyberassess.errors import AssessmentError, Problem

PIECE = 1 << 20
"""Bytes read at a time."""
SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
_ASSESSMENT = ("assessment.yaml", "ledger/", "frameworks/")
UNFINISHED = ".part"
"""How a pack under way is called: other commands tidy ``TEMPORARY`` files away meanwhile."""
LONGEST_PATH = 100
"""No path in a pack is this long: old unpackers cut longer ones."""
_MOMENT = (1980, 1, 1, 0, 0, 0)
_MOST_ENTRIES = 60_000

Content = bytes | Path
"""What an entry holds, or the file it is read from."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A pack that was written."""

    path: Path
    size: int
    entries: int
    sums: str
    """The text of ``SHA256SUMS``."""


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.filename = name  # NOTE: Windows' Python would put / for a backslash
    info.compress_type = zipfile.ZIP_STORED
    info.create_system = 3
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    return info


def _pieces(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with open_plain(content) as file:
        while piece := file.read(PIECE):
            yield piece


def _size(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def write_pack(
    path: Path,
    contents: Mapping[str, Content],
    *,
    sign: Callable[[bytes], Mapping[str, bytes]] = lambda _: {},
    on_bytes: Callable[[int, int], None] = lambda _, __: None,
) -> Packed:
    """Write a pack, whole or not at all.

    Args:
        path: replaced if it is there.
        contents: keyed by path inside, in the order they are to stand.
        sign: given ``SHA256SUMS``, gives the entries that stand behind it.
        on_bytes: told how many more bytes were written, and of how many.

    Raises:
        AssessmentError: where it cannot be written, or a file vanished meanwhile.
    """
    temporary = unfinished(path, UNFINISHED)
    lines: list[str] = []
    try:
        total = sum(_size(content) for content in contents.values())
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR | _BINARY, 0o600)
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                for name, content in contents.items():
                    sha = hashlib.sha256()
                    with _open(archive, name, _size(content)) as entry:
                        for piece in _pieces(content):
                            sha.update(piece)
                            entry.write(piece)
                            on_bytes(len(piece), total)
                    lines.append(f"{sha.hexdigest()}  {name}\n")
                sums = "".join(lines)
                behind = {SUMS: sums.encode(), **sign(sums.encode())}
                for name, data in behind.items():
                    with _open(archive, name, len(data)) as entry:
                        entry.write(data)
            file.flush()
            os.fsync(file.fileno())
            size = file.seek(0, os.SEEK_END)
        move(temporary, path)
    except OSError as cause:
        raise AssessmentError.because(
            "pack-not-written",
            str(cause.filename or path.name),
            f"The pack cannot be written: {cause.strerror}.",
            what_to_do(
                cause,
                "Look at the space on the disk and the folder's permissions. "
                "Nothing was left behind.",
            ),
        ) from cause
    finally:
        remove_quietly(temporary)
    sync_folder(path.parent)
    return Packed(path, size, len(contents) + len(behind), sums)


def remove_abandoned(folder: Path, before: float) -> None:
    """Remove packs that a crash left unfinished.

    Args:
        before: seconds since 1970; one that grew later may still be under way.
    """
    with contextlib.suppress(OSError):
        for path in by_name(folder.glob(f".*.*{UNFINISHED}")):
            if path.stat().st_mtime < before:
                remove_quietly(path)


_BINARY = getattr(os, "O_BINARY", 0)


def _open(archive: zipfile.ZipFile, name: str, size: int) -> IO[bytes]:
    info = _entry(name)
    info.file_size = size
    return archive.open(info, "w", force_zip64=size >= zipfile.ZIP64_LIMIT)


_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._ ()-]+")


def safe_name(start: str, name: str, suffix: str, longest: int = 70) -> str:
    """Give a file name that every system takes: ``EV-014 Leavers in March.xlsx``.

    Args:
        start: what tells files apart; plain already.
        name: a title people wrote.
        suffix: with its dot; plain already.
    """
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = " ".join(_NOT_PLAIN.sub(" ", folded).split()).strip(". ")
    whole = f"{start} {plain}".strip()[: longest - len(suffix)].rstrip(". ")
    return f"{'_' if fault_of(whole) else ''}{whole}{suffix}"


@dataclass
class CheckedPack:
    """What a pack holds, and what is wrong with it."""

    problems: list[Problem] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    """SHA-256 of every entry, keyed by path inside, in the pack's order."""
    listed: dict[str, str] = field(default_factory=dict)
    """The same as ``SHA256SUMS`` says."""


def check_pack(path: Path, on_bytes: Callable[[int], None] = lambda _: None) -> CheckedPack:
    """Check a pack against its own list and against the one form a pack has.

    Raises:
        AssessmentError: where the file is no pack, or cannot be read.
    """
    found = CheckedPack()
    try:
        with open_plain(path) as file, zipfile.ZipFile(file) as archive:
            names = [info.orig_filename for info in archive.infolist()]
            if len(names) > _MOST_ENTRIES or SUMS not in names:
                raise AssessmentError(_not_a_pack(path))
            for name in dict.fromkeys(names):
                is_plain = len(name) < LONGEST_PATH and name.isprintable() and not fault_of(name)
                if not is_plain or names.count(name) > 1:
                    found.problems.append(
                        Problem(
                            "odd-entry",
                            name,
                            "No pack has an entry of this name, or has one twice.",
                            "The pack was changed after it was written.",
                        )
                    )
            _compare(path, archive, found, on_bytes)
            if found.hashes.get(SUMS):
                _compare_sums(archive.read(SUMS) if names.count(SUMS) == 1 else b"", found)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError) as cause:
        raise AssessmentError(_not_a_pack(path)) from cause
    except OSError as cause:
        raise AssessmentError.because(
            "cannot-open",
            path.name,
            f"The file cannot be read: {cause.strerror or 'its end is missing'}.",
            what_to_do(cause, "Check name and folder, or copy it again. Nothing was checked."),
        ) from cause
    return found


def _not_a_pack(path: Path) -> Problem:
    return Problem(
        "not-a-pack",
        path.name,
        "This is not an evidence pack, or its directory is damaged.",
        "Ask for it again, and compare its size and SHA-256 with the sender's.",
    )


_HEADER = b"PK\x03\x04"
_SMALL = 512


class _Mirror:
    """Takes the pack as it should be, and compares it with the pack as it is."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.at = self.end = 0
        self.differs_at: int | None = None
        self._headers: dict[int, bytes] = {}
        """Headers of entries: written once before the data and again, completed, behind it."""

    def write(self, data: bytes, /) -> int:
        if len(data) < _SMALL and data[:4] == _HEADER:
            self._headers[self.at] = bytes(data)
        else:
            self._compare(self.at, data)
        self.at += len(data)
        self.end = max(self.end, self.at)
        return len(data)

    def _compare(self, at: int, data: bytes) -> None:
        if self.differs_at is None or at < self.differs_at:
            self.file.seek(at)
            if self.file.read(len(data)) != data:
                self.differs_at = at

    def finish(self) -> None:
        """Compare what was held back, and the length."""
        for at, data in self._headers.items():
            self._compare(at, data)
        if self.file.seek(0, os.SEEK_END) != self.end and self.differs_at is None:
            self.differs_at = self.end

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self.at = offset if whence == 0 else self.at + offset
        return self.at

    def flush(self) -> None:
        """Do nothing: there is nothing to flush."""

    def close(self) -> None:
        """Do nothing: the pack belongs to whoever opened it."""


def _compare(
    path: Path, archive: zipfile.ZipFile, found: CheckedPack, on_bytes: Callable[[int], None]
) -> None:
    """Hash every entry, and compare the file with the pack these entries make."""
    starts: list[tuple[int, str]] = []
    readable = True
    with open_plain(path) as file:
        mirror = _Mirror(file)
        made = zipfile.ZipFile(mirror, "w", zipfile.ZIP_STORED)
        with made:
            for info in archive.infolist():
                starts.append((mirror.at, info.orig_filename))
                problem = _mirror_entry(archive, info, made, found, on_bytes)
                if problem is not None:
                    found.problems.append(problem)
                    readable = False
        mirror.finish()
    if readable and mirror.differs_at is not None:
        names = [name for start, name in starts if start <= mirror.differs_at]
        found.problems.append(
            Problem(
                "not-as-written",
                names[-1] if names else path.name,
                "From here on the file is not as the program writes a pack.",
                "It was changed, or packed again by another program; the contents below are "
                "checked on their own.",
            )
        )


def _mirror_entry(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    made: zipfile.ZipFile,
    found: CheckedPack,
    on_bytes: Callable[[int], None],
) -> Problem | None:
    name = info.orig_filename
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        return Problem(
            "packed-again",
            name,
            "It is stored in another way than a pack stores it, and was not read.",
            "The pack was changed or packed again: unzip it and check SHA256SUMS by hand, or "
            "ask for the original.",
        )
    sha = hashlib.sha256()
    try:
        with archive.open(info) as source, _open(made, name, info.file_size) as entry:
            while piece := source.read(PIECE):
                sha.update(piece)
                entry.write(piece)
                on_bytes(len(piece))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError):
        return Problem(
            "damaged-entry",
            name,
            "Its bytes are not those that were packed, or cannot be read.",
            "The pack was changed or damaged; ask for it again.",
        )
    found.hashes[name] = sha.hexdigest()
    return None


_SUM = re.compile(r"([0-9a-f]{64})  (.+)")


def _compare_sums(data: bytes, found: CheckedPack) -> None:
    """Say which files differ from the list, are missing, were added or renamed."""

    def say(code: str, name: str, message: str) -> None:
        hint = "The pack was changed after it was written; ask for it again."
        found.problems.append(Problem(code, name, message, hint))

    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        parts = _SUM.fullmatch(line)
        if parts is None or parts[2] in found.listed:
            say("odd-line", f"{SUMS}, line {number}", "The line is not as a pack's list has it.")
        else:
            found.listed[parts[2]] = parts[1]
    there = {n: h for n, h in found.hashes.items() if n not in {SUMS, SIGNATURE}}
    added = {name: each for name, each in there.items() if name not in found.listed}
    for name, sha256 in found.listed.items():
        if name in there:
            if there[name] != sha256:
                say("differs", name, f"Its SHA-256 is not the one in {SUMS}.")
            continue
        new = next((other for other, each in added.items() if each == sha256), "")
        if new:
            del added[new]
            say("renamed", name, f'It is there under another name: "{new}".')
        elif not any(each.where == name for each in found.problems):
            say("missing", name, f"It is in {SUMS}, but not in the pack.")
    for name in added:
        say("added", name, f"It is in the pack, but not in {SUMS}.")


def unpack(path: Path, names: Mapping[str, Path]) -> None:
    """Write entries of a checked pack to files; keyed by path inside.

    Raises:
        OSError: where a file cannot be written.
    """
    with zipfile.ZipFile(path) as archive:
        for name, target in names.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, target.open("wb") as file:
                while piece := source.read(PIECE):
                    file.write(piece)


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, CheckedPack]]:
    """Unpack the assessment that lies in a pack, for a moment: settings, ledger, control sets.

    Raises:
        AssessmentError: where the file is no pack, was changed, or cannot be unpacked.
    """
    checked = check_pack(path)
    wrong = next(iter(checked.problems), None)
    if wrong is not None:
        hint = "Ask for the pack again, or name the folder it was made from."
        found = f"The pack is not as it was written: {wrong}".rstrip(".")
        raise AssessmentError.because("pack-changed", path.name, f"{found}.", hint)
    with temporary_folder() as scratch:
        names = [n for n in checked.hashes if n.startswith(_ASSESSMENT) and not fault_of(n)]
        try:
            unpack(path, {name: joined(scratch, name) for name in names})
        except OSError as cause:
            found = f"The assessment inside cannot be unpacked: {cause.strerror}."
            hint = "Look at the space on the disk."
            raise AssessmentError.because("not-unpacked", path.name, found, hint) from cause
        yield scratch, checked


def read_entry(path: Path, name: str) -> bytes:
    """Give one small entry of a checked pack."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


_LARGEST_RATIO = 200
_RATIO_MATTERS_ABOVE = 1 << 30
_LITTER = re.compile(r"^__MACOSX/|(^|/)(\.DS_Store|Thumbs\.db|desktop\.ini)$")
"""What file managers put in of their own."""


def straightened(path: Path, folder: Path) -> Path | None:
    """Write a pack that a file manager packed again as the program writes one.

    Whether its contents are the right ones is then seen as with any other pack.

    Args:
        folder: where to; the copy has the same name.

    Returns:
        The copy; ``None`` where the pack is not compressed and has no folder around it.

    Raises:
        AssessmentError: where the file is no pack, or there is no room for the copy.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            # NOTE: PowerShell's Compress-Archive puts a backslash where a ZIP has /
            named = [(i.orig_filename.replace("\\", "/"), i) for i in archive.infolist()]
            found = [(n, i) for n, i in named if not n.endswith("/") and not _LITTER.search(n)]
            top = next((name[: -len(SUMS)] for name, _ in found if _is_sums(name)), "")
            inside = {name.removeprefix(top): info for name, info in found}
            stored = all(each.compress_type == zipfile.ZIP_STORED for _, each in found)
            size = sum(each.file_size for _, each in found)
            is_bomb = size > max(_RATIO_MATTERS_ABOVE, _LARGEST_RATIO * path.stat().st_size)
            if (stored and not top) or len(inside) != len(found) or SUMS not in inside or is_bomb:
                return None
            listed = _SUM.findall(archive.read(inside[SUMS]).decode("utf-8", "replace"))
            order = [name for _, name in listed if name in inside]
            order += [name for name in inside if name not in {*order, SUMS, SIGNATURE}]
            order += [name for name in (SUMS, SIGNATURE) if name in inside]
            copy = folder / path.name
            with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as made:
                for name in dict.fromkeys(order):
                    with (
                        archive.open(inside[name]) as source,
                        _open(made, name, inside[name].file_size) as entry,
                    ):
                        while piece := source.read(PIECE):
                            entry.write(piece)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError):
        return None  # NOTE: what is wrong with it is said where it is checked as it is
    except OSError as cause:
        message = f"The pack was packed again, and cannot be unpacked: {cause.strerror}."
        hint = what_to_do(cause, "Look at the space on the disk. Nothing was checked.")
        raise AssessmentError.because("not-unpacked", path.name, message, hint) from cause
    return copy


def _is_sums(name: str) -> bool:
    """Say whether this is the list of hashes, itself or in one folder around everything."""
    return name.rpartition("/")[2] == SUMS and name.count("/") <= 1
