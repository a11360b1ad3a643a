"""Documents for Word: the only module that knows python-docx.

Headings are headings, tables are tables with a head row, pictures carry an alternative text; the
same document gives the same bytes.
"""

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from cyberassess.paper.blocks import (
    BREAK,
    LONG_ROW,
    SLOT,
    STRONG,
    Block,
    Bullets,
    Cell,
    Heading,
    Part,
    Picture,
    Row,
    Section,
    Table,
    Text,
    gathered,
    in_words,
    length,
    plain,
)
from cyberassess.paper.document import Document, Frame
from cyberassess.paper.furniture import NUMBERS_ABOVE_WORDS
from cyberassess.paper.look import Colours
from cyberassess.paper.media.column_widths import LARGE, SMALL, TABLE_SIZE, UNBROKEN, widths
from cyberassess.paper.media.markup import printable
from cyberassess.paper.media.pictures import png

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import Table as WordTable
    from docx.table import _Cell as WordCell
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

_ABOUT = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    'extended-properties"><Application>cyberassess</Application></Properties>'
)
"""What the file says of itself: the library's own names another program and counts nothing."""
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_FONT = "Arial"
_SIZES = {"Normal": 10.5, "Heading 1": 22, "Heading 2": 15, "Heading 3": 12, "Heading 4": 11,
          "Caption": 10}  # fmt: skip
_SPACE = {"Normal": (0, 5), "Heading 1": (0, 6), "Heading 2": (11, 3), "Heading 3": (9, 3),
          "Heading 4": (7, 2), "Caption": (0, 3)}  # fmt: skip
"""Above and below, in points."""
_LINE = 1.12
_BETWEEN = 6
"""What follows a table before the text goes on, in points."""
_HANGING = 22
"""How far the words of a list stand from its names' edge, in millimetres."""
_LOWEST = 4
"""Level of the headings that say what the items of a list share."""
_LONGEST_PROPERTY = 255
"""Characters, by the format."""
_A4 = (210, 297)
_MARGIN = 22
_TOP, _FOOT, _EDGE = 20, 25, 9
"""Above and below the text, and above the head and below the foot, in millimetres."""
_TEXT_WIDTH = _A4[0] - 2 * _MARGIN
_LOGO_WIDTH = 45
_THUMBNAIL = "thumbnail"
_TONES = frozenset({"all", "most", "half", "few"})
"""Of the cells of a map; their colours only repeat what they say."""
_LETTER = "k"
_LETTER_TONES = frozenset({"high", "middle", "low"})
"""What sets a letter for a level, and the levels that have a colour of their own."""
_NOTES = frozenset({"small", "meta", "by", "place", "official"})
"""Kinds of words that are grey and small."""
_PLAIN_NAMES = frozenset({"map", "matrix", "contents", "found", "numbers", "verdicts"})
"""Kinds of tables whose rows have names of no weight."""
_TIGHT = frozenset({"contents", "matrix", "numbers"})
"""Kinds of tables whose rows stand close."""
_SHORT_ROWS, _SHORT_TABLE, _MAP_ROWS = 8, 700, 24
"""Rows and characters of a table, and rows of a map, that stay on one page."""
_TIED = "\N{NO-BREAK SPACE}"
"""Between a letter and its word."""
_PARTING = re.compile(r"([\n\t])"), re.compile("(-)")
"""What stands in a run as an element of its own, in words and in what stays whole."""


class _Look(NamedTuple):
    """How words are set; a colour of none is that of the paragraph."""

    size: float = 0
    is_bold: bool = False
    colour: str = ""


_BODY = _Look()


def word_document(document: Document) -> bytes:
    """Give a document as a file for Word."""
    import docx

    word = docx.Document()
    writer = _Writer(word, document.frame)
    writer.set_up()
    writer.blocks(document.for_word or document.sections)
    held = io.BytesIO()
    word.save(held)
    return _same_bytes(held.getvalue())


