"""What an archived document says of itself: its metadata, and what its colours mean."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

_KNEE = 0.04045
"""Below this the curve of sRGB is a straight line."""


def producer(about: Mapping[str, str]) -> str:
    """Give the names of the programs that made the file."""
    return (
        f"{about['creator']} with {about['engine']}" if about.get("engine") else about["creator"]
    )


def description(about: Mapping[str, str]) -> str:
    """Give the metadata: what the document is, and what it declares to conform to.

    PDF/A wants the one property that is not its own, ``pdfuaid:part``, described.
    """
    parts = (
        '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"'
        ' pdfaid:part="3" pdfaid:conformance="A"/>',
        '<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"'
        ' pdfuaid:part="1"/>',
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(about["title"])}</rdf:li>'
        "</rdf:Alt></dc:title>"
        f"<dc:creator><rdf:Seq><rdf:li>{escape(about['authors'])}</rdf:li></rdf:Seq></dc:creator>"
        '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">'
        f"{escape(about['subject'])}</rdf:li></rdf:Alt></dc:description>"
        f"<dc:language><rdf:Bag><rdf:li>{escape(about['language'])}</rdf:li></rdf:Bag>"
        "</dc:language></rdf:Description>",
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f"<xmp:CreatorTool>{escape(about['creator'])}</xmp:CreatorTool>"
        f"<xmp:CreateDate>{about['created'][:10]}</xmp:CreateDate>"
        f"<xmp:ModifyDate>{about['modified'][:10]}</xmp:ModifyDate></rdf:Description>",
        '<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">'
        f"<pdf:Producer>{escape(producer(about))}</pdf:Producer></rdf:Description>",
        _EXTENSION,
    )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        + "\n".join(parts)
        + '\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="r"?>'
    )


_EXTENSION = (
    '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>'
    '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>'
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>"
    '<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>'
    "<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    "<pdfaProperty:category>internal</pdfaProperty:category>"
    "<pdfaProperty:description>The part of ISO 14289 the file follows</pdfaProperty:description>"
    "</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>"
    "</rdf:Description>"
)


def srgb_profile() -> bytes:
    """Give a small colour profile that says what sRGB is: three primaries and a curve.

    Source: IEC 61966-2-1 (sRGB), adapted to D50; ICC.1:2001-04, clauses 6 and 8.3.
    """

    def fixed(value: float) -> bytes:
        return round(value * 65536).to_bytes(4, "big", signed=True)

    def place(x: float, y: float, z: float) -> bytes:
        return b"XYZ \0\0\0\0" + fixed(x) + fixed(y) + fixed(z)

    def light(step: int) -> int:
        value = step / 255
        linear = value / 12.92 if value <= _KNEE else ((value + 0.055) / 1.055) ** 2.4
        return round(linear * 65535)

    curve = b"curv\0\0\0\0" + (256).to_bytes(4, "big")
    curve += b"".join(light(step).to_bytes(2, "big") for step in range(256))
    said = b"sRGB\0"
    title = b"desc\0\0\0\0" + len(said).to_bytes(4, "big") + said + bytes(78)
    tags = {
        b"desc": title,
        b"cprt": b"text\0\0\0\0Public domain\0",
        b"wtpt": place(0.9642, 1.0, 0.8249),
        b"rXYZ": place(0.43607, 0.22249, 0.01392),
        b"gXYZ": place(0.38515, 0.71687, 0.09708),
        b"bXYZ": place(0.14307, 0.06061, 0.71410),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table = len(tags).to_bytes(4, "big")
    start = 128 + 4 + 12 * len(tags)
    data = b""
    places: dict[bytes, int] = {}
    for name, body in tags.items():
        if body not in places:
            places[body] = start + len(data)
            data += body + bytes(-len(body) % 4)
        table += name + places[body].to_bytes(4, "big") + len(body).to_bytes(4, "big")
    head = (
        bytes(8) + bytes.fromhex("02100000") + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
        + fixed(0.9642) + fixed(1.0) + fixed(0.8249) + bytes(48)
    )  # fmt: skip
    size = 128 + len(table) + len(data)
    return size.to_bytes(4, "big") + head[4:] + table + data
