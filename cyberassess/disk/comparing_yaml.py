"""Upgrades, mappings and registries in files: finding and reading them."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import BaseModel

from cyberassess.disk import strict_yaml
from cyberassess.disk.files import by_name
from cyberassess.domain.sets.comparing import Registry, SetMapping, Upgrade
from cyberassess.errors import Problem

_Model = TypeVar("_Model", bound=BaseModel)
Read = tuple[_Model | None, tuple[Problem, ...], bytes]


class Found(NamedTuple):
    """A file by its id."""

    path: Path
    name: str
    """How messages call it."""


class Comparisons:
    """The upgrades, mappings and registries of a folder laid out like ``frameworks/``."""

    def __init__(self, folder: Path) -> None:
        """Open a folder; what is not there counts as empty."""
        self.folder = folder

    def _files(self, kind: str) -> dict[str, Found]:
        paths = by_name(self.folder.glob(f"{kind}/*.yaml"))
        return {
            path.stem: Found(path, path.relative_to(self.folder.parent).as_posix())
            for path in paths
        }

    def upgrades(self) -> dict[str, Found]:
        """Give the upgrades there are, keyed by id, sorted."""
        return self._files("upgrades")

    def mappings(self) -> dict[str, Found]:
        """Give the mappings there are, keyed by id, sorted."""
        return self._files("mappings")

    def registries(self) -> dict[str, Found]:
        """Give the registries there are, keyed by file name without its end, sorted."""
        return self._files("registries")


def read_upgrade(found: Found) -> Read[Upgrade]:
    """Read an upgrade with its exact bytes; problems name their lines."""
    return strict_yaml.read_file(found.path, found.name, Upgrade)


def read_mapping(found: Found) -> Read[SetMapping]:
    """Read a mapping with its exact bytes; problems name their lines."""
    return strict_yaml.read_file(found.path, found.name, SetMapping)


def read_registry(found: Found) -> Read[Registry]:
    """Read a registry with its exact bytes; problems name their lines."""
    return strict_yaml.read_file(found.path, found.name, Registry)


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
