"""What limits a process on Windows: a job object, in the place of POSIX' resource limits."""

import ctypes
import sys
from typing import Any  # NOTE: a library, as ctypes gives it

_EXTENDED = 9
_PROCESS_MEMORY, _DIE_ON_UNHANDLED_EXCEPTION, _KILL_ON_JOB_CLOSE = 0x100, 0x400, 0x2000


class _Job(ctypes.Structure):
    """What a job object of Windows is told.

    Source: Microsoft, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    https://learn.microsoft.com/en-us/windows/win32/api/winnt/ns-winnt-jobobject_extended_limit_information
    """

    _fields_ = (
        ("user_time_of_process", ctypes.c_int64),
        ("user_time_of_job", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("working_set", ctypes.c_size_t * 2),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
        ("counters", ctypes.c_uint64 * 6),
        ("memory_of_process", ctypes.c_size_t),
        ("memory_of_job", ctypes.c_size_t),
        ("most_memory", ctypes.c_size_t * 2),
    )


def join_job(memory: int, kernel32: Any = None) -> bool:
    """Put this process into a job that limits its memory; say whether it is in one.

    Args:
        memory: bytes it may have.
        kernel32: Windows' own library if none is given.
    """
    if sys.platform == "win32" and kernel32 is None:
        kernel32 = ctypes.WinDLL("kernel32")
    told = _Job(memory_of_process=memory)
    told.flags = _PROCESS_MEMORY | _DIE_ON_UNHANDLED_EXCEPTION | _KILL_ON_JOB_CLOSE
    kernel32.CreateJobObjectW.restype = kernel32.GetCurrentProcess.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel32.CreateJobObjectW(None, None))
    size = ctypes.sizeof(told)
    return bool(
        kernel32.SetInformationJobObject(job, _EXTENDED, ctypes.byref(told), size)
        and kernel32.AssignProcessToJobObject(job, ctypes.c_void_p(kernel32.GetCurrentProcess()))
    )
