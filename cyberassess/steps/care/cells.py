"""Finding again, in the workbooks that were kept, what the ledger says came from their cells.

Each original is opened once, in the guarded child. What its cell says is read as ``receive``
reads it. A later program may read more strictly. So events keep the words of their cell
(``read``): where a row is no longer read, those must stand there, and mean what was recorded.

It shows that ledger and workbooks fit together, not who wrote them: whoever writes the ledger can
write the workbooks too, but then those of every person.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from cyberassess.books import wording
from cyberassess.books.guard import Book, Reader
from cyberassess.books.questionnaire.reading import read_return
from cyberassess.books.review_book import INPUTS, read_review_book
from cyberassess.books.tables import Row
from cyberassess.domain.assessment import OutcomeKey, ScopeId
from cyberassess.domain.people.declaring import DECLARATION
from cyberassess.domain.people.inheriting import INHERITANCE
from cyberassess.domain.people.questions import (
    WITHDRAW,
    AnswerReply,
    ConfirmReply,
    EvidenceReply,
    Reply,
    SharingReply,
    TextReply,
    make_ref,
    read_ref,
    statements_for,
)
from cyberassess.domain.people.sharing import SHARING
from cyberassess.domain.record import happened
from cyberassess.domain.record.evidence import ITEM, LINK, folded
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.hashes import Json
from cyberassess.domain.record.reviewing import OPINION, REVIEW
from cyberassess.domain.record.shapes import Text
from cyberassess.domain.result.scoring import ACCEPTANCE, DETERMINATION
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId
from cyberassess.domain.sets.typed_words import Choice, Read
from cyberassess.errors import Problem, WorkbookError
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.choices import YES_OR_NO, read_answer, read_listed
from cyberassess.opening.documenting import facts_of
from cyberassess.opening.years import with_former
from cyberassess.steps.confirm.decisions_book import (
    AS_THE_RULE,
    NOW,
    Decided,
    is_decisions,
    read_decisions,
)
from cyberassess.steps.review.opining import opinion_values
from cyberassess.steps.review.reviewing import review_values

Texts = tuple[str | None, ...]
"""What is compared, word for word; ``None`` where a text was taken out of the ledger."""

_KINDS = {
    "answer": "answers",
    INHERITANCE: "answers",
    SHARING: "answers",
    "rationale": "texts",
    "evidence": "texts",
    "claim": "claims",
    "resolution": "decisions",
    DETERMINATION: "decisions",
    ACCEPTANCE: "decisions",
    DECLARATION: "declarations",
    ITEM: "documents",
    LINK: "documents",
    REVIEW: "reviews",
    OPINION: "reviews",
}
"""What each kind of event counts as."""


@dataclass
class CellsVerified:
    """What was found again in the cells it came from."""

    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Found again, keyed by what it counts as."""
    named: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """What names a cell and was not withheld, keyed alike."""
    without_cell: int = 0
    """Typed, imported or settled: there is no cell to compare it with."""
    withheld: int = 0
    """The workbook, or the text in the ledger, was withheld."""
    problems: list[Problem] = field(default_factory=list)


class _Entry(NamedTuple):
    """An event that names a cell."""

    event: Event
    line: str
    """Where it stands in the ledger."""
    name: str
    sheet: str
    cell: str

    @property
    def kind(self) -> str:
        return self.event.type

    @property
    def fields(self) -> Mapping[str, Json]:
        """A record's fields; empty for what is none."""
        new = self.event.new if isinstance(self.event, happened.Entry) else None
        return {} if new is None else vars(new)

    @property
    def key(self) -> tuple[str, ...]:
        """What it is about: framework, scope and statement or outcome, then what follows."""
        match self.event:
            case happened.Entry():
                return tuple(self.event.key)
            case happened.AboutStatement():
                return self.event.statement
            case happened.AboutOutcome():
                return self.event.about
            case _:
                return ()

    @property
    def answer(self) -> str | None:
        """The code of an answer; ``None`` where it was taken back, or is none."""
        if isinstance(self.event, happened.Answer | happened.Resolution):
            return self.event.new
        found = self.fields.get("answer")
        return None if found is None else str(found)

    @property
    def reason(self) -> str | None:
        """The reason; empty without one, ``None`` where it was taken out."""
        if isinstance(self.event, happened.Answer | happened.Resolution):
            return _text(self.event.reason)
        return _text(self.fields.get("reason"))

    @property
    def what(self) -> str:
        """What it is about, in words."""
        key = self.key[1:] if self.kind == LINK else self.key
        return f"{key[2]}/{key[1]}" if len(key) > 2 else self.kind  # noqa: PLR2004 - an outcome


