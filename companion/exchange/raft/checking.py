"""Whether the records of an export fit together: what refers to something finds it, and nothing stands there twice."""

from __future__ import annotations

from companion.errors import FileRefused
from companion.exchange.raft import beside
from companion.exchange.raft.content import Content, data_file
from companion.strings import text
from companion.text import one_line


def check(content: Content) -> None:
    """That what refers to something finds it. Raises FileRefused naming file and line."""
    conversations = _ids("conversations", [line.id for line in content.conversations])
    turns = {line.id: line for line in content.turns}
    _ids("turns", [line.id for line in content.turns])
    memories = _ids("memories", [line.id for line in content.memories])
    for number, turn in enumerate(content.turns, 1):
        above = [each for each in (turn.parent, turn.answers) if each is not None]
        if turn.conversation not in conversations or any(each not in turns or each >= turn.id for each in above):
            raise refused(data_file("turns"), text("raft.leads_nowhere"), number)
        if any(turns[each].conversation != turn.conversation for each in above):
            raise refused(data_file("turns"), text("raft.leads_nowhere"), number)
    for number, one in enumerate(content.conversations, 1):
        if one.leaf is not None and (one.leaf not in turns or turns[one.leaf].conversation != one.id):
            raise refused(data_file("conversations"), text("raft.leads_nowhere"), number)
    for number, memory in enumerate(content.memories, 1):
        spans = [(turn, start, end) for turn, start, end, _ in memory.evidence]
        sound = all(turn in turns and start <= end <= len(turns[turn].text) for turn, start, end in spans)
        links = [(target, type) for target, type, _ in memory.links]
        sound = sound and len(set(spans)) == len(spans) and len(set(links)) == len(links)
        sound = sound and all(target in memories for target, _ in links)
        if not sound or (memory.replaced_by is not None and memory.replaced_by not in memories):
            raise refused(data_file("memories"), text("raft.leads_nowhere"), number)
        if memory.status in ("forgotten", "quarantined"):
            raise refused(data_file("memories"), text("raft.bad_line", where="status"), number)
    sources = {beside.number(line.row.get("id")) for line in content.beside if line.table == "sources"}
    known: dict[str, set[int]] = {
        "conversation": conversations,
        "turn": set(turns),
        "memory": memories,
        "source": sources,
    }
    for number, line in enumerate(content.beside, 1):
        if not beside.fits(line, lambda kind, id: id in known.get(kind, ())):
            raise refused(data_file("beside"), text("raft.leads_nowhere"), number)


def _ids(name: str, ids: list[int]) -> set[int]:
    known: set[int] = set()
    for number, id in enumerate(ids, 1):
        if id in known:
            raise refused(data_file(name), text("raft.twice", id=id), number)
        known.add(id)
    if ids != sorted(ids):
        raise refused(data_file(name), text("raft.changed"))
    return known


def refused(path: str, what: str, line: int | None = None) -> FileRefused:
    path = one_line(path, 120)
    told_at = text("raft.at", path=path, line=line, what=what) if line is not None else f"{path}: {what}"
    return FileRefused(told_at, hint=text("raft.hint"))
