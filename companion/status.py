"""Where the engine stands: plain data for the status line, as in companion.records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from companion.chats import ChatMode

Phase = Literal["starting", "loading", "ready", "no-model"]


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Where the engine stands: `phase` for the model; `activity` is what it is doing now, for the status line."""

    phase: Phase
    model: str = ""
    context_tokens: int = 0
    embedder: str = ""
    index: str = ""
    activity: str = ""
    memories: int = 0
    problem_title: str = ""
    problem_hint: str = ""
    read_only: bool = False
    conversation: int = 0
    pending_jobs: int = 0
    tier: int = 0
    """What the model is trusted with when it thinks: 0 nothing … 3 (companion.model.tiers)."""
    measuring: bool = False
    """Whether that is being found out."""
    waiting_for: str = ""
    """What reflections that wait are waiting for ("mains power", "the night"); empty when they are run as they come."""
    model_host: str = ""
    """Where the words go when the model is on another computer (settings, model.url); empty: they stay on this one."""
    mode: ChatMode = "usual"
    """Of the conversation that is open."""
    encrypted: bool = False
    """The profile has a passphrase."""
    reached: tuple[str, ...] = ()
    """Hosts other than this computer that this program has asked anything of, in this process or the engine's."""
    index_host: str = ""
    """The same for the vectors (settings, index.url)."""
