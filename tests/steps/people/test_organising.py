"""People and systems by command and by spreadsheet; letters, reminders, the status page."""

import csv
import datetime
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from cyberassess.domain.assessment import PersonId
from cyberassess.domain.record.registers import Handover
from cyberassess.errors import AssessmentError, BusyError
from cyberassess.opening.asks import asks_text, read_asks
from cyberassess.opening.assessment import Assessment, kept_open, open_assessment
from cyberassess.opening.files_for_people import safe_cell
from cyberassess.opening.offering import offers_to
from cyberassess.steps.people import reshaping
from cyberassess.steps.people.leaving import remove_person, set_person
from cyberassess.steps.people.people import (
    add_person,
    extend,
    hand_over,
    people,
)
from cyberassess.steps.people.reshaping import merge_systems, set_system, split_system
from cyberassess.steps.people.systems import (
    add_system,
    confirm_inherited,
    leave_out,
    share,
    systems,
)
from cyberassess.steps.people.tables import (
    export_people,
    export_systems,
    import_people,
    import_systems,
)
from cyberassess.steps.plan.planning import Wanted, add_action
from cyberassess.steps.receive.answering import answer
from cyberassess.steps.send.chasing import Chased, chase, chased, due_for
from cyberassess.steps.standing.standing import status
from tests.steps.council import (
    HOUSING,
    KIM,
    REVENUES,
    answers,
    begin,
    begin_alone,
    events,
    fill_in,
    ledger_bytes,
    send_to,
    take,
)

IDENTITY = {"id": "identity", "kind": "shared-service", "title": "Identity", "covers": ["B1.a"]}
SCOPES = [
    {"id": "organisation", "kind": "organisation", "title": "Northport Council"},
    HOUSING | {"inherits": ["identity"]},
    IDENTITY,
]
ON = datetime.date(2026, 12, 20)


def asks(folder: Path) -> dict[str, str]:
    return {each.name: each.asks for each in people(open_assessment(folder))}


def settings_text(folder: Path) -> str:
    return (folder / "assessment.yaml").read_text(encoding="utf-8")


# People


def test_a_person_is_added_with_roles_and_scope_and_the_ledger_says_so(workspace: Path) -> None:
    person = add_person(workspace, "Priya Shah <priya@northport.example>:service@housing").person
    assert person.id == "p4"
    assert asks(workspace)["Priya Shah"] == "service@housing"
    change = events(workspace, "settings")[-1]["changes"]
    assert {each["key"] for each in change} >= {"people[p4].name", "people[p4].email"}


def test_comments_and_other_keys_survive_a_change(workspace: Path) -> None:
    path = workspace / "assessment.yaml"
    lines = path.read_text().splitlines()
    lines.insert(3, "# Agreed with the board.")
    at = next(n for n, line in enumerate(lines) if line.startswith("people:"))
    lines.insert(at + 1, "  # Kim is away in May.")
    path.write_text("\n".join(lines) + "\n")
    add_person(workspace, "Priya Shah")
    text = settings_text(workspace)
    assert "# Agreed with the board." in text
    assert "# Kim is away in May." in text
    assert list(asks(workspace)) == ["Sam Reid", "Kim Lee", "Alex Moor", "Priya Shah"]


