"""A small council with the CAF, made by hand."""

import datetime
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import openpyxl
import yaml
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cyberassess.books.guard import Reader
from cyberassess.books.questionnaire.columns import HEADINGS
from cyberassess.books.questionnaire.reading import Return, read_return
from cyberassess.books.questionnaire.writing import write_questionnaire
from cyberassess.domain.assessment import (
    OutcomeKey,
    PersonId,
    ScopeId,
    Settings,
    StatementKey,
    all_asked,
)
from cyberassess.domain.people.questions import (
    AnswerReply,
    ConfirmReply,
    Offer,
    OfferKind,
    Questionnaire,
    Reply,
    TextKind,
    TextReply,
    questionnaire,
)
from cyberassess.domain.record.happened import Answer, Response
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.recorded import Given, Origin, Said, Source, State
from cyberassess.domain.sets.framework import Framework, FrameworkRef, IndicatorId, OutcomeId

CAF = FrameworkRef("ncsc-caf@3.2")
CREATED = datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC)
ORIGIN = Origin("0" * 64, 2, "2026-01-05T09:00:00Z", "p1", "receive")
FRAMEWORKS = Path(__file__).parents[2] / "frameworks"
KIM = PersonId("p3")
SETTINGS = {
    "schema": "1",
    "organisation": "Northport & District Council",
    "period": "2026",
    "officer": {"id": "p1", "name": "Sam Reid", "email": "sam.reid@northport.example"},
    "frameworks": [
        {
            "id": "ncsc-caf",
            "version": "3.2",
            "revision": "1",
            "sha256": "0" * 64,
            "profile": "none",
        }
    ],
    "scopes": [
        {"id": "organisation", "kind": "organisation", "title": "Northport Council"},
        {"id": "housing", "kind": "system", "title": "Housing management"},
    ],
    "people": [{"id": "p3", "name": "Kim Lee", "email": "kim.lee@northport.example"}],
    "due": "2026-12-11",
}


@cache
def caf() -> Framework:
    text = (FRAMEWORKS / "ncsc-caf" / "3.2.yaml").read_text("utf-8")
    return Framework.model_validate(yaml.load(text, yaml.CSafeLoader))


def statement(name: str, scope: str = "organisation") -> StatementKey:
    return StatementKey(CAF, ScopeId(scope), IndicatorId(name))


def outcome(name: str, scope: str = "organisation") -> OutcomeKey:
    return OutcomeKey(CAF, ScopeId(scope), OutcomeId(name))


def given(answer: str, reason: str = "") -> tuple[Given, ...]:
    event = Answer(
        **statement("A1.a.NA.1")._asdict(),
        person=KIM,
        new=answer,
        reason=reason,
        source=Source("prompt"),
    )
    return (Given(event, ORIGIN),)


def said(text: str, until: str = "") -> tuple[Said, ...]:
    return (Said(KIM, text, until, Source("prompt"), ORIGIN),)


def empty() -> State:
    return replace(fold([]), assessment="a" * 64, heads=("b" * 64,))


def answered() -> State:
    """Give a state with answers of every kind, also ones that look like formulas."""
    return replace(
        empty(),
        answers={
            statement("A1.a.NA.1"): given("does-not-happen"),
            statement("A1.a.NA.2"): given("does-not-apply", "There is no board.\n\nNone at all."),
            statement("A1.a.NA.3"): given("dont-know"),
            statement("A1.a.A.1"): given("true"),
            statement("A1.a.A.2"): given("other-means", "=1+1"),
            statement("A1.b.A.1"): given("not-true", "@SUM(1) _x000D_ -x \U0001f600 <b>\u202eabc"),
            statement("A2.a.PA.1"): given("true", "http://x.example"),
            statement("A2.a.A.1"): given("true", "http://x.example"),
            statement("A2.a.PA.2"): given("true"),
            statement("A2.a.A.4"): given("not-true"),
            statement("B2.a.NA.1", "housing"): given("dont-know"),
        },
        rationales={
            outcome("A1.a"): said("The cabinet hears of it each quarter.\n\nMore is planned.")
        },
        evidence={
            outcome("A1.a"): said(
                "Cabinet minutes\nhttps://intranet.example/policy", "2026-12-31"
            ),
            outcome("A1.b"): said("Job descriptions"),
        },
    )


