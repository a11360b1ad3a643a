"""The fictional council of the demonstration: what its people answer.

``templates/demo/northport.yaml`` gives each outcome in each scope an aim and the statements that
differ from what the aim alone would give; ``answers_of`` writes that out, statement by statement.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from cyberassess import CyberassessError
from cyberassess.disk import resources, strict_yaml

if TYPE_CHECKING:
    from cyberassess.library import Framework, Indicator, Outcome

BLANK = "blank"


class Model(BaseModel):
    """A part of the file: nothing else stands in it, and nothing is changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(NamedTuple):
    """What somebody says to a statement."""

    code: str
    label: str
    reason: str


class Entry(Model):
    """What is answered for one outcome in one scope."""

    scope: str
    outcome: str
    aim: str
    except_: Mapping[str, str] = Field(default={}, alias="except")
    """``code`` or ``code: reason``; ``blank`` leaves the cell empty."""
    why: str = ""
    evidence: tuple[str, ...] = ()
    until: str = ""


class Difference(Model):
    """A statement a second person answers differently."""

    scope: str
    statement: str
    person: str
    answer: str
    reason: str = ""


class Aim(Model):
    """What an outcome came to in one scope."""

    scope: str
    outcome: str
    aim: str


class LastYear(Model):
    """The assessment before: the same answers, but for the outcomes named."""

    period: str
    on: datetime.date
    aims: tuple[Aim, ...]


class Planned(Model):
    """An action, as it stands in the register of actions."""

    scope: str
    outcome: str
    title: str
    owner: str
    due: str
    cost: str
    cost_text: str = ""
    status: str
    priority: str
    also: tuple[str, ...] = ()


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

    scope: str
    outcome: str
    level: str
    reason: str


class Reviewed(Model):
    """What the assurer found."""

    scope: str
    outcome: str
    level: str
    quality: str
    method: str
    sample: str = ""
    comment: str = ""
    recommendation: str = ""
    risk: str = ""


class Opinion(Model):
    """What the assurer thinks of the whole."""

    risk: str
    text: str


class Demonstration(Model):
    """The whole council."""

    schema_: str = Field(alias="schema", pattern="^1$")
    organisation: str
    period: str
    due: str
    left_out: tuple[dict[str, str], ...]
    scopes: tuple[dict[str, Any], ...]
    people: tuple[dict[str, Any], ...]
    answers: tuple[Entry, ...]
    differences: tuple[Difference, ...]
    unsigned: tuple[str, ...]
    """Whose questionnaire comes back without a signature."""
    ambition: Mapping[str, str]
    last_year: LastYear
    actions: tuple[Planned, ...]
    documents: tuple[Document, ...]
    confirmed: tuple[Confirmed, ...]
    reviewer: str
    """Name and role of the assurer."""
    opinion: Opinion
    reviews: tuple[Reviewed, ...]


def read_demonstration() -> Demonstration:
    """Give the council.

    Raises:
        CyberassessError: where the file is not as it should be.
    """
    path = resources.folder("templates") / "demo" / "northport.yaml"
    name = f"templates/demo/{path.name}"
    council, problems, _ = strict_yaml.read_file(path, name, Demonstration)
    if council is None:
        raise CyberassessError(*problems)
    return council


def answers_of(entry: Entry, framework: "Framework") -> dict[str, Said | None]:
    """Give what is said to each statement; ``None`` leaves it blank."""
    outcome = next(each for each in framework.outcomes.values() if each.id == entry.outcome)
    given: dict[str, Said | None] = {}
    for indicator in outcome.indicators:
        found = entry.except_.get(indicator.id)
        if found == BLANK:
            given[indicator.id] = None
        elif found is not None:
            code, _, reason = found.partition(":")
            given[indicator.id] = said(framework, indicator, code.strip(), reason.strip())
        else:
            wanted = "met" if _holds(outcome, indicator, entry.aim, framework) else "not-met"
            given[indicator.id] = next(
                Said(each.code, each.label, "")
                for each in framework.answers_for(indicator).answers
                if (each.counts_as.value, each.needs.value) == (wanted, "nothing")
            )
    return given


def said(framework: "Framework", indicator: "Indicator", code: str, reason: str) -> Said:
    """Give an answer by its code."""
    answer = framework.answers_for(indicator).by_code(code)
    if answer is None:
        msg = f"{indicator.id}: {code}"
        raise KeyError(msg)
    return Said(code, answer.label, reason)


def entries_last_year(council: Demonstration) -> Iterable[Entry]:
    """Give what was answered the year before, when nothing was shared yet.

    What a shared service answers now, each system answered for itself then.
    """
    aims = {(each.scope, each.outcome): each.aim for each in council.last_year.aims}
    for entry in council.answers:
        heirs = [each["id"] for each in council.scopes if entry.scope in each.get("inherits", ())]
        is_shared = is_shared_service(council, entry.scope)
        for scope in heirs if is_shared else [entry.scope]:
            aim = aims.get((scope, entry.outcome))
            changed = {"aim": aim, "except_": {}} if aim else {}
            yield entry.model_copy(update={"scope": scope, **changed})


def is_shared_service(council: Demonstration, scope: str) -> bool:
    """Say whether a scope is a service that systems share."""
    return any(each["id"] == scope and each["kind"] == "shared-service" for each in council.scopes)


def _holds(outcome: "Outcome", indicator: "Indicator", aim: str, framework: "Framework") -> bool:
    """Say what the aim alone gives a statement."""
    rank_of = {str(level): rank for level, rank in framework.ranks.items()}
    level = indicator.level
    column = [each.id for each in outcome.at_level(level)]
    position = column.index(indicator.id)
    if framework.level(level).is_warning:
        return False
    if rank_of[level] <= rank_of[aim]:
        return True
    if rank_of[aim] == 0 and level == framework.scale[-1].id:
        return position == 0
    return position < len(column) // 2
