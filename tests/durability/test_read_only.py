"""A profile that nobody can write to: it opens and says so, all of it can be read and searched, and every change is
refused in words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.errors import CompanionError, InvalidInput, NothingToUndo, ProfileReadOnly, ProfileUnavailable
from companion.paths import Paths
from tests.durability.deeds import DEEDS, Life, furnish
from tests.durability.tables import contents, fingerprint
from tests.store.mounts import read_only_copy
from tests.support import digests

NOTHING = {"draft", "long_draft", "morning_seen", "reflect"}
"""Deeds that are left undone without a word: nobody asked for them."""
FILES = {"setting", "copy_persona", "edit_persona", "remove_persona", "use_persona"}


@pytest.fixture
def frozen(tmp_path: Path) -> Iterator[Life]:
    home = tmp_path / "home"
    life = Life(Paths(home, home), random.Random(4), embeds=False)
    life.open()
    furnish(life, days=2)
    life.close()
    with read_only_copy(home, tmp_path) as folder:
        life.paths = Paths(folder, folder)
        life.open()
        yield life
        life.close()


def test_it_says_so_and_can_be_read(frozen: Life) -> None:
    companion = frozen.companion
    assert companion.status().read_only
    assert any("read-only" in check.detail or "read-only" in check.name for check in companion.doctor())
    assert not any("companion doctor" in check.hint for check in companion.doctor()), "whoever reads it has run it"
    assert frozen.memories("active")
    assert companion.transcript()
    assert companion.conversations()
    assert companion.search_turns("friend")
    texts = [memory.text for memory in frozen.memories("active") if memory.kind == "thought"]
    assert companion.search_memories(texts[0], 5)[0].memory.text == texts[0]
    assert companion.portrait() is not None
    assert companion.timeline()
    assert companion.history()
    assert companion.morning() is not None
    assert companion.growth()


def test_every_change_is_refused_in_words_and_nothing_is_written(frozen: Life) -> None:
    before, files = fingerprint(contents(frozen.companion._store.db)), digests(frozen.paths.data)  # type: ignore[union-attr]
    latest = frozen.companion.conversations()[0].id
    frozen.companion.open_conversation(latest)
    tried: dict[str, CompanionError | None] = {}
    for name, deed in DEEDS.items():
        for _ in range(6):  # until it finds something to work on
            try:
                deed.act(frozen)
            except (InvalidInput, NothingToUndo):
                continue
            except CompanionError as error:
                tried[name] = error
            else:
                tried[name] = None
            break
    for name, refusal in tried.items():
        if name in NOTHING:
            assert refusal is None, name
        elif name in FILES:
            assert isinstance(refusal, ProfileUnavailable | ProfileReadOnly), name
        elif name != "another_conversation":
            assert isinstance(refusal, ProfileReadOnly), (name, refusal)
            assert refusal.title
            assert refusal.hint
    assert len(tried) > 25
    assert fingerprint(contents(frozen.companion._store.db)) == before  # type: ignore[union-attr]
    assert digests(frozen.paths.data) == files
