"""The fictional council of the demonstration: what its people answer.

``templates/demo/northport.yaml`` gives each outcome in each scope an aim and the statements that
differ from what the aim alone would give; ``answers_of`` writes that out, statement by statement.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from cyberassess.disk import resources, strict_yaml
from cyberassess.domain.assessment import (
    SHARED_SERVICE,
    LeftOut,
    Person,
    PersonId,
    Scope,
    ScopeId,
)
from cyberassess.domain.sets.framework import (
    Answer,
    CountsAs,
    Framework,
    IndicatorId,
    LevelId,
    Model,
    Needs,
    Outcome,
    OutcomeId,
)
from cyberassess.errors import FrameworkError

BLANK = "blank"


class Entry(Model):
    """What is answered for one outcome in one scope."""

    scope: ScopeId
    outcome: OutcomeId
    aim: LevelId
    except_: Mapping[IndicatorId, str] = Field(default={}, alias="except")
    """``code`` or ``code: reason``; ``blank`` leaves the cell empty."""
    why: str = ""
    evidence: tuple[str, ...] = ()
    until: str = ""


class Difference(Model):
    """A statement a second person answers differently."""

    scope: ScopeId
    statement: IndicatorId
    person: PersonId
    answer: str
    reason: str = ""


class Aim(Model):
    """What an outcome came to in one scope."""

    scope: ScopeId
    outcome: OutcomeId
    aim: LevelId


class LastYear(Model):
    """The assessment before: the same answers, but for the outcomes named."""

    period: str
    on: datetime.date
    aims: tuple[Aim, ...]


class Planned(Model):
    """An action, as it stands in the register of actions."""

    ref: str
    scope: ScopeId
    outcome: OutcomeId
    title: str
    owner: str
    due: str
    cost: str
    cost_text: str = ""
    status: str
    priority: str
    also: tuple[ScopeId, ...] = ()


class Document(Model):
    """A document behind an outcome, named in a workbook and then looked at."""

    called: str
    """What the workbook calls it."""
    title: str
    file: str = ""
    """Empty where it was only sighted."""
    content: str = ""
    shows: str
    source_type: str
    author: str = ""
    dated: str
    period: str = ""
    population: str = ""
    selected: str = ""
    owner: str = ""
    valid_until: str
    personal_data: str = ""
    link: str = ""
    version: str = ""
    sighted_on: str = ""
    sighted_by: str = ""
    verdict: str = ""
    reason: str = ""


class Confirmed(Model):
    """A determination the officer sees differently."""

    scope: ScopeId
    outcome: OutcomeId
    level: LevelId
    reason: str


class Reviewed(Model):
    """What the assurer found."""

    scope: ScopeId
    outcome: OutcomeId
    level: LevelId
    quality: str
    method: str
    sample: str = ""
    comment: str = ""
    recommendation: str = ""
    risk: str = ""


class Demonstration(Model):
    """The whole council."""

    schema_: str = Field(alias="schema", pattern="^1$")
    organisation: str
    period: str
    due: str
    left_out: tuple[LeftOut, ...]
    scopes: tuple[Scope, ...]
    people: tuple[Person, ...]
    answers: tuple[Entry, ...]
    differences: tuple[Difference, ...]
    unsigned: tuple[PersonId, ...]
    """Whose questionnaire comes back without a signature."""
    ambition: Mapping[str, str]
    last_year: LastYear
    actions: tuple[Planned, ...]
    documents: tuple[Document, ...]
    confirmed: tuple[Confirmed, ...]
    reviewer: str
    """Name and role of the assurer."""
    reviews: tuple[Reviewed, ...]


def read_demonstration() -> tuple[Demonstration, dict[str, Any]]:
    """Give the council, and the same as plain values for its settings.

    Raises:
        FrameworkError: where the file is not as it should be.
    """
    path = resources.folder("templates") / "demo" / "northport.yaml"
    name = f"templates/demo/{path.name}"
    council, problems, data = strict_yaml.read_file(path, name, Demonstration)
    if council is None:
        raise FrameworkError(*problems)
    plain = strict_yaml.read_text(data, name).value
    kept = ("organisation", "period", "due", "left_out", "scopes", "people", "ambition")
    return council, {key: plain[key] for key in kept}


def answers_of(entry: Entry, framework: Framework) -> dict[IndicatorId, tuple[Answer, str] | None]:
    """Give answer and reason for each statement; ``None`` leaves it blank."""
    outcome = framework.outcomes[entry.outcome]
    given: dict[IndicatorId, tuple[Answer, str] | None] = {}
    for indicator in outcome.indicators:
        choices = framework.answers_for(indicator)
        found = entry.except_.get(indicator.id)
        if found == BLANK:
            given[indicator.id] = None
            continue
        if found is not None:
            code, _, reason = found.partition(":")
            answer = choices.by_code(code.strip())
            if answer is None:
                msg = f"{indicator.id}: {code}"
                raise KeyError(msg)
            given[indicator.id] = (answer, reason.strip())
            continue
        holds = _holds(outcome, indicator.id, entry.aim, framework)
        wanted = CountsAs.MET if holds else CountsAs.NOT_MET
        answer = next(
            a for a in choices.answers if a.counts_as is wanted and a.needs is Needs.NOTHING
        )
        given[indicator.id] = (answer, "")
    return given


def entries_last_year(council: Demonstration) -> tuple[Entry, ...]:
    """Give what was answered the year before, when nothing was shared yet.

    What a shared service answers now, each system answered for itself then.
    """
    aims = {(each.scope, each.outcome): each.aim for each in council.last_year.aims}
    shared = {each.id: each for each in council.scopes if each.kind == SHARED_SERVICE}
    entries: list[Entry] = []
    for entry in council.answers:
        heirs = [each.id for each in council.scopes if entry.scope in each.inherits]
        for scope in heirs if entry.scope in shared else [entry.scope]:
            aim = aims.get((scope, entry.outcome))
            changed = {"aim": aim, "except_": {}} if aim else {}
            entries.append(entry.model_copy(update={"scope": scope, **changed}))
    return tuple(entries)


def _holds(outcome: Outcome, indicator: IndicatorId, aim: LevelId, framework: Framework) -> bool:
    """Say what the aim alone gives a statement."""
    ranks = framework.ranks
    level = next(each.level for each in outcome.indicators if each.id == indicator)
    column = [each.id for each in outcome.at_level(level)]
    position = column.index(indicator)
    if framework.level(level).is_warning:
        return False
    if ranks[level] <= ranks[aim]:
        return True
    if ranks[aim] == 0 and level == framework.scale[-1].id:
        return position == 0
    return position < len(column) // 2
