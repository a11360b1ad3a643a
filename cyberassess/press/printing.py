"""From a document's HTML to its PDF: cut into parts, laid out, joined, numbered.

A document says where it may be cut: ``<!--part-->`` between two elements of its body, where a new
page begins, or ``<!--part on-->`` where the text goes on on the same page. Parts are laid out one
by one, and those that did not change since the last print are not laid out again. What depends on
the whole, page numbers and the running head and foot, comes last:

- an empty ``td`` with ``data-page="#name"`` gets the number of that page, see ``numbers``;
- the element with ``data-marking`` carries what the style's running head and foot repeat;
- headings with ``data-running`` behind their ``id`` name what the pages from there on are about:
  each page has the name that holds at its top, as ``data-head``.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from cyberassess.press.chains import Chain, Placed, Sheet, Typesetter, moved
from cyberassess.press.finish import put_together
from cyberassess.press.kept import Kept
from cyberassess.press.layout import font_files, rare_collection
from cyberassess.press.numbers import with_numbers, without_numbers
from cyberassess.press.running import Page, Running, boxes

_CUT = re.compile(r"<!--part( on)?-->")
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_CREATED = re.compile(r'name="dcterms\.created" content="([^"]*)"')
_CARRIER = re.compile(r"<\w+(\s[^>]*?data-marking=[^>]*)>")
_HEADING = re.compile(r'\sid="([^"]*)" data-running="([^"]*)"')
_TOP = 0.12
"""Of the page's height, from its top: above a heading that begins there, nothing stands."""
_IDENTIFIER = 32
"""Hex digits of a document's identifier."""


@dataclass(frozen=True, slots=True)
class PrintedPdf:
    """A document as PDF."""

    data: bytes
    pages: int


def print_html(
    html: str, kept: Kept | None = None, *, attach: Mapping[str, bytes] = MappingProxyType({})
) -> PrintedPdf:
    """Give a document as a tagged PDF that declares PDF/UA-1 and PDF/A-3a.

    Args:
        html: the whole document, with a title, a language, its dates and one ``<style>``.
        kept: where laid-out parts are kept; this user's cache folder if ``None``.
        attach: files that travel inside, keyed by name.

    Raises:
        ReportError: where the engine complains, or a picture has nothing to say.
    """
    with rare_collection():
        return _printed(html, kept or Kept.here(), attach)


def _printed(html: str, kept: Kept, attach: Mapping[str, bytes]) -> PrintedPdf:
    style = "\n".join(_STYLE.findall(html))
    head, _, rest = _STYLE.sub("", html).partition("<body")
    attributes, _, rest = rest.partition(">")
    body = rest.rpartition("</body>")[0]
    created = _CREATED.search(head)
    date = created[1] if created else "1980-01-01"
    rules = "\n".join(box.rule for box in boxes(style))
    typesetter = Typesetter(Sheet(_plain_head(head), f"{style}\n{rules}", date), kept)
    placed, pages = _placed(typesetter, list(_chains(body)))
    carrier = _CARRIER.search(f"<body{attributes}>{body}")
    running = Running(
        Typesetter(Sheet(head, style, date), kept), typesetter, carrier[1] if carrier else ""
    ).fragment(_pages(body, placed), dict(_HEADING.findall(body)).values())
    data = put_together(
        placed,
        running,
        fonts={path.name: path.read_bytes() for path in font_files()},
        attach=attach,
        identifier=hashlib.sha256(html.encode()).hexdigest()[:_IDENTIFIER],
    )
    kept.tidy()
    return PrintedPdf(data, pages)


def _plain_head(head: str) -> str:
    """Give the head that parts have: their pages do not follow from titles and dates."""
    root = re.search(r"<html[^>]*>", head)
    opening = root[0] if root else "<html>"
    return f'<!doctype html>{opening}<head><meta charset="utf-8"></head>'


def _chains(body: str) -> Iterator[Chain]:
    pieces = _CUT.split(body)
    chain: list[str] = []
    for at in range(0, len(pieces), 2):
        if chain and pieces[at - 1] is None:
            yield tuple(chain)
            chain = []
        if pieces[at].strip():
            chain.append(pieces[at])
    if chain:
        yield tuple(chain)


def _placed(typesetter: Typesetter, chains: Sequence[Chain]) -> tuple[list[Placed], int]:
    """Lay out all chains; give them and the count of pages."""
    laid = typesetter.chains([tuple(map(without_numbers, chain)) for chain in chains])
    placed: list[Placed] = []
    pages = 0
    for chain in laid:
        placed += moved(chain, pages)
        pages += _length(chain)
    numbers = _numbers(placed)
    parts = (part for chain in chains for part in chain)
    both = zip(parts, placed, strict=True)
    return [with_numbers(typesetter, part, each, numbers) for part, each in both], pages


def _pages(html: str, placed: Sequence[Placed]) -> list[Page]:
    """Give what the head and the foot of every page follow from."""
    heads = _heads(html, placed)
    kinds: dict[int, str] = {}
    for each in placed:
        for at, leaf in enumerate(each.fragment.leaves):
            kinds[each.page + at] = leaf.kind
    return [Page(page + 1, kind, heads(page)) for page, kind in sorted(kinds.items())]


def _heads(html: str, placed: Sequence[Placed]) -> Callable[[int], str]:
    """Give what a page is about: the heading near its top, or the last one before it."""
    names = dict(_HEADING.findall(html))
    starts: list[tuple[int, float, str]] = sorted(
        (each.page + page, 1 - height / each.fragment.leaves[page].height, names[name])
        for each in placed
        for name, (page, _, height) in each.fragment.anchors.items()
        if name in names
    )

    def head(page: int) -> str:
        here = [(down, name) for at, down, name in starts if at == page]
        at_top = [name for down, name in here if down < _TOP]
        before = [name for at, _, name in starts if at < page]
        return (at_top[:1] or before[-1:] or [name for _, name in here] or [""])[0]

    return head


def _length(placed: Sequence[Placed]) -> int:
    return max(each.page + len(each.fragment.leaves) for each in placed)


def _numbers(placed: Sequence[Placed]) -> dict[str, int]:
    """Give the page of everything that can be named, counted from 1."""
    return {
        name: each.page + page + 1
        for each in placed
        for name, (page, _, _) in each.fragment.anchors.items()
    }
