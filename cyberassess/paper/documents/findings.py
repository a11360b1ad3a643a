"""Findings and plan: every result below its target, and what will be done about it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.plan import Action, Progress
from cyberassess.domain.record.reviewing import RISKS
from cyberassess.domain.result.findings import Finding
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, capital, joined, said_role
from cyberassess.paper.costs import ONE_OFF, said_costs
from cyberassess.paper.document import Document, frame, prepared_by, said_status
from cyberassess.paper.sections.checking import said_checks, said_dissent
from cyberassess.paper.sections.last_year import counted_before, last_year_of, said_comparisons
from cyberassess.paper.sections.outcomes import result_of, target_of
from cyberassess.paper.sections.summary import (
    NOT_PLANNED,
    Figure,
    answered_first,
    no_step,
    said_due,
    said_owner,
    said_rest,
    statement_text,
    tag_of,
    whose_target,
)
from cyberassess.paper.sections.years import Became, became

_PRIORITIES = {1: "Priority 1: first", 2: "Priority 2: next", 3: "Priority 3: after those"}
_TEXTS_A_GAP = 1


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action, with what it is about."""

    ref: str
    gap: str
    """The outcome's reference and title."""
    where: str
    stands: str
    """Result and target, in words."""
    missing: tuple[tuple[str, str], ...]
    """What was answered, and the statement."""
    more: str
    doing: str
    reason: str
    owner: str
    by: str
    is_late: bool
    cost: str
    priority: str
    status: str


@dataclass(frozen=True, slots=True)
class ActionTable:
    """Actions that stand together."""

    title: str
    note: str
    rows: tuple[ActionRow, ...]


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A result below its target about which nothing is recorded."""

    gap: str
    where: str
    stands: str
    missing: tuple[tuple[str, str], ...]
    more: str
    whom: str
    """Who would be asked first."""


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """What one person has to do."""

    owner: str
    count: str
    next: str
    """The date that comes first."""
    refs: str


@dataclass(frozen=True, slots=True)
class AdviceRow:
    """One recommendation of an assurer."""

    gap: str
    where: str
    risk: str
    text: str
    who: str
    planned: str


@dataclass(frozen=True, slots=True)
class FindingsReport(Document):
    """Everything the document on findings and plan prints."""

    title: str
    about: str
    lead: str
    target: str
    dissent: str
    """What an independent review found otherwise, and what that makes a finding."""
    figures: tuple[Figure, ...]
    costs: str
    """What the open actions cost, one-off and yearly apart."""
    became: Became | None
    """What became of last year's actions; ``None`` where last year planned nothing."""
    owners: tuple[OwnerRow, ...]
    planned: tuple[ActionTable, ...]
    open_note: str
    open: tuple[OpenRow, ...]
    others: tuple[ActionTable, ...]
    advice: tuple[AdviceRow, ...]
    method: tuple[str, ...]


def findings_report(basis: Basis) -> FindingsReport:
    """Give what the document on findings and plan prints."""
    about: dict[OutcomeKey, list[Action]] = {}
    for action in basis.actions:
        for key in action.covers:
            about.setdefault(key, []).append(action)
    below = {each.score.key: each for each in basis.findings}
    open_ = [each for key, each in below.items() if key not in about]
    # NOTE: where no statement is in the way, more answers are; that is no quick gain
    open_.sort(
        key=lambda each: (
            basis.theme_of(each.score) != basis.headline.id,
            not each.steps,
            each.steps,
        )
    )
    return FindingsReport(
        frame=frame(basis, "findings.html.j2", "Findings and plan"),
        title=f"Findings and plan {basis.settings.period}",
        about=(
            f"For {basis.look.name or basis.settings.organisation} · {said_date(basis.on)} · "
            f"prepared by {prepared_by(basis)} · {said_status(basis)}"
        ),
        lead=_lead(basis, about),
        target=f"{whose_target(basis)} {said_comparisons(basis)}",
        dissent=_dissent(basis),
        costs=said_costs((each for each in basis.actions if each.is_open), basis.look),
        figures=tuple(_figures(basis, about)),
        became=became(basis),
        owners=tuple(_owners(basis)),
        planned=tuple(_planned(basis, below)),
        open_note=(
            f"{counted(len(open_), 'finding')} about which nobody has said what will be done, or "
            f"why nothing will be. {basis.headline.title} stands first, then what needs least."
        ),
        open=tuple(_open_row(basis, each) for each in open_),
        others=tuple(_others(basis, below)),
        advice=tuple(_advice(basis)),
        method=(*_METHOD, said_checks(basis)),
    )


