"""Everything that waits for the officer, in one workbook, and what they decided in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess.books.coming import Coming, Returning
from cyberassess.domain.people.questions import ConfirmReply
from cyberassess.domain.record import happened
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.result.confirming import choices, left_out
from cyberassess.domain.result.counting import word_of
from cyberassess.domain.result.scoring import OutcomeScore
from cyberassess.domain.sets.framework import Level, LevelId
from cyberassess.domain.sets.typed_words import Choice, Read
from cyberassess.errors import AssessmentError, CyberassessError, Problem, ReportError, Severity
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.choices import (
    YES_OR_NO,
    could_mean,
    read_answer,
    read_as,
    read_listed,
)
from cyberassess.opening.files_for_people import dated, moment, refuse_existing, saving
from cyberassess.opening.intake import (
    Belongs,
    ReceivedFile,
    is_known,
    need_ours,
    state_at,
    take_down,
    texts_mark,
)
from cyberassess.opening.names import find_level
from cyberassess.opening.recording import Voice, plan
from cyberassess.opening.writing import Writing, actor_of, now, writing
from cyberassess.steps.confirm.confirming import acceptance, determination
from cyberassess.steps.confirm.decisions_book import AS_THE_RULE
from cyberassess.steps.confirm.waiting import (
    NO,
    YES,
    Kind,
    Waiting,
    answers_to,
    waiting,
    with_known,
)
from cyberassess.steps.plan.planning import Wanted, action_for
from cyberassess.version import __version__

if TYPE_CHECKING:
    from cyberassess.books.guard import Book
    from cyberassess.steps.confirm.decisions_book import Decided, DecisionsBook


@dataclass(frozen=True, slots=True)
class Written:
    """The workbook that was written."""

    path: Path
    counts: Mapping[str, int]
    """How much waits, keyed by the sheet's name."""


def write(folder: Path, *, output: Path | None = None, force: bool = False) -> Written:
    """Write everything that waits into one workbook.

    Args:
        output: where to; a dated name under ``reports/`` if ``None``.
        force: replace the file named by ``output``.

    Raises:
        ReportError: where the file is there already, or cannot be written.
    """
    from cyberassess.steps.confirm.decisions_book import write_decisions

    assessment = open_assessment(folder)
    found = waiting(assessment)
    settings = assessment.contents.settings
    name = f"{settings.organisation} {settings.period} decisions"
    path = output or dated(assessment.workspace.reports, assessment.on, name, ".xlsx")
    if output is not None:
        refuse_existing(path, force=force, raising=ReportError)
    with saving(path, "workbook", raising=ReportError):
        write_decisions(path, _book(assessment, found), created=moment(now()))
    counts = {kind.value: sum(each.kind is kind for each in found) for kind in Kind}
    return Written(path, counts)


def _book(assessment: Assessment, found: Sequence[Waiting]) -> "DecisionsBook":
    from cyberassess.steps.confirm.decisions_book import DecisionsBook, DecisionSheet

    settings, state = assessment.contents.settings, assessment.state
    sheets = []
    for kind in Kind:
        rows = [each for each in found if each.kind is kind]
        offered = tuple(each.choices for each in rows)
        shown = tuple(with_known(assessment, rows))
        sheets.append(DecisionSheet(kind.value, offered, shown))
    return DecisionsBook(
        state.assessment,
        state.heads[0],
        settings.organisation,
        settings.period,
        settings.officer.name,
        settings.marking.filled,
        __version__,
        tuple(sheets),
    )


def _receive(coming: Coming) -> None:
    """Record what was decided in a workbook that came back, item by item."""
    from cyberassess.steps.confirm.decisions_book import read_decisions

    result, name = coming.result, coming.result.path.name
    result.noun = "decision"
    with coming.session() as session:
        assessment = session.assessment
        came = read_decisions(coming.opened(), name, result.sha256)
        found = Belongs(came.assessment, came.organisation, came.period, came.head)
        again = "write a new one with cyberassess decisions."
        need_ours(assessment, name, "workbook of decisions", found, again)
        then = state_at(assessment, name, found.head, again)
        officer = assessment.contents.settings.officer.name
        if came.decided_by and _plain(came.decided_by) != _plain(officer):
            session.actor = actor_of(session, came.decided_by)
        result.person = session.actor.name
        result.problems += came.problems
        taking = _Taking(result, session, then, came.texts)
        taking.go(came.rows)
        if not taking.wrote and is_known(assessment, result.sha256):
            session.pending.clear()
            return
        taken = [f"Decisions recorded: {result.stored}", *(f"  {e}" for e in result.changed)]
        session.write(take_down(result, session, "Decisions", taken))


