"""Two people of one name: "my sister Lena" and "my colleague Lena".

What is told of "Lena" alone is nobody's until the person says whose: it is kept as it was said, linked to neither, and
the companion may ask. The answer is a tag ("sister"), which tells from then on whom it is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from companion.memory.words import stems
from companion.mind import naming
from companion.mind.changing import tells_of_death
from companion.mind.rules import rules
from companion.mind.tagging import Tagger, bearers
from companion.question import Question
from companion.records import Memory
from companion.store.changes import Batch
from companion.store.store import Store
from companion.strings import text

LONGEST_ANSWER = 12
"""Words of a message that may answer which of two is meant, where it begins with neither."""


@dataclass(frozen=True, slots=True)
class Namesake:
    """A name that several people bear, by what they are to the person, each with a memory that says so."""

    name: str
    relations: dict[str, Memory]

    def whose(self, memory: Memory) -> frozenset[str]:
        """Which of them a memory is about, as far as it, or its tags, say."""
        said = {bearer.kind for bearer in bearers(memory.text) if bearer.name == self.name}
        return frozenset((said or set(memory.tags.split(", "))) & self.relations.keys())

    def parts(self, one: Memory, other: Memory) -> bool:
        """Whether two memories of that name are not known to be about one of them."""
        return self.name == one.subject == other.subject and not self.whose(one) & self.whose(other)

    @property
    def question(self) -> str:
        *others, last = [text("question.your", relation=relation) for relation in self.relations]
        return text("question.which", name=self.name, others=text("format.comma").join(others), last=last)


class Namesakes:
    def __init__(self, store: Store, tagger: Tagger) -> None:
        self._store = store
        self._tagger = tagger

    def of(self, thought: Memory) -> Namesake | None:
        """The people of one name whom `thought` may be about; None where its subject is no name, or one person's."""
        name = thought.subject
        if name not in naming.called(thought.text):
            return None
        known = [(bearer, memory) for bearer, memory in self._tagger.known(name, thought.scope) if bearer.related]
        known += [(bearer, thought) for bearer in bearers(thought.text) if bearer.name == name and bearer.related]
        relations: dict[str, Memory] = {}
        gone = {bearer.kind for bearer, memory in known if tells_of_death(memory.text)}
        for bearer, memory in known:
            # Of the dead nobody is asked whether something new is about them.
            if bearer.kind not in gone or tells_of_death(thought.text):
                relations.setdefault(bearer.kind, memory)
        return Namesake(name, relations) if len(relations) > 1 else None

    def answer(self, batch: Batch, turn: int, text: str, scope: str = "") -> int | None:
        """Let a message of the person, in a conversation of that scope, answer the open question of whom a name stands
        for: the memory is tagged, and linked to those of that person. Its id; None where nothing is answered."""
        question = self._store.questions.latest_choice(scope)
        relation = _chosen(question, text) if question is not None and question.turn < turn else None
        if question is None or relation is None:
            return None
        memory = self._store.memories.get(question.newer)
        tags = [tag for tag in memory.tags.split(", ") if tag]
        batch.update(memory.id, tags=", ".join(sorted({*tags, relation})))
        for bearer, older in self._tagger.known(memory.subject, scope):
            if bearer.kind == relation and older.id != memory.id:
                batch.link(memory.id, older.id, "same-person")
        return memory.id


def _chosen(question: Question, text: str) -> str | None:
    """The one of the options that a message names, when it is an answer: short, or beginning with it."""
    kin = rules("en").kin
    words = [kin.get(word, word) for word in re.findall(r"[a-z-]+", text.lower())]
    said = {stem for word in words for stem in stems(word)}
    named = [option for option in question.options if set(stems(option)) <= said]
    if len(named) != 1 or not (len(words) <= LONGEST_ANSWER or set(stems(named[0])) & {*stems(" ".join(words[:3]))}):
        return None
    return named[0]
