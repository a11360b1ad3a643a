import io
import json
import os
import re
import signal
import sys
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from cyberassess.paper import html as render
from cyberassess.press import chains, engine
from cyberassess.press.chains import Placed, Sheet, Typesetter, answer
from cyberassess.press.fragment import Drawing, Fragment
from cyberassess.press.kept import Kept, cache_folder
from cyberassess.press.layout import Press
from cyberassess.press.numbers import with_numbers, without_numbers
from cyberassess.press.printing import print_html
from cyberassess.press.running import Page, Running, _drawings, boxes
from cyberassess.press.sheets import MARKED, Row, rows
from tests.validators.structure import elements, faults, kids

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(render.can_make_pdf()), reason=render.can_make_pdf()),
]

STYLE = """
@font-face { font-family: "A"; src: url("fonts/atkinson-hyperlegible-next-400.ttf") }
@page {
  size: A5; margin: 20mm;
  @bottom-right { font: 8pt "A"; content: string(m) " page " counter(page) " of " counter(pages) }
}
@page wide { size: A5 landscape }
body { font: 10pt "A" }
h1 { bookmark-level: 1 }
.wide { page: wide }
[data-marking] { string-set: m attr(data-marking) }
td[data-page]::after { content: attr(data-page) }
"""
ROWS = "".join(f'<tr><th scope="row">R{n}</th><td>Row number {n}</td></tr>' for n in range(200))
TABLE = (
    '<table><thead><tr><th scope="col">Ref</th><th scope="col">Text</th></tr></thead>'
    f"<tbody>{ROWS}</tbody></table>"
)
PICTURE = (
    '<img alt="A dot" src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAA'
    'CklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==">'
)
CONTENTS = '<table><tr><th>Last</th><td data-page="#last"></td></tr></table>'


def document(body: str) -> str:
    return (
        '<!doctype html><html lang="en-GB"><head><title>T &amp; T</title>'
        '<meta name="author" content="A"><meta name="generator" content="cyberassess 0">'
        '<meta name="dcterms.created" content="2026-11-22">'
        f'<meta name="dcterms.modified" content="2026-11-22"><style>{STYLE}</style></head>'
        f'<body data-marking="SECRET">{body}</body></html>'
    )


PARTS = document(
    f'<h1>Title</h1>{CONTENTS}<p><a href="#last">To the last</a></p><!--part-->'
    "<h2>First</h2><p>One.</p><!--part on--><p>Two.</p><!--part on--><p>Three.</p>"
    f'<!--part-->{TABLE}<!--part on--><h2 id="last">Last</h2><p>End.</p>'
    '<!--part--><div class="wide"><h2>Broad</h2><p>Wide.</p></div>'
)


def printed(html: str, path: Path, kept: Kept | None = None) -> Path:
    path.write_bytes(print_html(html, kept or Kept(None)).data)
    return path


def texts(path: Path) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(path).pages]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return printed(PARTS, tmp_path_factory.mktemp("parts") / "parts.pdf")


def test_parts_join_without_a_fault(parts: Path) -> None:
    assert faults(parts) == []


def test_parts_go_on_on_the_same_page(parts: Path) -> None:
    assert "First One. Two. Three." in texts(parts)[1]


def test_page_numbers_are_those_of_the_whole(parts: Path) -> None:
    pages = texts(parts)
    last = next(at for at, text in enumerate(pages, start=1) if "Last End." in text)
    assert f"Last {last}" in pages[0]
    for number, text in enumerate(pages, start=1):
        assert f"SECRET page {number} of {len(pages)}" in text


def test_a_page_keeps_its_kind(parts: Path) -> None:
    sizes = [page.mediabox for page in PdfReader(parts).pages]
    assert sizes[0].width < sizes[0].height
    assert sizes[-1].width > sizes[-1].height


