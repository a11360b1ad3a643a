"""The questions on a screen: a topic a page, every answer safe before the next is looked at."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from cyberassess.domain.assessment import Person, StatementKey
from cyberassess.domain.people.questions import (
    WITHDRAW,
    AnswerReply,
    Block,
    ConfirmReply,
    Questionnaire,
    Reply,
    Row,
    SharingReply,
    TextKind,
    TextReply,
    Topic,
)
from cyberassess.domain.people.sharing import OTHER, SAME
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.domain.sets.framework import CountsAs
from cyberassess.errors import AssessmentError, CyberassessError, counted
from cyberassess.opening.names import find_person
from cyberassess.screen.blocks import Block as Shown
from cyberassess.screen.blocks import Cell, Field, Form, Heading, Links, Screen, Table, Text, to
from cyberassess.screen.web import Query, Room, Sent, said_on_screen
from cyberassess.steps.receive.answering import Told, say
from cyberassess.steps.send.sending import questions_for
from cyberassess.steps.settle.resolving import resolve
from cyberassess.steps.standing.standing import status_of
from cyberassess.steps.standing.start import Pages

SOURCE = Source("prompt", name="screen")
GONE = "withdraw"
"""Said in place of an answer that is taken back."""
KEEP = "keep "
"""Before the number of an offer that is confirmed."""


def _key(topic: Topic) -> str:
    """Give what tells a topic from all others, whoever is asked."""
    return f"{topic.framework} {topic.scope} {topic.id}"


def _number(what: Questionnaire, wanted: str) -> int:
    if not wanted.isdecimal() or int(wanted) >= len(what.topics):
        raise AssessmentError.because("no-topic", wanted, "There is no such topic.")
    return int(wanted)


def asks(room: Room, query: Query) -> Screen:
    """List a person's topics, or show one with its questions."""
    assessment = room.assessment
    name = query.get("person", "")
    if not name:
        return _everybody(room)
    what = questions_for(assessment, find_person(assessment, name).id)
    command = f'cyberassess ask --as "{what.person.name}"'
    if "topic" not in query:
        about = Text(f"About {what.minutes} minutes for all of it.", "quiet")
        first = [_taken_over(what)] if what.shared else []
        listed = [part for each in _by_place(what) for part in each]
        return Screen(f"Questions for {what.person.name}", [about, *first, *listed], command)
    number = _number(what, query["topic"])
    topic = what.topics[number]
    fields = [field for block in topic.blocks for field in _fields(what, block)]
    hidden = (
        Field("person", "", "hidden", what.person.name),
        Field("topic", "", "hidden", _key(topic)),
    )
    by = room.by.partition(",")[0] or assessment.contents.settings.officer.name
    typist = "" if by == what.person.name else f", written down by {by}"
    form = Form("answer", [*hidden, *fields], "Save these answers")
    links = [to("ask", "All topics", person=name)]
    if number + 1 < len(what.topics):
        after = what.topics[number + 1]
        links.append(to("ask", f"Next: {after.title}", person=name, topic=str(number + 1)))
    blocks: list[Shown] = [
        Text(f"{topic.scope_title}. Answers of {what.person.name}{typist}.", "quiet"),
        Links(links, "Topics"),
        form,
        Links(links, "Where next"),
    ]
    return Screen(f"{topic.id} {topic.title}", blocks, command)


def _everybody(room: Room) -> Screen:
    """List everybody who is asked."""
    rows = [
        (to("ask", each.name, person=each.name), f"{each.answered} of {each.of}", each.state)
        for each in Pages(status_of(room.assessment)).start().people
    ]
    table = Table(("Name", "Answered", "State"), rows)
    return Screen("Whose answers?", [table], "cyberassess ask --as NAME")


def _by_place(what: Questionnaire) -> Iterator[tuple[Heading, Table]]:
    """List the topics of each place, with how far each is."""
    places: dict[str, list[tuple[Cell, ...]]] = {}
    for number, each in enumerate(what.topics):
        link = to("ask", f"{each.id} {each.title}", person=what.person.name, topic=str(number))
        places.setdefault(each.scope_title, []).append((link, _answered(each)))
    for place, rows in places.items():
        yield Heading(place), Table(("Topic", "Answered"), rows)


def _answered(topic: Topic) -> str:
    return f"{sum(row.current is not None for row in topic.rows)} of {len(topic.rows)}"


