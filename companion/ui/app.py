"""The application: starts the engine after the first frame, passes its events on, and quits without waiting.

`run()` is what the command line calls. Nothing here imports a model, a database or an embedder.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from contextlib import suppress
from typing import ClassVar

from textual import on, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from companion.calls import EnginePort
from companion.errors import CompanionError
from companion.events import Event, Notice, SleepFinished, StatusChanged
from companion.garbage import collect_from_now_on, collect_in_pauses
from companion.paths import Paths
from companion.reports import SleepReport
from companion.settings import Settings
from companion.strings import text
from companion.text import one_line
from companion.ui.check_text import check_lines
from companion.ui.commands import ENTRIES, commands
from companion.ui.keymap import command_bindings
from companion.ui.memory_pages_app import MemoryPages
from companion.ui.messages import EngineEnded, EngineSpoke, MemoryChosen, TextChosen
from companion.ui.model_actions import ModelActions
from companion.ui.place_actions import PlaceActions
from companion.ui.safe_paste import filter_pastes
from companion.ui.screens.base import EngineScreen, attempt, tell
from companion.ui.screens.chat import ChatScreen
from companion.ui.screens.edit import write_memory
from companion.ui.screens.models import ModelsScreen
from companion.ui.screens.reader import ReaderScreen
from companion.ui.screens.sleep import SleepScreen, report_lines
from companion.ui.screens.unlock import UnlockScreen
from companion.ui.signals import on_termination
from companion.ui.speaking import SpeakingApp
from companion.ui.streams import real_streams
from companion.ui.supervision import RestartBudget
from companion.ui.typed_ahead import typed_ahead


class CompanionApp(MemoryPages, PlaceActions, SpeakingApp):
    """The engine is whatever satisfies `EnginePort`; the app starts and closes it. `typed` came before the start;
    without `paths` no setting is written."""

    TITLE = "Companion"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", text("app.key_help"), priority=True, id="help.show"),
        Binding("f2,ctrl+r", "memories", text("app.key_memories"), show=False, id="memory.panel"),
        # TextArea selects a line with it.
        Binding("f6", "models", text("app.key_models"), show=False, priority=True, id="models.open"),
        Binding("f9", "settings", text("app.key_settings"), show=False, id="settings.open"),
        Binding("ctrl+p", "command_palette", text("app.key_palette"), show=False, priority=True, id="app.palette"),
        Binding("ctrl+g", "jump", text("app.key_jump"), show=False, priority=True, id="app.jump"),
        Binding("ctrl+c", "interrupt", text("app.key_interrupt"), show=False, priority=True, id="app.interrupt"),
        *command_bindings(ENTRIES),
    ]
    CSS = """
    ToastRack { dock: top; align: right top; margin: 0; scrollbar-size: 0 0; }
    MemoriesScreen > ToastRack, PeopleScreen > ToastRack, ConversationsScreen > ToastRack {
        dock: bottom; align: right bottom; margin-bottom: 1;
    }
    Toast { max-width: 100%; margin: 0; padding: 0 1; }
    SearchIcon { display: none; }
    .-low ChatScreen { overflow: hidden; }
    .-low ChatScreen > Problem, .-low ChatScreen > Waiting, .-low ChatScreen > MorningCard, .-low ChatScreen > Welcome,
    .-low ChatScreen > SlashList { max-height: 1; margin: 0; }
    .-toured { outline: heavy $accent; }
    StatusLine.-toured { outline: none; background: $accent; color: $background; }
    """

    def __init__(self, engine: EnginePort, settings: Settings, typed: str = "", paths: Paths | None = None) -> None:
        super().__init__(settings, paths.settings if paths else None)
        self.engine = engine
        self.speech_paths = paths
        self.is_new = paths is not None and not paths.database.exists()
        """Whether the person was never here."""
        self.is_locked = engine.is_sealed
        self._typed = typed if self.is_locked else ""
        self.chat = self.new_chat("" if self.is_locked else typed)
        self.models = ModelActions(self)
        self._budget = RestartBudget()
        self._conversation = 0

    def new_chat(self, typed: str = "") -> ChatScreen:
        chat = ChatScreen(self.engine, typed)
        settings = self.settings
        chat.tells_mornings = settings.sleep.morning_report
        chat.progress.private = not (settings.model.url or settings.index.url)
        return chat

    def get_default_screen(self) -> Screen[None]:
        if not self.is_locked:
            return self.chat
        typed, self._typed = self._typed, ""
        return UnlockScreen(typed=typed)

    def on_mount(self) -> None:
        self.look.begin()
        self.call_after_refresh(self._start_engine)

    @property
    def busy(self) -> bool:
        return self.chat.progress.answering is not None

    # The engine

    def _start_engine(self) -> None:
        # After the first frame: starting a process costs tens of milliseconds, and nothing on it needs one.
        collect_from_now_on()
        self.tidy_from_now_on()
        self.engine.subscribe(self._engine_spoke)
        self.engine.on_exit(self._engine_ended)
        self.watch_for_absence()
        if self.is_locked:
            self.look.begin_keys()
            with real_streams():
                self.engine.prepare()
            return
        try:
            with real_streams():
                self.engine.start()
        except CompanionError as error:
            self.chat.show_problem(str(error), error.hint)
            return
        self.engine_ready()
        self.look.begin_keys()
        if self.is_new:
            self.welcome_again()

    def engine_runs(self) -> None:
        self.engine_ready()

    @work(group="engine", exclusive=True)
    async def engine_ready(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, EngineScreen):
                await screen.engine_back()
        await self.models.back()
        self.note_speaker()

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
        if self.is_locked:
            return  # it was sent before
        for screen in self.screen_stack:
            if isinstance(screen, EngineScreen | SleepScreen):
                screen.engine_event(event)
        self.models.note(event)
        self.voice.note(event)
        if isinstance(event, StatusChanged) and event.status.conversation != self._conversation:
            self._conversation = event.status.conversation
            self.note_speaker()
        if isinstance(event, Notice):
            tell(self, event.title, event.hint, event.level)
        elif isinstance(event, SleepFinished):
            self._night_was_run(event.report)

    def _night_was_run(self, report: SleepReport) -> None:
        shown = any(isinstance(screen, SleepScreen) for screen in self.screen_stack)
        if report.nights and not report.dry_run and not shown:
            tell(self, text("app.while_away"), "\n".join(report_lines(report)[:6]))

    @on(EngineEnded)
    def _bring_back(self) -> None:
        if self._leaving or self.is_locked:
            return
        if self.engine.is_sealed:
            self.lock()
            return
        self.chat.engine_lost()
        self.models.lost()
        self.voice.hush()
        if self._budget.spend():
            tell(self, text("app.engine_stopped"), text("app.engine_again"), "warning")
            self.restart_engine()
        else:
            self.chat.show_problem(text("app.engine_keeps_stopping"), text("app.engine_keeps_stopping_hint"))

    def restart_engine(self) -> None:
        self.chat.engine_lost()
        try:
            with real_streams():
                self.engine.restart()
        except CompanionError as error:
            self.chat.show_problem(str(error), error.hint)
        else:
            self.engine_ready()

    @work(group="renew", exclusive=True)
    async def renew_engine(self) -> None:
        """Close the engine and start it with the settings as they are written now; the conversation goes on."""
        self.models.lost()
        self.chat.engine_lost()
        try:
            with real_streams():
                await self.engine.renew()
        except CompanionError as error:
            self.chat.show_problem(str(error), error.hint)
        else:
            self.engine_ready()

    # Screens

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        return commands(self)

    def action_help(self) -> None:
        from companion.ui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            topic = getattr(self.screen, "HELP_TOPIC", "")
            self.push_screen(HelpScreen(topic, self.screen, self.preferences.current.ui.keys))

    def explain_forgetting(self) -> None:
        from companion.ui.screens.help import HelpScreen

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
        from companion.ui.screens.memory import MemoryScreen

        self.push_screen(MemoryScreen(self.engine, message.memory))

    @on(TextChosen)
    def _open_text(self, message: TextChosen) -> None:
        self.push_screen(ReaderScreen(message.text))

    @work(group="palette")
    async def add_memory(self) -> None:
        change = await write_memory(self, text("app.add_memory"), "", self.engine.add_memory)
        if change is not None:
            tell(self, one_line(change.summary))

    @work(group="palette")
    async def undo(self) -> None:
        change = await attempt(self, self.engine.undo())
        if change is not None:
            tell(self, one_line(change.summary), "\n".join(change.kept), last_done=True)

    def sleep(self, dry_run: bool = False) -> None:
        self.push_screen(SleepScreen(self.engine, dry_run))

    @work(group="palette")
    async def check_engine(self) -> None:
        checks = await attempt(self, self.engine.doctor())
        if checks is not None:
            self.push_screen(ReaderScreen("\n".join(check_lines(checks))))


def run(settings: Settings, paths: Paths) -> int:
    """Run the app over an engine process for this profile; returns the exit code for the shell."""
    from companion.engine import EngineClient

    filter_pastes()
    app = CompanionApp(EngineClient(paths, settings), settings, typed_ahead(), paths)
    collect_in_pauses()
    with on_termination(app.leave_soon):
        app.run()
    # The interpreter collects garbage on its way out; walking every widget once more took twice as long as quitting.
    gc.freeze()
    return app.return_code or 0
