"""Every writing command, every call with which it touches the disk: killed there, or failing.

After each the assessment opens and verifies, every answer that was acknowledged is there, and the
next command goes through and leaves nothing half-done behind.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cyberassess.adapters.segments import machine_token
from cyberassess.app.merging import merge
from cyberassess.app.opening import open_assessment
from cyberassess.app.results import verify
from cyberassess.app.settling import AskSession, differences
from cyberassess.cli import program
from cyberassess.cli.running import run
from cyberassess.errors import CyberassessError
from tests.app.council import begin, fill_in, send_to, take
from tests.app.test_importing import file_data
from tests.app.test_settling import reply
from tests.crash.injecting import Ended, Fault, calls_of, injected

KINDS = ("KILL", "ENOSPC", "EIO")
KIM = {"B1.a.N.1/housing": "Happens", "B1.b.H.1/housing": "True"}
ALEX = {"B1.a.N.1/housing": "Does not happen"}
SAM = {"A1.a.N.1": "Happens"}

Answers = frozenset[tuple[str, str, str, str]]
"""Everything anybody answered: person, scope, statement and code."""


@dataclass(frozen=True)
class Command:
    """A writing command in the table, and what must hold when it was interrupted."""

    name: str
    arguments: tuple[str, ...]
    """``HERE`` is the workspace, ``PLACE`` the folder it lies in."""
    start: str = "differing"
    """Which of the prepared places it runs in."""
    typed: str = ""
    after: tuple[str, ...] = ("-C", "HERE", "send", "--to", "Sam Reid")
    """A command that must go through afterwards."""
    allowed: frozenset[str] = frozenset()
    """Codes of problems ``verify`` may name until the command is given again."""
    again: bool = False
    """Whether the command itself is given again before the one afterwards."""
    makes: bool = False
    """Whether it makes the workspace, which therefore need not be there."""
    acknowledged: Callable[[str, Answers], Answers] = lambda _out, _full: frozenset()
    """What it said it had stored, of all it would store."""


def answers_in(folder: Path) -> Answers:
    """Give every answer of a workspace."""
    assessment = open_assessment(folder)
    state = assessment.state
    return frozenset(
        (assessment.name_of(each.person), str(key.scope), str(key.indicator), each.answer)
        for key, given in state.answers.items()
        for each in given
    )


def _received(out: str, full: Answers) -> Answers:
    people = {"kim2.xlsx": "Kim Lee", "sam.xlsx": "Sam Reid"}
    said = {person for name, person in people.items() if f"{name}: " in out and "stored" in out}
    lines = [line for line in out.splitlines() if ": stored " in line]
    named = {people[line.split(":")[0]] for line in lines if line.split(":")[0] in people}
    return frozenset(each for each in full if each[0] in named & said)


def _asked(out: str, full: Answers) -> Answers:
    """Every question but the one on the screen was answered."""
    shown = max(out.count(" · question ") - 1, 0)
    mine = sorted(each for each in full if each[0] == "Alex Moor")
    return frozenset(mine) if shown >= len(mine) else frozenset()


ASKED = "1\n" * 20

COMMANDS = (
    Command(
        "new",
        ("new", "PLACE/lab", "--organisation", "Lab", "--period", "2026", "--framework",
         "ncsc-cyber-essentials@3.3", "--profile", "cyber-essentials-ready"),
        after=("-C", "PLACE/lab", "send"), again=True, makes=True,
    ),
    Command("send", ("-C", "HERE", "send")),
    Command(
        "receive", ("-C", "HERE", "receive", "PLACE/kim2.xlsx", "PLACE/sam.xlsx"),
        acknowledged=_received,
    ),
    Command("receive what is refused", ("-C", "HERE", "receive", "PLACE/photo.xlsx")),
    Command("ask", ("-C", "HERE", "ask", "--as", "Alex Moor"), typed=ASKED, acknowledged=_asked),
    Command("import webcaf", ("-C", "HERE", "import", "webcaf", "PLACE/webcaf.json")),
    Command(
        "resolve",
        ("-C", "HERE", "resolve", "B1.a.N.1/housing", "--answer", "happens", "--reason", "Seen."),
    ),
    Command(
        "resolve --keep", ("-C", "HERE", "resolve", "--keep", "REF", "--reason", "Seen."),
        start="merged",
    ),
    Command("settings", ("-C", "HERE", "send", "--to", "Kim Lee"), start="edited"),
    Command(
        "merge another copy", ("-C", "HERE", "merge", "PLACE/other"), start="apart",
        allowed=frozenset(("branches",)), again=True,
    ),
    Command(
        "merge branches", ("-C", "HERE", "merge"), start="branched",
        allowed=frozenset(("branches", "segment-stray")), again=True,
    ),
    Command(
        "merge --close-open", ("-C", "HERE", "merge", "--close-open"), start="left open",
        again=True,
    ),
    Command("after a crash of ask", ("-C", "HERE", "send", "--to", "Kim Lee"), start="crashed"),
    Command(
        "recover", ("-C", "PLACE/damaged", "recover", "--to", "PLACE/rescued"), start="damaged",
        makes=True,
    ),
    Command("people add", ("-C", "HERE", "people", "add", "Jo Hall <jo@northport.example>:hr")),
    Command(
        "people extend", ("-C", "HERE", "people", "extend", "Kim Lee", "--until", "2026-12-31")
    ),
    Command("systems add", ("-C", "HERE", "systems", "add", "Parking", "--service", "Parking")),
    Command("people export", ("-C", "HERE", "people", "export")),
    Command("chase", ("-C", "HERE", "chase")),
    Command("review send", ("-C", "HERE", "review", "send", "--to", "Ann Ward")),
    Command("report full", ("-C", "HERE", "report", "full", "--html")),
    Command("report full, PDF", ("-C", "HERE", "report", "full")),
    Command(
        "wording",
        ("-C", "HERE", "framework", "wording", "PLACE/wording.csv", "--framework", "ncsc-caf@0"),
    ),
)  # fmt: skip


# Places to run in


def prepare(place: Path) -> dict[str, Path]:
    """Make the places the commands run in, keyed by name; each holds a workspace ``here``."""
    folder = begin(place / "differing" / "here", "ncsc-caf@0")
    sent = send_to(folder)
    kims = sent["Kim Lee"]
    take(folder, fill_in(kims, folder.parent / "kim.xlsx", KIM))
    take(folder, fill_in(sent["Alex Moor"], folder.parent / "alex.xlsx", ALEX))
    more = KIM | {"B1.b.H.2/housing": "True"}
    fill_in(kims, folder.parent / "kim2.xlsx", more, saved="2090-01-01T11:00:00Z")
    fill_in(sent["Sam Reid"], folder.parent / "sam.xlsx", SAM)
    (folder.parent / "photo.xlsx").write_bytes(b"\xff\xd8\xff\xe0 JFIF")
    (folder.parent / "webcaf.json").write_text(json.dumps(file_data()), "utf-8")
    (folder.parent / "wording.csv").write_text("id,text\nB1.a.N.1,The words.\n", "utf-8")
    base = folder.parent
    places = {"differing": base}

    def another(name: str) -> Path:
        places[name] = Path(shutil.copytree(base, place / name))
        return places[name]

    edited = another("edited") / "here" / "assessment.yaml"
    edited.write_text(edited.read_text("utf-8").replace("2026-12-11", "2026-12-18"), "utf-8")
    apart = another("apart")
    shutil.copytree(apart / "here", apart / "other")
    for name, answer in (("here", "true"), ("other", "not-true")):
        _say(apart / name, answer)
    (apart / "other" / "evidence" / "proof.txt").write_text("proof")
    branched = Path(shutil.copytree(apart, place / "branched"))
    places["branched"] = branched
    for path in (branched / "other" / "ledger").glob("*.jsonl"):
        shutil.copyfile(path, branched / "here" / "ledger" / path.name)
    last = max((branched / "here" / "ledger").glob("*.jsonl"))
    last.rename(last.with_name(f"{last.stem} (1).jsonl"))
    places["merged"] = _merged(another("merged"))
    crashed = another("crashed")
    session = AskSession(crashed / "here", "Kim Lee")
    session.save(reply(session.what, "B1.b.H.2/housing", "true"))
    left = Path(shutil.copytree(crashed, place / "left open"))
    places["left open"] = left
    (path,) = (left / "here" / "ledger").glob("*-open-*")
    path.write_bytes(path.read_bytes().replace(machine_token().encode(), b"0" * 16))
    (path,) = (crashed / "here" / "ledger").glob("*-open-*")
    with path.open("ab") as file:
        file.write(b'{"type":"ans')
    damaged = another("damaged")
    shutil.copytree(damaged / "here", damaged / "damaged")
    path = max((damaged / "damaged" / "ledger").glob("*.jsonl"))
    path.write_bytes(path.read_bytes()[:-30])
    return places


def _say(folder: Path, answer: str) -> None:
    session = AskSession(folder, "Kim Lee")
    session.save(reply(session.what, "B1.b.H.2/housing", answer))
    session.close()


def _merged(place: Path) -> Path:
    """Give a workspace whose branches differ in the reason for one answer."""
    here, other = place / "here", place / "other"
    shutil.copytree(here, other)
    for folder, reason in ((here, "By hand."), (other, "By robot.")):
        session = AskSession(folder, "Kim Lee")
        session.save(reply(session.what, "B1.b.H.2/housing", "other-means", reason))
        session.close()
    merge(here, other)
    return place


# One command


@dataclass
class Swept:
    """What became of one command."""

    name: str
    points: dict[str, int] = field(default_factory=dict)
    """How many faults were tried, keyed by kind."""
    missed: int = 0
    """Faults that were never reached: the command took another way."""
    broken: list[str] = field(default_factory=list)
    """What did not hold, with the fault."""


def _filled(arguments: Sequence[str], place: Path) -> list[str]:
    here = place / "here"
    filled = [each.replace("HERE", str(here)).replace("PLACE", str(place)) for each in arguments]
    if "REF" in filled:
        choices = differences(open_assessment(here))[0].choices
        filled[filled.index("REF")] = choices[0].ref
    return filled


class Sweep:
    """One command, ready to be interrupted."""

    def __init__(self, command: Command, places: Mapping[str, Path], scratch: Path) -> None:
        """Run it once to see which calls it makes and what it stores."""
        self.command = command
        self.source = places[command.start]
        self.scratch = scratch
        place = self._fresh()
        self.before = answers_in(place / "here")
        self._warm_up()
        place = self._fresh()
        ended, calls = calls_of(_filled(command.arguments, place), place, typed=command.typed)
        assert ended.code in (0, 3), ended
        self.code = ended.code
        self.calls = [each for each in calls if not each.line.startswith("write(1<")]
        self.full = answers_in(place / "here")

    def _warm_up(self) -> None:
        place = self._fresh()
        _quietly(_filled(self.command.arguments, place), typed=self.command.typed)

    def _fresh(self) -> Path:
        """Give a new copy of the place, always under the same name."""
        place = self.scratch / "run"
        shutil.rmtree(place, ignore_errors=True)
        return Path(shutil.copytree(self.source, place))

    def faults(self, kinds: Sequence[str] = KINDS) -> Iterator[Fault]:
        """Give every fault: killed or failing at calls that change, failing at those that read."""
        for call in self.calls:
            for kind in kinds:
                if call.changes or kind == "EIO":
                    yield Fault(call, kind)

    def try_one(self, fault: Fault) -> tuple[list[str], bool]:
        """Interrupt the command; give what did not hold, and whether the fault was reached."""
        place = self._fresh()
        ended = injected(_filled(self.command.arguments, place), fault, typed=self.command.typed)
        reached = ended.was_killed if fault.kind == "KILL" else True
        broken = [f"{fault}: {each}" for each in self._faults_after(place, fault, ended)]
        return broken, reached

    def _faults_after(self, place: Path, fault: Fault, ended: Ended) -> Iterator[str]:
        command, here = self.command, place / "here"
        if fault.kind != "KILL":
            yield from _badly_said(ended)
        elif not ended.was_killed and ended.code != self.code:
            yield f"ended with {ended.code}: {ended.err}"
        found = verify(here)
        if {each.code for each in found.problems} - command.allowed:
            yield f"verify: {[str(each) for each in found.problems]}"
            return
        there = answers_in(here)
        said = command.acknowledged(ended.out, self.full)
        if not self.before | said <= there:
            yield f"lost: {sorted((self.before | said) - there)}"
        if not there <= self.full | self.before:
            yield f"made up: {sorted(there - self.full)}"
        if ended.code == self.code and there != self.full:
            yield "said that all went well, and did not store everything"
        yield from self._next(place)

    def _next(self, place: Path) -> Iterator[str]:
        """The next command goes through, and nothing half-done stays behind."""
        command = self.command
        if command.again and not (command.makes and (place / "lab").exists()):
            arguments = _filled(command.arguments, place)
            code = _quietly(arguments, typed=command.typed)
            if code != self.code:
                yield f"given again it ended with {code}"
        if command.name != "recover":
            code = _quietly(_filled(command.after, place))
            if code != 0:
                yield f"the next command ended with {code}"
        left = [
            each.relative_to(place).as_posix()
            for each in place.rglob("*")
            if each.name.endswith((".tmp", ".partial")) and "rescued" not in each.parts
        ]
        if left:
            yield f"left behind: {left}"
        if (place / "here").exists() and command.name != "recover":
            problems = verify(place / "here").problems
            if {each.code for each in problems} - (set() if command.again else command.allowed):
                yield f"afterwards, verify: {[str(each) for each in problems]}"


def _badly_said(ended: Ended) -> Iterator[str]:
    """An error is a sentence and exit code 1, or the command did its work all the same."""
    if "Traceback" in ended.err + ended.out:
        yield f"traceback: {ended.err}"
    if ended.code not in (0, 1, 3):
        yield f"ended with {ended.code}: {ended.err}"
    if ended.code == 1 and not ended.err.strip().endswith((".", ". ")):
        yield f"did not say why in a sentence: {ended.err!r}"


def _quietly(arguments: Sequence[str], *, typed: str = "") -> int:
    """Run a command here, without its output."""
    import contextlib
    import io
    import sys

    stdin = sys.stdin
    sys.stdin = io.StringIO(typed)
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            return run(program, arguments)
    except CyberassessError:
        return 1
    finally:
        sys.stdin = stdin


def sweep(
    command: Command,
    places: Mapping[str, Path],
    scratch: Path,
    *,
    kinds: Sequence[str] = KINDS,
    every: int = 1,
) -> Swept:
    """Try every fault of a command, or one of so many."""
    swept = Swept(command.name)
    one = Sweep(command, places, scratch)
    for number, fault in enumerate(one.faults(kinds)):
        if number % every:
            continue
        broken, reached = one.try_one(fault)
        swept.points[fault.kind] = swept.points.get(fault.kind, 0) + 1
        swept.missed += not reached
        swept.broken += broken
    return swept
