"""Reflection: after each exchange, keep what the person said that lasts.

For one exchange, in one transaction: a moment for each of its two turns (the words themselves), a thought for each
admitted statement with the span it rests on, placed among what was known (`keeping`), the event that ended with it,
credit for the memories the reply used and what recall learns from that, the vectors of all of it, and the job marked
done. A model is asked before the transaction: how to put a statement (`phrasing`), what it sees in pairs that the rules
leave side by side (`weighing`), and what several thoughts show together (`insights`). What the person had forgotten is
not learned again. Of what is said in play the moments alone are kept, as play: nothing of it is a thought about the
person's life. All that is kept has the scope of its conversation (`store.scopes`). What was pasted, and what a reply
makes of it, waits until the person has confirmed it (`setting_apart`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from companion.clock import Clock
from companion.errors import ThinkingStopped
from companion.events import Line, ThoughtsFormed
from companion.memory.affect import emotion, valence
from companion.memory.credit import reinforce, used_in
from companion.memory.forgetting import GOOD, PREFERENCE, Curve, first_strength
from companion.memory.learner import Learner
from companion.memory.meaning import Meaning, piece_vectors
from companion.mind.admit import admit, wants_private
from companion.mind.candidates import known_names
from companion.mind.event_keeping import EventKeeper
from companion.mind.fading import FADING
from companion.mind.garbled import is_garbled
from companion.mind.insights import Insights
from companion.mind.keeping import Keeper
from companion.mind.lasting import lasts
from companion.mind.marking import fit_to_remember
from companion.mind.moments import moment_of, tells
from companion.mind.own_keeping import own_thoughts
from companion.mind.phrasing import NOTHING, Phrased, phrase
from companion.mind.resting import NEW, brings, evidence, happened
from companion.mind.setting_apart import Apart, SettingApart, holds_moment
from companion.mind.statement import Statement
from companion.mind.taken_back import take_back, taken_back
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Thinker
from companion.mind.weighing import weigh
from companion.model.protocol import StopSignal
from companion.pasted import Span
from companion.question import Question
from companion.records import PLAY, Memory, Turn
from companion.sentences import sentences
from companion.store.changes import Batch
from companion.store.jobs import Job
from companion.store.store import Store

REFLECT = "reflect"
"""Kind of job; its key is the id of the person's turn."""


