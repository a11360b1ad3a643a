"""The register of certificates and key actions, for people and for programs."""

import datetime
from typing import Any

from cyberassess.domain.result.register import key_actions
from cyberassess.opening.assessment import Assessment
from cyberassess.steps.send.chasing import today

Json = dict[str, Any]  # NOTE: printed as it stands


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