def _taken_over(what: Questionnaire) -> Form:
    """Ask once about each topic that a system takes over from a shared service."""
    fields = [Field("person", "", "hidden", what.person.name)]
    for each in what.shared:
        names = ", ".join(each.sources)
        outcomes = (f"{e.asked.outcome.id} {e.asked.outcome.title}" for e in each.topic.blocks)
        title = f"{each.topic.scope_title}, {each.topic.title}: the same as in {names}?"
        said = [(SAME, "Yes"), (OTHER, "No, ask me")]
        why = Field(f"why {each.ref}", "What is different?", "text", each.reason)
        fields += _shown(each.ref, each.same, each.reason)
        fields.append(
            Field(each.ref, title, "choice", each.same, said, "\n".join(outcomes), [why])
        )
    return Form("same", fields, "Save what is the same", "What is the same in a shared service")


def same(room: Room, sent: Sent) -> Iterator[str]:
    """Store of each topic whether it is the same as in the shared service."""
    meanwhile: list[str] = []

    def says(what: Questionnaire) -> Iterator[Reply]:
        for each in what.shared:
            if sent[each.ref] in {SAME, OTHER} and _is_another(sent, each.ref):
                title, label = each.topic.title, "Yes" if each.same == SAME else "No"
                meanwhile.extend(_meanwhile(sent, each.ref, title, each.same, label))
                yield SharingReply(each.key, sent[each.ref], sent[f"why {each.ref}"], SOURCE)

    yield from _stored(say(room.folder, {sent["person"]: says}, by=sent.by))
    yield from meanwhile


def _stored(told: Mapping[str, Told]) -> Iterator[str]:
    for name, each in told.items():
        yield from map(said_on_screen, each.problems)
        yield f"Stored {counted(each.stored, 'reply', 'replies')} of {name}."


def _shown(ref: str, value: str, reason: str = "") -> Iterator[Field]:
    """Give what a page shows in a field, and as its reason: who left it so said nothing anew."""
    yield Field(f"was {ref}", "", "was", value)
    yield Field(f"was why {ref}", "", "was", reason)


def _is_another(sent: Sent, ref: str) -> bool:
    """Say whether something is another than the page showed, or its reason."""
    return any(sent[each] != sent[f"was {each}"] for each in (ref, f"why {ref}"))


def _fields(what: Questionnaire, block: Block) -> Iterator[Field]:
    outcome = block.asked.outcome
    yield Field("", f"{outcome.id} {outcome.title}", "heading", hint=outcome.question)
    for row in block.rows:
        code = row.current.answer if row.current else ""
        yield from _shown(row.ref, code, row.current.reason if row.current else "")
        yield Field(
            row.ref,
            f"{row.ref}: {row.text}",
            "choice",
            code,
            [*_choices(row), *_offered(row)],
            "\n".join(_beside(what, row)),
            [_reason(row, "")],
        )
    for ref, said, label in (
        (block.why_ref, block.rationale, f"In your own words: {outcome.title}"),
        (block.evidence_ref, block.evidence, f"Documents that show it: {outcome.title}"),
    ):
        yield from _shown(ref, said.text if said else "")
        yield Field(ref, label, "area", said.text if said else "")


def _reason(row: Row, mark: str) -> Field:
    needing = [each.label.lower() for each in row.needing(is_backed=False)]
    label = f"Reason, needed for: {', '.join(needing)}" if needing else "Reason"
    reason = row.current.reason if row.current else ""
    return Field(f"why {row.ref}{mark}", label, "text", reason)


def _choices(row: Row) -> list[tuple[str, str]]:
    gone = [(GONE, WITHDRAW)] if row.current and row.current.answer else []
    return [*((each.code, each.label) for each in row.answers), *gone]


def _offered(row: Row) -> Iterator[tuple[str, str]]:
    for number, offer in enumerate(row.offers):
        reason = f" ({offer.reason})" if offer.reason else ""
        yield f"{KEEP}{number}", f"It holds here too. {offer.origin}: {offer.label}{reason}"


def _beside(what: Questionnaire, row: Row) -> Iterator[str]:
    if row.heading:
        yield row.heading
    if row.condition:
        yield f"Only if yes to: {row.condition}"
    if row.official:
        yield f"Official wording: {row.official}"
    for past in row.past:
        yield f"{past.origin}: {past.label}. The question was: {past.question}"
    if row.ref in what.remarks:
        yield what.remarks[row.ref]


def save(room: Room, sent: Sent) -> Iterator[str]:
    """Store what is another than the page showed."""
    yield from _saved(room, sent, [sent["person"]], lambda _: "")


