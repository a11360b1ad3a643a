"""The questions on a screen: a topic a page, every answer safe before the next is looked at."""

from collections.abc import Callable, Iterable, Iterator

from cyberassess.domain.assessment import Person
from cyberassess.domain.people.questions import (
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
from cyberassess.errors import AssessmentError, CyberassessError, counted
from cyberassess.opening.names import find_person
from cyberassess.screen.blocks import Block as Shown
from cyberassess.screen.blocks import Field, Form, Items, Screen, Table, Text, to
from cyberassess.screen.web import Query, Room, Sent
from cyberassess.steps.receive.asking import AskSession
from cyberassess.steps.send.sending import questions_for
from cyberassess.steps.settle.resolving import resolve

SOURCE = Source("prompt")
KEEP = "keep "
"""Before the number of an offer that is confirmed."""


def _key(topic: Topic) -> str:
    """Give what tells a topic from all others, whoever is asked."""
    return f"{topic.framework} {topic.scope} {topic.id}"


def _number(what: Questionnaire, wanted: str) -> int:
    if not wanted.isdigit() or int(wanted) >= len(what.topics):
        raise AssessmentError.because("no-topic", wanted, "There is no such topic.")
    return int(wanted)


def asks(room: Room, query: Query) -> Screen:
    """List a person's topics, or show one with its questions."""
    assessment = room.assessment
    name = query.get("person", "")
    if not name:
        settings, portions = assessment.contents.settings, assessment.contents.portions
        rows = [
            (to("ask", each.name, person=each.name),)
            for each in settings.everybody
            if portions.get(each.id)
        ]
        return Screen("Whose answers?", [Items(rows)], "cyberassess ask --as NAME")
    what = questions_for(assessment, find_person(assessment, name).id)
    command = f'cyberassess ask --as "{what.person.name}"'
    if "topic" not in query:
        lines = [
            (
                to("ask", f"{each.id} {each.title}", person=name, topic=str(number)),
                each.scope_title,
                f"{sum(row.current is not None for row in each.rows)} of {len(each.rows)}",
            )
            for number, each in enumerate(what.topics)
        ]
        table = Table(("Topic", "About", "Answered"), lines)
        about = Text(f"About {what.minutes} minutes for all of it.", "quiet")
        first = [_taken_over(what)] if what.shared else []
        return Screen(f"Questions for {what.person.name}", [about, *first, table], command)
    number = _number(what, query["topic"])
    topic = what.topics[number]
    fields = [field for block in topic.blocks for field in _fields(what, block)]
    hidden = (
        Field("person", "", "hidden", what.person.name),
        Field("topic", "", "hidden", _key(topic)),
    )
    form = Form("answer", [*hidden, *fields], "Save these answers")
    links = [to("ask", "All topics", person=name)]
    if number + 1 < len(what.topics):
        after = what.topics[number + 1]
        links.append(to("ask", f"Next: {after.title}", person=name, topic=str(number + 1)))
    blocks: list[Shown] = [
        Text(f"{topic.scope_title}. Answers of {what.person.name}.", "quiet"),
        form,
        Items([(each,) for each in links]),
    ]
    return Screen(f"{topic.id} {topic.title}", blocks, command)


def _taken_over(what: Questionnaire) -> Form:
    """Ask once about each topic that a system takes over from a shared service."""
    fields = [Field("person", "", "hidden", what.person.name)]
    for each in what.shared:
        names = ", ".join(each.sources)
        outcomes = (f"{e.asked.outcome.id} {e.asked.outcome.title}" for e in each.topic.blocks)
        title = f"{each.topic.scope_title}, {each.topic.title}: the same as in {names}?"
        said = [(SAME, "Yes"), (OTHER, "No, ask me")]
        fields.append(Field(each.ref, title, "choice", each.same, said, "\n".join(outcomes)))
        fields.append(Field(f"why {each.ref}", "What is different?", "text", each.reason))
    return Form("same", fields, "Save what is the same")


def same(room: Room, sent: Sent) -> Iterator[str]:
    """Store of each topic whether it is the same as in the shared service."""
    session = AskSession(room.folder, sent["person"])
    given = ((each, sent[each.ref], sent[f"why {each.ref}"]) for each in session.what.shared)
    replies = (
        (each.ref, SharingReply(each.key, code, why, SOURCE))
        for each, code, why in given
        if code in {SAME, OTHER} and (code, why) != (each.same, each.reason)
    )
    yield from _stored(session, replies, lambda _: ())


def _stored(
    session: AskSession,
    replies: Iterable[tuple[str, Reply]],
    after: Callable[[str], Iterable[str]],
) -> Iterator[str]:
    """Store replies one after the other, each with its ref.

    Args:
        after: gives what else is to be said once the reply to a ref is stored.
    """
    stored = 0
    try:
        for ref, reply in replies:
            told = session.save(reply)
            stored += 1
            yield from map(str, told)
            yield from after(ref)
    except CyberassessError as cause:
        # NOTE: what was stored before it stays, so that it may not end as if nothing was
        yield from map(str, cause.problems)
    finally:
        session.close()
    yield f"Stored {counted(stored, 'reply', 'replies')} of {session.person.name}."


def _fields(what: Questionnaire, block: Block) -> Iterator[Field]:
    for row in block.rows:
        code = row.current.answer if row.current else ""
        needing = [each.label for each in row.needing(is_backed=False)]
        yield Field(f"was {row.ref}", "", "hidden", code)
        yield Field(
            row.ref,
            f"{row.ref}: {row.text}",
            "choice",
            code,
            [*((each.code, each.label) for each in row.answers), *_offered(row)],
            "\n".join(_beside(what, row)),
        )
        reason = row.current.reason if row.current else ""
        hint = f"Needed for: {', '.join(needing)}." if needing else ""
        yield Field(f"why {row.ref}", f"Reason for {row.ref}", "text", reason, hint=hint)
    title = block.asked.outcome.title
    for ref, said, label in (
        (block.why_ref, block.rationale, f"In your own words: {title}"),
        (block.evidence_ref, block.evidence, f"Documents that show it: {title}"),
    ):
        yield Field(ref, label, "area", said.text if said else "")


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
    """Store what is another than the page showed, one answer after the other."""
    yield from _saved(room, sent, sent["person"], "")


def _saved(room: Room, sent: Sent, name: str, mark: str) -> Iterator[str]:
    """Store what one person said to a topic.

    Args:
        mark: behind the names of fields, where several people's stand on one page.
    """
    session = AskSession(room.folder, name)
    topic = next((e for e in session.what.topics if _key(e) == sent["topic"]), None)
    if topic is None:
        raise AssessmentError.because(
            "no-topic", sent["topic"], "It is asked of somebody else now.", "Nothing was stored."
        )
    replies = _replies(topic, sent, mark)
    yield from _stored(session, replies, lambda ref: _meanwhile(topic, sent, ref, mark))


def _meanwhile(topic: Topic, sent: Sent, ref: str, mark: str) -> Iterator[str]:
    row = next((each for each in topic.rows if each.ref == ref), None)
    now = row.current.answer if row and row.current else ""
    if row is not None and now not in {sent[f"was {ref}{mark}"], sent[f"{ref}{mark}"]}:
        label = next((each.label for each in row.answers if each.code == now), now)
        yield f"{ref} had been answered meanwhile: {label}. What you said now counts."


def _replies(topic: Topic, sent: Sent, mark: str) -> Iterator[tuple[str, Reply]]:
    for block in topic.blocks:
        for row in block.rows:
            code, reason = sent[f"{row.ref}{mark}"], sent[f"why {row.ref}{mark}"]
            before = row.current.reason if row.current else ""
            kept = next((e for n, e in enumerate(row.offers) if code == f"{KEEP}{n}"), None)
            if kept is not None:
                yield row.ref, ConfirmReply(row.statements, kept, SOURCE, words=reason)
            elif code in {each.code for each in row.answers} and (
                code != sent[f"was {row.ref}{mark}"] or (reason != before and not mark)
            ):
                yield (
                    row.ref,
                    AnswerReply(row.statements, Response(new=code, reason=reason), SOURCE),
                )
        for kind, ref, said in (
            (TextKind.RATIONALE, block.why_ref, block.rationale),
            (TextKind.EVIDENCE, block.evidence_ref, block.evidence),
        ):
            typed = sent[f"{ref}{mark}"]
            if typed and typed != (said.text.strip() if said else ""):
                yield ref, TextReply(kind, block.key, typed, "", SOURCE)


# Several people at one screen


def workshop(room: Room, query: Query) -> Screen:
    """List every topic with whom it is asked of, or show one with everybody's answers."""
    asked = _everybodys(room)
    if "topic" not in query:
        rows = [
            (
                to("workshop", f"{topic.id} {topic.title}", topic=key),
                topic.scope_title,
                ", ".join(person.name for person, _ in several),
            )
            for key, several in asked.items()
            for topic in (several[0][1],)
        ]
        return Screen("Workshop", [Table(("Topic", "About", "Asked of"), rows)])
    if query["topic"] not in asked:
        raise AssessmentError.because("no-topic", query["topic"], "There is no such topic.")
    several = asked[query["topic"]]
    topic = several[0][1]
    names = ", ".join(person.name for person, _ in several)
    fields = [Field("topic", "", "hidden", query["topic"]), *_side_by_side(several)]
    about = "Who differs is settled where an agreed answer and its reason are given."
    blocks: list[Shown] = [
        Text(f"{topic.scope_title}. {names}.", "quiet"),
        Form("workshop", fields, "Save what was said and agreed", text=about),
        Items([(to("workshop", "All topics"),)]),
    ]
    return Screen(f"{topic.id} {topic.title}", blocks, "cyberassess resolve")


Several = list[tuple[Person, Topic]]


def _everybodys(room: Room) -> dict[str, Several]:
    """Give each topic with everybody it is asked of."""
    found: dict[str, Several] = {}
    settings, portions = room.assessment.contents.settings, room.assessment.contents.portions
    for person in settings.everybody:
        if portions.get(person.id):
            for topic in questions_for(room.assessment, person.id).topics:
                found.setdefault(_key(topic), []).append((person, topic))
    return found


def _side_by_side(several: Several) -> Iterator[Field]:
    rows = {row.ref: row for _, topic in several for row in topic.rows}
    for ref, row in rows.items():
        yield Field("", f"{ref}: {row.text}", "said", hint=row.heading)
        answers = [("", "nothing yet"), *((each.code, each.label) for each in row.answers)]
        given = [
            (person, own.current.answer if own.current else "")
            for person, topic in several
            for own in topic.rows
            if own.ref == ref
        ]
        for person, code in given:
            yield Field(f"was {ref} {person.id}", "", "hidden", code)
            yield Field(f"{ref} {person.id}", f"{person.name}, {ref}", "list", code, answers)
        if len(given) == 1:
            continue
        agreed = [("", "not settled here"), *((each.label, each.label) for each in row.answers)]
        yield Field(f"agreed {ref}", f"Agreed, {ref}", "list", "", agreed)
        yield Field(f"why {ref}", f"Why, {ref}")


def settle(room: Room, sent: Sent) -> Iterator[str]:
    """Store what each of several people said, and settle what was agreed.

    Each person's answers are a segment of their own, since each is somebody else's word.
    """
    several = _everybodys(room).get(sent["topic"], [])
    for person, topic in several:
        changed = any(
            sent[f"{row.ref} {person.id}"] not in {"", sent[f"was {row.ref} {person.id}"]}
            for row in topic.rows
        )
        if changed:
            yield from _saved(room, sent, person.name, f" {person.id}")
    for ref in dict.fromkeys(row.ref for _, topic in several for row in topic.rows):
        if sent[f"agreed {ref}"]:
            try:
                agreed, why = sent[f"agreed {ref}"], sent[f"why {ref}"]
                resolve(room.folder, ref, answer=agreed, reason=why, by=sent.by)
                yield f"{ref}: settled, {agreed}."
            except CyberassessError as cause:
                yield from (f"{ref}: {each}" for each in cause.problems)
