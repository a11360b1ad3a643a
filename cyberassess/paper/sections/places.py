"""Where one place stands, in three sentences: what a head of service looks for first."""

from collections.abc import Iterator, Sequence

from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.plan import Action
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, joined

_MOST_ACTIONS = 6


def said_place(basis: Basis, scores: Sequence[OutcomeScore]) -> str:
    """Say how many results meet their target, which do not, and what is to be done here.

    Args:
        scores: those of one control set in one place.
    """
    return " ".join(_sentences(basis, scores))


def _sentences(basis: Basis, scores: Sequence[OutcomeScore]) -> Iterator[str]:
    targeted = [each for each in scores if each.meets_target is not None]
    if not targeted:
        yield "Nothing here has a target."
        return
    met = sum(each.meets_target is True for each in targeted)
    verb = "meets" if met == 1 else "meet"
    text = f"{met} of {counted(len(targeted), 'outcome')} with a target {verb} it here"
    before = _met_before(basis, scores)
    yield f"{text}{f'; last year {before}' if before else ''}."
    below = [str(each.key.outcome) for each in targeted if not each.meets_target]
    if below:
        yield f"Below the target: {joined(below)}."
    actions = [each for score in scores for each in basis.planned.get(score.key, ())]
    if actions:
        shown = [_action(basis, each) for each in actions[:_MOST_ACTIONS]]
        rest = len(actions) - len(shown)
        yield f"To be done: {'; '.join(shown)}{f'; and {rest} more' if rest else ''}."


def _met_before(basis: Basis, scores: Sequence[OutcomeScore]) -> str:
    """Count what met its target here last year; empty where this was not assessed then."""
    was = [basis.before.outcomes.get(each.key) for each in scores] if basis.before else []
    known = [each for each in was if each is not None]
    return str(sum(each.meets_target is True for each in known)) if known else ""


def _action(basis: Basis, action: Action) -> str:
    person = basis.settings.person(action.owner)
    owner = person.name if person else action.owner or "no owner yet"
    due = said_date(action.due) if action.due else "no date yet"
    return f"{action.said_ref} for {action.about.outcome} ({owner}, {due})"
