"""One section per outcome and scope: verdicts, the sentence that explains, answers, texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cyberassess.domain.assessment import statement_key
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.recorded import Claim
from cyberassess.domain.record.reviewing import NOT_APPLICABLE as OUT
from cyberassess.domain.record.standing import Standing
from cyberassess.domain.result.better import overtaken_in
from cyberassess.domain.result.counting import said_of, word_of
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import (
    CountsAs,
    Framework,
    Indicator,
    IndicatorId,
    IndicatorKind,
)
from cyberassess.paper.basis import (
    NO_TARGET,
    NOT_APPLICABLE,
    NOT_DECIDED,
    Basis,
    Verdict,
    capital,
    joined,
    said_tool,
    verdict,
)
from cyberassess.paper.sections.evidence import (
    TextRow,
    evidence_rows,
    no_evidence,
    rationale_rows,
)
from cyberassess.paper.sections.explaining import explain


@dataclass(frozen=True, slots=True)
class LabelledVerdict:
    """One of the verdicts side by side."""

    label: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Answered:
    """What one person answered."""

    who: str
    label: str
    origin: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement with everyone's answer to it."""

    ref: str
    in_the_way: bool
    """It keeps the outcome from its target."""
    text: str
    answer: str
    """The one answer, or that there is none; empty where several answered."""
    origin: str
    several: bool
    answers: tuple[Answered, ...]
    """Everyone's, where several answered."""
    reasons: tuple[tuple[str, str], ...]
    """Who, and the reason they gave."""
    note: str
    """What to know about several answers, or a reason that is missing; empty as a rule."""
    official: str = ""
    """The publisher's own words, where the organisation loaded them."""


@dataclass(frozen=True, slots=True)
class Band:
    """The statements of one level."""

    heading: str
    rows: tuple[StatementRow, ...]


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """One outcome in one scope."""

    anchor: str
    ref: str
    title: str
    verdicts: tuple[LabelledVerdict, ...]
    explanation: str
    confirmation: str
    """Who confirmed it, when and why, or that this has lapsed; empty while nobody has."""
    bands: tuple[Band, ...]
    one_source: bool
    """All answers come from one person and one workbook, which ``files`` names."""
    files: str
    """Whose the answers are, where they have one source; what the file numbers stand for."""
    rationales: tuple[TextRow, ...]
    evidence: tuple[TextRow, ...]
    no_evidence: str
    """Said where there is none."""
    claims: tuple[TextRow, ...]
    official: str = ""
    """The publisher's own words for the outcome; empty where a statement of its id has them."""


def wants_detail(basis: Basis, score: OutcomeScore) -> bool:
    """Say whether a reader has something to decide about a result.

    It is below its target, disputed, overridden, lowered on review or not decided.
    """
    return (
        score.meets_target is False
        or bool(score.conflicts)
        or score.has_lapsed
        or (score.determination is None and not score.not_applicable)
        or score in basis.lowered
        or any(each.outcome == score.key for each in basis.overrides)
    )


def said_verdict(basis: Basis, framework: Framework, scope: str) -> str:
    """Say what a set that asks for everything makes of a whole scope; empty for other sets."""
    found = [e for e in basis.card.verdicts if e.framework == framework.ref and e.scope == scope]
    if not found:
        return ""
    verdict_ = found[0]
    word = {True: "ready", False: "not ready", None: "not decided yet"}[verdict_.is_ready]
    sentences = [f"{framework.short_title}: {word}."]
    if verdict_.failed_by:
        one = len(verdict_.failed_by) == 1
        what = (
            "This requirement is not met and fails" if one else "These are not met and each fails"
        )
        sentences.append(
            f"{what} the whole assessment, whatever the rest: {joined(verdict_.failed_by)}."
        )
    return " ".join([*sentences, "This is a self-check, not certification."])


def result_of(score: OutcomeScore) -> Verdict:
    """Give an outcome's determination as it is shown."""
    none = NOT_APPLICABLE if score.not_applicable else NOT_DECIDED
    return verdict(score.asked.framework, score.determination, none)


def target_of(score: OutcomeScore) -> Verdict:
    """Give an outcome's target as it is shown."""
    return verdict(score.asked.framework, score.target, NO_TARGET)


