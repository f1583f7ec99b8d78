"""What is exported of a profile: all but what is forgotten, waits to be confirmed, was erased, or is incognito.

Of what is forgotten stays its tombstone, a hash. Its words are blanked out where a turn says them, each character by
█, unless a memory that is kept rests on them too: so what is kept stands where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable

from companion.errors import ProfileDamaged
from companion.exchange.raft import beside
from companion.exchange.raft.content import (
    BesideLine,
    Content,
    ConversationLine,
    MemoryLine,
    PersonaLine,
    TombstoneLine,
    TurnLine,
)
from companion.model.persona import KEY
from companion.paths import Paths
from companion.store.database import Database
from companion.store.images import COLUMNS
from companion.store.store import Store
from companion.text import valid_text

BLANK = "█"
_LEFT_OUT = "('forgotten', 'quarantined')"
_PUT_BACK = "put back from"
"""Key in `meta`: the number of the profile that this one was put back from, whose exports are its own as well."""
Span = tuple[int, int]


def number_of(store: Store) -> str:
    """The number of the profile, by which its exports are known as its own."""
    found = store.db.value("SELECT value FROM meta WHERE key = ?", (_PUT_BACK,))
    return str(found or store.db.value("SELECT value FROM meta WHERE key = 'profile'"))


def take_number(db: Database, number: str) -> None:
    """From now on it goes on with the profile that had this number. Inside a transaction."""
    db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_PUT_BACK, number))


def collect(store: Store, paths: Paths) -> Content:
    """Raises ProfileDamaged when a row of it is not what it can be."""
    with store.db.snapshot():
        try:
            memories = _memories(store.db)
            turns = _turns(store.db)
            kept = {line.id for line in memories}
            ids = {"memory": kept, "turn": {line.id for line in turns}}
            conversations = _conversations(store.db, ids["turn"])
            ids["conversation"] = {line.id for line in conversations}
            more: list[BesideLine] = beside.read(store.db, lambda kind, id: id in ids.get(kind, ()))
            tombstones = _tombstones(store.db)
        except ValueError as error:  # pydantic's, with the words of the row in it: they go nowhere
            raise ProfileDamaged(f"{store.db.path} ({type(error).__name__})") from None
    return Content(conversations, turns, memories, tombstones, more, own_personas(paths))


def _memories(db: Database) -> list[MemoryLine]:
    evidence: dict[int, list[tuple[int, int, int, str]]] = {}
    for memory, *proof in db.all('SELECT memory, turn, start, "end", quote_hash FROM evidence ORDER BY 1, 2, 3, 4'):
        evidence.setdefault(memory, []).append(tuple(proof))
    rows = db.all(f"SELECT id, {', '.join(COLUMNS)} FROM memories WHERE status NOT IN {_LEFT_OUT} ORDER BY id")
    kept = {row[0] for row in rows}
    links: dict[int, list[tuple[int, str, float]]] = {}
    for source, target, type, weight in db.all("SELECT source, target, type, weight FROM links ORDER BY 1, 2, 3"):
        if target in kept:
            links.setdefault(source, []).append((target, type, weight))
    found = []
    for row in rows:
        values = dict(zip(("id", *COLUMNS), row, strict=True))
        values["pinned"] = bool(values["pinned"])
        if values["replaced_by"] not in kept:
            values["replaced_by"] = None
        id = values["id"]
        found.append(MemoryLine(**values, evidence=evidence.get(id, []), links=links.get(id, [])))
    return found


def _turns(db: Database) -> list[TurnLine]:
    off = {turn for (turn,) in db.all("SELECT turn FROM off_path")}
    blanked = _blanked(db)
    found = []
    for id, conversation, role, speaker, text, at, offset, state, answers, model, parent in db.all(
        "SELECT id, conversation, role, speaker, text, at, utc_offset, state, answers, model, parent FROM turns"
        " ORDER BY id"
    ):
        found.append(
            TurnLine(
                id=id,
                conversation=conversation,
                role=role,
                speaker=speaker,
                text=blank(text, blanked.get(id, ())),
                at=at,
                utc_offset=offset,
                state="interrupted" if state == "streaming" else state,
                answers=answers,
                model=model,
                parent=parent,
                off_path=id in off,
            )
        )
    return found


def _blanked(db: Database) -> dict[int, list[Span]]:
    """By turn, the characters that nothing but what is forgotten rests on."""
    forgotten: dict[int, list[Span]] = {}
    for turn, start, end in db.all(
        'SELECT e.turn, e.start, e."end" FROM evidence e JOIN memories m ON m.id = e.memory'
        " WHERE m.status = 'forgotten' AND m.kind IN ('moment', 'thought')"
    ):
        forgotten.setdefault(turn, []).append((start, end))
    kept: dict[int, list[Span]] = {}
    for turn, start, end in db.all(
        'SELECT e.turn, e.start, e."end" FROM evidence e JOIN memories m ON m.id = e.memory'
        f" WHERE m.status NOT IN {_LEFT_OUT}"
    ):
        if turn in forgotten:
            kept.setdefault(turn, []).append((start, end))
    return {turn: _without(spans, kept.get(turn, [])) for turn, spans in forgotten.items()}


def _without(spans: Iterable[Span], kept: Iterable[Span]) -> list[Span]:
    left = list(spans)
    for first, last in kept:
        left = [
            part
            for start, end in left
            for part in ((start, min(end, first)), (max(start, last), end))
            if part[0] < part[1]
        ]
    return left


def blank(text: str, spans: Iterable[Span]) -> str:
    for start, end in spans:
        text = text[:start] + "".join(c if c.isspace() else BLANK for c in text[start:end]) + text[end:]
    return text


def _conversations(db: Database, turns: set[int]) -> list[ConversationLine]:
    """Those in which something was said."""
    return [
        ConversationLine(
            id=id, started_at=at, utc_offset=offset, title=title, mode=mode, persona=persona,
            leaf=leaf if leaf in turns else None,
        )
        for id, at, offset, title, mode, persona, leaf in db.all(
            "SELECT id, started_at, utc_offset, title, mode, persona, leaf FROM conversations c"
            " WHERE EXISTS (SELECT 1 FROM turns t WHERE t.conversation = c.id) ORDER BY id"
        )
    ]  # fmt: skip


def _tombstones(db: Database) -> list[TombstoneLine]:
    rows = db.all("SELECT norm_hash, memory, at FROM tombstones UNION SELECT norm_hash, memory, at FROM buried")
    lines = {(hash.hex(), memory): at for hash, memory, at in rows}
    return [TombstoneLine(hash=hash, memory=memory, at=at) for (hash, memory), at in sorted(lines.items())]


def own_personas(paths: Paths) -> list[PersonaLine]:
    """Those that can be read."""
    found = []
    for file in sorted(paths.personas.glob("*.toml")) if paths.personas.is_dir() else ():
        if KEY.fullmatch(file.stem) and len(file.stem) <= 100 and file.is_file():
            try:
                found.append(PersonaLine(key=file.stem, toml=valid_text(file.read_bytes().decode("utf-8"))))
            except (OSError, UnicodeDecodeError):
                continue  # one that is no text is listed as broken in the app; there is nothing to keep of it
    return found
