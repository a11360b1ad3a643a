"""From a document to HTML, and on to PDF."""

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from cyberassess.disk.files import write_whole
from cyberassess.errors import Problem, ReportError, counted
from cyberassess.paper.document import Document
from cyberassess.paper.look import recoloured
from cyberassess.paper.media.markup import Writer, escaped, printable
from cyberassess.press.layout import can_make_pdf, folder
from cyberassess.press.printing import print_html

__all__ = ["can_make_pdf", "html_for_paper", "printable", "render_html", "write_pdf"]

_FONT = re.compile(r'url\("(fonts/[^"]+)"\)')


def render_html(report: Document) -> str:
    """Give the report as one HTML file that needs no other: fonts and styles are inside."""
    here = folder()

    def embed(found: re.Match[str]) -> str:
        data = base64.b64encode((here / found[1]).read_bytes()).decode("ascii")
        return f'url("data:font/ttf;base64,{data}")'

    screen = (here / "screen.css").read_text(encoding="utf-8")
    sheet = _FONT.sub(embed, _stylesheet(report)) + screen
    return _html(report, sheet, is_screen=True)


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


_PAGE = """\
<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="author" content="{author}">
<meta name="description" content="{subject}">
<meta name="generator" content="{generator}">
<meta name="dcterms.created" content="{date}">
<meta name="dcterms.modified" content="{date}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
{stylesheet}
</style>
</head>
<body>
{body}
</body>
</html>
"""
_ON_A_SCREEN = """\
<a class="skip" href="#main">To the content</a>{above}
<main id="main">
{body}
</main>{below}"""
_ABOVE = '\n<header><p class="marking">{marking}</p></header>'
_BELOW = '\n<footer><p class="marking end">{marking}</p></footer>'


def _html(report: Document, stylesheet: str, *, is_screen: bool = False) -> str:
    frame = report.frame
    body = Writer(frame, labels=is_screen).body(report.sections)
    if is_screen:
        above, below = (
            each.format(marking=escaped(frame.marking)) if frame.marking else ""
            for each in (_ABOVE, _BELOW)
        )
        body = _ON_A_SCREEN.format(body=body, above=above, below=below)
    html = _PAGE.format(
        title=escaped(frame.title),
        author=escaped(frame.author),
        subject=escaped(frame.subject),
        generator=escaped(frame.generator),
        date=escaped(frame.date),
        # NOTE: the style sheet is ours, not the organisation's: the one text that is not escaped.
        stylesheet=stylesheet,
        body=body,
    )
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
                "This is a fault of ours. Nothing was written.",
            )
        )
