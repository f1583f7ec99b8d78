"""The records that travel between layers: plain data, no behaviour beyond what can be derived from the fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from companion.question import Question
from companion.safekeeping import CareCard

Role = Literal["person", "companion", "other"]
TurnState = Literal["complete", "streaming", "stopped", "interrupted", "failed"]
Kind = Literal["moment", "thought", "event", "day", "trait"]
Status = Literal["candidate", "active", "dormant", "archived", "superseded", "merged", "quarantined", "forgotten"]
Polarity = Literal["affirmed", "negated"]
Modality = Literal["fact", "preference", "plan", "wish", "feeling", "hypothetical"]
Actor = Literal["person", "reflection", "recall", "sleep", "system"]
Mode = Literal["asked", "talking"]
CheckInKind = Literal["after", "reminder", "anniversary", "absence"]
Emotion = Literal[
    "joy", "love", "gratitude", "pride", "calm", "surprise", "sadness", "loneliness", "fear", "anger", "disgust",
    "shame", "tiredness",
]  # fmt: skip
Layer = Literal["working", "recent", "long-term"]
Order = Literal["newest", "oldest", "text", "kept", "faded", "strength", "used", "important"]
LinkType = Literal["next", "same-person", "same-topic", "caused", "contradicts", "refines", "part-of"]

KINDS: tuple[Kind, ...] = ("moment", "thought", "event", "day", "trait")
STATUSES: tuple[Status, ...] = (
    "candidate", "active", "dormant", "archived", "superseded", "merged", "quarantined", "forgotten",
)  # fmt: skip
RECALLABLE: tuple[Status, ...] = ("active",)
PLAY = "play:"
"""The scope of what was said in play. No persona can have this key."""
LAYERS: tuple[tuple[float, Layer], ...] = ((0.0, "working"), (7.0, "recent"), (30.0, "long-term"))
"""Each with the strength (days) from which a memory is in it: a week, as long as the grace in which nothing fades; a
month, where identity and boundaries begin and everything else comes by spaced use."""
MODES: tuple[Mode, ...] = ("asked", "talking")
"""What a message does that calls for memory: it asks, or it goes on."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance, verbatim. `at` is seconds since the epoch, `utc_offset` the local zone's seconds then."""

    id: int
    conversation: int
    role: Role
    speaker: str
    text: str
    at: float
    utc_offset: int
    state: TurnState = "complete"
    answers: int | None = None
    """The turn this one replies to."""
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a turn, with their text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The span [start, end) of characters in a turn that a memory rests on; `quote_hash` is of that span."""

    turn: int
    start: int
    end: int
    quote_hash: str


@dataclass(frozen=True, slots=True)
class Memory:
    """One remembered thing. Times are seconds since the epoch; strength is FSRS stability in days."""

    id: int
    kind: Kind
    text: str
    status: Status
    recorded_at: float
    utc_offset: int
    subject: str = "person"
    """Whose life it is about: the person, the companion, or a named other."""
    slot: str | None = None
    polarity: Polarity = "affirmed"
    modality: Modality = "fact"
    importance: int = 3
    valence: float = 0.0
    emotion: str | None = None
    pinned: bool = False
    sensitivity: int = 0
    event_start: float | None = None
    event_end: float | None = None
    valid_from: float | None = None
    valid_to: float | None = None
    strength: float = 2.3
    difficulty: float = 5.0
    last_used_at: float | None = None
    used_count: int = 0
    replaced_by: int | None = None
    """The memory this one was merged into or superseded by."""
    tags: str = ""
    """What it is about in other words, learned from other memories: "sister, nurse". It is found by them as well."""
    scope: str = ""
    """Who may recall it: everybody, or only the persona of this key, or (PLAY) only in play."""
    version: int = 1
    evidence: tuple[Evidence, ...] = ()

    @property
    def layer(self) -> Layer:
        """How deep it sits, by its strength: only spaced use brings it from one layer to the next."""
        return next(layer for begins, layer in reversed(LAYERS) if self.strength >= begins or not begins)


@dataclass(frozen=True, slots=True)
class Link:
    source: int
    target: int
    type: LinkType
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One change to one memory. `before` is None when it was made, `after` None when its making was undone."""

    seq: int
    batch: int
    at: float
    utc_offset: int
    actor: Actor
    action: str
    memory: int
    reason: str
    before: dict[str, object] | None
    after: dict[str, object] | None
    undoes: int | None = None
    """The batch this entry took back."""


