"""The plan: the shortest work to the target, and what will be done about it."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from cyberassess.books.coming import Coming, Returning, take_one
from cyberassess.books.table_book import ABOUT as ABOUT_TITLE
from cyberassess.books.table_book import ABOUT_LINE, Column, Kind, TableSheet, write_table
from cyberassess.books.tables import Came, Row, about_of, read_table, without_repeats
from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.people.naming import goes_by
from cyberassess.domain.people.questions import make_ref
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.numbering import NUMBERED
from cyberassess.domain.record.plan import ACTION, Action, Cost, Progress, actions_of
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.result.findings import Finding, findings
from cyberassess.domain.sets.typed_words import Choice, Read
from cyberassess.errors import AssessmentError, Problem, closest, hearing, mention
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.choices import could_mean, read_as, read_listed
from cyberassess.opening.files_for_people import refuse_existing
from cyberassess.opening.intake import ABOUT, ReceivedFile, Weighing, last_set
from cyberassess.opening.names import find_place, typed_date
from cyberassess.opening.outcomes import one_outcome
from cyberassess.opening.writing import UNTOUCHED, writing
from cyberassess.opening.years import next_free
from cyberassess.sources.tables import fold

"""Fields that are free text or name somebody."""


@dataclass(frozen=True, slots=True)
class Step:
    """One finding, with the least that lifts it to the target, and what is planned."""

    finding: Finding
    actions: tuple[Action, ...]
    """Dropped ones too."""

    @property
    def is_planned(self) -> bool:
        """Whether something will be done, was done, or somebody said why not."""
        return bool(self.actions)


def path_to_target(assessment: Assessment) -> tuple[Step, ...]:
    """Give the shortest list of work that lifts every outcome to the target."""
    by_outcome: dict[OutcomeKey, list[Action]] = {}
    for action in actions_of(assessment.state):
        for key in dict.fromkeys(action.covers):
            by_outcome.setdefault(key, []).append(action)
    return tuple(
        Step(each, tuple(by_outcome.get(each.score.key, ()))) for each in findings(assessment.card)
    )


def others(assessment: Assessment) -> tuple[Action, ...]:
    """Give the actions about outcomes that meet their target now, or have none."""
    open_ones = {each.score.key for each in findings(assessment.card)}
    return tuple(e for e in actions_of(assessment.state) if open_ones.isdisjoint(e.covers))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is said about an action; ``None`` leaves a fact as it is."""

    title: str | None = None
    owner: str | None = None
    due: str | None = None
    cost: str | None = None
    cost_text: str | None = None
    status: str | None = None
    priority: str | None = None
    reason: str | None = None
    also: str | None = None
    """The other scopes in which it mends the same outcome, parted by semicolons; all again."""


def add_action(folder: Path, outcome: str, wanted: Wanted, *, by: str | None = None) -> Action:
    """Record what will be done about an outcome.

    Args:
        outcome: with its scope where there are several.

    Raises:
        AssessmentError: where something is not allowed; nothing is recorded.
    """
    with writing(folder, "plan add", by=by) as session:
        assessment = session.assessment
        key = one_outcome(assessment, outcome).key
        if not (wanted.title or "").strip():
            raise AssessmentError.because(
                "no-action", "--action", "Nothing was given.", f"Say it. {UNTOUCHED}"
            )
        fields, problems = _fields(assessment, _about(key), wanted, _OPTION)
        if problems:
            raise AssessmentError(*problems)
        number = next_free(assessment, ACTION)
        made = secrets.token_hex(8)
        session.write([_event(made, fields | {"number": number})])
        return next(e for e in actions_of(session.assessment.state) if e.id == made)


def action_for(
    assessment: Assessment,
    key: OutcomeKey,
    wanted: Wanted,
    source: Source,
    *,
    where: str,
    before: int,
) -> tuple[Event, list[Problem]]:
    """Give the event of a new action that a cell holds, and say what of it is not allowed.

    Args:
        source: the cell.
        where: the same, for messages.
        before: how many new ones there are that are not recorded yet.
    """
    with hearing() as heard:
        fields, problems = _fields(assessment, _about(key), wanted, lambda _: where)
    fields["number"] = next_free(assessment, ACTION) + before
    made = happened.put((secrets.token_hex(8),), registers.Action(**fields), source=source)
    without = "The action was recorded without it."
    found = [replace(e, hint=(e.hint or "").replace(UNTOUCHED, without)) for e in problems]
    return made, [*heard, *found]


