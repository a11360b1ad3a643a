"""The screens with forms, and what each form calls: one verb of a step."""

import hashlib
import json
import multiprocessing
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cyberassess.disk.files import joined, temporary_folder
from cyberassess.domain.calendar_words import said_date
from cyberassess.domain.people.questions import OfferKind, make_ref
from cyberassess.domain.record.plan import Action, Progress, actions_of
from cyberassess.errors import AssessmentError, counted
from cyberassess.opening.years import ways_to
from cyberassess.screen.blocks import (
    Block,
    Cell,
    Field,
    Folded,
    Form,
    Heading,
    Items,
    Link,
    Links,
    Part,
    Screen,
    Table,
    Text,
    to,
)
from cyberassess.screen.looking import KINDS, files_of, printed, when
from cyberassess.screen.web import Query, Room, Sent, said_on_screen
from cyberassess.steps.confirm.beside import known_of
from cyberassess.steps.confirm.confirming import (
    confirm_offered,
    confirm_undisputed,
    waiting_offers,
)
from cyberassess.steps.confirm.deciding import decide
from cyberassess.steps.confirm.waiting import Kind, Waiting, waiting
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
from cyberassess.steps.standing.standing import status_of
from cyberassess.steps.standing.start import Pages

A_PAGE = 20
"""So many things that wait stand on one page."""
OFFERS = {Kind.INHERITED: OfferKind.INHERITED, Kind.EARLIER: OfferKind.EARLIER}


# What waits


def waits(room: Room, query: Query) -> Screen:
    """Show the rows of the decisions workbook, each with its form."""
    settings, found = room.assessment.contents.settings, waiting(room.assessment)
    counts = Counter(each.kind for each in found)
    chosen = query.get("kind") or next((e.value for e in Kind if counts[e]), Kind.CONFLICT.value)
    rows = [each for each in found if each.kind.value == chosen]
    titles = {kind.value: f"{kind.value}: {counts[kind]}" for kind in Kind if counts[kind]}
    links = [to("waiting", title, kind=kind) for kind, title in titles.items()]
    blocks: list[Block] = []
    if links:
        blocks.append(Links(links, "What waits", titles.get(chosen, "")))
    else:
        blocks.append(Text("Nothing waits for a decision."))
    if not room.read_only:
        blocks += _together(room, chosen)
    places = Counter(each.outcome.scope for each in rows)
    place = query.get("place", "")
    if len(rows) > A_PAGE and len(places) > 1:
        named = {e: f"{settings.title_of(e)}: {count}" for e, count in places.items()}
        everywhere = f"Everywhere: {len(rows)}"
        several = [
            to("waiting", everywhere, kind=chosen),
            *(to("waiting", title, kind=chosen, place=e) for e, title in named.items()),
        ]
        current = next((title for e, title in named.items() if e == place), everywhere)
        blocks.append(Links(several, "Where", current))
        rows = [each for each in rows if place in {"", each.outcome.scope}]
    blocks += _a_page(room, rows, query)
    return Screen("Waiting for a decision", blocks, "cyberassess decisions")


def _a_page(room: Room, rows: list[Waiting], query: Query) -> Iterator[Block]:
    pages = Pages(status_of(room.assessment))
    ways = ways_to(room.assessment, room.assessment.previous)
    start = int(query["from"]) if query.get("from", "").isdecimal() else 0
    for each in rows[start : start + A_PAGE]:
        known = known_of(room.assessment, each.outcome, ways)
        yield _decision(each, pages.page_of(each.outcome), known)
    asked = {name: query[name] for name in ("kind", "place") if query.get(name)}
    ends = ((start - A_PAGE, "Before"), (start + A_PAGE, "More"))
    links = [
        to("waiting", f"{title}, from {at + 1} of {len(rows)}", **asked, **{"from": str(at)})
        for at, title in ends
        if 0 <= at < len(rows)
    ]
    if links:
        yield Links(links, "Pages")


def _together(room: Room, kind: str) -> Iterator[Form]:
    """Offer to decide at once what nobody disputes."""
    basis = Field("basis", "", "hidden", _basis(room))
    if kind == Kind.DETERMINATION.value:
        count = len(confirm_undisputed(room.folder, dry_run=True).confirmed)
        text = (
            "Their answers are complete, nobody differs, and where something is claimed, evidence "
            "in date stands behind it. Each is confirmed as the rule says."
        )
        title = f"{counted(count, 'result')} that nobody disputes"
        if count:
            yield Form("confirm", [basis], "Confirm them", title, text)
    for each, offers in OFFERS.items():
        count = len(waiting_offers(room.assessment, offers)) if each.value == kind else 0
        if count:
            hidden = [basis, Field("offers", "", "hidden", offers.value)]
            title = f"{counted(count, 'answer')} that nobody here has given otherwise"
            text = "Do so only where you know that it holds here. Each is a record of its own."
            yield Form("take over", hidden, "Take them all over", title, text, is_folded=True)


