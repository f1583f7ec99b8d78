"""Using and fetching models: what the app does about them, on whatever screen the person is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.errors import CompanionError
from companion.events import Event, ModelPullFinished, ModelPullProgress
from companion.strings import text
from companion.text import one_line
from companion.ui.screens.base import attempt, tell
from companion.ui.screens.models import ModelsScreen
from companion.ui.streams import real_streams

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp


class ModelActions:
    """One for the app. A download that the person asked for is begun again when the engine was: what came is kept."""

    def __init__(self, app: CompanionApp) -> None:
        self._app = app
        self._wanted = ""
        self._changing = False

    def open(self) -> None:
        app = self._app
        if not any(isinstance(screen, ModelsScreen) for screen in app.screen_stack):
            app.push_screen(ModelsScreen(app.engine, app.chat.progress.pull))

    async def pull(self, key: str) -> None:
        try:
            await self._app.engine.pull_model(key)
        except CompanionError as error:
            tell(self._app, str(error), error.hint, "error", 8)
        else:
            self._wanted = key

    async def stop(self) -> None:
        if not await attempt(self._app, self._app.engine.stop_pull()):
            tell(self._app, text("models.nothing_fetched"), seconds=2)

    async def use(self, key: str, name: str) -> None:
        """Write the choice down and start the engine with it; the conversation goes on."""
        if self._changing:
            return
        self._changing = True
        try:
            await self._use(key, name)
        finally:
            self._changing = False

    async def _use(self, key: str, name: str) -> None:
        app = self._app
        choice = await attempt(app, app.engine.use_model(key))
        if choice is None:
            return
        if choice.notice:
            tell(app, text("models.written_down"), one_line(choice.notice, 300), "warning", 8)
        self.lost()
        app.chat.engine_lost()
        try:
            with real_streams():
                await app.engine.renew()
        except CompanionError as error:
            app.chat.show_problem(str(error), error.hint)
            return
        tell(app, text("models.starting_with", name=one_line(name, 60)), text("models.goes_on"), seconds=3)
        app.engine_ready()

    def lost(self) -> None:
        """The engine ended."""
        for screen in self._app.screen_stack:
            if isinstance(screen, ModelsScreen):
                screen.engine_lost()

    async def back(self) -> None:
        """The engine is up again."""
        if self._wanted:
            await self.pull(self._wanted)

    def note(self, event: Event) -> None:
        if isinstance(event, ModelPullProgress):
            self._wanted = event.key
        elif isinstance(event, ModelPullFinished):
            self._wanted = ""
            self._tell_end(event)

    def _tell_end(self, event: ModelPullFinished) -> None:
        name = one_line(event.name, 60)
        if event.stopped:
            tell(self._app, text("models.stopped", name=name), text("models.stopped_hint"))
        elif event.title:
            tell(self._app, one_line(event.title), event.hint, "error", 10)
        else:
            tell(self._app, text("models.arrived", name=name), text("models.arrived_hint"), seconds=8)
