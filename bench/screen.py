"""What `open` costs: start to page, every screen, a preview, a printed report, and memory.

Run it with ``.venv/bin/python bench/screen.py [FOLDER …]``, or without a folder for a council of
twelve systems. Of each screen the CPU time of the server and the time that a browser waits stand
beside each other, medians of five: on a computer with more to do only the first means something.
"""

import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent))
from councils import council
from printing import COMMAND, show

SCREENS = ("start", "waiting", "ask", "workshop", "receive", "outcomes", "evidence", "plan",
           "people", "reports", "years", "preview?kind=board", "preview?kind=full")  # fmt: skip
LIMIT = "200 ms, twelve systems 500 ms"
TICKS = 100
"""Of the kernel's clock, in a second."""


class Opened:
    """An assessment that is open on a screen."""

    def __init__(self, folder: Path) -> None:
        """Start the server."""
        words = [*COMMAND, "-C", str(folder), "open", "--no-browser"]
        begun = time.perf_counter()
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        found = (line.strip() for line in self.process.stdout or ())
        self.address = next(line for line in found if line.startswith("http"))
        self.get("")
        self.to_page = time.perf_counter() - begun

    def get(self, page: str) -> str:
        """Give a page."""
        with urllib.request.urlopen(self.address + page) as came:  # noqa: S310 - our own server
            return str(came.read().decode())

    def post(self, page: str, **sent: str) -> None:
        """Send a form."""
        host = self.address.split("/")[2]
        headers = {"Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        data = urlencode(sent).encode()
        wanted = urllib.request.Request(self.address + page, data, headers)  # noqa: S310
        urllib.request.urlopen(wanted).close()  # noqa: S310

    def cpu(self) -> float:
        """Give the seconds the server has worked."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / TICKS

    def memory(self) -> float:
        """Give the most it has held, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        found = re.search(r"VmHWM:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0


def timed(opened: Opened, work: Callable[[], object], times: int = 5) -> str:
    """Give the server's milliseconds and those that somebody waits, of one time."""
    waited: list[float] = []
    before = opened.cpu()
    for _ in range(times):
        begun = time.perf_counter()
        work()
        waited.append(time.perf_counter() - begun)
    worked = (opened.cpu() - before) / times
    return f"{1000 * worked:.0f} ms, {1000 * statistics.median(waited):.0f} ms waited"


def measure(folder: Path) -> None:
    """Print what one assessment costs."""
    opened = Opened(folder)
    try:
        began = f"{opened.cpu():.1f} s, {opened.to_page:.1f} s waited"
        show(f"{folder.name}: start to page", began, "1.5 s")
        for page in SCREENS:
            show(page, timed(opened, lambda page=page: opened.get(page)), LIMIT)  # type: ignore[misc]
        show("memory", f"{opened.memory():.0f} MB", "90 MB")
        opened.post("reports", do="print", kind="board")
        show("memory after a printed report", f"{opened.memory():.0f} MB", "90 MB")
        opened.post("start", do="finish")
    finally:
        opened.process.terminate()


def main() -> None:
    """Measure the folders that are named, or a council of twelve systems."""
    for name in sys.argv[1:]:
        measure(Path(name))
    if not sys.argv[1:]:
        with tempfile.TemporaryDirectory() as name:
            council(Path(name) / "council-12", 12)
            measure(Path(name) / "council-12")


if __name__ == "__main__":
    main()
