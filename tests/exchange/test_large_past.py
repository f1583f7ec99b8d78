"""An export takes no more memory for a long past than for a short one, but for what tells where each line stands."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from companion.exchange import raft
from companion.exchange.raft import collecting
from companion.records import Evidence
from companion.text import text_hash
from tests.exchange.test_round_trip import Profiles
from tests.support import memory

SAID, CHARACTERS = 300, 5000


def test_a_past_is_never_in_memory_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "_PART", 10)
    profiles = Profiles(tmp_path)
    try:
        mine = profiles.open("mine")
        store = mine[0]
        profiles.export(mine, "first")  # what is only loaded now is none of it
        with store.db.write(), store.changes.batch("reflection", "keep") as batch:
            for number in range(SAID):
                if number % 10 == 0:
                    conversation = store.conversations.begin(store.clock.now())
                words = f"{number}" + " word" * (CHARACTERS // 5)
                turn = store.turns.add(conversation, "person", words, store.clock.now())
                proof = Evidence(turn.id, 0, len(words), text_hash(words))
                batch.add(memory(words, store.clock, kind="moment", evidence=(proof,)))
        for _ in ("new", "renewed"):
            tracemalloc.start()
            try:
                done = profiles.export(mine)
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            assert done.memories == SAID
            assert peak < 2 * SAID * CHARACTERS
        assert raft.plan(*mine, profiles.folder / "raft").empty
    finally:
        profiles.close()
