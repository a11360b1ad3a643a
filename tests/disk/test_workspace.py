"""The folder of an assessment: its settings, and the control sets pinned in it."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberassess.disk.strict_yaml import read_text
from cyberassess.disk.workspace import FOLDERS, Workspace, settings_text
from cyberassess.errors import AssessmentError, Problem
from tests.steps.council import pinned_files, settings_values


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a workspace as it is created; never written to."""
    folder = tmp_path_factory.mktemp("made") / "northport-2026"
    Workspace(folder).create(settings_text(settings_values()), pinned_files())
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "northport-2026"))


def change(folder: Path, old: str, new: str, name: str = "assessment.yaml") -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def problems_of(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(AssessmentError) as caught:
        Workspace(folder).read()
    return caught.value.problems


def line_of(folder: Path, part: str) -> int:
    lines = (folder / "assessment.yaml").read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if part in line)


def test_a_workspace_has_its_folders_and_nothing_hidden(made: Path) -> None:
    for name in FOLDERS:
        assert (made / name).is_dir()
    assert not [each for each in made.rglob("*") if each.name.startswith(".")]


def test_what_was_created_is_read(made: Path) -> None:
    contents = Workspace(made).read()
    assert contents.settings.organisation == "Northport Council"
    assert list(contents.frameworks) == ["made@1"]
    (profile,) = contents.profiles.values()
    assert profile is not None
    assert profile.id == "goal"
    assert contents.themes.headline == "pipes"


def test_the_folders_have_names(made: Path) -> None:
    workspace = Workspace(made)
    assert workspace.ledger == made / "ledger"
    assert workspace.sent == made / "questionnaires" / "sent"
    assert workspace.received == made / "questionnaires" / "received"
    assert workspace.refused == made / "questionnaires" / "refused"
    assert workspace.reports == made / "reports"


def test_a_folder_without_settings_is_no_assessment(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path)
    assert (problem.code, problem.where) == ("no-assessment", "assessment.yaml")
    assert "-C FOLDER" in problem.hint
    assert "cyberassess new" in problem.hint


def test_a_malformed_file_names_its_line(folder: Path) -> None:
    change(folder, 'period: "2026"', 'period: "2026')
    (problem,) = problems_of(folder)
    assert problem.code == "not-yaml"
    assert problem.where.startswith("assessment.yaml, line ")


def test_an_unknown_key_names_its_line_and_the_nearest(folder: Path) -> None:
    change(folder, "organisation:", "organization:")
    unknown, missing = sorted(problems_of(folder), key=lambda each: each.code, reverse=True)
    assert (unknown.code, missing.code) == ("unknown-key", "missing-key")
    assert unknown.where == f"assessment.yaml, line {line_of(folder, 'organization')}"
    assert unknown.hint == "Did you mean organisation?"
    assert '"organisation" is missing' in missing.message


def test_a_wrong_value_inside_names_its_line_and_key(folder: Path) -> None:
    change(folder, 'id: "housing"', 'id: "Housing System"')
    (problem,) = problems_of(folder)
    assert problem.code == "wrong-form"
    assert problem.where == f"assessment.yaml, line {line_of(folder, 'Housing System')}"
    assert "scopes > 2 > id" in problem.message


def test_a_wrong_date_is_said(folder: Path) -> None:
    change(folder, '"2026-12-11"', '"11 December"')
    (problem,) = problems_of(folder)
    assert problem.where == f"assessment.yaml, line {line_of(folder, '11 December')}"
    assert '"11 December" cannot be used for due' in problem.message


@pytest.mark.parametrize(
    ("schema", "hint"), [("2", "Update cyberassess"), ("0", 'Write schema: "1"'), ("x", "Write")]
)
def test_another_schema_is_refused(folder: Path, schema: str, hint: str) -> None:
    change(folder, 'schema: "1"', f'schema: "{schema}"')
    (problem,) = problems_of(folder)
    assert problem.code == "wrong-schema"
    assert problem.where == f"assessment.yaml, line {line_of(folder, 'schema:')}"
    assert hint in problem.hint
    assert "Nothing was changed" in problem.hint


