"""What a file holds, told by its content; its name is asked last, and only of text."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, Literal

from companion.errors import FileRefused, InvalidInput
from companion.exchange.foreign import character_ai
from companion.exchange.foreign.given import Given, Notes
from companion.exchange.foreign.json_stream import values
from companion.strings import text
from companion.text import one_line
from companion.transfers import IMPORT_FORMS, ImportForm
from companion.unpacking import UnpackedFile

Kind = ImportForm | Literal["json", "own", "other"]
_SEEN = 5
"""Values of a file that are looked at."""
_HEAD = 8192
_FRONT = re.compile(rb"---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_OWN = re.compile(rb"^(?:companion:[ \t]*[a-z]+|kind:[ \t]*companion letter)[ \t]*\r?$", re.MULTILINE)
"""Front matter of the pages of an export, and of letters: to take them for a diary would say everything twice."""
_TEXT_ENDINGS = (".txt", ".md", ".markdown", ".text", "")


def sort_files(
    given: Given, form: ImportForm | None, notes: Notes | None = None
) -> tuple[ImportForm, list[UnpackedFile], int]:
    """(the form, the files that have it, how many others there are). `form`: what the person says it is; `notes` are
    told of the others. Raises InvalidInput when nothing tells, or nothing is there."""
    if not given.files:
        raise InvalidInput(text("importing.empty"), hint=text("importing.hint"))
    if given.card is not None:
        kinds: list[Kind] = ["card"]
    else:
        kinds = [kind_of(file) for file in given.files]
    found = form or next((each for each in IMPORT_FORMS if each != "text" and each in kinds), None)
    found = found or ("text" if "text" in kinds else None)
    if "own" in kinds and "text" not in kinds and found in (None, "text"):
        raise InvalidInput(text("importing_own.alone"), hint=text("importing_own.alone_hint"))
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
    others, own = len(given.files) - len(files), kinds.count("own")
    if notes is not None:
        notes.add("own", own)
        notes.add("other_files", others - own)
    return found, files, others


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
            kind = _kind_of_json(file)
            if kind != "json" or ending not in _TEXT_ENDINGS:
                return kind
        except FileRefused:
            if ending not in _TEXT_ENDINGS:
                raise
    if not begins or ending not in _TEXT_ENDINGS or _is_binary(head):
        return "other"
    front = _FRONT.match(begins)
    return "own" if front and _OWN.search(front[1]) else "text"


def _has_card(file: UnpackedFile) -> bool:
    with file.path.open("rb") as stream:
        head = stream.read(1 << 20)
    return b"chara\0" in head or b"ccv3\0" in head


def _is_binary(head: bytes) -> bool:
    return b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _kind_of_json(file: UnpackedFile) -> Kind:
    for value in islice(values(file.path), _SEEN):
        if isinstance(value, dict) and (kind := _kind(value)) is not None:
            return kind
    return "json"


def _kind(value: dict[str, Any]) -> Kind | None:
    """What form a value is of: a conversation, a line, a card, or the whole of an export."""
    data = value.get("data")
    if isinstance(value.get("mapping"), dict):
        return "chatgpt"
    if "chat_messages" in value:
        return "claude"
    if str(value.get("spec", "")).startswith("chara_card") or (isinstance(data, dict) and "first_mes" in data):
        return "card"
    if {"user_name", "character_name"} <= value.keys() or {"mes", "is_user"} <= value.keys():
        return "sillytavern"
    if {"name", "first_mes"} <= value.keys() or {"char_name", "char_persona"} <= value.keys():
        return "card"
    turns = value.get("turns")
    if isinstance(turns, list) and turns and isinstance(turns[0], dict) and {"role", "text"} <= turns[0].keys():
        return "histories"
    return "character-ai" if character_ai.is_one(value) else None
