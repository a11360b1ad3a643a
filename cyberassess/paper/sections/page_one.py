"""Page one, to be read in a minute: result, so what, how far it holds, decision, gaps, trend."""

import datetime
from collections.abc import Iterator, Sequence

from cyberassess.domain.assessment import ORGANISATION
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.result.findings import Finding, by_outcome
from cyberassess.domain.result.theme_maturity import ThemeLevel
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, capital, clipped, joined
from cyberassess.paper.blocks import (
    Block,
    Heading,
    Section,
    Table,
    Text,
    columns,
    filled,
    paragraph,
    strong,
)
from cyberassess.paper.charts import needed_for
from cyberassess.paper.costs import brief_costs
from cyberassess.paper.document import said_status
from cyberassess.paper.furniture import figures as figure_table
from cyberassess.paper.sections.checking import said_confirmed, said_dissent
from cyberassess.paper.sections.moves import said_moves
from cyberassess.paper.sections.squares import WAITS, row_of_squares
from cyberassess.paper.sections.summary import (
    NOT_PLANNED,
    actions_on,
    figures,
    said_before,
    said_count,
    said_due,
    said_owner,
    said_verdicts,
    said_weakest,
    weakest,
    whose_target,
)
from cyberassess.paper.sections.top_gaps import Gap, gaps_title, top_gaps

_LONGEST_STAKE = 130
_LONGEST_NAME = 60
_NAMED_PLACES = 2


def page_one(
    basis: Basis, kind: str, *, edition: str = "", is_open: bool = False, decision: str = ""
) -> Section:
    """Give page one.

    Args:
        kind: what the document is called.
        edition: as it is said; nothing where there is only one.
        is_open: names no system, person or outcome.
        decision: in the officer's words; from the plan if empty.
    """
    name = basis.look.name or basis.settings.organisation
    status = "DRAFT" if basis.version.is_draft else said_status(basis)
    about = (
        f"{name} · Cyber resilience {basis.settings.period} · "
        f"{f'{edition} edition' if edition else kind} · {status}"
    )
    ask = *paragraph(said_plan(basis)), Text(strong(decision or said_decision(basis)))
    return Section(
        (
            Text(about, "about"),
            *_result(basis, is_open=is_open),
            *_proof(basis, is_open=is_open),
            Section((Heading("Decision"), *ask), "ask"),
            *(() if is_open else _gaps(basis, top_gaps(basis))),
            *filled(Heading("Trend"), paragraph(said_trend(basis))),
        ),
        "one",
    )


def _result(basis: Basis, *, is_open: bool) -> Iterator[Block]:
    """Say the result, where it is weakest, and what could happen."""
    yield Heading(f"{headed(basis)}: {said_count(basis).rstrip('.')}", 1)
    yield from () if is_open else (Text(strong(each)) for each in said_verdicts(basis))
    yield from row_of_squares(basis, is_open=is_open)
    yield Text(" ".join(_targets(basis)), "note")
    weak = "" if is_open else " ".join(filter(None, _weak(basis)))
    yield from filled(Heading("So what"), paragraph(weak))


def headed(basis: Basis) -> str:
    """Name the theme that the count is of."""
    several = len(basis.frameworks) > 1
    return f"{basis.headline.title}{f', {basis.first.short_title}' if several else ''}"


def _proof(basis: Basis, *, is_open: bool) -> Iterator[Block]:
    """Say how far it is proven, and who reviewed and who confirmed it."""
    yield Heading("How sure we are")
    yield figure_table((brief, number) for number, _, brief in figures(basis))
    yield from paragraph(said_result(basis), "note")
    dissent = said_dissent(basis, is_open=is_open, is_named=False)
    who = dissent, said_confirmed(basis, is_open=is_open)
    yield Text(" ".join(filter(None, who)))


def said_result(basis: Basis) -> str:
    """Say what a result is; empty where it is the same as an outcome."""
    several = len(basis.scopes) > 1
    return "A result is one outcome in one place (system, organisation)." if several else ""


def _targets(basis: Basis) -> Iterator[str]:
    """Name the target of each set; say why there is none. Whose it is stands in the detail."""
    several = len(basis.frameworks) > 1
    for ref, framework in basis.frameworks.items():
        profile = basis.profiles.get(ref)
        prefix = f"{framework.short_title}: " if several else ""
        if profile is not None:
            yield f"{prefix}Target: {profile.title}."
    if None in basis.profiles.values():
        yield whose_target(basis)


def said_trend(basis: Basis) -> str:
    """Say last year's count, and what moved since; sets of another version each for itself."""
    before = said_before(basis, basis.headline.id).replace("it was ", "")
    same = [
        f for ref, f in basis.frameworks.items() if basis.before and ref in basis.before.titles
    ]
    since = said_moves(basis) if before and basis.moved.compared else ""
    if since and basis.first not in same:
        since = f"{joined([each.short_title for each in same])}: {since}"
    others = (
        f"{basis.frameworks[each.framework].short_title}: {each.sentence}"
        for each in basis.like_for_like
        if not each.is_whole and each.framework != basis.first.ref
    )
    return " ".join(filter(None, (before, since, *others)))


def planned(basis: Basis) -> tuple[int, int]:
    """Count results below their target that have an action, and those with owner and date."""
    actions = [basis.planned.get(each.score.key, ()) for each in basis.findings]
    return sum(map(bool, actions)), sum(any(e.is_settled for e in each) for each in actions)


