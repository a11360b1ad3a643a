"""Findings and plan: every result below its target, and what will be done about it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.plan import Action, Progress
from cyberassess.domain.record.reviewing import RISKS
from cyberassess.domain.result.findings import Finding
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, capital, joined, said_role
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
    paragraph,
    strong,
)
from cyberassess.paper.costs import ONE_OFF, said_costs
from cyberassess.paper.detail.actions import sorted_findings
from cyberassess.paper.document import Document, frame
from cyberassess.paper.furniture import closing, figures, named, opening
from cyberassess.paper.sections.checking import said_checks, said_dissent
from cyberassess.paper.sections.in_the_way import in_the_way, said_of_one
from cyberassess.paper.sections.last_year import counted_before, last_year_of, said_comparisons
from cyberassess.paper.sections.outcomes import result_of, target_of
from cyberassess.paper.sections.summary import (
    NOT_PLANNED,
    said_due,
    said_owner,
    whose_target,
)
from cyberassess.paper.sections.years import became

_PRIORITIES = {1: "Priority 1: first", 2: "Priority 2: next", 3: "Priority 3: after those"}


def findings_report(basis: Basis) -> Document:
    """Give what the document on findings and plan prints."""
    framed = frame(basis, "Findings and plan")
    about: dict[OutcomeKey, list[Action]] = {}
    for action in basis.actions:
        for key in action.covers:
            about.setdefault(key, []).append(action)
    body = Section(tuple(_body(basis, about, framed.marking)))
    return Document(
        framed, (body, closing("How to read this", framed, (*_METHOD, said_checks(basis))))
    )


def _body(basis: Basis, about: Mapping[OutcomeKey, list[Action]], marking: str) -> Iterator[Block]:
    below = {each.score.key: each for each in basis.findings}
    yield from opening(basis, f"Findings and plan {basis.settings.period}", "For", marking)
    yield Text(_lead(basis, about), "lead")
    yield figures(_figures(basis, about))
    yield Text(f"{whose_target(basis)} {said_comparisons(basis)}", "level after")
    dissent = _dissent(basis)
    yield from [Text(strong(dissent), "level")] if dissent else []
    yield from filled(_heading("What became of last year's actions"), became(basis))
    yield from filled(_heading("Who has what to do"), _owners(basis))
    yield from filled(_heading("What is planned"), _planned(basis, below))
    yield from filled(_heading("What the assurer recommends"), _advice(basis))
    open_ = [each for key, each in below.items() if key not in about]
    yield from filled(_heading("Not planned yet"), _open(basis, open_))
    yield from filled(_heading("Done, dropped and other actions"), _others(basis, below))


def _heading(title: str) -> Heading:
    return Heading(title, kind="again")


_METHOD = (
    "A finding is an outcome below its target in one place. A result that is still open is below "
    "the target too. The statements named are the shortest way to the target.",
    "Priority, owner, date and cost are what the organisation recorded; an action without a "
    "priority has 3. “Late” is said of an action whose date has passed on the date of this "
    "document.",
    ONE_OFF,
    "An action that is done changes no result: the statements must be answered anew.",
    "Whoever prepared this document can give out the plan as a workbook too, to be filled in.",
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


def _figures(basis: Basis, about: Mapping[OutcomeKey, list[Action]]) -> Iterator[tuple[str, str]]:
    keys = [each.score.key for each in basis.findings]
    open_ = [each for each in basis.actions if each.is_open]
    late = sum(_is_late(basis, each) for each in open_)
    before = counted_before(basis, met=False)
    last = f"; last year {before}" if before else ""
    number = "not known" if basis.is_unknown else f"{len(keys):,}"
    yield f"results below the target{last}", number
    yield f"findings {NOT_PLANNED}", f"{sum(key not in about for key in keys):,}"
    yield "actions still to be done", f"{len(open_):,}"
    yield "actions that are late", f"{late:,}"
    bare = sum(not (each.owner and each.due) for each in open_)
    yield "actions without an owner or a date", f"{bare:,}"


def _is_late(basis: Basis, action: Action) -> bool:
    return action.is_open and action.due is not None and action.due < basis.on


def _owners(basis: Basis) -> Iterator[Block]:
    """Give what each owner still has to do, who must act first standing first."""
    found: dict[str, list[Action]] = {}
    for each in basis.actions:
        if each.is_open:
            found.setdefault(said_owner(basis, each), []).append(each)
    rows: list[tuple[str, Row]] = []
    for owner, actions in found.items():
        dates = sorted(each.due for each in actions if each.due is not None)
        late = sum(_is_late(basis, each) for each in actions)
        count = f"{len(actions)}{f', {late} late' if late else ''}"
        first = said_date(dates[0]) if dates else "no date yet"
        row = (owner, count, first, ", ".join(each.ref for each in actions))
        rows.append((dates[0].isoformat() if dates else "9", row))
    if rows:
        heads = columns(("Owner", 38), ("Actions", 16), ("First date", 20), ("Which", 26))
        yield Table(heads, tuple(r for _, r in sorted(rows, key=lambda each: each[0])), "short")


def _planned(basis: Basis, below: Mapping[OutcomeKey, Finding]) -> Iterator[Block]:
    mine = [each for each in basis.actions if _below(each, below) and each.is_open]
    if mine:
        costs = said_costs((each for each in basis.actions if each.is_open), basis.look)
        yield from paragraph(costs)
    for priority in sorted({each.priority for each in mine}):
        these = [each for each in mine if each.priority == priority]
        title = _PRIORITIES.get(priority, f"Priority {priority}")
        yield from _actions(basis, below, title, "", these)


def _others(basis: Basis, below: Mapping[OutcomeKey, Finding]) -> Iterator[Block]:
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
            yield from _actions(basis, below, title, note, actions)


def _actions(
    basis: Basis,
    below: Mapping[OutcomeKey, Finding],
    title: str,
    note: str,
    actions: Iterable[Action],
) -> Iterator[Block]:
    """Give actions that stand together, with what each is about."""
    yield Heading(title, 3)
    yield from paragraph(note, "small keep")
    heads = columns(
        ("Ref, priority", 9), ("Gap, and where", 31), ("Action", 24), ("Owner", 13),
        ("By, and status", 12), ("Cost", 11),
    )  # fmt: skip
    rows = tuple(_row(basis, below, each) for each in actions)
    yield Table(heads, rows, "found plan")


def _row(basis: Basis, below: Mapping[OutcomeKey, Finding], action: Action) -> Row:
    found = [below[each] for each in basis.covers(action) if each in below]
    about = found[0].score.key if found else action.about
    score = basis.card.by_key.get(about)
    gap = score.asked.outcome.name if score else action.about.outcome
    late: tuple[str | Part, ...] = (" ", Part("late", "tag")) if _is_late(basis, action) else ()
    way: tuple[Text, ...] = ()
    if found:
        shown, more = said_of_one(basis, found, max(found, key=lambda each: each.steps))
        way = (*map(Text, shown), *paragraph(more, "small"))
    reason = f"Reason: {action.reason}" if action.reason else ""
    return (
        (Text(action.said_ref, "ref"), Text(f"priority {action.priority}", "small")),
        (*named(gap, _all_stand(basis, action)), *way),
        (Text(action.title), *paragraph(reason, "small")),
        said_owner(basis, action),
        (Text((said_due(action), *late)), Text(action.progress.value, "small")),
        basis.look.cost(action),
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
    for key in basis.covers(action):
        score = basis.card.by_key.get(key)
        said = _stands(basis, score) if score else "no longer assessed"
        found.setdefault(said, []).append(_where(basis, key))
    return ". ".join(f"{joined(places)}: {said}" for said, places in found.items())


def _stands(basis: Basis, score: OutcomeScore) -> str:
    before = last_year_of(basis, score)
    last = f"; last year {before.lower()}" if before else ""
    return f"{result_of(score).word}; target {target_of(score).word.lower()}{last}"


def _open(basis: Basis, found: Sequence[Finding]) -> Iterator[Block]:
    """Give the results below their target about which nothing is recorded."""
    if not found:
        return
    yield Text(
        f"{counted(len(found), 'finding')} about which nobody has said what will be done, or "
        f"why nothing will be. {basis.headline.title} stands first, then what needs least, then "
        "by reference.",
        "meta keep",
    )
    # NOTE: where no statement is in the way, more answers are; that is no quick gain
    ranked = sorted(
        sorted_findings(basis, found),
        key=lambda each: (
            basis.theme_of(each.score) != basis.headline.id,
            not each.steps,
            each.steps,
        ),
    )
    heads = columns(
        ("Gap, and where", 31), ("Now, and target", 19), ("What stands in the way", 34),
        ("Whom to ask", 16),
    )  # fmt: skip
    yield Table(heads, tuple(_open_row(basis, each) for each in ranked), "found")


def _open_row(basis: Basis, finding: Finding) -> Row:
    score = finding.score
    scope, role = score.asked.scope, said_role(score.asked.outcome.owner_role)
    owner = basis.person(scope.owner) if scope.owner else ""
    return (
        named(score.asked.outcome.name, basis.where(score)),
        _stands(basis, score),
        in_the_way([finding]),
        owner or capital(role),
    )


def _advice(basis: Basis) -> Iterator[Block]:
    """Give what assurers recommend, the highest risk first, and what is planned about it."""
    found: list[tuple[int, Row]] = []
    for score in basis.by_reference(basis.card.outcomes):
        planned = ", ".join(each.ref for each in basis.planned.get(score.key, ()))
        for each in basis.reviews.get(score.key, ()):
            if each.recommendation:
                row = (
                    named(score.asked.outcome.name, basis.where(score)),
                    each.risk or "not said",
                    each.recommendation,
                    basis.person(each.person, each.origin),
                    planned or NOT_PLANNED,
                )
                risk = RISKS.index(each.risk) if each.risk in RISKS else len(RISKS)
                found.append((risk, row))
    if not found:
        return
    yield Text(
        "The highest risk stands first. A recommendation changes no result; what is planned "
        "stands beside it.",
        "meta keep",
    )
    heads = columns(
        ("Outcome, and where", 28), ("Risk", 9), ("Recommendation", 35, "pre"), ("Assurer", 14),
        ("Planned", 14),
    )  # fmt: skip
    yield Table(heads, tuple(row for _, row in sorted(found, key=lambda e: e[0])), "found")
