"""E-mail drafts: the letter, its address and its workbook, ready to be sent by hand."""

import email
import re
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

import pytest

from cyberassess.disk.workspace import Workspace
from cyberassess.opening.assessment import open_assessment
from cyberassess.paper.drafts import draft
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.send.chasing import chase, file_words
from tests.steps.council import KIM, begin, fill_in, send_to


def opened(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=policy.default)


def words(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_draft_has_the_letters_head_and_its_file() -> None:
    text = "To: kim@northport.example\nSubject: Fräge £5\n\nDear Kim,\n\nthank you.\n"
    made = draft(text, {"Kim é R1.xlsx": b"PK1"})
    assert made == draft(text, {"Kim é R1.xlsx": b"PK1"})
    found = opened(made)
    assert (found["To"], found["Subject"]) == ("kim@northport.example", "Fräge £5")
    assert found["X-Unsent"] == "1"
    assert words(found) == "Dear Kim,\n\nthank you.\n"
    (file,) = found.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Kim é R1.xlsx", b"PK1")


LONG = (
    "Northport 2026 cyber questions - Zoë Okoro-Łukasik (Adult social care and health) - R2.xlsx"
)


@pytest.mark.parametrize("name", [LONG, LONG.encode("ascii", "ignore").decode(), 'a "b".xlsx'])
def test_a_long_name_is_told_whole_so_that_every_mail_program_reads_it(name: str) -> None:
    made = draft(f"To: kim@x.example\nSubject: {'Fräge ' * 30}\n\nDear Kim\n", {name: b"PK1"})
    (file,) = opened(made).iter_attachments()
    assert file.get_filename() == name
    assert b"filename*0" not in made
    lines = made.split(b"\r\n")
    assert max(len(each) for each in lines) < 998
    (kind,) = [each for each in lines if b"; name=" in each]
    told = re.search(r'name="([^"]*)"', kind.decode("ascii"))
    assert told is not None
    assert str(make_header(decode_header(told[1]))) == name.replace('"', "'")
    subject = [len(each) for each in lines[: lines.index(b"MIME-Version: 1.0")]]
    assert max(subject) <= 78
    assert opened(made)["Subject"] == ("Fräge " * 30).strip()


def test_an_organisations_letter_may_name_several_people() -> None:
    to = "kim@x.example; Zoë Okoro <zoe@x.example>, Jo"
    found = opened(draft(f"To: {to}\nSubject: S\n\nDear both\n", {}))
    assert found["To"] == "kim@x.example, Zoë Okoro <zoe@x.example>"


@pytest.mark.parametrize("to", ["Kim Lee", "", "a@b@c", "kïm@x.example", "a b@c.example"])
def test_who_has_no_address_is_filled_in_by_hand(to: str) -> None:
    found = opened(draft(f"To: {to}\nSubject: S\n\nDear Kim\n", {}))
    assert (found["To"], found["Subject"]) == (None, "S")
    assert words(found) == "Dear Kim\n"


def test_a_letter_without_a_head_is_all_said() -> None:
    found = opened(draft("Dear Kim\n\nBcc: all@x.example\n", {}))
    assert found["Bcc"] is None
    assert "Bcc: all@x.example" in words(found)


def attached(path: Path) -> list[str]:
    return [str(e.get_filename()) for e in opened(path.read_bytes()).iter_attachments()]


def test_every_letter_lies_there_as_a_draft_with_its_workbook(tmp_path: Path) -> None:
    folder = begin(tmp_path / "northport-2026", people=[KIM])
    sent = send_to(folder)["Kim Lee"]
    letters = Workspace(folder).letters
    assert attached(letters / f"{sent.stem}.eml") == [sent.name]
    chase(folder)
    assert attached(letters / "Reminder - Kim Lee.eml") == [sent.name]
    kims = fill_in(sent, tmp_path / "kim.xlsx", {"B1.b.H.1/housing": "perhaps"})
    (result,) = receive(folder, [kims])
    assert result.notes
    assert attached(letters / "Received - Kim Lee.eml") == [
        Path(result.receipt).name,
        Path(result.notes).name,
    ]
    said = (letters / "Received - Kim Lee.txt").read_text("utf-8")
    assert "Please look again" in said
    assert Path(result.notes).name in said


def test_a_faulty_letter_of_theirs_never_loses_an_answer(tmp_path: Path) -> None:
    folder = begin(tmp_path / "northport-2026", people=[KIM])
    sent = send_to(folder)["Kim Lee"]
    (folder / "letters").mkdir()
    (folder / "letters" / "received.txt").write_text("{{ nobody }}", "utf-8")
    kims = fill_in(sent, tmp_path / "kim.xlsx", {"B1.b.H.1/housing": "True"})
    (result,) = receive(folder, [kims])
    assert result.stored == 1
    assert [each.code for each in result.problems] == ["letter"]


def test_no_letter_takes_the_place_of_one_to_somebody_of_a_like_name(tmp_path: Path) -> None:
    people = [KIM | {"name": "Kim-Lee Park"}, KIM | {"id": "p3", "name": "Kim Lee Park"}]
    assessment = open_assessment(begin(tmp_path / "northport-2026", people=people))
    officer, kim, other = (each.id for each in assessment.contents.settings.everybody)
    assert file_words(assessment, kim) == f"Kim Lee Park {kim}"
    assert file_words(assessment, other) == "Kim Lee Park p3"
    assert file_words(assessment, officer) == "Sam Reid"


@pytest.mark.parametrize("end", ["\r", "\v", "\f", "\x85", "\u2028"])
def test_what_other_programs_end_lines_with_starts_no_line_of_the_head(end: str) -> None:
    """As in a text of one's own that was pasted from a word processor."""
    text = f"To: kim@x.example\nSubject: Questions{end}Bcc: eve@x.example\n\nDear Kim\n"
    message = opened(draft(text, {}))
    assert message["Subject"] == "Questions Bcc: eve@x.example"
    assert message["Bcc"] is None
