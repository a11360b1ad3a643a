"""From HTML to pages: beside ``engine`` and ``taken`` the only module that knows WeasyPrint.

It may read files inside ``templates/`` and ``data:`` addresses, nothing else; whatever it
complains about stops the document. What it gives is a ``Fragment``: its own file writing and
tagging are not used.
"""

import calendar
import datetime
import gc
import logging
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from cyberassess.disk import resources
from cyberassess.disk.files import by_name
from cyberassess.errors import Problem, ReportError
from cyberassess.press import engine
from cyberassess.press.fragment import Fragment
from cyberassess.press.taken import Taken, sha256
from cyberassess.version import __version__

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

_ABOUT_THE_MACHINE = ("Using fontTools instead of HarfBuzz-Subset", "Unable to subset")
"""What the engine says of the machine, not of the document: fonts are made smaller another way."""
_RARE = 100_000
"""Objects made between two looks for unused memory, while a document is printed."""
_NO_GLYPH = ".notdef glyph rendered"


_HOW_TO_GET_PANGO = {
    "linux": "apt-get install libpango-1.0-0 libpangoft2-1.0-0, or your system's package of Pango",
    "darwin": "brew install pango, and on Apple silicon "
    "export DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib",
    "win32": "use the folder for Windows, which brings Pango along",
}
"""How each system gets Pango where ``ctypes.util`` finds it."""


def can_make_pdf() -> str:
    """Give an empty text where PDFs can be made, otherwise the reason why not."""
    try:
        engine.load()
    except (ImportError, OSError) as cause:
        first = str(cause).strip().splitlines()
        return (
            "The PDF engine cannot be loaded: the Pango library is missing "
            f"({first[0] if first else type(cause).__name__}). To get PDFs: "
            f"{_HOW_TO_GET_PANGO.get(sys.platform, 'install Pango 1.44 or later')}."
        )
    return ""


def folder() -> Path:
    """Give the folder that addresses in our documents are relative to."""
    return resources.folder("templates") / "report"


def font_files() -> list[Path]:
    """Give our own fonts."""
    return by_name((folder() / "fonts").glob("*.ttf"))


@cache
def _fetcher() -> "URLFetcher":
    """Make a fetcher that opens files inside ``templates/`` and ``data:``, nothing else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    root = resources.folder("templates").resolve()

    class TemplatesOnly(URLFetcher):  # type: ignore[misc]  # weasyprint has no types
        def fetch(self, url: str, headers: object = None) -> object:
            parts = urlsplit(url)
            inside = parts.scheme == "data"
            if parts.scheme == "file" and not parts.netloc:
                inside = Path(url2pathname(parts.path)).resolve().is_relative_to(root)
            if not inside:
                raise FatalURLFetchingError(f"not allowed: {url}")
            return super().fetch(url, headers)

    return TemplatesOnly(allowed_protocols=["file", "data"], allow_redirects=False)


class _Complaints(logging.Handler):
    """Keeps what the PDF engine says, to raise it once."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(sys.exc_info()[1], KeyboardInterrupt):
            # NOTE: the engine takes Ctrl-C while it draws a picture for a fault of the picture
            raise KeyboardInterrupt
        said = record.getMessage()
        if not said.startswith((*_ABOUT_THE_MACHINE, _NO_GLYPH)):
            self.said.append(said)


@contextmanager
def no_complaints() -> Iterator[None]:
    """Raise whatever WeasyPrint logs as a warning or worse, and what it fetches from outside.

    Raises:
        ReportError: where there was anything.
    """
    from weasyprint.urls import FatalURLFetchingError

    logger = logging.getLogger("weasyprint")
    complaints = _Complaints()
    propagate = logger.propagate
    logger.addHandler(complaints)
    logger.propagate = False
    try:
        yield
    except FatalURLFetchingError as cause:
        raise ReportError(
            Problem(
                "outside-templates",
                "the PDF engine",
                f"The report asked for something outside its own folder: {cause}.",
                "Nothing was fetched and nothing was written.",
            )
        ) from cause
    finally:
        logger.removeHandler(complaints)
        logger.propagate = propagate
    if complaints.said:
        raise ReportError(
            *(_complaint(f"It said: {said}") for said in dict.fromkeys(complaints.said))
        )


def _complaint(message: str) -> Problem:
    return Problem(
        "pdf-engine",
        "the PDF engine",
        message,
        "Nothing was written. The HTML edition does not need it.",
    )