class _Says(NamedTuple):
    """What the ledger says, and what its cell says."""

    ledger: Texts
    cell: tuple[str, ...]


class _Workbook(Protocol):
    def says(self, entry: _Entry) -> _Says | None:
        """Give both sides; ``None`` where the cell is not read as what the entry is about."""


def verify_cells(
    assessment: Assessment, originals: Mapping[str, Path], withheld: Collection[str] = ()
) -> CellsVerified:
    """Look for everything that names a cell in the original it names.

    Args:
        originals: where the workbooks lie that were kept, keyed by their SHA-256.
        withheld: SHA-256 of those that are left out on purpose.
    """
    result = CellsVerified()
    assessment = with_former(assessment)
    by_file = _by_file(assessment, result)
    with Reader() as reader:
        for sha256, entries in by_file.items():
            if sha256 in withheld:
                result.withheld += len(entries)
            elif sha256 in originals:
                _verify_file(assessment, reader, originals[sha256], sha256, entries, result=result)
            else:
                _count(result, entries)  # NOTE: that it is gone is said where files are checked
    return result


def _by_file(assessment: Assessment, result: CellsVerified) -> dict[str, list[_Entry]]:
    found: dict[str, list[_Entry]] = defaultdict(list)
    for segment in assessment.reading.segments:
        for origin, event in segment.happened():
            if event.type not in _KINDS:
                continue
            source = event.came
            if source.kind == "workbook" and source.cell:
                line = f"ledger/{segment.name}, line {origin.line}"
                entry = _Entry(event, line, source.name, source.sheet, source.cell)
                found[source.file].append(entry)
            else:
                result.without_cell += 1
    return found


def _count(result: CellsVerified, entries: Sequence[_Entry]) -> None:
    for each in entries:
        result.named[_KINDS[each.kind]] += 1


def _verify_file(
    assessment: Assessment,
    reader: Reader,
    path: Path,
    sha256: str,
    entries: Sequence[_Entry],
    *,
    result: CellsVerified,
) -> None:
    name = entries[0].name
    try:
        book = reader.read(path)
        workbook = _workbook(assessment, book, name, sha256)
    except WorkbookError as cause:
        _count(result, entries)
        message = f"Nothing the ledger says of its cells can be looked up: {cause.problems[0]}"
        hint = "Ask whoever sent it for the workbook, and compare it with the answers by hand."
        result.problems.append(Problem("original-unreadable", name, message, hint))
        return
    # NOTE: earlier versions read no links, and what is struck through or shown otherwise as held
    then = _workbook(assessment, book.bare, name, sha256) if book.bare != book else workbook
    for each in entries:
        says = workbook.says(each)
        if says is None or list(_differing(says)):
            says = then.says(each) or says
        if says is not None and says.ledger[0] is None:
            result.withheld += 1
            continue
        result.named[_KINDS[each.kind]] += 1
        if says is not None and not list(_differing(says)):
            result.found[_KINDS[each.kind]] += 1
        else:
            result.problems.append(_differs(each, says, book))


def _differing(says: _Says) -> Iterator[tuple[str, str]]:
    for ledger, cell in zip(says.ledger, says.cell, strict=True):
        if ledger is not None and ledger != cell:
            yield ledger, cell


def _differs(entry: _Entry, says: _Says | None, book: Book) -> Problem:
    if says is None:
        text = _text_at(book, entry.sheet, entry.cell)
        found = f"holds {_shown(text)}" if text else "is empty"
        message = f"The ledger says something of {entry.what}; the cell {found}, and is not that."
    else:
        ledger, cell = next(_differing(says))
        message = (
            f"The ledger says {_shown(ledger)} of {entry.what}; the cell says {_shown(cell)}."
        )
    where = f'{entry.name}, sheet "{entry.sheet}", cell {entry.cell}'
    hint = f"One of the two was changed: {entry.line}, or the workbook. Ask whoever answered."
    return Problem("cell-differs", where, message, hint)


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= _LONGEST else f'"{line[:_LONGEST]}…"'


