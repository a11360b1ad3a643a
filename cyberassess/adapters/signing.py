"""Detached signatures with an SSH key, made and checked by OpenSSH's ``ssh-keygen``.

The key is read by that program alone: its bytes never pass through this one, and it asks for the
passphrase itself. Source: OpenSSH, PROTOCOL.sshsig; ``man ssh-keygen``, options ``-Y``.
"""

import os
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cyberassess.adapters.files import read_plain
from cyberassess.errors import AssessmentError, Problem

NAMESPACE = "cyberassess-pack"
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
    words = read_plain(public, MOST_KEY_BYTES).decode("utf-8", "replace").split()
    if len(words) < 2 or not re.fullmatch(r"[a-z0-9@.-]+", words[0]):  # noqa: PLR2004 - type, key
        raise refuse("not-a-key", "This is not an SSH key.", "Make one: ssh-keygen -t ed25519.")
    line = f"{words[0]} {words[1]}"
    return Key(path, line, fingerprint(line))


def fingerprint(public: str) -> str:
    """Give the fingerprint of a public key.

    Raises:
        AssessmentError: where it is none, or OpenSSH is not installed.
    """
    done = subprocess.run(
        [_program(), "-l", "-f", "-"],
        input=f"{public}\n", capture_output=True, text=True, check=False, timeout=_SECONDS,
    )  # fmt: skip
    found = re.search(r"SHA256:\S+", done.stdout)
    if found is None:
        raise AssessmentError(
            Problem("not-a-key", "key", "This is not an SSH key.", "Make one: ssh-keygen.")
        )
    return found[0]


def sign(key: Key, data: bytes) -> bytes:
    """Give the signature of some bytes.

    Raises:
        AssessmentError: where the key cannot sign.
    """
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "data"
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


def is_signed_by(data: bytes, signature: bytes, public: str, who: str) -> bool:
    """Say whether a signature over some bytes was made with a key.

    Raises:
        AssessmentError: where OpenSSH is not installed.
    """
    program = _program()
    with tempfile.TemporaryDirectory() as name:
        allowed, made = Path(name) / "allowed_signers", Path(name) / "data.sig"
        allowed.write_text(f"{who} {public}\n", encoding="utf-8")
        made.write_bytes(signature)
        done = subprocess.run(
            [program, "-Y", "verify", "-f", str(allowed), "-I", who, "-n", NAMESPACE,
             "-s", str(made)],
            input=data, capture_output=True, check=False, timeout=_SECONDS,
        )  # fmt: skip
        return done.returncode == 0
