"""The questions on a screen: a topic a page, every answer safe before the next is looked at."""

from collections.abc import Iterator

from cyberassess.domain.people.questions import (
    AnswerReply,
    Block,
    Questionnaire,
    Reply,
    Row,
    TextKind,
    TextReply,
    Topic,
)
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import AssessmentError, counted
from cyberassess.opening.names import find_person
from cyberassess.screen.blocks import Block as Shown
from cyberassess.screen.blocks import Field, Form, Items, Screen, Table, Text, to
from cyberassess.screen.web import Query, Room, Sent
from cyberassess.steps.receive.asking import AskSession
from cyberassess.steps.send.sending import questions_for

SOURCE = Source("prompt")


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
        return Screen(f"Questions for {what.person.name}", [about, table], command)
    number = _number(what, query["topic"])
    topic = what.topics[number]
    fields = [field for block in topic.blocks for field in _fields(what, block)]
    hidden = (
        Field("person", "", "hidden", what.person.name),
        Field("topic", "", "hidden", f"{topic.framework} {topic.scope} {topic.id}"),
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
            [(each.code, each.label) for each in row.answers],
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


def _beside(what: Questionnaire, row: Row) -> Iterator[str]:
    if row.heading:
        yield row.heading
    if row.condition:
        yield f"Only if yes to: {row.condition}"
    if row.official:
        yield f"Official wording: {row.official}"
    for offer in row.offers:
        reason = f" ({offer.reason})" if offer.reason else ""
        yield f"{offer.origin}: {offer.label}{reason}"
    for past in row.past:
        yield f"{past.origin}: {past.label}. The question was: {past.question}"
    if row.ref in what.remarks:
        yield what.remarks[row.ref]


def save(room: Room, sent: Sent) -> Iterator[str]:
    """Store what is another than the page showed, one answer after the other."""
    session = AskSession(room.folder, sent["person"])
    topic = next(
        (e for e in session.what.topics if f"{e.framework} {e.scope} {e.id}" == sent["topic"]),
        None,
    )
    if topic is None:
        raise AssessmentError.because(
            "no-topic", sent["topic"], "It is asked of somebody else now.", "Nothing was stored."
        )
    stored = 0
    try:
        for ref, reply in _replies(topic, sent):
            for problem in session.save(reply):
                yield str(problem)
            stored += 1
            row = next((each for each in topic.rows if each.ref == ref), None)
            now = row.current.answer if row and row.current else ""
            if row is not None and now not in {sent[f"was {ref}"], sent[ref]}:
                label = next((e.label for e in row.answers if e.code == now), now)
                yield f"{ref} had been answered meanwhile: {label}. What you said now counts."
    finally:
        session.close()
    yield f"Stored {counted(stored, 'reply', 'replies')} of {session.person.name}."


def _replies(topic: Topic, sent: Sent) -> Iterator[tuple[str, Reply]]:
    for block in topic.blocks:
        for row in block.rows:
            code, reason = sent[row.ref], sent[f"why {row.ref}"]
            before = row.current.reason if row.current else ""
            if code in {each.code for each in row.answers} and (
                code != sent[f"was {row.ref}"] or reason != before
            ):
                yield row.ref, AnswerReply(row.statements, code, reason, SOURCE)
        for kind, ref, said in (
            (TextKind.RATIONALE, block.why_ref, block.rationale),
            (TextKind.EVIDENCE, block.evidence_ref, block.evidence),
        ):
            if sent[ref] and sent[ref] != (said.text.strip() if said else ""):
                yield ref, TextReply(kind, block.key, sent[ref], "", SOURCE)
