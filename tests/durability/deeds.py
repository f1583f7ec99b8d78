"""Everything a person can do, each as a small deed on a whole Companion that says afterwards what must stay true.

A deed picks what it works on by `life.chance`, so that a seed tells a whole life. What was acknowledged is given as
facts: a question to the file, or a file of the person's, with the answer that was so when the call returned.
"""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from companion.clock import SetClock
from companion.companion import Companion
from companion.errors import CompanionError, InvalidInput, NothingToUndo
from companion.memory_pages import GroupAction
from companion.paths import Paths
from companion.records import STATUSES, Change, Memory, MemoryFilter, Status
from companion.settings import Settings
from companion.settings_file import write_setting
from tests.fakes import FakeModel
from tests.support import START, FakeEmbedder

EVERYTHING = MemoryFilter(statuses=STATUSES, limit=10_000)
PEOPLE = ("Ada", "Bruno", "Clara", "Dmitri", "Elena", "Felix", "Greta", "Hugo")
PLACES = ("Lyon", "Oslo", "Porto", "Ghent", "Turin", "Bergen")
THINGS = ("cello", "kayak", "telescope", "loom", "greenhouse", "sailboat")


@dataclass(frozen=True)
class Fact:
    """Permanent, unless its `key` is one of those that later deeds may change (`now:` …): then it holds until then."""

    key: str
    sql: str = ""
    values: tuple[Any, ...] = ()
    answer: Any = None
    """The rows; of a file the hash of its bytes, None when there is none."""
    file: str = ""
    """Beneath the profile's folder."""

    @property
    def lasts(self) -> bool:
        return not self.key.startswith("now:")


