"""Rolling over at the terminal: what is asked, what an option says, what does not fit."""

from pathlib import Path

import pytest

from cyberassess.opening.assessment import open_assessment
from tests.program.conftest import Run
from tests.steps.council import begin


@pytest.fixture
def last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return begin(tmp_path / "northport-2026")


def test_it_asks_who_left_and_what_became_of_the_systems(last: Path, cli: Run) -> None:
    typed = "Kim Lee=Jo Hall; Alex Moor\nhousing\n\nParking\n"
    ran = cli("rollover", "next", "--from", str(last), typed=typed, terminal=True)
    assert ran.code == 0, ran.err
    settings = open_assessment(last.parent / "next").contents.settings
    assert [each.name for each in settings.people] == ["Jo Hall"]
    assert [each.id for each in settings.all_scopes] == ["organisation", "parking"]
    assert "Kim Lee: Left; Jo Hall is asked what was theirs." in " ".join(ran.out.split())


def test_what_an_option_says_is_not_asked(last: Path, cli: Run) -> None:
    options = ("--left", "Kim Lee", "--ended", "housing", "--system", "Parking")
    typed = "\n"
    ran = cli("rollover", "next", "--from", str(last), *options, typed=typed, terminal=True)
    assert ran.code == 0, ran.err
    assert "Which systems became one?" in ran.out
    assert "Who left" not in ran.out


def test_it_gets_its_pages_to_start_from_unless_it_is_only_looked_at(last: Path, cli: Run) -> None:
    looked = cli("rollover", "next", "--from", str(last), "--dry-run")
    assert looked.code == 0
    assert "pages" not in looked.err
    assert not (last.parent / "next").exists()
    made = cli("rollover", "next", "--from", str(last))
    assert made.err == looked.err
    assert (last.parent / "next" / "start.html").is_file()


def test_new_from_is_the_same_thing(last: Path, cli: Run) -> None:
    one = cli("rollover", "one", "--from", str(last))
    other = cli("new", "two", "--from", str(last))
    assert (one.code, other.code) == (0, 0)
    assert one.out.replace("one", "two") == other.out.replace("one", "two")
    texts = [(last.parent / name / "assessment.yaml").read_text() for name in ("one", "two")]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "northport-2026", "--organisation", "X"), "The organisation is last year's."),
        (("--from", "northport-2026", "--officer", "X"), "The officer is last year's;"),
        (("--ended", "housing"), "--ended goes with --from LASTYEAR."),
        (("--dry-run",), "--dry-run goes with --from LASTYEAR."),
    ],
)
def test_what_does_not_go_together_is_said(
    last: Path, cli: Run, arguments: tuple[str, ...], said: str
) -> None:
    ran = cli("new", "next", *arguments)
    assert ran.code == 2
    assert said in " ".join(ran.err.split())
    assert not (last.parent / "next").exists()
