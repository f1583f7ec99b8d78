"""The reader of each form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from companion.exchange.foreign import character_ai, chatgpt, claude, diary, histories, sillytavern
from companion.exchange.foreign.given import Chat, Given, Notes, Reader
from companion.transfers import ImportForm
from companion.unpacking import UnpackedFile

_READERS: dict[ImportForm, Reader] = {
    "chatgpt": chatgpt.chats,
    "claude": claude.chats,
    "character-ai": character_ai.chats,
    "sillytavern": sillytavern.chats,
    "histories": histories.chats,
    "text": diary.chats,
}


def read(form: ImportForm, given: Given, files: Sequence[UnpackedFile], notes: Notes) -> Iterator[Chat]:
    """Chats in which anything was said, one at a time; none of a card. Raises FileRefused."""
    reader = _READERS.get(form)
    for chat in reader(given, files, notes) if reader is not None else ():
        if chat.said:
            yield chat
