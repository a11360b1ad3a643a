"""What the screens show, and that every form calls its verb once, by who is named at the top."""

import json
import os
import re
import subprocess
import sys
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client

from cyberassess.disk.segments import LedgerFolder, Reading
from cyberassess.domain.record.evidence import Facts
from cyberassess.opening.assessment import open_assessment, open_pack
from cyberassess.program import program
from cyberassess.screen.content import SETS
from cyberassess.screen.screens import SHOWS
from cyberassess.screen.web import Room, Sent, Web
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.confirm.waiting import Kind, waiting
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.pack.packing import PackWanted, pack
from cyberassess.steps.people.people import add_person
from cyberassess.steps.receive.answering import answer
from cyberassess.terminal.running import run
from tests.screen.conftest import HOST, STATEMENT, Browser, said
from tests.steps.council import KIM, answers, begin, events, fill_in, send_to
from tests.steps.receive.test_sharing import ALEX, SAME, SCOPES

pytestmark = pytest.mark.slow


def conflict(folder: Path) -> dict[str, str]:
    """Give what the form of the first conflict sends."""
    found = next(e for e in waiting(open_assessment(folder)) if e.kind is Kind.CONFLICT)
    basis = json.dumps(found.basis)
    return {"do": "decide", "ref": found.ref, "basis": basis, "decision": "Happens"}


def segments(folder: Path) -> int:
    return len(list((folder / "ledger").glob("*.jsonl")))


@pytest.mark.parametrize(
    "name", [e for e in SHOWS if e not in {"outcome", "preview", "file", "new"}]
)
def test_every_screen_is_shown(differing: Path, name: str) -> None:
    came = Browser(differing).get(name)
    assert came.status_code == 200, said(came)
    assert came.text.count("<h1>") == 1


