"""Which chat templates are plain: what they do is bounded by their own length and the number of messages.

Most are, and are rendered where they are needed. Whatever else there is in a template has it rendered in a process of
its own (`template_child`): also what is harmless, for here everything is refused that is not known to be.
"""

from __future__ import annotations

from jinja2 import nodes

DEEPEST = 40
"""Nodes below nodes."""
LOOPS = 1
"""Over the messages; none within another."""
LONGEST_SOURCE = 8_000
"""Characters. The work is up to its square for each message: 200 of them took 14 s with 63,000, 0.3 s with 8,000."""
FILTERS = frozenset({"trim", "length", "default", "d", "lower", "upper", "string", "safe", "first", "last"})
METHODS = frozenset({"strip", "lstrip", "rstrip", "startswith", "endswith", "lower", "upper", "split"})
FUNCTIONS = frozenset({"raise_exception"})
_ANYWHERE = (
    nodes.Template, nodes.TemplateData, nodes.Const, nodes.Output, nodes.If, nodes.CondExpr, nodes.And, nodes.Or,
    nodes.Not, nodes.Compare, nodes.Operand, nodes.Test, nodes.Keyword, nodes.Continue, nodes.Break,
)  # fmt: skip


def is_plain(template: nodes.Template, source: str) -> bool:
    if len(source) > LONGEST_SOURCE:
        return False
    targets = [each.target for each in template.find_all(nodes.Assign)]
    return _Check({each.name for each in targets if isinstance(each, nodes.Name)}).plain(template, 0, 0)


class _Check:
    def __init__(self, assigned: set[str]) -> None:
        self._assigned = assigned

    def plain(self, node: nodes.Node, depth: int, loops: int) -> bool:
        if depth > DEEPEST or not self._allowed(node, loops):
            return False
        inside = loops + isinstance(node, nodes.For)
        return all(self.plain(child, depth + 1, inside) for child in node.iter_child_nodes())

    def _allowed(self, node: nodes.Node, loops: int) -> bool:
        match node:
            case nodes.For():
                return loops < LOOPS and not node.recursive and node.test is None and _are_messages(node.iter)
            case nodes.Name():
                return node.name not in ("self", "super", "caller", "varargs", "kwargs")
            case nodes.Assign():
                return isinstance(node.target, nodes.Name) and not self._grows(node.node)
            case nodes.Filter():
                return node.name in FILTERS and node.node is not None and len(node.args) <= 1
            case nodes.Call():
                return self._is_known(node)
            case nodes.Getattr():
                return not node.attr.startswith("_")
            case nodes.Getitem():
                return isinstance(node.arg, nodes.Const | nodes.Neg | nodes.Slice)
            case nodes.Slice():
                return all(each is None or _is_number(each) for each in (node.start, node.stop, node.step))
            case nodes.Neg():
                return _is_number(node)
            case nodes.Add() | nodes.Concat():
                return True  # what could grow by it is refused where it is assigned
            case nodes.Sub():
                return True
            case nodes.Mod():
                return isinstance(node.left, nodes.Getattr) and node.left.node == nodes.Name("loop", "load")
            case nodes.List() | nodes.Tuple():
                return all(isinstance(item, nodes.Const) for item in node.items)
            case _:
                return isinstance(node, _ANYWHERE)

    def _grows(self, value: nodes.Node) -> bool:
        """Whether it puts together what was put together before: twice as long each time."""
        joins: list[nodes.Node] = [value] if isinstance(value, nodes.Add | nodes.Concat) else []
        joins += value.find_all((nodes.Add, nodes.Concat))
        return any(name.name in self._assigned for join in joins for name in join.find_all(nodes.Name))

    def _is_known(self, call: nodes.Call) -> bool:
        if call.dyn_args is not None or call.dyn_kwargs is not None or call.kwargs or len(call.args) > 1:
            return False
        if isinstance(call.node, nodes.Name):
            return call.node.name in FUNCTIONS and call.node.name not in self._assigned
        return isinstance(call.node, nodes.Getattr) and call.node.attr in METHODS and _is_text(call.args)


def _are_messages(iterated: nodes.Node) -> bool:
    if isinstance(iterated, nodes.Getitem) and isinstance(iterated.arg, nodes.Slice):
        iterated = iterated.node
    return isinstance(iterated, nodes.Name) and iterated.name in ("messages", "loop_messages")


def _is_number(node: nodes.Node) -> bool:
    node = node.node if isinstance(node, nodes.Neg) else node
    return isinstance(node, nodes.Const) and isinstance(node.value, int)


def _is_text(arguments: list[nodes.Expr]) -> bool:
    return all(isinstance(each, nodes.Const) for each in arguments)
