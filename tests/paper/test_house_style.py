"""An organisation's look: what it may say, and what is refused with a sentence."""

import base64
import struct
import zlib
from pathlib import Path

import pytest

from cyberassess.domain.record.plan import Cost
from cyberassess.paper.house_style import read_look
from cyberassess.paper.logo import MOST_ELEMENTS, Refused, read_logo
from cyberassess.paper.look import (
    INK,
    OURS,
    WHITE,
    Colours,
    contrast,
    luminance,
    recoloured,
    shades,
)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int = 2,
    height: int = 2,
    *,
    rows: bytes | None = None,
    interlaced: int = 0,
    depth: int = 8,
    colour: int = 2,
    more: bytes = b"",
) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    data = (b"\0" + b"\x0b\x55\x63" * width) * height if rows is None else rows
    parts = [chunk(b"IHDR", head), more, chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def svg(inside: str = "<rect width='4' height='2'/>", head: str = "viewBox='0 0 4 2'") -> bytes:
    return f"<svg xmlns='http://www.w3.org/2000/svg' {head}>{inside}</svg>".encode()


def write(folder: Path, text: str, **files: bytes) -> Path:
    (folder / "house-style.yaml").write_text(f'schema: "1"\n{text}', "utf-8")
    for name, data in files.items():
        (folder / name.replace("_", ".")).write_bytes(data)
    return folder


def faults(folder: Path) -> str:
    return " ".join(map(str, read_look(folder)[1]))


def test_without_a_file_the_look_is_ours(tmp_path: Path) -> None:
    look, problems = read_look(tmp_path)
    assert (look.colours, look.logo, look.name, problems) == (OURS, None, "", ())


def test_everything_an_organisation_may_say_is_read(tmp_path: Path) -> None:
    text = (
        'name: "Northport"\nlogo: "logo.png"\ncolours: {main: "#003366", accent: "#8a1538"}\n'
        'wording: {board: "the audit committee", finance_officer: "director of finance", '
        'risk_owner: "SIRO", adviser: "head of legal", costs: {low: "under £5k"}}\n'
    )
    look, problems = read_look(write(tmp_path, text, logo_png=png()))
    assert problems == ()
    assert (look.name, look.board, look.adviser) == (
        "Northport",
        "the audit committee",
        "head of legal",
    )
    assert (look.colours.main, look.colours.accent) == ("#003366", "#8a1538")
    assert (look.costs[Cost.LOW], look.costs[Cost.NONE]) == ("under £5k", "no cost")
    assert look.logo is not None
    assert look.logo.address.startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('colours: {main: "#9fb8c0"}', '"#9fb8c0" against white has a contrast of 2.1 to 1'),
        ('colours: {accent: "#ff9900"}', "colours, accent"),
        ('colours: {main: "blue"}', '"blue"'),
        ('colours: {main: "#123456;}</style>"}', "</style>"),
        ('name: "' + "N" * 81 + '"', "has 81 characters"),
        ('wording: {costs: {high: "rather more than anybody has"}}', "at most 24"),
        ('wording: {board: "a\\nb"}', "does not fit on one line"),
        ('font: "Comic"', "font"),
        ('schema: "2"', "schema"),
        ('logo: "logo.gif"', 'no file "logo.gif"'),
        ('logo: "../logo.png"', "leads out of the folder"),
        ('logo: "/etc/passwd"', "leads out of the folder"),
    ],
)
def test_what_does_not_do_is_refused_with_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    assert said in faults(write(tmp_path, text))


def test_links_to_other_places_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.png"
    outside.write_bytes(png())
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "logo.png").symlink_to(outside)
    assert "is a link" in faults(write(inside, 'logo: "logo.png"'))
    (inside / "house-style.yaml").unlink()
    (inside / "house-style.yaml").symlink_to(tmp_path / "missing.yaml")
    assert "is a link" in faults(inside)


