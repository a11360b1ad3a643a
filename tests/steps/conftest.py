"""One sent-out workspace for all tests of the application; each test gets a copy of its own."""

import shutil
from pathlib import Path

import pytest

from tests.steps.council import begin, send_to


@pytest.fixture(scope="session")
def sent_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a workspace whose questionnaires have gone out; never written to."""
    folder = begin(tmp_path_factory.mktemp("sent") / "northport-2026")
    send_to(folder)
    return folder


@pytest.fixture
def workspace(sent_workspace: Path, tmp_path: Path) -> Path:
    """Give a copy of the workspace whose questionnaires have gone out."""
    return Path(shutil.copytree(sent_workspace, tmp_path / "northport-2026"))


@pytest.fixture
def blank(workspace: Path) -> dict[str, Path]:
    """Give the workbooks that were sent, by the start of the person's name."""
    sent = list((workspace / "questionnaires" / "sent").iterdir())
    return {
        name: next(each for each in sent if name in each.name) for name in ("Sam", "Kim", "Alex")
    }
