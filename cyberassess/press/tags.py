"""From the engine's boxes to the structure of a tagged document.

The engine can tag a document itself, but makes several tables of one that a page break splits,
leaves running text outside the structure, gives header cells no scope and forgets inner languages;
and its time grows with the square of the pages. So it only numbers what it draws, and the
structure is built here, one node for each element of the HTML however many pages it crosses.

Source: ISO 32000-1, 14.7 and 14.8; ISO 14289-1 (PDF/UA-1), 7.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cyberassess.press.fragment import Node

# NOTE: the engine has no types.
Box = Any

SVG = "{http://www.w3.org/2000/svg}"
_TAGS = {
    "section": "Sect",
    "article": "Art",
    "main": "Part",
    "div": "Div",
    "blockquote": "BlockQuote",
    "p": "P",
    "ul": "L",
    "ol": "L",
    "dl": "L",
    "li": "LI",
    "a": "Link",
    "table": "Table",
    "caption": "Caption",
    "figcaption": "Caption",
    "thead": "THead",
    "tbody": "TBody",
    "tfoot": "TFoot",
    "tr": "TR",
    "th": "TH",
    "td": "TD",
    **{f"h{level}": f"H{level}" for level in range(1, 7)},
}
_STAYS_EMPTY = frozenset({"TH", "TD"})
"""Cells keep their place in a row though nothing stands in them."""
_SCOPES = {"row": "Row", "rowgroup": "Row", "col": "Column", "colgroup": "Column"}


class Tags:
    """Builds the structure page by page."""

    def __init__(self) -> None:
        """Begin with an empty document."""
        self.root = Node("Document")
        self.silent: list[str] = []
        """Pictures without a text to say instead of them."""
        self._nodes: dict[int, Node] = {}
        self._bodies: dict[int, Node] = {}
        self._labels: dict[int, Node] = {}
        self._headed: dict[int, int] = {}
        self._links: Mapping[int, list[int]] = {}
        self._marks: Mapping[Any, Mapping[str, Any]] = {}
        self._page = 0
        self._height = 0.0

    def add_page(
        self,
        number: int,
        page_box: Box,
        marks: Mapping[Any, Mapping[str, Any]],
        links: Mapping[int, list[int]],
    ) -> dict[int, Node | None]:
        """Take in a page; give for each piece of marked content its node.

        ``None`` stands for what no node owns, an artifact: running heads, repeated table heads,
        decoration.

        Args:
            number: of the page, from 0.
            page_box: the page as it was laid out.
            marks: the number of each piece of marked content, keyed by its box.
            links: the numbers of this page's links, keyed by the identity of their box.
        """
        self._page, self._marks, self._links = number, marks, links
        self._height = page_box.margin_height()
        owners: dict[int, Node | None] = {each["mcid"]: None for each in marks.values()}
        for box in page_box.children:
            if type(box).__name__ != "MarginBox":
                owners.update(self._walk(box, self.root, in_head=False))
        return owners

    def finish(self) -> list[Node]:
        """Give what stands under the document, without what came to nothing."""
        _prune(self.root)
        return [each for each in self.root.kids if isinstance(each, Node)]

    def _walk(self, box: Box, parent: Node, *, in_head: bool) -> Iterator[tuple[int, Node]]:
        box = getattr(box, "_box", box)
        mark = self._marks.get(box)
        if _is_decoration(box):
            return
        if getattr(box, "is_header", False):
            first = self._headed.setdefault(id(box.element), self._page)
            if first != self._page:
                return
        node = self._node(box, parent, in_head=in_head)
        for link in self._links.get(id(box), ()):
            node.kids.append(("link", self._page, link))
        if mark is not None:
            node.kids.append(("mark", self._page, mark["mcid"]))
            yield mark["mcid"], node
        in_head = in_head or node.tag == "THead"
        for child in getattr(box, "children", ()):
            yield from self._walk(child, node, in_head=in_head)

    def _node(self, box: Box, parent: Node, *, in_head: bool) -> Node:
        """Give the node a box belongs to; a new one where its element has none yet."""
        element, name = box.element, box.element_tag
        if element is None or not isinstance(name, str) or name in {"html", "body"}:
            return parent
        if "::" in name:
            return self._label(element, parent) if name == "li::marker" else parent
        known = self._nodes.get(id(element))
        if known is not None:
            return self._bodies.get(id(element), known)
        tag = "Figure" if name in {"img", f"{SVG}svg"} else _TAGS.get(name, "")
        language = element.get("lang", "")
        actual = element.get("data-actual", "")
        if not tag and not language and not actual:
            return parent
        node = Node(tag or "Span", language=language, actual=actual)
        parent.kids.append(node)
        self._nodes[id(element)] = node
        if tag == "Figure":
            self._describe(node, box)
        elif tag in _STAYS_EMPTY:
            node.span = (box.colspan, box.rowspan)
            node.number = element.get("data-number", "")
            if tag == "TH":
                wanted = element.get("scope", "col" if in_head else "row")
                node.scope = _SCOPES.get(wanted, "Column")
        elif tag == "LI":
            node = self._bodies[id(element)] = Node("LBody")
            self._nodes[id(element)].kids.append(node)
        return node

    def _label(self, element: Any, parent: Node) -> Node:
        label = self._labels.get(id(element))
        if label is None:
            label = self._labels[id(element)] = Node("Lbl")
            self._nodes.get(id(element), parent).kids.insert(0, label)
        return label

    def _describe(self, node: Node, box: Box) -> None:
        element = box.element
        if box.element_tag == "img":
            node.alternative = element.get("alt", "")
        else:
            title = element.find(f"{SVG}title")
            said = (title.text if title is not None else None) or element.get("aria-label")
            node.alternative = said or ""
        if not node.alternative.strip():
            self.silent.append(element.get("src") or element.get("class") or "a drawing")
        left, top = box.content_box_x(), box.content_box_y()
        bottom = self._height - top - box.height
        corners = (left, bottom, left + box.width, bottom + box.height)
        node.box = tuple(round(each * 0.75, 2) for each in corners)


def _is_decoration(box: Box) -> bool:
    """Say whether a box is drawn for the eye only."""
    element = box.element
    return (
        element is not None
        and "::" not in str(box.element_tag)
        and (element.get("aria-hidden") == "true" or element.get("role") == "presentation")
    )


def _prune(node: Node) -> bool:
    """Leave out nodes that own nothing; say whether this one does."""
    node.kids = [each for each in node.kids if not isinstance(each, Node) or _prune(each)]
    return bool(node.kids) or node.tag in _STAYS_EMPTY
