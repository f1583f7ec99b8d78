"""The talking thread: loads the model, answers the person's turns one at a time, stops when told.

When nobody waits it reads ahead: what the next prompt begins with and, while the person types, what they have typed so
far with what that brings to mind. When nothing happens it keeps what was read in a file, for the next start.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from companion import strings
from companion.errors import Busy, CompanionError, ServerError
from companion.model.protocol import ChatModel, StopSignal
from companion.records import Turn
from companion.turn import USUAL, TurnTaker, Way

log = logging.getLogger(__name__)
TYPING = 3.0
"""Seconds after the last key for which the person counts as typing."""
IDLE = 20.0
"""Seconds without anything to do after which what was read is kept."""
GAP = 5.0
"""Seconds for which whoever was told that a reply has ended is waited with until nothing of it is left to do."""
LARGEST = 600_000_000
"""Bytes that are kept at most: writing them takes about a second, in which nobody is answered."""
QUICK = 250_000_000
"""Bytes that may be written while the person waits for the program to end: about half a second."""


@dataclass
class KeptFile:
    """Where what was read is kept between starts; only a chat `saves` it, others use it as it is."""

    path: Path
    saves: bool = False


@dataclass
class Talking:
    """`open_model` may take seconds and may fail; `ready_to_recall` is set once recall is as good as it will be."""

    taker: TurnTaker
    open_model: Callable[[], ChatModel]
    ready_to_recall: threading.Event
    changed: Callable[[], None]
    after_reply: Callable[[], None]
    loaded: Callable[[], None] = lambda: None
    kept: KeptFile | None = None
    conversation: int | None = None
    """Which conversation the next message belongs to, as far as it has begun."""
    model: ChatModel | None = None
    problem: CompanionError | None = None
    _waiting: list[tuple[Turn, StopSignal, Way]] = field(default_factory=list)
    _stop: StopSignal | None = None
    _ending: bool = False
    """Whether the end of the reply is told: what is left takes milliseconds."""
    _ahead: StopSignal | None = None
    """Set when somebody talks while the next prompt is being made ready."""
    _draft: str = ""
    """What the person has typed so far."""
    _typed_at: float = -TYPING
    _typed: bool = False
    """Whether the person typed since others were last told that they may go on."""
    _stale: bool = True
    """Whether the next prompt, as far as it is known, is not what was read."""
    _condition: threading.Condition = field(default_factory=threading.Condition)
    _closing: bool = False
    _keeping: threading.Lock = field(default_factory=threading.Lock)
    _settled: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        self.taker.ending = self._is_ending

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="talking", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a turn is waiting for its reply or getting it."""
        with self._condition:
            return bool(self._waiting) or self._stop is not None

    @property
    def wanted(self) -> bool:
        """Whether the person is being answered, or typing: whatever else there is to do has to wait."""
        with self._condition:
            return bool(self._waiting) or self._stop is not None or self._seconds_of_typing() > 0

    @property
    def loading(self) -> bool:
        return not self._settled.is_set()

    def wait_until_loaded(self) -> None:
        """Until there is a model or the reason why not."""
        if self._thread is not None:
            self._settled.wait()

    def check_free(self) -> None:
        """Raises Busy while a turn is waiting for its reply or getting it. Whoever was told that the reply has ended is
        not told Busy for what is left to do after that."""
        with self._condition:
            if self._ending and threading.current_thread() is not self._thread:
                self._condition.wait_for(lambda: not self._ending, GAP)
            if self._waiting or self._stop is not None:
                raise Busy

    def _is_ending(self) -> None:
        with self._condition:
            self._ending = True

    def answer(self, turn: Turn, way: Way = USUAL) -> None:
        """Queue a turn that is on disk."""
        with self._condition:
            self.conversation = turn.conversation
            self._waiting.append((turn, StopSignal(), way))
            if self._ahead is not None:
                self._ahead.set()
            self._condition.notify_all()

    def typing(self, text: str) -> None:
        """The person has typed `text` so far. What is being read for what they had typed before is read to its end:
        most of it is wanted still, and what is broken off in the middle has to be read again."""
        with self._condition:
            self._draft, self._typed_at = text, time.monotonic()
            self._typed = self._stale = True
            self._condition.notify_all()

    def turn_to(self, conversation: int | None) -> None:
        """From now on the next message belongs to `conversation`, and nothing of it is typed yet."""
        with self._condition:
            self.conversation, self._draft, self._stale = conversation, "", True
            self._condition.notify_all()

    def keep_in(self, kept: KeptFile | None) -> None:
        """From now on what was read is kept there, or nowhere. What is being kept just now is, before this returns."""
        with self._keeping:
            self.kept = kept

    def renew(self) -> None:
        """The next prompt may have changed: look at it again, once nobody waits."""
        with self._condition:
            self._stale = True
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

    def settle(self) -> None:
        """Until the next prompt is read as far as it is known, or somebody talks."""
        with self._condition:
            self._condition.wait_for(
                lambda: (
                    self._thread is None
                    or self._closing
                    or bool(self._waiting or self._stop)
                    or not (self._stale or self._ahead)
                )
            )

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
            self._keep(QUICK)
            self.model.close()
            self.model = None

    def _run(self) -> None:
        self._load()
        while not self._closing:
            if (waiting := self._next()) is not None:
                self._answer(*waiting)
                with self._condition:
                    self._stop, self._ending = None, False
                    self._stale = True
                    self._condition.notify_all()
                self.changed()
                self.after_reply()
            elif self._stale:
                self._get_ready()
            else:
                self._rest()

    def _rest(self) -> None:
        """Until there is something to do. Whoever waits for the person to be done typing is told when they are; after a
        while what was read is kept, but for a draft: keeping gives up what was read of it."""
        with self._condition:
            typed, drafting = self._typed, bool(self._draft.strip())
            if self._condition.wait_for(self._is_wanted, self._seconds_of_typing() if typed else IDLE):
                return
            self._typed = False
        if typed:
            self.after_reply()
            return
        if not drafting:
            self._keep(LARGEST)
        with self._condition:
            self._condition.wait_for(self._is_wanted)

    def _is_wanted(self) -> bool:
        return self._closing or bool(self._waiting) or self._stale

    def _seconds_of_typing(self) -> float:
        """For how long the person still counts as typing."""
        return max(0.0, self._typed_at + TYPING - time.monotonic())

    def _answer(self, turn: Turn, stop: StopSignal, way: Way) -> None:
        if self.model is None and isinstance(self.problem, ServerError):
            self._load()  # it may be there by now
        if self.model is not None:
            self.ready_to_recall.wait()
            self.taker.answer(turn, self.model, stop, way)
            return
        problem = self.problem or CompanionError()
        self.taker.leave(turn, problem)

    def _get_ready(self) -> None:
        """Read the next prompt as far as it is known, until somebody talks."""
        with self._condition:
            if self._closing or self._waiting:
                return
            self._stale = False
            if self.model is None:
                self._condition.notify_all()
                return
            draft, self._ahead = self._draft, StopSignal()
            stop = self._ahead
        try:
            # Before recall is as good as it will be, what it finds may not be what the turn will find. And nothing that
            # was not sent yet leaves this computer: a server would have to be asked how many tokens it has.
            if draft.strip() and self.ready_to_recall.is_set() and not self.model.info.host:
                self.taker.ahead.prepare(self.conversation, draft, self.model, stop)
            else:
                self.taker.ahead.look_ahead(self.conversation, self.model, stop)
        except CompanionError as error:  # the next turn does it
            log.warning("the next prompt could not be made ready: %s", error.title)
        except Exception:
            log.exception("the next prompt could not be made ready")
        finally:
            with self._condition:
                self._ahead = None
                self._condition.notify_all()

    def _keep(self, most_bytes: int) -> None:
        if self.model is None or self.model.info.host or self.kept is None or not self.kept.saves:
            return  # what a server has read stays with it
        if self.taker.is_incognito(self.conversation):
            return
        try:
            with self._keeping:
                if self.kept is not None:
                    self.taker.ahead.keep(self.conversation, self.model, self.kept.path, most_bytes)
        except (OSError, CompanionError) as error:  # it is read again at the next start
            log.warning("what was read could not be kept: %s", type(error).__name__)
        except Exception:
            log.exception("what was read could not be kept")

    def _restore(self, model: ChatModel) -> None:
        if self.kept is None:
            return
        try:
            model.restore(self.kept.path)
        except CompanionError as error:  # it is read again
            log.warning("what was kept could not be used: %s", error.title)
        except Exception:
            log.exception("what was kept could not be used")

    def _load(self) -> None:
        try:
            model = self.open_model()
            self._restore(model)
            self.model, self.problem = model, None
        except CompanionError as error:
            self.problem = error
        except Exception as error:  # whatever a library raises, the memories can still be used
            log.exception("the model could not be loaded")
            self.problem = CompanionError(strings.text("engine.could_not_load", name=type(error).__name__))
        self._settled.set()
        self.changed()
        self.loaded()

    def _next(self) -> tuple[Turn, StopSignal, Way] | None:
        with self._condition:
            if self._closing or not self._waiting:
                return None
            waiting = self._waiting.pop(0)
            self._stop, self._draft, self._typed_at = waiting[1], "", -TYPING
            return waiting
