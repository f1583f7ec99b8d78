"""The conversation, newest at the bottom. Only a window of it is mounted; older turns are asked for by scrolling."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

from companion.records import RecalledMemory, TranscriptItem, Turn
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.turn_view import CompanionTurn, Divider, PersonTurn

WINDOW = 40
"""Turns fetched at once, and mounted at first."""
MOST = 120
"""Turns that stay mounted when the person is at the bottom: a day-long session must not grow slower."""
NEAR_TOP = 3
"""Rows from the top at which older turns are asked for."""

GREETING = (
    "Nothing has been said yet.\n\n"
    "Write something below. What you tell me stays on this machine; "
    "F2 shows what I remember, and you can change or undo any of it."
)


class Transcript(VerticalScroll, can_focus=False):
    """Stays at the bottom while the person is there, and where they are when they have scrolled up."""

    DEFAULT_CSS = """
    Transcript { height: 1fr; padding: 0 2; align: left bottom; scrollbar-size-vertical: 1; }
    Transcript .greeting { color: $text-muted; margin: 1 0; }
    """

    class OlderWanted(Message):
        """The person scrolled to the oldest turn that is mounted."""

        def __init__(self, before: int) -> None:
            super().__init__()
            self.before = before

    def __init__(self) -> None:
        super().__init__()
        self._oldest: Turn | None = None
        self._newest: Turn | None = None
        self._more = False
        self._asking = False

    def on_mount(self) -> None:
        self.anchor()

    @property
    def conversation(self) -> int:
        """The conversation of the newest turn, 0 when there is none."""
        return self._newest.conversation if self._newest is not None else 0

    @property
    def newest_id(self) -> int:
        """Id of the newest turn known, 0 when there is none."""
        return max((view.turn.id for view in self.query(PersonTurn)), default=0)

    async def load(self, items: Sequence[TranscriptItem]) -> None:
        """Show these instead of what is there, oldest first."""
        with self.app.batch_update():
            await self.remove_children()
            self._oldest = self._newest = None
            self._more = len(items) >= WINDOW
            if items:
                self._oldest = items[0].turn
                views = self._views(items, None)
                await self.mount_all(views)
                self._newest = items[-1].turn
                if isinstance(views[-1], PersonTurn):
                    views[-1].note("(no reply)")
            else:
                await self.mount(Literal(GREETING, classes="greeting"))
        self.to_newest()

    async def prepend(self, items: Sequence[TranscriptItem]) -> None:
        """Older turns, oldest first; what is on the screen stays where it is."""
        self._asking = False
        self._more = len(items) >= WINDOW
        if not items or self._oldest is None:
            return
        height, at = self.virtual_size.height, self.scroll_y
        first = self.children[0] if self.children else None
        with self.app.batch_update():
            if isinstance(first, Divider) and not _apart(items[-1].turn, self._oldest):
                await first.remove()
                first = self.children[0] if self.children else None
            await self.mount_all(self._views(items, None), before=first)
        self._oldest = items[0].turn
        self.call_after_refresh(self._keep_place, height, at)

    def _keep_place(self, height: int, at: float) -> None:
        self.scroll_to(y=at + self.virtual_size.height - height, animate=False, immediate=True)

    def add_person(self, turn: Turn) -> PersonTurn:
        """The person's turn at the end."""
        self.query(".greeting").remove()
        if _apart(self._newest, turn):
            self.mount(Divider(turn))
        self._oldest = self._oldest or turn
        self._newest = turn
        view = PersonTurn(turn)
        self.mount(view)
        self.prune()
        self.to_newest()
        return view

    def person(self, turn: int) -> PersonTurn | None:
        return next((view for view in self.query(PersonTurn) if view.turn.id == turn), None)

    def begin_reply(self, reply: int, answers: int) -> CompanionTurn:
        """The reply with this id, made when it is not there yet."""
        view = self.reply(reply)
        if view is None:
            person = self.person(answers)
            if person is not None:
                person.note("")
            view = CompanionTurn(reply, answers)
            self.mount(view)
        return view

    def reply(self, reply: int) -> CompanionTurn | None:
        return next((view for view in self.query(CompanionTurn) if view.reply == reply), None)

    def reply_to(self, turn: int) -> CompanionTurn | None:
        return next((view for view in self.query(CompanionTurn) if view.answers == turn), None)

    def last_reply(self) -> CompanionTurn | None:
        views = self.query(CompanionTurn)
        return views.last() if views else None

    def recalled(self, reply: int, recalled: tuple[RecalledMemory, ...]) -> None:
        view = self.reply(reply)
        if view is not None:
            view.recalled.give(recalled)

    def to_newest(self) -> None:
        """Go to the bottom and stay there."""
        self.anchor()

    def prune(self) -> None:
        """Unmount the oldest beyond MOST; scrolling up fetches them again."""
        views = [view for view in self.children if isinstance(view, PersonTurn | CompanionTurn)]
        if len(views) <= MOST:
            return
        start = next((view for view in views[len(views) - WINDOW :] if isinstance(view, PersonTurn)), None)
        if start is None:
            return
        for child in list(self.children):
            if child is start:
                break
            child.remove()
        self._oldest = start.turn
        self._more = True

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value and new_value <= NEAR_TOP and self._more and not self._asking:
            self.ask_older()

    def ask_older(self) -> None:
        """Ask for the turns before the oldest one, if there are any."""
        if self._more and not self._asking and self._oldest is not None:
            self._asking = True
            self.post_message(self.OlderWanted(self._oldest.id))

    def _views(self, items: Sequence[TranscriptItem], previous: Turn | None) -> list[Widget]:
        views: list[Widget] = []
        for item in items:
            turn = item.turn
            if _apart(previous, turn):
                views.append(Divider(turn))
            views.append(CompanionTurn.of(item) if turn.role == "companion" else PersonTurn(turn))
            previous = turn
        return views


def _apart(earlier: Turn | None, later: Turn) -> bool:
    """Whether a dated divider belongs between the two."""
    return earlier is None or earlier.conversation != later.conversation
