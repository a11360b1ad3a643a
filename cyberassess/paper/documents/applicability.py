"""The statement of applicability: what applies where, who said so, and what was left out."""

import re
from collections.abc import Iterator, Sequence

from cyberassess.domain.assessment import SHARED_SERVICE, Scope, ScopeId, StatementKey
from cyberassess.domain.record.recorded import Given
from cyberassess.domain.result.counting import reasons_out, said_of
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import CountsAs, FrameworkRef, IndicatorId
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, capital, has_own_name, joined, said_group
from cyberassess.paper.blocks import (
    Block,
    Heading,
    Row,
    Section,
    Table,
    Text,
    columns,
    paragraph,
    strong,
)
from cyberassess.paper.document import Document, frame
from cyberassess.paper.furniture import chip, closing, figures, opening
from cyberassess.paper.sections.checking import said_checks, said_dissent
from cyberassess.paper.sections.explaining import noun
from cyberassess.paper.sections.last_year import counted_before, last_year_of, said_comparisons
from cyberassess.paper.sections.outcomes import result_of, said_review, target_of
from cyberassess.paper.sections.summary import (
    said_left_out,
    said_verdicts,
    statement_text,
    whose_target,
)

_SHOWN_EVIDENCE = 2
_LONGEST_EVIDENCE = 100
_LONGEST_HOW = 220
_LONGEST_SENTENCE = 300
_FOLDER = " > "
_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}")
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\b[A-Za-z]\.)(?<!\b(?:Dr|Mr|Ms|No|vs)\.)(?<!\bMrs\.)\s+(?=[A-Z])"
)
"""Not behind a letter or an abbreviation: e.g., Dr., No."""


def applicability(basis: Basis) -> Document:
    """Give what the statement of applicability prints."""
    framed = frame(basis, "Statement of applicability")
    body = Section(tuple(_body(basis, framed.marking)))
    how = closing("How to read this", framed, (*_METHOD, said_checks(basis)))
    return Document(framed, (body, how, *_places(basis)))


def _body(basis: Basis, marking: str) -> Iterator[Block]:
    yield from opening(
        basis, f"Statement of applicability {basis.settings.period}", "For", marking
    )
    every = basis.by_reference(basis.card.outcomes)
    out = tuple(_outcome_out(basis, each) for each in every if each.not_applicable)
    statements = tuple(_statements_out(basis))
    nouns = dict.fromkeys(noun(each) for each in basis.frameworks.values())
    one = next(iter(nouns)) if len(nouns) == 1 else "statement"
    kinds = dict.fromkeys(each.outcome_word for each in basis.frameworks.values())
    kind = next(iter(kinds)) if len(kinds) == 1 else "outcome"
    yield Text(_lead(basis, kind), "lead")
    yield figures(_figures(basis, len(out), len(statements), one))
    yield Text(" ".join(_basis(basis)), "level after")
    yield Heading("By place", kind="again")
    heads = columns(
        ("Place", 28), ("In all", 8), ("Apply", 9), ("Do not apply", 13),
        ("Have a target", 13), ("Meet their target", 14), ("Met their target last year", 15),
    )  # fmt: skip
    yield Table(heads, tuple(_counts(basis)), "short")
    yield from paragraph(_untargeted(basis), "small")
    yield Heading("What was left out", kind="again")
    left = f"{said_left_out(basis)} {_sources(basis)}".rstrip()
    yield Text((strong("Systems and services."), f" {left}"), "out")
    none = "None: every outcome that was asked applies."
    yield from _left_out("Outcomes", out, none)
    yield from _left_out(f"Single {one}s", statements, "None was said not to apply.")


def _left_out(what: str, rows: tuple[Row, ...], none: str) -> Iterator[Block]:
    if not rows:
        yield Text((strong(f"{what}."), f" {none}"), "out")
        return
    yield Heading(f"{what} that do not apply", 3)
    one = what.removeprefix("Single ").removesuffix("s").capitalize()
    heads = columns((one, 38), ("Where", 16), ("Reason", 30), ("Who said so", 16))
    yield Table(heads, rows, "found")


