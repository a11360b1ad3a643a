import http.server
import logging
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from cyberassess.disk import resources
from cyberassess.errors import ReportError
from cyberassess.paper import html as render
from cyberassess.paper.document import Document
from cyberassess.press import layout
from cyberassess.press.printing import print_html
from tests.domain.builder import Data, answer_event, make_profile, text_event
from tests.paper.made import GOAL, build, small_state

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(render.can_make_pdf()), reason=render.can_make_pdf()),
]

LONG_WORD = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunte"
COMMENT = "The supplier reads the log and writes to us on the same day. " * 82


@pytest.fixture(scope="module")
def printed(small: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pdf") / "full.pdf"
    assert render.write_pdf(small, path) == len(PdfReader(path).pages)
    return path


def whole(body: str) -> str:
    """Give a small document with everything a document must say."""
    return (
        '<!doctype html><html lang="en-GB"><head><title>T</title><meta name="author" content="A">'
        '<meta name="dcterms.created" content="2026-11-22">'
        '<meta name="dcterms.modified" content="2026-11-22"><style></style></head>'
        f"<body>{body}</body></html>"
    )


def text_of(path: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_the_document_says_what_it_is(printed: Path) -> None:
    reader = PdfReader(printed)
    root = reader.root_object
    assert reader.metadata is not None
    assert reader.metadata.title == "Cyber resilience 2026: full report, Northport Council"
    assert reader.metadata.author == "Sam Reid"
    assert str(reader.metadata["/CreationDate"]) == "D:20261122"
    assert str(root["/Lang"]) == "en-GB"
    assert str(root["/MarkInfo"]) == "{'/Marked': True}"
    assert "/StructTreeRoot" in root
    assert reader.xmp_metadata is not None
    assert b"pdfuaid" in reader.xmp_metadata.stream.get_data()


def test_bookmarks_lead_to_sections_and_outcomes(printed: Path) -> None:
    outline = PdfReader(printed).outline

    def titles(entries: object) -> Iterator[str]:
        assert isinstance(entries, list)
        for each in entries:
            if isinstance(each, list):
                yield from titles(each)
            else:
                yield str(each.title)

    found = list(titles(outline))
    assert found[0] == "pipes: 0 of 3 outcomes meet our target"
    for title in ("Contents", "Where the gaps are", "B2.a Outcome B2.a", "Method and limits"):
        assert title in found


def test_every_page_carries_marking_reference_and_draft(printed: Path) -> None:
    reader = PdfReader(printed)
    total = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        text = " ".join(page.extract_text().split())
        assert text.count("OFFICIAL-SENSITIVE") >= 2
        assert "DRAFT" in text
        assert "CR-2026-" in text
        assert f"page {number} of {total}" in text


def test_every_section_is_there(printed: Path) -> None:
    text = text_of(printed)
    for said in (
        "0 of 3 outcomes meet our target",
        "How sure we are",
        "Statement of assurance",
        "One warning sign decides this outcome",
        "differ; the less favourable answer counts until it is settled",
        "Fair play",
        "theme-maturity-1",
        "Control of this document",
    ):
        assert said in text


def test_nothing_is_attached(printed: Path) -> None:
    reader = PdfReader(printed)
    assert reader.attachments == {}
    assert b"/EmbeddedFile" not in printed.read_bytes()


def test_the_same_report_gives_the_same_bytes(
    small: Document, printed: Path, tmp_path: Path
) -> None:
    time.sleep(1.1)  # fonts and documents carry times in seconds
    render.write_pdf(small, tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == printed.read_bytes()


def test_texts_appear_literally_and_whole(tmp_path: Path) -> None:
    hard = (
        "<script>alert(1)</script> {{7*7}} {% raw %} </style> file:///etc/passwd "
        f"Llwyd Ŵyn ŷ â, Gàidhlig ì. {LONG_WORD}"
    )
    events: list[Data] = [
        text_event("rationale", "B2.a", hard, scope="housing"),
        text_event("rationale", "B2.b", COMMENT, scope="housing"),
        text_event("evidence", "B2.b", f"{LONG_WORD}{LONG_WORD}", scope="housing", person="p2"),
        text_event("rationale", "B2.a", "سلام \u202eoff", scope="revenues"),
    ]
    report = build(small_state(*events), profile=make_profile(GOAL), organisation=hard[:60])
    render.write_pdf(report.document, tmp_path / "hard.pdf")
    text = squeezed(text_of(tmp_path / "hard.pdf"))
    assert squeezed(hard) in text
    assert squeezed(f"{LONG_WORD}{LONG_WORD}") in text
    found = text.count(squeezed("The supplier reads the log and writes to us"))
    assert found in (81, 82)  # one may go on over the page, with head and foot between
    assert "[U+202E]off" in text


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_characters_no_font_has_are_found_all_the_same(tmp_path: Path) -> None:
    event = text_event("rationale", "B2.a", "Settled 🙂 and locked 🔒.", scope="housing")
    path = tmp_path / "emoji.pdf"
    render.write_pdf(build(small_state(event), profile=make_profile(GOAL)).document, path)
    found = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)  # noqa: S607
    assert squeezed("Settled 🙂 and locked 🔒.") in squeezed(found.stdout.decode())


def test_nothing_is_fetched(tmp_path: Path) -> None:
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/x"
    hard = (
        f'<img src="{address}"><link rel=attachment href="{address}"> url({address}) '
        f'</style><style>@import "{address}"</style> <!--part--> data-page="#x" '
        "<a rel=attachment href=file:///etc/passwd>x</a> javascript:alert(1) {{7*7}} {% raw %}"
    )
    said = {"scope": "housing", "person": "p2"}
    events = [
        text_event("rationale", "B2.a", hard, **said),
        text_event("evidence", "B2.b", hard, valid_until="2027-06-30", **said),
        answer_event("B2.c.H.1", "out", reason=hard, scope="housing"),
    ]
    report = build(
        small_state(*events),
        profile=make_profile(GOAL),
        organisation=hard,
        left_out=[{"title": hard, "reason": hard}],
    )
    path = tmp_path / "fetch.pdf"
    render.write_pdf(report.document, path)
    assert squeezed(text_of(path)).count(squeezed(hard)) >= 6
    assert PdfReader(path).attachments == {}
    server.shutdown()
    server.server_close()
    assert asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x",
        "https://example.org/",
        "ftp://example.org/x",
        "file:///etc/passwd",
        f"{resources.folder('templates').as_uri()}/../pyproject.toml",
        f"{resources.folder('templates').as_uri()}/%2e%2e/pyproject.toml",
        "relative.css",
    ],
)
def test_the_fetcher_refuses_everything_outside_templates(url: str) -> None:
    from weasyprint.urls import FatalURLFetchingError

    with pytest.raises(FatalURLFetchingError, match="not allowed"):
        layout._fetcher().fetch(url)