_METHOD = (
    "A finding is an outcome below its target in one place. A result that is still open is below "
    "the target too. The statements named are the shortest way to the target.",
    "Priority, owner, date and cost are what the organisation recorded; an action without a "
    "priority has 3. “Late” is said of an action whose date has passed on the date of this "
    "document.",
    ONE_OFF,
    "An action that is done changes no result: the statements must be answered anew.",
    "The same plan as a workbook, to fill in and read back: cyberassess plan export.",
)


def _dissent(basis: Basis) -> str:
    said = said_dissent(basis)
    short = [
        basis.name_of(each)
        for each in basis.lowered
        if each.meets_target
        and each.target is not None
        and basis.reviewed[each.key] < each.asked.framework.ranks[each.target]
    ]
    if not short:
        return said
    verb = "falls" if len(short) == 1 else "fall"
    return f"{said} By the review {'; '.join(short)} {verb} short too; it makes no finding here."


def _how_far(about: Mapping[OutcomeKey, list[Action]], key: OutcomeKey) -> Progress | None:
    """Say how far the work on a finding is: planned while anything is still to be done."""
    actions = about.get(key, ())
    if any(each.is_open for each in actions):
        return Progress.PLANNED
    if any(each.progress is Progress.DONE for each in actions):
        return Progress.DONE
    return Progress.DROPPED if actions else None


def _lead(basis: Basis, about: Mapping[OutcomeKey, list[Action]]) -> str:
    if not any(basis.target(ref) for ref in basis.frameworks):
        return "No target was chosen, so there are no findings against one."
    if basis.is_unknown:
        return capital(basis.unknown)
    if not basis.findings:
        return "Every outcome with a target meets it."
    stages = [_how_far(about, each.score.key) for each in basis.findings]
    planned, none = stages.count(Progress.PLANNED), stages.count(None)
    have = "have" if planned > 1 else "has"
    parts = [f"{planned or 'none'} {have} an action under way or planned"]
    for stage, words in (
        (Progress.DONE, "done but not answered anew"),
        (Progress.DROPPED, "dropped with a reason"),
    ):
        number = stages.count(stage)
        parts += [f"{number} {'is' if number == 1 else 'are'} {words}"] if number else []
    parts += [f"{none} {'is' if none == 1 else 'are'} {NOT_PLANNED}"] if none else []
    return f"Of {counted(len(stages), 'finding')}, {joined(parts)}."


def _figures(basis: Basis, about: Mapping[OutcomeKey, list[Action]]) -> Iterator[Figure]:
    keys = [each.score.key for each in basis.findings]
    open_ = [each for each in basis.actions if each.is_open]
    late = sum(_is_late(basis, each) for each in open_)
    before = counted_before(basis, met=False)
    last = f"; last year {before}" if before else ""
    number = "not known" if basis.is_unknown else f"{len(keys):,}"
    yield Figure(number, f"findings: results below the target, by place{last}")
    yield Figure(f"{sum(key not in about for key in keys):,}", NOT_PLANNED)
    yield Figure(f"{len(open_):,}", "actions still to be done")
    yield Figure(f"{late:,}", "of them late")
    yield Figure(
        f"{sum(not (each.owner and each.due) for each in open_):,}", "of them lack owner or date"
    )


def _is_late(basis: Basis, action: Action) -> bool:
    return action.is_open and action.due is not None and action.due < basis.on


def _owners(basis: Basis) -> Iterator[OwnerRow]:
    """Give what each owner still has to do, who must act first standing first."""
    found: dict[str, list[Action]] = {}
    for each in basis.actions:
        if each.is_open:
            found.setdefault(said_owner(basis, each), []).append(each)
    rows: list[tuple[str, OwnerRow]] = []
    for owner, actions in found.items():
        dates = sorted(each.due for each in actions if each.due is not None)
        late = sum(_is_late(basis, each) for each in actions)
        first = said_date(dates[0]) if dates else "no date yet"
        row = OwnerRow(
            owner,
            f"{len(actions)}{f', {late} late' if late else ''}",
            first,
            ", ".join(each.ref for each in actions),
        )
        rows.append((dates[0].isoformat() if dates else "9", row))
    yield from (row for _, row in sorted(rows, key=lambda each: each[0]))


def _planned(basis: Basis, below: Mapping[OutcomeKey, Finding]) -> Iterator[ActionTable]:
    mine = [each for each in basis.actions if _below(each, below) and each.is_open]
    for priority in sorted({each.priority for each in mine}):
        rows = _rows(basis, (each for each in mine if each.priority == priority), below)
        yield ActionTable(_PRIORITIES.get(priority, f"Priority {priority}"), "", tuple(rows))