def _saved(
    room: Room, sent: Sent, names: Sequence[str], mark: Callable[[str], str]
) -> Iterator[str]:
    """Store what people said to a topic.

    Args:
        mark: given the id of a person, gives what stands behind the names of their fields.
    """
    meanwhile: list[str] = []

    def says(what: Questionnaire) -> Iterator[Reply]:
        topic = next((each for each in what.topics if _key(each) == sent["topic"]), None)
        if topic is None:
            raise AssessmentError.because(
                "no-topic",
                sent["topic"],
                "It is asked of somebody else now.",
                "Nothing was stored.",
            )
        for found, reply in _replies(topic, sent, mark(what.person.id)):
            meanwhile.extend(found)
            yield reply

    yield from _stored(say(room.folder, dict.fromkeys(names, says), by=sent.by))
    yield from meanwhile


def _meanwhile(sent: Sent, name: str, title: str, now: str, label: str) -> list[str]:
    """Say what was said while a page was open, where it is neither what that showed nor came."""
    if now in {"", sent[name], sent[f"was {name}"]}:
        return []
    return [f"{title} had been answered meanwhile: {label}. What you said now counts."]


def _replies(topic: Topic, sent: Sent, mark: str) -> Iterator[tuple[list[str], Reply]]:
    """Give what is another than the page showed, each with what had been said meanwhile."""
    for row in topic.rows:
        name = f"{row.ref}{mark}"
        code, reason = sent[name], sent[f"why {name}"]
        now = row.current.answer if row.current else ""
        label = next((each.label for each in row.answers if each.code == now), now)
        found = _meanwhile(sent, name, row.ref, now, label)
        kept = next((e for n, e in enumerate(row.offers) if code == f"{KEEP}{n}"), None)
        if kept is not None:
            yield found, ConfirmReply(row.statements, kept, SOURCE, words=reason)
        elif code == GONE and row.current:
            yield found, AnswerReply(row.statements, Response(new=None), SOURCE)
        elif code in {each.code for each in row.answers} and _is_another(sent, name):
            yield found, AnswerReply(row.statements, Response(new=code, reason=reason), SOURCE)
    for block in topic.blocks:
        title = f"{block.asked.outcome.id} {block.asked.outcome.title}"
        for kind, ref, said in (
            (TextKind.RATIONALE, block.why_ref, block.rationale),
            (TextKind.EVIDENCE, block.evidence_ref, block.evidence),
        ):
            name, now = f"{ref}{mark}", said.text.strip() if said else ""
            if sent[name] and _is_another(sent, name):
                found = _meanwhile(sent, name, title, now, f'"{now}"')
                yield found, TextReply(kind, block.key, sent[name], "", SOURCE)


# Several people at one screen


def workshop(room: Room, query: Query) -> Screen:
    """List every topic with whom it is asked of, or show one with everybody's answers."""
    asked = _everybodys(room)
    if "topic" not in query:
        places: dict[str, list[tuple[Cell, ...]]] = {}
        for key, several in asked.items():
            topic = several[0][1]
            differ = len(_differing(room, several))
            places.setdefault(topic.scope_title, []).append(
                (
                    to("workshop", f"{topic.id} {topic.title}", topic=key),
                    "\n".join(f"{person.name}: {_answered(own)}" for person, own in several),
                    f"on {counted(differ, 'statement')}" if differ else "",
                )
            )
        headings = ("Topic", "Answered", "People differ")
        blocks = [
            part
            for place, rows in places.items()
            for part in (Heading(place), Table(headings, rows))
        ]
        about = "Several people at one screen: everybody's answers to a topic, side by side."
        return Screen("Workshop", [Text(about), *blocks], "cyberassess ask")
    if query["topic"] not in asked:
        raise AssessmentError.because("no-topic", query["topic"], "There is no such topic.")
    several = asked[query["topic"]]
    topic = several[0][1]
    names = ", ".join(person.name for person, _ in several)
    differing = _differing(room, several)
    fields = [Field("topic", "", "hidden", query["topic"]), *_side_by_side(several, differing)]
    about = (
        "What each of you says is kept as theirs. Where you differ, you can agree on an answer."
    )
    form = Form("workshop", fields, "Save what was said and agreed", text=about)
    first = Text(f"{topic.scope_title}. {names}.", "quiet")
    back = Links([to("workshop", "All topics")], "Topics")
    return Screen(f"{topic.id} {topic.title}", [first, back, form], "cyberassess resolve")


Several = list[tuple[Person, Topic]]


