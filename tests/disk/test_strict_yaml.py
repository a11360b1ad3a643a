"""YAML read strictly: one broken file for each rule, and what stays text."""

from enum import Enum
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from cyberassess.disk.strict_yaml import MOST_BYTES, MOST_DEPTH, read_file, read_model, read_text
from cyberassess.domain.sets.framework import Count, Model
from cyberassess.errors import Problem

BROKEN = Path(__file__).parents[1] / "broken"


class Kind(Enum):
    SYSTEM = "system"
    SERVICE = "service"


class Part(Model):
    name: str
    size: Count = 1


class Thing(Model):
    """What the broken files are nearly."""

    id: str = Field(pattern="^[a-z][0-9]$")
    title: str = Field(min_length=1)
    kind: Kind
    parts: tuple[Part, ...] = ()


class Case(NamedTuple):
    file: str
    code: str
    place: str
    message: str
    hint: str = ""


CASES = [
    Case("alias", "alias", "line 3", '"*base" refers to another part', "Write the text out"),
    Case("anchor", "anchor", "line 3", '"&base" names a part of the file', "anchors are not"),
    Case("tag", "tag", "line 3", "python/name:os.system", "every value is read as text"),
    Case("merge-key", "merge-key", "line 3", '"<<" would merge', "Write the keys out"),
    Case(
        "repeated-key",
        "repeated-key",
        "line 5",
        'The key "title" stands here again',
        "It stands on line 3 already",
    ),
    Case("repeated-key-inside", "repeated-key", "line 7", 'The key "name" stands here', "line 6"),
    Case("several-documents", "several-documents", "line 3", "A second document", '"---"'),
    Case("tab", "not-yaml", "line 3, column 1", "stops being YAML here", "missing quotation mark"),
    Case("not-utf-8", "not-utf-8", "line 2", "not in UTF-8", "Save it as UTF-8"),
    Case("control-character", "not-yaml", "line 2", "control character", "Remove it"),
    Case("unclosed-quote", "not-yaml", "line 3, column 8", "stops being YAML here"),
    Case("too-deep", "too-deep", "line 4", f"More than {MOST_DEPTH} levels", ""),
    Case("key-not-text", "key-not-text", "line 2", "A key is a list", "Keys are plain text"),
    Case("no-keys", "wrong-shape", "line 1", "holds no keys with values", "id, title, kind"),
    Case("unknown-key", "unknown-key", "line 2", '"titel" is not a key', "Did you mean title?"),
    Case(
        "unknown-key-inside",
        "unknown-key",
        "line 6",
        '"colour" is not a key here (parts > 2 > colour)',
        "Known keys: name, size.",
    ),
    Case("missing-key", "missing-key", "line 1", 'The key "title" is missing', "Add it"),
    Case("missing-key-inside", "missing-key", "line 6", '"name" is missing (parts > 2 > name)'),
    Case("not-allowed", "not-allowed", "line 3", '"sistem" is not', "Did you mean system?"),
    Case("wrong-form", "wrong-form", "line 1", '"A 1" does not have the form of id', "[0-9]"),
    Case("list-for-text", "wrong-shape", "line 2", "title must be text"),
    Case("text-for-list", "wrong-shape", "line 4", "parts must be a list"),
    Case("empty-text", "empty", "line 2", "title is empty", "Give it a value"),
    Case("not-a-number", "wrong-value", "line 5", '"many" cannot be used for parts > 1 > size'),
]


def problems_of(data: bytes, name: str = "thing.yaml") -> tuple[Problem, ...]:
    value, problems = read_model(data, name, Thing)
    assert value is None
    return problems


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_each_rule_has_a_broken_file(case: Case) -> None:
    name = f"{case.file}.yaml"
    (problem,) = problems_of((BROKEN / name).read_bytes(), name)
    assert problem.code == case.code
    assert problem.where.startswith(f"{name}, {case.place}")
    assert case.message in problem.message
    assert case.hint in problem.hint


def test_every_broken_file_is_tested() -> None:
    assert {path.stem for path in BROKEN.glob("*.yaml")} == {case.file for case in CASES}


def test_no_message_speaks_of_classes_or_is_rude() -> None:
    for case in CASES:
        for problem in problems_of((BROKEN / f"{case.file}.yaml").read_bytes()):
            said = f"{problem.message} {problem.hint}".casefold()
            for word in ("error", "invalid", "please", "pydantic", "kind.system", "traceback"):
                assert word not in said, case.file


