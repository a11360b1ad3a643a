"""Signing off what documents show: a name and a role, beside a fingerprint of the data."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberassess.domain.people.declaring import declarations
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.approval import (
    Approval,
    OpenKind,
    OpenPoint,
    Version,
    approvals_of,
    version_of,
)
from cyberassess.domain.record.plan import actions_of, by_outcome
from cyberassess.domain.record.recorded import State
from cyberassess.domain.result.confirming import waits
from cyberassess.domain.result.findings import findings
from cyberassess.domain.result.scoring import Scorecard
from cyberassess.errors import AssessmentError, fields_of
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.names import as_named
from cyberassess.opening.writing import writing


def open_points(state: State, card: Scorecard) -> tuple[OpenPoint, ...]:
    """Give everything that is open, in the order of ``OpenKind``; nothing that counts zero."""
    sure = card.confidence
    gaps = findings(card)
    planned = by_outcome(actions_of(state))
    returns = declarations(state).values()
    sets = {each.asked.framework.ref for each in card.outcomes}
    applicable = [each for each in card.outcomes if not each.not_applicable]
    points = (
        OpenPoint(OpenKind.ANSWERS, sure.statements - sure.answered, sure.statements),
        OpenPoint(OpenKind.CONFIRMATIONS, sum(map(waits, applicable)), len(applicable)),
        OpenPoint(OpenKind.CONFLICTS, sure.conflicts, sure.statements),
        OpenPoint(OpenKind.RULES, len(card.superseded), len(sets)),
        OpenPoint(OpenKind.GAPS, sum(each.score.key not in planned for each in gaps), len(gaps)),
        OpenPoint(OpenKind.RETURNS, sum(not each.stands for each in returns), len(returns)),
    )
    return tuple(each for each in points if each.count)


_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Signed:
    """Where sign-off stands."""

    assessment: Assessment
    version: Version
    approvals: tuple[Approval, ...]
    """Every version that was approved, the first first."""
    open: tuple[OpenPoint, ...]
    """What is open in the present state."""


def signed(folder: Path) -> Signed:
    """Say which version stands, and who approved what."""
    return _signed(open_assessment(folder))


def _signed(assessment: Assessment) -> Signed:
    state = assessment.state
    return Signed(
        assessment,
        version_of(state, assessment.fingerprint),
        approvals_of(state),
        open_points(state, assessment.card),
    )


def approve(
    folder: Path, *, name: str, role: str, as_it_stands: bool = False, reason: str = ""
) -> Signed:
    """Record that somebody signed off the present state, with what is open in it.

    Args:
        as_it_stands: although answers are missing, results unconfirmed or conflicts open.
        reason: why; needed then.

    Raises:
        AssessmentError: where the name or role does not do, somebody signed it off already, or
            something is open and nobody said that it is approved so.
    """
    name, role, reason = (" ".join(each.split()) for each in (name, role, reason))
    _check_names(name, role)
    with writing(folder, "approve") as session:
        before = _signed(session.assessment)
        name = as_named(session.assessment, name)
        _check_not_approved(before.version)
        _check_open(before.open, as_it_stands=as_it_stands, reason=reason)
        session.write([])  # changed settings are part of what is approved
        found = version_of(session.assessment.state, session.assessment.fingerprint)
        approval = registers.Approval(
            name=name,
            role=role,
            fingerprint=found.fingerprint,
            open=[
                {"kind": each.kind.value, "count": each.count, "of": each.of}
                for each in before.open
            ],
            reason=reason or None,
        )
        session.write([happened.put((str(found.number), secrets.token_hex(8)), approval)])
        return _signed(session.assessment)


def _check_names(name: str, role: str) -> None:
    for option, text, what in (("--name", name, "name"), ("--role", role, "role")):
        if not text or len(text) > _LONGEST or not text.isprintable():
            raise AssessmentError.because(
                "not-a-name",
                option,
                f"No {what} was given." if not text else f'"{text[:40]}" does not do.',
                f"Give the {what} of whoever approves, at most {_LONGEST} characters on one "
                "line. Nothing was recorded.",
            )


def _check_not_approved(found: Version) -> None:
    if found.approval is not None:
        raise AssessmentError.because(
            "approved-already",
            "",
            f"Version {found.number} was approved already, by {found.approval.name}, "
            f"{found.approval.role}, on {found.approval.time[:10]}.",
            "It stays approved until something changes. Nothing was recorded.",
        )


def _check_open(points: tuple[OpenPoint, ...], *, as_it_stands: bool, reason: str) -> None:
    """See that whoever approves knows what is open, and says why all the same.

    Raises:
        AssessmentError: where they do not.
    """
    wanting = [str(each) for each in points if each.needs_reason]
    if not wanting or (as_it_stands and reason):
        return
    missing = (
        "No reason was given to approve it as it stands."
        if as_it_stands
        else "It was not said that it is approved as it stands."
    )
    raise AssessmentError.because(
        "open-points",
        "--reason" if as_it_stands else "",
        f"{missing} Open: {'; '.join(wanting)}.",
        "Decide that first, or approve it as it stands and say why (--as-it-stands --reason "
        "TEXT). Both stand on every document. Nothing was recorded.",
    )


def signed_json(found: Signed) -> Mapping[str, Any]:
    """Give ``approve --json``."""
    return {
        "schema": 1,
        "version": found.version.number,
        "status": "draft" if found.version.is_draft else "approved",
        "fingerprint": found.version.fingerprint,
        "open": _open_json(found.open),
        "approvals": [
            {
                **fields_of(each, "version was? name role time fingerprint"),
                "open": None if each.open is None else _open_json(each.open),
                "reason": each.reason or None,
            }
            for each in found.approvals
        ],
    }


def _open_json(points: tuple[OpenPoint, ...]) -> list[Mapping[str, Any]]:
    return [
        {
            "kind": each.kind.value,
            **fields_of(each, "count of needs_reason"),
        }
        for each in points
    ]