@contextmanager
def rare_collection() -> Iterator[None]:
    """Look for unused memory less often, and not among what is there already.

    A layout makes millions of objects and frees few; the engine's own are never freed.
    """
    thresholds = gc.get_threshold()
    if thresholds[0] >= _RARE or gc.get_freeze_count():  # somebody else sees to it
        yield
        return
    gc.freeze()
    gc.set_threshold(_RARE, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


@contextmanager
def _font_date(date: str) -> Iterator[None]:
    """Let fonts that are made smaller carry the report's date, not the clock's.

    NOTE: fontTools writes the present time into each font unless this variable says otherwise,
    https://reproducible-builds.org/docs/source-date-epoch/.
    """
    name = "SOURCE_DATE_EPOCH"
    before = os.environ.get(name)
    day = datetime.date.fromisoformat(date)
    os.environ[name] = str(calendar.timegm(day.timetuple()))
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def versions() -> str:
    """Name the programs that a layout follows from."""
    weasyprint = engine.load()
    from weasyprint.text.ffi import pango

    return f"{__version__} {weasyprint.__version__} {pango.pango_version()}"


class Press:
    """Lays out parts of one document: its style and fonts are read once."""

    def __init__(self, style: str, date: str) -> None:
        """Read a style sheet.

        Args:
            style: the document's style sheet.
            date: ISO, of the document.
        """
        engine.load()
        from weasyprint.text.fonts import FontConfiguration

        self._date = date
        self._style = style
        self._fonts = FontConfiguration()
        self._ours = {sha256(path.read_bytes()): path.name for path in font_files()}

    @cached_property
    def _with_margins(self) -> Any:
        return self._css(self._style)

    @cached_property
    def _without_margins(self) -> Any:
        return self._css(engine.without_margins(self._style))

    def lay_out(self, html: str, *, first: int = 0, running: bool = False) -> Fragment:
        """Lay out a document.

        Characters that no font of this machine has are named in brackets instead: a box that
        nobody can read helps nobody, and archives do not take it.

        Args:
            html: the whole document, without its style.
            first: the number of its first piece of marked content.
            running: whether to print the running head and foot.

        Raises:
            ReportError: where the engine complained, or a picture has nothing to say.
        """
        with no_complaints(), _font_date(self._date):
            fragment, missing = self._laid_out(html, first, running=running)
            if missing:
                fragment, missing = self._laid_out(named(html, missing), first, running=running)
                fragment.portable = False
        return fragment

    def _css(self, style: str) -> Any:
        with no_complaints():
            return engine.load().CSS(
                string=style,
                base_url=f"{folder().as_uri()}/",
                url_fetcher=_fetcher(),
                font_config=self._fonts,
            )

    def _laid_out(
        self, html: str, first: int, *, running: bool
    ) -> tuple[Fragment, frozenset[str]]:
        document = engine.html_class(running=running)(
            html, base_url=f"{folder().as_uri()}/", url_fetcher=_fetcher()
        ).render(
            font_config=self._fonts,
            stylesheets=[self._with_margins if running else self._without_margins],
        )
        missing: set[str] = set()
        version = f"WeasyPrint {engine.load().__version__}"
        taken = Taken(document, ours=self._ours, engine=version, first=first)
        document.write_pdf(finisher=taken.finish)
        if taken.silent:
            what = [
                f"A picture has no text to say instead of it: {each}." for each in taken.silent
            ]
            raise ReportError(*map(_complaint, what))
        for font in document.fonts.values():
            missing.update(map(chr, font.missing))
        return taken.fragment(), frozenset(missing)


def named(html: str, characters: frozenset[str]) -> str:
    """Put names in brackets for characters, in the texts of a document and not in its tags."""
    pattern = re.compile("[" + "".join(map(re.escape, sorted(characters))) + "]")
    pieces = re.split(r"(<[^>]*>)", html)
    drawing = 0
    for at, piece in enumerate(pieces):
        if piece.startswith("<"):
            drawing += piece.startswith("<svg")
            drawing -= piece.startswith("</svg")
        elif drawing:
            pieces[at] = pattern.sub(_name, piece)
        else:
            pieces[at] = pattern.sub(
                lambda found: f'<span data-actual="{found[0]}">{_name(found)}</span>', piece
            )
    return "".join(pieces)


def _name(found: re.Match[str]) -> str:
    character = found[0]
    name = unicodedata.name(character, "").lower()
    return f"[{name or f'U+{ord(character):04X}'}]"
