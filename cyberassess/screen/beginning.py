"""Beginning an assessment: a few pages of questions, and nothing is made before the last.

What was typed travels in the address from page to page, so that nothing is kept here and nothing
is lost on the way back.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from cyberassess.disk.files import by_name
from cyberassess.disk.framework_yaml import Shelf
from cyberassess.domain.assessment import NO_PROFILE
from cyberassess.domain.calendar_words import said_date
from cyberassess.errors import CyberassessError, counted
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


@dataclass(frozen=True, slots=True)
class Page:
    """One of the pages."""

    title: str
    fields: Callable[[Room, Given], list[Field]]
    check: Callable[[Given], str] = lambda _: ""
    """Says what is missing or wrong, in words."""
    text: str = ""


def begin(room: Room, query: Query) -> Screen | Response:
    """Ask the next thing, or say what will be made."""
    if room.is_begun:
        said = urlencode({"said": query.get("said", "")})
        return Response(status=303, headers={"Location": f"start?{said}"})
    refuse_full(room.folder)
    way = WAYS.get(query.get("way", ""))
    if way is None:
        ways = [(to("new", each.title, way=name),) for name, each in WAYS.items()]
        text = "There is no assessment in this folder yet. What is asked now takes two minutes."
        return Screen("Begin", [Text(text), Items(ways)], f"cyberassess new {room.folder.name}")
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
    step = int(given["step"]) if given.get("step", "").isdigit() else 0
    step, fault = min(step, len(way.pages)), ""
    for number, each in enumerate(way.pages[:step]):
        fault = each.check(given)
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
    fields = page.fields(room, given)
    names = {each.name for field in fields for each in (field, *field.fields)}
    hidden = [Field(k, "", "hidden", v) for k, v in typed.items() if k not in names]
    form = Form("new", [*fields, *hidden], "Next", text=page.text, steps=(step + 1, step - 1))
    return Screen(page.title, [*blocks, form], way.command)


def _last(room: Room, typed: Given, way: Way) -> Iterator[Block]:
    hidden = [Field(key, "", "hidden", value) for key, value in typed.items()]
    before = len(way.pages) - 1
    try:
        yield Text("\n".join(way.last(room, typed)))
        yield Form(way.do, hidden, "Make it")
    except CyberassessError as cause:
        yield Text("\n".join(map(said_on_screen, cause.problems)), "below")
    yield Form("new", hidden, "Back", steps=(before, -1))


def _wanted(given: Given, name: str, what: str) -> str:
    return "" if given.get(name, "").strip() else f"Give {what}."


# A new one


def _whose(_: Room, given: Given) -> list[Field]:
    return [
        Field("organisation", "Organisation", value=given.get("organisation", "")),
        Field("period", "Period", value=given.get("period", ""), hint="Such as 2026 or 2026/27"),
    ]


def _as_last_year(given: Given) -> Iterator[tuple[str, str]]:
    if given.get("way") == "next":
        yield "", "As last year"


def _sets(room: Room, given: Given) -> list[Field]:
    choices = list(_as_last_year(given))
    for each in framework_list(room.sets):
        framework = each.shelved.framework
        outcomes = counted(len(framework.assessed), "outcome")
        title = f"{framework.title} {framework.version}"
        choices.append((str(framework.ref), f"{title}: {outcomes}, {framework.publisher}"))
    return [Field("framework", "Control set", "choice", given.get("framework", ""), choices)]


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
    why = Field("why", "Why there is none", value=given.get("why", ""))
    value = given.get("profile", "")
    return [Field("profile", "Target", "choice", value, choices, fields=[why])]


def _check_target_again(given: Given) -> str:
    if given.get("profile") == NO_PROFILE and not given.get("why", "").strip():
        return "Say why there is no target."
    return ""


def _check_target(given: Given) -> str:
    return _check_target_again(given) or _wanted(given, "profile", "a target")


def _officer(_: Room, given: Given) -> list[Field]:
    return [
        Field("name", "Your name", value=given.get("name", "")),
        Field("email", "Your e-mail", "email", given.get("email", "")),
    ]


def _systems(_: Room, given: Given) -> list[Field]:
    return [Field("systems", "Systems, one a line", "area", given.get("systems", ""))]


def _due(_: Room, given: Given) -> list[Field]:
    return [Field("due", "Answers wanted by", "date", given.get("due", ""))]


def _check_due(given: Given) -> str:
    try:
        if given.get("due"):
            typed_date(given["due"], "Answers wanted by")
    except CyberassessError as cause:
        return said_on_screen(cause.problems[0])
    return ""


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
    notice = Shelf(room.sets, over_shipped=True).framework(told.frameworks[0]).framework.notice
    yield from filter(None, [notice])
    yield f"Critical systems: {', '.join(told.systems) or 'none, so everything is answered once'}."
    yield f"Officer: {told.officer}, who is asked everything until others are added."
    if told.due:
        yield f"Answers are wanted by {said_date(typed_date(told.due, 'due'))}."


def make_new(room: Room, sent: Sent) -> Iterator[str]:
    """Begin an assessment."""
    told = _told(sent.values)
    made = new(room.folder, told)
    yield f"Begun for {told.organisation}, {told.period}."
    yield from made.notes


# From last year's


def _last_year(room: Room, given: Given) -> list[Field]:
    here = room.folder.absolute()
    beside = by_name(here.parent.iterdir()) if here.parent.is_dir() else []
    found = [each for each in beside if (each / "assessment.yaml").is_file() and each != here]
    choices = [(str(each), each.name) for each in found]
    other = Field("path", "Another folder, or a pack", value=given.get("path", ""))
    value = given.get("last", "")
    return [Field("last", "Last year's assessment", "choice", value, choices, fields=[other])]


def _check_last(given: Given) -> str:
    if given.get("last") or given.get("path", "").strip():
        return ""
    return "Choose last year's assessment, or give its folder."


def _year(_: Room, given: Given) -> list[Field]:
    hint = "The year after last year's where it is empty."
    return [Field("period", "Period", value=given.get("period", ""), hint=hint), *_due(_, given)]


def _left(_: Room, given: Given) -> list[Field]:
    hint = "One a line; behind an equals sign who takes over: Helen Stobart = Dev Malhotra"
    return [Field("left", "Who left", "area", given.get("left", ""), hint=hint)]


def _changed(room: Room, given: Given) -> list[Field]:
    ended = Field("ended", "Systems that ended, one a line", "area", given.get("ended", ""))
    return [ended, *_systems(room, given)]


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
    found = roll_over(room.folder, *_follows(sent.values))
    yield f"Begun for {found.period}, after {found.before}."
    yield "Last year's answers stand beside the questions, and count once somebody confirms them."


WAYS: Mapping[str, Way] = {
    "new": Way(
        "A new assessment",
        (
            Page(
                "Whose assessment is it?",
                _whose,
                lambda e: (
                    _wanted(e, "organisation", "the organisation's name")
                    or _wanted(e, "period", "a period")
                ),
            ),
            Page("Which control set?", _sets, lambda e: _wanted(e, "framework", "a control set")),
            Page(
                "Which target?",
                _targets,
                _check_target,
                "Who is measured wants to know against what: no target is ever assumed.",
            ),
            Page(
                "Who are you?",
                _officer,
                lambda e: _wanted(e, "name", "a name"),
                "You are the officer who runs the assessment; others are added later.",
            ),
            Page(
                "Which systems are critical?",
                _systems,
                text="Those without which a service cannot be given. Some questions are asked of "
                "each; more can be added later, and none is fine.",
            ),
            Page("By when?", _due, _check_due, "It can be left empty."),
        ),
        _what_is_new,
        "new",
        "cyberassess new",
    ),
    "next": Way(
        "Go on from last year's",
        (
            Page("Where is last year's?", _last_year, _check_last),
            Page("Which year is this?", _year, _check_due),
            Page("Which control set?", _sets, text="A newer version, or one set more."),
            Page("Which target?", _targets, _check_target_again),
            Page("Who left?", _left, text="Who came is added later. It can be left empty."),
            Page("Which systems ended, which came?", _changed, text="Both can be left empty."),
        ),
        _what_follows,
        "roll over",
        "cyberassess rollover",
    ),
}
"""The ways to begin, by their names in addresses."""