_LONGEST = 100


def _text_at(book: Book, sheet: str, address: str) -> str:
    return next(
        (c.text for s in book.sheets if s.name == sheet for c in s.cells if c.address == address),
        "",
    )


def _workbook(assessment: Assessment, book: Book, name: str, sha256: str) -> _Workbook:
    """Read a workbook of whatever kind it is.

    Raises:
        WorkbookError: where it is none of ours.
    """
    if is_decisions(book):
        return _Decisions(assessment, book, name, sha256)
    try:
        return _Questionnaire(assessment, book, name, sha256)
    except WorkbookError:
        return _Review(assessment, book, name)


# What events say


def _text(value: Json) -> str | None:
    """Give a text; ``None`` where it was taken out."""
    if isinstance(value, Text) and value.is_redacted:
        return None
    return "" if value is None else str(value)


def _label(assessment: Assessment, key: Sequence[str], code: str | None) -> str:
    """Give an answer in words; the code itself where the control set has no such answer."""
    framework = assessment.frameworks.get(FrameworkRef(key[0]))
    statement = IndicatorId(key[2])
    if code is None:
        return WITHDRAW
    if framework is None or statement not in framework.indicators:
        return code
    found = framework.answers_for(framework.indicators[statement][1]).by_code(code)
    return found.label if found else code


def _ref(assessment: Assessment, key: Sequence[str]) -> str:
    sets = [str(each.ref) for each in assessment.contents.settings.frameworks]
    if key[0] not in sets:  # NOTE: another version stands in the same place among the sets
        sets = [each.partition("@")[0] for each in sets]
    name = key[0] if key[0] in sets else key[0].partition("@")[0]
    return make_ref(key[2], ScopeId(key[1]), sets.index(name) + 1 if name in sets else 0)


def _level(assessment: Assessment, framework: str, level: str) -> str:
    known = assessment.frameworks.get(FrameworkRef(framework))
    return next((e.title for e in known.scale if e.id == level), level) if known else level


def _meant(text: str, read: Read) -> str:
    """Give the choice a cell means, as it is written; else what it holds."""
    return read.choice.label if read.choice else text


def _answer_meant(assessment: Assessment, key: Sequence[str], text: str) -> str:
    """Give the answer a cell means, in words; else what it holds."""
    framework = assessment.frameworks.get(FrameworkRef(key[0]))
    if framework is None or IndicatorId(key[2]) not in framework.indicators:
        return text
    _, indicator = framework.indicators[IndicatorId(key[2])]
    return _meant(text, read_answer(text, framework.answers_for(indicator)))


def _yes_meant(text: str) -> str:
    if wording.is_yes(text):
        return wording.YES
    return _meant(text, read_listed(text, YES_OR_NO, "yes-no"))


# What workbooks say