def test_a_newer_schema_is_said_before_its_unknown_keys(folder: Path) -> None:
    change(folder, 'schema: "1"', 'schema: "2"\nnews: "x"')
    assert [each.code for each in problems_of(folder)] == ["wrong-schema"]


def test_a_changed_control_set_is_refused(folder: Path) -> None:
    change(folder, '"Outcome A1.a"', '"Something else"', "frameworks/made/1.yaml")
    (problem,) = problems_of(folder)
    assert (problem.code, problem.where) == ("framework-changed", "frameworks/made/1.yaml")


def test_a_missing_control_set_is_said(folder: Path) -> None:
    (folder / "frameworks/made/1.yaml").unlink()
    (problem,) = problems_of(folder)
    assert (problem.code, problem.where) == ("not-readable", "frameworks/made/1.yaml")


@pytest.mark.parametrize("name", ["profiles/goal", "themes/two"])
def test_a_missing_profile_or_theme_set_is_said(folder: Path, name: str) -> None:
    (folder / f"frameworks/{name}.yaml").unlink()
    (problem,) = problems_of(folder)
    assert (problem.code, problem.where) == ("not-readable", f"frameworks/{name}.yaml")


def test_a_profile_that_does_not_fit_is_said(folder: Path) -> None:
    change(folder, '"A1.a"', '"A1.z"', "frameworks/profiles/goal.yaml")
    assert {each.code for each in problems_of(folder)} == {"unknown-outcome", "missing-outcome"}


def test_no_profile_is_no_target(folder: Path) -> None:
    change(folder, 'profile: "goal"', 'profile: "none", no_profile_reason: "Not yet."')
    contents = Workspace(folder).read()
    assert list(contents.profiles.values()) == [None]
    assert not [key for key in contents.flat if "profiles" in key]


def test_profile_and_themes_may_be_files_of_ones_own(folder: Path) -> None:
    shutil.move(folder / "frameworks/profiles/goal.yaml", folder / "frameworks/our-goal.yaml")
    shutil.move(folder / "frameworks/themes/two.yaml", folder / "frameworks/our-themes.yaml")
    change(folder, 'profile: "goal"', 'profile: "frameworks/our-goal.yaml"')
    change(folder, 'themes: "two"', 'themes: "frameworks/our-themes.yaml"')
    contents = Workspace(folder).read()
    assert "file:frameworks/our-goal.yaml" in contents.flat
    assert "file:frameworks/our-themes.yaml" in contents.flat


@pytest.mark.parametrize("name", ["../goal", "/etc/passwd", "frameworks/../../x.yaml", ""])
def test_a_profile_outside_the_workspace_is_refused(folder: Path, name: str) -> None:
    change(folder, 'profile: "goal"', f'profile: "{name}"')
    (problem,) = problems_of(folder)
    assert problem.code == "wrong-form"


class Misfit(NamedTuple):
    """A change after which the settings do not fit together, and what is said of it."""

    old: str
    new: str
    code: str
    message: str
    hint: str = ""


SYSTEM = 'kind: "system"'
TITLE = 'title: "Housing management"'
MISFITS = [
    Misfit('{scope: "housing"}', '{scope: "housng"}', "unknown-scope", '"housng"', "housing?"),
    Misfit('outcomes: ["B1.a"]', 'outcomes: ["B1.aa"]', "unknown-outcome", "B1.aa", "B1.a?"),
    Misfit('{scope: "housing"}', '{owner_roles: ["boss"]}', "unknown-role", '"boss"', "board"),
    Misfit(TITLE, 'title: "H", owner: "p9"', "unknown-person", '"p9"', "p1"),
    Misfit(TITLE, 'title: "H", inherits: ["x"]', "unknown-scope", '"x"', "housing"),
    Misfit(SYSTEM, 'kind: "sistem"', "unknown-kind", '"sistem"', "system"),
    Misfit(SYSTEM, 'kind:  "organisation"', "organisation-scope", "kind organisation"),
]


@pytest.mark.parametrize("misfit", MISFITS, ids=lambda each: each.new)
def test_what_does_not_fit_together_names_its_line_and_what_is_allowed(
    folder: Path, misfit: Misfit
) -> None:
    change(folder, misfit.old, misfit.new)
    (problem,) = problems_of(folder)
    assert problem.code == misfit.code
    assert misfit.message in problem.message
    assert problem.where.startswith(f"assessment.yaml, line {line_of(folder, misfit.new)}, ")
    assert misfit.hint in problem.hint


