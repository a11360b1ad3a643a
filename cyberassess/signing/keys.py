"""Detached signatures with an SSH key, made and checked by OpenSSH's ``ssh-keygen``.

The key is read by that program alone: its bytes never pass through this one, and it asks for the
passphrase itself. Source: OpenSSH, PROTOCOL.sshsig; ``man ssh-keygen``, options ``-Y``.
"""

import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cyberassess.disk.files import read_plain, temporary_folder
from cyberassess.errors import AssessmentError, Problem
from cyberassess.signing.ssh_signature import PublicKey, read_key

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
        raise AssessmentError(
            Problem(
                "no-ssh-keygen",
                "ssh-keygen",
                "The program that signs and checks signatures is not installed.",
                "Install OpenSSH (Debian and Ubuntu: openssh-client; Windows: the optional "
                f"feature OpenSSH Client). {_UNTOUCHED}",
            )
        )
    return found


def open_key(path: Path) -> Key:
    """Look at a key: a private key file of its owner alone, or a public one held by an agent.

    Raises:
        AssessmentError: where it is no key, or others may read it.
    """

    def refuse(code: str, message: str, hint: str) -> AssessmentError:
        return AssessmentError(Problem(code, path.name, message, f"{hint} {_UNTOUCHED}"))

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
        raise AssessmentError(
            Problem("not-a-key", named, message, f"{hint}, SHA256:…. Nothing was checked.")
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
            raise AssessmentError(
                Problem(
                    "not-signed",
                    key.path.name,
                    f"The key did not sign: {said[-1] if said else 'no reason was given'}.",
                    f"Check the passphrase, or that the agent holds the key. {_UNTOUCHED}",
                )
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
