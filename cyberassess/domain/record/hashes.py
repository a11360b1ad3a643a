"""The hashes of the ledger: canonical JSON, with every free text replaced by its digest.

A text that was redacted leaves its digest behind, so the hash of its segment stays what it was.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

Json = Any  # NOTE: values of json.loads; checked where they are read.


def digest(salt: str, text: str) -> str:
    """Give the digest that stands for a text in the hash of its segment.

    SHA-256 of the canonical JSON of the list of salt and text, so that no part of the one can pass
    for a part of the other.
    """
    return hashlib.sha256(canonical([salt, text])).hexdigest()


def text_field(text: str, salt: str) -> dict[str, str]:
    """Give a free text as it stands in an event: text, salt, and their digest."""
    return {"digest": digest(salt, text), "salt": salt, "text": text}


def _bare(value: Json) -> Json:
    if isinstance(value, dict):
        if "digest" in value:
            return {"digest": value["digest"]}
        return {key: _bare(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_bare(each) for each in value]
    return value


def canonical(value: Json) -> bytes:
    """Give canonical JSON: sorted keys, UTF-8, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def segment_hash(lines: Iterable[Json]) -> str:
    """Give the SHA-256 of a segment's lines, free texts replaced by their digests."""
    sha = hashlib.sha256()
    for line in lines:
        sha.update(canonical(_bare(line)))
        sha.update(b"\n")
    return sha.hexdigest()


def false_digests(value: Json) -> bool:
    """Say whether any text in a line does not match its digest (redacted ones cannot)."""
    if isinstance(value, dict):
        if "digest" in value:
            if len(value) == 1:
                return False
            whole = set(value) == {"digest", "salt", "text"}
            return not whole or digest(str(value["salt"]), str(value["text"])) != value["digest"]
        return any(false_digests(each) for each in value.values())
    if isinstance(value, list):
        return any(false_digests(each) for each in value)
    return False


def assessment_id(seed: str) -> str:
    """Give the assessment's id from the first segment's random value."""
    return hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()
