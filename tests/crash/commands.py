"""The writing commands that are interrupted, and the places they run in."""

import contextlib
import io
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from cyberassess.disk.framework_yaml import Shelf
from cyberassess.disk.machine import machine_token
from cyberassess.errors import CyberassessError
from cyberassess.opening.writing import writing
from cyberassess.program import program
from cyberassess.steps.care.merging import merge
from cyberassess.steps.receive.asking import AskSession
from cyberassess.steps.report.documents import DOCUMENTS
from cyberassess.terminal.running import run
from tests.hostile.forging import new_key
from tests.steps.council import HOUSING, Rows, begin, fill_in, send_to, take
from tests.steps.next_year.another_version import sets as another_version
from tests.steps.next_year.test_updating import later
from tests.steps.officer import key_file, printed
from tests.steps.receive.test_importing import file_data
from tests.steps.sets.test_importing_sets import PLAIN, book
from tests.steps.settle.test_settling import reply

KIM = {"B1.a.N.1/housing": "Happens", "B1.b.H.1/housing": "True"}
ALEX = {"B1.a.N.1/housing": "Does not happen"}
WHO_LEFT = "Lists every account removed in March, with dates."
PHOTO = b"\xff\xd8\xff\xe0 JFIF"
SAM = {"A1.a.N.1": "Happens"}
CODE = "cyber-governance-code@2025"

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
    when_done: int = 0
    """What it may end with when it is given again and all is done already."""
    makes: bool = False
    """Whether it makes the workspace, which therefore need not be there."""
    acknowledged: Callable[[str, Answers], Answers] = lambda _out, _full: frozenset()
    """What it said it had stored, of all it would store."""


def quietly(arguments: Sequence[str], *, typed: str = "") -> int:
    """Run a command here, without its output."""
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
TARGETS = (
    "framework", "profile", "PLACE/targets.csv", "--framework", CODE, "--title", "Ours",
    "--publisher", "Us", "--source", "Cabinet", "--date", "2026-03-03", "-o", "PLACE/target.yaml",
)  # fmt: skip
IMPORT = ("framework", "import", "pscrf", "PLACE/sheet.xlsx", "-o", "PLACE/made")

