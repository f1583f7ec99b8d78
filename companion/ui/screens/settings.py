"""F9: everything that can be set, each with what it means, when it holds and what it comes as."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import DataTable

from companion.errors import CompanionError
from companion.strings import text
from companion.ui.preferences import AT_ONCE, Preferences
from companion.ui.screens.base import tell_error
from companion.ui.screens.pick import PickScreen
from companion.ui.screens.value import ValueScreen
from companion.ui.setting_fields import Setting, choice_name, editable, parsed, shown
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.setting_table import SettingTable

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp

AT_START = {("ui", "language")}
"""What holds from the next start of the program on."""


class SettingsScreen(Screen[None]):
    """Enter changes what is under the cursor, `x` makes it as it comes, `r` restarts the engine with what is new."""

    HELP_TOPIC = "settings"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,delete", "reset", text("settings.key_reset"), key_display="x", id="settings.reset"),
        Binding("r", "renew", text("settings.key_renew"), id="settings.renew"),
        Binding("p", "protection", text("protection.title"), id="settings.protection"),
        Binding("escape,q", "back", text("settings.key_back"), key_display="Esc", id="settings.back"),
    ]
    DEFAULT_CSS = """
    SettingsScreen #about { height: auto; max-height: 9; padding: 0 1; border-top: solid $panel; }
    SettingsScreen #offer { height: auto; padding: 0 1; color: $text-warning; display: none; }
    """

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self._waiting = False
        """Whether something was changed that the engine has not read."""

    @property
    def _app(self) -> CompanionApp:
        return cast("CompanionApp", self.app)

    def compose(self) -> ComposeResult:
        yield SettingTable(self._preferences)
        yield Literal(id="about")
        yield Literal(text("settings.renew_offer"), id="offer")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(SettingTable).focus()

    def on_screen_resume(self) -> None:
        self._show()  # a page of its own may have changed it

    def _show(self) -> None:
        if self.is_mounted:
            self.query_one(SettingTable).refill()
            self.query_one("#offer").display = self._waiting
            self._explain()

    @on(DataTable.RowHighlighted)
    def _explain(self) -> None:
        setting = self.query_one(SettingTable).current
        if setting is None:
            self.query_one("#about", Literal).show("")
            return
        section, name = setting.section, setting.name
        facts = []
        if setting.least is not None and setting.most is not None:
            facts.append(text("settings.between", least=f"{setting.least:g}", most=f"{setting.most:g}"))
        if setting.kind != "keys":
            facts.append(text("settings.default_is", value=shown(setting, self._preferences.default(section, name))))
        variable = self._preferences.overridden(section, name)
        facts.append(text("settings.overridden", variable=variable) if variable else holds(setting))
        told = text("format.between").join(facts)
        self.query_one("#about", Literal).show(setting.about, (f"\n{told}", "$text-muted"))

    @on(DataTable.RowSelected)
    def _chosen(self) -> None:
        setting = self.query_one(SettingTable).current
        if setting is not None and not self._preferences.overridden(setting.section, setting.name):
            self._change(setting)

    @work(group="change", exclusive=True)
    async def _change(self, setting: Setting) -> None:
        value = self._preferences.value(setting.section, setting.name)
        match setting.kind:
            case "bool":
                self._set(setting, not value)
            case "theme":
                self._app.choose_theme()
            case "keys":
                self._app.open_keys()
            case "persona":
                self._app.open_personas()
            case "choice":
                choices = [(each, choice_name(setting, each)) for each in setting.choices]
                chosen = await self.app.push_screen_wait(PickScreen(setting.title, choices, str(value)))
                if chosen is not None:
                    self._set(setting, chosen)
            case kind:
                hint = text("settings.empty_hint") if setting.optional else ""
                screen = ValueScreen(
                    setting.title,
                    setting.about,
                    editable(setting, value),
                    partial(self._keep, setting),
                    secret=kind == "secret",
                    hint=text("settings.secret_hint") if kind == "secret" else hint,
                )
                await self.app.push_screen_wait(screen)

    def _keep(self, setting: Setting, typed: str) -> None:
        self._app.set_setting(setting.section, setting.name, parsed(setting, typed))
        self._was_set(setting)

    def _set(self, setting: Setting, value: object) -> None:
        try:
            self._app.set_setting(setting.section, setting.name, value)
        except CompanionError as error:
            tell_error(self, error)
        else:
            self._was_set(setting)

    def _was_set(self, setting: Setting) -> None:
        self._waiting = self._waiting or (setting.section, setting.name) not in AT_ONCE | AT_START
        self._show()

    def action_reset(self) -> None:
        setting = self.query_one(SettingTable).current
        if setting is None or setting.kind == "keys":
            return
        if not self._preferences.overridden(setting.section, setting.name):
            self._set(setting, None)

    def action_renew(self) -> None:
        if self._waiting:
            self._waiting = False
            self._show()
            self._app.renew_engine()

    def action_protection(self) -> None:
        self._app.open_protection()

    def action_back(self) -> None:
        self.dismiss()


def holds(setting: Setting) -> str:
    """From when on a change of it counts."""
    where = (setting.section, setting.name)
    if where in AT_ONCE:
        return text("settings.holds_now")
    return text("settings.holds_program") if where in AT_START else text("settings.holds_engine")
