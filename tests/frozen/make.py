"""Make the data of a frozen version with the program as it is now; no test runs this.

``python -m tests.frozen.make tests/frozen/VERSION``. Each folder beside this was made so, with the
program of its time. It goes the road as people do: the command line, and openpyxl in place of
Excel; an assessment begins with the control sets of the first frozen version, so that there are
corrections to take up. The clock, the random values and the machine's name are fixed; the keys
that sign are made, used and thrown away, so that nothing private is kept, and a second run gives
other signatures.
"""

import contextlib
import datetime
import io
import json
import platform
import random
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook

import cyberassess
from cyberassess.disk import machine
from cyberassess.opening import writing as opening
from cyberassess.program import program
from cyberassess.terminal.running import IN_PART, run
from tests.books.odd import parts_of, with_drawing
from tests.frozen.hands import (
    DECLARED,
    accidents,
    answer_all,
    below,
    beside,
    drawn,
    headings,
    into,
    refs_of,
    sign,
)
from tests.frozen.reading import VERSIONS, unpack
from tests.steps.officer import key_file

OTHER_SETS = ("pscrf@1.0", "cyber-governance-code@2025", "ncsc-cloud-security-principles@2022")
SETTINGS = """\
previous: "../northport-2025"
ambition: {infrastructure: 4}
certificates:
  - {title: "Cyber Essentials Plus", valid_until: "2090-03-03", reference: "12345"}
  - {title: "PSN compliance", valid_until: "2020-09-30"}
"""
FACTS = '--shows "Lists every account removed in March, with dates" --dated 2026-02-20'
DOCUMENTS = {
    "leavers.csv": "account,removed\nkim,2026-02-04\n",
    "rota.txt": "Rota\n",
    "policy.txt": "Access policy, version 4\n",
    "old.txt": "Version 3\n",
}
EARLIER = "earlier/northport-2026/frameworks"
"""The control sets of the first frozen version."""
HOUSING, IDENTITY = "housing-management", "identity-and-laptops"
DOCUMENT = {
    "Document": "Leavers procedure", "What it shows": "Who removes accounts, and when",
    "Refs it supports": f"B2.b/{HOUSING}", "Its date": "12 January 2026", "Owner": "Kim Lee",
    "Where to find it": "https://intranet.northport.example/leavers", "Good until": "31/03/2090",
}  # fmt: skip
APPROVE = (
    "approve --name 'Ada Moss' --role 'Director of resources' --as-it-stands "
    "--reason 'The committee meets on Monday.'"
)
REVIEWED = {
    "A1.a": {"Your determination": "Not achieved", "Evidence quality": "Weak",
             "Method": "Interview",
             "Sample": "3 of 12 minutes", "Comment": "The board saw it once.",
             "Recommendation": "Put it on the agenda.", "Risk": "High"},
    "2:FW": {"Your determination": "Ready", "Method": "Test"},
}  # fmt: skip
REVIEWED_AGAIN = {
    "A1.b": {"Your determination": "Achieved", "Evidence quality": "Strong", "Method": "Examine"},
    "2:SC": {"Your determination": "Not ready", "Method": "Test", "Comment": "Three passwords."},
    f"B1.a/{HOUSING}": {"Your determination": "Unsure", "Sample": "1 of 9"},
}
DECIDED = {
    f"B1.b.NA.2/{HOUSING} differ": {"Your decision": "This happens here", "Your reason": "Seen."},
    "D1.c confirm": {"Your decision": "Not achieved"},
    f"B3.e/{HOUSING} confirm": {"Your decision": "Achieved", "Your reason": "Seen on 5 March."},
    f"B4.c/{HOUSING} confirm": {"Your decision": "Perhaps"},
}
PROFILES = {"pscrf@1.0": "pscrf-target", "cyber-governance-code@2025": "all-in-place"}
KEPT = (
    "northport-2025", "northport-2026", "northport-apart", "northport-redacted",
    "northport-damaged", "other-sets",
)  # fmt: skip


