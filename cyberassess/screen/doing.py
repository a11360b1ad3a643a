"""The screens with forms, and what each form calls: one verb of a step."""

import json
from collections.abc import Iterator
from pathlib import Path

from cyberassess.disk.files import joined, temporary_folder
from cyberassess.domain.record.evidence import Facts
from cyberassess.domain.record.plan import Progress
from cyberassess.errors import AssessmentError, Problem, counted
from cyberassess.screen.blocks import (
    Block,
    Field,
    Form,
    Heading,
    Items,
    Link,
    Screen,
    Table,
    Text,
    to,
)
from cyberassess.screen.looking import KINDS, files_of, printed, when
from cyberassess.screen.web import Query, Room, Sent
from cyberassess.steps.begin.next_settings import Changes
from cyberassess.steps.begin.rolling_over import roll_over
from cyberassess.steps.begin.setup import NewAssessment, available, new
from cyberassess.steps.begin.words import rolled_over_lines
from cyberassess.steps.confirm.deciding import decide
from cyberassess.steps.confirm.waiting import Kind, Waiting, waiting
from cyberassess.steps.evidence.evidencing import add, link, wanted
from cyberassess.steps.evidence.words import added_lines, linked_lines
from cyberassess.steps.people.people import add_person, hand_over, people
from cyberassess.steps.people.systems import add_system, systems
from cyberassess.steps.plan.planning import (
    Wanted,
    add_action,
    in_the_way,
    now_and_target,
    path_to_target,
    set_action,
)
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.receive.words import received_lines
from cyberassess.steps.report.approving import approve, signed
from cyberassess.steps.report.printing import Wanted as WantedReport
from cyberassess.steps.send.sending import send
from cyberassess.steps.send.words import sent_lines
from cyberassess.steps.standing.standing import status_of
from cyberassess.steps.standing.start import Pages

A_PAGE = 20
"""So many things that wait stand on one page."""


def _lines(problems: "list[Problem] | tuple[Problem, ...]") -> Iterator[str]:
    yield from map(str, problems)


# What waits


def waits(room: Room, query: Query) -> Screen:
    """Show the rows of the decisions workbook, each with its form."""
    found = waiting(room.assessment)
    counts = {kind: sum(each.kind is kind for each in found) for kind in Kind}
    chosen = query.get("kind") or next((e.value for e in Kind if counts[e]), Kind.CONFLICT.value)
    start = int(query["from"]) if query.get("from", "").isdigit() else 0
    rows = [each for each in found if each.kind.value == chosen]
    links = [
        (to("waiting", f"{kind.value}: {count}", kind=kind.value),)
        for kind, count in counts.items()
        if count
    ]
    blocks: list[Block] = [Items(links) if links else Text("Nothing waits for a decision.")]
    if rows:
        blocks.append(Heading(f"{chosen}, {start + 1} to {min(start + A_PAGE, len(rows))}"))
    blocks += map(_decision, rows[start : start + A_PAGE])
    if start + A_PAGE < len(rows):
        blocks.append(
            Items([(to("waiting", "More", kind=chosen, **{"from": str(start + A_PAGE)}),)])
        )
    return Screen("Waiting for a decision", blocks, "cyberassess decisions")


def _decision(each: Waiting) -> Form:
    fields = [
        Field("ref", "", "hidden", each.ref),
        Field("basis", "", "hidden", json.dumps(each.basis)),
    ]
    if each.choices:
        choices = [(choice, choice) for choice in each.choices]
        fields.append(Field("decision", "Your decision", "choice", "", choices))
    fields.append(Field("reason", f"Reason for {each.ref}"))
    return Form("decide", fields, f"Record {each.ref}", each.subject, each.now, each.ref)


def decide_one(room: Room, sent: Sent) -> Iterator[str]:
    """Record one decision."""
    try:
        basis = [str(each) for each in json.loads(sent["basis"])]
    except (ValueError, TypeError):
        basis = []
    found = decide(
        room.folder,
        sent["ref"],
        basis=basis,
        decision=sent["decision"],
        reason=sent["reason"],
        by=sent.by,
    )
    yield f"Recorded: {', '.join(found.changed)}" if found.stored else f"{sent['ref']}: unchanged."
    yield from _lines(found.problems)


