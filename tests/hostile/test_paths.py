"""No name from somebody's file puts a file, or reads one, outside the folder it is joined to."""

import shutil
import unicodedata
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberassess.disk import evidence
from cyberassess.disk.files import fault_of, folded, joined
from cyberassess.disk.workspace import SETTINGS, Workspace
from cyberassess.domain.characters import visible
from cyberassess.domain.record.evidence import Facts
from cyberassess.errors import AssessmentError
from cyberassess.steps.care.merging import merge
from cyberassess.steps.care.recovering import recover
from cyberassess.steps.evidence import evidencing
from cyberassess.steps.pack.packing import PackWanted, pack

EVIL = "sub/../../../evil.yaml"


def hostile_copy(workspace: Path, tmp_path: Path, how: str) -> Path:
    """Give another copy in which a link and a name together lead out, once joined elsewhere."""
    other = Path(shutil.copytree(workspace, tmp_path / "other" / "northport-2026"))
    deep = other / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (other / "sub").symlink_to(deep, target_is_directory=True)
    (other / "evil.yaml").write_text("logo of another kind", "utf-8")
    settings = (other / SETTINGS).read_text("utf-8")
    if how == "logo":
        (other / "house-style.yaml").write_text(f'schema: "1"\nlogo: "{EVIL}"\n', "utf-8")
    elif how == "profile":
        settings = settings.replace('profile: "goal"', f'profile: "{EVIL}"')
    else:
        settings = settings.replace('themes: "two"', f'themes: "{EVIL}"')
    (other / SETTINGS).write_text(settings, "utf-8")
    return other


def outside(tmp_path: Path) -> set[str]:
    return {each.name for each in tmp_path.rglob("evil*") if "other" not in each.parts}


@pytest.mark.parametrize("how", ["logo", "profile", "themes"])
def test_merge_writes_nothing_outside(how: str, workspace: Path, tmp_path: Path) -> None:
    here = Path(shutil.copytree(workspace, tmp_path / "x" / "y" / "northport"))
    merge(here, hostile_copy(workspace, tmp_path, how))
    assert outside(tmp_path) == set()


@pytest.mark.parametrize("how", ["logo", "profile", "themes"])
def test_recover_writes_nothing_outside(how: str, workspace: Path, tmp_path: Path) -> None:
    other = hostile_copy(workspace, tmp_path, how)
    next((other / "ledger").glob("000002-*")).write_bytes(b"damaged\n")
    recover(other, tmp_path / "x" / "y" / "northport")
    assert outside(tmp_path) == set()


def test_settings_behind_a_link_are_not_another_copys(workspace: Path, tmp_path: Path) -> None:
    here = Path(shutil.copytree(workspace, tmp_path / "here"))
    secret = tmp_path / "id_ed25519"
    secret.write_text("PRIVATE KEY", "utf-8")
    (workspace / SETTINGS).unlink()
    (workspace / SETTINGS).symlink_to(secret)
    merge(here, workspace)
    assert not [each for each in here.rglob("*.yaml") if each.read_text("utf-8") == "PRIVATE KEY"]


def test_a_folder_of_ours_that_is_a_link_is_not_written_through(
    workspace: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(workspace, tmp_path / "other"))
    (other / "reports" / "theirs.pdf").write_bytes(b"%PDF-")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (workspace / "reports").rmdir()
    (workspace / "reports").symlink_to(elsewhere, target_is_directory=True)
    found = merge(workspace, other)
    assert list(elsewhere.iterdir()) == []
    assert [each.where for each in found.notes if each.code == "not-copied"] == [
        "reports/theirs.pdf"
    ]


def test_two_names_that_are_one_where_case_is_folded_are_both_kept(
    workspace: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(workspace, tmp_path / "other"))
    (other / "reports" / "Plan.txt").write_text("one", "utf-8")
    (other / "reports" / "plan.txt").write_text("two", "utf-8")
    merge(workspace, other)
    kept = {each.name.casefold(): each.read_text("utf-8") for each in
            (workspace / "reports").iterdir()}  # fmt: skip
    assert sorted(kept.values()) == ["one", "two"]


