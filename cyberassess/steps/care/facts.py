"""A pack that was opened: what its kind promises, and whether what people read in it follows.

README, index and report are made again from the ledger inside, and compared.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from cyberassess.books.guard import Reader
from cyberassess.disk.files import temporary_folder
from cyberassess.disk.pack import SIGNATURE, SUMS, CheckedPack, read_entry
from cyberassess.domain.assessment import OutcomeKey, ScopeId
from cyberassess.domain.record.evidence import Item
from cyberassess.domain.sets.framework import FrameworkRef, OutcomeId
from cyberassess.errors import CyberassessError, Problem, WorkbookError
from cyberassess.opening.assessment import Assessment
from cyberassess.paper.basis import SHORT_HASH
from cyberassess.paper.documents.pack_pages import index_html, readme_text
from cyberassess.paper.documents.pack_reading import PageFacts, read_index, read_readme
from cyberassess.signing.ssh_signature import read_signer
from cyberassess.sources.pdf_text import attachments, text_of
from cyberassess.steps.pack.contents import items_of
from cyberassess.steps.pack.files import FOLDERS, KIND, MANIFEST, REPORTS, SIGNERS, Manifest
from cyberassess.steps.pack.index import Inside, index_book, index_page

_ASK = "Ask the sender for the whole pack."


@dataclass(frozen=True, slots=True)
class Opened:
    """A pack whose ledger could be read, with what its manifest says of it."""

    path: Path
    checked: CheckedPack
    manifest: Manifest
    assessment: Assessment
    items: tuple[Item, ...]
    """The evidence that is listed."""
    withheld: tuple[Item, ...]
    only: frozenset[OutcomeKey] | None
    """The outcomes whose evidence a partial pack holds; ``None`` for all."""
    paths: Mapping[str, str]
    """Where items lie inside, keyed by their id."""
    received: Mapping[str, str]
    """Where workbooks lie inside, keyed by their SHA-256."""

    @property
    def report(self) -> str:
        """The report's name inside; empty where there is none."""
        return next((each for each in REPORTS if each in self.checked.hashes), "")


def open_pack(
    path: Path, checked: CheckedPack, manifest: Manifest, assessment: Assessment
) -> Opened:
    """Give a pack as it is compared with its ledger."""
    only = _only(manifest)
    found = items_of(assessment, only)
    items = tuple(each for each in found if each.reference not in manifest.withheld)
    lying = _by_hash(checked, "evidence/EV-")
    return Opened(
        path, checked, manifest, assessment, items,
        tuple(each for each in found if each.reference in manifest.withheld),
        only,
        {each.id: lying[each.sha256] for each in items if each.sha256 in lying},
        _by_hash(checked, "received/"),
    )  # fmt: skip


def _by_hash(checked: CheckedPack, start: str) -> dict[str, str]:
    return {sha256: name for name, sha256 in checked.hashes.items() if name.startswith(start)}


def _only(manifest: Manifest) -> frozenset[OutcomeKey] | None:
    if manifest.only is None:
        return None
    parts = [each.split("/") for each in manifest.only]
    return frozenset(
        OutcomeKey(FrameworkRef(each[0]), ScopeId(each[1]), OutcomeId(each[2]))
        for each in parts
        if len(each) == len(OutcomeKey._fields)
    )


def read_manifest(path: Path, checked: CheckedPack) -> tuple[Manifest | None, list[Problem]]:
    """Read ``pack.json`` strictly; ``None``, with what is wrong, where it cannot be."""
    if MANIFEST not in checked.hashes:
        return None, [Problem("no-manifest", MANIFEST, "It is missing or cannot be read.", _ASK)]
    try:
        found = Manifest.model_validate_json(read_entry(path, MANIFEST))
    except ValidationError as cause:
        return None, [
            Problem(
                "no-manifest",
                ", ".join((MANIFEST, *(str(part) for part in each["loc"]))),
                f"It is not what a pack says of itself: {each['msg']}.",
                _ASK,
            )
            for each in cause.errors(include_url=False)[:5]
        ]
    except (CyberassessError, ValueError):
        return None, [Problem("no-manifest", MANIFEST, "It is missing or cannot be read.", _ASK)]
    return found, []


def missing_parts(checked: CheckedPack, manifest: Manifest) -> Iterator[Problem]:
    """Name every part that the pack's kind promises and that is not there, and what is more."""
    there = checked.hashes
    promised = manifest.promised
    for name in promised:
        if name not in there:
            yield _missing(name)
    reports = [name for name in REPORTS if name in there]
    if manifest.kind == 1 and not reports:
        yield _missing(REPORTS[0])
    allowed = {*promised, SUMS, SIGNATURE, SIGNERS, *(REPORTS[:2] if manifest.kind == 1 else ())}
    for name in there:
        if name not in allowed and not name.startswith(FOLDERS):
            message = "A pack of this kind has no such part."
            yield Problem("part-unknown", name, message, "Ask the sender what it is.")
    for names in (reports[1:], [SIGNERS] if SIGNERS in there and not manifest.signed_by else []):
        for name in names:
            message = "It does not belong to what the manifest says of this pack."
            yield Problem("part-unknown", name, message, "Ask the sender what it is.")


def _missing(name: str) -> Problem:
    return Problem("part-missing", name, "Every pack of this kind holds it; this one not.", _ASK)


def kind_note(manifest: Manifest) -> Problem | None:
    """Say to what an older pack was verified; ``None`` for one of today's kind."""
    if manifest.kind == KIND:
        return None
    if manifest.is_newer:
        message = f"A newer version wrote it (kind {manifest.kind}; this one knows up to {KIND})."
        return Problem("kind-newer", MANIFEST, message, "Update cyberassess and check it again.")
    message = (
        f"It is a pack of kind {manifest.kind}, and was checked for what packs of that kind "
        f"promise; packs of today are of kind {KIND}. README and index are held by their hashes "
        "alone, since today's say more."
    )
    return Problem.note("kind-older", MANIFEST, message)


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
        names=opened.checked.listed,
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
            if any(cell.says):
                rows.setdefault(cell.row, []).append("".join(cell.says))
        found[sheet.name] = [tuple(each) for each in rows.values() if len(each) >= _FEWEST]
    return found


def _report(opened: Opened) -> Iterator[Problem]:
    """Look for head and fingerprint in the report's text, and compare what travels inside."""
    name = opened.report
    if not name:
        return
    data = read_entry(opened.path, name)
    wanted = {
        "the mark of everything recorded (ledger head)": opened.assessment.state.heads[0],
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
