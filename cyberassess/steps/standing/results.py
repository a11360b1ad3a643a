"""What follows from the answers: score and explain, for people and for programs."""

import datetime
from collections.abc import Mapping
from fractions import Fraction

from cyberassess.domain.assessment import statement_key
from cyberassess.domain.record.recorded import Given
from cyberassess.domain.result.counting import said_of, why, word_of
from cyberassess.domain.result.findings import (
    Tally,
    key_actions,
    nothing_to_assess,
    tally_by_owner,
    tally_by_standard,
)
from cyberassess.domain.result.scoring import OutcomeScore, Scorecard
from cyberassess.domain.result.theme_maturity import THEME_RULE, ThemeScore
from cyberassess.errors import Json, fields_of
from cyberassess.opening.assessment import Assessment, default_scores
from cyberassess.opening.outcomes import find_outcomes
from cyberassess.steps.send.chasing import today


def one_decimal(value: Fraction | None) -> float | None:
    """Round for display: one decimal, half up."""
    if value is None:
        return None
    tenths = (value * 10 + Fraction(1, 2)).__floor__()
    return tenths / 10


def confidence_json(card: Scorecard) -> Json:
    """Give the figures that stand beside every score."""
    found = card.confidence
    return {name: getattr(found, name) for name in found.__slots__}


def superseded_json(card: Scorecard) -> list[Json]:
    """Give what the newest version of each superseded rule gives."""
    return [
        {
            **fields_of(each, "framework rule newest"),
            "themes": [_theme_json(entry) for entry in each.themes],
        }
        for each in card.superseded
    ]


def score_json(assessment: Assessment) -> Json:
    """Give ``score --json``; its shape is fixed."""
    card = assessment.card
    outcomes: list[Json] = []
    for each in card.outcomes:
        entry: Json = {
            **each.key._asdict(),
            **fields_of(each, "suggested best worst complete confirmed target meets_target"),
        }
        if each.not_applicable:
            entry["not_applicable"] = True
        if passed := nothing_to_assess(each):
            entry["nothing_to_assess"] = list(passed)
        outcomes.append(entry)
    themes = [_theme_json(each) for each in card.themes]
    verdicts = [
        {
            **fields_of(each, "framework scope is_ready"),
            "failed_by": list(each.failed_by),
        }
        for each in card.verdicts
    ]
    found: Json = {
        "schema": 1,
        "outcomes": outcomes,
        "themes": themes,
        "confidence": confidence_json(card),
    }
    if card.superseded:
        found["superseded"] = superseded_json(card)
    by_default = default_scores(assessment)
    if by_default:
        found["default_themes"] = [_theme_json(each) for each in by_default]
    return {**found, "verdicts": verdicts} if verdicts else found


def _theme_json(found: ThemeScore) -> Json:
    return {
        **fields_of(found, "framework scope theme meets of"),
        "level": None if found.level is None else int(found.level),
        "attainment": one_decimal(found.attainment),
        "attainment_of_target": one_decimal(found.attainment_of_target),
        "rule": THEME_RULE,
    }


def tallies(assessment: Assessment, by: str) -> dict[str, tuple[Tally, ...]]:
    """Count statements by ``standard`` or by ``owner``, keyed by framework version."""
    count = tally_by_standard if by == "standard" else tally_by_owner
    return {
        str(ref): count(assessment.card, framework)
        for ref, framework in assessment.frameworks.items()
    }


def tallies_json(found: Mapping[str, tuple[Tally, ...]]) -> Json:
    """Give ``score --by standard --json``."""
    return {
        "schema": 1,
        "frameworks": {ref: [each._asdict() for each in rows] for ref, rows in found.items()},
    }


def find_scores(assessment: Assessment, name: str, scope: str | None) -> list[OutcomeScore]:
    """Give an outcome in every scope, or in one; without a number in every set that has it.

    Raises:
        AssessmentError: where there is no such outcome or scope.
    """
    keys = find_outcomes(assessment, name, scored=True, scope=scope, every_set=True)
    return [assessment.card.by_key[each] for each in keys]


