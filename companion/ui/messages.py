"""What happened, as messages to the app. Engine news arrives on the client's threads and is posted from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.message import Message

from companion.chats import ChatMode
from companion.events import Event


@dataclass
class EngineSpoke(Message):
    """An event of the engine, in the order in which it was sent."""

    event: Event


class EngineEnded(Message):
    """The engine's process ended without being asked to."""


@dataclass
class MemoryChosen(Message):
    """The person wants to see a memory that a line stands for."""

    memory: int


@dataclass
class TextChosen(Message):
    """The person wants to read a long text in full."""

    text: str


@dataclass
class TopicChosen(Message):
    """The person wants to see what is known of somebody or something."""

    name: str


@dataclass
class TurnChosen(Message):
    """The person wants to see something that was said, in its conversation. `on_path` is False for another version of
    a message than the one chosen there."""

    turn: int
    conversation: int
    on_path: bool = True


@dataclass
class ConversationChosen(Message):
    """The person wants to go on with a conversation."""

    conversation: int


@dataclass
class ConversationBegun(Message):
    """The person wants to begin one."""

    mode: ChatMode = "usual"
    persona: str = ""


@dataclass
class PageChosen(Message):
    """The person wants to see this page of memory."""

    page: Literal["portrait", "timeline", "links", "plots"]
