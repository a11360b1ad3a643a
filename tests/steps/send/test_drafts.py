"""E-mail drafts: the letter, its address and its workbook, ready to be sent by hand."""

import email
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from cyberassess.disk.workspace import Workspace
from cyberassess.paper.drafts import draft
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.send.chasing import chase
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
