"""A changed name is asked about at the prompt, and refused where nobody is there."""

import shutil
from pathlib import Path

import pytest

from cyberassess.opening.assessment import open_assessment
from tests.program.conftest import Run
from tests.steps.council import KIM, begin, fill_in, ledger_bytes, send_to, take


@pytest.fixture
def overtyped(tmp_path: Path) -> Path:
    """Give a workspace in which the name of somebody who has answered was overtyped."""
    folder = begin(tmp_path / "northport", people=[KIM])
    blank = send_to(folder)["Kim Lee"]
    take(folder, fill_in(blank, tmp_path / "kim.xlsx", {"B1.b.H.1/housing": "True"}))
    path = folder / "assessment.yaml"
    path.write_text(path.read_text("utf-8").replace("Kim Lee", "Dev Malhotra"), "utf-8")
    return folder


def test_with_no_input_it_is_refused_with_both_ways_out(overtyped: Path, cli: Run) -> None:
    before = ledger_bytes(overtyped)
    ran = cli("-C", str(overtyped), "--no-input", "send", terminal=True)
    assert ran.code == 1
    assert 'people same "Kim Lee" --renamed' in ran.err
    assert 'people new "Kim Lee"' in ran.err
    assert ran.err.endswith("Nothing was changed.\n")
    assert ledger_bytes(overtyped) == before


@pytest.mark.parametrize(
    ("typed", "said", "officers"),
    [
        ("none\n", "Kim Lee is Dev Malhotra now", {"Sam Reid", "Dev Malhotra"}),
        ("7\n1\n", "is asked in the place of Kim Lee", {"Sam Reid", "Kim Lee", "Dev Malhotra"}),
    ],
)
def test_at_the_prompt_it_asks_and_goes_on(
    typed: str, said: str, officers: set[str], overtyped: Path, cli: Run
) -> None:
    ran = cli("-C", str(overtyped), "send", typed=typed, terminal=True)
    assert ran.code == 0
    assert "1  Kim Lee  now  Dev Malhotra" in ran.err
    assert said in ran.err
    assert "Dev Malhotra: " in ran.out
    settings = open_assessment(overtyped).contents.settings
    assert {each.name for each in settings.everybody} == officers


def test_leaving_the_prompt_changes_nothing(overtyped: Path, cli: Run) -> None:
    before = ledger_bytes(overtyped)
    ran = cli("-C", str(overtyped), "send", typed="", terminal=True)
    assert ran.code == 130
    assert "Nothing was changed." in ran.err
    assert ledger_bytes(overtyped) == before


def test_reading_commands_show_the_recorded_name_and_say_that_it_differs(
    overtyped: Path, cli: Run
) -> None:
    ran = cli("-C", str(overtyped), "status")
    assert "Kim Lee" in ran.out
    assert "Dev Malhotra" not in ran.out
    assert '"Kim Lee" has answered, and the name is "Dev Malhotra" now.' in ran.err


def test_whatever_opens_the_assessment_says_that_last_year_cannot_be_read(
    tmp_path: Path, cli: Run
) -> None:
    begin(tmp_path / "2025")
    folder = begin(tmp_path / "2026", people=[KIM], previous="../2025")
    assert "0 of" in cli("-C", str(folder), "send").out
    shutil.rmtree(tmp_path / "2025")
    for words in (
        ("status",),
        ("score",),
        ("people",),
        ("chase",),
        ("explain", "A1.a"),
        ("framework", "update"),
    ):
        assert "Last year cannot be read" in cli("-C", str(folder), *words).err, words
    refused = cli("-C", str(folder), "send")
    assert refused.code == 1
    assert "--without-last-year" in refused.err
    sent = cli("-C", str(folder), "send", "--without-last-year")
    assert sent.code == 0
    assert "come with an answer of last year" in sent.out
