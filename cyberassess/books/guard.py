"""Workbooks from outside, read without trusting them.

In this process only a file's size, its first bytes and the directory of the ZIP are looked at.
Everything else happens in a child process with limits on memory and time. Whatever a file does,
it ends as a ``Book`` or as one of ``CAUSES``.
"""

import contextlib
import json
import queue
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import unquote

from cyberassess.disk.files import open_plain
from cyberassess.errors import WorkbookError

SECONDS = 9.0
"""What one workbook may take; with the end of the child it is under ten."""
PATIENCE = 2.0
"""Seconds a child without work may take to end by itself."""
LARGEST_FILE = 25_000_000
LARGEST_CONTENT = 80_000_000
LARGEST_RATIO = 150
RATIO_MATTERS_ABOVE = 8_000_000
MOST_PARTS = 2_000
LARGEST_DIRECTORY = 1_000_000

PROGRAM = Path(__file__).with_name("child.py")
"""What the child runs."""

_RESAVE = (
    "Open it in Excel or LibreOffice, save it as Excel Workbook (.xlsx), and receive that file."
)
_KEPT = "Nothing was stored."

CAUSES: dict[str, tuple[str, str]] = {
    "not-there": ("There is no such file.", "Check the name and the folder."),
    "not-a-file": ("This is a folder or a device, not a file.", "Name a workbook."),
    "cannot-open": (
        "The file cannot be opened.",
        "Close it in other programs, check that you may read it, and receive it again.",
    ),
    "lock-file": (
        "This is the mark Excel leaves while a workbook is open, not the workbook.",
        "Close the workbook in Excel and receive the file without ~$ in front.",
    ),
    "empty-file": (
        "The file is empty.",
        "It may still be syncing: wait and receive it again. If not, ask for it to be sent again.",
    ),
    "too-large": (
        "The file holds far more than is read here.",
        "Delete pictures and copied sheets, save it, and receive it again.",
    ),
    "password-protected": (
        "The workbook is protected by a password.",
        "Ask for the password to be removed and the file to be sent again.",
    ),
    "label-encrypted": (
        "The workbook is encrypted by a sensitivity label or by rights management.",
        "Ask for the protection to be removed, or for a copy with a label that does not encrypt.",
    ),
    "old-workbook": ("This is a workbook in the old .xls form.", _RESAVE),
    "old-document": (
        "This is a document of an old Office program, not a workbook we can read.",
        _RESAVE,
    ),
    "macro-workbook": (
        "The workbook holds macros. Ours never do.",
        "Save it as Excel Workbook (.xlsx), which leaves macros out, and receive that file.",
    ),
    "binary-workbook": ("This is a workbook in the binary .xlsb form.", _RESAVE),
    "csv-file": (
        "This is a text file (such as .csv), which says nothing of sheets and cells.",
        "Name the workbook itself, as it was filled in.",
    ),
    "numbers-file": (
        "This is a document of Apple's Numbers or Pages.",
        "In Numbers choose Export to, Excel, and receive that file.",
    ),
    "pdf-file": ("This is a PDF.", "Name the workbook itself, as it was filled in."),
    "picture": ("This is a picture.", "Name the workbook itself, as it was filled in."),
    "document": (
        "This is a text document or a presentation.",
        "Name the workbook itself, as it was filled in.",
    ),
    "web-page": ("This is a web page or an XML file with the name of a workbook.", _RESAVE),
    "not-a-workbook": (
        "This is not a workbook.",
        "Name the .xlsx file itself, as it was filled in.",
    ),
    "damaged": (
        "The workbook is damaged: parts of it are missing or cannot be read.",
        f"{_RESAVE} If it does not open, ask for it to be sent again.",
    ),
    "unsafe-content": (
        "The file is built in a way no spreadsheet program builds one. It may be an attack.",
        "Do not open it. Ask the sender by telephone what it is.",
    ),
    "took-too-long": (
        "Reading the workbook took too long and was stopped.",
        "Delete copied sheets and unused rows, save it, and receive it again.",
    ),
    "reader-died": (
        "The program that reads workbooks stopped while it read this one.",
        f"{_RESAVE} If it happens again, ask for the file to be sent again.",
    ),
}
"""Every way reading can fail: what is wrong, and what to do."""

