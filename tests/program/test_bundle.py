"""What the Windows folder is made of: pinned, named, licensed, and the same bytes each time."""

import json
import os
import re
import runpy
import struct
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "bundle"
if not BUNDLE.is_dir():
    pytest.skip("only a checkout makes the folder", allow_module_level=True)
MADE: dict[str, Any] = runpy.run_path(str(BUNDLE / "windows.py"))  # NOTE: what a script defines
PAGES = ("Start here.html", "For IT.html")


def test_every_part_is_pinned_by_its_hash() -> None:
    lines = (BUNDLE / "parts.txt").read_text("utf-8").splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert len(pinned) == 2
    assert all(re.fullmatch(r"[\w-]+==[\d.]+ --hash=sha256:[0-9a-f]{64}", each) for each in pinned)
    assert all(re.fullmatch(r"[0-9a-f]{64}", each) for each in MADE["PYTHON_SHA256"].values())
    locked = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    wheels = {each["name"]: [w["url"] for w in each.get("wheels", ())] for each in locked}
    for name in ("pydantic-core", "pillow", "lxml", "pyyaml", "cffi"):
        fits = [each for each in wheels[name] if each.endswith("win_amd64.whl")]
        assert any("cp313-cp313" in each or "abi3" in each for each in fits), name


def test_a_folder_is_zipped_to_the_same_bytes_whenever_it_was_written(tmp_path: Path) -> None:
    for name, moment in (("one", 1_000_000_000), ("two", 1_700_000_000)):
        for inside in ("b/c.txt", "a.txt", "b.txt"):
            path = tmp_path / name / inside
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(inside)
            os.utime(path, (moment, moment))
            path.chmod(0o600 if name == "one" else 0o755)
        MADE["write_zip"](tmp_path / f"{name}.zip", tmp_path / name, "cyberassess/")
        MADE["write_sums"](tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    sums = (tmp_path / "one" / "SHA256SUMS").read_bytes()
    assert sums == (tmp_path / "two" / "SHA256SUMS").read_bytes()
    assert [line.split(b"  ")[1] for line in sums.splitlines()] == [
        b"a.txt", b"b.txt", b"b/c.txt",
    ]  # fmt: skip


def test_what_was_installed_where_is_not_shipped(tmp_path: Path) -> None:
    inside = ("a/b.py", "a/tests/t.py", "bin/x.exe", "a.dist-info/RECORD", "a.dist-info/METADATA",
              "a.dist-info/licenses/LICENSE", "a.dist-info/direct_url.json")  # fmt: skip
    for name in inside:
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).touch()
    MADE["copy_all"](tmp_path / "site", tmp_path / "out")
    shipped = {
        path.relative_to(tmp_path / "out").as_posix()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert shipped == {"a/b.py", "a.dist-info/METADATA", "a.dist-info/licenses/LICENSE"}


def test_the_child_that_is_run_as_a_file_stays_one() -> None:
    assert (ROOT / MADE["RUN_AS_SOURCE"]).is_file()


def test_the_manifest_lies_in_the_programs_where_windows_looks() -> None:
    data = MADE["resource"](24, b"abcde")
    size, head = struct.unpack("<II", data[:8])
    assert (size, head) == (5, 32)
    assert struct.unpack("<4H", data[8:16]) == (0xFFFF, 24, 0xFFFF, 1)
    assert data[head : head + size] == b"abcde"
    assert len(data) % 4 == 0
    manifest = (BUNDLE / "program.manifest").read_text("utf-8")
    assert 'level="asInvoker"' in manifest
    assert ">UTF-8<" in manifest


def test_names_of_an_import_library_are_those_of_its_index(tmp_path: Path) -> None:
    names = [b"Py_Main", b"__imp_Py_Main", b"__imp_PyExc_ValueError", b"__IMPORT_DESCRIPTOR_x",
             b"\x7fpython_NULL"]  # fmt: skip
    index = len(names).to_bytes(4, "big") + b"\0" * 4 * len(names) + b"\0".join(names) + b"\0"
    path = tmp_path / "python3.lib"
    path.write_bytes(
        b"!<arch>\n" + b"/".ljust(48) + str(len(index)).encode().ljust(10) + b"`\n" + index
    )
    assert MADE["names_in"](path) == {"Py_Main", "PyExc_ValueError"}


def test_the_bill_of_materials_names_every_part() -> None:
    parts = [{"type": "library", "name": "x", "version": "1"}]
    bill = json.loads(MADE["bill_of_materials"]("0.1.0", parts))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert bill["components"] == parts
    assert bill["metadata"]["component"]["version"] == "0.1.0"


def test_a_library_without_its_licence_is_not_shipped(tmp_path: Path) -> None:
    about = tmp_path / "site" / "x-1.dist-info"
    about.mkdir(parents=True)
    kind = "Classifier: License :: OSI Approved :: "
    lines = ["Name: x", "Version: 1", f"{kind}MIT License", f"{kind}BSD License"]
    (about / "METADATA").write_text("\n".join(lines), "utf-8")
    with pytest.raises(SystemExit, match="The licence of x is not in its folder"):
        list(MADE["components"](tmp_path / "site", tmp_path))
    (about / "licenses").mkdir()
    (about / "licenses" / "LICENSE.txt").touch()
    _, library = MADE["components"](tmp_path / "site", tmp_path)
    assert library["licenses"] == [{"license": {"name": "MIT License or BSD License"}}]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_alone_and_can_be_read_aloud(name: str, tmp_path: Path) -> None:
    for program in ("cyberassess.exe", "app/python.exe", "app/python313.dll", "app/python3.dll"):
        (tmp_path / program).parent.mkdir(exist_ok=True)
        (tmp_path / program).write_bytes(program.encode())
    MADE["write_pages"](tmp_path, "0.1.0")
    text = (tmp_path / name).read_text("utf-8")
    assert '<html lang="en-GB">' in text
    assert "{{" not in text
    assert re.findall(r'(?:src|href)="(?!data:|For%20IT)', text) == []
    pictures = re.findall(r"<img [^>]*>", text)
    assert len(pictures) == (3 if name == PAGES[0] else 0)
    assert all(re.search(r'alt="[^"]{20,}"', each) for each in pictures)
    licences = {path.name for path in (tmp_path / "licences").iterdir()}
    assert {"LGPL-2.1.txt", "Python.txt", "Libraries.txt", "cyberassess LICENSE.txt"} <= licences


def test_every_library_of_pango_has_its_licence() -> None:
    text = (BUNDLE / "licences" / "Libraries.txt").read_text("utf-8").casefold()
    known = {"ffi": "libffi", "z": "zlib", "png16": "libpng", "intl": "libintl",
             "gio": "glib", "gmodule": "glib", "gobject": "glib", "bz2": "bzip2",
             "pangoft2": "pango", "libexpat": "expat"}  # fmt: skip
    for name in MADE["PANGO"]:
        stem = name.partition("-")[0]
        assert known.get(stem, stem) in text, name


def test_what_to_make_is_said_to_whoever_mistypes(capsys: pytest.CaptureFixture[str]) -> None:
    assert MADE["main"]([]) == 2
    assert MADE["main"](["mac"]) == 2
    assert "./run bundle windows" in capsys.readouterr().err
