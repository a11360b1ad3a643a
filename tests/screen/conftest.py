"""A small council, and a browser in front of its screens."""

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from cyberassess.screen.screens import DOES, SHOWS
from cyberassess.screen.web import Room, Web
from tests.steps.council import begin, fill_in, send_to, take

HOST = "127.0.0.1:8123"
STATEMENT = "B1.a.N.1/housing"


class Browser:
    """Asks as a browser does, with its own headers in place of them."""

    def __init__(self, folder: Path, read_only: str = "") -> None:
        self.web = Web(Room(folder, read_only), SHOWS, DOES)
        self.web.host = HOST
        self.client = Client(self.web)

    def get(self, page: str, **headers: str) -> TestResponse:
        return self.ask("GET", f"/{self.web.secret}/{page}", headers)

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        data: "Mapping[str, object] | None" = None,
    ) -> TestResponse:
        named = {"Host": HOST, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self.client.open(
            path, method=method, headers={k: v for k, v in named.items() if v}, data=data
        )

    def post(self, page: str, data: Mapping[str, object], **headers: str) -> TestResponse:
        named = {"Sec-Fetch-Site": "same-origin", "Origin": f"http://{HOST}", **headers}
        return self.ask("POST", f"/{self.web.secret}/{page}", named, data)

    def send(self, page: str, **data: object) -> str:
        """Send a form, go where it leads and give what is said there."""
        came = self.post(page, data)
        if came.status_code == 303:
            came = self.get(came.headers["Location"])
        return said(came)


def said(came: TestResponse) -> str:
    """Give what stands above a page."""
    found = re.search(r'role="status">(.*?)</div>', came.text, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return begin(tmp_path / "northport-2026")


@pytest.fixture
def browser(folder: Path) -> Browser:
    return Browser(folder)


@pytest.fixture
def differing(folder: Path, tmp_path: Path) -> Path:
    """Give a workspace in which Kim and Alex differ."""
    sent = send_to(folder)
    for name, said_so in (("Kim", "Does not happen"), ("Alex", "Happens")):
        blank = next(path for person, path in sent.items() if name in person)
        take(folder, fill_in(blank, tmp_path / f"{name}.xlsx", {STATEMENT: said_so}))
    return folder