def test_the_ledger_is_read_once_whatever_a_page_shows_of_it(
    differing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, reads = Browser(differing), list[Path]()
    read = LedgerFolder.read

    def counting(ledger: LedgerFolder) -> Reading:
        reads.append(ledger.folder)
        return read(ledger)

    monkeypatch.setattr(LedgerFolder, "read", counting)
    for page in ("reports", "years", "preview?kind=board", "waiting?kind=Determinations"):
        assert browser.get(page).status_code == 200
    assert len(reads) == 1


def test_every_link_of_a_screen_leads_somewhere(differing: Path) -> None:
    browser, seen, left = Browser(differing), set[str](), ["start"]
    while left:
        page = left.pop()
        if page in seen:
            continue
        seen.add(page)
        came = browser.get(page)
        assert came.status_code == 200, page
        if "html" in came.headers["Content-Type"] and not page.startswith("preview"):
            found = re.findall(r'<a href="([^"#]+)"', came.text)
            left += [unescape(each) for each in found]
    assert any(each.startswith("outcome?") for each in seen)
    assert any(each.startswith("file?") for each in seen)


def test_a_conflict_is_settled_by_whoever_is_named(differing: Path) -> None:
    browser, before = Browser(differing), segments(differing)
    form = conflict(differing)
    assert form["ref"] in unescape(browser.get("waiting").text)
    told = browser.send("waiting", **form, reason="Seen in the log.", by="Nadia Okafor, assurer")
    assert "Recorded" in told
    assert segments(differing) == before + 1
    (event,) = events(differing, "resolution")
    assert event["new"]
    last = open_assessment(differing).reading.segments[-1]
    assert "Nadia Okafor" in str(last.header["actor"])


def test_a_decision_without_its_reason_is_refused_and_nothing_typed_is_lost(
    differing: Path,
) -> None:
    form = conflict(differing) | {"form": conflict(differing)["ref"]}
    came = Browser(differing).post("waiting", form)
    assert came.status_code == 422
    assert "without a reason" in said(came)
    assert 'value="Happens" checked' in came.text
    assert not events(differing, "resolution")


def test_two_tabs_that_decide_the_same_row_decide_it_once(differing: Path) -> None:
    browser, form = Browser(differing), conflict(differing)
    assert "Recorded" in browser.send("waiting", **form, reason="Seen.")
    told = browser.send("waiting", **form | {"decision": "Does not happen"}, reason="No.")
    assert form["ref"] in told
    assert "is decided or gone" in told
    assert len(events(differing, "resolution")) == 1


def test_a_decision_on_other_answers_is_not_applied(differing: Path) -> None:
    form = conflict(differing) | {"basis": json.dumps(["p9=other"])}
    told = Browser(differing).send("waiting", **form, reason="Seen.")
    assert "rests on other answers now" in told
    assert not events(differing, "resolution")


def test_what_nobody_disputes_is_confirmed_at_once_as_it_was_shown(folder: Path) -> None:
    browser = Browser(folder)
    answer(folder, {"A1.b.N.1": "happens", "A1.b.H.1": "not-true"}, source="A talk")
    page = browser.get("waiting?kind=Determinations").text
    assert "1 result that nobody disputes" in page
    (basis,) = re.findall(r'value="confirm">.*?name="basis" value="(\w+)"', page, re.DOTALL)
    answer(folder, {"A1.b.H.1": "true"}, source="A talk")
    told = browser.send("waiting", do="confirm", basis=basis)
    assert "Somebody wrote to the assessment since the page was made" in told
    assert not events(folder, "determination")
    page = browser.get("waiting?kind=Determinations").text
    (basis,) = re.findall(r'value="confirm">.*?name="basis" value="(\w+)"', page, re.DOTALL)
    assert "Confirmed 1 result." in browser.send("waiting", do="confirm", basis=basis)
    assert len(events(folder, "determination")) == 1


def test_last_years_answers_are_taken_over_at_once(tmp_path: Path) -> None:
    last = begin(tmp_path / "last", period="2025")
    answer(last, {STATEMENT: "never"}, source="Register", person="Kim Lee")
    browser = Browser(begin(tmp_path / "this", previous="../last"))
    page = browser.get("waiting?kind=Last+year").text
    (basis,) = re.findall(r'value="take over">.*?name="basis" value="(\w+)"', page, re.DOTALL)
    sent = {"do": "take over", "basis": basis, "offers": "earlier"}
    assert browser.send("waiting", **sent) == "Took over 1 answer, each on its own."
    assert [code for code, _ in answers(tmp_path / "this").values()] == ["never"]


def test_a_topic_is_answered_and_only_what_changed_is_stored(folder: Path) -> None:
    browser = Browser(folder)
    page = browser.get("ask?person=Sam+Reid&topic=0").text
    hidden = {
        unescape(k): unescape(v)
        for k, v in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page)
    }
    ref, code = re.search(r'type="radio" name="([^"]+)" value="([^"]+)"', page).groups()  # type: ignore[union-attr]
    form = hidden | {"do": "answer", ref: code, f"why {ref}": "As seen."}
    form["by"] = "Nadia Okafor, assurer"
    told = browser.send("ask?person=Sam+Reid&topic=0", **form)
    assert "Stored 1 reply of Sam Reid" in told
    (given,) = answers(folder).values()
    assert given == (code, "As seen.")
    by = str(open_assessment(folder).reading.segments[-1].header["actor"])
    assert "Nadia Okafor" in by
    assert "answered on the screen" in browser.get("start").text
    again = browser.send("ask?person=Sam+Reid&topic=0", **form | {f"was {ref}": code})
    assert "Stored 0 replies" in again
    assert "Withdraw my answer" in browser.get("ask?person=Sam+Reid&topic=0").text
    gone = {ref: "withdraw", f"was {ref}": code, f"why {ref}": "As seen."}
    browser.send("ask?person=Sam+Reid&topic=0", **form | gone)
    assert not answers(folder)


