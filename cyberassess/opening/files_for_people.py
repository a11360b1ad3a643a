"""Files of people: what they are called, how originals are kept, what is written for them."""

import contextlib
import csv
import datetime
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cyberassess.disk.files import (
    copy_whole,
    fault_of,
    place_for,
    remove_unfinished_of,
    sha256_of,
    what_to_do,
)
from cyberassess.domain.characters import visible_lines
from cyberassess.errors import AssessmentError, CyberassessError, Problem

_LOOK = "Look at the folder's permissions and the space on the disk."
_LONGEST = 88
"""Characters of the name of an original, without its ending: with the folders it lies in, an
assessment below 120 characters of other folders stays within the 259 that Windows takes."""
_HASH = 6
"""Hex digits that stand for a name in another script."""
_MOST_BYTES = 180
"""Bytes of a text in a name, of which Linux takes 255 in all."""
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes for the beginning of a formula; the full-width signs too."""


def plain(text: str, longest: int) -> str:
    """Give a text as it may stand in a file's name."""
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(each if each.isalnum() or each in " '()&" else " " for each in folded)
    cut = " ".join(kept.split())[:longest].encode()[:_MOST_BYTES].decode("utf-8", "ignore")
    return cut.strip() or "x"


def dated(folder: Path, on: datetime.date, name: str, suffix: str) -> Path:
    """Give a file a name that begins with its date, and that no file in its folder has."""
    stem = f"{on.isoformat()} {plain(name, 80)}"
    number, path = 1, folder / f"{stem}{suffix}"
    while path.exists():
        number += 1
        path = folder / f"{stem} ({number}){suffix}"
    return path


def keep_original(
    path: Path,
    folder: Path,
    sha256: str = "",
    *,
    under: str = "questionnaires",
    copy: bool = True,
) -> str:
    """Copy an original as it came; give the name it is kept under.

    Args:
        folder: where to.
        under: the folder of the workspace it lies in, or is.
        copy: false only names it.

    Raises:
        AssessmentError: where it cannot be copied.
    """
    try:
        target, is_there = place_for(
            sha256 or sha256_of(path), lambda mark: folder / f"{mark} {_cut(path, len(mark))}"
        )
        if copy and not is_there:
            folder.mkdir(parents=True, exist_ok=True)
            copy_whole(path, target)
    except OSError as cause:
        raise AssessmentError.because(
            "original-not-kept",
            f"{folder.name}/{path.name}",
            f"The original cannot be copied to the folder {folder.name}: {cause.strerror}.",
            what_to_do(
                cause,
                "Look at that folder's permissions and the space on the disk. "
                "Nothing was stored from the file.",
            ),
        ) from cause
    within = f"{under}/" if folder.name != under else ""
    return f"{within}{folder.name}/{target.name}"


def _cut(path: Path, less: int) -> str:
    return f"{plain(path.stem, _LONGEST - less)}{_suffix(path)}"


def _suffix(path: Path) -> str:
    return path.suffix if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", path.suffix) else ""


def file_slug(stem: str) -> str:
    """Give an id as it may stand alone in a file's name."""
    name = slug(stem)[:_LONGEST]
    return f"own-{name}" if fault_of(name) else name


def slug(title: str) -> str:
    """Give an id made from a title: lower case, digits and hyphens.

    A title without any of these in it, as in another script, gives digits of its hash.
    """
    name = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")
    if name or not any(map(str.isalnum, title)):
        return name or "x"
    letters = unicodedata.normalize("NFC", title.strip()).casefold()
    return f"x-{hashlib.sha256(letters.encode()).hexdigest()[:_HASH]}"


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