# What comes in


def _kept(sent: Sent, folder: Path) -> list[Path]:
    """Put dropped files where verbs read them, by their names alone."""
    paths = []
    for number, each in enumerate(sent.files):
        place = folder / str(number)
        place.mkdir()
        path = joined(place, (each.filename or "").replace("\\", "/").rpartition("/")[2])
        each.save(path)
        paths.append(path)
    if not paths:
        raise AssessmentError.because("no-file", "", "No file was chosen.", "Choose at least one.")
    return paths


def receiving(_: Room, __: Query) -> Screen:
    """Take in workbooks that came back."""
    text = "Questionnaires, decisions, a review, a plan, people or systems, as they came back."
    form = Form("receive", [Field("files", "Files", "file")], "Receive", text=text)
    return Screen("Receive", [form], "cyberassess receive FILE")


def receive_files(room: Room, sent: Sent) -> Iterator[str]:
    """Take them in."""
    with temporary_folder() as scratch:
        for each in receive(room.folder, _kept(sent, scratch), by=sent.by):
            yield "\n".join(received_lines(each))
            yield from _lines(each.problems)


def evidence(room: Room, _: Query) -> Screen:
    """Show the register, what is wanted, and where files are dropped."""
    register, on = room.assessment.evidence, room.assessment.on
    rows = [
        (
            Link(f"{e.reference} {e.facts.title}", f"file?path={e.stored}")
            if e.stored
            else f"{e.reference} {e.facts.title}",
            e.facts.shows,
            "; ".join(mark.value for mark in e.marks(on, room.assessment.opened)),
        )
        for e in register.items
    ]
    asked = [(e.text, e.person, ", ".join(e.outcomes)) for e in wanted(room.assessment)]
    supports = Field(
        "supports", "Supports", hint="Outcomes, parted by semicolons: B2.c/housing, page 4; A1.a"
    )
    blocks: list[Block] = [
        Table(("Document", "Shows", "To know"), rows) if rows else Text("Nothing is registered."),
        Form(
            "add evidence",
            [
                Field("files", "Files", "file"),
                Field("title", "Title", hint="The file's name where it is empty."),
                Field("shows", "What it shows"),
                Field("dated", "Date of the document", "date"),
                Field("owner", "Owner"),
                supports,
            ],
            "Add",
            "Add documents",
        ),
        Form(
            "link evidence",
            [Field("item", "Document", hint="EV-001"), supports],
            "Link",
            "Link a document with outcomes",
        ),
    ]
    if asked:
        blocks += [Heading("Documents to ask for"), Table(("Document", "Named by", "For"), asked)]
    return Screen("Evidence", blocks, "cyberassess evidence list")


def _parts(text: str) -> list[str]:
    return [each.strip() for each in text.split(";") if each.strip()]


def add_files(room: Room, sent: Sent) -> Iterator[str]:
    """Record dropped files as evidence."""
    facts = Facts(
        title=sent["title"], shows=sent["shows"], dated=sent["dated"], owner=sent["owner"]
    )
    with temporary_folder() as scratch:
        paths = _kept(sent, scratch)
        yield from added_lines(
            add(room.folder, paths, facts, supports=_parts(sent["supports"]), by=sent.by)
        )


def link_item(room: Room, sent: Sent) -> Iterator[str]:
    """Link a document with outcomes."""
    item, count = link(room.folder, sent["item"], _parts(sent["supports"]), by=sent.by)
    yield from linked_lines(item, count)


# The plan