class Clock:
    """A clock that goes on by an hour with every command."""

    def __init__(self, moment: datetime.datetime) -> None:
        self.moment = moment

    def now(self, tz: datetime.tzinfo) -> datetime.datetime:
        """Give the moment, as ``datetime.datetime.now`` does."""
        return self.moment.astimezone(tz)


class Maker:
    """The place where it is made, with its own clock, luck and machine."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.clock = Clock(datetime.datetime(2025, 3, 3, 9, tzinfo=datetime.UTC))
        luck = random.Random(11)  # noqa: S311 - the same data again
        fixed = SimpleNamespace(
            datetime=self.clock, UTC=datetime.UTC, date=datetime.date, time=datetime.time
        )
        setattr(opening, "datetime", fixed)  # noqa: B010 - mypy sees a module there
        setattr(secrets, "token_hex", lambda size=16: luck.randbytes(size).hex())  # noqa: B010
        setattr(platform, "node", lambda: "frozen")  # noqa: B010
        setattr(uuid, "getnode", lambda: 1 << 40)  # noqa: B010
        setattr(machine, "machine_id", lambda: "")  # noqa: B010

    def give(self, folder: str, command: str, *, typed: str = "") -> str:
        """Give a command and what it printed; stop where it was refused."""
        self.clock.moment += datetime.timedelta(hours=1)
        said, stdin = io.StringIO(), sys.stdin
        sys.stdin = io.StringIO(typed)
        with (
            contextlib.chdir(self.place),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
        ):
            ended = run(program, ["-C", folder, *shlex.split(command)])
        sys.stdin = stdin
        print(f"$ {folder}: {command}\n{said.getvalue()}")
        if ended not in (0, IN_PART):
            sys.exit(f"It ended with {ended}.")
        return said.getvalue()

    def sent(self, folder: str, name: str) -> Path:
        """Give the last workbook that was written for somebody, to look again too."""
        found = (self.place / folder / "questionnaires").glob(f"*/*questions - {name}*.xlsx")
        return max(found, key=lambda each: int(re.findall(r" R(\d+)\b", each.name)[0]))

    def save(self, book: Workbook, name: str) -> str:
        """Save a workbook under a name, at the clock's time, and give its path as typed.

        Its parts are not compressed: nearly equal workbooks take hardly any room then in an
        archive that is.
        """
        path = self.place / name
        book.save(path)
        moment = self.clock.moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        stated = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
        parts = parts_of(path)
        core = "docProps/core.xml"
        parts[core] = stated.sub(rb"\g<1>" + moment.encode(), parts[core])
        store(path, parts)
        return shlex.quote(name)


def store(path: Path, parts: Mapping[str, bytes]) -> None:
    """Write a workbook's parts as they are, with the same bytes each time."""
    with zipfile.ZipFile(path, "w") as archive:
        for part, data in parts.items():
            archive.writestr(zipfile.ZipInfo(part), data)


# The road


def last_year(maker: Maker) -> None:
    """Make the assessment of the year before."""
    maker.give(".", 'new northport-2025 --organisation "Northport Council" --period 2025 '
               f'--frameworks {EARLIER} --framework ncsc-caf@3.2 --profile govassure-baseline '
               '--system "Housing management" --due 2090-06-30 '
               '--officer "Sam Reid <sam.reid@northport.example>"')  # fmt: skip
    maker.give("northport-2025", "send")
    book = openpyxl.load_workbook(maker.sent("northport-2025", "Sam"))
    answer_all(book, ["ncsc-caf@3.2"], lambda ref: drawn(ref, 3) == 0)
    maker.give("northport-2025", f"receive {maker.save(book, 'sam-2025.xlsx')}")


