"""What a double click shows: the screen, or where no browser starts the next steps by number.

Which assessment was used last is kept in the cache of the user, and nowhere else.
"""

import contextlib
import itertools
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess.disk.files import by_name, read_plain, write_whole
from cyberassess.disk.workspace import SETTINGS
from cyberassess.errors import AssessmentError, CyberassessError, counted
from cyberassess.press.kept import cache_folder
from cyberassess.terminal.fitting import item, read, say, show, typed
from cyberassess.terminal.running import show_problems

if TYPE_CHECKING:
    from cyberassess.steps.standing.standing import Status, Step

FILES = "FILE"
"""Stands among words for files that are asked for."""
ASKED = "…"
"""Stands among words for what is asked for: what the option before it is called."""
_MOST = 4096


def words_of(step: "Step") -> list[str]:
    """Give what is typed for a step; nothing where it is done elsewhere."""
    return shlex.split(step.command)[1:]


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


def _noted() -> Path | None:
    note = _note()
    with contextlib.suppress(OSError, ValueError):
        return Path(read_plain(note, _MOST).decode("utf-8")) if note else None
    return None


def last_used() -> Path | None:
    """Give the assessment used last, if it is still there."""
    with contextlib.suppress(OSError, ValueError):
        folder = _noted()
        return folder if folder and is_assessment(folder) else None
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
    documents = _documents()
    return documents if documents.is_dir() else Path.home()


def _documents() -> Path:
    """Give the folder a person keeps documents in; an organisation may have moved it."""
    if sys.platform == "win32":
        import ctypes

        found = ctypes.create_unicode_buffer(260)
        if ctypes.windll.shell32.SHGetFolderPathW(None, 5, None, 0, found) == 0:
            return Path(found.value)
    return Path.home() / "Documents"


def new_folder(place: Path) -> Path:
    """Give a folder that is not there yet, for a new assessment that nobody has named."""
    for number in itertools.count(1):
        folder = place / ("cyber-assessment" if number == 1 else f"cyber-assessment-{number}")
        if not folder.exists():
            break
    return folder


def menu_lines(found: "Status", folder: Path) -> Iterator[str]:
    """Say where it stands, and what comes next with numbers."""
    settings = found.assessment.contents.settings
    confidence = found.assessment.card.confidence
    yield f"{settings.organisation}, {settings.period}"
    yield str(folder)
    yield (
        f"{confidence.answered:,} of {counted(confidence.statements, 'statement')} answered, "
        f"{counted(confidence.conflicts, 'conflict')} open."
    )
    yield ""
    yield "What comes next:"
    number = 0
    for each in found.steps:
        number += bool(each.command)
        text = f"{each.text} take them in" if each.text.endswith(", then") else each.text
        yield from item(str(number) if each.command else "-", text)
    yield ""


_BEGINNING = (
    "  1  Begin a new one",
    "  2  Open one: type where its folder is, or drop the folder here",
    "  3  Look at a finished example first",
    "  q  Close",
)


