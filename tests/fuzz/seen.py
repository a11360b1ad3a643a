"""Change filled workbooks of every kind as people do: ``python -m tests.fuzz.seen 2000``.

A link is put on a cell, words are struck through, a number with a form of its own or another word
is typed in place of one. Whatever is stored then is what is seen, or it is said at the cell; and
no other row changes.
"""

import argparse
import hashlib
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from cyberassess.books import wording
from cyberassess.books.guard import Reader
from cyberassess.books.questionnaire.reading import read_return
from cyberassess.books.review_book import INPUTS, read_review_book
from cyberassess.books.table_book import Kind
from cyberassess.books.tables import read_table
from cyberassess.domain.people.questions import (
    AnswerReply,
    ConfirmReply,
    EvidenceReply,
    Reply,
    SharingReply,
    TextReply,
)
from cyberassess.errors import CyberassessError, Problem
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.choices import tables
from cyberassess.steps.confirm.deciding import understood
from cyberassess.steps.confirm.decisions_book import DECISION, KIND, REASON, read_decisions
from cyberassess.steps.confirm.waiting import waiting
from cyberassess.steps.people.tables import PEOPLE_KIND, SYSTEMS_KIND
from cyberassess.steps.plan import plan_book
from cyberassess.steps.review.reviewing import review_values
from tests.frozen.reading import unpack

Facts = Mapping[tuple[str, int], tuple[str, ...]]
"""What is stored of each row, keyed by sheet and row; each value as people see it."""
Took = tuple[Facts, Sequence[Problem]]
Json = Any  # NOTE: openpyxl's cells hold anything

TARGET = "https://northport.example/elsewhere"
FORMS = (
    (0.8, "0%", "80%"),
    (1234567.5, '"\u00a3"#,##0.00', "\u00a31,234,567.50"),
    (0.834, "0.0%", "83.4%"),
    (46298, "d-mmm", "3-Oct"),
    (46298, "mmm-yy", "Oct-26"),
    (0.25, "# ?/?", "0.25"),
    (13.1, "0.00", "13.10"),
)
"""Numbers, the form they are in, and what is seen of them."""


ROWS, SHEETS = 32, 2
"""Of the sheets with more rows so many are kept, so that a workbook is soon written."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled workbook."""

    name: str
    path: Path
    headings: frozenset[str]
    """Those people write under."""
    take: Callable[[Path, Reader], Took]


# What is stored


def _labels(assessment: Assessment, reply: Reply) -> tuple[str, ...]:
    match reply:
        case AnswerReply():
            key = reply.statements[0]
            framework = assessment.frameworks[key.framework]
            answers = framework.answers_for(framework.indicators[key.indicator][1])
            found = answers.by_code(reply.said.new or "")
            return found.label if found else "", reply.said.reason or ""
        case ConfirmReply():
            return "Yes", reply.words
        case TextReply():
            return reply.text, reply.valid_until
        case SharingReply():
            return reply.same, reply.words
        case EvidenceReply():
            each = reply.document
            return (
                each.title, each.shows, *each.refs, each.dated, each.owner, each.location,
                each.valid_until,
            )  # fmt: skip


def _questionnaire(assessment: Assessment) -> Callable[[Path, Reader], Took]:
    def take(path: Path, reader: Reader) -> Took:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        back = read_return(reader.read(path), path.name, sha256, assessment.frameworks)
        found: dict[tuple[str, int], tuple[str, ...]] = {}
        for reply in back.replies:
            key = reply.source.sheet, int(re.sub(r"\D", "", reply.source.cell))
            found[key] = (*found.get(key, ()), *_labels(assessment, reply))
        said = back.declaration
        if said is not None:
            answer = "Yes" if said.is_given else "No"
            found[wording.FINISH, 0] = answer, said.name, said.date
        return found, back.problems

    return take


def _table(kind: Kind) -> Callable[[Path, Reader], Took]:
    def take(path: Path, _: Reader) -> Took:
        came = read_table(path, kind)
        return {
            (row.place.sheet, row.key.row): tuple(
                row.text(each.heading) for each in kind.columns if each.is_input
            )
            for row in came.rows
        }, came.problems

    return take


