"""Asks veraPDF, an independent validator, whether PDFs are what they declare.

``tests/validators/fetch`` brings it here; without it, or without Java, tests that need it are
skipped with a reason, but never in CI.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("VERAPDF", Path(__file__).resolve().parents[2] / ".verapdf"))
JAVA = ("java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""It runs for seconds only: what it would learn to run faster, it would not live to use."""
MAIN = "org.verapdf.apps.GreenfieldCliWrapper"
DECLARED = {"PDF/UA-1 validation profile", "PDF/A-3A validation profile"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What veraPDF says of one file."""

    profiles: frozenset[str]
    """What the file was checked against: what it declares."""
    failures: tuple[str, ...]
    """Clause, test and description of each rule that fails, with the first place."""


def missing() -> str:
    """Say what veraPDF lacks here; empty where it can run."""
    if shutil.which("java") is None:
        return "Java is not installed"
    if not list(FOLDER.glob("lib/greenfield-apps-*.jar")):
        return "veraPDF is not here: run tests/validators/fetch"
    return ""


def needed() -> None:
    """Skip the test where veraPDF cannot run; in CI it must."""
    reason = missing()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def verdicts(paths: Sequence[Path]) -> dict[Path, Verdict]:
    """Ask about files, each by everything it declares itself to be."""
    arguments = ["-f", "0", "--format", "json", "--maxfailuresdisplayed", "1"]
    done = subprocess.run(
        [*JAVA, "-cp", f"{FOLDER}/lib/*", MAIN, *arguments, *map(str, paths)],
        capture_output=True,
        check=False,
        text=True,
    )
    jobs = json.loads(done.stdout)["report"]["jobs"]
    assert len(jobs) == len(paths), done.stderr
    found: dict[Path, Verdict] = {}
    for path, job in zip(paths, jobs, strict=True):
        assert Path(job["itemDetails"]["name"]).name == path.name
        results = job.get("validationResult", [])
        failures = [
            f"{rule['clause']} test {rule['testNumber']}: {rule['description']} "
            f"({rule['checks'][0]['context']})"
            for result in results
            for rule in result["details"]["ruleSummaries"]
        ]
        profiles = frozenset(each["profileName"] for each in results)
        assert all(each["compliant"] for each in results) == (not failures)
        found[path] = Verdict(profiles, tuple(failures))
    return found