def _others(basis: Basis, below: Mapping[OutcomeKey, Finding]) -> Iterator[ActionTable]:
    for title, note, actions in (
        (
            "Done, and still below the target",
            "The answers have not been given anew since, or more is in the way.",
            [e for e in basis.actions if _below(e, below) and e.progress is Progress.DONE],
        ),
        (
            "Dropped, with the reason",
            "These gaps are accepted as they are; the reason is the organisation's.",
            [e for e in basis.actions if _below(e, below) and e.progress is Progress.DROPPED],
        ),
        (
            "Other actions",
            "What they are about is not answered yet."
            if basis.is_unknown
            else "What they are about meets its target, has none, or is no longer assessed.",
            [e for e in basis.actions if not _below(e, below)],
        ),
    ):
        if actions:
            yield ActionTable(title, note, tuple(_rows(basis, actions, below)))


def _rows(
    basis: Basis, actions: Iterable[Action], below: Mapping[OutcomeKey, Finding]
) -> Iterator[ActionRow]:
    for action in actions:
        about = (_below(action, below) or action.covers)[0]
        score = basis.card.by_key.get(about)
        missing, more = _in_the_way(below.get(about))
        yield ActionRow(
            ref=action.said_ref,
            gap=_name(score) if score else action.about.outcome,
            where=joined([_where(basis, each) for each in action.covers]),
            stands=_all_stand(basis, action),
            missing=missing,
            more=more,
            doing=action.title,
            reason=action.reason,
            owner=said_owner(basis, action),
            by=said_due(action),
            is_late=_is_late(basis, action),
            cost=basis.look.cost(action),
            priority=str(action.priority),
            status=action.progress.value,
        )


def _below(action: Action, below: Mapping[OutcomeKey, Finding]) -> list[OutcomeKey]:
    """Give what an action covers that is below its target."""
    return [each for each in action.covers if each in below]


def _where(basis: Basis, key: OutcomeKey) -> str:
    score = basis.card.by_key.get(key)
    return basis.where(score) if score else basis.place(key.scope)


def _all_stand(basis: Basis, action: Action) -> str:
    """Say where everything stands that an action covers, alike places once."""
    found: dict[str, list[str]] = {}
    for key in action.covers:
        score = basis.card.by_key.get(key)
        said = _stands(basis, score) if score else "no longer assessed"
        found.setdefault(said, []).append(_where(basis, key))
    return ". ".join(f"{joined(places)}: {said}" for said, places in found.items())


def _name(score: OutcomeScore) -> str:
    return f"{score.asked.outcome.id} {score.asked.outcome.title}"


def _stands(basis: Basis, score: OutcomeScore) -> str:
    before = last_year_of(basis, score)
    last = f"; last year {before.lower()}" if before else ""
    return f"{result_of(score).word}; target {target_of(score).word.lower()}{last}"


def _in_the_way(finding: Finding | None) -> tuple[tuple[tuple[str, str], ...], str]:
    """Give the first statement in the way of the target, and how many more there are."""
    if finding is None:
        return (), ""
    score = finding.score
    if not finding.steps:
        return (), no_step(score)
    answered, open_ = answered_first(score, finding.gap.statements)
    shown = answered[:_TEXTS_A_GAP]
    return (
        tuple((tag_of(score, key), statement_text(score, key)) for key in shown),
        said_rest([(score, each) for each in (*answered, *open_)], len(shown)),
    )


def _open_row(basis: Basis, finding: Finding) -> OpenRow:
    score = finding.score
    missing, more = _in_the_way(finding)
    scope, role = score.asked.scope, said_role(score.asked.outcome.owner_role)
    owner = basis.person(scope.owner) if scope.owner else ""
    return OpenRow(
        _name(score),
        basis.where(score),
        _stands(basis, score),
        missing,
        more,
        owner or capital(role),
    )


def _advice(basis: Basis) -> Iterator[AdviceRow]:
    """Give what assurers recommend, the highest risk first, and what is planned about it."""
    found: list[tuple[int, AdviceRow]] = []
    for key, all_ in basis.reviews.items():
        score = basis.card.by_key.get(key)
        if score is None:
            continue
        planned = ", ".join(each.ref for each in basis.planned.get(key, ()))
        for each in all_:
            if each.recommendation:
                row = AdviceRow(
                    _name(score),
                    basis.where(score),
                    each.risk or "not said",
                    each.recommendation,
                    basis.person(each.person, each.origin),
                    planned or NOT_PLANNED,
                )
                risk = RISKS.index(each.risk) if each.risk in RISKS else len(RISKS)
                found.append((risk, row))
    yield from (row for _, row in sorted(found, key=lambda each: each[0]))
