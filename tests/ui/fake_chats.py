"""The part of the small real engine that keeps conversations: a tree of turns, of which one path is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from companion.calls import EnginePort
from companion.chats import ChatMode, Conversation, FoundTurn, Segment, SegmentKind, SentMessage, Verdict, WhySaid
from companion.clock import SystemClock, stamp
from companion.errors import Busy, EmptyMessage, InvalidInput, NotFound
from companion.records import Change, Span, TranscriptItem, Turn


@dataclass
class Next:
    """The reply that is to be written: to `turn`, beginning with `begin`, written from all but `without`."""

    turn: Turn
    begin: str = ""
    without: tuple[str, ...] = ()


class FakeChats(EnginePort):
    """Whoever is one has the parts below, and calls `_begin_chats`."""

    turns: list[TranscriptItem]
    _ids: Iterator[int]

    def said(
        self, role: str, text: str, conversation: int | None = None, at: float | None = None, **more: object
    ) -> Turn:
        """Put a turn on record, by default in the conversation that is open."""
        moment, offset = stamp(SystemClock().now())
        after = more.pop("after", None)
        turn = Turn(
            next(self._ids),
            conversation or self._open,
            role,  # type: ignore[arg-type]
            str(more.pop("speaker", "")),
            text,
            at if at is not None else moment,
            offset,
            **more,  # type: ignore[arg-type]
        )
        self._enter(turn, after)  # type: ignore[arg-type]
        self.turns.append(TranscriptItem(turn))
        return turn

    def _begin_answer(self, what: Next) -> None:
        raise NotImplementedError

    def _is_answering(self) -> bool:
        raise NotImplementedError

    def _begin_chats(self) -> None:
        self.open = 0
        """The conversation that is open; 0: the one of the latest turn."""
        self.chats: dict[int, Conversation] = {}
        self.drafts: dict[int, str] = {}
        self.given: dict[int, WhySaid] = {}
        self.judged: list[tuple[int, int, Verdict]] = []
        self._after: dict[int, int] = {}
        """Turn → the one it follows, or minus its conversation."""
        self._chosen: dict[int, int] = {}

    # The tree

    def _turn(self, id: int) -> Turn:
        for item in self.turns:
            if item.turn.id == id:
                return item.turn
        raise NotFound(f"there is no turn {id}")

    def _enter(self, turn: Turn, after: int | None = None) -> None:
        """A turn that was said: it follows `after`, by default what it answers or the end of the path."""
        if after is None:
            path = self.path(turn.conversation)
            end = path[-1].turn.id if path else -turn.conversation
            after = turn.answers if turn.answers in self._after else end
        assert after is not None
        self._after[turn.id] = after
        self._chosen[after] = turn.id
        chat = self.chats.get(turn.conversation) or Conversation(
            turn.conversation, turn.text[:40], turn.at, turn.at, turn.utc_offset
        )
        title = chat.title or turn.text[:40]
        self.chats[turn.conversation] = replace(chat, title=title, last_at=turn.at, turns=chat.turns + 1)

    def path(self, conversation: int) -> list[TranscriptItem]:
        """What a conversation says, as the person chose among versions."""
        there = {item.turn.id: item for item in self.turns}
        versions: dict[int, tuple[int, ...]] = {}
        for id, after in self._after.items():
            versions[after] = (*versions.get(after, ()), id)
        found: list[TranscriptItem] = []
        at = -conversation
        while (chosen := self._chosen.get(at)) is not None and chosen in there:
            siblings = versions[at]
            found.append(replace(there[chosen], siblings=siblings if len(siblings) > 1 else ()))
            at = chosen
        return found

    @property
    def _open(self) -> int:
        return self.open or max((item.turn.conversation for item in self.turns), default=1)

    def _shown(self) -> list[TranscriptItem]:
        here = self._open
        if here in self.chats and self.chats[here].mode == "incognito":
            return self.path(here)
        before = sorted(id for id, chat in self.chats.items() if id < here and chat.mode != "incognito")
        return [item for id in (*before, here) for item in self.path(id)]

    async def transcript(
        self, before: int | None = None, limit: int = 50, around: int | None = None
    ) -> tuple[TranscriptItem, ...]:
        await self._call("transcript", before, limit, around)
        shown = self._shown()
        ids = [item.turn.id for item in shown]
        if around is not None:
            if around not in ids:
                raise NotFound(f"there is no turn {around}")
            start = max(0, min(ids.index(around) - limit // 2, len(ids) - limit))
            return tuple(shown[start : start + limit])
        end = len(shown) if before is None else ids.index(before) if before in ids else 0
        return tuple(shown[max(0, end - limit) : end])

    # Conversations

    async def conversations(self, text: str = "", limit: int = 200) -> tuple[Conversation, ...]:
        await self._call("conversations", text)
        words = text.casefold().split()
        said = {id: " ".join(item.turn.text for item in self.path(id)) for id in self.chats}
        found = [
            chat
            for id, chat in self.chats.items()
            if chat.mode != "incognito" and all(word in f"{chat.title} {said[id]}".casefold() for word in words)
        ]
        return tuple(sorted(found, key=lambda chat: (chat.last_at, chat.id), reverse=True)[:limit])

    async def conversation(self) -> Conversation:
        await self._call("conversation")
        moment, offset = stamp(SystemClock().now())
        return self.chats.get(self._open) or Conversation(0, "", moment, moment, offset, speaker="Companion")

    async def begin_conversation(self, mode: ChatMode = "usual", persona: str = "") -> Conversation:
        await self._call("begin_conversation", mode, persona)
        self._not_answering()
        if self.open in self.chats and self.chats[self.open].mode == "incognito":
            del self.chats[self.open]
        self.open = max([*self.chats, *(item.turn.conversation for item in self.turns), 0]) + 1
        moment, offset = stamp(SystemClock().now())
        chat = Conversation(self.open, "", moment, moment, offset, 0, mode, persona, persona.title() or "Companion")
        self.chats[self.open] = chat
        return replace(chat, id=0)

    async def open_conversation(self, id: int) -> Conversation:
        await self._call("open_conversation", id)
        self._not_answering()
        if id not in self.chats:
            raise NotFound(f"there is no conversation {id}")
        self.open = id
        return self.chats[id]

    async def rename_conversation(self, id: int, title: str) -> Conversation:
        await self._call("rename_conversation", id, title)
        if id not in self.chats:
            raise NotFound(f"there is no conversation {id}")
        first = self.path(id)[0].turn.text[:40] if self.path(id) else ""
        self.chats[id] = replace(self.chats[id], title=title.strip() or first, named=bool(title.strip()))
        return self.chats[id]

    async def search_turns(self, text: str, limit: int = 50) -> tuple[FoundTurn, ...]:
        await self._call("search_turns", text)
        words = text.split()
        if not words:
            raise InvalidInput("there is nothing to search for")
        pattern = re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)
        found = []
        for item in reversed(self.turns):
            turn = item.turn
            chat = self.chats.get(turn.conversation)
            spans = tuple(Span(hit.start(), hit.end(), hit.group()) for hit in pattern.finditer(turn.text))
            if spans and chat is not None and chat.mode != "incognito":
                on_path = any(turn.id == other.turn.id for other in self.path(turn.conversation))
                found.append(FoundTurn(turn, chat.title, turn.text, spans, on_path))
        return tuple(found[:limit])

    # Versions

    def _not_answering(self) -> None:
        if self._is_answering():
            raise Busy

    async def regenerate(self, reply: int, without: tuple[str, ...] = ()) -> SentMessage:
        await self._call("regenerate", reply, without)
        return self._again(self._turn(reply), "", without)

    async def continue_reply(self, reply: int) -> SentMessage:
        await self._call("continue_reply", reply)
        turn = self._turn(reply)
        return self._again(turn, turn.text, ())

    def _again(self, reply: Turn, begin: str, without: tuple[str, ...]) -> SentMessage:
        self._not_answering()
        assert reply.answers is not None
        turn = self._turn(reply.answers)
        self._begin_answer(Next(turn, begin, without))
        return SentMessage(turn.id, turn.conversation)

    async def resend(self, turn: int, text: str, pasted: tuple[tuple[int, int], ...] = ()) -> SentMessage:
        await self._call("resend", turn, text, *([pasted] if pasted else []))
        self._not_answering()
        if not text.strip():
            raise EmptyMessage
        older = self._turn(turn)
        newer = self.said("person", text, older.conversation, after=self._after[older.id])
        self._begin_answer(Next(newer))
        return SentMessage(newer.id, newer.conversation)

    async def choose(self, turn: int) -> None:
        await self._call("choose", turn)
        self._not_answering()
        self._chosen[self._after[self._turn(turn).id]] = turn

    # What was typed, and why it said so

    async def draft(self) -> str:
        await self._call("draft")
        return self.drafts.get(self._open, "")

    async def keep_draft(self, text: str) -> None:
        await self._call("keep_draft", text)
        if self._open not in self.chats or self.chats[self._open].mode != "incognito":
            self.drafts[self._open] = text

    async def why(self, reply: int) -> WhySaid:
        await self._call("why", reply)
        if reply in self.given:
            return self.given[reply]
        item = next((item for item in self.turns if item.turn.id == reply), None)
        if item is None or item.turn.answers is None:
            raise NotFound(f"what turn {reply} was written from was not kept")
        kinds: list[tuple[str, SegmentKind, str, int | None]] = [
            ("persona", "persona", "You are Companion, a calm and attentive friend.", None),
            ("portrait", "portrait", "They are a nurse in Lyon.", None),
        ]
        kinds += [(f"memory:{each.memory.id}", "memory", each.memory.text, each.memory.id) for each in item.recalled]
        kinds.append(("message", "message", self._turn(item.turn.answers).text, None))
        segments = tuple(
            Segment(key, kind, text, max(1, len(text) // 4), kind not in ("persona", "message"), memory)
            for key, kind, text, memory in kinds
        )
        return WhySaid(reply, segments, 4096, "smollm2-135m")

    async def judge(self, reply: int, memory: int, verdict: Verdict) -> Change:
        await self._call("judge", reply, memory, verdict)
        self.judged.append((reply, memory, verdict))
        return Change(len(self.judged) + 5_000, f"Not given again: {verdict}")
