"""A rule that no shipped set uses goes the whole road: no place but its own file names a rule.

It is registered here only. Every command runs with a small set of that rule, and every document
is printed; whoever names a rule in another place finds out here.
"""

import json
import re
import shlex
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cyberassess.books.questionnaire.filling import Filled, fill
from cyberassess.domain.rules.kind import Case, Counted, CountsAs, Kind, Table, between
from cyberassess.domain.rules.known import RULES
from cyberassess.screen.screens import SHOWS
from cyberassess.steps.report.documents import DOCUMENTS
from tests.program.conftest import Run
from tests.program.test_program import LEAVES
from tests.screen.conftest import Browser
from tests.steps.review.test_reviewing import edit, say

pytestmark = pytest.mark.slow

APART = {"demo", "import webcaf", "framework import pscrf", "completion", "sign"}
"""Commands that never meet a set of one's own."""


def by_half(given: Counted) -> Table:
    """Determine an outcome: half is enough for the middle, all for the top."""

    def read(*favourable: CountsAs) -> int:
        met = sum(count in favourable for count in given.left)
        return len(given.levels) - 1 if met == len(given.left) else int(met * 2 >= len(given.left))

    return between(read(CountsAs.MET), read(CountsAs.MET, CountsAs.UNANSWERED), given)


def why(case: Case) -> list[str]:
    met = sum(each.counts_as is CountsAs.MET for each in case.applying)
    return [f"{met} against {len(case.applying) - met}: {case.title(case.reached)}."]


NEWEST = Kind(
    id="half",
    version="2",
    decide=by_half,
    why=why,
    has_verdict=True,
    noun="item",
    band="is this the case?",
    heads=("In all", "Well", "Badly", "Beside", "Open"),
    note="Half is enough for the middle.",
    scale="Half and half is a scale of this test.",
    limit="halves are counted, not weighed.",
)
OLDER = replace(
    NEWEST,
    version="1",
    builds_up=True,
    has_middle=True,
    heads=("In all", "Well", "So so", "Badly", "Beside", "Open"),
    note="Half was enough.",
)
OWN = {
    "note": "We count kindly.",
    "scale": "This scale is the council's.",
    "limit": "kindness proves nothing.",
    "band": "do we do this?",
}
"""What a set says in place of the rule's words."""
SAID = [
    "rule half-2", NEWEST.note, NEWEST.scale, f"Our rules: {NEWEST.limit}", *NEWEST.heads,
    "1 against 1: partly in place.", "0 against 2: not in place.",
    "1 item stands between it and in place.", "1 item stands between it and partly in place.",
]  # fmt: skip
"""What the full report says of it: its words, why, and what is in the way."""


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, NEWEST.id, (OLDER, NEWEST))


class Road:
    """Runs commands, and knows which ones were run."""

    def __init__(self, cli: Run, place: Path, patch: pytest.MonkeyPatch) -> None:
        self.cli, self.place, self.patch = cli, place, patch
        self.walked: set[str] = set()

    def enter(self, name: str) -> Path:
        """Go on in an assessment."""
        self.patch.chdir(self.place / name)
        return self.place / name

    def go(self, line: str, *, code: int = 0, typed: str = "") -> str:
        """Run a command, and give what it printed."""
        words = shlex.split(line)
        ran = self.cli(*words, typed=typed)
        assert ran.code == code, f"{line}\n{ran.out}{ran.err}"
        self.walked |= {" ".join(words[:size]) for size in (1, 2)}
        return ran.out


