"""Running heads and feet: every different line of them is laid out once, and put on its pages.

A page is dear to lay out and a line is cheap, so what stands in the style's boxes at the top and
the bottom of pages is laid out as lines of a sheet, one sheet for each box. A sample page of each
kind says where in its box a line stands. A box's ``content`` may have texts, ``counter(page)``,
``counter(pages)`` and ``string(...)``, the same on all pages.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from cyberassess.press.chains import Typesetter
from cyberassess.press.fragment import Drawing, Fragment, packed
from cyberassess.press.sheets import Row, lines, rows

_NAMES = ("top-left", "top-center", "top-right", "bottom-left", "bottom-center", "bottom-right")
"""In the order in which the engine draws them."""
_BOX = re.compile(rf"@({'|'.join(_NAMES)})\s*\{{([^{{}}]*)\}}")
_CONTENT = re.compile(r"content:([^;}]*);?")
_SAID = re.compile(r'"((?:[^"\\]|\\.)*)"|string\(([\w-]+)\)|counter\((pages?)\)')
_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{1,6})\s?")
_SETS = re.compile(r"string-set:([^;}]*)")
_STRING = re.compile(r"([\w-]+) attr\((data-[\w-]+)\)")
_ATTRIBUTE = re.compile(r'(data-[\w-]+)="([^"]*)"')
_ARTIFACT = re.compile(rb"/Artifact\n<</Type/Pagination>>\nBDC\n(.*?)\nEMC", re.DOTALL)
_HEAD = "data-head"


@dataclass(frozen=True, slots=True)
class Page:
    """What the head and the foot of a page follow from."""

    number: int
    """Counted from 1."""
    kind: str
    """``page:`` of the style."""
    head: str
    """What it is about, as HTML."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the style in the margin of pages, and what is declared of it."""

    name: str
    declared: str

    def text(self, number: int, count: int, strings: Mapping[str, str]) -> str:
        """Say, as HTML, what stands there on a page of so many; empty for nothing."""
        said = ""
        for words, string, counter in _SAID.findall("".join(_CONTENT.findall(self.declared))):
            said += _ESCAPED.sub(lambda each: chr(int(each[1], 16)), words)
            said += {"page": str(number), "pages": str(count)}.get(counter, "")
            said += strings.get(string, "")
        return said if said.strip() else ""

    @property
    def share(self) -> float:
        """How far down in the box its text stands: 0 at its top, 1 at its bottom."""
        found = re.search(r"vertical-align:\s*(top|bottom)", self.declared)
        return {"top": 0.0, "bottom": 1.0}[found[1]] if found else 0.5

    @property
    def rule(self) -> str:
        """How a line of its sheet looks."""
        aligned = f"margin: 0; break-inside: avoid; text-align: {self.name.partition('-')[2]}"
        return f"article.{self.name} {{ {aligned}; {_CONTENT.sub('', self.declared)} }}"


def boxes(style: str) -> list[Box]:
    """Give the boxes of a style."""
    declared: dict[str, str] = {}
    for name, more in _BOX.findall(style):
        declared[name] = f"{declared.get(name, '')}; {more}"
    return [Box(name, declared[name]) for name in _NAMES if name in declared]


