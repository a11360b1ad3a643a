"""The surroundings the program is started in: pipes, terminals, encodings, signals, no home."""

import errno
import io
import json
import os
import select
import shlex
import signal
import subprocess
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cyberassess.errors import Problem
from cyberassess.program import program
from cyberassess.terminal import running
from cyberassess.terminal.running import BytesOfTotal, bytes_copied, run, show_problems, steps
from tests.steps.council import LATER, answers, fill_in

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "cyberassess"]


def start(
    *arguments: str,
    environment: Mapping[str, str | None] | None = None,
    cwd: Path | None = None,
    **more: Any,  # NOTE: what subprocess takes
) -> subprocess.CompletedProcess[bytes]:
    merged = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    surroundings = {key: value for key, value in merged.items() if value is not None}
    options = {"stdin": subprocess.DEVNULL, "capture_output": True} | more
    ran: Any = subprocess.run(  # NOTE: its type depends on options
        [*COMMAND, *arguments], cwd=cwd, env=surroundings, timeout=60, check=False, **options
    )
    return subprocess.CompletedProcess(ran.args, ran.returncode, ran.stdout, ran.stderr)


def has_no_traceback(ran: subprocess.CompletedProcess[bytes]) -> bool:
    shown = (ran.stdout or b"") + (ran.stderr or b"")
    return b"Traceback" not in shown and b"Exception ignored" not in shown


def test_no_escape_codes_when_piped(shown_northport: Path) -> None:
    for surroundings in ({}, {"TERM": "dumb"}, {"NO_COLOR": "1"}):
        ran = start("status", cwd=shown_northport, environment=surroundings)
        assert ran.returncode == 0
        assert b"\x1b" not in ran.stdout + ran.stderr


POSIX = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


