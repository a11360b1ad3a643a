"""Build the wheel, delete every source from its sight, and run the tests against it.

Packaging faults are invisible to tests that import from the checkout: our YAML and templates lie
outside the package. Run by ``tests/everything``.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ("frameworks", "templates", "docs/method.md")


def _tracked() -> set[str]:
    """Name the data files git knows, as they are called inside the wheel."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *DATA],  # noqa: S607
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return {f"cyberassess/_data/{name}" for name in listed.stdout.splitlines()}


def main() -> None:
    """Build, compare, install without dependencies' sources, test."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        subprocess.run(
            [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place, ROOT],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        wheel = next(place.glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            inside = {n for n in archive.namelist() if n.startswith("cyberassess/_data/")}
        if inside != _tracked():
            sys.exit(f"The wheel's data files differ from git's: {sorted(inside ^ _tracked())}")
        target = place / "installed"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target)
        made = shutil.ignore_patterns("__pycache__")  # tests that run meanwhile write there
        for name in ("tests", "docs"):  # NOTE: some tests are made from a page
            shutil.copytree(ROOT / name, place / name, ignore=made)
        shutil.copy(ROOT / "pyproject.toml", place / "pyproject.toml")
        environment = {**os.environ, "PYTHONPATH": str(target), "CYBERASSESS_WHEEL": str(target)}
        subprocess.run(
            [sys.executable, "-P", "-m", "pytest", "-q", "-m", "wheel", "-p", "no:cacheprovider",
             str(place / "tests")],
            cwd=place, env=environment, check=True,
        )  # fmt: skip
        print(f"{wheel.name}: {len(inside)} data files, tests passed without the source")


if __name__ == "__main__":
    main()
