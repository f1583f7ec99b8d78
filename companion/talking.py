"""The talking thread: loads the model, answers the person's turns one at a time, stops when told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from companion.errors import Busy, CompanionError, ServerError
from companion.events import ReplyFailed
from companion.model.protocol import ChatModel, StopSignal
from companion.records import Turn
from companion.turn import TurnTaker

log = logging.getLogger(__name__)


@dataclass
class Talking:
    """`open_model` may take seconds and may fail; `ready_to_recall` is set once recall is as good as it will be."""

    taker: TurnTaker
    open_model: Callable[[], ChatModel]
    ready_to_recall: threading.Event
    changed: Callable[[], None]
    after_reply: Callable[[], None]
    loaded: Callable[[], None] = lambda: None
    model: ChatModel | None = None
    problem: CompanionError | None = None
    _waiting: list[tuple[Turn, StopSignal]] = field(default_factory=list)
    _stop: StopSignal | None = None
    _ahead: StopSignal | None = None
    """Set when somebody talks while the next prompt is being made ready."""
    _condition: threading.Condition = field(default_factory=threading.Condition)
    _closing: bool = False
    _settled: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="talking", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a turn is waiting for its reply or getting it."""
        with self._condition:
            return bool(self._waiting) or self._stop is not None

    @property
    def loading(self) -> bool:
        return not self._settled.is_set()

    def wait_until_loaded(self) -> None:
        """Until there is a model or the reason why not."""
        if self._thread is not None:
            self._settled.wait()

    def check_free(self) -> None:
        """Raises Busy while a turn is waiting for its reply or getting it."""
        if self.busy:
            raise Busy

    def answer(self, turn: Turn) -> None:
        """Queue a turn that is on disk."""
        with self._condition:
            self._waiting.append((turn, StopSignal()))
            if self._ahead is not None:
                self._ahead.set()
            self._condition.notify_all()

    def stop(self) -> bool:
        """Stop the reply being written, or the one a turn waits for: it ends before its first word. False when none."""
        with self._condition:
            stop = self._stop or (self._waiting[0][1] if self._waiting else None)
            if stop is not None:
                stop.set()
            return stop is not None

    def wait(self) -> None:
        """Until nothing is being answered."""
        with self._condition:
            self._condition.wait_for(lambda: self._closing or not (self._waiting or self._stop))

    def close(self, patience: float = 5.0) -> None:
        with self._condition:
            self._closing = True
            for signal in (self._stop, self._ahead):
                if signal is not None:
                    signal.set()
            self._condition.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(patience)
        if self.model is not None and (self._thread is None or not self._thread.is_alive()):
            self.model.close()
            self.model = None

    def _run(self) -> None:
        self._load()
        while (waiting := self._next()) is not None:
            self._answer(*waiting)
            with self._condition:
                self._stop = None
                self._condition.notify_all()
            self.changed()
            self.after_reply()
            self._look_ahead(waiting[0].conversation)

    def _answer(self, turn: Turn, stop: StopSignal) -> None:
        if self.model is None and isinstance(self.problem, ServerError):
            self._load()  # it may be there by now
        if self.model is not None:
            self.ready_to_recall.wait()
            self.taker.answer(turn, self.model, stop)
            return
        problem = self.problem or CompanionError()
        try:
            self.taker.reflection.queue(turn.id)
        except CompanionError as error:  # it is queued at the next start
            log.warning("a turn without a reply could not be queued: %s", error.title)
        self.taker.emit(ReplyFailed(turn.id, 0, str(problem), problem.hint))

    def _look_ahead(self, conversation: int) -> None:
        """Make the next prompt ready, until somebody talks."""
        with self._condition:
            if self._closing or self._waiting or self.model is None:
                return
            self._ahead = stop = StopSignal()
        try:
            self.taker.look_ahead(conversation, self.model, stop)
        except CompanionError as error:  # the next turn does it
            log.warning("the next prompt could not be made ready: %s", error.title)
        except Exception:
            log.exception("the next prompt could not be made ready")
        finally:
            with self._condition:
                self._ahead = None

    def _load(self) -> None:
        try:
            model = self.open_model()
            self.taker.warm_up(model)
            self.model, self.problem = model, None
        except CompanionError as error:
            self.problem = error
        except Exception as error:  # whatever a library raises, the memories can still be used
            log.exception("the model could not be loaded")
            self.problem = CompanionError(f"the model could not be loaded ({type(error).__name__})")
        self._settled.set()
        self.changed()
        self.loaded()

    def _next(self) -> tuple[Turn, StopSignal] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._closing or self._waiting)
            if self._closing:
                return None
            waiting = self._waiting.pop(0)
            self._stop = waiting[1]
            return waiting
