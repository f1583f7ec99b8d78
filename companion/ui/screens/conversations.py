"""All conversations, and one search over what was said and what is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import DataTable, Input

from companion.calls import EnginePort
from companion.chats import Conversation, FoundTurn
from companion.errors import CompanionError, InvalidInput
from companion.events import Event, MemoriesChanged, ReplyFinished
from companion.records import MemoryFilter, MemoryRow
from companion.strings import text
from companion.text import one_line
from companion.ui.conversation_text import conversation_cells, memory_cells, turn_cells
from companion.ui.messages import ConversationBegun, ConversationChosen, MemoryChosen, TurnChosen
from companion.ui.screens.ask import AskScreen
from companion.ui.screens.base import EngineScreen, attempt
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.row_table import RowTable
from companion.ui.widgets.safe_input import SafeInput
from companion.ui.widgets.underway import Underway

PAUSE = 0.15
"""Seconds without a key after which is searched."""
MOST = 50
"""Hits of each kind."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table and what it stands for."""

    what: Conversation | FoundTurn | MemoryRow | None
    cells: tuple[Text, Text, Text]


class PlaceTable(RowTable):
    """`show()` keeps the cursor on its line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", text("conversations.key_open"), key_display="⏎", id="conversations.open"),
    ]
    COLUMNS = (("text", "", 0), ("about", "", 22), ("when", "", 11))

    def __init__(self) -> None:
        super().__init__()
        self.show_header = False
        self._shown: Sequence[Row] = ()

    @property
    def current(self) -> Conversation | FoundTurn | MemoryRow | None:
        return self._shown[self.cursor_row].what if 0 <= self.cursor_row < len(self._shown) else None

    def show(self, rows: Sequence[Row]) -> None:
        before = self.current
        self._shown = rows
        place = next((at for at, row in enumerate(rows) if row.what is not None and row.what == before), None)
        first = next((at for at, row in enumerate(rows) if row.what is not None), 0)
        self.put((row.cells for row in rows), first if place is None else place)

    def refill(self) -> None:
        self.show(self._shown)

    def widths(self, width: int) -> dict[str, int]:
        return super().widths(width) | {"about": 22 if width >= 80 else 17}


class ConversationsScreen(EngineScreen):
    """What is typed after `/` filters; Esc leaves that first, then the screen."""

    HELP_TOPIC = "conversations"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", text("conversations.key_search"), id="conversations.search"),
        Binding("n", "begin('usual')", text("conversations.key_new"), id="conversations.new"),
        Binding("i", "begin('incognito')", text("conversations.key_incognito"), id="conversations.incognito"),
        Binding("o", "begin('play')", text("conversations.key_play"), id="conversations.play"),
        Binding("r", "rename", text("conversations.key_rename"), id="conversations.rename"),
        Binding("escape,f3", "back", text("conversations.key_back"), key_display="Esc", id="conversations.back"),
    ]
    DEFAULT_CSS = """
    ConversationsScreen #head { height: 1; padding: 0 1; }
    ConversationsScreen Input, ConversationsScreen Input:focus {
        width: 1fr; border: none; height: 1; padding: 0; background: transparent;
    }
    ConversationsScreen Input:focus { background: $surface; }
    ConversationsScreen #summary { width: auto; color: $text-muted; padding-left: 2; }
    """

    def __init__(self, engine: EnginePort, sought: str = "") -> None:
        super().__init__(engine)
        self._sought = one_line(sought)
        self._timer: Timer | None = None
        self._table = PlaceTable()
        self._summary = Underway(id="summary")

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield SafeInput(self._sought, placeholder=text("conversations.filter"))
            yield self._summary
        yield self._table
        yield KeyLine()

    def on_mount(self) -> None:
        self._table.focus()
        self.load()

    # What is listed

    @work(group="list", exclusive=True)
    async def load(self) -> None:
        """Conversations; with something sought also what was said with these words and what is remembered."""
        sought = self._sought
        chats = await attempt(self, self.engine.conversations(sought))
        if chats is None:
            self._summary.failed()
        if chats is None or not self.is_attached:
            return
        here = (await attempt(self, self.engine.conversation())) or None
        rows = [Row(chat, conversation_cells(chat, sought, here is not None and chat.id == here.id)) for chat in chats]
        summary = text("conversations.count", count=len(chats))
        if sought:
            said, known = await self._hits(sought)
            rows = [
                *([_head(text("conversations.chats")), *rows] if rows else ()),
                *([_head(text("conversations.said")), *(Row(hit, turn_cells(hit)) for hit in said)] if said else ()),
                *(
                    [_head(text("conversations.known")), *(Row(row, memory_cells(row, sought)) for row in known)]
                    if known
                    else ()
                ),
            ]
            summary = text("conversations.found", chats=len(chats), said=len(said), known=len(known))
        if not rows:
            rows = [_head(text("conversations.nothing") if sought else text("conversations.none"))]
        if self.is_attached:
            self._summary.show(summary)
            self._table.show(rows)

    async def _hits(self, sought: str) -> tuple[tuple[FoundTurn, ...], tuple[MemoryRow, ...]]:
        try:
            said = await self.engine.search_turns(sought, MOST)
        except InvalidInput:
            said = ()  # nothing in it is a word: the filter finds nothing either
        except CompanionError:
            return (), ()
        known = await attempt(self, self.engine.list_memories(MemoryFilter(text=sought, limit=MOST)))
        return said, known or ()

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        sought = one_line(message.value)
        if sought == self._sought:
            return
        self._sought = sought
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self.load)

    @on(Input.Submitted)
    def _searched(self) -> None:
        self._table.focus()

    def action_filter(self) -> None:
        self.query_one(Input).focus()

    # What is done

    @on(DataTable.RowSelected)
    def _open(self) -> None:
        match self._table.current:
            case Conversation(id=id):
                self.post_message(ConversationChosen(id))
            case FoundTurn(turn=turn, on_path=on_path):
                self.post_message(TurnChosen(turn.id, turn.conversation, on_path))
            case MemoryRow(memory=memory):
                self.post_message(MemoryChosen(memory.id))
            case _:
                pass

    def action_begin(self, mode: str) -> None:
        if mode in ("usual", "incognito", "play"):
            self.post_message(ConversationBegun(mode))  # type: ignore[arg-type]

    @work(group="rename", exclusive=True)
    async def action_rename(self) -> None:
        chat = self._table.current
        if not isinstance(chat, Conversation):
            return
        ask = AskScreen(text("chat.title"), chat.title, text("chat.title_empty"))
        title = await self.app.push_screen_wait(ask)
        if title is not None and await attempt(self, self.engine.rename_conversation(chat.id, title)) is not None:
            self.load()

    def engine_event(self, event: Event) -> None:
        if isinstance(event, MemoriesChanged | ReplyFinished):
            self.load()

    async def engine_back(self) -> None:
        self.load()

    def action_back(self) -> None:
        if self.query_one(Input).has_focus:
            self._table.focus()
        else:
            self.dismiss()


def _head(words: str) -> Row:
    return Row(None, (Text(words, style="dim", no_wrap=True, end=""), Text(""), Text("")))