def test_a_workshop_answers_and_settles_on_one_page(differing: Path) -> None:
    browser = Browser(differing)
    topic = next(
        unescape(each)
        for each in re.findall(r'<a href="(workshop\?topic[^"]+)"', browser.get("workshop").text)
        if STATEMENT in browser.get(unescape(each)).text
    )
    page = browser.get(topic).text
    form = {
        unescape(name): unescape(value)
        for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    }
    form["do"] = "workshop"
    kims, alexs = sorted(e.removeprefix("was ") for e in form if e.startswith(f"was {STATEMENT}"))
    before = answers(differing)
    assert {form[f"was {kims}"], form[f"was {alexs}"]} == {e for e, _ in before.values()}
    form |= {each: form[f"was {each}"] for each in (kims, alexs)}
    refused = browser.post(topic, {**form, f"agreed {STATEMENT}": "Happens", "form": ""})
    assert "nobody said why" in said(refused)
    assert '<option value="Happens" selected>' in refused.text
    told = browser.send(
        topic, **form, **{f"agreed {STATEMENT}": "Happens", f"why {STATEMENT}": "Seen together."}
    )
    assert f"{STATEMENT}: settled, Happens." in told
    assert answers(differing) == before
    (event,) = events(differing, "resolution")
    assert event["reason"]
    assert "agreed " not in browser.get(topic).text
    other = next(each for each in form if each.startswith("was ") and STATEMENT not in each)
    name = other.removeprefix("was ")
    code = re.search(rf'name="{re.escape(name)}">.*?<option value="(\w[^"]*)"', page)
    assert code is not None
    assert "Stored 1 reply of" in browser.send(topic, **form | {name: code[1]})


def test_an_offer_is_kept_as_an_offer(tmp_path: Path) -> None:
    last = begin(tmp_path / "last", period="2025")
    answer(last, {STATEMENT: "never"}, source="Register", person="Kim Lee")
    folder = begin(tmp_path / "this", previous="../last")
    browser = Browser(folder)
    topics = re.findall(
        r'<a href="(ask\?person=[^"]+topic[^"]+)"', browser.get("ask?person=Kim+Lee").text
    )
    page = next(unescape(e) for e in topics if STATEMENT in browser.get(unescape(e)).text)
    text = browser.get(page).text
    assert "It holds here too. Northport Council, 2025: Does not happen" in unescape(text)
    form = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text))
    form |= {"do": "answer", STATEMENT: "keep 0", "person": "Kim Lee"}
    assert "Stored 1 reply of Kim Lee" in browser.send(
        page, **{k: unescape(v) for k, v in form.items()}
    )
    assert answers(folder)["Kim Lee", STATEMENT][0] == "never"
    (event,) = events(folder, "answer")
    assert event["source"]["place"] == "Northport Council, 2025"


@pytest.mark.parametrize(
    ("cause", "told", "status"),
    [
        (OSError(28, "No space left"), "No space left. What was stored before is kept.", 422),
        (RuntimeError("secret detail"), "This page cannot be made", 500),
    ],
)
def test_what_fails_is_said_without_its_inside_and_what_was_typed_stays(
    browser: Browser, cause: Exception, told: str, status: int
) -> None:
    def fail(_: Room, __: Sent) -> list[str]:
        raise cause

    browser.web.does = {"add evidence": fail}
    came = browser.post("evidence", {"do": "add evidence", "title": "Our policy"})
    assert came.status_code == status
    assert ('value="Our policy"' in came.text) is (status == 422)
    assert told in said(came)
    assert "secret detail" not in came.text
    assert browser.get("start").status_code == 200


@pytest.mark.slow
def test_a_kill_between_request_and_answer_leaves_it_whole_or_not_there(differing: Path) -> None:
    look = """
import json, os, sys, threading
from pathlib import Path
from tests.screen.conftest import Browser
threading.Timer(float(sys.argv[3]), os.kill, (os.getpid(), 9)).start()
Browser(Path(sys.argv[1])).send("waiting", **json.loads(sys.argv[2]))
os.kill(os.getpid(), 9)
"""
    form = json.dumps(conflict(differing) | {"reason": "Seen."})
    for moment in ("0.0", "0.05", "0.15", "9"):
        arguments = [sys.executable, "-c", look, str(differing), form, moment]
        subprocess.run(arguments, check=False, cwd=Path(__file__).parents[2])
        assert verify(differing).problems == ()
        assert len(events(differing, "resolution")) in {0, 1}
    assert len(events(differing, "resolution")) == 1