_METHOD = (
    "The control set says where an outcome is asked: once for the whole organisation, for "
    "example, or in each critical system. There it applies, until every statement under it was "
    "said not to apply, with a reason. Nobody can leave out an outcome without saying why.",
    "“In part” means that some statements under it are left out: said not to apply, ruled out "
    "under “What applies here”, or ended. They are listed with the reason and the name.",
    "The result is the confirmed one if a named person confirmed it, otherwise what the control "
    "set's rule gives. The target is the profile's.",
    "What is in place is given in its first sentence or two, and evidence without its folder. "
    "The full report has every text and document.",
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
            f"the statements are in our own plain words (revision {pinned.revision})."
        )
    yield whose_target(basis)
    yield from filter(None, (said_dissent(basis),))
    yield said_comparisons(basis)


def _figures(basis: Basis, out: int, statements: int, one: str) -> Iterator[tuple[str, str]]:
    scores = basis.card.outcomes
    open_ = sum(each.determination is None and not each.not_applicable for each in scores)
    yield "results apply, counted by place", f"{len(scores) - out:,}"
    yield "results do not apply", f"{out:,}"
    yield f"single {one}s do not apply", f"{statements:,}"
    yield "results not decided yet", f"{open_:,}"
    before = counted_before(basis, met=True)
    last = f"; last year {before} did" if before else ""
    met = sum(each.meets_target is True for each in scores)
    yield f"results meet their target{last}", f"{met:,}"


def _counts(basis: Basis) -> Iterator[Row]:
    for (ref, scope), here in basis.by_place.items():
        counts = (
            len(here),
            sum(not each.not_applicable for each in here),
            sum(each.not_applicable for each in here),
            sum(each.meets_target is not None for each in here),
            sum(each.meets_target is True for each in here),
        )
        yield basis.place_in(ref, scope), *map(str, counts), _met_before(basis, ref, scope)


def _met_before(basis: Basis, ref: FrameworkRef, scope: ScopeId) -> str:
    before = basis.before
    if before is None or ref not in before.titles:
        return "not known"
    here = [was for key, was in before.outcomes.items() if key[:2] == (ref, scope)]
    return str(sum(was.meets_target is True for was in here)) if here else "not assessed"


def _sources(basis: Basis) -> str:
    shared = [each.title for each in basis.settings.all_scopes if each.kind == SHARED_SERVICE]
    if not shared:
        return ""
    verb = "is" if len(shared) == 1 else "are"
    return f"{joined(shared)} {verb} not scored: only a source of answers for the systems."


def _untargeted(basis: Basis) -> str:
    ids = dict.fromkeys(
        str(each.asked.outcome.id)
        for each in basis.by_reference(basis.card.outcomes)
        if each.target is None and basis.target(each.key.framework) is not None
    )
    if not ids:
        return ""
    verbs = ("has", "was") if len(ids) == 1 else ("have", "were")
    return (
        f"{joined(list(ids))} {verbs[0]} no target in this profile and {verbs[1]} assessed all "
        "the same."
    )


def _outcome_out(basis: Basis, score: OutcomeScore) -> Row:
    said = "; ".join(reasons_out(score, basis.names)) or "No reason given."
    given = [e for key in score.by_statement for e in _behind(basis, score, key)]
    return (score.asked.outcome.name, basis.where(score), said, _who(basis, given))


def _behind(basis: Basis, score: OutcomeScore, key: IndicatorId) -> tuple[Given, ...]:
    """Give the answers by which a statement counts: to itself, or to what leaves it out."""
    standing = score.by_statement[key]
    if standing.ruled_out_by is not None:
        asked = StatementKey(score.key.framework, score.key.scope, standing.ruled_out_by)
        return basis.state.answers.get(asked, ())
    return () if standing.ended else standing.given