def test_all_faults_of_a_file_are_said_at_once() -> None:
    problems = problems_of(b'id: "A 1"\ntitel: "x"\nkind: "no"\n')
    assert {each.code for each in problems} == {
        "wrong-form",
        "unknown-key",
        "missing-key",
        "not-allowed",
    }


def test_a_file_that_is_too_large_is_not_read() -> None:
    (problem,) = problems_of(b"#" * (MOST_BYTES + 1))
    assert (problem.code, problem.where) == ("too-large", "thing.yaml")
    assert "8,000,001 bytes" in problem.message
    assert "8,000,000" in problem.hint


def test_a_bomb_of_aliases_ends_at_its_first_line() -> None:
    lines = ['a: &a ["x", "x"]', *(f"{c}: &{c} [*{p}, *{p}]" for p, c in [("a", "b"), ("b", "c")])]
    codes = [each.code for each in read_text("\n".join(lines).encode(), "bomb.yaml").problems]
    assert codes[0] == "anchor"
    assert "alias" in codes


@pytest.mark.parametrize(
    "text",
    ["1.10", "no", "2024-01-01", "null", "~", "true", "0x1F", "1_000", ".inf", "12:30:45", "4.0"],
)
@pytest.mark.parametrize("form", ["a: {}", "a:\n  - {}", "a: [{}]", "{{a: {}}}"])
def test_every_value_stays_the_text_that_stands_there(text: str, form: str) -> None:
    document = read_text(form.format(text).encode(), "a.yaml")
    assert document.problems == ()
    value = document.value["a"]
    assert value in (text, [text])


def test_keys_stay_text() -> None:
    document = read_text(b'1.10: "a"\nno: "b"\n~: "c"\n2024-01-01: "d"\n', "a.yaml")
    assert list(document.value) == ["1.10", "no", "~", "2024-01-01"]


def test_a_value_that_is_left_out_is_the_empty_text() -> None:
    assert read_text(b"a:\nb: ''\n", "a.yaml").value == {"a": "", "b": ""}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_and_windows_line_ends_are_fine(newline: str, mark: bytes) -> None:
    lines = [
        'id: "a1"',
        "# é, \u2013, Ñ, Gàidhlig",
        'title: "Tŷ"',
        'kind: "system"',
        'colour: "blue"',
    ]
    data = mark + newline.join(lines[:-1]).encode()
    thing, problems = read_model(data, "thing.yaml", Thing)
    assert problems == ()
    assert thing == Thing(id="a1", title="Tŷ", kind=Kind.SYSTEM)
    (problem,) = problems_of(mark + newline.join(lines).encode())
    assert problem.where == "thing.yaml, line 5"


@given(st.dictionaries(st.sampled_from("abc"), st.text(st.characters(categories=["L", "N"]))))
def test_quoted_texts_are_read_as_they_are(values: dict[str, str]) -> None:
    data = "".join(f'{key}: "{value}"\n' for key, value in values.items()).encode()
    assert (read_text(data, "a.yaml").value or {}) == values


@given(st.binary(max_size=200))
def test_any_bytes_end_as_a_value_or_as_problems(data: bytes) -> None:
    document = read_text(data, "a.yaml")
    assert (document.value is None) or not document.problems
    for problem in document.problems:
        assert problem.where.startswith("a.yaml")


def test_lines_are_known_for_keys_and_items() -> None:
    document = read_text(b"a:\n  - x\n  - b: y\n    c: z\n", "a.yaml")
    assert document.lines["a",] == 1
    assert document.lines["a", 0] == 2
    assert document.lines["a", 1, "c"] == 4


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    value, (problem,), data = read_file(tmp_path / "nowhere.yaml", "nowhere.yaml", Thing)
    assert (value, data) == (None, b"")
    assert (problem.code, problem.where) == ("not-readable", "nowhere.yaml")
    assert "No such file" in problem.message


def test_a_file_gives_its_exact_bytes_too(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbfid: "a1"\r\ntitle: "x"\r\nkind: "service"\r\n'
    (tmp_path / "a.yaml").write_bytes(content)
    value, problems, data = read_file(tmp_path / "a.yaml", "a.yaml", Thing)
    assert value is not None
    assert (problems, data) == ((), content)


def test_the_same_bytes_are_read_once_and_other_bytes_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b'id: "a1"\ntitle: "x"\nkind: "service"\n')
    first, *_ = read_file(path, "a.yaml", Thing)
    assert read_file(path, "a.yaml", Thing)[0] is first
    path.write_bytes(b'id: "a1"\ntitle: "y"\nkind: "service"\n')
    again, *_ = read_file(path, "a.yaml", Thing)
    assert again is not None
    assert again.title == "y"
