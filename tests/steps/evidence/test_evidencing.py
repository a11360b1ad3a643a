"""Evidence recorded, linked, reviewed, checked and chased in a workspace."""

import shutil
from pathlib import Path

import pytest

from cyberassess.domain.record.evidence import Facts, Held, Item, Mark
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.paper.blocks import Table, every, plain
from cyberassess.paper.documents.full import full_report
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.evidence import evidencing
from cyberassess.steps.evidence.evidencing import (
    add,
    check,
    file_problems,
    link,
    register_named,
    review,
    wanted,
)
from cyberassess.steps.report.printing import basis_of
from tests.steps.council import (
    HOUSING,
    KIM,
    REVENUES,
    begin,
    events,
    fill_in,
    ledger_bytes,
    send_to,
    take,
)

SHOWS = Facts(shows="Lists all accounts removed in March")
ORGANISATION = {"id": "organisation", "kind": "organisation", "title": "Northport Council"}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a workspace with two systems and documents named for one of them; never written to."""
    scopes = [ORGANISATION, HOUSING, REVENUES]
    place = tmp_path_factory.mktemp("named")
    made = begin(place / "northport-2026", scopes=scopes, people=[KIM])
    rows: dict[str, str | tuple[str, str]] = {
        "B1.b.N.1/housing": "Does not happen",
        "B1.b.H.1/housing": "True",
        "B1.b.H.2/housing": "True",
        "B1.b.evidence/housing": ("2090-12-31", "Leavers list\naccess  policy"),
        "B1.a.evidence/housing": ("", "Access policy"),
    }
    take(made, fill_in(send_to(made)["Kim Lee"], place / "kim.xlsx", rows))
    return made


@pytest.fixture
def folder(named: Path, tmp_path: Path) -> Path:
    """Give a copy of the workspace with documents named for one system."""
    return Path(shutil.copytree(named, tmp_path / "northport-2026"))


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "Leavers list.pdf"
    path.write_bytes(b"%PDF leavers")
    return path


def items(folder: Path) -> list[Item]:
    return list(open_assessment(folder).evidence.items)


def refusal(folder: Path, *paths: Path, facts: Facts = SHOWS, **more: object) -> list[str]:
    """Give the codes a file is refused with; nothing may have changed."""
    before = ledger_bytes(folder)
    with pytest.raises(AssessmentError) as caught:
        add(folder, paths, facts, **more)  # type: ignore[arg-type]  # each a keyword of add
    assert ledger_bytes(folder) == before
    assert list((folder / "evidence").iterdir()) == []
    return [each.code for each in caught.value.problems]


def test_a_file_is_recorded_with_what_it_shows_and_supports(folder: Path, paper: Path) -> None:
    facts = Facts(shows="Lists all accounts removed", dated="31 March 2026", source_type="minutes")
    (added,) = add(folder, [paper], facts, supports=["B1.a/housing, page 4", "A1.a"])
    item = added.item
    assert (item.reference, item.held, item.name) == ("EV-001", Held.FILE, "Leavers list.pdf")
    assert (item.facts.title, item.facts.dated) == ("Leavers list", "2026-03-31")
    supported = {f"{e.outcome.outcome}/{e.outcome.scope}": e.place for e in item.links}
    assert supported == {
        "B1.a/housing": "page 4",
        "A1.a/organisation": "",
        "B1.b/housing": "",  # named there, by its title
    }
    assert item.person == "p1"
    assert (folder / item.stored).read_bytes() == b"%PDF leavers"


def test_names_and_texts_can_be_redacted_and_hashes_cannot(folder: Path, paper: Path) -> None:
    add(folder, [paper], Facts(shows="Lists all accounts removed", owner="Kim"))
    (event,) = events(folder, "evidence-item")
    assert event["new"]["name"]["text"] == "Leavers list.pdf"
    assert event["new"]["owner"]["text"] == "Kim"
    assert isinstance(event["new"]["sha256"], str)


def test_one_file_for_nine_outcomes_is_stored_once(folder: Path, paper: Path) -> None:
    supports = ["A1.a", "A1.b", "B1.a/all", "B1.b/all"]
    add(folder, [paper], SHOWS, supports=supports)
    (again,) = add(folder, [paper], SHOWS)
    assert (again.was_there, again.same_as) == (True, ("EV-001",))
    assert len(list((folder / "evidence").iterdir())) == 1
    assert len(items(folder)[0].links) == 6


def test_a_sighting_needs_place_date_and_person(folder: Path) -> None:
    found = refusal(
        folder, facts=Facts(shows="Lists all accounts removed", link="https://x.example")
    )
    assert found == ["sighting-incomplete", "sighting-incomplete"]
    facts = Facts(
        shows="Lists all accounts removed", link="https://sharepoint.example/leavers",
        version="12", sighted_on="2026-03-04", sighted_by="Kim Lee",
    )  # fmt: skip
    (added,) = add(folder, [], facts, supports=["A1.a"])
    assert (added.item.held, added.item.stored) == (Held.SIGHTED, "")
    assert added.item.facts.version == "12"


def test_everything_wrong_is_said_at_once_and_nothing_stays(
    folder: Path, paper: Path, tmp_path: Path
) -> None:
    found = refusal(
        folder, paper, tmp_path / "nowhere.pdf",
        facts=Facts(shows="see attached", dated="soon", replaces="EV-9"),
        supports=["A9.z", "B1.a"],
    )  # fmt: skip
    assert found == ["not-there", "shows-nothing", "not-a-date", "unknown-outcome", "which-scope"]
    assert refusal(folder, paper, supports=["B1.a/nowhere"]) == ["unknown-scope"]
    assert refusal(folder, paper, supports=["2:B1.a/housing"]) == ["unknown-set"]
    assert refusal(folder, paper, facts=Facts(shows="Lists all accounts", replaces="EV-9")) == [
        "unknown-item"
    ]


def test_what_fails_after_the_copy_leaves_no_file(
    folder: Path, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(evidencing, "record", fail)
    with pytest.raises(KeyboardInterrupt):
        add(folder, [paper], SHOWS)
    assert list((folder / "evidence").iterdir()) == []


def test_named_documents_get_numbers_once_and_are_chased(folder: Path) -> None:
    before = wanted(open_assessment(folder))
    assert {(each.text.casefold(), each.reference) for each in before} == {
        ("leavers list", ""),
        ("access policy", ""),
    }
    assert register_named(folder) == (2, 3)
    written = ledger_bytes(folder)
    assert register_named(folder) == (0, 0)
    assert ledger_bytes(folder) == written
    rows = {each.text.capitalize(): each for each in wanted(open_assessment(folder))}
    policy = rows["Access policy"]
    assert policy.person == "Kim Lee"
    assert set(policy.outcomes) == {"B1.b/housing", "B1.a/housing"}
    assert policy.valid_until == "2090-12-31"
    assert "kim.xlsx" in policy.source
    assert rows["Leavers list"].reference in {"EV-001", "EV-002"}
    assert items(folder)[0].marks(open_assessment(folder).on) == (Mark.NOT_SEEN,)


def test_a_named_document_that_came_keeps_number_date_and_links(folder: Path, paper: Path) -> None:
    register_named(folder)
    reference = next(e.reference for e in items(folder) if e.facts.title == "Leavers list")
    (added,) = add(folder, [paper], SHOWS, item=reference)
    assert added.item.reference == reference
    assert (added.item.held, added.item.facts.valid_until) == (Held.FILE, "2090-12-31")
    assert [each.outcome.outcome for each in added.item.links] == ["B1.b"]
    (left,) = wanted(open_assessment(folder))
    assert left.text.casefold() == "access policy"
    with pytest.raises(AssessmentError, match="is there already"):
        add(folder, [paper], SHOWS, item=reference)
    with pytest.raises(AssessmentError, match="cannot all be"):
        add(folder, [paper, paper], SHOWS, item="EV-002" if reference == "EV-001" else "EV-001")


def test_a_registered_document_that_comes_under_its_name_is_that_item(
    folder: Path, paper: Path
) -> None:
    register_named(folder)
    (added,) = add(folder, [paper], SHOWS)
    assert len(items(folder)) == 2
    assert (added.item.facts.title, added.item.held) == ("Leavers list", Held.FILE)
    other = paper.with_name("scan 7.pdf")
    other.write_bytes(b"%PDF policy")
    facts = Facts(shows="Says who approves access", known_as=("Access policy",))
    add(folder, [other], facts)
    assert len(items(folder)) == 2
    assert wanted(open_assessment(folder)) == []


def test_a_replacement_takes_over_what_the_old_item_supports(folder: Path, paper: Path) -> None:
    add(folder, [paper], SHOWS, supports=["A1.a, page 2"])
    paper.write_bytes(b"%PDF newer")
    add(folder, [paper], Facts(shows="Lists all accounts removed", replaces="EV-001"))
    old, new = items(folder)
    assert old.replaced_by == "EV-002"
    assert {e.outcome.outcome: e.place for e in new.links} == {"A1.a": "page 2", "B1.b": ""}


def test_links_are_added_and_taken_away(folder: Path, paper: Path) -> None:
    add(folder, [paper], SHOWS)
    assert link(folder, "EV-001", ["A1.a", "A1.b, section 3"])[1] == 2
    assert link(folder, "EV-001", ["A1.a"])[1] == 0
    item, count = link(folder, "1", ["A1.a", "B1.a/housing"], remove=True)
    assert count == 1
    assert {e.outcome.outcome for e in item.links} == {"A1.b", "B1.b"}


def test_a_verdict_names_who_and_a_rejection_says_why(folder: Path, paper: Path) -> None:
    add(folder, [paper], SHOWS)
    item = review(folder, "EV-001", "accepted", by="Lee Marsh, audit")
    assert item.review is not None
    assert open_assessment(folder).name_of(item.review.by) == "Lee Marsh"
    with pytest.raises(AssessmentError, match="No reason was given"):
        review(folder, "EV-001", "rejected")
    with pytest.raises(AssessmentError, match="is not a verdict"):
        review(folder, "EV-001", "fine")
    assert review(folder, "EV-001", "rejected", reason="It is a draft.").is_rejected
    register_named(folder)
    with pytest.raises(AssessmentError, match="nobody has seen it yet"):
        review(folder, "EV-002", "accepted")
    with pytest.raises(AssessmentError, match="is no item of evidence"):
        review(folder, "EV-9", "accepted")


def test_check_finds_what_is_gone_changed_stale_and_missing(folder: Path, paper: Path) -> None:
    facts = Facts(shows="Lists all accounts removed", valid_until="2020-01-01", dated="2089-01-01")
    add(folder, [paper], facts)
    found = check(folder)
    assert (found.items, found.files, found.claims) == (1, 1, 1)
    assert found.problems == ()
    assert {each.code for each in found.notes} == {
        "stale", "unreviewed", "created-during", "facts-missing",
    }  # fmt: skip
    assert (found.without, found.only_named) == ((), ())
    stored = folder / items(folder)[0].stored
    stored.write_bytes(b"other")
    assert [each.code for each in check(folder).problems] == ["file-changed"]
    assert [each.code for each in verify(folder).problems] == ["file-changed"]
    stored.unlink()
    assert [each.code for each in file_problems(open_assessment(folder))] == ["file-gone"]


def test_check_names_claims_without_evidence_and_those_nobody_saw(folder: Path) -> None:
    found = check(folder)
    assert [each.outcome for each in found.only_named] == ["B1.b"]
    register_named(folder)
    assert [each.outcome for each in check(folder).only_named] == ["B1.b"]


def test_one_document_behind_many_claims_is_said(folder: Path, paper: Path) -> None:
    add(folder, [paper], SHOWS, supports=["A1.a", "A1.b", "B1.a/all", "B1.b/all"])
    notes = {each.code: each.message for each in check(folder).notes}
    assert notes["behind-many"] == "One document stands behind 6 claims."


def test_two_branches_that_each_add_an_item_lose_none(folder: Path, paper: Path) -> None:
    import shutil

    other = Path(shutil.copytree(folder, folder.parent / "other"))
    add(folder, [paper], SHOWS)
    second = paper.with_name("Access policy.pdf")
    second.write_bytes(b"%PDF policy")
    add(other, [second], SHOWS)
    for path in (other / "ledger").glob("*.jsonl"):
        shutil.copyfile(path, folder / "ledger" / path.name)
    found = items(folder)
    assert {each.facts.title for each in found} == {"Leavers list", "Access policy"}
    assert all(each.reference.startswith("EV-001-") for each in found)
    assert open_assessment(folder).state.branched == ()


def test_the_report_says_what_became_of_a_named_document(folder: Path, paper: Path) -> None:
    register_named(folder)
    add(folder, [paper], SHOWS)
    review(folder, "EV-002", "rejected", reason="It is a draft.")
    view = full_report(basis_of(open_assessment(folder))[0])
    tables = [each for each in every(view.sections) if isinstance(each, Table)]
    cells = [
        plain(row[0])
        for each in tables
        if each.columns[0].title == "Evidence"
        for row in each.rows
    ]
    (named,) = [each for each in cells if each.startswith("Leavers list\naccess")]
    assert named.endswith(
        "In the register as EV-001 (not seen yet) and EV-002 (rejected: it does not count)."
    )
