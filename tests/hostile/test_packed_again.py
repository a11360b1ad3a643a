"""A pack that somebody unzipped and zipped again, honestly or not."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberassess.steps.care.pack import verify_pack
from cyberassess.steps.pack.packing import PackWanted, pack
from tests.steps.council import begin, fill_in, send_to, take


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("again")
    folder = begin(place / "northport-2026")
    rows = {"B1.a.N.1/housing": "Happens", "B1.a.M.1/housing": "True"}
    take(folder, fill_in(send_to(folder)["Kim Lee"], place / "kim.xlsx", rows))
    return pack(folder, PackWanted(output=place / "pack.zip", report=False)).path


Parts = dict[str, bytes]


def _plainly(parts: Parts) -> Parts:
    return parts


def _by_name(parts: Parts) -> Parts:
    return dict(sorted(parts.items()))


def _in_a_folder(parts: Parts) -> Parts:
    return {f"Northport pack/{name}": data for name, data in parts.items()}


def _on_a_mac(parts: Parts) -> Parts:
    litter = {"__MACOSX/Northport pack/._README.txt": b"x", "Northport pack/.DS_Store": b"y"}
    return _in_a_folder(parts) | litter


def again(path: Path, to: Path, change: Callable[[Parts], Parts], method: int) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(to, "w", method) as archive:
        for name, data in change(parts).items():
            archive.writestr(name, data)
    return to


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("change", [_plainly, _by_name, _in_a_folder, _on_a_mac])
def test_it_is_said_once_and_the_contents_are_checked(
    sent: Path, tmp_path: Path, change: Callable[[Parts], Parts], method: int
) -> None:
    found = verify_pack(again(sent, tmp_path / "again.zip", change, method))
    assert [each.code for each in found.problems] in (["packed-again"], ["not-as-written"])
    assert found.answers == 3
    assert sum(found.cells.found.values()) == 3


def test_what_was_changed_meanwhile_is_named(sent: Path, tmp_path: Path) -> None:
    def change(parts: Parts) -> Parts:
        return _in_a_folder(parts | {"answers.csv": b"all is well", "more.txt": b"and more"})

    found = verify_pack(again(sent, tmp_path / "again.zip", change, zipfile.ZIP_DEFLATED))
    named = {(each.code, each.where) for each in found.problems}
    assert {("differs", "answers.csv"), ("added", "more.txt")} <= named


def test_a_bomb_is_not_unpacked(sent: Path, tmp_path: Path) -> None:
    path = again(sent, tmp_path / "bomb.zip", _plainly, zipfile.ZIP_DEFLATED)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("bomb.txt", "w") as entry,
    ):
        for _ in range(1100):
            entry.write(bytes(1 << 20))
    found = verify_pack(path)
    assert ("packed-again", "bomb.txt") in {(e.code, e.where) for e in found.problems}
