"""Settings for every test: steady Hypothesis runs, and the repository on the import path."""

import atexit
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from functools import wraps
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # tests share builders (`tests.domain.builder`), also from a wheel
    sys.path.append(str(ROOT))

if "PYTEST_XDIST_WORKER" not in os.environ:
    # no test reads or fills the cache of who runs it; all tests of a run share one of their own:
    # what is printed from kept parts is the same to the byte (tests/press holds that)
    os.environ["CYBERASSESS_CACHE"] = tempfile.mkdtemp(prefix="layouts-")
    Path(os.environ["CYBERASSESS_CACHE"], "last-used").mkdir()  # no test goes on where another was
    atexit.register(shutil.rmtree, os.environ["CYBERASSESS_CACHE"], ignore_errors=True)

# NOTE: running files side by side sets the width of the terminal; tests that care set their own
os.environ.pop("COLUMNS", None)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # NOTE: a job in the background is deaf to Ctrl-C, and so would be what tests start
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "steady",
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("quick", parent=settings.get_profile("steady"), max_examples=12)
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def _without_power_cuts() -> Iterator[None]:
    """Let nothing wait until it would outlast a power cut: no test makes one.

    ``tests/crash`` puts it back, and commands in processes of their own sync as ever.
    """

    @wraps(os.fsync)
    def at_once(_: object) -> None:
        pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", at_once)
        yield


LONGEST = ("validators", "crash", "program")
"""Folders whose files take longest: begun first, so that no core waits for the last of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; leave out on Windows what needs modes, links or pipes."""
    items.sort(key=lambda each: each.path.parent.name not in LONGEST)
    for each in items if os.name != "posix" else ():
        if each.get_closest_marker("posix"):
            each.add_marker(pytest.mark.skip(reason="needs modes, links or pipes of POSIX"))
