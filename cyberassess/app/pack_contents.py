"""What an evidence pack says: answers as data, lists, index; all derived from one assessment."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cyberassess.adapters.report.pack_pages import (
    ConfidenceRow,
    EvidenceLink,
    EvidenceRow,
    OutcomeRow,
    OverrideRow,
    RuleText,
    SourceLine,
    StatementRow,
)
from cyberassess.app.confirming import overrides
from cyberassess.app.evidencing import support_of
from cyberassess.app.opening import Assessment
from cyberassess.app.output import csv_bytes
from cyberassess.app.pack_changes import change_rows
from cyberassess.app.results import explain_json, score_json
from cyberassess.domain.assessment import OutcomeKey, statement_key
from cyberassess.domain.confidence import Confidence, Measured, confidence_in
from cyberassess.domain.evidence import SOURCE_TYPES, Held, Item, Mark
from cyberassess.domain.framework import CountsAs, LevelId
from cyberassess.domain.recorded import Given
from cyberassess.domain.reviewing import NOT_APPLICABLE, UNSURE, Review, reviews
from cyberassess.domain.scoring import OutcomeScore, reviewed_ranks
from cyberassess.errors import counted

Json = dict[str, Any]  # NOTE: written as it is; tests fix its shape.
Paths = Mapping[str, str]
"""Where files lie inside the pack: items of evidence by their id, workbooks by their SHA-256."""
CHANGES = "lists/changes.csv"


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


def _given(assessment: Assessment) -> Iterator[tuple[OutcomeScore, str, CountsAs, Given]]:
    for score in assessment.card.outcomes:
        for indicator in score.asked.outcome.indicators:
            standing = score.by_statement[indicator.id]
            for given in standing.given:
                yield score, indicator.id, standing.counts_as, given


def answers_csv(assessment: Assessment, received: Paths) -> bytes:
    """Give one line for each person's answer.

    Args:
        received: where workbooks lie inside the pack, keyed by their SHA-256.
    """
    rows: list[tuple[str, ...]] = [
        ("framework", "scope", "outcome", "statement", "answer", "counts as", "reason", "person",
         "time", "kind", "workbook or place", "sheet", "cell", "sha256", "inherited from",
         "file in this pack")
    ]  # fmt: skip
    for score, statement, counts_as, given in _given(assessment):
        source = given.source
        rows.append(
            (
                score.key.framework, score.key.scope, score.key.outcome, statement, given.answer,
                counts_as.value, given.reason, assessment.name_of(given.person),
                given.origin.time, source.kind, source.name or source.place, source.sheet,
                source.cell or source.place, source.file, given.inherited_from or "",
                received.get(source.file, ""),
            )
        )  # fmt: skip
    return csv_bytes(rows)


def _label(score: OutcomeScore, statement: str, code: str | None) -> str:
    framework = score.asked.framework
    indicator = next(e for e in score.asked.outcome.indicators if e.id == statement)
    answers = framework.answers_for(indicator).answers
    return next((each.label for each in answers if each.code == code), code or "")


def lists(assessment: Assessment) -> dict[str, bytes]:
    """Give the lists a careful reader asks for, keyed by file name."""
    head = ("outcome", "statement", "where", "answer", "reason", "by")
    not_applicable: list[Sequence[str]] = [head]
    other_means: list[Sequence[str]] = [head]
    exceptions: list[Sequence[str]] = [head]
    for score, statement, counts_as, given in _given(assessment):
        meaning = score.asked.framework.layout_of
        layout = next(each for key, each in meaning.items() if key == statement)
        answer = layout.answers.get(given.answer)
        row = (
            score.key.outcome, statement, score.asked.scope.title,
            _label(score, statement, given.answer), given.reason,
            assessment.name_of(given.person),
        )  # fmt: skip
        if counts_as is CountsAs.LEFT_OUT:
            not_applicable.append(row)
        elif answer and answer.needs_reason and answer.counts_as is CountsAs.MET:
            other_means.append(row)
        elif answer and answer.counts_as is CountsAs.PARTLY:
            exceptions.append(row)
    decided: list[Sequence[str]] = [
        ("what", "where", "without it", "stands", "direction", "who and when", "reason")
    ]
    decided += [
        (e.what, e.where, e.old, e.new, e.direction, e.who, e.reason)
        for e in override_rows(assessment)
    ]
    return {
        "not-applicable.csv": csv_bytes(not_applicable),
        "other-means.csv": csv_bytes(other_means),
        "exceptions.csv": csv_bytes(exceptions),
        "overrides.csv": csv_bytes(decided),
    }


def _title(score: OutcomeScore, level: str | None) -> str:
    return score.asked.framework.level(LevelId(level)).title if level else ""


def determination_words(score: OutcomeScore) -> str:
    """Say what an outcome is determined as, and whether a person confirmed it."""
    if score.not_applicable:
        return "Not applicable"
    said = _title(score, score.determination) or "Not determined"
    if score.has_lapsed:
        return f"{said}; confirmed before answers changed"
    if not score.confirmed:
        return said
    if score.confirmed == score.suggested:
        return f"{said}, confirmed"
    return f"{said}, confirmed; the rule gives {_title(score, score.suggested) or 'nothing'}"


def _review_words(assessment: Assessment, score: OutcomeScore, said: Sequence[Review]) -> str:
    words = {NOT_APPLICABLE: "Not applicable", UNSURE: "Could not determine", "": "Commented"}
    return "; ".join(
        f"{words.get(each.determination) or _title(score, each.level)} "
        f"({assessment.name_of(each.person)})"
        for each in said
    )


_COUNTS = {
    CountsAs.MET: ("holds", "happens"),
    CountsAs.PARTLY: ("holds in part", "happens in part"),
    CountsAs.NOT_MET: ("does not hold", "does not happen"),
    CountsAs.LEFT_OUT: ("left out", "left out"),
    CountsAs.UNANSWERED: ("unanswered", "unanswered"),
}
"""How an answer counts, of a statement and of a warning sign."""


def override_rows(assessment: Assessment) -> tuple[OverrideRow, ...]:
    """Give everything people decided otherwise, as the index shows it."""
    rows = []
    for each in overrides(assessment):
        scope = assessment.contents.settings.scope(each.outcome.scope)
        name = each.statement.indicator if each.statement else each.outcome.outcome
        rows.append(
            OverrideRow(
                each.kind.value,
                f"{name}, {scope.title if scope else each.outcome.scope}",
                each.without,
                each.stands,
                each.direction.value,
                f"{assessment.name_of(each.person)}, {each.time[:10]}",
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
    return ", ".join(each.value for each in _FLAGGED if each in found)


def evidence_csv(assessment: Assessment, items: Sequence[Item], paths: Paths) -> bytes:
    """Give one line for each item, with everything recorded about it."""
    rows: list[Sequence[str]] = [
        ("reference", "title", "what it shows", "file in this pack", "name as received", "sha256",
         "size", "how held", "supports", "type of source", "author", "date", "period",
         "valid until", "population", "selected", "collected by", "collected on", "collected how",
         "owner", "original or copy", "marking", "personal data", "sighted at", "version",
         "sighted by", "sighted on", "review", "reviewed by", "replaces", "to know")
    ]  # fmt: skip
    for item in items:
        facts = item.facts
        review = item.review
        rows.append(
            (
                item.reference, facts.title, facts.shows, paths.get(item.id, ""), item.name,
                item.sha256, str(item.size) if item.size else "", item.held.value,
                "; ".join(_supported(each) for each in item.links),
                SOURCE_TYPES.get(facts.source_type, facts.source_type), facts.author, facts.dated,
                facts.period, facts.valid_until, facts.population, facts.selected,
                facts.collected_by, facts.collected_on, facts.collected_how, facts.owner,
                facts.copy, facts.marking, facts.personal_data, facts.link, facts.version,
                facts.sighted_by, facts.sighted_on, review.verdict if review else "",
                f"{assessment.name_of(review.by)}, {review.on}" if review else "",
                facts.replaces, marks_of(assessment, item),
            )
        )  # fmt: skip
    return csv_bytes(rows)


def _supported(link: Any) -> str:  # NOTE: a domain.evidence.Link
    place = f" ({link.place})" if link.place else ""
    return f"{link.outcome.outcome}/{link.outcome.scope}{place}"


def evidence_rows(
    assessment: Assessment, items: Sequence[Item], paths: Paths
) -> tuple[EvidenceRow, ...]:
    """Give the items as the index shows them."""
    how = {Held.FILE: "", Held.SIGHTED: "sighted at {link}", Held.NAMED: "named, not yet seen"}
    rows = []
    for item in items:
        facts = item.facts
        dates = [f"dated {facts.dated}" if facts.dated else "no date"]
        dates += [facts.period] if facts.period else []
        dates += [f"valid until {facts.valid_until}" if facts.valid_until else "no end date"]
        rows.append(
            EvidenceRow(
                item.reference,
                facts.title or item.name,
                paths.get(item.id, ""),
                how[item.held].format(link=facts.link) or f"received as {item.name}",
                facts.shows,
                "; ".join(dates),
                "; ".join(_supported(each) for each in item.links),
                marks_of(assessment, item),
            )
        )
    return tuple(rows)


def outcome_rows(
    assessment: Assessment,
    paths: Paths,
    received: Paths,
    chosen: frozenset[OutcomeKey] | None,
) -> tuple[OutcomeRow, ...]:
    """Give the outcomes as the index shows them; statements only of those chosen.

    Args:
        paths: where items of evidence lie.
        received: where workbooks lie, keyed by their SHA-256.
    """
    rows = []
    reviewed = reviews(assessment.state)
    for number, score in enumerate(assessment.card.outcomes, start=1):
        support = support_of(assessment, score)
        links = [
            EvidenceLink(
                f"{item.reference} {item.facts.title or item.name or _WITHHELD}",
                paths.get(item.id, ""),
                "; ".join(filter(None, (_sighting(item), marks_of(assessment, item)))),
            )
            for item in (*support.items, *support.set_aside)
        ]
        links += [
            EvidenceLink(f"{named.text} (named by {assessment.name_of(named.person)})", "", "")
            for named in support.named
        ]
        shown = chosen is None or score.key in chosen
        rows.append(
            OutcomeRow(
                f"o{number}",
                f"{score.key.outcome} {score.asked.outcome.title}",
                score.asked.scope.title,
                determination_words(score),
                _title(score, score.target) or "no target",
                _review_words(assessment, score, reviewed.get(score.key, ())),
                tuple(links),
                tuple(_statements(assessment, score, received)) if shown else (),
            )
        )
    return tuple(rows)


_WITHHELD = "withheld; lists/withheld.csv says why"


def _sighting(item: Item) -> str:
    if item.held is not Held.SIGHTED or not item.facts.link:
        return ""
    facts = item.facts
    version = f", version {facts.version}" if facts.version else ""
    return (
        f"not copied; sighted at {facts.link}{version}, {facts.sighted_on}, by {facts.sighted_by}"
    )


def _statements(
    assessment: Assessment, score: OutcomeScore, received: Paths
) -> Iterator[StatementRow]:
    framework = score.asked.framework
    for indicator in score.asked.outcome.indicators:
        standing = score.by_statement[indicator.id]
        answer = _label(score, indicator.id, standing.answer)
        if standing.in_conflict:
            answer = "People differ; the lower counts"
        elif standing.answer is None:
            answer = "Not answered" if not standing.given else "No answer counts"
        sources = []
        for given in standing.given:
            line = f"{assessment.name_of(given.person)}, {given.origin.time[:10]}, {given.source}"
            if given.inherited_from:
                line += f" (taken over from {given.inherited_from})"
            if len(standing.given) > 1:
                line += f": {_label(score, indicator.id, given.answer)}"
            sources.append(SourceLine(line, received.get(given.source.file, "")))
        level = framework.level(indicator.level)
        key = statement_key(score.asked, indicator)
        changes = len(assessment.state.history.get(key, ()))
        if changes > len(standing.given):
            sources.append(SourceLine(f"{counted(changes, 'change')} in all", CHANGES))
        yield StatementRow(
            indicator.id,
            indicator.text,
            f"a warning sign of {level.title}" if level.is_warning else f"for {level.title}",
            answer,
            _COUNTS[standing.counts_as][level.is_warning],
            "\n".join(filter(None, (each.reason for each in standing.given))),
            tuple(sources) or (SourceLine("nobody", ""),),
        )


@dataclass(frozen=True, slots=True)
class _Part:
    title: str
    scores: list[OutcomeScore]


def confidence_rows(assessment: Assessment) -> tuple[ConfidenceRow, ...]:
    """Say how far each theme is proven, and the whole."""
    themes = assessment.contents.themes
    parts = [_Part("Everything", list(assessment.card.outcomes))]
    for theme in themes.themes:
        within = [
            score
            for score in assessment.card.outcomes
            for placed in (themes.outcomes.get(score.key.framework, {}).get(score.key.outcome),)
            if placed is not None and placed.theme == theme.id
        ]
        if within:
            parts.append(_Part(theme.title, within))
    rows = []
    for part in parts:
        found, reviewed = _confidence(assessment, part.scores)
        rows.append(
            ConfidenceRow(
                part.title,
                f"{found.answered} of {found.statements}",
                f"{found.evidenced} of {found.claims}",
                f"{found.seen} of {found.claims}",
                f"{found.in_date} of {found.claims}",
                f"{reviewed} of {found.outcomes}",
            )
        )
    return tuple(rows)


def _confidence(assessment: Assessment, scores: list[OutcomeScore]) -> tuple[Confidence, int]:
    measured = [
        Measured(each.evidence_places, each.standings, not each.not_applicable, bool(each.rank))
        for each in scores
    ]
    applicable = [each for each in scores if not each.not_applicable]
    found = confidence_in(measured, assessment.evidence, assessment.on)
    return found, len(reviewed_ranks(applicable, assessment.state))


def rule_texts(assessment: Assessment) -> tuple[RuleText, ...]:
    """Give each control set's rule in words."""
    return tuple(
        RuleText(f"{each.short_title}, rule {each.rule.id.value}", each.rule.text)
        for each in assessment.frameworks.values()
    )
