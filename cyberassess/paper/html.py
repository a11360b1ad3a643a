"""From a view to HTML, and on to PDF: the only module that knows Jinja2."""

import base64
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from cyberassess.disk.files import write_whole
from cyberassess.errors import Problem, ReportError, counted
from cyberassess.paper.document import Document
from cyberassess.paper.look import recoloured
from cyberassess.paper.narrow import with_labels
from cyberassess.paper.templates import template_of
from cyberassess.press.layout import can_make_pdf, folder
from cyberassess.press.printing import print_html

__all__ = ["can_make_pdf", "html_for_paper", "printable", "render_html", "write_pdf"]

_FONT = re.compile(r'url\("(fonts/[^"]+)"\)')
_KEPT_CONTROLS = "\n\t"
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the reading direction, and could make an answer read as another."""


def render_html(report: Document) -> str:
    """Give the report as one HTML file that needs no other: fonts and styles are inside."""
    here = folder()

    def embed(found: re.Match[str]) -> str:
        data = base64.b64encode((here / found[1]).read_bytes()).decode("ascii")
        return f'url("data:font/ttf;base64,{data}")'

    screen = (here / "screen.css").read_text(encoding="utf-8")
    return with_labels(_html(report, _FONT.sub(embed, _stylesheet(report)) + screen))


def html_for_paper(report: Document) -> str:
    """Give what the PDF engine lays out: without what is for screens."""
    return _html(report, _stylesheet(report))


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
    printed = print_html(html_for_paper(report), attach=attach)
    write_whole(path, printed.data)
    return printed.pages


def _stylesheet(report: Document) -> str:
    sheet = (folder() / "report.css").read_text(encoding="utf-8")
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
    import markupsafe

    template = template_of("report", report.frame.template, finalize=printable)
    # NOTE: the style sheet is ours, not the organisation's: the one text that is not escaped.
    html = template.render(report=report, stylesheet=markupsafe.Markup(stylesheet))  # noqa: S704
    refuse_silent_pictures(html)
    return html


_SILENT = re.compile(
    r"<svg(?![^>]*aria-hidden=\"true\")[^>]*>(?!\s*<title>[^<]*\S[^<]*</title>)"
    r"|<img(?![^>]*\salt=\"[^\"]+\")(?![^>]*aria-hidden=\"true\")"
)


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
