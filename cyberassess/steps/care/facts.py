"""Whether the half of a pack that people read says what follows from its ledger."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from cyberassess.books.guard import Reader
from cyberassess.disk.files import temporary_folder
from cyberassess.disk.pack import read_entry
from cyberassess.domain.record.pack_kinds import KIND, SIGNERS
from cyberassess.errors import Problem, WorkbookError
from cyberassess.paper.basis import SHORT_HASH
from cyberassess.paper.documents.pack_pages import index_html, readme_text
from cyberassess.paper.documents.pack_reading import PageFacts, read_index, read_readme
from cyberassess.signing.ssh_signature import read_signer
from cyberassess.sources.pdf_text import attachments, text_of
from cyberassess.steps.care.parts import Opened
from cyberassess.steps.pack.index import Inside, index_book, index_page

BELIEVE = (
    "Believe the ledger, and ask the sender; an update of the program may also explain it: "
    "compare its version with the one in pack.json."
)
_FEWEST = 3
"""Cells of a row that says a fact; shorter ones are headings and remarks."""


def facts(opened: Opened) -> Iterator[Problem]:
    """Compare README, index, manifest and report with what follows from the ledger."""
    yield from _manifest(opened)
    yield from _report(opened)
    if opened.manifest.kind < KIND:
        return  # today's pages say more, and say it otherwise; ``kind_note`` says so
    page = index_page(_inside(opened))
    for name, mine, read in (
        ("README.txt", readme_text(page), read_readme),
        ("index.html", index_html(page), read_index),
    ):
        if name in opened.checked.hashes:
            theirs = read(read_entry(opened.path, name))
            yield from _differing(name, read(mine.encode("utf-8", "replace")), theirs)
    if "index.xlsx" in opened.checked.hashes:
        with temporary_folder() as folder:
            book = index_book(page, opened.assessment.on, folder)
            yield from _workbook(opened, book, folder)


def _inside(opened: Opened) -> Inside:
    who = ""
    if SIGNERS in opened.checked.hashes:
        try:
            who, _ = read_signer(read_entry(opened.path, SIGNERS))
        except ValueError:
            who = ""  # said where the signature is checked
    return Inside(
        assessment=opened.assessment,
        items=opened.items,
        withheld=opened.withheld,
        withheld_files=len(opened.manifest.withheld_files or ()),
        chosen=opened.only,
        partial=opened.manifest.partial or "",
        paths=opened.paths,
        received=opened.received,
        principal=who,
        fingerprint=opened.manifest.signed_by or "",
        report_signer="",
        listed=len(opened.checked.listed),
    )


def _manifest(opened: Opened) -> Iterator[Problem]:
    assessment, manifest = opened.assessment, opened.manifest
    settings = assessment.contents.settings
    stored = {
        each.sha256: opened.paths[each.id] for each in opened.items if each.id in opened.paths
    }
    for name, said, found in (
        ("organisation", manifest.organisation, settings.organisation),
        ("period", manifest.period, settings.period),
        ("assessment", manifest.assessment, assessment.state.assessment),
        ("heads", list(manifest.heads), list(assessment.state.heads)),
        ("date", manifest.date, assessment.on.isoformat()),
        ("marking", manifest.marking, settings.marking.filled),
        ("evidence", manifest.evidence, stored),
    ):
        if said != found:
            yield _says("pack.json", f"{name}: {_short(json.dumps(said, ensure_ascii=False))}")


def _differing(name: str, mine: PageFacts, theirs: PageFacts) -> Iterator[Problem]:
    """Name the first thing a page says that does not follow, or does not say."""
    for odd in theirs.odd[:1]:
        message = f'It holds what no page of ours does: "{odd}".'
        yield Problem("page-odd", name, message, "Do not open it; ask the sender.")
    if mine.facts == theirs.facts:
        return
    ours = set(mine.facts)
    added = next((each for each in theirs.facts if each not in ours), "")
    if added:
        yield _says(name, _short(added))
        return
    left = set(theirs.facts)
    missing = next((each for each in mine.facts if each not in left), "its order")
    yield Problem(
        "says-otherwise",
        name,
        f'It does not say what follows from the ledger: "{_short(missing)}".',
        BELIEVE,
    )


def _says(name: str, said: str) -> Problem:
    message = f'It says what does not follow from the ledger: "{said}".'
    return Problem("says-otherwise", name, message, BELIEVE)


def _short(text: str) -> str:
    plain = "".join(each if each.isprintable() else "?" for each in text)
    return plain if len(plain) <= 120 else f"{plain[:120]}…"  # noqa: PLR2004 - a line and a half


def _workbook(opened: Opened, mine: bytes, scratch: Path) -> Iterator[Problem]:
    ours, theirs = scratch / "ours.xlsx", scratch / "index.xlsx"
    ours.write_bytes(mine)
    theirs.write_bytes(read_entry(opened.path, "index.xlsx"))
    with Reader() as reader:
        expected = _rows(reader, ours)
        try:
            found = _rows(reader, theirs)
        except WorkbookError as cause:
            yield from cause.problems
            return
    for sheet in dict.fromkeys((*expected, *found)):
        here, there = expected.get(sheet, []), found.get(sheet, [])
        row = next((each for each in there if each not in here), None)
        if row is not None:
            yield _says(f"index.xlsx, {sheet}", _short(" | ".join(row)))
        elif here != there:
            lost = next((each for each in here if each not in there), ("its order",))
            message = f'It does not say what follows: "{_short(" | ".join(lost))}".'
            yield Problem("says-otherwise", f"index.xlsx, {sheet}", message, BELIEVE)


def _rows(reader: Reader, path: Path) -> dict[str, list[tuple[str, ...]]]:
    """Give the rows of each sheet that say something, without empty cells."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for sheet in reader.read(path).sheets:
        rows: dict[int, list[str]] = {}
        for cell in sheet.cells:
            if cell.text or cell.comment:
                rows.setdefault(cell.row, []).append(f"{cell.text}{cell.comment}")
        found[sheet.name] = [tuple(each) for each in rows.values() if len(each) >= _FEWEST]
    return found


