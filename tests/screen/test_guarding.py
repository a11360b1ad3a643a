"""Who may ask the local server, and how it begins and ends."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest

from cyberassess.errors import CyberassessError
from cyberassess.program import program
from cyberassess.screen.screens import DOES, SHOWS
from cyberassess.screen.serving import listening, redirect_file, serve
from cyberassess.screen.web import Room, Web
from cyberassess.terminal.running import run
from tests.screen.conftest import HOST, Browser

GOOD = {"Sec_Fetch_Site": "same-origin", "Origin": f"http://{HOST}"}


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "localhost:8123", "127.0.0.1:8124", "", f"{HOST}, x"]
)
def test_a_foreign_host_or_one_without_our_port_is_shown_nothing(
    browser: Browser, host: str
) -> None:
    came = browser.get("start", Host=host or "x")
    assert came.status_code == 403
    assert "Northport" not in came.text


@pytest.mark.parametrize(
    "path", ["/", "/start", "/x/start", "//start", "/SECRET", "/SECRETx/start"]
)
def test_without_the_secret_nothing_is_shown(browser: Browser, path: str) -> None:
    secret = browser.web.secret
    came = browser.ask("GET", path.replace("SECRET", secret[:-1]), {})
    assert came.status_code == 404
    assert "Northport" not in came.text
    assert secret not in came.text


def test_a_repeated_secret_is_no_page(browser: Browser) -> None:
    came = browser.get(f"{browser.web.secret}/start")
    assert came.status_code == 404


def test_the_secret_has_256_bits_and_is_new_each_time(folder: Path) -> None:
    several = {Browser(folder).web.secret for _ in range(20)}
    assert len(several) == 20
    assert all(len(each) == 43 for each in several)  # 32 bytes, six bits a character


def test_a_page_may_be_asked_for_from_a_file(browser: Browser) -> None:
    assert browser.get("start", Sec_Fetch_Site="cross-site").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": ""}, 303),
        ({"Origin": ""}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://127.0.0.1:9999", "Sec-Fetch-Site": ""}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": ""}, 403),
        ({"Origin": "", "Sec-Fetch-Site": ""}, 403),
    ],
)
def test_a_form_from_another_port_or_site_does_nothing(
    browser: Browser, headers: dict[str, str], status: int
) -> None:
    came = browser.post("start", {"do": "you", "you": "Mallory"}, **headers)
    assert came.status_code == status
    assert (browser.web.room.by == "Mallory") == (status == 303)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_nothing_but_reading_and_forms(browser: Browser, method: str) -> None:
    path = f"/{browser.web.secret}/start"
    assert browser.ask(method, path, {"Origin": f"http://{HOST}"}).status_code == 405


@pytest.mark.parametrize("page", ["start", "style.css", "nothing", "waiting", "file?path=x"])
def test_every_page_runs_no_script_and_is_kept_nowhere(browser: Browser, page: str) -> None:
    came = browser.get(page)
    policy = came.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; ")
    assert "frame-ancestors 'none'" in policy
    assert came.headers["Cache-Control"] == "no-store"
    assert came.headers["Referrer-Policy"] == "same-origin"
    assert "Set-Cookie" not in came.headers
    assert "<script" not in came.text
    assert " style=" not in came.text


def test_a_preview_has_its_own_policy_and_is_sandboxed(browser: Browser) -> None:
    came = browser.get("preview?kind=board")
    policy = came.headers["Content-Security-Policy"]
    assert came.status_code == 200
    assert "sandbox" in policy.split("; ")
    assert "style-src 'unsafe-hashes' 'sha256-" in policy
    widths = {unescape(each) for each in re.findall(r' style="([^"]*)"', came.text)}
    assert widths
    for each in widths:
        assert b64encode(sha256(each.encode()).digest()).decode() in policy
    assert "script-src" not in policy


# The server itself


@pytest.fixture
def served(folder: Path) -> Iterator[tuple[Web, threading.Thread]]:
    web = Web(Room(folder), SHOWS, DOES)
    said: list[str] = []
    thread = threading.Thread(
        target=serve, args=(web, "it"), kwargs={"browse": False, "say": said.append}
    )
    thread.start()
    while not said:
        time.sleep(0.01)
    yield web, thread
    web.finished = True
    thread.join(timeout=20)
    assert not thread.is_alive()


def ask(web: Web, page: str = "style.css") -> int:
    name, _, port = web.host.partition(":")
    line = http.client.HTTPConnection(name, int(port), timeout=10)
    line.request("GET", f"/{web.secret}/{page}")
    status = line.getresponse().status
    line.close()
    return status


@pytest.mark.slow
def test_slow_clients_and_a_thousand_connections_keep_nobody_out_for_good(
    served: tuple[Web, threading.Thread],
) -> None:
    web, _ = served
    name, _, port = web.host.partition(":")
    slow = socket.create_connection((name, int(port)))
    slow.sendall(f"GET /{web.secret}/ HTTP/1.1\r\nHost".encode())
    assert ask(web) == 200
    many = []
    for _ in range(1000):
        line = socket.socket()
        line.setblocking(False)
        line.connect_ex((name, int(port)))
        many.append(line)
    for line in many:
        line.close()
    slow.close()
    assert ask(web) == 200


def test_two_gigabytes_are_refused_before_they_come(
    served: tuple[Web, threading.Thread],
) -> None:
    web, _ = served
    name, _, port = web.host.partition(":")
    with socket.create_connection((name, int(port)), timeout=10) as line:
        head = f"POST /{web.secret}/receive HTTP/1.1\r\nHost: {web.host}\r\n"
        line.sendall(f"{head}Content-Length: 2147483648\r\n\r\n".encode())
        line.sendall(b"x" * 65536)
        assert b" 413 " in line.recv(200)


def test_it_listens_on_this_computer_alone(folder: Path) -> None:
    web = Web(Room(folder), SHOWS, DOES)
    with listening(web) as (server, _):
        assert server.socket.getsockname()[0] == "127.0.0.1"
        assert web.address.startswith(f"http://127.0.0.1:{server.effective_port}/{web.secret}")


def test_it_ends_with_finish(served: tuple[Web, threading.Thread]) -> None:
    web, thread = served
    name, _, port = web.host.partition(":")
    line = http.client.HTTPConnection(name, int(port), timeout=10)
    headers = {"Origin": f"http://{web.host}", "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", f"/{web.secret}/start", "do=finish", headers)
    assert b"You can close this window" in line.getresponse().read()
    line.close()
    thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.mark.slow
@pytest.mark.posix
def test_it_ends_with_ctrl_c(folder: Path) -> None:
    command = [
        sys.executable,
        "-u",
        "-m",
        "cyberassess",
        "-C",
        str(folder),
        "open",
        "--no-browser",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.readline()
        assert running.stdout.readline().startswith("  http://127.0.0.1:")
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert running.stdout.read() == "Ended. What was stored is kept.\n"
    assert running.returncode == 0


@pytest.mark.parametrize(
    "name", [each for each in ("SIGHUP", "SIGTERM", "SIGBREAK") if hasattr(signal, each)]
)
def test_it_ends_as_tidily_where_its_window_is_closed(
    name: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    closed = getattr(signal, name)
    before = signal.getsignal(closed)

    def close(_: str) -> bool:
        signal.raise_signal(closed)
        return True

    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr("webbrowser.open", close)
    assert run(program, ["-C", str(folder), "open"]) == 0
    assert capfd.readouterr().out.endswith("Ended. What was stored is kept.\n")
    assert not list(tmp_path.glob("*.html"))
    assert signal.getsignal(closed) == before


def test_without_its_slash_the_first_page_is_led_to(browser: Browser) -> None:
    came = browser.ask("GET", f"/{browser.web.secret}", {})
    assert came.status_code == 303
    assert came.headers["Location"] == browser.web.address


def test_it_ends_where_nobody_comes(folder: Path) -> None:
    began = time.monotonic()
    serve(Web(Room(folder), SHOWS, DOES), "it", browse=False, say=lambda _: None, idle=0.1)
    assert time.monotonic() - began < 20


def test_the_redirect_is_its_owners_alone_and_goes_when_it_was_used(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(Path, "home", lambda: home)
    seen: list[str] = []

    def come(uri: str) -> bool:
        (path,) = home.iterdir()
        assert uri == path.as_uri()
        assert web.secret not in uri
        assert web.address in path.read_text("utf-8")
        if os.name == "posix":
            assert path.stat().st_mode & 0o777 == 0o600
        seen.append(uri)
        return True

    monkeypatch.setattr("webbrowser.open", come)
    web = Web(Room(folder), SHOWS, DOES)
    serve(web, "it", browse=True, say=lambda _: None, idle=0.1)
    assert seen
    assert not list(home.iterdir())


def test_it_says_its_address_where_the_redirect_cannot_be_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk, or where whoever runs it has no home."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(os, "fdopen", full)
    lines: list[object] = []
    web = Web(Room(folder), SHOWS, DOES)
    serve(web, "it", browse=True, say=lines.append, idle=0.1)
    assert "No browser could be started" in str(lines[0])
    assert web.address in "".join(map(str, lines))
    assert not list(tmp_path.glob("*.html"))
    with pytest.raises(CyberassessError, match="No browser could be started"):
        serve(web, "it", browse=True, say=lines.append, needs_browser=True, idle=0.1)


def test_a_redirect_replaces_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda _: "same")
    redirect_file("http://127.0.0.1:1/x/", tmp_path)
    with pytest.raises(FileExistsError):
        redirect_file("http://127.0.0.1:1/x/", tmp_path)


def test_other_commands_load_neither_server_nor_screens(tmp_path: Path) -> None:
    look = (
        "import sys; from cyberassess.program import program; "
        "from cyberassess.terminal.running import run; run(program, ['--help']); "
        "print([e for e in sys.modules if e.startswith(('werkzeug', 'waitress')) "
        "or e.startswith('cyberassess.screen.') and e != 'cyberassess.screen.commands'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip().endswith("[]")