def test_a_table_over_page_breaks_stays_one(parts: Path) -> None:
    with pikepdf.open(parts) as pdf:
        found = Counter(str(element.S) for element, _ in elements(pdf))
        table = [e for e, _ in elements(pdf) if e.S == "/Table"][1]
        rows = [row for group in kids(table) for row in kids(group)]
    assert len(texts(parts)) > 5
    assert found["/Table"] == 2
    assert len(rows) == 201
    assert found["/TH"] == 1 + 2 + 200


def test_a_repeated_table_head_is_drawn_but_read_once(parts: Path) -> None:
    pages = [text for text in texts(parts) if "Row number" in text]
    assert len(pages) > 2
    assert all("Ref Text" in text for text in pages)


def test_links_and_bookmarks_cross_parts(parts: Path) -> None:
    reader = PdfReader(parts)
    page = reader.get_destination_page_number(reader.named_destinations["last"])
    assert page is not None
    assert page > 3


def test_what_is_kept_gives_the_same_bytes(parts: Path, tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept")
    first = printed(PARTS, tmp_path / "1.pdf", kept).read_bytes()
    names = sorted(path.name for path in (tmp_path / "kept").iterdir())
    again = printed(PARTS, tmp_path / "2.pdf", kept).read_bytes()
    assert first == again == parts.read_bytes()
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == names


def test_only_what_changed_is_laid_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(tmp_path / "kept")
    print_html(PARTS, kept)
    laid: list[str] = []
    lay_out = Press.lay_out

    def counted(press: Press, html: str, *, first: int = 0, running: bool = False) -> Fragment:
        laid.append(html)
        return lay_out(press, html, first=first, running=running)

    monkeypatch.setattr(Press, "lay_out", counted)
    print_html(PARTS.replace("Two.", "Another two."), kept)
    assert len(laid) == 1
    assert "Another two." in laid[0]


@pytest.mark.parametrize("damage", [b"", b"\0\1\2", b"half", b"one byte"])
def test_a_damaged_part_is_laid_out_again(damage: bytes, parts: Path, tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept")
    print_html(PARTS, kept)
    for path in (tmp_path / "kept").iterdir():
        whole = path.read_bytes()
        other = whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:]
        path.write_bytes({b"half": whole[:-20], b"one byte": other}.get(damage, damage))
    assert print_html(PARTS, kept).data == parts.read_bytes()


def test_nowhere_to_keep_things_stops_nothing(parts: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert print_html(PARTS, Kept(tmp_path / "file" / "kept")).data == parts.read_bytes()


def test_what_is_kept_is_bounded_and_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cyberassess.press.kept.LIMIT", 30)
    for number in range(5):
        (tmp_path / f"{number}").write_bytes(b"x" * 10)
        os.utime(tmp_path / f"{number}", (number, number))
    Kept(tmp_path).tidy()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2", "3", "4"]
    Kept(None).tidy()
    Kept(tmp_path / "none").tidy()
    print_html(document("<h1>T</h1>"), Kept(tmp_path / "kept"))
    if os.name == "posix":
        modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "kept").iterdir()}
        assert modes <= {0o600}
        assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700


def test_where_parts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path("/home/sam")
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache_folder({}, home) == home / ".cache" / "cyberassess" / "layouts"
    assert cache_folder({"XDG_CACHE_HOME": "/c"}, home) == Path("/c/cyberassess/layouts")
    assert cache_folder({"XDG_CACHE_HOME": "c"}, None) is None
    assert cache_folder({"CYBERASSESS_CACHE": "off"}, home) is None
    assert cache_folder({"CYBERASSESS_CACHE": "/k"}, home) == Path("/k")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_folder({}, home) == home / "Library" / "Caches" / "cyberassess" / "layouts"
    monkeypatch.setattr(sys, "platform", "win32")
    assert cache_folder({}, home) is None
    local = cache_folder({"LOCALAPPDATA": "L"}, home)
    assert local == Path("L") / "cyberassess" / "layouts"


def no_home() -> Path:
    raise RuntimeError("no home")


