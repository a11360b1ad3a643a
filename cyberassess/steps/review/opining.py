"""An assurer's opinion of the whole: on the first sheet of their workbook, or by command."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cyberassess.books.guard import Cell
from cyberassess.books.review_book import OPINION, OVERALL
from cyberassess.books.tables import Came, Place, not_text
from cyberassess.domain.assessment import PersonId
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.record.reviewing import LONGEST_OPINION, RISKS
from cyberassess.domain.record.reviewing import OPINION as KIND
from cyberassess.domain.sets.typed_words import Choice
from cyberassess.errors import AssessmentError, Problem
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.choices import could_mean, read_as, read_listed
from cyberassess.opening.intake import SetAt, Weighing
from cyberassess.opening.writing import writing

_RISK, _TEXT = "risk", "text"
_LABELS = {_RISK: OVERALL, _TEXT: OPINION}
_NOT_STORED = "The opinion was not stored; the file is kept."


class Given(NamedTuple):
    """What an assurer thinks of the whole, as it was recorded."""

    name: str
    risk: str
    text: str


def opinion_values(
    said: Mapping[str, tuple[Place, Cell]],
) -> tuple[dict[str, str], list[Problem]]:
    """Read what stands beside the labels; without values where any of it cannot be taken.

    Returns:
        The values, empty where nobody said anything, and what there is to say of them.
    """
    values = {_RISK: "", _TEXT: ""}
    problems: list[Problem] = []
    is_refused = False
    for name, label in _LABELS.items():
        if label not in said:
            continue
        place, cell = said[label]
        where = place.of(cell)
        code, flaw = not_text(cell)
        if flaw:
            message = f'"{cell.text[:80]}" {flaw}.'
            problems.append(Problem(code, where, message, f"Type the words. {_NOT_STORED}"))
            is_refused = True
            continue
        text = cell.whole.strip()
        read = _read(name, text)
        values[name] = read.value
        if read.problem:
            flaw, hint = read.problem
            problems.append(Problem("not-allowed", where, flaw, f"{hint} {_NOT_STORED}"))
            is_refused = True
        elif name == _RISK and read.value != text.casefold():
            problems.append(read_as(where, text, read.value))
    return ({} if is_refused or not any(values.values()) else values), problems


class _Read(NamedTuple):
    value: str
    problem: tuple[str, str] | None = None
    """What is wrong, and what to do."""


def _read(name: str, text: str) -> _Read:
    """Read one of the two texts."""
    if name == _TEXT:
        if len(text) <= LONGEST_OPINION:
            return _Read(text)
        flaw = f"The opinion has {len(text):,} characters; there is room for {LONGEST_OPINION:,}."
        return _Read("", (flaw, "Shorten it, and write the rest beside the claims."))
    read = read_listed(text, [Choice(each, each) for each in RISKS], _RISK)
    if read.choice is None and text:
        flaw = f'"{text[:80]}" is not one of the words for {OVERALL}.'
        return _Read("", (flaw, f"{could_mean(text, read)}Choose one of: {', '.join(RISKS)}."))
    return _Read(read.choice.code if read.choice else "")


def opinion_events(
    weighing: Weighing, then: Assessment, person: PersonId, came: Came
) -> Sequence[Event]:
    """Give the event that stores the opinion in a workbook, if it is new and newer.

    Args:
        then: the assessment as it was when the workbook was written.
    """
    result = weighing.result
    values, problems = opinion_values(came.said)
    result.problems += problems
    there = weighing.assessment.state.record(KIND, person)
    before = then.state.record(KIND, person)
    known = [dict(each.fields) for each in (there, before) if each is not None]
    if not values or values in known:
        return []
    place, cell = came.said.get(OPINION) or came.said[OVERALL]
    if there is not None:
        at = SetAt.of(there)
        texts = {_LABELS[n]: value for n, value in values.items()}
        stands = {_LABELS[n]: str(there.fields.get(n) or "") for n in values}
        weighing.values("the whole", place.of(cell), texts, stands, None, set_at=lambda _: at)
        if weighing.is_older(at):
            return []
    result.texts += 1
    source = Source(
        "workbook",
        file=result.sha256,
        name=result.path.name,
        sheet=place.sheet,
        cell=cell.address,
        serial=weighing.round,
        saved=weighing.saved,
    )
    return [happened.put((person,), registers.Opinion(**values), person=person, source=source)]


def give_opinion(
    folder: Path, assurer: str, text: str, *, risk: str = "", by: str | None = None
) -> Given:
    """Record what an assurer thinks of the whole, in their words; it replaces an earlier one.

    Args:
        assurer: ``NAME`` or ``NAME, ROLE``; they are met if they are not in the settings.
        text: in their own words.
        risk: the overall risk as they see it; empty where they did not say.

    Raises:
        AssessmentError: where something is missing or not allowed; nothing is recorded.
    """
    name = " ".join(assurer.partition(",")[0].split())
    given = {_RISK: _read(_RISK, risk.strip()), _TEXT: _read(_TEXT, text.strip())}
    options = {_RISK: "--risk", _TEXT: "the opinion"}
    problems = [
        Problem("not-allowed", options[each], read.problem[0], f"{read.problem[1]} {_UNTOUCHED}")
        for each, read in given.items()
        if read.problem
    ]
    if not name:
        message = "No name was given."
        problems.append(Problem("no-name", "--assurer", message, "Write --assurer 'NAME, ROLE'."))
    if not problems and not given[_TEXT].value:
        message, hint = "No opinion was given.", f"Write it in quotes. {_UNTOUCHED}"
        problems.append(Problem("no-opinion", options[_TEXT], message, hint))
    if problems:
        raise AssessmentError(*problems)
    values = {each: read.value for each, read in given.items()}
    with writing(folder, "review opinion", by=by) as session:
        person = session.meet(name)
        there = session.assessment.state.record(KIND, person)
        if there is None or dict(there.fields) != values:
            session.write([happened.put((person,), registers.Opinion(**values), person=person)])
    return Given(name, values[_RISK], values[_TEXT])


_UNTOUCHED = "Nothing was changed."
