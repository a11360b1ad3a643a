"""Which machine this is: told apart from others, and never named."""

import contextlib
import hashlib
import platform
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def machine_token() -> str:
    """Give a token that tells machines apart without naming them."""
    return _token(machine_id() or _network_card())


def is_this_machine(token: object) -> bool:
    """Say whether a token is this machine's, as this version or an earlier one made it."""
    return token == machine_token() or token == _token(_network_card())


def _token(known: str) -> str:
    return hashlib.sha256(f"{platform.node()}|{known}".encode()).hexdigest()[:16]


def machine_id(files: Sequence[Path] = _FILES) -> str:
    """Give what the system calls this machine, whatever is plugged into it; empty for nothing."""
    if sys.platform == "win32":
        import winreg

        with (
            contextlib.suppress(OSError),
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key,
        ):
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    for path in files:
        with contextlib.suppress(OSError, UnicodeError):
            if found := path.read_text("ascii").strip():
                return found
    return ""


def _network_card() -> str:
    """Give the number of a network card; a dock or a VPN may bring another one."""
    node = uuid.getnode()
    return "" if (node >> 40) & 1 else str(node)  # NOTE: that bit marks a number made up anew