def test_two_who_are_added_at_the_same_moment_are_both_there(workspace: Path) -> None:
    before = open_assessment(workspace)
    first = add_person(workspace, "Jo North").person
    with kept_open(before):
        second = add_person(workspace, "Jo South").person
        with pytest.raises(AssessmentError, match="Jo North is in assessment"):
            add_person(workspace, "Jo North")
    assert first.id != second.id
    assert {"Jo North", "Jo South"} <= asks(workspace).keys()


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: hand_over(folder, [], giver="Alex Moor", taker="Kim Lee"),
        lambda folder: set_person(folder, "Kim Lee", {"email": "kim@x.example"}),
        lambda folder: remove_person(folder, "Alex Moor", to="Kim Lee"),
        lambda folder: add_system(folder, "Payroll"),
        lambda folder: set_system(folder, "housing", {"supplier": "Others"}),
        lambda folder: share(folder, ["B1.a"]),
        lambda folder: split_system(folder, "housing", into=["Lettings", "Repairs"]),
    ],
)
def test_what_another_command_changed_at_the_same_moment_is_not_overwritten(
    workspace: Path, change: Callable[[Path], object]
) -> None:
    before = open_assessment(workspace)
    set_person(workspace, "Kim Lee", {"email": "lee@x.example"})
    text = settings_text(workspace)
    with kept_open(before), pytest.raises(BusyError, match="Another command changed it"):
        change(workspace)
    assert settings_text(workspace) == text
    change(workspace)
    assert settings_text(workspace) != text


def test_what_somebody_recorded_at_the_same_moment_goes_where_a_system_goes(
    workspace: Path,
) -> None:
    """What was read before it would leave the action at a system that is gone."""
    before, text = open_assessment(workspace), settings_text(workspace)
    add_action(workspace, "B1.b/housing", Wanted(title="Buy a lock"))
    with kept_open(before), pytest.raises(BusyError, match=r"^ledger: Another command changed"):
        split_system(workspace, "housing", into=["Lettings", "Repairs"])
    assert settings_text(workspace) == text
    assert split_system(workspace, "housing", into=["Lettings", "Repairs"]).actions


