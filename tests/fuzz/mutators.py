"""Ways a workbook can be damaged on its way, each a function of its bytes and of chance.

``DAMAGE`` is what disks, networks, mail filters and zip programs do: the answers must survive it
or the file must be refused. ``REWRITING`` changes what is written inside, as an attacker or a
careless program would: the answers may then be others, but reading must still end well.
"""

import io
import random
import struct
import warnings
import zipfile
from collections.abc import Callable

Renaming = Callable[[str], str]
Mutator = Callable[[bytes, random.Random], bytes]


def parts_of(data: bytes) -> list[tuple[str, bytes]]:
    """Give the parts of a file in their order; none where it is no ZIP."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(each.filename, archive.read(each)) for each in archive.infolist()]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
        return []


def packed(parts: list[tuple[str, bytes]], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack parts, also several of one name."""
    data = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(data, "w", how) as archive:
        warnings.simplefilter("ignore")
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return data.getvalue()


def truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: len(data) * chance.randrange(100) // 100 + chance.randrange(3)]


def flip_bits(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8, 64])):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def flip_bits_unpacked(data: bytes, chance: random.Random) -> bytes:
    """Flip bits where the parts lie open in the file, and only the check sums can tell."""
    return flip_bits(packed(parts_of(data), zipfile.ZIP_STORED), chance)


def flip_directory(data: bytes, chance: random.Random) -> bytes:
    """Flip bits in the directory at the end: names, sizes, places, check sums."""
    start = max(0, data.find(b"PK\x01\x02"))
    return data[:start] + flip_bits(data[start:], chance)


def zero_a_block(data: bytes, chance: random.Random) -> bytes:
    size = chance.choice([1, 64, 512, 4096])
    start = chance.randrange(len(data))
    return data[:start] + bytes(min(size, len(data) - start)) + data[start + size :]


def swap_blocks(data: bytes, chance: random.Random) -> bytes:
    size = chance.choice([16, 512, 4096])
    first, second = sorted(chance.randrange(len(data)) for _ in range(2))
    one, other = data[first : first + size], data[second : second + size]
    if first + size > second:
        return data[:first] + data[second:] + data[first:second]
    return data[:first] + other + data[first + size : second] + one + data[second + size :]


def double(data: bytes, _: random.Random) -> bytes:
    return data + data


