import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cyberassess.disk import resources
from cyberassess.paper import html as render
from cyberassess.paper.blocks import Column, Heading, Section, Table, Text, columns
from cyberassess.paper.document import Document
from cyberassess.paper.media.markup import Writer
from cyberassess.press import engine, layout
from tests.domain.builder import make_profile, text_event
from tests.paper.made import GOAL, build, small_state

HARD = (
    '<script>alert("x")</script> <b>bold</b> {{7*7}} {% raw %} </style> file:///etc/passwd '
    "url(http://127.0.0.1:9/x) <link rel=attachment href=file:///etc/passwd>"
)


def test_html_is_as_it_was_last_looked_at(
    small: Document, same_as_snapshot: Callable[[str, str], None]
) -> None:
    same_as_snapshot("full.html", render.render_html(small))


def test_html_has_no_columns_for_the_numbers_of_papers_pages(small: Document) -> None:
    html = render.render_html(small)
    assert not re.search(r">Page<|data-page=", html)
    assert ">Page<" in render.html_for_paper(small)
    contents = html[html.index(">Contents</h2>") :]
    assert re.findall(
        r"<t[hd][ >]", contents[: contents.index("</tr>", contents.index("<tbody>"))]
    )[-2:] == ["<th ", "<th "], "both name a section"


def test_html_needs_no_other_file(small: Document) -> None:
    html = render.render_html(small)
    assert html.count("data:font/ttf;base64,") == 3
    outside = re.sub(r"https://[^<\s]*", "", html.replace("http://www.w3.org/2000/svg", ""))
    assert not re.search(r'(?:src|href)="(?!#)', outside)
    assert "<script" not in html
    assert "fonts/" not in html


def test_boxes_are_said_in_words_where_a_screen_is_narrow(small: Document) -> None:
    """At 400 pixels what stands in them is two millimetres high; paper is never narrow.

    The count stands in the title above, and no box is left whose star could be explained.
    """
    instead = re.compile(r'<p class="instead">Below the target: [^*]*</p>')
    assert len(instead.findall(render.render_html(small))) == 1
    assert not instead.findall(render.html_for_paper(small))


def test_html_has_one_title_and_skips_no_heading_level(small: Document) -> None:
    levels = [int(each) for each in re.findall(r"<h([1-6])", render.render_html(small))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_page_says_whose_it_is_where_nothing_is_marked(small: Document) -> None:
    """The element with a marking, even an empty one, carries what each page repeats."""
    html = render.render_html(replace(small, frame=replace(small.frame, marking="")))
    assert f'data-marking="" data-name="{small.frame.name}"' in html


def test_a_screen_says_the_marking_before_the_title_and_at_the_end(small: Document) -> None:
    html = render.render_html(small)
    marking = f'<p class="marking">{small.frame.marking}</p>'
    assert f"<header>{marking}</header>\n<main" in html
    assert html.index(marking) < html.index("<h1")
    assert re.search(r'</main>\n<footer><p class="marking end">[^<]+</p></footer>', html)
    assert marking not in render.html_for_paper(small)


def test_a_screen_has_no_place_for_a_marking_where_nothing_is_marked(small: Document) -> None:
    html = render.render_html(replace(small, frame=replace(small.frame, marking="")))
    assert not re.search(r"<header|<footer|<p class=\"marking", html)


def test_only_heads_that_say_something_stand_before_their_cells(small: Document) -> None:
    """``Entry: 1`` twelve times says no more than ``1`` twelve times."""
    heads = Column("Item"), Column("Entry", is_told=False), Column("When")
    body = Writer(small.frame, labels=True).body([Section((Table(heads, (("A", "1", "2"),)),))])
    assert '<th scope="col">Entry</th>' in body
    assert '<th scope="row">A</th><td>1</td><td data-label="When">2</td>' in body
    html = render.render_html(small)
    assert not re.search(r'data-label="(?:Entry|Item|What it says)"', html)


def test_contents_name_sections_as_their_headings_do(small: Document) -> None:
    html = render.render_html(small)
    contents = re.search(r'<table class="contents">.*?</table>', html, flags=re.DOTALL)
    assert contents is not None
    found = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', contents[0])
    assert len(found) > 8
    headings = dict(re.findall(r'<h2\b[^>]* id="([^"]+)"[^>]*>([^<]+)</h2>', html))
    assert found == [(anchor, headings[anchor]) for anchor, _ in found]


def test_levels_are_named_in_one_cell_which_heads_its_row(small: Document) -> None:
    """A number alone says nothing where rows are stacked and the head of its column is away."""
    html = render.render_html(small)
    assert '<th scope="row">0, not known</th><td data-label="When">' in html
    assert not re.search(r'<th scope="row">\d+</th>', html)


def test_narrow_screens_undo_what_only_columns_need() -> None:
    """What a class says on paper wins over what stacks the cells of every table."""
    sheet = (resources.folder("templates") / "report" / "screen.css").read_text("utf-8")
    narrow = sheet.partition("(max-width: 44rem)")[2]
    assert re.search(r"\.number, \.map td,[^{]*\{ text-align: left \}", narrow)
    assert re.search(r"\.matrix th\.part, [^{]*\{ border-bottom: 0 \}", narrow)
    hidden, signed = narrow.index("td:empty,"), narrow.index(".signed td:empty {")
    assert hidden < signed, "where somebody signs, an empty cell is a line"


def test_table_heads_have_a_scope_and_pictures_a_title(small: Document) -> None:
    html = render.render_html(small)
    assert all("scope=" in each for each in re.findall(r"<th\b[^>]*>", html))
    pictures = re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)
    assert pictures
    for each in pictures:
        assert 'role="img"' in each
        assert re.search(r"<title>[^<]+</title>", each)


