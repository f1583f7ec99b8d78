"""What the person typed while the program was still starting: nobody should wait for a cursor to begin a sentence.

Textual delivers keys only once its screen stands; what the terminal holds before that would be dropped.
"""

from __future__ import annotations

import os
import sys

from companion.text import sanitise


def typed_ahead() -> str:
    """The keys that wait in the terminal, as text; Enter is a line feed. Leaves the terminal as it was."""
    if not sys.stdin.isatty():
        return ""
    return sanitise(_waiting().decode("utf-8", "replace"))


if sys.platform == "win32":

    def _waiting() -> bytes:
        import msvcrt

        found = ""
        while msvcrt.kbhit():
            found += msvcrt.getwch()
        return found.encode()

else:

    def _waiting() -> bytes:
        import select
        import termios

        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        raw = [*before[:3], before[3] & ~(termios.ICANON | termios.ECHO), *before[4:]]
        found = b""
        try:
            # Line by line the terminal hands out only finished lines.
            termios.tcsetattr(terminal, termios.TCSANOW, raw)
            while select.select([terminal], [], [], 0)[0] and (part := os.read(terminal, 65_536)):
                found += part
        finally:
            termios.tcsetattr(terminal, termios.TCSANOW, before)
        return found
