"""What a file holds, told by its content; its name is asked last, and only of text."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal

from companion.errors import FileRefused, InvalidInput
from companion.exchange.foreign.given import Given
from companion.exchange.foreign.json_stream import events
from companion.strings import text
from companion.text import one_line
from companion.transfers import IMPORT_FORMS, ImportForm
from companion.unpacking import UnpackedFile

Kind = ImportForm | Literal["json", "other"]
LOOKED_AT = 200_000
"""Events of a JSON text that are looked at before it counts as one that nobody knows."""
_HEAD = 8192
_TEXT_ENDINGS = (".txt", ".md", ".markdown", ".text", "")
_CHARACTER_AI = (
    "histories.histories", "histories.item.msgs", "histories.item.turns", "histories.item.messages",
    "chats.item.turns", "chats.item.messages", "chats.item.msgs", "turns.item.candidates", "turns.item.author",
    "msgs.item.src", "msgs.item.text", "characters.item.chats", "characters.item.histories", "conversations.item.turns",
    "is_human", "src.is_human", "messages.item.is_human",
)  # fmt: skip


def sort_files(given: Given, form: ImportForm | None) -> tuple[ImportForm, list[UnpackedFile], int]:
    """(the form, the files that have it, how many others there are). `form`: what the person says it is. Raises
    InvalidInput when nothing tells, or nothing is there."""
    if not given.files:
        raise InvalidInput(text("importing.empty"), hint=text("importing.hint"))
    if given.card is not None:
        kinds: list[Kind] = ["card"]
    else:
        kinds = [kind_of(file) for file in given.files]
    found = form or next((each for each in IMPORT_FORMS if each != "text" and each in kinds), None)
    found = found or ("text" if "text" in kinds else None)
    if found is None:
        sizes = [file.path.stat().st_size for file in given.files]
        told = text("importing.unknown") if any(sizes) else text("importing.empty")
        raise InvalidInput(told, hint=text("importing.hint"))
    files = [file for file, kind in zip(given.files, kinds, strict=True) if kind == found]
    if not files:
        raise InvalidInput(
            text("importing.not_that", name=one_line(given.name, 60), form=found),
            hint=text("importing.hint"),
        )
    return found, files, len(given.files) - len(files)


def kind_of(file: UnpackedFile) -> Kind:
    """What one file holds."""
    with file.path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(b"\x89PNG"):
        return "card" if _has_card(file) else "other"
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    ending = PurePosixPath(file.name).suffix.lower()
    if begins[:1] in (b"{", b"["):
        try:
            return _kind_of_json(file)
        except FileRefused:
            if ending not in _TEXT_ENDINGS:
                raise
    if not begins or ending not in _TEXT_ENDINGS or _is_binary(head):
        return "other"
    return "text"


def _has_card(file: UnpackedFile) -> bool:
    with file.path.open("rb") as stream:
        head = stream.read(1 << 20)
    return b"chara\0" in head or b"ccv3\0" in head


def _is_binary(head: bytes) -> bool:
    return b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _kind_of_json(file: UnpackedFile) -> Kind:
    seen: set[str] = set()
    for number, (prefix, event, value) in enumerate(events(file.path)):
        name = prefix.removeprefix("item.").removeprefix("item")
        if event in ("start_map", "map_key"):
            if event == "map_key":
                name = f"{name}.{value}".removeprefix(".")
            seen.add(name)
            if (kind := _kind(seen, name)) is not None:
                return kind
        elif name == "spec" and isinstance(value, str) and value.startswith("chara_card"):
            return "card"
        if number > LOOKED_AT:
            break
    return "json"


def _kind(seen: set[str], name: str) -> Kind | None:
    if name == "mapping":
        return "chatgpt"
    if name == "chat_messages":
        return "claude"
    if name in _CHARACTER_AI:
        return "character-ai"
    if name in ("character_name", "user_name") and {"character_name", "user_name"} <= seen:
        return "sillytavern"
    if {"mes", "is_user"} <= seen:
        return "sillytavern"
    if {"name", "first_mes"} <= seen or {"char_name", "char_persona"} <= seen or "data.first_mes" in seen:
        return "card"
    if {"turns.item.role", "turns.item.text"} <= seen:
        return "histories"
    return None
