"""WeasyPrint's own PDF/UA and PDF/A beside ours: each reason for ``press`` to tag for itself.

A test here fails when that reason has gone: take it away then, and when none is left, take
``tags``, ``pdf_file`` and ``finish`` away and let the engine write the file. Figures of version
70.0 for a table of 800 rows on 28 pages: ours 1.5 s, theirs 2.2 s; one table, theirs 28.
"""

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pytest

from cyberassess.press import engine, layout
from cyberassess.press.kept import Kept
from cyberassess.press.printing import print_html
from tests.press.test_printing import document
from tests.validators.structure import Object, elements, faults

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(layout.can_make_pdf()), reason=layout.can_make_pdf()),
]

ROWS = "".join(f'<tr><th scope="row">R{n}</th><td>Row number {n}</td></tr>' for n in range(120))
BODY = (
    '<h1>Title</h1><p>Said <i lang="gd">Gàidhlig</i> here.</p><table><thead><tr>'
    f'<th scope="col">Ref</th><th scope="col">Text</th></tr></thead><tbody>{ROWS}</tbody></table>'
)
MENDED = "The engine does this now as well as we do: this reason to tag for ourselves has gone."


class Printed(NamedTuple):
    """The same document, printed by us and by the engine alone."""

    ours: Path
    ua: Path
    a: Path

    @property
    def theirs(self) -> tuple[Path, Path]:
        return self.ua, self.a


def by_the_engine(html: str, variant: str) -> bytes:
    page = engine.load().HTML(
        string=html, base_url=f"{layout.folder().as_uri()}/", url_fetcher=layout._fetcher()
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # NOTE: it leaves its profile open
        data: bytes = page.write_pdf(pdf_variant=variant)
    return data


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    folder = tmp_path_factory.mktemp("beside")
    found = Printed(folder / "ours.pdf", folder / "ua.pdf", folder / "a.pdf")
    found.ours.write_bytes(print_html(document(BODY), Kept(None)).data)
    found.ua.write_bytes(by_the_engine(document(BODY), "pdf/ua-1"))
    found.a.write_bytes(by_the_engine(document(BODY), "pdf/a-3a"))
    return found


def scoped(path: Path) -> bool:
    with pikepdf.open(path) as pdf:
        heads: list[Object] = [each for each, _ in elements(pdf) if each.S == "/TH"]
        found = [bool("/Scope" in each.get("/A", {})) for each in heads]
    return bool(found) and all(found)


def in_one_piece(path: Path) -> bool:
    with pikepdf.open(path) as pdf:
        return len([each for each, _ in elements(pdf) if each.S == "/Table"]) == 1


def inner_languages(path: Path) -> bool:
    with pikepdf.open(path) as pdf:
        return "gd" in [str(each.get("/Lang", "")) for each, _ in elements(pdf)]


def everything_owned(path: Path) -> bool:
    return not any(each.startswith(("no-owner", "not-tagged")) for each in faults(path))


def declares_both(path: Path) -> bool:
    return not any(each.startswith("not-declared") for each in faults(path))


REASONS: list[Callable[[Path], bool]] = [
    scoped, in_one_piece, inner_languages, everything_owned, declares_both,
]  # fmt: skip


def test_ours_has_no_fault(printed: Printed) -> None:
    found = [each for each in faults(printed.ours) if not each.startswith("no-bookmarks")]
    assert found == []


@pytest.mark.parametrize("holds", REASONS)
def test_the_engine_alone_does_not(holds: Callable[[Path], bool], printed: Printed) -> None:
    assert holds(printed.ours)
    assert not any(holds(each) for each in printed.theirs), MENDED


def seconds(work: Callable[[], object]) -> float:
    """Give the CPU seconds of a piece of work, those of its helpers with them."""
    before = os.times()
    work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def test_printing_again_after_one_change_costs_less(tmp_path: Path) -> None:
    """The engine lays out all of a report again; we only the parts that changed."""
    parts = [f"<h2>Part {n}</h2>{BODY.replace('h1', 'h3')}" for n in range(4)]
    kept = Kept(tmp_path / "kept")
    print_html(document("<!--part-->".join(parts)), kept)
    changed = document("<!--part-->".join([*parts[:-1], "<h2>Part 3</h2><p>Changed.</p>"]))
    ours = seconds(lambda: print_html(changed, kept))
    theirs = min(seconds(lambda: by_the_engine(changed, "pdf/ua-1")) for _ in range(2))
    assert ours < theirs / 2, MENDED
