"""Beginning an assessment: a few pages of questions, and nothing is made before the last.

What was typed travels in the address from page to page, so that nothing is kept here and nothing
is lost on the way back.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from werkzeug.wrappers import Response

from cyberassess.disk.files import by_name
from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.assessment import NO_PROFILE
from cyberassess.domain.calendar_words import said_date
from cyberassess.errors import AssessmentError, CyberassessError, counted
from cyberassess.opening.names import typed_date
from cyberassess.screen.blocks import Block, Field, Form, Items, Screen, Text, to
from cyberassess.screen.gathering import parts_of
from cyberassess.screen.web import Query, Room, Sent, said_on_screen
from cyberassess.steps.begin.next_settings import Changes
from cyberassess.steps.begin.rolling_over import roll_over
from cyberassess.steps.begin.setup import NewAssessment, new, refuse_full, settings_for
from cyberassess.steps.begin.words import rolled_over_lines
from cyberassess.steps.sets.content import framework_list

Given = Mapping[str, str]
ELSEWHERE = (
    "To look at one that is somewhere else, drop its folder onto the program (Windows), or give: "
    "cyberassess open FOLDER. An example to look at first: cyberassess demo."
)


@dataclass(frozen=True, slots=True)
class Page:
    """One of the pages."""

    title: str
    fields: Callable[[Room, Given], Sequence[Field]]
    needs: Mapping[str, str] = field(default_factory=dict)
    """What must be given, in words, by the name of its field; by several where one is enough."""
    text: str = ""


def _only(*fields: Field) -> Callable[[Room, Given], Sequence[Field]]:
    return lambda _, __: fields


def begin(room: Room, query: Query) -> Screen | Response:
    """Ask the next thing, or say what will be made."""
    if room.is_begun:
        return Response(status=303, headers={"Location": "start"})
    refuse_full(room.folder)
    way = WAYS.get(query.get("way", ""))
    if way is None:
        ways = [(to("new", each.title, way=name),) for name, each in WAYS.items()]
        place = f"There is no assessment yet. It will lie in {room.folder.absolute()}."
        text = f"{place} What is asked now takes two minutes."
        blocks: list[Block] = [Text(text), Items(ways), Text(ELSEWHERE, "quiet")]
        return Screen("Begin", blocks, f"cyberassess new {room.folder.name}")
    return _asked(room, query, way)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to begin."""

    title: str
    pages: tuple[Page, ...]
    last: Callable[[Room, Given], Iterator[str]]
    """Says what will be made; nothing is."""
    do: str
    command: str


def _asked(room: Room, given: Given, way: Way) -> Screen:
    step = int(given["step"]) if given.get("step", "").isdecimal() else 0
    step, fault = min(step, len(way.pages)), ""
    for number, each in enumerate(way.pages[:step]):
        fault = _fault(given, each)
        if fault:
            step = number
            break
    typed = {key: value for key, value in given.items() if key not in {"step", "said"}}
    blocks: list[Block] = [Text(f"{way.title}, {step + 1} of {len(way.pages) + 1}", "quiet")]
    if fault:
        blocks.append(Text(fault, "below"))
    if step == len(way.pages):
        return Screen("This will be made", [*blocks, *_last(room, typed, way)], way.command)
    page = way.pages[step]
    fields = [_filled(each, given) for each in page.fields(room, given)]
    names = {each.name for one in fields for each in (one, *one.fields)}
    hidden = [Field(k, "", "hidden", v) for k, v in typed.items() if k not in names]
    form = Form("new", [*fields, *hidden], "Next", text=page.text, steps=(step + 1, step - 1))
    return Screen(page.title, [*blocks, form], way.command)


def _filled(one: Field, given: Given) -> Field:
    inner = tuple(_filled(each, given) for each in one.fields)
    return replace(one, value=given.get(one.name, ""), fields=inner)


