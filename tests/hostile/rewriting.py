"""What somebody can do who may write to a ledger and knows how it is hashed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cyberassess.domain.record.hashes import canonical, segment_hash

Event = dict[str, Any]  # NOTE: JSON, changed as a forger changes it.


def rewrite(folder: Path, change: Callable[[Event], None]) -> str:
    """Change events of a ledger and hash its whole chain anew; give the new head."""
    ledger, renamed, head = folder / "ledger", dict[str, str](), ""
    for path in sorted(ledger.glob("*.jsonl")):
        header, *events = (json.loads(line) for line in path.read_bytes().splitlines())
        for event in events:
            change(event)
        header["parents"] = [renamed[each] for each in header["parents"]]
        head = segment_hash([header, *events])
        renamed[segment_hash_of(path)] = head
        path.unlink()
        lines = b"".join(canonical(each) + b"\n" for each in (header, *events))
        (ledger / f"{path.name[:6]}-{head[:8]}.jsonl").write_bytes(lines)
    for note in ledger.glob("last-*.txt"):
        note.unlink()
    return head


def segment_hash_of(path: Path) -> str:
    """Give a segment's hash as it was before it was changed."""
    return segment_hash([json.loads(line) for line in path.read_bytes().splitlines()])