class Menu:
    """The conversation: one assessment at a time, one command after another."""

    def __init__(
        self,
        run: Callable[[Sequence[str]], int],
        here: Path,
        paths: Sequence[str],
        *,
        opens: bool = False,
    ) -> None:
        """Find the assessment: among what was named, here, or the one used last.

        Args:
            run: gives a command.
            here: the folder it is given in.
            paths: files to be received, or an assessment.
            opens: show the screen in its place where a browser starts and nothing is received.
        """
        self._run = run
        self._here = here
        self._opens = opens
        named, self._dropped = sorted_out(paths)
        self._folder = named or (here if is_assessment(here) else last_used())

    def show(self, *, waits: bool) -> None:
        """Show it until somebody has had enough; once where nobody can answer."""
        if self._opens and not self._dropped and self._open_screen():
            return
        if self._folder is None and not self._find(waits=waits):
            return
        if self._dropped:
            self._give("receive", *map(str, self._dropped))
            show("")
        while self._once(waits=waits):
            show("")

    def _open_screen(self) -> bool:
        """Show the screen, which asks what a new one needs; say whether a browser came."""
        folder, noted = self._folder or new_folder(where_new_ones_go(self._here)), _noted()
        if self._folder is None and noted not in {None, folder}:
            # NOTE: it may lie on a drive that is not connected today, so it is kept in mind
            say(f"The assessment used last is not there now: {noted}")
        else:
            remember(folder)
        has_come = self._run(["-C", str(folder), "open", "--needs-browser"]) == 0
        if is_assessment(folder):
            remember(folder)
        return has_come

    def _find(self, *, waits: bool) -> bool:
        """Ask which assessment it is; say whether there is one now."""
        if not waits:
            message = "There is no assessment here, and none was used before."
            hint = "To begin one: cyberassess new FOLDER. Nothing was changed."
            raise AssessmentError.because("no-assessment", "", message, hint)
        while self._folder is None:
            say("cyberassess: which assessment?")
            show(*_BEGINNING)
            match read("Number, or q:"):
                case "1":
                    self._begin()
                case "2":
                    self._open()
                case "3":
                    self._example()
                case "q" | "":
                    return False
                case other:
                    say(f'"{other}" is not one of 1, 2, 3 and q.')
        return True

    def _begin(self) -> None:
        place = where_new_ones_go(self._here)
        say(f"Its folder is made in {place}.")
        name = read("Name of the folder (for example northport-2026):")
        officer = read("Your name, with your e-mail address if you like (Sam Reid <sam@…>):")
        if name:
            words = ["new", str(place / name), *(["--officer", officer] if officer else [])]
            self._run(words)
            if is_assessment(place / name):
                self._folder = place / name

    def _open(self) -> None:
        found, _ = sorted_out(typed_paths(read("Folder of the assessment:")))
        if found is None:
            say("There is no assessment.yaml in it, so this is no assessment.")
        else:
            self._folder = found

    def _example(self) -> None:
        place = where_new_ones_go(self._here) / "cyberassess example"
        self._run(["demo", "-o", str(place)])
        made = [each for each in by_name(place.glob("*-2026")) if is_assessment(each)]
        self._folder = made[0] if made else None

    def _once(self, *, waits: bool) -> bool:
        """Show where it stands, and do what is chosen; say whether to go on."""
        from cyberassess.steps.standing.standing import status as look

        assert self._folder is not None  # noqa: S101 - it was found
        steps: Sequence[Step] = ()
        try:
            found = look(self._folder)
        except CyberassessError as cause:
            show_problems(cause.problems)
        else:
            remember(self._folder)
            steps = found.steps
            show(*menu_lines(found, self._folder))
        if not waits:
            return False
        chosen = read("Number, command, s for the screen, o for another one, or q:")
        match chosen.casefold():
            case "q" | "":
                return False
            case "o":
                self._folder = None
                return self._find(waits=waits)
            case "s":
                self._give("open")
            case _:
                self._choose(chosen, [words_of(each) for each in steps if each.command])
        return True

    def _choose(self, chosen: str, numbered: Sequence[Sequence[str]]) -> None:
        """Give the command of a number, or the one that was typed."""
        if not chosen.isdecimal():
            self._typed(chosen)
        elif 1 <= int(chosen) <= len(numbered):
            self._do(numbered[int(chosen) - 1])
        else:
            say(f"{chosen} is not one of the numbers above.")
            return
        read("Press Enter to go on.")

    def _do(self, words: Sequence[str]) -> None:
        """Give a next step's command, once what it leaves open was asked."""
        if ASKED in words:
            self._give(words[0])  # NOTE: it says what there is to choose from
            show("")
        filled: list[str] = []
        for word in words:
            if word == FILES:
                filled += typed_paths(read("Which files? Drop them here, or type where they are:"))
            elif word == ASKED:
                filled.append(read(f"{filled[-1].lstrip('-').capitalize()}:"))
            else:
                filled.append(word)
        self._give(*filled)

    def _typed(self, text: str) -> None:
        try:
            words = [each.strip("\"'") for each in shlex.split(text, posix=False)]
        except ValueError:
            say("A quotation mark has no partner.")
            return
        self._give(*words[words[:1] == ["cyberassess"] :])

    def _give(self, *words: str) -> int:
        assert self._folder is not None  # noqa: S101 - it was found
        show("")
        show(f"> {' '.join(map(typed, words))}")
        return self._run(["-C", str(self._folder), *words])
