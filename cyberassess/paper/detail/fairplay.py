"""Fair play: everything a careful reader would want to be told without asking."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cyberassess.domain.assessment import OutcomeKey, StatementKey
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.declaring import in_words
from cyberassess.domain.record.evidence import Mark, behind_many
from cyberassess.domain.record.recorded import Origin, Said
from cyberassess.domain.record.standing import Standing
from cyberassess.domain.result.better import overtaken_in
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
from cyberassess.domain.sets.theming import ThemeSet, moved
from cyberassess.errors import counted
from cyberassess.paper.basis import MOST_PLACES, Basis, capital, joined
from cyberassess.paper.blocks import (
    BREAK,
    Block,
    Heading,
    Part,
    Row,
    Section,
    Table,
    Text,
    columns,
)
from cyberassess.paper.sections.checking import confirmed_rows, named_together
from cyberassess.paper.sections.summary import statement_text

_MANY = 3
"""The same text in more places than this is listed."""
_EXCERPT = 160
_NO_REASON = "no reason given"
_DOUBTFUL = (Mark.REJECTED, Mark.REPLACED, Mark.STALE, Mark.CREATED_DURING, Mark.UNUSED)

_Line = tuple[str, str, str, str]
"""Reference, place, what, and who or why."""
_List = tuple[str, str, tuple[str, ...], Iterable[_Line]]
"""Title, what it means, the heads of its columns but for ``_FIRST``, and its lines."""
_FIRST = "Ref, and where"
"""What heads the first column, where a list says nothing else."""


class _Stated(NamedTuple):
    """A statement as it stands in one place."""

    score: OutcomeScore
    indicator: Indicator
    standing: Standing

    @property
    def answer(self) -> Answer | None:
        """The one that counts; ``None`` while none does."""
        answers = self.score.asked.framework.answers_for(self.indicator)
        code = self.standing.answer
        return None if code is None else answers.by_code(code)


def fair_play(basis: Basis) -> Section:
    """Give every list that has something in it, in a fixed order, and name the others."""
    blocks: list[Block] = [
        Heading("Fair play", anchor="fair-play", running="Fair play"),
        Text("What a careful reader would want to be told without asking.", "meta"),
    ]
    empty: list[str] = []
    for title, note, named, lines in _lists(basis):
        first, what, detail = (_FIRST, *named)[-3:]
        heads = columns((first, 18), (what, 45, "pre"), (detail, 37, "pre"))
        if rows := tuple(_merged(lines)):
            blocks += [Heading(title, 3), Text(note, "keep"), Table(heads, rows, "found")]
        else:
            empty.append(f"“{title}”")
    if empty:
        blocks.append(Text(f"Nothing to list under {joined(empty)}.", "small"))
    return Section(tuple(blocks), "new-page", "part")


def _merged(lines: Iterable[_Line]) -> Iterator[Row]:
    """Give what is the same in several places once."""
    found: dict[tuple[str, str, str, int], list[str]] = {}
    for at, (ref, where, what, detail) in enumerate(lines):
        found.setdefault((ref, what, detail, -1 if where else at), []).append(where)
    for (ref, what, detail, _), places in found.items():
        where = joined(places) if len(places) <= MOST_PLACES else counted(len(places), "place")
        yield (ref, BREAK, Part(where, "place")) if where else ref, what, detail


def _lists(basis: Basis) -> Iterator[_List]:
    statements = tuple(_statements(basis))
    yield (
        "Conflicts open",
        "Two people answered differently. The answer that gives the lower result counts until "
        "the officer settles it with a reason.",
        ("Statement", "Who said what"),
        _lines(basis, (e for e in statements if e.standing.in_conflict), _who_said),
    )
    yield from _of_decisions(basis)
    yield (
        "Don't know",
        "Counted as not answered, never as met.",
        ("Statement", "Who"),
        _lines(basis, (e for e in statements if why(e.standing) is Why.DONT_KNOW), _who),
    )
    yield from _of_what_is_left_out(basis, statements)
    yield from _of_stages(basis, statements)
    yield from _of_reasons(basis, statements)
    yield (
        "Answers that lack a reason",
        "These need a reason to count. Until one is given they count as not answered.",
        ("Statement", "Who said what"),
        _lines(basis, (e for e in statements if e.standing.lacks_reason), _who_said),
    )
    yield (
        "Said twice, answered differently",
        "The framework says the same in two places; the answers differ. Neither was changed.",
        ("Statement", "Answers"),
        _twins(basis, statements),
    )
    yield from _of_texts(basis)
    yield from _of_results(basis)


def _statements(basis: Basis) -> Iterator[_Stated]:
    for score in basis.by_reference(basis.card.outcomes):
        for indicator, standing in zip(
            score.asked.outcome.indicators, score.standings, strict=True
        ):
            yield _Stated(score, indicator, standing)


def _lines(
    basis: Basis, found: Iterable[_Stated], detail: Callable[[Basis, _Stated], str]
) -> Iterator[_Line]:
    for each in found:
        where = basis.where(each.score)
        yield each.indicator.id, where, each.indicator.text, detail(basis, each)


def _who(basis: Basis, each: _Stated) -> str:
    given = each.standing.given
    return joined(list(dict.fromkeys(basis.person(e.person, e.origin) for e in given)))


def _who_said(basis: Basis, each: _Stated) -> str:
    labels = each.score.asked.framework.answers_for(each.indicator).labels
    return "; ".join(
        f"{basis.person(e.person, e.origin)}: {labels.get(e.answer, e.answer)}"
        for e in each.standing.given
    )


def _why(basis: Basis, each: _Stated, otherwise: str = _NO_REASON) -> str:
    return "; ".join(
        f"{basis.person(e.person, e.origin)}: {e.reason or otherwise}" for e in each.standing.given
    )


def _who_and_when(basis: Basis, person: str, origin: Origin) -> str:
    return f"{basis.person(person, origin)}, {said_date(origin.time)}"


def _of_decisions(basis: Basis) -> Iterator[_List]:
    """Give what people decided, confirmed and changed."""
    yield (
        "Decided differently from answers and rule",
        "A named person decided otherwise than answers and rule alone would give. Each says in "
        "which direction, and why.",
        ("What, and in which direction", "Who, and why"),
        _overrides(basis),
    )
    yield (
        "Who confirmed what",
        "Results somebody confirmed have a named person behind them; all others stand as the rule "
        "gives them. Who also answered the outcome confirmed their own answers. Where they are "
        "many they are counted by place.",
        ("How many, by whom", "Results", "Of these, also answered by the same person"),
        confirmed_rows(basis),
    )
    yield (
        "Returns without a signature that stands",
        "The last sheet of a questionnaire asks for a signature that its answers are true to the "
        "best of one's knowledge. No signature that stands covers these; they count all the same.",
        ("Whose", "Signature", "Answers by the same person"),
        _unsigned(basis),
    )
    yield (
        "Confirmations that have lapsed",
        "Answers changed after somebody confirmed the result, so it does not count.",
        ("Outcome", "Who, and when"),
        _outcomes(basis, _lapsed),
    )
    yield (
        "Answers changed after they were given",
        "The same person's newer answer replaces the older one.",
        ("Change", "Who, and when"),
        _changes(basis),
    )


def _unsigned(basis: Basis) -> Iterator[_Line]:
    """Name the questionnaires that came back and have no signature that stands."""
    for person, declared in basis.returns.items():
        if not declared.stands:
            given = sum(
                each.person == person for all_ in basis.state.answers.values() for each in all_
            )
            said = capital(in_words(declared, said_date))
            yield basis.person(person), "", f"{said}.", counted(given, "answer")


def _overrides(basis: Basis) -> Iterator[_Line]:
    for each in basis.overrides:
        yield (
            each.statement.indicator if each.statement else each.outcome.outcome,
            basis.place_in(*each.outcome[:2]),
            f"{capital(each.direction.value)}: {each.without}, now {each.stands}. {each.title}",
            f"{_who_and_when(basis, each.person, each.origin)}: {each.reason or _NO_REASON}",
        )


def _outcomes(
    basis: Basis, detail: Callable[[Basis, OutcomeScore], str | None]
) -> Iterator[_Line]:
    """Give the outcomes of which there is something to say."""
    for score in basis.by_reference(basis.card.outcomes):
        said = detail(basis, score)
        if said is not None:
            outcome = score.asked.outcome
            yield outcome.id, basis.where(score), outcome.title, said


def _lapsed(basis: Basis, score: OutcomeScore) -> str | None:
    record = score.confirmation
    if record is None or not score.has_lapsed or score.not_applicable:
        return None
    return _who_and_when(basis, record.person, record.origin)


def _changes(basis: Basis) -> Iterator[_Line]:
    for key, changes in basis.state.history.items():
        framework = basis.frameworks.get(key.framework)
        if framework is None or key.indicator not in framework.indicators:
            continue
        labels = framework.answers_for(framework.indicators[key.indicator][1]).labels
        for change in changes:
            if change.old is None:
                continue
            old = labels.get(change.old, change.old)
            new = labels.get(change.answer, change.answer) or "withdrawn"
            words = f"Was {old}, now {new}."
            if old == new:
                words = f"{new}: the reason was changed."
            who = _who_and_when(basis, change.person, change.origin)
            yield key.indicator, basis.place_in(*key[:2]), words, who


def _of_what_is_left_out(basis: Basis, statements: Sequence[_Stated]) -> Iterator[_List]:
    """Give what is in no count, and why."""
    yield (
        "Does not apply, with reasons",
        "Left out of the count.",
        ("Statement", "Who, and why"),
        _lines(
            basis,
            (
                each
                for each in statements
                if each.standing.counts_as is CountsAs.LEFT_OUT and each.standing.is_asked
            ),
            _why,
        ),
    )
    if any(each.conditions for each in basis.frameworks.values()):
        yield (
            "Left out by what was said under “What applies here”",
            "These conditions were answered no, so what depends on them is left out of the count. "
            "Who said so stands with the outcomes, under “What applies here”.",
            ("Condition", "Left out"),
            _by_conditions(basis, statements),
        )
    if ended := [each for each in statements if each.standing.ended]:
        yield (
            "Left out because what they ask for ended",
            "Asked of nobody, and in no count, whatever was answered before.",
            ("Statement", "What ended"),
            _lines(basis, ended, lambda _, e: said_of(e.score, e.indicator.id, basis.names)),
        )


def _by_conditions(basis: Basis, statements: Iterable[_Stated]) -> Iterator[_Line]:
    found: dict[tuple[str, IndicatorId, str], list[str]] = {}
    for score, indicator, standing in statements:
        condition = standing.ruled_out_by
        if condition is not None:
            key = basis.where(score), condition, statement_text(score, condition)
            found.setdefault(key, []).append(indicator.id)
    for (where, condition, text), ids in found.items():
        yield f"{len(ids)} left out", where, f"{condition}: {text}", ", ".join(ids)


def _of_stages(basis: Basis, statements: Sequence[_Stated]) -> Iterator[_List]:
    """Give exceptions, work under way and accepted risks, each in a list of its own."""
    staged = [each for each in basis.frameworks.values() if each.rule.kind.builds_up]
    refs = {each.ref for each in staged}
    found = [
        each
        for each in statements
        if each.score.asked.framework.ref in refs and not each.standing.lacks_reason
    ]
    for label in dict.fromkeys(each.label for each in _offered(staged) if _is_apart(each)):
        yield (
            label,
            "Shown apart: it counts as not met and reaches no stage. What was given beside it "
            "(which exceptions, the date, the entry in the risk register) stands in the last "
            "column.",
            ("Control", "Who, and what they gave"),
            _lines(basis, (e for e in found if e.answer and e.answer.label == label), _why),
        )
    if staged:
        yield (
            "Stages with nothing to assess",
            "No control of these stages applies to the outcomes named, so the stage is passed "
            "over: it holds nothing back.",
            ("Stage", "Outcomes"),
            _nothing_to_assess(basis),
        )


def _is_apart(answer: Answer) -> bool:
    """Say whether an answer counts as not met and yet says more than that."""
    return (
        answer.counts_as is CountsAs.NOT_MET
        and answer.needs is Needs.REASON
        and answer.code != CountsAs.NOT_MET.value
    )


def _of_reasons(basis: Basis, statements: Sequence[_Stated]) -> Iterator[_List]:
    """Give what counts as met for a reason somebody gave."""
    answers = _offered(basis.frameworks.values())
    if any(e.counts_as is CountsAs.MET and e.needs is Needs.REASON for e in answers):
        yield (
            "True by other means, with reasons",
            "Counted as true. A reviewer should look at each.",
            ("Statement", "Who, and why"),
            _lines(basis, _met_by(statements, Needs.REASON), _why),
        )
    for label in sorted({e.label for e in answers if e.needs is Needs.REASON_OR_BETTER}):
        yield (
            label,
            "The statement describes a shortfall; whoever chose this says that it is left behind. "
            "Counted as true. A reviewer should look at these first.",
            ("Statement", "Who, and why"),
            _lines(basis, _met_by(statements, Needs.REASON_OR_BETTER), _backing),
        )
        yield (
            "Said not to be true beside a statement that says better",
            f"Both stand as they were answered. Perhaps “{label}” is meant.",
            ("Statement", "What says better, and is true"),
            (
                (lesser, basis.where(score), statement_text(score, lesser), joined(better))
                for score in basis.by_reference(basis.card.outcomes)
                for lesser, better in overtaken_in(score).items()
            ),
        )


def _offered(frameworks: Iterable[Framework]) -> list[Answer]:
    sets = (answers for framework in frameworks for answers in framework.answer_sets)
    return [each for answers in sets for each in answers.answers]


def _met_by(statements: Iterable[_Stated], needs: Needs) -> Iterator[_Stated]:
    """Give what counts as met by an answer that needs a reason, or may do without one."""
    for each in statements:
        answer = each.answer if each.standing.counts_as is CountsAs.MET else None
        if answer and answer.needs is needs:
            yield each


def _backing(basis: Basis, each: _Stated) -> str:
    """Say why something is left behind; what says better where nobody gave a reason."""
    standings, by = each.score.by_statement, each.indicator.better_than
    better = joined([e for e in by if standings[e].counts_as is CountsAs.MET])
    return _why(basis, each, f"{better} says better and is true" if better else _NO_REASON)


def _nothing_to_assess(basis: Basis) -> Iterator[_Line]:
    """Name the stages that are passed because no control of them applies."""
    found: dict[tuple[str, int, str], list[str]] = {}
    for score in basis.card.outcomes:
        framework = score.asked.framework
        for level in nothing_to_assess(score):
            key = (basis.where(score), framework.ranks[level], framework.level(level).title)
            found.setdefault(key, []).append(score.asked.outcome.id)
    for (where, _, title), ids in sorted(found.items()):
        yield counted(len(ids), "outcome"), where, title, ", ".join(ids)


def _twins(basis: Basis, statements: Iterable[_Stated]) -> Iterator[_Line]:
    """Give statements that say the same as an earlier one and were answered otherwise."""
    stated = {StatementKey(*each.score.key[:2], each.indicator.id): each for each in statements}
    for key, each in stated.items():
        first = each.indicator.same_as
        other = stated.get(key._replace(indicator=first)) if first else None
        if other and other.answer and each.answer and other.answer.code != each.answer.code:
            said = f"{first}: {other.answer.label}; {key.indicator}: {each.answer.label}"
            ref = f"{first}, {key.indicator}"
            yield ref, basis.where(each.score), each.indicator.text, said


def _of_texts(basis: Basis) -> Iterator[_List]:
    """Give documents and texts that stand behind many results, or behind none any more."""
    yield (
        "One document behind many claims",
        f"The same item, or the same text, stands under more than {_MANY} outcomes.",
        ("Evidence", "Outcomes"),
        (*_behind_many(basis), *_repeated(basis, basis.state.evidence)),
    )
    yield (
        "Evidence to look at twice",
        "Rejected or replaced items count for nothing. Items out of date, unused, or made only "
        "after the assessment began are named.",
        ("Evidence", "What to know"),
        _doubtful(basis),
    )
    yield (
        "The same explanation in many places",
        f"The same text explains more than {_MANY} outcomes.",
        ("Explanation", "Outcomes"),
        _repeated(basis, basis.state.rationales),
    )


def _behind_many(basis: Basis) -> Iterator[_Line]:
    for item in behind_many(basis.evidence, _MANY + 1):
        places = ", ".join(f"{e.outcome.outcome}/{e.outcome.scope}" for e in item.links)
        yield item.reference, "", item.facts.title, places


def _doubtful(basis: Basis) -> Iterator[_Line]:
    for item in basis.evidence.items:
        marks = [each for each in item.marks(basis.on, basis.opened) if each in _DOUBTFUL]
        if marks:
            reason = f": {item.review.reason}" if item.is_rejected and item.review else ""
            said = capital("; ".join(each.value for each in marks))
            yield item.reference, "", item.facts.title, f"{said}{reason}"


def _repeated(basis: Basis, texts: Mapping[OutcomeKey, tuple[Said, ...]]) -> Iterator[_Line]:
    places: dict[str, dict[OutcomeKey, str]] = {}
    for key, said in texts.items():
        for each in said:
            same = " ".join(each.text.casefold().split())
            places.setdefault(same, {}).setdefault(key, each.text)
    for keys in places.values():
        if len(keys) <= _MANY:
            continue
        text = next(iter(keys.values()))
        excerpt = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rstrip()}…"
        by_scope: dict[str, list[str]] = {}
        for key in keys:
            where = basis.place_in(*key[:2])
            by_scope.setdefault(where, []).append(key.outcome)
        yield counted(len(keys), "outcome"), "", excerpt, named_together(by_scope)


def _of_results(basis: Basis) -> Iterator[_List]:
    """Give what was placed, left out or reached otherwise than by answers alone."""
    if basis.default_themes is not None:
        yield (
            "Themes changed by the organisation",
            "These outcomes count for another theme than by default. The default's result stands "
            "below the table of all themes.",
            ("Change", "Reason given"),
            _themes_changed(basis, basis.default_themes),
        )
    yield (
        "Outcomes that are not applicable",
        "Every statement was said not to apply, so the outcome is in no count.",
        ("Outcome", "Reasons"),
        _outcomes(basis, _out),
    )
    if any(each.rule.kind.has_columns for each in basis.frameworks.values()):
        yield (
            "Columns left out by more than half",
            "They count as holding only once a named person has accepted that.",
            ("Outcome", "Columns"),
            _outcomes(basis, _unaccepted),
        )


def _themes_changed(basis: Basis, default: ThemeSet) -> Iterator[_Line]:
    for framework in basis.frameworks.values():
        for each in moved(default, basis.themes, framework):
            what = f"Counts for {each.own}; by default for {each.default}."
            yield each.outcome, framework.short_title, what, each.reason
    if basis.themes.headline != default.headline:
        what = (
            f"The report leads with {basis.headline.title}; by default with "
            f"{basis.title_by_default(default.headline)}."
        )
        yield "headline", "", what, ""


def _out(basis: Basis, score: OutcomeScore) -> str | None:
    return "; ".join(reasons_out(score, basis.names)) if score.not_applicable else None


def _unaccepted(_: Basis, score: OutcomeScore) -> str | None:
    headings = [score.asked.framework.level(each).heading for each in score.unaccepted]
    return "; ".join(headings) if headings else None