def test_a_control_set_is_shown_with_its_sources_and_what_changed() -> None:
    room = Room(Path("ncsc-caf@4.0"), "A set.", "ncsc-caf@4.0")
    browser = Browser(room.folder)
    browser.web = Web(room, SETS, {})
    browser.web.host, browser.client = HOST, Client(browser.web)
    page = browser.get("").text
    assert "A1.a" in page
    assert "Typical evidence" in page
    assert "From ncsc-caf@3.2 to ncsc-caf@4.0" in browser.get("beside").text
    assert "set?ref=ncsc-caf%403.2" in browser.get("sets").text


def test_the_command_opens_packs_sets_and_folders_and_keeps_what_is_read_only(
    differing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[str, int]] = []

    def look(web: Web, *_: object, **__: object) -> None:
        web.host = HOST
        came = Client(web).get(f"/{web.secret}/", headers={"Host": HOST})
        opened.append((web.room.read_only, came.status_code))

    monkeypatch.setattr("cyberassess.screen.serving.serve", look)
    made = pack(differing, PackWanted(tmp_path / "pack.zip", report=False))
    for words in ([], [str(made.path)], ["ncsc-caf@4.0"]):
        assert run(program, ["-C", str(differing), "open", *words]) == 0
    assert [status for _, status in opened] == [200, 200, 200]
    assert next(each for each, _ in opened) == ""
    assert [each for each, _ in opened][1].startswith("pack.zip is a pack")
    assert run(program, ["open", "ncsc-caf@9"]) == 1
    assert run(program, ["open", "--no-browser", "--needs-browser"]) == 2


def test_two_screens_are_open_at_once(differing: Path) -> None:
    one, other, form = Browser(differing), Browser(differing), conflict(differing)
    assert one.web.secret != other.web.secret
    assert "Recorded" in one.send("waiting", **form, reason="Seen.")
    assert "is decided or gone" in other.send("waiting", **form, reason="Seen.")
    assert form["ref"] not in unescape(other.get("waiting").text)


def test_a_dropped_workbook_is_received(folder: Path, tmp_path: Path) -> None:
    sent = send_to(folder, "Kim Lee")
    path = fill_in(next(iter(sent.values())), tmp_path / "kim.xlsx", {STATEMENT: "Happens"})
    dropped = (BytesIO(path.read_bytes()), "kim.xlsx")
    told = Browser(folder).send("receive", do="receive", files=dropped)
    assert "kim.xlsx: Kim" in told
    assert "stored 1 answer" in told


@pytest.mark.parametrize("name", ["../../x.xlsx", "..\\x.xlsx", "C:\\x.xlsx", "/etc/x.xlsx"])
def test_a_dropped_file_stays_by_its_name_alone(folder: Path, tmp_path: Path, name: str) -> None:
    told = Browser(folder).send("receive", do="receive", files=(BytesIO(b"x"), name))
    assert "x.xlsx: refused" in told or "C:x.xlsx: The file may not lie there" in told
    assert not list(tmp_path.glob("*.xlsx"))


@pytest.mark.parametrize("name", ["..", "CON", "a\x01.pdf"])
def test_a_name_that_is_none_is_refused(folder: Path, name: str) -> None:
    before = segments(folder)
    told = Browser(folder).send("evidence", do="add evidence", files=(BytesIO(b"x"), name))
    assert "The file may not lie there" in told
    assert segments(folder) == before


@pytest.mark.parametrize(
    "path", ["assessment.yaml", "reports/../assessment.yaml", "/etc/passwd", "ledger/x", "reports"]
)
def test_no_file_but_those_for_people_is_handed_out(browser: Browser, path: str) -> None:
    came = browser.get(f"file?path={path}")
    assert came.status_code == 409
    assert "schema" not in came.text


@pytest.mark.skipif(sys.platform != "linux", reason="names are text here")
def test_a_file_whose_name_is_no_text_keeps_nobody_from_the_pages(folder: Path) -> None:
    """As an archive of another system leaves it, unpacked here."""
    for name in ("reports", "questionnaires/letters"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / os.fsdecode(b"M\xfcller.eml")).write_bytes(b"x")
    browser = Browser(folder)
    assert {browser.get(each).status_code for each in ("start", "people", "reports")} == {200}
    assert run(program, ["-C", str(folder), "people", "add", "Jo Park"]) == 0
    assert "M%FCller.eml" in (folder / "start.html").read_text("utf-8")


