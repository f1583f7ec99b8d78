"""What this process must not leave behind when it dies: a copy of its memory on the disk.

A core dump holds every word that was in memory, unencrypted, wherever the system puts such files. So there are none,
from the first moment on, in every process of ours; limits are handed on to what it starts, the rest each does itself.
"""

from __future__ import annotations

import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4
_SEM_FAILCRITICALERRORS, _SEM_NOGPFAULTERRORBOX = 0x0001, 0x0002
_WER_FAULT_REPORTING_FLAG_NOHEAP = 1
FIRST_TO_GO = 300
"""Where memory runs out, the engine is ended before the interface, which then starts another."""


def leave_no_dump() -> None:
    """From here on a crash of this process writes no copy of its memory. What a system does not offer is left out."""
    if sys.platform == "win32":
        _on_windows()
        return
    import resource

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):
        # A dump that goes to a program (apport, systemd-coredump) is not bound by the limit: the kernel still hands it
        # all of memory (man 5 core). This also keeps other programs of the same person from reading it.
        with suppress(Exception):
            import ctypes

            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def go_first() -> None:
    """Where memory runs out, let it be this process. Before `leave_no_dump`, which makes the file another's (Linux)."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(str(FIRST_TO_GO))


def _on_windows() -> None:
    """No heap in what Windows Error Reporting keeps, and no window that asks."""
    with suppress(Exception):
        import ctypes

        windows = ctypes.windll  # type: ignore[attr-defined, unused-ignore]
        windows.kernel32.SetErrorMode(_SEM_FAILCRITICALERRORS | _SEM_NOGPFAULTERRORBOX)
        windows.wer.WerSetFlags(_WER_FAULT_REPORTING_FLAG_NOHEAP)