def _basis(room: Room) -> str:
    """Give what stands for all that was known when a page was made."""
    known = (*room.assessment.state.heads, room.assessment.contents.sha256)
    return hashlib.sha256(" ".join(known).encode()).hexdigest()


def _need_basis(room: Room, sent: Sent) -> None:
    if sent["basis"] != _basis(room):
        raise AssessmentError.because(
            "stale",
            "",
            "Somebody wrote to the assessment since the page was made.",
            "What waits may be another now, so look at it again. Nothing was changed.",
        )


def _decision(each: Waiting, page: str, known: str) -> Form:
    fields = [
        Field("ref", "", "hidden", each.ref),
        Field("basis", "", "hidden", json.dumps(each.basis)),
        Field("", "What is known", "folded", hint=known),
        Field("", "Everything about it", "link", f"outcome?page={page}"),
    ]
    place, _, statement = each.subject.partition("\n")
    since = f"\nIt waits since {said_date(each.since)}." if each.since else ""
    text = f"{place}\n{each.now}{since}" if statement else f"{each.now}{since}"
    if each.kind is Kind.GAP:
        about = Field("outcome", "", "hidden", each.ref.partition(" ")[0])
        fields += [about, *_action_fields()]
        return Form("add action", fields, "Plan it", statement or place, text, each.ref)
    reason = Field("reason", "Reason")
    if each.choices:
        choices = [(choice, choice) for choice in each.choices]
        fields.append(Field("decision", "Your decision", "choice", "", choices, fields=[reason]))
    else:
        fields.append(reason)
    return Form("decide", fields, "Record", statement or place, text, each.ref)


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
    yield from map(said_on_screen, found.problems)


def confirm_all(room: Room, sent: Sent) -> Iterator[str]:
    """Confirm what nobody disputes."""
    _need_basis(room, sent)
    found = confirm_undisputed(room.folder, by=sent.by)
    yield f"Confirmed {counted(len(found.confirmed), 'result')}."
    if found.held_back:
        yield f"{counted(len(found.held_back), 'result')} wait for you, one by one."


def take_over(room: Room, sent: Sent) -> Iterator[str]:
    """Take over what is offered and nobody has answered otherwise."""
    _need_basis(room, sent)
    count = confirm_offered(room.folder, OfferKind(sent["offers"]), by=sent.by)
    yield f"Took over {counted(count, 'answer')}, each on its own."


# What comes in


def kept(sent: Sent, folder: Path) -> list[Path]:
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
        for each in receive(room.folder, kept(sent, scratch), by=sent.by):
            yield "\n".join(received_lines(each))
            yield from map(said_on_screen, each.problems)


# The plan


def plan(room: Room, query: Query) -> Screen:
    """Show every finding with what will be done, and the form that says it."""
    assessment, steps = room.assessment, path_to_target(room.assessment)
    pages = Pages(status_of(assessment))
    places: dict[str, list[tuple[Cell, ...]]] = {}
    outcomes: dict[str, str] = {}
    for step in steps:
        score = step.finding.score
        key = score.key
        ref = make_ref(key.outcome, key.scope, pages.numbers[key.framework])
        outcomes[ref] = f"{key.outcome} {score.asked.outcome.title}"
        planned: list[Part] = []
        for each in step.actions:
            title = f"{each.ref} {each.title}"
            link = to("plan", title, action=each.ref)
            planned += [title if room.read_only else link, _facts(room, each)]
        way, another = in_the_way(step), to("plan", "Plan an action", outcome=ref)
        place = assessment.contents.settings.title_of(key.scope)
        places.setdefault(place, []).append(
            (
                Link(outcomes[ref], f"outcome?page={pages.page_of(key)}"),
                now_and_target(step),
                Folded(counted(len(way.splitlines()), "statement"), way),
                tuple(planned) if room.read_only else (*planned, another),
            )
        )
    blocks: list[Block] = list(_plan_form(query, outcomes, [a for s in steps for a in s.actions]))
    headings = ("Outcome", "Now", "In the way", "What will be done")
    for place, rows in places.items():
        blocks += [Heading(place), Table(headings, rows)]
    return Screen("Plan", blocks or [Text("Everything meets its target.")], "cyberassess plan")


def _facts(room: Room, action: Action) -> str:
    who = room.assessment.name_of(action.owner) if action.owner else "nobody"
    return f"{who}, {when(action.due) or 'no date'}, {action.progress.value}"


def _action_fields() -> list[Field]:
    return [
        Field("title", "What will be done"),
        Field("owner", "Who"),
        Field("due", "By when", "date"),
        Field("cost", "Cost in pounds"),
    ]


