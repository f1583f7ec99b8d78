"""What is exported of a profile: all but what is forgotten, waits to be confirmed, was erased, or is incognito.

Of what is forgotten stays its tombstone, a hash. Its words are blanked out where a turn says them, each character by
█, unless a memory that is kept rests on them too: so what is kept stands where it stood.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from companion.exchange.raft import beside
from companion.exchange.raft.content import ConversationLine, Line, MemoryLine, PersonaLine, TombstoneLine, TurnLine
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
_PART = 500


def number_of(store: Store) -> str:
    """The number of the profile, by which its exports are known as its own."""
    found = store.db.value("SELECT value FROM meta WHERE key = ?", (_PUT_BACK,))
    return str(found or store.db.value("SELECT value FROM meta WHERE key = 'profile'"))


def take_number(db: Database, number: str) -> None:
    """From now on it goes on with the profile that had this number. Inside a transaction."""
    db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_PUT_BACK, number))


class Collecting:
    """The lines of each file of an export. Inside a snapshot, which nothing changes; none of it is in memory whole.
    Iterating raises ValueError when a row is not what it can be."""

    def __init__(self, db: Database, paths: Paths) -> None:
        self._db = db
        self._paths = paths
        self._kept = _ids(db, f"SELECT id FROM memories WHERE status NOT IN {_LEFT_OUT}")
        self._turns = _ids(db, "SELECT id FROM turns")
        self._conversations = _ids(db, "SELECT DISTINCT conversation FROM turns")

    def lines(self) -> Iterator[tuple[str, Generator[Line]]]:
        """By the name of the file, in the order of `content.FILES`."""
        yield "conversations", self._conversation_lines()
        yield "turns", self._turn_lines()
        yield "memories", self._memory_lines()
        yield "tombstones", _tombstones(self._db)
        yield "beside", beside.read(self._db, self._is_kept)
        yield "personas", own_personas(self._paths)

    def _is_kept(self, kind: str, id: int) -> bool:
        there = {"memory": self._kept, "turn": self._turns, "conversation": self._conversations}
        return id in there.get(kind, ())

    def _conversation_lines(self) -> Generator[ConversationLine]:
        """Those in which something was said."""
        for id, at, offset, title, mode, persona, leaf in self._db.each(
            "SELECT id, started_at, utc_offset, title, mode, persona, leaf FROM conversations c"
            " WHERE EXISTS (SELECT 1 FROM turns t WHERE t.conversation = c.id) ORDER BY id"
        ):
            yield ConversationLine(
                id=id, started_at=at, utc_offset=offset, title=title, mode=mode, persona=persona,
                leaf=leaf if leaf in self._turns else None,
            )  # fmt: skip

    def _turn_lines(self) -> Generator[TurnLine]:
        off = _ids(self._db, "SELECT turn FROM off_path")
        blanked = _blanked(self._db)
        for id, conversation, role, speaker, text, at, offset, state, answers, model, parent in self._db.each(
            "SELECT id, conversation, role, speaker, text, at, utc_offset, state, answers, model, parent FROM turns"
            " ORDER BY id"
        ):
            yield TurnLine(
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

    def _memory_lines(self) -> Generator[MemoryLine]:
        ids = sorted(self._kept)
        for start in range(0, len(ids), _PART):
            part = ids[start], ids[min(start + _PART, len(ids)) - 1]
            evidence: dict[int, list[tuple[int, int, int, str]]] = {}
            for memory, *proof in self._db.all(
                'SELECT memory, turn, start, "end", quote_hash FROM evidence WHERE memory BETWEEN ? AND ?'
                " ORDER BY 1, 2, 3, 4",
                part,
            ):
                evidence.setdefault(memory, []).append(tuple(proof))
            links: dict[int, list[tuple[int, str, float]]] = {}
            for source, target, type, weight in self._db.all(
                "SELECT source, target, type, weight FROM links WHERE source BETWEEN ? AND ? ORDER BY 1, 2, 3", part
            ):
                if target in self._kept:
                    links.setdefault(source, []).append((target, type, weight))
            for row in self._db.all(
                f"SELECT id, {', '.join(COLUMNS)} FROM memories WHERE id BETWEEN ? AND ? AND status NOT IN {_LEFT_OUT}"
                " ORDER BY id",
                part,
            ):
                values = dict(zip(("id", *COLUMNS), row, strict=True))
                values["pinned"] = bool(values["pinned"])
                if values["replaced_by"] not in self._kept:
                    values["replaced_by"] = None
                id = values["id"]
                yield MemoryLine(**values, evidence=evidence.get(id, []), links=links.get(id, []))


def _ids(db: Database, sql: str) -> set[int]:
    return {int(id) for (id,) in db.each(sql)}


def _blanked(db: Database) -> dict[int, list[Span]]:
    """By turn, the characters that nothing but what is forgotten rests on."""
    forgotten: dict[int, list[Span]] = {}
    for turn, start, end in db.each(
        'SELECT e.turn, e.start, e."end" FROM evidence e JOIN memories m ON m.id = e.memory'
        " WHERE m.status = 'forgotten' AND m.kind IN ('moment', 'thought')"
    ):
        forgotten.setdefault(turn, []).append((start, end))
    kept: dict[int, list[Span]] = {}
    for turn, start, end in db.each(
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


def _tombstones(db: Database) -> Generator[TombstoneLine]:
    for hash, memory, at in db.each(
        "SELECT norm_hash, memory, max(at) FROM (SELECT norm_hash, memory, at FROM tombstones"
        " UNION ALL SELECT norm_hash, memory, at FROM buried) GROUP BY 1, 2 ORDER BY 1, 2"
    ):
        yield TombstoneLine(hash=hash.hex(), memory=memory, at=at)


def own_personas(paths: Paths) -> Generator[PersonaLine]:
    """Those that can be read."""
    for file in sorted(paths.personas.glob("*.toml")) if paths.personas.is_dir() else ():
        if KEY.fullmatch(file.stem) and len(file.stem) <= 100 and file.is_file():
            try:
                written = valid_text(file.read_bytes().decode("utf-8"))
            except (OSError, UnicodeDecodeError):
                continue  # one that is no text is listed as broken in the app; there is nothing to keep of it
            yield PersonaLine(key=file.stem, toml=written)
