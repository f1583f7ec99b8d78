"""Puts an export into an empty profile, so that it is what the exported one was: numbers, states, strengths, links,
versions. One batch of the journal, one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from companion.errors import NotFound, ProfileError
from companion.exchange.raft import beside
from companion.exchange.raft.checking import refused
from companion.exchange.raft.collecting import take_number
from companion.exchange.raft.content import Content, MemoryLine, PersonaLine, TurnLine, data_file
from companion.paths import Paths
from companion.settings_file import replace_text
from companion.store.chain import seal_turn
from companion.store.database import Database
from companion.store.erased import Erased
from companion.store.files import told
from companion.store.images import COLUMNS, Image
from companion.store.store import Store
from companion.store.turn_search import index_turn
from companion.strings import text
from companion.text import one_line


def is_empty(store: Store) -> bool:
    """Whether nothing was ever said or remembered here, nor erased."""
    return not store.turns.count() and not store.memories.count() and not Erased(store.db).any


def put_back(store: Store, paths: Paths, content: Content, number: str) -> tuple[int, list[str]]:
    """The batch, and notes on what was left out. `number`: of the profile that it is. Inside a transaction."""
    db = store.db
    for table in ("stretches", "gists", "conversations"):  # one that was begun, and in which nothing was said
        db.run(f"DELETE FROM {table}")
    db.run_many(
        "INSERT INTO conversations(id, started_at, utc_offset, title, mode, persona, leaf) VALUES (?,?,?,?,?,?,?)",
        ((c.id, c.started_at, c.utc_offset, c.title, c.mode, c.persona, c.leaf) for c in content.conversations),
    )
    for turn in content.turns:
        add_turn(db, turn, turn.id, turn.conversation, turn.parent, turn.answers)
        if turn.off_path:
            db.run("INSERT INTO off_path VALUES (?)", (turn.id,))
    with store.changes.batch("person", "import") as batch:
        for memory in content.memories:
            batch.restore(memory.id, image_of(memory))
    db.run_many(
        "INSERT INTO buried VALUES (?,?,?)",
        ((bytes.fromhex(line.hash), line.memory, line.at) for line in content.tombstones),
    )
    try:
        beside.write(db, content.beside, batch.id)
    except (ProfileError, NotFound) as error:
        if type(error) not in (ProfileError, NotFound):  # the disk's trouble
            raise
        raise refused(data_file("beside"), text("raft.changed")) from error  # a value that no such column has
    take_number(db, number)
    return batch.id, add_personas(paths, {line.key: line for line in content.personas})


def add_turn(
    db: Database, turn: TurnLine, id: int | None, conversation: int, parent: int | None, answers: int | None
) -> int:
    """Under that id (None: a new one), findable and sealed."""
    id = db.run(
        "INSERT INTO turns(id, conversation, role, speaker, text, at, utc_offset, state, answers, model, parent)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            id, conversation, turn.role, turn.speaker, turn.text, turn.at, turn.utc_offset,
            "interrupted" if turn.state == "streaming" else turn.state, answers, turn.model, parent,
        ),
    )  # fmt: skip
    index_turn(db, id, turn.text)
    seal_turn(db, id)
    return id


def image_of(memory: MemoryLine) -> Image:
    image: Image = {name: getattr(memory, name) for name in COLUMNS}
    image["pinned"] = int(memory.pinned)
    image["evidence"] = [list(proof) for proof in memory.evidence]
    image["links"] = sorted([list(link) for link in memory.links], key=lambda link: (link[0], link[1]))
    return image


def add_personas(paths: Paths, personas: Mapping[str, PersonaLine]) -> list[str]:
    """By their keys, where there is none yet. A note for each that is there and says something else. Raises
    ProfileError."""
    notes = []
    for key, line in personas.items():
        file = paths.personas / f"{key}.toml"
        with told(file):
            if not file.exists():
                replace_text(file, line.toml)
            elif file.read_bytes() != line.toml.encode():
                notes.append(text("raft.other_persona", name=one_line(key, 60)))
    return notes
