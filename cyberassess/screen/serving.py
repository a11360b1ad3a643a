"""The server on this computer, from the first page to the end."""

import contextlib
import logging
import os
import secrets
import signal
import time
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from cyberassess.disk.files import remove_quietly
from cyberassess.errors import CyberassessError
from cyberassess.screen.guarding import MOST_BYTES
from cyberassess.screen.web import Web

IDLE = 2 * 60 * 60
"""Seconds without a request after which it ends."""
COMES = 60
"""Seconds after which a browser that did not come will not."""
UNTIL = (
    "Leave this window open while you use the page. It ends with Finish on the page, with Ctrl-C "
    "here, or where you close this window."
)
_ENDS = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""What comes where the window is closed or the program is stopped; no system has all of them."""


def redirect_file(address: str, folder: Path) -> Path:
    """Write the page that leads to the first one: no command line shows the secret.

    Its owner alone may read it. It begins with no dot, since browsers in a box of their own may
    not read such files.
    """
    path = folder / f"cyberassess-open-{secrets.token_hex(4)}.html"
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(made, "w") as file:
            file.write(
                '<!doctype html><html lang="en-GB"><meta charset="utf-8">'
                "<title>cyberassess</title>"
                f"<meta http-equiv=refresh content={quoteattr(f'0;url={address}')}>"
                f"<p><a href={quoteattr(address)}>Open the assessment</a></p></html>"
            )
    except OSError:
        remove_quietly(path)
        raise
    return path


@contextlib.contextmanager
def listening(web: Web) -> Iterator[tuple[Any, dict[int, Any]]]:
    """Listen on this computer alone, on any free port; give the server and its channels."""
    # NOTE: Any, since waitress has no types
    import waitress

    # NOTE: else it tells whoever looks at the window how many requests wait
    logging.getLogger("waitress").addHandler(logging.NullHandler())
    channels: dict[int, Any] = {}
    server = waitress.create_server(
        web,
        map=channels,
        host="127.0.0.1",
        port=0,
        threads=2,
        connection_limit=100,
        channel_timeout=60,
        max_request_body_size=MOST_BYTES,
        max_request_header_size=32_768,
        ident=None,
    )
    web.host = f"127.0.0.1:{server.effective_port}"
    try:
        yield server, channels
    finally:
        server.task_dispatcher.shutdown(timeout=30)
        server.close()
        for each in list(channels.values()):
            each.close()


def _no_browser(message: str) -> CyberassessError:
    return CyberassessError.because("no-browser", "", message, "Nothing was changed.")


@contextlib.contextmanager
def closing_ends(web: Web) -> Iterator[None]:
    """End it as *Finish* does where its window is closed; only a program's main thread may."""

    def end(*_: object) -> None:
        web.finished = True

    signals = [getattr(signal, each) for each in _ENDS if hasattr(signal, each)]
    before = {each: signal.signal(each, end) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def serve(
    web: Web,
    what: str,
    *,
    browse: bool,
    say: Callable[[str], object],
    needs_browser: bool = False,
    idle: float = IDLE,
) -> None:
    """Serve until somebody ends it: with *Finish*, Ctrl-C, or by not coming back.

    Args:
        what: a name for what is shown.
        browse: open the browser.
        needs_browser: raise where none starts, or none comes in time.

    Raises:
        CyberassessError: where there is no browser that is needed.
    """
    from waitress import wasyncore

    with listening(web) as (_, channels), contextlib.ExitStack() as leaving:
        redirect: Path | None = None
        if browse:
            with contextlib.suppress(OSError, RuntimeError):  # NOTE: no home, or none to write to
                redirect = redirect_file(web.address, Path.home())
                leaving.callback(remove_quietly, redirect)
            if redirect is None or not webbrowser.open(redirect.as_uri()):
                if needs_browser:
                    raise _no_browser("No browser could be started.")
                say("No browser could be started: open the address below in one.")
        say(f"cyberassess shows {what} on this computer alone, at this address:")
        say(f"  {web.address}\n{UNTIL}")
        began = web.last = time.monotonic()
        while not web.finished and time.monotonic() - web.last < idle:
            wasyncore.loop(timeout=1, map=channels, count=1)
            if redirect and (web.served or time.monotonic() - began > COMES):
                remove_quietly(redirect)
                redirect = None
                if needs_browser and not web.served:
                    raise _no_browser("No browser came to the page.")
        # NOTE: the last page is still on its way
        for _ in range(5):
            wasyncore.loop(timeout=0.1, map=channels, count=1)