def outcome_view(basis: Basis, score: OutcomeScore) -> OutcomeView:
    """Give an outcome in one place, with all its answers and texts."""
    framework, outcome, _ = score.asked
    key = score.key
    in_the_way = (
        score.gap_to(score.target).statements
        if score.target is not None and score.meets_target is False
        else ()
    )
    source = _one_source(basis, score)
    return OutcomeView(
        anchor=basis.anchor(key),
        ref=outcome.id,
        title=outcome.title,
        verdicts=tuple(_verdicts(basis, score)),
        explanation=explain(score),
        confirmation=_confirmation(basis, score),
        bands=tuple(
            Band(
                level.heading or f"For {level.title.lower()}",
                tuple(
                    _row(basis, score, indicator, in_the_way, source)
                    for indicator in outcome.at_level(level.id)
                ),
            )
            for level in framework.levels
            if outcome.at_level(level.id)
        ),
        one_source=bool(source),
        files=f"{source.whose}{_files(basis, score)}" if source else _files(basis, score),
        rationales=rationale_rows(basis, score),
        evidence=evidence_rows(basis, score),
        no_evidence=no_evidence(basis, score),
        claims=tuple(_claim(basis, score, each) for each in basis.state.claims.get(key, ())),
        official=""
        if IndicatorId(outcome.id) in framework.indicators
        else basis.official_words(framework.ref, outcome.id),
    )


def reviews_of(basis: Basis, score: OutcomeScore) -> Iterator[Verdict]:
    """Give what each independent reviewer found of an outcome, as it is shown."""
    unsure = Verdict("", "Could not determine", "none")
    for each in basis.reviews.get(score.key, ()):
        if each.determination:
            none = NOT_APPLICABLE if each.determination == OUT else unsure
            yield verdict(score.asked.framework, each.level, none)


def said_review(basis: Basis, score: OutcomeScore) -> str:
    """Say the same in words; empty where nobody looked at it."""
    return ", ".join(each.word for each in reviews_of(basis, score))


def _verdicts(basis: Basis, score: OutcomeScore) -> Iterator[LabelledVerdict]:
    framework = score.asked.framework
    none = NOT_APPLICABLE if score.not_applicable else NOT_DECIDED
    yield LabelledVerdict("By the rule", verdict(framework, score.suggested, none))
    if score.suggested is None and not score.not_applicable:
        yield LabelledVerdict("At worst", verdict(framework, score.worst, none))
        yield LabelledVerdict("At best", verdict(framework, score.best, none))
    not_yet = Verdict("", "Not yet", "none")
    yield LabelledVerdict("Confirmed", verdict(framework, score.confirmed, not_yet))
    for each in reviews_of(basis, score):
        yield LabelledVerdict("Assurer", each)
    yield LabelledVerdict("Target", target_of(score))


def _confirmation(basis: Basis, score: OutcomeScore) -> str:
    """Say who confirmed a determination; where it differs from the rule's, both and why."""
    record, framework = score.confirmation, score.asked.framework
    if record is None or score.not_applicable:
        return ""
    titles = {level.id: level.title for level in framework.scale}
    level = str(record.fields.get("level", ""))
    word = next((title for key, title in titles.items() if key == level), level)
    by = f"{basis.person(record.person, record.origin)} on {said_date(record.origin.time)}"
    reason = str(record.fields.get("reason", ""))
    said = f" Reason: {reason}" if reason else ""
    if score.has_lapsed:
        return f"Confirmed as {word} by {by}. Answers have changed since, so that does not count."
    if score.confirmed == score.suggested:
        return f"Confirmed by {by}.{said}"
    beside = f"the rule says {titles[score.suggested]}" if score.suggested else "the rule is open"
    return f"Confirmed as {word} by {by}, where {beside}.{said or ' No reason is kept.'}"


class _OneSource(NamedTuple):
    """The one person and workbook all answers to an outcome come from."""

    whose: str
    label: str
    """How rows would name the file; empty where there is none."""


def _one_source(basis: Basis, score: OutcomeScore) -> _OneSource | None:
    found: set[tuple[str, str]] = set()
    for standing in score.standings:
        for given in standing.given:
            file = basis.file(given.source)
            found.add((basis.person(given.person, given.origin), file.label if file else ""))
    kinds = {given.source.kind for standing in score.standings for given in standing.given}
    if len(found) != 1 or kinds != {"workbook"}:
        return None
    ((who, label),) = found
    return _OneSource(f"All answers by {who}. ", label)


