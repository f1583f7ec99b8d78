"""What is done before it is asked for: recalling on what the person has typed so far, and reading the next prompt."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from companion.clock import moment
from companion.memory.prepared import Prepared
from companion.memory.recall import Recall, Recalled
from companion.mind.heavy import bearable
from companion.model.pace import Pace
from companion.model.prompt import Prompt, lines_of
from companion.model.protocol import ChatModel, Message, StopSignal
from companion.prompting import Prompting
from companion.records import Turn
from companion.store.gists import Gist

_STILL_SPOKEN_OF = 1
"""Messages before this one whose subject is still spoken of."""
STILL_TO_COME = 8
"""The context's tokens divided by this are taken for what the next message and its memories will be."""
_LATEST = 1 << 62
"""Above every turn's id."""


@dataclass
class Ahead:
    """For one conversation at a time, on the thread that answers. `name`: what the person is called, if they said."""

    prompting: Prompting
    recall: Recall
    name: str = ""
    bring_up_heavy: bool = False
    """Whether what is heavy comes up though the person did not speak of it."""
    pace: Pace = field(default_factory=Pace)
    _prepared: Prepared | None = None
    _lines: list[str] = field(default_factory=list)
    """The lines of the memories that stand in what was read of the next prompt, in their order."""

    def look_ahead(self, conversation: int | None, model: ChatModel, stop: StopSignal) -> None:
        """While nobody waits: read what the next prompt begins with, up to where memories and message come. When the
        next message is likely to need it, the history is trimmed now and summed up. `stop` ends it at once; then the
        next turn does what is left of it. Raises CompanionError."""
        if stop.is_set():
            return
        self._lines = []
        spare = model.info.context_tokens // STILL_TO_COME
        kept, turns = self._so_far(conversation)
        prompt = self.prompting.compose(conversation, kept, turns, _LATEST, "", "", model, spare=spare, summing_up=stop)
        if conversation is not None and prompt.trimmed and not stop.is_set():
            with self.prompting.holding.store_of(conversation).db.write():
                if self._so_far(conversation) != (kept, turns):
                    return  # something was forgotten while it was summed up: that is looked at anew
                self.prompting.keep(conversation, prompt, turns, turns[-1].id + 1 if turns else kept.start)
        self._read(model, _up_to_the_message(prompt), stop)

    def prepare(self, conversation: int | None, text: str, model: ChatModel, stop: StopSignal) -> None:
        """The person has typed `text` so far: recall on it, and read all of the prompt but what may still follow it.
        Nothing of it is stored. Raises CompanionError."""
        if stop.is_set():
            return
        now = self.prompting.clock.now()
        kept, turns = self._so_far(conversation)
        rows = self.recall.pool.refresh()
        cue = replace(self.prompting.cue(text, turns, now, self.name, conversation), unsent=True)
        recalled = self._bearable(self.recall(cue, self.prompting.settings.recall_limit), text, turns)
        self._prepared = Prepared(text, now, turns[-1].id if turns else 0, rows, recalled, cue.scopes)
        block, _ = self.block(recalled, model)
        prompt = self.prompting.compose(conversation, kept, turns, _LATEST, block, text, model)
        if prompt.trimmed:
            self.look_ahead(conversation, model, stop)  # it trims for good; what was typed is read with the next key
        elif not prompt.shortened:
            self._read(model, prompt.messages, stop)

    def recalled(self, turn: Turn, history: list[Turn], beside: Sequence[int] = ()) -> Recalled:
        """What a turn brings to mind after `history`: found while it was typed, if that still holds. What rests on the
        turns `beside` it, which another version of the reply takes the place of, is not brought up."""
        prepared, self._prepared = self._prepared, None
        now = moment(turn.at, turn.utc_offset)
        scopes = self.prompting.holding.scopes_of(turn.conversation)
        here = (self.recall, self.prompting.store, scopes)
        if prepared is not None and not beside and prepared.serves(turn, history, now, *here):
            return prepared.recalled
        speaker = "" if turn.speaker == "You" else turn.speaker
        cue = self.prompting.cue(turn.text, history, now, speaker, turn.conversation)
        cue = replace(cue, present_turns=cue.present_turns | {turn.id, *beside})
        return self._bearable(self.recall(cue, self.prompting.settings.recall_limit), turn.text, history)

    def _bearable(self, recalled: Recalled, text: str, history: Sequence[Turn]) -> Recalled:
        if self.bring_up_heavy:
            return recalled
        before = [each.text for each in history if each.role == "person"][-_STILL_SPOKEN_OF:]
        return replace(recalled, memories=bearable(recalled.memories, text, before))

    def block(self, recalled: Recalled, model: ChatModel) -> tuple[str, int]:
        """The memories as the model reads them, and how many they are. What was read of them while the person typed
        comes first, so that other memories that the last words brought cost only their own lines."""
        block, count = self.prompting.memory_block(recalled.memories, model, self._lines)
        self._lines = lines_of(block)
        return block, count

    def keep(self, conversation: int | None, model: ChatModel, file: Path, most_bytes: int | None) -> int:
        """Write what was read of the next prompt to a file; what is being typed is no part of that. Returns the bytes
        written. Raises OSError, CompanionError."""
        kept, turns = self._so_far(conversation)
        prompt = self.prompting.compose(conversation, kept, turns, _LATEST, "", "", model)
        return model.keep(file, _up_to_the_message(prompt), most_bytes)

    def _so_far(self, conversation: int | None) -> tuple[Gist, list[Turn]]:
        if conversation is None:
            return Gist(), []
        return self.prompting.so_far(conversation, _LATEST)

    def _read(self, model: ChatModel, messages: Sequence[Message], stop: StopSignal) -> None:
        began = time.perf_counter()
        read = model.read_ahead(messages, stop=stop, unfinished=True)
        self.pace.was(read, time.perf_counter() - began)


def _up_to_the_message(prompt: Prompt) -> list[Message]:
    """What stays of a prompt whatever is said next, and the opening of the next message."""
    return [*prompt.messages[:-1], Message("user", "")]
