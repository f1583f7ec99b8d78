"""The conversation."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Key

from companion.calls import EnginePort
from companion.errors import CompanionError, EngineStopped
from companion.events import (
    CareShown,
    CheckedIn,
    Event,
    MemoriesChanged,
    MemoriesRecalled,
    ProgramSaid,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyToken,
    SleepFinished,
    StatusChanged,
    ThoughtsFormed,
    WordsErased,
)
from companion.status import EngineStatus
from companion.strings import text
from companion.ui.commands import ENTRIES
from companion.ui.keys import each_of
from companion.ui.learned_text import entries_of
from companion.ui.outbox import Outbox
from companion.ui.progress import Progress
from companion.ui.screens.care_actions import CareActions
from companion.ui.screens.chat_context import ContextActions
from companion.ui.screens.chat_copy import CopyActions
from companion.ui.screens.chat_dictation import DictationActions
from companion.ui.screens.chat_footnotes import FootnoteActions
from companion.ui.screens.chat_links import LinkActions
from companion.ui.screens.chat_places import Places
from companion.ui.screens.learned_actions import FRESH, LearnedActions
from companion.ui.screens.morning_actions import MorningActions
from companion.ui.widgets.problem import Problem
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.recalled import Footnote
from companion.ui.widgets.slash_list import SlashList
from companion.ui.widgets.status_line import IDLE, IDLE_SHORT, StatusLine
from companion.ui.widgets.transcript import FIRST, Transcript
from companion.ui.widgets.turn_base import TurnView
from companion.ui.widgets.waiting import Waiting

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp


class ChatScreen(
    FootnoteActions,
    Places,
    CareActions,
    CopyActions,
    DictationActions,
    LinkActions,
    ContextActions,
    LearnedActions,
    MorningActions,
):
    """Accepts messages from the first frame on: what the engine cannot take yet waits in the outbox."""

    HELP_TOPIC = "chat"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, engine: EnginePort, typed: str = "") -> None:
        super().__init__(engine)
        *lines, begun = typed.split("\n")
        self._early: list[Event] = []
        for line in filter(str.strip, lines):
            self.outbox.put(line)
        if begun:
            self.prompt.put_back(begun)
        self.slash_list = SlashList(self.prompt, ENTRIES)
        self.prompt.keys_first = self.slash_list.takes
        self._problem = Problem()
        self._waiting = Waiting()
        self._status_line = StatusLine(self.progress)

    def compose(self) -> ComposeResult:
        yield self.transcript
        yield self.below
        yield self._problem
        yield self._waiting
        yield self.morning_card
        yield self.slash_list
        yield self.prompt
        yield self.meter
        yield self._status_line

    def on_mount(self) -> None:
        self.prompt.focus()
        self.watch(self, "focused", self.keys_changed)
        self.refresh_state()

    # What the engine says

    async def engine_ready(self) -> None:
        """The engine answers calls: show the conversation, then send what waits."""
        try:
            self.progress.status = await self.engine.status()
            items = await self.engine.transcript(limit=FIRST)
        except EngineStopped:
            return  # the app starts it again, or says why not
        except CompanionError as error:
            self.show_problem(str(error), error.hint)
            return
        self.recognise_sent(items)
        with suppress(CompanionError):  # what was typed before is not worth being without a chat
            await self.learn_place()
        await self.show_items(items)
        self._loaded = True
        early, self._early = self._early, []
        for event in early:
            self.engine_event(event)
        self.refresh_state()
        self.send_waiting()
        self._tell_typed()
        self.look_at_morning()
        self.look_at_context()

    async def engine_back(self) -> None:
        await self.engine_ready()

    def engine_lost(self) -> None:
        """The process ended: what was being written has stopped; nothing typed is given up."""
        self.progress.lost()
        self.engine_ended()
        self._early.clear()
        last = self.transcript.last_reply()
        if last is not None and last.writing:
            last.break_off("interrupted")
        self.refresh_state()

    def forget(self) -> None:
        """Nothing of what was said or written stays in it; it is about to be taken off the screen."""
        self._loaded = False
        self.prompt.take()
        self.outbox = Outbox()
        self.progress = Progress()
        self._early.clear()
        self.place = self.fresh = self.editing = self._resending = self._uncertain = None
        self._draft = self._told = self._kept = ""

    def forget_turns(self) -> None:
        """Nor what was shown of it: textual keeps an app's first screen for as long as the app runs."""
        self.transcript = Transcript()
        self._nodes._clear()
        _ = self._nodes.displayed, self._nodes.displayed_and_visible  # lists of them are kept until they are asked for

    def show_problem(self, title: str, hint: str) -> None:
        """The engine cannot be used at all; says so until a status says otherwise."""
        self.progress.status = EngineStatus(
            phase="starting", activity=text("status.not_running"), problem_title=title, problem_hint=hint
        )
        self.refresh_state()

    def engine_event(self, event: Event) -> None:
        if not self._loaded:
            self._early.append(event)
            self.progress.note(event)
            self.refresh_state()
            return
        match event:
            case CareShown():
                self.care_shown(event)
            case ProgramSaid():
                self.program_said(event)
            case ReplyStarted():
                self.reply_started(event)
            case MemoriesRecalled():
                self.transcript.recalled(event.reply, event.recalled)
            case ReplyToken():
                view = self.transcript.reply(event.reply)
                if view is not None:
                    view.write(event.text)
                    self.something_new()
            case ReplyFinished():
                view = self.transcript.begin_reply(event.reply, event.report.turn.answers or 0)
                if view is not None:
                    view.finish(event.report)
                    self.something_new()
                self.note_context(event.report)
                self.reply_finished(event.report.turn)
            case ReplyFailed():
                self.reply_failed(event)
            case CheckedIn():
                self.transcript.bring_up(event)
                self.something_new()
            case ThoughtsFormed():
                self._show_learned(event)
            case WordsErased():
                self.words_erased()
            case MemoriesChanged():
                self.memories_changed(event.memories)
            case SleepFinished(report=report) if report.nights and not report.dry_run:
                self.look_at_morning()
            case _:
                pass
        self.progress.note(event)
        if isinstance(event, MemoriesChanged | ThoughtsFormed) or (
            isinstance(event, StatusChanged) and not event.status.pending_jobs
        ):
            self.check_questions()
        self.refresh_state()
        if isinstance(event, StatusChanged) and not event.status.pending_jobs:
            self.look_at_used_lately()
        if isinstance(event, ReplyFinished | ReplyFailed):
            self.keys_changed()
        if isinstance(event, ReplyFinished | ReplyFailed | StatusChanged):
            self.send_waiting()  # also what the engine could not take a moment ago

    def _show_learned(self, event: ThoughtsFormed) -> None:
        answer = self.transcript.reply_to(event.turn)
        if answer is not None:
            entries = entries_of(event.memories, event.lines)
            self.fresh = answer.add_learned(entries, event.batch)
            if event.question:
                answer.ask(self.fresh, event.question, event.question_id)
            self.keys_changed()

    def arrived(self) -> None:
        self.fresh = None
        cast("CompanionApp", self.app).voice.moved()
        self.keys_changed()
        self.look_at_context()

    def refresh_state(self) -> None:
        self._status_line.refresh()
        self._problem.show_status(self.progress.status)
        self._waiting.show_texts(self.outbox.texts)

    def show_status(self) -> None:
        """Something the status line tells of has changed."""
        self._status_line.refresh()

    # What the person does

    @on(Prompt.Submitted)
    def _submitted(self, message: Prompt.Submitted) -> None:
        words = message.text
        cast("CompanionApp", self.app).voice.hush()
        if not words:
            self.hint_empty()
            return
        self.fresh = None
        self.morning_card.close()
        self.keys_changed()
        if self.editing is not None:
            self.send_edited(words)
        else:
            said = cast("CompanionApp", self.app).run_slash(words)
            self.slash_list.follow()
            if said is not None:
                self.submitted(said)

    @on(Prompt.Changed)
    def _list_commands(self) -> None:
        self.slash_list.follow()

    def keys_changed(self) -> None:
        keys = each_of(self.card_keys)
        if not keys and isinstance(self.focused, TurnView | Footnote):
            keys = self.focused.keys()
        elif not keys and self.editing is not None:
            keys = each_of(text("chat.keys_editing"))
        self._status_line.keys = keys
        self._status_line.idle = FRESH if self.fresh is not None else (IDLE, IDLE_SHORT)
        self._status_line.refresh()

    def on_resize(self) -> None:
        self.show_place()
        self.keys_changed()

    def on_key(self, event: Key) -> None:
        """Typing anywhere on this screen goes to the prompt."""
        if event.is_printable and event.character and event.character != " ":
            self.set_focus(self.prompt)
            self.prompt.insert(event.character)
            event.stop()
