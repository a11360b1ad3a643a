"""Signing at the command line: who is asked for the passphrase, and that nobody sees it."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.program.conftest import Run
from tests.steps.officer import PASSPHRASE, key_file

SIGN = ("sign", "report.pdf", "--key", "locked.p12")


@pytest.fixture
def place(small: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    key_file(small / "locked.p12", passphrase=PASSPHRASE)
    monkeypatch.chdir(small)
    return small


def test_on_a_pipe_the_passphrase_is_the_next_line(place: Path, cli: Run) -> None:
    ran = cli(*SIGN, "--json", typed=f"{PASSPHRASE}\r\n")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["signed_by"] == "Sam Reid"
    assert ran.err == ""
    checked = cli("verify", "report signed.pdf")
    assert checked.code == 0
    assert "Nothing was altered since." in checked.out
    assert json.loads(cli("verify", "report signed.pdf", "--json").out)["signed"] is True
    assert (place / "report signed.pdf").is_file()


@pytest.mark.parametrize("said", ["--no-input", ""])
def test_where_nobody_may_be_asked_it_says_so(said: str, place: Path, cli: Run) -> None:
    ran = cli(*filter(None, (said,)), *SIGN)
    assert ran.code == 2
    assert "locked.p12 has a passphrase" in " ".join(ran.err.split())
    assert "Nothing was written." in ran.err
    assert not (place / "report signed.pdf").exists()


@pytest.mark.slow
@pytest.mark.parametrize("debug", [(), ("--debug",)], ids=["plain", "debug"])
def test_a_wrong_passphrase_is_never_printed(debug: tuple[str, ...], place: Path) -> None:
    """Not even in a traceback: it is read in another process, as a person's would be."""
    done = subprocess.run(
        [sys.executable, "-m", "cyberassess", *debug, *SIGN],
        cwd=place, input="a wrong word\n", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "The passphrase does not open it" in done.stderr
    assert "a wrong word" not in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_at_a_terminal_the_passphrase_is_not_shown(place: Path) -> None:
    ours, theirs = os.openpty()
    try:
        running = subprocess.Popen(
            [sys.executable, "-m", "cyberassess", *SIGN],
            cwd=place, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        shown = b""
        while b"it is not shown" not in shown:
            shown += os.read(ours, 4096)
        time.sleep(0.2)  # the prompt is printed before the terminal stops echoing
        os.write(ours, f"{PASSPHRASE}\n".encode())
        while b"Check it:" not in shown:
            shown += os.read(ours, 4096)
        assert running.wait(60) == 0
    finally:
        os.close(ours)
    assert PASSPHRASE.encode() not in shown
    assert b"Signed by Sam Reid" in shown


def test_a_changed_document_ends_verify_with_4(place: Path, cli: Run) -> None:
    assert cli("sign", "report.pdf", "--key", "officer.p12").code == 0
    signed = place / "report signed.pdf"
    shutil.copy(signed, place / "changed.pdf")
    with (place / "changed.pdf").open("r+b") as file:
        file.seek(12)
        file.write(b"X")
    ran = cli("verify", "changed.pdf")
    assert ran.code == 4
    assert "The document was changed after it was signed." in ran.out
    found = json.loads(cli("verify", "changed.pdf", "--json").out)
    assert found["problems"]
    assert found["signed"] is False
