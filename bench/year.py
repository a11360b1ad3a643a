"""A year of a council of six systems and fifteen people, by commands, as its officer types them.

    python bench/year.py            what it costs: commands, questions, minutes, cells
    python bench/year.py --show     what each command says, too
    python bench/year.py --keep DIR

Run with the interpreter of another checkout it walks the year there: what was not there yet is
done as it was done then. In four places two people are asked the same, and differ.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Font

import cyberassess
from cyberassess.books.questionnaire.filling import Filled, fill
from cyberassess.domain.assessment import Person
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.send.sending import questions_for

EVERY = ("Housing", "Social care", "Revenues", "Planning", "Payroll", "Website")
ALONE = ("Payroll", "Website")
"""Run by their suppliers on accounts of their own."""
SERVICES = {"Identity": ("B2.a", "B2.c", "B2.d"), "Laptops": ("B2.b", "B4.b")}
TWICE = EVERY[:4]
"""Where two people are asked about data."""
TODAY = time.strftime("%Y-%m-%d")
AT = 2
"""Of so many rows, the one that is answered the other way; of five sheets, the one struck."""
Json = Any  # NOTE: what openpyxl's cells hold


def slug(name: str) -> str:
    """Give the id a system gets by its name."""
    return name.lower().replace(" ", "-")


def people() -> list[str]:
    """Give everybody but the officer, as they are typed."""
    heads = [
        f"Head of {each} <{slug(each)}@council.example>:"
        f"{'service,information-governance' if each in TWICE else 'service'}@{each}"
        for each in EVERY
    ]
    return [
        *heads,
        "Ivy Lead <ivy@council.example>:it-operations@organisation; @Identity; @Laptops",
        "Dev Malhotra <dev@council.example>:" + _hands(EVERY[:3]),
        "Priya Shah <priya@council.example>:" + _hands(EVERY[3:]),
        "Grace Adeyemi <grace@council.example>:board",
        "Omar Haddad <omar@council.example>:procurement",
        "Wen Li <wen@council.example>:hr",
        "Zo\u00eb Okoro-\u0141ukasik <zoe@council.example>:information-governance",
        "Tom Ley <tom@larkmoor.example>:supplier",
    ]


def _hands(systems: Iterable[str]) -> str:
    return "; ".join(f"it-operations,it-security@{each}" for each in systems)


class Year:
    """What was done so far, and what it cost."""

    def __init__(self, place: Path, *, show: bool) -> None:
        """Begin with nothing."""
        self.place, self.folder, self.show = place, place / "council", show
        self.commands: Counter[str] = Counter()
        self.refused: list[str] = []
        self.cells: Counter[str] = Counter()
        self.stretch = ""

    def do(self, *words: object, may_refuse: bool = False) -> str:
        """Give a command as the officer does; say what it printed."""
        typed = [str(each) for each in words]
        self.commands[self.stretch] += 1
        begun = time.perf_counter()
        at = ["-C", str(self.folder)] if self.folder.exists() else []
        done = subprocess.run(
            [sys.executable, "-m", "cyberassess", *at, *typed], capture_output=True, check=False,
            cwd=self.place, encoding="utf-8", stdin=subprocess.DEVNULL,
        )  # fmt: skip
        said = done.stdout + done.stderr
        if self.show:
            took = time.perf_counter() - begun
            print(f"\n$ cyberassess {' '.join(typed)}   [{done.returncode}, {took:.1f} s]\n{said}")
        if done.returncode in (1, 2) and not may_refuse:
            self.refused.append(f"{' '.join(typed)[:90]}: {said.strip()[:300]}")
        return said


# What people type


def answers(folder: Path, person: Person) -> dict[str, Filled]:
    """Say what somebody types into each row, in the words of the list."""
    what = questions_for(open_assessment(folder), person.id)
    found: dict[str, Filled] = {}
    often = 3 if person.name.startswith("Zo") else 17
    for number, row in enumerate(what.rows):
        place = 1 if row.is_warning else 0
        if number % often == AT:
            place = 0 if row.is_warning else next(
                n for n, each in enumerate(row.answers) if each.code == "not-true")  # fmt: skip
        chosen = row.answers[place]
        why = "As agreed in March." if number % often == AT else ""
        found[row.ref] = Filled(chosen.label, why)
    for topic in what.topics:
        found |= {
            each.why_ref: Filled(words="Done each month, and logged.") for each in topic.blocks
        }
    for each in getattr(what, "shared", ()):
        found[each.ref] = Filled("Yes")
    return found


def by_hand(path: Path) -> None:
    """Type into a filled workbook as people do: other words, a link, something struck through."""
    book, words = openpyxl.load_workbook(path), ("y", "Yes, still", "Dont know", "n/a", "?")
    sheets = [each for each in book.worksheets if _column(each, "Your answer")]
    for number, sheet in enumerate(sheets[:5]):
        column = _column(sheet, "Your answer")
        filled = [row for row in range(1, sheet.max_row) if sheet.cell(row, column).value]
        cell = sheet.cell(filled[-1], column)
        cell.value = words[number]
        if number == AT:
            cell.font = Font(strike=True)
    documents = next((e for e in book.worksheets if _column(e, "Document")), None)
    if documents is not None:
        at = next(row for row in range(1, 60) if _value(documents, row, "Document") == "Document")
        cell = documents.cell(at + 1, _column(documents, "Document"))
        cell.value, cell.hyperlink = "Access policy", "https://council.example/policies/access.pdf"
    book.save(path)


def _value(sheet: Json, row: int, heading: str) -> str:
    return str(sheet.cell(row, _column(sheet, heading)).value or "")


def _column(sheet: Json, heading: str) -> int:
    for row in sheet.iter_rows(max_row=30):
        for cell in row:
            if str(cell.value or "").strip() == heading:
                return int(cell.column)
    return 0


# The year


def begin(year: Year) -> None:
    """Say what is assessed, and who is asked."""
    year.stretch = "begin"
    year.do(
        "new", year.folder, "--organisation", "Weir Council", "--period", "2026", "--framework",
        "ncsc-caf@3.2", "--profile", "govassure-baseline", "--officer",
        "Sam Reid <sam.reid@council.example>", "--due", "2026-12-18",
    )  # fmt: skip
    for title, covers in SERVICES.items():
        more = [word for each in covers for word in ("--covers", each)]
        year.do("systems", "add", title, "--kind", "shared-service", *more)
    for each in EVERY:
        uses = [] if each in ALONE else ["--inherits", "identity", "--inherits", "laptops"]
        year.do("systems", "add", each, "--service", each, *uses)
    for who in people():
        if "; " not in who:
            year.do("people", "add", who)
            continue
        said = year.do("people", "add", who, may_refuse=True)
        if "Added" not in said:
            _by_hand(year, who)
    for each in EVERY:
        year.do("systems", "set", slug(each), "--owner", f"Head of {each}", may_refuse=True)
    for each in SERVICES:
        year.do("systems", "set", slug(each), "--owner", "Ivy Lead", may_refuse=True)
    year.do("people")
    year.do("systems")


def _by_hand(year: Year, who: str) -> None:
    """Write into assessment.yaml what could not be typed."""
    name, _, rest = who.partition(" <")
    address, _, asked = rest.partition(">:")
    said = []
    for part in asked.split(";"):
        roles, _, scope = part.strip().partition("@")
        names = f", owner_roles: [{roles}]" if roles else ""
        said.append(f'{{scope: "{slug(scope)}"{names}}}')
    path = year.folder / "assessment.yaml"
    text = path.read_text("utf-8")
    number = sum(year.cells.values()) + 1
    line = (f'  - {{id: "x{number}", name: "{name}", email: "{address}", '
            f'answers: [{", ".join(said)}]}}\n')  # fmt: skip
    path.write_text(text.replace("people:\n", f"people:\n{line}", 1), encoding="utf-8")
    year.cells["lines of assessment.yaml written by hand"] += 1


def ask(year: Year) -> Mapping[str, tuple[int, int]]:
    """Send, and have everybody answer; give what each is asked, in questions and minutes."""
    year.stretch = "send"
    year.do("send", "--dry-run", may_refuse=True)
    said = [each.strip() for each in year.do("send").splitlines()]
    written = {a.rpartition(": ")[0]: Path(b) for a, b in pairwise(said) if b.endswith(".xlsx")}
    assessment, load = open_assessment(year.folder), {}
    back = year.place / "downloads"
    back.mkdir()
    for person in assessment.contents.settings.everybody:
        sent = written.get(person.name)
        if sent is None:
            load[person.name] = 0, 0
            continue
        what = questions_for(assessment, person.id)
        load[person.name] = len(what.rows) + len(getattr(what, "shared", ())), what.minutes
        fill(sent, back / sent.name, answers(year.folder, person), signed=(person.name, TODAY))
        by_hand(back / sent.name)
    _others(back)
    return load


def _others(back: Path) -> None:
    """Lay other people's files beside, and save one of ours as LibreOffice does."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "Payslip"
    book.save(back / "payslip November.xlsx")
    (back / "minutes.txt").write_text("Not ours.", encoding="utf-8")
    (back / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(500))
    office = shutil.which("soffice")
    first = next(iter(sorted(back.glob("*Dev Malhotra*"))), None)
    if office and first is not None:
        subprocess.run(
            [office, "--headless", f"-env:UserInstallation=file://{back.parent}/office",
             "--convert-to", "ods", "--outdir", str(back.parent / "ods"), str(first)],
            check=True, capture_output=True,
        )  # fmt: skip