@POSIX
@pytest.mark.parametrize("command", ["", "--help", "framework show ncsc-caf@3.2"])
def test_a_reader_that_stops_early_gets_no_traceback(command: str) -> None:
    line = f"{shlex.join(COMMAND)} {command} | head -1"
    ran = subprocess.run(
        ["/bin/sh", "-c", line],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    assert has_no_traceback(ran)
    assert len(ran.stdout.splitlines()) == 1


LEFT_OVER = """
import os, sys, time, click
from cyberassess.terminal.running import run
@click.group()
def program(): pass
@program.command()
def say():
    time.sleep(0.5)
    click.echo("said to nobody")
code = run(program, ["say"])
os.write(1, b"what a stream still held")
sys.exit(code)
"""


@POSIX
def test_what_is_left_over_when_nobody_reads_goes_nowhere(tmp_path: Path) -> None:
    script = tmp_path / "left_over.py"
    script.write_text(LEFT_OVER, encoding="utf-8")
    ran = subprocess.run(
        ["/bin/sh", "-c", f"{shlex.join([COMMAND[0], str(script)])} | true"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    assert ran.stderr == b""


class Gone(io.RawIOBase):
    """A pipe of Windows whose reader has gone."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # NOTE: what io takes for bytes
        if self.is_gone:
            raise OSError(errno.EINVAL, "Invalid argument")
        return len(data)

    def fileno(self) -> int:
        return self.number

    number = -1
    is_gone = True


def test_a_reader_that_stops_early_on_windows_ends_it_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with (tmp_path / "out").open("wb") as out, monkeypatch.context() as patch:
        gone = Gone()
        gone.number = out.fileno()
        buffer = io.BufferedWriter(gone)
        patch.setattr(sys, "stdout", io.TextIOWrapper(buffer, "utf-8"))
        assert run(program, ["--help"]) == 1
        gone.is_gone = False
        buffer.flush()
    assert capsys.readouterr().err == ""


class Device(io.TextIOWrapper):
    """What the system calls a terminal."""

    def isatty(self) -> bool:
        return True


def test_nothing_is_asked_of_nul_which_windows_calls_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Path(os.devnull).open("rb") as empty:
        asked = Device(empty)
        assert running.standard_input_waits(asked)
        monkeypatch.setattr(running, "sys", types.SimpleNamespace(platform="win32"))
        assert not running.standard_input_waits(asked)
        assert running.standard_input_waits(Device(io.BytesIO()))


FULL_DEVICE = Path("/dev/full")


@pytest.mark.skipif(not FULL_DEVICE.exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "command", [["--help"], ["--version"], ["status", "--json"]], ids=" ".join
)
def test_a_full_disk_is_said(command: list[str], shown_northport: Path) -> None:
    with FULL_DEVICE.open("wb") as full:
        ran = start(
            *command,
            cwd=shown_northport,
            capture_output=False,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert ran.returncode == 1
    assert b"No space left on device" in ran.stderr
    assert has_no_traceback(ran)


@pytest.mark.slow
@pytest.mark.parametrize(
    "surroundings",
    [
        {"LANG": "C", "LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp1252"},
    ],
    ids=str,
)
def test_no_encoding_stops_it(surroundings: dict[str, str], tmp_path: Path) -> None:
    name = "Comhairle Bàgh Tŷ \u2013 😀"
    ran = start(
        *("new", "made", "--organisation", name, "--period", "2026"),
        *("--framework", "ncsc-caf@3.2", "--profile", "none"),
        environment=surroundings,
        cwd=tmp_path,
    )
    assert has_no_traceback(ran)
    assert ran.returncode == 0
    assert name in (tmp_path / "made" / "assessment.yaml").read_text("utf-8")


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_what_goes_into_a_pipe_or_a_file_is_utf_8(
    encoding: str, small: Path, tmp_path: Path
) -> None:
    """On Windows it would be in the code page, and lose letters."""
    settings = small / "assessment.yaml"
    settings.write_text(settings.read_text("utf-8").replace("Kim Lee", "Ćirin Łę"), "utf-8")
    surroundings = {"PYTHONIOENCODING": encoding}
    ran = start("people", "new", "Ćirin Łę", cwd=small, environment=surroundings)
    assert ran.returncode == 0, ran.stderr
    ran = start("status", "--json", cwd=small, environment=surroundings)
    assert "Ćirin Łę" in [each["name"] for each in json.loads(ran.stdout)["people"]]
    with (tmp_path / "out").open("wb") as out:
        start("status", cwd=small, environment=surroundings, capture_output=False, stdout=out)
    assert "Ćirin Łę" in (tmp_path / "out").read_text("utf-8")


ONLY_ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@POSIX
@pytest.mark.parametrize(
    ("name", "surroundings"), [(b"Caf\xe9", {}), ("Tŷ".encode(), ONLY_ASCII)], ids=str
)
def test_arguments_that_are_no_text_are_said_and_not_a_crash(
    name: bytes, surroundings: dict[str, str], tmp_path: Path
) -> None:
    ran = start(
        *("new", "made", "--organisation", os.fsdecode(name), "--period", "2026"),
        *("--framework", "ncsc-caf@3.2", "--profile", "none"),
        environment=surroundings,
        cwd=tmp_path,
    )
    assert has_no_traceback(ran)
    assert ran.returncode in (0, 1, 2)
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("encoding", ["utf-8:strict", "utf-8:surrogateescape"])
def test_bytes_that_are_no_text_at_the_prompt_are_not_a_crash(encoding: str, small: Path) -> None:
    """Not then, and not later, when what was stored is printed."""
    (small / "typed").write_bytes(b"3\nCaf\xe9\nq\n")
    with (small / "typed").open("rb") as typed:
        ran = start("ask", cwd=small, stdin=typed, environment={"PYTHONIOENCODING": encoding})
    assert has_no_traceback(ran)
    for command in (["verify"], ["send", "--to", "Sam Reid"], ["report", "full", "--html"]):
        later = start(*command, cwd=small)
        assert has_no_traceback(later), command
        assert later.returncode == 0


def test_without_input_new_names_the_flag_that_is_missing(tmp_path: Path) -> None:
    given = ["new", "made"]
    for flag, value in (
        ("--organisation", "Lab"),
        ("--period", "2026"),
        ("--framework", "ncsc-caf@3.2"),
        ("--profile", "none"),
    ):
        ran = start(*given, cwd=tmp_path)
        assert ran.returncode == 2
        assert f"{flag} is missing".encode() in ran.stderr
        assert list(tmp_path.iterdir()) == []
        given += [flag, value]
    assert start(*given, cwd=tmp_path).returncode == 0


def closed(number: int) -> Any:  # NOTE: what subprocess takes as preexec_fn
    return lambda: os.close(number)


@POSIX
@pytest.mark.parametrize(
    ("command", "code"), [(["new", "made"], 2), (["ask"], 0), (["status"], 0), (["--help"], 0)]
)
def test_with_standard_input_closed_nothing_waits_or_crashes(
    command: list[str], code: int, small: Path
) -> None:
    ran = start(*command, cwd=small, stdin=None, preexec_fn=closed(0))
    assert has_no_traceback(ran), ran.stderr.decode()
    assert ran.returncode in {code, 2}


@POSIX
def test_with_standard_output_closed_it_does_not_crash(small: Path) -> None:
    ran = start("status", cwd=small, capture_output=False, stderr=subprocess.PIPE,
                preexec_fn=closed(1))  # fmt: skip
    assert has_no_traceback(ran), ran.stderr.decode()


def test_it_works_without_a_home(small: Path) -> None:
    ran = start(
        "send",
        environment={"HOME": None, "USERPROFILE": None, "XDG_CACHE_HOME": None, "USER": None},
        cwd=small,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_narrow_terminal_cuts_nothing(shown_northport: Path) -> None:
    wide = start("status", cwd=shown_northport, environment={"COLUMNS": "100"})
    narrow = start("status", cwd=shown_northport, environment={"COLUMNS": "40"})
    assert narrow.returncode == 0
    assert wide.stdout.split() == narrow.stdout.split()


@POSIX
@pytest.mark.parametrize("typed", [0, 2])
def test_ctrl_c_at_the_prompt_ends_with_130_and_keeps_what_was_given(
    typed: int, small: Path
) -> None:
    with subprocess.Popen(
        [*COMMAND, "ask"],
        cwd=small,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"1\n" * typed)
        child.stdin.flush()
        shown = b""
        while shown.count(b"or b s d n e q ?") <= typed:
            shown += os.read(child.stdout.fileno(), 1024)
        child.send_signal(signal.SIGINT)
        rest, _ = child.communicate(timeout=20)
    assert b"Traceback" not in rest
    assert b"kept" in rest.lower()
    found = json.loads(start("status", "--json", cwd=small).stdout)
    assert next(each for each in found["people"] if each["id"] == "p1")["answered"] == typed
    assert start("verify", cwd=small).returncode == 0
    assert child.returncode == 130


@pytest.mark.slow
def test_two_commands_at_once_lose_nothing(small: Path) -> None:
    """Each waits for the other; Alex's second file comes while Sam's first is stored."""
    (alexs,) = (small / "questionnaires/sent").glob("*Alex*")
    second = fill_in(alexs, small / "a.xlsx", {"B1.a.H.1/housing": "True"}, saved=LATER)
    running = [
        subprocess.Popen(
            [*COMMAND, "receive", str(path)],
            cwd=small,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
        )
        for path in (second, small / "sam.xlsx")
    ]
    assert [each.wait(60) for each in running] == [0, 0]
    stored = answers(small)
    assert stored["Alex Moor", "B1.a.H.1/housing"] == ("true", "")
    assert stored["Sam Reid", "A1.a.N.1/organisation"] == ("happens", "")
    assert start("verify", cwd=small).returncode == 0


class AtThePrompt:
    """Somebody who answers at the prompt, line by line."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.shown = b""
        self.child = subprocess.Popen(
            [*COMMAND, "ask", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.wait_for(1)

    def wait_for(self, questions: int) -> None:
        """Wait until so many questions, in all, were shown."""
        assert self.child.stdout is not None
        while self.shown.count(b"or b s d n e q ?") < questions:
            ready, _, _ = select.select([self.child.stdout], [], [], 20)
            assert ready, self.shown.decode()
            more = os.read(self.child.stdout.fileno(), 1024)
            assert more, self.shown.decode()
            self.shown += more

    def type(self, *lines: str) -> None:
        """Type lines, each an answer, and wait for the question after them."""
        assert self.child.stdin is not None
        there = self.shown.count(b"or b s d n e q ?")
        self.child.stdin.write("".join(f"{line}\n" for line in lines).encode())
        self.child.stdin.flush()
        self.wait_for(there + len(lines))

    def end(self) -> bytes:
        """End the input and give everything shown."""
        rest, _ = self.child.communicate(timeout=20)
        return self.shown + rest


@pytest.mark.slow
@POSIX
def test_killed_after_the_fifth_answer_it_goes_on_at_the_sixth(
    tmp_path: Path,
) -> None:
    place = tmp_path / "lab"
    start(
        *("new", str(place), "--organisation", "Lab", "--period", "2026"),
        *("--framework", "ncsc-caf@3.2", "--profile", "none"),
    )
    asked = AtThePrompt(place)
    assert b" \xc2\xb7 question 1 of " in asked.shown
    for number, answer in enumerate("22221", start=1):
        asked.type(answer)
        status = json.loads(start("status", "--json", cwd=place).stdout)
        assert status["people"][0]["answered"] >= number, "an answer is visible at once"
    asked.child.kill()
    asked.end()
    assert list((place / "ledger").glob("*-open-*"))
    assert start("verify", cwd=place).returncode == 0
    again = AtThePrompt(place)
    assert b" \xc2\xb7 question 6 of " in again.shown
    assert b"is answering at the prompt" not in again.shown, "the killed one is gone"
    again.end()
    assert start("send", cwd=place).returncode == 0
    assert not list((place / "ledger").glob("*-open-*"))


@pytest.mark.slow
@POSIX
def test_two_at_the_prompt_at_once_lose_nothing_and_the_second_is_told(small: Path) -> None:
    before = len(answers(small))
    kim = AtThePrompt(small, "--as", "Kim Lee")
    assert b"is answering at the prompt" not in kim.shown
    kim.type("2")
    sam = AtThePrompt(small)
    assert b"Kim Lee is answering at the prompt too." in sam.shown
    sam.type("2")
    kim.type("1")
    sam.type("2")
    sam.end()
    kim.end()
    assert start("verify", cwd=small).returncode == 0
    stored = answers(small)
    assert len([who for who, _ in stored if who == "Sam Reid"]) == 2
    assert len(stored) >= before + 2 + 2
    assert not list((small / "ledger").glob("*-open-*"))
    assert not list((small / "ledger").glob("prompts-*"))


class Terminal(io.StringIO):
    """Something that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def at_a_terminal(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Terminal:
    """Let standard error be a terminal that can show colour."""
    found = Terminal()
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": ""}], ids=str)
def test_progress_is_shown_in_colour_on_a_terminal(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty NO_COLOR is none."""
    terminal = at_a_terminal(monkeypatch, **environment)
    with steps(2, "Writing") as advance:
        advance("Kim Lee")
    assert "Kim Lee" in terminal.getvalue()
    assert "\x1b[32m" in terminal.getvalue()


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_no_escape_codes_on_a_terminal_that_wants_none(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = at_a_terminal(monkeypatch, **environment)
    with steps(2, "Writing") as advance:
        advance("Kim Lee")
    assert "\x1b" not in terminal.getvalue()


def test_no_escape_codes_with_no_color(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    assert run(program, ["--no-color", "-C", str(small), "send", "--to", "Sam Reid"]) == 0
    assert "\x1b" not in terminal.getvalue()


def test_no_progress_is_shown_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with steps(2, "Writing") as advance:
        advance("Kim Lee")
    assert capsys.readouterr() == ("", "")


def test_many_problems_are_cut_with_their_count(capsys: pytest.CaptureFixture[str]) -> None:
    show_problems([Problem("code", f"row {number}", "Wrong.") for number in range(53)])
    shown = capsys.readouterr().err.splitlines()
    assert (len(shown), shown[0], shown[-1]) == (51, "row 0: Wrong.", "… and 3 more.")


def test_copying_a_lot_says_how_far_it_is_when_piped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(40_000_000)
    with bytes_copied([large, tmp_path / "nowhere", tmp_path]) as advance:
        for _ in range(40):
            advance(1_000_000)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[0] == "Copied 10 % of 40 MB."
    assert said.err.splitlines()[-1] == "Copied 100 % of 40 MB."
    assert "\x1b" not in said.err


def test_copying_a_little_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = tmp_path / "small.txt"
    small.write_bytes(b"text")
    with bytes_copied([small]) as advance:
        advance(4)
    assert capsys.readouterr() == ("", "")


def test_progress_in_bytes_waits_for_the_total(capsys: pytest.CaptureFixture[str]) -> None:
    with BytesOfTotal("Packing", "Packed") as advance:
        for _ in range(4):
            advance(10_000_000, 40_000_000)
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "Packed 20 % of 40 MB.",
        "Packed 50 % of 40 MB.",
        "Packed 70 % of 40 MB.",
        "Packed 100 % of 40 MB.",
    ]


def test_progress_in_bytes_is_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    with BytesOfTotal("Packing", "Packed") as advance:
        advance(30_000_000, 40_000_000)
    assert "Packing" in terminal.getvalue()
    assert "30.0/40.0 MB" in terminal.getvalue()
