"""The evidence pack: one form, checked with stock tools, derived again, every change found."""

import csv
import hashlib
import html
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from cyberassess.books.questionnaire.filling import fill_review
from cyberassess.books.review_book import COMMENT, DETERMINATION
from cyberassess.disk.pack import LONGEST_PATH, check_pack, safe_name, write_pack
from cyberassess.domain.record.evidence import Facts
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.paper import html as render
from cyberassess.sources.sensitive import look_into
from cyberassess.steps.care.pack import PackVerified, Seal, verify_pack
from cyberassess.steps.confirm.confirming import confirm, withdraw
from cyberassess.steps.evidence.evidencing import add, review
from cyberassess.steps.pack.packing import PackMade, PackWanted, pack
from cyberassess.steps.pack.sampling import population, sample
from cyberassess.steps.review.reviewing import receive_review, send_review
from cyberassess.steps.settle.resolving import resolve
from tests.steps.council import Rows, answers, begin, fill_in, ledger_bytes, send_to, take
from tests.steps.officer import PASSPHRASE, key_file

pytestmark = pytest.mark.slow

KIMS: Rows = {
    "B1.a.N.1/housing": "Does not happen",
    "B1.a.N.2/housing": "Does not happen",
    "B1.a.M.1/housing": "True",
    "B1.a.H.1/housing": ("Otherwise", "By hand each Monday."),
    "B1.b.N.1/housing": "Does not happen",
    "B1.b.H.1/housing": ("Does not apply", "Nobody works from home."),
    "B1.b.H.2/housing": "True",
    "B1.a.why/housing": ("", "We check it each month."),
}
FACTS = Facts(
    title="Leavers in March",
    shows="Lists every account removed in March, with dates.",
    dated="2026-03-31",
    valid_until="2027-03-31",
)
QUICK = PackWanted(report=False)


@pytest.fixture(scope="session")
def _council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("packing")
    folder = begin(place / "northport-2026")
    blank = send_to(folder)
    take(folder, fill_in(blank["Kim Lee"], place / "kim.xlsx", KIMS))
    alexs = {"B1.a.N.1/housing": "Happens"}
    take(folder, fill_in(blank["Alex Moor"], place / "alex.xlsx", alexs))
    resolve(folder, "B1.a.N.1/housing", answer="never", reason="Seen in the log.")
    for name, outcome, facts in (
        ("leavers.txt", "B1.a/housing", FACTS),
        ("rota.txt", "B1.b/housing", replace(FACTS, title="Rota", personal_data="yes")),
    ):
        path = place / name
        path.write_text(f"{name}\n")
        add(folder, [path], facts, supports=[outcome])
    return folder


@pytest.fixture
def council(_council: Path, tmp_path: Path) -> Path:
    """Give a workspace with answers, a settled conflict, and two items of evidence."""
    (tmp_path / "leavers.txt").write_text("leavers.txt\n")
    return Path(shutil.copytree(_council, tmp_path / "northport-2026"))


@pytest.fixture(scope="session")
def _made(_council: Path, tmp_path_factory: pytest.TempPathFactory) -> PackMade:
    path = tmp_path_factory.mktemp("made") / "pack.zip"
    return pack(_council, replace(QUICK, output=path))


@pytest.fixture
def made(_made: PackMade, tmp_path: Path) -> PackMade:
    """Give a copy of the pack of that workspace."""
    path = Path(shutil.copy(_made.path, tmp_path / "pack.zip"))
    return replace(_made, path=path)


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def text(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode("utf-8-sig")


def test_the_first_pages_name_only_what_is_inside(made: PackMade) -> None:
    inside = names(made.path)
    readme = text(made.path, "README.txt")
    assert not {"report.pdf", "report.html"} & set(inside)
    assert "report" not in readme.partition("1. Check that")[0].partition("What is in here")[2]
    assert "The report prints the same" not in readme
    assert "report." not in text(made.path, "index.html")
    for folder in ("received/", "reviews/"):
        held = any(each.startswith(folder) for each in inside)
        assert (f"  {folder}  " in readme) is held, folder


def rows(path: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(path, name))))


def test_a_pack_begins_with_its_readme_and_verifies(made: PackMade) -> None:
    found = verify_pack(made.path)
    assert names(made.path)[:3] == ["README.txt", "index.html", "index.xlsx"]
    assert found.problems == ()
    assert (found.answers, found.outcomes) == (9, 4)
    assert "unsigned" in found.signature
    assert "THIS PACK IS UNSIGNED" in text(made.path, "README.txt")
    assert found.head == made.head
    assert all(len(each) < LONGEST_PATH for each in names(made.path))