def _review(assessment: Assessment) -> Callable[[Path, Reader], Took]:
    scale = next(iter(assessment.frameworks.values())).scale
    titles = {str(each.id): each.title for each in scale} | {"unsure": "Could not determine"}

    def take(path: Path, reader: Reader) -> Took:
        came, found = read_review_book(reader.read(path), path.name), {}
        problems = list(came.problems)
        for row in came.rows:
            said = {heading: row.cells[heading] for heading in INPUTS if heading in row.cells}
            values, more = review_values(scale, said, row)
            problems += more
            level = titles.get(values["determination"], values["determination"])
            texts = (str(each) for name, each in values.items() if name not in _APART)
            found[row.place.sheet, row.key.row] = level, ", ".join(values["method"]), *texts
        return found, problems

    return take


_APART = ("determination", "method")


def _decisions(assessment: Assessment) -> Callable[[Path, Reader], Took]:
    found_at: dict[str, Any] = {}

    def take(path: Path, reader: Reader) -> Took:
        came = read_decisions(reader.read(path), path.name, "")
        if not found_at:
            then = assessment.at(came.head)
            assert then is not None
            found_at.update((each.ref, each) for each in waiting(then))
        found: dict[tuple[str, int], tuple[str, ...]] = {}
        problems = list(came.problems)
        for row in came.rows:
            key = row.source.sheet, int(re.sub(r"\D", "", row.source.cell))
            read = understood(assessment, found_at[row.ref], row.decision)
            if row.decision and (read.choice is None or not read.is_exact):
                label = read.choice.label if read.choice else ""
                problems.append(
                    Problem("answer-read", row.where, f'"{row.decision}" was read as "{label}".')
                )
            found[key] = read.choice.label if read.choice else "", row.reason
        return found, problems

    return take


def filled(place: Path) -> list[Filled]:
    """Lay out what an earlier version's council filled in."""
    unpack("0.1", place)
    assessment, books = open_assessment(place / "northport-2026"), place / "workbooks"
    asked = frozenset((wording.ANSWER, wording.WORDS, wording.CONFIRM, *wording.DOCUMENT_HEADINGS))

    def of(kind: Kind) -> frozenset[str]:
        return frozenset(each.heading for each in kind.columns if each.is_input)

    return [
        Filled("questionnaire", books / "questionnaire.xlsx", asked, _questionnaire(assessment)),
        Filled("review", books / "review.xlsx", frozenset(INPUTS), _review(assessment)),
        Filled(
            "decisions", books / "decisions.xlsx", of(KIND) | {DECISION, REASON},
            _decisions(assessment),
        ),
        Filled("plan", books / "plan.xlsx", of(plan_book.KIND), _table(plan_book.KIND)),
        Filled("people", books / "people.xlsx", of(PEOPLE_KIND), _table(PEOPLE_KIND)),
        Filled("systems", books / "systems.xlsx", of(SYSTEMS_KIND), _table(SYSTEMS_KIND)),
    ]  # fmt: skip