def _report(opened: Opened) -> Iterator[Problem]:
    """Look for head and fingerprint in the report's text, and compare what travels inside."""
    name = opened.report
    if not name:
        return
    data = read_entry(opened.path, name)
    wanted = {
        "the ledger's head": opened.assessment.state.heads[0],
        "the fingerprint of the data": opened.assessment.fingerprint[:SHORT_HASH],
    }
    if name == "report.html":
        said = ["".join(re.sub(r"<[^>]*>", " ", data.decode("utf-8", "replace")).split())]
    else:
        answers = opened.checked.hashes.get("answers.json")
        inside = attachments(data)
        if answers and inside != (read_entry(opened.path, "answers.json"),):
            message = "The answers attached to it are not those of answers.json."
            yield Problem("report-answers", name, message, BELIEVE)
        said = ["".join(each.split()) for each in text_of(data).texts]
    for what, text in wanted.items():
        if not any(text in each for each in said):
            message = f"{what[0].upper()}{what[1:]} is not in its text: it is another report."
            yield Problem("report-other", name, message, BELIEVE)


def first_line(mine: bytes, theirs: bytes) -> int:
    """Give the first line of a table whose values differ; 0 where none does."""
    ours, others = _values(mine), _values(theirs)
    for number, (one, other) in enumerate(zip(ours, others, strict=False), start=1):
        if one != other:
            return number
    return 0 if len(ours) == len(others) else min(len(ours), len(others)) + 1


def _values(data: bytes) -> Sequence[Sequence[str]]:
    text = data.decode("utf-8-sig", "replace")
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return text.splitlines()
