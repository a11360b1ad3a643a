"""Commands in a process of their own whose system calls fail, or kill it, where we say.

A child is forked from this process, so that nothing is imported again; strace attaches to it
before it begins, and counts its calls.
"""

import ctypes
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cyberassess.program import program
from cyberassess.terminal.running import run

WRITING = (
    "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink",
    "unlinkat", "rmdir", "mkdir", "mkdirat", "link", "linkat", "truncate", "ftruncate",
    "sendfile", "copy_file_range", "openat",
)  # fmt: skip
"""The calls that change something; of ``openat`` those that may."""
READING = ("read", "getdents64", "openat")
_PTRACER = 0x59616D61
_LINE = re.compile(r"^(\w+)\(")
_CHANGES = re.compile(r"O_CREAT|O_WRONLY|O_RDWR|O_TRUNC")
LIMIT = 60
"""Seconds after which a command is taken to hang."""


class Call(NamedTuple):
    """The so manieth call of a name that a command makes."""

    name: str
    number: int
    changes: bool
    """Whether it may change something on the disk."""
    line: str


class Fault(NamedTuple):
    """What happens at a call: a signal, or an error's name."""

    call: Call
    kind: str
    """``KILL``, or the name of an error such as ``ENOSPC``."""

    def __str__(self) -> str:
        return f"{self.kind} at {self.call.name} {self.call.number}: {self.call.line[:160]}"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    """Negative where a signal ended it."""
    out: str
    err: str

    @property
    def was_killed(self) -> bool:
        return self.code == -signal.SIGKILL


def why_not() -> str:
    """Say why calls cannot be tampered with here; empty where they can."""
    if sys.platform != "linux":
        return "strace is for Linux"
    if shutil.which("strace") is None:
        return "strace is not installed"
    ended, lines = traced(["--version"])
    if ended.code != 0 or not lines:
        return "strace may not attach to processes here"
    return ""


def _forked(arguments: Sequence[str], typed: str, ready: int, place: Path) -> int:
    """Fork a child that waits for a byte and runs a command; give its process id.

    It is given once the child has nothing left to do but wait, so that no call of ours is counted.
    """
    is_set, sets = os.pipe()
    pid = os.fork()
    if pid:
        os.close(sets)
        os.read(is_set, 1)
        os.close(is_set)
        return pid
    code = 70  # pragma: no cover - from here on it is another process
    try:
        ctypes.CDLL(None).prctl(_PTRACER, ctypes.c_ulong(-1 & (2**64 - 1)), 0, 0, 0)
        (place / "in").write_text(typed)
        for number, (name, flags) in enumerate(
            (
                ("in", os.O_RDONLY),
                ("out", os.O_WRONLY | os.O_CREAT),
                ("err", os.O_WRONLY | os.O_CREAT),
            )
        ):
            os.dup2(os.open(place / name, flags, 0o600), number)
        sys.stdin = os.fdopen(0, "r", encoding="utf-8")
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
        sys.stderr = os.fdopen(2, "w", encoding="utf-8")
        os.close(sets)
        select.select([ready], [], [])  # NOTE: reading would be counted as a call of the command
        code = run(program, arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException as cause:  # noqa: BLE001 - what a person would see as a traceback
        os.write(2, f"Traceback: {cause!r}\n".encode())
    finally:
        os._exit(code)


def traced(
    arguments: Sequence[str], options: Sequence[str] = (), *, typed: str = ""
) -> tuple[Ended, list[str]]:
    """Run a command under strace; give how it ended and what strace wrote."""
    with tempfile.TemporaryDirectory(prefix="traced") as folder:
        place = Path(folder)
        waits, goes = os.pipe()
        pid = _forked(arguments, typed, waits, place)
        os.close(waits)
        log = place / "log"
        command = ["strace", "-s", "0", "-o", str(log), "-p", str(pid), *options]
        tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert tracer.stderr is not None
        line = tracer.stderr.readline()
        try:
            if "attached" not in line:
                os.kill(pid, signal.SIGKILL)
            else:
                os.write(goes, b"x")
            _, status = os.waitpid(pid, 0)
        finally:
            os.close(goes)
            tracer.stderr.close()
            tracer.wait(LIMIT)
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        texts = [
            (place / name).read_text(errors="replace") if (place / name).exists() else ""
            for name in ("out", "err")
        ]
        return Ended(os.waitstatus_to_exitcode(status), texts[0], texts[1]), lines


def calls_of(
    arguments: Sequence[str], inside: Path, *, typed: str = ""
) -> tuple[Ended, list[Call]]:
    """Give the calls of a command that touch a folder, by running it once."""
    names = sorted({*WRITING, *READING})
    ended, lines = traced(arguments, ["-y", "-e", f"trace={','.join(names)}"], typed=typed)
    return ended, list(_calls(lines, str(inside)))


def _calls(lines: Sequence[str], inside: str) -> Iterator[Call]:
    counts: dict[str, int] = {}
    for line in lines:
        found = _LINE.match(line)
        if not found:
            continue
        name = found[1]
        counts[name] = counts.get(name, 0) + 1
        call = line.split(" = ")[0] if name != "openat" else line
        if inside in call:
            changes = name in WRITING and (name != "openat" or bool(_CHANGES.search(line)))
            yield Call(name, counts[name], changes, line)


def injected(arguments: Sequence[str], fault: Fault, *, typed: str = "") -> Ended:
    """Run a command with one fault."""
    kind = f"signal={fault.kind}" if fault.kind == "KILL" else f"error={fault.kind}"
    name = fault.call.name
    options = ["-e", f"trace={name}", "-e", f"inject={name}:{kind}:when={fault.call.number}"]
    return traced(arguments, options, typed=typed)[0]
