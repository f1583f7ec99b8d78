"""Taking in an export: conversations and turns with their dates, and of each turn that tells something a moment, all
under one source, where it waits until the person confirms it.

In transactions of a bounded size. One that is broken off loses nothing and doubles nothing: what is here is known by
its origin, and the rest is taken in under the same source when it is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from companion.clock import Clock
from companion.exchange.erased_words import without_erased
from companion.exchange.foreign import cards
from companion.exchange.foreign.given import Chat, Given, Notes, Said
from companion.exchange.foreign.planning import chat_key, new_characters, turn_keys
from companion.exchange.foreign.reading import read
from companion.exchange.foreign.sniffing import sort_files
from companion.mind.admit import wants_private
from companion.mind.moments import moment_of, tells
from companion.mind.resting import NEW, brings
from companion.model.personas import DEFAULT, Personas
from companion.records import PLAY, Memory, Turn
from companion.sentences import sentences
from companion.store.scopes import EVERYBODY
from companion.store.sources import QuarantineBatch
from companion.store.store import Store
from companion.strings import text
from companion.transfers import Imported, ImportForm, ImportPlan

PART = 200
"""Turns of one transaction, about."""
MOST_TEXT = 20_000
"""Characters of a turn from which no moment is made: nobody says so much, it is a document."""
Progress = Callable[[int, int], None]
"""Turns looked at, of how many."""


@dataclass(frozen=True, slots=True)
class _New:
    """A turn to be written, with its moment, whose evidence names no turn yet. `answers`: key of the turn it does."""

    key: str
    said: Said
    answers: str
    moment: Memory | None


@dataclass(frozen=True, slots=True)
class _Part:
    """New turns of one chat. `known`: by key, the turns of the chat that are here; grows."""

    chat: Chat
    new: Sequence[_New]
    known: dict[str, int]


@dataclass
class TakingIn:
    store: Store
    clock: Clock
    form: ImportForm
    name: str
    wanted: Callable[[], bool] = lambda: True
    """Asked between two parts: whether to go on."""
    progress: Progress = lambda *_: None
    source: int | None = None
    made: int = 0
    batch: int | None = None
    _waiting: list[_Part] = field(default_factory=list)
    _looked_at: int = 0

    def take(self, chats: Iterator[Chat], total: int) -> None:
        """Take in `chats`, which have `total` turns. Raises ProfileError; what was taken in by then stays."""
        ready = 0
        for chat in chats:
            keys = turn_keys(self.store.origins, self.form, chat)
            known = self.store.origins.known(self.form, "turn", keys)
            new = list(self._new(chat, keys, known))
            self._looked_at += len(chat.said)
            for start in range(0, len(new), PART):
                self._waiting.append(_Part(chat, new[start : start + PART], known))
                ready += len(self._waiting[-1].new)
                if ready >= PART:
                    self._write()
                    ready = 0
                    self.progress(min(self._looked_at, total), total)
                    if not self.wanted():
                        return
        self._write()
        self.progress(total, total)

    def _new(self, chat: Chat, keys: Sequence[str], known: dict[str, int]) -> Iterator[_New]:
        """What an assistant says first after the person's words answers them."""
        scope = PLAY if chat.play else EVERYBODY
        asked, answers, seen = "", "", set[str]()
        for key, said in zip(keys, chat.said, strict=True):
            if key not in known and key not in seen:
                said = replace(said, text=without_erased(self.store, said.text))
                yield _New(key, said, answers if said.role == "companion" else "", self._moment(said, asked, scope))
            seen.add(key)
            asked = said.text if said.role == "person" else asked
            answers = key if said.role == "person" else ""

    def _moment(self, said: Said, asked: str, scope: str) -> Memory | None:
        """As reflection makes it, but for who is told of: another assistant is not this companion."""
        if len(said.text) > MOST_TEXT or not tells(said.text) or wants_private(said.text):
            return None
        if said.role == "companion" and (wants_private(asked) or brings(said.text, (asked,)) < NEW):
            return None
        parts = (said.text, *(said.text[start:end] for start, end in sentences(said.text)))
        if any(map(self.store.memories.is_buried, parts)):
            return None
        found = moment_of(_turn(said), scope)
        return found if said.role == "person" else replace(found, subject=said.speaker or "companion")

    def _write(self) -> None:
        """What waits, in one transaction."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        store = self.store
        with store.db.write():
            source = self.source = self._source(waiting)
            with store.quarantine_batch(source, "system", "import", "brought in from elsewhere") as batch:
                for part in waiting:
                    conversation = self._conversation(part.chat, source)
                    for new in part.new:
                        self._keep(batch, part, conversation, new, source)
            self.batch = batch.batch.id if batch.batch.touched else self.batch

    def _source(self, waiting: Sequence[_Part]) -> int:
        if self.source is not None:
            return self.source
        keys = [chat_key(self.store.origins, self.form, part.chat) for part in waiting]
        there = self.store.origins.known(self.form, "conversation", keys)
        begun = self.store.origins.open_source(sorted(there.values())) if there else None
        return begun or self.store.sources.add("import", self.name, self.clock.now())

    def _conversation(self, chat: Chat, source: int) -> int:
        key = chat_key(self.store.origins, self.form, chat)
        there = self.store.origins.known(self.form, "conversation", [key])
        if key in there:
            return there[key]
        id = self.store.conversations.begin(chat.said[0].at, "play" if chat.play else "usual")
        if chat.title:
            self.store.conversations.rename(id, chat.title)
        self.store.origins.note(self.form, "conversation", [(key, id)], source)
        return id

    def _keep(self, batch: QuarantineBatch, part: _Part, conversation: int, new: _New, source: int) -> None:
        said = new.said
        answers = part.known.get(new.answers)
        turn = self.store.turns.add(conversation, said.role, said.text, said.at, speaker=said.speaker, answers=answers)
        part.known[new.key] = turn.id
        self.store.origins.note(self.form, "turn", [(new.key, turn.id)], source)
        if new.moment is not None:
            evidence = tuple(replace(each, turn=turn.id) for each in new.moment.evidence)
            batch.add(replace(new.moment, evidence=evidence))
            self.made += 1


def take_in(
    store: Store,
    personas: Personas,
    given: Given,
    planned: ImportPlan,
    *,
    clock: Clock,
    wanted: Callable[[], bool] = lambda: True,
    progress: Progress = lambda *_: None,
) -> Imported:
    """Do what `plan` told. Raises FileRefused, InvalidInput, ProfileError."""
    form, files, _ = sort_files(given, planned.form)
    if form == "card":
        for each in new_characters(personas, list(cards.characters(given, files, Notes())), Notes()):
            card = personas.copy(DEFAULT, each.name, store.scopes.names())
            about = each.about or text("importing.about_card")
            personas.edit(
                replace(
                    card,
                    name=each.name,
                    system=each.system,
                    greeting=each.greeting,
                    about=about,
                    memory="own",
                    boundaries="",
                )
            )
        return Imported(planned)
    taking = TakingIn(store, clock, form, given.name, wanted, progress)
    taking.take(read(form, given, files, Notes()), planned.turns)
    return Imported(replace(planned, new_memories=taking.made), taking.source if taking.made else None, taking.batch)


def _turn(said: Said) -> Turn:
    at, offset = said.at.timestamp(), said.at.utcoffset()
    seconds = int(offset.total_seconds()) if offset is not None else 0
    return Turn(0, 0, said.role, said.speaker or said.role, said.text, at, seconds, "complete", None, None)
