"""What was erased here for good does not come back with what somebody brings in."""

from __future__ import annotations

from companion.sentences import sentences
from companion.store.erased import Erased
from companion.store.store import Store
from companion.strings import text


def without_erased(store: Store, said: str) -> str:
    """What is said, with the mark of an erasure in the place of each sentence that was erased, or of all of it."""
    erased = Erased(store.db)
    if not erased.any:
        return said
    mark = text("erasing.mark")
    if erased.holds(said):
        return mark
    for start, end in reversed(sentences(said)):
        if erased.holds(said[start:end]):
            said = f"{said[:start]}{mark}{said[end:]}"
    return said
