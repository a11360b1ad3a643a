"""The server on this computer, from the first page to the end."""

import contextlib
import os
import secrets
import time
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from cyberassess.disk.files import remove_quietly
from cyberassess.screen.guarding import MOST_BYTES
from cyberassess.screen.web import Web

IDLE = 2 * 60 * 60
"""Seconds without a request after which it ends."""
_REDIRECT_STAYS = 60
"""Seconds after which a browser that did not come will not."""


def redirect_file(address: str, folder: Path) -> Path:
    """Write the page that leads to the first one: no command line shows the secret.

    Its owner alone may read it. It begins with no dot, since browsers in a box of their own may
    not read such files.
    """
    path = folder / f"cyberassess-open-{secrets.token_hex(4)}.html"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(
            '<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>cyberassess</title>'
            f"<meta http-equiv=refresh content={quoteattr(f'0;url={address}')}>"
            f"<p><a href={quoteattr(address)}>Open the assessment</a></p></html>"
        )
    return path


@contextlib.contextmanager
def listening(web: Web) -> Iterator[tuple[Any, dict[int, Any]]]:
    """Listen on this computer alone, on any free port; give the server and its channels."""
    # NOTE: Any, since waitress has no types
    import waitress

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


def serve(web: Web, *, browse: bool, say: Callable[[str], object], idle: float = IDLE) -> None:
    """Serve until somebody ends it: with *Finish*, Ctrl-C, or by not coming back.

    Args:
        browse: open the browser; else the address is said.
    """
    from waitress import wasyncore

    with listening(web) as (_, channels), contextlib.ExitStack() as leaving:
        redirect: Path | None = None
        if browse:
            redirect = redirect_file(web.address, Path.home())
            leaving.callback(remove_quietly, redirect)
            if not webbrowser.open(redirect.as_uri()):
                say(f"Open this file in a browser: {redirect}")
        else:
            say(web.address)
        began = web.last = time.monotonic()
        while not web.finished and time.monotonic() - web.last < idle:
            wasyncore.loop(timeout=1, map=channels, count=1)
            if redirect and (web.served or time.monotonic() - began > _REDIRECT_STAYS):
                remove_quietly(redirect)
                redirect = None
        # NOTE: the last page is still on its way
        for _ in range(5):
            wasyncore.loop(timeout=0.1, map=channels, count=1)