def test_systems_that_become_one_rest_on_one_look(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another command changed between two looks would be made one as it was at the first."""
    add_system(workspace, "Revenues")
    later = iter(["lee@x.example"])

    def looked(folder: Path) -> Assessment:
        found = open_assessment(folder)
        for email in later:
            set_person(folder, "Kim Lee", {"email": email})
        return found

    monkeypatch.setattr(reshaping, "open_assessment", looked)
    with pytest.raises(BusyError, match="Another command changed it"):
        merge_systems(workspace, ["housing", "revenues"], into="One")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Kim Lee", "is in assessment.yaml already"),
        ("<x>", "does not have the expected form"),
        ("Priya:service@nowhere", '"nowhere" is not a system'),
        ("Priya:servce", '"servce" is not a role'),
    ],
)
def test_a_person_who_does_not_fit_is_refused_and_nothing_changes(
    workspace: Path, text: str, said: str
) -> None:
    before, ledger = settings_text(workspace), ledger_bytes(workspace)
    with pytest.raises(AssessmentError, match=said):
        add_person(workspace, text)
    assert settings_text(workspace) == before
    assert ledger_bytes(workspace) == ledger


def test_a_question_handed_on_is_asked_of_the_other_person_alone(workspace: Path) -> None:
    found = hand_over(workspace, ["b1.b"], giver="Kim Lee", taker="Alex Moor", reason="Knows it.")
    assert [(scope, outcome) for _, scope, outcome in found.outcomes] == [("housing", "B1.b")]
    said = asks(workspace)
    assert said["Kim Lee"] == "everything@housing except B1.b"
    assert said["Alex Moor"] == "B1.a@housing; B1.b@housing"
    record = open_assessment(workspace).state.record(Handover.kind, "made@1", "housing", "B1.b")
    assert record is not None
    assert (record.fields["from"], record.fields["to"]) == ("p2", "p3")
    assert record.fields["reason"] == "Knows it."


def test_a_question_is_handed_on_by_its_name_with_the_scope(workspace: Path) -> None:
    hand_over(workspace, ["B1.b/housing"], giver="Kim Lee", taker="Alex Moor")
    assert asks(workspace)["Kim Lee"] == "everything@housing except B1.b"


def test_after_handing_on_the_old_file_does_not_overwrite_the_new_answer(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    hand_over(workspace, ["B1.b"], giver="Kim Lee", taker="Alex Moor")
    fresh = send_to(workspace, "Alex Moor")["Alex Moor"]
    take(workspace, fill_in(fresh, tmp_path / "a.xlsx", {"B1.b.H.1/housing": "True"}))
    take(workspace, fill_in(blank["Kim"], tmp_path / "k.xlsx", {"B1.b.H.1/housing": "Not true"}))
    given = answers(workspace)
    assert given["Alex Moor", "B1.b.H.1/housing"] == ("true", "")
    assert given["Kim Lee", "B1.b.H.1/housing"] == ("not-true", "")
    assert [each.statement.indicator for each in status(workspace).conflicts] == ["B1.b.H.1"]


def test_everything_is_handed_on_when_somebody_leaves(workspace: Path) -> None:
    hand_over(workspace, [], giver="Kim Lee", taker="Sam Reid")
    assert asks(workspace)["Kim Lee"] == ""
    found = {each.name: each.questions for each in people(open_assessment(workspace))}
    # B1.a is asked of Alex as well, and of Sam now
    assert (found["Kim Lee"], found["Sam Reid"]) == (0, 4)


@pytest.mark.parametrize(
    ("names", "giver", "taker", "said"),
    [
        (["A1.a"], "Kim Lee", "Alex Moor", "is not an outcome or a group Kim Lee is asked about"),
        (
            ["B1.b/Housing", "B1.b/Rents"],
            "Kim Lee",
            "Alex Moor",
            "is not a scope B1.b is assessed for",
        ),
        ([], "Kim Lee", "Kim Lee", "nothing to hand over"),
        ([], "Kim Leigh", "Sam Reid", "Did you mean Kim Lee"),
    ],
)
def test_what_cannot_be_handed_on_is_named(
    workspace: Path, names: list[str], giver: str, taker: str, said: str
) -> None:
    with pytest.raises(AssessmentError, match=said):
        hand_over(workspace, names, giver=giver, taker=taker)


def test_what_people_are_asked_reads_back_as_it_is_written(workspace: Path) -> None:
    assessment = open_assessment(workspace)
    text = "service, hr@housing; B1.a, A1@organisation except A1.b; everything"
    (person,) = (each for each in assessment.contents.settings.people if each.name == "Kim Lee")
    asked = person.model_validate(
        person.model_dump() | {"answers": read_asks(text, "", assessment)}
    )
    assert asks_text(asked) == text


def test_a_later_date_is_that_persons_alone(workspace: Path) -> None:
    extend(workspace, "Kim Lee", until="2026-12-31", reason="Year end")
    assessment = open_assessment(workspace)
    due = {each.name: due_for(assessment, each) for each in assessment.contents.settings.everybody}
    assert str(due["Kim Lee"]) == "2026-12-31"
    assert str(due["Alex Moor"]) == "2026-12-11"
    with pytest.raises(AssessmentError, match='"soon" is not a date'):
        extend(workspace, "Kim Lee", until="soon")


# Spreadsheets


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_people_and_systems_come_back_from_a_spreadsheet_as_they_went(
    workspace: Path, tmp_path: Path, suffix: str
) -> None:
    before = settings_text(workspace)
    for out, take_in in ((export_people, import_people), (export_systems, import_systems)):
        path = out(workspace, tmp_path / f"{out.__name__}.{suffix}")
        found = take_in(workspace, path)
        assert (found.added, found.changed, found.not_listed) == ([], [], [])
        assert found.unchanged
    assert settings_text(workspace) == before


def write_csv(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_people_are_added_and_changed_from_csv_and_the_rest_stays(
    workspace: Path, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "people.csv",
        "Name,E-mail,Asked about",
        "Kim Lee,kim@northport.example,B1.a@housing",
        "Priya Shah,,hr",
    )
    rehearsed = import_people(workspace, path, dry_run=True)
    assert (rehearsed.added, rehearsed.changed) == (["Priya Shah"], ["Kim Lee"])
    assert "Priya" not in settings_text(workspace)
    found = import_people(workspace, path)
    assert found.not_listed == ["Sam Reid", "Alex Moor"]
    assert asks(workspace) == {
        "Sam Reid": "",
        "Kim Lee": "B1.a@housing",
        "Alex Moor": "B1.a@housing",
        "Priya Shah": "hr",
    }


def test_systems_are_added_from_csv_with_what_is_left_out(workspace: Path, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "systems.csv",
        "Name,Kind,Owner,Inherits from,Covers,Left out because",
        "Housing management,,Kim Lee,Backup,,",
        "Backup,shared-service,,,B1.b,",
        "Museum booking,,,,,No harm in a fortnight.",
    )
    found = import_systems(workspace, path)
    assert (found.added, found.changed) == (["Backup", "Museum booking"], ["Housing management"])
    assessment = open_assessment(workspace)
    (line,) = (each for each in systems(assessment) if each.scope.id == "housing")
    assert (line.owner, line.inherits) == ("Kim Lee", (("Backup", 0, 0),))
    assert assessment.contents.settings.left_out[0].reason == "No harm in a fortnight."
    assert import_systems(workspace, path).unchanged == 3


def test_headings_of_other_tables_are_known_and_said_back(workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    path.write_text("Full name,Job title,Email\nAda Moss,Caretaker,ada@x.example", "utf-8")
    taken = import_people(workspace, path)
    assert taken.added == ["Ada Moss"]
    assert [each.message for each in taken.problems if each.code == "heading-read"] == [
        'The heading "Full name" was read as "Name".',
        'The heading "Job title" was read as "Role".',
        'The heading "Email" was read as "E-mail".',
    ]
    path.write_text("Application,Vendor,Criticality\nParking,Acme,Fines", "utf-8")
    systems_taken = import_systems(workspace, path)
    assert systems_taken.added == ["Parking"]


def test_an_export_of_accounts_is_taken_and_says_what_was_not_read(
    workspace: Path, tmp_path: Path
) -> None:
    heads = "Blocked;City;Department;Display name;First name;Last name;Title;User principal name"
    path = tmp_path / "users.csv"
    path.write_text(f"{heads}\nno;Northport;;Ada Moss;Ada;Moss;Caretaker;ada@x.example", "utf-8")
    taken = import_people(workspace, path)
    assert taken.added == ["Ada Moss"]
    (left,) = [each for each in taken.problems if each.code == "unknown-heading"]
    assert left.message == (
        '"Blocked", "City", "Department", "First name", "Last name" are no headings here. '
        "Filled cells below: 4."
    )
    ada = open_assessment(workspace).contents.settings.people[-1]
    assert (ada.name, ada.email) == ("Ada Moss", "ada@x.example")


@pytest.mark.parametrize("heads", ["Name,User", "User,Full name", "Name,E-mail,Email"])
def test_two_columns_that_may_be_one_heading_are_asked_about(
    heads: str, workspace: Path, tmp_path: Path
) -> None:
    path = tmp_path / "staff.csv"
    path.write_text(f"{heads}\nAda Moss,ada,eve", "utf-8")
    with pytest.raises(AssessmentError, match="is not a heading here, or stands there twice"):
        import_people(workspace, path)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["Who,Role", "Kim,x"], 'heading "Name"[.] The first row says: "Who", "Role"[.]'),
        (["Name,Rolle", "Kim,x"], '"Rolle" is not a heading here'),
        (["Name,Role", ",x"], "The row has no Name"),
        (["Name,Role", "Kim Lee,x", "kim lee,y"], "more than once"),
        (["Name,Asked about", "Kim Lee,service@nowhere"], '"nowhere" is not a system'),
        (["Name,Asked about", "Kim Lee,servce"], '"servce" is not an outcome'),
    ],
)
def test_a_fault_in_a_people_sheet_is_named_and_nothing_changes(
    workspace: Path, tmp_path: Path, rows: list[str], said: str
) -> None:
    before = settings_text(workspace)
    with pytest.raises(AssessmentError, match=said):
        import_people(workspace, write_csv(tmp_path / "people.csv", *rows))
    assert settings_text(workspace) == before


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            ["Name,Owner", "Planning,Kim Leee"],
            "is nobody in assessment.yaml.*Did you mean Kim Lee",
        ),
        (["Name,Inherits from", "Planning,Nowhere"], '"Nowhere" is not a system'),
        (["Id,Name", "Bad Id,Planning"], '"Bad Id" is not an id'),
        (["Name,Kind", "Planning,gadget"], '"gadget" is not a kind of scope'),
        (["Name,Covers", "Planning,B1.a"], "Only a shared service says what it covers"),
    ],
)
def test_a_fault_in_a_systems_sheet_is_named_and_nothing_changes(
    workspace: Path, tmp_path: Path, rows: list[str], said: str
) -> None:
    before = settings_text(workspace)
    with pytest.raises(AssessmentError, match=said):
        import_systems(workspace, write_csv(tmp_path / "systems.csv", *rows))
    assert settings_text(workspace) == before


def test_an_owner_nobody_knows_becomes_somebody_asked_nothing_yet(
    workspace: Path, tmp_path: Path
) -> None:
    rows = ("Name,Owner", "Planning,Priya Shah", "Parking,priya shah", "Archive,Rhys Ellis")
    path = write_csv(tmp_path / "systems.csv", *rows)
    assert "Priya" not in str(import_systems(workspace, path, dry_run=True).added)
    assert "Priya" not in settings_text(workspace)
    found = import_systems(workspace, path)
    assert [each.code for each in found.problems] == ["met-owner", "not-listed"]
    owners = {each.scope.title: each.owner for each in systems(open_assessment(workspace))}
    assert owners["Planning"] == owners["Parking"] == "Priya Shah"
    assert asks(workspace)["Priya Shah"] == ""
    people = write_csv(
        tmp_path / "people.csv", "Name,Asked about", "Priya Shah,everything@planning"
    )
    assert import_people(workspace, people).changed == ["Priya Shah"]


def test_a_formula_in_a_people_sheet_is_refused_by_its_cell(
    workspace: Path, tmp_path: Path
) -> None:
    path = export_people(workspace, tmp_path / "people.xlsx")
    book = openpyxl.load_workbook(path)
    book["People"]["C6"] = "=1+1"
    book.save(path)
    with pytest.raises(AssessmentError, match=r"cell C6: .* is a formula"):
        import_people(workspace, path)


def test_a_name_that_looks_like_a_formula_is_text_in_csv_and_comes_back(
    workspace: Path, tmp_path: Path
) -> None:
    add_person(workspace, "=Kim")
    path = export_people(workspace, tmp_path / "people.csv")
    assert "'=Kim" in path.read_text(encoding="utf-8-sig")
    assert import_people(workspace, path).changed == []
    assert safe_cell("plain") == "plain"


def test_a_spreadsheet_is_not_written_over_or_under_a_strange_name(
    workspace: Path, tmp_path: Path
) -> None:
    path = export_systems(workspace)
    assert path.name == "systems.xlsx"
    with pytest.raises(AssessmentError, match="There is a file of this name"):
        export_systems(workspace)
    assert export_systems(workspace, force=True) == path
    with pytest.raises(AssessmentError, match="not a kind of file that is written"):
        export_people(workspace, tmp_path / "people.ods")
    with pytest.raises(AssessmentError, match="cannot be written"):
        export_people(workspace, tmp_path / "nowhere" / "people.csv")


# Systems


def test_a_system_is_added_with_its_facts(workspace: Path) -> None:
    add_system(workspace, "Backup", kind="shared-service", covers=["B1.b"])
    facts = {"owner": "Kim Lee", "supplier": "Larkmoor", "hosting": "", "service": "Planning"}
    scope = add_system(workspace, "Planning portal", facts=facts, inherits=["Backup"])
    assert (scope.id, scope.owner, scope.inherits) == ("planning-portal", "p2", ("backup",))
    with pytest.raises(AssessmentError, match="there is a scope of this name already"):
        add_system(workspace, "planning portal")
    with pytest.raises(AssessmentError, match='"Nobody" is nobody'):
        add_system(workspace, "Other", facts={"owner": "Nobody"})


def test_what_is_left_out_needs_a_reason_and_the_last_one_stands(workspace: Path) -> None:
    leave_out(workspace, "Museum", reason="First.")
    leave_out(workspace, "museum", reason="Second.")
    (gone,) = open_assessment(workspace).contents.settings.left_out
    assert gone.reason == "Second."
    with pytest.raises(AssessmentError, match="A name and a reason are needed"):
        leave_out(workspace, "Archive", reason=" ")


@pytest.fixture
def sharing(tmp_path: Path) -> Path:
    """Give a workspace whose identity service has answered two rows."""
    folder = begin(tmp_path / "northport-2026", scopes=SCOPES, people=[KIM])
    blank = send_to(folder)["Sam Reid"]
    rows = {"B1.a.N.1/identity": "Does not happen", "B1.a.M.1/identity": "True"}
    take(folder, fill_in(blank, tmp_path / "sam.xlsx", rows))
    return folder


def test_inherited_answers_are_confirmed_in_one_action_by_a_named_person(sharing: Path) -> None:
    assert any(
        "confirm --offered inherited --scope housing" in step
        for step in status(sharing).next_steps
    )
    found = confirm_inherited(sharing, "Housing management", by="Kim Lee")
    # M.1 is repeated by H.2
    assert (found.confirmed, found.unchanged, found.overridden) == (3, 0, 0)
    (line,) = (each for each in systems(open_assessment(sharing)) if each.scope.id == "housing")
    assert line.inherits == (("Identity", 3, 3),)
    assert {each["person"] for each in events(sharing, "inheritance")} == {"p2"}
    again = confirm_inherited(sharing, "housing", source="identity")
    assert (again.confirmed, again.unchanged) == (0, 3)
    assert not any("--offered inherited" in step for step in status(sharing).next_steps)


def test_what_the_system_answers_for_itself_is_left(sharing: Path) -> None:
    answer(sharing, {"B1.a.N.1/housing": "happens"}, source="a talk", person="Kim Lee")
    found = confirm_inherited(sharing, "housing")
    assert (found.confirmed, found.overridden) == (2, 1)
    (line,) = (each for each in systems(open_assessment(sharing)) if each.scope.id == "housing")
    assert line.inherits == (("Identity", 2, 2),)
    assert not any("--offered inherited" in step for step in status(sharing).next_steps)


def test_nothing_to_inherit_is_said(workspace: Path) -> None:
    with pytest.raises(AssessmentError, match="No shared service has answers for Housing"):
        confirm_inherited(workspace, "housing")


# Letters and reminders


def test_every_questionnaire_has_its_letter_and_a_line_in_one_list(workspace: Path) -> None:
    letters = workspace / "questionnaires" / "letters"
    sent = sorted(each.stem for each in (workspace / "questionnaires" / "sent").glob("*.xlsx"))
    assert sorted(each.stem for each in letters.glob("*.txt")) == sent
    (listed,) = letters.glob("*to send.csv")
    with listed.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [each["Name"] for each in rows] == ["Sam Reid", "Kim Lee", "Alex Moor"]
    assert rows[1]["E-mail"] == "kim.lee@northport.example"
    assert rows[1]["Due"] == "2026-12-11"
    text = next(letters.glob("*Kim*.txt")).read_text()
    assert "wanted by 11 December 2026" in text
    assert "Alex" not in text


def of(folder: Path, name: str) -> Chased:
    return next(e for e in chased(open_assessment(folder), ON) if e.person.name == name)


def test_who_is_late_and_who_is_incomplete_is_told_apart(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    take(workspace, fill_in(blank["Kim"], tmp_path / "k.xlsx", {"B1.b.H.1/housing": "True"}))
    extend(workspace, "Alex Moor", until="2026-12-31")
    sam = of(workspace, "Sam Reid")
    assert (sam.state, sam.days_late) == ("no reply", 9)
    assert of(workspace, "Kim Lee").state == "incomplete"
    assert of(workspace, "Alex Moor").days_late == 0


def test_reminders_are_written_for_those_who_have_a_questionnaire(
    workspace: Path, tmp_path: Path
) -> None:
    add_person(workspace, "Priya Shah:board")
    found, paths = chase(workspace, tmp_path / "out")
    assert {each.person.name: each.state for each in found}["Priya Shah"] == "not sent yet"
    assert sorted(each.name for each in paths) == [
        "Northport Council 2026 - to chase.csv",
        "Reminder - Alex Moor.txt",
        "Reminder - Kim Lee.txt",
        "Reminder - Sam Reid.txt",
    ]


def test_reminders_that_cannot_be_written_are_a_sentence(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(AssessmentError, match="cannot be written"):
        chase(workspace, tmp_path / "file")


@pytest.mark.parametrize(
    "outside",
    [
        {"role": "supplier", "answers": [{"scope": "housing"}]},
        {"role": " Supplier", "answers": [{"scope": "housing"}]},
    ],
)
def test_a_supplier_sees_nothing_others_answered(
    tmp_path: Path, outside: dict[str, object]
) -> None:
    supplier = {"id": "p9", "name": "Tom Ley", **outside}
    theirs = REVENUES | {"inherits": ["identity"], "owner": "p9"}
    mine = HOUSING | {"inherits": ["identity"], "owner": "p2"}
    folder = begin(
        tmp_path / "w", scopes=[SCOPES[0], mine, theirs, IDENTITY], people=[KIM, supplier]
    )
    begin_alone(folder, "B1.a.H.1/housing")
    begin_alone(folder, "B1.a.H.1/revenues", person="Tom Ley")
    blank = send_to(folder)["Sam Reid"]
    reason = ("Otherwise", "Secret inner reason.")
    take(folder, fill_in(blank, tmp_path / "s.xlsx", {"B1.a.M.1/identity": reason}))
    sent = send_to(folder, "Tom Ley", "Kim Lee")
    assert "Secret inner reason." in every_text(sent["Kim Lee"])
    assert "Secret inner reason." not in every_text(sent["Tom Ley"])
    path = fill_in(sent["Tom Ley"], tmp_path / "t.xlsx", {}, completed_by="Jo Black")
    (result,) = take(folder, path)
    assert "Secret inner reason." not in every_text(folder / result.receipt)


def test_who_is_asked_as_a_supplier_alone_is_offered_nothing(tmp_path: Path) -> None:
    asked = {"scope": "housing", "owner_roles": ["supplier"]}
    tom = {"id": "p9", "name": "Tom Ley", "role": "Larkmoor", "answers": [asked]}
    folder = begin(tmp_path / "w", scopes=SCOPES, people=[KIM, tom])
    blank = send_to(folder)["Sam Reid"]
    take(folder, fill_in(blank, tmp_path / "s.xlsx", {"B1.a.M.1/identity": "True"}))
    assessment = open_assessment(folder)
    assert offers_to(assessment, PersonId("p1"))
    assert not offers_to(assessment, PersonId("p9"))
    assert not offers_to(assessment, PersonId("p1"), PersonId("p9"))


def every_text(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    return "\n".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    )
