"""What a workspace holds may be read by its owner only."""

import os
import stat
from pathlib import Path

import pytest

from cyberassess.domain.people.questions import AnswerReply
from cyberassess.domain.record.evidence import Facts
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.receive.asking import AskSession
from tests.steps.council import fill_in, take


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps no such modes")
def test_every_file_of_a_workspace_is_its_owners_only(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    take(workspace, fill_in(blank["Kim"], tmp_path / "kim.xlsx", {"B1.a.N.1/housing": "Happens"}))
    paper = tmp_path / "policy.pdf"
    paper.write_bytes(b"%PDF policy")
    add(workspace, [paper], Facts(shows="Says who approves access"))
    session = AskSession(workspace, None)
    row = session.what.rows[0]
    session.save(AnswerReply(row.statements, Response(new=row.answers[0].code), Source("prompt")))
    modes = {
        str(each.relative_to(workspace)): stat.S_IMODE(each.stat().st_mode)
        for each in workspace.rglob("*")
        if each.is_file() and each.name != "writing.lock"
    }
    session.close()
    assert {name: oct(mode) for name, mode in modes.items() if mode != 0o600} == {}