def ask(*names: str, state: State | None = None, whole: bool = False) -> Questionnaire:
    """Make Kim's questionnaire about the outcomes whose ids begin so; all where none is named.

    Args:
        names: beginnings of outcome ids.
        state: the ledger's.
        whole: leave the system out, so that everything is asked of the organisation.
    """
    settings = Settings.model_validate({**SETTINGS, "scopes": []} if whole else SETTINGS)
    frameworks = {CAF: caf()}
    portion = tuple(
        each
        for each in all_asked(frameworks, settings)
        if not names or each.outcome.id.startswith(names)
    )
    return questionnaire(
        settings.people[0],
        portion,
        settings,
        state or answered(),
        frameworks=frameworks,
        serial=7,
    )


def write(folder: Path, what: Questionnaire, name: str = "questions.xlsx") -> Path:
    path = folder / name
    write_questionnaire(path, what, created=CREATED, tool="0.1.0")
    return path


def receive(path: Path) -> Return:
    with Reader() as reader:
        book = reader.read(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return read_return(book, path.name, sha256, {CAF: caf()})


def bare(replies: tuple[Reply, ...]) -> set[Reply]:
    """Give replies without the places they came from, and how their cells read."""
    found = [replace(each, source=Source("workbook")) for each in replies]
    return {replace(e, read="") if isinstance(e, AnswerReply | ConfirmReply) else e for e in found}


def expected(what: Questionnaire) -> set[Reply]:
    """Give what an unchanged questionnaire says when it comes back."""
    source = Source("workbook")
    replies: set[Reply] = {
        AnswerReply(row.statements, Response(**row.current.event.fields), source)
        for row in what.rows
        if row.current
    }
    for topic in what.topics:
        for block in topic.blocks:
            for kind, text in (
                (TextKind.RATIONALE, block.rationale),
                (TextKind.EVIDENCE, block.evidence),
            ):
                if text:
                    replies.add(TextReply(kind, block.key, text.text, text.valid_until, source))
    return replies


def offer(answer: str, label: str, *, origin: str = "Identity and laptops", **more: str) -> Offer:
    """Make an answer given elsewhere."""
    date, reason = more.get("date", "2025-11-14"), more.get("reason", "")
    said = Response(new=answer, reason=reason)
    return Offer(OfferKind.INHERITED, said, label, date, origin, ScopeId("identity"))


def with_offers(what: Questionnaire, offers: Mapping[str, tuple[Offer, ...]]) -> Questionnaire:
    """Put offers beside rows, keyed by ref."""
    topics = tuple(
        replace(
            topic,
            blocks=tuple(
                replace(
                    block,
                    rows=tuple(replace(r, offers=offers.get(r.ref, ())) for r in block.rows),
                )
                for block in topic.blocks
            ),
        )
        for topic in what.topics
    )
    return replace(what, topics=topics)


def change(path: Path, to: Callable[[Workbook], None]) -> Path:
    """Change a workbook as a person would."""
    book = openpyxl.load_workbook(path)
    to(book)
    book.save(path)
    return path


def beside(sheet: Worksheet, label: str) -> Cell:
    """Give the cell to the right of a label."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == label:
                found = sheet.cell(cell.row, cell.column + 1)
                assert isinstance(found, Cell)
                return found
    raise AssertionError(label)


def by_ref(sheet: Worksheet, ref: str, heading: str) -> Cell:
    """Give the cell of a row under a heading."""
    columns = {
        str(cell.value): cell.column
        for row in sheet.iter_rows()
        for cell in row
        if cell.value in HEADINGS
    }
    row = next(each.row for (each,) in sheet.iter_rows(max_col=1) if each.value == ref)
    found = sheet.cell(row, columns[heading])
    assert isinstance(found, Cell)
    return found