def begin(maker: Maker) -> None:
    """Begin this year's: systems, people, and what goes out."""
    maker.clock.moment = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
    here = "northport-2026"
    maker.give(".", f'new {here} --organisation "Northport Council" --period 2026 '
               f'--frameworks {EARLIER} '
               '--framework ncsc-caf@3.2 --profile ncsc-caf@3.2=govassure-baseline '
               '--framework ncsc-cyber-essentials@3.3 '
               '--profile ncsc-cyber-essentials@3.3=cyber-essentials-ready '
               f'--system "Housing management" --due 2090-06-30 '
               '--officer "Sam Reid <sam.reid@northport.example>" '
               '--respondent "Kim Lee <kim.lee@northport.example>'
               f':service,it-operations@{HOUSING}" '
               '--respondent "Jo Bright <jo.bright@northport.example>'
               f':service@{HOUSING}"')  # fmt: skip
    maker.give(here, 'systems add "Identity and laptops" --kind shared-service --covers B2.a')
    settings = maker.place / here / "assessment.yaml"
    text = settings.read_text("utf-8") + SETTINGS
    text = text.replace(
        'title: "Housing management"', f'title: "Housing management", inherits: ["{IDENTITY}"]'
    )
    settings.write_text(text, "utf-8")
    maker.give(here, 'systems leave-out "Museum booking" --reason "No critical function."')
    maker.give(here, 'people add "Priya Shah <priya.shah@northport.example>:hr"')
    maker.give(here, 'people hand-over B6.b --from "Priya Shah" --to "Sam Reid" '
               '--reason "Knows it."')  # fmt: skip
    maker.give(here, 'people extend "Kim Lee" --until 2090-07-31 --reason "Year end"')
    maker.give(here, "send")
    maker.give(here, f'send --to "Kim Lee" --comment "B2.b.A.1/{HOUSING}: Since when?"')


def gather(maker: Maker) -> None:
    """Take in what comes back: signed and not, in conflict, withdrawn, of one age, refused."""
    here, sets = "northport-2026", ["ncsc-caf@3.2", "ncsc-cyber-essentials@3.3"]
    book = openpyxl.load_workbook(maker.sent(here, "Sam"))
    answer_all(book, sets, lambda ref: drawn(f"later {ref}", 25) == 0)
    sign(book, "Sam Reid")
    into(book, {"A1.a.why": {"In your own words": "The board looks at it each quarter."},
                "A1.a.evidence": {"In your own words": "Minutes of 12 January",
                                  "Your answer": "31/03/2090"}})  # fmt: skip
    left_out = {"Your answer": "Does not apply", "In your own words": "We run no such service."}
    into(book, dict.fromkeys(refs_of(book, r"D2\.b\.A\.[1-4]"), left_out))
    beside(book, book.worksheets[1].title, "Answered by", "Ada Moss")
    maker.give(here, f"receive {maker.save(book, 'sam.xlsx')}")
    book = openpyxl.load_workbook(maker.sent(here, "Kim"))
    answer_all(book, sets, lambda ref: ref.startswith("B5.a"))
    sign(book, "Kim Lee")
    below(book["Documents"], "Document", DOCUMENT)
    moment = maker.clock.moment
    maker.give(here, f"receive {maker.save(book, 'kim.xlsx')}")
    refs = refs_of(book, rf"B1\.b\.\w+\.\d/{HOUSING}")
    first, second, third = refs[:3]
    into(book, {first: {"Your answer": "I don't know", "In your own words": ""}})
    maker.give(here, f"receive {maker.save(book, 'kim-later.xlsx')}")
    maker.clock.moment = moment
    into(book, {second: {"Your answer": "This does not happen here"}})
    maker.give(here, f"receive {maker.save(book, 'kim-same-age.xlsx')}")
    maker.clock.moment += datetime.timedelta(hours=9)
    into(book, {third: {"Your answer": "Withdraw my answer"}})
    maker.give(here, f"receive {maker.save(book, 'kim-withdraws.xlsx')}")
    book = openpyxl.load_workbook(maker.sent(here, "Jo"))
    happens, never = "This happens here", "This does not happen here"
    into(book, {ref: {"Your answer": each} for ref, each in
                zip(refs, (happens, happens, happens, never), strict=False)})  # fmt: skip
    beside(book, "Start", "Completed by", "Lee Park")
    maker.give(here, f"receive {maker.save(book, 'jo.xlsx')}")
    (maker.place / "photo.xlsx").write_bytes(b"\xff\xd8\xff\xe0 JFIF")
    maker.give(here, "receive photo.xlsx")