@pytest.mark.parametrize(
    ("old", "new"), [('id: "housing"', 'id: "organisation"'), ('id: "p3"', 'id: "p2"')]
)
def test_an_id_that_stands_twice_is_said(folder: Path, old: str, new: str) -> None:
    change(folder, old, new)
    problem = next(each for each in problems_of(folder) if each.code == "repeated-id")
    assert problem.where.startswith("assessment.yaml, line ")
    assert "stands there more than once" in problem.message


def test_settings_are_flat_by_path_with_entries_named_by_their_id(made: Path) -> None:
    flat = Workspace(made).read().flat
    assert flat["organisation"] == "Northport Council"
    assert flat["officer.name"] == "Sam Reid"
    assert flat["scopes[housing].title"] == "Housing management"
    assert flat["people[p3].answers[1].outcomes[1]"] == "B1.a"
    profile = (made / "frameworks/profiles/goal.yaml").read_bytes()
    assert flat["file:frameworks/profiles/goal.yaml"] == hashlib.sha256(profile).hexdigest()


def test_moving_an_entry_changes_no_path(folder: Path) -> None:
    before = Workspace(folder).read().flat
    path = folder / "assessment.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    second = next(n for n, line in enumerate(lines) if 'id: "p3"' in line)
    lines[second - 1], lines[second] = lines[second], lines[second - 1]
    path.write_text("".join(lines), "utf-8")
    assert Workspace(folder).read().flat == before


TRICKY = [
    'He said "no": yes',
    "it's - a, {b} [c] #d & *e !f | >g %h @i `j",
    "two\nlines\r\nand a\ttab",
    "emoji 😀, accents Tŷ Gàidhlig, right-to-left \u202eabc",
    "back\\slash \\n",
    " spaces around ",
    "no",
    "~",
    "1.10",
    "C:\\x\\new",
    "<<",
    "---",
]


@pytest.mark.parametrize("text", TRICKY)
def test_settings_survive_being_written_and_read(tmp_path: Path, text: str) -> None:
    values = settings_values(
        organisation=text, left_out=[{"title": text, "reason": text}], previous=text
    )
    workspace = Workspace(tmp_path / "made")
    workspace.create(settings_text(values), pinned_files())
    settings = workspace.read().settings
    assert (settings.organisation, settings.previous) == (text, text)
    assert (settings.left_out[0].title, settings.left_out[0].reason) == (text, text)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_text_survives_being_written_and_read(text: str) -> None:
    document = read_text(settings_text({"a": text, "b": [{"c": text}]}).encode(), "a.yaml")
    assert document.problems == ()
    assert document.value == {"a": text, "b": [{"c": text}]}


def test_a_line_separator_survives_being_written_and_read() -> None:
    """YAML takes these for line breaks or refuses them, unless they are escaped."""
    for text in ("a\u2028b", "a\u2029b", "a\x85b", "a\x7fb", "a\ufeffb"):
        document = read_text(settings_text({"a": text}).encode(), "a.yaml")
        assert (document.problems, document.value) == ((), {"a": text}), repr(text)


@pytest.mark.parametrize("value", [[], {}])
def test_an_empty_list_survives_being_written_and_read(value: object) -> None:
    text = settings_text({"people": value, "period": "2026"})
    assert read_text(text.encode(), "a.yaml").value == {"people": value, "period": "2026"}


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(AssessmentError, match="something in this place already"):
        Workspace(tmp_path).create(settings_text(settings_values()), pinned_files())
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]


def test_a_place_that_cannot_be_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(AssessmentError, match=r"Choose a folder|something in this place"):
            Workspace(place).create(settings_text(settings_values()), pinned_files())


def test_pinned_files_are_kept_byte_for_byte(made: Path) -> None:
    for name, data in pinned_files().items():
        assert (made / name).read_bytes() == data
    sha256 = settings_values()["frameworks"][0]["sha256"]
    assert hashlib.sha256((made / "frameworks/made/1.yaml").read_bytes()).hexdigest() == sha256
    assert json.loads((made / "frameworks/made/1.yaml").read_bytes())["id"] == "made"
