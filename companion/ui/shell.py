"""The program around the screens: commands, keys, settings, personas, the first minute, tour and jump mode.

What is opened later is imported then: all of it together would delay the first frame.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from textual import on, work
from textual.binding import Binding
from textual.command import CommandPalette
from textual.events import DescendantFocus, Resize
from textual.widget import Widget

from companion.chats import Conversation, PersonaCard
from companion.errors import CompanionError
from companion.settings import Settings
from companion.strings import text
from companion.text import one_line
from companion.ui import dismissing, overlaps, wrapping
from companion.ui.commands import ENTRIES, slash
from companion.ui.keymap import shown
from companion.ui.look import Look
from companion.ui.no_color import without_crash
from companion.ui.palette import Palette
from companion.ui.preferences import Preferences
from companion.ui.protecting import ProtectingApp
from companion.ui.screens.base import tell
from companion.ui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from companion.ui.widgets.welcome import Welcome


SIGNS = {"enter": "⏎", "left": "←", "right": "→", "up": "↑", "down": "↓"}


class ShellApp(ProtectingApp):
    """Whoever is one has the engine and the conversation; `file`: where settings are written, None for nowhere."""

    def __init__(self, settings: Settings, file: Path | None, **more: Any) -> None:
        dismissing.install()
        wrapping.install()
        overlaps.install()
        super().__init__(**more)
        self._filters = without_crash(self._filters)
        self.preferences = Preferences(settings, file)
        self.look = Look(self)

    @cached_property
    def welcome(self) -> Welcome:
        """The first steps; on the screen once they were begun."""
        from companion.ui.widgets.welcome import Welcome

        return Welcome()

    def get_key_display(self, binding: Binding) -> str:
        """As help and the settings tell it, in signs where there are such."""
        signs = {} if self.settings.ui.ascii else SIGNS
        if binding.key_display and binding.key_display not in SIGNS.values():
            return binding.key_display
        return signs.get(binding.key) or shown(binding.key)

    @property
    def settings(self) -> Settings:
        """As they are now."""
        return self.preferences.current

    @property
    def _whole(self) -> Any:
        """This app, for what takes `CompanionApp`: the only one there is."""
        return self

    # Commands

    def run_slash(self, typed: str) -> str | None:
        """Do the slash command that was typed. What is to be sent when it is none: a message."""
        return None if slash.run_slash(self._whole, typed, ENTRIES) else slash.message_of(typed)

    def action_run_command(self, id: str) -> None:
        """A key of its own was given to a command."""
        for entry in ENTRIES:
            if entry.command.id == id:
                entry.run(self._whole, "")

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette(placeholder=text("app.search_commands")))

    # Settings

    def set_setting(self, section: str, name: str, value: object) -> None:
        """Write it, and let hold what holds at once. Raises InvalidInput, ProfileError."""
        self.preferences.write(section, name, value)
        self.look.changed(section, name)

    def action_settings(self) -> None:
        from companion.ui.screens.settings import SettingsScreen

        if not self._is_open(SettingsScreen):
            self.push_screen(SettingsScreen(self.preferences))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing has its key while a key is being pressed to be chosen."""
        if self.screen_stack and getattr(self.screen, "TAKES_EVERY_KEY", False):
            return False
        return super().check_action(action, parameters)

    def open_keys(self) -> None:
        from companion.ui.screens.keys import KeysScreen

        if not self._is_open(KeysScreen):
            self.push_screen(KeysScreen(self.preferences))

    @work(group="theme", exclusive=True)
    async def choose_theme(self, name: str = "") -> None:
        """Use the theme of that name, without one let the person choose, seeing each as the cursor comes to it."""
        await self.look.choose_theme(name)

    def on_descendant_focus(self, _: DescendantFocus) -> None:
        self.look.blink()

    def on_resize(self, event: Resize) -> None:
        self.look.fit(event.size.height)

    def _is_open(self, kind: type[Any]) -> bool:
        return any(isinstance(screen, kind) for screen in self.screen_stack)

    # Who is talking

    def open_personas(self) -> None:
        from companion.ui.screens.personas import PersonasScreen

        if not self._is_open(PersonasScreen):
            self.push_screen(PersonasScreen(self.engine))

    async def talk_to(self, card: PersonaCard) -> bool:
        """From the next message on this persona answers, in a conversation of its own. False when it cannot be; then
        the person was told."""
        conversation = await self.chat.talk_to(card.key)
        if conversation is None:
            return False
        self.preferences.was_written("", "persona", card.key)
        self._note(conversation)
        tell(
            self, text("persona_list.now_talking", name=one_line(card.name, 40)), text("persona_list.now_talking_about")
        )
        return True

    @work(group="speaker", exclusive=True)
    async def note_speaker(self) -> None:
        """The status line says who is talking, when it is not the one that comes along."""
        with suppress(CompanionError):  # it is told again with the next conversation
            conversation = await self.engine.conversation()
            if conversation is not None:
                self._note(conversation)

    def _note(self, conversation: Conversation) -> None:
        usual = self.preferences.default("", "persona")
        self.chat.progress.speaker = conversation.speaker if conversation.persona not in ("", usual) else ""
        self.chat.show_status()

    # The first minute, and finding one's way

    @work(group="welcome-begin", exclusive=True)
    async def welcome_again(self) -> None:
        """Show the first steps above the prompt."""
        if not self.welcome.is_attached:
            await self.chat.mount(self.welcome, before=self.chat.slash_list)
            first = self.chat.prompt.keys_first
            self.chat.prompt.keys_first = lambda key: self.welcome.takes(key) or (first is not None and first(key))
        self.welcome.begin()

    @on(Prompt.Submitted)
    def _message_sent(self, message: Prompt.Submitted) -> None:
        written = message.prompt is self.chat.prompt and message.text
        if written and slash.written(message.text) is None and "welcome" in self.__dict__:
            self.welcome.end()

    def open_tour(self) -> None:
        from companion.ui.screens.tour import TourScreen

        while self.screen is not self.chat and len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(TourScreen(cast("Any", self.chat)))

    def action_jump(self) -> None:
        from companion.ui.screens.jump import JumpScreen

        if isinstance(self.screen, JumpScreen):
            self.screen.dismiss(None)
        else:
            self.push_screen(JumpScreen(cast("Any", self.screen)), _focus)


def _focus(chosen: Widget | None) -> None:
    if chosen is not None and chosen.is_attached:
        chosen.focus()
