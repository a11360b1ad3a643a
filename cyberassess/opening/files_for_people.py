"""Writing files for people: is the place free, can it be written, is CSV safe to open."""

import contextlib
import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cyberassess.disk.files import remove_unfinished_of, what_to_do
from cyberassess.domain.characters import visible_lines
from cyberassess.errors import AssessmentError, CyberassessError, Problem

_LOOK = "Look at the folder's permissions and the space on the disk."
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes for the beginning of a formula; the full-width signs too."""


def refuse_existing(
    path: Path, *, force: bool, raising: type[CyberassessError] = AssessmentError
) -> None:
    """Refuse to write over a file, unless told to.

    Raises:
        CyberassessError: of the kind ``raising``, where the file is there already.
    """
    if path.exists() and not force:
        raise raising(
            Problem(
                "there-already",
                str(path),
                "There is a file of this name already.",
                "Choose another name, or add --force to replace it. Nothing was written.",
            )
        )


@contextlib.contextmanager
def saving(
    path: Path,
    what: str = "file",
    *,
    hint: str = _LOOK,
    raising: type[CyberassessError] = AssessmentError,
    make_folder: bool = True,
) -> Iterator[None]:
    """Say why, where the file that is written inside cannot be written.

    What a crashed command left of the same file goes first.

    Args:
        make_folder: make the folder it goes to, too.

    Raises:
        CyberassessError: of the kind ``raising``, with the reason.
    """
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        remove_unfinished_of(path)
        yield
    except OSError as cause:
        message = f"The {what} cannot be written: {cause.strerror or cause}."
        problem = Problem("not-writable", str(path), message, what_to_do(cause, hint))
        raise raising(problem) from cause


def moment(time: str) -> datetime.datetime:
    """Give a time of the ledger as a workbook's properties want it."""
    return datetime.datetime.fromisoformat(time).replace(tzinfo=None)


def safe_cell(text: str) -> str:
    """Give a text as it may stand in CSV, where a spreadsheet takes some for a formula."""
    shown = visible_lines(text)
    return f"'{shown}" if shown.lstrip()[:1] in _FORMULA or text[:1] in {"\t", "\r"} else shown


def unsafe_cell(text: str) -> str:
    """Take back what ``safe_cell`` put in front."""
    return text[1:] if text[:1] == "'" and text[1:].lstrip()[:1] in _FORMULA else text


def csv_text(rows: Iterable[Sequence[str]], line_end: str = "\r\n") -> str:
    """Give rows as CSV that a spreadsheet takes no formula from."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return text.getvalue()


def csv_bytes(rows: Iterable[Sequence[str]], line_end: str = "\r\n") -> bytes:
    """Give rows as CSV that Excel reads as UTF-8."""
    return csv_text(rows, line_end).encode("utf-8-sig", "replace")
