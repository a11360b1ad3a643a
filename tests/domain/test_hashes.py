"""What the hash of a segment protects, and what redaction may take away."""

from collections.abc import Callable

import pytest

from cyberassess.domain.record.hashes import digest, false_digests, segment_hash, text_field
from cyberassess.domain.record.ledger import fold
from tests.domain.builder import Data, answer_event, key, segment, text_event

LINES: list[Data] = [
    {"schema": 1, "parents": ["a" * 64], "actor": {"id": "p1"}, "seed": "s"},
    answer_event("X.a.H.1", "other-means", reason="Sam said so.", source={"kind": "prompt"}),
    text_event("rationale", "X.a", "Ask Kim Lee."),
    {
        "type": "settings",
        "changes": [
            {"key": "officer", "old": None, "new": text_field("Sam Reid", "salt")},
            {"key": "period", "old": None, "new": "2026"},
        ],
    },
]


def redact(value: object) -> object:
    if isinstance(value, dict):
        kept = {k: redact(v) for k, v in value.items() if k not in ("salt", "text")}
        return kept if "digest" in value else {k: redact(v) for k, v in value.items()}
    return [redact(each) for each in value] if isinstance(value, list) else value


def test_redaction_leaves_the_hash_as_it_was() -> None:
    redacted = [redact(line) for line in LINES]
    assert "Sam" not in str(redacted)
    assert "Kim" not in str(redacted)
    assert segment_hash(redacted) == segment_hash(LINES)


def test_redacted_texts_read_as_empty_and_as_true_to_their_digest() -> None:
    redacted = [redact(line) for line in LINES]
    assert not any(false_digests(line) for line in redacted)
    assert not any(false_digests(line) for line in LINES)
    events = [each for each in redacted[1:] if isinstance(each, dict)]
    state = fold([segment(1, *events)])
    (given,) = state.answers[key("X.a.H.1")]
    assert (given.answer, given.reason) == ("other-means", "")
    assert state.settings == {"officer": None, "period": "2026"}


def test_the_order_of_keys_and_other_spelling_do_not_change_the_hash() -> None:
    reordered = [dict(reversed(list(line.items()))) for line in LINES]
    assert segment_hash(reordered) == segment_hash(LINES)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[0].update(seed="t"),
        lambda lines: lines[0]["parents"].append("b" * 64),
        lambda lines: lines[1].update(new="true"),
        lambda lines: lines[1].update(person="p2"),
        lambda lines: lines[1]["source"].update(kind="import"),
        lambda lines: lines[1]["reason"].update(digest="0" * 64),
        lambda lines: lines[1].pop("reason"),
        lambda lines: lines[2].update(outcome="X.b"),
        lambda lines: lines[3]["changes"].reverse(),
        lambda lines: lines[3]["changes"][1].update(new="2027"),
        lambda lines: lines.reverse(),
        lambda lines: lines.pop(),
        lambda lines: lines.append({}),
    ],
)
def test_any_other_change_changes_the_hash(change: Callable[[list[Data]], object]) -> None:
    lines: list[Data] = [copy_of(line) for line in LINES]
    assert segment_hash(lines) == segment_hash(LINES)
    change(lines)
    assert segment_hash(lines) != segment_hash(LINES)


def copy_of(line: Data) -> Data:
    return {k: _copy(v) for k, v in line.items()}


def _copy(value: object) -> object:
    if isinstance(value, dict):
        return {k: _copy(v) for k, v in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[1]["reason"].update(text="Sam never said so."),
        lambda lines: lines[1]["reason"].update(salt="pepper"),
        lambda lines: lines[3]["changes"][0]["new"].update(text="Kim Lee"),
    ],
)
def test_a_text_that_was_rewritten_no_longer_fits_its_digest(
    change: Callable[[list[Data]], object],
) -> None:
    lines: list[Data] = [copy_of(line) for line in LINES]
    change(lines)
    assert segment_hash(lines) == segment_hash(LINES)
    assert any(false_digests(line) for line in lines)


def test_a_text_cannot_be_shortened_by_moving_its_beginning_into_the_salt() -> None:
    honest = text_field("not agreed", "salt")
    forged = honest | {"salt": "saltnot ", "text": "agreed"}
    assert false_digests({"reason": forged})


def test_a_digest_is_of_salt_and_text() -> None:
    assert digest("a", "text") != digest("b", "text")
    assert digest("a", "text") != digest("a", "texts")
    assert text_field("text", "a")["digest"] == digest("a", "text")


def test_text_no_encoding_knows_can_still_be_hashed() -> None:
    assert len(segment_hash([{"sheet": "\ud800"}])) == 64
