"""Pictures as PNG, for documents that cannot show SVG: the only module that knows Pillow."""

import io
from typing import TYPE_CHECKING

from cyberassess.disk import resources
from cyberassess.paper.blocks import Picture

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_SCALE = 8
"""Points a millimetre: about 200 an inch."""
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def png(picture: Picture) -> bytes:
    """Draw a picture."""
    from PIL import Image, ImageDraw

    size = (round(picture.width * _SCALE), round((picture.height + 1) * _SCALE))
    image = Image.new("RGB", size, "#ffffff")
    pen = ImageDraw.Draw(image)
    for bar in picture.bars:
        corners = (bar.x, bar.y, bar.x + bar.width, bar.y + bar.height)
        pen.rounded_rectangle(
            [round(each * _SCALE) for each in corners],
            round(bar.round * _SCALE),
            fill=None if bar.fill == "none" else bar.fill,
            outline=None if bar.stroke == "none" else bar.stroke,
            width=round(bar.line * _SCALE),
        )
    for each in picture.words:
        font = _font(each.weight, each.size)
        place = (each.x * _SCALE, each.y * _SCALE)
        pen.text(place, each.text, each.fill, font, anchor=_ANCHORS[each.anchor])
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _font(weight: int, size: float) -> "FreeTypeFont":
    from PIL import ImageFont

    fonts = resources.folder("templates") / "report" / "fonts"
    name = f"atkinson-hyperlegible-next-{weight}.ttf"
    return ImageFont.truetype(str(fonts / name), round(size * _SCALE))
