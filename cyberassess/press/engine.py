"""Loads WeasyPrint, the PDF engine, and reads documents for it."""

import contextlib
import copy
import ctypes.util
import importlib
import io
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any
from xml.etree.ElementTree import Element, ParseError  # the type; parsing is defusedxml's

_SMALLER_FONTS = ("fontTools.subset", "fontTools.varLib.instancer")


@cache
def load() -> Any:
    """Give the module ``weasyprint``; it is slow to load, and missing on some machines.

    Raises:
        ImportError: it is not installed.
        OSError: one of its system libraries is not.
    """
    with contextlib.suppress(OSError), _no_compiler():
        return _loaded()
    return _loaded()


def _loaded() -> Any:
    # NOTE: it announces a library that makes fonts smaller; without it they are as right. Where a
    # system library is missing it prints advice, too; ours stands in the message.
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), _loaded_later():
        warnings.filterwarnings("ignore", "HarfBuzz-Subset", DeprecationWarning)
        import weasyprint
    with contextlib.suppress(ImportError, AttributeError):
        _ask_for_types_alone()
    return weasyprint


def _ask_for_types_alone() -> None:
    """Let a type of the system's libraries be read without the names of all others.

    NOTE: the engine asks for eight, and for each cffi 2 reads a program that declares them all.
    """
    from weasyprint.text.ffi import ffi

    parser = ffi._parser  # noqa: SLF001 - cffi has no other way to it
    read = parser.parse_type

    def alone(said: str) -> Any:
        known = parser._declarations  # noqa: SLF001
        words = set(re.findall(r"\w+", said))
        wanted = {name: each for name, each in known.items() if name.split()[-1] in words}
        parser._declarations = wanted  # noqa: SLF001
        try:
            return read(said)
        finally:
            parser._declarations = known | wanted  # noqa: SLF001

    parser.parse_type = alone


class _Later(ModuleType):
    """A module of functions, loaded when the first of them is called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def call(*given: Any, **named: Any) -> Any:
            return getattr(importlib.import_module(self.__name__), name)(*given, **named)

        return call


@contextmanager
def _loaded_later() -> Iterator[None]:
    """Load what makes fonts smaller only where one is made smaller.

    NOTE: it is a quarter of what loading the engine costs, and our own fonts stay whole.
    """
    later = [each for each in _SMALLER_FONTS if each not in sys.modules]
    sys.modules |= {each: _Later(each) for each in later}
    try:
        yield
    finally:
        for each in later:
            del sys.modules[each]


@contextmanager
def _no_compiler() -> Iterator[None]:
    """Let system libraries be found under their own names only, on Linux.

    NOTE: under names without a version Python asks ``gcc`` and ``ld`` where a library is, some
    twenty times for this engine, which costs more than loading it. Its last names are the exact
    ones, and the linker knows those.
    """
    if sys.platform != "linux":
        yield
        return
    find = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None  # noqa: ARG005 - by its name, too
    try:
        yield
    finally:
        ctypes.util.find_library = find


_UNUSED = ("marker", "footnote-", "note-")
"""Pseudo-elements that our documents never have."""
_MARGINS = re.compile(r"@(?:top|bottom|left|right)-[\w-]+\s*\{[^{}]*\}")
"""Rules for the margins of pages; each costs a style for every page."""
_EMPTY = re.compile(r"<(br|col|hr|img|link|meta|wbr)\b((?:[^<>\"]|\"[^\"]*\")*?)\s*/?>")
"""Elements that HTML never closes."""


def without_margins(style: str) -> str:
    """Give a style sheet without what it prints in the margins of pages."""
    return _MARGINS.sub("", style)


def tree_of(html: str) -> Element | None:
    """Read a document that is XML, too, apart from elements HTML never closes; else ``None``.

    Our own templates write such documents, and this reads them many times as fast as the engine's
    parser, with the same result.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    closed = _EMPTY.sub(r"<\1\2/>", html.removeprefix("<!doctype html>"))
    try:
        return fromstring(closed, forbid_dtd=True)
    except (ParseError, DefusedXmlException):
        return None


def _lean(sheet: Any) -> Any:
    """Give the engine's own style sheet without what our documents never need."""
    lean = copy.copy(sheet)
    lean.matcher = copy.copy(sheet.matcher)
    lean.matcher.other_selectors = [
        each
        for each in sheet.matcher.other_selectors
        if not str(each[3] or "").startswith(_UNUSED)
    ]
    lean.page_rules = [each for each in sheet.page_rules if not each[1][0][1]]
    return lean


@cache
def html_class(*, running: bool) -> type[Any]:
    """Give WeasyPrint's ``HTML`` without what our documents never need.

    Args:
        running: whether the margins of pages are printed.

    It reads documents that are XML, too, itself; see ``tree_of``.

    NOTE: the rules of markers and notes match every element, so the engine would make six styles
    for each, and sixteen more for every page; left out, a long report takes a third less memory.
    """
    weasyprint: Any = load()
    import cssselect2  # the engine's own selectors

    ours = [] if running else [_lean(weasyprint.html.UA_STYLESHEET)]

    class Lean(weasyprint.HTML):  # type: ignore[misc]  # weasyprint has no types
        def __init__(self, html: str, base_url: str, url_fetcher: object) -> None:
            tree = tree_of(html)
            if tree is None:
                super().__init__(string=html, base_url=base_url, url_fetcher=url_fetcher)
                return
            # NOTE: what the engine's own beginning sets, in version 70.
            self.base_url = base_url
            self.url_fetcher = url_fetcher
            self.media_type = "print"
            self.wrapper_element = cssselect2.ElementWrapper.from_html_root(
                tree, content_language=None
            )
            self.etree_element = self.wrapper_element.etree_element

        def _ua_stylesheets(self, forms: object = False) -> list[Any]:  # noqa: FBT002
            return ours or super()._ua_stylesheets(forms)

    return Lean