def decide(maker: Maker) -> None:
    """Settle, take over, import, prove, confirm, have it reviewed, plan, and approve."""
    here, place = "northport-2026", maker.place
    maker.give(here, "resolve")
    maker.give(here, f'resolve B1.b.NA.4/{HOUSING} --answer happens --reason "Seen in the log."')
    maker.give(here, f"systems confirm {HOUSING}")
    maker.give(here, 'ask --as "Sam Reid"', typed="1\nWe keep a table of roles.\n\n\n\nq\n")
    webcaf = {
        "A2.b": {
            "indicators": {"achieved_A2.b.5": True, "achieved_A2.b.6": False},
            "confirmation": {
                "outcome_status": "Achieved",
                "confirm_outcome": "confirm",
                "confirm_outcome_confirm_comment": "Looked at in May.",
            },
        }
    }
    (place / "webcaf.json").write_text(json.dumps(webcaf), "utf-8")
    maker.give(here, 'import webcaf webcaf.json --system "Housing management"')
    for name, text in DOCUMENTS.items():
        (place / name).write_text(text, "utf-8")
    maker.give(here, "evidence register")
    maker.give(here, f'evidence add leavers.csv {FACTS} --for "B2.d/{HOUSING}, rows 2 to 41" '
               "--valid-until 2090-03-31 --for A1.a")  # fmt: skip
    maker.give(here, f"evidence add rota.txt {FACTS} --title 'Rota of the night shift' "
               f"--personal-data yes --for B3.a/{HOUSING} --valid-until 2020-03-31")  # fmt: skip
    maker.give(here, f"evidence add old.txt {FACTS} --for A1.a")
    maker.give(
        here, f"evidence add policy.txt {FACTS} --for A1.a --replaces EV-005 --author 'Ada Moss'"
    )
    maker.give(here, "evidence add --sighted-at https://intranet.example/policy --version 4 "
               '--sighted-on 2026-03-01 --sighted-by "Sam Reid" --title "Access policy" '
               '--shows "Says who approves access to each system" --for A1.b')  # fmt: skip
    maker.give(here, "evidence list")
    maker.give(here, f'evidence link EV-003 "B2.c/{HOUSING}, page 4" A1.c')
    maker.give(here, "evidence link EV-003 --remove A1.c")
    maker.give(here, 'evidence review EV-003 --verdict accepted --by "Lee Marsh, internal audit"')
    maker.give(here, 'evidence review EV-007 --verdict rejected --reason "It is a draft."')
    maker.give(here, "evidence set EV-003 --owner 'Kim Lee' --period 'March 2026'")
    maker.give(here, "confirm --all-undisputed")
    maker.give(here, "confirm A1.c")
    maker.give(here, 'confirm A2.b --level achieved --reason "Seen working on 4 March."')
    maker.give(here, "confirm A1.b --reason 'As the rule says.'")
    maker.give(here, "confirm A1.b --withdraw")
    maker.give(here, 'confirm D2.b --accept achieved --reason "We run no such service."')
    maker.give(here, 'review send --to "Nadia Okafor, Independent assurer" -o review-sent.xlsx')
    book = openpyxl.load_workbook(place / "review-sent.xlsx")
    into(book, REVIEWED)
    maker.give(here, f"review receive {maker.save(book, 'review-first.xlsx')}")
    maker.give(here, "plan add A1.c --action 'Write a risk statement' --owner 'Sam Reid' "
               "--due 2090-01-31 --cost low --cost-text 'two days' --priority 1")  # fmt: skip
    maker.give(here, f"plan add B3.a/{HOUSING} --action 'List all data' --owner 'Head of housing'")
    maker.give(here, "plan set ACT-001 --status 'under way'")
    maker.give(here, "plan set ACT-002 --status dropped --reason 'The system goes in March.'")
    maker.give(here, APPROVE)


