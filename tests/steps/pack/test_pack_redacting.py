"""A redacted pack withholds what names the withheld item, nothing else, and says why."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from cyberassess.domain.record.evidence import Facts
from cyberassess.steps.care.pack import verify_pack
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.pack.packing import PackWanted, pack
from cyberassess.steps.review.opining import give_opinion
from tests.steps.council import Rows, begin, fill_in, send_to, take

PRIVATE = Facts(title="Sickness rota", shows="Who was away.", personal_data="yes")


@pytest.fixture
def council(tmp_path: Path) -> Path:
    """Give a workspace where Kim's workbook names what is withheld, and Alex's does not."""
    folder = begin(tmp_path / "northport-2026")
    blank = send_to(folder)
    kims: Rows = {
        "B1.a.N.1/housing": "Happens",
        "B1.a.why/housing": ("", "See the  SICKNESS\nrota."),
    }
    take(folder, fill_in(blank["Kim Lee"], tmp_path / "kim.xlsx", kims))
    alexs = {"B1.a.N.1/housing": "Happens"}
    take(folder, fill_in(blank["Alex Moor"], tmp_path / "alex.xlsx", alexs))
    path = tmp_path / "away.txt"
    path.write_text("private\n")
    add(folder, [path], PRIVATE, supports=["B1.a/housing"])
    return folder


def test_only_the_workbook_that_names_it_is_withheld(council: Path, tmp_path: Path) -> None:
    give_opinion(council, "Nadia Okafor", "I saw the sickness rota.", risk="low")
    give_opinion(council, "Ola Berg", "All is well.\nMostly.")
    wanted = PackWanted(output=tmp_path / "pack.zip", redact=True, report=False, yes=True)
    made = pack(council, wanted)
    with zipfile.ZipFile(made.path) as archive:
        inside = archive.namelist()
        index = archive.read("index.html").decode()
        listed = archive.read("lists/withheld.csv").decode("utf-8-sig")
        manifest = json.loads(archive.read("pack.json"))
    assert "Opinion of the assurer, Ola Berg: All is well. Mostly." in index
    said = (
        "Opinion of the assurer, Nadia Okafor (overall risk: low): no words were given, or they "
    )
    assert f"{said}were taken out." in index
    kept = [each for each in inside if each.startswith("received/")]
    assert [each.rpartition(" ")[2] for each in kept] == ["alex.xlsx"]
    (why,) = manifest["withheld_files"].values()
    assert why == "names EV-001"
    rows = [(e["reference"], e["why"]) for e in csv.DictReader(io.StringIO(listed))]
    assert rows[0] == ("EV-001", "holds personal data")
    (sha256,) = manifest["withheld_files"]
    assert rows[1] == (f"received/{sha256[:8]}", "names EV-001")
    assert {reference.partition("/")[0] for reference, _ in rows[2:]} == {"ledger"}
    found = verify_pack(made.path)
    assert found.problems == ()
    assert (found.cells.withheld, dict(found.cells.found)) == (2, {"answers": 1})
    assert f"A workbook was withheld ({sha256[:8]}): it names EV-001." in [
        each.message for each in found.notes
    ]


@pytest.mark.slow
def test_a_withheld_workbook_does_not_excuse_another(council: Path, tmp_path: Path) -> None:
    wanted = PackWanted(output=tmp_path / "pack.zip", redact=True, report=False, yes=True)
    made = pack(council, wanted)
    (original,) = (council / "questionnaires" / "received").glob("*alex.xlsx")
    original.unlink()
    again = pack(council, replace(wanted, output=tmp_path / "again.zip"))
    assert verify_pack(made.path).problems == ()
    assert [each.code for each in verify_pack(again.path).problems] == ["original-missing"]
