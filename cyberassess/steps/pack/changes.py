"""Every change in the order it was made: what an auditor follows an answer's history with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cyberassess.domain.assessment import ScopeId, StatementKey
from cyberassess.domain.people.inheriting import INHERITANCE
from cyberassess.domain.record.recorded import Origin, Source
from cyberassess.domain.result.scoring import ACCEPTANCE, DETERMINATION
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId
from cyberassess.opening.assessment import Assessment
from cyberassess.steps.standing.tracing import recorder, resolutions, settled_by

HEADING = (
    "time", "framework", "scope", "outcome", "statement", "what", "before", "after", "reason",
    "person", "recorded by", "workbook or place", "sheet", "cell", "sha256", "file in this pack",
    "ledger segment", "line",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    framework: str
    scope: str
    outcome: str
    statement: str
    what: str
    before: str
    after: str
    reason: str
    person: str
    recorded_by: str
    source: Source
    origin: Origin


def change_rows(assessment: Assessment, received: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Give a heading and one row for each change of an answer or determination, oldest first.

    Args:
        received: where workbooks lie inside the pack, keyed by their SHA-256.
    """
    places = {each.key: number for number, each in enumerate(assessment.reading.segments)}
    rows = [*_answers(assessment), *_resolved(assessment), *_records(assessment)]
    rows.sort(
        key=lambda each: (
            each.origin.time, places.get(each.origin.segment, 0), each.origin.line,
            each.outcome, each.statement, each.scope,
        )
    )  # fmt: skip
    found: list[tuple[str, ...]] = [HEADING]
    for each in rows:
        source, origin = each.source, each.origin
        found.append(
            (
                origin.time, each.framework, each.scope, each.outcome, each.statement, each.what,
                each.before, each.after, each.reason, each.person, each.recorded_by,
                source.name or source.place or source.kind, source.sheet,
                source.cell or source.place, source.file, received.get(source.file, ""),
                origin.segment, str(origin.line),
            )
        )  # fmt: skip
    return found


def _outcome_of(assessment: Assessment, key: StatementKey) -> str:
    framework = assessment.frameworks.get(key.framework)
    found = framework.indicators.get(key.indicator) if framework else None
    return found[0].id if found else ""


def _answers(assessment: Assessment) -> Iterator[_Row]:
    for key, changes in assessment.state.history.items():
        for each in changes:
            what = "answer" if each.old is None else "changed answer"
            yield _Row(
                key.framework, key.scope, _outcome_of(assessment, key), key.indicator,
                "withdrawn" if each.new is None else what,
                each.old or "", each.new or "", each.reason,
                assessment.name_of(each.person, each.origin),
                recorder(assessment, each.person, each.origin), each.source, each.origin,
            )  # fmt: skip


def _resolved(assessment: Assessment) -> Iterator[_Row]:
    for key, found in resolutions(assessment).items():
        before = ""
        for event, origin in found:
            after, reason = event.new, str(event.reason or "")
            source = settled_by(event, origin)
            yield _Row(
                key.framework, key.scope, _outcome_of(assessment, key), key.indicator,
                "settled" if after else "no longer settled", before, after, reason,
                assessment.name_of(origin.actor, origin), "", source, origin,
            )  # fmt: skip
            before = after


def _records(assessment: Assessment) -> Iterator[_Row]:
    words = {
        DETERMINATION: ("determination confirmed", "confirmation taken back", "level"),
        ACCEPTANCE: ("column accepted", "column no longer accepted", "left_out"),
        INHERITANCE: ("taken over", "no longer taken over", "answer"),
    }
    for (kind, key), records in assessment.state.record_history.items():
        if kind not in words:
            continue
        said, taken_back, name = words[kind]
        statement = outcome = ""
        if kind == INHERITANCE:
            statement = key[2]
            outcome = _outcome_of(
                assessment,
                StatementKey(FrameworkRef(key[0]), ScopeId(key[1]), IndicatorId(key[2])),
            )
            said += f" from {key[3]}"
        else:
            outcome = key[2]
            said += f": {key[3]}" if kind == ACCEPTANCE else ""
        before = ""
        for each in records:
            value = each.fields.get(name, "")
            after = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            what = said
            if each.removed:
                what, after = taken_back, ""
            elif kind == DETERMINATION:
                suggested = each.fields.get("suggested") or "nothing"
                what = f"{said}; the rule suggested {suggested}"
            yield _Row(
                FrameworkRef(key[0]), key[1], outcome, statement, what, before, after,
                str(each.fields.get("reason", "")), assessment.name_of(each.person, each.origin),
                recorder(assessment, each.person, each.origin), each.source, each.origin,
            )  # fmt: skip
            before = after