def _fault(given: Given, page: Page) -> str:
    """Say what is missing on a page; empty where nothing is."""
    for names, what in page.needs.items():
        if not any(given.get(name, "").strip() for name in names.split()):
            return f"Give {what}."
    no_target = page.fields is _targets and given.get("profile") == NO_PROFILE
    return "Say why there is no target." if no_target and not given.get("why", "").strip() else ""


def _last(room: Room, typed: Given, way: Way) -> Iterator[Block]:
    hidden = [Field(key, "", "hidden", value) for key, value in typed.items()]
    before = len(way.pages) - 1
    try:
        yield Text("\n".join(way.last(room, typed)))
        yield Form(way.do, hidden, "Make it")
    except CyberassessError as cause:
        yield Text("\n".join(map(said_on_screen, cause.problems)), "below")
    yield Form("new", hidden, "Back", steps=(before, -1))


def _as_last_year(given: Given) -> Iterator[tuple[str, str]]:
    if given.get("way") == "next":
        yield "", "As last year"


def _sets(room: Room, given: Given) -> list[Field]:
    choices = list(_as_last_year(given))
    for each in framework_list(room.sets):
        framework = each.shelved.framework
        outcomes = counted(len(framework.assessed), "outcome")
        title = f"{framework.title} {framework.version}"
        about = " ".join(filter(None, [f"{framework.publisher}.", framework.notice]))
        choices.append((str(framework.ref), f"{title}: {outcomes}, {about}"))
    return [Field("framework", "Control set", "choice", choices=choices)]


def _targets(room: Room, given: Given) -> list[Field]:
    fitting = [
        name
        for each in framework_list(room.sets)
        if str(each.shelved.framework.ref) == given.get("framework")
        for name in each.profiles
    ]
    shelf = Shelf(room.sets, over_shipped=True)
    profiles = ((name, shelf.profile(name)[0]) for name in fitting)
    choices = list(_as_last_year(given))
    choices += [(name, f"{each.title} ({each.owner})") for name, each in profiles]
    choices.append((NO_PROFILE, "No target"))
    why = Field("why", "Why there is none")
    return [Field("profile", "Target", "choice", choices=choices, fields=[why])]


def _told(given: Given) -> NewAssessment:
    name, email = given.get("name", "").strip(), given.get("email", "").strip()
    return NewAssessment(
        given.get("organisation", ""),
        given.get("period", ""),
        (given.get("framework", ""),),
        (given.get("profile", ""),),
        no_profile_reason=given.get("why", ""),
        systems=tuple(parts_of(given.get("systems", ""))),
        officer=f"{name} <{email}>" if email else name,
        due=given.get("due", ""),
    )


def _what_is_new(room: Room, given: Given) -> Iterator[str]:
    told = _told(given)
    settings_for(told)
    yield f"An assessment of {told.organisation}, {told.period}, in the folder {room.folder.name}."
    yield f"Control set: {told.frameworks[0]}. Target: {told.profiles[0]}."
    yield f"Critical systems: {', '.join(told.systems) or 'none, so everything is answered once'}."
    yield f"Officer: {told.officer}, who is asked everything until others are added."
    if told.due:
        yield f"Answers are wanted by {said_date(typed_date(told.due, 'due'))}."


def _refuse_begun(room: Room) -> None:
    """See that nobody began one meanwhile, in another window or by a second click."""
    if room.is_begun:
        settings = room.assessment.contents.settings
        found = f"There is an assessment already: {settings.organisation}, {settings.period}."
        raise AssessmentError.because("begun", "", found, "It stands below. Nothing was changed.")


def make_new(room: Room, sent: Sent) -> Iterator[str]:
    """Begin an assessment."""
    _refuse_begun(room)
    told = _told(sent.values)
    made = new(room.folder, told)
    yield f"Begun for {told.organisation}, {told.period}."
    yield from made.notes


# From last year's


