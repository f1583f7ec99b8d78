"""A profile with whole Companions on it, over a fake model and a fake embedder."""

from __future__ import annotations

from companion.clock import SetClock
from companion.companion import Companion
from companion.model.protocol import ChatModel
from companion.paths import Paths
from companion.settings import Settings
from tests.fakes import FakeModel
from tests.support import Events, FakeEmbedder


class House:
    """Opens Companions on one profile and closes them all."""

    def __init__(self, paths: Paths, clock: SetClock) -> None:
        self.paths = paths
        self.clock = clock
        self.events = Events()
        self.model = FakeModel()
        self.embedder: FakeEmbedder | None = FakeEmbedder()
        self.settings = Settings()
        self.opened: list[Companion] = []

    def open(
        self, *, index: bool = False, load_model: bool = True, model: ChatModel | None = None, chat: bool = False
    ) -> Companion:
        companion = Companion(
            self.paths, self.settings, clock=self.clock, index=index, load_model=load_model,
            model=model or self.model, embedder=self.embedder, chat=chat,
        )  # fmt: skip
        companion.subscribe(self.events)
        companion.start()
        self.opened.append(companion)
        return companion

    def close(self) -> None:
        if self.model.gate is not None:
            self.model.gate.set()
        for companion in self.opened:
            companion.close()
