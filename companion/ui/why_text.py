"""What a reply was written from as words and bars. No widgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.cells import cell_len

from companion.chats import SegmentKind, WhySaid
from companion.strings import text
from companion.ui.format import bar, percent

ORDER = ("persona", "portrait", "gist", "history", "memories", "message")
"""Parts of a prompt in the order in which the model reads them."""


def kind_name(kind: SegmentKind | str) -> str:
    """ "persona" → "who it is", in the person's language; a name that is not known is shown as it is."""
    names = {
        "persona": text("why.persona"),
        "portrait": text("why.portrait"),
        "gist": text("why.gist"),
        "history": text("why.history"),
        "memory": text("why.memories"),
        "memories": text("why.memories"),
        "message": text("why.message"),
        "free": text("why.free"),
    }
    return names.get(kind, kind)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the model's context. `tokens` of `whole`."""

    name: str
    tokens: int
    whole: int

    @property
    def share(self) -> float:
        return self.tokens / self.whole if self.whole else 0.0

    def line(self, cells: int) -> str:
        """Bar, percent and tokens."""
        return f"{bar(self.share, cells)} {percent(self.share):>4} {self.tokens:>6,}"


def parts_of(segments: Mapping[str, int], context: int) -> list[Part]:
    """Parts of the context by their tokens, what is free at the end."""
    known = [name for name in ORDER if name in segments] + [name for name in segments if name not in ORDER]
    parts = [Part(kind_name(name), segments[name], context) for name in known if segments[name]]
    free = context - sum(part.tokens for part in parts)
    return [*parts, Part(kind_name("free"), max(0, free), context)] if context else parts


def segments_of(said: WhySaid) -> dict[str, int]:
    """Tokens by part, as `ReplyReport.segments` has them."""
    found: dict[str, int] = {}
    for segment in said.segments:
        name = "memories" if segment.kind == "memory" else segment.kind
        found[name] = found.get(name, 0) + segment.tokens
    return found


def meter(parts: Iterable[Part], cells: int) -> str:
    """All parts in one line of at most about `cells` cells: "persona 4% · history 31% · free 65%"."""
    told = [f"{part.name} {percent(part.share)}" for part in parts]
    line = " · ".join(told)
    while len(told) > 2 and cell_len(line) > cells:
        told.pop(-2)
        line = " · ".join(told)
    return line
