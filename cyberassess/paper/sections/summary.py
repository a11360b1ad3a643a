"""What documents say of the result: count, weakest place, level, and what is in the way."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from cyberassess.domain.assessment import ALL_SCOPES, ORGANISATION
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.plan import Action
from cyberassess.domain.result.findings import Finding, is_blank
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.result.theme_maturity import ThemeScore
from cyberassess.domain.sets.framework import IndicatorId
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, joined, said_role, share
from cyberassess.paper.sections.outcomes import said_verdict

_NAMED_WEAKEST = 2
NOT_PLANNED = "not planned yet"


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
    is_part = ORGANISATION in {each.scope for each in lowest}
    once = "what is answered once for the whole organisation"
    places = joined([
        once if each.scope == ORGANISATION else basis.place(each.scope) for each in lowest
    ])  # fmt: skip
    of = counted(lowest[0].of, f"{basis.headline.title} outcome")
    share_ = f"{lowest[0].meets} of its {of}"
    if len(lowest) > _NAMED_WEAKEST:
        many = counted(len(lowest), "place" if is_part else "system")
        return f"The weakest are {many}, each meeting {share_}."
    if len(lowest) > 1:
        return f"The weakest are {places}, each meeting {share_}."
    return f"The weakest {'part' if is_part else 'system'} is {places}, meeting {share_}."


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


def figures(basis: Basis) -> tuple[tuple[str, str, str], ...]:
    """Give how far the result is proven, five facts: number, meaning, and that in brief."""
    sure = basis.card.confidence
    is_one = sure.conflicts == 1
    return (
        (share(sure.answered, sure.statements), "of statements answered", "answered"),
        (share(sure.evidenced, sure.claims), "of claims name evidence", "evidence named"),
        (share(sure.seen, sure.claims), "of claims with evidence seen here", "evidence seen"),
        (
            f"{sure.reviewed:,} of {sure.outcomes:,}",
            "results reviewed independently",
            "reviewed",
        ),
        (
            f"{sure.conflicts:,}",
            f"{'statement' if is_one else 'statements'} on which people differ",
            "statements disputed",
        ),
    )


def statement_text(score: OutcomeScore, indicator: IndicatorId) -> str:
    """Give a statement's text."""
    return score.asked.framework.indicators[indicator][1].text


def actions_on(basis: Basis, found: Sequence[Finding]) -> list[Action]:
    """Give the actions on any of these findings, the most urgent first."""
    wanted = {each.score.key for each in found}
    return [e for e in basis.actions if e.is_open and not wanted.isdisjoint(e.covers)]


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
