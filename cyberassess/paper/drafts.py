"""E-mails ready to be sent by the officer's own program: a letter's text with files attached.

Outlook and Thunderbird open such a file as a draft; nothing is sent from here.
"""

import hashlib
from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

_XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def draft(text: str, attached: Mapping[str, bytes]) -> bytes:
    """Give an e-mail as a draft; the same input gives the same bytes.

    Args:
        text: of a letter: ``To:`` and ``Subject:``, an empty line, and what it says. A letter
            without them is all said. Where nobody's address stands, the sender fills it in.
        attached: workbooks, by the names they are attached under.
    """
    head, _, said = text.replace("\r\n", "\n").partition("\n\n")
    lines = [each.partition(": ") for each in head.split("\n")]
    named = {name.strip().casefold(): value.strip() for name, _, value in lines}
    if not named.keys() <= {"to", "subject"}:
        named, said = {}, text
    message = EmailMessage(policy=SMTP)
    message["Subject"] = named.get("subject", "")
    to = _address(named.get("to", ""))
    if to is not None:
        message["To"] = to
    message["X-Unsent"] = "1"
    message.set_content(said.lstrip("\n"), cte="quoted-printable")
    for name, data in attached.items():
        message.add_attachment(data, maintype=_XLSX[0], subtype=_XLSX[1], filename=name)
    if attached:
        mark = hashlib.sha256(text.encode() + b"".join(attached.values())).hexdigest()[:32]
        message.set_boundary(f"=={mark}==")
    return message.as_bytes()


def _address(text: str) -> Address | None:
    """Give an address; ``None`` where there is none that a mail program would take."""
    try:
        found = Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):
        return None
    return found if found.domain and text.isascii() else None
