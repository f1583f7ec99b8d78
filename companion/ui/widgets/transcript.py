"""The conversation, newest at the bottom. Only a window of it is mounted; the rest is asked for by scrolling."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

from companion.events import CheckedIn
from companion.records import RecalledMemory, TranscriptItem, Turn
from companion.safekeeping import CareCard
from companion.strings import text
from companion.ui.widgets.care_card import CareCardView
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.reply_view import CompanionTurn
from companion.ui.widgets.turn_base import TurnView
from companion.ui.widgets.turn_view import Divider, PersonTurn

FIRST = 20
"""Turns mounted when a conversation is opened: more than most windows hold. How long that takes grows with them."""
WINDOW = 40
"""Turns mounted around one, and kept above the newest."""
STEP = 20
"""Turns fetched at once while the person scrolls: few enough not to halt it."""
MOST = 120
"""Turns that stay mounted: neither a day-long session nor a walk back through a year may grow slower."""
NEAR = 3
"""Rows from either end at which more turns are asked for."""


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

    class NewerWanted(Message):
        """The person scrolled to the newest turn that is mounted, and there are newer ones."""

        def __init__(self, after: int) -> None:
            super().__init__()
            self.after = after

    class AtEnd(Message):
        """The person sees the newest again."""

    def __init__(self) -> None:
        super().__init__()
        self.views: list[TurnView] = []
        """The turns that are mounted, in order."""
        self.more_below = False
        """Whether the newest turns are not among them."""
        self._care: dict[int, CareCard] = {}
        self._programs: set[int] = set()
        """Of turns that are not there yet: an event may be quicker than the answer to the call."""
        self._more = False
        self._asking = self._asking_newer = False

    def on_mount(self) -> None:
        self.anchor()

    # What is mounted

    @property
    def conversation(self) -> int:
        """The conversation of the newest turn, 0 when there is none."""
        newest = self._newest
        return newest.conversation if newest is not None else 0

    @property
    def newest_id(self) -> int:
        """Id of the newest turn of the person that is known, 0 when there is none."""
        return max((view.turn_id for view in self.views if isinstance(view, PersonTurn)), default=0)

    @property
    def _newest(self) -> Turn | None:
        return next((view.record for view in reversed(self.views) if view.record is not None), None)

    def view(self, turn: int) -> TurnView | None:
        return next((view for view in self.views if view.turn_id == turn), None)

    def person(self, turn: int) -> PersonTurn | None:
        view = self.view(turn)
        return view if isinstance(view, PersonTurn) else None

    def reply(self, reply: int) -> CompanionTurn | None:
        view = self.view(reply)
        return view if isinstance(view, CompanionTurn) else None

    def reply_to(self, turn: int) -> CompanionTurn | None:
        return next((view for view in self.replies() if view.answers == turn), None)

    def replies(self) -> list[CompanionTurn]:
        return [view for view in self.views if isinstance(view, CompanionTurn)]

    def last_reply(self) -> CompanionTurn | None:
        replies = self.replies()
        return replies[-1] if replies else None

    def neighbour(self, view: TurnView, direction: int) -> TurnView | None:
        """The turn before (−1) or after (1) one."""
        place = self.views.index(view) + direction if view in self.views else -1
        return self.views[place] if 0 <= place < len(self.views) else None

    # Filling it

    async def load(
        self, items: Sequence[TranscriptItem], at: int | None = None, greeting: str = "", ending: str = ""
    ) -> None:
        """Show these instead of what is there, oldest first; the newest, or those around turn `at`. `greeting` stands
        where there are none, `ending` under the last one until something is said."""
        with self.app.batch_update():
            await self.remove_children()
            self.views.clear()
            self._asking = self._asking_newer = False
            self._more = bool(items) and (len(items) >= FIRST or at is not None)
            self.more_below = at is not None
            if items:
                await self.mount_all(self._make(items, None, self.views))
                self._note_missing()
            else:
                await self.mount(Literal(greeting or text("chat.greeting"), classes="greeting"))
            if items and ending:
                await self.mount(Literal(f"── {ending} ──", classes="greeting"))
        if at is None:
            self.to_newest()
            self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        """Ask for older turns where those that were mounted leave the window empty: nothing could be scrolled then."""
        if self.max_scroll_y <= NEAR:
            self.ask_older()

    async def replace_from(self, view: TurnView, items: Sequence[TranscriptItem], more: bool = False) -> None:
        """These instead of `view` and all that follows it; what is on the screen above stays where it is. `more`: there
        are newer ones than these."""
        with self.app.batch_update():
            self.release_anchor()
            for widget in self._cut(view):
                await widget.remove()
            self.more_below = more
            await self.mount_all(self._make(items, self._newest, self.views))
            self._note_missing()

    def _note_missing(self) -> None:
        last = self.views[-1] if self.views else None
        if isinstance(last, PersonTurn) and not self.more_below and not self._answers_question(last):
            last.note(text("chat.no_reply"))

    def _answers_question(self, view: PersonTurn) -> bool:
        """Whether it was asked for by one of the first questions, which nothing is said to in return."""
        before = self.neighbour(view, -1)
        return isinstance(before, CompanionTurn) and not before.answers and before.brought_up is None

    async def prepend(self, items: Sequence[TranscriptItem]) -> None:
        """Older turns, oldest first; what is on the screen stays where it is."""
        self._asking = False
        self._more = len(items) >= STEP
        oldest = self.views[0].record if self.views else None
        if not items or oldest is None:
            return
        top = self.views[0]
        row, at = top.virtual_region.y, self.scroll_y
        first = self.children[0] if self.children else None
        made: list[TurnView] = []
        with self.app.batch_update():
            if isinstance(first, Divider) and not _apart(items[-1].turn, oldest):
                await first.remove()
                first = self.children[0] if self.children else None
            await self.mount_all(self._make(items, None, made), before=first)
            self.views[:0] = made
            self._prune_below()
        self.call_after_refresh(self._keep_place, top, row, at)

    async def append(self, items: Sequence[TranscriptItem]) -> None:
        """Newer turns, oldest first; what is on the screen stays where it is."""
        self._asking_newer = False
        self.more_below = len(items) >= STEP - 1  # half of what was asked for, but for the turn itself
        last = self.views[-1] if self.views else None
        if not items or last is None:
            return
        row, at = last.virtual_region.y, self.scroll_y
        with self.app.batch_update():
            self.release_anchor()
            await self.mount_all(self._make(items, self._newest, self.views))
            self._prune_above(MOST)
        self.call_after_refresh(self._keep_place, last, row, at)

    def _keep_place(self, view: TurnView, row: int, at: float) -> None:
        """`view` was in `row` when the screen was scrolled to `at`: it is to be where it was on the screen."""
        self.scroll_to(y=at + view.virtual_region.y - row, animate=False, immediate=True, force=True)

    def add_person(self, turn: Turn, siblings: tuple[int, ...] = ()) -> PersonTurn:
        """The person's turn at the end; beside an older one when it has `siblings`, which is taken off."""
        self.query(".greeting").remove()
        older = next((view for view in self.views if view.turn_id in siblings), None)
        if older is not None:
            self._take_off(older)
        if _apart(self._newest, turn):
            self.mount(Divider(turn))
        self.query(CareCardView).filter(".-loose").remove()
        view = PersonTurn(turn, siblings, self._care.pop(turn.id, None), turn.id in self._programs)
        self._programs.discard(turn.id)
        self.views.append(view)
        self.mount(view)
        self._prune_above(WINDOW)
        self.to_newest()
        return view

    def show_care(self, turn: int, card: CareCard) -> None:
        """Under the person's turn, or kept for it until it is there; `turn` 0: it could not be sent."""
        view = self.person(turn)
        if view is not None:
            view.show_care(card)
        elif turn:
            self._care[turn] = card
        else:
            self.query(CareCardView).filter(".-loose").remove()
            loose = CareCardView(card)
            loose.add_class("-loose")
            self.mount(loose)
        self.to_newest()

    def show_program(self, turn: int) -> None:
        """Under the person's turn: the companion is a program."""
        view = self.person(turn)
        if view is not None:
            view.show_program()
        else:
            self._programs.add(turn)

    def begin_reply(self, reply: int, answers: int) -> CompanionTurn | None:
        """The reply with this id, made when it is not there yet: beside another one to the same turn, which is taken
        off. None while the newest turns are not mounted."""
        view = self.reply(reply)
        if view is not None or self.more_below:
            return view
        person = self.person(answers)
        if person is not None:
            person.note("")
        older = self.reply_to(answers) if answers else None
        siblings: tuple[int, ...] = ()
        if older is not None:
            siblings = (*(older.alternatives or (older.turn_id,)), reply)
            self._take_off(older)
        view = CompanionTurn(reply, answers, siblings=siblings)
        self.views.append(view)
        self.mount(view)
        return view

    def bring_up(self, event: CheckedIn) -> None:
        """What the companion said by itself, at the end."""
        if self.more_below or self.view(event.turn.id) is not None:
            return
        self.query(".greeting").remove()
        if _apart(self._newest, event.turn):
            self.mount(Divider(event.turn))
        view = CompanionTurn.unasked(event.turn, event.kind, event.memory)
        self.views.append(view)
        self.mount(view)

    def recalled(self, reply: int, recalled: tuple[RecalledMemory, ...]) -> None:
        view = self.reply(reply)
        if view is not None:
            view.recalled.give(recalled)

    def _take_off(self, view: TurnView) -> None:
        for widget in self._cut(view):
            widget.remove()

    def _cut(self, view: TurnView) -> list[Widget]:
        """Forget `view` and all that follows; returns the widgets that are to be removed."""
        widgets = list(self.children)
        self.views = self.views[: self.views.index(view)]
        start = widgets.index(view)
        if start and isinstance(widgets[start - 1], Divider):
            start -= 1
        return widgets[start:]

    def _prune_above(self, keep: int) -> None:
        """Unmount the oldest when there are more than MOST, so that `keep` are left; scrolling up fetches them."""
        if len(self.views) <= MOST:
            return
        kept = self.views[len(self.views) - keep :]
        start = next((view for view in kept if isinstance(view, PersonTurn)), None)
        if start is None:
            return
        for child in list(self.children):
            if child is start:
                break
            child.remove()
        self.views = self.views[self.views.index(start) :]
        self._more = True

    def _prune_below(self) -> None:
        """Unmount the newest beyond MOST, unless one is being written; scrolling down fetches them again."""
        last = self.views[-1]
        if len(self.views) <= MOST or (isinstance(last, CompanionTurn) and last.writing):
            return
        self._take_off(self.views[MOST])
        self.more_below = True

    # Where the person is

    @property
    def at_end(self) -> bool:
        """Whether the newest row is on the screen."""
        return not self.more_below and self.scroll_y >= self.max_scroll_y - 1

    def to_newest(self) -> None:
        """Go to the bottom and stay there."""
        self.anchor()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value and new_value <= NEAR:
            self.ask_older()
        if new_value > old_value and new_value >= self.max_scroll_y - NEAR:
            self.ask_newer()
            if self.at_end:
                self.post_message(self.AtEnd())

    def ask_older(self) -> None:
        """Ask for the turns before the oldest one, if there are any."""
        if self._more and not self._asking and self.views:
            self._asking = True
            self.post_message(self.OlderWanted(self.views[0].turn_id))

    def ask_newer(self) -> None:
        """Ask for the turns after the newest one that is mounted, if there are any."""
        if self.more_below and not self._asking_newer and self.views:
            self._asking_newer = True
            self.post_message(self.NewerWanted(self.views[-1].turn_id))

    def _make(self, items: Sequence[TranscriptItem], previous: Turn | None, views: list[TurnView]) -> list[Widget]:
        """Widgets for `items`, dividers among them; the turns are added to `views`."""
        widgets: list[Widget] = []
        for item in items:
            turn = item.turn
            if _apart(previous, turn):
                widgets.append(Divider(turn))
            view = CompanionTurn.of(item) if turn.role == "companion" else _person(item)
            widgets.append(view)
            views.append(view)
            previous = turn
        return widgets


def _person(item: TranscriptItem) -> PersonTurn:
    return PersonTurn(item.turn, item.siblings, item.care, item.is_program)


def _apart(earlier: Turn | None, later: Turn) -> bool:
    """Whether a dated divider belongs between the two."""
    return earlier is None or earlier.conversation != later.conversation