def _origin(answered: Answered, source: _OneSource | None) -> str:
    if source is None:
        return f"{answered.who}, {answered.origin}"
    return capital(answered.origin.removeprefix(f"{source.label}, "))


def _row(
    basis: Basis,
    score: OutcomeScore,
    indicator: Indicator,
    in_the_way: tuple[IndicatorId, ...],
    source: "_OneSource | None",
) -> StatementRow:
    standing = score.by_statement[indicator.id]
    labels = {a.code: a.label for a in score.asked.framework.answers_for(indicator).answers}
    answers = tuple(
        Answered(
            basis.person(given.person, given.origin),
            labels.get(given.answer, given.answer),
            basis.origin(given.source, given.origin.time),
        )
        for given in standing.given
    )
    return StatementRow(
        ref=indicator.id,
        in_the_way=indicator.id in in_the_way,
        text=indicator.text,
        answer=word_of(score, indicator.id),
        origin=_origin(answers[0], source) if answers else "",
        several=len(answers) > 1 and standing.is_asked,
        answers=answers,
        reasons=tuple(
            (basis.person(g.person, g.origin), g.reason) for g in standing.given if g.reason
        ),
        note=_note(basis, score, indicator, standing),
        official=basis.official_words(score.asked.framework.ref, indicator.id),
    )


def _note(basis: Basis, score: OutcomeScore, indicator: Indicator, standing: Standing) -> str:
    """Say what to know about a statement beside its answer."""
    said = said_of(score, indicator.id, basis.names)
    if not standing.is_asked:
        return said
    kind = _of_kind(indicator, standing)
    return " ".join(each for each in (kind, said or _elsewhere(basis, score, indicator)) if each)


def _of_kind(indicator: Indicator, standing: Standing) -> str:
    if indicator.kind is IndicatorKind.PERMISSION:
        return "A permission: it is allowed and not asked for, so it fails nothing."
    if indicator.fails_whole:
        if standing.counts_as in (CountsAs.NOT_MET, CountsAs.PARTLY):
            return "Not met, this alone fails the whole assessment, whatever the rest."
        return "If it were not met, it would fail the whole assessment."
    return ""


def _elsewhere(basis: Basis, score: OutcomeScore, indicator: Indicator) -> str:
    better = overtaken_in(score).get(indicator.id)
    if better:
        return f"{joined(better)}, which says better, is true: see the lists under Fair play."
    key = statement_key(score.asked, indicator)
    if any(each.old is not None for each in basis.state.history.get(key, ())):
        return "Changed after it was first given: see the lists under Fair play."
    return ""


def _files(basis: Basis, score: OutcomeScore) -> str:
    key = score.key
    sources = [given.source for standing in score.standings for given in standing.given]
    for texts in (basis.state.rationales, basis.state.evidence):
        sources += [said.source for said in texts.get(key, ())]
    sources += [claim.source for claim in basis.state.claims.get(key, ())]
    sheets: dict[str, dict[str, None]] = {}
    for source in sources:
        file = basis.file(source)
        if file:
            here = sheets.setdefault(file.label, {})
            here |= {f"“{source.sheet}”": None} if source.sheet else {}
    lines: list[str] = []
    for label, names in sheets.items():
        word = "sheet" if len(names) == 1 else "sheets"
        lines.append(f"{label}, {word} {joined(list(names))}" if names else label)
    return "; ".join(lines) + "." if lines else ""


def _claim(basis: Basis, score: OutcomeScore, claim: Claim) -> TextRow:
    tool = said_tool(claim.tool)
    how = "confirmed" if claim.confirmed else "recorded"
    framework = score.asked.framework
    known = claim.level is not None and claim.level in framework.ranks
    level = framework.title_of(claim.level) if known and claim.level else "no level"
    words = f"{how} in {tool} as {level}"
    if claim.confirmed and claim.confirmed.casefold() not in {"true", "confirmed", "confirm"}:
        words += f" ({claim.confirmed})"
    text = capital(f"{words}.") + (f" {claim.comment}" if claim.comment else "")
    return TextRow(text, tool, basis.origin(claim.source, claim.origin.time))
