"""Asks axe-core, in Chromium, whether everybody can use a page, and whether it fits a screen.

``tests/validators/fetch`` brings axe-core here; without it, or without Chromium, tests that need
them are skipped with a reason, but never in CI.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import pytest

SCRIPT = Path(os.environ.get("AXE", Path(__file__).resolve().parents[2] / ".axe")) / "axe.min.js"
WIDTHS = (1400, 400, 320)
"""Of screens, in CSS pixels: a desk's, a telephone's, and a page enlarged four times."""
RULED = (1400, 320)
"""Where axe-core's rules are asked; in between, since they take long, only whether a page fits."""
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--virtual-time-budget=3600000",
]
RULES_OF_PAGES = re.compile(r'<meta[^>]*http-equiv="Content-Security-Policy"[^>]*>', re.IGNORECASE)
"""A page's own rule that no script runs in it, ours included."""
ASKING = """<!doctype html>
<title>Asking</title><body>
<script id="axe" type="text/plain">AXE</script>
<script>
const source = document.getElementById("axe").textContent;
async function ask(text, width, isRuled) {
  const frame = document.createElement("iframe");
  frame.style.cssText = `border:0;height:900px;width:${width}px`;
  frame.srcdoc = text;
  await new Promise(loaded => { frame.onload = loaded; document.body.append(frame); });
  const page = frame.contentDocument;
  let violations = [];
  if (isRuled) {
    frame.contentWindow.eval(source);
    const found = await frame.contentWindow.axe.run(page, { resultTypes: ["violations"] });
    violations = found.violations;
  }
  const said = violations.flatMap(each => each.nodes.map(
    node => `${each.id}: ${each.help} (${node.target}: ${node.html.slice(0, 200)})`));
  const wide = page.documentElement.scrollWidth;
  if (wide > width) said.push(`too-wide: ${wide} pixels on a screen of ${width}`);
  frame.remove();
  return said;
}
(async () => {
  const said = [];
  for (const [text, ...how] of PAGES) said.push(await ask(text, ...how));
  const shown = document.createElement("pre");
  shown.id = "said";
  shown.textContent = JSON.stringify(said);
  document.body.append(shown);
})();
</script>
"""


def missing() -> str:
    """Say what a browser's word needs and lacks here; empty where it can be had."""
    if shutil.which("chromium") is None:
        return "Chromium is not installed"
    if not SCRIPT.is_file():
        return "axe-core is not here: run tests/validators/fetch"
    return ""


def needed() -> None:
    """Skip the test where axe-core cannot run; in CI it must."""
    reason = missing()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def findings(pages: Mapping[str, str]) -> list[str]:
    """Ask about HTML pages, by name, on screens of three widths.

    A page brings its style with it. Each finding says page, width, rule and element; a page that
    must be moved sideways to be read is one (WCAG 2.2, 1.4.10).
    """
    asked = [(name, text, width) for name, text in pages.items() for width in WIDTHS]
    given = json.dumps(
        [(RULES_OF_PAGES.sub("", text), width, width in RULED) for _, text, width in asked]
    )
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "asking.html")
        text = ASKING.replace("PAGES", given.replace("</", "<\\/"))
        page.write_text(text.replace("AXE", SCRIPT.read_text("utf-8"), 1), "utf-8")
        done = subprocess.run(
            ["chromium", *QUIET, f"--user-data-dir={folder}/user", "--dump-dom", page.as_uri()],  # noqa: S607
            capture_output=True,
            check=False,
            text=True,
        )
    said = re.search(r'<pre id="said">(.*?)</pre>', done.stdout, re.DOTALL)
    assert said, done.stderr
    return [
        f"{name} at {width}: {each}"
        for (name, _, width), found in zip(asked, json.loads(unescape(said[1])), strict=True)
        for each in found
    ]
