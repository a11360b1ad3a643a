"""An honest pack of a small council, as the forgers of these tests get it."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cyberassess.books.questionnaire.filling import fill_review
from cyberassess.books.review_book import COMMENT, DETERMINATION
from cyberassess.domain.record.evidence import Facts
from cyberassess.paper import html as render
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.pack.packing import PackWanted, pack
from cyberassess.steps.review.reviewing import receive_review, send_review
from tests.hostile.forging import Parts, new_key, parts_of
from tests.steps.conftest import blank, sent_workspace, workspace
from tests.steps.council import Rows, begin, fill_in, send_to, take

__all__ = ["blank", "sent_workspace", "workspace"]

KIMS: Rows = {
    "B1.a.N.1/housing": "Does not happen",
    "B1.a.H.1/housing": ("Otherwise", "By hand each Monday."),
    "B1.b.H.2/housing": "True",
    "B1.a.why/housing": ("", "We check it each month."),
}


@dataclass(frozen=True)
class Honest:
    """A pack as the officer wrote it."""

    unsigned: Parts
    signed: Parts
    key: Path
    """The officer's key."""


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Honest:
    """Give the parts of a pack with a report, evidence and a review; unsigned and signed."""
    if render.can_make_pdf() or shutil.which("ssh-keygen") is None:
        pytest.skip("needs a PDF engine and OpenSSH")
    place = tmp_path_factory.mktemp("honest")
    folder = begin(place / "northport-2026")
    take(folder, fill_in(send_to(folder)["Kim Lee"], place / "kim.xlsx", KIMS))
    (place / "leavers.txt").write_text("leavers\n")
    facts = Facts(title="Leavers in March", shows="Lists every account.", dated="2026-03-31")
    add(folder, [place / "leavers.txt"], facts, supports=["B1.a/housing"])
    sent = send_review(folder, "Robin Hale, assurer")
    said = {"B1.a/housing": {DETERMINATION: "Low", COMMENT: "Two accounts."}}
    fill_review(sent.path, place / "review.xlsx", said)
    receive_review(folder, place / "review.xlsx")
    key = new_key(place, "officer")
    wanted = PackWanted(output=place / "unsigned.zip")
    pack(folder, wanted)
    pack(folder, replace(wanted, output=place / "signed.zip", key=key))
    return Honest(parts_of(place / "unsigned.zip"), parts_of(place / "signed.zip"), key)
