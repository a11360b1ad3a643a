"""A sample of the sweep, and the disks, clocks and drives that people have.

``python -m tests.crash`` tries every point; here are some of each command.
"""

import inspect
import itertools
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cyberassess.disk.segments import LedgerFolder, new_text, single_head
from cyberassess.errors import CyberassessError
from cyberassess.opening.assessment import open_assessment
from cyberassess.program import program
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.send.sending import send
from cyberassess.terminal.running import run
from tests.crash.commands import COMMANDS, Command, prepare
from tests.crash.injecting import Call, Fault, injected, why_not
from tests.crash.sweep import KINDS, Sweep, answers_in, records_in, settings_in
from tests.program.test_program import LEAVES
from tests.steps.council import LATER, answers, begin, fill_in, ledger_bytes, send_to, take

COMMAND = [sys.executable, "-m", "cyberassess"]
ROOT = Path(__file__).parents[2]
SAMPLED = [each for each in COMMANDS if each.name != "report full, PDF"]
"""A PDF takes long, and is written as the others are."""
NOT_SWEPT = {
    ("status",), ("score",), ("explain",), ("verify",), ("completion",), ("demo",), ("trend",),
    ("menu",), ("open",),
    ("evidence", "check"), ("evidence", "list"), ("evidence", "show"), ("framework", "check"),
    ("framework", "diff"), ("framework", "list"), ("framework", "map"), ("framework", "show"),
}  # fmt: skip
"""They only read; ``demo``, ``menu`` and ``open`` write by the others."""
_WHY_NOT = why_not()
TRACED = pytest.mark.skipif(bool(_WHY_NOT), reason=_WHY_NOT or "it can be traced")


@pytest.fixture(scope="module", autouse=True)
def _kept_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Sync to the disk, and keep laid-out parts apart: a command makes the same calls again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", inspect.unwrap(os.fsync))
        patch.setenv("CYBERASSESS_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the places the commands run in."""
    return prepare(tmp_path_factory.mktemp("places"))


def test_every_command_that_writes_is_interrupted() -> None:
    words = [each.arguments[2 * (each.arguments[0] == "-C") :] for each in COMMANDS]
    swept = {path for path, _ in LEAVES if any(each[: len(path)] == path for each in words)}
    assert {path for path, _ in LEAVES} - swept == NOT_SWEPT


@TRACED
@pytest.mark.slow
@pytest.mark.parametrize("command", SAMPLED, ids=[each.name for each in SAMPLED])
def test_no_fault_loses_what_was_acknowledged(
    command: Command, places: Mapping[str, Path], tmp_path: Path
) -> None:
    """It is killed at one call, and another one fails."""
    one = Sweep(command, places, tmp_path)
    faults = list(one.faults())
    assert {each.kind for each in faults} == set(KINDS)
    assert any(each.call.changes for each in faults)
    chance = random.Random(20260630)  # noqa: S311 - repeatable points
    killed = [each for each in faults if each.kind == "KILL"]
    failing = [each for each in faults if each.kind != "KILL"]
    for fault in (chance.choice(killed), chance.choice(failing)):
        broken, reached = one.try_one(fault)
        assert broken == []
        assert reached, f"{fault} was not reached"


@TRACED
@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        ("openat", "EROFS", "cannot be written to: Read-only file system"),
        ("flock", "ENOLCK", "does not support locks: No locks available"),
    ],
)
def test_a_drive_that_cannot_be_written_or_locked_is_said(
    call: str, error: str, said: str, places: Mapping[str, Path], tmp_path: Path
) -> None:
    command = next(each for each in COMMANDS if each.name == "resolve")
    for attempt in range(4):  # on a busy machine a run may open a file more or fewer than before
        here = Path(shutil.copytree(places["differing"], tmp_path / f"run{attempt}")) / "here"
        before = ledger_bytes(here)
        found = Sweep(command, places, tmp_path / f"try{attempt}")
        number = next(
            e.number for e in found.calls if e.name == "openat" and "writing.lock" in e.line
        )
        fault = Fault(Call(call, number if call == "openat" else 1, changes=True, line=""), error)
        arguments = [each.replace("HERE", str(here)) for each in command.arguments]
        ended = injected(arguments, fault)
        if ended.code:
            break
    assert ended.code == 1, ended
    assert said in ended.err
    assert "Nothing was changed." in ended.err
    assert ledger_bytes(here) == before