COMMANDS = (
    Command(
        "new",
        ("new", "PLACE/lab", "--organisation", "Lab", "--period", "2026", "--framework",
         "ncsc-cyber-essentials@3.3", "--profile", "cyber-essentials-ready"),
        after=("-C", "PLACE/lab", "send"), again=True, makes=True,
    ),
    Command(
        "rollover", ("rollover", "PLACE/next", "--from", "HERE", "--left", "Kim Lee=Alex Moor"),
        start="settled", after=("-C", "PLACE/next", "send"), again=True, makes=True,
    ),
    Command("send", ("-C", "HERE", "send")),
    Command("start", ("-C", "HERE", "start")),
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
        "merge a copy with other settings", ("-C", "HERE", "merge", "PLACE/other"),
        start="set apart", allowed=frozenset(("branches",)), again=True,
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
    Command(
        "people add", ("-C", "HERE", "people", "add", "Jo Hall <jo@northport.example>:hr"),
        again=True, when_done=1,
    ),
    Command(
        "people extend", ("-C", "HERE", "people", "extend", "Kim Lee", "--until", "2026-12-31")
    ),
    Command(
        "systems add", ("-C", "HERE", "systems", "add", "Parking", "--service", "Parking"),
        again=True, when_done=1,
    ),
    Command(
        "people set", ("-C", "HERE", "people", "set", "Kim Lee", "--role", "housing"),
        again=True, when_done=1,
    ),
    Command(
        "people remove", ("-C", "HERE", "people", "remove", "Kim Lee", "--to", "Alex Moor"),
        again=True, when_done=1,
    ),
    Command(
        "systems set", ("-C", "HERE", "systems", "set", "housing", "--hosting", "saas"),
        again=True, when_done=1,
    ),
    Command(
        "systems remove", ("-C", "HERE", "systems", "remove", "housing", "--reason", "Gone."),
        again=True, when_done=1,
    ),
    Command(
        "systems merge",
        ("-C", "HERE", "systems", "merge", "housing", "Parking", "--into", "Homes"),
        start="two systems", again=True, when_done=1,
    ),
    Command(
        "systems split",
        ("-C", "HERE", "systems", "split", "housing", "--into", "Rents", "--into", "Repairs"),
        again=True, when_done=1,
    ),
    Command("people export", ("-C", "HERE", "people", "export")),
    Command("chase", ("-C", "HERE", "chase")),
    Command("review send", ("-C", "HERE", "review", "send", "--to", "Ann Ward")),
    Command(
        "review opinion",
        ("-C", "HERE", "review", "opinion", "Sound.", "--assurer", "Ann Ward", "--risk", "low"),
    ),
    Command("report board", ("-C", "HERE", "report", "board", "--html"), start="gathered"),
    *(
        Command(f"report {each}", ("-C", "HERE", "report", each, "--html"), start="gathered")
        for each in DOCUMENTS
    ),
    Command("report theme", ("-C", "HERE", "report", "theme", "--html"), start="gathered"),
    Command("report full, PDF", ("-C", "HERE", "report", "full")),
    Command(
        "people import", ("-C", "HERE", "people", "import", "PLACE/people.csv"), start="gathered"
    ),
    Command(
        "people import, renamed and new",
        ("-C", "HERE", "people", "import", "PLACE/renamed.csv", "--renamed", "Kim Lee", "--new",
         "Alex Moor"),
        start="gathered",
    ),
    Command(
        "people hand-over", ("-C", "HERE", "people", "hand-over", "--from", "Alex Moor", "--to",
         "Kim Lee", "--reason", "Left"),
    ),
    Command(
        "people same",
        ("-C", "HERE", "people", "same", "K. Lee", "Kim Lee", "--reason", "Asked."),
        start="settled",
    ),
    Command(
        "people same --renamed", ("-C", "HERE", "people", "same", "Kim Lee", "--renamed"),
        start="renamed", again=True, when_done=1,
    ),
    Command(
        "people new", ("-C", "HERE", "people", "new", "Kim Lee"), start="renamed", again=True,
        when_done=1,
    ),
    Command("systems export", ("-C", "HERE", "systems", "export")),
    Command(
        "systems import", ("-C", "HERE", "systems", "import", "PLACE/systems.csv"),
        start="gathered",
    ),
    Command(
        "systems leave-out", ("-C", "HERE", "systems", "leave-out", "Archive", "--reason", "Old.")
    ),
    Command("systems share", ("-C", "HERE", "systems", "share", "B1"), again=True),
    Command("systems confirm", ("-C", "HERE", "systems", "confirm", "housing"), start="gathered"),
    Command(
        "evidence add", ("-C", "HERE", "evidence", "add", "PLACE/more.csv", "--shows", WHO_LEFT,
         "--for", "B1.b/housing, row 2", "--dated", "2026-03-31"),
        start="gathered",
    ),
    Command(
        "evidence import", ("-C", "HERE", "evidence", "import", "PLACE/documents.csv"),
        start="gathered",
    ),
    Command(
        "evidence link", ("-C", "HERE", "evidence", "link", "EV-001", "A1.a, page 4"),
        start="gathered",
    ),
    Command(
        "evidence review", ("-C", "HERE", "evidence", "review", "EV-001", "--verdict", "accepted"),
        start="gathered",
    ),
    Command("evidence register", ("-C", "HERE", "evidence", "register"), start="gathered"),
    Command(
        "evidence set", ("-C", "HERE", "evidence", "set", "EV-001", "--owner", "Sam Reid"),
        start="gathered",
    ),
    Command("confirm", ("-C", "HERE", "confirm", "A1.b"), start="gathered"),
    Command(
        "confirm --withdraw", ("-C", "HERE", "confirm", "A1.b", "--withdraw"), start="settled"
    ),
    Command(
        "confirm in bulk", ("-C", "HERE", "confirm", "--offered", "inherited"), start="gathered"
    ),
    Command("decisions", ("-C", "HERE", "decisions"), start="gathered"),
    Command(
        "decisions receive", ("-C", "HERE", "receive", "PLACE/decided.xlsx"), start="gathered"
    ),
    Command(
        "decisions receive, by its own word",
        ("-C", "HERE", "decisions", "receive", "PLACE/decided.xlsx"), start="gathered",
    ),
    Command(
        "review receive", ("-C", "HERE", "review", "receive", "PLACE/reviewed.xlsx"),
        start="gathered",
    ),
    Command("receive review", ("-C", "HERE", "receive", "PLACE/reviewed.xlsx"), start="gathered"),
    Command("receive plan", ("-C", "HERE", "receive", "PLACE/planned.xlsx"), start="gathered"),
    Command("receive people", ("-C", "HERE", "receive", "PLACE/people.xlsx"), start="gathered"),
    Command("receive systems", ("-C", "HERE", "receive", "PLACE/systems.xlsx"), start="gathered"),
    Command(
        "plan add", ("-C", "HERE", "plan", "add", "A1.b", "--action", "Do it", "--owner", "Sam"),
        start="gathered",
    ),
    Command(
        "plan set", ("-C", "HERE", "plan", "set", "ACT-001", "--status", "under way"),
        start="settled",
    ),
    Command("plan export", ("-C", "HERE", "plan", "export"), start="gathered"),
    Command("plan import", ("-C", "HERE", "plan", "import", "PLACE/plan.csv"), start="gathered"),
    Command(
        "approve", ("-C", "HERE", "approve", "--name", "Ada Moss", "--role", "Director",
                    "--as-it-stands", "--reason", "Late"),
        start="gathered",
    ),
    Command("pack", ("-C", "HERE", "pack", "--yes"), start="gathered"),
    Command(
        "sign", ("sign", "PLACE/report.pdf", "--key", "PLACE/officer.p12"), start="gathered",
        after=("sign", "PLACE/report.pdf", "--key", "PLACE/officer.p12", "--force"),
    ),
    Command(
        "pack --sign-report",
        ("-C", "HERE", "pack", "--yes", "--sign-report", "PLACE/officer.p12"), start="gathered",
    ),
    Command(
        "pack --sign", ("-C", "HERE", "pack", "--yes", "--sign", "PLACE/officer"),
        start="gathered",
    ),
    Command("pack --redact", ("-C", "HERE", "pack", "--yes", "--redact"), start="gathered"),
    Command(
        "wording",
        ("-C", "HERE", "framework", "wording", "PLACE/wording.csv", "--framework", "ncsc-caf@0"),
    ),
    Command(
        "framework new", ("framework", "new", "our-rules@1", "-o", "PLACE/made"),
        again=True, when_done=1,
    ),
    Command("framework profile", TARGETS, start="gathered", after=(*TARGETS, "--force")),
    Command("framework import pscrf", IMPORT, start="gathered", after=(*IMPORT, "--force")),
    Command(
        "framework update", ("-C", "HERE", "framework", "update", "--frameworks", "PLACE/sets"),
        start="gathered", again=True,
    ),
    Command(
        "framework update SET@VERSION",
        ("-C", "HERE", "framework", "update", "ncsc-caf@1", "--frameworks", "PLACE/versions"),
        start="gathered", again=True, when_done=1,
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
    (folder.parent / "photo.xlsx").write_bytes(PHOTO)
    (folder.parent / "webcaf.json").write_text(json.dumps(file_data()), "utf-8")
    (folder.parent / "wording.csv").write_text("id,text\nB1.a.N.1,The words.\n", "utf-8")
    base = folder.parent
    places = {"differing": base}

    gathered = places["gathered"] = _gathered(place / "gathered")
    settled = places["settled"] = Path(shutil.copytree(gathered, place / "settled"))
    for arguments in (
        ("confirm", "A1.b"),
        ("plan", "add", "A1.b", "--action", "Do it", "--owner", "Sam Reid"),
    ):
        assert quietly(["-C", str(settled / "here"), *arguments]) == 0, arguments

    def another(name: str) -> Path:
        places[name] = Path(shutil.copytree(base, place / name))
        return places[name]

    two = another("two systems") / "here"
    assert quietly(["-C", str(two), "systems", "add", "Parking"]) == 0
    edited = another("edited") / "here" / "assessment.yaml"
    edited.write_text(edited.read_text("utf-8").replace("2026-12-11", "2026-12-18"), "utf-8")
    with writing(settled / "here", "test") as session:
        session.meet("K. Lee")
    renamed = another("renamed") / "here" / "assessment.yaml"
    renamed.write_text(renamed.read_text("utf-8").replace("Kim Lee", "Kim Moss"), "utf-8")
    apart = another("apart")
    shutil.copytree(apart / "here", apart / "other")
    for name, answer in (("here", "true"), ("other", "not-true")):
        _say(apart / name, answer)
    (apart / "other" / "evidence" / "proof.txt").write_text("proof")
    there = Path(shutil.copytree(apart, place / "set apart")) / "other"
    places["set apart"] = there.parent
    changed = (there / "assessment.yaml").read_text("utf-8").replace("2026-12-11", "2026-12-18")
    (there / "assessment.yaml").write_text(changed, "utf-8")
    assert quietly(["-C", str(there), "send", "--to", "Kim Lee"]) == 0
    branched = Path(shutil.copytree(apart, place / "branched"))
    places["branched"] = branched
    for path in (branched / "other" / "ledger").glob("*.jsonl"):
        shutil.copyfile(path, branched / "here" / "ledger" / path.name)
    last = max((branched / "here" / "ledger").glob("*.jsonl"))
    last.rename(last.with_name(f"{last.stem} (1).jsonl"))
    places["merged"] = _merged(another("merged"))
    places["left open"] = _left_open(another("crashed"), place / "left open")
    damaged = another("damaged")
    shutil.copytree(damaged / "here", damaged / "damaged")
    path = max((damaged / "damaged" / "ledger").glob("*.jsonl"))
    path.write_bytes(path.read_bytes()[:-30])
    return places


def _left_open(crashed: Path, left: Path) -> Path:
    """Leave the prompt open half-way in both, in the second on another machine."""
    asking = AskSession(crashed / "here", "Kim Lee")
    asking.save(reply(asking.what, "B1.b.H.2/housing", "true"))
    shutil.copytree(crashed, left)
    (path,) = (left / "here" / "ledger").glob("*-open-*")
    path.write_bytes(path.read_bytes().replace(machine_token().encode(), b"0" * 16))
    (path,) = (crashed / "here" / "ledger").glob("*-open-*")
    with path.open("ab") as file:
        file.write(b'{"type":"ans')
    return left


SCOPES = [
    {"id": "organisation", "kind": "organisation", "title": "Northport Council"},
    HOUSING | {"inherits": ["identity"]},
    {"id": "identity", "kind": "shared-service", "title": "Identity", "covers": ["B1.b"]},
]


def _gathered(place: Path) -> Path:
    """Give a workspace with answers and evidence, and what comes back for it lies beside it."""
    here = begin(place / "here", "ncsc-caf@0", scopes=SCOPES)
    sent = send_to(here)
    sams: Rows = {
        "A1.b.N.1": "Does not happen", "A1.b.H.1": "True",
        "A1.a.evidence": ("", "Access policy"),
        "B1.b.H.1/identity": "True", "B1.b.N.1/identity": "Does not happen",
    }  # fmt: skip
    take(here, fill_in(sent["Sam Reid"], place / "sam.xlsx", sams))
    take(here, fill_in(sent["Kim Lee"], place / "kim.xlsx", {"B1.a.N.1/housing": "Happens"}))
    take(here, fill_in(sent["Alex Moor"], place / "alex.xlsx", ALEX))
    (place / "proof.csv").write_text("name,left\nA,March\n", "utf-8")
    key_file(place / "officer.p12")
    (place / "report.pdf").write_bytes(printed())
    new_key(place, "officer")
    later(place / "sets", "ncsc-caf@0")
    another_version(place / "versions", "ncsc-caf@0", "ncsc-caf@1")
    book(place, PLAIN)
    rows = "".join(f"{each},In place\n" for each in Shelf().framework(CODE).framework.outcomes)
    (place / "targets.csv").write_text(f"outcome,level\n{rows}", "utf-8")
    (place / "more.csv").write_text("name,left\nB,April\n", "utf-8")
    documents = f"File,Shows,For\nmore.csv,{WHO_LEFT},B1.b/housing\n"
    (place / "documents.csv").write_text(documents, "utf-8")
    for arguments in (
        ("evidence", "add", f"{place}/proof.csv", "--shows", WHO_LEFT, "--for", "A1.b"),
        ("decisions", "-o", f"{place}/decisions.xlsx"),
        ("review", "send", "--to", "Ann Ward", "-o", f"{place}/review.xlsx"),
        ("plan", "export", "-o", f"{place}/plan.csv"),
        ("plan", "export", "-o", f"{place}/planned.xlsx"),
        ("people", "export", "-o", f"{place}/people.xlsx"),
        ("systems", "export", "-o", f"{place}/systems.xlsx"),
        ("people", "export", "-o", f"{place}/people.csv"),
        ("systems", "export", "-o", f"{place}/systems.csv"),
    ):
        assert quietly(["-C", str(here), *arguments]) == 0, arguments
    for heading, text in (("Your decision", "Happens"), ("Your reason", "Seen on site.")):
        _type(place / "decisions.xlsx", "B1.a.N.1/housing differ", heading, text)
    _type(place / "review.xlsx", "A1.b", "Your determination", "Low")
    _type(place / "people.xlsx", "p2", "Role", "hr")
    _type(place / "systems.xlsx", "housing", "Supplier", "Civica")
    _type(place / "planned.xlsx", "", "What will be done", "Write it down")
    for name, old, new in (
        ("people.csv", "kim.lee@", "kim.lee.new@"),
        ("systems.csv", "Housing management", "Housing and repairs"),
        ("plan.csv", 'A1.a.H.1.",,,', 'A1.a.H.1.",Write it down,Sam Reid,2027-01-31'),
    ):
        path = place / name
        text = path.read_text("utf-8-sig")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
    renamed = (place / "people.csv").read_text("utf-8")
    renamed = renamed.replace("Kim Lee", "Kim Moss").replace("Alex Moor", "Dev Malhotra")
    (place / "renamed.csv").write_text(renamed, "utf-8")
    (place / "decisions.xlsx").rename(place / "decided.xlsx")
    (place / "review.xlsx").rename(place / "reviewed.xlsx")
    return place


def _type(path: Path, ref: str, heading: str, text: str) -> None:
    """Type something into the row of a workbook that begins with a ref, below a heading."""
    book = openpyxl.load_workbook(path)
    column = 0
    for row in (row for sheet in book.worksheets for row in sheet.iter_rows()):
        column = next((cell.column for cell in row if cell.value == heading), column)
        if column and (row[0].value or "") == ref:
            row[column - 1].value = text
            book.save(path)
            return
    raise AssertionError(ref)


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
