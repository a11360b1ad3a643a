"""What an SSH signature and an SSH public key say of themselves, read without any program.

The signature carries the key that made it. That key, and no line in a file beside it, is whose
fingerprint may be shown. Sources: OpenSSH, PROTOCOL.sshsig (the armour and the blob); RFC 4253,
6.6 (public keys); ``man ssh-keygen``, *Allowed signers*.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

_ARMOUR = re.compile(
    rb"-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\s*"
)
_MAGIC = b"SSHSIG"
_VERSION = 1
_LONGEST = 100_000
"""Bytes of a signature or a key; the longest made by ``ssh-keygen`` has some thousand."""
_TYPE = re.compile(r"(?!.*-cert-)[a-z0-9@.-]{3,80}")
_PRINCIPAL = re.compile(r"""[^\s"#*?!,\\]{1,250}""")
"""Without what an allowed signers file takes for a pattern, a list, an option or a remark."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key: its type, and its blob in base64, as they stand in a file."""

    type: str
    text: str

    def __str__(self) -> str:
        """Give the two words."""
        return f"{self.type} {self.text}"

    @property
    def fingerprint(self) -> str:
        """Give ``SHA256:…``, as ``ssh-keygen -l`` does."""
        found = hashlib.sha256(base64.b64decode(self.text)).digest()
        return f"SHA256:{base64.b64encode(found).decode().rstrip('=')}"


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature says, whether or not it holds."""

    key: PublicKey
    namespace: str
    """What it was made for."""


def read_signature(data: bytes) -> Signature:
    """Read exactly one signature and nothing beside it.

    Raises:
        ValueError: in words, where it is anything else.
    """
    found = _ARMOUR.fullmatch(data) if len(data) < _LONGEST else None
    if found is None:
        message = "it is not exactly one SSH signature"
        raise ValueError(message)
    blob = _decoded(b"".join(found[1].split()))
    if blob[: len(_MAGIC)] != _MAGIC:
        message = "its content is not an SSH signature"
        raise ValueError(message)
    version, rest = blob[len(_MAGIC) :][:4], blob[len(_MAGIC) + 4 :]
    if int.from_bytes(version, "big") != _VERSION:
        message = "it is of another version of SSH signatures"
        raise ValueError(message)
    key, rest = _string(rest)
    namespace, rest = _string(rest)
    for _ in ("reserved", "hash algorithm", "signature"):
        _, rest = _string(rest)
    if rest:
        message = "something stands behind its end"
        raise ValueError(message)
    return Signature(_key_of(key), namespace.decode("utf-8", "replace"))


def read_key(text: str) -> PublicKey:
    """Read one line with one public key: its type, the key and perhaps a comment.

    Raises:
        ValueError: in words, where it is anything else.
    """
    lines = [each for each in text.splitlines() if each.strip() and not each.startswith("#")]
    if len(lines) != 1 or len(text) > _LONGEST:
        message = f"it holds {len(lines) or 'no'} lines instead of one public key"
        raise ValueError(message)
    type_, _, rest = lines[0].strip().partition(" ")
    return _named_key(type_, rest.split()[0] if rest.split() else "")


def read_signer(data: bytes) -> tuple[str, PublicKey]:
    """Read the one signer of a pack: one line of exactly three words.

    ``ssh-keygen`` takes more (several lines, options, remarks, patterns of names), and with each
    of them the key that is shown could be another one than the key that is accepted.

    Raises:
        ValueError: in words, where it is anything else.
    """
    try:
        text = data.decode() if len(data) < _LONGEST else ""
    except UnicodeDecodeError as cause:
        message = "it is not text"
        raise ValueError(message) from cause
    line = text.removesuffix("\n")
    words = line.split(" ")
    if not line.isprintable() or len(words) != 3:  # noqa: PLR2004 - who, type, key
        message = "it is not one line of three words: who, type of key, key"
        raise ValueError(message)
    if not _PRINCIPAL.fullmatch(words[0]):
        message = "its first word is not the name of one signer"
        raise ValueError(message)
    return words[0], _named_key(words[1], words[2])


def principal(name: str) -> str:
    """Give a name as it may stand in an allowed signers file."""
    plain = re.sub(r"""[\s"'#*?!,\\]+""", "-", name)
    return "".join(each if each.isascii() and each.isprintable() else "-" for each in plain)[:250]


def _named_key(type_: str, text: str) -> PublicKey:
    key = _key_of(_decoded(text.encode("ascii", "replace")))
    if key != PublicKey(type_, text):
        message = "type and key do not belong together, or are written in another way"
        raise ValueError(message)
    return key


def _key_of(blob: bytes) -> PublicKey:
    name, rest = _string(blob)
    type_ = name.decode("ascii", "replace")
    if not rest or not _TYPE.fullmatch(type_):
        message = "its key is of a kind that cannot sign a pack"
        raise ValueError(message)
    return PublicKey(type_, base64.b64encode(blob).decode())


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as cause:
        message = "it is not an SSH key or signature"
        raise ValueError(message) from cause


def _string(data: bytes) -> tuple[bytes, bytes]:
    """Take one string off: four bytes with its length, then its bytes.

    Source: RFC 4251, 5 (``string``).
    """
    length = int.from_bytes(data[:4], "big")
    if len(data) < 4 + length:
        message = "its end is missing"
        raise ValueError(message)
    return data[4 : 4 + length], data[4 + length :]