def test_a_document_is_dropped_and_handed_out_as_it_came(folder: Path) -> None:
    browser = Browser(folder)
    dropped = (BytesIO(b"%PDF-"), "register.pdf")
    told = browser.send(
        "evidence",
        do="add evidence",
        files=dropped,
        shows="Lists every account removed in March.",
        supports="A1.b",
    )
    assert "EV-001" in told
    link = re.search(r'href="(file\?path=evidence[^"]+)"', browser.get("evidence?item=1").text)
    assert link is not None
    came = browser.get(unescape(link[1]))
    assert came.data == b"%PDF-"
    assert came.headers["Content-Disposition"].startswith("attachment")
    told = browser.send("evidence?item=1", do="review evidence", item="1", verdict="rejected")
    assert told.startswith("No reason was given")
    told = browser.send("evidence", do="review evidence", item="1", verdict="accepted")
    assert told == "EV-001 register: accepted."
    assert "Looked at, and accepted: 1" in browser.get("evidence").text
    older = {"item": "1", "was verdict": "", "verdict": "rejected", "reason": "It is old."}
    page = browser.post("evidence?item=1", {"do": "review evidence", **older})
    assert "EV-001 was accepted meanwhile" in said(page)
    (shown,) = re.findall(r'name="was verdict" value="(\w*)"', page.text)
    told = browser.send("evidence", do="review evidence", **(older | {"was verdict": shown}))
    assert told == "EV-001 register: rejected.", "whoever looked again may say so"
    (path,) = (folder / "evidence").iterdir()
    path.write_bytes(b"another")
    refused = browser.get(unescape(link[1]))
    assert refused.status_code == 409
    assert "was changed since it was recorded" in said(refused)


def test_what_lies_in_a_pack_is_handed_out_where_it_is_as_it_was(
    folder: Path, tmp_path: Path
) -> None:
    paths = [tmp_path / "register.pdf"]
    paths[0].write_bytes(b"%PDF-")
    add(folder, paths, Facts(shows="Lists every account."), supports=["A1.b"])
    made = pack(folder, PackWanted(tmp_path / "pack.zip", report=False))
    with open_pack(made.path) as found:
        browser = Browser(found.workspace.folder, "A pack.")
        link = re.search(r'href="(file\?path=[^"]+)"', browser.get("evidence?item=1").text)
        assert link is not None
        assert browser.get(unescape(link[1])).data == b"%PDF-"


def test_an_action_is_planned_and_changed(differing: Path) -> None:
    browser = Browser(differing)
    link = re.search(r'href="(plan\?outcome=[^"]+)"', browser.get("plan").text)
    assert link is not None
    (outcome,) = re.findall(r'name="outcome" value="([^"]+)"', browser.get(link[1]).text)
    told = browser.send("plan", do="add action", outcome=outcome, title="Name deputies")
    assert told == "ACT-001: Name deputies"
    assert 'value="done"' in browser.get("plan?action=ACT-001").text
    shown = {"do": "set action", "ref": "ACT-001", "was status": "planned", "was due": ""}
    told = browser.send("plan", **shown, due="2027-01-31", status="done")
    assert told.startswith("ACT-001: Name deputies, done")
    told = browser.send("plan", **shown, due="2027-02-28", status="planned")
    assert told == (
        "By when had been changed meanwhile: 31 January 2027. What you said now counts.\n"
        "ACT-001: Name deputies, done"
    ), "a state that the page only showed takes nothing back"
    told = browser.send("plan", do="add action", outcome=outcome, title="Pay", cost="1111")
    assert "is no band of cost" in told
    assert "--cost" not in told


