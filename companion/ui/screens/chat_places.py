"""Which conversation is open, and what was typed in it and not sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.timer import Timer

from companion.calls import EnginePort
from companion.chats import ChatMode, Conversation
from companion.errors import CompanionError
from companion.records import TranscriptItem
from companion.strings import text
from companion.text import one_line, sanitise
from companion.ui.screens.ask import AskScreen
from companion.ui.screens.base import attempt, tell
from companion.ui.screens.chat_versions import VersionActions
from companion.ui.screens.confirm import ConfirmScreen
from companion.ui.widgets.literal import literal
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.transcript import FIRST

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp

KEEP = 1.0
"""Seconds after which what is typed is kept over a restart."""
USUAL = "companion"
"""Key of the persona that need not be named."""


class Places(VersionActions):
    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self._keep_timer: Timer | None = None
        self._kept = ""
        self._draft_of: int | None = None
        """The conversation whose draft was fetched."""
        self.reopened = False
        """Whether the person has gone back to this conversation."""

    async def learn_place(self) -> None:
        """Ask which conversation is open, and what was typed in it."""
        self.place = await self.engine.conversation()
        if self._draft_of != self.place.id:
            self._draft_of = self.place.id
            self._kept = sanitise(await self.engine.draft())
            if self._kept.strip() and self._kept.strip() not in self.prompt.whole_text:
                self.prompt.put_back(self._kept)
        self.show_place()

    def show_place(self) -> None:
        """Around the prompt: what becomes of what is said here, who it is said to, and where."""
        place = self.place
        if place is None:
            return
        cast("CompanionApp", self.app).voice.arrived()
        modes: dict[ChatMode, str] = {
            "usual": "",
            "incognito": text("chat.incognito"),
            "play": text("chat.play"),
        }
        mode = modes[place.mode]
        if self.size.width < 80 and place.mode == "incognito":
            mode = text("chat.incognito_short")
        speaker = text("chat.with", name=one_line(place.speaker, 30)) if place.persona not in ("", USUAL) else ""
        title = one_line(place.title, 40) if place.named or self.reopened else ""
        self.prompt.border_title = literal(" · ".join(filter(None, (mode, speaker)))) if mode or speaker else None
        self.prompt.border_subtitle = literal(title) if title else None
        self.prompt.set_class(place.mode == "incognito", "-incognito")
        self.prompt.set_class(place.mode == "play", "-play")

    async def before_sending(self) -> None:
        if self._kept:
            with suppress(CompanionError):  # then it is in the prompt again after a restart, which can be undone
                await self.keep_draft()

    async def after_sending(self, conversation: int) -> None:
        if self.place is None or self.place.id != conversation or not self.place.turns:
            self._draft_of = conversation
            with suppress(CompanionError):  # nothing but what is written around the prompt
                await self.learn_place()

    # Going from one to another

    @work(group="place", exclusive=True)
    async def begin(self, mode: ChatMode = "usual", persona: str = "") -> None:
        """A new conversation: its first message is still to come."""
        await self._leave_for(lambda: self.engine.begin_conversation(mode, persona), reopened=False)

    async def talk_to(self, persona: str) -> Conversation | None:
        """A new conversation with this persona, who is talked to from now on; None when there is none, which the person
        was told."""
        # In the first minute it is one step of several: the focus stays on them.
        return await self._leave_for(lambda: self.engine.use_persona(persona), reopened=False, writes=False)

    @work(group="place", exclusive=True)
    async def open_conversation(self, id: int) -> None:
        """Go on with it."""
        if self.place is not None and self.place.id == id:
            self.to_prompt()
        else:
            await self._go(id)

    @work(group="place", exclusive=True)
    async def go_to_turn(self, turn: int, conversation: int, on_path: bool = True) -> None:
        """To something that was said, in its conversation; another version of a message is chosen for that."""
        if self.place is None or self.place.id != conversation or not on_path:
            if not await self._go(conversation):
                return
            if not on_path:
                if await attempt(self, self._chosen(turn)) is None:
                    return
                tell(self, text("chat.other_version"), seconds=4)
                await self._reload()
        await self.show_turn(turn)

    async def _go(self, id: int) -> bool:
        return await self._leave_for(lambda: self.engine.open_conversation(id), reopened=True) is not None

    async def _leave_for(
        self, opening: Callable[[], Awaitable[Conversation]], *, reopened: bool, writes: bool = True
    ) -> Conversation | None:
        if not self.quiet() or not await self._may_be_left():
            return None
        with self._on_the_move():
            self.end_edit()
            left = self.prompt.take()  # now: what is typed from here on is meant for the other one
            place = await attempt(self, self._kept_and_opened(left, opening))
            if place is None:
                self.prompt.put_back(left)
            else:
                await self._arrive(place, reopened, writes)
        return place

    async def _kept_and_opened(self, left: str, opening: Callable[[], Awaitable[Conversation]]) -> Conversation:
        await self._keep_words(left)
        return await opening()

    @contextmanager
    def _on_the_move(self) -> Iterator[None]:
        self.moving = True
        try:
            yield
        finally:
            self.moving = False
            self._keep_soon()
            self.send_waiting()

    @property
    def would_forget(self) -> bool:
        """Whether something was said that is gone when this conversation is left."""
        return self.place is not None and self.place.mode == "incognito" and bool(self.transcript.views)

    async def _may_be_left(self) -> bool:
        """Nothing brings back what was said incognito: the person is asked before it is gone."""
        if not self.would_forget:
            return True
        lines = (text("chat.forget_incognito_about"),)
        ask = ConfirmScreen(text("chat.forget_incognito"), lines, text("chat.forgets_it"))
        return await self.app.push_screen_wait(ask)

    async def _arrive(self, place: Conversation, reopened: bool, writes: bool) -> None:
        """Show the conversation that is open now; what was typed in the one before stays there."""
        self.place, self._draft_of, self.reopened = place, None, reopened
        await self._reload()
        with suppress(CompanionError):  # the draft can wait; the conversation is open
            await self.learn_place()
        self.place = place
        self.show_place()
        if writes:
            self.to_prompt()
        self.arrived()

    async def show_anew(self) -> None:
        """Something was said in the open conversation, or in one that is open since, by other ways than the prompt."""
        with self._on_the_move():
            with suppress(CompanionError):  # it is there after the next start
                await self.learn_place()
            await self._reload()

    async def _reload(self) -> None:
        await self.show_items(await attempt(self, self.engine.transcript(limit=FIRST)) or ())

    @work(group="place", exclusive=True)
    async def words_erased(self) -> None:
        """Of words that were erased for good nothing stays on the screen."""
        await self._reload()

    async def show_items(self, items: tuple[TranscriptItem, ...]) -> None:
        """The newest turns, and what is to be said of a conversation in which nothing was said yet."""
        place = self.place
        begins = place is not None and not place.turns
        greeting = text("chat.greeting_incognito") if place is not None and place.mode == "incognito" else ""
        await self.transcript.load(items, greeting=greeting, ending=text("chat.begins") if begins else "")

    def arrived(self) -> None:
        """Another conversation is on the screen."""
        raise NotImplementedError

    @work(group="place", exclusive=True)
    async def rename(self, title: str | None = None) -> None:
        """Give the open conversation this title, or the one that the person is asked for."""
        place = await attempt(self, self.engine.conversation())
        if place is None:
            return
        if not place.id:
            tell(self, text("chat.nothing_to_name"), seconds=3)
            return
        if title is None:
            ask = AskScreen(text("chat.title"), place.title, text("chat.title_empty"))
            title = await self.app.push_screen_wait(ask)
        if title is not None:
            named = await attempt(self, self.engine.rename_conversation(place.id, title))
            if named is not None:
                self.place = named
                self.show_place()

    # What is typed

    @on(Prompt.Changed)
    def _keep_soon(self) -> None:
        if self._keep_timer is None:
            self._keep_timer = self.set_timer(KEEP, self._keep_now, name="draft")

    @work(group="draft", exclusive=True)
    async def _keep_now(self) -> None:
        self._keep_timer = None
        with suppress(CompanionError):  # nothing is lost while the program runs
            await self.keep_draft()

    async def keep_draft(self, waiting: bool = False) -> None:
        """Keep what is typed over a restart, with what is `waiting` to be sent; nothing that is incognito."""
        if self.moving:
            return  # what is typed belongs to the conversation that is yet to open
        await self._keep_words("\n".join((*(self.outbox.texts if waiting else ()), self.draft_text)))

    async def _keep_words(self, words: str) -> None:
        if not self._loaded or (self.place is not None and self.place.mode == "incognito"):
            return
        words = words.strip("\n")
        if words != self._kept:
            self._kept = words
            await self.engine.keep_draft(words)

    @property
    def unsent(self) -> str | None:
        """What is typed and what waits to be sent, where the engine does not know it yet; nothing that is incognito."""
        if self.place is not None and self.place.mode == "incognito":
            return None
        words = "\n".join((*self.outbox.texts, self.draft_text)).strip("\n")
        return words if words != self._kept else None

    async def leaving(self) -> None:
        """The app is about to end: what is not sent is there again at the next start."""
        with suppress(CompanionError):
            await self.keep_draft(waiting=True)
