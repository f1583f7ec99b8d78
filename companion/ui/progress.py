"""What the engine is doing, kept from its events, as the few words of the status line. No Textual."""

from __future__ import annotations

from dataclasses import dataclass, field

from companion import network
from companion.events import (
    Event,
    ModelPullFinished,
    ModelPullProgress,
    PromptRead,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyToken,
    StatusChanged,
)
from companion.status import EngineStatus
from companion.strings import text
from companion.ui.format import counted
from companion.ui.model_text import PullMeter

LOCK = "⚿"
"""The profile has a passphrase."""
LONG = 1.0
"""Seconds from which a wait is worth telling of beforehand."""


@dataclass
class Progress:
    """`answering` is the person's turn a reply is owed to, from acknowledgement to the end of the reply."""

    status: EngineStatus = field(default_factory=lambda: EngineStatus(phase="starting"))
    answering: int | None = None
    writing: bool = False
    read: PromptRead | None = None
    context_used: int = 0
    tokens_per_second: float = 0.0
    private: bool = False
    """Whether no word and no vector leaves this computer, as the settings say."""
    speaker: str = ""
    """Who is talking, where that is not the companion that comes along."""
    pull: PullMeter | None = None
    """The model that is being fetched."""
    recording: str = ""
    """That the microphone is open."""
    aloud: str = ""
    """That replies are read aloud."""
    _answered: int = 0

    def sent(self, turn: int) -> None:
        """The engine has the turn. The reply may already have come: events and answers travel separately."""
        if turn > self._answered:
            self.answering = turn

    def lost(self) -> None:
        """The engine ended; nothing is being written any more."""
        self.status = EngineStatus(phase="starting", model=self.status.model)
        self.pull = None
        self._rest()

    def note(self, event: Event) -> None:
        match event:
            case StatusChanged():
                self.status = event.status
            case ReplyStarted():
                self.answering, self.writing, self.read = event.turn, False, None
            case PromptRead():
                self.read = event
            case ReplyToken():
                self.writing = True
            case ReplyFinished():
                report = event.report
                self._answered = max(self._answered, report.turn.answers or 0, self.answering or 0)
                self.context_used = report.prompt_tokens + report.reply_tokens
                self.tokens_per_second = report.tokens_per_second
                self._rest()
            case ReplyFailed():
                self._answered = max(self._answered, event.turn)
                self._rest()
            case ModelPullProgress():
                self.pull = self.pull or PullMeter()
                self.pull.note(event.done, event.total, event.what, event.name)
            case ModelPullFinished():
                self.pull = None
            case _:
                pass

    def _rest(self) -> None:
        self.answering, self.writing, self.read = None, False, None

    @property
    def doing(self) -> str:
        """ "reading 812 tokens", "loading model"; empty when there is nothing to say."""
        status = self.status
        if status.phase in ("starting", "loading"):
            return status.activity or (
                text("status.starting") if status.phase == "starting" else text("status.loading")
            )
        if self.answering is not None:
            if self.writing:
                return text("status.writing")
            if self.read is None:
                return status.activity or text("status.recalling")
            return _reading(self.read)
        if status.activity:
            return status.activity
        if status.pending_jobs and status.waiting_for:
            return text("status.waiting_for", count=status.pending_jobs, what=status.waiting_for)
        return text("status.thinking", count=status.pending_jobs) if status.pending_jobs else ""

    @property
    def destinations(self) -> list[str]:
        """Where words and vectors go, when they leave this computer."""
        words, vectors = self.status.model_host, self.status.index_host
        there = [f"→ {words}"] if words else []
        return [*there, text("status.vectors_go", host=vectors)] if vectors and vectors != words else there

    @property
    def always(self) -> int:
        """How many of the facts are told however narrow the line is: that the microphone is open, where words go, or
        that they stay."""
        return len(self.destinations) + len(self._seal) + bool(self.recording)

    @property
    def _seal(self) -> list[str]:
        """Whether anything but this computer was reached, as the audit of the engine's and this process's sockets
        says."""
        if self.status.phase == "starting":
            return []
        hosts = dict.fromkeys((*self.status.reached, *network.reached()))
        others = [host for host in hosts if host not in (self.status.model_host, self.status.index_host)]
        if others:
            return [text("status.reached", host=others[-1])]
        return [] if self.destinations or not network.is_sealed() else [text("status.sealed")]

    def facts(self) -> list[str]:
        """Most important first: what is left of them is shown when the line is narrow. Where words go, if they leave
        this process, is the first of all."""
        facts = [*filter(None, (self.recording,)), *self.destinations, *self._seal]
        facts += [*([LOCK] if self.status.encrypted else []), *filter(None, (self.aloud,))]
        facts += [self.speaker] if self.speaker else []
        if self.status.read_only:
            facts.append(text("status.read_only"))
        if self.pull is not None:
            facts.append(self.pull.short)
        if self.status.phase == "no-model":
            facts.append(text("status.no_model"))
        elif self.status.model:
            facts.append(self.status.model)
        if self.status.context_tokens:
            facts.append(f"{self.context_used:,}/{self.status.context_tokens:,}")
        if self.tokens_per_second:
            facts.append(text("status.speed", count=self.tokens_per_second))
        if self.status.phase == "ready":
            # Not as what is being done: that would hide the keys, for minutes, from who opens the app the first time.
            tier = self.status.tier
            facts.append(
                text("status.tier_measuring", tier=tier) if self.status.measuring else text("status.tier", tier=tier)
            )
        return facts


def _reading(read: PromptRead) -> str:
    """ "reading 812 tokens, about 4 s" """
    left = read.total - read.done
    if not left:
        return text("status.read", tokens=counted(read.total, "token"))
    tokens = counted(left, "token")
    if read.seconds >= LONG:
        return text("status.reading_for", tokens=tokens, seconds=text("dates.seconds", count=f"{read.seconds:,.0f}"))
    return text("status.reading", tokens=tokens)
