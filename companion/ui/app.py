"""The application: starts the engine after the first frame, passes its events on, and quits without waiting.

`run()` is what the command line calls. Nothing here imports a model, a database or an embedder.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import ClassVar

from textual import on, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import TextArea

from companion.calls import EnginePort
from companion.errors import CompanionError
from companion.events import Event, Notice, SleepFinished
from companion.garbage import collect_from_now_on
from companion.paths import Paths
from companion.reports import SleepReport
from companion.settings import Settings
from companion.text import one_line
from companion.ui import theme
from companion.ui.commands import commands
from companion.ui.memory_pages_app import MemoryPages
from companion.ui.messages import EngineEnded, EngineSpoke, MemoryChosen, TextChosen
from companion.ui.model_actions import ModelActions
from companion.ui.no_color import without_crash
from companion.ui.place_actions import PlaceActions
from companion.ui.screens.base import EngineScreen, attempt, tell
from companion.ui.screens.chat import ChatScreen
from companion.ui.screens.edit import write_memory
from companion.ui.screens.help import HelpScreen
from companion.ui.screens.memory import MemoryScreen
from companion.ui.screens.models import ModelsScreen
from companion.ui.screens.reader import ReaderScreen
from companion.ui.screens.sleep import SleepScreen, report_lines
from companion.ui.signals import on_termination
from companion.ui.streams import real_streams
from companion.ui.supervision import RestartBudget
from companion.ui.typed_ahead import typed_ahead

CLOSING = 1.0
"""Seconds quitting waits for the engine at most; what it has acknowledged is on disk in any case."""
TWICE = 2.0
"""Seconds in which a second Ctrl+C quits."""


class CompanionApp(MemoryPages, PlaceActions):
    """The engine is whatever satisfies `EnginePort`; the app starts and closes it. `typed` came before the start."""

    TITLE = "Companion"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", priority=True),
        Binding("f2,ctrl+r", "memories", "Memories", show=False),
        Binding("f6", "models", "Models", show=False, priority=True),  # TextArea selects a line with it
        Binding("ctrl+c", "interrupt", show=False, priority=True),
    ]
    CSS = """
    ToastRack { dock: top; align: right top; margin: 0; }
    Toast { max-width: 60; margin: 0; padding: 0 1; }
    SearchIcon { display: none; }
    """

    def __init__(self, engine: EnginePort, settings: Settings, typed: str = "") -> None:
        super().__init__()
        self._filters = without_crash(self._filters)
        self.engine = engine
        self.settings = settings
        self.chat = ChatScreen(engine, typed)
        self.chat.tells_mornings = settings.sleep.morning_report
        self.models = ModelActions(self)
        self._budget = RestartBudget()
        self._interrupted = -TWICE
        self._leaving = False

    def get_default_screen(self) -> Screen[None]:
        return self.chat

    def on_mount(self) -> None:
        for own in theme.THEMES:
            self.register_theme(own)
        wanted = self.settings.ui.theme
        if wanted in self.available_themes:
            self.theme = wanted
        else:
            self.theme = theme.DARK.name
            tell(self, f"There is no theme named {one_line(wanted, 40)}", "Choose one with Ctrl+P, Theme.", "warning")
        self.call_after_refresh(self._start_engine)

    # The engine

    def _start_engine(self) -> None:
        # After the first frame: starting a process costs tens of milliseconds, and nothing on it needs one.
        collect_from_now_on()
        self.engine.subscribe(self._engine_spoke)
        self.engine.on_exit(self._engine_ended)
        try:
            with real_streams():
                self.engine.start()
        except CompanionError as error:
            self.chat.show_problem(str(error), error.hint)
            return
        self.engine_ready()

    @work(group="engine", exclusive=True)
    async def engine_ready(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, EngineScreen):
                await screen.engine_back()
        await self.models.back()

    def _engine_spoke(self, event: Event) -> None:
        """Called on a thread of the client."""
        self._post(EngineSpoke(event))

    def _engine_ended(self) -> None:
        """Called on a thread of the client."""
        self._post(EngineEnded())

    def _post(self, message: EngineSpoke | EngineEnded) -> None:
        with suppress(RuntimeError):  # the app's loop is closed: nobody is left to be told
            self.post_message(message)

    @on(EngineSpoke)
    def _pass_on(self, message: EngineSpoke) -> None:
        event = message.event
        for screen in self.screen_stack:
            if isinstance(screen, EngineScreen | SleepScreen):
                screen.engine_event(event)
        self.models.note(event)
        if isinstance(event, Notice):
            tell(self, event.title, event.hint, event.level)
        elif isinstance(event, SleepFinished):
            self._night_was_run(event.report)

    def _night_was_run(self, report: SleepReport) -> None:
        shown = any(isinstance(screen, SleepScreen) for screen in self.screen_stack)
        if report.nights and not report.dry_run and not shown:
            tell(self, "While you were away", "\n".join(report_lines(report)[:6]))

    @on(EngineEnded)
    def _bring_back(self) -> None:
        if self._leaving:
            return
        self.chat.engine_lost()
        self.models.lost()
        if self._budget.spend():
            tell(self, "The engine stopped", "It is being started again. What you sent is saved.", "warning")
            self.restart_engine()
        else:
            self.chat.show_problem(
                "The engine keeps stopping",
                "Your data is safe. Press Ctrl+P and choose “Engine: Restart”, or run `companion doctor`.",
            )

    def restart_engine(self) -> None:
        self.chat.engine_lost()
        try:
            with real_streams():
                self.engine.restart()
        except CompanionError as error:
            self.chat.show_problem(str(error), error.hint)
        else:
            self.engine_ready()

    # Screens

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        return commands(self)

    def action_help(self) -> None:
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(getattr(self.screen, "HELP_TOPIC", "keys")))

    def explain_forgetting(self) -> None:
        self.push_screen(HelpScreen("forgetting"))

    def action_memories(self) -> None:
        self.open_memories()

    def action_models(self) -> None:
        self.models.open()

    @work(group="model")
    async def stop_pull(self) -> None:
        await self.models.stop()

    @on(ModelsScreen.PullWanted)
    @work(group="model")
    async def _pull_wanted(self, message: ModelsScreen.PullWanted) -> None:
        await self.models.pull(message.key)

    @on(ModelsScreen.UseWanted)
    @work(group="model")
    async def _use_wanted(self, message: ModelsScreen.UseWanted) -> None:
        await self.models.use(message.key, message.name)

    @on(MemoryChosen)
    def _open_memory(self, message: MemoryChosen) -> None:
        self.push_screen(MemoryScreen(self.engine, message.memory))

    @on(TextChosen)
    def _open_text(self, message: TextChosen) -> None:
        self.push_screen(ReaderScreen(message.text))

    @work(group="palette")
    async def add_memory(self) -> None:
        change = await write_memory(self, "Add a memory", "", self.engine.add_memory)
        if change is not None:
            tell(self, one_line(change.summary))

    @work(group="palette")
    async def undo(self) -> None:
        change = await attempt(self, self.engine.undo())
        if change is not None:
            tell(self, one_line(change.summary), "\n".join(change.kept))

    def sleep(self, dry_run: bool = False) -> None:
        self.push_screen(SleepScreen(self.engine, dry_run))

    @work(group="palette")
    async def check_engine(self) -> None:
        checks = await attempt(self, self.engine.doctor())
        if checks is not None:
            lines = (
                f"{check.level:<8} {check.name}: {check.detail}" + (f"\n         {check.hint}" if check.hint else "")
                for check in checks
            )
            self.push_screen(ReaderScreen("\n".join(lines)))

    # Leaving

    def action_interrupt(self) -> None:
        """Ctrl+C copies what is selected; else the second within two seconds quits."""
        selected = self.screen.get_selected_text()
        if isinstance(self.focused, TextArea) and self.focused.selected_text:
            selected = self.focused.selected_text
        if selected:
            self.copy_to_clipboard(selected)
            tell(self, "Copied", seconds=1)
        else:
            self._leave_at_the_second_time("Ctrl+C")

    def _leave_at_the_second_time(self, again: str) -> None:
        moment = time.monotonic()
        if moment - self._interrupted <= TWICE:
            self.leave()
            return
        self._interrupted = moment
        waiting = len(self.chat.outbox)
        unsent = f" {waiting} waiting message(s) will not be sent." if waiting else ""
        tell(self, f"Press {again} again to quit.{unsent}", seconds=TWICE)

    def leave_soon(self, code: int) -> None:
        """Leave with this exit code. Safe to call from a signal handler."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended: so has the app
                self._loop.call_soon_threadsafe(self.leave, code)

    @work(group="leave")
    async def leave(self, code: int = 0) -> None:
        """Close the engine within a bound, then exit. Never waits for a reply or a night."""
        if self._leaving:
            return
        self._leaving = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self.chat.leaving(), CLOSING)
        with suppress(Exception):  # whatever it is, the person asked to leave, and what was acknowledged is saved
            await asyncio.wait_for(self.engine.close(), CLOSING)
        self.exit(return_code=code)

    async def action_quit(self) -> None:
        """At once, unless there is something that would be lost."""
        if len(self.chat.outbox):
            self._leave_at_the_second_time("Ctrl+C or Ctrl+D")
        else:
            self.leave()

    def _fatal_error(self) -> None:
        # Textual prints the local variables of every frame; here they hold what the person said.
        from rich.segment import Segments
        from rich.traceback import Traceback

        self.bell()
        traceback = Traceback(show_locals=False, width=None)
        self._exit_renderables.append(Segments(self.console.render(traceback, self.console.options)))
        self._close_messages_no_wait()


def run(settings: Settings, paths: Paths) -> int:
    """Run the app over an engine process for this profile; returns the exit code for the shell."""
    from companion.engine import EngineClient

    app = CompanionApp(EngineClient(paths, settings), settings, typed_ahead())
    with on_termination(app.leave_soon):
        app.run()
    # The interpreter collects garbage on its way out; walking every widget once more took twice as long as quitting.
    gc.freeze()
    return app.return_code or 0
