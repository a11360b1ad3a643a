"""The register of key actions: what was recorded, beside what the answers say."""

from typing import NamedTuple

from cyberassess.domain.assessment import Settings
from cyberassess.domain.result.findings import Tally, tally_statements
from cyberassess.domain.result.scoring import Scorecard
from cyberassess.domain.sets.certificates import RecordedAction
from cyberassess.domain.sets.framework import Framework, KeyAction


class ActionRow(NamedTuple):
    """One key action of a control set."""

    action: KeyAction
    recorded: RecordedAction | None
    """``None`` where the organisation recorded nothing."""
    tally: Tally | None
    """The statements that stand for it; ``None`` where the control set names none."""


def key_actions(
    card: Scorecard, framework: Framework, settings: Settings
) -> tuple[ActionRow, ...]:
    """Give the key actions of a control set, in its order."""
    recorded = {
        each.action: each for each in settings.key_actions if each.framework == framework.ref
    }
    return tuple(
        ActionRow(
            each,
            recorded.get(each.id),
            tally_statements(card, framework, each.standard, each.number)
            if each.standard
            else None,
        )
        for each in framework.key_actions
    )
