"""Who the companion is: the personas there are, to talk to, to copy, and to make one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from companion.chats import PersonaCard
from companion.strings import text
from companion.text import one_line
from companion.ui.screens.base import EngineScreen, attempt, tell
from companion.ui.screens.confirm import ConfirmScreen
from companion.ui.screens.persona import PersonaScreen
from companion.ui.screens.value import ValueScreen
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.persona_table import PersonaTable

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp


class PersonasScreen(EngineScreen):
    """Enter talks to the one under the cursor, in a conversation of its own; `c` copies it, `e` edits a copy."""

    HELP_TOPIC = "personas"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", text("persona_list.key_copy"), id="personas.copy"),
        Binding("e", "edit", text("persona_list.key_edit"), id="personas.edit"),
        Binding("x,delete", "remove", text("persona_list.key_remove"), key_display="x", id="personas.remove"),
        Binding("escape,q", "back", text("persona_list.key_back"), key_display="Esc", id="personas.back"),
    ]
    DEFAULT_CSS = """
    PersonasScreen #about { height: auto; max-height: 50%; padding: 0 1; border-top: solid $panel; overflow-y: auto; }
    """

    def compose(self) -> ComposeResult:
        yield PersonaTable()
        yield Literal(text("persona_list.looking"), id="about")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(PersonaTable).focus()
        self.load()

    @work(group="personas", exclusive=True)
    async def load(self, key: str = "") -> None:
        """Ask for the list; the cursor goes to `key`."""
        cards = await attempt(self, self.engine.personas())
        if not self.is_attached:
            return
        if cards is None:
            if self._current is None:
                self.query_one("#about", Literal).show(text("underway.failed"))
            return
        self.query_one(PersonaTable).show(cards, key)
        self._explain()

    async def engine_back(self) -> None:
        self.load()

    @property
    def _current(self) -> PersonaCard | None:
        return self.query_one(PersonaTable).current

    @on(DataTable.RowHighlighted)
    def _explain(self) -> None:
        card = self._current
        if card is None:
            return
        memory = text("persona_list.shared_about") if card.memory == "shared" else text("persona_list.own_about")
        problem = f"{one_line(card.problem, 300)}\n" if card.problem else ""
        boundaries = (
            "\n\n" + text("format.named", name=text("persona_list.boundaries"), what=card.boundaries)
            if card.boundaries
            else ""
        )
        about = self.query_one("#about", Literal)
        about.show((problem, "$text-warning"), card.about, boundaries, (f"\n\n{memory}", "$text-muted"))

    @on(DataTable.RowSelected)
    def _chosen(self) -> None:
        card = self._current
        if card is None:
            return
        if card.problem:
            tell(self, one_line(card.problem, 300), level="warning")
        elif card.in_use:
            tell(self, text("persona_list.talking_already", name=one_line(card.name, 40)), seconds=2)
        else:
            self._use(card)

    @work(group="use", exclusive=True)
    async def _use(self, card: PersonaCard) -> None:
        if await cast("CompanionApp", self.app).talk_to(card):
            self.dismiss()

    @work(group="choose", exclusive=True)
    async def action_copy(self) -> None:
        card = self._current
        if card is None:
            return
        name = ""

        def keep(typed: str) -> None:
            nonlocal name
            name = typed.strip() or text("persona_list.copy_of", name=card.name)

        before = text("persona_list.copy_of", name=one_line(card.name, 40))
        if await self.app.push_screen_wait(
            ValueScreen(text("persona_list.key_copy"), text("persona_list.name_it"), before, keep)
        ):
            copy = await attempt(self, self.engine.copy_persona(card.key, name))
            if copy is not None:
                self.load(copy.key)
                await self.app.push_screen_wait(PersonaScreen(self.engine, copy))
                self.load(copy.key)

    @work(group="choose", exclusive=True)
    async def action_edit(self) -> None:
        card = self._current
        if card is None:
            return
        if card.built_in:
            tell(self, text("persona_list.copy_first"), seconds=4)
        else:
            await self.app.push_screen_wait(PersonaScreen(self.engine, card))
            self.load(card.key)

    @work(group="choose", exclusive=True)
    async def action_remove(self) -> None:
        card = self._current
        if card is None:
            return
        if card.built_in or card.in_use:
            tell(
                self,
                text("persona_list.stays_built_in") if card.built_in else text("persona_list.stays_in_use"),
                seconds=4,
            )
            return
        question = text("persona_list.remove", name=one_line(card.name, 40))
        screen = ConfirmScreen(question, (text("persona_list.remove_about"),), text("persona_list.removes_it"))
        if await self.app.push_screen_wait(screen):
            await attempt(self, self.engine.remove_persona(card.key))
            self.load()

    def action_back(self) -> None:
        self.dismiss()