# What people do


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to a cell, and what is seen in it since."""

    what: str
    seen: str
    struck: str = ""


def link(cell: Json, _: random.Random) -> Done:
    cell.hyperlink = TARGET
    return Done("link", TARGET)


def strike(cell: Json, _: random.Random) -> Done:
    cell.font = Font(strike=True)
    return Done("strike", "", str(cell.value))


def strike_a_part(cell: Json, _: random.Random) -> Done:
    text = str(cell.value)
    cell.value = CellRichText(TextBlock(InlineFont(strike=True), "Gone. "), text)
    return Done("strike a part", text, f"Gone. {text}")


def form(cell: Json, chance: random.Random) -> Done:
    cell.value, cell.number_format, seen = chance.choice(FORMS)
    return Done("number format", seen)


def words(cell: Json, chance: random.Random) -> Done:
    every = [each for table in tables() for meaning in table.words for each in meaning.typed]
    cell.value, cell.data_type = chance.choice(every), "s"
    return Done("words", str(cell.value))


HANDS = (link, strike, strike_a_part, form, words)


# What is said


def judge(
    before: Facts, after: Facts | None, at: tuple[str, int], done: Done, said: list[Problem]
) -> str:
    """Say what became of a change; failures are in capitals.

    Args:
        before: what was stored of the workbook as it was.
        after: what is stored now; ``None`` where the file was refused as a whole.
        at: the row that was changed.
        done: how.
        said: what is said of the cell now, and was not before.
    """
    if after is None:
        return "refused" if said else "REFUSED WITHOUT THE CELL"
    others = {key: each for key, each in after.items() if key != at}
    if others != {key: each for key, each in before.items() if key != at}:
        return "ANOTHER ROW CHANGED"
    row = after.get(at, ())
    if done.struck and done.struck in row:
        return "STORED ALTHOUGH IT IS STRUCK THROUGH"
    for each in said:
        label = re.search(r'was read as "([^"]*)"', each.message)
        if each.code == "answer-read" and label and label[1] and label[1] not in row:
            return "SAID OTHERWISE THAN STORED"
    if said:
        return "said"
    if not done.struck and any(done.seen in each for each in row):
        return "stored as it is seen"
    if any(wording.fold(done.seen).rstrip(".") == wording.fold(each) for each in row):
        return "stored as it is seen"
    return "CHANGED IN SILENCE"


@dataclass
class Tally:
    """What became of all of them."""

    results: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Keyed by workbook, what was done, and what became of it."""
    failures: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many were judged."""
        return self.results.total()


def _inputs(book: Json, headings: Iterable[str], rows: Iterable[tuple[str, int]]) -> list[Json]:
    """Give the filled cells under headings people write under, of rows that are stored."""
    known, found = {wording.fold(each): each for each in headings}, []
    wanted = set(rows)
    for sheet in book.worksheets:
        columns: set[int] = set()
        for row in sheet.iter_rows():
            heads = {e.column for e in row if e.value and wording.fold(str(e.value)) in known}
            if len(heads) > 1 and not columns:
                columns = heads
            elif (sheet.title, row[0].row) in wanted:
                found += [e for e in row if e.column in columns and e.value is not None]
    return found


class _Sample:
    """A filled workbook, held open."""

    def __init__(self, filled_in: Filled, reader: Reader) -> None:
        self.filled = filled_in
        self.book = openpyxl.load_workbook(filled_in.path)
        for sheet in [e for e in self.book.worksheets if e.max_row > ROWS][SHEETS:]:
            self.book.remove(sheet)
        self.book.save(filled_in.path)
        self.before, problems = filled_in.take(filled_in.path, reader)
        self.said = {str(each) for each in problems}
        self.cells = _inputs(self.book, filled_in.headings, self.before)

    def once(self, path: Path, reader: Reader, chance: random.Random) -> tuple[str, str, str]:
        """Change a cell, have the workbook read, put the cell back."""
        cell = chance.choice(self.cells)
        hand = chance.choice(HANDS)
        was = cell.value, copy(cell.font), cell.number_format, cell.data_type
        try:
            done = hand(cell, chance)
            self.book.save(path)
        finally:
            cell.value, cell.font, cell.number_format, cell.data_type = was
            cell.hyperlink = None
        sheet, where = cell.parent.title, f'sheet "{cell.parent.title}", cell {cell.coordinate}'
        try:
            after, problems = self.filled.take(path, reader)
        except CyberassessError as cause:
            after, problems = None, cause.problems
        said = [
            each
            for each in problems
            if str(each).replace(path.name, self.filled.path.name) not in self.said
            and sheet in each.where
            and re.search(rf"cell [A-Z]+{cell.row}\b", each.where)
        ]
        result = judge(self.before, after, (sheet, cell.row), done, said)
        if result.isupper():
            result = f"{result}: {where}: {done}, {(after or {}).get((sheet, cell.row))}"
        return self.filled.name, done.what, result


def fuzz(place: Path, times: int, *, seed: int = 1) -> Tally:
    """Change filled workbooks ``times`` times, each kind as often as the others."""
    chance, tally = random.Random(seed), Tally()  # noqa: S311 - no secrets here
    path = place / "changed.xlsx"
    with Reader() as reader:
        samples = [_Sample(each, reader) for each in filled(place)]
        for number in range(times):
            found = samples[number % len(samples)].once(path, reader, chance)
            result = found[2].partition(":")[0]
            tally.results[(*found[:2], result)] += 1
            if result.isupper():
                tally.failures.append(f"{number}: {' / '.join(found)}")
    return tally


def main() -> int:
    """Run it; the exit code is 1 where anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.seen")
    parser.add_argument("times", type=int, nargs="?", default=100, help="how many workbooks")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        begun = time.perf_counter()
        tally = fuzz(Path(name), wanted.times, seed=wanted.seed)
    print(f"{tally.count:,} workbooks in {time.perf_counter() - begun:.0f} s")
    for (book, done, result), count in sorted(tally.results.items()):
        print(f"  {count:>5,}  {book}: {done}: {result}")
    print(f"Failures: {len(tally.failures):,}")
    for each in tally.failures[:50]:
        print(each)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
