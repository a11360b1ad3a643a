"""Page one: the count in a sentence, how sure we are, the gaps that matter most, all themes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cyberassess.domain.assessment import ALL_SCOPES, ORGANISATION
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.plan import LOWEST_PRIORITY, Action
from cyberassess.domain.result.counting import Why, label_of, why, word_of
from cyberassess.domain.result.findings import Finding, is_blank
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.result.theme_maturity import THEME_RULE, ThemeScore
from cyberassess.domain.sets.framework import (
    Framework,
    FrameworkRef,
    IndicatorId,
    OutcomeId,
)
from cyberassess.errors import counted
from cyberassess.paper.basis import MOST_PLACES, Basis, capital, joined, said_role, share
from cyberassess.paper.sections.last_year import said_comparison
from cyberassess.paper.sections.outcomes import said_verdict
from cyberassess.paper.sections.squares import NOT_CONFIRMED, WAITS

_TOP_GAPS = 3
_NUMBERS = {2: "two", 3: "three"}
_TEXTS_A_GAP = 1
_NAMED_WEAKEST = 2
NOT_PLANNED = "not planned yet"
_BAR = 200
"""Width of a bar in its own units."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it means."""

    number: str
    meaning: str
    brief: str = ""
    """The same in a word or two, for page one."""


@dataclass(frozen=True, slots=True)
class GapRow:
    """One of the gaps that matter most."""

    ref: str
    title: str
    link: str
    missing: tuple[tuple[str, str], ...]
    """What was answered, and the statement."""
    more: str
    where: str
    owner: str
    by: str
    cost: str
    doing: str
    """What will be done, and where if not everywhere; empty where nothing is planned."""
    unplanned: str
    """Where nothing is planned, though something is elsewhere."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """Where one theme stands."""

    title: str
    meets: str
    bar: int
    """Length out of 200; -1 where there is nothing to draw."""
    before: str
    """Last year's count, or why there is none."""
    mark: int
    """Where last year's count stands on the bar; -1 where there is none."""
    level: str
    ambition: str


@dataclass(frozen=True, slots=True)
class ThemeTable:
    """All themes of one framework."""

    title: str
    rows: tuple[ThemeRow, ...]
    notes: tuple[str, ...]


def said_verdicts(basis: Basis) -> Iterator[str]:
    """Say what sets that ask for everything say of each place."""
    for each in basis.card.verdicts:
        text = said_verdict(basis, basis.frameworks[each.framework], each.scope)
        several = len([e for e in basis.card.verdicts if e.framework == each.framework]) > 1
        yield f"{basis.place(each.scope)}. {text}" if several else text


def said_left_out(basis: Basis) -> str:
    """Say what was considered and not assessed."""
    parts = [
        f"{each.title} ({each.reason.rstrip('.')})" if each.reason else each.title
        for each in basis.settings.left_out
    ]
    if parts:
        return f"{'; '.join(parts)}."
    return "Nothing is recorded as left out. This report says nothing of what it does not name."


def said_count(basis: Basis) -> str:
    """Say how many outcomes of the headline theme meet the target."""
    score = basis.headline_score()
    if basis.is_unknown:
        return basis.unknown
    if basis.target(basis.first.ref) is None:
        return "no target was chosen, so nothing can be counted against one."
    if not score.of:
        return "no outcome of this theme has a target."
    verb = "meets" if score.meets == 1 else "meet"
    return f"{score.meets} of {counted(score.of, 'outcome')} {verb} our target."


def weakest(basis: Basis) -> tuple[ThemeScore, ...]:
    """Give the places that meet the least share of the headline theme, then have the larger gap.

    None where all are alike.
    """
    entries = [
        each
        for each in basis.card.themes
        if each.framework == basis.first.ref
        and each.theme == basis.headline.id
        and each.scope != ALL_SCOPES
        and each.of
        and not is_blank(e for e in basis.card.outcomes if e.key.scope == each.scope)
    ]
    ranks = [(Fraction(each.meets, each.of), each.meets - each.of) for each in entries]
    lowest = [e for e, rank in zip(entries, ranks, strict=True) if rank == min(ranks)]
    return () if len(lowest) == len(entries) else tuple(lowest)


def said_weakest(basis: Basis) -> str:
    """Name the weakest place in a sentence; empty where all are alike."""
    lowest = weakest(basis)
    if not lowest:
        return ""
    places = joined(
        [
            "what is answered once for the whole organisation"
            if each.scope == ORGANISATION
            else basis.place(each.scope)
            for each in lowest
        ]
    )
    if len(lowest) > _NAMED_WEAKEST:
        return (
            f"The weakest are {len(lowest)} places, each with {lowest[0].meets} of {lowest[0].of}."
        )
    if len(lowest) > 1:
        return f"The weakest are {places}, each with {lowest[0].meets} of {lowest[0].of}."
    what = "part" if lowest[0].scope == ORGANISATION else "system"
    return f"The weakest {what} is {places}, with {lowest[0].meets} of {lowest[0].of}."


