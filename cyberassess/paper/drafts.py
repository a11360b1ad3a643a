"""E-mails ready to be sent by the officer's own program: a letter's text with files attached.

Outlook and Thunderbird open such a file as a draft; nothing is sent from here.
"""

import hashlib
from collections.abc import Mapping
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import getaddresses
from typing import Any

_XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_LONGEST = 998
"""Characters that a line of a head may have."""
Json = Any  # NOTE: headers as the library has them


class _Named(EmailPolicy):
    """Names attached files as mail programs do, so that all of them read the names.

    NOTE: a name of over sixty characters would be told in numbered parts (RFC 2231), which Outlook
    and others do not join; so it stays whole, and stands in the type too, in the older way.
    """

    def fold_binary(self, name: str, value: Json) -> bytes:
        """Give a line of a head as it is written."""
        title = getattr(value, "params", {}).get("name")
        if title is not None:
            words = title if title.isascii() else " ".join(Header(title, "utf-8").encode().split())
            return f'{name}: {value.content_type}; name="{words}"{self.linesep}'.encode()
        if name == "Subject":
            # NOTE: the library's newer way loses spaces where it breaks a long one
            words = str(value)
            told = Header(words, "us-ascii" if words.isascii() else "utf-8", header_name=name)
            return f"{name}: {told.encode(linesep=self.linesep)}{self.linesep}".encode()
        whole = SMTP.clone(max_line_length=_LONGEST)
        policy = whole if name == "Content-Disposition" else SMTP
        return policy.fold_binary(name, value)


def draft(text: str, attached: Mapping[str, bytes]) -> bytes:
    """Give an e-mail as a draft; the same input gives the same bytes.

    Args:
        text: of a letter: ``To:`` and ``Subject:``, an empty line, and what it says. A letter
            without them is all said. Where nobody's address stands, the sender fills it in.
        attached: workbooks, by the names they are attached under.
    """
    head, _, said = text.replace("\r\n", "\n").partition("\n\n")
    lines = [each.partition(": ") for each in head.split("\n")]
    named = {name.strip().casefold(): " ".join(value.split()) for name, _, value in lines}
    if not named.keys() <= {"to", "subject"}:
        named, said = {}, text
    message = EmailMessage(policy=_Named(linesep="\r\n"))
    message["Subject"] = named.get("subject", "")
    to = _addresses(named.get("to", ""))
    if to:
        message["To"] = to
    message["X-Unsent"] = "1"
    message.set_content(said.lstrip("\n"), cte="quoted-printable")
    for name, data in attached.items():
        kind, sort = _XLSX
        params = {"name": name.translate(_UNQUOTED)}
        message.add_attachment(data, maintype=kind, subtype=sort, filename=name, params=params)
    if attached:
        mark = hashlib.sha256(text.encode() + b"".join(attached.values())).hexdigest()[:32]
        message.set_boundary(f"=={mark}==")
    return message.as_bytes()


_UNQUOTED = str.maketrans('"\\', "''")


def _addresses(text: str) -> list[Address]:
    """Give the addresses that a mail program would take, in their order."""
    found = (_address(*each) for each in getaddresses([text.replace(";", ",")]))
    return [each for each in found if each is not None]


def _address(name: str, text: str) -> Address | None:
    try:
        found = Address(name, addr_spec=text)
    except (ValueError, IndexError, MessageError):
        return None
    return found if found.domain and text.isascii() else None
