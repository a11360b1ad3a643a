"""What may not leave: secrets looked for in files, and what a redacted pack withholds, and why.

Workbooks are read by the guarded child, cell by cell, so that what stands under a heading is
known; whatever else it is, is looked through as text.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cyberassess.books.guard import Book, Reader, look_at
from cyberassess.disk.files import by_name, sha256_of
from cyberassess.disk.segments import Reading
from cyberassess.domain.record.evidence import Item
from cyberassess.domain.record.happened import Entry
from cyberassess.domain.record.hashes import canonical
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.segment import Segment
from cyberassess.errors import WorkbookError, counted
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.files_for_people import csv_bytes
from cyberassess.sources.sensitive import (
    COLUMN,
    Looked,
    Sign,
    heads_passwords,
    look_into,
    signs_in,
)
from cyberassess.steps.pack.files import originals_of


def look_into_all(files: Mapping[str, Path]) -> Iterator[tuple[str, Looked]]:
    """Give what each file seems to hold, in order; keyed by what people call it."""
    with Reader() as reader:
        for name, path in files.items():
            yield name, _look_into(path, reader)


def _look_into(path: Path, reader: Reader) -> Looked:
    if look_at(path):
        return look_into(path)
    try:
        book = reader.read(path)
    except WorkbookError as cause:
        found = look_into(path)
        why = f"its cells ({cause.problems[0].message.rstrip('.')})"
        return found._replace(unread=(*found.unread, why))
    signs = [*signs_in(text.encode("utf-8", "replace") for text in texts_of(book))]
    under = sum(_under_headings(book))
    signs += [Sign(COLUMN, under)] if under else []
    unread = (f"{len(book.extras)} pictures or other parts inside",) if book.extras else ()
    return Looked(tuple(signs), unread)


def texts_of(book: Book) -> Iterator[str]:
    """Give everything that stands on each sheet, a line for each row."""
    for sheet in book.sheets:
        lines: dict[int, list[str]] = {0: [sheet.name]}
        for cell in sheet.cells:
            lines.setdefault(cell.row, []).extend(cell.says)
        yield "\n".join((*(" ".join(filter(None, each)) for each in lines.values()), *sheet.drawn))


def _under_headings(book: Book) -> Iterator[int]:
    """Count, for each cell, what stands in a column whose heading says passwords."""
    for sheet in book.sheets:
        rows: dict[int, int] = {}
        for cell in sheet.cells:
            rows[cell.row] = rows.get(cell.row, 0) + 1
        headed: set[int] = set()
        for cell in sheet.cells:
            if cell.column in headed and any(map(str.strip, cell.says)):
                yield 1
            elif rows[cell.row] > 1 and heads_passwords(cell.text):
                headed.add(cell.column)


LIST = "lists/withheld.csv"
_PRIVATE = re.compile(r"(?i)restricted|confidential|sensitive|secret")
_SHORTEST = 4
"""Characters of a name; shorter ones would take out ordinary words."""


def is_private(item: Item) -> bool:
    """Say whether an item is withheld from a redacted pack."""
    return item.facts.personal_data == "yes" or bool(_PRIVATE.search(item.facts.marking))


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is withheld, and the assessment as the pack tells it."""

    told: Assessment
    segments: Mapping[str, bytes]
    """The ledger's files, keyed by name."""
    items: tuple[Item, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """Why each workbook is withheld, keyed by its SHA-256."""
    folders: Mapping[str, str] = field(default_factory=dict)
    """The folder of the pack each of them would lie in, keyed alike."""
    texts: Mapping[str, int] = field(default_factory=dict)
    """How many texts were taken out of each file of the ledger."""


def redaction(assessment: Assessment, items: Sequence[Item]) -> Redaction:
    """Take out what names items: their texts in the ledger, and the workbooks that name them.

    Texts are taken out of the ledger with their salt, so that only their digests remain; the
    hashes of the segments stay true.
    """
    workspace = assessment.workspace
    if not items:
        segments = {
            each.name: (workspace.ledger / each.name).read_bytes()
            for each in assessment.reading.segments
        }
        return Redaction(assessment, segments)
    taking = _Taking(items)
    redacted = tuple(taking.segment(each) for each in assessment.reading.segments)
    told = Assessment(
        workspace, assessment.contents, Reading(redacted, assessment.reading.notes), fold(redacted)
    )
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    named = originals_of(assessment)
    with Reader() as reader:
        for folder, inside in ((workspace.received, "received"), (workspace.reviews, "reviews")):
            for path in by_name(folder.glob("*")):
                sha256 = sha256_of(path) if path.is_file() else ""
                why = taking.why(path, sha256, reader) if sha256 in named else ""
                if why:
                    files[sha256], folders[sha256] = why, inside
    return Redaction(
        told,
        {
            each.name: b"".join(canonical(line) + b"\n" for line in (each.header, *each.events))
            for each in redacted
        },
        tuple(items),
        files,
        folders,
        taking.texts,
    )


class _Taking:
    """Items being withheld."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.secret = {
            each.reference: {
                _folded(text)
                for text in (
                    each.facts.title, each.name, each.facts.link, each.facts.shows,
                    *each.facts.known_as,
                )
                if len(text) >= _SHORTEST
            }
            for each in items
        }  # fmt: skip
        self.references = {each.id: each.reference for each in items}
        self.texts: dict[str, int] = defaultdict(int)
        self.named: dict[str, set[str]] = defaultdict(set)
        """References that events of a workbook named, keyed by its SHA-256."""

    def _names(self, text: str) -> set[str]:
        folded = _folded(text)
        return {ref for ref, names in self.secret.items() if any(e in folded for e in names)}

    def segment(self, segment: Segment) -> Segment:
        """Give a segment without the texts that name an item."""
        events = []
        for line, (_, event) in zip(segment.events, segment.happened(), strict=True):
            whole = self.references.get(event.key[0], "") if isinstance(event, Entry) else ""
            hits: list[set[str]] = []
            events.append(self._without(line, whole, hits))
            self.texts[segment.name] += len(hits)
            if event.came.file:
                self.named[event.came.file] |= set[str]().union(*hits)
        return replace(segment, events=tuple(events))

    def _without(
        self,
        value: Any,
        whole: str,
        hits: list[set[str]],  # NOTE: JSON of an event
    ) -> Any:
        if isinstance(value, dict):
            if "digest" in value:
                hit = {whole} if whole else self._names(str(value.get("text", "")))
                if hit and "text" in value:
                    hits.append(hit)
                return {"digest": value["digest"]} if hit else value
            return {key: self._without(each, whole, hits) for key, each in value.items()}
        if isinstance(value, list):
            return [self._without(each, whole, hits) for each in value]
        return value

    def why(self, path: Path, sha256: str, reader: Reader) -> str:
        """Say why a workbook is withheld; empty where it names nothing of what is."""
        named = self.named.get(sha256, set()) | self._names(path.name)
        texts, unseen = _texts(path, reader)
        named = named.union(*(self._names(each) for each in texts))
        return f"names {', '.join(sorted(named))}" if named else unseen


def _texts(path: Path, reader: Reader) -> tuple[tuple[str, ...], str]:
    """Give what stands in a file, and why not all of it can be known."""
    try:
        if look_at(path):
            text = path.read_bytes().decode("utf-8", "replace")
            return (text,), "is of a kind that cannot be looked into" if "\0" in text else ""
        book = reader.read(path)
    except WorkbookError as cause:
        return (), f"cannot be looked into: {cause.problems[0].message.rstrip('.')}"
    unseen = "holds pictures or other parts that cannot be looked into" if book.extras else ""
    return tuple(texts_of(book)), unseen


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def withheld_csv(found: Redaction) -> bytes:
    """List everything that is withheld, with its reason."""
    rows: list[Sequence[str]] = [("reference", "why", "supports")]
    for item in found.items:
        why = "holds personal data" if item.facts.personal_data == "yes" else "restricted"
        supports = "; ".join(f"{e.outcome.outcome}/{e.outcome.scope}" for e in item.links)
        rows.append((item.reference, why, supports))
    rows += [(f"{found.folders[e]}/{e[:8]}", why, "") for e, why in found.files.items()]
    for name, count in found.texts.items():
        if count:
            words = f"{counted(count, 'text')} in it named what is withheld; the digests stay"
            rows.append((f"ledger/{name}", words, ""))
    return csv_bytes(rows)