@TRACED
@pytest.mark.parametrize("name", ["people add", "people new", "framework update", "systems add"])
def test_what_an_ended_command_put_into_the_settings_counts_for_nothing(
    name: str, places: Mapping[str, Path], tmp_path: Path
) -> None:
    """Its settings stand there and its ledger does not: it does all when it is given again."""
    command = next(each for each in COMMANDS if each.name == name)
    found = Sweep(command, places, tmp_path)
    at = next(e for e in found.calls if e.name == "openat" and e.changes and ".jsonl." in e.line)
    place = tmp_path / "run"
    shutil.rmtree(place)
    here = Path(shutil.copytree(places[command.start], place)) / "here"
    arguments = [
        each.replace("HERE", str(here)).replace("PLACE", str(place)) for each in command.arguments
    ]
    assert injected(arguments, Fault(at, "KILL")).was_killed
    assert run(program, arguments) == 0
    assert answers_in(here) == found.full
    assert settings_in(place) == found.settings[1]
    assert records_in(here) >= found.full_records


FULL = """
mount -t tmpfs -o size=1m none "$1" && cp -r "$2" "$1/here" || exit 99
cat /dev/zero > "$1/here/filler" 2>/dev/null
"$3" -m cyberassess -C "$1/here" "${@:4}"; echo "code $?"
"$3" -m cyberassess -C "$1/here" verify; echo "code $?"
rm "$1/here/filler"
"$3" -m cyberassess -C "$1/here" "${@:4}"; echo "code $?"
"""