def _plan_form(
    query: Query, outcomes: Mapping[str, str], actions: Sequence[Action]
) -> Iterator[Form]:
    """Give the form for what was chosen in the table."""
    chosen = next((each for each in actions if each.ref == query.get("action")), None)
    if query.get("outcome") in outcomes:
        fields = [Field("outcome", "", "hidden", query["outcome"]), *_action_fields()]
        yield Form("add action", fields, "Plan it", f"Plan for {outcomes[query['outcome']]}")
    elif chosen is not None:
        states, shown = [(each.value, each.value) for each in Progress], _shown(chosen)
        fields = [
            Field("ref", "", "hidden", chosen.ref),
            *(Field(f"was {name}", "", "was", value) for name, value in shown.items()),
            Field("status", "State", "choice", shown["status"], states),
            Field("owner", "Who, if another"),
            Field("due", "By when", "date", shown["due"]),
            Field("cost", "Cost in pounds"),
            Field("reason", "Reason", hint="Why, where it is dropped."),
        ]
        title = f"{chosen.ref} {chosen.title}"
        yield Form("set action", fields, "Change it", title, "What is left empty stays as it is.")


def _shown(action: Action) -> dict[str, str]:
    """Give what the form of an action shows: who left it so said nothing of it."""
    due = action.due.isoformat() if action.due else ""
    return {"status": action.progress.value, "due": due}


def plan_action(room: Room, sent: Sent) -> Iterator[str]:
    """Record an action."""
    facts = {each: sent[each] for each in ("title", "owner", "due", "cost") if sent[each]}
    made = add_action(room.folder, sent["outcome"], Wanted(**facts), by=sent.by)
    yield f"{made.ref}: {made.title}"


def change_action(room: Room, sent: Sent) -> Iterator[str]:
    """Change an action."""
    names = ("owner", "due", "cost", "status", "reason")
    facts = {each: sent[each] for each in names if sent[each] not in {"", sent[f"was {each}"]}}
    actions = (each for each in actions_of(room.assessment.state) if each.ref == sent["ref"])
    for name, now in (pair for each in actions for pair in _shown(each).items()):
        if name in facts and now not in {"", facts[name], sent[f"was {name}"]}:
            label, said = ("By when", said_date(now)) if name == "due" else ("State", now)
            yield f"{label} had been changed meanwhile: {said}. What you said now counts."
    made = set_action(room.folder, sent["ref"], Wanted(**facts), by=sent.by)
    yield f"{made.ref}: {made.title}, {made.progress.value}"


# Reports


def reports(room: Room, _: Query) -> Screen:
    """Show what may be printed, and where sign-off stands."""
    found = signed(room.folder)
    rows = [
        (title, text, to("preview", f"Look at the {title.lower()}", kind=kind))
        for kind, (title, text) in KINDS.items()
    ]
    open_ones = [(str(each),) for each in found.open]
    listed = [(kind, title) for kind, (title, _) in KINDS.items()]
    blocks: list[Block] = [
        Table(("Report", "What stands in it", "As it would be printed now"), rows),
        Form(
            "print",
            [Field("kind", "Report", "list", "board", listed)],
            "Print it as a PDF",
            "Print",
        ),
        *files_of(Pages(status_of(room.assessment)).start(), "Reports and packs"),
        Heading("Sign-off"),
        *(
            Text(f"Version {e.version}: {e.name}, {e.role}, {said_date(e.time[:10])}")
            for e in found.approvals
        ),
    ]
    if found.version.is_draft:
        blocks += _approval(open_ones, _basis(room))
    return Screen("Reports", blocks, "cyberassess report board")


def _approval(open_ones: list[tuple[str]], basis: str) -> Iterator[Block]:
    if open_ones:
        yield Text("Open in the present state:")
        yield Items(open_ones)
    although = [
        Field("as_it_stands", "Approve it although this is open", "check"),
        Field("reason", "Why"),
    ]
    fields = [Field("basis", "", "hidden", basis), Field("name", "Name")]
    fields.append(Field("role", "Role", hint="Such as SIRO"))
    yield Form(
        "approve",
        [*fields, *(although if open_ones else [])],
        "Approve",
        "Approve the present state",
        "Whoever signs it off is named on every document.",
    )


def print_report(room: Room, sent: Sent) -> Iterator[str]:
    """Print a report."""
    # NOTE: what lays out pages takes memory that would not be given back
    alone = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, alone) as child:
        made = child.submit(printed, room.folder, sent["kind"], WantedReport()).result()
    yield f"Written: {made.path.relative_to(room.folder).as_posix()} ({made.status})"
    yield from filter(None, [made.reason])
    yield from map(said_on_screen, made.notes)


def approve_report(room: Room, sent: Sent) -> Iterator[str]:
    """Sign off the present state, as the page showed it."""
    _need_basis(room, sent)
    found = approve(
        room.folder,
        name=sent["name"],
        role=sent["role"],
        as_it_stands=sent["as_it_stands"] == "yes",
        reason=sent["reason"],
    )
    yield f"Approved: version {found.approvals[-1].version}."