def take_up(maker: Maker) -> None:
    """Take up corrections, ask again, and take in what was said again, and by whom."""
    here, sets = "northport-2026", ["ncsc-caf@3.2", "ncsc-cyber-essentials@3.3"]
    maker.give(here, "framework update")
    maker.give(here, "send")
    book = openpyxl.load_workbook(maker.sent(here, "Sam"))
    answer_all(book, sets, lambda ref: drawn(f"again {ref}", 9) == 0)
    sign(book, "Sam Reid")
    maker.give(here, f"receive {maker.save(book, 'sam-again.xlsx')}")
    book = openpyxl.load_workbook(maker.sent(here, "Kim"))
    into(book, {f"B3.c.PA.1/{HOUSING}": {"Your answer": "Perhaps"}})
    sign(book, "Kim Lee")
    beside(book, "Finish", DECLARED, "No")
    maker.give(here, f"receive {maker.save(book, 'kim-no.xlsx')}")
    book = openpyxl.load_workbook(maker.sent(here, "Kim"))  # what she is asked to look at again
    into(book, {f"B3.c.PA.1/{HOUSING}": {"Your answer": "true"}})
    maker.give(here, f"receive {maker.save(book, 'kim-looked-again.xlsx')}")
    maker.give(here, 'evidence review EV-004 --verdict accepted --by "Lee Marsch, internal audit"')
    maker.give(here, 'people same "Lee Marsh" "Lee Marsch" --reason "A typing mistake."')
    book = openpyxl.load_workbook(maker.sent(here, "Jo"))
    into(book, {f"B1.b.PA.1/{HOUSING}": {"Your answer": "Not true"}})
    maker.give(here, f"receive {maker.save(book, 'jo-herself.xlsx')}")
    settings = maker.place / here / "assessment.yaml"
    settings.write_text(settings.read_text("utf-8").replace("Jo Bright", "Jo Byrne"), "utf-8")
    maker.give(here, 'people same "Jo Bright" --renamed --reason "Married."')


def part(maker: Maker) -> None:
    """Let two copies go apart, keep that state, and join them."""
    here, there, place = "northport-2026", "laptop", maker.place
    shutil.copytree(place / here, place / there)
    shutil.copytree(place / here, place / "prompts")
    for folder, due, status, title in (
        (here, "2090-07-01", "done", "Name an owner"),
        (there, "2090-08-01", "planned", "Buy a register"),
    ):
        settings = place / folder / "assessment.yaml"
        text = settings.read_text("utf-8").replace('due: "2090-06-30"', f'due: "{due}"')
        settings.write_text(text, "utf-8")
        maker.give(folder, f"plan add A1.b --action '{title}' --owner 'Sam Reid'")
        maker.give(folder, f"plan set ACT-001 --status '{status}'")
    maker.give(there, "confirm A1.b")
    maker.give("prompts", 'ask --as "Kim Lee"', typed="1\n\nq\n")
    apart = shutil.copytree(place / here, place / "northport-apart") / "ledger"
    for path in (place / there / "ledger").glob("0*.jsonl"):
        shutil.copy(path, apart)
    last = max((place / "prompts/ledger").glob("0*.jsonl"))
    shutil.copy(last, apart / f"{last.name[:6]}-open-0a1b2c3d.jsonl")
    maker.give(here, "merge laptop")
    kept = re.findall(r"--keep (\S+)", maker.give(here, "resolve"))[0]
    maker.give(here, f"resolve --keep {kept} --reason 'It is done.'")
    damaged = shutil.copytree(place / here, place / "northport-damaged") / "ledger"
    torn = sorted(damaged.glob("0*.jsonl"))[5]
    torn.write_bytes(torn.read_bytes()[:-40])


