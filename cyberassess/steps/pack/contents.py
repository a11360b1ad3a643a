"""What an evidence pack says: answers as data, lists, index; all derived from one assessment."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cyberassess.domain.assessment import OutcomeKey, ScopeId, StatementKey
from cyberassess.domain.people.inheriting import INHERITANCE
from cyberassess.domain.people.sharing import SHARING
from cyberassess.domain.record.evidence import SOURCE_TYPES, Held, Item, Link, Mark
from cyberassess.domain.record.recorded import Given, Origin, Source
from cyberassess.domain.record.standing import is_backed, stand
from cyberassess.domain.result.counting import counting_words, label_of, said_of, word_of
from cyberassess.domain.result.scoring import ACCEPTANCE, DETERMINATION, OutcomeScore
from cyberassess.domain.sets.framework import CountsAs, FrameworkRef, IndicatorId, Needs
from cyberassess.errors import Json
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.files_for_people import csv_bytes
from cyberassess.opening.years import with_former
from cyberassess.steps.confirm.confirming import overrides
from cyberassess.steps.standing.results import explain_json, score_json
from cyberassess.steps.standing.tracing import recorder, resolutions, settled_by

Paths = Mapping[str, str]
"""Where files lie inside the pack: items of evidence by their id, workbooks by their SHA-256."""
CHANGES = "lists/changes.csv"
_STANDS = ("what stands", "why")


def items_of(assessment: Assessment, chosen: Collection[OutcomeKey] | None) -> tuple[Item, ...]:
    """Give the items of evidence that support some outcomes; all if ``None``."""
    items = assessment.evidence.items
    if chosen is None:
        return items
    places = {
        place
        for score in assessment.card.outcomes
        if score.key in chosen
        for place in score.evidence_places
    } | set(chosen)
    return tuple(e for e in items if any(link.outcome in places for link in e.links))


def tables(
    assessment: Assessment, items: Sequence[Item], paths: Paths, received: Paths
) -> dict[str, bytes]:
    """Give every table that follows from the ledger, keyed by its path inside.

    Args:
        items: the evidence that is listed.
        paths: where items lie inside the pack, keyed by their id.
        received: where workbooks lie inside the pack, keyed by their SHA-256.
    """
    sighted = [each for each in items if each.held is Held.SIGHTED]
    return {
        "answers.csv": answers_csv(assessment, received),
        **{f"lists/{name}": data for name, data in lists(assessment).items()},
        CHANGES: csv_bytes(change_rows(assessment, received)),
        "evidence/list.csv": evidence_csv(assessment, items, paths),
        "evidence/sighted.csv": evidence_csv(assessment, sighted, paths),
    }


def answers_json(assessment: Assessment) -> bytes:
    """Give every answer, determination and score with where it came from, as JSON."""
    settings, state = assessment.contents.settings, assessment.state
    found: Json = {
        "schema": 1,
        "organisation": settings.organisation,
        "period": settings.period,
        "assessment": state.assessment,
        "heads": list(state.heads),
        **{key: value for key, value in score_json(assessment).items() if key != "schema"},
        "detail": [explain_json(assessment, each) for each in assessment.card.outcomes],
    }
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _given(assessment: Assessment) -> Iterator[tuple[OutcomeScore, IndicatorId, Given]]:
    for score in assessment.card.outcomes:
        for key, standing in score.by_statement.items():
            for given in standing.given:
                yield score, key, given


def _stands(assessment: Assessment, score: OutcomeScore, key: IndicatorId) -> tuple[str, str]:
    """Give what stands for a statement, and why: the last columns of its line."""
    return word_of(score, key), said_of(score, key, assessment.names)


def answers_csv(assessment: Assessment, received: Paths) -> bytes:
    """Give one line for each person's answer.

    Args:
        received: where workbooks lie inside the pack, keyed by their SHA-256.
    """
    rows: list[tuple[str, ...]] = [
        ("framework", "scope", "outcome", "statement", "answer", "counts as",
         "all answers count as", "reason", "person", "taken in", "kind", "workbook or place",
         "sheet", "cell", "sha256", "inherited from",
         "file in this pack", *_STANDS)
    ]  # fmt: skip
    for score, statement, given in _given(assessment):
        source = given.source
        counts_as = score.by_statement[statement].counts_as
        rows.append(
            (
                score.key.framework, score.key.scope, score.key.outcome, statement, given.answer,
                _counting(score, statement, given), _words(score, statement, counts_as),
                given.reason, assessment.name_of(given.person, given.origin),
                given.origin.time, source.kind, source.name or source.place, source.sheet,
                source.cell or source.place, source.file, given.inherited_from or "",
                received.get(source.file, ""), *_stands(assessment, score, statement),
            )
        )  # fmt: skip
    return csv_bytes(rows)


def lists(assessment: Assessment) -> dict[str, bytes]:
    """Give the lists a careful reader asks for, keyed by file name."""
    head = ("outcome", "statement", "where", "answer", "reason", "by", *_STANDS)
    not_applicable: list[Sequence[str]] = [head]
    other_means: list[Sequence[str]] = [head]
    better: list[Sequence[str]] = [head]
    exceptions: list[Sequence[str]] = [head]
    for score, statement, given in _given(assessment):
        answer = score.asked.framework.layout_of[statement].answers.get(given.answer)
        row = (
            score.key.outcome, statement, score.asked.scope.title,
            label_of(score, statement, given.answer), given.reason,
            assessment.name_of(given.person, given.origin), *_stands(assessment, score, statement),
        )  # fmt: skip
        if score.by_statement[statement].counts_as is CountsAs.LEFT_OUT:
            not_applicable.append(row)
        elif answer and answer.needs is Needs.REASON_OR_BETTER:
            better.append(row)
        elif answer and answer.needs is Needs.REASON and answer.counts_as is CountsAs.MET:
            other_means.append(row)
        elif answer and answer.counts_as is CountsAs.PARTLY:
            exceptions.append(row)
    decided: list[Sequence[str]] = [
        ("what", "where", "without it", "stands", "direction", "who and when", "reason")
    ]
    decided += override_rows(assessment)
    return {
        "not-applicable.csv": csv_bytes(not_applicable),
        "other-means.csv": csv_bytes(other_means),
        "better-than-this.csv": csv_bytes(better),
        "exceptions.csv": csv_bytes(exceptions),
        "overrides.csv": csv_bytes(decided),
    }


def level_title(score: OutcomeScore, level: str | None) -> str:
    """Give a level's title; empty where there is none."""
    return score.asked.framework.title_of(level) if level else ""


