"""A peer in the place of the product: told every turn, asked every question, over its process."""

from __future__ import annotations

from companion.bench.baselines import as_memory, told
from companion.bench.embeddings import CachedEmbedder
from companion.bench.peers.process import PeerProcess
from companion.memory.recall import Cue, Recalled
from companion.records import Turn


class PeerMind:
    """A `replay.Mind`. Its times are those that the peer's process measured, without the way there and back."""

    def __init__(self, peer: PeerProcess, embedder: CachedEmbedder) -> None:
        """`embedder`: whose account of seconds the replay reads; the peer has its own and computes there."""
        self._peer = peer
        self._embedder = embedder
        self._turns: dict[str, Turn] = {}
        self.write_ms: list[float] = []

    def hear(self, turn: Turn) -> None:
        """With the speaker's name before the words where it is a name, as the plain methods of `baselines` have it."""
        key = str(turn.id)
        self._turns[key] = turn
        if turn.text.strip():
            answer = self._peer.ask("add", id=key, text=told(turn), role=turn.role, session=str(turn.conversation))
            self.write_ms.append(float(answer["ms"]))

    def think(self) -> None:
        """Nothing is left to do."""

    def recall(self, cue: Cue, limit: int) -> Recalled:
        """Turns that the prompt holds anyway are asked for on top and left out, so that they take no place."""
        if not self._turns or not cue.text.strip():
            return Recalled((), 0.0)
        answer = self._peer.ask("search", text=cue.text, k=limit + len(cue.present_turns))
        self._embedder.computing += float(answer["embedding_ms"]) / 1000
        turns = [self._turns[key] for key in answer["ids"]]
        kept = [turn for turn in turns if turn.id not in cue.present_turns][:limit]
        found = tuple(as_memory(turn, 1 / rank, rank) for rank, turn in enumerate(kept, 1))
        return Recalled(found, float(answer["ms"]))
