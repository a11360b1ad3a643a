"""From a request to a page: one screen is looked at, or one verb is called.

Every page is made from the assessment as it is at that moment, so that what another command
writes meanwhile is seen at the next one. Nothing is kept between two requests but who is at the
screen, and what the last of them is to be told.
"""

import contextlib
import functools
import math
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from cyberassess.disk.segments import LedgerFolder
from cyberassess.disk.workspace import Workspace
from cyberassess.errors import BusyError, CyberassessError, Problem, Severity, hearing
from cyberassess.opening.assessment import Assessment, kept_open, open_assessment
from cyberassess.paper.html import printable
from cyberassess.paper.narrow import with_labels
from cyberassess.paper.templates import template_of
from cyberassess.screen.blocks import Said, Screen
from cyberassess.screen.guarding import HEADERS, MOST_BYTES, refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from werkzeug.datastructures import FileStorage

Query = Mapping[str, str]
KEPT = 30
"""Seconds for which an assessment that nobody writes to is not read again; what lies beside it, as
last year's, is seen after them."""
FORMS_ONLY = {"ask", "workshop", "receive"}
"""Screens on which there is nothing but what can be filled in."""
TWICE = 2
"""Seconds within which the same form, filled in the same, is a second click."""
MOST_TOLD = 100
"""So many pages' messages are kept for the page after."""


@dataclass
class Room:
    """What the screens are about."""

    folder: Path
    read_only: str = ""
    """Why nothing is written; empty where it is."""
    set: str = ""
    """The control set that is looked at in place of an assessment."""
    sets: Path | None = None
    """Control sets of one's own."""
    by: str = ""
    """Who is at the screen, ``NAME, ROLE``; the officer if empty."""

    @property
    def is_begun(self) -> bool:
        """Whether there is an assessment."""
        return not self.set and (self.folder / "assessment.yaml").exists()

    def mark(self) -> object:
        """Give what is another whenever somebody wrote to the assessment."""
        settings = self.folder / "assessment.yaml"
        stat = settings.stat()
        ledger = LedgerFolder(Workspace(self.folder).ledger)
        return stat.st_mtime_ns, stat.st_size, dict(ledger.listing())

    @functools.cached_property
    def assessment(self) -> Assessment:
        """The assessment as it is when it is first asked for."""
        return open_assessment(self.folder)


@dataclass
class Sent:
    """What a form sent."""

    values: Mapping[str, str]
    files: "list[FileStorage]" = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """Give what stood in a field, without spaces around it; empty where it was not there."""
        return self.values.get(name, "").strip()

    @property
    def by(self) -> str | None:
        """Who was named at the top of the page; ``None`` is the officer."""
        return self["by"] or None


@dataclass(frozen=True, slots=True)
class Click:
    """What a form was sent with, on its way or just answered."""

    answer: "Future[Response]"
    until: float = math.inf
    """To when the same again, with nothing else between, is a second click."""


Shows = Callable[[Room, Query], Screen | Response]
Does = Callable[[Room, Sent], Iterable[str]]


class _Request(Request):
    max_content_length = MOST_BYTES
    max_form_memory_size = 5_000_000
    max_form_parts = 10_000


@functools.cache
def _page() -> Callable[..., str]:
    render = template_of("web", "page.html.j2", finalize=printable).render
    return lambda *what, **more: with_labels(render(*what, **more))


@functools.cache
def _style() -> str:
    """Give the look of the pages to start from, and what forms need besides."""
    parts = (("start", "look.css"), ("web", "style.css"))
    return "".join(template_of(*each, is_html=False).render() for each in parts)


def said_on_screen(problem: Problem) -> str:
    """Say a problem without the options of a command that it names."""
    is_option = problem.where.startswith("--") or problem.where.isupper()
    return _OPTIONS.sub("", str(replace(problem, where="") if is_option else problem))


_OPTIONS = re.compile(r" \(--[^)]*\)")


