"""What other programs are given of memory, and what never."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.cli.mcp_tools import Tools
from companion.clock import SetClock
from companion.errors import (
    CompanionError,
    InvalidInput,
    NotFound,
    ProfileError,
    ProfileMissing,
    ProfileSealed,
    ProfileTooNew,
    ProfileUnavailable,
)
from companion.lending import A_MINUTE, MOST_WAITING, Lending
from companion.paths import Paths
from companion.store.beside import read_beside
from companion.store.database import open_database
from companion.store.inbox import LONGEST, Inbox, Proposal, new_id
from companion.store.migrations import MIGRATIONS, migrate, refuse_others
from companion.store.store import Store
from companion.text import sanitise
from tests.lending.conftest import fill
from tests.support import add

Lend = Callable[..., Lending]
WITHHELD = ("forgotten", "waiting", "replaced", "own", "play", "heavy", "said")


def test_search_gives_what_everybody_may_recall_and_nothing_else(store: Store, lend: Lend) -> None:
    ids = fill(store)
    found = lend().search("what about the garden?", 50)
    given = {each.memory.id for each in found}
    assert ids["garden"] in given
    assert not given & {ids[name] for name in (*WITHHELD, "faded")}
    assert all(each.why for each in found)


@pytest.mark.parametrize("name", WITHHELD)
def test_what_is_withheld_looks_as_if_it_were_not_there(store: Store, lend: Lend, name: str) -> None:
    ids = fill(store)
    lending = lend()
    with pytest.raises(NotFound) as withheld:
        lending.memory(ids[name])
    with pytest.raises(NotFound) as unknown:
        lending.memory(10_000)
    assert str(withheld.value).replace(str(ids[name]), "10000") == str(unknown.value)
    # The very words of it as the question: found by them alone it would come first.
    words = store.memories.get(ids[name]).text
    assert ids[name] not in {each.memory.id for each in lending.search(words, 50)}
    assert ids[name] not in {each.memory.id for each in lending.recent(30, 50, faded=True)}


def test_faded_ones_come_when_asked_for(store: Store, lend: Lend) -> None:
    ids = fill(store)
    lending = lend()
    assert ids["faded"] not in {each.memory.id for each in lending.recent(30, 50)}
    assert ids["faded"] in {each.memory.id for each in lending.recent(30, 50, faded=True)}
    assert ids["faded"] in {each.memory.id for each in lending.search("I once had a garden gnome.", 50, faded=True)}


def test_heavy_ones_come_where_the_person_allows_it(store: Store, lend: Lend) -> None:
    ids = fill(store)
    allowed = lend(settings={"mcp": {"sensitive": True}})
    assert ids["heavy"] in {each.memory.id for each in allowed.recent(30, 50)}
    assert allowed.memory(ids["heavy"]).memory.text.startswith("My father")


def test_one_memory_comes_with_the_persons_own_words(store: Store, lend: Lend) -> None:
    ids = fill(store)
    found = lend().memory(ids["plain"])
    assert [quote.text for quote in found.quotes] == ["My sister Anna lives in Leipzig."]


def test_about_somebody(store: Store, lend: Lend) -> None:
    ids = fill(store)
    assert ids["plain"] in {each.memory.id for each in lend().about("Anna")}
    with pytest.raises(NotFound):
        lend().about("Marlowe")


def test_what_is_written_while_it_is_open_elsewhere_is_found_at_once(store: Store, lend: Lend) -> None:
    lending = lend()
    fill(store)
    assert "umbrella" not in "".join(each.memory.text for each in lending.search("Where is my umbrella?"))
    new = add(store, "My umbrella is in the hall.")
    assert lending.search("Where is my umbrella?")[0].memory.id == new.id


def test_reading_changes_nothing_of_the_database(store: Store, lend: Lend, paths: Paths) -> None:
    fill(store)
    store.close()
    before = paths.database.read_bytes()
    lending = lend()
    lending.search("garden")
    lending.recent()
    assert paths.database.read_bytes() == before
    assert Store.open(paths).memories.count() == 10


def test_no_profile_is_made_by_looking_for_one(lend: Lend, home: Path) -> None:
    with pytest.raises(ProfileUnavailable):
        lend().search("anything")
    assert not home.exists()


def test_a_database_that_is_gone_is_told_of(store: Store, lend: Lend, paths: Paths) -> None:
    store.close()
    paths.database.unlink()
    with pytest.raises(ProfileMissing):
        lend().search("anything")
    assert not paths.database.exists()


@pytest.mark.parametrize(("by", "error"), [(1, ProfileTooNew), (-1, ProfileError)])
def test_another_schema_is_refused_and_left_alone(
    store: Store, lend: Lend, paths: Paths, by: int, error: type[CompanionError]
) -> None:
    with store.db.write():
        store.db.run(f"PRAGMA user_version = {len(MIGRATIONS) + by}")
    store.close()
    with pytest.raises(error) as refused:
        lend().search("anything")
    assert refused.value.hint
    with pytest.raises(error):
        lend(proposals=True).propose("I like tea.", "", "client")
    assert not paths.inbox.exists()


def test_an_encrypted_profile_needs_its_key_and_keeps_proposals_sealed(
    paths: Paths, lend: Lend, clock: SetClock
) -> None:
    from companion.store.keys import Kdf, new_keys, write_keys

    paths.prepare()
    keys, _ = (
        new_keys()
        .with_passphrase("correct horse battery", Kdf(8 * 1024, 1, 1), 0.0)
        .with_recovery_code(Kdf(8 * 1024, 1, 1))
    )
    write_keys(paths.keys, keys.file)
    db = open_database(paths.database, refuse_others, keys.database_key)
    migrate(db)
    db.close()
    store = Store.open(paths, clock, keys.database_key)
    add(store, "My umbrella is in the hall.")
    with pytest.raises(ProfileSealed):
        lend(key=None).search("umbrella")
    lending = lend(key=keys.database_key, proposals=True)
    assert lending.search("umbrella")
    lending.propose("I collect porcelain owls.", "They said owls.", "client")
    for file in [path for path in paths.data.rglob("*") if path.is_file()]:
        assert b"owls" not in file.read_bytes(), file
    (entry,) = Inbox(paths.inbox).waiting()
    assert Inbox(paths.inbox).read(entry, keys.database_key).text == "I collect porcelain owls."
    with pytest.raises(ValueError, match="sealed"):
        Inbox(paths.inbox).read(entry, bytes(32))
    store.close()


def test_proposals_are_refused_unless_they_are_allowed(store: Store, lend: Lend, paths: Paths) -> None:
    with pytest.raises(InvalidInput):
        lend().propose("I like tea.", "", "client")
    assert "propose_memory" not in [tool.name for tool in Tools(lend()).listed()]
    assert "propose_memory" in [tool.name for tool in Tools(lend(proposals=True)).listed()]
    assert not paths.inbox.exists()


def test_proposals_are_limited_in_size_rate_and_number(store: Store, lend: Lend, paths: Paths) -> None:
    lending = lend(proposals=True)
    for text in ("", " \n\x1b[31m", "x" * (LONGEST + 1)):
        with pytest.raises(InvalidInput):
            lending.propose(text, "", "client")
    for number in range(A_MINUTE):
        lending.propose(f"I like tea number {number}.", "", "client")
    with pytest.raises(InvalidInput, match="a minute"):
        lending.propose("One more.", "", "client")
    for _ in range(MOST_WAITING - A_MINUTE):
        Inbox(paths.inbox).put(Proposal(new_id(), "x", "y", "", 0.0, 0), None)
    with pytest.raises(InvalidInput, match="wait already"):
        lend(proposals=True).propose("Another program's.", "", "client")
    if os.name == "posix":
        assert {path.stat().st_mode & 0o777 for path in paths.inbox.iterdir()} == {0o600}


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.integers(), max_size=2)
)
ARGUMENTS = st.dictionaries(st.sampled_from(["text", "name", "id", "limit", "days", "faded", "why", "x"]), ANYTHING)
TOOLS = st.sampled_from(
    ["search_memories", "recent_memories", "memories_about", "get_memory", "propose_memory", "another"]
)


@settings(max_examples=40)
@given(ARGUMENTS, TOOLS)
def test_whatever_is_asked_is_answered_or_refused_in_words(arguments: dict[str, object], name: str) -> None:
    class Answering(Lending):
        def search(self, *_: object) -> tuple[()]:  # type: ignore[override]
            return ()

        recent = about = search  # type: ignore[assignment]

        def memory(self, id: int) -> None:  # type: ignore[override]
            raise NotFound

        def propose(self, text: str, why: str, client: str) -> None:
            assert isinstance(text, str)

    tools = Tools(Answering(None, None, None, lambda: None))  # type: ignore[arg-type]
    with suppress(CompanionError):
        assert tools.call(name, arguments, "client")["note"]


@settings(max_examples=25)
@given(st.text(max_size=300), st.text(max_size=80))
def test_a_proposal_survives_the_folder_harmless(words: str, client: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        inbox = Inbox(Path(folder) / "inbox")
        for key in (None, bytes(range(32))):
            proposal = Proposal(new_id(), client, words, words, 1.0, 0)
            try:
                inbox.put(proposal, key)
            except ValueError:
                assert not sanitise(words).strip() or len(sanitise(words)) > 300 or len(words) > 300
                continue
            path = next(each for each in inbox.waiting() if proposal.id in each.name)
            found = inbox.read(path, key)
            assert (found.id, found.text) == (proposal.id, sanitise(words).strip())
            assert sanitise(found.client) == found.client
            inbox.remove(path)
            assert not inbox.waiting()


def test_words_are_not_said_to_be_gone_while_a_reader_keeps_them_in_the_log(
    store: Store, paths: Paths, clock: SetClock
) -> None:
    gone = add(store, "I collect porcelain owls.")
    for number in range(200):
        add(store, f"I have {number} books.")
    with read_beside(paths, clock, None) as reader:
        reader.db.all("PRAGMA busy_timeout=0")
        rows = reader.db._connection.execute("SELECT * FROM memories")
        next(rows)  # as one that was stopped in the middle of an answer
        with store.db.write():
            store.db.run("UPDATE memories SET text = 'I collect.' WHERE id = ?", (gone.id,))
        store.db._connection.set_busy_timeout(50)
        with pytest.raises(ProfileUnavailable, match="another program"):
            store.db.compact()
        rows.close()
    store.db.compact()
    assert not paths.database.with_name(paths.database.name + "-wal").stat().st_size


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a folder that may not be looked into")
def test_a_folder_that_may_not_be_looked_into_is_told(store: Store, paths: Paths, lend: Lend) -> None:
    paths.data.chmod(0)
    try:
        with pytest.raises(ProfileUnavailable):
            lend().search("tea")
    finally:
        paths.data.chmod(0o700)


@pytest.mark.parametrize("comes", ["companion.keys", "companion.db.sealing"])
def test_a_proposal_that_a_new_key_overtakes_is_not_said_to_be_left(
    store: Store, paths: Paths, lend: Lend, monkeypatch: pytest.MonkeyPatch, comes: str
) -> None:
    fill(store)
    put = Inbox.put

    def overtaken(inbox: Inbox, proposal: Proposal, key: bytes | None) -> Path:
        path = put(inbox, proposal, key)
        (paths.data / comes).write_bytes(b"another")
        return path

    monkeypatch.setattr(Inbox, "put", overtaken)
    with pytest.raises(ProfileUnavailable, match="being changed"):
        lend(proposals=True).propose("I like tea.", "", "client")
    assert not Inbox(paths.inbox).waiting()
