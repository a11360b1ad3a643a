"""The board summary for Word, laid out as councils lay out a paper: slots for what others write.

The only module that knows python-docx. Headings are headings, tables are tables with a head row,
pictures carry an alternative text; the same summary gives the same bytes.
"""

import datetime
import io
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cyberassess.paper.documents.board import OPEN, BoardSummary
from cyberassess.paper.documents.pictures import chart_png, squares_png
from cyberassess.paper.html import printable
from cyberassess.paper.sections.gaps import Map
from cyberassess.paper.sections.moves import MoveRow

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import Table
    from docx.table import _Cell as DocxCell
    from docx.text.paragraph import Paragraph

_ABOUT = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    'extended-properties"><Application>cyberassess</Application></Properties>'
)
"""What the file says of itself: the library's own names another program and counts nothing."""
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_FONT = "Arial"
_LEAST_FIRST, _CELL = 24, 15
"""Widths in a map, in per cent: the least of its first column, and what a count needs."""
_SURE = "How sure we are"
_TABLE_SIZE = 9.5
_LONGEST_PROPERTY = 255
"""Characters, by the format."""
_A4 = (210, 297)
_MARGIN = 22
_TEXT_WIDTH = _A4[0] - 2 * _MARGIN
_THUMBNAIL = "thumbnail"


def board_docx(summary: BoardSummary) -> bytes:
    """Give the board summary as a Word document."""
    import docx

    word = docx.Document()
    writer = _Writer(word, summary)
    writer.set_up()
    writer.write()
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


def _moved_by(row: MoveRow) -> str:
    said = [row.more] if row.more else []
    if row.answer:
        turn = row.answer
        said.insert(0, f"{turn.text} {turn.ref}: from “{turn.before}” to “{turn.now}”.")
    return "\n".join(said)


def _text(value: str) -> str:
    return str(printable(value))