def _words(score: OutcomeScore, statement: IndicatorId, counts_as: CountsAs) -> str:
    framework = score.asked.framework
    _, indicator = framework.indicators[statement]
    return counting_words(counts_as, is_warning=framework.level(indicator.level).is_warning)


def _counting(score: OutcomeScore, statement: IndicatorId, given: Given) -> str:
    """Say how one person's answer would count alone."""
    framework = score.asked.framework
    layout = framework.layout_of[statement]
    backed = is_backed(framework, layout, score.by_statement.__getitem__)
    alone = stand(layout, (given,), None, is_warning=False, is_backed=backed)
    return _words(score, statement, alone.counts_as)


def override_rows(assessment: Assessment) -> tuple[tuple[str, ...], ...]:
    """Give everything people decided otherwise, as the index shows it."""
    rows = []
    for each in overrides(assessment):
        name = each.statement.indicator if each.statement else each.outcome.outcome
        rows.append(
            (
                each.kind.value,
                f"{name}, {assessment.contents.settings.title_of(each.outcome.scope)}",
                each.without,
                each.stands,
                each.direction.value,
                f"{assessment.name_of(each.person, each.origin)}, {each.origin.time[:10]}",
                each.reason,
            )
        )
    return tuple(rows)


_FLAGGED = (
    Mark.REJECTED, Mark.REPLACED, Mark.NOT_SEEN, Mark.STALE, Mark.CREATED_DURING, Mark.UNUSED,
    Mark.UNREVIEWED,
)  # fmt: skip


def marks_of(assessment: Assessment, item: Item) -> str:
    """Say what the reader of an item must know."""
    found = item.marks(assessment.on, assessment.opened)
    marks = (each.value for each in _FLAGGED if each in found)
    return ", ".join(filter(None, (item.was, *marks)))


def verdict_words(item: Item) -> str:
    """Give the reason for which an item was rejected; empty where it was not."""
    review = item.review
    return f"because: {review.reason}" if review and item.is_rejected and review.reason else ""


def evidence_csv(assessment: Assessment, items: Sequence[Item], paths: Paths) -> bytes:
    """Give one line for each item, with everything recorded about it."""
    rows: list[Sequence[str]] = [
        ("reference", "title", "what it shows", "file in this pack", "name as received", "sha256",
         "size", "how held", "supports", "type of source", "author", "date", "period",
         "valid until", "population", "selected", "collected by", "collected on", "collected how",
         "owner", "original or copy", "marking", "personal data", "sighted at", "version",
         "sighted by", "sighted on", "review", "reviewed by", "reason of the review", "replaces",
         "to know")
    ]  # fmt: skip
    for item in items:
        facts = item.facts
        review = item.review
        rows.append(
            (
                item.reference, facts.title, facts.shows, paths.get(item.id, ""), item.name,
                item.sha256, str(item.size) if item.size else "", item.held.value,
                "; ".join(supported(each) for each in item.links),
                SOURCE_TYPES.get(facts.source_type, facts.source_type), facts.author, facts.dated,
                facts.period, facts.valid_until, facts.population, facts.selected,
                facts.collected_by, facts.collected_on, facts.collected_how, facts.owner,
                facts.copy, facts.marking, facts.personal_data, facts.link, facts.version,
                facts.sighted_by, facts.sighted_on, review.verdict if review else "",
                f"{assessment.name_of(review.by, review.origin)}, {review.on}" if review else "",
                review.reason if review else "", facts.replaces, marks_of(assessment, item),
            )
        )  # fmt: skip
    return csv_bytes(rows)


def supported(link: Link) -> str:
    """Say in a few words what an item supports, and where in it."""
    place = f" ({link.place})" if link.place else ""
    return f"{link.outcome.outcome}/{link.outcome.scope}{place}"


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
    assessment = with_former(assessment)
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
        # NOTE: what stands under two versions of a set is listed as it was given
        for each in (change for change in changes if change.event.statement == key):
            what = "answer" if each.old is None else "changed answer"
            yield _Row(
                key.framework, key.scope, _outcome_of(assessment, key), key.indicator,
                what if each.answer else "withdrawn",
                each.old or "", each.answer, each.reason,
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
        SHARING: ("the same as in a shared service", "no longer said to be the same", "same"),
    }
    for (kind, key), records in assessment.state.record_history.items():
        if kind not in words:
            continue
        own = [each for each in records if each.key == key]
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
        for each in own:
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