def test_the_same_ledger_and_options_give_the_same_bytes(council: Path, made: PackMade) -> None:
    again = pack(council, replace(QUICK, output=council / "other name.zip"))
    assert again.path.read_bytes() == made.path.read_bytes()


def test_packing_writes_nothing_to_the_ledger(council: Path) -> None:
    before = ledger_bytes(council)
    pack(council, QUICK)
    assert ledger_bytes(council) == before


def test_stock_tools_check_the_pack(made: PackMade, tmp_path: Path) -> None:
    place = tmp_path / "unpacked"
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(place)
    assert shutil.which("sha256sum")
    done = subprocess.run(
        ["sha256sum", "-c", "--quiet", "SHA256SUMS"],  # noqa: S607
        cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    count = len([each for each in place.rglob("*") if each.is_file()])
    assert f"must say {count}" in (place / "README.txt").read_text()
    (place / "answers.csv").write_text("x")
    done = subprocess.run(
        ["sha256sum", "-c", "--quiet", "SHA256SUMS"],  # noqa: S607
        cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode
    assert "answers.csv" in done.stdout


def test_every_answer_says_who_when_workbook_sheet_cell_and_hash(made: PackMade) -> None:
    found = rows(made.path, "answers.csv")
    kim = next(e for e in found if e["statement"] == "B1.a.H.1" and e["person"] == "Kim Lee")
    assert (kim["answer"], kim["reason"]) == ("other-means", "By hand each Monday.")
    assert kim["workbook or place"].endswith(".xlsx")
    assert kim["sheet"]
    assert kim["cell"][0].isalpha()
    assert len(kim["sha256"]) == 64
    original = [each for each in names(made.path) if each.startswith("received/")]
    assert any(kim["sha256"][:8] in each for each in original)
    detail = json.loads(text(made.path, "answers.json"))["detail"]
    assert sum(len(each["statements"]) for each in detail) == 14


def test_every_change_of_an_answer_can_be_followed_from_the_pack_alone(made: PackMade) -> None:
    found = rows(made.path, "lists/changes.csv")
    assert [each["time"] for each in found] == sorted(each["time"] for each in found)
    disputed = [each for each in found if each["statement"] == "B1.a.N.1"]
    assert [(each["person"], each["what"], each["after"]) for each in disputed] == [
        ("Kim Lee", "answer", "never"),
        ("Alex Moor", "answer", "happens"),
        (disputed[-1]["person"], "settled", "never"),
    ]
    assert disputed[-1]["reason"] == "Seen in the log."
    kim = disputed[0]
    with zipfile.ZipFile(made.path) as archive:
        data = archive.read(kim["file in this pack"])
    assert hashlib.sha256(data).hexdigest() == kim["sha256"]
    sheet = openpyxl.load_workbook(io.BytesIO(data))[kim["sheet"]]
    assert sheet[kim["cell"]].value == "Does not happen"
    link = f'<a href="{kim["file in this pack"]}">Kim Lee, '
    assert link in text(made.path, "index.html")


def test_changes_name_what_was_there_before_and_who_decided(council: Path) -> None:
    confirm(council, "B1.a/housing", level="low", reason="The log has gaps.")
    confirm(council, "B1.a/housing", level="middle", reason="The gaps were closed.")
    withdraw(council, "B1.a/housing")
    made = pack(council, QUICK)
    decided = [e for e in rows(made.path, "lists/changes.csv") if e["outcome"] == "B1.a"
               and not e["statement"]]  # fmt: skip
    assert [(each["before"], each["after"], each["reason"]) for each in decided] == [
        ("", "low", "The log has gaps."),
        ("low", "middle", "The gaps were closed."),
        ("middle", "", ""),
    ]
    assert decided[0]["what"].startswith("determination confirmed; the rule suggested")
    assert decided[2]["what"] == "confirmation taken back"


def test_lists_hold_what_a_careful_reader_asks_for(made: PackMade) -> None:
    assert [e["statement"] for e in rows(made.path, "lists/other-means.csv")] == ["B1.a.H.1"]
    (out,) = rows(made.path, "lists/not-applicable.csv")
    assert (out["statement"], out["reason"]) == ("B1.b.H.1", "Nobody works from home.")
    (settled,) = rows(made.path, "lists/overrides.csv")
    assert settled["what"] == "answers that differed"
    assert (settled["without it"], settled["stands"]) == (
        "Does not happen or Happens",
        "Does not happen",
    )
    assert settled["direction"] == "raised"
    assert settled["reason"] == "Seen in the log."
    page = text(made.path, "index.html")
    assert "Seen in the log." in page
    assert "By hand each Monday." in page


def test_the_index_links_outcomes_to_their_documents(made: PackMade) -> None:
    page = text(made.path, "index.html")
    assert '<a href="evidence/EV-001 Leavers in March.txt">' in page
    assert text(made.path, "evidence/EV-001 Leavers in March.txt") == "leavers.txt\n"
    (first, _) = rows(made.path, "evidence/list.csv")
    assert first["what it shows"] == FACTS.shows
    assert first["supports"] == "B1.a/housing"
    assert "created during the assessment" not in first["to know"]
    assert "no evidence offered" in page
    with zipfile.ZipFile(made.path) as archive:
        book = openpyxl.load_workbook(io.BytesIO(archive.read("index.xlsx")))
    sheets = ["Outcomes", "Evidence", "Statements", "Overrides", "How far proven"]
    assert book.sheetnames == sheets
    assert book["Evidence"].auto_filter.ref
    (link, _) = (cell.hyperlink for cell in book["Evidence"]["G"] if cell.hyperlink)
    assert link.target.replace("\\", "/") == "evidence/EV-001%20Leavers%20in%20March.txt"


def test_every_link_of_the_index_leads_somewhere(made: PackMade) -> None:
    page = text(made.path, "index.html")
    inside = set(names(made.path))
    anchors = set(re.findall(r' id="([^"]+)"', page))
    links = set(re.findall(r'href="([^"]+)"', page)) - {"report.pdf"}
    assert {each[1:] for each in links if each.startswith("#")} <= anchors
    assert {html.unescape(each) for each in links if not each.startswith("#")} <= inside


def test_the_first_page_says_what_to_know_before_anything_else(council: Path) -> None:
    review(council, "EV-001", "rejected", reason="It is a draft.")
    confirm(council, "B1.a/housing")
    made = pack(council, QUICK)
    for page in (text(made.path, "README.txt"), text(made.path, "index.html")):
        words = " ".join(page.split())
        assert "version 1, a draft: nobody has approved it" in words
        assert "2 in this pack" in words
        assert "1 rejected" in words
        assert re.search(r"1 of \d+ determinations are confirmed; 0 of them by somebody", words)
    assert "because: It is a draft." in text(made.path, "index.html")
    (first, *_) = rows(made.path, "evidence/list.csv")
    assert first["reason of the review"] == "It is a draft."


def test_the_index_shows_the_rule_beside_another_determination(
    council: Path, tmp_path: Path
) -> None:
    confirm(council, "B1.a/housing", level="low", reason="The log has gaps.")
    page = text(pack(council, QUICK).path, "index.html")
    assert "Low, confirmed; the rule gives " in page
    (blank,) = (council / "questionnaires" / "sent").glob("*Kim*")
    take(council, fill_in(blank, tmp_path / "kim.xlsx", {**KIMS, "B1.a.M.1/housing": "Not true"}))
    assert "; confirmed before answers changed" in text(pack(council, QUICK).path, "index.html")


def test_what_was_only_sighted_is_listed_with_place_day_and_person(council: Path) -> None:
    seen = replace(FACTS, title="Contracts", link="Shelf 4", version="2",
                   sighted_on="2026-04-01", sighted_by="Kim Lee")  # fmt: skip
    add(council, [], seen, supports=["B1.b/housing"])
    made = pack(council, QUICK)
    assert "not copied; sighted at Shelf 4, version 2, 2026-04-01, by Kim Lee" in text(
        made.path, "index.html"
    )
    (row,) = rows(made.path, "evidence/sighted.csv")
    assert (row["title"], row["sighted at"], row["sighted by"]) == (
        "Contracts",
        "Shelf 4",
        "Kim Lee",
    )


def test_the_index_shows_an_assurers_view_beside_the_claim(council: Path, tmp_path: Path) -> None:
    sent = send_review(council, "Priya Nair, internal audit")
    filled = tmp_path / "review.xlsx"
    rows_ = {
        "B1.a/housing": {DETERMINATION: "Low", COMMENT: "The log has gaps."},
        "B1.b/housing": {COMMENT: "Not looked at further."},
    }
    assert fill_review(sent.path, filled, rows_) == 2
    receive_review(council, filled)
    made = pack(council, QUICK)
    page = text(made.path, "index.html")
    differs = '<span class="flag">Differs. </span>'
    assert f"{differs}Low (Priya Nair): The log has gaps.</td>" in page
    assert "<td>Commented (Priya Nair): Not looked at further.</td>" in page
    (kept,) = [e for e in names(made.path) if e.startswith("reviews/") and e.endswith(".xlsx")]
    with zipfile.ZipFile(made.path) as archive:
        assert archive.read(kept) == filled.read_bytes()


def test_the_readme_names_only_what_is_there(made: PackMade) -> None:
    readme = text(made.path, "README.txt")
    inside = names(made.path)
    listed = readme.split("in the order to look at it")[1].split("1. Check")[0]
    said = {line.split()[0] for line in listed.splitlines() if line[2:3].strip()}
    assert said - {"report.pdf", "reviews/", "received/"} == {
        each.split("/")[0] + ("/" if "/" in each else "")
        for each in inside
        if not each.startswith("received/")
    }
    assert "for example\n     B1.a " in readme


def test_the_same_file_behind_several_outcomes_is_packed_once(
    council: Path, tmp_path: Path
) -> None:
    path = tmp_path / "leavers.txt"
    add(council, [path], replace(FACTS, title="The same"), supports=["A1.a"])
    made = pack(council, QUICK)
    inside = [each for each in names(made.path) if each.startswith("evidence/EV")]
    assert len(inside) == 2
    assert rows(made.path, "evidence/list.csv")[2]["file in this pack"] == inside[0]


# Parts


def test_a_partial_pack_holds_only_the_evidence_asked_for_and_says_so(council: Path) -> None:
    made = pack(council, replace(QUICK, only=("B1.b/housing",)))
    inside = [each for each in names(made.path) if each.startswith("evidence/EV")]
    assert inside == ["evidence/EV-002 Rota.txt"]
    assert "THIS PACK IS PARTIAL" in text(made.path, "README.txt")
    assert json.loads(text(made.path, "pack.json"))["only"] == ["made@1/housing/B1.b"]
    assert verify_pack(made.path).problems == ()
    with pytest.raises(AssessmentError, match=r"B9\.x. is not an outcome"):
        pack(council, replace(QUICK, only=("B9.x",)))


def test_a_sample_can_be_drawn_again_by_anybody(council: Path) -> None:
    claims = population(open_assessment(council))
    assert len(claims) == 2
    many = [claims[0]._replace(outcome=f"X.{n}") for n in range(50)]  # type: ignore[arg-type]
    drawn = sample(many, 10, 7)
    assert drawn == sample(many, 10, 7)
    assert len(drawn) == 10
    assert drawn != sample(many, 10, 8)
    made = pack(council, replace(QUICK, sample=1, seed=7))
    listed = rows(made.path, "lists/sample.csv")[:2]
    assert {each["outcome"] for each in listed} == {"B1.a", "B1.b"}
    assert sorted(each["drawn"] for each in listed) == ["", "yes"]
    assert json.loads(text(made.path, "pack.json"))["sample"] == {"size": 1, "seed": 7}


def test_what_is_withheld_is_nowhere_in_a_redacted_pack(council: Path) -> None:
    made = pack(council, replace(QUICK, redact=True))
    assert made.withheld == ("EV-002",)
    with zipfile.ZipFile(made.path) as archive:
        whole = b"".join(archive.read(each) for each in archive.namelist())
        book = zipfile.ZipFile(io.BytesIO(archive.read("index.xlsx")))
        whole += b"".join(book.read(each) for each in book.namelist())
    assert b"rota" not in whole.lower()
    assert b"Leavers in March" in whole
    (withheld, *texts) = rows(made.path, "lists/withheld.csv")
    assert all(each["reference"].startswith("ledger/") for each in texts)
    assert "named what is withheld; the digests stay" in texts[0]["why"]
    assert len([e for e in names(made.path) if e.startswith("received/")]) == 2
    assert (withheld["reference"], withheld["why"]) == ("EV-002", "holds personal data")
    assert "PARTS WERE WITHHELD" in text(made.path, "README.txt")
    assert "EV-002 withheld; lists/withheld.csv says why" in text(made.path, "index.html")
    found = verify_pack(made.path)
    assert found.problems == ()
    assert "Withheld: EV-002." in [each.message for each in found.notes]


# What stands in the way


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nabc", "a private key"),
        ("password = hunter22", "a password"),
        ("Payroll: AB 12 34 56 C", "a National Insurance number"),
        ("AKIAABCDEFGHIJKLMNOP", "a cloud access key"),
    ],
)
def test_likely_secrets_stop_the_pack_until_somebody_says_go_on(
    council: Path, tmp_path: Path, content: str, what: str
) -> None:
    path = tmp_path / "config.txt"
    path.write_text(content)
    add(council, [path], replace(FACTS, title="Settings"), supports=["A1.a"])
    with pytest.raises(AssessmentError, match=f"EV-003: It seems to hold {what}") as caught:
        pack(council, QUICK)
    assert "--yes" in str(caught.value)
    made = pack(council, replace(QUICK, yes=True))
    assert [each.where for each in made.warnings] == ["EV-003"]


