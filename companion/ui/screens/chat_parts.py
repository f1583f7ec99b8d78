"""What the parts of the chat share: its widgets, and where it stands. Each part is a mixin of `ChatScreen`."""

from __future__ import annotations

from companion.calls import EnginePort
from companion.chats import Conversation
from companion.strings import text
from companion.ui.outbox import Outbox
from companion.ui.progress import Progress
from companion.ui.screens.base import EngineScreen, tell
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.reply_view import CompanionTurn
from companion.ui.widgets.transcript import Transcript
from companion.ui.widgets.turn_base import TurnView


class ChatParts(EngineScreen):
    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self.progress = Progress()
        self.outbox = Outbox()
        self.transcript = Transcript()
        self.prompt = Prompt(placeholder=text("chat.prompt"))
        self.place: Conversation | None = None
        """The conversation that is open, once the engine has said which."""
        self._loaded = False

    @property
    def walked(self) -> TurnView | None:
        """The turn that has the focus, or holds what has it."""
        if self.focused is None:
            return None
        return next((node for node in self.focused.ancestors_with_self if isinstance(node, TurnView)), None)

    @property
    def reply_meant(self) -> CompanionTurn | None:
        """The reply that the person is on, else the last one."""
        view = self.walked
        return view if isinstance(view, CompanionTurn) else self.transcript.last_reply()

    def to_prompt(self) -> None:
        """The person goes on writing."""
        self.prompt.focus()

    def keys_changed(self) -> None:
        """What can be done is something else now."""
        raise NotImplementedError

    def refresh_state(self) -> None:
        """Show where things stand."""
        raise NotImplementedError

    def quiet(self) -> bool:
        """Whether the conversation can be changed now; tells the person when a reply is still being written."""
        if not self._loaded:
            tell(self, text("chat.not_ready"), seconds=2)
            return False
        if self.progress.answering is not None or len(self.outbox):
            tell(self, text("chat.busy"), text("chat.busy_hint"), seconds=3)
            return False
        return True
