"""What the person does to memories: add, edit, pin, forget, restore, undo, redo. Each is a batch of the journal."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace

from companion.clock import Clock, stamp
from companion.errors import InvalidInput
from companion.memory.credit import reinforce
from companion.memory.forgetting import EASY, Curve, first_strength
from companion.mind.answering import answered
from companion.mind.hard_tokens import hard_tokens
from companion.mind.keeping import Keeper
from companion.mind.portrait_rules import is_conclusion
from companion.mind.tagging import Tagger
from companion.mind.wording import wording
from companion.records import Change, Kind, Memory, Status, Turn
from companion.sentences import sentences
from companion.store.changes import Batch
from companion.store.store import Store
from companion.strings import text as words
from companion.text import one_line, valid_text
from companion.voices import COMPANION, bare
from companion.wording import reason_told, word

LONGEST = 20_000
"""Characters of a memory written by hand; longer texts are not one remembered thing."""
SAID_BACK = 50
"""Of what the companion said that is looked at for words that are forgotten, the newest."""
_SPEAKERS = frozenset("我你您")
"""What the person says of themselves is said to them in another word."""
_STANDING: tuple[Status, ...] = ("candidate", "active", "dormant", "archived", "quarantined")
SAID = 80
"""Characters of a memory in the line that says what was done."""


@dataclass
class Editing:
    store: Store
    clock: Clock
    curve: Curve

    def add(self, text: str, kind: Kind) -> Change:
        text = checked(text)
        with self.store.changes.batch("person", "add") as batch:
            added = self.add_in(batch, text, kind)
        return self.change(batch.id, words("editing.added", text=said(text)), (added.id,))

    def add_in(
        self,
        batch: Batch,
        text: str,
        kind: Kind,
        *,
        subject: str = "person",
        scope: str = "",
        span: tuple[float, float] | None = None,
    ) -> Memory:
        """`span`: when it happened, from and until, seconds."""
        at, offset = stamp(self.clock.now())
        start, end = span or (None, None)
        strength = first_strength(kind, "fact", 4, None, lasting=True)
        memory = Memory(
            0, kind, text, "active", at, offset, subject=subject, importance=4, strength=strength, scope=scope,
            event_start=start, event_end=end,
        )  # fmt: skip
        added = batch.add(replace(memory, tags=Tagger(self.store).of(memory)))
        Tagger(self.store).refresh(batch, (text,), scope)
        return added

    def answer(self, question: str, turn: Turn, scope: str) -> Change:
        """Keep what the person's `turn` answers to a question of the companion's, placed among what is known."""
        keeper = Keeper(self.store, self.clock, self.curve)
        with self.store.changes.batch(
            "person", "answer", words("engine.answer_to", question=one_line(question, 80))
        ) as batch:
            kept = [keeper.keep(batch, thought) for thought in answered(question, turn, scope)]
            ids = tuple(each.id for each in kept if each.id is not None) or batch.touched
        return self.change(batch.id, words("editing.remembered", text=said(turn.text)), ids)

    def edit(self, id: int, text: str) -> Change:
        text = checked(text)
        memory = self.store.memories.get(id)
        if memory.text == text:
            raise InvalidInput(words("editing.says_that", id=id))
        if memory.status == "forgotten":
            # Its words are what must not be learned again.
            raise InvalidInput(words("editing.is_forgotten", id=id), hint=words("editing.bring_back_first"))
        with self.store.changes.batch("person", "edit") as batch:
            self.edit_in(batch, memory, text)
        return self.change(batch.id, words("editing.changed", text=said(text)), (id,))

    def edit_in(self, batch: Batch, memory: Memory, text: str) -> None:
        batch.update(memory.id, text=text)
        self.reinforce(batch, memory.id, "edited")
        Tagger(self.store).refresh(batch, (memory.text, text), memory.scope)
        # The verbatim moments still say the old words; what the person corrected must not come back through them.
        # Of an event nobody knows which of the sentences it quotes was corrected: they stay. So do those of a day
        # and of a line of the portrait; the other way round the next night makes these anew.
        for other in self.on_the_same_words(memory) if memory.kind in ("moment", "thought") else ():
            if other.kind != "thought" and other.status in ("active", "dormant", "archived"):
                batch.update(other.id, status="superseded", replaced_by=memory.id)

    def pin(self, id: int, pinned: bool) -> Change:
        memory = self.store.memories.get(id)
        if memory.pinned == pinned:
            raise InvalidInput(words("editing.is_pinned", id=id) if pinned else words("editing.not_pinned", id=id))
        with self.store.changes.batch("person", "pin" if pinned else "unpin") as batch:
            self.pin_in(batch, memory, pinned)
        done = words("editing.pinned", text=said(memory.text)) if pinned else ""
        return self.change(batch.id, done or words("editing.unpinned", text=said(memory.text)), (id,))

    def pin_in(self, batch: Batch, memory: Memory, pinned: bool) -> None:
        batch.update(memory.id, pinned=pinned)
        if pinned:
            status = "active" if memory.status in ("dormant", "archived") else memory.status
            batch.update(memory.id, status=status)
            self.reinforce(batch, memory.id, "pinned")

    def forget(self, id: int) -> Change:
        """Forget a memory with all that rests on the same words: the thought, the moment it was taken from, and what
        was replied, which may repeat it."""
        memory = self.store.memories.get(id)
        if memory.status == "forgotten":
            raise InvalidInput(words("editing.forgotten_already", id=id))
        with self.store.changes.batch("person", "forget") as batch:
            forgotten = self.forget_in(batch, memory)
        return self.change(batch.id, words("editing.forgotten", text=said(memory.text)), forgotten)

    def forget_in(self, batch: Batch, memory: Memory) -> tuple[int, ...]:
        """All that was forgotten with it, itself first."""
        same = [m.id for m in self.on_the_same_words(memory) if m.status != "forgotten"]
        for each in (memory.id, *same):
            batch.update(each, status="forgotten")
        Tagger(self.store).refresh(batch, (memory.text,), memory.scope)
        return (memory.id, *same)

    def restore(self, id: int) -> Change:
        memory = self.store.memories.get(id)
        if memory.status == "active":
            raise InvalidInput(words("editing.is_active", id=id))
        with self.store.changes.batch("person", "restore") as batch:
            self.restore_in(batch, memory)
        return self.change(batch.id, words("editing.restored", text=said(memory.text)), (id,))

    def restore_in(self, batch: Batch, memory: Memory) -> None:
        batch.update(memory.id, status="active", replaced_by=None)
        self.reinforce(batch, memory.id, "restored")
        Tagger(self.store).refresh(batch, (memory.text,), memory.scope)

    def undo(self, batch: int | None) -> Change:
        target = self.store.changes.latest_of_person() if batch is None else batch
        source = self.store.looked_back.confirms(target)
        # What was made of it goes before it does.
        with self.store.looked_back.taking_back(source) if source is not None else nullcontext():
            undone, touched, kept = self.store.changes.undo(target)
        reason = self.store.db.value("SELECT reason FROM batches WHERE id = ?", (undone,))
        if self.store.changes.brought_turns(target):
            kept = (*kept, words("undoing.said_stays"))
        return replace(self.change(undone, words("editing.undone", reason=reason_told(reason)), touched), kept=kept)

    def redo(self) -> Change:
        redone, touched, kept = self.store.changes.redo()
        action = self.store.changes.action_of(redone)
        return replace(self.change(redone, words("editing.redone", action=word("act", action)), touched), kept=kept)

    def on_the_same_words(self, memory: Memory) -> list[Memory]:
        """Moments whose words include evidence of `memory` or answer it, what was advised in such an answer, what the
        companion said of it later, events and what nights made that quote any of it, and thoughts that rest on nothing
        but its words. Of a conclusion from many, only itself."""
        if is_conclusion(memory):
            return []
        spans = [(e.turn, e.start, e.end) for e in memory.evidence]
        found = [*self._made_of(memory), *self._said_back(memory)]
        if not spans:
            return found
        known = {other.id for other in found}
        turns = {turn for turn, _, _ in spans}
        replies = {reply.id for turn in turns for reply in self.store.turns.replies_to(turn)}
        for other in self.store.memories.resting_on(sorted(turns | replies)):
            others = [(e.turn, e.start, e.end) for e in other.evidence]
            holds = (other.kind == "moment" or other.subject == COMPANION) and (
                any(_within(span, others) for span in spans) or any(turn in replies for turn, _, _ in others)
            )
            quotes = other.kind in ("event", "day", "trait")
            holds = holds or (quotes and any(_overlap(one, two) for one in spans for two in others))
            rests = memory.kind != "thought" and all(_within(span, spans) for span in others)
            same = all(_within(span, spans) for span in others) and all(_within(span, others) for span in spans)
            if other.id != memory.id and other.id not in known and (holds or rests or same):
                found.append(other)
        return found

    def _said_back(self, memory: Memory) -> list[Memory]:
        """What the companion said, in whatever conversation, that tells it in a sentence."""
        said = bare(memory.text)
        telling = frozenset(word for word in wording(said).telling if _SPEAKERS.isdisjoint(word))
        if memory.subject == COMPANION or len(telling) < (2 if hard_tokens(said) else 3):
            return []
        ids = self.store.search.with_all(said, telling, SAID_BACK, _STANDING, "moment")
        found = [m for m in self.store.memories.many(ids).values() if m.scope == memory.scope]
        return [m for m in found if m.subject == COMPANION and _tells(m.text, telling)]

    def _made_of(self, memory: Memory) -> list[Memory]:
        """The days and lines of the portrait that tell it, which also what was never said in a turn may be told in."""
        ids = [link.target for link in self.store.memories.links(memory.id) if link.type == "part-of"]
        made = self.store.memories.many([id for id in ids if id != memory.id]).values()
        return [m for m in made if m.kind in ("day", "trait")]

    def reinforce(self, batch: Batch, id: int, cause: str) -> None:
        memory = self.store.memories.get(id)
        reinforce(self.store, batch, memory, self.curve, self.clock.now(), EASY, cause, None)

    def change(self, batch: int, summary: str, ids: tuple[int, ...]) -> Change:
        found = self.store.memories.many(ids)
        return Change(batch, summary, tuple(found[id] for id in ids if id in found))


def _tells(text: str, telling: frozenset[str]) -> bool:
    return any(telling <= wording(text[start:end]).telling for start, end in sentences(text))


Span = tuple[int, int, int]


def _within(span: Span, spans: list[Span]) -> bool:
    return any(span[0] == turn and start <= span[1] and span[2] <= end for turn, start, end in spans)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def said(text: str) -> str:
    """A memory in the line that says what was done."""
    return one_line(text, SAID)


def checked(text: str) -> str:
    """What a memory may say. Raises InvalidInput."""
    text = valid_text(text).strip()
    if not text:
        raise InvalidInput(words("editing.needs_words"))
    if len(text) > LONGEST:
        raise InvalidInput(words("editing.too_long", count=len(text), most=LONGEST))
    return text