def take(year: Year) -> None:
    """Receive the folder, what is one by one, and remind the others."""
    year.stretch = "receive"
    year.do("receive", "--dry-run", year.place / "downloads")
    year.do("receive", year.place / "downloads")
    for each in sorted((year.place / "ods").glob("*.ods")):
        year.do("receive", each, may_refuse=True)
    year.do("status")
    year.do("chase")


def decide(year: Year) -> None:
    """Have everything that waits for the officer decided in one workbook."""
    year.stretch = "decide"
    for each in EVERY:
        if each not in ALONE:
            year.do("systems", "confirm", slug(each), may_refuse=True)
    year.do("confirm", "--all-undisputed")
    year.do("status")
    path = year.place / "decisions.xlsx"
    year.do("decisions", "-o", path)
    fill_decisions(path, year.cells)
    year.do("decisions", "receive", path)
    year.do("status")


def fill_decisions(path: Path, cells: Counter[str]) -> None:
    """Decide each row; a choice that may be filled down is one cell typed, and one fill."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        at = _column(sheet, "Your decision")
        if not at or not _column(sheet, "Ref"):
            continue
        head = next(
            n for n in range(1, 30) if _value(sheet, n, "Your decision") == "Your decision"
        )
        rows = [n for n in range(head + 1, sheet.max_row + 1) if _value(sheet, n, "Ref")]
        cells[f"{sheet.title}: decisions"] += len(rows)
        for number in rows:
            _decide(sheet, number, at, cells)
    book.save(path)


def _decide(sheet: Json, number: int, at: int, cells: Counter[str]) -> None:
    offered = [
        each.formula1 for each in sheet.data_validations.dataValidation
        if sheet.cell(number, at).coordinate in each.sqref and each.formula1
    ]  # fmt: skip
    choices = offered[0].strip('"').split(",") if offered and '"' in offered[0] else offered
    first = next((each for each in choices if "rule" in each.lower()), "")
    why = sheet.cell(number, _column(sheet, "Your reason"))
    filled_down = bool(first) or "Yes" in choices
    if choices:
        sheet.cell(number, at).value = first or ("Yes" if "Yes" in choices else choices[0])
    if "Gaps" in sheet.title:
        sheet.cell(number, at).value = "Close it by spring"
    elif not filled_down or "left out" in sheet.title:
        why.value = "Looked at together on 4 December."
    once = f"{sheet.title}: filled down"
    if filled_down and not cells[once]:
        cells[once] = 1
    elif not filled_down:
        cells[f"{sheet.title}: cells"] += 1 + (bool(choices) and "Gaps" not in sheet.title)


def end(year: Year) -> None:
    """Plan, have it reviewed, print, sign off, hand over."""
    year.stretch = "plan to pack"
    year.do("plan")
    year.do("plan", "export", "-o", year.place / "plan.xlsx")
    year.do("plan", "import", year.place / "plan.xlsx")
    year.do(
        "review",
        "send",
        "--to",
        "Nadia Okafor, Independent assurer",
        "-o",
        year.place / "review.xlsx",
    )
    year.do("review", "receive", year.place / "review.xlsx", may_refuse=True)
    year.do("report", "board", "-o", year.place / "board.pdf")
    year.do(
        "approve",
        "--name",
        "Ada Moss",
        "--role",
        "Director",
        "--as-it-stands",
        "--reason",
        "Two late",
    )
    year.do("pack", "--yes", "-o", year.place / "pack.zip")
    year.do("verify", year.place / "pack.zip")
    with zipfile.ZipFile(year.place / "pack.zip") as packed:
        print(f"The pack holds {len(packed.namelist())} files")


def show(year: Year, load: Mapping[str, tuple[int, int]]) -> None:
    """Print what it cost."""
    print(f"cyberassess {getattr(cyberassess, '__version__', '')}")
    for name, (questions, minutes) in load.items():
        print(f"{name:<28}{questions:>7,} questions{minutes:>6} minutes")
    whole = [sum(each) for each in zip(*load.values(), strict=True)]
    print(f"{'All':<28}{whole[0]:>7,} questions{whole[1]:>6} minutes")
    print(f"Commands: {year.commands.total()}, " + ", ".join(
        f"{name} {count}" for name, count in year.commands.items()))  # fmt: skip
    for name, count in year.cells.items():
        print(f"{name}: {count}")
    for each in year.refused:
        print(f"REFUSED {each}")


def main() -> None:
    """Walk the year, and say what it cost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--keep", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        at = wanted.keep or Path(place)
        at.mkdir(parents=True, exist_ok=True)
        year = Year(at.resolve(), show=wanted.show)
        begin(year)
        load = ask(year)
        take(year)
        decide(year)
        end(year)
        show(year, load)


if __name__ == "__main__":
    main()