def write_workbooks(maker: Maker) -> None:
    """Fill in one of each kind of workbook that is read, as people do; nothing takes them in."""
    here, place = "northport-2026", maker.place
    maker.give(here, 'send --to "Kim Lee"')
    maker.give(here, "decisions -o decisions-blank.xlsx")
    maker.give(here, 'review send --to "Nadia Okafor, Independent assurer" -o review-blank.xlsx')
    for each in ("plan", "people", "systems"):
        maker.give(here, f"{each} export -o {each}-blank.xlsx")
    (place / "workbooks").mkdir()

    def blank(kind: str) -> Path:
        return place / f"{kind}-blank.xlsx"

    def filled(name: str, empty: Path, fill: Callable[[Workbook], None]) -> Workbook:
        book = openpyxl.load_workbook(empty)
        fill(book)
        maker.save(book, f"workbooks/{name}.xlsx")
        return book

    kims = maker.sent(here, "Kim")
    changed = {f"B1.b.A.1/{HOUSING}": {"Your answer": "True by other means",
                                       "In your own words": "Our supplier does it."},
               f"B3.b.PA.1/{HOUSING}": {"Your answer": "True by other means"},
               f"B3.c.PA.1/{HOUSING}": {"Your answer": "Perhaps"},
               f"B1.b.why/{HOUSING}": {"In your own words": "Audited in February."},
               f"B5.a.NA.1/{HOUSING}": {"Your answer": "Does not apply",
                                        "In your own words": "It cannot fail."}}  # fmt: skip

    def change(book: Workbook) -> None:
        into(book, changed)
        below(book["Documents"], "Document", DOCUMENT | {"Document": "Audit of February"})
        sign(book, "Kim Lee")

    def still_holds(book: Workbook) -> None:
        into(book, {f"B5.a.NA.1/{HOUSING}": {"Still true?": "Yes, still true"}})
        beside(book, "Start", "Completed by", "Rob Lowe")

    def decide_on(book: Workbook) -> None:
        into(book, DECIDED)

    def review_again(book: Workbook) -> None:
        into(book, REVIEWED_AGAIN)

    kinds: dict[str, tuple[Path, Callable[[Workbook], None], tuple[str, str, str]]] = {
        "questionnaire": (kims, change, ("Ref", f"B2.b.PA.1/{HOUSING}", "In your own words")),
        "decisions": (blank("decisions"), decide_on, ("Ref", "A1.a confirm", "Your reason")),
        "review": (blank("review"), review_again, ("Ref", "A2.a", "Comment")),
        "plan": (blank("plan"), plan_rows, ("Action", "ACT-001", "Reason")),
        "people": (blank("people"), people_rows, ("Name", "Sam Reid", "Role")),
        "systems": (blank("systems"), systems_rows, ("Name", "Housing management", "Service")),
    }
    filled("questionnaire-of-another", kims, still_holds)
    for name, (empty, fill, where) in kinds.items():
        filled(name, empty, fill)

        def spoil(book: Workbook) -> None:
            accidents(book, *where)  # noqa: B023 - called at once

        filled_in = filled(f"{name}-spoilt", place / f"workbooks/{name}.xlsx", spoil)
        path = place / f"workbooks/{name}-spoilt.xlsx"
        box, added = "<a:p><a:r><a:t>Look at this</a:t></a:r></a:p>", len(filled_in.sheetnames)
        with_drawing(path, box, f"xl/worksheets/sheet{added}.xml")
        store(path, parts_of(path))


def plan_rows(book: Workbook) -> None:
    """Change an action, give another up, and plan something new."""
    sheet = book.worksheets[0]
    begins, columns = headings(sheet, "Outcome")
    for number in range(begins + 1, begins + 4):
        new = {"What will be done": f"Do thing {number}", "Owner": "Kim Lee", "Due": "31/01/2090",
               "Cost": "medium", "Status": "planned", "Priority": "2"}  # fmt: skip
        for heading, text in new.items():
            sheet.cell(number, columns[heading]).value = text


def people_rows(book: Workbook) -> None:
    """Give somebody another address, and add somebody."""
    sheet = book.worksheets[0]
    into_people = {"Jo Bright": {"E-mail": "j.bright@northport.example", "Role": "service"}}
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        for heading, text in into_people.get(str(row[1]), {}).items():
            sheet.cell(number, headings(sheet, "Id")[1][heading]).value = text
    below(sheet, "Id", {"Name": "Tom Ley", "Role": "supplier", "E-mail": "tom@larkmoor.example",
                        "Asked about": f"B4.c@{HOUSING}"})  # fmt: skip


