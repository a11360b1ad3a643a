"""What is gathered: evidence, the people who are asked, and the systems."""

import os
import re
from collections.abc import Iterator
from urllib.parse import quote

from cyberassess.disk.files import by_name, temporary_folder
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.record.evidence import ACCEPTED, REJECTED, Facts, Item, Mark
from cyberassess.domain.sets.roles import OWNER_ROLES
from cyberassess.errors import AssessmentError, counted
from cyberassess.screen.blocks import (
    Block,
    Cell,
    Field,
    Form,
    Heading,
    Items,
    Link,
    Links,
    Screen,
    Table,
    Text,
    to,
)
from cyberassess.screen.doing import kept
from cyberassess.screen.looking import answers_of, files_of
from cyberassess.screen.web import Query, Room, Sent, said_on_screen
from cyberassess.steps.evidence.evidencing import add, find_item, link, review, wanted
from cyberassess.steps.evidence.words import (
    added_lines,
    item_facts,
    item_state,
    linked_lines,
    reviewed_line,
)
from cyberassess.steps.people.people import add_person, hand_over, people
from cyberassess.steps.people.systems import add_system, systems
from cyberassess.steps.send.chasing import chase
from cyberassess.steps.send.sending import send
from cyberassess.steps.standing.standing import status_of
from cyberassess.steps.standing.start import Pages

STATE_OF = {
    Mark.REPLACED: "Replaced",
    Mark.REJECTED: "Not accepted",
    Mark.STALE: "Out of date",
    Mark.NOT_SEEN: "Named, not yet seen",
    Mark.UNREVIEWED: "To be looked at",
}
"""What a document with such a mark is listed under; the first that holds."""
STATES = ("Out of date", "To be looked at", "Named, not yet seen", "Not accepted", "Replaced",
          "Looked at, and accepted")  # fmt: skip
"""In the order they are listed: what wants somebody first."""
SUPPORTS = Field(
    "supports", "Supports", hint="Outcomes, parted by semicolons: B2.c/housing, page 4; A1.a"
)


def evidence(room: Room, query: Query) -> Screen:
    """Show the register, what is wanted, and where files are dropped; or one document."""
    if query.get("item"):
        return _item(room, query["item"])
    found: dict[str, list[tuple[Cell, ...]]] = {each: [] for each in STATES}
    for item in room.assessment.evidence.items:
        until = item.facts.valid_until
        named = to("evidence", f"{item.reference} {item.facts.title}", item=item.reference)
        row: tuple[Cell, ...] = (
            (named, item.facts.shows) if item.facts.shows else named,
            counted(len(item.links), "outcome"),
            said_date(until) if until else "",
            item_state(room.assessment, item),
        )
        found[_group(room, item)].append(row)
    headings = ("Document", "Supports", "Holds until", "To know")
    blocks: list[Block] = [
        Form("add evidence", _document(), "Add", "Add documents", is_folded=True)
    ]
    for title, rows in found.items():
        if rows:
            blocks += [Heading(f"{title}: {len(rows)}"), Table(headings, rows)]
    asked = [(e.text, e.person, ", ".join(e.outcomes)) for e in wanted(room.assessment)]
    if asked:
        title = f"To ask for: {len(asked)}"
        blocks += [Heading(title), Table(("Document", "Named by", "For"), asked)]
    if len(blocks) == 1:
        blocks.insert(0, Text("No document is registered, and none was named in a workbook."))
    return Screen("Evidence", blocks, "cyberassess evidence list")


def _group(room: Room, item: Item) -> str:
    """Say what is to be done about a document."""
    marks = item.marks(room.assessment.on, room.assessment.opened)
    for mark, title in STATE_OF.items():
        if mark in marks:
            return title
    return STATES[-1]


def _document() -> list[Field]:
    return [
        Field("files", "Files", "file"),
        Field("title", "Title", hint="The file's name where it is empty."),
        Field("shows", "What it shows"),
        Field("dated", "Date of the document", "date"),
        Field("valid_until", "Holds until", "date"),
        Field("owner", "Owner"),
        SUPPORTS,
    ]