def test_secrets_are_seen_inside_office_documents(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "password: correcthorse"  # type: ignore[index]
    book.save(tmp_path / "a.xlsx")
    assert [each.what for each in look_into(tmp_path / "a.xlsx").signs] == ["a password"]
    book.active["A1"].font = Font(strike=True)  # type: ignore[index]
    book.save(tmp_path / "a.xlsx")
    assert [each.what for each in look_into(tmp_path / "a.xlsx").signs] == ["a password"]


def test_evidence_that_vanished_or_changed_stops_the_pack(council: Path) -> None:
    stored = open_assessment(council).evidence.items[0].stored
    path = council / stored
    path.chmod(0o600)
    path.write_text("other\n")
    with pytest.raises(AssessmentError, match="EV-001"):
        pack(council, QUICK)


def test_a_pack_is_not_written_over_or_into_nowhere(council: Path) -> None:
    path = council / "pack.zip"
    path.write_text("x")
    with pytest.raises(AssessmentError, match="There is a file of this name"):
        pack(council, replace(QUICK, output=path))
    pack(council, replace(QUICK, output=path, force=True))
    with pytest.raises(AssessmentError, match="There is no such folder"):
        pack(council, replace(QUICK, output=council / "nowhere" / "pack.zip"))


def test_an_interruption_leaves_no_half_pack(council: Path) -> None:
    def interrupt(_: int, __: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pack(council, replace(QUICK, output=council / "pack.zip"), interrupt)
    assert not [each for each in council.iterdir() if "pack" in each.name]


def test_other_commands_leave_a_pack_under_way_alone(council: Path) -> None:
    told: list[tuple[int, int]] = []

    def tidy_meanwhile(more: int, total: int) -> None:
        if not told:
            open_assessment(council).workspace.tidy()
        told.append((more, total))

    made = pack(council, QUICK, tidy_meanwhile)
    assert verify_pack(made.path).problems == ()
    (total,) = {total for _, total in told}
    assert sum(more for more, _ in told) == total


def test_a_pack_that_a_crash_left_unfinished_is_removed_after_a_day(council: Path) -> None:
    reports = council / "reports"
    reports.mkdir(exist_ok=True)
    old, fresh = (reports / f".pack.zip.{each}.part" for each in ("0a", "0b"))
    for each in (old, fresh):
        each.write_bytes(b"half")
    os.utime(old, (0, 0))
    pack(council, QUICK)
    assert not old.exists()
    assert fresh.exists()


def test_a_pack_is_its_owners_alone(made: PackMade) -> None:
    assert made.path.stat().st_mode & 0o077 == 0


# Signatures

has_openssh = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs ssh-keygen")


def key(folder: Path, name: str = "key") -> Path:
    path = folder / name
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)],  # noqa: S607
        check=True,
    )
    return path


