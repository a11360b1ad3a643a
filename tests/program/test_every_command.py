"""What holds for every command, whichever are added: pipes, disks, encodings, Ctrl-C, no network.

The commands are found by walking the program; each is tried with the first example of its own
help, in a workspace where that example works.
"""

import contextlib
import gc
import io
import json
import math
import multiprocessing
import os
import re
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from cyberassess.demo.story import EARLIER
from cyberassess.disk.segments import LedgerFolder
from cyberassess.domain.record.ledger import fold
from cyberassess.program import program
from cyberassess.terminal.running import INTERRUPTED, REFUSED, run
from tests.program.conftest import Run
from tests.program.test_program import ALL, LEAVES, NOT_RUN, examples, place_for
from tests.steps.council import ledger_bytes

Example = tuple[str, ...]
FIRST: list[Example] = [
    tuple(examples(command)[0]) for path, command in LEAVES if path[0] not in NOT_RUN
]
PIPED = [
    tuple(examples(command)[0])
    for path, command in LEAVES
    if any("--json" in parameter.opts for parameter in command.params)
]
"""What people pipe into another program: commands whose use is what they print."""
READING = [
    pytest.param(tuple(each), id=" ".join(each), marks=[pytest.mark.slow] if number else [])
    for path, command in ALL
    if any("--json" in parameter.opts for parameter in command.params)
    for number, each in enumerate(examples(command))
    if not {"--html", "-o", "--answer"} & set(each)
]
"""Every example that only prints, of a command that can print JSON; each command's first soon."""

Stand = Callable[[Example], Path]


@pytest.fixture
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Stand:
    """Give a function that goes to a folder where an example works."""
    return lambda example: place_for(list(example), request, tmp_path)


class Silent(io.StringIO):
    """A standard input that must not be read."""

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # NOTE: typeshed
        raise AssertionError(f"somebody was asked ({size})")

    def isatty(self) -> bool:
        return True


@contextmanager
def output_to(file: io.TextIOWrapper, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a command print to a file of our choice."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", file)
        yield


