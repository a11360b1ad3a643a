"""Files that come back, of every kind: the one road from a file to what is recorded of it.

A step declares each kind it takes as a ``Returning``: how it is known, and what takes it.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from cyberassess.books.guard import Book, Reader
from cyberassess.books.tables import Came
from cyberassess.disk.files import need_plain, sha256_of
from cyberassess.domain.record.happened import Event
from cyberassess.errors import WorkbookError
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.intake import (
    ReceivedFile,
    Weighing,
    belongs,
    is_known,
    need_ours,
    state_at,
    take_down,
)
from cyberassess.opening.writing import Change, Rehearsal, Writing, rehearse, writing


@dataclass
class Coming:
    """One file under way."""

    folder: Path
    """The assessment's."""
    result: ReceivedFile
    command: str
    dry_run: bool = False
    by: str | None = None
    book: Book | None = None
    """What the workbook holds, where it was opened already."""
    after: Writing | None = None
    """The session of the same command before; what it read need not be read again."""
    rehearsal: Rehearsal | None = None
    """Shared by the files of a dry run, so that each sees the ones before."""
    saved: str = ""
    """When the file says it was saved; empty where it does not, or was not weighed yet."""

    @contextlib.contextmanager
    def session(
        self, change: Change | None = None, renamed: Mapping[str, str] = MappingProxyType({})
    ) -> Iterator[Writing]:
        """Open the assessment to write to it, or to say what would be written.

        Args:
            renamed: why people go by other names now, keyed by their ids.
        """
        if self.dry_run:
            session: Writing = self.rehearsal or rehearse(self.folder, self.command)
            waiting = list(session.pending)
            try:
                yield session
            except WorkbookError:
                session.pending[:] = waiting  # nobody was met after all
                raise
            return
        with writing(
            self.folder, self.command, by=self.by, change=change, after=self.after,
            renamed=renamed,
        ) as session:  # fmt: skip
            yield session
        self.after = session

    def opened(self) -> Book:
        """Give what the workbook holds."""
        if self.book is None:
            with Reader() as reader:
                self.book = reader.read(self.result.path)
        return self.book

    def weighing(
        self, assessment: Assessment, came: Came, what: str, again: str
    ) -> tuple[Weighing, Assessment | None]:
        """See that a table belongs here; give what weighs it, and the state it was written at.

        A table that does not say whose it is, as CSV does not, is taken for ours.

        Raises:
            WorkbookError: where it is another assessment's, or of a state not known here.
        """
        name, found = self.result.path.name, belongs(came.about)
        then = None
        if found.assessment:
            hint = "save its rows as CSV where they are meant for this one."
            need_ours(assessment, name, what, found, hint)
        if found.assessment and found.head:
            then = state_at(assessment, name, found.head, again)
        self.saved = came.saved
        return Weighing(self.result, assessment, came.saved, round_of(then)), then

    def take_down(
        self, session: Writing, events: Sequence[Event], what: str, lines: Iterable[str] = ()
    ) -> None:
        """Record what a file changes and that it came, with original and receipt.

        Nothing is recorded of a file that came before and says nothing new.
        """
        self.result.person = session.actor.name
        if events or not is_known(session.assessment, self.result.sha256):
            came = take_down(self.result, session, what, lines, saved=self.saved)
            session.write([*events, *came])


def round_of(then: Assessment | None) -> int:
    """Say how long the ledger was at a state; 0 where the state is not known."""
    return max(each.sequence for each in then.reading.segments) if then else 0


@dataclass(frozen=True)
class Returning:
    """A kind of file that comes back."""

    is_one: Callable[[Book], bool]
    """Whether a workbook is one of these."""
    take: Callable[[Coming], None]
    """Records what is in it.

    Raises:
        CyberassessError: where it is refused as a whole; nothing was stored.
    """


def take_one(
    folder: Path,
    path: Path,
    kind: Returning,
    *,
    command: str,
    dry_run: bool = False,
    by: str | None = None,
) -> ReceivedFile:
    """Take in one file of a kind that is known.

    Raises:
        CyberassessError: where it is refused; nothing was stored.
    """
    need_plain(path, "Nothing was changed.")
    coming = Coming(folder, ReceivedFile(path, sha256=sha256_of(path)), command, dry_run, by)
    kind.take(coming)
    return coming.result
