"""Every writing command beside a virus scanner that opens whatever it writes, as on Windows."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cyberassess.disk import files
from tests.crash.commands import COMMANDS, Command, prepare, quietly
from tests.crash.sweep import _filled

CALLS = ("replace", "rename", "unlink", "remove", "rmdir")
SWEPT = [each for each in COMMANDS if each.name != "report full, PDF"]
"""A PDF takes long, and is written as the others are."""


def held(name: object) -> PermissionError:
    """Give what Windows raises where another program has a file open."""
    cause = PermissionError(13, "The file is used by another process", str(name))
    cause.winerror = 32  # type: ignore[attr-defined,unused-ignore]  # NOTE: only Windows has it
    return cause


class Scanner:
    """Refuses each rename and removal of a name, so many times, as Windows would."""

    def __init__(self, patch: pytest.MonkeyPatch, inside: Path, times: int) -> None:
        self.refused: dict[tuple[str, str], int] = {}
        self._inside = str(inside)
        self._times = times
        for call in CALLS:
            patch.setattr(os, call, self._watched(call, getattr(os, call)))

    def _watched(self, call: str, real: Callable[..., None]) -> Callable[..., None]:
        def watched(path: Any, *rest: Any, **more: Any) -> None:  # NOTE: what os takes
            name = str(path)
            is_lock = name.endswith(".lock")  # NOTE: filelock's own, which forgives
            if name.startswith(self._inside) and not is_lock and os.path.lexists(name):
                count = self.refused.get((call, name), 0)
                if count < self._times:
                    self.refused[call, name] = count + 1
                    raise held(name)
            real(path, *rest, **more)

        return watched


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the places the commands run in."""
    return prepare(tmp_path_factory.mktemp("places"))


@pytest.mark.slow
@pytest.mark.parametrize("command", SWEPT, ids=[each.name for each in SWEPT])
def test_a_scanner_holds_no_command_up(
    command: Command,
    places: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = Path(shutil.copytree(places[command.start], tmp_path / "place"))
    monkeypatch.setattr(files, "_PAUSES", (0.0, 0.0, 0.0))
    with monkeypatch.context() as patch:
        scanner = Scanner(patch, place, times=2)
        code = quietly(_filled(command.arguments, place), typed=command.typed)
    assert code in (0, 3)
    assert scanner.refused
    left = [path for path in place.rglob("*") if path.name.endswith((".tmp", ".part", ".partial"))]
    assert left == []
