"""Everything that waits for a person to decide."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from cyberassess.domain.assessment import OutcomeKey, StatementKey
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.inheriting import has_own
from cyberassess.domain.people.questions import Offer, OfferKind, make_ref
from cyberassess.domain.result.confirming import choices, disputes, left_out, waits
from cyberassess.domain.result.counting import said_of, word_of
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import AnswerSet, CountsAs, Needs
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.offering import offers_for
from cyberassess.opening.years import ways_to
from cyberassess.steps.confirm.beside import known_of, last_answered, who_said, whose_duty
from cyberassess.steps.confirm.decisions_book import AS_THE_RULE
from cyberassess.steps.evidence.evidencing import support_of
from cyberassess.steps.plan.planning import in_the_way, path_to_target, unplanned

YES, NO = "Yes", "No"


class Kind(Enum):
    """What waits, in the order it is decided."""

    CONFLICT = "Conflicts"
    INHERITED = "Shared services"
    EARLIER = "Last year"
    REASON = "Missing reasons"
    COLUMN = "Columns left out"
    DETERMINATION = "Determinations"
    GAP = "Gaps without an action"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for a person to decide."""

    kind: Kind
    ref: str
    subject: str
    """In words, with place and text."""
    now: str
    """What stands meanwhile, in words."""
    choices: tuple[str, ...]
    basis: tuple[str, ...]
    """What the decision rests on: it is stale when this is another."""
    outcome: OutcomeKey
    statement: StatementKey | None = None
    offer: Offer | None = None
    person: str = ""
    level: str = ""
    since: str = ""
    """The day from which it waits, ISO 8601; empty where nothing was said yet."""


def waiting(assessment: Assessment) -> list[Waiting]:
    """Give everything that waits, in the order it is decided; what waits longest first."""
    found = [
        *_conflicts(assessment),
        *_offers(assessment),
        *_reasons(assessment),
        *_columns(assessment),
        *_determinations(assessment),
        *_gaps(assessment),
    ]
    order = list(Kind)
    return sorted(found, key=lambda each: (order.index(each.kind), each.since or "~"))


def with_known(assessment: Assessment, found: Iterable[Waiting]) -> Iterator[tuple[str, ...]]:
    """Give what stands in each row to be read: ref, subject, what stands now, what is known."""
    known: dict[OutcomeKey, str] = {}
    ways = ways_to(assessment, assessment.previous)
    for each in found:
        if each.outcome not in known:
            known[each.outcome] = known_of(assessment, each.outcome, ways)
        since = f"\nWaiting since {said_date(each.since)}." if each.since else ""
        lines = [line for line in known[each.outcome].splitlines() if line not in each.now]
        yield each.ref, each.subject, f"{each.now}{since}", "\n".join(lines)


def _number(assessment: Assessment, key: OutcomeKey | StatementKey) -> int:
    return list(assessment.frameworks).index(key.framework) + 1


def _subject(assessment: Assessment, key: StatementKey) -> tuple[str, OutcomeKey]:
    outcome, indicator = assessment.frameworks[key.framework].indicators[key.indicator]
    place = assessment.contents.settings.title_of(key.scope)
    text = f"{place}: {outcome.id} {outcome.title}\n{indicator.text}"
    return text, OutcomeKey(key.framework, key.scope, outcome.id)


def answers_to(assessment: Assessment, key: StatementKey) -> AnswerSet:
    """Give the answers a statement may get."""
    framework = assessment.frameworks[key.framework]
    return framework.answers_for(framework.indicators[key.indicator][1])


def _statement_ref(assessment: Assessment, key: StatementKey, word: str) -> str:
    return f"{make_ref(key.indicator, key.scope, _number(assessment, key))} {word}"


def _conflicts(assessment: Assessment) -> Iterator[Waiting]:
    for score in assessment.card.outcomes:
        for indicator in score.conflicts:
            key = StatementKey(score.key.framework, score.key.scope, indicator)
            labels, given = answers_to(assessment, key).labels, score.by_statement[indicator].given
            subject, outcome = _subject(assessment, key)
            said = [who_said(assessment, e, labels.get(e.answer, e.answer)) for e in given]
            said.append(said_of(score, indicator, assessment.names))
            said += filter(None, [whose_duty(assessment, key, outcome)])
            allowed = (
                each.label
                for each in answers_to(assessment, key).answers
                if each.counts_as is not CountsAs.UNANSWERED
            )
            yield Waiting(
                Kind.CONFLICT,
                _statement_ref(assessment, key, "differ"),
                subject,
                "\n".join(said),
                tuple(allowed),
                tuple(sorted(f"{e.person}={e.answer}" for e in given)),
                outcome,
                key,
                since=max(e.origin.time for e in given)[:10],
            )


