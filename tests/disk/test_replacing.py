"""Settings that are written anew are put back where what follows fails."""

import shutil
from pathlib import Path

import pytest

from cyberassess.disk.settings_file import replacing
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.people.people import add_person
from cyberassess.steps.send.sending import send
from tests.steps.council import KIM, begin, events, ledger_bytes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a workspace."""
    return begin(tmp_path / "northport", people=[KIM])


def test_what_fails_inside_leaves_them_as_they_were(folder: Path) -> None:
    before = sorted(folder.iterdir()), (folder / "assessment.yaml").read_bytes()
    with pytest.raises(KeyboardInterrupt), replacing(folder, "x", lambda: False):
        raise KeyboardInterrupt
    assert (sorted(folder.iterdir()), (folder / "assessment.yaml").read_bytes()) == before


def test_what_the_ledger_holds_after_all_stays(folder: Path) -> None:
    with pytest.raises(OSError, match="late"), replacing(folder, "x", lambda: True):
        raise OSError("late")
    assert (folder / "assessment.yaml").read_text() == "x"


def test_where_they_cannot_be_put_back_that_is_said(folder: Path) -> None:
    with (
        pytest.raises(AssessmentError, match=r"could not be put back.*puts it back"),
        replacing(folder, "x", lambda: False),
    ):
        _lose_what_was_kept(folder)


def _lose_what_was_kept(folder: Path) -> None:
    """Stand in for a disk on which nothing goes any more."""
    (kept,) = folder.glob(".assessment.yaml.before-*")
    kept.unlink()
    raise OSError("full")


def killed(folder: Path, text: str) -> Path:
    """Give a copy as a process leaves it that is killed between settings and ledger."""
    with replacing(folder, text, lambda: True):
        return Path(shutil.copytree(folder, folder.with_name("killed")))


def test_a_change_that_was_killed_before_the_ledger_had_it_is_undone(folder: Path) -> None:
    before, ledger = (folder / "assessment.yaml").read_text(), ledger_bytes(folder)
    here = killed(folder, before.replace("Kim Lee", "Dev Malhotra"))
    assert "Dev Malhotra" in (here / "assessment.yaml").read_text()
    send(here)
    assert (here / "assessment.yaml").read_text() == before
    assert len(ledger_bytes(here)) == len(ledger) + 1
    assert len(events(here, "settings")) == 1
    assert not list(here.glob(".assessment.yaml*"))


def test_a_change_edited_since_it_was_killed_stays_as_it_was_edited(folder: Path) -> None:
    here = killed(folder, (folder / "assessment.yaml").read_text() + "# One.\n")
    path = here / "assessment.yaml"
    path.write_text(path.read_text() + "# Two.\n")
    add_person(here, "Jo Hall")
    assert "# One.\n# Two.\n" in path.read_text()
    assert open_assessment(here).contents.settings.people[-1].name == "Jo Hall"