def plan(room: Room, _: Query) -> Screen:
    """Show every finding with what will be done, and the forms that say it."""
    pages = Pages(status_of(room.assessment))
    steps = path_to_target(room.assessment)
    rows, open_ones, actions = [], [], []
    for step in steps:
        score = step.finding.score
        ref = f"{score.key.outcome}/{score.key.scope}"
        name = f"{ref} {score.asked.outcome.title}"
        open_ones.append((ref, name))
        planned = [
            f"{a.ref} {a.title}, {room.assessment.name_of(a.owner) or 'nobody'}, "
            f"{when(a.due) or 'no date'}, {a.progress.value}"
            for a in step.actions
        ]
        actions += [(a.ref, f"{a.ref} {a.title}") for a in step.actions]
        rows.append(
            (
                Link(name, f"outcome?page={pages.page_of(score.key)}"),
                now_and_target(step),
                in_the_way(step),
                "\n".join(planned) or "nothing planned",
            )
        )
    headings = ("Outcome", "Now", "In the way", "What will be done")
    blocks: list[Block] = [Table(headings, rows) if rows else Text("Everything meets its target.")]
    facts = [
        Field("owner", "Who"),
        Field("due", "By when", "date"),
        Field("cost", "Cost in pounds"),
    ]
    if open_ones:
        fields = [
            Field("outcome", "Outcome", "list", "", open_ones),
            Field("title", "What"),
            *facts,
        ]
        blocks.append(Form("add action", fields, "Plan it", "Plan an action"))
    if actions:
        states = [("", "as it is"), *((each.value, each.value) for each in Progress)]
        fields = [
            Field("ref", "Action", "list", "", list(dict.fromkeys(actions))),
            Field("status", "State", "list", "", states),
            *facts,
            Field("reason", "Reason", hint="Why it was dropped."),
        ]
        blocks.append(
            Form(
                "set action", fields, "Change it", "Change an action", "What is left empty stays."
            )
        )
    return Screen("Plan", blocks, "cyberassess plan")


def plan_action(room: Room, sent: Sent) -> Iterator[str]:
    """Record an action."""
    facts = {each: sent[each] for each in ("title", "owner", "due", "cost") if sent[each]}
    made = add_action(room.folder, sent["outcome"], Wanted(**facts), by=sent.by)
    yield f"{made.ref}: {made.title}"


def change_action(room: Room, sent: Sent) -> Iterator[str]:
    """Change an action."""
    names = ("owner", "due", "cost", "status", "reason")
    facts = {each: sent[each] for each in names if sent[each]}
    made = set_action(room.folder, sent["ref"], Wanted(**facts), by=sent.by)
    yield f"{made.ref}: {made.title}, {made.progress.value}"


# People and systems


def people_and_systems(room: Room, _: Query) -> Screen:
    """Show who is asked what, and every system."""
    rows = [
        (to("ask", e.name, person=e.name), e.role, e.asks, str(e.questions))
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
        Form(
            "send",
            [Field("who", "To", "list", "", [("", "everybody"), *names])],
            "Write the questionnaires",
            "Send the questions",
        ),
        Form(
            "add person",
            [Field("text", "Name and address", hint="NAME <EMAIL>[:ROLE,…[@SCOPE]]")],
            "Add",
            "Add somebody",
        ),
        Form(
            "hand over",
            [
                Field("names", "Outcomes", hint="Parted by semicolons; everything if empty."),
                Field("giver", "From", "list", "", names),
                Field("taker", "To", "list", "", names),
                Field("reason", "Reason"),
            ],
            "Hand over",
            "Hand questions over",
        ),
        Heading("Systems"),
        Table(("System", "Kind", "Owner", "Takes over from"), places) if places else Text("None."),
        Form(
            "add system",
            [
                Field("title", "Name of the system"),
                Field("kind", "Kind", "list", "system", kinds),
                Field("owner", "Owner"),
                Field("why_critical", "Why it is critical"),
                Field(
                    "inherits", "Takes over from", hint="Shared services, parted by semicolons."
                ),
            ],
            "Add",
            "Add a system",
        ),
    ]
    return Screen("People and systems", blocks, "cyberassess people")


def send_questions(room: Room, sent: Sent) -> Iterator[str]:
    """Write questionnaires."""
    to_whom = [sent["who"]] if sent["who"] else []
    yield from sent_lines(send(room.folder, to=to_whom, by=sent.by))


def add_somebody(room: Room, sent: Sent) -> Iterator[str]:
    """Add somebody who answers."""
    found = add_person(room.folder, sent["text"], by=sent.by)
    yield f"{found.person.name} is asked from now on."
    yield from _lines(found.problems)


