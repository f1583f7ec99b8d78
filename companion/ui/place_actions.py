"""Going to a conversation, or to something that was said in it, from wherever one is in the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType

from companion.calls import EnginePort
from companion.strings import text
from companion.ui.messages import ConversationBegun, ConversationChosen, TurnChosen
from companion.ui.screens.conversations import ConversationsScreen

if TYPE_CHECKING:
    from companion.ui.screens.chat import ChatScreen


class PlaceActions(App[None]):
    """The app has `chat` and `engine`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "conversations", text("conversations.title"), id="chat.list", show=False, priority=True),
    ]
    chat: ChatScreen
    engine: EnginePort

    def action_conversations(self) -> None:
        if isinstance(self.screen, ConversationsScreen):
            self.screen.action_back()
        else:
            self.search_everywhere("")

    def search_everywhere(self, words: str) -> None:
        """Over conversations, what was said and what is remembered; without words: the list of conversations."""
        self.back_to_chat()
        self.push_screen(ConversationsScreen(self.engine, words))

    def back_to_chat(self) -> None:
        """Whatever is over the chat is closed."""
        while len(self.screen_stack) > 1 and self.screen is not self.chat:
            self.pop_screen()

    @on(TurnChosen)
    def _turn_chosen(self, message: TurnChosen) -> None:
        self.back_to_chat()
        self.chat.go_to_turn(message.turn, message.conversation, message.on_path)

    @on(ConversationChosen)
    def _conversation_chosen(self, message: ConversationChosen) -> None:
        self.back_to_chat()
        self.chat.open_conversation(message.conversation)

    @on(ConversationBegun)
    def _conversation_begun(self, message: ConversationBegun) -> None:
        self.back_to_chat()
        self.chat.begin(message.mode, message.persona)