def _last_year(room: Room, _: Given) -> list[Field]:
    here, found = room.folder.absolute(), list[Path]()
    with contextlib.suppress(OSError):
        for each in by_name(here.parent.iterdir()):
            # NOTE: Path.is_file fails where it may not look
            if each != here and os.path.isfile(each / "assessment.yaml"):  # noqa: PTH113
                found.append(each)
    choices = [(str(each), each.name) for each in found]
    other = Field("path", "Another folder, or a pack")
    return [Field("last", "Last year's assessment", "choice", choices=choices, fields=[other])]


def _follows(given: Given) -> tuple[Path, Changes]:
    last = Path(given.get("path", "").strip() or given.get("last", ""))
    changes = Changes(
        period=given.get("period", "").strip(),
        due=given.get("due", ""),
        frameworks=tuple(parts_of(given.get("framework", ""))),
        profiles=tuple(parts_of(given.get("profile", ""))),
        no_profile_reason=given.get("why", ""),
        left=tuple(parts_of(given.get("left", ""))),
        ended=tuple(parts_of(given.get("ended", ""))),
        systems=tuple(parts_of(given.get("systems", ""))),
    )
    return last, changes


def _what_follows(room: Room, given: Given) -> Iterator[str]:
    found = roll_over(room.folder, *_follows(given), dry_run=True)
    yield from list(rolled_over_lines(found, dry_run=True))[:-1]


def make_next(room: Room, sent: Sent) -> Iterator[str]:
    """Begin from last year's."""
    _refuse_begun(room)
    found = roll_over(room.folder, *_follows(sent.values))
    yield f"Begun for {found.period}, after {found.before}."
    yield "Last year's answers stand beside the questions, and count once somebody confirms them."


SYSTEMS = Field("systems", "Systems, one a line", "area")
DUE = Field("due", "Answers wanted by", "date")
AFTER = "The year after last year's where it is empty."
LEFT = "One a line; behind an equals sign who takes over: Helen Stobart = Dev Malhotra"
EMPTY = "It can be left empty."
WAYS: Mapping[str, Way] = {
    "new": Way(
        "A new assessment",
        (
            Page(
                "Whose assessment is it?",
                _only(
                    Field("organisation", "Organisation"),
                    Field("period", "Period", hint="Such as 2026 or 2026/27"),
                ),
                {"organisation": "the organisation's name", "period": "a period"},
            ),
            Page("Which control set?", _sets, {"framework": "a control set"}),
            Page(
                "Which target?",
                _targets,
                {"profile": "a target"},
                "Who is measured wants to know against what: no target is ever assumed.",
            ),
            Page(
                "Who are you?",
                _only(Field("name", "Your name"), Field("email", "Your e-mail", "email")),
                {"name": "a name"},
                "You are the officer who runs the assessment; others are added later.",
            ),
            Page(
                "Which systems are critical?",
                _only(SYSTEMS),
                text="Those without which a service cannot be given. Some questions are asked of "
                "each; more can be added later, and none is fine.",
            ),
            Page("By when?", _only(DUE), text=EMPTY),
        ),
        _what_is_new,
        "new",
        "cyberassess new",
    ),
    "next": Way(
        "Go on from last year's",
        (
            Page("Where is last year's?", _last_year, {"last path": "last year's folder"}),
            Page("Which year is this?", _only(Field("period", "Period", hint=AFTER), DUE)),
            Page("Which control set?", _sets, text="A newer version, or one set more."),
            Page("Which target?", _targets),
            Page("Who left?", _only(Field("left", "Who left", "area", hint=LEFT)), text=EMPTY),
            Page(
                "Which systems ended, which came?",
                _only(Field("ended", "Systems that ended, one a line", "area"), SYSTEMS),
                text=EMPTY,
            ),
        ),
        _what_follows,
        "roll over",
        "cyberassess rollover",
    ),
}
"""The ways to begin, by their names in addresses."""
