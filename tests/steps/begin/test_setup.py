"""Beginning an assessment: what is taken, what is refused, and that nothing is left behind."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cyberassess.errors import AssessmentError, CyberassessError, FrameworkError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.files_for_people import slug
from cyberassess.steps.begin.setup import NewAssessment, new, read_respondent
from cyberassess.steps.care.verifying import verify
from tests.steps.council import ledger_bytes

CAF = "ncsc-caf@3.2"
WANTED = NewAssessment("Northport Council", "2026", (CAF,), ("govassure-baseline",))


def own_profile(folder: Path, *, wrong: str = "") -> Path:
    """Write a profile that asks the highest level of one outcome and nothing else."""
    from cyberassess.disk.framework_yaml import Shelf

    outcomes = [str(each) for each in Shelf().framework(CAF).framework.outcomes]
    target = {"title": "T", "publisher": "P", "source": "S", "accessed": "2026-01-01"}
    profile = {
        "schema": "1",
        "id": "ours",
        "revision": "1",
        "title": "Our profile",
        "owner": "the council",
        "targets": {
            CAF: target
            | {"requirements": {outcomes[0]: wrong or "achieved"}, "no_target": outcomes[1:]}
        },
    }
    path = folder / "Our Profile.yaml"
    path.write_text(json.dumps(profile, indent=1), "utf-8")
    return path


def test_an_assessment_that_was_begun_is_whole(tmp_path: Path) -> None:
    made = new(tmp_path / "made", WANTED)
    assert made.notes == ()
    found = verify(made.folder)
    assert (found.problems, found.notes, found.segments) == ((), (), 1)
    assert len(open_assessment(made.folder).state.assessment) == 64


def test_two_assessments_of_the_same_name_are_two(tmp_path: Path) -> None:
    ids = {
        open_assessment(new(tmp_path / name, WANTED).folder).state.assessment
        for name in ("one", "two")
    }
    assert len(ids) == 2


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    assert ledger_bytes(new(tmp_path / "made", WANTED).folder)


def test_a_profile_of_ones_own_is_pinned(tmp_path: Path) -> None:
    path = own_profile(tmp_path)
    made = new(tmp_path / "made", replace(WANTED, profiles=(str(path),)))
    assessment = open_assessment(made.folder)
    (profile,) = assessment.profiles.values()
    assert profile is not None
    assert profile.title == "Our profile"
    pinned = made.folder / assessment.contents.settings.frameworks[0].profile
    assert pinned.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("prefix", ["ncsc-caf", CAF])
def test_a_profile_may_name_its_framework(tmp_path: Path, prefix: str) -> None:
    wanted = replace(WANTED, profiles=(f"{prefix}=govassure-enhanced",))
    assessment = open_assessment(new(tmp_path / "made", wanted).folder)
    assert assessment.contents.settings.frameworks[0].profile == "govassure-enhanced"


def test_no_target_is_said_with_its_reason(tmp_path: Path) -> None:
    wanted = replace(WANTED, profiles=("none",), no_profile_reason="Not agreed yet.")
    made = new(tmp_path / "made", wanted)
    assert "No target profile was chosen" in made.notes[0]
    pinned = open_assessment(made.folder).contents.settings.frameworks[0]
    assert pinned.no_profile_reason == "Not agreed yet."


def test_an_officer_without_a_name_has_a_role(tmp_path: Path) -> None:
    officer = open_assessment(new(tmp_path / "made", WANTED).folder).contents.settings.officer
    assert (officer.id, officer.name) == ("p1", "IT security officer")


def test_respondents_get_their_part(tmp_path: Path) -> None:
    wanted = replace(
        WANTED,
        systems=("Housing management",),
        respondents=("Kim Lee <kim@n.example>:it-operations@Housing Management", "Jo Park"),
    )
    kim, jo = open_assessment(new(tmp_path / "made", wanted).folder).contents.settings.people
    assert (kim.id, kim.email, kim.role) == ("p2", "kim@n.example", "it-operations")
    assert kim.answers[0].scope == "housing-management"
    assert (jo.id, jo.name, jo.answers[0].scope) == ("p3", "Jo Park", None)


def test_somebody_is_asked_in_several_places_at_once() -> None:
    scopes = [
        {"id": "housing", "title": "Housing", "kind": "system"},
        {"id": "identity", "title": "Identity", "kind": "shared-service"},
    ]
    values = read_respondent(
        "Ivy Lead <i@x.example>:HR; hr,board@Housing; @Identity", "p2", scopes
    )
    assert (values["role"], values["email"]) == ("HR", "i@x.example")
    assert values["answers"] == [
        {"owner_roles": ["hr"]},
        {"scope": "housing", "owner_roles": ["hr", "board"]},
        {"scope": "identity", "owner_roles": []},
    ]
    assert read_respondent("Jo@housing", "p3", scopes)["answers"][0]["owner_roles"] == ["service"]
    with pytest.raises(AssessmentError, match="Did you mean @Identity"):
        read_respondent("Ivy:hr; Identity", "p2", scopes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"organisation": "  "}, "--organisation: Nothing was given"),
        ({"period": ""}, "--period: Nothing was given"),
        ({"frameworks": ()}, "No control set was named"),
        ({"frameworks": ("ncsc-caf@3.22",)}, "Did you mean ncsc-caf@3.2?"),
        ({"profiles": ()}, "None is ever assumed"),
        ({"profiles": ("ncsc-cafe=none",)}, "Did you mean ncsc-caf@3.2?"),
        ({"profiles": ("govassure-basline",)}, "Did you mean govassure-baseline?"),
        ({"profiles": ("nowhere.yaml",)}, "The file cannot be read"),
        ({"systems": (" ",)}, "Give each system a name of its own"),
        ({"systems": ("Organisation",)}, "Give each system a name of its own"),
        ({"respondents": ("Kim@Housng",), "systems": ("Housing",)}, "Did you mean housing?"),
        ({"respondents": ("Kim:boss",)}, '"boss" is not a role that owns questions here'),
        ({"respondents": ("",)}, "does not have the expected form"),
        ({"due": "2026-13-01"}, '"2026-13-01" is not a date'),
    ],
    ids=str,
)
def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path, change: dict[str, tuple[str, ...] | str], said: str
) -> None:
    with pytest.raises(CyberassessError) as caught:
        new(tmp_path / "made", replace(WANTED, **change))  # type: ignore[arg-type]  # as click does
    assert said in " ".join(str(each) for each in caught.value.problems)
    assert list(tmp_path.iterdir()) == []


def test_a_profile_that_does_not_fit_the_framework_is_refused(tmp_path: Path) -> None:
    path = own_profile(tmp_path, wrong="splendid")
    with pytest.raises(FrameworkError, match=r'"splendid" is not a level'):
        new(tmp_path / "made", replace(WANTED, profiles=(str(path),)))


def test_a_profile_that_cannot_be_read_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text('schema: "1"\nid: "ours"\nid: "twice"\n', "utf-8")
    with pytest.raises(FrameworkError, match=r"ours\.yaml, line 3"):
        new(tmp_path / "made", replace(WANTED, profiles=(str(path),)))


def test_a_place_that_cannot_hold_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(AssessmentError, match=r"Choose a folder|Name a folder"):
            new(place, WANTED)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Housing management", "housing-management"),
        ("É & Ü", "x-a9c9f0"),
        ("A", "a"),
        ("&", "x"),
        ("\u4f4f\u623f", "x-65024b"),
        ("\u4f4f\u623f 2", "2"),
        ("Caf\u00e9", "caf"),
    ],
)
def test_an_id_is_made_from_a_title(title: str, found: str) -> None:
    assert slug(title) == found


def test_systems_in_any_script_are_told_apart(tmp_path: Path) -> None:
    """Both were "x", so the second was refused, with nothing to go on with."""
    systems = "\u4f4f\u623f", "\u7a0e\u52a1"
    new(tmp_path / "made", replace(WANTED, systems=systems))
    scopes = open_assessment(tmp_path / "made").contents.settings.all_scopes
    assert tuple(each.title for each in scopes[1:]) == systems
    assert len({each.id for each in scopes}) == 3