NO_LEVEL = (
    "There is no level without a target.",
    "One outcome alone is too few to say a level.",
)
"""Why there is no level, by how many outcomes have a target."""


def said_level(basis: Basis, score: ThemeScore) -> str:
    """Say the level, last year's beside it, and the ambition."""
    if score.level is None:
        return NO_LEVEL[score.of]
    level = f"Level {score.level.value} of {score.top.value}, {score.level.title}"
    before = basis.baseline(score.framework, score.theme, score.scope)
    if before is not None and before.level is not None and before.level.value:
        level += f"; last year {before.level.value}"
    ambition = basis.settings.ambition.get(score.theme)
    if ambition is not None:
        level += f"; our ambition is {ambition}"
    if score.level.value:
        return f"{level}."
    return (
        f"{level}. Only {score.determined} of {counted(score.pairs, 'result')} could be "
        "determined; a level needs four fifths of them."
    )


def said_before(basis: Basis, theme: str) -> str:
    """Say last year's count of a theme as a sentence, or why there is none to compare."""
    before, ref = basis.before, basis.first.ref
    if before is None:
        return ""
    entry = before.theme(ref, theme)
    if entry is None:
        for each in basis.like_for_like:
            if each.framework == ref:
                return f"Since {before.period}: {each.sentence}"
        sets = joined(list(before.titles.values()))
        return f"In {before.period} we were assessed against {sets}, so it cannot be compared."
    if not entry.of:
        return f"In {before.period} no target was set."
    now = basis.card.theme(ref, theme)
    if basis.is_unknown:
        return f"Last year {entry.meets} of {counted(entry.of, 'outcome')} met the target."
    text = f"Last year it was {entry.meets}"
    if entry.of != now.of:
        text += f" of {entry.of}"
    profile = basis.profiles.get(ref)
    if profile is not None and before.profiles.get(ref, "") != profile.id:
        text += ", against another target"
    return f"{text}."


def whose_target(basis: Basis) -> str:
    """Say which target it is, and who set it."""
    several = len(basis.frameworks) > 1
    sentences: list[str] = []
    for pinned in basis.settings.frameworks:
        profile = basis.profiles.get(pinned.ref)
        prefix = f"{basis.frameworks[pinned.ref].short_title}: " if several else ""
        if profile is None:
            reason = f": {pinned.no_profile_reason}" if pinned.no_profile_reason else ""
            sentences.append(f"{prefix}No target was chosen{reason.rstrip('.')}.")
        else:
            lead = f"{basis.frameworks[pinned.ref].rule.kind.our_target} {profile.title}"
            sentences.append(f"{prefix}{lead}, set by {profile.owner}.")
    return " ".join(sentences)


def figures(basis: Basis) -> tuple[Figure, ...]:
    """Give the five key facts: how far the result is proven."""
    sure = basis.card.confidence
    answered, named, seen = (
        share(part, whole)
        for part, whole in (
            (sure.answered, sure.statements),
            (sure.evidenced, sure.claims),
            (sure.seen, sure.claims),
        )
    )
    return (
        Figure(answered, "of statements answered", "answered"),
        Figure(named, "of claims name evidence", "claims with evidence"),
        Figure(seen, "of claims with evidence seen here", "evidence seen"),
        Figure(
            f"{sure.reviewed:,} of {sure.outcomes:,}",
            "results reviewed independently",
            "reviewed",
        ),
        Figure(
            f"{sure.conflicts:,}",
            "statement on which people differ"
            if sure.conflicts == 1
            else "statements on which people differ",
            "statements disputed",
        ),
    )


def statement_text(score: OutcomeScore, indicator: IndicatorId) -> str:
    """Give a statement's text."""
    return score.asked.framework.indicators[indicator][1].text


def no_step(score: OutcomeScore) -> str:
    """Say why an outcome is below its target where no statement stands in the way."""
    if score.unaccepted or score.suggested is not None:
        return "More than half of the statements were said not to apply; see there."
    return (
        "Nothing stands in the way of the target itself; the result is open because of what is "
        "not answered above it."
    )


def answered_first(
    score: OutcomeScore, statements: Sequence[IndicatorId]
) -> tuple[list[IndicatorId], list[IndicatorId]]:
    """Split statements into those somebody answered and those still open, order kept."""
    open_ = [each for each in statements if why(score.by_statement[each]) is Why.NOT_ANSWERED]
    return [each for each in statements if each not in open_], open_


