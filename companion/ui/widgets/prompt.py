"""Where the person writes: grows with the text, sends on Enter, folds large pastes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import EditResult

from companion.strings import text
from companion.text import sanitise
from companion.ui.keys import act_on_key
from companion.ui.pastes import Pasted, Pastes


class Prompt(TextArea):
    """`take()` returns the whole text and empties it; `put_back()` returns text that could not be sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", text("chat.key_send"), id="prompt.send"),
        # Terminals that report shift+enter or alt+enter send their own key; ctrl+j is a line feed on all of them.
        Binding("shift+enter,alt+enter,ctrl+enter,ctrl+j", "newline", text("chat.key_newline"), id="prompt.newline"),
        Binding("ctrl+d", "delete_or_end", text("keys_move.delete_end"), id="prompt.end", show=False),
    ]
    DEFAULT_CSS = """
    Prompt {
        height: auto; max-height: 10; width: 1fr; padding: 0 1;
        border: round $border-blurred; background: transparent; scrollbar-size-vertical: 1;
        &:focus { border: round $primary; }
    }
    """

    class Submitted(Message):
        """Enter was pressed on `text`, which is no longer in the prompt; empty when there was nothing but space."""

        def __init__(self, prompt: Prompt, words: str) -> None:
            super().__init__()
            self.prompt = prompt
            self.text = words

        @property
        def control(self) -> Prompt:
            return self.prompt

    class Ended(Message):
        """Ctrl+D was pressed in an empty prompt, which ends a shell."""

    class TakeBackWanted(Message):
        """Up was pressed in an empty prompt."""

    class NewestWanted(Message):
        """End was pressed in an empty prompt."""

    def __init__(self, words: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        self._pastes = Pastes()
        self.pasted = Pasted()
        self.keys_first: Callable[[str], bool] | None = None
        """Hears of every key before the prompt does; True when that was all there is to do."""
        super().__init__(
            self._folded(words),
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            highlight_cursor_line=False,
            placeholder=placeholder,
        )

    @property
    def whole_text(self) -> str:
        """What would be sent: chips unfolded."""
        return self._pastes.unfold(self.text)

    def take(self) -> str:
        """The whole text; the prompt is empty afterwards."""
        words = self.whole_text
        self._pastes = Pastes()
        self.clear()
        self.history.clear()
        return words

    def put_back(self, words: str) -> None:
        """Before what was typed meanwhile, so that neither is lost."""
        words = self._folded(words)
        self.load_text(f"{words}\n{self.text}" if self.text.strip() else words)
        self.move_cursor(self.document.end)

    def hint(self, words: str, after: str, seconds: float = 2) -> None:
        """Say `words` in the empty prompt for a moment, then `after` again."""
        self.placeholder = words
        self.set_timer(seconds, lambda: setattr(self, "placeholder", after))

    async def _on_key(self, event: events.Key) -> None:
        # Textual runs bindings when a key has bubbled up, characters when it arrives: typed quickly, or on a busy
        # machine, a Backspace or Enter would act after the letters that follow it. Here all keys act in their order.
        if self.keys_first is not None and self.keys_first(event.key):
            event.stop()
            event.prevent_default()
            return
        await act_on_key(self, event)

    def action_submit(self) -> None:
        # Taken now: by the time anybody hears of it more may have been typed.
        self.post_message(self.Submitted(self, self.take() if self.whole_text.strip() else ""))

    def action_delete_or_end(self) -> None:
        if self.text:
            self.action_delete_right()
        else:
            self.post_message(self.Ended())

    def action_newline(self) -> None:
        self.insert("\n")

    def action_cursor_up(self, select: bool = False) -> None:
        if not self.text and not select:
            self.post_message(self.TakeBackWanted())
        else:
            super().action_cursor_up(select)

    def action_cursor_line_end(self, select: bool = False) -> None:
        if not self.text and not select:
            self.post_message(self.NewestWanted())
        else:
            super().action_cursor_line_end(select)

    def action_delete_left(self) -> None:
        row, column = self.cursor_location
        chip = self._pastes.chip_ending(self.document.get_line(row)[:column])
        if chip and self.selection.is_empty:
            self.delete((row, column - len(chip)), (row, column))
        else:
            super().action_delete_left()

    async def _on_paste(self, event: events.Paste) -> None:
        # TextArea would insert everything; what is pasted may be a whole log file, or hold escape sequences.
        event.prevent_default()
        event.stop()
        words = sanitise(event.text)
        self.pasted.note(words)
        self.insert(self._folded(words))

    def insert(
        self, text: str, location: tuple[int, int] | None = None, *, maintain_selection_offset: bool = True
    ) -> EditResult:
        # A text area draws what it holds, whatever that is: by every way in, control sequences are taken out.
        return super().insert(sanitise(text), location, maintain_selection_offset=maintain_selection_offset)

    def _folded(self, words: str) -> str:
        words = sanitise(words)
        return self._pastes.fold(words) if self._pastes.is_large(words) else words