def test_the_fetcher_opens_templates_and_data() -> None:
    style = (resources.folder("templates") / "report" / "report.css").as_uri()
    for url in (style, "data:text/plain,hello"):
        response = layout._fetcher().fetch(url)
        assert response.read()
        response.close()


def test_a_fetch_outside_stops_the_report() -> None:
    html = whole('<img alt="x" src="file:///etc/passwd">')
    with pytest.raises(ReportError, match="outside its own folder"):
        print_html(html)


def test_what_the_engine_complains_about_stops_the_report() -> None:
    html = whole('<p style="colour: red">x</p>')
    with pytest.raises(ReportError, match=r"It said: .*colour"):
        print_html(html)


def test_a_picture_that_says_nothing_stops_the_report() -> None:
    for picture in ('<img alt=" " src="data:image/svg+xml,{}">', "{}"):
        drawing = picture.format('<svg xmlns="http://www.w3.org/2000/svg" class="trend"></svg>')
        with pytest.raises(ReportError, match="no text to say instead of it"):
            print_html(whole(f"<h1>T</h1>{drawing}"))


def test_the_engine_said_nothing(
    small: Document, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []

    class Ears(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    ears = Ears(logging.WARNING)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(ears)
    try:
        render.write_pdf(small, tmp_path / "quiet.pdf")
    finally:
        logger.removeHandler(ears)
    assert [each for each in said if not each.startswith(layout._ABOUT_THE_MACHINE)] == []
    assert caplog.records == []


def test_a_missing_engine_is_said(
    small: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "can_make_pdf", lambda: "The PDF engine cannot be loaded.")
    with pytest.raises(ReportError, match=r"engine cannot be loaded.*HTML edition"):
        render.write_pdf(small, tmp_path / "none.pdf")
    assert list(tmp_path.iterdir()) == []


def test_the_engine_is_new_enough() -> None:
    import weasyprint

    assert int(weasyprint.__version__.split(".")[0]) >= 70