def _offers(assessment: Assessment) -> Iterator[Waiting]:
    for key, offers in offers_for(assessment).items():
        framework = assessment.frameworks[key.framework]
        if has_own(framework, assessment.state, key) or any(e.confirmed for e in offers):
            continue
        subject, outcome = _subject(assessment, key)
        score = assessment.card.by_key.get(outcome)
        if score is not None and not score.by_statement[key.indicator].is_asked:
            continue
        said = said_of(score, key.indicator, assessment.names) if score else ""
        for offer in offers:
            inherited = offer.kind is OfferKind.INHERITED
            word = f"from {offer.source}" if inherited else "last year"
            reason = f" ({offer.reason})" if offer.reason else ""
            when = f", {offer.date}" if offer.date else ""
            yield Waiting(
                Kind.INHERITED if inherited else Kind.EARLIER,
                _statement_ref(assessment, key, word),
                subject,
                f"{offer.origin}{when}: {offer.label}{reason}" + (f"\n{said}" if said else ""),
                (YES, NO),
                offer.said.said,
                outcome,
                key,
                offer,
                since=offer.date[:10] if inherited else "",
            )


def _reasons(assessment: Assessment) -> Iterator[Waiting]:
    for score in assessment.card.outcomes:
        for indicator, standing in score.by_statement.items():
            if not standing.lacks_reason:
                continue
            key = StatementKey(score.key.framework, score.key.scope, indicator)
            labels = answers_to(assessment, key).labels
            needing = {
                e.code for e in answers_to(assessment, key).answers if e.needs is not Needs.NOTHING
            }
            for given in standing.given:
                if given.reason or given.answer not in needing or given.inherited_from:
                    continue
                subject, outcome = _subject(assessment, key)
                yield Waiting(
                    Kind.REASON,
                    _statement_ref(assessment, key, f"reason {given.person}"),
                    subject,
                    f"{who_said(assessment, given, labels[given.answer])}\n"
                    f"{said_of(score, indicator, assessment.names)}",
                    (),
                    (given.answer,),
                    outcome,
                    key,
                    person=given.person,
                    since=given.origin.time[:10],
                )


def _columns(assessment: Assessment) -> Iterator[Waiting]:
    for score in assessment.card.outcomes:
        framework = score.asked.framework
        for level_id in score.unaccepted:
            level = framework.level(level_id)
            out = left_out(score, level)
            said = [
                f"{each}: {reason}"
                for each in out
                for reason in dict.fromkeys(
                    g.reason
                    for s, st in score.by_statement.items()
                    for g in st.given
                    if s == each and g.reason
                )
            ]
            yield Waiting(
                Kind.COLUMN,
                f"{_outcome_ref(assessment, score)} column {level_id}",
                f"{_outcome_words(score)}\n{level.title}: {len(out)} statements do not apply",
                "\n".join(said) or ", ".join(out),
                (YES, NO),
                tuple(out),
                score.key,
                level=level_id,
                since=last_answered(score),
            )


def _outcome_ref(assessment: Assessment, score: OutcomeScore) -> str:
    return make_ref(score.key.outcome, score.key.scope, _number(assessment, score.key))


def _outcome_words(score: OutcomeScore) -> str:
    outcome = score.asked.outcome
    return f"{score.asked.scope.title}: {outcome.id} {outcome.title}"


def _determinations(assessment: Assessment) -> Iterator[Waiting]:
    for score in assessment.card.outcomes:
        if not waits(score):
            continue
        framework = score.asked.framework
        support = support_of(assessment, score)
        why = disputes(score, support, assessment.on)
        suggested = framework.level(score.suggested).title if score.suggested else "not decided"
        lines = [f"By the rule: {suggested}."]
        if score.target:
            lines[0] += f" Target: {framework.level(score.target).title}."
        if score.has_lapsed and score.confirmation is not None:
            level = str(score.confirmation.fields.get("level", ""))
            title = next((e.title for e in framework.scale if e.id == level), level)
            lines.append(f"Confirmed before as {title}, on other answers.")
        lines.append(f"{'; '.join(why).capitalize()}." if why else "Nobody disputes it.")
        if score.target and score.meets_target is False:
            missing = ", ".join(
                f"{each} ({word_of(score, each)})"
                for each in score.gap_to(score.target).statements
            )
            lines.append(f"In the way of the target: {missing}." if missing else "")
        answers = [
            f"{each}={standing.answer or standing.counts_as.value}"
            for each, standing in score.by_statement.items()
        ]
        yield Waiting(
            Kind.DETERMINATION,
            f"{_outcome_ref(assessment, score)} confirm",
            _outcome_words(score),
            "\n".join(filter(None, lines)),
            (AS_THE_RULE, *(each.title for each in choices(score))),
            (score.suggested or "", *answers),
            score.key,
            since=last_answered(score),
        )


def _gaps(assessment: Assessment) -> Iterator[Waiting]:
    for step in unplanned(path_to_target(assessment)):
        score = step.finding.score
        framework = score.asked.framework
        level = framework.title_of(score.determination) if score.determination else "not decided"
        target = framework.title_of(score.target) if score.target else "none"
        missing = in_the_way(step)
        yield Waiting(
            Kind.GAP,
            f"{_outcome_ref(assessment, score)} action",
            _outcome_words(score),
            f"{level}; target: {target}." + (f"\nIn the way:\n{missing}" if missing else ""),
            (),
            (),
            score.key,
            since=last_answered(score),
        )
