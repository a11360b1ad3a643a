"""What the first pages of an evidence pack say, read back: facts, whatever the markup.

A pack's index and README are read by people who trust what they see. So what they say is read out
of them as a browser would show it, to be compared with what follows from the ledger.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

LABEL = "data-label"
_BESIDE = f'content: attr({LABEL}) ": "'
"""How our style shows the heading of a column beside its cells, on a narrow screen."""
_TAGS = frozenset(
    ("html", "head", "meta", "title", "style", "body", "p", "h1", "h2", "h3", "strong", "em",
     "nav", "a", "div", "ul", "li", "table", "caption", "thead", "tbody", "tr", "th", "td", "br",
     "span", "section", "dl", "dt", "dd", "footer", "header", "main")
)  # fmt: skip
_ATTRIBUTES = frozenset(
    ("lang", "charset", "name", "content", "http-equiv", "id", "class", "href", "scope", "style",
     "aria-label", LABEL)
)  # fmt: skip
_VOID = frozenset(("meta", "br"))
_HIDES = re.compile(
    r"(?i)content\s*:|url\(|@import|display\s*:\s*none|visibility|opacity|font-size\s*:\s*0|\\"
)
"""What could show other words than the page holds, or hide those it holds."""
_ELSEWHERE = re.compile(r"(?i)^\s*([a-z][a-z0-9+.-]*:|//)")
_READ = frozenset(("title", "li", "caption", "h3", "dt", "dd"))
_NOT_A_FACT = frozenset(("How it follows",))
_SAID = ("Head of the ledger", "This pack is partial", "Parts were withheld")


@dataclass(slots=True)
class PageFacts:
    """What a page says, in its order."""

    facts: list[str] = field(default_factory=list)
    """Rows of tables, entries of lists, headings and values; spaces run together."""
    odd: list[str] = field(default_factory=list)
    """What no page of ours holds: scripts, addresses elsewhere, styles that write or hide."""


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = PageFacts()
        self.under = ""
        self._open: list[str] = []
        self._texts: dict[str, list[str]] = {}
        self._row: list[str] = []
        self._headings: list[str] = []
        self._term = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        link = given.get("href", "")
        if tag not in _TAGS or not given.keys() <= _ATTRIBUTES or len(given) < len(attrs):
            self.found.odd.append(f"<{tag} {' '.join(given)}>".replace(" >", ">")[:60])
        elif _ELSEWHERE.match(link) or _HIDES.search(given.get("style", "")):
            self.found.odd.append((link or given["style"])[:60])
        elif tag == "td" and given.get(LABEL, self._heading()) != self._heading():
            self.found.odd.append(given[LABEL][:60])
        if tag in _VOID:
            self.handle_data(" ")
            return
        self._open.append(tag)
        if tag in {"tr", "td", "th", "p", *_READ}:
            self._texts[tag] = []
        if tag == "table":
            self._headings = []
        if tag == "tr":
            self._row = []
        if tag == "h2":
            self.under = given.get("id", "")
        if link and not link.startswith("#"):
            self.handle_data(f"<{link}> ")

    def _heading(self) -> str:
        """Give the heading of the column in which the next cell stands."""
        at = len(self._row)
        return self._headings[at] if at < len(self._headings) else ""

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["style"]:
            if _HIDES.search(data.replace(_BESIDE, "")):
                self.found.odd.append("<style>")
            return
        for texts in self._texts.values():
            texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        text = " ".join("".join(self._texts.pop(tag, ())).split())
        match tag:
            case "td" | "th":
                self._row.append(text)
            case "tr":
                if "thead" in self._open:
                    self._headings = self._row
                self.found.facts.append(f"{self.under}: {' | '.join(self._row)}")
            case "dt":
                self._term = text
            case "dd" if self._term not in _NOT_A_FACT:
                self.found.facts.append(f"{self._term}: {text}")
            case "title" | "li" | "caption" | "h3":
                self.found.facts.append(text)
            case "p" if text.startswith(_SAID):
                self.found.facts.append(text)
            case _:
                pass


def read_index(data: bytes) -> PageFacts:
    """Read the index of a pack."""
    page = _Page()
    page.feed(data.decode("utf-8", "replace"))
    page.close()
    return page.found


_IN_README = re.compile(
    r"There are (?P<listed>\d+) files|must say (?P<count>\d+)|-I (?P<who>\S+) -n (?P<what>\S+)"
    r"|head of the ledger is (?P<head>[0-9a-f ]+)|(?P<key>SHA256:[A-Za-z0-9+/]{8,})"
    r"|(?P<unsigned>THIS PACK IS UNSIGNED)"
)
_NAMES = {
    "listed": "files on the list", "count": "files in the pack", "who": "who signed",
    "what": "what the signature is for", "head": "the ledger's head", "key": "a fingerprint",
    "unsigned": "unsigned",
}  # fmt: skip


def read_readme(data: bytes) -> PageFacts:
    """Read the README of a pack: its beginning, its counts, who signed, and the head."""
    text = " ".join(data.decode("utf-8", "replace").split())
    beginning, _, _ = text.partition("What is in here")
    found = [
        f"{_NAMES[name]}: {value.strip()}"
        for each in _IN_README.finditer(text)
        for name, value in each.groupdict().items()
        if value
    ]
    return PageFacts([*re.split(r" - |(?<=\.) ", beginning), *found])
