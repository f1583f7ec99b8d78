"""Records of what leaves the profile as files, and of what is brought in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ExportForm = Literal["markdown", "jsonl"]
ImportForm = Literal["companion", "chatgpt", "claude", "character-ai", "sillytavern", "card", "text", "histories"]
IMPORT_FORMS: tuple[ImportForm, ...] = (
    "companion", "chatgpt", "claude", "character-ai", "sillytavern", "card", "text", "histories",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. `sha256` is that of all that was exported, in hexadecimal: two exports of the same content have
    the same, wherever and whenever they were made."""

    folder: str
    form: ExportForm
    conversations: int
    turns: int
    memories: int
    files: int
    sha256: str


@dataclass(frozen=True, slots=True)
class HandEdit:
    """A change that somebody made in an exported folder. `memory`: its id here, None when it is a new one; `conflict`:
    it was changed here as well since, and what is here stays."""

    action: Literal["edit", "add", "forget", "pin", "unpin"]
    memory: int | None
    before: str
    after: str
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do, or did. Of what is given: `name` as it is shown, `conversations`, `turns`, `memories`,
    `personas`, the times `first` and `last` (seconds since the epoch; None where it has none). `new_turns` and
    `new_memories` are those that are not here yet. `whole`: it is the export of a profile, and the profile here is
    empty: it is put back as it was. `notes`: what was left out and why, each a sentence."""

    form: ImportForm
    name: str
    conversations: int = 0
    turns: int = 0
    memories: int = 0
    new_turns: int = 0
    new_memories: int = 0
    personas: tuple[str, ...] = ()
    first: float | None = None
    last: float | None = None
    utc_offset: int = 0
    edits: tuple[HandEdit, ...] = ()
    whole: bool = False
    notes: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it would change nothing."""
        return not (self.new_turns or self.new_memories or self.personas or self.edits)


@dataclass(frozen=True, slots=True)
class Imported:
    """What was done. `source`: the number under which its memories wait to be confirmed, None when nothing waits;
    `batch`: that of the journal, None when nothing of memory was changed."""

    plan: ImportPlan
    source: int | None = None
    batch: int | None = None
