"""From a view to HTML and PDF: the only module that knows Jinja2 and WeasyPrint.

WeasyPrint may read files inside ``templates/`` and ``data:`` addresses, nothing else; whatever it
complains about stops the report.
"""

import base64
import calendar
import datetime
import gc
import hashlib
import logging
import os
import re
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from cyberassess.adapters import resources
from cyberassess.adapters.files import write_whole
from cyberassess.adapters.report.document import Document
from cyberassess.adapters.report.finish import margins_as_artifacts, paint_compactly
from cyberassess.adapters.report.look import recoloured
from cyberassess.errors import Problem, ReportError, counted

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

_FONT = re.compile(r'url\("(fonts/[^"]+)"\)')
_KEPT_CONTROLS = "\n\t"
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the reading direction, and could make an answer read as another."""
_IDENTIFIER_LENGTH = 16
_ABOUT_THE_MACHINE = (
    "Using fontTools instead of HarfBuzz-Subset",
    "Unable to subset",
    ".notdef glyph rendered",
)
"""What the engine says of the machine, not of the document.

Fonts are made smaller another way, or not at all; a character no installed font has is drawn as a
box, and found all the same by whoever searches or copies the text.
"""


def render_html(report: Document) -> str:
    """Give the report as one HTML file that needs no other: fonts and styles are inside."""
    folder = _folder()

    def embed(found: re.Match[str]) -> str:
        data = base64.b64encode((folder / found[1]).read_bytes()).decode("ascii")
        return f'url("data:font/ttf;base64,{data}")'

    return _html(report, _FONT.sub(embed, _stylesheet(report)))


def write_pdf(
    report: Document, path: Path, attach: Mapping[str, bytes] = MappingProxyType({})
) -> int:
    """Write the report as a tagged PDF and give the number of its pages.

    Args:
        attach: files that travel inside, keyed by name.

    Raises:
        ReportError: where the PDF engine is missing or complains; nothing was written.
        OSError: where the file cannot be written; nothing is left under its name.
    """
    reason = can_make_pdf()
    if reason:
        raise ReportError(
            Problem(
                "no-pdf-engine",
                path.name,
                reason,
                "The HTML edition needs no PDF engine. Nothing was written.",
            )
        )
    html = _html(report, _stylesheet(report))
    data, pages = _pdf(html, report.frame.date, attach)
    write_whole(path, data)
    return pages


def can_make_pdf() -> str:
    """Give an empty text where PDFs can be made, otherwise the reason why not."""
    try:
        with warnings.catch_warnings():
            # NOTE: it announces a library that makes fonts smaller; without it they are as right.
            warnings.filterwarnings("ignore", "HarfBuzz-Subset", DeprecationWarning)
            import weasyprint  # noqa: F401 - slow, and missing on some machines
    except (ImportError, OSError) as cause:
        first = str(cause).strip().splitlines()
        return (
            "The PDF engine cannot be loaded: the Pango library is missing "
            f"({first[0] if first else type(cause).__name__})."
        )
    return ""


def _folder() -> Path:
    return resources.folder("templates") / "report"


def _stylesheet(report: Document) -> str:
    sheet = (_folder() / "report.css").read_text(encoding="utf-8")
    return recoloured(sheet, report.frame.look.colours)


def printable(value: object) -> object:
    """Make what would not show on paper visible, in everything that templates print.

    Control characters and halves of characters become the replacement character; marks that turn
    the reading direction are named in brackets.
    """
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    if value.isprintable():
        return value
    if all(each in _KEPT_CONTROLS or unicodedata.category(each)[0] != "C" for each in value):
        return value
    return "".join(map(_shown, value))


def _shown(character: str) -> str:
    if character in _DIRECTION:
        return f"[U+{ord(character):04X}]"
    if character in _KEPT_CONTROLS or unicodedata.category(character) not in {"Cc", "Cs"}:
        return character
    return "" if character == "\r" else "\ufffd"


def _html(report: Document, stylesheet: str) -> str:
    import jinja2
    import markupsafe

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_folder()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template(report.frame.template)
    # NOTE: the style sheet is ours, not the organisation's: the one text that is not escaped.
    html = template.render(report=report, stylesheet=markupsafe.Markup(stylesheet))  # noqa: S704
    refuse_silent_pictures(html)
    return html


_SILENT = re.compile(r"<svg[^>]*>(?!\s*<title>[^<]*\S[^<]*</title>)|<img(?![^>]*\salt=\"[^\"]+\")")


def refuse_silent_pictures(html: str) -> None:
    """Refuse a document in which a picture says nothing to those who do not see it.

    Raises:
        ReportError: with how many there are.
    """
    silent = len(_SILENT.findall(html))
    if silent:
        raise ReportError(
            Problem(
                "silent-picture",
                "the document",
                f"{counted(silent, 'picture')} in it would have no text in its place.",
                "This is a fault of the templates. Nothing was written.",
            )
        )


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
        said = record.getMessage()
        if not said.startswith(_ABOUT_THE_MACHINE):
            self.said.append(said)


@contextmanager
def _no_complaints() -> Iterator[None]:
    """Raise whatever WeasyPrint logs as a warning or worse."""
    logger = logging.getLogger("weasyprint")
    complaints = _Complaints()
    propagate = logger.propagate
    logger.addHandler(complaints)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(complaints)
        logger.propagate = propagate
    if complaints.said:
        raise ReportError(
            *(
                Problem(
                    "pdf-engine",
                    "the PDF engine",
                    f"It said: {said}",
                    "Nothing was written. The HTML edition does not need it.",
                )
                for said in dict.fromkeys(complaints.said)
            )
        )


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


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Look for unused memory less often: a layout makes millions of objects and frees few."""
    thresholds = gc.get_threshold()
    gc.set_threshold(100_000, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


_UNUSED = re.compile(
    r"^\s*(?:::(?:marker|footnote-|note-)|@counter-style|@(?:left|right)-|@\w+-(?:left|right)-corner"
    r"|@top-(?:left|right)\b(?!-))[^{]*\{[^}]*\}\n?",
    re.MULTILINE,
)
"""Rules of the engine's own style sheet for list markers, footnotes and margins that stay empty,
and for the styles of counters it has read already."""


def _engine() -> type[Any]:
    """Give WeasyPrint's ``HTML`` without the styles of markers and notes, which we never use.

    NOTE: those rules match every element, so the engine would make six styles for each, and ten
    more for every page; left out, a long report takes a third less memory. Where a later
    WeasyPrint no longer asks ``_ua_stylesheets``, or has no such file, only that saving is lost.
    """
    import weasyprint

    sheet = Path(weasyprint.__file__).parent / "css" / "html5_ua.css"
    if not sheet.is_file():
        return weasyprint.HTML  # type: ignore[no-any-return]
    lean = _UNUSED.sub("", sheet.read_text(encoding="utf-8"))
    ours = [weasyprint.CSS(string=lean)]

    class Lean(weasyprint.HTML):  # type: ignore[misc]  # weasyprint has no types
        def _ua_stylesheets(self, forms: object = False) -> list[Any]:  # noqa: ARG002, FBT002
            return ours

    return Lean


def _pdf(
    html: str, date: str, attach: Mapping[str, bytes] = MappingProxyType({})
) -> tuple[bytes, int]:
    from weasyprint import Attachment
    from weasyprint.urls import FatalURLFetchingError

    identifier = hashlib.sha256(html.encode()).digest()[:_IDENTIFIER_LENGTH]
    try:
        with _no_complaints(), _rare_collection(), _font_date(date):
            document = _engine()(
                string=html, base_url=f"{_folder().as_uri()}/", url_fetcher=_fetcher()
            ).render(pdf_variant="pdf/ua-1")
            for page in document.pages:
                paint_compactly(page)
            data = document.write_pdf(
                finisher=margins_as_artifacts,
                pdf_variant="pdf/ua-1",
                pdf_identifier=identifier,
                attachments=[
                    Attachment(string=each, name=name, relationship="Data")
                    for name, each in attach.items()
                ],
            )
    except FatalURLFetchingError as cause:
        raise ReportError(
            Problem(
                "outside-templates",
                "the PDF engine",
                f"The report asked for something outside its own folder: {cause}.",
                "Nothing was fetched and nothing was written.",
            )
        ) from cause
    return data or b"", len(document.pages)