def _item(room: Room, reference: str) -> Screen:
    """Show one document, what is thought of it, and what it supports."""
    item = find_item(room.assessment.evidence, reference)
    pages = Pages(status_of(room.assessment))
    facts = [(f"{name}: {value}",) for name, value in item_facts(room.assessment, item)]
    supported: list[tuple[Cell, ...]] = []
    for each in item.links:
        name = f"{each.outcome.outcome}/{each.outcome.scope}"
        known = each.outcome in room.assessment.card.by_key
        page = Link(name, f"outcome?page={pages.page_of(each.outcome)}") if known else name
        supported.append((page, each.place))
    named = Field("item", "", "hidden", item.reference)
    verdicts = [(ACCEPTED, "It shows what it should"), (REJECTED, "It does not")]
    why = Field("reason", "Why, where it does not")
    value = item.review.verdict if item.review else ""
    links = [to("evidence", "All documents")]
    if item.stored:
        links.append(_copy("Keep a copy of the file", item.stored))
    blocks: list[Block] = [
        Links(links, "This document"),
        Text(item_state(room.assessment, item), "lead"),
        Items(facts),
        Heading("Supports"),
        Items(supported) if supported else Text("Nothing yet."),
    ]
    if item.is_seen:
        choice = Field("verdict", "Your verdict", "choice", value, verdicts, fields=[why])
        was = Field("was verdict", "", "hidden", value)
        blocks.append(Form("review evidence", [named, was, choice], "Record", "Look at it"))
    else:
        form = Form("add evidence", [named, *_document()], "Add", "Add its file")
        blocks.append(form)
    blocks.append(
        Form(
            "link evidence", [named, SUPPORTS], "Link", "Say what else it supports", is_folded=True
        )
    )
    title = f"{item.reference} {item.facts.title}"
    return Screen(title, blocks, f"cyberassess evidence show {item.reference}")


def parts_of(text: str) -> list[str]:
    """Give what is parted by semicolons or lines."""
    return [each.strip() for each in re.split("[;\n]", text) if each.strip()]


def add_files(room: Room, sent: Sent) -> Iterator[str]:
    """Record dropped files as evidence."""
    facts = Facts(
        title=sent["title"],
        shows=sent["shows"],
        dated=sent["dated"],
        valid_until=sent["valid_until"],
        owner=sent["owner"],
    )
    with temporary_folder() as scratch:
        paths, supports = kept(sent, scratch), parts_of(sent["supports"])
        item = sent["item"] or None
        yield from added_lines(
            add(room.folder, paths, facts, supports=supports, item=item, by=sent.by)
        )


def link_item(room: Room, sent: Sent) -> Iterator[str]:
    """Link a document with outcomes."""
    item, count = link(room.folder, sent["item"], parts_of(sent["supports"]), by=sent.by)
    yield from linked_lines(item, count)


def review_item(room: Room, sent: Sent) -> Iterator[str]:
    """Record a verdict on a document, unless somebody else gave another one meanwhile."""
    item = find_item(room.assessment.evidence, sent["item"])
    now = item.review.verdict if item.review else ""
    if now not in {sent["was verdict"], sent["verdict"]}:
        found = f"{item.reference} was {now} meanwhile."
        raise AssessmentError.because("stale", "", found, "Look again. Nothing was changed.")
    made = review(room.folder, sent["item"], sent["verdict"], reason=sent["reason"], by=sent.by)
    yield reviewed_line(made)


def people_and_systems(room: Room, _: Query) -> Screen:
    """Show who is asked what, and every system."""
    rows = [
        (answers_of(room, e.name), e.role, _in_words(room, e.asks), str(e.questions))
        for e in people(room.assessment)
    ]
    places = [
        (
            e.scope.title,
            e.scope.kind,
            e.owner,
            "\n".join(f"{title}: {done} of {of} confirmed" for title, done, of in e.inherits),
        )
        for e in systems(room.assessment)
    ]
    names = [(e.name, e.name) for e in people(room.assessment)]
    kinds = [
        (each, each.replace("-", " ")) for each in ("system", "shared-service", "cloud-service")
    ]
    blocks: list[Block] = [
        Table(("Name", "Role", "Asked about", "Outcomes"), rows),
        Form("add person", _person(room), "Add", "Add somebody", is_folded=True),
        Form(
            "hand over",
            [
                Field("giver", "From", "list", "", names),
                Field("taker", "To", "list", "", names),
                Field("place", "Asked about", "list", "", _places(room)),
                Field("names", "Outcomes", hint="Such as B2.c; A1.a. All of them if empty."),
                Field("reason", "Reason"),
            ],
            "Hand over",
            "Hand questions over",
            is_folded=True,
        ),
        *([] if room.read_only else _questionnaires(room, names)),
        Heading("Systems"),
        Table(("System", "Kind", "Owner", "Takes over from"), places) if places else Text("None."),
        Form(
            "add system",
            [
                Field("title", "Name of the system"),
                Field("kind", "Kind", "list", "system", kinds),
                Field("owner", "Owner", "list", "", [("", "nobody yet"), *names]),
                Field("why_critical", "Why it is critical"),
                Field(
                    "inherits", "Takes over from", hint="Shared services, parted by semicolons."
                ),
            ],
            "Add",
            "Add a system",
            is_folded=True,
        ),
    ]
    return Screen("People and systems", blocks, "cyberassess people")