_MAGIC = (
    (b"%PDF", "pdf-file"),
    (b"\xff\xd8\xff", "picture"),
    (b"\x89PNG", "picture"),
    (b"GIF8", "picture"),
    (b"BM", "picture"),
    (b"\x09\x00\x04\x00", "old-workbook"),
    (b"\x09\x02\x06\x00", "old-workbook"),
    (b"\x09\x04\x06\x00", "old-workbook"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"<", "web-page"),
    (b"\xef\xbb\xbf<", "web-page"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Cell(NamedTuple):
    """A cell that holds something, counted from one."""

    row: int
    column: int
    kind: str
    """``s`` text, ``n`` number, ``b`` yes or no, ``d`` date, ``f`` formula, ``e`` error value;
    empty where there is only a comment."""
    text: str
    """The value as people see it, or the formula with its equals sign; dates in ISO 8601.

    What is struck through is no part of it; where all is, kind and text are empty."""
    comment: str = ""
    link: str = ""
    """Where a link on the cell leads, outside of the workbook."""
    struck: str = ""
    """What is struck through."""
    plain: str = ""
    """The value as the file holds it, where that is another text than ``text``."""
    date: str = ""
    """Of a date that is shown without its day or its year: ISO 8601, as far as it is meant."""
    is_less: bool = False
    """Whether the file holds more than is shown, or it is not known how it is shown."""

    @property
    def address(self) -> str:
        """``D14``."""
        letters, number = "", self.column
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(65 + rest) + letters
        return f"{letters}{self.row}"

    @property
    def held(self) -> str:
        """The value as the file holds it; earlier versions read no other."""
        return self.plain or self.text

    @property
    def bare(self) -> "Cell":
        """The cell with that alone."""
        kind = self.kind or ("s" if self.plain else "")
        return Cell(self.row, self.column, kind, self.held, self.comment)

    @property
    def says(self) -> tuple[str, ...]:
        """Everything that stands in it, seen or not: its texts, its note, where it leads."""
        return self.text, self.plain, self.link, self.comment

    @property
    def ours(self) -> "Cell":
        """The cell where nobody answers: with what is struck through."""
        return self.bare._replace(struck=self.struck) if self.struck else self

    @property
    def whole(self) -> str:
        """The text, and where its link leads unless the text says that."""
        link, text = _address(self.link), _address(self.text)
        is_said = link == text or (len(link) > _SHORT and link in text)
        return self.text if is_said or not link else f"{self.text} ({self.link})"


_SHORT = 7
"""Up to so many characters of an address may stand in a text by chance."""


def _address(text: str) -> str:
    """Give an address as it is compared: what programs add to what people type does not matter."""
    plain = unquote(text.strip()).replace("\\", "/").casefold()
    for start in ("mailto:", "file:///", "http://", "https://"):
        plain = plain.removeprefix(start)
    return plain.rstrip("/")


class Merged(NamedTuple):
    """Cells that were joined into one; only the first of them can hold a value."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def address(self) -> str:
        """``C5:C9``."""
        first, last = Cell(self.top, self.left, "", ""), Cell(self.bottom, self.right, "", "")
        return f"{first.address}:{last.address}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with its cells in reading order."""

    name: str
    is_hidden: bool
    hidden_rows: tuple[int, ...]
    hidden_columns: tuple[int, ...]
    cells: tuple[Cell, ...]
    drawn: tuple[str, ...] = ()
    """Texts of text boxes and other shapes."""
    merged: tuple[Merged, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """What a workbook holds."""

    sheets: tuple[Sheet, ...]
    saved: str
    """The time of saving that stands in the file, ISO 8601 in UTC; empty where none does."""
    extras: tuple[str, ...] = ()
    """Parts nobody reads: pictures, charts, shapes without text, what no sheet names."""

    @property
    def bare(self) -> "Book":
        """The workbook with the values its cells hold and nothing else of them."""
        sheets = (replace(e, cells=tuple(cell.bare for cell in e.cells)) for e in self.sheets)
        return replace(self, sheets=tuple(sheets))


# NOTE: values of json.loads from our own child; turned into Cell, Sheet and Book at once.
Json = Any


def refusal(cause: str, path: Path) -> WorkbookError:
    """Give a cause as what is raised."""
    message, hint = CAUSES[cause]
    return WorkbookError.because(cause, path.name, message, f"{_KEPT} {hint}")


class _Child:
    """The process that parses; its answers come through a thread, so that waiting can end."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(PROGRAM), str(Path(__file__).parents[2])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.lines: queue.Queue[bytes] = queue.Queue()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        output = self.process.stdout
        if output is not None:
            for line in output:
                self.lines.put(line)
        self.lines.put(b"")

    def ask(self, path: Path, seconds: float) -> Json:
        """Give the child's answer; a cause where it gives none."""
        line = json.dumps({"path": str(path.resolve())}).encode() + b"\n"
        try:
            if self.process.stdin is not None:
                self.process.stdin.write(line)
                self.process.stdin.flush()
            reply = self.lines.get(timeout=seconds)
        except OSError:
            reply = b""
        except queue.Empty:
            self.process.kill()
            self.close()
            return {"cause": "took-too-long"}
        if not reply.endswith(b"\n"):
            self.close()
            out_of_time = -getattr(signal, "SIGXCPU", 0)
            slow = out_of_time and self.process.returncode == out_of_time
            return {"cause": "took-too-long" if slow else "reader-died"}
        return json.loads(reply)

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        """End it, at once where it does not end by itself."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.thread.join()
        if self.process.stdout is not None:
            self.process.stdout.close()


class Reader:
    """Reads workbooks, one after another, in one child process; a dead one is replaced."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        """Take the longest time one workbook may need; no process is started yet."""
        self._seconds = seconds
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None

    def read(self, path: Path) -> Book:
        """Read a workbook.

        Raises:
            WorkbookError: with one of ``CAUSES``; the next workbook can still be read.
        """
        cause = look_at(path)
        if cause:
            raise refusal(cause, path)
        if self._child is None or not self._child.is_alive:
            if self._child is not None:
                self._child.close()
            self._child = _Child()
        reply = self._child.ask(path, self._seconds)
        cause = str(reply.get("cause", ""))
        if cause:
            raise refusal(cause if cause in CAUSES else "damaged", path)
        return Book(
            tuple(_sheet(each) for each in reply["sheets"]),
            reply["saved"],
            tuple(reply["extras"]),
        )


def _sheet(reply: Json) -> Sheet:
    return Sheet(
        reply["name"],
        reply["hidden"],
        tuple(reply["hidden_rows"]),
        tuple(reply["hidden_columns"]),
        tuple(Cell(*each) for each in reply["cells"]),
        tuple(reply["drawn"]),
        tuple(Merged(*each) for each in reply["merged"]),
    )


def look_at(path: Path) -> str:
    """Give the cause that speaks against reading a file, seen from outside; empty for none."""
    if path.name.startswith(("~$", ".~lock.")):
        return "lock-file"
    try:
        if not path.exists():
            return "not-there"
        if not path.is_file():
            return "not-a-file"
        size = path.stat().st_size
        if not size:
            return "empty-file"
        with open_plain(path) as file:
            start = file.read(4096)
        if start.startswith(b"PK"):
            return _look_at_zip(path, size)
        return "too-large" if size > LARGEST_FILE else _look_at_start(path, start)
    except OSError:
        return "cannot-open"


def _look_at_start(path: Path, start: bytes) -> str:
    if start.startswith(_OLE):
        return _look_at_ole(path.read_bytes())
    if start[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"} or (
        start.startswith(b"RIFF") and start[8:12] == b"WEBP"
    ):
        return "picture"
    for magic, cause in _MAGIC:
        if start.startswith(magic):
            return cause
    return "csv-file" if _is_text(start) else "not-a-workbook"


def _is_text(start: bytes) -> bool:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < ord(" ") and byte not in b"\t\n\r\f" for byte in start)


def _look_at_ole(data: bytes) -> str:
    """Tell the documents of old Office programs apart by the names in their directory.

    A password and rights management look alike but for the name of the transform that encrypts.
    """
    names = set(_ole_names(data))
    if any(each.startswith("drm") for each in names) or "\tdrmcontent" in names:
        return "label-encrypted"
    if names & {"encryptedpackage", "encryptioninfo"}:
        return "password-protected"
    if names & {"workbook", "book"}:
        return "old-workbook"
    return "old-document"


def _ole_names(data: bytes) -> Iterator[str]:
    """Give what looks like an entry of a directory: a name of 64 bytes, its length, its type."""
    for start in range(512, len(data) - 127, 128):
        length = int.from_bytes(data[start + 64 : start + 66], "little")
        if 4 <= length <= 64 and not length % 2 and data[start + 66] in {1, 2, 5}:  # noqa: PLR2004
            yield data[start : start + length - 2].decode("utf-16-le", "replace").casefold()


def _directory_size(path: Path, size: int) -> int:
    """Give the size of the ZIP's directory, or 0 where none is found."""
    with open_plain(path) as file:
        file.seek(max(0, size - 65_557))
        end = file.read()
    place = end.rfind(b"PK\x05\x06")
    return int.from_bytes(end[place + 12 : place + 16], "little") if place >= 0 else 0


_PARTS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda name: name.startswith("index/") and name.endswith(".iwa"), "numbers-file"),
    (lambda name: name in {"index.zip", "index.apxl"}, "numbers-file"),
    (lambda name: name == "xl/workbook.bin", "binary-workbook"),
    (lambda name: name.endswith("vbaproject.bin"), "macro-workbook"),
    (lambda name: name.startswith(("basic/", "scripts/")), "macro-workbook"),
    (lambda name: name.startswith(("word/", "ppt/")), "document"),
)


_COMPRESSED = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
"""What the format allows."""
_OURS = frozenset(("[content_types].xml", "xl/workbook.xml"))


def _look_at_zip(path: Path, size: int) -> str:
    if size > LARGEST_FILE or _directory_size(path, size) > LARGEST_DIRECTORY:
        return "too-large"
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return "damaged"
    content = sum(each.file_size for each in parts)
    if len(parts) > MOST_PARTS or content > LARGEST_CONTENT:
        return "too-large"
    if content > RATIO_MATTERS_ABOVE and content > LARGEST_RATIO * size:
        return "too-large"
    if any(each.flag_bits & 1 for each in parts):
        return "password-protected"
    names = {each.filename.replace("\\", "/").lstrip("/").lower() for each in parts}
    if any(".." in each.split("/") for each in names):
        return "unsafe-content"
    for is_it, cause in _PARTS:
        if any(is_it(name) for name in names):
            return cause
    if "_rels/.rels" in names or "content.xml" in names:
        usual = all(each.compress_type in _COMPRESSED for each in parts)
        return "" if usual and len(names) == len(parts) else "damaged"
    return "damaged" if names & _OURS else "not-a-workbook"
