"""Names of pages that every system takes: Linux, macOS, Windows, and links of Obsidian."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from companion.text import one_line

LONGEST = 80
"""Characters of a name, without its ending."""
MOST_BYTES = 180
"""Bytes of it in UTF-8: file systems take 255, with the ending and a number."""
_FORBIDDEN = re.compile(r'[<>:"/\\|?*#^\[\]%]')
"""By Windows, and in links."""
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", *(f"{n}{i}" for n in ("com", "lpt") for i in "0123456789¹²³")]
)


def safe_name(name: str) -> str:
    """Never empty; the same for the same name."""
    name = unicodedata.normalize("NFC", one_line(name, 10 * LONGEST))
    name = " ".join(_FORBIDDEN.sub(" ", name).split())[:LONGEST]
    while len(name.encode()) > MOST_BYTES:
        name = name[:-1]
    name = name.strip(" .")
    if name.split(".")[0].strip().casefold() in _RESERVED:
        name = f"_{name}"
    return name or "_"


class Names:
    """Gives each page a path that no other has, whatever the case of its letters. `taken`: paths of other files."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {folded(path) for path in taken}

    def claim(self, folder: str, name: str) -> str:
        """ "People/Lena.md"; "People/Lena (2).md" where that is taken. `folder`: "" or with "/" at its end."""
        stem = safe_name(name)
        number = 1
        while True:
            path = f"{folder}{stem}{f' ({number})' if number > 1 else ''}.md"
            if folded(path) not in self._taken:
                self._taken.add(folded(path))
                return path
            number += 1


def folded(path: str) -> str:
    """The same for paths that some system takes for one."""
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", path).casefold())
