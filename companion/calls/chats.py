"""Talking, conversations, versions of a message: see `companion.api` for what each call does."""

from __future__ import annotations

from typing import Any

from companion.chats import ChatMode, Conversation, FoundTurn, SentMessage, WhySaid
from companion.pasted import Span
from companion.records import TranscriptItem


class ChatCalls:
    """Whoever is one can call the engine."""

    async def _call(self, method: str, *arguments: object) -> Any:
        raise NotImplementedError

    async def send(self, text: str, pasted: tuple[Span, ...] = ()) -> SentMessage:
        return await self._call("send", text, pasted)

    async def typing(self, text: str) -> None:
        await self._call("typing", text)

    async def stop(self) -> bool:
        return await self._call("stop")

    async def transcript(
        self, before: int | None = None, limit: int = 50, around: int | None = None
    ) -> tuple[TranscriptItem, ...]:
        return await self._call("transcript", before, limit, around)

    async def conversations(self, text: str = "", limit: int = 200) -> tuple[Conversation, ...]:
        return await self._call("conversations", text, limit)

    async def conversation(self) -> Conversation:
        return await self._call("conversation")

    async def begin_conversation(self, mode: ChatMode = "usual", persona: str = "") -> Conversation:
        return await self._call("begin_conversation", mode, persona)

    async def open_conversation(self, id: int) -> Conversation:
        return await self._call("open_conversation", id)

    async def rename_conversation(self, id: int, title: str) -> Conversation:
        return await self._call("rename_conversation", id, title)

    async def search_turns(self, text: str, limit: int = 50) -> tuple[FoundTurn, ...]:
        return await self._call("search_turns", text, limit)

    async def regenerate(self, reply: int, without: tuple[str, ...] = ()) -> SentMessage:
        return await self._call("regenerate", reply, without)

    async def resend(self, turn: int, text: str, pasted: tuple[Span, ...] = ()) -> SentMessage:
        return await self._call("resend", turn, text, pasted)

    async def continue_reply(self, reply: int) -> SentMessage:
        return await self._call("continue_reply", reply)

    async def choose(self, turn: int) -> None:
        await self._call("choose", turn)

    async def draft(self) -> str:
        return await self._call("draft")

    async def keep_draft(self, text: str) -> None:
        await self._call("keep_draft", text)

    async def why(self, reply: int) -> WhySaid:
        return await self._call("why", reply)
