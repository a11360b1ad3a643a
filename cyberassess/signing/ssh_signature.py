"""Detached signatures with an SSH key: what they say of themselves, made and checked.

The signature carries the key that made it. That key, and no line in a file beside it, is whose
fingerprint may be shown; it is read without any program. A private key is read by OpenSSH's
``ssh-keygen`` alone: its bytes never pass through this program, and it asks for the passphrase
itself. Sources: OpenSSH, PROTOCOL.sshsig (the armour and the blob); RFC 4253, 6.6 (public keys);
``man ssh-keygen``, *Allowed signers* and options ``-Y``.
"""

import base64
import binascii
import hashlib
import os
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cyberassess.disk.files import read_plain, temporary_folder
from cyberassess.errors import AssessmentError

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


NAMESPACE = "cyberassess-pack"
_FINGERPRINT = "SHA256:"
_UNTOUCHED = "Nothing was written."
_SECONDS = 120
MOST_KEY_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Key:
    """A key that may sign."""

    path: Path
    public: str
    """Type and key, as they stand in an ``authorized_keys`` file, without a comment."""
    fingerprint: str
    """``SHA256:…``."""


def _program() -> str:
    found = shutil.which("ssh-keygen")
    if found is None:
        raise AssessmentError.because(
            "no-ssh-keygen",
            "ssh-keygen",
            "The program that signs and checks signatures is not installed.",
            "Install OpenSSH (Debian and Ubuntu: openssh-client; Windows: the optional "
            f"feature OpenSSH Client). {_UNTOUCHED}",
        )
    return found


def open_key(path: Path) -> Key:
    """Look at a key: a private key file of its owner alone, or a public one held by an agent.

    Raises:
        AssessmentError: where it is no key, or others may read it.
    """

    def refuse(code: str, message: str, hint: str) -> AssessmentError:
        return AssessmentError.because(code, path.name, message, f"{hint} {_UNTOUCHED}")

    try:
        mode = path.stat().st_mode
        text = read_plain(path, MOST_KEY_BYTES)[:40]
    except OSError as cause:
        raise refuse(
            "no-key", f"The key cannot be read: {cause.strerror}.", "Check name and folder."
        ) from cause
    is_private = b"PRIVATE KEY" in text
    if is_private and os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise refuse(
            "key-open-to-others",
            "Others on this machine may read this key.",
            f"Make it yours alone: chmod 600 {path.name}.",
        )
    public = path.with_name(f"{path.name}.pub") if is_private else path
    if is_private and not public.is_file():
        raise refuse(
            "no-public-key",
            "The public half does not lie beside it.",
            f"Make it: ssh-keygen -y -f {path.name} > {path.name}.pub.",
        )
    try:
        found = read_key(read_plain(public, MOST_KEY_BYTES).decode("utf-8", "replace"))
    except ValueError as cause:
        message = f"This is not an SSH key: {cause}."
        raise refuse("not-a-key", message, "Make one: ssh-keygen -t ed25519.") from cause
    return Key(path, str(found), found.fingerprint)


def named_fingerprint(named: str) -> str:
    """Give the fingerprint of the key the reader of a pack names.

    Args:
        named: a file with one public key, or a fingerprint: ``SHA256:…``.

    Raises:
        AssessmentError: where it is neither.
    """
    hint = "Give the sender's public key (its name ends in .pub), or the fingerprint they read out"
    if named.startswith(_FINGERPRINT):
        return named.rstrip("=")
    try:
        data = read_plain(Path(named), MOST_KEY_BYTES)
        return read_key(data.decode("utf-8", "replace")).fingerprint
    except (OSError, ValueError) as cause:
        said = getattr(cause, "strerror", None) or cause
        message = f"It is not one SSH public key: {said}."
        raise AssessmentError.because(
            "not-a-key", named, message, f"{hint}, SHA256:…. Nothing was checked."
        ) from cause


def sign(key: Key, data: bytes) -> bytes:
    """Give the signature of some bytes.

    Raises:
        AssessmentError: where the key cannot sign.
    """
    with temporary_folder() as folder:
        file = folder / "data"
        file.write_bytes(data)
        done = subprocess.run(
            [_program(), "-Y", "sign", "-f", str(key.path), "-n", NAMESPACE, str(file)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
        made = file.with_name("data.sig")
        if done.returncode or not made.is_file():
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise AssessmentError.because(
                "not-signed",
                key.path.name,
                f"The key did not sign: {said[-1] if said else 'no reason was given'}.",
                f"Check the passphrase, or that the agent holds the key. {_UNTOUCHED}",
            )
        return made.read_bytes()


def is_signed_by(data: bytes, signature: bytes, key: PublicKey) -> bool:
    """Say whether a signature over some bytes was made with a key.

    Raises:
        AssessmentError: where OpenSSH is not installed.
    """
    program = _program()
    with temporary_folder() as folder:
        allowed, made = folder / "allowed_signers", folder / "data.sig"
        # NOTE: as text Windows' Python would end the line in a way that OpenSSH refuses
        allowed.write_bytes(f"signer {key}\n".encode())
        made.write_bytes(signature)
        done = subprocess.run(
            [program, "-Y", "verify", "-f", str(allowed), "-I", "signer", "-n", NAMESPACE,
             "-s", str(made)],
            input=data, capture_output=True, check=False, timeout=_SECONDS,
        )  # fmt: skip
        return done.returncode == 0