def test_a_user_without_a_home_prints_all_the_same(
    parts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CYBERASSESS_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert print_html(PARTS).data == parts.read_bytes()


@pytest.mark.parametrize("is_copied", [True, False])
def test_a_helper_gives_the_same_bytes(
    parts: Path, monkeypatch: pytest.MonkeyPatch, *, is_copied: bool
) -> None:
    if is_copied and sys.platform != "linux":
        pytest.skip("no copies of processes here")
    monkeypatch.setattr(chains, "_can_be_copied", lambda: is_copied)
    monkeypatch.setattr(chains, "WORTH_A_COPY" if is_copied else "WORTH_A_HELPER", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert print_html(PARTS, Kept(None)).data == parts.read_bytes()


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false"])
def test_what_a_helper_does_not_do_is_done_here(
    program: str, parts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "WORTH_A_HELPER", 1)
    monkeypatch.setattr(chains, "_can_be_copied", lambda: False)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(sys, "executable", program)
    assert print_html(PARTS, Kept(None)).data == parts.read_bytes()


def test_what_a_copy_leaves_undone_is_done_here(
    parts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a process with threads, or of another system, is not copied at all."""

    def fails(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(chains, "WORTH_A_COPY", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(chains, "_give", fails)
    assert print_html(PARTS, Kept(None)).data == parts.read_bytes()
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert not chains._can_be_copied()


@pytest.mark.skipif(sys.platform != "linux", reason="no copies of processes here")
def test_a_program_whose_children_nobody_sees_off_prints_all_the_same(
    parts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever started it may have had the system forget children as soon as they end."""
    monkeypatch.setattr(chains, "WORTH_A_COPY", 1)
    monkeypatch.setattr(chains, "_can_be_copied", lambda: True)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert print_html(PARTS, Kept(None)).data == parts.read_bytes()
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_a_helper_answers_with_what_it_laid_out() -> None:
    sheet = Sheet("<html><head></head>", STYLE, "2026-11-22")
    task = {
        "sheet": {"head": sheet.head, "style": sheet.style, "date": sheet.date},
        "chains": [["<p>One.</p>", "<p>Two.</p>"]],
    }
    out = io.BytesIO()
    answer(json.dumps(task).encode(), out, Kept(None))
    (placed,) = chains._answers(io.BytesIO(out.getvalue()))
    assert [each.page for each in placed] == [0, 0]


def test_types_of_the_systems_libraries_are_read_alone() -> None:
    """Whoever asks for one gets the same, and no name is lost."""
    engine.load()
    from weasyprint.text.ffi import ffi

    known = dict(ffi._parser._declarations)
    assert ffi.typeof("PangoLayout **").item is ffi.typeof("PangoLayout *")
    assert ffi.sizeof("hb_tag_t[7]") == 28
    assert ffi._parser.parse_type.__name__ == "alone"
    assert ffi._parser._declarations == known


def test_a_part_comes_back_as_it_was_kept() -> None:
    html = document(f'<h1>T</h1><p lang="cy">Dŵr</p>{TABLE}<a href="https://example.org/">x</a>')
    fragment = Press(STYLE, "2026-11-22").lay_out(html)
    assert Fragment.from_bytes(fragment.to_bytes()) == fragment


def test_inner_languages_lists_and_decoration_are_tagged(tmp_path: Path) -> None:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" {}>'
        '<rect width="9" height="9"/></svg>'
    )
    html = document(
        '<h1>T</h1><p>Said <i lang="gd">Gàidhlig</i> here.</p><ul><li>One</li><li>Two</li></ul>'
        + drawing.format('aria-hidden="true"')
        + drawing.format('role="img" aria-label="A square"')
        + PICTURE
    )
    path = printed(html, tmp_path / "tagged.pdf")
    assert [each for each in faults(path) if not each.startswith("no-bookmarks")] == []
    with pikepdf.open(path) as pdf:
        found = [element for element, _ in elements(pdf)]
        assert [str(each.Lang) for each in found if "/Lang" in each] == ["gd"]
        alternatives = [str(each.Alt) for each in found if each.S == "/Figure"]
        assert alternatives == ["A square", "A dot"]
        assert sum(each.S == "/LBody" for each in found) == 2


def test_characters_no_font_has_are_named_and_found(tmp_path: Path) -> None:
    html = document("<h1>T</h1><p>Sign 𓀀 here.</p>")
    path = printed(html, tmp_path / "named.pdf")
    assert faults(path) == []
    with pikepdf.open(path) as pdf:
        actual = [str(e.ActualText) for e, _ in elements(pdf) if "/ActualText" in e]
    shown = re.sub(r"\s", "", texts(path)[0])
    assert actual == ["𓀀"] or "𓀀" in shown
    assert "[egyptianhieroglypha001]" in shown or actual == []


def test_a_file_travels_inside_where_it_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "attached.pdf"
    path.write_bytes(
        print_html(document("<h1>T</h1>"), Kept(None), attach={"answers.json": b"{}"}).data
    )
    assert dict(PdfReader(path).attachments) == {"answers.json": [b"{}"]}
    with pikepdf.open(path) as pdf:
        (file,) = pdf.Root.AF
        assert str(file.AFRelationship) == "/Data"
        assert str(file.EF.F.Subtype) == "/application/json"


def test_every_page_says_what_it_is_about_at_its_top() -> None:
    """A page is named after the heading near its top, or the last one before it."""
    head = '@page { @top-left { font: 8pt "A"; content: string(head) } }'
    head += "[data-head] { string-set: head attr(data-head) }"
    long = "<p>Words.</p>" * 70
    body = (
        '<h1 data-marking="M">T</h1><h2 id="one" data-running="First &amp; last">1</h2>'
        f'{long}<h2 id="two" data-running="Second">2</h2><p>End.</p><!--part-->'
        '<h2 id="three" data-running="Third">3</h2>'
    )
    html = (
        '<!doctype html><html lang="en-GB"><head><title>T</title>'
        '<meta name="dcterms.created" content="2026-11-22"><style>'
        f"{STYLE}{head}</style></head><body>{body}</body></html>"
    )
    pages = PdfReader(io.BytesIO(print_html(html, Kept(None)).data)).pages
    said = [page.extract_text() for page in pages]
    assert len(said) > 3
    assert all("First & last" in each for each in said[:-1])
    assert "Third" in said[-1]
    assert not any("Second" in each for each in said), "it begins low on its page"


def test_a_page_that_goes_on_is_about_what_it_goes_on_with() -> None:
    """Three lines of one outcome's evidence stood under the next one's name."""
    head = '@page { @top-left { font: 8pt "A"; content: string(head) } }'
    head += "[data-head] { string-set: head attr(data-head) }"
    body = (
        '<h1 data-marking="M">T</h1><h2 id="one" data-running="First">1</h2>'
        f'{"<p>Words.</p>" * 17}<p>Last</p><p>words</p><h2 id="two" data-running="Second">2</h2>'
        "<p>End.</p>"
    )
    pages = PdfReader(io.BytesIO(print_html(
        '<!doctype html><html lang="en-GB"><head><title>T</title>'
        '<meta name="dcterms.created" content="2026-11-22"><style>'
        f"{STYLE}{head}</style></head><body>{body}</body></html>", Kept(None)
    ).data)).pages  # fmt: skip
    first, second = (each.extract_text() for each in pages)
    assert "Second" not in first
    assert "words" in second
    assert "First" in second


HEADS = """
@page {
  @top-left { width: 30%; font: 8pt/9pt "A"; content: string(head) }
  @top-center { width: 40%; font: 9pt "A"; content: string(m) "\\A" "again";
    white-space: pre-line }
  @bottom-right { vertical-align: bottom }
}
[data-head] { string-set: head attr(data-head) }
"""
LONG = "A head of so many words that they fill a row, and one more, and another one"


def typesetter(style: str, head: str = "") -> Typesetter:
    sheet = Sheet(f'<!doctype html><html lang="en-GB"><head>{head}</head>', style, "2026-11-22")
    return Typesetter(sheet, Kept(None))


def placed_rows(pieces: list[bytes]) -> list[tuple[float, float, bytes]]:
    """Say what stands where, to a thousandth."""

    def said(row: Row) -> tuple[float, float, bytes]:
        return round(row.x, 3), round(row.y, 3), row.said

    return sorted(map(said, rows(pieces)))


def test_running_lines_stand_where_the_engine_puts_them() -> None:
    """Long and short ones, more than a sheet's, at the top, in the middle, at the bottom."""
    style = STYLE + HEADS
    heads = ["Short", LONG, "", "Short", *(f"{LONG} {number}" for number in range(15))]
    carrier = ' data-marking="SECRET"'
    plain = typesetter(style + "".join(each.rule for each in boxes(style)))
    pages = [Page(at, "wide" if at == 4 else "", head) for at, head in enumerate(heads, start=1)]
    ours = Running(typesetter(style), plain, carrier).fragment(pages, {"Short"})
    kinds = {"": "auto", "wide": "wide"}
    html = "".join(
        f'<div style="break-before: page; page: {kinds[each.kind]}" data-head="{each.head}">'
        f"<div{carrier if each.number == 1 else ''}></div></div>"
        for each in pages
    )
    theirs = typesetter(style).fragment(html, running=True)
    assert theirs is not None
    for mine, other in zip(ours.leaves, theirs.leaves, strict=True):
        artifact = re.compile(rb"/Artifact\n<</Type/Pagination>>\nBDC\n(.*?)\nEMC", re.DOTALL)
        found = [placed_rows(artifact.findall(each.commands)) for each in (mine, other)]
        assert found[0] == found[1]


def test_characters_that_are_pictures_move_with_their_row() -> None:
    """Some fonts have them; the engine draws them when a row's text is done."""
    begin, picture = b"0 g\nBT\n1 0 0 -1 7 9 Tm\n", b"q\n1 0 0 1 8 9 cm\n/i1 Do\nQ"
    (row, *more) = rows([begin + b"[<01>] TJ\nET\n" + picture, b"BT\nET"])
    assert not more, "nothing shows there"
    drawn = row.drawn(2, 3)
    assert b"9.000000 12.000000 Tm\n[<01>] TJ\nET\nq\n1 0 0 1 2.000000 3.000000 cm" in drawn
    assert drawn.endswith(picture + b"\nQ")


def test_pictures_of_several_sheets_keep_their_objects() -> None:
    first, second, third, last = (b"\0%d\0" % number for number in range(4))
    laid = Press(STYLE, "2026-11-22").lay_out(document("<h1>T</h1>"))
    objects = [(b"<</SMask " + second + b">>", None), (b"<<>>", first)]
    one = replace(laid, drawings=[Drawing("XObject", "one", first)], objects=objects)
    other = replace(one, drawings=[Drawing("XObject", "other", second)])
    found, together = _drawings([one, other])
    assert [each.body for each in found] == [second, third]
    assert together == [*objects, (b"<</SMask " + last + b">>", None), (b"<<>>", third)]


def test_numbers_stand_where_the_engine_puts_them() -> None:
    style = f"{STYLE} td {{ text-align: right; width: 40mm }} .c td {{ font: 9pt 'A' }}"
    part = (
        '<section class="c"><table><tr><th>One<br></th><td class="n" data-page="#one"></td></tr>'
        '<tr><th>Two</th><td data-page="#two"></td></tr></table></section>'
    )
    where = typesetter(style)
    laid = where.fragment(without_numbers(part))
    wanted = where.fragment(part.replace("#one", "7").replace("#two", "117"))
    assert laid is not None
    assert wanted is not None
    filled = with_numbers(where, part, Placed(laid, 0), {"one": 7, "two": 117}).fragment
    found = [
        placed_rows([each[2] for each in MARKED.findall(fragment.leaves[0].commands)])
        for fragment in (filled, wanted)
    ]
    assert found[0] == found[1]
    assert {use.key for use in wanted.fonts} <= {use.key for use in filled.fonts}