def test_people_and_systems_are_added(browser: Browser) -> None:
    assert browser.send("people", do="add person").startswith("No name was given.")
    facts = {"name": "Jo Park", "email": "jo@northport.example", "role": "hr", "place": "housing"}
    assert "Jo Park is asked from now on" in browser.send("people", do="add person", **facts)
    (jo,) = (e for e in open_assessment(browser.web.room.folder).contents.settings.people
             if e.name == "Jo Park")  # fmt: skip
    assert (jo.email, jo.answers[0].scope, jo.answers[0].owner_roles) == (
        "jo@northport.example",
        "housing",
        ("hr",),
    )
    assert "hr in Housing management" in browser.get("people").text
    hand = {"giver": "Kim Lee", "taker": "Jo Park", "place": "housing", "names": "B1.b"}
    assert 'name="place"' in browser.get("people").text.partition("Hand questions over")[2]
    told = browser.send("people", do="hand over", **hand, reason="She runs it.")
    assert told == "Jo Park is asked about 1 outcome of Kim Lee."
    assert "Payroll is assessed" in browser.send("people", do="add system", title="Payroll")
    assert "Nobody who was sent questions" in browser.send("people", do="remind")
    told = browser.send("people", do="send", who="Kim Lee")
    assert "Kim" in told
    assert "Kim Lee: 5 of 5 unanswered, no reply." in browser.send("people", do="remind")
    drafts = re.findall(r'href="(file\?path=[^"]+eml)"', browser.get("people").text)
    assert ["Reminder" in each for each in drafts] == [False, True]
    assert b"Kim Lee" in browser.get(unescape(drafts[1])).data


def test_a_report_is_approved_with_what_is_open(browser: Browser) -> None:
    def shown() -> dict[str, str]:
        page = browser.get("reports").text
        (basis,) = re.findall(r'value="approve">.*?name="basis" value="(\w+)"', page, re.DOTALL)
        return {"do": "approve", "name": "Ruth Lane", "role": "SIRO", "basis": basis}

    told = browser.send("reports", **shown())
    assert "Nothing was" in told
    signing = shown() | {"as_it_stands": "yes", "reason": "Early."}
    settings = browser.web.room.folder / "assessment.yaml"
    settings.write_text(settings.read_text("utf-8").replace("Housing man", "Home man"), "utf-8")
    assert told != (said_since := browser.send("reports", **signing))
    assert "Somebody wrote to the assessment since" in said_since
    told = browser.send("reports", **(signing | shown()))
    assert told == "Approved: version 1."
    assert "Ruth Lane" in browser.get("reports").text


def test_what_a_command_writes_meanwhile_is_seen_at_the_next_page(folder: Path) -> None:
    browser = Browser(folder)
    assert "Jo Park" not in browser.get("people").text
    add_person(folder, "Jo Park <jo@northport.example>")
    assert "Jo Park" in browser.get("people").text


def form(page: str) -> dict[str, str]:
    """Give what the last form of a page but *Finish* sends as it stands: its typed fields."""
    found = re.findall(r'<(?:input|button)[^>]* name="(\w+)"[^>]*? value="([^"]*)"', page)
    return {unescape(name): unescape(value) for name, value in found if name != "do"}


def test_from_an_empty_folder_to_an_assessment(tmp_path: Path) -> None:
    folder = tmp_path / "new-2026"
    browser = Browser(folder)
    assert "new?way=new" in browser.get("start").text
    given = {"way": "new", "organisation": "Northport Council"}
    pages: tuple[dict[str, str], ...] = (
        {"organisation": "Northport Council", "period": "2026"},
        {"framework": "cyber-governance-code@2025"},
        {"profile": "all-in-place"},
        {"name": "Sam", "email": "s@n.example"},
        {"systems": ""},
        {"due": "2027-01-31"},
    )
    missing = browser.get(f"new?{urlencode({**given, 'step': '3'})}").text
    assert "Give a period." in missing
    assert 'value="Northport Council"' in missing
    for step, typed in enumerate(pages, start=1):
        given |= typed
        page = browser.get(f"new?{urlencode({**given, 'step': str(step)})}").text
        assert given.items() <= {**form(page), **typed}.items()
    back = browser.get(f"new?{urlencode({**given, 'step': '1'})}").text
    assert 'value="cyber-governance-code@2025" checked' in back
    assert "This will be made" in page
    assert "in the folder new-2026" in page
    assert not folder.exists()
    leads = browser.post(f"new?{urlencode(given)}", {"do": "new", **given}).headers["Location"]
    start = browser.get(leads).headers["Location"]
    assert "Begun for Northport Council, 2026" in said(browser.get(start))
    assert open_assessment(folder).contents.settings.officer.name == "Sam"


