"""A person with a keyboard alone in front of Chromium: keys go in, what has the focus comes out.

Chromium is spoken to through its pipe for developers' tools; no server and no library is needed.
"""

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--remote-debugging-pipe",
]
KEYS = {"Tab": 9, "Enter": 13, " ": 32, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39,
        "ArrowDown": 40}  # fmt: skip
"""Keys that are no letters, and their numbers on Windows."""
TEXTS = {"Enter": "\r", " ": " "}
SHIFT = 8
MOST = 300
"""So many stops no page of a test has."""
MOST_SECONDS = 120
"""After which Chromium is ended, for a page that was waited for did not come."""
PARTS = 6
"""So many stops no field has."""
NAMED = """const named = each =>
  [each.type && each.tagName !== "BUTTON" ? each.type : each.tagName.toLowerCase(),
    ((each.labels || [])[0] || each).innerText.trim()];"""
FOCUS = """(() => {
  NAMED
  const each = document.activeElement, style = getComputedStyle(each);
  const place = [...document.querySelectorAll("*")].indexOf(each);
  const box = each.getBoundingClientRect();
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 &&
    box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight &&
    box.right > 0 && box.left < innerWidth;
  return [...named(each), seen, place];
})()""".replace("NAMED", NAMED)
ALL = """NAMED
[...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter(each => each.type !== "hidden" && each.checkVisibility({contentVisibilityAuto: true}))
  .filter((each, at, all) => each.type !== "radio" ||
    each === (all.find(e => e.type === "radio" && e.name === each.name && e.form === each.form &&
      e.checked) || all.find(e => e.name === each.name && e.form === each.form)))
  .map(named)""".replace("NAMED", NAMED)
Answer = dict[str, Any]  # NOTE: what Chromium says, as JSON has it


class Stop(NamedTuple):
    """What has the focus."""

    kind: str
    """A field's type, or what else it is: ``a``, ``button``, ``summary``."""
    name: str
    """What it is called: its label, or the words in it."""
    is_seen: bool
    """Whether one sees that it has the focus, and it is on the screen."""
    place: int
    """Where it stands among all parts of the page."""


class Keyboard:
    """Keys, one after another, on one page at a time."""

    def __init__(self, told: BinaryIO, heard: BinaryIO) -> None:
        self._told, self._heard = told, heard
        self._count = 0
        self._session = ""
        self.loaded = 0
        made = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=made, flatten=True)
        self._session = attached["sessionId"]
        self.ask("Page.enable")
        self.ask("Emulation.setFocusEmulationEnabled", enabled=True)

    def ask(self, method: str, **values: object) -> Answer:
        """Give a command of the developers' tools; give its answer."""
        self._count += 1
        asked = {"id": self._count, "method": method, "params": values}
        if self._session:
            asked["sessionId"] = self._session
        self._told.write(json.dumps(asked).encode() + b"\0")
        self._told.flush()
        while True:
            came = self._next()
            if came.get("id") == self._count:
                assert "error" not in came, f"{method}: {came['error']}"
                found: Answer = came["result"]
                return found

    def _next(self) -> Answer:
        data = bytearray()
        while (each := self._heard.read(1)) != b"\0":
            assert each, "Chromium ended."
            data += each
        came: Answer = json.loads(data)
        self.loaded += came.get("method") == "Page.loadEventFired"
        return came

    def evaluate(self, expression: str) -> Any:  # NOTE: whatever the page has there
        """Give a value of the page."""
        asked = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in asked, asked
        return asked["result"]["value"]

    def go(self, address: str) -> Self:
        """Open an address, as whoever starts the program does."""
        before = self.loaded
        self.ask("Page.navigate", url=address)
        return self.wait(before)

    def wait(self, before: int) -> Self:
        """Wait until another page is there."""
        while self.loaded == before:
            self._next()
        return self

    def press(self, key: str, modifiers: int = 0) -> Stop:
        """Press a key and let go; say what has the focus then."""
        text = TEXTS.get(key, key if len(key) == 1 else "")
        code = KEYS.get(key) or ord(key.upper())
        same: Answer = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        kind = "keyDown" if text else "rawKeyDown"
        self.ask("Input.dispatchKeyEvent", type=kind, text=text, **same)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **same)
        return self.focus()

    def focus(self) -> Stop:
        """Say what has the focus."""
        return Stop(*self.evaluate(FOCUS))

    def type(self, text: str) -> Self:
        """Type a text, key by key."""
        for each in text:
            self.press(each)
        return self

    def follow(self) -> Self:
        """Press Enter on a link or a button, and wait for where it leads."""
        before = self.loaded
        same: Answer = {"key": "Enter", "windowsVirtualKeyCode": KEYS["Enter"]}
        self.ask("Input.dispatchKeyEvent", type="keyDown", text="\r", **same)
        return self.wait(before)

    def tab_to(self, kind: str, name: str) -> Self:
        """Go on with Tab until something has the focus; everything on the way must be seen."""
        passed = []
        for _ in range(MOST):
            stop = self.press("Tab")
            if stop.kind == "body":
                break
            passed.append(stop)
            assert stop.is_seen, f"The focus is not seen: {stop}"
            if stop.kind == kind and stop.name.startswith(name):
                return self
        raise AssertionError(f"Tab does not lead to {kind} {name!r}: {passed}")

    def choose_file(self, path: Path) -> Self:
        """Choose a file for the field that has the focus, as the system's dialogue would."""
        found = self.ask("Runtime.evaluate", expression="document.activeElement")["result"]
        self.ask("DOM.setFileInputFiles", files=[str(path)], objectId=found["objectId"])
        return self

    def on(self, modifiers: int = 0) -> Stop:
        """Press Tab until something else has the focus: a date alone has several parts."""
        before = self.focus()
        for _ in range(PARTS):
            stop = self.press("Tab", modifiers)
            if stop.place != before.place:
                return stop
        raise AssertionError(f"There is no way on from {before}")

    def round(self) -> list[Stop]:
        """Go from the top of a page to its end with Tab, and one back; give the stops.

        Everything that can be used must be one, in the order in which it stands there, and be
        seen to have the focus.
        """
        wanted = self.evaluate(ALL)
        there = [self.on() for _ in wanted]
        assert [[each.kind, each.name] for each in there] == wanted
        assert [each for each in there if not each.is_seen] == []
        assert self.on(SHIFT) == there[-2]
        return there


@contextmanager
def keyboard() -> Iterator[Keyboard]:
    """Start Chromium, and end it."""
    (child_reads, told), (heard, child_writes) = os.pipe(), os.pipe()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        os.fdopen(told, "wb") as writing,
        os.fdopen(heard, "rb", 65536) as reading,
    ):
        command = f'exec chromium "$@" 3<&{child_reads} 4>&{child_writes}'
        with subprocess.Popen(
            ["bash", "-c", command, "bash", *FLAGS, f"--user-data-dir={folder}", "about:blank"],  # noqa: S607
            pass_fds=(child_reads, child_writes),
            stderr=subprocess.DEVNULL,
        ) as running:
            os.close(child_reads)
            os.close(child_writes)
            end = threading.Timer(MOST_SECONDS, running.kill)
            end.start()
            try:
                yield Keyboard(writing, reading)
            finally:
                end.cancel()
                running.terminate()
