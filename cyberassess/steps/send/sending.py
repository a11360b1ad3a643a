"""Questions out: one workbook a person."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

from cyberassess.domain.assessment import OutcomeKey, Person, PersonId, StatementKey
from cyberassess.domain.people.beside import (
    Links,
    with_asked_again,
    with_comments,
    with_see_also,
)
from cyberassess.domain.people.questions import (
    OfferKind,
    Questionnaire,
    questionnaire,
    read_ref,
)
from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.happened import Event
from cyberassess.domain.sets.comparing import Relation, SetMapping, mapping_name
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId, OutcomeId
from cyberassess.errors import AssessmentError, mention
from cyberassess.opening.asks import Load, about_load, load_of
from cyberassess.opening.assessment import Assessment
from cyberassess.opening.documenting import documents_of
from cyberassess.opening.files_for_people import moment, plain, saving
from cyberassess.opening.names import find_person
from cyberassess.opening.offering import (
    SUPPLIER,
    is_outside,
    last_year_event,
    need_last_year,
    offers_to,
    past_to,
    with_past,
)
from cyberassess.opening.outcomes import find_question
from cyberassess.opening.writing import now, writing
from cyberassess.paper.letters import mention_strange
from cyberassess.steps.send.chasing import Outgoing, drafts_of, letters_for, write_texts
from cyberassess.version import __version__


@dataclass(frozen=True, slots=True)
class SentFile:
    """A questionnaire that was written."""

    person: Person
    path: Path
    questions: int
    minutes: int
    serial: int
    earlier: int | None = None
    """Questions beside which an answer of last year stands; ``None`` where there is no last
    year."""
    this_year: int = 0
    """Those beside which one of earlier this year stands, to be confirmed."""


def send(
    folder: Path,
    *,
    to: Sequence[str] = (),
    comments: Sequence[str] = (),
    without_last_year: bool = False,
    by: str | None = None,
    on_file: Callable[[SentFile], None] = lambda _: None,
) -> list[SentFile]:
    """Write one workbook for each person who is asked something.

    Args:
        to: names or ids; everybody if empty.
        comments: ``REF: TEXT`` each, to stand beside the cell in the workbook of the one person
            named; recorded.
        without_last_year: send all the same where last year cannot be read.
        on_file: called after each file.

    Raises:
        AssessmentError: for an unknown name, or where nothing can be written.
    """
    from cyberassess.books.questionnaire.writing import write_questionnaire

    with writing(folder, "send", by=by) as session:
        assessment = session.assessment
        before = None if without_last_year else need_last_year(assessment)
        settings, portions = assessment.contents.settings, assessment.contents.portions
        people = _chosen(assessment, to)
        chosen = [each.id for each in people if to or each.id in portions]
        recorded = _comments(assessment, chosen, comments) if comments else []
        questionnaires = [questions_for(assessment, person_id) for person_id in chosen]
        outgoing = _outgoing(assessment, questionnaires)
        # NOTE: a template of theirs may be faulty, so the letters are made before all else
        letters = letters_for(assessment, outgoing)
        mention_strange(folder)
        if recorded:
            session.write(recorded)
            assessment = session.assessment
            questionnaires = [questions_for(assessment, person_id) for person_id in chosen]
        sent: list[SentFile] = []
        events: list[Event] = []
        for what, path in zip(questionnaires, (each.path for each in outgoing), strict=True):
            hint = (
                "Close it if it is open in a spreadsheet, and look at the folder's permissions. "
                "Nothing was recorded."
            )
            with saving(path, hint=hint):
                write_questionnaire(path, what, created=moment(now()), tool=__version__)
            events.append(
                happened.Sent(
                    person=what.person.id,
                    name=path.name,
                    serial=what.serial,
                    head=what.head,
                    questions=what.questions,
                    remarks=tuple(dict.fromkeys(what.remarks.values())),
                )
            )
            sent.append(
                SentFile(
                    what.person, path, what.questions, what.minutes, what.serial,
                    _earlier_in(what) if settings.previous else None,
                    _earlier_in(what, this_year=True),
                )
            )  # fmt: skip
            on_file(sent[-1])
        write_texts(letters)
        where = assessment.workspace.letters
        drafts_of(letters, {where / f"{e.path.stem}.txt": [e.path] for e in outgoing})
        for person in people:
            if not assessment.contents.portions.get(person.id):
                _mention_load(assessment, person, Load(0, 0, 0))
        found = last_year_event(assessment, before) if before else None
        events += [found] if found else []
        session.write(events)
    return sent


@dataclass(frozen=True, slots=True)
class ToSend:
    """What a person would be sent."""

    person: Person
    load: Load
    earlier: int
    """Questions beside which an answer of last year stands."""
    this_year: int
    """Those beside which one of earlier this year stands, to be confirmed."""


def to_send(assessment: Assessment, to: Sequence[str] = ()) -> list[ToSend]:
    """Say who would be sent how much; nothing is written.

    Raises:
        AssessmentError: for an unknown name.
    """
    found = []
    for person in _chosen(assessment, to):
        load = load_of(assessment, person)
        what = questions_for(assessment, person.id) if load.questions else None
        found.append(
            ToSend(
                person,
                load,
                _earlier_in(what) if what else 0,
                _earlier_in(what, this_year=True) if what else 0,
            )
        )
        _mention_load(assessment, person, load)
    return found


def _chosen(assessment: Assessment, to: Sequence[str]) -> list[Person]:
    named = [find_person(assessment, name, where="--to") for name in to]
    settings, portions = assessment.contents.settings, assessment.contents.portions
    officer = settings.officer
    return named or [e for e in settings.everybody if e != officer or e.id in portions]


def _mention_load(assessment: Assessment, person: Person, load: Load) -> None:
    for each in about_load(assessment, person, load):
        mention(each)


def _outgoing(assessment: Assessment, questionnaires: Sequence[Questionnaire]) -> list[Outgoing]:
    """Give what is about to be written, each under a name of its own."""
    names: set[str] = set()
    return [
        Outgoing(
            what.person,
            assessment.workspace.sent / file_name(assessment, what, names),
            what.questions,
            what.minutes,
        )
        for what in questionnaires
    ]


def _earlier_in(what: Questionnaire, *, this_year: bool = False) -> int:
    """Count the questions beside which an answer of last year stands, or of earlier this year."""
    return sum(
        any(e.kind is OfferKind.EARLIER and e.this_year is this_year for e in row.offers)
        for row in what.rows
    )


def _comments(
    assessment: Assessment, chosen: Sequence[PersonId], comments: Sequence[str]
) -> list[Event]:
    """Give the events that keep comments for one person.

    Raises:
        AssessmentError: where there is not one person, or a ref is none of their questions.
    """
    nothing = "Nothing was changed."
    if len(chosen) != 1:
        raise AssessmentError.because(
            "comment-for-one",
            "--comment",
            "A comment is for one person.",
            f"Name them with --to. {nothing}",
        )
    what = questions_for(assessment, chosen[0])
    questions = [
        StatementKey(topic.framework, topic.scope, IndicatorId(ref.name))
        for topic in what.topics
        for block in topic.blocks
        for each in (block.why_ref, block.evidence_ref, *(row.ref for row in block.rows))
        if (ref := read_ref(each, tuple(assessment.frameworks))) is not None
    ]
    events: list[Event] = []
    for comment in comments:
        # NOTE: a name may hold a colon itself (2:A1.a), and the text too
        name, *rest = re.split(r":\s", comment, maxsplit=1)
        text = " ".join("".join(rest).split())
        if not text:
            found = f'"{comment}" is not a question, a colon, and what you ask.'
            hint = f"Write it like 'B2.c.NA.2/housing: Who checks this?'. {nothing}"
            raise AssessmentError.because("comment-unclear", "--comment", found, hint)
        key = (chosen[0], *find_question(assessment, name, questions, what.person))
        events.append(happened.put(key, registers.Comment(text=text)))
    return events


def linked(assessment: Assessment) -> Links:
    """Give which outcomes of the pinned sets mappings link, the strongest first."""
    from cyberassess.disk.framework_yaml import files_of
    from cyberassess.disk.resources import folder as shipped

    if len(assessment.frameworks) < 2:  # noqa: PLR2004 - a link needs two ends
        return {}
    order = list(Relation)
    found: dict[tuple[FrameworkRef, OutcomeId], dict[tuple[FrameworkRef, OutcomeId], int]] = {}
    mappings = files_of(shipped("frameworks"), SetMapping)
    for one, other in permutations(assessment.frameworks, 2):
        file = mappings.get(mapping_name(one, other))
        mapping = file.read()[0] if file else None
        for link in mapping.links if mapping else ():
            first = _outcome(assessment, one, link.from_)
            second = _outcome(assessment, other, link.to)
            if first is None or second is None:
                continue
            strength = order.index(link.relation)
            for here, there in ((first, second), (second, first)):
                seen = found.setdefault(here, {})
                seen[there] = min(strength, seen.get(there, strength))
    return {key: sorted(ends, key=lambda each: ends[each]) for key, ends in found.items()}


def _outcome(
    assessment: Assessment, ref: FrameworkRef, name: str
) -> tuple[FrameworkRef, OutcomeId] | None:
    framework = assessment.frameworks[ref]
    if name in framework.outcomes:
        return ref, OutcomeId(name)
    if name in framework.indicators:
        return ref, framework.indicators[IndicatorId(name)][0].id
    return None


def questions_for(
    assessment: Assessment, person_id: PersonId, *, is_told: bool = True
) -> Questionnaire:
    """Give what a person is asked now.

    Args:
        is_told: what shared services and last year answered stands beside the questions.

    Raises:
        AssessmentError: where they are asked nothing.
    """
    from cyberassess.steps.sets.official import official_texts

    settings = assessment.contents.settings
    person = settings.person(person_id)
    portion = assessment.contents.portions.get(person_id, ())
    if person is None or not portion:
        raise AssessmentError.because(
            "asked-nothing",
            "",
            f"{assessment.name_of(person_id)} is asked nothing.",
            "Look at answers under people in assessment.yaml.",
        )
    serials = [each.serial for each in assessment.state.sent if each.person == person_id]
    what = questionnaire(
        person,
        portion,
        settings,
        assessment.state,
        frameworks=assessment.frameworks,
        serial=max(serials, default=0) + 1,
        offers=offers_to(assessment, person_id) if is_told else {},
        official=official_texts(assessment.workspace.folder, assessment.frameworks.values()),
    )
    what = replace(what, documents=documents_of(assessment, what), proven=_proven(assessment))
    what = with_past(what, past_to(assessment, person_id) if is_told else {})
    what = with_asked_again(with_see_also(what, linked(assessment)), assessment.state)
    return with_comments(what, assessment.state)


def _proven(assessment: Assessment) -> frozenset[OutcomeKey]:
    """Give the outcomes with evidence in date."""
    return frozenset(
        link.outcome
        for item in assessment.evidence.items
        if item.counts and item.is_in_date(assessment.on)
        for link in item.links
    )


_BODY = re.compile(
    r"\s+(?:(?:metropolitan|borough|city|county|district|unitary)\s+)*council$", re.IGNORECASE
)


_LONGEST_NAME = 87
"""Characters of a questionnaire's name up to its round: what comes back is named by more, and an
assessment below 120 characters of other folders stays within the 259 that Windows takes."""


def short_name(organisation: str) -> str:
    """Give an organisation's name as it stands in the names of files."""
    return plain(_BODY.sub("", organisation), 30)


def file_name(assessment: Assessment, what: Questionnaire, taken: set[str]) -> str:
    """Give a plain name: ``Northport 2026 cyber questions - Wes Park (supplier) - R1.xlsx``."""
    settings = assessment.contents.settings
    scopes = {topic.scope for topic in (*what.topics, *(e.topic for e in what.shared))}
    scope = settings.scope(next(iter(scopes))) if len(scopes) == 1 else None
    who, role = what.person.name, ""
    if is_outside(what.person):
        role = SUPPLIER
    elif scope is not None and what.person.id != settings.officer.id:
        role = scope.service
    start = f"{short_name(settings.organisation)} {plain(settings.period, 12)} cyber questions"
    room = _LONGEST_NAME - len(start)
    end = f" ({plain(role, min(30, room // 2))})" if role else ""
    for more in ("", f" {what.person.id}"):
        label = f"{plain(who, min(40, room - len(more + end)))}{more}{end}"
        if label.casefold() not in taken:
            break
    taken.add(label.casefold())
    return f"{start} - {label} - R{what.serial}.xlsx"