def hand_on(room: Room, sent: Sent) -> Iterator[str]:
    """Hand questions to somebody else."""
    found = hand_over(
        room.folder,
        _parts(sent["names"]),
        giver=sent["giver"],
        taker=sent["taker"],
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
        inherits=_parts(sent["inherits"]),
        by=sent.by,
    )
    yield f"{made.title} is assessed from now on."


# Reports


def reports(room: Room, _: Query) -> Screen:
    """Show what may be printed, and where sign-off stands."""
    found = signed(room.folder)
    rows = [
        (title, to("preview", f"Look at the {title.lower()}", kind=kind))
        for kind, title in KINDS.items()
    ]
    open_ones = [(str(each),) for each in found.open]
    blocks: list[Block] = [
        Table(("Report", "As it would be printed"), rows),
        Form(
            "print",
            [Field("kind", "Report", "list", "board", list(KINDS.items()))],
            "Print it as a PDF",
            "Print",
        ),
        *files_of(Pages(status_of(room.assessment)).start(), "Reports and packs"),
        Heading("Open in the present state"),
        Items(open_ones) if open_ones else Text("Nothing is open."),
        Form(
            "approve",
            [
                Field("name", "Name"),
                Field("role", "Role"),
                Field("as_it_stands", "Although something is open", "check"),
                Field("reason", "Why, where something is open"),
            ],
            "Approve",
            "Approve the present state",
        ),
        *(Text(f"Version {e.version}: {e.name}, {e.role}", "quiet") for e in found.approvals),
    ]
    return Screen("Reports", blocks, "cyberassess report board")


def print_report(room: Room, sent: Sent) -> Iterator[str]:
    """Print a report."""
    made = printed(room.folder, sent["kind"], WantedReport())
    yield f"Written: {made.path.relative_to(room.folder).as_posix()} ({made.status})"
    yield from filter(None, [made.reason])
    yield from _lines(made.notes)


def approve_report(room: Room, sent: Sent) -> Iterator[str]:
    """Sign off the present state."""
    found = approve(
        room.folder,
        name=sent["name"],
        role=sent["role"],
        as_it_stands=sent["as_it_stands"] == "yes",
        reason=sent["reason"],
    )
    yield f"Approved: version {found.approvals[-1].version}."


# From nothing


def begin(room: Room, _: Query) -> Screen:
    """Ask what a new assessment needs, or where last year's lies."""
    if room.is_begun:
        raise AssessmentError.because("begun", "", "There is an assessment here already.")
    sets, targets = available()
    blocks: list[Block] = [
        Text(f"There is no assessment yet. It will lie in {room.folder.absolute()}."),
        Form(
            "new",
            [
                Field("organisation", "Organisation"),
                Field("period", "Period", hint="2026"),
                Field("framework", "Control set", "list", "", [(e, e) for e in sets]),
                Field("profile", "Target", "list", "", [(e, e) for e in targets]),
                Field("officer", "You", hint="NAME <EMAIL>"),
                Field("systems", "Critical systems", hint="Parted by semicolons; none is fine."),
                Field("due", "Answers wanted by", "date"),
            ],
            "Begin",
            "Begin a new one",
        ),
        Form(
            "roll over",
            [
                Field("last", "Last year's folder or pack"),
                Field("period", "Period", hint="The year after if empty."),
            ],
            "Go on from last year",
            "Go on from last year",
        ),
    ]
    return Screen("Begin", blocks, f"cyberassess new {room.folder.name}")


def make_new(room: Room, sent: Sent) -> Iterator[str]:
    """Begin an assessment."""
    told = NewAssessment(
        sent["organisation"],
        sent["period"],
        (sent["framework"],),
        (sent["profile"],),
        systems=tuple(_parts(sent["systems"])),
        officer=sent["officer"],
        due=sent["due"],
    )
    made = new(room.folder, told)
    yield f"Begun for {told.organisation}, {told.period}."
    yield from made.notes


def make_next(room: Room, sent: Sent) -> Iterator[str]:
    """Begin from last year's."""
    last = Path(sent["last"])
    found = roll_over(room.folder, last, Changes(period=sent["period"]))
    yield "\n".join(rolled_over_lines(found, dry_run=False))
