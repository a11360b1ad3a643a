"""A sample that neither side can choose alone, drawn again by ``verify``."""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from cyberassess.disk.pack import SUMS, write_pack
from cyberassess.opening.assessment import open_assessment
from cyberassess.program import program
from cyberassess.steps.care.pack import verify_pack
from tests.steps.council import Rows, begin, fill_in, send_to, take

KIMS: Rows = {
    "B1.a.N.1/housing": "Does not happen",
    "B1.a.N.2/housing": "Does not happen",
    "B1.a.M.1/housing": "True",
    "B1.a.H.1/housing": "True",
    "B1.b.N.1/housing": "Does not happen",
    "B1.b.H.1/housing": "True",
    "B1.b.H.2/housing": "True",
}


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a workspace that nothing is written to."""
    place = tmp_path_factory.mktemp("sampling")
    folder = begin(place / "northport-2026")
    take(folder, fill_in(send_to(folder)["Kim Lee"], place / "kim.xlsx", KIMS))
    return folder


@pytest.fixture(scope="module")
def _drawn(council: Path) -> tuple[Path, str]:
    path, said = packed(council, "--sample", "1", "--word", "kettle")
    return path.rename(path.with_name("drawn.zip")), said


@pytest.fixture
def drawn(_drawn: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    """Give a pack whose sample was drawn with the receiver's word, and what was said of it."""
    return Path(shutil.copy(_drawn[0], tmp_path / "sample.zip")), _drawn[1]


def packed(council: Path, *words: str) -> tuple[Path, str]:
    path = council.parent / "sample.zip"
    told = ["-C", str(council), "pack", "--yes", "-o", str(path), "--force", *words]
    said = CliRunner().invoke(program, told, catch_exceptions=False)
    assert said.exit_code == 0, said.output
    return path, " ".join(said.stdout.split())


@pytest.mark.slow
def test_with_a_word_the_seed_follows_from_head_count_and_word(
    council: Path, drawn: tuple[Path, str]
) -> None:
    path, said = drawn
    assert "Drawn by the sender" not in said
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("pack.json"))
    (head,) = open_assessment(council).state.heads
    seed = hashlib.sha256(f"{head}:1:kettle".encode()).hexdigest()
    assert manifest["sample"] == {"size": 1, "seed": seed, "word": "kettle"}
    found = verify_pack(path)
    assert found.problems == ()
    (note,) = [each.message for each in found.notes if each.code == "sample"]
    assert note.startswith('The sample is drawn with the receiver\'s word "kettle": the seed is ')


@pytest.mark.slow
def test_without_a_word_it_says_that_the_sender_drew_it(council: Path) -> None:
    path, said = packed(council, "--sample", "1", "--seed", "7")
    assert "Drawn by the sender." in said
    assert "pack again with --word WORD" in said
    notes = [each.message for each in verify_pack(path).notes]
    assert "The sample is drawn by the sender with the seed 7, who could have tried several." in (
        notes
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": "0" * 64}, "The seed does not follow from head, count and the word"),
        ({"word": "teapot"}, "The seed does not follow from head, count and the word"),
        ({"size": 2}, "The sample is not the one that this seed draws."),
        ({"size": "many"}, "It is not what a pack says of itself"),
    ],
)
def test_another_sample_than_was_drawn_is_named(
    drawn: tuple[Path, str], change: dict[str, object], said: str
) -> None:
    path, _ = drawn
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != SUMS}
    manifest = json.loads(parts["pack.json"])
    manifest["sample"] |= change
    write_pack(path, parts | {"pack.json": json.dumps(manifest).encode()})
    problems = [each.message for each in verify_pack(path).problems]
    assert any(each.startswith(said) for each in problems)


def test_another_list_than_was_drawn_is_named(drawn: tuple[Path, str]) -> None:
    path, _ = drawn
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != SUMS}
    changed = parts["lists/sample.csv"].replace(b",yes,", b",,", 1)
    assert changed != parts["lists/sample.csv"]
    write_pack(path, parts | {"lists/sample.csv": changed})
    (problem,) = verify_pack(path).problems
    assert (problem.code, problem.where) == ("sample-differs", "lists/sample.csv")


def test_a_word_without_a_sample_is_refused(council: Path) -> None:
    said = CliRunner().invoke(program, ["-C", str(council), "pack", "--word", "kettle"])
    assert said.exit_code == 2
    assert "--sample N" in said.output
