"""Fair play: everything a careful reader would want to be told without asking."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from cyberassess.domain.assessment import OutcomeKey, ScopeId
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.evidence import Mark, behind_many
from cyberassess.domain.record.recorded import Said
from cyberassess.domain.record.standing import Standing
from cyberassess.domain.result.better import overtaken_in, surpassed
from cyberassess.domain.result.counting import Why, reasons_out, said_of, why
from cyberassess.domain.result.findings import nothing_to_assess
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import (
    Answer,
    CountsAs,
    Framework,
    Indicator,
    IndicatorId,
    Needs,
)
from cyberassess.domain.sets.theming import moved
from cyberassess.errors import counted
from cyberassess.paper.basis import Basis, capital, joined
from cyberassess.paper.sections.checking import confirmed_rows
from cyberassess.paper.sections.summary import statement_text

_MANY = 3
"""The same text in more places than this is listed."""
_EXCERPT = 160


@dataclass(frozen=True, slots=True)
class FairRow:
    """One line of a list: reference, place, what, and who or why."""

    ref: str
    where: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class FairList:
    """One list, with what it means."""

    title: str
    note: str
    columns: tuple[str, str]
    """Heads of the third and fourth column."""
    rows: tuple[FairRow, ...]


@dataclass(frozen=True, slots=True)
class FairPlay:
    """All lists that have something in them, and the names of those that have not."""

    lists: tuple[FairList, ...]
    empty: str


def fair_play(basis: Basis) -> FairPlay:
    """Give every list, in a fixed order."""
    lists = [
        FairList(
            "Conflicts open",
            "Two people answered differently. The answer that gives the lower result counts "
            "until the officer settles it with a reason.",
            ("Statement", "Who said what"),
            tuple(_statements(basis, lambda s: s.in_conflict, _who_said)),
        ),
        FairList(
            "Decided differently from answers and rule",
            "A named person decided otherwise than answers and rule alone would give. Each says "
            "in which direction, and why.",
            ("What, and in which direction", "Who, and why"),
            tuple(_overrides(basis)),
        ),
        FairList(
            "Who confirmed what",
            "Results somebody confirmed have a named person behind them; all others stand as the "
            "rule gives them. Who also answered the outcome confirmed their own answers.",
            ("Results", "Of these, also answered by the same person"),
            tuple(FairRow(*each) for each in confirmed_rows(basis)),
        ),
        FairList(
            "Confirmations that have lapsed",
            "Answers changed after somebody confirmed the result, so it does not count.",
            ("Outcome", "Who, and when"),
            tuple(_lapsed(basis)),
        ),
        FairList(
            "Answers changed after they were given",
            "The same person's newer answer replaces the older one.",
            ("Change", "Who, and when"),
            tuple(_changes(basis)),
        ),
        FairList(
            "Don't know",
            "Counted as not answered, never as met.",
            ("Statement", "Who"),
            tuple(_statements(basis, _does_not_know, _who)),
        ),
        FairList(
            "Does not apply, with reasons",
            "Left out of the count.",
            ("Statement", "Who, and why"),
            tuple(_statements(basis, _does_not_apply, _why)),
        ),
        *_by_conditions(basis),
        *_ended(basis),
        *_apart(basis),
        *_nothing_to_assess(basis),
        *(
            [
                FairList(
                    "True by other means, with reasons",
                    "Counted as true. A reviewer should look at each.",
                    ("Statement", "Who, and why"),
                    tuple(_other_means(basis)),
                )
            ]
            if any(_is_other_means(each) for each in _all_answers(basis))
            else ()
        ),
        *_better(basis),
        FairList(
            "Answers that lack a reason",
            "These need a reason to count. Until one is given they count as not answered.",
            ("Statement", "Who said what"),
            tuple(_statements(basis, lambda s: s.lacks_reason, _who_said)),
        ),
        FairList(
            "Said twice, answered differently",
            "The framework says the same in two places; the answers differ. Neither was changed.",
            ("Statement", "Answers"),
            tuple(_twins(basis)),
        ),
        FairList(
            "One document behind many claims",
            f"The same item, or the same text, stands under more than {_MANY} outcomes.",
            ("Evidence", "Outcomes"),
            (*_behind_many(basis), *_repeated(basis, basis.state.evidence)),
        ),
        FairList(
            "Evidence to look at twice",
            "Rejected or replaced items count for nothing. Items out of date, unused, or made "
            "only after the assessment began are named.",
            ("Evidence", "What to know"),
            tuple(_doubtful(basis)),
        ),
        FairList(
            "The same explanation in many places",
            f"The same text explains more than {_MANY} outcomes.",
            ("Explanation", "Outcomes"),
            tuple(_repeated(basis, basis.state.rationales)),
        ),
        *_themes_changed(basis),
        FairList(
            "Outcomes that are not applicable",
            "Every statement was said not to apply, so the outcome is in no count.",
            ("Outcome", "Reasons"),
            tuple(_not_applicable(basis)),
        ),
    ]
    if any(each.rule.kind.has_columns for each in basis.frameworks.values()):
        lists.append(
            FairList(
                "Columns left out by more than half",
                "They count as holding only once a named person has accepted that.",
                ("Outcome", "Columns"),
                tuple(_unaccepted(basis)),
            )
        )
    empty = [f"“{each.title}”" for each in lists if not each.rows]
    return FairPlay(
        tuple(each for each in lists if each.rows),
        f"Nothing to list under {joined(empty)}." if empty else "",
    )


def _where(basis: Basis, framework: Framework, scope: ScopeId) -> str:
    place = basis.place(scope)
    return f"{framework.short_title}, {place}" if len(basis.frameworks) > 1 else place


def _label(score: OutcomeScore, indicator: Indicator, code: str) -> str:
    answer = score.asked.framework.answers_for(indicator).by_code(code)
    return answer.label if answer else code


def _who(basis: Basis, _: OutcomeScore, __: Indicator, standing: Standing) -> str:
    return joined(
        list(dict.fromkeys(basis.person(each.person, each.origin) for each in standing.given))
    )


def _who_said(basis: Basis, score: OutcomeScore, indicator: Indicator, standing: Standing) -> str:
    return "; ".join(
        f"{basis.person(each.person, each.origin)}: {_label(score, indicator, each.answer)}"
        for each in standing.given
    )


def _why(basis: Basis, _: OutcomeScore, __: Indicator, standing: Standing) -> str:
    return "; ".join(
        f"{basis.person(each.person, each.origin)}: {each.reason or 'no reason given'}"
        for each in standing.given
    )


def _statements(
    basis: Basis,
    wanted: Callable[[Standing], bool],
    detail: Callable[[Basis, OutcomeScore, Indicator, Standing], str],
) -> Iterator[FairRow]:
    for score in basis.card.outcomes:
        for indicator, standing in zip(
            score.asked.outcome.indicators, score.standings, strict=True
        ):
            if wanted(standing):
                yield FairRow(
                    indicator.id,
                    basis.where(score),
                    indicator.text,
                    detail(basis, score, indicator, standing),
                )


def _does_not_apply(standing: Standing) -> bool:
    return standing.counts_as is CountsAs.LEFT_OUT and standing.is_asked


def _all_answers(basis: Basis) -> list[Answer]:
    return [
        answer
        for framework in basis.frameworks.values()
        for answers in framework.answer_sets
        for answer in answers.answers
    ]


def _is_other_means(answer: Answer) -> bool:
    return answer.counts_as is CountsAs.MET and answer.needs is Needs.REASON


def _is_apart(answer: Answer) -> bool:
    """Say whether an answer counts as not met and yet says more than that."""
    return (
        answer.counts_as is CountsAs.NOT_MET
        and answer.needs is Needs.REASON
        and answer.code != CountsAs.NOT_MET.value
    )


def _apart(basis: Basis) -> Iterator[FairList]:
    """Give exceptions, work under way and accepted risks, each in a list of its own."""
    staged = [each for each in basis.frameworks.values() if each.rule.kind.builds_up]
    labels = dict.fromkeys(
        answer.label
        for framework in staged
        for answers in framework.answer_sets
        for answer in answers.answers
        if _is_apart(answer)
    )
    refs = {framework.ref for framework in staged}
    for label in labels:
        rows = [
            FairRow(
                indicator.id,
                basis.where(score),
                indicator.text,
                _why(basis, score, indicator, standing),
            )
            for score in basis.card.outcomes
            if score.asked.framework.ref in refs
            for indicator, standing in zip(
                score.asked.outcome.indicators, score.standings, strict=True
            )
            if standing.answer is not None
            and not standing.lacks_reason
            and _label(score, indicator, standing.answer) == label
        ]
        yield FairList(
            label,
            "Shown apart: it counts as not met and reaches no stage. What was given beside it "
            "(which exceptions, the date, the entry in the risk register) stands in the last "
            "column.",
            ("Control", "Who, and what they gave"),
            tuple(rows),
        )


def _nothing_to_assess(basis: Basis) -> Iterator[FairList]:
    """Name the stages that are passed because no control of them applies."""
    if not any(each.rule.kind.builds_up for each in basis.frameworks.values()):
        return
    found: dict[tuple[str, int, str], list[str]] = {}
    for score in basis.card.outcomes:
        framework = score.asked.framework
        for level in nothing_to_assess(score):
            key = (basis.where(score), framework.ranks[level], framework.level(level).title)
            found.setdefault(key, []).append(score.asked.outcome.id)
    yield FairList(
        "Stages with nothing to assess",
        "No control of these stages applies to the outcomes named, so the stage is passed over: "
        "it holds nothing back.",
        ("Stage", "Outcomes"),
        tuple(
            FairRow(counted(len(ids), "outcome"), where, title, ", ".join(ids))
            for (where, _, title), ids in sorted(found.items())
        ),
    )


def _by_conditions(basis: Basis) -> Iterator[FairList]:
    if not any(each.conditions for each in basis.frameworks.values()):
        return
    found: dict[tuple[str, IndicatorId], list[str]] = {}
    texts: dict[IndicatorId, str] = {}
    for score in basis.card.outcomes:
        framework = score.asked.framework
        for indicator in score.asked.outcome.indicators:
            condition = score.by_statement[indicator.id].ruled_out_by
            if condition is not None:
                found.setdefault((basis.where(score), condition), []).append(indicator.id)
                texts[condition] = framework.indicators[condition][1].text
    yield FairList(
        "Left out by what was said under “What applies here”",
        "These conditions were answered no, so what depends on them is left out of the count. "
        "Who said so stands with the outcomes, under “What applies here”.",
        ("Condition", "Left out"),
        tuple(
            FairRow(
                f"{len(ids)} left out", where, f"{condition}: {texts[condition]}", ", ".join(ids)
            )
            for (where, condition), ids in found.items()
        ),
    )


def _ended(basis: Basis) -> Iterator[FairList]:
    rows = tuple(
        _statements(
            basis,
            lambda standing: bool(standing.ended),
            lambda here, score, indicator, _: said_of(score, indicator.id, here.names),
        )
    )
    if rows:
        yield FairList(
            "Left out because what they ask for ended",
            "Asked of nobody, and in no count, whatever was answered before.",
            ("Statement", "What ended"),
            rows,
        )


def _overrides(basis: Basis) -> Iterator[FairRow]:
    for each in basis.overrides:
        framework = basis.frameworks[each.outcome.framework]
        yield FairRow(
            each.statement.indicator if each.statement else each.outcome.outcome,
            _where(basis, framework, each.outcome.scope),
            f"{capital(each.direction.value)}: {each.without}, now {each.stands}. {each.title}",
            f"{basis.person(each.person, each.origin)}, {said_date(each.origin.time)}: "
            f"{each.reason or 'no reason given'}",
        )


def _lapsed(basis: Basis) -> Iterator[FairRow]:
    for score in basis.card.outcomes:
        if score.has_lapsed and score.confirmation is not None and not score.not_applicable:
            record = score.confirmation
            yield FairRow(
                score.asked.outcome.id,
                basis.where(score),
                score.asked.outcome.title,
                f"{basis.person(record.person, record.origin)}, {said_date(record.origin.time)}",
            )


def _behind_many(basis: Basis) -> Iterator[FairRow]:
    for item in behind_many(basis.evidence, _MANY + 1):
        places = ", ".join(f"{e.outcome.outcome}/{e.outcome.scope}" for e in item.links)
        yield FairRow(item.reference, "", item.facts.title, places)


_DOUBTFUL = (Mark.REJECTED, Mark.REPLACED, Mark.STALE, Mark.CREATED_DURING, Mark.UNUSED)


def _doubtful(basis: Basis) -> Iterator[FairRow]:
    for item in basis.evidence.items:
        marks = [each for each in item.marks(basis.on, basis.opened) if each in _DOUBTFUL]
        if marks:
            reason = f": {item.review.reason}" if item.is_rejected and item.review else ""
            said = capital("; ".join(each.value for each in marks))
            yield FairRow(item.reference, "", item.facts.title, f"{said}{reason}")


def _does_not_know(standing: Standing) -> bool:
    return why(standing) is Why.DONT_KNOW


def _other_means(basis: Basis) -> Iterator[FairRow]:
    for score in basis.card.outcomes:
        for indicator, standing in zip(
            score.asked.outcome.indicators, score.standings, strict=True
        ):
            if standing.answer is None or standing.counts_as is not CountsAs.MET:
                continue
            answer = score.asked.framework.answers_for(indicator).by_code(standing.answer)
            if answer and _is_other_means(answer):
                yield FairRow(
                    indicator.id,
                    basis.where(score),
                    indicator.text,
                    _why(basis, score, indicator, standing),
                )


def _better(basis: Basis) -> Iterator[FairList]:
    """Give what counts because somebody does better, and what could be meant so."""
    labels = {each.label for each in _all_answers(basis) if each.needs is Needs.REASON_OR_BETTER}
    for label in sorted(labels):
        yield FairList(
            label,
            "The statement describes a shortfall; whoever chose this says that it is left behind. "
            "Counted as true. A reviewer should look at these first.",
            ("Statement", "Who, and why"),
            tuple(_surpassed(basis)),
        )
        yield FairList(
            "Said not to be true beside a statement that says better",
            f"Both stand as they were answered. Perhaps “{label}” is meant.",
            ("Statement", "What says better, and is true"),
            tuple(
                FairRow(lesser, basis.where(score), statement_text(score, lesser), joined(better))
                for score in basis.card.outcomes
                for lesser, better in overtaken_in(score).items()
            ),
        )


def _surpassed(basis: Basis) -> Iterator[FairRow]:
    for score in basis.card.outcomes:
        by_id = {each.id: each for each in score.asked.outcome.indicators}
        for statement in surpassed(score):
            indicator, standing = by_id[statement], score.by_statement[statement]
            holding = [
                e for e in indicator.better_than if score.by_statement[e].counts_as is CountsAs.MET
            ]
            backing = (
                f"{joined(holding)} says better and is true" if holding else "no reason given"
            )
            why = "; ".join(
                f"{basis.person(each.person, each.origin)}: {each.reason or backing}"
                for each in standing.given
            )
            yield FairRow(statement, basis.where(score), indicator.text, why)


def _changes(basis: Basis) -> Iterator[FairRow]:
    for key, changes in basis.state.history.items():
        framework = basis.frameworks.get(key.framework)
        if framework is None or key.indicator not in framework.indicators:
            continue
        answers = framework.answers_for(framework.indicators[key.indicator][1])
        labels = {each.code: each.label for each in answers.answers}
        for change in changes:
            if change.old is None:
                continue
            old = labels.get(change.old, change.old)
            new = labels.get(change.answer, change.answer) or "withdrawn"
            words = f"Was {old}, now {new}."
            if old == new:
                words = f"{new}: the reason was changed."
            yield FairRow(
                key.indicator,
                _where(basis, framework, key.scope),
                words,
                f"{basis.person(change.person, change.origin)}, {said_date(change.origin.time)}",
            )


def _twins(basis: Basis) -> Iterator[FairRow]:
    for score in basis.card.outcomes:
        framework, outcome, scope = score.asked
        for indicator in outcome.indicators:
            if indicator.same_as is None:
                continue
            first = framework.indicators[indicator.same_as]
            other = basis.card.by_key.get(OutcomeKey(framework.ref, scope.id, first[0].id))
            if other is None:
                continue
            here = score.by_statement[indicator.id]
            there = other.by_statement[indicator.same_as]
            if here.answer is None or there.answer is None or here.answer == there.answer:
                continue
            yield FairRow(
                f"{indicator.same_as}, {indicator.id}",
                basis.where(score),
                indicator.text,
                f"{indicator.same_as}: {_label(other, first[1], there.answer)}; "
                f"{indicator.id}: {_label(score, indicator, here.answer)}",
            )


def _repeated(basis: Basis, texts: Mapping[OutcomeKey, tuple[Said, ...]]) -> Iterator[FairRow]:
    places: dict[str, dict[OutcomeKey, None]] = {}
    first: dict[str, str] = {}
    for key, said in texts.items():
        for each in said:
            plain = " ".join(each.text.casefold().split())
            places.setdefault(plain, {})[key] = None
            first.setdefault(plain, each.text)
    for plain, keys in places.items():
        if len(keys) <= _MANY:
            continue
        text = first[plain]
        excerpt = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rstrip()}…"
        by_scope: dict[str, list[str]] = {}
        for key in keys:
            where = _where(basis, basis.frameworks[key.framework], key.scope)
            by_scope.setdefault(where, []).append(key.outcome)
        yield FairRow(
            counted(len(keys), "outcome"),
            "",
            excerpt,
            "; ".join(f"{place}: {', '.join(ids)}" for place, ids in by_scope.items()),
        )


def _themes_changed(basis: Basis) -> Iterator[FairList]:
    if basis.default_themes is None:
        return
    rows = [
        FairRow(
            each.outcome,
            framework.short_title,
            f"Counts for {each.own}; by default for {each.default}.",
            each.reason,
        )
        for framework in basis.frameworks.values()
        for each in moved(basis.default_themes, basis.themes, framework)
    ]
    if basis.themes.headline != basis.default_themes.headline:
        rows.append(
            FairRow(
                "headline",
                "",
                f"The report leads with {basis.headline.title}; by default with "
                f"{basis.title_by_default(basis.default_themes.headline)}.",
                "",
            )
        )
    yield FairList(
        "Themes changed by the organisation",
        "These outcomes count for another theme than by default. The default's result stands "
        "below the table of all themes.",
        ("Change", "Reason given"),
        tuple(rows),
    )


def _not_applicable(basis: Basis) -> Iterator[FairRow]:
    for score in basis.card.outcomes:
        if score.not_applicable:
            reasons = reasons_out(score, basis.names)
            yield FairRow(
                score.asked.outcome.id,
                basis.where(score),
                score.asked.outcome.title,
                "; ".join(reasons),
            )


def _unaccepted(basis: Basis) -> Iterator[FairRow]:
    for score in basis.card.outcomes:
        if score.unaccepted:
            headings = [score.asked.framework.level(each).heading for each in score.unaccepted]
            yield FairRow(
                score.asked.outcome.id,
                basis.where(score),
                score.asked.outcome.title,
                "; ".join(headings),
            )
