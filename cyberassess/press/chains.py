"""Parts that go on from one another, laid out in turn; several such chains, on both processors.

Where a part begins on its page follows from where the one before it ends, so parts of one chain
wait for each other; chains do not. A long document gives some of its chains to a helper, a second
process of this program. What a helper cannot do, for whatever reason, is done here.
"""

import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import IO, Protocol

from cyberassess.press.fragment import Fragment
from cyberassess.press.kept import Kept
from cyberassess.press.layout import Press, font_files, rare_collection, versions

_STEP = 12.6
"""Parts that go on on a page begin a whole number of these points below its top, so that one
more line in a part seldom moves those after it."""
_MARKS = 6
"""Pieces of marked content in such a step, more than most texts have: what is numbered from a
place's own number on need not be numbered again where there is more or less above it."""
_FULL = 0.88
"""A page filled so far takes no new part."""
WORTH_A_HELPER = 150_000
"""Characters left to lay out from which a helper, at most half a second to start, saves time."""
WORTH_A_COPY = 40_000
"""The same where the helper is a copy of this process, which stands ready at once."""
_SIZE = struct.Struct(">Q")

Chain = tuple[str, ...]
"""The HTML of parts that go on from one another."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A fragment, and the page its first page falls on, counted from 0."""

    fragment: Fragment
    page: int


@dataclass(frozen=True)
class Sheet:
    """What all parts of a document have in common."""

    head: str
    """Everything before the body."""
    style: str
    date: str
    """ISO."""

    def whole(self, body: str, above: float = 0.0) -> str:
        """Give a document of its own, its text so many points below the top."""
        space = f'<body><div style="height:{above:g}pt"></div>' if above else '<body class="top">'
        return f"{self.head}{space}{body}</body></html>"

    @cached_property
    def press(self) -> Press:
        """What lays out; made only where something is to be laid out."""
        return Press(self.style, self.date)

    @cached_property
    def basis(self) -> str:
        """What every part follows from, beside its own text."""
        fonts = "".join(f"{path.name} {path.stat().st_size}" for path in font_files())
        return Kept.key(self.style, versions(), fonts)


class Typesetter:
    """Lays out parts of one document, or takes them as they were kept."""

    def __init__(self, sheet: Sheet, kept: Kept) -> None:
        """Set up for a document."""
        self.sheet = sheet
        self._kept = kept

    def fragment(
        self, body: str, above: float = 0.0, *, running: bool = False, only_kept: bool = False
    ) -> Fragment | None:
        """Give a part laid out; ``None`` where it is not kept and may not be laid out.

        Raises:
            ReportError: where the engine complains.
        """
        html = self.sheet.whole(body, above)
        key = Kept.key(self.sheet.basis, html, "running" if running else "")
        found = self._kept.get(key)
        if found is None and not only_kept:
            first = round(above / _STEP) * _MARKS
            found = self.sheet.press.lay_out(html, first=first, running=running)
            self._kept.put(key, found)
        return found

    def chain(
        self, parts: Chain, begun: Sequence[Placed] = (), *, only_kept: bool = False
    ) -> list[Placed]:
        """Give a chain laid out, its pages counted from its first.

        Args:
            begun: what there is of it.
            only_kept: as far only as its parts were kept.
        """
        placed = list(begun)
        for body in parts[len(begun) :]:
            page, above = _next(placed[-1]) if placed else (0, 0.0)
            fragment = self.fragment(body, above, only_kept=only_kept)
            if fragment is None:
                break
            placed.append(Placed(fragment, page))
        return placed

    def chains(self, chains: Sequence[Chain]) -> list[list[Placed]]:
        """Lay out chains, on two processors where that is worth it.

        Raises:
            ReportError: where the engine complains.
        """
        placed = [self.chain(chain, only_kept=True) for chain in chains]
        rest = [
            sum(map(len, chain[len(done) :])) for chain, done in zip(chains, placed, strict=True)
        ]
        mine, theirs = _shared_out({at: size for at, size in enumerate(rest) if size})
        with _helper(self, [chains[at] for at in theirs]) as answers:
            for at in mine:
                placed[at] = self.chain(chains[at], placed[at])
            for at, each in zip(theirs, answers, strict=False):
                placed[at] = each
        return [self.chain(*each) for each in zip(chains, placed, strict=True)]


