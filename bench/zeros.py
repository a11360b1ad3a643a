"""Give the report's fonts a plain zero; the slashed one stays, behind the feature ``zero``.

Run it once on the fonts as published: ``python bench/zeros.py``. Atkinson Hyperlegible Next has
only a slashed zero, which reads as a code in prose. The licence (SIL OFL 1.1, no reserved name)
allows changed versions under the same licence. The counter is that of the font's own O, made as
narrow as the zero's.
"""

import copy
import itertools
from pathlib import Path

from fontTools.otlLib.builder import SingleSubstBuilder
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables

FONTS = Path(__file__).parents[1] / "templates" / "report" / "fonts"
SLASHED = "zero.slash"
Points = list[tuple[tuple[float, float], int]]


def contours(font: TTFont, name: str) -> list[Points]:
    """Give a glyph's contours: points, with whether each lies on the curve."""
    glyph = font["glyf"][name]
    starts = [0, *(end + 1 for end in glyph.endPtsOfContours)]
    points = list(zip(glyph.coordinates, glyph.flags, strict=True))
    return [points[a:b] for a, b in itertools.pairwise(starts)]


def bounds(points: Points) -> tuple[float, float, float, float]:
    """Give left, bottom, right and top."""
    xs, ys = [at[0] for at, _ in points], [at[1] for at, _ in points]
    return min(xs), min(ys), max(xs), max(ys)


def plain(font: TTFont) -> None:
    """Put the plain zero in the slashed one's place."""
    outer, *halves = contours(font, "zero")
    left, bottom, right, top = bounds([each for half in halves for each in half])
    round_ = contours(font, "O")[1]
    x0, y0, x1, y1 = bounds(round_)
    inner = [
        ((left + (x - x0) * (right - left) / (x1 - x0),
          bottom + (y - y0) * (top - bottom) / (y1 - y0)), flag)
        for (x, y), flag in round_
    ]  # fmt: skip
    glyph = copy.deepcopy(font["glyf"]["zero"])
    glyph.coordinates = type(glyph.coordinates)([at for at, _ in (*outer, *inner)])
    glyph.coordinates.toInt()
    glyph.flags = type(glyph.flags)([flag for _, flag in (*outer, *inner)])
    glyph.endPtsOfContours = [len(outer) - 1, len(outer) + len(inner) - 1]
    glyph.numberOfContours = 2
    glyph.program.fromBytecode(b"")
    glyph.recalcBounds(font["glyf"])
    font["glyf"][SLASHED] = font["glyf"]["zero"]
    font["hmtx"][SLASHED] = font["hmtx"]["zero"]
    font["glyf"]["zero"] = glyph
    font.setGlyphOrder([*dict.fromkeys((*font.getGlyphOrder(), SLASHED))])


def offer_slashed(font: TTFont) -> None:
    """Offer the slashed zero as the feature ``zero``, in every language."""
    table = font["GSUB"].table
    builder = SingleSubstBuilder(font, None)
    builder.mapping = {"zero": SLASHED}
    table.LookupList.Lookup.append(builder.build())
    record = otTables.FeatureRecord()
    record.FeatureTag, record.Feature = "zero", otTables.Feature()
    record.Feature.FeatureParams = None
    record.Feature.LookupListIndex = [len(table.LookupList.Lookup) - 1]
    table.FeatureList.FeatureRecord.append(record)
    for script in table.ScriptList.ScriptRecord:
        languages = [each.LangSys for each in script.Script.LangSysRecord]
        for language in (script.Script.DefaultLangSys, *languages):
            if language is not None:
                language.FeatureIndex.append(len(table.FeatureList.FeatureRecord) - 1)


def main() -> None:
    """Change every font that has no plain zero yet."""
    for path in sorted(FONTS.glob("*.ttf")):
        font = TTFont(path, recalcTimestamp=False)
        if SLASHED not in font.getGlyphOrder():
            plain(font)
            offer_slashed(font)
            font.save(path)


if __name__ == "__main__":
    main()
