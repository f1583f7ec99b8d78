"""Where the person writes: grows with the text, sends on Enter, folds large pastes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType, NoBinding
from textual.message import Message
from textual.widgets import TextArea

from companion.text import sanitise
from companion.ui.pastes import Pastes


class Prompt(TextArea):
    """`take()` returns the whole text and empties it; `put_back()` returns text that could not be sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Send"),
        # Terminals that report shift+enter or alt+enter send their own key; ctrl+j is a line feed on all of them.
        Binding("shift+enter,alt+enter,ctrl+enter,ctrl+j", "newline", "New line"),
        Binding("ctrl+d", "delete_or_end", show=False),
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

        def __init__(self, prompt: Prompt, text: str) -> None:
            super().__init__()
            self.prompt = prompt
            self.text = text

        @property
        def control(self) -> Prompt:
            return self.prompt

    class Ended(Message):
        """Ctrl+D was pressed in an empty prompt, which ends a shell."""

    class TakeBackWanted(Message):
        """Up was pressed in an empty prompt."""

    def __init__(self, text: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        self._pastes = Pastes()
        self.keys_first: Callable[[str], bool] | None = None
        """Hears of every key before the prompt does; True when that was all there is to do."""
        super().__init__(
            self._folded(text),
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
        text = self.whole_text
        self._pastes = Pastes()
        self.clear()
        self.history.clear()
        return text

    def put_back(self, text: str) -> None:
        """Before what was typed meanwhile, so that neither is lost."""
        text = self._folded(text)
        self.load_text(f"{text}\n{self.text}" if self.text.strip() else text)
        self.move_cursor(self.document.end)

    def hint(self, text: str, after: str, seconds: float = 2) -> None:
        """Say `text` in the empty prompt for a moment, then `after` again."""
        self.placeholder = text
        self.set_timer(seconds, lambda: setattr(self, "placeholder", after))

    async def _on_key(self, event: events.Key) -> None:
        # Textual runs bindings when a key has bubbled up, characters when it arrives: typed quickly, or on a busy
        # machine, a Backspace or Enter would act after the letters that follow it. Here all keys act in their order.
        if self.keys_first is not None and self.keys_first(event.key):
            event.stop()
            event.prevent_default()
            return
        bindings = self._bindings.copy()
        bindings.apply_keymap(self.app._keymap)
        try:
            bound = bindings.get_bindings_for_key(event.key)
        except NoBinding:
            return
        event.stop()
        event.prevent_default()
        await self.run_action(bound[0].action)

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
        self.insert(self._folded(sanitise(event.text)))

    def _folded(self, text: str) -> str:
        return self._pastes.fold(text) if self._pastes.is_large(text) else text