@dataclass(frozen=True, slots=True)
class RecalledMemory:
    """A memory that came to mind. `score` compares within one recall; `rank` from 1; `used`: None while unknown."""

    memory: Memory
    score: float
    rank: int
    similarity: float | None = None
    """Cosine of cue and memory, None when it was found by words only."""
    coverage: float = 0.0
    """Share (0–1, idf-weighted) of the cue's content words that the memory holds."""
    reasons: tuple[str, ...] = ()
    """Why it came to mind, in words, the strongest first."""
    excerpt: str = ""
    """Of a long memory the passage that fits; empty when it is short."""
    used: bool | None = None
    asked: bool = field(default=False, repr=False, compare=False)
    """Whether the message asked, or only went on: each is weighed in a way of its own."""
    figures: tuple[float, ...] = field(default=(), repr=False, compare=False)
    """What was weighed: the features of companion.memory.features, in their order. Empty once it is read back."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the person said around a sentence, sentence by sentence, in order."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def lines(self, sentence: str) -> tuple[str, ...]:
        """All of it, with the sentence."""
        return (*self.before, sentence, *self.after)


@dataclass(frozen=True, slots=True)
class Quote:
    """Evidence with the words themselves, for showing."""

    turn: Turn
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class CameToMind:
    """A memory was recalled for a reply."""

    reply: int
    at: float
    utc_offset: int
    used: bool | None
    """Whether the reply used it; None until that was found out."""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RetentionCurve:
    """How the retention of a memory went, and how it will go if the memory is not used. Times are seconds since the
    epoch."""

    points: tuple[tuple[float, float], ...]
    """(time, retention 0–1), in order of time."""
    uses: tuple[float, ...]
    """When it was used, or otherwise made stronger or weaker."""
    now: float
    dormant_below: float
    """The retention below which it is not recalled any more."""
    fades_at: float | None
    """When it falls, or fell, below that; None when it is pinned or lasts longer than ten years."""


@dataclass(frozen=True, slots=True)
class MemoryDetail:
    """Everything about one memory that the panel shows."""

    memory: Memory
    retention: float
    """Chance (0–1) that it would still come to mind now."""
    quotes: tuple[Quote, ...] = ()
    links: tuple[Link, ...] = ()
    history: tuple[JournalEntry, ...] = ()
    recalls: tuple[CameToMind, ...] = ()
    """The latest times it came to mind, newest first."""
    fades_around: date | None = None
    """The day on which it would become dormant if nothing happens; None for what is pinned or not active."""
    curve: RetentionCurve | None = None


@dataclass(frozen=True, slots=True)
class MemoryFilter:
    """What to list. Empty fields do not restrict; `text` is matched by words (prefixes count), "phrases" too."""

    text: str = ""
    kinds: tuple[Kind, ...] = ()
    statuses: tuple[Status, ...] = ("active", "dormant", "candidate")
    pinned: bool | None = None
    replies: bool = True
    """Also the moments in which the companion spoke."""
    limit: int = 1000
    offset: int = 0
    subjects: tuple[str, ...] = ()
    """Whose lives, or whom they mention; case does not matter."""
    emotions: tuple[str, ...] = ()
    layers: tuple[Layer, ...] = ()
    scopes: tuple[str, ...] | None = None
    """See Memory.scope; None: all."""
    after: float | None = None
    before: float | None = None
    """[after, before) in seconds since the epoch: it happened, or was told, in that time."""
    order: Order = "newest"
    as_of: float | None = None
    """As memory was at that time (seconds since the epoch); None: now."""
    without: tuple[str, ...] = ()
    """Words, or phrases, that none may hold."""
    waiting: bool | None = None
    """Only those that wait for their source to be confirmed, now, or only others."""
    source: int | None = None
    """Only what came from this pasted or imported source."""


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """A line of the panel's table."""

    memory: Memory
    retention: float


