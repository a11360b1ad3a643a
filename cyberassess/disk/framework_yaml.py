"""Control sets, profiles, themes and what compares sets: finding, reading, checking files."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import BaseModel

from cyberassess.disk import resources, strict_yaml
from cyberassess.disk.files import by_name
from cyberassess.domain.sets.checks import check_framework, check_target, check_themes, check_use
from cyberassess.domain.sets.framework import Framework, FrameworkRef, Profile
from cyberassess.domain.sets.plain_words import check_words
from cyberassess.domain.sets.theming import ThemeSet
from cyberassess.errors import FrameworkError, Problem, closest

if TYPE_CHECKING:  # NOTE: these models take every command 20 ms to make
    from cyberassess.domain.sets.comparing import Registry, SetMapping, Upgrade

_Model = TypeVar("_Model", bound=BaseModel)
_Compared = TypeVar("_Compared", "Upgrade", "SetMapping", "Registry")


@dataclass(frozen=True, slots=True)
class Shelved:
    """A published file: where it lies and what its bytes are."""

    framework: Framework
    data: bytes

    @property
    def sha256(self) -> str:
        """Hash of the exact bytes."""
        return hashlib.sha256(self.data).hexdigest()


class Shelf:
    """A folder of control sets, profiles and themes laid out like ``frameworks/``."""

    def __init__(self, folder: Path | None = None, *, over_shipped: bool = False) -> None:
        """Open the shipped folder, or another one of the same layout.

        Args:
            folder: the shipped one if ``None``.
            over_shipped: look in the shipped folder for what is not in this one.
        """
        self.folder = folder or resources.folder("frameworks")
        self.beneath = Shelf() if folder is not None and over_shipped else None

    def refs(self) -> list[FrameworkRef]:
        """Give every published version there is, sorted."""
        paths = (p for p in self.folder.glob("*/*.yaml") if p.parent.name not in _OTHER)
        found = {FrameworkRef(f"{path.parent.name}@{path.stem}") for path in paths}
        return sorted(found.union(self.beneath.refs() if self.beneath else ()))

    def profiles(self) -> list[str]:
        """Give the ids of the profiles there are, sorted."""
        found = {path.stem for path in self.folder.glob("profiles/*.yaml")}
        return sorted(found.union(self.beneath.profiles() if self.beneath else ()))

    def theme_sets(self) -> list[str]:
        """Give the ids of the theme sets there are, sorted."""
        found = {path.stem for path in self.folder.glob("themes/*.yaml")}
        return sorted(found.union(self.beneath.theme_sets() if self.beneath else ()))

    def path_of(self, ref: str) -> Path:
        """Give where a framework's file lies.

        Raises:
            FrameworkError: where there is no such version.
        """
        known = [str(each) for each in self.refs()]
        if ref not in known:
            versions = [
                each for each in known if each.split("@")[0] == ref.split("@", maxsplit=1)[0]
            ]
            hint = closest(ref, known) or f"There are: {', '.join(known)}."
            if versions and "@" not in ref:
                hint = f"Name a version: {', '.join(versions)}."
            raise FrameworkError.because("unknown-framework", "", f'"{ref}" is not there.', hint)
        name, version = ref.split("@")
        return self._inside(f"{name}/{version}.yaml")

    def _inside(self, name: str) -> Path:
        """Give where a file lies: here, or in the folder beneath."""
        path = self.folder / name
        if self.beneath is None or path.is_file():
            return path
        return self.beneath._inside(name)  # noqa: SLF001 - another of its own kind

    def framework(self, ref: str) -> Shelved:
        """Read a framework.

        Raises:
            FrameworkError: with every problem of its file.
        """
        path = self.path_of(ref)
        framework, problems, data = self._read(path, Framework)
        if framework is not None and framework.ref != ref:
            problems = (*problems, _misplaced(self._name(path), framework, ref))
        if framework is None or problems:
            raise FrameworkError(*problems)
        return Shelved(framework, data)

    def later(self, framework: Framework) -> Shelved | None:
        """Give a set at its revision here; ``None`` where that is no later one.

        Raises:
            FrameworkError: with every problem of its file.
        """
        if framework.ref not in self.refs():
            return None
        with self.path_of(framework.ref).open("rb") as file:
            stated = _REVISION.search(file.read(_HEAD))
        if stated is not None and int(stated[1]) <= framework.revision:
            return None
        found = self.framework(framework.ref)
        return found if found.framework.revision > framework.revision else None

    def profile(self, name: str) -> tuple[Profile, bytes]:
        """Read a profile by its id.

        Raises:
            FrameworkError: with every problem, or where there is none of this id.
        """
        return self._named(name, "profiles", Profile, self.profiles())

    def themes(self, name: str) -> tuple[ThemeSet, bytes]:
        """Read a theme set by its id.

        Raises:
            FrameworkError: with every problem, or where there is none of this id.
        """
        return self._named(name, "themes", ThemeSet, self.theme_sets())

    def _named(
        self, name: str, folder: str, model: type[_Model], known: list[str]
    ) -> tuple[_Model, bytes]:
        if name not in known:
            raise FrameworkError.because(
                f"unknown-{folder}",
                "",
                f'"{name}" is not one of the {folder}.',
                closest(name, known) or f"There are: {', '.join(known) or 'none'}.",
            )
        value, problems, data = self._read(self._inside(f"{folder}/{name}.yaml"), model)
        if value is None or problems:
            raise FrameworkError(*problems)
        return value, data

    def _name(self, path: Path) -> str:
        if self.beneath is not None and not path.is_relative_to(self.folder):
            return self.beneath._name(path)  # noqa: SLF001 - another of its own kind
        return path.relative_to(self.folder.parent).as_posix()

    def _read(
        self, path: Path, model: type[_Model]
    ) -> tuple[_Model | None, tuple[Problem, ...], bytes]:
        return strict_yaml.read_file(path, self._name(path), model)

    def check(self, ref: str) -> tuple[Framework | None, list[Problem]]:
        """Read a framework and say everything wrong with it, its targets and its themes."""
        path = self.path_of(ref)
        framework, problems, data = self._read(path, Framework)
        if framework is None:
            return None, list(problems)
        found = [*problems, *locate(_faults(framework), data, self._name(path))]
        if framework.ref != ref:
            found.append(_misplaced(self._name(path), framework, ref))
        for name in self.profiles():
            profile, faults, _ = self._read(self._inside(f"profiles/{name}.yaml"), Profile)
            found += faults
            if profile is not None and framework.ref in profile.targets:
                found += check_target(framework, profile)
        placed = False
        for name in self.theme_sets():
            themes, faults, _ = self._read(self._inside(f"themes/{name}.yaml"), ThemeSet)
            found += faults
            if themes is not None and framework.ref in themes.outcomes:
                placed = True
                found += check_themes(framework, themes)
        if not placed:
            found.append(
                Problem(
                    "no-themes",
                    self._name(path),
                    "No theme set places its outcomes.",
                    "Add a file under themes/ that gives every outcome a theme and a reason.",
                )
            )
        return framework, found


def _faults(framework: Framework) -> list[Problem]:
    """Give what breaks an invariant, what is of no use, and what is hard to read."""
    return [*check_framework(framework), *check_use(framework), *check_words(framework)]


def _misplaced(name: str, framework: Framework, ref: str) -> Problem:
    return Problem(
        "misplaced",
        name,
        f"The file holds {framework.ref}, not {ref}.",
        "Rename the file, or correct its id and version.",
    )


_HEAD = 4096
_REVISION = re.compile(rb'"?\brevision"?: *"([0-9]+)"')
"""Stands near the top; whole files are read only where there is something to say."""
_OTHER = {"answers", "profiles", "themes", "upgrades", "mappings", "registries"}


def open_shelf(folder: Path | None) -> Shelf:
    """Open a folder of control sets that somebody named; the shipped one if ``None``.

    Raises:
        FrameworkError: where there is no such folder.
    """
    if folder is not None and not folder.is_dir():
        raise FrameworkError.because(
            "no-folder",
            str(folder),
            "There is no such folder.",
            "Name a folder laid out like frameworks/.",
        )
    return Shelf(folder)


def locate(problems: Iterable[Problem], data: bytes, name: str) -> list[Problem]:
    """Give problems whose place is an id the file and line where that id stands."""
    lines = data.decode("utf-8", "replace").splitlines()
    located: list[Problem] = []
    for problem in problems:
        wanted = re.escape(problem.where.removeprefix("level ").removeprefix("key action "))
        sign = re.compile(rf"""\bid:\s*["']?{wanted}["']?\s*(?:[,}}#]|$)""")
        line = next((n for n, text in enumerate(lines, 1) if sign.search(text)), 0)
        where = f"{name}, line {line}, {problem.where}" if line else f"{name}, {problem.where}"
        located.append(
            Problem(problem.code, where, problem.message, problem.hint, problem.severity)
        )
    return located


def read_one_file(path: Path) -> tuple[Framework | None, list[Problem]]:
    """Read a control set that lies anywhere, and say everything wrong with it."""
    framework, problems, data = strict_yaml.read_file(path, path.name, Framework)
    if framework is None:
        return None, list(problems)
    return framework, [*problems, *locate(_faults(framework), data, path.name)]


@dataclass(frozen=True, slots=True)
class Found(Generic[_Compared]):
    """A file that compares sets, or names what a set holds that is not here."""

    path: Path
    name: str
    """How messages call it."""
    model: type[_Compared]

    def read(self) -> tuple[_Compared | None, tuple[Problem, ...], bytes]:
        """Read it with its exact bytes; problems name their lines."""
        return strict_yaml.read_file(self.path, self.name, self.model)


def files_of(folder: Path, model: type[_Compared]) -> dict[str, Found[_Compared]]:
    """Give the upgrades, mappings or registries of a folder laid out like ``frameworks/``.

    They are keyed by file name without its end, sorted; what is not there counts as empty.
    """
    return {
        path.stem: Found(path, path.relative_to(folder.parent).as_posix(), model)
        for path in by_name(folder.glob(f"{model.folder}/*.yaml"))
    }


def place(problems: Iterable[Problem], data: bytes, name: str) -> list[Problem]:
    """Give problems whose place is an id, or ``one to other``, the file and line of it."""
    lines = data.decode("utf-8", "replace").splitlines()
    return [
        replace(problem, where=f"{name}, {_line(problem.where, lines)}{problem.where}")
        for problem in problems
    ]


def _line(where: str, lines: list[str]) -> str:
    """Find the last line with all the ids: lists of links come last."""
    signs = [f'"{each}"' for each in where.split(" to ")]
    for wanted in (signs, signs[:1], [f"{where.partition(',')[0]}:"]):
        numbers = [n for n, text in enumerate(lines, 1) if all(sign in text for sign in wanted)]
        if numbers:
            return f"line {numbers[-1]}, "
    return ""