def _everybodys(room: Room) -> dict[str, Several]:
    """Give each topic with everybody it is asked of."""
    found: dict[str, Several] = {}
    settings, portions = room.assessment.contents.settings, room.assessment.contents.portions
    for person in settings.everybody:
        if portions.get(person.id):
            for topic in questions_for(room.assessment, person.id, is_told=False).topics:
                found.setdefault(_key(topic), []).append((person, topic))
    places = {
        (ref, located.groups[-1].id): number
        for ref, framework in room.assessment.frameworks.items()
        for number, located in enumerate(framework.located)
    }
    return dict(sorted(found.items(), key=lambda e: places[e[1][0][1].framework, e[1][0][1].id]))


def _rows(several: Several) -> dict[str, list[tuple[Person, Row]]]:
    """Give each question of a topic with everybody it is asked of."""
    found: dict[str, list[tuple[Person, Row]]] = {}
    for person, topic in several:
        for row in topic.rows:
            found.setdefault(row.ref, []).append((person, row))
    return found


def _differing(room: Room, several: Several) -> set[str]:
    """Give the questions of a topic on which people differ and nobody settled it."""
    conflicts = {
        StatementKey(each.key.framework, each.key.scope, indicator)
        for each in room.assessment.card.outcomes
        for indicator in each.conflicts
    }
    return {
        row.ref
        for _, topic in several
        for row in topic.rows
        if not conflicts.isdisjoint(row.statements)
    }


def _side_by_side(several: Several, differing: set[str]) -> Iterator[Field]:
    asked = _rows(several)
    if differing:
        yield Field("", "Where you differ", "heading")
        for ref in asked:
            if ref in differing:
                yield _together(asked[ref], [_agreed(asked[ref][0][1])])
    outcomes: dict[str, list[str]] = {}
    for _, topic in several:
        for block in topic.blocks:
            title = f"{block.asked.outcome.id} {block.asked.outcome.title}"
            outcomes.setdefault(title, []).extend(row.ref for row in block.rows)
    for title, refs in outcomes.items():
        left = [ref for ref in dict.fromkeys(refs) if ref not in differing]
        if left:
            yield Field("", title, "heading")
            yield from (_together(asked[ref]) for ref in left)


def _together(rows: list[tuple[Person, Row]], agreed: Sequence[Field] = ()) -> Field:
    """Ask several people the same at once, and what they agree on."""
    row, fields = rows[0][1], []
    for person, own in rows:
        answers = [("", "nothing yet"), *_choices(own)]
        mark, code = f" {person.id}", own.current.answer if own.current else ""
        said = [
            *_shown(f"{row.ref}{mark}", code, own.current.reason if own.current else ""),
            Field(f"{row.ref}{mark}", "Answer", "list", code, answers),
            _reason(own, mark),
        ]
        fields.append(Field("", person.name, "choice", fields=said))
    return Field(
        "", f"{row.ref}: {row.text}", "choice", hint=row.heading, fields=[*fields, *agreed]
    )


def _agreed(row: Row) -> Field:
    labels = [e.label for e in row.answers if e.counts_as is not CountsAs.UNANSWERED]
    choices = [("", "not settled here"), *((each, each) for each in labels)]
    said = [
        Field(f"agreed {row.ref}", "Answer", "list", "", choices),
        Field(f"why {row.ref}", "Why"),
    ]
    return Field("", "Agreed", "choice", fields=said)


def settle(room: Room, sent: Sent) -> Iterator[str]:
    """Store what each of several people said, and settle what was agreed."""
    several = _everybodys(room).get(sent["topic"], [])
    agreed = [ref for ref in _rows(several) if sent[f"agreed {ref}"]]
    without = [ref for ref in agreed if not sent[f"why {ref}"]]
    if without:
        found = f"You agreed on {', '.join(without)}, and nobody said why."
        hint = "Give the reason in a sentence. Nothing was stored."
        raise AssessmentError.because("no-reason", "", found, hint)
    names = [e.name for e, own in several if any(_replies(own, sent, f" {e.id}"))]
    if names:
        yield from _saved(room, sent, names, lambda person: f" {person}")
    elif not agreed:
        yield "Nothing new was said."
    for ref in agreed:
        try:
            answer, why = sent[f"agreed {ref}"], sent[f"why {ref}"]
            resolve(room.folder, ref, answer=answer, reason=why, by=sent.by)
            yield f"{ref}: settled, {answer}."
        except CyberassessError as cause:
            yield from (f"{ref}: {said_on_screen(each)}" for each in cause.problems)