@has_openssh
def test_a_signed_pack_is_checked_with_the_command_in_its_readme(
    council: Path, tmp_path: Path
) -> None:
    made = pack(council, replace(QUICK, key=key(tmp_path)))
    readme = text(made.path, "README.txt")
    assert made.fingerprint not in readme  # whoever changed the pack would write their own
    place = tmp_path / "unpacked"
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(place)
    command = next(e.strip() for e in readme.splitlines() if "ssh-keygen -Y verify" in e)
    done = subprocess.run(
        ["sh", "-c", command],  # noqa: S607
        cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert 'Good "cyberassess-pack" signature' in done.stdout
    assert made.fingerprint in done.stdout
    found = verify_pack(made.path)
    assert found.is_signed
    assert found.problems == ()
    assert made.fingerprint in found.signature
    assert "a key you have not named" in found.signature
    named = verify_pack(made.path, key=made.fingerprint)
    assert (named.problems, named.seal) == ((), Seal.NAMED)
    assert verify_pack(made.path, key=tmp_path / "key.pub").signature == named.signature


# Signatures of the report itself

has_pdf = pytest.mark.skipif(bool(render.can_make_pdf()), reason="no PDF engine")


@pytest.fixture(scope="session")
def _signed(_council: Path, tmp_path_factory: pytest.TempPathFactory) -> PackMade:
    place = tmp_path_factory.mktemp("signed")
    officer = key_file(place / "officer.p12", passphrase=PASSPHRASE)
    wanted = PackWanted(output=place / "pack.zip", report_key=officer)
    return pack(_council, wanted, passphrase=lambda _: PASSPHRASE)


@pytest.fixture
def signed(_signed: PackMade, tmp_path: Path) -> PackMade:
    """Give a copy of a pack whose report is signed."""
    return replace(_signed, path=Path(shutil.copy(_signed.path, tmp_path / "pack.zip")))


@has_pdf
def test_a_signed_report_is_named_in_the_readme_and_verified(signed: PackMade) -> None:
    assert signed.report_signer == "Sam Reid"
    readme = text(signed.path, "README.txt")
    assert "report.pdf carries a signature of its own, by Sam Reid." in readme
    assert signed.report_fingerprint not in readme
    found = verify_pack(signed.path)
    assert found.problems == ()
    assert found.report_signature.startswith("signed by Sam Reid with the certificate")
    assert not found.is_signed, "the pack itself is another matter"


@has_pdf
@pytest.mark.skipif(not shutil.which("pdfsig"), reason="needs pdfsig")
@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_a_signed_report_is_checked_with_the_commands_in_the_readme(
    signed: PackMade, tmp_path: Path
) -> None:
    place = tmp_path / "unpacked"
    with zipfile.ZipFile(signed.path) as archive:
        archive.extractall(place)
    lines = [each.strip() for each in text(signed.path, "README.txt").splitlines()]
    at = next(n for n, each in enumerate(lines) if each.startswith("openssl pkcs7"))
    for command, says in (
        ("pdfsig report.pdf", "Total document signed"),
        ("pdfsig report.pdf", "Signature is Valid"),
        ("pdfsig -dump report.pdf", "report.pdf.sig0"),
        (" ".join(lines[at : at + 2]), f"Fingerprint={signed.report_fingerprint}"),
    ):
        assert command in " ".join(lines)
        done = subprocess.run(
            ["sh", "-c", command],  # noqa: S607
            cwd=place, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert says in done.stdout


def with_entries(path: Path, change: Callable[[dict[str, bytes]], None]) -> PackVerified:
    """Write a pack again with entries changed and listed anew, as somebody with a tool would."""
    with zipfile.ZipFile(path) as archive:
        entries = {each: archive.read(each) for each in archive.namelist() if each != "SHA256SUMS"}
    change(entries)
    write_pack(path, entries)
    return verify_pack(path)


def changed_report(entries: dict[str, bytes]) -> None:
    data = entries["report.pdf"]
    entries["report.pdf"] = data[:12] + b"X" + data[13:]


def unsigned_report(entries: dict[str, bytes]) -> None:
    data = entries["report.pdf"]
    entries["report.pdf"] = data[: data.index(b"%%EOF") + 6]


def other_signer(entries: dict[str, bytes]) -> None:
    manifest = json.loads(entries["pack.json"])
    manifest["report_signed_by"] = "00:11"
    entries["pack.json"] = json.dumps(manifest).encode()


def no_report(entries: dict[str, bytes]) -> None:
    del entries["report.pdf"]


@has_pdf
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (changed_report, "report-signature-wrong"),
        (unsigned_report, "report-signature-missing"),
        (other_signer, "report-signature-other"),
        (no_report, "report-signature-missing"),
    ],
)
def test_a_report_changed_after_signing_is_found_though_the_list_was_made_anew(
    change: Callable[[dict[str, bytes]], None], code: str, signed: PackMade
) -> None:
    found = with_entries(signed.path, change)
    assert code in [each.code for each in found.problems if each.where == "report.pdf"]
    assert found.report_signature == "does not hold"


