"""Run under Wine: opens every new file of a folder at once, and lets nobody rename it meanwhile.

So a virus scanner may do: ``python scanner.py FOLDER SECONDS HOLD``. It ends when the file
``stop`` lies beside the folder, and says how many files it held.
"""

import ctypes
import sys
import threading
import time
from pathlib import Path

READ, SHARED_FOR_READING_AND_WRITING, EXISTING, PLAIN = 0x80000000, 3, 3, 0x80
NOT_OPENED = 2**64 - 1


def main(folder: str, seconds: float, hold: float) -> int:
    """Watch a folder; give how many files were held."""
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]  # NOTE: Windows'
    kernel.CreateFileW.restype = ctypes.c_void_p
    kernel.CreateFileW.argtypes = [
        ctypes.c_wchar_p, ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_uint,
        ctypes.c_uint, ctypes.c_void_p,
    ]  # fmt: skip
    kernel.CloseHandle.argtypes = [ctypes.c_void_p]
    seen, held, end = set(Path(folder).iterdir()), 0, time.monotonic() + seconds
    print("watching", flush=True)
    while time.monotonic() < end and not Path(folder, "..", "stop").exists():
        for path in set(Path(folder).iterdir()) - seen:
            seen.add(path)
            handle = kernel.CreateFileW(
                str(path), READ, SHARED_FOR_READING_AND_WRITING, None, EXISTING,
                PLAIN, None,
            )  # fmt: skip
            if handle and handle != NOT_OPENED:
                held += 1
                threading.Timer(hold, kernel.CloseHandle, [handle]).start()
    return held


if __name__ == "__main__":
    print("held", main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])), flush=True)