def _not_done(cause: CyberassessError | OSError) -> list[str]:
    """Say why what a form asked for was not done, and what became of it."""
    if isinstance(cause, OSError):
        kept = "What was stored before is kept."
        return [f"A file could not be read or written: {cause.strerror}. {kept}"]
    lines = [said_on_screen(each) for each in cause.problems]
    if isinstance(cause, BusyError) or not any("Nothing was" in each for each in lines):
        lines.append("Nothing was changed.")
    return lines


class Web:
    """All of it, as a WSGI application."""

    def __init__(
        self, room: Room, shows: Mapping[str, tuple[str, Shows]], does: Mapping[str, Does]
    ) -> None:
        """Begin with a new secret.

        Args:
            shows: the screens by their names, each with its title in the list at the top (empty
                where it is not listed); the first is where one starts.
            does: what forms call, by their names.
        """
        self.room, self.shows, self.does = room, shows, does
        self.secret = secrets.token_urlsafe(32)
        self.host = ""
        self.finished = self.served = self.wrote = False
        self.last = 0.0
        self.told: dict[str, Said] = {}
        self.clicks: dict[object, Click] = {}
        self._kept: tuple[object, float, Assessment | None] = (None, 0.0, None)

    @property
    def address(self) -> str:
        """Where it begins."""
        return f"http://{self.host}/{self.secret}/"

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        request = _Request(environ)
        status = refusal(request, self.secret, self.host)
        if status:
            response = Response("This address is not served here.\n", status)
        else:
            self.last, self.served = time.monotonic(), True
            with request:  # NOTE: closes what was dropped
                response = self._respond(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response(environ, start)

    def _respond(self, request: Request) -> Response:
        _, _, name = request.path[1:].partition("/")
        if not name and not request.path.endswith("/"):
            return Response(status=303, headers={"Location": self.address})
        if name == "style.css":
            return Response(_style(), mimetype="text/css")
        name = name or next(iter(self.shows))
        if name not in self.shows:
            return self._page(Screen("There is no such page", ()), Said(()), 404)
        try:
            if request.method == "POST":
                return self._do(request, name)
            return self._show(name, request.args, self.told.get(request.args.get("said", "")))
        except RequestEntityTooLarge:
            said = f"More came at once than {MOST_BYTES // 1_000_000} MB. Nothing was changed."
            return self._page(Screen("Too much at once", ()), Said([said], is_refused=True), 413)
        except OSError as cause:
            return self._page(
                Screen("This page cannot be shown", ()),
                Said(_not_done(cause), is_refused=True),
                500,
            )
        except Exception:  # noqa: BLE001 - whatever it is, the browser is told no more than this
            said = "This page cannot be made. In a terminal, cyberassess verify may say why."
            return self._page(
                Screen("This page cannot be shown", ()), Said([said], is_refused=True), 500
            )

    def _look(self) -> Room:
        """Look anew; what was read is taken again for a moment where nobody wrote meanwhile."""
        room = replace(self.room)
        if not room.is_begun:
            return room
        mark, (kept, until, assessment) = room.mark(), self._kept
        if assessment is None or mark != kept or time.monotonic() > until:
            assessment = room.assessment
            self._kept = (mark, time.monotonic() + KEPT, assessment)
        vars(room)["assessment"] = assessment
        return room

    def _show(self, name: str, query: Query, said: Said | None = None) -> Response:
        status = 422 if said is not None and said.typed else 200
        try:
            room = self._look()
            if not room.is_begun and not room.set:
                name = "new"
            with hearing() as heard, contextlib.ExitStack() as leaving:
                if room.is_begun:
                    leaving.enter_context(kept_open(room.assessment))
                found = self.shows[name][1](room, query)
            if isinstance(found, Response):  # NOTE: what was said goes along where it leads on
                return self._told(found.location, {}, said) if found.location and said else found
            notes = [str(each) for each in heard]
            return self._page(found, said, status, room=room, notes=notes, name=name)
        except CyberassessError as cause:
            lines = [said_on_screen(each) for each in cause.problems]
            refused = Said([*(said.lines if said else ()), *lines], is_refused=True)
            return self._page(Screen("This page cannot be shown", ()), refused, 409)

    def _do(self, request: Request, name: str) -> Response:
        sent = Sent(
            {key: value.replace("\r\n", "\n") for key, value in request.form.items()},
            [each for each in request.files.getlist("files") if each.filename],
        )
        if sent["do"] == "finish":
            self.finished = True
            ended = Said(["What was stored is kept. You can close this window."])
            return self._page(Screen("Ended", ()), ended, 200)
        if sent["do"] == "you":
            self.room.by = " ".join(sent["you"].split())
            return self._told(name, request.args, Said(()))
        return self._once(request, name, sent)

    def _once(self, request: Request, name: str, sent: Sent) -> Response:
        """Do what a form asks for; a second click gets the answer of the first."""
        files = tuple(each.filename for each in sent.files)
        what = (request.full_path, files, tuple(sent.values.items()))
        for each, click in list(self.clicks.items()):
            if click.until < (time.monotonic() if each == what else math.inf):
                self.clicks.pop(each, None)
        mine = Click(Future())
        first = self.clicks.setdefault(what, mine)
        if first is not mine:
            return first.answer.result()
        try:
            made = self._done(request, name, sent)
        except BaseException as cause:
            del self.clicks[what]
            mine.answer.set_exception(cause)
            raise
        if made.location:
            self.clicks[what] = replace(mine, until=time.monotonic() + TWICE)
        else:  # NOTE: what was refused may be tried again at once
            del self.clicks[what]
        mine.answer.set_result(made)
        return made

    def _done(self, request: Request, name: str, sent: Sent) -> Response:
        room = replace(self.room)
        if room.read_only or sent["do"] not in self.does:
            said = room.read_only or "This page has no such form."
            return self._show(
                name, request.args, Said([said, "Nothing was changed."], is_refused=True)
            )
        try:
            with hearing() as heard:
                lines = [*self.does[sent["do"]](room, sent)]
        except (CyberassessError, OSError) as cause:
            refused = Said(_not_done(cause), is_refused=True, typed=dict(sent.values))
            return self._show(name, request.args, refused)
        self.wrote = True
        notes = [(said_on_screen(e), e.severity is Severity.PROBLEM) for e in heard]
        lines += [said for said, is_problem in notes if is_problem or said not in lines]
        return self._told(name, request.args, Said(lines))

    def _told(self, name: str, query: Query, said: Said) -> Response:
        """Lead to the page anew, so that loading it again does nothing twice."""
        key = secrets.token_hex(8)
        self.told[key] = said
        while len(self.told) > MOST_TOLD:
            del self.told[next(iter(self.told))]
        target = urlencode({**{k: v for k, v in query.items() if k != "said"}, "said": key})
        return Response(status=303, headers={"Location": f"{name}?{target}"})

    def _page(
        self,
        screen: Screen,
        said: Said | None,
        status: int,
        *,
        room: Room | None = None,
        notes: Iterable[str] = (),
        name: str = "",
    ) -> Response:
        values: dict[str, Any] = {  # NOTE: whatever the template places
            "screen": screen,
            "said": said or Said(()),
            "screens": [
                (each, title)
                for each, (title, _) in self.shows.items()
                if title and not (self.room.read_only and each in FORMS_ONLY)
            ],
            "name": name,
            "notes": list(notes),
            "by": self.room.by,
            "is_begun": False,
            "read_only": self.room.read_only,
            "is_ended": self.finished,
        }
        if room is not None and room.is_begun:
            settings = room.assessment.contents.settings
            values |= {
                "is_begun": True,
                "by": room.by or settings.officer.name,
                "people": [each.name for each in settings.everybody],
                "marking": settings.marking.filled,
                "about": f"{settings.organisation}, {settings.period}",
            }
        text = _page()(values)
        return Response(text, status, mimetype="text/html")
