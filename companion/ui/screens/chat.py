"""The conversation."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.timer import Timer

from companion.calls import EnginePort
from companion.clock import SystemClock, stamp
from companion.errors import Busy, CompanionError, EngineStopped
from companion.events import (
    Event,
    MemoriesChanged,
    MemoriesRecalled,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyToken,
    SleepFinished,
    StatusChanged,
    ThoughtsFormed,
)
from companion.records import TranscriptItem, Turn
from companion.status import EngineStatus
from companion.ui.commands import ENTRIES
from companion.ui.learned_text import entries_of
from companion.ui.outbox import Outbox
from companion.ui.progress import Progress
from companion.ui.screens.base import attempt, tell, tell_error
from companion.ui.screens.learned_actions import FRESH, LearnedActions
from companion.ui.screens.morning_actions import MorningActions
from companion.ui.widgets.problem import Problem
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.slash_list import SlashList
from companion.ui.widgets.status_line import IDLE, IDLE_SHORT, StatusLine
from companion.ui.widgets.transcript import WINDOW, Transcript
from companion.ui.widgets.waiting import Waiting

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp

PAUSE = 0.25
"""Seconds after which the engine hears what was typed meanwhile."""
HINT = "Message · Enter sends, Ctrl+J new line"


class ChatScreen(LearnedActions, MorningActions):
    """Accepts messages from the first frame on: what the engine cannot take yet waits in the outbox."""

    HELP_TOPIC = "chat"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop the reply"),
        Binding("ctrl+o", "toggle_recalled", "Memories of the last reply"),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("ctrl+up", "scroll(-1)", show=False, priority=True),
        Binding("ctrl+down", "scroll(1)", show=False, priority=True),
        Binding("ctrl+end", "newest", show=False, priority=True),
    ]

    def __init__(self, engine: EnginePort, typed: str = "") -> None:
        super().__init__(engine)
        *lines, begun = typed.split("\n")
        self.progress = Progress()
        self.outbox = Outbox()
        self._loaded = False
        self._early: list[Event] = []
        self._uncertain: str | None = None
        self._pause: Timer | None = None
        self._told = ""
        for line in filter(str.strip, lines):
            self.outbox.put(line)
        self.transcript = Transcript()
        self.prompt = Prompt(begun, placeholder=HINT)
        self.slash_list = SlashList(self.prompt, ENTRIES)
        self.prompt.keys_first = self.slash_list.takes
        self._problem = Problem()
        self._waiting = Waiting()
        self._status_line = StatusLine(self.progress)

    def compose(self) -> ComposeResult:
        yield self.transcript
        yield self._problem
        yield self._waiting
        yield self.morning_card
        yield self.slash_list
        yield self.prompt
        yield self._status_line

    def on_mount(self) -> None:
        self.prompt.focus()
        self.prompt.move_cursor(self.prompt.document.end)
        self.watch(self, "focused", self.keys_changed)
        self._refresh_state()

    # What the engine says

    async def engine_ready(self) -> None:
        """The engine answers calls: show the conversation, then send what waits."""
        try:
            self.progress.status = await self.engine.status()
            items = await self.engine.transcript(limit=WINDOW)
        except EngineStopped:
            return  # the app starts it again, or says why not
        except CompanionError as error:
            self.show_problem(str(error), error.hint)
            return
        self._recognise_sent(items)
        await self.transcript.load(items)
        self._loaded = True
        early, self._early = self._early, []
        for event in early:
            self.engine_event(event)
        self._refresh_state()
        self.send_waiting()
        self._tell_typed()
        self.look_at_morning()

    async def engine_back(self) -> None:
        await self.engine_ready()

    def engine_lost(self) -> None:
        """The process ended: what was being written has stopped; nothing typed is given up."""
        self.progress.lost()
        self.workers.cancel_group(self, "send")
        self._uncertain = self.outbox.sending or self._uncertain
        self.outbox.hold()
        self._loaded = False
        self._told = ""
        self._early.clear()
        last = self.transcript.last_reply()
        if last is not None and last.writing:
            last.break_off("interrupted")
        self._refresh_state()

    def show_problem(self, title: str, hint: str) -> None:
        """The engine cannot be used at all; says so until a status says otherwise."""
        self.progress.status = EngineStatus(
            phase="starting", activity="not running", problem_title=title, problem_hint=hint
        )
        self._refresh_state()

    def _recognise_sent(self, items: tuple[TranscriptItem, ...]) -> None:
        """A message that was on its way when the engine ended may have been saved: then it must not go twice."""
        uncertain, self._uncertain = self._uncertain, None
        known = self.transcript.newest_id
        if uncertain is None or self.outbox.texts[:1] != (uncertain,):
            return
        if any(t.role == "person" and t.id > known and t.text == uncertain for t in (i.turn for i in items)):
            self.outbox.begin()
            self.outbox.sent()

    def engine_event(self, event: Event) -> None:
        if not self._loaded:
            self._early.append(event)
            self.progress.note(event)
            self._refresh_state()
            return
        match event:
            case ReplyStarted():
                self._acknowledge(event.turn)
                self.transcript.begin_reply(event.reply, event.turn)
            case MemoriesRecalled():
                self.transcript.recalled(event.reply, event.recalled)
            case ReplyToken():
                view = self.transcript.reply(event.reply)
                if view is not None:
                    view.write(event.text)
            case ReplyFinished():
                view = self.transcript.begin_reply(event.reply, event.report.turn.answers or 0)
                view.finish(event.report)
            case ReplyFailed():
                self._reply_failed(event)
            case ThoughtsFormed():
                self._show_learned(event)
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
        self._refresh_state()
        if isinstance(event, ReplyFinished | ReplyFailed):
            self.send_waiting()

    def _reply_failed(self, event: ReplyFailed) -> None:
        self._acknowledge(event.turn)
        view = self.transcript.reply(event.reply)
        if view is not None:
            view.break_off("failed")
        person = self.transcript.person(event.turn)
        if person is not None:
            person.note(f"No reply. {event.title}. {event.hint}")
        else:
            tell(self, event.title, event.hint, "error")

    def _show_learned(self, event: ThoughtsFormed) -> None:
        answer = self.transcript.reply_to(event.turn)
        if answer is not None:
            entries = entries_of(event.memories, event.lines)
            self.fresh = answer.add_learned(entries, event.batch)
            if event.question:
                answer.ask(self.fresh, event.question, event.question_id)
            self.keys_changed()

    def _refresh_state(self) -> None:
        self._status_line.refresh()
        self._problem.show_status(self.progress.status)
        self._waiting.show_texts(self.outbox.texts)

    # Talking

    @on(Prompt.Submitted)
    def _submitted(self, message: Prompt.Submitted) -> None:
        if not message.text:
            message.prompt.hint("Type a message first.", HINT)
            return
        said = cast("CompanionApp", self.app).run_slash(message.text)
        self.slash_list.follow()
        if said is None:
            return
        self.outbox.put(said)
        self.fresh = None
        self.morning_card.close()
        self.keys_changed()
        self.transcript.to_newest()
        self._refresh_state()
        self.send_waiting()

    @on(Prompt.Changed)
    def _typed(self) -> None:
        self.slash_list.follow()
        if self._pause is None:
            self._pause = self.set_timer(PAUSE, self._tell_typed, name="typing")

    @work(group="typing", exclusive=True)
    async def _tell_typed(self) -> None:
        """What is typed so far; what was sent, or deleted, is not told of any more."""
        self._pause = None
        text = self.prompt.whole_text
        if self._loaded and text != self._told:
            self._told = text
            with suppress(CompanionError):  # it only makes the reply begin sooner
                await self.engine.typing(text)

    @on(Prompt.Ended)
    async def _ended(self) -> None:
        await self.app.action_quit()

    @on(Prompt.TakeBackWanted)
    def _take_back(self, message: Prompt.TakeBackWanted) -> None:
        text = self.outbox.take_back()
        if text is not None:
            self.prompt.put_back(text)
            self._refresh_state()

    @work(group="send")
    async def send_waiting(self) -> None:
        """Send the oldest waiting message, unless a reply is still owed. Called again when one has ended."""
        if not self._loaded or self.progress.answering is not None:
            return
        text = self.outbox.begin()
        if text is None:
            return
        self._refresh_state()
        try:
            sent = await self.engine.send(text)
        except Busy:
            self.outbox.hold()  # sent again when the reply has ended
        except EngineStopped:
            if self.outbox.sending == text:
                self._uncertain = text
                self.outbox.hold()  # sent again when the engine is back, unless it turns out to be saved
        except CompanionError as error:
            self.outbox.sent()
            self.prompt.put_back(text)
            tell_error(self, error)
        else:
            self.progress.sent(sent.turn)
            self._acknowledge(sent.turn, sent.conversation)
        self._refresh_state()

    def _acknowledge(self, turn: int, conversation: int | None = None) -> None:
        """The message on its way is on disk as `turn`. Told by the answer or by an event, whichever is first."""
        if self.transcript.person(turn) is not None or self.outbox.sending is None:
            return
        text = self.outbox.sent() or ""
        at, utc_offset = stamp(SystemClock().now())
        where = conversation or self.progress.status.conversation or self.transcript.conversation
        self.transcript.add_person(Turn(turn, where, "person", "", text, at, utc_offset))

    # What the person does besides writing

    def to_prompt(self) -> None:
        self.prompt.focus()

    def keys_changed(self) -> None:
        self._status_line.keys = self.card_keys
        self._status_line.idle = FRESH if self.fresh is not None else (IDLE, IDLE_SHORT)
        self._status_line.refresh()

    @work(group="stop")
    async def action_stop(self) -> None:
        """Esc: keeps what was written; does nothing when nothing is being written."""
        if self.progress.answering is not None:
            await attempt(self, self.engine.stop())

    def action_toggle_recalled(self) -> None:
        last = self.transcript.last_reply()
        if last is not None and last.recalled.display:
            last.recalled.toggle()
            last.recalled.focus_heading()
        else:
            tell(self, "The last reply was given no memories.", seconds=2)

    def action_page(self, direction: int) -> None:
        self.transcript.scroll_relative(y=direction * max(1, self.transcript.size.height - 2), animate=False)
        self._reached_top(direction)

    def action_scroll(self, direction: int) -> None:
        self.transcript.scroll_relative(y=direction * 2, animate=False)
        self._reached_top(direction)

    def _reached_top(self, direction: int) -> None:
        if direction < 0 and self.transcript.scroll_y <= 0:
            self.transcript.ask_older()

    def action_newest(self) -> None:
        self.transcript.to_newest()

    @on(Transcript.OlderWanted)
    def _older_wanted(self, message: Transcript.OlderWanted) -> None:
        self._fetch_older(message.before)

    @work(group="older")
    async def _fetch_older(self, before: int) -> None:
        items = await attempt(self, self.engine.transcript(before=before, limit=WINDOW))
        await self.transcript.prepend(items or ())

    def on_key(self, event: Key) -> None:
        """Typing anywhere on this screen goes to the prompt."""
        prompt = self.prompt
        if event.is_printable and event.character and event.character != " ":
            prompt.focus()
            prompt.insert(event.character)
            event.stop()