def _same_bytes(data: bytes) -> bytes:
    """Pack the parts again with one fixed time, so that no clock is in the file."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, _ABOUT if name == "docProps/app.xml" else old.read(name))
    return out.getvalue()


def _text(value: str) -> str:
    return str(printable(value))


class _Writer:
    """Writes the blocks of one document."""

    def __init__(self, word: "Word", frame: Frame) -> None:
        self.word = word
        self.frame = frame
        self.heading = frame.title
        """The last one: what a table without a caption is about."""
        self.begins_page = False
        """Whether the next paragraph does."""
        self.tones = _tones(frame.look.colours)

    def set_up(self) -> None:
        """Set paper, fonts, language, properties, head and foot."""
        from docx.shared import Mm

        section = self.word.sections[0]
        section.page_width, section.page_height = Mm(_A4[0]), Mm(_A4[1])
        section.left_margin = section.right_margin = Mm(_MARGIN)
        section.top_margin, section.bottom_margin = Mm(_TOP), Mm(_FOOT)
        section.header_distance = section.footer_distance = Mm(_EDGE)
        self._set_styles()
        self._set_properties()
        self._marking(section.header.paragraphs[0])
        foot = section.footer.paragraphs[0]
        about = f"{self.frame.name} · {self.frame.footer}"
        foot.add_run(f"{_text(about)} · {self.frame.date_in_words} · page ")
        _field(foot, "PAGE")
        foot.add_run(" of ")
        _field(foot, "NUMPAGES")
        self._marking(section.footer.add_paragraph(style="Footer"))

    def _set_styles(self) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        main = RGBColor.from_string(self.frame.look.colours.main.lstrip("#").upper())
        for name, size in _SIZES.items():
            style: Any = self.word.styles[name]  # its type says less than what is there
            style.font.name, style.font.size = _FONT, Pt(size)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for which in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
                fonts.set(qn(which), _FONT)
            for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
                fonts.attrib.pop(qn(theme), None)
            set_ = style.paragraph_format
            set_.space_before, set_.space_after = map(Pt, _SPACE[name])
            if name == "Normal":
                set_.line_spacing = _LINE
            else:
                style.font.color.rgb = main
                set_.keep_with_next = True
        for name in ("Header", "Footer"):
            self.word.styles[name].font.size = Pt(SMALL)
        for language in self.word.styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), "en-GB")

    def _set_properties(self) -> None:
        frame, properties = self.frame, self.word.core_properties
        title, author, subject = (
            _text(each)[:_LONGEST_PROPERTY] for each in (frame.title, frame.author, frame.subject)
        )
        properties.title, properties.author, properties.subject = title, author, subject
        properties.comments, properties.last_modified_by = "", author
        properties.language = "en-GB"
        day = datetime.date.fromisoformat(frame.date)
        at = datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)
        properties.created = properties.modified = at
        package = self.word.part.package
        for key, relation in list(package.rels.items()):
            if relation.reltype.endswith(_THUMBNAIL):
                del package.rels[key]

    def _marking(self, paragraph: "Paragraph") -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(_text(self.frame.marking)).bold = True

    def blocks(self, blocks: Iterable[Block]) -> None:
        """Write blocks one after another."""
        every = tuple(blocks)
        around = zip((None, *every), every, (*every[1:], None), strict=False)
        for before, each, after in around:
            self.block(each, is_kept=_is_kept(before, each, after))

    def block(self, block: Block, *, is_kept: bool = False) -> None:
        """Write a block.

        Args:
            is_kept: whether it stays on one page with what follows.
        """
        match block:
            case Heading():
                self._heading(block)
            case Text():
                self._text(block, is_kept=is_kept)
            case Bullets():
                for line in block.lines:
                    self._runs(self._paragraph("List Bullet"), line)
            case Picture():
                self._picture(png(block), block.alternative, _TEXT_WIDTH, is_kept=is_kept)
            case Table(by=None):
                self._table(block, is_kept=is_kept)
            case Table():
                self._list(block)
            case Section():
                self.begins_page |= "new-page" in block.kind.split()
                self.blocks(block.blocks)

    def _paragraph(self, style: str | None = None) -> "Paragraph":
        return self._placed(self.word.add_paragraph(style=style))

    def _placed(self, paragraph: "Paragraph") -> "Paragraph":
        """Begin a page with a paragraph where a chapter does."""
        if self.begins_page:
            paragraph.paragraph_format.page_break_before = True
            paragraph.paragraph_format.space_before = 0
        self.begins_page = False
        return paragraph

    def _text(self, block: Text, *, is_kept: bool) -> None:
        paragraph = self._paragraph()
        kinds = block.kind.split()
        line = block.line
        if "legend" in kinds and isinstance(line, tuple):
            line = tuple("; " if each == " " else each for each in line)
        self._runs(paragraph, Text(line, block.kind), _Look(is_bold="lead" in kinds))
        if is_kept:
            paragraph.paragraph_format.keep_with_next = True
        if SLOT in kinds:
            paragraph.runs[0].italic = True

    def _heading(self, block: Heading) -> None:
        logo = self.frame.look.logo
        is_title = block.level == 1
        if is_title and logo and logo.png:
            self._picture(logo.png, self.frame.name, _LOGO_WIDTH)
        self._placed(self.word.add_heading(_text(block.text), block.level))
        self.heading = block.text
        if is_title:
            self.blocks(Text(Part(each, STRONG)) for each in self.frame.superseded)

    def _runs(self, paragraph: "Paragraph", cell: Cell, look: _Look = _BODY) -> None:
        """Write a line, or all of a cell, into a paragraph."""
        parts: Sequence[Cell] = cell if isinstance(cell, tuple) else (cell,)
        for at, each in enumerate(parts):
            if isinstance(each, Text):
                if at:
                    self._run(paragraph, "\n", look)
                self._runs(paragraph, each.line, self._looks(each.kind, look))
            elif isinstance(each, Part) and each is not BREAK:
                self._part(paragraph, each, look)
            else:
                said = plain(each)
                if said.startswith(" ") and at and _is_letter(parts[at - 1]):
                    said = _TIED + said[1:]
                self._run(paragraph, said, look)

    def _part(self, paragraph: "Paragraph", part: Part, look: _Look) -> None:
        kinds = part.kind.split()
        if _is_letter(part):
            tone = next((each for each in kinds if each in _LETTER_TONES), "none")
            self._chip(self._run(paragraph, part.text, _Look(SMALL, is_bold=True)), tone)
        elif part.kind in _TONES:
            self._chip(self._run(paragraph, part.text, _Look(SMALL, is_bold=True)), part.kind)
        else:
            self._run(paragraph, part.text, self._looks(part.kind, look))

    def _looks(self, kind: str, look: _Look) -> _Look:
        """Give how words of a kind are set among others."""
        kinds = frozenset(kind.split())
        colours = self.frame.look.colours
        if kinds & _NOTES:
            return _Look(SMALL, colour=colours.grey)
        if "n" in kinds:
            return _Look(SMALL, colour=colours.accent)
        if "tag" in kinds:
            return look._replace(is_bold=True, colour=colours.accent)
        return look._replace(is_bold=True) if STRONG in kinds else look

    def _run(self, paragraph: "Paragraph", text: str, look: _Look) -> "Run | None":
        """Write words, if there are any."""
        from docx.shared import Pt

        if not text:
            return None
        run = paragraph.add_run()
        _fill(run, _text(text))
        run.bold = look.is_bold
        if look.size:
            run.font.size = Pt(look.size)
        _colour(run, look.colour)
        return run

    def _chip(self, run: "Run | None", tone: str) -> None:
        """Shade words as their tone is."""
        if run is None:
            return
        fill, text, edge = self.tones[tone]
        _colour(run, text)
        properties = run._r.get_or_add_rPr()  # noqa: SLF001 - the library has no other way
        if edge != fill:  # NOTE: LibreOffice shades half of what ends a line and has an edge
            properties.append(_element("w:bdr", val="single", sz="6", space="1", color=edge))
        properties.append(_element("w:shd", val="clear", color="auto", fill=fill))

    def _picture(
        self, data: bytes, alternative: str, millimetres: float, *, is_kept: bool = True
    ) -> None:
        from docx.shared import Mm

        paragraph = self._paragraph()
        paragraph.paragraph_format.keep_with_next = is_kept
        paragraph.add_run().add_picture(io.BytesIO(data), width=Mm(millimetres))
        shape = self.word.inline_shapes[len(self.word.inline_shapes) - 1]
        properties = shape._inline.docPr  # noqa: SLF001 - the library has no other way
        properties.set("descr", _text(alternative))
        properties.set("name", f"Picture {len(self.word.inline_shapes)}")

    def _list(self, block: Table) -> None:
        """Write rows as paragraphs beside their names, each under what its rows share."""
        from docx.shared import Mm, Pt

        items = _Look(TABLE_SIZE)
        for shared, rows in gathered(block):
            self._placed(self.word.add_heading(_text(shared), _LOWEST))
            for each in rows:
                paragraph = self._paragraph()
                set_ = paragraph.paragraph_format
                set_.left_indent, set_.first_line_indent = Mm(_HANGING), Mm(-_HANGING)
                set_.tab_stops.add_tab_stop(Mm(_HANGING))
                set_.space_after = Pt(3)
                for part in each if isinstance(each, tuple) else (each,):
                    if isinstance(part, Text):  # a note on the item
                        note = part if part.kind else replace(part, kind="small")
                        self._runs(paragraph, ("", note), items)
                    else:
                        self._runs(paragraph, part, items)

    def _table(self, block: Table, *, is_kept: bool) -> None:
        """Write a table.

        Args:
            is_kept: whether its last row stays with what follows.
        """
        from docx.shared import Mm, Pt

        if self.begins_page:
            self._paragraph()
        block = in_words(block)
        table: WordTable = self.word.add_table(
            len(block.rows) + 1, len(block.columns), "Table Grid"
        )
        table.autofit = False
        described = _element("w:tblCaption", val=_text(block.caption or self.heading))
        table._tbl.tblPr.append(described)  # noqa: SLF001 - the library has no other way
        wide = [Mm(each) for each in widths(block, _TEXT_WIDTH)]
        for column, width in zip(table.columns, wide, strict=True):
            column.width = width
        rows: list[Row] = [tuple(each.title for each in block.columns), *block.rows]
        is_small_map = "map" in block.kind.split() and len(rows) <= _MAP_ROWS
        is_short = len(rows) <= _SHORT_ROWS and sum(map(length, rows)) < _SHORT_TABLE
        for number, (row, cells) in enumerate(zip(table.rows, rows, strict=True)):
            properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - the library has no other way
            flags = {"w:cantSplit": length(cells) <= LONG_ROW, "w:tblHeader": number == 0}
            for name in (each for each, is_set in flags.items() if is_set):
                properties.append(_element(name, val="true"))
            places = list(row.cells)
            for place, width in zip(places, wide, strict=True):
                place.width = width
            is_part = len(cells) == 1 < len(places)
            is_last = number == len(rows) - 1
            self._row(block, number, places, cells)
            for place in places:
                keeps = is_kept if is_last else is_short or is_small_map or is_part or number == 0
                place.paragraphs[0].paragraph_format.keep_with_next = keeps or None
        after = self.word.add_paragraph().paragraph_format
        after.line_spacing, after.space_after = Pt(_BETWEEN), Pt(0)
        after.keep_with_next = is_kept or None

    def _row(self, block: Table, number: int, places: "list[WordCell]", cells: Row) -> None:
        """Write a row; its last cell goes on to the table's end."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        kinds = frozenset(block.kind.split())
        if len(cells) < len(places):
            places[len(cells) - 1].merge(places[-1])
        for at, (place, cell) in enumerate(zip(places, cells, strict=False)):
            is_part = len(cells) == 1 < len(places)
            self._cell(place, cell, self._cell_look(block, number, at, is_part=is_part))
            set_ = place.paragraphs[0].paragraph_format
            set_.space_before = set_.space_after = Pt(1 if kinds & _TIGHT else 2)
            set_.line_spacing = 1
            if at and "map" in kinds:
                place.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _cell_look(self, block: Table, number: int, at: int, *, is_part: bool) -> _Look:
        """Give how a cell is set: heads, and what names a row, have weight."""
        kinds = frozenset(block.kind.split())
        if NUMBERS_ABOVE_WORDS in kinds:
            grey = _Look(SMALL, colour=self.frame.look.colours.grey)
            return _Look(LARGE, is_bold=True) if number else grey
        names = at in block.names and not kinds & _PLAIN_NAMES
        return _Look(TABLE_SIZE, is_bold=number == 0 or is_part or names)

    def _cell(self, place: "WordCell", cell: Cell, look: _Look) -> None:
        paragraph = place.paragraphs[0]
        if not isinstance(cell, Part) or cell.kind not in _TONES:
            self._runs(paragraph, cell, look)
            return
        fill, text, edge = self.tones[cell.kind]
        self._run(paragraph, cell.text, _Look(SMALL, is_bold=True, colour=f"#{text}"))
        properties = place._tc.get_or_add_tcPr()  # noqa: SLF001 - the library has no other way
        if edge != fill:
            borders = _element("w:tcBorders")
            for side in ("top", "left", "bottom", "right"):
                borders.append(_element(f"w:{side}", val="single", sz="8", space="0", color=edge))
            properties.append(borders)
        properties.append(_element("w:shd", val="clear", color="auto", fill=fill))


