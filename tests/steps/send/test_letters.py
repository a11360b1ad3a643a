"""Letters and reminders: their words, templates of an organisation's own, and faulty ones."""

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from cyberassess.errors import AssessmentError, hearing
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.paper.letters import QUESTIONNAIRE, REMINDER, Letter
from cyberassess.steps.send import chasing
from cyberassess.steps.send.chasing import Chased, Outgoing, chase
from cyberassess.steps.send.sending import send
from tests.steps.council import begin

SAMPLE = Path(__file__).parent / "letters.txt"
"""Every turn of both letters, as released versions wrote them."""
DUE = datetime.date(2026, 10, 30)
OFFICER = {"id": "p1", "name": "Sam Reid", "role": "it-security", "email": "sam@northport.example"}


def texts(plain: Assessment, addressed: Assessment) -> str:
    kim, alex = plain.contents.settings.people
    out = Outgoing(kim, Path("Kim - R1.xlsx"), 1234, 45)
    late = Chased(kim, 1, 1234, "Kim - R1.xlsx", "", DUE, 3)
    found = [
        letter(plain, out, DUE),
        letter(addressed, replace(out, person=alex), None),
        reminder(plain, late),
        reminder(addressed, replace(late, person=alex, missing=12, received="2026-10-02")),
        reminder(plain, replace(late, days_late=0)),
        reminder(plain, replace(late, days_late=0, due=None, received="2026-10-02")),
        reminder(addressed, replace(late, person=alex.model_copy(update={"name": "A\u202eB"}))),
    ]
    return "=====\n".join(found)


def letter(assessment: Assessment, each: Outgoing, due: datetime.date | None) -> str:
    template = Letter(assessment.workspace.folder, QUESTIONNAIRE)
    return chasing._letter(template, assessment, each, due)


def reminder(assessment: Assessment, each: Chased) -> str:
    return chasing._reminder(Letter(assessment.workspace.folder, REMINDER), assessment, each)


def test_the_words_of_letters_and_reminders_are_as_they_were(tmp_path: Path) -> None:
    plain = open_assessment(begin(tmp_path / "plain"))
    addressed = open_assessment(begin(tmp_path / "addressed", officer=OFFICER))
    assert texts(plain, addressed).encode() == SAMPLE.read_bytes()


def own(folder: Path, name: str, text: str) -> None:
    (folder / "letters").mkdir(exist_ok=True)
    (folder / "letters" / name).write_text(text, "utf-8")


def test_an_organisations_own_letters_take_the_place_of_ours(workspace: Path) -> None:
    own(workspace, QUESTIONNAIRE, "To: {{ to }}\r\n\r\nHello {{ name }}: {{ questions }}\r\n")
    own(workspace, REMINDER, "\ufeff{{ name }}, {{ missing }} of {{ questions }}, {{ file }}")
    (sent,) = send(workspace, to=["Kim Lee"])
    text = (workspace / "questionnaires" / "letters" / f"{sent.path.stem}.txt").read_bytes()
    assert text == b"To: kim.lee@northport.example\n\nHello Kim Lee: 7\n"
    _, paths = chase(workspace)
    (kim,) = (each for each in paths if "Kim" in each.name)
    assert kim.read_text("utf-8") == f"Kim Lee, 8 answers of 8, {sent.path.name}\n"


FAULTY = [
    ("Dear {{ name }},\n\n{{ dew }}", r'line 3: .*nothing is called "dew"\. Did you mean due\?'),
    ("Dear {{ name },", r"line 1: The letter cannot be filled in: unexpected '}'"),
    ("Dear\n{% if due %}{{ due }}", r"line 2: .*endif"),
    ("{{ name.__class__.__mro__ }}", r"line 1: .*unsafe"),
    ("{{ questions + 1 }}", r"line 1: .*can only concatenate"),
    ("\n{% include 'assessment.yaml' %}", r"line 2: The letter cannot be filled in: .*assessment"),
    (" \n", r"letters/questionnaire.txt: The letter is empty\."),
    ("x" * 60_000, r"It is longer than 50,000 bytes\."),
]


@pytest.mark.parametrize(("text", "said"), FAULTY)
def test_a_faulty_letter_is_a_sentence_and_nothing_is_written(
    text: str, said: str, workspace: Path
) -> None:
    own(workspace, QUESTIONNAIRE, text)
    before = {each: each.stat().st_mtime_ns for each in workspace.rglob("*") if each.is_file()}
    comment = "B1.a.M.1/housing: Who checks this?"
    with pytest.raises(AssessmentError, match=said) as caught:
        send(workspace, to=["Kim Lee"], comments=[comment])
    assert "letters/questionnaire.txt" in str(caught.value)
    assert str(caught.value).endswith("came with cyberassess. Nothing was written.")
    after = {each: each.stat().st_mtime_ns for each in workspace.rglob("*") if each.is_file()}
    assert after == before


def test_a_faulty_reminder_is_a_sentence_too(workspace: Path) -> None:
    own(workspace, REMINDER, "{{ minutes }}")
    with pytest.raises(AssessmentError, match=r"letters/reminder.txt, line 1: .*There are: to,"):
        chase(workspace)


def test_a_letter_that_is_a_link_or_in_another_encoding_is_not_read(workspace: Path) -> None:
    own(workspace, REMINDER, "")
    path = workspace / "letters" / REMINDER
    path.write_bytes("Café".encode("latin-1"))
    with pytest.raises(AssessmentError, match="is not text in UTF-8"):
        chase(workspace)
    path.unlink()
    path.symlink_to(workspace / "assessment.yaml")
    with pytest.raises(AssessmentError, match="link"):
        chase(workspace)


def test_a_letter_under_another_name_is_said_not_to_be_used(workspace: Path) -> None:
    own(workspace, "reminders.txt", "Hello")
    with hearing() as heard:
        chase(workspace)
    (note,) = heard
    assert str(note) == (
        "letters/reminders.txt: No letter has this name, so it is not used. "
        "Did you mean reminder.txt?"
    )