def repeat_a_block(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    end = start + chance.choice([1, 512, 4096])
    return data[:end] + data[start:]


def text_mode(data: bytes, chance: random.Random) -> bytes:
    """Do what sending a file as text does to it."""
    return chance.choice(
        [
            data.replace(b"\n", b"\r\n"),
            data.replace(b"\r\n", b"\n"),
            bytes(each & 0x7F for each in data),
            data.decode("latin-1").encode("utf-8"),
        ]
    )


def swap_parts(data: bytes, chance: random.Random) -> bytes:
    parts = parts_of(data)
    if len(parts) > 1:
        one, other = chance.sample(range(len(parts)), 2)
        (first, a), (second, b) = parts[one], parts[other]
        parts[one], parts[other] = (first, b), (second, a)
    return packed(parts)


def shuffle_parts(data: bytes, chance: random.Random) -> bytes:
    parts = parts_of(data)
    chance.shuffle(parts)
    return packed(parts)


def _with_one(
    data: bytes, chance: random.Random, change: Callable[[str, bytes], list[tuple[str, bytes]]]
) -> bytes:
    parts = parts_of(data)
    if parts:
        at = chance.randrange(len(parts))
        parts[at : at + 1] = change(*parts[at])
    return packed(parts)


def empty_part(data: bytes, chance: random.Random) -> bytes:
    return _with_one(data, chance, lambda name, _: [(name, b"")])


def drop_part(data: bytes, chance: random.Random) -> bytes:
    return _with_one(data, chance, lambda _, __: [])


def truncate_part(data: bytes, chance: random.Random) -> bytes:
    share = chance.randrange(100)
    return _with_one(data, chance, lambda name, part: [(name, part[: len(part) * share // 100])])


def repeat_part(data: bytes, chance: random.Random) -> bytes:
    """Put a part in twice, under its own name or one that differs in its letters' case."""
    cases: list[Renaming] = [str, str.upper, str.lower]
    case = chance.choice(cases)
    content = chance.choice([b"", None])
    return _with_one(
        data,
        chance,
        lambda name, part: [(name, part), (case(name), part if content is None else content)],
    )


def double_part(data: bytes, chance: random.Random) -> bytes:
    return _with_one(data, chance, lambda name, part: [(name, part + part)])


def rename_part(data: bytes, chance: random.Random) -> bytes:
    new: Renaming = chance.choice(
        [
            str.upper,
            lambda name: name.replace("/", "\\"),
            lambda name: f"/{name}",
            lambda name: f"{name}.bak",
            lambda name: f"copy/{name}",
            lambda name: name.replace(".xml", "\u0430.xml"),
        ]
    )
    return _with_one(data, chance, lambda name, part: [(new(name), part)])


def climb_out(data: bytes, chance: random.Random) -> bytes:
    """Name a part so that unpacking it carelessly would write elsewhere."""
    start = chance.choice(["../", "../../../../tmp/", "/etc/", "C:\\", "..\\..\\", "xl/../../"])
    keep = chance.random() < 0.5
    return _with_one(
        data,
        chance,
        lambda name, part: [*([(name, part)] if keep else []), (f"{start}{name}", part)],
    )


def lie_about_sizes(data: bytes, chance: random.Random) -> bytes:
    """State another size, check sum, place or way of packing in the directory or a header."""
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 3])):
        mark, fields = chance.choice(
            [
                (b"PK\x01\x02", (8, 10, 16, 20, 24, 28, 30, 32, 42)),
                (b"PK\x03\x04", (6, 8, 14, 18, 22, 26, 28)),
                (b"PK\x05\x06", (8, 10, 12, 16, 20)),
            ]
        )
        places = [at for at in range(len(data) - 46) if data.startswith(mark, at)]
        if not places:
            places = [max(0, data.rfind(mark))]
        at = chance.choice(places) + chance.choice(fields)
        value = chance.choice([0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, chance.randrange(1 << 20)])
        size = 2 if fields[0] == 8 and at % 2 else 4
        if at + size <= len(changed):
            struct.pack_into("<H" if size == 2 else "<I", changed, at, value & (256**size - 1))
    return bytes(changed)


def unpack(data: bytes, _: random.Random) -> bytes:
    return packed(parts_of(data), zipfile.ZIP_STORED)


DAMAGE: dict[str, Mutator] = {
    each.__name__.replace("_", " "): each
    for each in (
        truncate,
        flip_bits,
        flip_bits_unpacked,
        flip_directory,
        zero_a_block,
        swap_blocks,
        double,
        repeat_a_block,
        text_mode,
        swap_parts,
        shuffle_parts,
        empty_part,
        drop_part,
        truncate_part,
        repeat_part,
        double_part,
        rename_part,
        climb_out,
        lie_about_sizes,
        unpack,
    )
}


def flip_inside(data: bytes, chance: random.Random) -> bytes:
    """Flip bits inside a part, with a check sum that is right again."""
    return _with_one(
        data, chance, lambda name, part: [(name, flip_bits(part, chance) if part else part)]
    )


def repeat_an_element(data: bytes, chance: random.Random) -> bytes:
    def repeat(name: str, part: bytes) -> list[tuple[str, bytes]]:
        tags = part.split(b"<")
        at = chance.randrange(len(tags))
        times = chance.choice([1, 10, 1_000])
        return [(name, b"<".join([*tags[:at], *tags[at : at + 1] * times, *tags[at:]]))]

    return _with_one(data, chance, repeat)


_PAYLOADS = (
    b"&a;", b"<![CDATA[x]]>", b"<!--", b"\x00", b"\xff\xfe", b"<x>", b"</c>", b'"', b"&#0;",
    b"<!DOCTYPE x>", b"99999999999999999999", b"-1", b"1e400", b"nan", b"_x0000_", b"A0", b"ZZZZ1",
    b"<c r='A1' t='s'><v>0</v></c>", b"x" * 100_000, b"<a>" * 1_000, b" xmlns='u'",
)  # fmt: skip


def insert_inside(data: bytes, chance: random.Random) -> bytes:
    """Put something unwelcome between two tags, or in place of a value."""

    def insert(name: str, part: bytes) -> list[tuple[str, bytes]]:
        mark = chance.choice([b">", b'"'])
        pieces = part.split(mark)
        at = chance.randrange(len(pieces))
        payload = chance.choice(_PAYLOADS)
        pieces[at] = payload if chance.random() < 0.5 else payload + pieces[at]
        return [(name, mark.join(pieces))]

    return _with_one(data, chance, insert)


REWRITING: dict[str, Mutator] = {
    each.__name__.replace("_", " "): each
    for each in (flip_inside, repeat_an_element, insert_inside)
}
