"""An original is kept under a name that no other file can take from it."""

import hashlib
import shutil
from pathlib import Path

import pytest

from cyberassess.disk import files
from cyberassess.disk.files import place_for
from cyberassess.opening.files_for_people import keep_original
from cyberassess.steps.care.merging import merge
from cyberassess.steps.receive.receiving import receive
from tests.steps.council import fill_in


def taken(folder: Path, sha256: str, name: str) -> Path:
    """Put another file under the short name of one that is to come."""
    path = folder / f"{sha256[:8]} {name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"made to clash")
    return path


def test_an_original_is_kept_beside_one_whose_name_was_made_to_clash(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    filled = fill_in(blank["Kim"], tmp_path / "kim.xlsx", {"B1.b.H.1/housing": "True"})
    sha256 = files.sha256_of(filled)
    other = taken(workspace / "questionnaires" / "received", sha256, "kim.xlsx")
    (found,) = receive(workspace, [filled])
    kept = workspace / found.kept_as
    assert kept.name == f"{sha256} kim.xlsx"
    assert kept.read_bytes() == filled.read_bytes()
    assert other.read_bytes() == b"made to clash"


def test_the_same_file_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"the same")
    first = keep_original(path, tmp_path / "kept")
    assert keep_original(path, tmp_path / "kept") == first
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_a_damaged_original_is_not_taken_for_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"whole")
    sha256 = hashlib.sha256(b"whole").hexdigest()
    kept = tmp_path / "kept"
    for mark in (sha256[:8], sha256):
        kept.mkdir(exist_ok=True)
        (kept / f"{mark} a.xlsx").write_bytes(b"damaged")
    assert keep_original(path, kept) == f"questionnaires/kept/{sha256} 2 a.xlsx"
    (kept / f"{sha256} 2 a.xlsx").unlink()
    (kept / f"{sha256} 2 a.xlsx").symlink_to(path)
    assert keep_original(path, kept).endswith(f"{sha256} 3 a.xlsx")


def test_a_name_that_is_free_is_the_short_one(tmp_path: Path) -> None:
    found = place_for("ab" * 32, lambda mark: tmp_path / mark)
    assert found == (tmp_path / "abababab", False)


@pytest.mark.parametrize("name", ["reports/paper.txt", "assessment.yaml"])
def test_merge_keeps_what_differs_where_the_name_beside_was_taken(
    name: str, workspace: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(workspace, tmp_path / "other"))
    ours, theirs = workspace / name, other / name
    if name == "assessment.yaml":
        mine = ours.read_bytes()
        ours.write_bytes(mine.replace(b'period: "2026"', b'period: "ours"'))
        theirs.write_bytes(mine.replace(b'period: "2026"', b'period: "theirs"'))
    else:
        ours.write_bytes(b"ours")
        theirs.write_bytes(b"theirs")
    data = theirs.read_bytes()
    short = hashlib.sha256(data).hexdigest()[:8]
    clash = workspace / "reports" / f"paper, other copy {short}.txt"
    if name == "assessment.yaml":
        clash = workspace / f"settings put aside, {short}.yaml"
    clash.write_bytes(b"made to clash")
    merge(workspace, other)
    assert clash.read_bytes() == b"made to clash"
    assert [each for each in workspace.rglob("*") if each.is_file() and each.read_bytes() == data]
    before = sorted(workspace.rglob("*"))
    merge(workspace, other)
    assert sorted(workspace.rglob("*")) == before
