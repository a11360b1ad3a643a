"""Documents for Word: the only module that knows python-docx.

Headings are headings, tables are tables with a head row, pictures carry an alternative text; the
same document gives the same bytes.
"""

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cyberassess.paper.blocks import (
    BREAK,
    SLOT,
    STRONG,
    Block,
    Bullets,
    Cell,
    Heading,
    Line,
    Part,
    Picture,
    Section,
    Table,
    Text,
    gathered,
    in_words,
    plain,
)
from cyberassess.paper.document import Document, Frame
from cyberassess.paper.media.column_widths import SMALL, TABLE_SIZE, UNBROKEN, widths
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
_SET_APART = frozenset({STRONG, "tag"})
"""Kinds of pieces of a line that are set in bold."""

_TONES = frozenset({"all", "most", "half", "few"})
"""Of the cells of a map; their colours only repeat what they say."""
_PARTING = re.compile(r"([-\n\t])")
"""What stands in a run as an element of its own."""


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
        for each in blocks:
            self.block(each)

    def block(self, block: Block) -> None:
        """Write a block."""
        match block:
            case Heading():
                self._heading(block)
            case Text():
                paragraph = self.word.add_paragraph()
                line = _listed(block.line) if block.kind == "legend" else block.line
                self._runs(paragraph, line, is_bold=block.kind == "lead")
                if block.kind == SLOT:
                    paragraph.runs[0].italic = True
            case Bullets():
                for line in block.lines:
                    self._runs(self.word.add_paragraph(style="List Bullet"), line)
            case Picture():
                self._picture(png(block), block.alternative, _TEXT_WIDTH)
            case Table(by=None):
                self._table(block)
            case Table():
                self._list(block)
            case Section():
                self.blocks(block.blocks)

    def _heading(self, block: Heading) -> None:
        logo = self.frame.look.logo
        is_title = block.level == 1
        if is_title and logo and logo.png:
            self._picture(logo.png, self.frame.name, _LOGO_WIDTH)
        self.word.add_heading(_text(block.text), block.level)
        self.heading = block.text
        if is_title:
            self.blocks(Text(Part(each, STRONG)) for each in self.frame.superseded)

    def _runs(
        self, paragraph: "Paragraph", cell: Cell, *, is_bold: bool = False, size: float = 0
    ) -> None:
        """Write a line, or all of a cell, into a paragraph."""
        from docx.shared import Pt

        parts: Sequence[Cell] = cell if isinstance(cell, tuple) else (cell,)
        for at, each in enumerate(parts):
            if isinstance(each, Text):
                if at:
                    paragraph.add_run("\n")
                self._runs(paragraph, each.line, is_bold=is_bold, size=size)
            elif text := "\n" if each is BREAK else _text(plain(each)):
                run = paragraph.add_run()
                _fill(run, text)
                run.bold = is_bold or (isinstance(each, Part) and each.kind in _SET_APART)
                if size:
                    run.font.size = Pt(size)

    def _picture(self, data: bytes, alternative: str, millimetres: float) -> None:
        from docx.shared import Mm

        self.word.add_picture(io.BytesIO(data), width=Mm(millimetres))
        shape = self.word.inline_shapes[len(self.word.inline_shapes) - 1]
        properties = shape._inline.docPr  # noqa: SLF001 - the library has no other way
        properties.set("descr", _text(alternative))
        properties.set("name", f"Picture {len(self.word.inline_shapes)}")

    def _list(self, block: Table) -> None:
        """Write rows as paragraphs beside their names, each under what its rows share."""
        from docx.shared import Mm, Pt

        for shared, rows in gathered(block):
            self.word.add_heading(_text(shared), _LOWEST)
            for each in rows:
                paragraph = self.word.add_paragraph()
                set_ = paragraph.paragraph_format
                set_.left_indent, set_.first_line_indent = Mm(_HANGING), Mm(-_HANGING)
                set_.tab_stops.add_tab_stop(Mm(_HANGING))
                set_.space_after = Pt(3)
                self._runs(paragraph, each, size=TABLE_SIZE)

    def _table(self, block: Table) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt

        block = in_words(block)
        heads = block.columns
        table: WordTable = self.word.add_table(len(block.rows) + 1, len(heads), "Table Grid")
        table.autofit = False
        described = OxmlElement("w:tblCaption")
        described.set(qn("w:val"), _text(block.caption or self.heading))
        table._tbl.tblPr.append(described)  # noqa: SLF001 - the library has no other way
        wide = [Mm(each) for each in widths(block, _TEXT_WIDTH)]
        for column, width in zip(table.columns, wide, strict=True):
            column.width = width
        rows: list[Sequence[Cell]] = [[each.title for each in heads], *block.rows]
        for number, (row, cells) in enumerate(zip(table.rows, rows, strict=True)):
            properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - the library has no other way
            for name in ("w:cantSplit", *(("w:tblHeader",) if number == 0 else ())):
                properties.append(_flag(name))
            places = list(row.cells)
            for place, width in zip(places, wide, strict=True):
                place.width = width
            if len(cells) < len(places):
                places[len(cells) - 1].merge(places[-1])
            for place, cell in zip(places, cells, strict=False):
                self._cell(place, cell, is_bold=number == 0)
        after = self.word.add_paragraph().paragraph_format
        after.line_spacing, after.space_after = Pt(_BETWEEN), Pt(0)

    def _cell(self, place: "WordCell", cell: Cell, *, is_bold: bool) -> None:
        from docx.shared import Pt

        paragraph = place.paragraphs[0]
        paragraph.paragraph_format.space_before = Pt(2)
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.line_spacing = 1
        self._runs(paragraph, cell, is_bold=is_bold, size=TABLE_SIZE)
        if isinstance(cell, Part) and cell.kind in _TONES:
            self._shade(place, cell.kind)

    def _shade(self, cell: "WordCell", tone: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import RGBColor

        colours = self.frame.look.colours
        fill, text = {
            "all": (colours.main, colours.white),
            "most": (colours.middle, colours.on_middle),
            "half": (colours.light, colours.on_light),
            "few": (colours.white, colours.accent),
        }[tone]
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill.lstrip("#"))):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - the library has no other way
        for run in cell.paragraphs[0].runs:
            run.font.color.rgb = RGBColor.from_string(text.lstrip("#").upper())


def _listed(line: Line) -> str:
    """Part the pieces of a line that colours part on paper."""
    parts = line if isinstance(line, tuple) else (line,)
    return "; ".join(said for each in parts if (said := plain(each).strip()))


def _fill(run: "Run", text: str) -> None:
    """Write words whose references and dates stay whole, and are copied with a plain hyphen."""
    from docx.oxml import OxmlElement

    for at, each in enumerate(UNBROKEN.split(text)):
        is_whole = at % 2
        for piece in _PARTING.split(each):
            match piece:
                case "\n":
                    run.add_break()
                case "\t":
                    run.add_tab()
                case "-" if is_whole:
                    run._r.append(OxmlElement("w:noBreakHyphen"))  # noqa: SLF001 - no other way
                case _:
                    run.add_text(piece)


def _flag(name: str) -> "BaseOxmlElement":
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    element.set(qn("w:val"), "true")
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
