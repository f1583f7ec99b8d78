"""The first minute of a new profile, above the prompt and never in its way: who the person is, who they talk to, how
it looks, which model it is, and three questions whose answers are the first memories.

The prompt keeps the focus: what is written there answers a step in words, if it reads like an answer; Enter in the
empty prompt goes to the step, Esc skips it, and the first message sent ends it all. Nothing of it is asked again by
itself; /welcome brings it back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from companion.errors import CompanionError
from companion.strings import text
from companion.ui.screens.base import tell_error
from companion.ui.welcome_steps import Choice, Step, first_questions, model_step, name_step, persona_step, theme_step
from companion.ui.widgets.literal import Literal, literal
from companion.ui.widgets.safe_input import SafeInput

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp

Making = Callable[["CompanionApp"], Awaitable[Step | None]]


@dataclass
class _Course:
    """The steps still to come; each is made when it is reached, for some have to ask the engine."""

    steps: list[Making]


class Welcome(Vertical):
    """Hidden once it is over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "skip", text("welcome.key_skip"), id="welcome.skip"),
    ]
    DEFAULT_CSS = """
    Welcome {
        display: none; height: auto; max-height: 60%; margin: 0 1; padding: 0 1;
        border-left: outer $primary; background: $surface; overflow-y: auto; scrollbar-size-vertical: 1;
    }
    Welcome .title { text-style: bold; }
    Welcome .keys { color: $text-muted; }
    Welcome Input, Welcome Input:focus { border: none; padding: 0; height: 1; background: $panel; }
    Welcome OptionList, Welcome OptionList:focus {
        height: auto; max-height: 7; border: none; padding: 0; background: transparent;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._course = _Course([])
        self._step: Step | None = None
        self._going = False
        """The next step is being made."""
        self._title = Literal(classes="title")
        self._about = Literal(classes="about")
        self._field = SafeInput(select_on_focus=False)
        self._options = OptionList()
        self._keys = Literal(classes="keys")

    @property
    def _app(self) -> CompanionApp:
        return cast("CompanionApp", self.app)

    @property
    def engaged(self) -> bool:
        """Whether the person is answering a step, rather than writing."""
        return self.has_focus_within

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._about
        yield self._field
        yield self._options
        yield self._keys

    def begin(self) -> None:
        """Show the first step; the focus stays where it is."""
        self._course = _Course([name_step, persona_step, theme_step, model_step, *first_questions()])
        self._next()

    def end(self) -> None:
        """Over and done with."""
        self._course.steps.clear()
        self._step = None
        had_focus = self.engaged
        self.display = False
        if had_focus:
            self._app.chat.to_prompt()

    def takes(self, key: str) -> bool:
        """Whether a key pressed in the prompt was for this: an answer may be written there as well."""
        if not self.display or self._step is None:
            return False
        prompt = self._app.chat.prompt
        if written := prompt.whole_text.strip():
            if key != "enter" or self._going or not self._step.answered_by(written):
                return False
            self._take(prompt.take().strip())
            return True
        if key == "enter":
            self._enter()
        elif key == "escape" and self._app.chat.progress.answering is None:
            self.action_skip()
        else:
            return False
        return True

    # From step to step

    @work(group="welcome", exclusive=True)
    async def _next(self) -> None:
        engaged = self.engaged
        self._going = True
        step = None
        while step is None and self._course.steps:
            making = self._course.steps.pop(0)
            step = await making(self._app)
        self._going = False
        if step is None:
            self.end()
            return
        self._show(step)
        if engaged:
            self._enter()

    def _show(self, step: Step) -> None:
        self._step = step
        self._title.show(step.title)
        self._about.show(step.about)
        self._about.display = bool(step.about)
        self._field.display = not step.choices
        self._options.display = bool(step.choices)
        self._field.value = ""
        self._field.placeholder = step.hint
        self._fill(self._options, step.choices, step.chosen)
        self._tell_keys()
        self.display = True

    @staticmethod
    def _fill(options: OptionList, choices: Sequence[Choice], chosen: str) -> None:
        options.clear_options()
        options.add_options([Option(literal(name)) for _, name in choices])
        values = [value for value, _ in choices]
        if choices:
            options.highlighted = values.index(chosen) if chosen in values else 0

    def _enter(self) -> None:
        step = self._step
        if step is not None:
            (self._options if step.choices else self._field).focus()

    def on_descendant_focus(self) -> None:
        self._tell_keys()

    def on_descendant_blur(self) -> None:
        self._tell_keys()

    def _tell_keys(self) -> None:
        if self.engaged:
            words = text("welcome.keys_engaged")
        elif self._step is not None and not self._step.choices:
            words = text("welcome.keys_words")
        else:
            words = text("welcome.keys")
        self._keys.show(words)

    # Answers

    @on(Input.Submitted)
    def _answered(self, message: Input.Submitted) -> None:
        message.stop()
        typed = message.value.strip()
        if typed.startswith("/"):
            self._field.value = ""
            self._app.run_slash(typed)
        elif typed:
            self._take(typed)
        else:
            self._next()

    @on(OptionList.OptionHighlighted)
    def _look(self, message: OptionList.OptionHighlighted) -> None:
        message.stop()
        step = self._step
        if step is not None and step.preview is not None and self.engaged:
            step.preview(self._app, step.choices[message.option_index][0])

    @on(OptionList.OptionSelected)
    def _selected(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        if self._step is not None:
            self._take(self._step.choices[message.option_index][0])

    @work(group="answer", exclusive=True)
    async def _take(self, answer: str) -> None:
        step = self._step
        if step is None or self._going:
            return
        try:
            # Written in the prompt it was kept as a draft on the way, and would be put back there.
            await self._app.chat.before_sending()
            await step.take(self._app, answer)
        except CompanionError as error:
            tell_error(self, error)  # the step stays, what was typed with it
            return
        if step is self._step:
            self._next()

    def action_skip(self) -> None:
        step = self._step
        if step is not None and step.preview is not None:
            step.preview(self._app, step.chosen)
        if not self._going:
            self._next()