def decide(
    folder: Path,
    ref: str,
    *,
    basis: Sequence[str],
    decision: str,
    reason: str = "",
    by: str | None = None,
) -> ReceivedFile:
    """Record one decision by the rules of the workbook; it is refused where it is stale.

    Args:
        ref: what waits, as ``waiting`` names it.
        basis: what it rested on when it was shown.

    Raises:
        AssessmentError: where it was not recorded; nothing was changed.
    """
    from cyberassess.steps.confirm.decisions_book import Decided

    result = ReceivedFile(Path(), noun="decision")
    with writing(folder, "decisions", by=by) as session:
        found = next((e for e in waiting(session.assessment) if e.ref == ref), None)
        if found is None or found.basis != tuple(basis):
            what = "is decided or gone" if found is None else "rests on other answers now"
            raise AssessmentError.because(
                "stale",
                ref,
                f"It {what}, since the page was made.",
                "What is there stays; your decision was not recorded. Look at what waits now.",
            )
        source = Source("command", name="decisions")
        taking = _Taking(result, session, session.assessment, "")
        taking.go([Decided(ref, decision, reason, found.subject, source, ref)])
        refused = [e for e in result.problems if e.severity is Severity.PROBLEM]
        if refused:
            raise AssessmentError(*refused)
    return result


def _is_decisions(book: "Book") -> bool:
    from cyberassess.steps.confirm.decisions_book import is_decisions

    return is_decisions(book)


DECISIONS = Returning(_is_decisions, _receive)