def test_rows_of_a_list_stand_once_under_what_they_share(small: Document) -> None:
    said = ("Two <keys>.", Text("Sam: lost one"))
    rows = (("1", "One.", "Yes", "C1"), ("2", said, "No", "C2"), ("3", "Three.", "Yes", ""))
    heads = columns(("Ref", 0), ("For high", 0), ("Answer", 0), ("From", 0))
    body = Writer(small.frame).body([Section((Table(heads, rows, by=2),))])
    assert body.split("\n")[1:-1] == [
        "<h4>For high: Yes</h4>",
        "<ul><li>1\tOne. [C1]</li><li>3\tThree.</li></ul>",
        "<h4>For high: No</h4>",
        "<ul><li>2\tTwo &lt;keys&gt;. [C2]<p>Sam: lost one</p></li></ul>",
    ]


def test_a_section_that_may_be_cut_is_cut_before_its_headings(small: Document) -> None:
    """So that one more line in one of its lists leaves the others as they were printed."""
    long = Text("a " * 800)
    heads = Heading("Two", 3), Text("b"), Heading("Three", 4), Heading("Four", 3)
    blocks = (Heading("One"), long, *heads)
    body = Writer(small.frame).body([Section(blocks, "new-page tight", "part")])
    assert re.findall("<!--.*?-->|<section.*?>|<h.>|</section>", body) == [
        "<!--part-->", '<section class="new-page tight">', "<h2>", "</section>",
        "<!--part on-->", '<section class="tight">', "<h3>", "<h4>", "<h3>", "</section>",
    ]  # fmt: skip
    assert "part on" not in Writer(small.frame).body([Section(blocks)])


def test_every_part_for_paper_is_closed(small: Document) -> None:
    """What is XML, too, is read many times as fast; see ``engine.tree_of``."""
    html = re.sub(r"<style>.*?</style>", "", render.html_for_paper(small), flags=re.DOTALL)
    parts = re.split("<!--part(?: on)?-->", html.partition("<body>")[2].partition("</body>")[0])
    assert len(parts) > 9
    assert all(engine.tree_of(f"<body>{each}</body>") is not None for each in parts)