def _next(last: Placed) -> tuple[int, float]:
    """Give where what follows a part begins: its page, and how far below the top."""
    top, end, bottom = last.fragment.room
    page = last.page + len(last.fragment.leaves) - 1
    above = -(-(end - top) // _STEP) * _STEP
    return (page + 1, 0.0) if above > (bottom - top) * _FULL else (page, above)


def _shared_out(sizes: Mapping[int, int]) -> tuple[list[int], list[int]]:
    """Share out work by size: what is done here, and what a helper does."""
    worth = WORTH_A_COPY if _can_be_copied() else WORTH_A_HELPER
    if len(sizes) < 2 or sum(sizes.values()) < worth or (os.cpu_count() or 1) < 2:  # noqa: PLR2004
        return list(sizes), []
    mine: list[int] = []
    theirs: list[int] = []
    here = there = 0
    for at, size in sorted(sizes.items(), key=lambda each: (-each[1], each[0])):
        if here <= there:
            mine.append(at)
            here += size
        else:
            theirs.append(at)
            there += size
    return mine, theirs


@contextmanager
def _helper(typesetter: Typesetter, chains: Sequence[Chain]) -> Iterator[Iterator[list[Placed]]]:
    """Let a second process lay out chains meanwhile; give what it came to, as far as it came."""
    if not chains:
        yield iter(())
        return
    try:
        process, stream = (_copied if _can_be_copied() else _begun)(typesetter, chains)
    except OSError:
        yield iter(())
        return
    try:
        yield _answers(stream)
    finally:
        stream.close()
        process.kill()
        process.wait()


def _begun(typesetter: Typesetter, chains: Sequence[Chain]) -> tuple["_Process", IO[bytes]]:
    """Begin another process of this program."""
    task = json.dumps({"sheet": asdict(typesetter.sheet), "chains": chains}).encode()
    # NOTE: -P keeps the present folder, which may be a stranger's, off the import path.
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "cyberassess.press.helper"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None  # noqa: S101 - both were asked for
    assert process.stdout is not None  # noqa: S101
    with contextlib.suppress(OSError):
        process.stdin.write(task)
        process.stdin.close()
    return process, process.stdout


def _can_be_copied() -> bool:
    """Say whether this process can be copied, the engine loaded and all, in no time.

    NOTE: a copy of a process with threads may wait for ever for what one of them held, and macOS
    and Windows have no copies that are safe.
    """
    return sys.platform == "linux" and threading.active_count() == 1


def _copied(typesetter: Typesetter, chains: Sequence[Chain]) -> tuple["_Process", IO[bytes]]:
    """Copy this process."""
    sheet = typesetter.sheet
    sheet.press.lay_out(sheet.whole(""))  # what both need stands ready before they part
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(ours)
            with os.fdopen(theirs, "wb") as out:
                _give(typesetter, chains, out)
        finally:
            os._exit(0)  # whatever happens, what stood to be done in the copied process is not
    os.close(theirs)
    return _Copy(child), os.fdopen(ours, "rb")


class _Process(Protocol):
    def kill(self) -> None: ...
    def wait(self) -> object: ...


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy of this process."""

    id: int

    def kill(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.id, signal.SIGKILL)

    def wait(self) -> None:
        """See it off, where the system does not by itself, as for whoever ignores SIGCHLD."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.id, 0)


def _answers(stream: IO[bytes]) -> Iterator[list[Placed]]:
    with contextlib.suppress(OSError, ValueError, struct.error):
        while True:
            (count,) = _SIZE.unpack(stream.read(_SIZE.size))
            placed: list[Placed] = []
            for _ in range(count):
                page, size = struct.unpack(">QQ", stream.read(16))
                placed.append(Placed(Fragment.from_bytes(stream.read(size)), page))
            yield placed


def answer(task: bytes, out: IO[bytes], kept: Kept) -> None:
    """Do what a helper is for: lay out the chains of a task, and give each as soon as it is done.

    Raises:
        ReportError: where the engine complains; whoever asked finds out for themselves.
    """
    wanted = json.loads(task)
    typesetter = Typesetter(Sheet(**wanted["sheet"]), kept)
    with rare_collection():
        _give(typesetter, [tuple(each) for each in wanted["chains"]], out)


def _give(typesetter: Typesetter, chains: Iterable[Chain], out: IO[bytes]) -> None:
    for chain in chains:
        placed = typesetter.chain(chain)
        out.write(_SIZE.pack(len(placed)))
        for each in placed:
            data = each.fragment.to_bytes()
            out.write(struct.pack(">QQ", each.page, len(data)) + data)
        out.flush()


def moved(placed: Sequence[Placed], pages: int) -> list[Placed]:
    """Give fragments so many pages further on."""
    return [replace(each, page=each.page + pages) for each in placed]
