"""Ways to forge an evidence pack: each gives the parts of an honest one another content.

Whoever forges knows the format: after each change the list of hashes is made anew, the files are
counted anew in the README, and the pack is signed again with a key of the forger's own, where it
was signed.
"""

import hashlib
import io
import json
import re
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from cyberassess.disk.pack import SIGNATURE, SUMS
from cyberassess.domain.record.hashes import segment_hash

Parts = dict[str, bytes]
Way = Callable[[Parts], None]
SIGNERS = "allowed_signers"


def parts_of(path: Path) -> Parts:
    """Give the files of a pack."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, parts: Mapping[str, bytes]) -> Path:
    """Write a pack in the one form a pack has."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, data)
    return path


def listed_anew(parts: Parts) -> Parts:
    """Give the parts in the order of a pack, with a list that fits them."""
    behind = {name: parts[name] for name in (SIGNATURE,) if name in parts}
    front = {name: data for name, data in parts.items() if name not in (SUMS, SIGNATURE)}
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in front.items()]
    return {**front, SUMS: "".join(lines).encode(), **behind}


def counted_anew(parts: Parts, more: int) -> None:
    """Let the README say how many files there are, where some were added or left out."""
    if "README.txt" in parts:
        parts["README.txt"] = re.sub(
            rb"(There are |must say )(\d+)",
            lambda found: found[1] + b"%d" % (int(found[2]) + more),
            parts["README.txt"],
        )


def signed(parts: Parts, key: Path, namespace: str = "cyberassess-pack") -> Parts:
    """Sign the list with a key."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "data"
        file.write_bytes(parts[SUMS])
        subprocess.run(
            ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", namespace, str(file)],  # noqa: S607
            check=True, capture_output=True,
        )  # fmt: skip
        return {**parts, SIGNATURE: file.with_name("data.sig").read_bytes()}


def new_key(folder: Path, name: str, kind: str = "ed25519") -> Path:
    """Make a key."""
    path = folder / name
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", str(path)],  # noqa: S607
        check=True,
    )
    return path


def public(key: Path) -> str:
    """Give type and key."""
    return " ".join(key.with_name(f"{key.name}.pub").read_text().split()[:2])


def replaced(name: str, old: str, new: str) -> Way:
    """Write something else in a file."""

    def change(parts: Parts) -> None:
        before = parts[name]
        parts[name] = re.sub(old.encode(), new.encode(), before, count=1)
        assert parts[name] != before, (name, old)

    return change


def junk(name: str, data: bytes = b"nothing\n") -> Way:
    """Put something else in a file's place."""

    def change(parts: Parts) -> None:
        assert name in parts
        parts[name] = data

    return change


def removed(*names: str) -> Way:
    """Leave files out; a name ending in a slash stands for a folder."""

    def change(parts: Parts) -> None:
        gone = [each for each in parts if each.startswith(names)]
        assert gone
        for each in gone:
            del parts[each]

    return change


def added(name: str, data: bytes = b"more\n") -> Way:
    """Add a file."""

    def change(parts: Parts) -> None:
        parts[name] = data

    return change


def doubled(start: str, new: str) -> Way:
    """Add a changed copy of a file under another name."""

    def change(parts: Parts) -> None:
        name = next(each for each in parts if each.startswith(start))
        parts[new] = parts[name] + b"more\n"

    return change


def renamed(start: str, new: str) -> Way:
    """Give a file another name."""

    def change(parts: Parts) -> None:
        name = next(each for each in parts if each.startswith(start))
        parts[new] = parts.pop(name)

    return change


def manifest(key: str, value: object) -> Way:
    """Write something else in the manifest."""

    def change(parts: Parts) -> None:
        said = json.loads(parts["pack.json"])
        said[key] = value
        parts["pack.json"] = json.dumps(said).encode()

    return change


def nested(levels: int) -> bytes:
    """Give JSON that is nothing but depth."""
    return b"[" * levels + b"]" * levels


def workbook(old: bytes, new: bytes) -> Way:
    """Write something else in a cell of the index's workbook."""

    def change(parts: Parts) -> None:
        read = zipfile.ZipFile(io.BytesIO(parts["index.xlsx"]))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name in read.namelist():
                made.writestr(name, read.read(name).replace(old, new))
        assert out.getvalue() != parts["index.xlsx"]
        parts["index.xlsx"] = out.getvalue()

    return change


def other_attachment(parts: Parts) -> None:
    """Attach other answers to the report, in a stream of the same length."""
    data = parts["report.pdf"]
    begins = data.index(b"/EmbeddedFile")
    found = re.compile(rb"/Length (\d+)>>\nstream\n").search(data, begins)
    assert found is not None
    length = int(found[1])
    made = zlib.compress(b'{"schema": 1}')
    assert len(made) < length
    parts["report.pdf"] = data[: found.end()] + made.ljust(length) + data[found.end() + length :]


def last_entry(old: str, new: str) -> Way:
    """Change the newest file of the ledger, and name it by its hash again."""

    def change(parts: Parts) -> None:
        name = max(each for each in parts if each.startswith("ledger/"))
        before = parts.pop(name).decode()
        data = re.sub(old, new, before)
        assert data != before
        found = segment_hash([json.loads(each) for each in data.splitlines()])
        parts[f"ledger/{name[7:13]}-{found[:8]}.jsonl"] = data.encode()

    return change