@has_pdf
def test_without_the_library_verify_says_what_it_did_not_check(
    signed: PackMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyhanko", None)
    found = verify_pack(signed.path)
    assert found.problems == ()
    assert found.report_signature == "not checked"
    assert "report-signature-not-checked" in {each.code for each in found.notes}


def test_a_report_that_would_be_no_pdf_cannot_be_signed(
    council: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "can_make_pdf", lambda: "The PDF engine cannot be loaded.")
    wanted = PackWanted(report_key=key_file(tmp_path / "officer.p12"))
    with pytest.raises(AssessmentError, match="Only a PDF can be signed"):
        pack(council, wanted)


@has_openssh
def test_with_another_key_the_signature_is_wrong(council: Path, tmp_path: Path) -> None:
    made = pack(council, replace(QUICK, key=key(tmp_path)))
    found = verify_pack(made.path, key=key(tmp_path, "other").with_suffix(".pub"))
    assert not found.is_signed
    assert [each.code for each in found.problems] == ["signature-wrong"]


@has_openssh
def test_a_key_given_for_an_unsigned_pack_is_a_problem(made: PackMade, tmp_path: Path) -> None:
    found = verify_pack(made.path, key=key(tmp_path).with_suffix(".pub"))
    assert [each.code for each in found.problems] == ["signature-missing"]


@has_openssh
def test_a_key_others_may_read_is_refused(council: Path, tmp_path: Path) -> None:
    path = key(tmp_path)
    path.chmod(0o644)
    with pytest.raises(AssessmentError, match="Others on this machine may read this key"):
        pack(council, replace(QUICK, key=path))


@has_openssh
@pytest.mark.parametrize("kind", ["missing", "text", "alone"])
def test_a_key_that_is_none_is_refused(council: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "key"
    if kind == "text":
        path.write_text("hello")
    elif kind == "alone":
        key(tmp_path).with_suffix(".pub").unlink()
    with pytest.raises(AssessmentError, match="Nothing was written"):
        pack(council, replace(QUICK, key=path))


# Changes


def repack(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write a pack again in our own form, with other contents but the old list."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, data)
    return path


def found_in(path: Path) -> dict[str, str]:
    return {each.code: each.where for each in verify_pack(path).problems}


def test_a_changed_added_removed_or_renamed_file_is_named(made: PackMade) -> None:
    whole = made.path.read_bytes()
    evidence = "evidence/EV-001 Leavers in March.txt"

    def change(parts: dict[str, bytes]) -> None:
        parts["answers.csv"] += b"x"

    def remove(parts: dict[str, bytes]) -> None:
        del parts[evidence]

    def add_one(parts: dict[str, bytes]) -> None:
        parts["evidence/EV-009 Late.txt"] = b"late"

    def rename(parts: dict[str, bytes]) -> None:
        parts["evidence/EV-009 Other.txt"] = parts.pop(evidence)

    assert found_in(repack(made.path, change))["differs"] == "answers.csv"
    made.path.write_bytes(whole)
    removed = found_in(repack(made.path, remove))
    assert (removed["missing"], removed["evidence-missing"]) == (evidence, "EV-001")
    made.path.write_bytes(whole)
    assert found_in(repack(made.path, add_one))["added"] == "evidence/EV-009 Late.txt"
    made.path.write_bytes(whole)
    assert found_in(repack(made.path, rename))["renamed"] == evidence


def test_a_number_changed_with_its_list_is_found_by_deriving_it_again(made: PackMade) -> None:
    def change(parts: dict[str, bytes]) -> None:
        import hashlib

        old = parts["answers.json"]
        new = old.replace(b'"suggested": "high"', b'"suggested": "low"', 1)
        assert new != old
        parts["answers.json"] = new
        sums = parts["SHA256SUMS"].decode()
        parts["SHA256SUMS"] = sums.replace(
            hashlib.sha256(old).hexdigest(), hashlib.sha256(new).hexdigest()
        ).encode()

    found = found_in(repack(made.path, change))
    assert found == {"derives-differently": "answers.json, outcomes, B1.a in housing"}


def relisted(parts: dict[str, bytes], name: str, data: bytes) -> None:
    """Change a file and the list with it."""
    import hashlib

    old, parts[name] = parts[name], data
    assert old != data
    before, after = (hashlib.sha256(each).hexdigest().encode() for each in (old, data))
    parts["SHA256SUMS"] = parts["SHA256SUMS"].replace(before, after)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("answers.csv", b"Kim Lee", b"Kim Low"),
        ("lists/changes.csv", b"Kim Lee", b"Kim Low"),
        ("lists/overrides.csv", b"direction", b"directions"),
        ("evidence/list.csv", b"EV-001", b"EV-007"),
    ],
)
def test_a_table_changed_with_its_list_is_found_by_deriving_it_again(
    name: str, old: bytes, new: bytes, made: PackMade
) -> None:
    def change(parts: dict[str, bytes]) -> None:
        relisted(parts, name, parts[name].replace(old, new, 1))

    (found,) = verify_pack(repack(made.path, change)).problems
    assert found.code == "derives-differently"
    assert found.where.startswith(f"{name}, line ")
    assert "Believe the ledger" in str(found)


@pytest.mark.parametrize(
    "wanted", [{"redact": True}, {"only": ("B1.b/housing",)}, {"sample": 1, "seed": 7}], ids=str
)
def test_a_pack_with_less_in_it_derives_as_well(council: Path, wanted: dict[str, object]) -> None:
    made = pack(council, replace(QUICK, **wanted))  # type: ignore[arg-type]
    assert verify_pack(made.path).problems == ()


def test_a_ledger_changed_with_its_list_is_found(made: PackMade) -> None:
    def change(parts: dict[str, bytes]) -> None:
        import hashlib

        name = next(each for each in parts if each.startswith("ledger/000003"))
        old = parts[name]
        parts[name] = old.replace(b'"true"', b'"fals"')
        assert parts[name] != old
        sums = parts["SHA256SUMS"].decode()
        parts["SHA256SUMS"] = sums.replace(
            hashlib.sha256(old).hexdigest(), hashlib.sha256(parts[name]).hexdigest()
        ).encode()

    assert any(
        "ledger/000003" in each.where for each in verify_pack(repack(made.path, change)).problems
    )


def mutated(data: bytes, draw: random.Random) -> bytes:
    """Give the bytes with one change: a flip, a cut, an insertion, a swap, something behind."""
    at = draw.randrange(len(data))
    match draw.randrange(6):
        case 0 | 1 | 2:
            return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]
        case 3:
            return data[:at] + data[at + draw.randrange(1, 50) :]
        case 4:
            return data[:at] + draw.randbytes(draw.randrange(1, 20)) + data[at:]
        case _:
            return data + draw.randbytes(draw.randrange(1, 20))