def systems_rows(book: Workbook) -> None:
    """Add a system that inherits, and leave one out."""
    sheet = book.worksheets[0]
    below(sheet, "Id", {"Name": "Revenues and benefits", "Kind": "system", "Hosting": "saas",
                        "Service": "Finance", "Inherits from": IDENTITY})  # fmt: skip
    below(
        sheet, "Id", {"Name": "Parking permits", "Left out because": "A fortnight does no harm."}
    )


def write_packs(maker: Maker) -> None:
    """Write a signed, an unsigned and a redacted pack, and sign a PDF; no private key is kept.

    The full report is left out: it is most of a pack, and nothing in it is read again.
    """
    here, place = "northport-2026", maker.place
    maker.give(here, APPROVE)
    (place / "packs").mkdir()
    key = place / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "frozen", "-f", key],  # noqa: S607
        check=True,
    )
    pack = partial(cyberassess.pack, place / here, with_report=False)
    pack(place / "packs/unsigned.zip")
    pack(place / "packs/signed.zip", key=key)
    pack(place / "packs/redacted.zip", redact=True)
    shutil.move(place / "key.pub", place / "packs/key.pub")
    key.unlink()
    maker.give(here, "report board -o board.pdf")
    key_file(place / "officer.p12")
    maker.give(here, "sign board.pdf --key officer.p12 -o packs/board-signed.pdf")


def redact(maker: Maker) -> None:
    """Take every text and salt out of a copy's ledger; its digest stays, and the chain holds."""

    def bare(value: Any) -> Any:  # NOTE: JSON of an event
        if isinstance(value, dict):
            if "digest" in value:
                return {"digest": value["digest"]}
            return {key: bare(each) for key, each in value.items()}
        return [bare(each) for each in value] if isinstance(value, list) else value

    place = maker.place
    copy = shutil.copytree(place / "northport-2026", place / "northport-redacted")
    for path in (copy / "ledger").glob("0*.jsonl"):
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        texts = [
            json.dumps(bare(each), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            for each in lines
        ]
        path.write_text("".join(f"{each}\n" for each in texts), "utf-8")


def every_other_set(maker: Maker) -> None:
    """Make an assessment against all other control sets, answered by one person."""
    sets = " ".join(
        f"--framework {each} --profile {each}={PROFILES.get(each, 'none')}" for each in OTHER_SETS
    )
    maker.give(".", f'new other-sets --organisation "Northport Council" --period 2026 {sets} '
               '--no-profile-reason "There is none." --system "Housing management" '
               '--cloud-service "Case files" --due 2090-06-30')  # fmt: skip
    maker.give("other-sets", "send")
    sent = (maker.place / "other-sets/questionnaires/sent").glob("*.xlsx")
    book = openpyxl.load_workbook(next(sent))
    answer_all(book, list(OTHER_SETS), lambda _: False)
    maker.give("other-sets", f"receive {maker.save(book, 'all.xlsx')}")


def keep(maker: Maker, folder: Path) -> None:
    """Keep what the tests need, in one archive in which equal files take no room."""
    for each in KEPT:
        for name in ("sent", "receipts", "notes", "letters"):
            for path in (maker.place / each / "questionnaires" / name).glob("*"):
                path.unlink()
        (maker.place / each / "ledger/writing.lock").unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = info.mtime = 0
        info.uname = info.gname = ""
        return info

    with tarfile.open(folder / "kept.tar.xz", "w:xz", preset=9) as archive:
        for each in (*KEPT, "workbooks", "packs"):
            archive.add(maker.place / each, each, filter=plain)


def main() -> None:
    """Make it in the folder that is named."""
    with tempfile.TemporaryDirectory() as name:
        maker = Maker(Path(name))
        unpack(VERSIONS[0], maker.place / "earlier")
        last_year(maker)
        begin(maker)
        gather(maker)
        decide(maker)
        take_up(maker)
        part(maker)
        write_workbooks(maker)
        write_packs(maker)
        redact(maker)
        every_other_set(maker)
        keep(maker, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