def test_every_link_inside_leads_somewhere(small: Document) -> None:
    html = render.render_html(small)
    names = set(re.findall(r'id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= names
    assert len(names) == len(re.findall(r'id="([^"]+)"', html))


def test_nothing_prints_as_none(small: Document) -> None:
    html = re.sub(r"<style>.*?</style>", "", render.render_html(small), flags=re.DOTALL)
    assert not re.search(r"\bNone\b(?!\.)", html)


class Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_texts_of_people_stay_texts() -> None:
    report = build(
        small_state(text_event("rationale", "B2.a", HARD, scope="housing")),
        profile=make_profile(GOAL),
        organisation=f"Org {HARD}",
        left_out=[{"title": HARD, "reason": HARD}],
    )
    parser = Texts()
    parser.feed(render.render_html(report.document))
    assert {"script", "link"}.isdisjoint(parser.tags)
    assert HARD in "".join(parser.said)


def test_what_would_not_show_is_made_visible() -> None:
    assert render.printable("a\u202eb") == "a[U+202E]b"
    assert render.printable("a\x0bb\ud800c\r\nd") == "a\ufffdb\ufffdc\nd"
    assert render.printable("Ffion Ŵyn 🙂\u200d") == "Ffion Ŵyn 🙂\u200d"
    assert render.printable(3) == 3


def test_pdfs_are_made_in_one_place_only() -> None:
    package = Path(render.__file__).parents[1]
    makers = [
        path.relative_to(package).as_posix()
        for path in sorted(package.rglob("*.py"))
        if re.search(r"\bweasyprint\b", path.read_text(encoding="utf-8"))
    ]
    assert makers == ["press/engine.py", "press/layout.py"]
    text = Path(layout.__file__).read_text(encoding="utf-8")
    assert text.count("engine.html_class(running=running)(") == 1
    assert text.count("engine.load().CSS(\n") == 1
    assert text.count("url_fetcher=_fetcher()") == 2
    assert text.count("HTML(") == 0
    assert text.count("CSS(") == 1
    text = Path(engine.__file__).read_text(encoding="utf-8")
    assert re.findall(r"HTML\(|CSS\(", text) == []


@pytest.mark.skipif(sys.platform != "linux", reason="how libraries are found is Linux's")
@pytest.mark.skipif(bool(render.can_make_pdf()), reason=render.can_make_pdf())
def test_loading_the_engine_runs_no_other_program() -> None:
    code = (
        "import sys\n"
        "sys.addaudithook(lambda name, what: name.startswith(('subprocess', 'os.system',"
        " 'os.posix_spawn', 'os.exec')) and print(name, what))\n"
        "from cyberassess.press import engine\n"
        "engine.load()\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == ""


def test_a_document_that_is_not_xml_is_left_to_the_engine() -> None:
    assert engine.tree_of("<!doctype html><html><body><p>a<p>b</body></html>") is None
    assert engine.tree_of('<!DOCTYPE html [<!ENTITY a "b">]><html>&a;</html>') is None
    assert engine.tree_of("<!doctype html><html><body>a<br>b&amp;</body></html>") is not None


def test_templates_do_not_switch_escaping_off() -> None:
    found = list(resources.folder("templates").rglob("*.html.j2"))
    assert len(found) > 3
    for path in found:
        text = path.read_text(encoding="utf-8")
        assert "safe" not in re.findall(r"\|\s*(\w+)", text)
        assert "autoescape" not in text


def test_the_fonts_keep_their_licence() -> None:
    text = (resources.folder("templates") / "report" / "fonts" / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE" in text


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        full = "".join(each * 2 for each in colour[1:]) if len(colour) == 4 else colour[1:]
        parts = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((light(one), light(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_every_text_stands_out_from_its_ground() -> None:
    style = (resources.folder("templates") / "report" / "report.css").read_text("utf-8")
    pairs = set()
    for rule in re.findall(r"\{([^{}]*)\}", style):
        found = dict(re.findall(r"(?<![-\w])(color|background): (#[0-9a-f]{3,6})", rule))
        if "color" in found:
            pairs.add((found["color"], found.get("background", "#ffffff")))
    assert len(pairs) >= 7
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5} == {}


def test_zeros_are_plain_in_prose_and_slashed_in_codes() -> None:
    """The slashed zero has a counter in two halves; it is offered as a feature."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    for path in sorted((resources.folder("templates") / "report" / "fonts").glob("*.ttf")):
        font = TTFont(path)
        glyphs = font["glyf"]
        contours = glyphs["zero"].numberOfContours, glyphs["zero.slash"].numberOfContours
        assert contours == (2, 3)
        tags = {each.FeatureTag for each in font["GSUB"].table.FeatureList.FeatureRecord}
        assert "zero" in tags
    sheet = (resources.folder("templates") / "report" / "report.css").read_text("utf-8")
    assert '.hash, .ref { font-feature-settings: "zero" }' in sheet


def test_nothing_is_set_under_nine_points() -> None:
    sheet = (resources.folder("templates") / "report" / "report.css").read_text("utf-8")
    sizes = re.findall(r"font(?:-size)?:[^;}]*?([\d.]+)pt", sheet)
    assert len(sizes) > 20
    assert min(map(float, sizes)) >= 9
