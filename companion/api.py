"""The one door: what a front end may ask of the engine.

`companion.companion.Companion` answers in its own process (plain mode, one-shot commands, tests);
`companion.engine.EngineClient` answers the same calls from a child process (the Textual app), each as a
coroutine. Every method raises a `CompanionError` that says what happened and what to do.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from companion.chats import ChatMode, CheckIn, Conversation, FoundTurn, PersonaCard, SentMessage, Verdict, WhySaid
from companion.events import Listener
from companion.memory_pages import AboutPage, GroupAction, Growth, LinkedMemory, Month, Topic
from companion.offers import ModelChoice, ModelList, PullPlan, Removal
from companion.pasted import Span
from companion.records import (
    Change,
    CheckInKind,
    JournalEntry,
    Kind,
    Learning,
    MemoryDetail,
    MemoryFilter,
    MemoryRow,
    PortraitLine,
    RecalledMemory,
    TranscriptItem,
)
from companion.reports import Check, DayMood, Letter, MorningReport, SleepReport
from companion.safekeeping import Backup, Erasure, Protection, QuarantinedSource
from companion.status import EngineStatus
from companion.transfers import Exported, ExportForm, Imported, ImportForm, ImportPlan


class CompanionApi(Protocol):
    def subscribe(self, listener: Listener) -> None:
        """Events go to `listener`, from the engine's threads, in order."""

    def status(self) -> EngineStatus: ...

    # Talking
    def send(self, text: str, pasted: tuple[Span, ...] = ()) -> SentMessage:
        """Commit the person's turn and return; the reply follows as events. Before the model is ready the
        message waits its turn. `pasted`: the stretches of it that the person did not type; what is learned from them
        waits (`quarantined`). Raises EmptyMessage, Busy, ProfileReadOnly, DiskFull."""

    def typing(self, text: str) -> None:
        """The person has typed `text` so far, which is not stored: what can be done for the reply before it is sent is
        done, and the background makes way. To be called when they pause, and with "" when nothing is left of it."""

    def stop(self) -> bool:
        """Stop the reply that is being written, keeping what there is. False when there was none."""

    def transcript(
        self, before: int | None = None, limit: int = 50, around: int | None = None
    ) -> tuple[TranscriptItem, ...]:
        """The latest `limit` turns of the conversation that is open (before turn id `before`), as the person chose
        among versions, oldest first; what is missing comes from the conversations before it. `around`: those around
        this turn instead. An incognito conversation is alone."""

    # Conversations
    def conversations(self, text: str = "", limit: int = 200) -> tuple[Conversation, ...]:
        """Those with a title or a turn that holds `text`, latest first. Incognito ones are in no list."""

    def conversation(self) -> Conversation:
        """The one that is open."""

    def begin_conversation(self, mode: ChatMode = "usual", persona: str = "") -> Conversation:
        """The next message begins it, with `persona` (empty: the one in use). One that was incognito is gone. Raises
        Busy, NotFound."""

    def open_conversation(self, id: int) -> Conversation:
        """Go on with it. Raises Busy, NotFound."""

    def rename_conversation(self, id: int, title: str) -> Conversation:
        """An empty title is made of its first words again. Raises NotFound, InvalidInput."""

    def search_turns(self, text: str, limit: int = 50) -> tuple[FoundTurn, ...]:
        """What was said with these words, the best and newest first. Raises InvalidInput when there are none."""

    def regenerate(self, reply: int, without: tuple[str, ...] = ()) -> SentMessage:
        """Another reply beside this one, which stays. `without`: keys of segments (`why`) that are left out of its
        prompt. The reply follows as events. Raises NotFound, Busy."""

    def resend(self, turn: int, text: str, pasted: tuple[Span, ...] = ()) -> SentMessage:
        """Say `text` beside what the person said in `turn`: both stay, and the conversation goes on from the new one.
        What was pasted into the old one counts as pasted in the new one too.
        What was remembered from the old one alone is set aside, until it is chosen again. Raises NotFound, Busy,
        EmptyMessage."""

    def continue_reply(self, reply: int) -> SentMessage:
        """Go on where a reply was stopped or broken off: a version of it that begins with its words. Raises NotFound,
        Busy, InvalidInput when its model cannot."""

    def choose(self, turn: int) -> None:
        """From now on the conversation is the one that this version of a turn is in. Raises NotFound, Busy."""

    def draft(self) -> str:
        """What was typed in the open conversation and not sent."""

    def keep_draft(self, text: str) -> None:
        """Keep it over a restart; nothing of an incognito conversation. Empty: there is none any more."""

    def why(self, reply: int) -> WhySaid:
        """What a reply was written from. Raises NotFound, also when it was not kept."""

    # Memory
    def list_memories(self, filter: MemoryFilter) -> tuple[MemoryRow, ...]:
        """A page of those that fit, in the filter's order, now or as memory was."""

    def search_memories(self, text: str, limit: int = 10) -> tuple[RecalledMemory, ...]:
        """What `text` would bring to mind, best first; reinforces nothing."""

    def count_memories(self, filter: MemoryFilter) -> int:
        """How many there are, whatever the filter's limit."""

    def memory(self, id: int, as_of: float | None = None) -> MemoryDetail:
        """Now, or as it was at that time (seconds since the epoch). Raises NotFound."""

    def add_memory(self, text: str, kind: Kind = "thought") -> Change:
        """A memory the person writes by hand. Raises InvalidInput when empty."""

    def edit_memory(self, id: int, text: str) -> Change: ...

    def pin_memory(self, id: int, pinned: bool = True) -> Change:
        """A pinned memory never fades."""

    def forget_memory(self, id: int) -> Change:
        """Never recalled or learned again, with every memory that rests on the same words; undo brings it back."""

    def restore_memory(self, id: int) -> Change:
        """Make a dormant, archived, superseded or forgotten memory active again."""

    def change_memories(self, ids: tuple[int, ...], action: GroupAction) -> Change:
        """The same to several, taken back together; those that are like that already are left out. Raises NotFound,
        InvalidInput when that is all of them."""

    def merge_memories(self, ids: tuple[int, ...], text: str) -> Change:
        """One memory that says `text`, with the evidence of all, in their place. Raises InvalidInput."""

    def split_memory(self, id: int, texts: tuple[str, ...]) -> Change:
        """A memory for each of `texts`, with its evidence, in its place. Raises InvalidInput."""

    def restore_as_of(self, ids: tuple[int, ...], as_of: float) -> Change:
        """Make these memories what they were at that time. Raises NotFound, InvalidInput when nothing differs."""

    def redo(self) -> Change:
        """Do again what was undone last, unless something was changed since. Raises NothingToUndo."""

    def judge(self, reply: int, memory: int, verdict: Verdict) -> Change:
        """What the person says of a memory that a reply was given: "not relevant" teaches recall, "wrong" sets the
        memory aside as well. Undo takes both back. Raises NotFound, InvalidInput when that was said already."""

    def linked(self, id: int) -> tuple[LinkedMemory, ...]:
        """What a memory is connected with, the strongest first. Raises NotFound."""

    def topics(self, limit: int = 200) -> tuple[Topic, ...]:
        """The people and things that memories tell of, the most often first."""

    def about(self, name: str) -> AboutPage:
        """What is known of somebody or something. Raises NotFound."""

    def timeline(self) -> tuple[Month, ...]:
        """Month by month, newest first."""

    def growth(self, days: int = 90) -> Growth:
        """How memory grew in the last `days`, how well it is kept, what will fade. Raises InvalidInput."""

    def undo(self, batch: int | None = None) -> Change:
        """Take a journal batch back, by default the person's latest that is not yet undone. Undoing an
        undo does it again. Raises NothingToUndo, NotFound."""

    def dismiss_question(self, id: int) -> None:
        """The companion is not told, and asks it no more. An unknown or answered one is left alone."""

    def history(self, memory: int | None = None, limit: int = 50) -> tuple[JournalEntry, ...]:
        """Changes, newest first."""

    def learning(self) -> Learning:
        """What recall has learned from the memories that replies used, in words."""

    def reset_learning(self) -> Learning:
        """Recall as it was shipped. Raises InvalidInput when nothing was learned."""

    def restore_learning(self) -> Learning:
        """Take the latest reset back; what was learned since stays. Raises NothingToUndo."""

    def portrait(self) -> tuple[PortraitLine, ...]:
        """Who the person is, as the nights put it together: the most important line first, what the person wrote
        themselves ahead of all, the story so far at the end."""

    def mood(self, days: int = 30) -> tuple[DayMood, ...]:
        """How the person's days felt, the last `days` of their calendar with anything said, in order. Raises
        InvalidInput."""

    # The first minute, personas, what it brings up by itself
    def answer_question(self, question: str, answer: str) -> Change:
        """The companion asked, the person answered: both are kept as said, and the answer as a memory. Raises
        InvalidInput, EmptyMessage."""

    def personas(self) -> tuple[PersonaCard, ...]:
        """Those built in and the person's own."""

    def use_persona(self, key: str) -> Conversation:
        """Talk to this one from the next message on, in a conversation of its own (incognito where the open one is),
        and from the next start on. Raises NotFound, Busy."""

    def copy_persona(self, key: str, name: str) -> PersonaCard:
        """A copy that can be edited. Raises NotFound, InvalidInput."""

    def edit_persona(self, card: PersonaCard) -> PersonaCard:
        """Write one of the person's own anew. Raises NotFound, InvalidInput, also for one that is built in."""

    def remove_persona(self, key: str) -> None:
        """Raises NotFound, InvalidInput for one that is built in or in use."""

    def checkins(self, limit: int = 50) -> tuple[CheckIn, ...]:
        """What it would bring up, the next first, also while that is switched off."""

    def less_like(self, kind: CheckInKind) -> None:
        """Bring up things of this kind less often."""

    # Models
    def models(self) -> ModelList:
        """Those ready to use, those on offer, and other programs' files. Asks nobody."""

    def plan_pull(self, key: str) -> PullPlan:
        """What fetching a model would do, its host above all. Asks nobody. Raises InvalidInput."""

    def pull_model(self, key: str) -> None:
        """Begin to fetch a model that the person agreed to fetch; the rest follows as events. Raises PullRunning while
        another is being fetched, InvalidInput."""

    def stop_pull(self) -> bool:
        """Stop fetching, keeping what has come. False when nothing was being fetched."""

    def use_model(self, key: str) -> ModelChoice:
        """Write the choice to the settings; it holds from the engine's next start on. Raises ModelError,
        InvalidInput."""

    def plan_removal(self, key: str) -> Removal:
        """What removing would do. Raises InvalidInput when that is not for Companion to do."""

    def remove_model(self, key: str) -> Removal:
        """Delete a file that was fetched, forget one that was added. Raises InvalidInput, ModelError."""

    # Sleep and care
    def morning(self) -> MorningReport:
        """What changed since the person was last told, what is about to fade, what to ask; `due` once a day."""

    def morning_seen(self) -> None:
        """The person was shown the morning report; nothing in a profile that cannot be written."""

    def letter(self, week: str = "", dry_run: bool = False) -> Letter:
        """The letter about a week ("2026-W47"; by default the last that is over), kept as a file where letters are kept
        and there is none yet. `dry_run`: nothing is written. Raises InvalidInput, ProfileError."""

    def sleep(self, as_of: datetime | None = None, dry_run: bool = False) -> SleepReport:
        """Run every night that is due by `as_of` (default now) and was not run. Raises ThinkingStopped when the person
        says something meanwhile: then nothing was changed, and what is due now is run once they are answered."""

    def doctor(self) -> tuple[Check, ...]:
        """Versions, profile, model, embedder, index (reconciled), jobs."""

    # Lock, backups, erasing for good, quarantine
    def protection(self) -> Protection: ...

    def protect(self, passphrase: str, keyring: bool = False) -> str:
        """Encrypt the profile, all of it, and return the recovery code, which is nowhere kept. `keyring`: the system's
        keyring opens it too. Raises InvalidInput (an empty or too short passphrase, one that has a passphrase), Busy,
        DiskFull."""

    def unprotect(self, passphrase: str) -> None:
        """Decrypt it. Raises WrongPassphrase, InvalidInput when it is not encrypted."""

    def change_passphrase(self, passphrase: str, new: str) -> None:
        """The recovery code opens as well, and stays. Raises WrongPassphrase, InvalidInput."""

    def renew_recovery_code(self, passphrase: str) -> str:
        """Another one, which is nowhere kept; the old one opens no more. Raises WrongPassphrase, InvalidInput."""

    def rekey(self, passphrase: str) -> str:
        """Encrypt the profile and its backups anew, with another key, and return another recovery code. Raises
        WrongPassphrase, InvalidInput when it is not encrypted, Busy, DiskFull."""

    def backups(self, verify: bool = False) -> tuple[Backup, ...]:
        """The copies there are, newest first; `verify`: each is read through."""

    def back_up(self) -> Backup:
        """Make a copy now and read it through. Raises ProfileError."""

    def plan_erasure(self, ids: tuple[int, ...]) -> Erasure:
        """What `erase` would take away. Raises NotFound."""

    def erase(self, ids: tuple[int, ...], backups: bool = False) -> Erasure:
        """Forget for good: no file holds the words any more, and nothing brings them back. `backups`: those that hold
        them are written anew without them; else they are named. Raises NotFound, Busy, ProfileError."""

    def quarantined(self) -> tuple[QuarantinedSource, ...]:
        """What was pasted or imported and waits, newest first."""

    def confirm_source(self, id: int) -> Change:
        """Its memories are recalled from now on. Raises NotFound."""

    def remove_source(self, id: int) -> Change:
        """Its memories are forgotten, all at once. Raises NotFound."""

    # Export and import
    def export_to(self, folder: str, form: ExportForm = "markdown", force: bool = False) -> Exported:
        """Write all that is remembered and was said into a folder that is new, empty, or an earlier export. `force`:
        also over changes that were made there by hand and not imported. Raises InvalidInput for another folder, or
        for such changes, DiskFull, ProfileError."""

    def plan_import(self, path: str, form: ImportForm | None = None) -> ImportPlan:
        """What `import_from` would do; changes nothing. `form`: by default what it looks like. Raises FileRefused,
        NotFound, InvalidInput when nothing tells what it is."""

    def import_from(self, path: str, form: ImportForm | None = None) -> Imported:
        """Bring it in, after a backup. What comes from elsewhere waits until its source is confirmed; hand edits of
        this profile's own export are made at once, in one batch. What is here already is not brought in twice. Raises
        as `plan_import`, and ProfileError."""

    def close(self) -> None:
        """Stop, keep the partial reply, release the profile. Safe to call twice."""
