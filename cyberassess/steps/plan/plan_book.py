"""The plan as a workbook, or a table people keep themselves: written, and taken in again."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from cyberassess.books.coming import Coming, Returning, take_one
from cyberassess.books.table_book import ABOUT as ABOUT_TITLE
from cyberassess.books.table_book import ABOUT_LINE, Column, Kind, write_table
from cyberassess.books.tables import Came, Row, about_of, read_table, without_repeats
from cyberassess.domain.assessment import OutcomeKey, ScopeId
from cyberassess.domain.people.questions import make_ref
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.numbering import NUMBERED
from cyberassess.domain.record.plan import ACTION, Action, Progress, actions_of
from cyberassess.errors import AssessmentError, Problem, hearing
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.intake import ABOUT, ReceivedFile, Weighing, last_set
from cyberassess.opening.outcomes import one_outcome
from cyberassess.opening.years import next_free
from cyberassess.sources.tables import fold
from cyberassess.steps.plan.planning import (
    COSTS,
    PRIORITIES,
    STATUSES,
    Step,
    Wanted,
    action_called,
    action_event,
    fields_after,
    in_the_way,
    namesakes,
    now_and_target,
    path_to_target,
)

_COLUMNS = (
    Column("Action", 90, is_input=False),
    Column("Outcome", 130, is_input=False),
    Column("Where", 150, is_input=False),
    Column("Now and target", 190, is_input=False, ours="{level}; target {level}"),
    Column("What stands in the way", 380, is_input=False, ours="{statement}: {text}"),
    Column("What will be done", 320, takes_links=True),
    Column("Owner", 150),
    Column("Due", 100, is_date=True),
    Column("Cost", 90, COSTS, words="cost"),
    Column("Cost in words", 120, takes_links=True),
    Column("Status", 110, STATUSES, words="status"),
    Column("Priority", 80, PRIORITIES, words="priority"),
    Column("Reason", 200, takes_links=True),
    Column("Also covers", 180),
)
_LINE = "One row is one action. For a second action copy the row and clear Action."
KIND = Kind(
    _COLUMNS,
    needed=("Outcome", "What will be done"),
    once=("Action",),
    unread="It was not stored. Write it under one of the headings, beside its action.",
    refused="The row was not stored.",
    titles=("Plan of {organisation}, {period}", ABOUT_TITLE),
    lines=(_LINE, ABOUT_LINE),
    name="Plan",
    about=ABOUT,
    is_plain=True,
)
_INPUTS = {
    "What will be done": "title", "Owner": "owner", "Due": "due", "Cost": "cost",
    "Cost in words": "cost_text", "Status": "status", "Priority": "priority",
    "Reason": "reason", "Also covers": "also",
}  # fmt: skip


def _ref_of(assessment: Assessment, key: OutcomeKey) -> str:
    number = list(assessment.frameworks).index(key.framework) + 1
    return make_ref(key.outcome, key.scope, number)


def _row(assessment: Assessment, step: Step, action: Action | None) -> tuple[str, ...]:
    score = step.finding.score
    facts = ("",) * 9
    if action is not None:
        record = assessment.state.record(ACTION, action.id)
        reason = str(record.fields.get("reason", "")) if record else ""
        facts = (
            action.title,
            assessment.name_of(action.owner),
            action.due.isoformat() if action.due else "",
            action.cost.value,
            action.cost_text,
            action.progress.value,
            str(action.priority),
            reason,
            "; ".join(assessment.place_of(ScopeId(each)) for each in action.also),
        )
    return (
        action.said_ref if action else "",
        _ref_of(assessment, score.key),
        score.asked.scope.title,
        now_and_target(step),
        in_the_way(step),
        *facts,
    )


def export_plan(folder: Path, output: Path | None = None, *, force: bool = False) -> Path:
    """Write the plan to a workbook, or to CSV; a line for each gap, ready to be filled in.

    Raises:
        AssessmentError: where the file is there already, or cannot be written.
    """
    assessment = open_assessment(folder)
    path = output or folder / "plan.xlsx"
    rows = [
        _row(assessment, step, action)
        for step in path_to_target(assessment)
        for action in (step.actions or (None,))
        if action is None or action.about == step.finding.score.key
    ]
    write_table(assessment, path, KIND, rows, force=force, is_wide=True)
    return path


def import_plan(
    folder: Path, path: Path, *, dry_run: bool = False, by: str | None = None
) -> ReceivedFile:
    """Take a plan in from a workbook or CSV with the headings that export writes.

    A row that cannot be taken in is named and the others are stored. What was changed since the
    file was written stays, unless the file says something else and is newer.

    Raises:
        AssessmentError: where the file has not the headings, or cannot be read.
        WorkbookError: where a workbook cannot be read, or is another assessment's.
    """
    return take_one(folder, path, PLAN, command="plan import", dry_run=dry_run, by=by)


def _receive(coming: Coming) -> None:
    result = coming.result
    result.noun = "action"
    came = read_table(result.path, KIND, coming.book)
    with coming.session() as session:
        weighing, then = coming.weighing(session.assessment, came, "plan", _AGAIN)
        events = _Taking(session.assessment, weighing, then).take(came)
        result.stored = len(events)
        coming.take_down(session, events, "Plan", [f"Added: {', '.join(result.added)}"])


PLAN = Returning(lambda book: about_of(book, KIND) is not None, _receive)
_AGAIN = "write a new one with cyberassess plan export."


@dataclass(frozen=True)
class _Taking:
    """The rows of one plan being taken."""

    assessment: Assessment
    weighing: Weighing
    then: Assessment | None
    """The state the file was written at; ``None`` where it does not say."""

    def take(self, came: Came) -> list[Event]:
        """Give the events that store what is new."""
        result = self.weighing.result
        found: list[_Planned] = []
        for row in came.rows:
            try:
                found.append(_Planned.of(self.assessment, row, self.weighing))
            except AssessmentError as cause:
                came.problems += [_at(row, each) for each in cause.problems]
        result.empty = sum(not each.row.said for each in found)
        found = [each for each in found if each.row.said]
        came.rows = [each.row for each in found]
        kept = {id(each) for each in without_repeats(came, KIND, [e.identity for e in found])}
        result.problems += came.problems
        made = [self._row(each) for each in found if id(each.row) in kept]
        return [each for each in made if each is not None]

    def _row(self, planned: "_Planned") -> Event | None:
        row, key, there = planned
        result, state = self.weighing.result, self.assessment.state
        if problem := _moved(self.assessment, planned):
            result.problems.append(problem)
            return None
        record = state.record(ACTION, there.id) if there else None
        before = dict(record.fields) if record else {}
        asked = Wanted(**{name: row.text(h) for h, name in _INPUTS.items() if h in row.headings})
        about = key._asdict()
        cells = {name: row.cells.get(heading, row.key) for heading, name in _INPUTS.items()}
        with hearing() as heard:
            fields, problems = fields_after(
                self.assessment, before | about, asked, lambda name: row.place.of(cells[name])
            )
        result.problems += heard
        if not fields.get("title"):
            message = "The row does not say what will be done."
            problems.append(Problem("no-action", row.where, message, KIND.refused))
        if problems:
            result.problems += problems
            return None
        if there:
            weighed = self._weighed(there, row, before, fields)
            also = [each for each in weighed["also"].split("; ") if each]
            fields = before | weighed | {"also": also}
        fields = {name: value for name, value in (fields | about).items() if value}
        if _same(fields, before):
            result.unchanged += 1
            return None
        if there:
            result.changed.append(there.ref)
            return action_event(there.id, fields)
        number = next_free(self.assessment, ACTION) + len(result.added)
        result.added.append(NUMBERED[ACTION].format(number))
        return action_event(secrets.token_hex(8), fields | {"number": number})

    def _weighed(
        self, there: Action, row: Row, before: Mapping[str, Any], fields: Mapping[str, Any]
    ) -> dict[str, str]:
        """Give the fields of an action that is there, none of them older than it is."""
        then = self.then.state.record(ACTION, there.id) if self.then else None
        history = self.assessment.state.record_history.get((ACTION, (there.id,)), ())
        return self.weighing.values(
            there.ref,
            row.where,
            _inputs(fields),
            _inputs(before),
            _inputs(then.fields if then else {}) if self.then else None,
            set_at=lambda name: self.weighing.when_saved(last_set(history, name)),
            say=self._said,
        )

    def _said(self, name: str, value: str) -> str:
        if name == "also":
            return "; ".join(self.assessment.place_of(ScopeId(each)) for each in value.split("; "))
        return self.assessment.name_of(value) if name == "owner" else value


def _inputs(fields: Mapping[str, Any]) -> dict[str, str]:
    """Give what people write of an action, with what stands for what they leave out."""
    usual = {"status": Progress.PLANNED.value, "priority": "3"}
    found = {name: str(fields.get(name) or usual.get(name, "")) for name in _INPUTS.values()}
    return found | {"also": "; ".join(fields.get("also") or ())}


class _Planned(NamedTuple):
    """A row, the outcome it is about, and the action where there is one already."""

    row: Row
    about: OutcomeKey
    there: Action | None

    @classmethod
    def of(cls, assessment: Assessment, row: Row, weighing: Weighing) -> "_Planned":
        """Find what a row is about.

        Raises:
            AssessmentError: where its outcome or its action is not known, or two may be meant.
        """
        key = one_outcome(assessment, row.text("Outcome")).key
        ref, title = row.text("Action"), row.text("What will be done")
        if ref:
            return cls(row, key, _in_file(assessment, ref, key, title))
        return cls(row, key, _same_action(assessment, key, title, weighing))

    @property
    def identity(self) -> str:
        """What no two rows share: the action, or outcome and words of a new one."""
        title = self.row.text("What will be done")
        return self.there.id if self.there else "/".join((*self.about, title)) if title else ""


def _at(row: Row, problem: Problem) -> Problem:
    """Say the cell of what a row cannot be known by."""
    if problem.code != "unknown-action":
        return replace(problem, where=row.where)
    hint = (
        f'{KIND.refused} Write what is to be done under "What will be done", and leave "Action" '
        "as it was: empty, until the action has its number."
    )
    return replace(problem, where=row.place.of(row.cells["Action"]), hint=hint)


def _moved(assessment: Assessment, planned: _Planned) -> Problem | None:
    """Report a row whose action, place or statements belong to another outcome."""
    from cyberassess.books.row_texts import moved

    row, key, there = planned
    ref = _ref_of(assessment, key)
    if there is not None and there.about != key:
        return moved(row.where, ref, _ref_of(assessment, there.about), there.ref)
    in_way, place = row.text("What stands in the way"), row.text("Where")
    own = assessment.card.by_key[key].asked.scope.title
    for score in assessment.card.outcomes:
        if score.key == key:
            continue
        is_here = score.key.framework == key.framework and score.key.outcome != key.outcome
        starts = tuple(f"{each.id}: " for each in score.asked.outcome.indicators)
        if is_here and in_way.startswith(starts):
            return moved(row.where, ref, _ref_of(assessment, score.key), in_way)
        if fold(place) == fold(score.asked.scope.title) != fold(own):
            return moved(row.where, ref, score.asked.scope.title, place)
    return None


def _in_file(assessment: Assessment, ref: str, about: OutcomeKey, title: str) -> Action:
    """Give the action a row is about; its words tell two apart that had one reference.

    Raises:
        AssessmentError: where there is none, or two may be meant.
    """
    there = action_called(assessment, ref)
    others = () if " (" in ref else namesakes(assessment, there)
    fitting = [each for each in (there, *others) if each.about == about]
    said = [each for each in fitting if fold(each.title) == fold(title)]
    if not others or len(said) == 1 or len(fitting) == 1:
        return (said or fitting or [there])[0]
    both = "; ".join(f"{each.said_ref}, {each.title}" for each in (there, *others))
    hint = f"The row was not stored. There are: {both}. Change one with cyberassess plan set."
    raise AssessmentError.because(
        "which-action", "", f"Two copies gave {there.ref} to different actions.", hint
    )


def _same_action(
    assessment: Assessment, key: OutcomeKey, title: str, weighing: Weighing
) -> Action | None:
    """Give the action a row without a reference is about: same outcome, same words.

    So a workbook that is taken in twice adds nothing the second time, also where the action goes
    by other words since.
    """
    wanted = fold(title)
    actions = [each for each in actions_of(assessment.state) if each.about == key]
    found = [each for each in actions if fold(each.title) == wanted]
    for each in actions if wanted and not found else ():
        history = assessment.state.record_history.get((ACTION, (each.id,)), ())
        changed = weighing.when_saved(last_set(history, "title"))
        was = {fold(str(record.fields.get("title", ""))) for record in history}
        if wanted in was and changed and weighing.is_older(changed):
            found.append(each)
    return next(iter(found), None)


def _same(fields: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Say whether nothing changed: what is left out means what it stands for."""

    def whole(each: Mapping[str, Any]) -> dict[str, Any]:
        return {"status": "planned", "priority": "3", **{k: v for k, v in each.items() if v}}

    return whole(fields) == whole(before)
