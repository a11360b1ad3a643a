"""Control sets on the shelf: those shipped, and a folder of one's own."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from cyberassess.disk import resources
from cyberassess.disk.framework_yaml import Shelf, locate, read_one_file
from cyberassess.errors import CyberassessError, FrameworkError, Problem
from tests.steps.council import pinned_files

SHIPPED = Shelf()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Give a folder of our own with one control set, one profile and one theme set."""
    for path, data in pinned_files().items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return Shelf(tmp_path / "frameworks")


def change(shelf: Shelf, path: str, pattern: str, new: str) -> None:
    target = shelf.folder / path
    text, count = re.subn(pattern, new, target.read_text("utf-8"), count=1)
    assert count
    target.write_text(text, "utf-8")


@pytest.mark.wheel
def test_the_shipped_sets_are_found() -> None:
    assert "ncsc-caf@3.2" in SHIPPED.refs()
    assert "govassure-baseline" in SHIPPED.profiles()
    assert SHIPPED.theme_sets() == ["five-themes"]


@pytest.mark.wheel
@pytest.mark.parametrize("ref", SHIPPED.refs())
def test_every_shipped_set_has_no_problem(ref: str) -> None:
    framework, problems = SHIPPED.check(ref)
    assert problems == []
    assert framework is not None
    assert framework.ref == ref


def test_a_shipped_set_comes_with_its_exact_bytes() -> None:
    shelved = SHIPPED.framework("ncsc-caf@3.2")
    data = SHIPPED.path_of("ncsc-caf@3.2").read_bytes()
    assert shelved.data == data
    assert shelved.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", SHIPPED.profiles())
def test_every_shipped_profile_is_read(name: str) -> None:
    profile, data = SHIPPED.profile(name)
    assert profile.id == name
    assert data


def test_a_folder_of_ones_own_takes_the_place_of_the_shipped_one(shelf: Shelf) -> None:
    assert (shelf.refs(), shelf.profiles(), shelf.theme_sets()) == (["made@1"], ["goal"], ["two"])
    assert shelf.framework("made@1").framework.outcomes.keys() >= {"A1.a", "B1.b"}
    assert shelf.check("made@1")[1] == []


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert (shelf.refs(), shelf.profiles(), shelf.theme_sets()) == ([], [], [])


@pytest.mark.parametrize(
    ("ref", "hint"),
    [
        ("ncsc-caf@3.3", "Did you mean ncsc-caf@3.2?"),
        ("nsc-caf@3.2", "Did you mean ncsc-caf@3.2?"),
        ("ncsc-caf", "Name a version: ncsc-caf@3.2"),
        ("zzz", "There are: cyber-governance-code@2025"),
        ("../../etc@passwd", "There are: cyber-governance-code@2025"),
    ],
)
def test_an_unknown_ref_offers_what_there_is(ref: str, hint: str) -> None:
    with pytest.raises(FrameworkError) as caught:
        SHIPPED.framework(ref)
    (problem,) = caught.value.problems
    assert problem.code == "unknown-framework"
    assert f'"{ref}"' in problem.message
    assert hint in problem.hint


def test_an_unknown_profile_or_theme_set_offers_the_nearest() -> None:
    with pytest.raises(FrameworkError, match="Did you mean govassure-baseline"):
        SHIPPED.profile("govassure-basline")
    with pytest.raises(FrameworkError, match="Did you mean five-themes"):
        SHIPPED.themes("five-theme")


def test_an_unknown_profile_where_there_are_none(tmp_path: Path) -> None:
    with pytest.raises(FrameworkError, match="There are: none"):
        Shelf(tmp_path).profile("goal")


def test_a_misplaced_file_is_said(shelf: Shelf) -> None:
    path = shelf.folder / "made" / "1.yaml"
    path.rename(path.with_name("2.yaml"))
    with pytest.raises(FrameworkError) as caught:
        shelf.framework("made@2")
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("misplaced", "frameworks/made/2.yaml")
    assert problem.message == "The file holds made@1, not made@2."


def test_check_says_that_a_file_is_misplaced_too(shelf: Shelf) -> None:
    path = shelf.folder / "made" / "1.yaml"
    path.rename(path.with_name("2.yaml"))
    assert "misplaced" in [each.code for each in shelf.check("made@2")[1]]


def test_a_set_that_cannot_be_read_names_file_and_line(shelf: Shelf) -> None:
    change(shelf, "made/1.yaml", r'"publisher"', '"publischer"')
    framework, problems = shelf.check("made@1")
    assert framework is None
    assert {each.code for each in problems} == {"unknown-key", "missing-key"}
    lines = (shelf.folder / "made/1.yaml").read_text("utf-8").splitlines()
    (unknown,) = [each for each in problems if each.code == "unknown-key"]
    number = next(n for n, line in enumerate(lines, 1) if "publischer" in line)
    assert unknown.where == f"frameworks/made/1.yaml, line {number}"
    with pytest.raises(FrameworkError, match=f"line {number}"):
        shelf.framework("made@1")


def test_check_names_file_and_line_of_an_id(tmp_path: Path) -> None:
    """Files that people write put ids as ``id: "…"``."""
    path = tmp_path / "set.yaml"
    data = json.loads(pinned_files()["frameworks/made/1.yaml"])
    data["groups"][0]["groups"][0]["outcomes"][0]["scope_kind"] = "planet"
    text = re.sub(r'^( *)"(\w+)":', r"\1\2:", json.dumps(data, indent=1), flags=re.MULTILINE)
    path.write_text(text, "utf-8")
    framework, (problem,) = read_one_file(path)
    assert framework is not None
    number = next(n for n, line in enumerate(text.splitlines(), 1) if 'id: "A1.a"' in line)
    assert problem.where == f"set.yaml, line {number}, A1.a"
    assert problem.code == "unknown-scope-kind"


def test_check_looks_at_profiles_and_themes_too(shelf: Shelf) -> None:
    change(shelf, "profiles/goal.yaml", r'"A1\.a"', '"A1.z"')
    change(shelf, "themes/two.yaml", r'"B1\.a"', '"B1.z"')
    problems = shelf.check("made@1")[1]
    assert {each.where.split(",")[0] for each in problems} == {"profile goal", "themes two"}
    assert [each.code for each in problems].count("unknown-outcome") == 2
    assert [each.code for each in problems].count("missing-outcome") == 2


def test_check_of_a_profile_that_cannot_be_read_names_its_line(shelf: Shelf) -> None:
    change(shelf, "profiles/goal.yaml", r'"title"', '"titel"')
    problems = shelf.check("made@1")[1]
    assert all(each.where.startswith("frameworks/profiles/goal.yaml, line ") for each in problems)
    assert {each.code for each in problems} == {"unknown-key", "missing-key"}


def test_locating_leaves_a_place_that_is_nowhere_without_a_line() -> None:
    (problem,) = locate([Problem("code", "A1.a", "Message.")], b"nothing", "set.yaml")
    assert problem.where == "set.yaml, A1.a"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    framework, (problem,) = read_one_file(tmp_path / "nowhere.yaml")
    assert framework is None
    assert problem.code == "not-readable"


@pytest.mark.wheel
def test_the_folders_of_the_installation_are_found() -> None:
    assert (resources.folder("frameworks") / "ncsc-caf").is_dir()
    assert (resources.folder("templates") / "report").is_dir()


def test_a_folder_the_installation_lacks_is_said() -> None:
    with pytest.raises(CyberassessError, match="Install cyberassess again"):
        resources.folder("nowhere")