def _is_letter(cell: Cell) -> bool:
    return isinstance(cell, Part) and _LETTER in cell.kind.split()


def _is_kept(before: Block | None, block: Block, after: Block | None) -> bool:
    """Say whether a block stays on one page with what follows it."""
    kinds = after.kind.split() if isinstance(after, Text) else []
    match block:
        case Text():
            is_intro = isinstance(before, Heading) and isinstance(after, Table | Bullets)
            return "keep" in block.kind.split() or "by" in kinds or is_intro
        case Picture():
            return isinstance(after, Text)
        case Table():
            return "legend" in kinds
        case _:
            return False


def _tones(colours: Colours) -> dict[str, tuple[str, str, str]]:
    """Give fill, text and edge of what is shaded, by tone."""
    full = colours.main, colours.white, colours.main
    light = colours.light, colours.on_light
    open_ = colours.white, colours.accent, colours.accent
    found = {
        "all": full, "most": (colours.middle, colours.on_middle, colours.edge),
        "half": (*light, colours.edge), "few": open_,
        "high": full, "middle": (*light, colours.light), "low": open_,
        "none": (colours.track, colours.grey, colours.track),
    }  # fmt: skip
    return {tone: (_hex(a), _hex(b), _hex(c)) for tone, (a, b, c) in found.items()}


def _hex(colour: str) -> str:
    return colour.lstrip("#")


def _colour(run: "Run", colour: str) -> None:
    from docx.shared import RGBColor

    if colour:
        run.font.color.rgb = RGBColor.from_string(_hex(colour).upper())


def _fill(run: "Run", text: str) -> None:
    """Write words whose references and dates stay whole, and are copied with a plain hyphen."""
    for at, each in enumerate(UNBROKEN.split(text)):
        for piece in _PARTING[at % 2].split(each):
            match piece:
                case "\n":
                    run.add_break()
                case "\t":
                    run.add_tab()
                case "-":
                    run._r.append(_element("w:noBreakHyphen"))  # noqa: SLF001 - no other way
                case _:
                    run.add_text(piece)


def _element(name: str, **attributes: str) -> "BaseOxmlElement":
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _field(paragraph: "Paragraph", code: str) -> None:
    """Put a number that Word works out for itself."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement("w:fldSimple")
    element.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    element.append(run)
    paragraph._p.append(element)  # noqa: SLF001 - the library has no other way
