"""JSON from outside: no numbers that are none, and no nesting that a program would fall over."""

import json
from typing import Any, NoReturn

from cyberassess.domain.record.shapes import DEEPEST, is_deep

Json = Any  # NOTE: values of JSON; checked where they are read.


def _refuse(name: str) -> NoReturn:
    message = f"{name} is not a number"
    raise ValueError(message)


DECODER = json.JSONDecoder(parse_constant=_refuse)


def read_json(data: bytes) -> Json:
    """Read JSON as it is stored in a ledger or a pack.

    Raises:
        ValueError: where it is none, holds ``NaN`` or ``Infinity``, or is nested too deeply.
    """
    text = data.decode(json.detect_encoding(data), "surrogatepass")
    try:
        value = DECODER.decode(text)
    except RecursionError as cause:
        message = "it is nested too deeply"
        raise ValueError(message) from cause
    if data.count(b"{") + data.count(b"[") > DEEPEST and is_deep(value):
        message = "it is nested too deeply"
        raise ValueError(message)
    return value