@pytest.fixture
def road(cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Road:
    """Begin with the set that ``framework new`` makes, by the made-up rule."""
    road = Road(cli, tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    words = "".join(f'  {key}: "{text}"\n' for key, text in OWN.items())
    for folder, version, more in (("sets", "2", ""), ("older", "1", words)):
        road.go(f"framework new halves@1 -o {folder}")
        path = tmp_path / folder / "halves" / "1.yaml"
        rule = f'rule:\n  id: "half"\n  version: "{version}"\n{more}'
        made, number = re.subn('rule:\n  id: "in-place"\n', rule, path.read_text("utf-8"))
        assert number == 1
        path.write_text(made, "utf-8")
    (tmp_path / "targets.csv").write_text("Outcome,Level\nR1,In place\nR2,Partly in place\n")
    return road


def begin(road: Road, name: str, sets: str = "sets", more: str = "") -> Path:
    """Begin an assessment of two people who are asked the same, and one system."""
    road.patch.chdir(road.place)
    road.go(
        f"new {name} --organisation Lab --period {name} --frameworks {sets} --framework halves@1 "
        '--profile aim.yaml --system Housing --officer "Sam Reid" --respondent "Kim Lee:hr" '
        '--respondent "Ada Moss:hr" --due 2020-01-01'
    )
    folder = road.enter(name)
    with (folder / "assessment.yaml").open("a", encoding="utf-8") as file:
        file.write(more)
    return folder


def reply(road: Road, folder: Path, others: str = "Not in place") -> None:
    """Send, fill in and receive; Kim and Ada differ in one answer."""
    road.go("send")
    no = Filled("Not in place")
    for number, path in enumerate(sorted((folder / "questionnaires" / "sent").glob("*.xlsx"))):
        first = Filled("In place" if "Kim" in path.name else others)
        typed = {"R1.1": first, "R1.2": no, "R2.1/housing": no, "R2.2/housing": no}
        sheets = openpyxl.load_workbook(path).worksheets
        texts = {str(cell.value) for sheet in sheets for row in sheet for cell in row}
        assert f"Points: {OWN['band'] if 'older' in folder.name else NEWEST.band}" in texts
        assert fill(path, folder / f"back{number}.xlsx", typed) >= 1
        road.go(f"receive back{number}.xlsx")


def text_of(path: Path) -> str:
    """Give the words of a page of HTML."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", path.read_text("utf-8"))).split())


def look_at_the_set(road: Road) -> None:
    road.go("framework list --frameworks sets")
    assert "Rule half-2" in road.go("framework show halves@1 --frameworks sets")
    shown = json.loads(road.go("framework show halves@1 --json --frameworks sets"))
    assert shown["rule"]["id"] == "half"
    assert "0 problems" in road.go("framework check halves@1 --frameworks sets")
    road.go("framework diff halves@1 halves@1 --frameworks sets", code=1)
    road.go("framework map halves@1 halves@1 --frameworks sets", code=1)
    road.go(
        "framework profile targets.csv --framework halves@1 --title Aim --publisher Lab "
        "--source Board --date 2026-03-03 --frameworks sets"
    )


def ask_people(road: Road, folder: Path) -> None:
    road.go('people add "Jo Bright:audit"')
    road.go('people extend "Jo Bright" --until 2027-01-31')
    road.go('people hand-over R2/housing --from "Sam Reid" --to "Jo Bright"')
    road.go("people export -o people.xlsx")
    road.go("people import people.xlsx")
    road.go('people same "Kim Lee" --renamed', code=1)
    road.go('people new "Kim Lee"', code=1)
    road.go('systems leave-out Museum --reason "No harm."')
    road.go("systems export -o systems.xlsx")
    road.go("systems import systems.xlsx")
    road.go("systems confirm housing", code=1)
    road.go("chase")
    reply(road, folder)
    road.go('ask --as "Jo Bright"', typed="q\n")
    (folder / "wording.csv").write_text("id,text\nR1.1,The words.\n", "utf-8")
    road.go("framework wording wording.csv")


def settle(road: Road, folder: Path) -> None:
    road.go("status")
    road.go("explain R1")
    road.go("resolve")
    road.go('resolve R1.1 --answer in-place --reason "Seen there."')
    road.go("chase")
    (folder / "doc.txt").write_text("Leavers", "utf-8")
    road.go('evidence add doc.txt --for R1 --shows "Lists all accounts removed in March"')
    road.go('evidence set EV-001 --owner "Sam Reid"')
    road.go("evidence link EV-001 R2/housing")
    road.go("evidence review EV-001 --verdict accepted --reason 'Seen in the log.'")
    for each in ("register", "list", "show EV-001", "check"):
        road.go(f"evidence {each}")


def decide(road: Road, folder: Path) -> None:
    road.go("confirm")
    road.go("confirm --all-undisputed --dry-run")
    road.go("decisions -o decisions.xlsx")
    road.go("decisions receive decisions.xlsx")
    road.go("confirm R1")
    road.go('confirm R2/housing --level partly-in-place --reason "Nearly there."')
    road.go("confirm R2/housing --withdraw")
    road.go('review send --to "Nadia Okafor, Assurer" -o review.xlsx')
    edit(folder / "review.xlsx", say("R1", determination="Not in place"))
    road.go('review receive "came back.xlsx"')
    road.go('review opinion "Nearly there." --assurer "Nadia Okafor"')
    assert "Nearly there." in road.go("review")
    assert '"lower": 1' in road.go("review --json")
    assert road.go("plan").count("1 statement must change") == 2
    road.go('plan add R1 --action "Do it" --owner "Kim Lee"')
    road.go("plan set ACT-001 --cost low")
    road.go("plan export -o plan.xlsx")
    road.go("plan import plan.xlsx")


def results(road: Road) -> dict[str, Any]:
    assert "Self-check: not ready" in road.go("score")
    for each in ("standard", "owner"):
        road.go(f"score --by {each}")
    assert "by rule half-2" in road.go("explain R2/housing")
    road.go("explain R2/housing --trace")
    road.go("explain R1 --json")
    road.go("status --json")
    road.go("start")
    found = json.loads(road.go("score --json"))
    assert isinstance(found, dict)
    return found


def documents(road: Road, folder: Path) -> None:
    for kind in ("board", "theme", *DOCUMENTS):
        road.go(f"report {kind} --html -o {kind}.html")
    road.go("report full --every-answer --html -o every.html")
    full = text_of(folder / "every.html")
    assert [each for each in SAID if each not in full] == []
    road.go("report board --edition open --html -o open.html")
    road.go("report board --docx -o board.docx")
    road.go("approve --name 'Ada Moss' --role SIRO --as-it-stands --reason 'Two are late.'")
    road.go("report theme --at 1 --html -o approved.html")
    road.go("pack -o pack.zip --yes")
    road.go("verify pack.zip")
    road.go("verify")
    road.go("merge")
    road.go("recover")
    road.go("systems share R2")


def test_a_rule_that_nobody_names_goes_the_whole_road(road: Road) -> None:
    look_at_the_set(road)
    folder = begin(road, "lab")
    ask_people(road, folder)
    settle(road, folder)
    decide(road, folder)
    levels = {each["outcome"]: each["suggested"] for each in results(road)["outcomes"]}
    assert levels == {"R1": "partly-in-place", "R2": "not-in-place"}
    documents(road, folder)
    path = road.place / "sets" / "halves" / "1.yaml"
    again = (
        '\ncorrections:\n  - {revision: "2", about: "Clearer.", asked_again: ["R1.2"]}\ngroups:'
    )
    text = path.read_text("utf-8").replace('revision: "1"', 'revision: "2"', 1)
    path.write_text(text.replace("\ngroups:", again, 1), "utf-8")
    road.go("framework update --dry-run --frameworks ../sets")
    road.go("framework update --frameworks ../sets")
    road.go("systems add Portal")
    road.go("send")
    road.go("trend")
    road.go("trend --by outcome --json")
    road.go('people set "Jo Bright" --role Auditor')
    road.go('people remove "Jo Bright" --to "Sam Reid" --reason Left')
    road.go("systems set portal --hosting saas")
    road.go('systems merge housing portal --into "Homes portal"')
    road.go("systems split homes-portal --into Homes --into Portals")
    road.go('systems remove portals --reason "Switched off."')
    (folder / "list.csv").write_text(
        "File or link,What it shows,For\n"
        "https://x.example/a,Lists all accounts removed in March,R1\n",
        "utf-8",
    )
    road.go("evidence import list.csv")
    road.go("menu")
    browser = Browser(Path.cwd())
    for page in SHOWS.keys() - {"outcome", "file", "new"}:
        assert browser.get(f"{page}?kind=full").status_code == 200, page
    road.walked.add("open")
    road.go("rollover ../next --from . --period 2031 --frameworks ../sets")
    assert {" ".join(path) for path, _ in LEAVES} - road.walked == APART


def test_its_older_version_is_superseded_and_compared_with_last_year(road: Road) -> None:
    look_at_the_set(road)
    reply(road, begin(road, "lab"), "In place")
    folder = begin(road, "lab-older", "older", 'previous: "../lab"\n')
    reply(road, folder, "In place")
    assert "half-1, which is superseded" in " ".join(road.go("score").split())
    for kind in ("board", "theme", *DOCUMENTS):
        road.go(f"report {kind} --html -o {kind}.html")
    full = text_of(folder / "full.html")
    assert [OWN[each] for each in ("note", "scale", "limit") if OWN[each] not in full] == []
    assert [each for each in (OLDER.note, OLDER.scale, OLDER.limit) if each in full] == []
