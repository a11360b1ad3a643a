"""The plan: the shortest work to the target, and what will be done about it."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cyberassess.domain.assessment import OutcomeKey
from cyberassess.domain.people.naming import goes_by
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.plan import ACTION, Action, Cost, Progress, actions_of
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.result.findings import Finding, findings
from cyberassess.domain.sets.typed_words import Choice, Read
from cyberassess.errors import AssessmentError, Problem, closest, hearing, mention
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.choices import could_mean, read_as, read_listed
from cyberassess.opening.names import find_place, typed_date
from cyberassess.opening.outcomes import one_outcome
from cyberassess.opening.writing import UNTOUCHED, writing
from cyberassess.opening.years import next_free


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


def unplanned(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Give the findings about which nothing is recorded."""
    return tuple(each for each in steps if not each.is_planned)


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
        fields, problems = fields_after(assessment, key._asdict(), wanted, _OPTION)
        if problems:
            raise AssessmentError(*problems)
        number = next_free(assessment, ACTION)
        made = secrets.token_hex(8)
        session.write([action_event(made, fields | {"number": number})])
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
        fields, problems = fields_after(assessment, key._asdict(), wanted, lambda _: where)
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
        there = action_called(assessment, ref)
        record = assessment.state.record(ACTION, there.id)
        before = dict(record.fields) if record else {}
        fields, problems = fields_after(assessment, before, wanted, _OPTION)
        if problems:
            raise AssessmentError(*problems)
        if fields != before:
            session.write([action_event(there.id, fields)])
        return next(e for e in actions_of(session.assessment.state) if e.id == there.id)


def namesakes(assessment: Assessment, action: Action) -> tuple[Action, ...]:
    """Give the other actions that had this one's reference in another copy."""
    return tuple(
        each
        for each in actions_of(assessment.state)
        if each.id != action.id and each.was_called(action.ref)
    )


def action_called(assessment: Assessment, ref: str) -> Action:
    """Give the action with a reference, as it is or as a workbook wrote it.

    Raises:
        AssessmentError: where there is none.
    """
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


def action_event(action_id: str, fields: Mapping[str, Any]) -> Event:
    """Give the event that records an action, new or changed."""
    return happened.put((action_id,), registers.Action(**fields))


COSTS = tuple(each.value for each in Cost if each.value)
STATUSES = tuple(each.value for each in Progress)
PRIORITIES = ("1", "2", "3")
_LISTED = {"cost": COSTS, "status": STATUSES, "priority": PRIORITIES}


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
    hint = f"For the band say one of: {', '.join(COSTS)}."
    mention(Problem.note("cost-in-words", place("cost"), found, hint))
    said = wanted.cost_text or ""
    words = said if cost in said else ", ".join(filter(None, (said, cost)))
    return replace(wanted, cost=None, cost_text=words)


def fields_after(
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