def tag_of(score: OutcomeScore, statement: IndicatorId) -> str:
    """Say in few words what stands for a statement in the way: of a reason that is missing, too.

    So that an answer that does not count is not read as one that does.
    """
    standing = score.by_statement[statement]
    if why(standing) is Why.LACKS_REASON:
        return f"{label_of(score, statement, standing.answer)}, but without a reason"
    return word_of(score, statement)


def _kind_of(score: OutcomeScore, statement: IndicatorId) -> str:
    """Say the same after a number: answers as they were given, all else as what it is."""
    standing = score.by_statement[statement]
    match why(standing):
        case Why.IN_CONFLICT:
            return "where people differ"
        case Why.NOT_ANSWERED:
            return "not answered"
        case Why.LACKS_REASON:
            label = label_of(score, statement, standing.answer)
            return f"“{label.lower()}” without a reason"
        case _:
            return f"“{word_of(score, statement).lower()}”"


def said_rest(statements: Sequence[tuple[OutcomeScore, IndicatorId]], shown: int) -> str:
    """Count the statements in the way that are not shown, each kind of answer for itself.

    Args:
        statements: all of them, each with its result; those shown stand first.
        shown: how many are.
    """
    kinds = Counter(_kind_of(*each) for each in statements[shown:])
    if not kinds:
        return ""
    said = joined([f"{number} {kind}" for kind, number in kinds.items()])
    return f"{'Also ' if shown else ''}{said}."


def top_gaps(basis: Basis) -> tuple[GapRow, ...]:
    """Give the gaps that matter most.

    Those the officer gave the highest priority stand first, then those in most places, then those
    with the fewest statements in the way.
    """
    grouped: dict[OutcomeId, list[Finding]] = {}
    for finding in basis.headline_findings():
        grouped.setdefault(finding.score.asked.outcome.id, []).append(finding)

    def order(found: list[Finding]) -> tuple[int, int, int]:
        actions = actions_on(basis, found)
        first = min((each.priority for each in actions), default=LOWEST_PRIORITY)
        return first, -len(found), sum(each.steps for each in found)

    ranked = sorted(grouped.values(), key=order)
    return tuple(_gap(basis, found) for found in ranked[:_TOP_GAPS])


def actions_on(basis: Basis, found: Sequence[Finding]) -> list[Action]:
    """Give the actions on any of these findings, the most urgent first."""
    wanted = {each.score.key for each in found}
    return [e for e in basis.actions if e.is_open and not wanted.isdisjoint(e.covers)]


def _gap(basis: Basis, found: Sequence[Finding]) -> GapRow:
    worst = max(found, key=lambda each: each.steps)
    score, outcome = worst.score, worst.score.asked.outcome
    answered, open_ = answered_first(score, worst.gap.statements)
    shown = answered[:_TEXTS_A_GAP]
    more = said_rest([(score, each) for each in (*answered, *open_)], len(shown))
    if len(found) > 1 and shown:
        more = f"So in {basis.place(score.key.scope)}. {more}".rstrip()
    if not worst.steps:
        more = no_step(score)
    actions = actions_on(basis, found)
    first = actions[0] if actions else None
    return GapRow(
        ref=outcome.id,
        title=outcome.title,
        link=basis.anchor(score.key),
        missing=tuple((tag_of(score, k), statement_text(score, k)) for k in shown),
        more=more,
        where=_marked(basis, [each.score for each in found]),
        owner=said_owner(basis, first) if first else NOT_PLANNED,
        by=said_due(first) if first else "",
        cost=basis.look.cost(first) if first else "",
        doing=f"{_covered(basis, found, first)}{first.title}" if first else "",
        unplanned=said_unplanned(basis, found) if first else "",
        findings=tuple(found),
    )


def _marked(basis: Basis, scores: Sequence[OutcomeScore]) -> str:
    """Name places, with a mark where nobody confirmed what stands there."""
    marks = {e.key.scope: WAITS if basis.is_waiting(e) else "" for e in scores}
    if len(scores) > MOST_PLACES:
        return f"{basis.said_places(list(marks))}{max(marks.values())}"
    return ", ".join(f"{basis.place(scope)}{mark}" for scope, mark in marks.items())


def _covered(basis: Basis, found: Sequence[Finding], action: Action) -> str:
    """Say for which of the places an action is, where it is not for all of them."""
    there = [e.score.key.scope for e in found if e.score.key in action.covers]
    if len(there) == len(found):
        return ""
    return f"for {basis.said_places(there)}: "