@dataclass
class Reflection:
    """Thinks about exchanges. `meaning` gives the embedder when there is one; without it vectors come later. `learner`
    adapts recall to what replies use."""

    store: Store
    clock: Clock
    curve: Curve
    meaning: Callable[[], Meaning | None]
    learner: Learner | None = None

    def __post_init__(self) -> None:
        self._keeper = Keeper(self.store, self.clock, self.curve)
        self._insights = Insights(self.store, self.clock)
        self._events = EventKeeper(self.store, self.meaning)
        self._apart = SettingApart(self.store)

    def queue(self, turn: int, reply: int | None = None) -> None:
        """Put an exchange into the durable queue, or another `reply` to it; joins the caller's transaction."""
        self.store.jobs.queue(REFLECT, str(turn) if reply is None else f"{turn}/{reply}", self.clock.now())

    def work(self, job: Job, thinker: Thinker | None = None, stop: StopSignal | None = None) -> ThoughtsFormed | None:
        """Do a job of the queue. What another version was chosen over has no effect: it is queued again when it is
        chosen. Raises as `run`."""
        turn, _, reply = job.key.partition("/")
        if self.store.branches.off([int(id) for id in (turn, reply) if id]):
            self.store.jobs.drop(job.id)
            return None
        if reply:
            return self._hear_reply(job.id, int(turn), int(reply))
        return self.run(job.id, int(turn), thinker, stop)

    def _hear_reply(self, job: int, turn_id: int, reply_id: int) -> ThoughtsFormed | None:
        """Another reply to an exchange that was, or will be, thought about: its moment, what it promised, credit."""
        apart = self._apart.look(self.store.turns.get(turn_id), self.store.turns.get(reply_id))
        turn, reply = apart.turn, self.store.turns.get(reply_id)
        scope = self.store.scopes.of(turn.conversation)
        known = bool(self.store.memories.resting_on([reply_id])) or wants_private(turn.text)
        moments = [] if known else [m for m in self._moments(apart, reply, scope) if m.evidence[0].turn == reply_id]
        thoughts = [] if known or scope == PLAY else own_thoughts(self.store, turn, reply)
        thoughts = [replace(thought, scope=scope) for thought in thoughts]
        if apart.taints:
            waiting, moments, thoughts = [*moments, *thoughts], [], []
        else:
            waiting = []
        vectors = piece_vectors(self.meaning(), [memory.text for memory in (*moments, *thoughts, *waiting)])
        with self.store.changes.batch("reflection", "remember", f"from another reply to turn {turn_id}") as batch:
            self._check_said(turn, reply)
            if vectors and (meaning := self.meaning()) is not None:
                self.store.vectors.put(meaning.id, vectors)
                self.store.vectors.announce(list(vectors))
            for each in moments:
                self._keep_moment(batch, each)
            self._apart.keep(batch, apart, waiting)
            kept = [
                self._keeper.keep(batch, thought, None)
                for thought in thoughts
                if not self.says_what_is_buried(thought.text)
            ]
            self._credit(batch, turn, reply)
            self.store.jobs.done(job)
        formed = [(each.id, each.line) for each in kept if each.id is not None]
        if not formed:
            return None
        return ThoughtsFormed(
            turn_id, batch.id, tuple(id for id, _ in formed), tuple(line for _, line in formed if line)
        )

    def run(
        self, job: int, turn_id: int, thinker: Thinker | None = None, stop: StopSignal | None = None
    ) -> ThoughtsFormed | None:
        """Think about the exchange that the person's turn `turn_id` began. Running it again changes nothing. `thinker`
        puts into words what it can; nothing is written before it has. Raises ThinkingStopped when `stop` is set."""
        replies = self.store.turns.replies_to(turn_id)
        off = self.store.branches.off([reply.id for reply in replies])
        reply = next((reply for reply in replies if reply.id not in off), None)
        apart = self._apart.look(self.store.turns.get(turn_id), reply)
        turn = apart.turn  # what was typed: what was pasted into it is looked at apart
        thinker, stop = thinker or Tier0(), stop or StopSignal()
        scope = self.store.scopes.of(turn.conversation)
        playing = scope == PLAY
        private = wants_private(turn.text)
        moments = [] if private else self._moments(apart, reply, scope)
        telling = turn.role == "person" and not playing and not private
        keep = self.admitted(turn, apart.typed, scope) if telling else []
        keep = self.not_kept(turn, keep)
        phrased = phrase(turn, keep, thinker, stop)
        thoughts = [self.thought(turn, each, scope) for each in phrased]
        waiting = [] if private else self._waiting(apart, telling, scope)
        if telling and not thoughts and lasts(turn.text):
            # Nothing was taken from it, so that its own words are all there is of what they say for good.
            moments = [replace(m, strength=PREFERENCE) if m.evidence[0].turn == turn.id else m for m in moments]
        weighed = weigh(self._keeper, thoughts, thinker, stop)
        insight, ungrounded = self._insights.find(thoughts, thinker, stop)
        if not private and not playing:
            own = [replace(own, scope=scope) for own in own_thoughts(self.store, turn, reply)]
            thoughts += [] if apart.taints else own
            waiting += own if apart.taints else []
        if apart.taints and reply is not None:
            waiting += [moment for moment in moments if moment.evidence[0].turn == reply.id]
            moments = [moment for moment in moments if moment.evidence[0].turn != reply.id]
        vectors = piece_vectors(self.meaning(), [memory.text for memory in (*moments, *thoughts, *waiting)])
        heard = None if private else self._events.hear(turn, moments, vectors, thinker=thinker, stop=stop)
        lines: list[Line] = []
        formed: list[int] = []
        question: Question | None = None
        refused = dict.fromkeys(each for each in (*(each.refused for each in phrased), ungrounded) if each)
        reason = "; ".join(
            (
                f"from what was said in turn {turn_id}",
                *([f"the model's words are not used: {'; '.join(refused)}"] if refused else []),
                *weighed.notes,
            )
        )
        with self.store.changes.batch("reflection", "remember", reason) as batch:
            self._check_said(turn, reply)
            if vectors and (meaning := self.meaning()) is not None:
                self.store.vectors.put(meaning.id, vectors)
                self.store.vectors.announce(list(vectors))  # older memories may say the same words
            for each in moments:
                self._keep_moment(batch, each)
            kept_apart = self._apart.keep(batch, apart, waiting)
            for each in taken_back(self.store, turn) if telling else ():
                take_back(self.store, batch, each)
            for at, thought in enumerate(thoughts):
                if self.says_what_is_buried(thought.text):
                    continue
                kept = self._keeper.keep(batch, thought, weighed.taken.get(at))
                if kept.id is not None and kept.line is not None:
                    formed.append(kept.id)
                    lines.append(kept.line)
                    question = question or kept.question
            if turn.role == "person" and not playing:
                self._keeper.namesakes.answer(batch, turn.id, turn.text, scope)
            if insight is not None:
                formed.append(self._insights.keep(batch, insight))
                lines.append(Line(insight.memory.text))
            if heard is not None:
                self._events.keep(batch, heard)
            if reply is not None:
                self._credit(batch, turn, reply)
            self.store.jobs.done(job)
        if not formed and not kept_apart:
            return None
        if shown := self.store.care.of((turn_id,)).get(turn_id):
            # Nobody in despair is shown under their words that these were taken down, or asked about them.
            lines, question = ([], None) if shown.kind else (lines, question)
        asked, number = (question.text, question.id) if question is not None else ("", None)
        return ThoughtsFormed(turn_id, batch.id, tuple(formed), tuple(lines), asked, number, kept_apart)

    def not_kept(self, turn: Turn, found: list[Statement]) -> list[Statement]:
        """Without what a thought tells already: an answer to a question is kept as soon as it is given."""
        thoughts = [memory for memory in self.store.memories.resting_on([turn.id]) if memory.kind == "thought"]
        spans = [(e.start, e.end) for memory in thoughts for e in memory.evidence if e.turn == turn.id]
        return [each for each in found if not any(start <= each.start and each.end <= end for start, end in spans)]

    def _check_said(self, turn: Turn, reply: Turn | None) -> None:
        """Another version may have been chosen while this one was thought about: then nothing is kept of it, and the
        job is looked at anew. Raises ThinkingStopped."""
        if self.store.branches.off([each.id for each in (turn, reply) if each is not None]):
            raise ThinkingStopped

    def admitted(self, turn: Turn, spans: Sequence[Span], scope: str) -> list[Statement]:
        """What lasts of these stretches of a turn, each judged by itself."""
        known = known_names(self.store, turn.text, scope)
        return [each.moved(start) for start, end in spans for each in admit(turn.text[start:end], known)]

    def _waiting(self, apart: Apart, telling: bool, scope: str) -> list[Memory]:
        """What pasted text tells: it is not placed among what is known, and so takes the place of nothing."""
        whole, found = apart.whole, list[Memory]()
        for source in apart.open:
            span = (source.start, source.end)
            if tells(whole.text[slice(*span)]):
                found.append(moment_of(whole, scope, span))
            kept = self.admitted(whole, [span], scope) if telling else []
            found += [self.thought(whole, Phrased(each), scope) for each in self.not_kept(whole, kept)]
        return [each for each in found if not self.says_what_is_buried(each.text)]

    def _moments(self, apart: Apart, reply: Turn | None, scope: str) -> list[Memory]:
        """The words themselves: the person's, and the reply where it says something of its own."""
        turn = apart.whole
        if self.says_what_is_buried(apart.turn.text):
            return []
        found = [moment_of(turn, scope, span) for span in apart.typed if tells(turn.text[slice(*span)])]
        telling = reply is not None and tells(reply.text) and not is_garbled(reply.text)
        if reply is not None and telling and not self.says_what_is_buried(reply.text):
            given = self.store.recalls.of([reply.id])[reply.id]
            sound = fit_to_remember(self.store, reply) == reply.text  # what it made up must not come back as memory
            if sound and brings(reply.text, (turn.text, *(item.memory.text for item in given))) >= NEW:
                found.append(moment_of(reply, scope))
        return found

    def says_what_is_buried(self, text: str) -> bool:
        """Whether it says, or any of its sentences does, what the person had forgotten: that must not come back."""
        parts = (text, *(text[start:end] for start, end in sentences(text)))
        return any(map(self.store.memories.is_buried, parts))

    def thought(self, turn: Turn, phrased: Phrased, scope: str) -> Memory:
        """A statement of a turn as a memory under no id yet."""
        statement = phrased.statement
        starts, ends = happened(statement.text, turn)
        spans = dict.fromkeys(((statement.start, statement.end), statement.core or (statement.start, statement.end)))
        return Memory(
            0,
            "thought",
            phrased.wording or statement.text[:1].upper() + statement.text[1:],  # a span may begin within a sentence
            "candidate" if phrased.refused == NOTHING else "active",
            turn.at,
            turn.utc_offset,
            subject=statement.subject,
            slot=statement.slot,
            polarity=statement.polarity,
            modality=statement.kind_of,
            importance=statement.importance,
            strength=first_strength(
                "thought", statement.kind_of, statement.importance, statement.slot, lasting=lasts(statement.text)
            ),
            valence=valence(statement.text),
            emotion=emotion(statement.text),
            event_start=starts,
            event_end=ends,
            scope=scope,
            evidence=tuple(evidence(turn, *span) for span in spans),
        )

    def _keep_moment(self, batch: Batch, moment: Memory) -> None:
        if not holds_moment(self.store, moment):
            batch.add(moment)

    def _credit(self, batch: Batch, turn: Turn, reply: Turn) -> None:
        recalled = self.store.recalls.of([reply.id])[reply.id]
        if not recalled or self.store.recalls.is_credited(reply.id):
            return
        judged = self.store.judgements.standing(reply.id)
        used = [id for id in used_in(self.store, recalled, turn.text, reply.text) if id not in judged]
        self.store.recalls.mark_used(reply.id, used)
        when = self.clock.now()
        for item in recalled:
            if item.memory.id in used and item.memory.status in FADING:
                batch.update(item.memory.id, status="active")  # what is used is awake, even if it had faded
                reinforce(self.store, batch, item.memory, self.curve, when, GOOD, "used in a reply", reply.id)
        # A reply that was cut off did not have the chance to use all it was given.
        if self.learner is not None and reply.state == "complete":
            self.learner.learn(reply.id)
