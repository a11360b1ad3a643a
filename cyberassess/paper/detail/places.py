"""The places: what bounds each, where it stands, and what applies there."""

from collections.abc import Iterator, Sequence

from cyberassess.domain.assessment import OutcomeKey, Scope, StatementKey, scopes_of
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.plan import Action
from cyberassess.domain.record.standing import standings_of
from cyberassess.domain.result.counting import word_for
from cyberassess.domain.result.findings import is_blank
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import Framework
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, joined
from cyberassess.paper.blocks import (
    Block,
    Heading,
    Part,
    Row,
    Section,
    Table,
    Text,
    columns,
    filled,
    strong,
)
from cyberassess.paper.sections.evidence import TextRow, said_row, said_texts
from cyberassess.paper.sections.outcomes import said_verdict

_MOST_ACTIONS = 6
_HOSTING = {
    "on-premises": "on our own premises",
    "hosted": "hosted elsewhere",
    "saas": "as a service over the internet (SaaS)",
}
"""What the choices offered for hosting mean; other words stand as they were written."""


def places(basis: Basis) -> Section:
    """Say of each place, by framework, what is to be said, in the scorecard's order."""
    heading = Heading("The places", anchor="places", running="The places")
    return Section((heading, *_places(basis)), "next", "part on")


def _places(basis: Basis) -> Iterator[Block]:
    for (ref, scope_id), scores in basis.by_place.items():
        framework, scope = basis.frameworks[ref], scores[0].asked.scope
        yield Heading(basis.place_in(ref, scope_id), 3)
        if facts := tuple(_facts(basis, scope)):
            yield Text(_in_a_line(facts), "keep")
        yield Text(said_place(basis, scores))
        verdict = said_verdict(basis, framework, scope_id)
        yield from [Text(strong(verdict))] if verdict else []
        if conditions := tuple(_conditions(basis, scores)):
            yield Heading("What applies here", 4)
            yield Text("These answers say what is asked at all; they are not scored.", "meta keep")
            heads = columns(
                ("Ref", 19), ("Condition", 38, "band"), ("Answer", 11, "a"),
                ("What follows", 16), ("From", 16, "from"),
            )  # fmt: skip
            yield Table(heads, conditions, "tight")
            texts = _condition_texts(basis, framework, scope)
            yield from filled(Heading("Said beside these answers", 4), said_texts(texts))


def _in_a_line(facts: Sequence[tuple[str, str]]) -> tuple[str | Part, ...]:
    parts: list[str | Part] = []
    for name, text in facts:
        parts += [strong(f"{name}:"), f" {text.strip('.')}. "]
    return (*parts[:-1], f" {facts[-1][1]}")


def _facts(basis: Basis, scope: Scope) -> Iterator[tuple[str, str]]:
    """Give what bounds a system: as far as the organisation wrote it down."""
    taken = joined([basis.place(each) for each in scope.inherits])
    for label, text in (
        ("Service", scope.service),
        ("Owner", basis.person(scope.owner) if scope.owner else ""),
        ("Supplier", scope.supplier),
        ("Where it runs", _HOSTING.get(scope.hosting.casefold(), scope.hosting)),
        ("Also counted here", f"answers for {taken}, where confirmed" if taken else ""),
        ("Why it is critical", scope.why_critical),
    ):
        if text:
            yield label, text


def _conditions(basis: Basis, scores: Sequence[OutcomeScore]) -> Iterator[Row]:
    framework, _, scope = scores[0].asked
    for outcome, indicator in framework.indicators.values():
        if indicator.id not in framework.conditions or scope not in scopes_of(
            outcome, basis.settings
        ):
            continue
        given = basis.state.answers.get(StatementKey(framework.ref, scope.id, indicator.id), ())
        layouts = (framework.layout_of[indicator.id],)
        (standing,) = standings_of(framework, layouts, basis.state, scope.id)
        answers = framework.answers_for(indicator)
        chosen = [(each, answers.by_code(each.answer)) for each in given]
        waiting = [
            e.id for _, e in framework.indicators.values() if e.applies_when == indicator.id
        ]
        out = [
            each.id
            for score in scores
            for each in score.asked.outcome.indicators
            if score.by_statement[each.id].ruled_out_by == indicator.id
        ]
        follows = f"Left out: {', '.join(out)}." if out else ""
        if waiting and not out:
            follows = f"Asked: {', '.join(waiting)}."
        yield (
            indicator.id,
            indicator.text,
            "; ".join(answer.label for _, answer in chosen if answer)
            or word_for(framework, indicator.id, standing),
            follows,
            "; ".join(
                f"{basis.person(each.person, each.origin)}, "
                f"{basis.origin(each.source, each.origin.time)}"
                + (f": {each.reason}" if each.reason else "")
                for each, _ in chosen
            ),
        )


def _condition_texts(basis: Basis, framework: Framework, scope: Scope) -> Iterator[TextRow]:
    assessed = {each.id for each in framework.assessed}
    for outcome in framework.outcomes.values():
        if outcome.id in assessed:
            continue
        key = OutcomeKey(framework.ref, scope.id, outcome.id)
        for texts in (basis.state.rationales, basis.state.evidence):
            yield from (said_row(basis, each) for each in texts.get(key, ()))


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
    if is_blank(scores):
        yield "Nothing is answered here yet."
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
