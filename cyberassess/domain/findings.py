"""Where determinations fall short of the target, and what caused it."""

from typing import NamedTuple

from cyberassess.domain.scoring import Gap, OutcomeScore, Scorecard


class Finding(NamedTuple):
    """An outcome whose determination is below the profile, with the statements that caused it."""

    score: OutcomeScore
    gap: Gap

    @property
    def steps(self) -> int:
        """How many statements must change."""
        return len(self.gap.statements)


def findings(card: Scorecard) -> tuple[Finding, ...]:
    """Give every outcome in every scope below its target, in the scorecard's order."""
    return tuple(
        Finding(each, each.gap_to(each.target))
        for each in card.outcomes
        if each.target is not None and each.meets_target is False
    )