@dataclass(frozen=True, slots=True)
class PortraitLine:
    """A line of the portrait, and the words it rests on; none where the person wrote it themselves."""

    memory: Memory
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit did: the journal batch (undo takes it), the memories touched, a line for the person."""

    batch: int
    summary: str
    memories: tuple[Memory, ...] = ()
    kept: tuple[str, ...] = ()
    """Undo only: what was left as it is because it was changed again later."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How much more (or less) one feature of a memory counts, in one mode, than it does for everybody."""

    mode: Mode
    feature: str
    words: str
    """What the feature says of a memory, in plain words."""
    shipped: float
    delta: float
    """What was learned; the weight used is `shipped` + `delta`."""
    bound: float
    """`delta` never goes beyond ± this."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One step of learning from use. `change`: mode → feature → (delta before, delta after)."""

    id: int
    at: float
    utc_offset: int
    reason: str
    change: dict[str, dict[str, tuple[float, float]]]
    reply: int | None = None
    """The reply it was learned from; None when the person reset what was learned, or took that back."""
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Learning:
    """What recall has learned from the memories that replies used."""

    habits: tuple[Habit, ...] = ()
    """Those that differ from what is shipped, nearest to their bound first."""
    replies: int = 0
    """Replies that taught it, since it was last reset."""
    lessons: tuple[Lesson, ...] = ()
    """The latest, newest first."""
    can_restore: bool = False
    """Whether there is a reset that can be taken back."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A thought that reflection on an exchange formed, as it says now."""

    memory: Memory
    batch: int | None = None
    """Its batch of the journal, which undo takes back whole; None when reflection did not make it."""
    older: str = ""
    """The words it took the place of, unless they are forgotten."""


@dataclass(frozen=True, slots=True)
class TranscriptItem:
    """A turn as the chat shows it; a reply with the memories it was given and what was learned from the exchange."""

    turn: Turn
    recalled: tuple[RecalledMemory, ...] = ()
    learned: tuple[Learned, ...] = ()
    """Thoughts that were formed from the turn it answers and are not forgotten."""
    unsupported: tuple[Span, ...] = ()
    """What a reply says about the person that nothing it was given supports."""
    question: Question | None = None
    siblings: tuple[int, ...] = ()
    """All versions of this turn in their order, itself among them; empty when it is the only one."""
    brought_up: CheckInKind | None = None
    """What kind of check-in it is: said by itself, because of the memory it was given."""
    care: CareCard | None = None
    """What the app said itself to a turn of the person's that speaks of despair."""
    is_program: bool = False
    """Whether it said to this turn that the companion is a program."""


@dataclass(frozen=True, slots=True)
class ReplyReport:
    """A finished reply. Times in milliseconds; tokens as the model counts them."""

    turn: Turn
    recalled: tuple[RecalledMemory, ...]
    recall_ms: float
    first_token_ms: float
    total_ms: float
    prompt_tokens: int
    read_tokens: int
    """Those that had to be read now; the rest was still in the model's cache."""
    reply_tokens: int
    tokens_per_second: float
    context_tokens: int
    segments: dict[str, int] = field(default_factory=dict)
    """Tokens of the prompt by part: persona, history, memories, message."""
    unsupported: tuple[Span, ...] = ()
    """Names, numbers and dates about the person that neither conversation, memories nor persona support."""