def set_action(folder: Path, ref: str, wanted: Wanted, *, by: str | None = None) -> Action:
    """Change what is recorded about an action.

    Raises:
        AssessmentError: for an unknown reference, or something that is not allowed.
    """
    with writing(folder, "plan set", by=by) as session:
        assessment = session.assessment
        there = _action(assessment, ref)
        record = assessment.state.record(ACTION, there.id)
        before = dict(record.fields) if record else {}
        fields, problems = _fields(assessment, before, wanted, _OPTION)
        if problems:
            raise AssessmentError(*problems)
        if fields != before:
            session.write([_event(there.id, fields)])
        return next(e for e in actions_of(session.assessment.state) if e.id == there.id)


def namesakes(assessment: Assessment, action: Action) -> tuple[Action, ...]:
    """Give the other actions that had this one's reference in another copy."""
    return tuple(
        each
        for each in actions_of(assessment.state)
        if each.id != action.id and each.was_called(action.ref)
    )


def _in_file(assessment: Assessment, ref: str, about: OutcomeKey, title: str) -> Action:
    """Give the action a row is about; its words tell two apart that had one reference.

    Raises:
        AssessmentError: where there is none, or two may be meant.
    """
    there = _action(assessment, ref)
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


def _action(assessment: Assessment, ref: str) -> Action:
    known = actions_of(assessment.state)
    wanted = ref.partition(" (")[0].strip().casefold()
    found = [each for each in known if each.ref.casefold() == wanted]
    found += [each for each in known if each.was_called(wanted)]
    if found:
        return found[0]
    refs = [each.ref for each in known]
    raise AssessmentError.because(
        "unknown-action",
        "",
        f'"{ref}" is not an action of this plan.',
        f"{closest(ref, refs) or 'There are: ' + (', '.join(refs) or 'none') + '.'} {UNTOUCHED}",
    )


def _about(key: OutcomeKey) -> dict[str, str]:
    return {"framework": key.framework, "scope": key.scope, "outcome": key.outcome}


def _event(action_id: str, fields: Mapping[str, Any]) -> Event:
    return happened.put((action_id,), registers.Action(**fields))


_COSTS = tuple(each.value for each in Cost if each.value)
_STATUSES = tuple(each.value for each in Progress)
_PRIORITIES = ("1", "2", "3")
_LISTED = {"cost": _COSTS, "status": _STATUSES, "priority": _PRIORITIES}


def _read(name: str, text: str) -> Read:
    """Say which cost, status or priority is meant."""
    return read_listed(text, [Choice(each, each) for each in _LISTED[name]], name)


_Place = Callable[[str], str]
"""Says where a field stands, for messages."""
_OPTION: _Place = "--{}".format


def _money_in_words(wanted: Wanted, place: _Place) -> Wanted:
    """Move a sum of money from the cost, which is a band, to the cost in words."""
    cost = (wanted.cost or "").strip()
    if not any(each.isdigit() for each in cost) or _read("cost", cost).choice:
        return wanted
    found = f'"{cost}" is no band of cost, and was kept as the cost in words.'
    hint = f"For the band say one of: {', '.join(_COSTS)}."
    mention(Problem.note("cost-in-words", place("cost"), found, hint))
    said = wanted.cost_text or ""
    words = said if cost in said else ", ".join(filter(None, (said, cost)))
    return replace(wanted, cost=None, cost_text=words)


def _fields(
    assessment: Assessment, before: Mapping[str, Any], wanted: Wanted, place: _Place
) -> tuple[dict[str, Any], list[Problem]]:
    """Give the fields as they are after a change, with everything that is not allowed."""
    wanted, fields = _money_in_words(wanted, place), dict(before)
    problems: list[Problem] = []

    def say(name: str, found: str, allowed: str) -> None:
        message = f'"{found}" cannot be used for {name}.'
        problems.append(Problem("not-allowed", place(name), message, f"{allowed} {UNTOUCHED}"))

    for name, allowed in _LISTED.items():
        value = getattr(wanted, name)
        if value is None:
            continue
        read = _read(name, value)
        if read.choice is None and value.strip():
            why = could_mean(value, read)
            say(name, value, f"{why}Choose one of: {', '.join(allowed)}.")
            continue
        fields[name] = read.choice.code if read.choice else ""
        if read.choice and not read.is_exact:
            mention(read_as(place(name), value, read.choice.label))
    if wanted.due is not None:
        try:
            due = wanted.due.strip()
            fields["due"] = due and typed_date(wanted.due, place("due"), period=True)
        except AssessmentError as cause:
            problems += cause.problems
    for name in ("title", "cost_text", "reason"):
        value = getattr(wanted, name)
        if value is not None:
            fields[name] = value.strip()
    if wanted.owner is not None:
        fields["owner"] = _owner(assessment, wanted.owner.strip())
    if wanted.also is not None:
        try:
            fields["also"] = _also(assessment, fields, wanted.also)
        except AssessmentError as cause:
            problems += [replace(each, where=place("also")) for each in cause.problems]
    if fields.get("status") == Progress.DROPPED.value and not fields.get("reason"):
        message = "An action that is dropped needs a reason."
        hint = f"Say why nothing will be done; it is printed. {UNTOUCHED}"
        problems.append(Problem("no-reason", place("reason"), message, hint))
    return {name: value for name, value in fields.items() if value}, problems


