"""Signing off what documents show: a name and a role, beside a fingerprint of the data."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberassess.app.opening import Assessment, open_assessment, record_event, writing
from cyberassess.domain.approval import APPROVAL, Approval, Version, approvals_of, version_of
from cyberassess.errors import AssessmentError, Problem

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Signed:
    """Where sign-off stands."""

    assessment: Assessment
    version: Version
    approvals: tuple[Approval, ...]
    """Every version that was approved, the first first."""


def signed(folder: Path) -> Signed:
    """Say which version stands, and who approved what."""
    return _signed(open_assessment(folder))


def _signed(assessment: Assessment) -> Signed:
    state = assessment.state
    return Signed(assessment, version_of(state, assessment.fingerprint), approvals_of(state))


def approve(folder: Path, *, name: str, role: str) -> Signed:
    """Record that somebody signed off the present state.

    Raises:
        AssessmentError: where the name or role does not do, or somebody signed it off already.
    """
    name, role = " ".join(name.split()), " ".join(role.split())
    for option, text, what in (("--name", name, "name"), ("--role", role, "role")):
        if not text or len(text) > _LONGEST or not text.isprintable():
            raise AssessmentError(
                Problem(
                    "not-a-name",
                    option,
                    f"No {what} was given." if not text else f'"{text[:40]}" does not do.',
                    f"Give the {what} of whoever approves, at most {_LONGEST} characters on one "
                    "line. Nothing was recorded.",
                )
            )
    with writing(folder, "approve") as session:
        session.write([])  # changed settings are part of what is approved
        found = version_of(session.assessment.state, session.assessment.fingerprint)
        if found.approval is not None:
            raise AssessmentError(
                Problem(
                    "approved-already",
                    "",
                    f"Version {found.number} was approved already, by {found.approval.name}, "
                    f"{found.approval.role}, on {found.approval.time[:10]}.",
                    "It stays approved until something changes. Nothing was recorded.",
                )
            )
        session.write(
            [
                record_event(
                    APPROVAL,
                    (str(found.number), secrets.token_hex(8)),
                    {"name": name, "role": role, "fingerprint": found.fingerprint},
                    texts=("name", "role"),
                )
            ]
        )
        return _signed(session.assessment)


def signed_json(found: Signed) -> Mapping[str, Any]:
    """Give ``approve --json``."""
    return {
        "schema": 1,
        "version": found.version.number,
        "status": "draft" if found.version.is_draft else "approved",
        "fingerprint": found.version.fingerprint,
        "approvals": [
            {
                "version": each.version,
                "was": each.was or None,
                "name": each.name,
                "role": each.role,
                "time": each.time,
                "fingerprint": each.fingerprint,
            }
            for each in found.approvals
        ],
    }