@pytest.mark.slow
@pytest.mark.parametrize("what", ["receive"])
def test_on_a_full_disk_of_one_megabyte_nothing_is_lost(
    what: str, places: Mapping[str, Path], tmp_path: Path
) -> None:
    place = places["differing"]
    arguments = {
        "send": ["send"],
        "receive": ["receive", str(place / "sam.xlsx")],
        "resolve": ["resolve", "B1.a.N.1/housing", "--answer", "happens", "--reason", "Seen."],
    }[what]
    (tmp_path / "disk").mkdir()
    try:
        found = subprocess.run(
            ["unshare", "-m", "bash", "-c", FULL, "-", tmp_path / "disk", place / "here",  # noqa: S607
             sys.executable, *arguments],
            check=False, capture_output=True, text=True, cwd=ROOT, timeout=120,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("there is no unshare")
    if found.returncode == 99 or "code" not in found.stdout:
        pytest.skip("no disk can be mounted here")
    codes = [line for line in found.stdout.splitlines() if line.startswith("code ")]
    assert codes == ["code 1", "code 0", "code 0"], found
    assert "no space left" in found.stderr.lower()
    assert "Traceback" not in found.stderr


def _answered(folder: Path, answer: str, time: str) -> None:
    ledger = LedgerFolder(folder / "ledger")
    header = {"actor": {"id": "p1", "name": new_text("Sam Reid"), "role": ""}}
    event = {
        "type": "answer", "framework": "made@1", "scope": "housing", "indicator": "B1.b.H.1",
        "person": "p2", "old": None, "new": answer, "source": {"kind": "prompt"},
    }  # fmt: skip
    segments = ledger.read().segments
    ledger.append({**header, "command": "ask", "time": time}, [event], [single_head(segments)])


@pytest.mark.parametrize(
    "times",
    [
        ("2027-03-01T09:00:00Z", "2026-03-01T09:00:00Z"),
        ("2028-02-29T23:59:59Z", "2027-02-28T00:00:00Z"),
        ("2026-10-25T00:59:59Z", "2026-10-25T00:00:01Z"),
        ("2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"),
    ],
    ids=["a year back", "leap day", "end of summer time", "the same second"],
)
def test_the_order_of_events_does_not_follow_the_clock(
    times: tuple[str, str], tmp_path: Path
) -> None:
    folder = begin(tmp_path / "here")
    for answer, time in zip(("true", "not-true"), times, strict=True):
        _answered(folder, answer, time)
    assert answers(folder) == {("Kim Lee", "B1.b.H.1/housing"): ("not-true", "")}
    assert verify(folder).problems == ()
    send(folder)


def _everything(folder: Path) -> object:
    assessment = open_assessment(folder)
    return (
        assessment.contents.settings,
        assessment.state.answers,
        assessment.state.rationales,
        assessment.card.outcomes,
        assessment.card.themes,
    )


def test_a_flipped_bit_anywhere_is_found_or_harmless(
    places: Mapping[str, Path], tmp_path: Path
) -> None:
    """In every file of the workspace: ``verify`` names it, or nothing follows from it."""
    here = Path(shutil.copytree(places["differing"] / "here", tmp_path / "here"))
    before = _everything(here)
    random_ = random.Random(20260701)  # noqa: S311 - repeatable places
    unnoticed: list[str] = []
    paths = [each for each in sorted(here.rglob("*")) if each.is_file() and each.stat().st_size]
    for path, _ in itertools.product(paths, range(4)):
        data = path.read_bytes()
        position, bit = random_.randrange(len(data)), random_.randrange(8)
        path.write_bytes(
            data[:position] + bytes([data[position] ^ (1 << bit)]) + data[position + 1 :]
        )
        try:
            found = verify(here)
        except CyberassessError:
            continue
        finally:
            flipped = path.read_bytes()
            path.write_bytes(data)
        if not found.problems and not found.notes:
            path.write_bytes(flipped)
            if _everything(here) != before:
                unnoticed.append(f"{path.relative_to(here)}, byte {position}, bit {bit}")
            path.write_bytes(data)
    assert unnoticed == []


@pytest.mark.parametrize("sequence", [1, 2, 4])
def test_nothing_is_written_to_a_damaged_ledger(
    sequence: int, places: Mapping[str, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = Path(shutil.copytree(places["differing"], tmp_path / "run"))
    (path,) = (place / "here" / "ledger").glob(f"{sequence:06d}-*.jsonl")
    path.write_bytes(path.read_bytes()[:-1].replace(b'"', b"'", 1) + b"\n")
    before = ledger_bytes(place / "here")
    assert run(program, ["-C", str(place / "here"), "receive", str(place / "sam.xlsx")]) == 1
    assert f"ledger/{path.name}" in capfd.readouterr().err
    assert ledger_bytes(place / "here") == before
    assert list((place / "here/questionnaires/received").glob("*sam*")) == []


def _started(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, "-C", str(folder), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.slow
def test_several_receives_at_once_and_a_report_lose_nothing(tmp_path: Path) -> None:
    """Each waits for the other, or says that it is busy and can be given again."""
    folder = begin(tmp_path / "here")
    sent = send_to(folder)
    rows = {
        "Sam Reid": {"A1.a.N.1": "Happens", "A1.b.H.1": "True"},
        "Kim Lee": {"B1.a.N.1/housing": "Happens", "B1.b.H.1/housing": "True"},
        "Alex Moor": {"B1.a.N.1/housing": "Happens", "B1.a.H.1/housing": "True"},
    }
    files = [
        fill_in(sent[name], tmp_path / f"{name}.xlsx", said, saved=LATER)
        for name, said in rows.items()
    ]
    running = [
        _started(folder, "report", "full", "--html"),
        *(_started(folder, "receive", str(path)) for path in files),
        _started(folder, "report", "full", "--html", "-o", str(tmp_path / "report.html")),
    ]
    ended = []
    for each in running:
        _, err = each.communicate(timeout=120)
        assert b"Traceback" not in err
        ended.append(each.returncode)
    assert ended[0] == ended[-1] == 0
    assert set(ended) <= {0, 5}
    for path, code in zip(files, ended[1:-1], strict=True):
        if code == 5:
            take(folder, path)
    assert len(answers_in(folder)) == 6
    assert verify(folder).problems == ()
    assert (tmp_path / "report.html").read_text("utf-8").rstrip().endswith("</html>")
