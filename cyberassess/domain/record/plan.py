"""What will be done about findings: actions with an owner, a date and a cost band.

Actions are records of the register ``action``, keyed by a random id, or by a reference such as
``ACT-001`` where an older version wrote them. This module reads them; what they mean for a
report is that a gap without one is "not planned yet".
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from cyberassess.domain.assessment import OutcomeKey, ScopeId
from cyberassess.domain.record import registers
from cyberassess.domain.record.numbering import NO_NUMBER, NUMBERED, Number, numbers, said_was
from cyberassess.domain.record.recorded import LAST_YEAR, Record, State
from cyberassess.domain.sets.framework import FrameworkRef, OutcomeId

ACTION = registers.Action.kind
LOWEST_PRIORITY = 3


class Cost(Enum):
    """How much an action costs, as a band; what a band means in money is said on paper."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    UNKNOWN = ""
    """Nobody has said."""


class Progress(Enum):
    """How far an action is."""

    PLANNED = "planned"
    UNDER_WAY = "under way"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that will be done about a finding."""

    id: str
    """Its key in the register, which nobody sees."""
    ref: str
    """``ACT-001``."""
    about: OutcomeKey
    title: str
    owner: str
    """A person's id, or a name or role as text; empty where nobody is named."""
    due: datetime.date | None
    cost: Cost
    cost_text: str
    """What somebody wrote about the cost, ``£20-50k``; mostly empty."""
    progress: Progress
    priority: int
    """1 is first; 3 where nothing was said."""
    reason: str = ""
    """Why it was dropped, or what else somebody wrote; mostly empty."""
    number: Number = NO_NUMBER
    since: str = ""
    """The assessment it came over from (``Northport Council, 2025``); empty where it is new."""
    also: tuple[ScopeId, ...] = ()
    """The other scopes in which it mends the same outcome."""

    @property
    def covers(self) -> tuple[OutcomeKey, ...]:
        """Everything it is about: its outcome, in each of its scopes."""
        return (self.about, *(self.about._replace(scope=each) for each in self.also))

    @property
    def is_settled(self) -> bool:
        """Whether somebody will do it by a date."""
        return self.is_open and bool(self.owner) and self.due is not None

    @property
    def said_ref(self) -> str:
        """The reference, with what it was in another copy."""
        was = said_was(ACTION, self.number)
        return f"{self.ref} ({was})" if was else self.ref

    def was_called(self, ref: str) -> bool:
        """Say whether this was its reference in another copy."""
        wanted = ref.strip().casefold()
        return any(_ref(each).casefold() == wanted for each in self.number.was)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.progress in (Progress.PLANNED, Progress.UNDER_WAY)


def _ref(number: int) -> str:
    return NUMBERED[ACTION].format(number)


def action_of(record: Record, number: Number, since: str = "") -> Action:
    """Read one action; what is not known reads as nothing said."""
    text = {name: str(value or "") for name, value in record.fields.items()}
    costs = {each.value: each for each in Cost}
    stages = {each.value: each for each in Progress}
    priority = text.get("priority", "")
    return Action(
        id=" ".join(record.key),
        ref=_ref(number.number) if "number" in record.fields else " ".join(record.key),
        about=OutcomeKey(
            FrameworkRef(text.get("framework", "")),
            ScopeId(text.get("scope", "")),
            OutcomeId(text.get("outcome", "")),
        ),
        title=text.get("title", ""),
        owner=text.get("owner", ""),
        due=_date(text.get("due", "")),
        cost=costs.get(text.get("cost", ""), Cost.UNKNOWN),
        cost_text=text.get("cost_text", ""),
        progress=stages.get(text.get("status", ""), Progress.PLANNED),
        priority=int(priority) if priority.isdecimal() else LOWEST_PRIORITY,
        reason=text.get("reason", ""),
        number=number,
        since=since,
        also=tuple(ScopeId(str(each)) for each in record.fields.get("also") or ()),
    )


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def actions_of(state: State) -> tuple[Action, ...]:
    """Give every action, the most urgent first: by priority, date, reference."""
    called = numbers(state, ACTION)
    found = (
        action_of(each, called[each.key], _since(state, each)) for each in state.register(ACTION)
    )
    return tuple(sorted(found, key=lambda e: (e.priority, e.due or datetime.date.max, e.ref)))


def _since(state: State, record: Record) -> str:
    first = state.record_history[ACTION, record.key][0].source
    return first.name if first.kind == LAST_YEAR else ""


def by_outcome(actions: Sequence[Action]) -> Mapping[OutcomeKey, tuple[Action, ...]]:
    """Give the actions still to be done, keyed by everything they are about, order kept."""
    found: dict[OutcomeKey, tuple[Action, ...]] = {}
    for action in actions:
        for key in dict.fromkeys(action.covers) if action.is_open else ():
            found[key] = (*found.get(key, ()), action)
    return found
