"""The Windows folder, made twice and used under Wine: ``./run test --windows``.

It ends with 0 where every check held, with 1 where one did not, and with 75 where it could not be
run or not to its end: then nothing is known of Windows, and it says so. It takes at most eight
minutes.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from pypdf import PdfReader

ROOT = Path(__file__).parents[2]
PARTS = ROOT / ".parts"
NOT_RUN = 75
MOST = 455.0
"""Seconds for all of it, but for setting up and clearing away."""
MOST_BYTES = 45_000_000
FOLDER = "Hélène O'Neil \u2013 OneDrive - Ćouncil"
TESTED = (
    "tests/disk/test_windows.py", "tests/disk/test_segments.py", "tests/domain",
    "tests/steps/receive/test_receiving.py",
)  # fmt: skip
NO_COPY_FILE_2 = """\
import _winapi

if hasattr(_winapi, "CopyFile2"):
    del _winapi.CopyFile2
"""
"""For Wine 8 alone, which lacks a function that tests copy files with; the program does not."""
LIBRARIES = ("pytest", "hypothesis")
"""What tests need beside the libraries of the folder."""


class NotRunError(Exception):
    """It cannot be run here."""


class FailedError(Exception):
    """A check did not hold."""


def say(text: str) -> None:
    """Say what is done."""
    print(text, flush=True)


def need(fact: object, text: str) -> None:
    """Stop where something does not hold."""
    if not fact:
        raise FailedError(text)


class Wine:
    """A Windows of one's own, in a folder."""

    def __init__(self, place: Path, end: float) -> None:
        found = next(
            (
                each
                for each in ("/usr/lib/wine/wine64", shutil.which("wine64"), shutil.which("wine"))
                if each and Path(each).exists()
            ),
            None,
        )
        if found is None:
            raise NotRunError("Wine is not installed (Debian, Ubuntu: apt-get install wine64)")
        self.program = found
        self.end = end
        self.prefix = place / "prefix"
        self.environment = {
            **os.environ,
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree=d;mshtml=d;winemenubuilder.exe=d",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
        }

    def begin(self) -> None:
        """Set it up."""
        self.run("wineboot", "-i")
        self.run("winecfg", "-v", "win10")
        system = self.prefix / "drive_c/windows/system32"
        if not (system / "bcryptprimitives.dll").exists():
            zig = PARTS / "ziglang/ziglang/zig"
            subprocess.run(
                [zig, "cc", "-target", "x86_64-windows-gnu", "-Os", "-s", "-nostdlib", "-shared",
                 "-fno-stack-protector", "-Wl,-e,begin", "-ladvapi32",
                 "-o", system / "bcryptprimitives.dll",
                 Path(__file__).with_name("bcryptprimitives.c")],
                check=True,
            )  # fmt: skip

    def run(self, *words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
        """Run a program of Windows, within the time that is left."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise NotRunError("its time was up")
        try:
            return subprocess.run(
                [self.program, *map(str, words)], cwd=cwd, env=self.environment, check=False,
                stdin=subprocess.DEVNULL, capture_output=True, timeout=left,
            )  # fmt: skip
        except subprocess.TimeoutExpired as cause:
            raise NotRunError("its time was up") from cause

    def stop(self) -> None:
        """End what still runs in it."""
        server = Path(self.program).with_name("wineserver")
        name = str(server if server.exists() else shutil.which("wineserver") or "")
        if name:
            subprocess.run([name, "-k"], env=self.environment, check=False, timeout=30)


def windows(path: Path) -> str:
    """Give a path as Windows has it, on the drive that is this whole machine."""
    return "Z:" + str(path).replace("/", "\\")


class Job:
    """The folder, and what is tried with it."""

    def __init__(self, place: Path, end: float) -> None:
        self.place = place
        self.wine = Wine(place, end)
        self.end = end
        self.home = place / FOLDER
        self.demo = self.home / "reports/demo"
        self.here = self.demo / "northport-2026"
        self.first: Path
        self.second: subprocess.Popen[bytes]

    def build(self, name: str) -> subprocess.Popen[bytes]:
        """Begin to make the folder."""
        script = [sys.executable, ROOT / "bundle/windows.py", "windows", self.place / name]
        return subprocess.Popen(list(map(str, script)), stdout=subprocess.PIPE, cwd=ROOT)

    def built(self, building: subprocess.Popen[bytes], name: str) -> Path:
        """Give the ZIP that was made."""
        try:
            building.communicate(timeout=max(self.end - time.monotonic(), 1))
        except subprocess.TimeoutExpired as cause:
            building.kill()
            building.communicate()
            raise NotRunError("its time was up") from cause
        if building.returncode:
            raise NotRunError("the parts cannot be had, or the folder cannot be made")
        (made,) = (self.place / name).glob("*.zip")
        return made

    def ours(self, *words: object, code: int = 0) -> str:
        """Give a command to the program of the folder, as a person would; give what it printed."""
        program = self.home / "cyberassess/cyberassess.exe"
        ran = self.wine.run(program, *words, cwd=self.home)
        said = ran.stdout.decode("utf-8") + ran.stderr.decode("utf-8", "replace")
        need(ran.returncode == code, f"{words}: ended with {ran.returncode}\n{said[-2000:]}")
        need("Traceback" not in said, f"{words}:\n{said[-2000:]}")
        return ran.stdout.decode("utf-8")

    def linux(self, *words: object, code: int = 0) -> str:
        """Give a command to the program here."""
        ran = subprocess.run(
            [sys.executable, "-m", "cyberassess", *map(str, words)], cwd=self.place, check=False,
            capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=max(self.end - time.monotonic(), 1),
        )  # fmt: skip
        said = (ran.stdout + ran.stderr).decode("utf-8", "replace")
        need(ran.returncode == code, f"{words}, on Linux: {ran.returncode}\n{said[-2000:]}")
        return ran.stdout.decode("utf-8")

    # Checks, in order

    def starts(self) -> str:
        """It starts in a folder with an apostrophe, a dash and a Ć in its name."""
        begun = time.monotonic()
        said = self.ours("--version")
        need("Python 3.13" in said, said)
        cold = time.monotonic() - begun
        self.ours("--version")
        return f"{cold:.1f} s, again {time.monotonic() - begun - cold:.1f} s"

    def takes_the_road(self) -> str:
        """The demonstration goes down the whole road, PDFs included."""
        begun = time.monotonic()
        said = self.ours("demo")
        need("full report.pdf" in said, said)
        need(len(list(self.demo.glob("*.pdf"))) == 3, "There are not three PDFs.")
        return f"{time.monotonic() - begun:.0f} s"

    def verifies_both_ways(self) -> str:
        """Ledger and packs verify on both systems."""
        copy = Path(shutil.copytree(self.here.parent, self.place / "copy")) / self.here.name
        self.linux("-C", copy, "verify")
        self.ours("-C", self.here, "verify")
        (theirs,) = self.demo.glob("*.zip")
        self.linux("verify", theirs)
        self.linux("-C", copy, "pack", "--yes", "-o", self.home / "linux.zip")
        self.ours("verify", "linux.zip")
        return "ledger and packs, in both directions"

    def prints_the_same(self) -> str:
        """A report says the same on both systems."""
        copy = self.place / "copy" / self.here.name
        begun = time.monotonic()
        self.linux("-C", copy, "report", "board", "-o", self.place / "linux.pdf")
        between = time.monotonic()
        self.ours("-C", self.here, "report", "board", "-o", "wine.pdf")
        took = time.monotonic() - between
        here, there = (
            [page.extract_text() for page in PdfReader(path).pages]
            for path in (self.place / "linux.pdf", self.home / "wine.pdf")
        )
        need(here == there, "The board summary says something else under Wine.")
        return f"{len(here)} pages, {took:.1f} s beside {between - begun:.1f} s on Linux"

    def speaks_utf_8(self) -> str:
        """What goes into a pipe is UTF-8."""
        name = "Ćirin Łę"
        self.ours("-C", self.here, "people", "add", f"{name} <c@northport.example>:hr")
        said = json.loads(self.ours("-C", self.here, "status", "--json"))
        need(name in [each["name"] for each in said["people"]], "A name lost its letters.")
        return "a name with Ć in JSON"

    def opens_by_a_double_click(self) -> str:
        """A double click finds no browser and shows the menu; what is dropped is received."""
        menu = self.ours("menu", "--open", windows(self.here))
        need("What comes next:" in menu and "  1  " in menu, menu)
        dropped = min((self.demo / "returned").iterdir())
        said = self.ours("menu", "--open", windows(dropped))
        need(f"{dropped.name}: " in said and "unchanged" in said, said)
        return "the menu, and one workbook for the assessment used last"

    def serves_a_screen(self) -> str:
        """The screen is answered to a browser, and ends with Finish."""
        program = self.home / "cyberassess/cyberassess.exe"
        words = [self.wine.program, program, "-C", self.here, "open", "--no-browser"]
        with subprocess.Popen(
            list(map(str, words)), env=self.wine.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as running:  # fmt: skip
            try:
                assert running.stdout is not None
                begun = time.monotonic()
                lines = (each.strip() for each in running.stdout)
                address = urlsplit(next((e for e in lines if e.startswith("http://")), ""))
                need(address.hostname == "127.0.0.1", "It does not say where the page is.")
                line = HTTPConnection(address.netloc, timeout=30)
                line.request("GET", address.path)
                need("Northport" in line.getresponse().read().decode(), "The page is another.")
                took = time.monotonic() - begun
                headers = {
                    "Origin": f"http://{address.netloc}",
                    "Content-Type": "application/x-www-form-urlencoded",
                }
                line.request("POST", f"{address.path}start", "do=finish", headers)
                need("close this window" in line.getresponse().read().decode(), "It goes on.")
                line.close()
                need(running.wait(30) == 0, "It did not end.")
            finally:
                running.kill()
        return f"{took:.1f} s from the start to the page"

    def bears_a_scanner(self) -> str:
        """Six writing commands go through while something opens whatever they write."""
        python = self.home / "cyberassess/app/python.exe"
        script = Path(__file__).with_name("scanner.py")
        words = [self.wine.program, python, script, windows(self.here / "ledger"), "120", "0.3"]
        with subprocess.Popen(
            list(map(str, words)), env=self.wine.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,  # NOTE: Wine 8 takes no plain file
        ) as scanner:  # fmt: skip
            try:
                assert scanner.stdout is not None
                need(
                    scanner.stdout.readline().strip() == b"watching", "The scanner did not start."
                )
                for number in range(3):
                    self.ours(
                        "-C", self.here, "people", "add", f"Jo {number} <j{number}@x.example>:hr"
                    )
                    self.ours(
                        "-C", self.here, "systems", "leave-out", f"Old {number}", "--reason", "x"
                    )
                (self.here / "stop").touch()
                held = scanner.stdout.readline().decode().split()
            finally:
                scanner.kill()
        need(int(held[-1]) >= 6, f"The scanner held too little: {held}")
        self.ours("-C", self.here, "verify")
        return f"six commands, {held[-1]} files held"

    def is_the_same_again(self) -> str:
        """Two builds are the same bytes, and small enough."""
        made = (self.first, self.built(self.second, "second"))
        one, two = (hashlib.sha256(each.read_bytes()).hexdigest() for each in made)
        need(one == two, "Two builds differ.")
        size = self.first.stat().st_size
        need(size <= MOST_BYTES, f"The ZIP has {size:,} bytes.")
        return f"{size / 1e6:.1f} MB, {one[:16]}"

    def passes_tests(self) -> str:
        """Tests of the rules, the ledger and receiving pass under Windows' Python."""
        app, testing = self.place / "testing/app", self.place / "testing/site"
        shutil.copytree(self.home / "cyberassess/app", app)
        lines = subprocess.run(
            [ROOT / ".uv/bin/uv", "export", "--frozen", "--all-groups", "--no-hashes",
             "--no-emit-project", "--quiet"],
            cwd=ROOT, check=True, capture_output=True,
        ).stdout  # fmt: skip
        locked = self.place / "locked.txt"
        locked.write_bytes(lines)
        subprocess.run(
            [ROOT / ".uv/bin/uv", "pip", "install", "--quiet", "--target", testing,
             "--python-platform", "x86_64-pc-windows-msvc", "--python-version", "3.13",
             "--only-binary", ":all:", "-c", locked, *LIBRARIES],
            cwd=ROOT, check=True, env={**os.environ, "UV_SYSTEM_CERTS": "1"},
        )  # fmt: skip
        # NOTE: the program comes from its sources here, for some tests read them
        paths = ["python313.zip", ".", windows(ROOT), windows(testing), "site", "import site"]
        (app / "python313._pth").write_text("\n".join(paths) + "\n", "utf-8")
        (testing / "sitecustomize.py").write_text(NO_COPY_FILE_2, "utf-8")
        passed = 0
        for name in TESTED:
            try:
                ran = self.wine.run(
                    *(app / "python.exe", "-B", "-X", "utf8", "-m", "pytest", "-q"),
                    *("-m", "not slow", "-p", "no:cacheprovider", name),
                    cwd=ROOT,
                )
            except NotRunError:
                say(f"    NO TIME for {name} and what follows it")
                break
            said = ran.stdout.decode("utf-8", "replace")
            need(ran.returncode == 0, f"{name} under Wine:\n{said[-4000:]}")
            say(f"    {name}: {said.strip().splitlines()[-1]}")
            passed += 1
        return f"{passed} of {len(TESTED)} groups of tests"


def checks(job: Job) -> Sequence[Callable[[], str]]:
    """Give the checks in order; the first says whether Wine works here at all."""
    return (
        job.starts, job.takes_the_road, job.verifies_both_ways, job.prints_the_same,
        job.speaks_utf_8, job.opens_by_a_double_click, job.serves_a_screen,
        job.bears_a_scanner, job.is_the_same_again, job.passes_tests,
    )  # fmt: skip


def work(job: Job) -> None:
    """Make the folder, use it, make it again."""
    job.first = job.built(job.build("first"), "first")
    with zipfile.ZipFile(job.first) as archive:
        archive.extractall(job.home)
    job.second = job.build("second")
    try:
        job.wine.begin()
        for number, check in enumerate(checks(job)):
            try:
                said = check()
            except FailedError as cause:
                if not number:
                    raise NotRunError(f"Wine does not work here: {cause}") from cause
                raise
            say(f"  {str(check.__doc__).splitlines()[0]} ({said})")
    finally:
        job.second.kill()
        job.second.communicate()
        job.wine.stop()


def main() -> int:
    """Do all of it, and say loudly where it could not be done."""
    end = time.monotonic() + MOST
    # NOTE: whoever stops it leaves no Wine running and no folder behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(NOT_RUN))
    PARTS.mkdir(exist_ok=True)
    say("== Windows, under Wine")
    with tempfile.TemporaryDirectory(dir=PARTS, ignore_cleanup_errors=True) as folder:
        try:
            work(Job(Path(folder), end))
        except FailedError as cause:
            say(f"FAILED under Wine: {cause}")
            return 1
        except NotRunError as cause:
            say("*" * 78)
            say(f"*** NOT TESTED ON WINDOWS (Wine), or not to the end: {cause}.")
            say("*" * 78)
            return NOT_RUN
    say(f"Windows: all held, {MOST - (end - time.monotonic()):.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
