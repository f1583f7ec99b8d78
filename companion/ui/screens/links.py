"""What is connected with what, as a tree that is walked: people and topics → memories → the memories linked to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from companion.calls import EnginePort
from companion.records import Memory
from companion.strings import text
from companion.ui.messages import MemoryChosen, TopicChosen
from companion.ui.screens.base import EngineScreen, attempt
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import cell
from companion.wording import word


@dataclass(frozen=True, slots=True)
class Place:
    """What a node stands for: a topic, a memory, or all topics."""

    topic: str = ""
    memory: Memory | None = None


class LinkTree(Tree[Place]):
    """Right and left open and close."""

    # Its own keys: those of a scrolled view would come before the screen's.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "open", text("links.open"), key_display="→", id="links.open"),
        Binding("left", "close", text("links.close"), key_display="←", id="links.close"),
    ]
    DEFAULT_CSS = """
    LinkTree { background: transparent; scrollbar-size-vertical: 1; padding: 0 1; }
    """

    def action_open(self) -> None:
        node = self.cursor_node
        if node is None:
            return
        if node.is_expanded and node.children:
            self.move_cursor(node.children[0])
        else:
            node.expand()

    def action_close(self) -> None:
        node = self.cursor_node
        if node is None:
            return
        if node.is_expanded:
            node.collapse()
        elif node.parent is not None:
            self.move_cursor(node.parent)


class LinksScreen(EngineScreen):
    """Enter shows the memory or the page about somebody."""

    HELP_TOPIC = "memories"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", text("memory.key_back"), key_display="Esc", id="links.back"),
    ]

    def __init__(self, engine: EnginePort, memory: Memory | None = None) -> None:
        """From this memory, or from everybody."""
        super().__init__(engine)
        self._from = Place(memory=memory)

    def compose(self) -> ComposeResult:
        label = self._from.memory.text if self._from.memory else text("links.everybody")
        tree = LinkTree(cell(label, "bold"), self._from)
        tree.auto_expand = False
        tree.guide_depth = 3
        yield tree
        yield KeyLine()

    def on_mount(self) -> None:
        tree = self.query_one(LinkTree)
        tree.focus()
        tree.root.expand()

    @on(Tree.NodeExpanded)
    @work(group="links")
    async def _grow(self, message: Tree.NodeExpanded[Place]) -> None:
        """Fetch what is below, once."""
        node = message.node
        if node.children or node.data is None:
            return
        found = await self._below(node.data)
        if not self.is_attached or node.children:
            return
        if found is None:
            node.collapse()  # opened again, it is fetched again
            return
        above = _above(node)
        for label, dim, place in found:
            if place not in above:  # what leads back to where one came from leads nowhere
                node.add(cell(label, "dim" if dim else ""), place)
        if not node.children:
            node.add_leaf(cell(text("links.nothing"), "dim"))

    async def _below(self, place: Place) -> Sequence[tuple[str, bool, Place]] | None:
        """None when that failed, which was told."""
        if place.memory is not None:
            links = await attempt(self, self.engine.linked(place.memory.id))
            if links is None:
                return None
            return [
                (
                    text("format.named", name=word("link", link.type), what=link.memory.text),
                    link.memory.status != "active",
                    Place(memory=link.memory),
                )
                for link in links
            ]
        if place.topic:
            page = await attempt(self, self.engine.about(place.topic))
            if page is None:
                return None
            rows, related = (*page.facts, *page.events, *page.before), page.related
            return [(row.memory.text, row.memory.status != "active", Place(memory=row.memory)) for row in rows] + [
                (f"{topic.name}  {text('people.memories', count=topic.memories)}", False, Place(topic.name))
                for topic in related
            ]
        topics = await attempt(self, self.engine.topics())
        if topics is None:
            return None
        return [
            (f"{topic.name}  {text('people.memories', count=topic.memories)}", False, Place(topic.name))
            for topic in topics
        ]

    @on(Tree.NodeSelected)
    def _open_node(self, message: Tree.NodeSelected[Place]) -> None:
        place = message.node.data
        if place is not None and place.memory is not None:
            self.post_message(MemoryChosen(place.memory.id))
        elif place is not None and place.topic:
            self.post_message(TopicChosen(place.topic))

    def action_back(self) -> None:
        self.dismiss()


def _above(node: TreeNode[Place]) -> set[Place]:
    """Itself and what it was reached through."""
    found: set[Place] = set()
    at: TreeNode[Place] | None = node
    while at is not None:
        if at.data is not None:
            found.add(at.data)
        at = at.parent
    return found
