"""What somebody who double-clicks the program can choose: the next steps, each with its words.

Which assessment was used last is kept in the cache of the user, and nowhere else.
"""

import contextlib
import os
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberassess.disk.files import read_plain, write_whole
from cyberassess.disk.workspace import SETTINGS
from cyberassess.press.kept import cache_folder

FILES = "FILE"
"""Stands among words for files that are asked for."""
ASKED = "…"
"""Stands among words for what is asked for: what the option before it is called."""
_STEP = re.compile(r"^(?P<text>.+?): cyberassess (?P<words>[^:]+)$")
_MOST = 4096


@dataclass(frozen=True, slots=True)
class Choice:
    """A next step."""

    text: str
    words: tuple[str, ...]
    """What is typed for it behind the program's name; empty where it is done elsewhere."""


def choice(step: str) -> Choice:
    """Take a next step apart, as ``status`` says it."""
    found = _STEP.match(step)
    if found is None:
        return Choice(step, ())
    text = found["text"]
    text = f"{text} take them in" if text.endswith(", then") else text
    return Choice(text, tuple(shlex.split(found["words"])))


def is_assessment(folder: Path) -> bool:
    """Say whether a folder is one."""
    return (folder / SETTINGS).is_file()


def sorted_out(paths: Sequence[str]) -> tuple[Path | None, tuple[Path, ...]]:
    """Tell an assessment among what was dropped from files and folders to be received."""
    dropped = [Path(each).absolute() for each in paths]
    folders = [each.parent if each.name == SETTINGS else each for each in dropped]
    ours = [each for each in folders if is_assessment(each)]
    rest = [
        path for path, folder in zip(dropped, folders, strict=True) if not is_assessment(folder)
    ]
    return (ours[0] if ours else None), tuple(rest)


def typed_paths(text: str) -> list[str]:
    """Give the files somebody typed, or dropped into the window: quoted, or one to a line."""
    if '"' in text:
        return [quoted or bare for quoted, bare in re.findall(r'"([^"]+)"|(\S+)', text)]
    return [text] if text else []


def _note() -> Path | None:
    home: Path | None = None
    with contextlib.suppress(RuntimeError):
        home = Path.home()
    folder = cache_folder(os.environ, home)
    return folder / "last-used" if folder else None


def last_used() -> Path | None:
    """Give the assessment used last, if it is still there."""
    note = _note()
    if note is None:
        return None
    try:
        folder = Path(read_plain(note, _MOST).decode("utf-8"))
        return folder if is_assessment(folder) else None
    except (OSError, ValueError):
        return None


def remember(folder: Path) -> None:
    """Keep in mind which assessment is used; it does not matter where that fails."""
    note = _note()
    if note is not None:
        with contextlib.suppress(OSError):
            note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(note, str(folder.absolute()).encode("utf-8", "replace"), durable=False)


def where_new_ones_go(here: Path) -> Path:
    """Give the folder for a new assessment: where one is, but for the program's own folder."""
    if here.resolve() != Path(sys.prefix).resolve().parent:
        return here
    documents = Path.home() / "Documents"
    return documents if documents.is_dir() else Path.home()
