"""Editing one of the person's own personas: a line for each part of it; each change is written at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import DataTable

from companion.calls import EnginePort
from companion.chats import PersonaCard
from companion.errors import InvalidInput
from companion.strings import text
from companion.text import one_line
from companion.ui.screens.base import attempt
from companion.ui.screens.edit import EditScreen
from companion.ui.screens.pick import PickScreen
from companion.ui.screens.value import ValueScreen
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal, cell
from companion.ui.widgets.row_table import RowTable

PARTS = ("name", "about", "system", "boundaries", "greeting", "temperature", "memory")
LONG = ("system", "boundaries", "greeting")


class PartTable(RowTable):
    COLUMNS = (("part", text("settings.column_setting"), 18), ("value", text("settings.column_value"), 40))
    WIDE = 1
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", text("persona_list.key_change"), key_display="⏎", id="persona.change")
    ]

    def __init__(self, card: PersonaCard) -> None:
        super().__init__()
        self.card = card

    @property
    def part(self) -> str:
        return PARTS[self.cursor_row] if 0 <= self.cursor_row < len(PARTS) else PARTS[0]

    def refill(self) -> None:
        rows = ((cell(part_title(part), "bold"), cell(one_line(part_value(self.card, part), 200))) for part in PARTS)
        self.put(rows, self.cursor_row)


class PersonaScreen(Screen[None]):
    HELP_TOPIC = "personas"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", text("persona_list.key_back"), key_display="Esc", id="persona.back"),
    ]
    DEFAULT_CSS = """
    PersonaScreen #about { height: auto; max-height: 50%; padding: 0 1; border-top: solid $panel; overflow-y: auto; }
    """

    def __init__(self, engine: EnginePort, card: PersonaCard) -> None:
        super().__init__()
        self._engine = engine
        self._card = card

    def compose(self) -> ComposeResult:
        yield PartTable(self._card)
        yield Literal(id="about")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(PartTable).focus()

    @on(DataTable.RowHighlighted)
    def _explain(self) -> None:
        part = self.query_one(PartTable).part
        words = part_value(self._card, part)
        self.query_one("#about", Literal).show((f"{part_about(part)}\n\n", "$text-muted"), words)

    @on(DataTable.RowSelected)
    def _chosen(self) -> None:
        self._change(self.query_one(PartTable).part)

    @work(group="part", exclusive=True)
    async def _change(self, part: str) -> None:
        card, title, before = self._card, part_title(part), part_value(self._card, part)
        if part == "memory":
            choices = [("shared", text("persona_list.shared_about")), ("own", text("persona_list.own_about"))]
            chosen = await self.app.push_screen_wait(PickScreen(title, choices, card.memory))
            if chosen is not None:
                await self._save(replace(card, memory="own" if chosen == "own" else "shared"))
        elif part in LONG:
            written = await self.app.push_screen_wait(EditScreen(title, before, part_about(part), part != "system"))
            if written is not None:
                await self._save(_changed(card, part, written))
        else:
            made: list[PersonaCard] = []

            def keep(typed: str) -> None:
                value = _temperature(typed) if part == "temperature" else typed.strip()
                made.append(_changed(card, part, value))

            if await self.app.push_screen_wait(ValueScreen(title, part_about(part), before, keep)):
                await self._save(made[-1])

    async def _save(self, card: PersonaCard) -> None:
        saved = await attempt(self, self._engine.edit_persona(card))
        if saved is not None:
            self._card = self.query_one(PartTable).card = saved
            self.query_one(PartTable).refill()
            self._explain()

    def action_back(self) -> None:
        self.dismiss()


def _changed(card: PersonaCard, part: str, value: object) -> PersonaCard:
    changes: dict[str, Any] = {part: value}
    return replace(card, **changes)


def _temperature(typed: str) -> float:
    try:
        value = float(typed.replace(",", "."))
    except ValueError as error:
        raise InvalidInput(text("settings.no_number")) from error
    if not 0 <= value <= 2:
        raise InvalidInput(text("settings.between", least=0, most=2))
    return value


def part_title(part: str) -> str:
    return {
        "name": text("persona_list.part_name"),
        "about": text("persona_list.part_about"),
        "system": text("persona_list.part_system"),
        "boundaries": text("persona_list.boundaries"),
        "greeting": text("persona_list.part_greeting"),
        "temperature": text("persona_list.part_temperature"),
        "memory": text("persona_list.column_memory"),
    }[part]


def part_about(part: str) -> str:
    return {
        "name": text("persona_list.about_name"),
        "about": text("persona_list.about_about"),
        "system": text("persona_list.about_system"),
        "boundaries": text("persona_list.about_boundaries"),
        "greeting": text("persona_list.about_greeting"),
        "temperature": text("persona_list.about_temperature"),
        "memory": text("persona_list.about_memory"),
    }[part]


def part_value(card: PersonaCard, part: str) -> str:
    if part == "memory":
        return text("persona_list.shared") if card.memory == "shared" else text("persona_list.own")
    return f"{card.temperature:g}" if part == "temperature" else str(getattr(card, part))