def _statements_out(basis: Basis) -> Iterator[Row]:
    """Give the statements that are left out, where the outcome itself applies."""
    for score in basis.by_reference(basis.card.outcomes):
        if score.not_applicable:
            continue
        for key in score.counting(CountsAs.LEFT_OUT):
            given = _behind(basis, score, key)
            reasons = dict.fromkeys(each.reason for each in given if each.reason)
            is_asked = score.by_statement[key].is_asked
            said = "" if is_asked else said_of(score, key, basis.names)
            yield (
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


def _places(basis: Basis) -> Iterator[Section]:
    for (ref, scope), here in basis.by_place.items():
        groups: dict[str, list[Row]] = {}
        for score in here:
            group = basis.groups[ref, score.key.outcome][-1]
            said = said_group(group)
            title = said if has_own_name(group) else f"{group.kind.capitalize()} {said}"
            groups.setdefault(title, []).append(_row(basis, score))
        blocks: list[Block] = [
            Heading(basis.place_in(ref, scope)),
            *paragraph(_why_here(basis, here[0].asked.scope), "meta keep"),
        ]
        for title, rows in groups.items():
            blocks += [Heading(title, 3), Table(_COLUMNS, tuple(rows), "found")]
        yield Section(tuple(blocks), "next", "part on")


_COLUMNS = columns(
    ("Outcome", 20), ("Applies", 15), ("Now, and target", 22),
    ("What is in place, and its evidence", 43),
)  # fmt: skip


def _why_here(basis: Basis, scope: Scope) -> str:
    if scope.kind == "organisation":
        return "Answered once for the whole organisation." if len(basis.scopes) > 1 else ""
    parts = [f"Owner: {basis.person(scope.owner)}." if scope.owner else ""]
    parts += [f"Assessed because: {scope.why_critical}" if scope.why_critical else ""]
    taken = [found.title for each in scope.inherits if (found := basis.settings.scope(each))]
    parts += [f"Answers for {joined(taken)} count here too, where confirmed." if taken else ""]
    return " ".join(filter(None, parts))


def _row(basis: Basis, score: OutcomeScore) -> Row:
    applies, why = _applies(basis, score)
    evidence = _evidence(basis, score)
    rest = len(evidence) - _SHOWN_EVIDENCE
    shown = tuple(map(_brief_document, evidence[:_SHOWN_EVIDENCE]))
    texts = [each.text for each in basis.state.rationales.get(score.key, ())]
    how = _first_sentences(" ".join(texts[0].split())) if texts else ""
    none = "" if score.not_applicable else "No evidence offered."
    more = f"and {rest} more" if rest > 0 else "" if shown else none
    beside = (
        ("Target", target_of(score).word),
        ("Assurer", said_review(basis, score)),
        ("Last year", capital(last_year_of(basis, score))),
    )
    small = (Text(f"{label}: {word}", "small") for label, word in beside if word)
    return (
        strong(score.asked.outcome.name),
        (strong(f"{applies}."), f" {why}"),
        (Text(chip(result_of(score))), *small),
        (*paragraph(how), *(Text(each, "small") for each in shown), *paragraph(more, "small")),
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


def _brief_document(text: str) -> str:
    """Give a document without the folder it lies in; its date stands, however long its title."""
    first, *rest = text.split(", ")
    said = ", ".join((first, *(each for each in rest if _FOLDER not in each)))
    title, comma, date = said.rpartition(", ")
    if comma and _DATE.fullmatch(date):
        return f"{_cut(title, _LONGEST_EVIDENCE)}, {date}"
    return _cut(said, _LONGEST_EVIDENCE)


def _first_sentences(text: str) -> str:
    """Give as many whole sentences as there is room for; the first one in any case."""
    first, *others = _SENTENCE_END.split(text)
    for each in others:
        if len(first) + len(each) >= _LONGEST_HOW:
            break
        first = f"{first} {each}"
    return _cut(first, _LONGEST_SENTENCE)


def _cut(text: str, longest: int) -> str:
    """Cut a text at a word."""
    if len(text) <= longest:
        return text
    return f"{text[:longest].rsplit(' ', 1)[0].rstrip(' ,;.')} …"
