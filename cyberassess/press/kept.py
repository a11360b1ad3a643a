"""Laid-out parts kept for the next print, so that only what changed is laid out again.

They lie in the user's own cache folder, readable by the user alone: never in the workspace, which
travels, and whose receivers must not be able to put words into our documents. Each is named by a
hash of everything it follows from: the part, its style, its fonts, the versions of the programs.
The folder is bounded, may be deleted at any time, and is not needed: without one, or with
``CYBERASSESS_CACHE=off``, everything is laid out each time.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from cyberassess.disk.files import remove_quietly, write_whole
from cyberassess.press.fragment import Fragment

LIMIT = 48 * 1024 * 1024
"""Bytes the folder may hold."""
_FORM = "3"
"""Of the files; a new one leaves the old unread."""


def cache_folder(environment: Mapping[str, str], home: Path | None) -> Path | None:
    """Say where this user's programs keep what they can make again; ``None`` for nowhere.

    Args:
        environment: the process's own.
        home: the user's, or ``None`` where they have none.
    """
    chosen = environment.get("CYBERASSESS_CACHE", "")
    if chosen.casefold() == "off":
        return None
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        local = environment.get("LOCALAPPDATA")
        return Path(local) / "cyberassess" / "layouts" if local else None
    given = environment.get("XDG_CACHE_HOME", "")
    if given.startswith("/"):
        return Path(given) / "cyberassess" / "layouts"
    if home is None:
        return None
    middle = Path("Library", "Caches") if sys.platform == "darwin" else Path(".cache")
    return home / middle / "cyberassess" / "layouts"


class Kept:
    """Fragments on disk. Whatever goes wrong here only means that a part is laid out again."""

    def __init__(self, folder: Path | None) -> None:
        """Use a folder, or none at all."""
        self._folder = folder

    @staticmethod
    def here() -> "Kept":
        """Use this user's cache folder."""
        try:
            home: Path | None = Path.home()
        except RuntimeError:
            home = None
        return Kept(cache_folder(os.environ, home))

    @staticmethod
    def key(*everything: str) -> str:
        """Name a fragment by all it follows from."""
        digest = hashlib.sha256()
        for each in (_FORM, *everything):
            data = each.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()

    def get(self, key: str) -> Fragment | None:
        """Give a fragment, or ``None`` where there is none that can be read."""
        if self._folder is None:
            return None
        path = self._folder / key
        try:
            fragment = Fragment.from_bytes(path.read_bytes())
        except OSError:
            return None
        except ValueError:
            remove_quietly(path)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return fragment

    def put(self, key: str, fragment: Fragment) -> None:
        """Keep a fragment, where it follows from nothing but our own fonts."""
        if self._folder is None or not fragment.portable:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self._folder / key, fragment.to_bytes(), durable=False)

    def tidy(self) -> None:
        """Remove those used longest ago until the rest is within bounds."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            found = [(path.stat(), path) for path in self._folder.iterdir() if path.is_file()]
            total = sum(about.st_size for about, _ in found)
            for about, path in sorted(found, key=lambda each: (each[0].st_mtime_ns, each[1].name)):
                if total <= LIMIT:
                    return
                remove_quietly(path)
                total -= about.st_size
