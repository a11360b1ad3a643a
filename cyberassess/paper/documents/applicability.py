"""The statement of applicability: what applies where, who said so, and what was left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cyberassess.domain.assessment import SHARED_SERVICE, Scope, StatementKey
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.recorded import Given
from cyberassess.domain.result.counting import reasons_out, said_of
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import CountsAs, Framework, IndicatorId
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, Verdict, has_own_name, joined, said_group
from cyberassess.paper.document import Document, frame, prepared_by, said_status
from cyberassess.paper.sections.checking import said_checks, said_dissent
from cyberassess.paper.sections.explaining import noun
from cyberassess.paper.sections.last_year import counted_before, last_year_of, said_comparisons
from cyberassess.paper.sections.outcomes import result_of, said_review, target_of
from cyberassess.paper.sections.summary import (
    Figure,
    said_left_out,
    said_verdicts,
    statement_text,
    whose_target,
)

_SHOWN_EVIDENCE = 2
_LONGEST_EVIDENCE = 80
_LONGEST_HOW = 130


@dataclass(frozen=True, slots=True)
class ApplicabilityRow:
    """One outcome in one place."""

    name: str
    """Its reference and title."""
    applies: str
    """``Yes``, ``In part`` or ``No``."""
    why: str
    """Why, and who said so."""
    result: Verdict
    target: str
    reviewed: str
    """What an independent review found; empty where nobody looked."""
    before: str
    """Last year's result; empty where there is none to compare."""
    how: str
    """How it is implemented, in the words of those who answered, cut to a line or two."""
    evidence: tuple[str, ...]
    more: str


@dataclass(frozen=True, slots=True)
class ApplicabilityGroup:
    """The outcomes of one group in one place."""

    title: str
    rows: tuple[ApplicabilityRow, ...]