class _Questionnaire:
    """A questionnaire that came back."""

    def __init__(self, assessment: Assessment, book: Book, name: str, sha256: str) -> None:
        self.assessment = assessment
        self.book = book
        self.returned = read_return(book, name, sha256, assessment.frameworks)
        self.replies: dict[tuple[str, str], list[Reply]] = defaultdict(list)
        for each in self.returned.replies:
            self.replies[each.source.sheet, each.source.cell].append(each)

    def says(self, entry: _Entry) -> _Says | None:
        if entry.kind == DECLARATION:
            return self._declaration(entry)
        replies = self.replies.get((entry.sheet, entry.cell), ())
        found = next(filter(None, (self._reply(entry, each) for each in replies)), None)
        if found is None:
            return self._as_read_then(entry)
        nobody_else = not (self.returned.completed_by or entry.sheet in self.returned.answered_by)
        if nobody_else and entry.event.person:
            ids = (entry.event.person, self.returned.person)
            ledger, cell = (self.assessment.name_of(each) for each in ids)
            return _Says((*found.ledger, ledger), (*found.cell, cell))
        return found

    def _reply(self, entry: _Entry, reply: Reply) -> _Says | None:
        match reply:
            case AnswerReply() | ConfirmReply():
                return self._answer(entry, reply)
            case SharingReply():
                return _shared(entry, reply)
            case TextReply():
                return _written(entry, reply)
            case EvidenceReply():
                return _document(entry, reply)

    def _answer(self, entry: _Entry, reply: AnswerReply | ConfirmReply) -> _Says | None:
        if entry.key[:3] not in reply.statements:
            return None
        ledger = _label(self.assessment, entry.key, entry.answer)
        if isinstance(reply, ConfirmReply):
            return _Says((ledger,), (reply.offer.label,))
        said = reply.said.fields
        cell = _label(self.assessment, entry.key, said.pop("new"))
        kept = (_text(getattr(entry.event, each, None)) for each in said)
        return _Says((ledger, *kept), (cell, *said.values()))

    def _declaration(self, entry: _Entry) -> _Says | None:
        said = self.returned.declaration
        if said is None or (said.source.sheet, said.source.cell) != (entry.sheet, entry.cell):
            return None
        name = _text(entry.fields.get("name"))
        return _Says(
            (name, _text(entry.fields.get("date"))),
            (said.name or self.returned.completed_by or name or "", said.date),
        )

    def _as_read_then(self, entry: _Entry) -> _Says | None:
        """Take the words the event keeps of its cell, where its row is no longer read."""
        read = entry.event.read
        row = re.sub(r"\D", "", entry.cell)
        cells = [c for s in self.book.sheets if s.name == entry.sheet for c in s.cells]
        refs = [read_ref(c.text, self.returned.frameworks) for c in cells if str(c.row) == row]
        asked = {
            statement
            for ref in refs
            if ref is not None
            for statement in statements_for(ref, self.assessment.frameworks, together=True)
        }
        if not read or entry.kind != "answer" or entry.key not in asked:
            return None
        label = _label(self.assessment, entry.key, entry.answer)
        text = _text_at(self.book, entry.sheet, entry.cell)
        if wording.is_yes(read) and wording.is_yes(text):
            return _Says((label,), (label,))
        return _Says((label,), (_answer_meant(self.assessment, entry.key, text),))


def _shared(entry: _Entry, reply: SharingReply) -> _Says | None:
    if entry.kind != SHARING or entry.key != reply.key:
        return None
    ledger = str(entry.fields.get("same")), entry.reason
    return _Says(ledger, (reply.same, reply.words))


def _written(entry: _Entry, reply: TextReply) -> _Says | None:
    """Compare a text; a document that was registered from it later names a line of it."""
    if entry.kind == LINK:
        return _linked(entry, (reply.outcome,))
    if entry.kind == ITEM:
        title = _text(entry.fields.get("title"))
        inside = title is not None and folded(title) in folded(reply.text)
        return _Says((title,), (title if inside and title else reply.text,))
    event = entry.event
    if not isinstance(event, happened.Said) or (event.about, event.type) != (
        reply.outcome,
        reply.kind.value,
    ):
        return None
    return _Says((_text(event.new), event.valid_until), (reply.text, reply.valid_until))


def _document(entry: _Entry, reply: EvidenceReply) -> _Says | None:
    if entry.kind == LINK:
        return _linked(entry, reply.outcomes)
    if entry.kind != ITEM:
        return None
    facts = facts_of(reply.document)
    also = entry.fields.get("known_as")
    title = _text(entry.fields.get("title"))
    names = {folded(_text(each) or "") for each in (also if isinstance(also, list) else [])}
    is_called = title is None or folded(facts.title) in {folded(title), *names}
    stated = {
        name: value
        for name in facts.__slots__
        if name != "title" and (value := str(getattr(facts, name) or ""))
    }
    return _Says(
        (title, *(_text(entry.fields.get(name)) for name in stated)),
        ((title or "") if is_called else facts.title, *stated.values()),
    )


def _linked(entry: _Entry, outcomes: Sequence[OutcomeKey]) -> _Says:
    about = "/".join(entry.key[:0:-1])
    supported = ["/".join(reversed(each)) for each in outcomes]
    return _Says((about,), (about if about in supported else ", ".join(supported),))