def said_unplanned(basis: Basis, found: Sequence[Finding]) -> str:
    """Name the places of a gap for which nothing is planned; empty where something is for each."""
    bare = [e.score.key.scope for e in found if e.score.key not in basis.planned]
    return f"Not planned yet: {basis.said_places(bare)}." if bare else ""


def said_owner(basis: Basis, action: Action) -> str:
    """Name who will do it: a person of the settings with their role, or as it was written."""
    if not action.owner:
        return "no owner yet"
    person = basis.settings.person(action.owner)
    if person is None:
        return action.owner
    return f"{person.name}, {said_role(person.role)}" if person.role else person.name


def said_due(action: Action) -> str:
    """Say when it will be done."""
    return said_date(action.due) if action.due else "no date yet"


def gaps_title(gaps: Sequence[GapRow]) -> str:
    """Head the gaps by how many are shown."""
    if not gaps:
        return "Gaps"
    if len(gaps) == 1:
        return "The gap that matters most"
    return f"The {_NUMBERS[len(gaps)]} gaps that matter most"


def gaps_note(basis: Basis, gaps: tuple[GapRow, ...]) -> str:
    """Say how the gaps were chosen, or why there are none."""
    if not gaps:
        if basis.is_unknown:
            return "Nothing is answered yet, so no gap can be named."
        if basis.target(basis.first.ref) is None:
            return "Without a target there are no gaps to name."
        return f"Every outcome of {basis.headline.title} with a target meets it."
    several = len(basis.scopes) > 1
    order = ["by the priority given in the plan"] if basis.actions else []
    order += ["by how many places fall short"] if several else []
    order.append("by how few statements stand in the way")
    marked = any(basis.is_waiting(each.score) for gap in gaps for each in gap.findings)
    star = f" {WAITS} {capital(NOT_CONFIRMED)}." if marked else ""
    return f"Chosen {', then '.join(order)}.{star}"


def _by_default(basis: Basis, framework: Framework) -> Iterator[str]:
    """Say what the default's placing would give, where the organisation's own differs."""
    found: list[str] = []
    for default in basis.default_scores:
        if default.framework != framework.ref or default.scope != ALL_SCOPES:
            continue
        own = next((e for e in basis.card.themes if _same_line(e, default)), None)
        if own is None or (own.meets, own.of, own.level) != (
            default.meets,
            default.of,
            default.level,
        ):
            title = basis.title_by_default(default.theme)
            level = default.note or "no level"
            level = level if default.level is None else f"level {default.level.value}"
            found.append(f"{title} {default.meets} of {default.of}, {level}")
    if found:
        yield f"Themes are placed by the organisation. By the default's placing: {joined(found)}."


def _same_line(one: ThemeScore, other: ThemeScore) -> bool:
    return (one.framework, one.scope, one.theme) == (other.framework, other.scope, other.theme)


def theme_table(basis: Basis, ref: FrameworkRef, *, titled: bool) -> ThemeTable:
    """Give all themes of a framework: now, last year, the ambition; the headline theme first."""
    framework = basis.frameworks[ref]
    rows: list[ThemeRow] = []
    empty: list[str] = []
    for theme in basis.themes.themes:
        score = basis.card.theme(ref, theme.id)
        if not score.pairs and not score.of:
            empty.append(theme.title)
            continue
        before = basis.baseline(ref, theme.id)
        ambition = basis.settings.ambition.get(theme.id)
        meets = f"{score.meets} of {score.of}" if score.of else "no target"
        rows.append(
            ThemeRow(
                theme.title,
                "not known" if basis.is_unknown else meets,
                _BAR * score.meets // score.of if score.of else -1,
                f"{before.meets} of {before.of}" if before else "not known",
                _BAR * before.meets // before.of if before and score.of else -1,
                score.level_in_words,
                "none set" if ambition is None else f"level {ambition}",
            )
        )
    headline = [row for row in rows if row.title == basis.headline.title]
    return ThemeTable(
        f"{framework.title} {framework.version}" if titled else "",
        (*headline, *(row for row in rows if row not in headline)),
        tuple(_theme_notes(basis, framework, empty)),
    )


def _theme_notes(basis: Basis, framework: Framework, empty: list[str]) -> Iterator[str]:
    yield f"Levels follow rule {THEME_RULE}."
    if scale := framework.rule.scale or framework.rule.kind.scale:
        yield scale
    if empty:
        verb = "has" if len(empty) == 1 else "have"
        yield f"{joined(empty)} {verb} no outcome in this framework."
    yield from _by_default(basis, framework)
    yield said_comparison(basis, framework)