class Running:
    """The running heads and feet of a document."""

    def __init__(self, own: Typesetter, plain: Typesetter, carrier: str) -> None:
        """Set up for a document.

        Args:
            own: with the document's own head, which says what it is.
            plain: with the head of its parts, and a style that has the boxes' rules.
            carrier: the attributes of the element that carries what is repeated.
        """
        self._own = own
        self._plain = plain
        self._boxes = boxes(own.sheet.style)
        self._said = {_HEAD: "", **dict(_ATTRIBUTE.findall(carrier))}
        self._strings = [
            each for sets in _SETS.findall(own.sheet.style) for each in _STRING.findall(sets)
        ]

    def fragment(self, pages: Sequence[Page], heads: Collection[str]) -> Fragment:
        """Give the head and the foot of every page, and nothing else.

        Args:
            pages: all of them.
            heads: what pages may be about. All are laid out, so that nothing is new where text
                only moves to another page.
        """
        kinds = list(dict.fromkeys(each.kind for each in pages))
        sample = self._sample(kinds)
        fragments = [sample]
        drawn: dict[Page, list[bytes]] = {each: [] for each in pages}
        for at, kind in enumerate(kinds):
            there = list(rows(_ARTIFACT.findall(sample.leaves[at].commands)))
            for box in self._boxes:
                first = box.text(at + 1, len(kinds), self._values(dict.fromkeys(self._said, "x")))
                wanted = self._wanted(box, [each for each in pages if each.kind == kind], pages)
                spare = (box.text(0, 0, self._values({_HEAD: head})) for head in heads)
                texts = [each for each in dict.fromkeys((first, *spare, *wanted.values())) if each]
                if texts:
                    fragments.append(self._sheet(kind, box, texts))
                    laid = dict(zip(texts, lines(fragments[-1]), strict=True))
                    place, there = there[: len(laid[first])], there[len(laid[first]) :]
                    for page, text in wanted.items():
                        drawn[page].append(_put(laid[text], laid[first], place, box.share))
            assert not there  # noqa: S101 - a sample has the rows that its texts have
        drawings, objects = _drawings(fragments)
        return replace(
            sample,
            leaves=[
                replace(leaf, packed=packed(_filled(leaf.commands, b"\n".join(drawn[page]))))
                for page in pages
                for leaf in [sample.leaves[kinds.index(page.kind)]]
            ],
            fonts=[font for each in fragments for font in each.fonts],
            drawings=drawings,
            objects=objects,
        )

    def _wanted(self, box: Box, some: Sequence[Page], pages: Sequence[Page]) -> dict[Page, str]:
        """Give what stands in a box on some of the pages, where there is anything."""
        texts = (
            (page, box.text(page.number, len(pages), self._values({_HEAD: page.head})))
            for page in some
        )
        return {page: text for page, text in texts if text}

    def _values(self, said: Mapping[str, str]) -> dict[str, str]:
        """Give what each string of the style says."""
        all_said = {**self._said, **said}
        return {name: all_said.get(attribute, "") for name, attribute in self._strings}

    def _sample(self, kinds: Sequence[str]) -> Fragment:
        """Lay out a page of each kind, with a letter for every string."""
        carrier = "".join(f' {name}="x"' for name in self._said if name != _HEAD)
        pages = "".join(
            f'<div style="break-before:{"page" if at else "auto"}'
            f'{f";page:{kind}" if kind else ""}" {_HEAD}="x"><div{carrier}></div></div>'
            for at, kind in enumerate(kinds)
        )
        fragment = self._own.fragment(pages, running=True)
        assert fragment is not None  # noqa: S101 - what may be laid out is
        return fragment

    def _sheet(self, kind: str, box: Box, texts: Sequence[str]) -> Fragment:
        """Lay out lines, beside the body: no rule of the document's text holds there."""
        inside = "".join(f'<article class="{box.name}">{each}</article>' for each in texts)
        style = f' style="page:{kind}"' if kind else ""
        fragment = self._plain.fragment(f"</body><div{style}>{inside}</div><body>")
        assert fragment is not None  # noqa: S101 - what may be laid out is
        return fragment


def _put(text: Sequence[Row], sample: Sequence[Row], place: Sequence[Row], share: float) -> bytes:
    """Draw a text where a sample of it stands."""

    def height(rows: Sequence[Row]) -> float:
        return rows[0].y * (1 - share) + rows[-1].y * share

    right, down = place[0].x - sample[0].x, height(place) - height(text)
    return b"\n".join(
        b"/Artifact\n<</Type/Pagination>>\nBDC\n" + each.drawn(right, down) + b"\nEMC"
        for each in text
    )


def _filled(commands: bytes, drawn: bytes) -> bytes:
    """Draw something instead of a sample's texts."""
    first, *more = _ARTIFACT.split(commands)
    return first + drawn + b"".join(more[1::2])


def _drawings(
    fragments: Sequence[Fragment],
) -> tuple[list[Drawing], list[tuple[bytes, bytes | None]]]:
    """Give what the texts name beside fonts, the first fragment's own last, and its objects."""
    drawings: dict[str, Drawing] = {}
    objects: list[tuple[bytes, bytes | None]] = []
    for fragment in reversed(fragments):
        own = fragment.further(len(objects))
        drawings |= {each.key: each for each in own.drawings}
        objects += own.objects
    return list(drawings.values()), objects