def is_found(path: Path) -> bool:
    """Say whether a changed pack is noticed, in a sentence that names a file."""
    try:
        found: PackVerified = verify_pack(path)
    except AssessmentError as cause:
        return bool(cause.problems[0].where)
    return bool(found.problems) and all(each.where for each in found.problems)


@pytest.mark.slow
def test_mutations_of_a_pack_are_all_found(made: PackMade) -> None:
    """Forty here; ``bench/pack.py`` runs any number."""
    whole = made.path.read_bytes()
    draw = random.Random(20261122)  # noqa: S311 - nothing secret
    for number in range(40):
        made.path.write_bytes(mutated(whole, draw))
        assert is_found(made.path), number


def test_what_is_no_pack_is_said(tmp_path: Path) -> None:
    for name, data in (("a.zip", b"hello"), ("b.zip", b""), ("c.zip", b"PK\x05\x06" + b"\0" * 18)):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(AssessmentError, match="not an evidence pack"):
            verify_pack(tmp_path / name)
    with pytest.raises(AssessmentError, match="There is no such file"):
        verify_pack(tmp_path / "nowhere.zip")


def test_a_pack_packed_again_by_another_program_is_said(made: PackMade) -> None:
    with zipfile.ZipFile(made.path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(made.path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert "packed-again" in found_in(made.path)


@pytest.mark.parametrize("name", ["../a.txt", "/a.txt", "a\\b.txt", "a:b.txt", "CON/../x", "a//b"])
def test_entries_that_lead_outside_are_named_and_never_written(
    made: PackMade, tmp_path: Path, name: str
) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts[name] = b"x"

    found = verify_pack(repack(made.path, change))
    assert name in {each.where for each in found.problems if each.code == "odd-entry"}
    assert not (tmp_path / "a.txt").exists()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "EV-001 etc passwd.txt"),
        ("C:\\x", "EV-001 C x.txt"),
        ("Bericht für März\u202e", "EV-001 Bericht fur Marz.txt"),
        ("x" * 300, f"EV-001 {'x' * 59}.txt"),
        ("...", "EV-001.txt"),
    ],
)
def test_names_inside_are_plain(title: str, name: str) -> None:
    assert safe_name("EV-001", title, ".txt") == name


def test_a_reserved_name_is_never_used() -> None:
    assert safe_name("", "CON", ".txt") == "_CON.txt"


def test_the_checker_reads_what_the_writer_writes(tmp_path: Path) -> None:
    contents = {"a.txt": b"a", "b/c.zip": b"PK\x03\x04 not a header", "big.bin": b"x" * 3_000_000}
    made = write_pack(tmp_path / "p.zip", contents)
    found = check_pack(made.path)
    assert found.problems == []
    assert list(found.hashes) == [*contents, "SHA256SUMS"]


def test_the_answers_in_the_ledger_are_those_of_the_pack(council: Path, made: PackMade) -> None:
    given = {
        (e["person"], f"{e['statement']}/{e['scope']}") for e in rows(made.path, "answers.csv")
    }
    assert given == set(answers(council))