def said_decision(basis: Basis) -> str:
    """Say what the committee is asked, as it follows from the plan."""
    board = basis.look.board
    if basis.is_unknown:
        return f"We ask {board} to note that {basis.unknown}"
    has_action, settled = planned(basis)
    asks = ["note this result"]
    if has_action:
        asks.append("agree the plan")
    every = len(basis.findings)
    rest = every - settled
    if rest:
        number = f"{'the ' if rest == every else ''}{counted(rest, 'result')}"
        what = f"missing owners and dates for {number} below target (all themes)"
        what = "owner and date for the gap" if every == 1 else what
        asks.append(f"set {what}, or accept that risk")
    return f"We ask {board} to {joined(asks)}."


def _weak(basis: Basis) -> Iterator[str]:
    """Name the weakest place, and what it carries."""
    yield said_weakest(basis)
    lowest = weakest(basis)
    stake = said_stake(basis)
    yield stake.partition(": ")[2] if len(lowest) == 1 else stake


def said_stake(basis: Basis) -> str:
    """Say what the weakest system carries, as the council wrote it."""
    for each in weakest(basis):
        scope = basis.settings.scope(each.scope)
        if scope is not None and scope.why_critical:
            return f"At stake in {scope.title}: {clipped(scope.why_critical, _LONGEST_STAKE)}"
    return ""


def said_plan(basis: Basis) -> str:
    """Say what the plan costs, how far it goes if all of it works, and where the ambition stands.

    Empty where there is neither a plan nor an ambition.
    """
    score = basis.headline_score()
    if score.level is None or basis.is_unknown:
        return ""
    cost = brief_costs((each for each in basis.actions if each.is_open), basis.look)
    scores = (basis.card.by_key.get(key) for e in basis.actions if e.is_open for key in e.covers)
    is_wider = any(each and basis.theme_of(each) != basis.headline.id for each in scores)
    about = ", ".join(filter(None, ("other themes too" if is_wider else "", cost)))
    plan = f"The plan{f' ({about})' if about else ''}"
    dates = sorted(_lifted(basis))
    reached = score.meets + len(dates)
    by = said_date(dates[-1]) if dates else ""
    parts = [f"{plan} would reach {reached} of {score.of} by {by}"] if dates else []
    if cost and not dates:
        parts = [f"{plan} lifts no outcome by a date"]
    ambition = basis.settings.ambition.get(score.theme)
    needed = None if ambition is None else needed_for(ambition, score.of)
    if ambition is not None and needed is not None:
        wanted = f"all {needed}" if needed == score.of else f"{needed} of {score.of}"
        wanted += " and beyond" if min(ambition, score.top) > ThemeLevel.ON_TARGET else ""
        now = ", reached already" if score.level >= min(ambition, score.top) else ""
        parts.append(f"our ambition: {wanted}{now}")
    return f"{capital('; '.join(parts))}." if parts else ""


def _lifted(basis: Basis) -> Iterator[datetime.date]:
    """Give when each outcome that falls short would meet its target, where the plan says so."""
    for findings in by_outcome(basis.headline_findings()):
        dates = [
            min((e.due for e in basis.planned.get(each.score.key, ()) if e.due), default=None)
            for each in findings
        ]
        known = [each for each in dates if each is not None]
        if len(known) == len(dates):
            yield max(known)


def said_places(basis: Basis, findings: Sequence[Finding]) -> str:
    """Name the places of a gap; their number where they are many. A mark: not confirmed."""
    star = {e.score.key: WAITS if basis.is_waiting(e.score) else "" for e in findings}
    if len(findings) <= _NAMED_PLACES:
        return joined(
            [
                f"{clipped(basis.place(key.scope), _LONGEST_NAME)}{mark}"
                for key, mark in star.items()
            ]
        )
    outcome = findings[0].score.key
    asked = sum(
        (each.key.framework, each.key.outcome) == (outcome.framework, outcome.outcome)
        for each in basis.card.outcomes
    )
    number = f"all {asked}" if len(findings) == asked else f"{len(findings)} of {asked}"
    places = "places" if ORGANISATION in {each.scope for each in star} else "systems"
    return f"{number} {places}{WAITS if any(star.values()) else ''}"


def _gaps(basis: Basis, gaps: Sequence[Gap]) -> Iterator[Block]:
    """Name the gaps that matter most, a line each; dates only where there are some."""
    if not gaps:
        return
    yield Heading("Main gaps" if len(gaps) > 1 else gaps_title(gaps))
    rows = tuple(_gap(basis, each) for each in gaps)
    heads = columns(("Gap", 34), ("Where", 26), ("Owner", 23), ("By", 17))
    shown = 4 if any(by for *_, by in rows) else 3
    yield Table(heads[:shown], tuple(row[:shown] for row in rows))


def _gap(basis: Basis, gap: Gap) -> tuple[str, str, str, str]:
    outcome = gap[0].score.asked.outcome
    actions = actions_on(basis, gap)
    owner = said_owner(basis, actions[0]).partition(", ")[0] if actions else NOT_PLANNED
    by = said_due(actions[0]) if actions else ""
    bare = sum(each.score.key not in basis.planned for each in gap)
    if bare and bare < len(gap):
        owner += f", for {len(gap) - bare} of {len(gap)}"
    return outcome.name, said_places(basis, gap), owner, by