class _Taking:
    """The decisions of one workbook being recorded."""

    def __init__(
        self, result: ReceivedFile, session: Writing, then: Assessment, texts: str
    ) -> None:
        self.result = result
        self.session = session
        from cyberassess.books.row_texts import Texts

        self.was = {each.ref: each for each in waiting(then)}
        self.subjects = Texts.of((each.ref, each.subject) for each in self.was.values())
        ours = list(with_known(then, self.was.values()))
        self.shown = {ref: (now, known) for ref, _, now, known in ours}
        self.is_comparable = texts == texts_mark(ours)
        """Whether what we wrote to be read reads the same today."""
        self.with_moved: set[str] = set()
        """The sheets on which a row stands beside another one's subject."""
        self.now = {each.ref: each for each in waiting(session.assessment)}
        self.done = _recorded(session.assessment, result.sha256) if result.sha256 else set()
        self.wrote = False
        self.actions = 0
        """How many of them are made in this step."""

    def go(self, rows: "Sequence[Decided]") -> None:
        """Record in three steps, each on what follows from the one before."""
        self.with_moved = {
            row.source.sheet
            for row in rows
            if row.ref in self.was and self.subjects.owner(row.subject, self.was[row.ref].subject)
        }
        fitting = [(row, found) for row in rows if (found := self._find(row)) is not None]
        columns, levels = Kind.COLUMN, Kind.DETERMINATION
        for kinds in (set(Kind) - {columns, levels}, {columns}, {levels}):
            events: list[Event] = []
            for row, found in fitting:
                if found.kind in kinds:
                    made = self._decide(row, found)
                    events += made
                    self.result.stored += len(made)
                    if made:
                        said = " ".join((row.decision or row.reason).split())
                        self.result.changed.append(f"{row.ref}: {said}")
            if events:
                self.session.write(events)
                self.wrote = True

    def _say(self, code: str, row: "Decided", message: str, hint: str) -> None:
        self.result.problems.append(Problem(code, row.where, message, hint))

    def _over_ours(self, row: "Decided", was: Waiting) -> None:
        """Report words typed over what stood there to be read; a moved row's are another's."""
        another = self.was.get(self.subjects.owner(row.subject, was.subject))
        ours = [each for each in (was, another) if each]
        known = {_plain(text) for each in ours for text in (each.subject, *self.shown[each.ref])}
        is_open = not (row.decision or row.reason)
        for text, where in (*row.shown.values(), *([(row.subject, row.where)] if is_open else [])):
            if self.is_comparable and text and _plain(text) not in known:
                message = f'"{text[:60]}" stands where nothing is read.'
                hint = 'It was not recorded. Write it under "Your reason" beside its row.'
                self.result.problems.append(Problem("unexpected-text", where, message, hint))

    def _find(self, row: "Decided") -> Waiting | None:
        if (row.source.sheet, row.source.cell) in self.done:
            self.result.unchanged += 1
            return None
        was, current = self.was.get(row.ref), self.now.get(row.ref)
        if was is None:
            message = f'"{row.ref}" is nothing that waited when this workbook was written.'
            hint = "It was not recorded. Put the ref back as it was, and receive it again."
            self._say("unknown-ref", row, message, hint)
            return None
        self._over_ours(row, was)
        if not (row.decision or row.reason or row.owner or row.due):
            return None
        if current is None or current.basis != was.basis:
            what = "is decided or gone" if current is None else "rests on other answers now"
            message = (
                f"{row.ref} {what}, since this workbook was written. It is "
                f'"{self._stands(was)}" now; the workbook says "{row.decision or row.reason}".'
            )
            hint = "What is there stays; your decision was not recorded. For what waits now: "
            hint += "cyberassess decisions."
            self._say("stale", row, message, hint)
            return None
        if problem := self._moved(row, was):
            self.result.problems.append(problem)
            return None
        if _plain(row.subject) != _plain(was.subject):
            message = f"What {row.ref} is about was changed in the workbook."
            hint = "The decision was taken for the row as it was written. Is that right?"
            problem = Problem.note("subject-changed", row.where, message, hint)
            self.result.problems.append(problem)
        return current

    def _stands(self, was: Waiting) -> str:
        """Say what is there now of what waited."""
        score = self.session.assessment.card.by_key.get(was.outcome)
        if score is None:
            return "not assessed"
        if was.statement is not None:
            return word_of(score, was.statement.indicator)
        level = score.determination
        return score.asked.framework.title_of(level) if level else "open"

    def _moved(self, row: "Decided", was: Waiting) -> Problem | None:
        """Report a row with another one's subject; no choice of that one holds for this one."""
        from cyberassess.books.row_texts import beside_moved, moved

        if other := self.subjects.owner(row.subject, was.subject):
            return moved(row.where, row.ref, other, row.subject)
        if row.source.sheet in self.with_moved and self.subjects.is_shared(was.subject):
            return beside_moved(row.where, row.ref)
        return None

    def _decide(self, row: "Decided", found: Waiting) -> list[Event]:
        if found.kind is Kind.REASON:
            return self._reason(row, found)
        if found.kind is Kind.GAP:
            return self._action(row, found)
        if not row.decision:
            message = f"A reason stands beside {found.ref}, and nothing is decided."
            hint = f"It was not recorded. Choose one of: {', '.join(found.choices)}."
            self._say("no-decision", row, message, hint)
            return []
        read = understood(self.session.assessment, found, row.decision)
        chosen = read.choice.label if read.choice else None
        if chosen not in found.choices:
            message = f'"{row.decision[:60]}" is not one of the choices for {found.ref}.'
            hint = f"It was not recorded. Choose one of: {', '.join(found.choices)}."
            self._say("not-allowed", row, message, f"{could_mean(row.decision, read)}{hint}")
            return []
        if not read.is_exact:
            self.result.problems.append(read_as(row.where, row.decision, chosen))
        is_kept = found.choices != (YES, NO) or chosen == YES
        if row.reason and not is_kept:
            message = f"A reason stands beside {found.ref}, where a {chosen} keeps none."
            hint = f"The {chosen} counts as it is; the reason was not recorded."
            self._say("reason-not-kept", row, message, hint)
        if chosen == NO and found.choices == (YES, NO):
            self.result.unchanged += 1
            return []
        match found.kind:
            case Kind.CONFLICT:
                return self._resolution(row, found, chosen)
            case Kind.COLUMN:
                return self._column(row, found)
            case Kind.DETERMINATION:
                return self._determination(row, found, chosen)
            case _:
                return self._offer(row, found)

    def _needs_reason(self, row: "Decided", found: Waiting, why: str) -> bool:
        if row.reason.strip():
            return False
        message = f"{found.ref} was decided without a reason. {why}"
        hint = "It was not recorded. Write the reason beside it, and hand it in again."
        self._say("no-reason", row, message, hint)
        return True

    def _resolution(self, row: "Decided", found: Waiting, chosen: str) -> list[Event]:
        key = found.statement
        if key is None or self._needs_reason(row, found, "The report prints it."):
            return []
        answers = answers_to(self.session.assessment, key).answers
        code = next(each.code for each in answers if each.label == chosen)
        given = self.session.assessment.state.answers[key]
        return [
            happened.Resolution(
                **key._asdict(),
                new=code,
                reason=row.reason.strip(),
                settled=sorted([g.person, g.answer] for g in given),
                source=row.source,
                read=row.decision,
            )
        ]

    def _offer(self, row: "Decided", found: Waiting) -> list[Event]:
        if found.offer is None or found.statement is None:
            return []
        actor = self.session.actor.id
        words = row.reason.strip()
        reply = ConfirmReply((found.statement,), found.offer, row.source, row.decision, words)
        made = plan(self.session.assessment, Voice(actor, actor), [reply])
        self.result.problems += made.problems
        return made.events

    def _reason(self, row: "Decided", found: Waiting) -> list[Event]:
        key, (answer,) = found.statement, found.basis
        if row.decision:
            message = f'"{row.decision[:60]}" stands beside {found.ref}, where nothing is chosen.'
            self._say("unexpected-text", row, message, "It was not recorded.")
        if key is None or self._needs_reason(row, found, "Only a reason is asked for."):
            return []
        return [
            happened.Answer(
                **key._asdict(),
                **(given.event.fields | {"reason": row.reason.strip()}),
                person=found.person,
                old=answer,
                source=row.source,
            )
            for given in self.session.assessment.state.answers[key]
            if (given.person, given.answer) == (found.person, answer)
        ]

    def _column(self, row: "Decided", found: Waiting) -> list[Event]:
        score = self.session.assessment.card.by_key[found.outcome]
        level = score.asked.framework.level(LevelId(found.level))
        if tuple(left_out(score, level)) != found.basis:
            message = f"{found.ref} rests on other answers, by decisions in this same workbook."
            hint = "It was not recorded. For what waits now: cyberassess decisions."
            self._say("stale", row, message, hint)
            return []
        if self._needs_reason(row, found, "So much is left out that a reader must know why."):
            return []
        said = acceptance(score, level, row.reason)
        key = (*score.key, level.id)
        return [happened.put(key, said, source=row.source, read=row.decision)]

    def _action(self, row: "Decided", found: Waiting) -> list[Event]:
        if not row.decision:
            message = f"Words stand beside {found.ref}, and no action under “Your decision”."
            hint = "It was not recorded. Write what will be done, and hand it in again."
            self._say("no-decision", row, message, hint)
            return []
        wanted = Wanted(
            title=row.decision,
            owner=row.owner or None,
            due=row.due or None,
            reason=row.reason or None,
        )
        event, problems = action_for(
            self.session.assessment,
            found.outcome,
            wanted,
            row.source,
            where=row.where,
            before=self.actions,
        )
        self.actions += 1
        self.result.problems += problems
        return [event]

    def _as_the_rule(self, row: "Decided", found: Waiting, score: OutcomeScore) -> Level | None:
        """Give what the rule says by now, and say so where the workbook showed another level."""
        framework, then = score.asked.framework, found.basis[0]
        name = found.ref.removesuffix(" confirm")
        if score.suggested is None:
            message = f"The rule gives no level for {name} yet: answers are missing."
            hint = "It was left open. Ask for them, or choose a level yourself and say why."
            self.result.problems.append(Problem.note("no-level-yet", row.where, message, hint))
            return None
        level = framework.level(score.suggested)
        if score.suggested != then:
            was = framework.title_of(then) if then else "nothing"
            message = f"{name}: the rule said {was}, and says {level.title} now, after the "
            message += "other decisions in this file."
            hint = f"{level.title} was recorded. If you see it differently, confirm another level."
            self.result.problems.append(Problem.note("rule-moved", row.where, message, hint))
        return level

    def _determination(self, row: "Decided", found: Waiting, chosen: str) -> list[Event]:
        score = self.session.assessment.card.by_key[found.outcome]
        try:
            if chosen == AS_THE_RULE:
                level = self._as_the_rule(row, found, score)
            else:
                level = find_level(choices(score), chosen, row.where)
        except CyberassessError as cause:
            self.result.problems += cause.problems
            return []
        if level is None:
            return []
        if level.id != score.suggested:
            framework = score.asked.framework
            suggested = framework.level(score.suggested).title if score.suggested else "nothing"
            if self._needs_reason(row, found, f"The rule suggests {suggested} now."):
                return []
        said = determination(score, level.id, row.reason)
        return [happened.put(score.key, said, source=row.source, read=row.decision)]


def understood(assessment: Assessment, found: Waiting, typed: str) -> Read:
    """Say which of the choices was meant."""
    if found.kind is Kind.CONFLICT and found.statement is not None:
        framework = assessment.frameworks[found.statement.framework]
        _, indicator = framework.indicators[found.statement.indicator]
        return read_answer(typed, framework.answers_for(indicator))
    if found.kind is Kind.DETERMINATION:
        scale = assessment.frameworks[found.outcome.framework].scale
        ids = {each.title: each.id for each in scale}
        levels = [Choice(ids.get(each, each), each) for each in found.choices]
        return read_listed(typed, levels, "level")
    return read_listed(typed, YES_OR_NO, "yes-no")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _recorded(assessment: Assessment, sha256: str) -> set[tuple[str, str]]:
    """Give sheet and cell of everything recorded from a file before."""
    return {
        (event.came.sheet, event.came.cell)
        for segment in assessment.reading.segments
        for _, event in segment.happened()
        if event.came.file == sha256
    }
