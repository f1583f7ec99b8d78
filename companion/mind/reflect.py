"""Reflection, first cut: after each exchange, keep what the person said that lasts. Rules only, no model.

For one exchange, in one transaction: a moment (the exchange itself), a thought for each admitted statement with the
span it rests on, evidence added to what was known already, credit for the memories the reply used, the vectors of
all of it, and the job marked done. What the person had forgotten is not learned again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone

from companion.clock import Clock, local
from companion.events import ThoughtsFormed
from companion.memory.credit import reinforce, used_in
from companion.memory.forgetting import GOOD, Curve, first_strength
from companion.memory.recall import Meaning
from companion.memory.words import content_words
from companion.mind.admit import Statement, admit, wants_private
from companion.mind.dates import resolve
from companion.records import Evidence, Memory, Turn
from companion.sentences import sentences
from companion.store.changes import Batch
from companion.store.images import content_key
from companion.store.store import Store
from companion.store.vectors import Matrix
from companion.text import has_cjk, text_hash

REFLECT = "reflect"
"""Kind of job; its key is the id of the person's turn."""


@dataclass
class Reflection:
    """Thinks about exchanges. `meaning` gives the embedder when there is one; without it vectors come later."""

    store: Store
    clock: Clock
    curve: Curve
    meaning: Callable[[], Meaning | None]

    def queue(self, turn: int) -> None:
        """Put an exchange into the durable queue; joins the caller's transaction."""
        self.store.jobs.queue(REFLECT, str(turn), self.clock.now())

    def run(self, job: int, turn_id: int) -> ThoughtsFormed | None:
        """Think about the exchange that the person's turn `turn_id` began. Running it again changes nothing."""
        turn = self.store.turns.get(turn_id)
        reply = next(iter(self.store.turns.replies_to(turn_id)), None)
        private = wants_private(turn.text)
        keep = [] if private else admit(turn.text)
        moment = None if private else self._moment(turn, reply)
        thoughts = [self._thought(turn, statement) for statement in keep]
        vectors = self._embed([memory.text for memory in (*([moment] if moment else []), *thoughts)])
        lines: list[str] = []
        formed: list[int] = []
        with self.store.changes.batch("reflection", "remember", f"from what was said in turn {turn_id}") as batch:
            if vectors and (meaning := self.meaning()) is not None:
                self.store.vectors.put(meaning.id, vectors)
            if moment is not None:
                self._keep_moment(batch, moment)
            for thought in thoughts:
                if (id := self._place(batch, thought)) is not None:
                    formed.append(id)
                    lines.append(f"+ {thought.text}")
            if reply is not None:
                self._credit(batch, turn, reply)
            self.store.jobs.done(job)
        return ThoughtsFormed(turn_id, batch.id, tuple(formed), tuple(lines)) if formed else None

    def _moment(self, turn: Turn, reply: Turn | None) -> Memory | None:
        if not _tells(turn.text) or self._says_what_is_buried(turn.text):
            return None
        text = turn.text.strip()
        evidence = [_evidence(turn, 0, len(turn.text))]
        if reply is not None and reply.text:
            evidence.append(_evidence(reply, 0, len(reply.text)))
        return Memory(
            0,
            "moment",
            text,
            "active",
            turn.at,
            turn.utc_offset,
            importance=2,
            strength=first_strength("moment", "fact", 2, None),
            evidence=tuple(evidence),
        )

    def _says_what_is_buried(self, text: str) -> bool:
        """Whether any sentence says what the person had forgotten: it must not come back inside a moment."""
        return any(self.store.memories.is_buried(text[start:end]) for start, end in sentences(text))

    def _thought(self, turn: Turn, statement: Statement) -> Memory:
        zone = timezone(timedelta(seconds=turn.utc_offset))
        said = local(turn.at, turn.utc_offset).replace(tzinfo=zone)
        dates = [mention for mention in resolve(statement.text, said) if not mention.recurring]
        return Memory(
            0,
            "thought",
            statement.text[:1].upper() + statement.text[1:],  # "Hi, my name is …": the span begins within a sentence
            "active",
            turn.at,
            turn.utc_offset,
            subject=statement.subject,
            slot=statement.slot,
            polarity=statement.polarity,
            modality=statement.kind_of,
            importance=statement.importance,
            strength=first_strength("thought", statement.kind_of, statement.importance, statement.slot),
            event_start=dates[0].begins.timestamp() if dates else None,
            event_end=dates[0].ends.timestamp() if dates else None,
            evidence=(_evidence(turn, statement.start, statement.end),),
        )

    def _keep_moment(self, batch: Batch, moment: Memory) -> None:
        turn = moment.evidence[0].turn
        if any(memory.kind == "moment" for memory in self.store.memories.resting_on([turn])):
            return
        batch.add(moment)

    def _place(self, batch: Batch, thought: Memory) -> int | None:
        """The id of a memory that is new, or None when it was known (the evidence is added) or is not wanted."""
        if self.store.memories.is_buried(thought.text):
            return None
        for known in self.store.memories.same_statement(thought.text):
            if known.kind != "thought" or known.status in ("forgotten", "merged", "quarantined"):
                continue
            evidence = tuple(dict.fromkeys((*known.evidence, *thought.evidence)))
            batch.update(known.id, evidence=evidence)
            if thought.evidence[0].turn in {e.turn for e in known.evidence}:
                return None  # the same breath, or this exchange thought about once more
            if known.status != "superseded":
                batch.update(known.id, status="active")
                now = self.clock.now()
                reinforce(self.store, batch, known, self.curve, now, GOOD, "said again", thought.evidence[0].turn)
            return None
        return batch.add(thought).id

    def _credit(self, batch: Batch, turn: Turn, reply: Turn) -> None:
        recalled = self.store.recalls.of([reply.id])[reply.id]
        if not recalled or self.store.recalls.is_credited(reply.id):
            return
        used = used_in(self.store, recalled, turn.text, reply.text)
        self.store.recalls.mark_used(reply.id, used)
        when = self.clock.now()
        for item in recalled:
            if item.memory.id in used and item.memory.status == "active":
                reinforce(self.store, batch, item.memory, self.curve, when, GOOD, "used in a reply", reply.id)

    def _embed(self, texts: Sequence[str]) -> dict[bytes, Matrix]:
        meaning = self.meaning()
        wanted = {content_key(text): text for text in texts}
        if meaning is None or not wanted:
            return {}
        return dict(zip(wanted, meaning.embedder.encode(list(wanted.values())), strict=True))


def _evidence(turn: Turn, start: int, end: int) -> Evidence:
    return Evidence(turn.id, start, end, text_hash(turn.text[start:end]))


def _tells(text: str) -> bool:
    """Whether the turn says anything to come back to: more than greetings and questions."""
    for start, end in sentences(text):
        sentence = text[start:end]
        if sentence.rstrip().endswith(("?", "？")):
            continue
        if len(content_words(sentence)) >= (3 if not has_cjk(sentence) else 4):
            return True
    return False