class _Decisions:
    """A decisions workbook that came back."""

    def __init__(self, assessment: Assessment, book: Book, name: str, sha256: str) -> None:
        self.assessment = assessment
        rows = read_decisions(book, name, sha256).rows
        self.rows = {(each.source.sheet, each.source.cell): each for each in rows}

    def says(self, entry: _Entry) -> _Says | None:
        row = self.rows.get((entry.sheet, entry.cell))
        if row is None or len(entry.key) < len(OutcomeKey._fields):
            return None
        word, ledger, cell = self._row(entry, row)
        reason = entry.reason
        if word in {"last year", *(f"from {each}" for each in entry.key[3:4])}:
            reason, said = "", ""  # NOTE: its reason is the earlier answer's
        else:
            said = row.reason.strip()
        return _Says(
            (ledger, f"{_ref(self.assessment, entry.key)} {word}", reason), (cell, row.ref, said)
        )

    def _row(self, entry: _Entry, row: Decided) -> tuple[str, str, str]:
        """Give the last words of the ref, and what was decided: by the ledger, by the row."""
        event = entry.event
        match entry.kind:
            case "resolution":
                label = _label(self.assessment, entry.key, entry.answer)
                return "differ", label, _answer_meant(self.assessment, entry.key, row.decision)
            case "answer" if isinstance(event, happened.Answer) and event.new == event.old:
                return f"reason {event.person}", "", ""
            case "answer":
                label = _label(self.assessment, entry.key, entry.answer)
                return "last year", label, _confirmed(row, label)
            case kind if kind == INHERITANCE:
                label = _label(self.assessment, entry.key, entry.fields.get("answer"))
                return f"from {entry.key[-1]}", label, _confirmed(row, label)
            case kind if kind == ACCEPTANCE:
                return f"column {entry.key[-1]}", wording.YES, _yes_meant(row.decision)
            case _:
                level = str(entry.fields.get("level", ""))
                title = _level(self.assessment, entry.key[0], level)
                by_rule = level if level == entry.fields.get("suggested") else ""
                return "confirm", title, self._level_meant(entry.key[0], row.decision, by_rule)

    def _level_meant(self, framework: str, text: str, by_rule: str) -> str:
        known = self.assessment.frameworks.get(FrameworkRef(framework))
        levels = [Choice(each.id, each.title) for each in (known.scale if known else ())]
        read = read_listed(text, [*levels, *([Choice(by_rule, AS_THE_RULE)] if by_rule else [])],
                           "level")  # fmt: skip
        if read.choice and read.choice.label == AS_THE_RULE:
            return _level(self.assessment, framework, by_rule)
        return _meant(text, read)


def _confirmed(row: Decided, label: str) -> str:
    """Give the label where the row says yes to it; else what stands there."""
    if _yes_meant(row.decision) != wording.YES:
        return row.decision
    now, _ = row.shown.get(NOW, ("", ""))
    return label if f": {label}" in now else now


class _Review:
    """An assurer's workbook that came back."""

    def __init__(self, assessment: Assessment, book: Book, name: str) -> None:
        self.assessment = assessment
        self.rows: dict[tuple[str, str], Row] = {}
        came = read_review_book(book, name)
        self.said = came.said
        # NOTE: version 0.1 took the first of rows that stand there twice; they are still its words
        for row in (*came.rows, *came.repeated):
            for heading in INPUTS:
                if heading in row.cells:
                    self.rows[row.place.sheet, row.cells[heading].address] = row

    def says(self, entry: _Entry) -> _Says | None:
        if entry.kind == OPINION:
            return self._opinion(entry)
        row = self.rows.get((entry.sheet, entry.cell))
        if row is None or entry.kind != REVIEW or len(entry.key) <= len(OutcomeKey._fields):
            return None
        framework = self.assessment.frameworks.get(FrameworkRef(entry.key[0]))
        if framework is None:
            return None
        said = {heading: row.cells[heading] for heading in INPUTS if heading in row.cells}
        values, _ = review_values(framework.scale, said, row)
        names = sorted(values)
        return _Says(
            (_ref(self.assessment, entry.key), *(_joined(entry.fields.get(e)) for e in names)),
            (row.ref, *(_joined(values[each]) or "" for each in names)),
        )

    def _opinion(self, entry: _Entry) -> _Says | None:
        values, _ = opinion_values(self.said)
        cells = [(place.sheet, cell.address) for place, cell in self.said.values()]
        if not values or (entry.sheet, entry.cell) not in cells:
            return None
        names = sorted(values)
        return _Says(
            (entry.kind, *(_text(entry.fields.get(each)) for each in names)),
            (entry.kind, *(values[each] for each in names)),
        )


def _joined(value: Json) -> str | None:
    return ", ".join(map(str, value)) if isinstance(value, list) else _text(value)