class _Writer:
    """Writes one summary into one document."""

    def __init__(self, word: "Word", summary: BoardSummary) -> None:
        self.word = word
        self.summary = summary

    def set_up(self) -> None:
        """Set paper, fonts, language, properties, head and foot."""
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt, RGBColor

        summary, frame = self.summary, self.summary.frame
        section = self.word.sections[0]
        section.page_width, section.page_height = Mm(_A4[0]), Mm(_A4[1])
        section.left_margin = section.right_margin = Mm(_MARGIN)
        main = RGBColor.from_string(frame.look.colours.main.lstrip("#").upper())
        sizes = {"Normal": 11, "Heading 1": 22, "Heading 2": 15, "Heading 3": 12, "Caption": 10}
        for name, size in sizes.items():
            style: Any = self.word.styles[name]  # its type says less than what is there
            style.font.name, style.font.size = _FONT, Pt(size)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for which in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
                fonts.set(qn(which), _FONT)
            for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
                fonts.attrib.pop(qn(theme), None)
            if name != "Normal":
                style.font.color.rgb = main
        for language in self.word.styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), "en-GB")
        properties = self.word.core_properties
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
        self._marking(section.header.paragraphs[0])
        foot = section.footer.paragraphs[0]
        foot.add_run(
            f"{_text(frame.name)} · {_text(frame.footer)} · {frame.date_in_words} · page "
        )
        _field(foot, "PAGE")
        foot.add_run(" of ")
        _field(foot, "NUMPAGES")
        self._marking(section.footer.add_paragraph())
        if summary.frame.look.logo and summary.frame.look.logo.png:
            self._picture(summary.frame.look.logo.png, frame.name, 45)

    def _marking(self, paragraph: "Paragraph") -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(_text(self.summary.frame.marking)).bold = True

    def write(self) -> None:
        """Write everything, in the order of a committee paper."""
        summary = self.summary
        self.word.add_heading(_text(summary.title), 1)
        self._say(f"{summary.about} · {summary.frame.marking}")
        for said in summary.frame.superseded:
            self._say(said, bold=True)
        self.word.add_heading("Recommendation", 2)
        self._say(summary.decision)
        self._slot("Recommendation: keep, change or replace the sentence above")
        self._result()
        self._proof()
        self._gaps()
        self._themes()
        self._last_plan()
        self._moves()
        self._slots()
        self.word.add_heading("Not covered", 2)
        self._say(summary.not_covered)
        self.word.add_heading("How this was found", 2)
        for line in summary.method:
            self.word.add_paragraph(_text(line), style="List Bullet")
        self.word.add_heading("Control of this document", 2)
        self._table("Control of this document", ("Item", "Entry"), summary.frame.control, (30, 70))

    def _result(self) -> None:
        summary = self.summary
        self.word.add_heading("Result", 2)
        parts = (
            summary.lead, summary.lead_count, summary.lead_before, summary.lead_weakest,
        )  # fmt: skip
        self._say(" ".join(filter(None, parts)), bold=True)
        for verdict in summary.verdicts:
            self._say(verdict)
        if summary.squares:
            picture = squares_png(summary.squares)
            self._picture(picture, summary.squares.alternative, _TEXT_WIDTH)
        self._say(" ".join(filter(None, (summary.level, summary.target, summary.moved))))
        if summary.dissent:
            self._say(summary.dissent, bold=True)
        self._say(summary.opinion)
        for line in summary.moved_by:
            self._say(line)

    def _proof(self) -> None:
        """Say how far the result can be relied on: every figure, then the picture of them."""
        summary = self.summary
        self.word.add_heading(_SURE, 2)
        rows = [(each.meaning, each.number) for each in summary.figures]
        self._table(_SURE, ("What", "Figure"), rows, (70, 30))
        self._say(summary.confirmed)
        shown = {each.title: each for each in (*summary.pictures, *summary.charts)}
        if summary.years:
            shown[summary.years.title] = summary.years
        for chart in shown.values():
            self.word.add_heading(_text(chart.title), 3)
            self._picture(chart_png(chart), chart.alternative, _TEXT_WIDTH)
            self._say(chart.note)
            self._table(chart.title, chart.heads, chart.rows, chart.widths)

    def _themes(self) -> None:
        """Write the table of all themes and the map of the gaps."""
        summary = self.summary
        heads = ("Theme", "Meet the target", "Last year", "Level", "Ambition")
        self.word.add_heading("All themes", 2)
        for table in summary.themes:
            if table.title:
                self.word.add_heading(_text(table.title), 3)
            rows = [(e.title, e.meets, e.before, e.level, e.ambition) for e in table.rows]
            self._table(table.title or "All themes", heads, rows, (24, 20, 18, 20, 18))
            self._say(" ".join(table.notes))
        if summary.maps:
            self.word.add_heading("Where the gaps are", 2)
        for each in summary.maps:
            self._map(each)

    def _map(self, map_: Map) -> None:
        """Write a map as a table; its colours only repeat what its cells say."""
        if map_.title:
            self.word.add_heading(_text(map_.title), 3)
        self._say(map_.about)
        columns = len(map_.columns)
        first = max(_LEAST_FIRST, min(int(map_.first_width), 100 - _CELL * columns))
        widths = (first, *((100 - first) // columns for _ in range(columns)))
        table = self._table(
            "Where the gaps are",
            (map_.kind, *map_.columns),
            [(row.title, *(cell.text for cell in row.cells)) for row in map_.rows],
            widths,
        )
        for number, row in enumerate(map_.rows, start=1):
            for cell, shown in zip(row.cells, table.rows[number].cells[1:], strict=True):
                self._shade(shown, cell.tone)
        self._say(f"In a cell: {'; '.join(each.text for each in map_.legend)}.")
        for note in map_.notes:
            self._say(note)

    def _shade(self, cell: "DocxCell", tone: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import RGBColor

        colours = self.summary.frame.look.colours
        fill, text = {
            "all": (colours.main, colours.white),
            "most": (colours.middle, colours.on_middle),
            "half": (colours.light, colours.on_light),
            "few": (colours.white, colours.accent),
        }.get(tone, (colours.white, colours.ink))
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill.lstrip("#"))):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - the library has no other way
        for run in cell.paragraphs[0].runs:
            run.font.color.rgb = RGBColor.from_string(text.lstrip("#").upper())

    def _last_plan(self) -> None:
        found = self.summary.became
        if found is None:
            return
        title = "What became of last year's actions"
        self.word.add_heading(title, 2)
        self._say(found.sentence)
        if found.rows:
            heads = ("Ref", "Action", "What became", "Owner and date, or reason")
            self._table(title, heads, found.rows, (10, 37, 17, 36))
        self._say(found.note)

    def _moves(self) -> None:
        summary = self.summary
        if not summary.moves:
            return
        title = "What moved since last year"
        self.word.add_heading(title, 2)
        rows = [
            (f"{each.ref} {each.title}, {each.where}",
             f"{'worse' if each.is_worse else 'better'}: {each.before} to {each.now}",
             _moved_by(each))
            for each in summary.moves
        ]  # fmt: skip
        heads = ("Outcome, and where", "Moved", "Answers that moved it")
        self._table(title, heads, rows, (30, 22, 48))
        self._say(summary.moves_note)

    def _gaps(self) -> None:
        summary = self.summary
        self.word.add_heading(_text(summary.gaps_title), 2)
        if summary.gaps:
            rows = []
            for gap in summary.gaps:
                said = [f"{answer}: {text}" for answer, text in gap.missing]
                said += [gap.more] if gap.more else []
                said += [f"Action {gap.doing} {gap.unplanned}".rstrip()] if gap.doing else []
                what = "\n".join([f"{gap.ref} {gap.title} ({gap.where})", *said])
                rows.append((what, gap.owner, gap.by, gap.cost))
            heads = ("What is missing, and where", "Owner", "By", "Cost")
            self._table(summary.gaps_title, heads, rows, (50, 20, 16, 14))
        self._say(" ".join(filter(None, (summary.gaps_note, summary.plan))))
        if summary.actions:
            self.word.add_heading("The plan", 2)
            self._table(
                "The plan",
                ("Ref", "Gap, and where", "Action", "Owner", "By, status", "Cost"),
                [
                    (e.ref, e.gap, e.doing, e.owner, f"{e.by}, {e.progress}", e.cost)
                    for e in summary.actions
                ],
                (12, 22, 26, 16, 13, 11),
            )
            if summary.actions_note:
                self._say(summary.actions_note)

    def _slots(self) -> None:
        """Leave room for what others write, with what is known already."""
        summary = self.summary
        look = summary.frame.look
        self.word.add_heading("Financial implications", 2)
        if summary.plan:
            self._say(summary.plan)
        self._slot(f"For the {summary.finance_officer} to write")
        self.word.add_heading("Legal implications", 2)
        self._say(summary.exempt)
        self._slot(f"For the {look.adviser} to write")
        self.word.add_heading("Equality implications", 2)
        self._slot(
            "Say whom a failure of these services would touch most, and how that is weighed"
        )
        self.word.add_heading("Risk implications", 2)
        if summary.stake:
            self._say(summary.stake)
        elif summary.edition == OPEN:
            self._say("The risks by system are in the restricted edition.")
        self._slot(f"For the {look.risk_owner} to write")

    def _say(self, text: str, *, bold: bool = False) -> None:
        if text:
            self.word.add_paragraph().add_run(_text(text)).bold = bold

    def _slot(self, text: str) -> None:
        self.word.add_paragraph().add_run(f"[{_text(text)}]").italic = True

    def _picture(self, data: bytes, alternative: str, millimetres: float) -> None:
        from docx.shared import Mm

        self.word.add_picture(io.BytesIO(data), width=Mm(millimetres))
        shape = self.word.inline_shapes[len(self.word.inline_shapes) - 1]
        properties = shape._inline.docPr  # noqa: SLF001 - the library has no other way
        properties.set("descr", _text(alternative))
        properties.set("name", f"Picture {len(self.word.inline_shapes)}")

    def _table(
        self,
        caption: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[int],
    ) -> "Table":
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt

        table: Table = self.word.add_table(rows=1, cols=len(heads), style="Table Grid")
        table.autofit = False
        described = OxmlElement("w:tblCaption")
        described.set(qn("w:val"), _text(caption))
        table._tbl.tblPr.append(described)  # noqa: SLF001 - the library has no other way
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(_TEXT_WIDTH * width / 100)
        for row in (heads, *rows):
            number = len(table.rows)
            if row is not heads:
                table.add_row()  # type: ignore[no-untyped-call]  # the library leaves it out
            cells = table.rows[number - (row is heads)].cells
            for cell, text, width in zip(cells, row, widths, strict=True):
                cell.width = Mm(_TEXT_WIDTH * width / 100)
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_before = Pt(2)
                paragraph.paragraph_format.space_after = Pt(2)
                run = paragraph.add_run(_text(text))
                run.bold, run.font.size = row is heads, Pt(_TABLE_SIZE)
        for number, each in enumerate(table.rows):
            properties = each._tr.get_or_add_trPr()  # noqa: SLF001 - the library has no other way
            for name in ("w:cantSplit", *(("w:tblHeader",) if number == 0 else ())):
                properties.append(_flag(name))
        self.word.add_paragraph()
        return table


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