def _questionnaires(room: Room, names: list[tuple[str, str]]) -> Iterator[Block]:
    yield Heading("Questionnaires")
    yield Form(
        "send",
        [Field("who", "To", "list", "", [("", "everybody"), *names])],
        "Write the questionnaires",
        text="A workbook for each, and an e-mail to send it with; or let them answer here, under "
        "Answer.",
    )
    yield Form("remind", [], "Write reminders", text="To whoever is late, or has not said all.")
    letters = room.assessment.workspace.letters
    drafts = by_name(letters.glob("*.eml"))
    if drafts:
        yield Heading("E-mails to send, each a draft for your e-mail program")
        path = letters.relative_to(room.folder).as_posix()
        yield Items([(_copy(each.stem, f"{path}/{each.name}"),) for each in drafts])
    yield from files_of(Pages(status_of(room.assessment)).start(), "Questionnaires sent")


def _copy(title: str, path: str) -> Link:
    return Link(title, f"file?path={quote(os.fsencode(path), safe='')}")


def _in_words(room: Room, asks: str) -> str:
    """Say what somebody is asked with the titles of places, a line each."""
    title_of = room.assessment.contents.settings.title_of
    in_words = re.sub(r"\s*@([\w-]+)", lambda found: f" in {title_of(found[1])}", asks)
    return in_words.replace("; ", "\n")


def _places(room: Room) -> list[tuple[str, str]]:
    scopes = room.assessment.contents.settings.all_scopes
    return [("", "everything"), *((str(each.id), each.title) for each in scopes)]


def _person(room: Room) -> list[Field]:
    roles = [("", "all of it"), *((each, each.replace("-", " ")) for each in OWNER_ROLES)]
    return [
        Field("name", "Name"),
        Field("email", "E-mail", "email"),
        Field("place", "Asked about", "list", "", _places(room)),
        Field("role", "Of it", "list", "", roles, hint="What this role answers for."),
    ]


def send_questions(room: Room, sent: Sent) -> Iterator[str]:
    """Write questionnaires."""
    for each in send(room.folder, to=[sent["who"]] if sent["who"] else [], by=sent.by):
        questions = counted(each.questions, "question")
        yield f"{each.person.name}: {questions}, about {each.minutes} minutes. {each.path.name}"
    yield "The e-mails below have them attached. What comes back is dropped under Receive."


def remind(room: Room, _: Sent) -> Iterator[str]:
    """Write a reminder to everybody who is late or incomplete."""
    late = [each for each in chase(room.folder)[0] if each.file]
    if not late:
        yield "Nobody who was sent questions is late, and nothing is missing."
    for each in late:
        yield f"{each.person.name}: {each.missing:,} of {each.of:,} unanswered, {each.state}."


def add_somebody(room: Room, sent: Sent) -> Iterator[str]:
    """Add somebody who answers."""
    if not sent["name"]:
        raise AssessmentError.because("no-name", "", "No name was given.", "Give a name.")
    text = f"{sent['name']} <{sent['email']}>" if sent["email"] else sent["name"]
    text += f":{sent['role']}" if sent["role"] else ""
    text += f"@{sent['place']}" if sent["place"] else ""
    found = add_person(room.folder, text, by=sent.by)
    yield f"{found.person.name} is asked from now on."
    yield from map(said_on_screen, found.problems)


def hand_on(room: Room, sent: Sent) -> Iterator[str]:
    """Hand questions to somebody else."""
    found = hand_over(
        room.folder,
        parts_of(sent["names"]),
        giver=sent["giver"],
        taker=sent["taker"],
        scope=sent["place"] or None,
        reason=sent["reason"],
        by=sent.by,
    )
    handed = counted(len(found.outcomes), "outcome")
    yield f"{found.taker.name} is asked about {handed} of {found.giver.name}."


def add_scope(room: Room, sent: Sent) -> Iterator[str]:
    """Add a system."""
    facts = {each: sent[each] for each in ("owner", "why_critical") if sent[each]}
    made = add_system(
        room.folder,
        sent["title"],
        kind=sent["kind"] or "system",
        facts=facts,
        inherits=parts_of(sent["inherits"]),
        by=sent.by,
    )
    yield f"{made.title} is assessed from now on."