def test_a_png_is_written_anew_from_its_picture_alone() -> None:
    logo = read_logo("logo.png", png(more=chunk(b"tEXt", b"Comment\0file:///etc/passwd")))
    assert b"passwd" not in logo.png
    assert (logo.width, logo.height) == (2, 2)
    assert read_logo("logo.PNG", logo.png).png == logo.png


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GIF89a", "something else"),
        (png()[:40], "not a whole PNG"),
        (png().replace(b"IEND", b"IENE"), "not a whole PNG"),
        (png()[: -12], "not a whole PNG"),
        (png(31_623, 31_623, rows=b""), "31,623 by 31,623 points"),
        (png(0, 5), "0 by 5 points"),
        (png(3_000, 3_000, rows=b""), "3,000 by 3,000 points"),
        (png(interlaced=1), "interlaced"),
        (png(depth=3), "not a whole PNG"),
        (png(rows=b"\0" * 5), "not a whole PNG"),
        (png(rows=b"\0" * 50_000), "not a whole PNG"),
        (png(rows=b"\x09" * 14), "not a whole PNG"),
        (png(colour=3, rows=b"\0\0\0" * 2), "not a whole PNG"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"") + chunk(b"IEND", b""), "not a whole PNG"),
        (png().replace(chunk(b"IDAT", zlib.compress((b"\0" + b"\x0b\x55\x63" * 2) * 2)),
                       chunk(b"IDAT", b"nothing packed")), "not a whole PNG"),
        (b"\0" * 500_001, "500,001 bytes"),
    ],
)  # fmt: skip
def test_pngs_that_are_not_pictures_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_logo("logo.png", data)


def test_a_plain_svg_is_taken() -> None:
    inside = (
        "<defs><linearGradient id='a'><stop offset='0' stop-color='#fff'/></linearGradient></defs>"
        "<path d='M0 0L1 1' fill='url(#a)'/>"
    )
    logo = read_logo("logo.svg", svg(inside))
    assert (logo.width, logo.height, logo.png) == (4, 2, b"")
    assert b"url(#a)" in base64.b64decode(logo.address.partition(",")[2])
    sized = read_logo("logo.svg", svg(head="width='30mm' height='12mm'"))
    assert (sized.width, sized.height) == (30, 12)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (svg("<script>alert(1)</script>"), '"script"'),
        (svg("<image href='http://127.0.0.1/x'/>"), '"image"'),
        (svg("<use href='#a'/>"), '"use"'),
        (svg("<style>@import url(x)</style>"), '"style"'),
        (svg("<foreignObject/>"), '"foreignObject"'),
        (svg("<a xmlns:x='urn:x'><x:y/></a>"), '"a"'),
        (svg("<rect onload='alert(1)'/>"), '"onload"'),
        (svg("<rect style='fill:url(x)'/>"), '"style"'),
        (svg("<rect fill='url(http://127.0.0.1/x)'/>"), "outside itself"),
        (svg("<rect fill='url( \"file.svg#a\" )'/>"), "outside itself"),
        (svg("<rect fill='javascript:x'/>"), "outside itself"),
        (svg(head="width='wide'"), "how wide and high"),
        (svg(head="viewBox='0 0 0 4'"), "how wide and high"),
        (svg("<g>" * 40 + "<rect/>" * MOST_ELEMENTS + "</g>" * 40), "more than 3,000 shapes"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + svg("<title>&a;</title>"), "declares a DTD"),
        (b"<svg", "cannot be read"),
        (b"<html/>", "something else"),
    ],
)
def test_svgs_that_do_more_than_draw_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_logo("logo.svg", data)


def test_other_pictures_are_refused() -> None:
    with pytest.raises(Refused, match="neither a PNG nor an SVG"):
        read_logo("logo.jpg", b"")


def test_contrast_is_as_the_guidelines_say() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
    assert luminance("#ffffff") == 1


@pytest.mark.parametrize(
    "main", ["#0b5563", "#003366", "#7a0019", "#005a30", "#000000", "#757575"]
)
def test_every_text_in_every_shade_can_be_read(main: str) -> None:
    colours = shades(main, "#9a3a06")
    for text, behind in (
        (colours.white, colours.main),
        (colours.main, colours.white),
        (colours.accent, colours.white),
        (colours.on_middle, colours.middle),
        (colours.on_light, colours.light),
        (INK, WHITE),
        (colours.grey, WHITE),
        (colours.grey, colours.track),
    ):
        assert contrast(text, behind) >= 4.5, (text, behind)


def test_neighbouring_areas_of_charts_can_be_told_apart() -> None:
    for one, other in ((OURS.main, OURS.track), (OURS.main, WHITE), (OURS.accent, WHITE)):
        assert contrast(one, other) >= 3


def test_an_organisations_shades_take_the_place_of_ours() -> None:
    assert recoloured("a { color: #0B5563; top: #123456 }", Colours(main="#003366")) == (
        "a { color: #003366; top: #123456 }"
    )
    assert recoloured("b #cfe3e4", OURS) == "b #cfe3e4"