def hash_of(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None


@dataclass
class Life:
    """One Companion on a profile, over a fake model; what was said in it is told apart by a number."""

    paths: Paths
    chance: random.Random
    clock: SetClock = field(default_factory=lambda: SetClock(START))
    embeds: bool = True
    number: int = 0
    model: FakeModel = field(default_factory=FakeModel)

    def open(self) -> Companion:
        self.companion = Companion(
            self.paths, Settings(), clock=self.clock, index=False, nights=False, load_embedder=self.embeds,
            model=self.model, embedder=FakeEmbedder() if self.embeds else None,
        )  # fmt: skip
        self.companion.start()
        return self.companion

    def close(self) -> None:
        self.companion.close()
        self.model = FakeModel()

    # What deeds need

    def statement(self) -> str:
        self.number += 1
        who, where, what = (self.chance.choice(names) for names in (PEOPLE, PLACES, THINGS))
        return f"My friend {who} keeps {what} number {self.number} in {where}."

    def memories(self, *statuses: Status) -> list[Memory]:
        rows = self.companion.list_memories(replace(EVERYTHING, statuses=statuses or STATUSES, order="oldest"))
        return [row.memory for row in rows]

    def some(self, count: int, *statuses: Status) -> tuple[int, ...]:
        found = [memory.id for memory in self.memories(*statuses) if memory.kind in ("thought", "moment")]
        if len(found) < count:
            raise NothingToUndo
        return tuple(self.chance.sample(found, count))

    def turn(self, role: str) -> tuple[int, str]:
        """A turn of the conversation that is open."""
        found = [item.turn for item in self.companion.transcript(limit=100) if item.turn.role == role]
        found = [turn for turn in found if turn.conversation == self.companion.conversation().id]
        found = [turn for turn in found if role == "person" or turn.answers is not None]
        if not found:
            raise NothingToUndo
        chosen = self.chance.choice(found)
        return chosen.id, chosen.text

    def ask(self, sql: str, *values: Any) -> list[list[Any]]:
        store = self.companion._store
        assert store is not None
        return [list(row) for row in store.db.all(sql, values)]

    def asked(self, key: str, sql: str, *values: Any) -> Fact:
        """What the file answers now is to be so from now on."""
        return Fact(key, sql, values, self.ask(sql, *values))

    def lesson(self) -> Fact:
        """The latest."""
        ((id,),) = self.ask("SELECT max(id) FROM lessons")
        return self.asked(f"lesson:{id}", "SELECT * FROM lessons WHERE id = ?", id)

    def kept(self, key: str, file: str) -> Fact:
        return Fact(key, file=file, answer=hash_of(self.paths.data / file))

    def changed(self, change: Change) -> tuple[Fact, ...]:
        batch = change.batch
        return (
            self.asked(f"batch:{batch}", "SELECT actor, action, reason, undoes FROM batches WHERE id = ?", batch),
            self.asked(f"journal:{batch}", "SELECT * FROM journal WHERE batch = ? ORDER BY seq", batch),
        )

    def said(self, *turns: int) -> tuple[Fact, ...]:
        sql = "SELECT conversation, role, text, state, parent, answers FROM turns WHERE id = ?"
        return (*(self.asked(f"turn:{turn}", sql, turn) for turn in turns), *self.talked())

    def talked(self) -> tuple[Fact, ...]:
        """What each conversation says now, and what was typed and not sent."""
        path = (
            "SELECT conversation, count(*), sum(id), max(id) FROM turns WHERE id NOT IN (SELECT turn FROM off_path)"
            " AND state <> 'streaming' GROUP BY 1 ORDER BY 1"
        )
        drafts = "SELECT conversation, length(text), substr(text, 1, 60) FROM drafts ORDER BY 1"
        return self.asked("now:paths", path), self.asked("now:drafts", drafts)


Facts = tuple[Fact, ...]
Act = Callable[[Life], Facts]


@dataclass(frozen=True)
class Deed:
    name: str
    act: Act
    touches: tuple[str, ...] = ()
    """Which of the facts that do not last may be otherwise while it is being done; the beginning of their keys."""
    single: bool = True
    """Whether it is one transaction: then there is nothing between before and after."""


DEEDS: dict[str, Deed] = {}
TALK = ("now:paths", "now:drafts")


def deed(*touches: str, single: bool = True) -> Callable[[Act], Act]:
    def register(act: Act) -> Act:
        name = act.__name__
        DEEDS[name] = Deed(name, act, touches, single)
        return act

    return register


# Talking


@deed(*TALK, single=False)
def talk(life: Life) -> Facts:
    report = life.companion.ask(life.statement())
    assert report.turn.answers is not None
    return life.said(report.turn.answers, report.turn.id)


@deed(*TALK, single=False)
def stop(life: Life) -> Facts:
    """The reply is stopped after a few words, which are kept."""
    gate = life.model.gate = threading.Event()
    life.model.step = True
    life.model.enqueue("I hear you, and I would like to know much more about all of that.")
    before = len(life.model.calls)
    try:
        sent = life.companion.send(life.statement())
        while life.companion._talking.wanted and len(life.model.calls) == before:
            pass  # until it begins, or cannot
        for _ in range(life.chance.randint(0, 3)):
            gate.set()
        life.companion.stop()
    finally:
        life.model.step = False
        gate.set()
        life.companion._talking.wait()
        life.model.gate = None
    return life.said(sent.turn)


@deed(*TALK, single=False)
def regenerate(life: Life) -> Facts:
    reply, _ = life.turn("companion")
    life.companion.regenerate(reply)
    life.companion._talking.wait()
    return life.said(reply)


@deed(*TALK, single=False)
def resend(life: Life) -> Facts:
    turn, _ = life.turn("person")
    sent = life.companion.resend(turn, life.statement())
    life.companion._talking.wait()
    return life.said(sent.turn, turn)


@deed(*TALK, single=False)
def choose(life: Life) -> Facts:
    versions = [item.siblings for item in life.companion.transcript(limit=100) if item.siblings]
    if not versions:
        raise NothingToUndo
    turn = life.chance.choice(life.chance.choice(versions))
    life.companion.choose(turn)
    return life.said(turn)


@deed(single=False)
def reflect(life: Life) -> Facts:
    """Whatever waits to be thought about is."""
    life.companion.settle()
    done = life.ask("SELECT id FROM jobs WHERE state = 'done' ORDER BY id DESC LIMIT 3")
    return tuple(life.asked(f"job:{id}", "SELECT kind, key, state FROM jobs WHERE id = ?", id) for (id,) in done)


@deed("now:drafts")
def draft(life: Life) -> Facts:
    life.companion.keep_draft(life.statement())
    return life.talked()


@deed("now:drafts")
def long_draft(life: Life) -> Facts:
    """More than SQLite lets the write-ahead log grow to before it is brought into the file."""
    life.companion.keep_draft(life.statement() * 100_000)
    return life.talked()


@deed("now:title")
def rename(life: Life) -> Facts:
    found = life.companion.conversations()
    if not found:
        raise NothingToUndo
    id = life.chance.choice(found).id
    life.companion.rename_conversation(id, life.statement())
    return (life.asked(f"now:title:{id}", "SELECT title FROM conversations WHERE id = ?", id),)


@deed(*TALK, single=False)
def another_conversation(life: Life) -> Facts:
    found = life.companion.conversations()
    if len(found) > 2 and life.chance.random() < 0.5:
        life.companion.open_conversation(life.chance.choice(found).id)
        return life.talked()
    life.companion.begin_conversation()
    return talk(life)


@deed(*TALK, single=False)
def answer(life: Life) -> Facts:
    """A first question of the companion's is answered."""
    change = life.companion.answer_question("What do you like?", life.statement())
    return (*life.changed(change), *life.talked())


# Memory


@deed()
def add(life: Life) -> Facts:
    return life.changed(life.companion.add_memory(life.statement()))


@deed()
def edit(life: Life) -> Facts:
    (id,) = life.some(1, "active", "dormant")
    return life.changed(life.companion.edit_memory(id, life.statement()))


@deed()
def pin(life: Life) -> Facts:
    (id,) = life.some(1)
    return life.changed(life.companion.pin_memory(id, life.chance.random() < 0.7))


@deed()
def forget(life: Life) -> Facts:
    (id,) = life.some(1, "active", "dormant", "superseded")
    return life.changed(life.companion.forget_memory(id))


@deed()
def restore(life: Life) -> Facts:
    (id,) = life.some(1, "forgotten", "dormant", "archived", "superseded", "merged")
    return life.changed(life.companion.restore_memory(id))


@deed()
def several(life: Life) -> Facts:
    actions: tuple[GroupAction, ...] = ("pin", "unpin", "forget", "restore")
    return life.changed(life.companion.change_memories(life.some(3), life.chance.choice(actions)))


@deed()
def merge(life: Life) -> Facts:
    return life.changed(life.companion.merge_memories(life.some(2, "active"), life.statement()))


@deed()
def split(life: Life) -> Facts:
    (id,) = life.some(1, "active")
    return life.changed(life.companion.split_memory(id, (life.statement(), life.statement())))


@deed()
def undo(life: Life) -> Facts:
    return life.changed(life.companion.undo())


@deed()
def redo(life: Life) -> Facts:
    return life.changed(life.companion.redo())


@deed()
def undo_any(life: Life) -> Facts:
    batches = sorted({entry.batch for entry in life.companion.history(limit=500)})
    if not batches:
        raise NothingToUndo
    return life.changed(life.companion.undo(life.chance.choice(batches)))


@deed()
def as_it_was(life: Life) -> Facts:
    when = life.chance.uniform(START.timestamp(), life.clock.now().timestamp())
    return life.changed(life.companion.restore_as_of(life.some(2), when))


@deed()
def judge(life: Life) -> Facts:
    given = [(item.turn.id, each.memory.id) for item in life.companion.transcript(limit=100) for each in item.recalled]
    if not given:
        raise NothingToUndo
    reply, memory = life.chance.choice(given)
    return life.changed(life.companion.judge(reply, memory, life.chance.choice(("not relevant", "wrong"))))


@deed()
def reset_learning(life: Life) -> Facts:
    life.companion.reset_learning()
    return (life.lesson(),)


@deed()
def restore_learning(life: Life) -> Facts:
    life.companion.restore_learning()
    return (life.lesson(),)


@deed("now:backup")
def sleep(life: Life) -> Facts:
    """A few days later the nights are slept."""
    life.clock.advance(days=life.chance.choice((1, 2, 9, 40)))
    life.companion.sleep()
    return (life.asked(f"nights:{life.clock.now()}", *_until(life.clock.now())),)


def _until(now: datetime) -> tuple[str, str]:
    return "SELECT * FROM nights WHERE night <= ? ORDER BY night DESC LIMIT 3", (
        now - timedelta(days=1)
    ).date().isoformat()


@deed("now:morning")
def morning_seen(life: Life) -> Facts:
    life.companion.morning_seen()
    return (life.asked("now:morning", "SELECT * FROM meta WHERE key LIKE 'morning%'"),)


@deed("now:taste")
def less_like(life: Life) -> Facts:
    kind = life.chance.choice(("after", "reminder", "anniversary", "absence"))
    life.companion.less_like(kind)  # type: ignore[arg-type]
    return (life.asked(f"now:taste:{kind}", "SELECT less FROM checkin_tastes WHERE kind = ?", kind),)


@deed(single=False)
def erase(life: Life) -> Facts:
    """Forgotten for good."""
    gone = life.companion.erase(life.some(1)).memories
    marks = ",".join("?" * len(gone))
    return (life.asked(f"gone:{gone}", f"SELECT id FROM memories WHERE id IN ({marks})", *gone),)  # noqa: S608


@deed("now:backup", single=False)
def back_up(life: Life) -> Facts:
    return (life.kept("now:backup", f"backups/{life.companion.back_up().name}"),)


# Files beside the database


@deed("now:settings")
def setting(life: Life) -> Facts:
    life.number += 1
    write_setting(life.paths.settings, "", "name", f"Somebody {life.number}")
    return (life.kept("now:settings", "settings.toml"),)


@deed("now:personas")
def copy_persona(life: Life) -> Facts:
    life.number += 1
    card = life.companion.copy_persona("companion", f"Nimbus {life.number}")
    return (life.kept(f"now:personas:{card.key}", f"personas/{card.key}.toml"),)


@deed("now:personas")
def edit_persona(life: Life) -> Facts:
    mine = [card for card in life.companion.personas() if not card.built_in]
    if not mine:
        raise NothingToUndo
    card = life.chance.choice(mine)
    life.companion.edit_persona(replace(card, about=life.statement()))
    return (life.kept(f"now:personas:{card.key}", f"personas/{card.key}.toml"),)


@deed("now:personas")
def remove_persona(life: Life) -> Facts:
    mine = [card for card in life.companion.personas() if not card.built_in]
    if len(mine) < 3:
        raise NothingToUndo
    card = life.chance.choice(mine)
    life.companion.remove_persona(card.key)
    return (life.kept(f"now:personas:{card.key}", f"personas/{card.key}.toml"),)


@deed("now:settings", "now:drafts", single=False)
def use_persona(life: Life) -> Facts:
    life.companion.use_persona(life.chance.choice(life.companion.personas()).key)
    return (life.kept("now:settings", "settings.toml"), *life.talked())


def done(life: Life, deed: Deed) -> Facts | None:
    """What must be so after it; None when there was nothing to do it with."""
    life.clock.advance(minutes=7)
    try:
        return deed.act(life)
    except (InvalidInput, NothingToUndo):
        return None
    except CompanionError as error:
        raise AssertionError(f"{deed.name}: {error.title} ({error.detail})") from error


def furnish(life: Life, days: int = 3) -> None:
    """A few days of a life: everything there is a deed for finds something to work on."""
    for _ in range(days):
        for name in ("talk", "add", "talk", "regenerate", "add", "reflect"):
            done(life, DEEDS[name])
        life.clock.advance(days=1)
        for name in ("sleep", "draft", "copy_persona", "edit", "forget", "undo", "merge", "rename", "resend"):
            done(life, DEEDS[name])
    done(life, DEEDS["reflect"])