@pytest.mark.parametrize("stored", ["../secret.txt", "evidence/../../secret.txt"])
def test_a_pack_holds_only_what_lies_under_evidence(
    stored: str, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forged ledger names any file as a kept document."""
    (workspace.parent / "secret.txt").write_text("hunter2", "utf-8")
    document = tmp_path / "leavers.txt"
    document.write_text("Leavers of March", "utf-8")
    keep = evidence.keep
    monkeypatch.setattr(evidencing, "keep", lambda *given: keep(*given)._replace(stored=stored))
    evidencing.add(workspace, [document], Facts(title="Leavers", shows="Accounts are closed"))
    with pytest.raises(AssessmentError, match="not one we keep"):
        pack(workspace, PackWanted(report=False, output=tmp_path / "out.zip"))
    assert not (tmp_path / "out.zip").exists()


@pytest.mark.parametrize("name", ["Assessment.YAML", "LEDGER/x.png", "\uff32eports/x.png"])
def test_our_own_names_are_ours_in_any_case(name: str, workspace: Path) -> None:
    (workspace / name).parent.mkdir(exist_ok=True)
    (workspace / name).write_bytes(b"x")
    (workspace / "house-style.yaml").write_text(f'schema: "1"\nlogo: "{name}"\n', "utf-8")
    assert name not in Workspace(workspace).loose()


# Names of hostile shapes, on a system that folds names and on one that does not

PIECES = [
    "..", ".", "", "a", "B", "ledger", "...", " ", "x.", "x ", "~", "CON", "nul.txt", "COM1",
    "com\u00b9.x", "LPT9 .txt", "C:", "c:x", "x:stream", "\\", "\\\\server\\share", "a\\..\\b",
    "\u2025", "\uff0e\uff0e", "\uff0f", "\u2215", "\uff3c", "e\u0301", "\u00e9", "\u212a",
    "\ufb01", "\x00", "\n", "\x1b[2J", "\x7f", "\u202e", "\u200b", "\ud800", "*", "?", "|", '"',
    "<", "n" * 300, "\u0131", "\u017f", "conin$", "aux", "prn.", "\u00a0",
]  # fmt: skip
part = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=3).map("".join)
name = st.lists(part, min_size=1, max_size=5).flatmap(
    lambda parts: st.sampled_from(["/", "\\", "//"]).map(lambda between: between.join(parts))
)
INSIDE = ["home", "northport"]


def exact(text: str) -> list[str]:
    """Walk as a system does that takes names as they are: only ``/`` and dots tell."""
    at = [] if text.startswith("/") else list(INSIDE)
    for each in text.split("/"):
        if each == "..":
            at = at[:-1]
        elif each not in {"", "."}:
            at.append(each)
    return at


def folding(text: str) -> list[str]:
    """Walk as Windows and macOS do: case, Unicode form and last dots tell nothing."""
    known = unicodedata.normalize("NFKC", text)
    whole = PureWindowsPath(known)
    at = [] if whole.drive or whole.root else list(INSIDE)
    for each in known.replace("\\", "/").split("/"):
        bare = each.partition(":")[0]
        plain = bare if set(bare) <= {"."} and bare else bare.rstrip(". ")
        if plain == "..":
            at = at[:-1]
        elif plain not in {"", "."}:
            at.append(unicodedata.normalize("NFKC", plain.casefold()))
    return at


@given(name)
def test_a_name_that_passes_stays_inside_on_every_system(text: str) -> None:
    if fault_of(text):
        return
    parts = text.split("/")
    assert exact(text) == [*INSIDE, *parts]
    assert folding(text) == [*INSIDE, *folded(text).split("/")]
    assert not any(each in text for each in '\0\\:*?"<>|\n\x1b')
    text.encode("utf-8")


@given(name, name)
def test_names_that_one_system_takes_for_one_are_folded_to_one(one: str, other: str) -> None:
    if not fault_of(one) and not fault_of(other) and folding(one) == folding(other):
        assert folded(one) == folded(other)


@given(name)
def test_hostile_names_are_refused_with_a_sentence_and_never_a_traceback(text: str) -> None:
    folder = Path(__file__).parent
    try:
        path = joined(folder, text)
    except AssessmentError as cause:
        (problem,) = cause.problems
        assert problem.code == "unsafe-name"
        assert visible(problem.where) == problem.where
        assert visible(problem.message) == problem.message
    else:
        assert path.is_relative_to(folder)
        assert ".." not in path.parts


@pytest.mark.parametrize(
    "text",
    [
        "..", "../x", "a/../b", "/etc/passwd", "C:/x", "C:x", "\\\\server\\share\\x", "a\\b", "x.",
        "x ", " x", "CON", "con.txt", "a/NUL", "com\u00b9.txt", "a:b", "\u2025/x", "a\x00b",
        "a\nb",        "a\u202eb", "a\ud800", "n" * 256, "a/" * 600 + "b", "", "a//b", "./a",
    ],
)  # fmt: skip
def test_each_hostile_shape_is_refused(text: str) -> None:
    assert fault_of(text)


@pytest.mark.parametrize(
    "text",
    ["logo.png", "frameworks/profiles/our-profile.yaml", "Tŷ Coch/Llun 1 (é).png", "console.txt"],
)
def test_plain_names_pass(text: str) -> None:
    assert fault_of(text) == ""