def explain_json(assessment: Assessment, found: OutcomeScore) -> Json:
    """Give the statements that decided an outcome, who gave them, from where, every change."""
    framework = found.asked.framework
    statements: list[Json] = []
    for indicator, standing in zip(found.asked.outcome.indicators, found.standings, strict=True):
        key = statement_key(found.asked, indicator)
        statements.append(
            {
                **fields_of(indicator, "id level text"),
                "answer": standing.answer,
                "counts_as": standing.counts_as.value,
                "word": word_of(found, indicator.id),
                "why": why(standing).value,
                "says": said_of(found, indicator.id, assessment.names) or None,
                "in_conflict": standing.in_conflict,
                "lacks_reason": standing.lacks_reason,
                "decides": indicator.id in found.deciding,
                "resolved": standing.resolution.reason if standing.resolution else None,
                "given": [_given_json(assessment, each) for each in standing.given],
                "changes": [
                    {
                        "person": assessment.name_of(c.person, c.origin),
                        "old": c.old,
                        "new": c.event.new,
                        "from": str(c.source),
                        "file": c.source.file or None,
                        "time": c.origin.time,
                    }
                    for c in assessment.state.history.get(key, ())
                ],
            }
        )
    return {
        "schema": 1,
        **found.key._asdict(),
        "title": found.asked.outcome.title,
        "rule": framework.rule.name,
        **fields_of(found, "suggested best worst complete confirmed"),
        "lapsed": found.has_lapsed,
        **fields_of(found, "target meets_target not_applicable"),
        "unaccepted": list(found.unaccepted),
        "nothing_to_assess": list(nothing_to_assess(found)),
        "deciding": list(found.deciding),
        "statements": statements,
        "would_change": would_change(found),
    }


def _given_json(assessment: Assessment, given: Given) -> Json:
    return {
        "person": assessment.name_of(given.person, given.origin),
        "answer": given.answer,
        "reason": given.reason or None,
        "from": str(given.source),
        "file": given.source.file or None,
        "time": given.origin.time,
    }


def would_change(found: OutcomeScore) -> list[Json]:
    """Give, for each level above the determination, the statements that stand in the way."""
    framework = found.asked.framework
    reached = framework.ranks[found.worst] if found.worst else 0
    return [
        {"level": level.id, "warnings": list(gap.warnings), "missing": list(gap.missing)}
        for level in framework.scale[reached + 1 :]
        if level.id in found.reachable
        for gap in (found.gap_to(level.id),)
    ]


def judged_on(assessment: Assessment) -> datetime.date:
    """Give the date certificates are judged at on a screen: the clock's, or the ledger's if later.

    Documents are dated by the ledger alone, so that the same data gives the same bytes.
    """
    return max(assessment.on, today())


def register_json(assessment: Assessment, on: datetime.date) -> Json:
    """Give the register of certificates and key actions; empty where there is nothing in it."""
    settings = assessment.contents.settings
    certificates = [
        {
            **each.model_dump(mode="json", exclude_none=True),
            "expired": each.is_expired(on),
        }
        for each in settings.certificates
    ]
    actions = [
        {
            "framework": ref,
            "action": row.action.id,
            "title": row.action.title,
            "state": row.recorded.state.value if row.recorded else None,
            "date": row.recorded.date.isoformat() if row.recorded and row.recorded.date else None,
            "note": row.recorded.note if row.recorded else "",
            "met": row.tally.met if row.tally else None,
            "of": row.tally.of if row.tally else None,
        }
        for ref, framework in assessment.frameworks.items()
        for row in key_actions(assessment.card, framework, settings)
    ]
    found: Json = {"certificates": certificates} if certificates else {}
    return {**found, "key_actions": actions} if actions else found