@pytest.mark.parametrize("do", ["new", "roll over"])
def test_who_comes_second_is_told_that_theirs_was_not_made(browser: Browser, do: str) -> None:
    told = browser.send("new", do=do, organisation="Another Council", period="2026")
    assert "There is an assessment already: Northport Council, 2026." in told
    assert "Nothing was changed." in told


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"profile": "none"}, "Say why there is no target."),
        ({"profile": "nonsense", "step": "6"}, "nonsense"),
        ({"profile": "all-in-place", "step": "6", "due": "soon"}, "is not a date"),
    ],
)
def test_a_new_assessment_is_not_made_of_what_does_not_do(
    tmp_path: Path, typed: dict[str, str], told: str
) -> None:
    given = {"way": "new", "organisation": "N", "period": "2026", "name": "Sam", "step": "3"}
    query = urlencode({**given, "framework": "cyber-governance-code@2025", **typed})
    page = unescape(Browser(tmp_path / "new").get(f"new?{query}").text)
    assert told in page
    assert "Make it" not in page


def test_last_years_is_gone_on_from(tmp_path: Path) -> None:
    begin(tmp_path / "last", period="2025")
    browser = Browser(tmp_path / "next")
    assert f'value="{tmp_path / "last"}"' in browser.get("new?way=next").text
    given = {"way": "next", "last": str(tmp_path / "last"), "left": "Kim Lee = Alex Moor"}
    given |= {"systems": "Payroll", "due": "2026-10-30", "framework": "", "profile": ""}
    assert "Comes over:" in browser.get(f"new?{urlencode({**given, 'step': '6'})}").text
    assert not (tmp_path / "next").exists()
    browser.send("new", do="roll over", **given)
    settings = open_assessment(tmp_path / "next").contents.settings
    assert (settings.period, str(settings.due)) == ("2026", "2026-10-30")
    assert "Kim Lee" not in {each.name for each in settings.everybody}
    assert "Payroll" in {each.title for each in settings.scopes}


def test_what_is_read_only_has_no_forms_and_takes_none(differing: Path) -> None:
    browser, before = Browser(differing, "A pack: it is shown."), segments(differing)
    assert 'name="reason"' not in browser.get("waiting").text
    told = browser.send("waiting", **conflict(differing), reason="Seen.")
    assert "A pack: it is shown." in told
    assert segments(differing) == before


def test_html_and_control_characters_are_shown_as_text(browser: Browser) -> None:
    nasty = "<script>alert(1)</script>\x07\u202e\"'&"
    browser.send("start", do="you", you=nasty)
    for page in SHOWS:
        text = browser.get(page).text
        assert "<script" not in text
        assert "\x07" not in text
        assert "\u202e" not in text
    browser.send("plan", do="add action", outcome="A1.a", title=nasty, by="Sam Reid")
    assert "&lt;script" in browser.get("plan").text
    assert "<script" not in browser.get("plan").text


def test_a_topic_of_a_shared_service_is_asked_once_and_a_no_opens_it(tmp_path: Path) -> None:
    folder = begin(tmp_path / "w", scopes=SCOPES, people=[KIM, ALEX])
    browser = Browser(folder)
    page = browser.get("ask?person=Kim+Lee").text
    assert "the same as in Identity?" in page
    assert "B1.a " not in page.partition("<table")[2]
    form = {"do": "same", "person": "Kim Lee", SAME: "no", f"why {SAME}": "We use our own."}
    assert browser.send("ask", **form) == "Stored 1 reply of Kim Lee."
    opened = browser.get("ask?person=Kim+Lee").text
    assert "We use our own." in opened
    assert "B1 " in opened.partition("<table")[2]
    before = segments(folder)
    again = form | {"by": "Sam Reid"}
    assert browser.send("ask", **again) == "Stored 0 replies of Kim Lee."
    assert segments(folder) == before
    told = browser.send("ask", **(form | {SAME: "yes"}))
    assert "had been answered meanwhile: No. What you said now counts." in told