def _also(assessment: Assessment, fields: Mapping[str, Any], text: str) -> list[str]:
    """Give the scopes a list names in which the same outcome is assessed, but the first.

    Raises:
        AssessmentError: where one is none of them.
    """
    places = {
        str(each.key.scope): each.asked.scope.title
        for each in assessment.card.outcomes
        if (each.key.framework, each.key.outcome) == (fields["framework"], fields["outcome"])
    }
    names = [each.strip() for each in text.split(";") if each.strip()]
    what = f"a place in which {fields['outcome']} is assessed"
    found = dict.fromkeys(find_place(places, each, "--also", what) for each in names)
    return [each for each in found if each != fields["scope"]]


def _owner(assessment: Assessment, name: str) -> str:
    """Give the id of somebody in the settings, else the text as it is: a role, a team."""
    for each in assessment.contents.settings.everybody:
        if goes_by(each, name):
            return str(each.id)
    return name


# As a workbook


_COLUMNS = (
    Column("Action", 90, is_input=False),
    Column("Outcome", 130, is_input=False),
    Column("Where", 150, is_input=False),
    Column("Now and target", 190, is_input=False, ours="{level}; target {level}"),
    Column("What stands in the way", 380, is_input=False, ours="{statement}: {text}"),
    Column("What will be done", 320, takes_links=True),
    Column("Owner", 150),
    Column("Due", 100, is_date=True),
    Column("Cost", 90, _COSTS, words="cost"),
    Column("Cost in words", 120, takes_links=True),
    Column("Status", 110, _STATUSES, words="status"),
    Column("Priority", 80, _PRIORITIES, words="priority"),
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


def in_the_way(step: Step) -> str:
    """Say the statements that must change, one a line."""
    score = step.finding.score
    texts = {each.id: each.text for each in score.asked.outcome.indicators}
    return "\n".join(f"{e}: {' '.join(texts[e].split())}" for e in step.finding.gap.statements)


def now_and_target(step: Step) -> str:
    """Say where an outcome stands, and where it should."""
    score = step.finding.score
    framework = score.asked.framework
    now_title = framework.level(score.determination).title if score.determination else "Open"
    target = framework.level(score.target).title if score.target else "no target"
    return f"{now_title}; target {target}"


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
            "; ".join(_title(assessment, each) for each in action.also),
        )
    return (
        action.said_ref if action else "",
        _ref_of(assessment, score.key),
        score.asked.scope.title,
        now_and_target(step),
        in_the_way(step),
        *facts,
    )


def _title(assessment: Assessment, scope: str) -> str:
    found = assessment.contents.settings.scope(scope)
    return found.title if found else scope


def export_plan(folder: Path, output: Path | None = None, *, force: bool = False) -> Path:
    """Write the plan to a workbook, or to CSV; a line for each gap, ready to be filled in.

    Raises:
        AssessmentError: where the file is there already, or cannot be written.
    """
    assessment = open_assessment(folder)
    settings = assessment.contents.settings
    path = output or folder / "plan.xlsx"
    refuse_existing(path, force=force)
    rows = [
        _row(assessment, step, action)
        for step in path_to_target(assessment)
        for action in (step.actions or (None,))
        if action is None or action.about == step.finding.score.key
    ]
    title = f"Plan of {settings.organisation}, {settings.period}"
    sheet = TableSheet("Plan", title, _LINE, _COLUMNS, tuple(rows), is_wide=True)
    write_table(assessment, path, sheet, KIND)
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
        about = _about(key)
        cells = {name: row.cells.get(heading, row.key) for heading, name in _INPUTS.items()}
        with hearing() as heard:
            fields, problems = _fields(
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
            return _event(there.id, fields)
        number = next_free(self.assessment, ACTION) + len(result.added)
        result.added.append(NUMBERED[ACTION].format(number))
        return _event(secrets.token_hex(8), fields | {"number": number})

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
            return "; ".join(_title(self.assessment, each) for each in value.split("; "))
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


def unplanned(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Give the findings about which nothing is recorded."""
    return tuple(each for each in steps if not each.is_planned)
