"""Messages that know which they follow: the one way through them that the conversation now takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

Node = TypeVar("Node")


def way_to(leaf: str, nodes: Mapping[str, Node], parent: Callable[[Node], object]) -> list[tuple[str, Node]]:
    """From the first to `leaf`; ends at a node that is not there, or was passed already."""
    found: list[tuple[str, Node]] = []
    seen: set[str] = set()
    at: object = leaf
    while isinstance(at, str) and at in nodes and at not in seen:
        seen.add(at)
        found.append((at, nodes[at]))
        at = parent(nodes[at])
    found.reverse()
    return found
