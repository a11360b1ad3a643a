"""What an .xlsx file is made of: a ZIP of XML parts that name each other.

Read by the guard's child process only, with the standard library alone. Parts are never unpacked
to disk or held whole: they are fed to the parser piece by piece, under limits that no spreadsheet
program comes near, and a document type (which entities need) is refused on sight.
"""

import posixpath
import zipfile
from collections.abc import Callable, Mapping
from typing import NamedTuple, Self
from xml.parsers import expat

CHUNK = 1 << 16
ELEMENTS = 1_000_000
"""Elements in all parts of a file together."""
DEEPEST = 256
MOST_ATTRIBUTES = 256
LONGEST_TAG = 1 << 20
"""Bytes of a tag with its attributes; texts between tags come in pieces and have no such limit."""

_RELATIONS = (
    "http://schemas.openxmlformats.org/package/2006/relationships",
    "http://purl.oclc.org/ooxml/package/relationships",
)

FORMATS = "http://schemas.openxmlformats.org"
STRICT = "http://purl.oclc.org/ooxml"
MAIN = (f"{FORMATS}/spreadsheetml/2006/main", f"{STRICT}/spreadsheetml/main")

Attributes = Mapping[str, str]
Start = Callable[[Attributes], None]
End = Callable[[str], None]


class Refused(Exception):  # noqa: N818 - a cause, not an error
    """A file that is not read, with the code of the cause."""


class Relation(NamedTuple):
    """A part that another part names."""

    kind: str
    """The last word of its type: ``worksheet``, ``comments`` and so on."""
    target: str


class Tags:
    """What to do at the tags of a part, by name; each tag may stand in several namespaces."""

    def __init__(
        self, namespaces: tuple[str, ...], root: str, *, otherwise: str = "damaged"
    ) -> None:
        """Take the tag the part must begin with, and the cause where it does not."""
        self.roots = frozenset(f"{each} {root}" for each in namespaces)
        self.otherwise = otherwise
        self.starts: dict[str, Start] = {}
        self.ends: dict[str, End] = {}
        self.text: End | None = None
        """Called with every piece of text, where its place among the tags matters."""

    def on(
        self,
        namespaces: tuple[str, ...],
        tag: str,
        *,
        start: Start | None = None,
        end: End | None = None,
    ) -> None:
        """Call ``start`` with the attributes of a tag, and ``end`` with the text inside it."""
        for namespace in namespaces:
            name = f"{namespace} {tag}"
            if start is not None:
                self.starts[name] = start
            if end is not None:
                self.ends[name] = end


class Package:
    """A ZIP of parts; their names are told apart as the format does, without letter case."""

    def __init__(self, path: str) -> None:
        """Open the file; nothing is unpacked yet."""
        self._archive = zipfile.ZipFile(path)
        self._infos = {_folded(each.filename): each for each in self._archive.infolist()}
        self._elements = 0
        self.visited: set[str] = set()
        """The parts that were looked into, folded."""
        self.outside: dict[tuple[str, str], str] = {}
        """Where links of the parts lead whose relations were read, by part and id."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def __contains__(self, name: str) -> bool:
        return _folded(name) in self._infos

    @property
    def names(self) -> list[str]:
        """Every part's name, folded."""
        return sorted(self._infos)

    @property
    def is_open_document(self) -> bool:
        """Whether the file is built as an OpenDocument."""
        return "content.xml" in self and "_rels/.rels" not in self

    def parse(self, name: str, tags: Tags) -> None:
        """Go through a part.

        Raises:
            Refused: where it is missing, or built as no program builds it.
            expat.ExpatError: where it is no XML.
        """
        info = self._infos.get(_folded(name))
        if info is None:
            raise Refused("damaged")
        self.visited.add(_folded(name))
        parser = self._parser(tags)
        fed = 0
        with self._archive.open(info) as source:
            while chunk := source.read(CHUNK):
                fed += len(chunk)
                parser.Parse(chunk, False)
                # NOTE: an older expat starts anew at every piece of a tag that does not end
                if fed - parser.CurrentByteIndex > LONGEST_TAG:
                    raise Refused("unsafe-content")
        parser.Parse(b"", True)

    def _parser(self, tags: Tags) -> expat.XMLParserType:
        starts, ends = tags.starts, tags.ends
        texts: list[str] = []
        depth = 0

        def on_start(name: str, attributes: Attributes) -> None:
            nonlocal depth
            depth += 1
            self._elements += 1
            if depth == 1 and name not in tags.roots:
                raise Refused(tags.otherwise)
            if depth > DEEPEST or len(attributes) > MOST_ATTRIBUTES:
                raise Refused("unsafe-content")
            if self._elements > ELEMENTS:
                raise Refused("too-large")
            if name in ends:
                texts.clear()
            if name in starts:
                starts[name](attributes)

        def on_end(name: str) -> None:
            nonlocal depth
            depth -= 1
            if name in ends:
                ends[name]("".join(texts))
                texts.clear()

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = on_start
        parser.EndElementHandler = on_end
        parser.CharacterDataHandler = tags.text or texts.append
        parser.StartDoctypeDeclHandler = _refuse_doctype
        return parser

    def relations(self, part: str) -> dict[str, Relation]:
        """Give the parts another part names, keyed by the id it names them with.

        Args:
            part: empty for the file as a whole.
        """
        folder, name = posixpath.split(part)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, Relation] = {}
        if listed not in self:
            return found

        def add(attributes: Attributes) -> None:
            if attributes.get("TargetMode") == "External":
                self.outside[part, attributes["Id"]] = attributes["Target"]
                return
            kind = attributes["Type"].rpartition("/")[2]
            target = attributes["Target"].replace("\\", "/")
            target = posixpath.normpath(posixpath.join("/", folder, target))
            found[attributes["Id"]] = Relation(kind, target.lstrip("/"))

        tags = Tags(_RELATIONS, "Relationships")
        tags.on(_RELATIONS, "Relationship", start=add)
        self.parse(listed, tags)
        return found


def _folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _refuse_doctype(*_: object) -> None:
    raise Refused("unsafe-content")