connections: list[str] = []
_asked_for: list[Callable[[], None]] = []
"""What is done at everything the system is asked for, while a command runs."""


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        connections.append(str(arguments[1]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        connections.append(str(arguments[0]))
    if _asked_for and threading.current_thread() is threading.main_thread():
        _asked_for[0]()


sys.addaudithook(_listen)


@contextmanager
def interrupted_after(calls: float) -> Iterator[list[int]]:
    """Press Ctrl-C as the system is asked for so much; give how often it was asked.

    Asking is opening, listing, renaming or removing a file, loading a module, starting a program.
    """
    count = [0]

    def asked() -> None:
        count[0] += 1
        if count[0] >= calls:
            _asked_for.clear()
            raise KeyboardInterrupt

    _asked_for.append(asked)
    try:
        yield count
    finally:
        _asked_for.clear()


class Went(NamedTuple):
    """How a command went where nobody can be asked, and its output takes ASCII alone."""

    code: int
    printed: bytes
    connections: tuple[str, ...]
    calls: int
    """How often the system was asked for something."""


_WENT: dict[Example, Went] = {}


def went(example: Example, place: Path, monkeypatch: pytest.MonkeyPatch) -> Went:
    """Run an example to its end in a folder that is then used up, once for all tests here."""
    if example not in _WENT:
        connections.clear()
        printed = io.BytesIO()
        with monkeypatch.context() as patch:
            patch.chdir(place)
            patch.setattr(sys, "stdin", io.StringIO("q\n") if example[0] == "ask" else Silent())
            patch.setattr(sys, "stdout", io.TextIOWrapper(printed, "ascii"))
            with interrupted_after(math.inf) as count:
                code = run(program, words_of(example))
            sys.stdout.flush()
            _WENT[example] = Went(code, printed.getvalue(), tuple(connections), count[0])
    return _WENT[example]


def words_of(example: Example) -> Example:
    """Give what is typed where nobody is to be asked; ``ask`` can do nothing else."""
    return example if example[0] == "ask" else ("--no-input", *example)


Copied = Callable[[Path], Path]


@pytest.fixture
def copied(tmp_path_factory: pytest.TempPathFactory) -> Copied:
    """Give a function that copies a folder and last year's beside it, and gives the copy."""
    return lambda folder: _copied(folder, tmp_path_factory.mktemp("copied"))


def _copied(folder: Path, to: Path) -> Path:
    if folder.with_name(EARLIER).is_dir():
        shutil.copytree(folder.with_name(EARLIER), to / EARLIER)
    return Path(shutil.copytree(folder, to / folder.name))


def test_the_hook_sees_connections() -> None:
    connections.clear()
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", 1), 1).close()
    assert connections
    connections.clear()


@pytest.mark.slow
@pytest.mark.parametrize("example", FIRST, ids=" ".join)
def test_in_ascii_without_input_and_without_network(
    example: Example, stand: Stand, copied: Copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked with --no-input, nothing is sent anywhere, no character stops it."""
    found = went(example, copied(stand(example)), monkeypatch)
    assert found.code == 0
    assert found.printed
    assert b"\x1b" not in found.printed
    assert found.connections == ()


def test_where_nobody_can_be_asked_ask_says_so(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand(("ask",))
    monkeypatch.setattr(sys, "stdin", Silent())
    assert run(program, ["--no-input", "ask"]) == 2


@pytest.mark.slow
@pytest.mark.usefixtures("_without_pages")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("example", FIRST, ids=" ".join)
def test_a_full_disk_under_the_output_is_said(
    example: Example,
    stand: Stand,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    stand(example)
    monkeypatch.setattr(sys, "stdin", io.StringIO("q\n"))
    with (
        Path("/dev/full").open("w", encoding="utf-8") as full,
        output_to(full, monkeypatch),
    ):
        assert run(program, example) == REFUSED
    assert "No space left on device" in capfd.readouterr().err


@pytest.mark.slow
@pytest.mark.usefixtures("_without_pages")
@pytest.mark.skipif(os.name != "posix", reason="needs POSIX pipes")
@pytest.mark.parametrize("example", PIPED, ids=" ".join)
def test_a_reader_that_has_gone_stops_nothing_but_the_output(
    example: Example,
    stand: Stand,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    stand(example)
    reading, writing = os.pipe()
    os.close(reading)
    monkeypatch.setattr(sys, "stdin", io.StringIO("q\n"))
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    pipe = os.fdopen(writing, "w", encoding="utf-8")
    with output_to(pipe, monkeypatch):
        assert run(program, example) in (0, REFUSED)
    with contextlib.suppress(BrokenPipeError):
        pipe.close()
    assert "Traceback" not in capfd.readouterr().err


PARTS = (0.35, 0.8)
"""How much of all it asks for a command has asked for when Ctrl-C is pressed."""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("example", "part"),
    [pytest.param(each, PARTS[at % 2], id=" ".join(each)) for at, each in enumerate(FIRST)],
)
def test_ctrl_c_anywhere_ends_with_130_and_leaves_the_store_whole(
    example: Example,
    part: float,
    stand: Stand,
    copied: Copied,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Half of the commands at a third of the way, and half of them near the end."""
    folder = stand(example)
    calls = went(example, copied(folder), monkeypatch).calls
    for _ in range(2):  # the first run may have asked for more: it read what is kept
        place = copied(folder)
        before = ledger_bytes(place)
        monkeypatch.chdir(place)
        monkeypatch.setattr(sys, "stdin", io.StringIO("q\n"))
        with interrupted_after(calls * part) as count:
            code = run(program, words_of(example))
        if code:
            break
        calls = count[0]
    told = capfd.readouterr().err
    assert code in (INTERRUPTED, 0), told
    if code == INTERRUPTED:
        assert "Interrupted. What was already reported as stored is kept." in told
    assert not multiprocessing.active_children()
    if before:
        after = ledger_bytes(place)
        assert before.items() <= after.items()
        fold(LedgerFolder(place / "ledger").read().segments)
    gc.collect()  # what was left half open is found here, not by whichever test comes later


def keys_of(value: object) -> Iterator[str]:
    """Give every key of a JSON document."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from keys_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from keys_of(each)


@pytest.mark.slow
@pytest.mark.usefixtures("_without_pages")
@pytest.mark.parametrize("example", READING)
def test_json_is_one_document_whose_keys_are_documented(
    example: Example, stand: Stand, cli: Run
) -> None:
    """A key that is a value (a level's id, a person's) is told by the dots in the documents."""
    stand(example)
    wanted = example if "--json" in example else (*example, "--json")
    ran = cli(*wanted)
    assert ran.code in (0, 3, 4), ran.err
    value = json.loads(ran.out)
    if isinstance(value, dict):
        assert value["schema"] == 1
    command = " ".join(each for each in path_of(example))
    text = (Path(__file__).parents[2] / "docs/json.md").read_text("utf-8")
    section = text.partition(f"\n## `{command}")[2].partition("\n## ")[0]
    assert section, f"docs/json.md has no section for {command} --json"
    top = [value] if isinstance(value, dict) else value
    missing = {key for each in top for key in each if f"`{key}`" not in section}
    assert not missing, f"docs/json.md says nothing of {sorted(missing)} under {command}"


def path_of(example: Example) -> Example:
    """Give the words that name an example's command."""
    fitting = [path for path, _ in ALL if example[: len(path)] == path]
    return max(fitting, key=len)


WRITES = {"--by", "--dry-run", "--output", "--force", "--again"}
NEITHER = {("demo",), ("new",), ("completion",), ("menu",), ("open",)}
"""They make something, print a script, or give other commands."""


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=str)
def test_what_only_prints_can_print_json(path: Example, command: click.Command) -> None:
    """A command that changes nothing has --json; one that writes says so by its options."""
    options = {each for parameter in command.params for each in parameter.opts}
    assert path in NEITHER or options & ({"--json"} | WRITES), path


NUMBERS = re.compile(r"[0-9a-f]{8,}|\(\d\)")
"""Hashes, and what is put behind a name that is taken: they differ from run to run."""


@pytest.mark.slow
@pytest.mark.usefixtures("_without_pages")
@pytest.mark.parametrize("example", READING)
def test_40_columns_cut_nothing(
    example: Example, stand: Stand, cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand(example)
    if "--json" in example:
        pytest.skip("not for people to read at a terminal")
    if list(example[:1]) == ["approve"] and "--name" in example:
        pytest.skip("approving a second time says that it was approved")
    if "--dry-run" not in example and (example[0] == "rollover" or "--profile" in example[:4]):
        pytest.skip("a second time the place is taken, and the version is used")
    monkeypatch.setenv("COLUMNS", "100")
    wide = cli(*example)
    monkeypatch.setenv("COLUMNS", "40")
    narrow = cli(*example)
    # a long title may be cut in a wide table, never in a narrow terminal
    words = iter(NUMBERS.sub("", narrow.out).split())
    missing = [
        each
        for each in NUMBERS.sub("", wide.out).split()
        if not each.endswith("…") and each not in words
    ]
    assert missing == []
    assert not re.search(r"\w…", narrow.out)


@pytest.mark.parametrize("path", [path for path, _ in LEAVES], ids=" ".join)
def test_help_in_40_columns_cuts_nothing(
    path: Example, cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    shown = cli(*path[:-1], "--help").out
    assert "..." not in shown.replace("]...", "]")
    assert cli(*path, "--help").code == 0