@dataclass(frozen=True, slots=True)
class ApplicabilityPlace:
    """Everything of one control set in one place."""

    title: str
    note: str
    """Why the place is assessed."""
    groups: tuple[ApplicabilityGroup, ...]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Something that does not apply, or was left out, with who said so and why."""

    what: str
    where: str
    reason: str
    who: str


@dataclass(frozen=True, slots=True)
class CountRow:
    """How many outcomes apply in one place."""

    place: str
    outcomes: str
    apply: str
    not_apply: str
    targeted: str
    met: str
    before: str
    """How many met it last year."""


@dataclass(frozen=True, slots=True)
class Applicability(Document):
    """Everything the statement of applicability prints."""

    title: str
    about: str
    lead: str
    basis: tuple[str, ...]
    """What a set that asks for everything says of the whole; the sets, and whose targets."""
    figures: tuple[Figure, ...]
    counts: tuple[CountRow, ...]
    left_out: str
    sources: str
    """Shared services: sources of answers that are not scored."""
    outcomes_out: tuple[Exclusion, ...]
    statements_out: tuple[Exclusion, ...]
    one: str
    """What a statement is called."""
    untargeted: str
    places: tuple[ApplicabilityPlace, ...]
    method: tuple[str, ...]


def applicability(basis: Basis) -> Applicability:
    """Give what the statement of applicability prints."""
    scores = basis.card.outcomes
    out = [each for each in scores if each.not_applicable]
    statements = tuple(_statements_out(basis))
    nouns = dict.fromkeys(noun(each) for each in basis.frameworks.values())
    one = next(iter(nouns)) if len(nouns) == 1 else "statement"
    kinds = dict.fromkeys(each.outcome_word for each in basis.frameworks.values())
    kind = next(iter(kinds)) if len(kinds) == 1 else "outcome"
    return Applicability(
        frame=frame(basis, "applicability.html.j2", "Statement of applicability"),
        title=f"Statement of applicability {basis.settings.period}",
        about=(
            f"For {basis.look.name or basis.settings.organisation} · {said_date(basis.on)} · "
            f"prepared by {prepared_by(basis)} · {said_status(basis)}"
        ),
        lead=_lead(basis, kind),
        basis=tuple(_basis(basis)),
        figures=tuple(_figures(basis, out, len(statements), one)),
        counts=tuple(_counts(basis)),
        left_out=said_left_out(basis),
        sources=_sources(basis),
        outcomes_out=tuple(_outcome_out(basis, each) for each in out),
        statements_out=statements,
        one=one,
        untargeted=_untargeted(basis),
        places=tuple(_places(basis)),
        method=(*_METHOD, said_checks(basis)),
    )


_METHOD = (
    "An outcome applies in every place the control set's own kinds of place give it, until every "
    "statement under it was said not to apply, with a reason. Nobody can leave out an outcome "
    "without saying why.",
    "“In part” means that some statements under it are left out: said not to apply, ruled out "
    "under “What applies here”, or ended. They are listed with the reason and the name.",
    "The result is the confirmed one if a named person confirmed it, otherwise what the control "
    "set's rule gives. The target is the profile's.",
    "What is in place, and the evidence, are cut short here. The full report has every answer, "
    "text and document.",
    "Names are asserted, not authenticated.",
)


def _lead(basis: Basis, kind: str) -> str:
    scores = basis.card.outcomes
    apply = sum(not each.not_applicable for each in scores)
    ids = len({(each.key.framework, each.key.outcome) for each in scores})
    what = counted(ids, kind)
    if len(scores) > ids:
        what += f" in {counted(len(basis.scopes), 'place')} make {len(scores):,} results"
        text = f"{what}; {'all' if apply == len(scores) else f'{apply:,}'} of them apply."
    else:
        text = f"{apply:,} of {what} apply."
    left = len(basis.settings.left_out)
    return f"{text} {counted(left, 'system was', 'systems were')} left out." if left else text


def _basis(basis: Basis) -> Iterator[str]:
    yield from said_verdicts(basis)
    for pinned in basis.settings.frameworks:
        framework = basis.frameworks[pinned.ref]
        yield (
            f"{framework.title}, version {framework.version}, by {framework.publisher}; "
            f"revision {pinned.revision} of our wording."
        )
    yield whose_target(basis)
    yield from filter(None, (said_dissent(basis),))
    yield said_comparisons(basis)


def _figures(
    basis: Basis, out: Sequence[OutcomeScore], statements: int, one: str
) -> Iterator[Figure]:
    scores = basis.card.outcomes
    open_ = sum(each.determination is None and not each.not_applicable for each in scores)
    yield Figure(f"{len(scores) - len(out):,}", "results apply, counted by place")
    yield Figure(f"{len(out):,}", "do not apply")
    yield Figure(f"{statements:,}", f"single {one}s do not apply")
    yield Figure(f"{open_:,}", "results not decided yet")
    before = counted_before(basis, met=True)
    yield Figure(
        f"{sum(each.meets_target is True for each in scores):,}",
        f"results meet their target{f'; last year {before}' if before else ''}",
    )


def _counts(basis: Basis) -> Iterator[CountRow]:
    for ref, framework in basis.frameworks.items():
        for scope in basis.scopes:
            here = [e for e in basis.card.outcomes if e.key[:2] == (ref, scope.id)]
            if here:
                yield CountRow(
                    _where(basis, framework, scope),
                    str(len(here)),
                    str(sum(not each.not_applicable for each in here)),
                    str(sum(each.not_applicable for each in here)),
                    str(sum(each.meets_target is not None for each in here)),
                    str(sum(each.meets_target is True for each in here)),
                    _met_before(basis, framework, scope),
                )


def _met_before(basis: Basis, framework: Framework, scope: Scope) -> str:
    before = basis.before
    if before is None or framework.ref not in before.titles:
        return "not known"
    here = [was for key, was in before.outcomes.items() if key[:2] == (framework.ref, scope.id)]
    return str(sum(was.meets_target is True for was in here)) if here else "not assessed"


def _where(basis: Basis, framework: Framework, scope: Scope) -> str:
    place = basis.place(scope.id)
    return f"{framework.short_title}, {place}" if len(basis.frameworks) > 1 else place


def _sources(basis: Basis) -> str:
    shared = [each.title for each in basis.settings.all_scopes if each.kind == SHARED_SERVICE]
    if not shared:
        return ""
    verb = "is" if len(shared) == 1 else "are"
    return f"{joined(shared)} {verb} not scored: only a source of answers for the systems."


def _untargeted(basis: Basis) -> str:
    ids = dict.fromkeys(
        str(each.asked.outcome.id)
        for each in basis.card.outcomes
        if each.target is None and basis.target(each.key.framework) is not None
    )
    if not ids:
        return ""
    verbs = ("has", "was") if len(ids) == 1 else ("have", "were")
    return (
        f"{joined(list(ids))} {verbs[0]} no target in this profile and {verbs[1]} assessed all "
        "the same."
    )


def _outcome_out(basis: Basis, score: OutcomeScore) -> Exclusion:
    said = "; ".join(reasons_out(score, basis.names)) or "No reason given."
    given = [e for key in score.by_statement for e in _behind(basis, score, key)]
    return Exclusion(_name(score), basis.where(score), said, _who(basis, given))


def _behind(basis: Basis, score: OutcomeScore, key: IndicatorId) -> tuple[Given, ...]:
    """Give the answers by which a statement counts: to itself, or to what leaves it out."""
    standing = score.by_statement[key]
    if standing.ruled_out_by is not None:
        asked = StatementKey(score.key.framework, score.key.scope, standing.ruled_out_by)
        return basis.state.answers.get(asked, ())
    return () if standing.ended else standing.given


def _statements_out(basis: Basis) -> Iterator[Exclusion]:
    """Give the statements that are left out, where the outcome itself applies."""
    for score in basis.card.outcomes:
        if score.not_applicable:
            continue
        for key in score.counting(CountsAs.LEFT_OUT):
            given = _behind(basis, score, key)
            reasons = dict.fromkeys(each.reason for each in given if each.reason)
            is_asked = score.by_statement[key].is_asked
            said = "" if is_asked else said_of(score, key, basis.names)
            yield Exclusion(
                f"{key} {statement_text(score, key)}",
                basis.where(score),
                said or "; ".join(reasons) or "No reason given.",
                _who(basis, given),
            )


def _who(basis: Basis, given: Sequence[Given]) -> str:
    return (
        joined(list(dict.fromkeys(basis.person(each.person, each.origin) for each in given)))
        or "not said"
    )


def _name(score: OutcomeScore) -> str:
    return f"{score.asked.outcome.id} {score.asked.outcome.title}"


def _places(basis: Basis) -> Iterator[ApplicabilityPlace]:
    for ref, framework in basis.frameworks.items():
        for scope in basis.scopes:
            groups: dict[str, list[ApplicabilityRow]] = {}
            for score in basis.card.outcomes:
                if score.key[:2] == (ref, scope.id):
                    group = basis.groups[ref, score.asked.outcome.id][-1]
                    said = said_group(group)
                    title = said if has_own_name(group) else f"{group.kind.capitalize()} {said}"
                    groups.setdefault(title, []).append(_row(basis, score))
            if groups:
                yield ApplicabilityPlace(
                    _where(basis, framework, scope),
                    _why_here(basis, scope),
                    tuple(ApplicabilityGroup(k, tuple(rows)) for k, rows in groups.items()),
                )


def _why_here(basis: Basis, scope: Scope) -> str:
    if scope.kind == "organisation":
        return "Answered once for the whole organisation." if len(basis.scopes) > 1 else ""
    parts = [f"Owner: {basis.person(scope.owner)}." if scope.owner else ""]
    parts += [f"In scope because: {scope.why_critical}" if scope.why_critical else ""]
    taken = [found.title for each in scope.inherits if (found := basis.settings.scope(each))]
    parts += [f"Takes over answers from {joined(taken)} where confirmed." if taken else ""]
    return " ".join(filter(None, parts))


def _row(basis: Basis, score: OutcomeScore) -> ApplicabilityRow:
    applies, why = _applies(basis, score)
    evidence = _evidence(basis, score)
    rest = len(evidence) - _SHOWN_EVIDENCE
    shown = tuple(_cut(each, _LONGEST_EVIDENCE) for each in evidence[:_SHOWN_EVIDENCE])
    texts = [each.text for each in basis.state.rationales.get(score.key, ())]
    how = _cut(" ".join(texts[0].split()), _LONGEST_HOW) if texts else ""
    none = "" if score.not_applicable else "No evidence offered."
    return ApplicabilityRow(
        _name(score),
        applies,
        why,
        result_of(score),
        target_of(score).word,
        said_review(basis, score),
        last_year_of(basis, score),
        how,
        shown,
        f"and {rest} more" if rest > 0 else "" if shown else none,
    )


def _applies(basis: Basis, score: OutcomeScore) -> tuple[str, str]:
    given = [each for key in score.by_statement for each in _behind(basis, score, key)]
    who = _who(basis, given)
    if score.not_applicable:
        return "No", f"Said by {who}; the reason stands on the list of what was left out."
    if not given:
        return "Yes", "Nobody has answered yet."
    by = f"Answered by {who}."
    if score.confirmed is not None and score.confirmation is not None:
        confirmed = score.confirmation
        by += f" Confirmed by {basis.person(confirmed.person, confirmed.origin)}."
    out = score.counting(CountsAs.LEFT_OUT)
    return ("In part", f"Without {joined(list(out))}. {by}") if out else ("Yes", by)


def _evidence(basis: Basis, score: OutcomeScore) -> list[str]:
    support = basis.evidence.support(score.evidence_places)
    items = [f"{each.reference} {each.facts.title}" for each in support.items]
    return [*items, *dict.fromkeys(each.text for each in support.named)]


def _cut(text: str, longest: int) -> str:
    """Cut a text at a word."""
    if len(text) <= longest:
        return text
    return f"{text[:longest].rsplit(' ', 1)[0].rstrip(' ,;.')} …"
