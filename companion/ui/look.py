"""How the program looks and which keys it has, from the settings: at the start, and at once when they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, TextArea

from companion.errors import CompanionError
from companion.strings import text
from companion.text import one_line
from companion.ui import keymap, theme
from companion.ui.glyphs import PlainGlyphs
from companion.ui.screens.base import tell, tell_error

if TYPE_CHECKING:
    from companion.ui.shell import ShellApp


class Look:
    """One for the app."""

    def __init__(self, app: ShellApp) -> None:
        self._app = app
        self._plain = PlainGlyphs(enabled=False)
        app._filters.append(self._plain)

    def begin(self) -> None:
        """Before the first frame."""
        app = self._app
        for own in theme.THEMES:
            app.register_theme(own)
        wanted = app.preferences.current.ui.theme
        chosen = theme.of_choice(wanted, None if app.is_headless else app.console.color_system, app.available_themes)
        app.theme = chosen or theme.DARK.name
        if not chosen:
            tell(app, text("app.no_theme", name=one_line(wanted, 40)), text("app.choose_theme"), "warning")
        self._move()
        self._glyphs()

    def begin_keys(self) -> None:
        """After it: what the screens declare has to be looked through when the person has keys of their own."""
        own = self._app.preferences.current.ui.keys
        if own:
            self.set_keys()
            for problem in keymap.problems(own):
                tell(self._app, problem, level="warning", seconds=10)

    async def choose_theme(self, name: str = "") -> None:
        """Use it from now on; without a name the person chooses. Where the environment decides it is for this run."""
        from companion.ui.screens.pick import PickScreen

        app = self._app
        if not name:
            others = sorted(each for each in app.available_themes if each not in theme.NAMES)
            choices = [(each, theme.title(each)) for each in (*theme.NAMES, *others)]
            picked = await app.push_screen_wait(PickScreen(text("themes.choose"), choices, app.theme, self._preview))
            if picked is None:
                return
            name = picked
        app.theme = name
        variable = app.preferences.overridden("ui", "theme")
        if variable:
            tell(app, text("themes.this_run"), text("settings.overridden", variable=variable))
            return
        try:
            app.set_setting("ui", "theme", name)
        except CompanionError as error:
            tell_error(app, error)

    def _preview(self, name: str) -> None:
        self._app.theme = name

    def changed(self, section: str, name: str) -> None:
        """A setting was written."""
        settings = self._app.preferences.current
        match section, name:
            case "ui", "theme":
                if settings.ui.theme in self._app.available_themes:
                    self._app.theme = settings.ui.theme
            case "ui", "reduced_motion":
                self._move()
            case "ui", "ascii":
                self._glyphs()
            case "ui", "keys":
                self.set_keys()
            case "sleep", "morning_report":
                self._app.chat.tells_mornings = settings.sleep.morning_report

    def set_keys(self) -> None:
        own = self._app.preferences.current.ui.keys
        known = keymap.described()
        self._app.set_keymap({id: keys for id, keys in own.items() if id in known})

    def _move(self) -> None:
        still = self._app.preferences.current.ui.reduced_motion
        self._app.animation_level = "none" if still else "full"
        self._app.set_class(still, "-still")
        self.blink()

    def fit(self, rows: int) -> None:
        """The window has this height now."""
        self._app.set_class(rows < theme.LOW, "-low")

    def blink(self) -> None:
        """Where the cursor is, it blinks or not."""
        where = self._app.focused if self._app.screen_stack else None
        if isinstance(where, Input | TextArea):
            where.cursor_blink = not self._app.preferences.current.ui.reduced_motion

    def _glyphs(self) -> None:
        plain = self._app.preferences.current.ui.ascii
        self._plain.enabled = plain
        self._app.set_class(plain, "-ascii")
        if self._app.screen_stack:
            self._app.refresh_css(animate=False)  # rows that were drawn before are kept otherwise
