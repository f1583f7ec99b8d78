"""Companion: the API (api.py) in this process, and the only place that puts the real parts together."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from datetime import datetime

from companion import events, strings
from companion.addresses import host_of, hostname_of
from companion.backing_up import BackingUp
from companion.caring import Caring
from companion.clock import Clock, SystemClock
from companion.conversing import Conversing
from companion.curating import Curating
from companion.desk import Desk
from companion.doctor import examine, repair_profile
from companion.editing import Editing
from companion.erasing import Erasing
from companion.errors import CompanionError, ModelMissing, ProfileError
from companion.events import Event, Listener
from companion.exchanging import Exchanging
from companion.holding import Holding
from companion.lettering import Lettering
from companion.memory.embedder import Embedder, LocalEmbedder, find_embedder
from companion.memory.forgetting import curve
from companion.memory.index_note import IndexNote
from companion.memory.learner import Learner
from companion.memory.recall import Recall
from companion.mind.checking_in import CheckingIn
from companion.mind.letter_keeping import LetterKeeper
from companion.mind.measuring import Measuring
from companion.mind.nightly_copy import NightlyCopy
from companion.mind.proposals import Proposals
from companion.mind.reflect import Reflection
from companion.mind.sleep import Sleep
from companion.mind.thinking import Thinker
from companion.mind.tuning import Tuner
from companion.minding import Minding
from companion.model.catalog import find_model
from companion.model.kept import remove_kept
from companion.model.personas import Personas
from companion.model.probe import Progress
from companion.model.protocol import ChatModel, StopSignal
from companion.model.shelf import Shelf
from companion.model.tiers import ProbeReport
from companion.model.tuning import TuneProgress, TuneReport
from companion.network import permit, reached
from companion.paths import Paths
from companion.proposing import Proposing
from companion.quarantining import Quarantining
from companion.reports import Check, SleepReport
from companion.sealing import Sealing, remove_plain
from companion.settings import Settings
from companion.shelving import Shelving
from companion.standing_by import StandingBy
from companion.status import EngineStatus, Phase
from companion.store.backups import Backups
from companion.store.inbox import Inbox
from companion.store.store import Store
from companion.talking import KeptFile, Talking
from companion.turn import TurnTaker, recover

log = logging.getLogger(__name__)


class Companion(
    Conversing,
    Desk,
    Curating,
    Shelving,
    Caring,
    Sealing,
    BackingUp,
    Erasing,
    Quarantining,
    Exchanging,
    Lettering,
    Proposing,
):
    """See `CompanionApi`. `start` before anything else, `close` at the end.

    For one-shot commands: `index=False` leaves Chroma alone (exact search serves), `load_model=False` the language
    model, `load_embedder=False` the embedder (words alone are searched), `nights=False` the nights that are due. A
    `chat` goes on with the latest conversation, if it is not long ago, and keeps what was read of it for a later start.
    `clock`, `model` and `embedder` take the place of the real ones in tests and simulations.
    """

    def __init__(
        self,
        paths: Paths,
        settings: Settings,
        *,
        clock: Clock | None = None,
        index: bool = True,
        load_model: bool = True,
        load_embedder: bool = True,
        nights: bool = True,
        chat: bool = False,
        model: ChatModel | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        self._paths = paths
        self._settings = settings
        self._clock = clock or SystemClock()
        self._with_index = index
        self._load_model = load_model
        self._load_embedder = load_embedder
        self._nights = nights
        self._chat = chat
        self._given_model = model
        self._given_embedder = embedder
        self._listeners: list[Listener] = []
        self._conversation: int | None = None
        self._sending = threading.Lock()
        self._store: Store | None = None
        self._shelf = Shelf(paths)
        self._personas = Personas(paths.personas)

    def start(self, key: bytes | None = None) -> None:
        """Open the profile and begin to load model and embedder. `key`: the database's, for a profile with a passphrase
        (`store.unlocking`). Raises ProfileError, InvalidInput."""
        settings = self._settings
        permit(hostname_of(settings.model.url), hostname_of(settings.index.url))
        persona, fallback = self._persona_in_use(chat=self._chat)
        self._store = store = Store.open(self._paths, self._clock, key, copy_first=settings.backup.before_migration)
        if key is not None and not store.read_only:
            remove_plain(self._paths)  # a crash while it was encrypted may have left something
        self._finish_erasing(store)
        store.scopes.has_own = self._personas.has_own_memory
        self._curve = curve(settings.memory.curve)
        self._learner = Learner(store, self._clock)
        self._recall = Recall(store, learned=self._learner.reranker)
        self._editing = Editing(store, self._clock, self._curve)
        self._checking_in = CheckingIn(store, self._clock, settings.checkins, settings.care.bring_up_heavy)
        self._standing_by = StandingBy(settings.care, self._clock, self._emit, self._embedder)
        self._holding = Holding(store, persona, self._personas.load)
        self._reflection = reflection = Reflection(
            store, self._clock, self._curve, lambda: self._recall.meaning, self._learner
        )
        self._sleep = Sleep(store, self._clock, self._curve, settings.sleep.at)
        self._backups = Backups(self._paths, self._clock, settings.backup.folder)
        if not store.read_only:
            with suppress(ProfileError):  # doctor tells of those that can be read still
                self._backups.finish_encrypting(store.db)
        self._nightly = NightlyCopy(store, self._backups, self._clock, settings.sleep.at, settings.backup.nightly)
        self._proposals = Proposals(store, self._clock, Inbox(self._paths.inbox))
        self._letters = LetterKeeper(store, self._paths, self._clock, settings)
        self._measuring = Measuring(store, lambda: self._talking.model, settings.memory.tier)
        self._tuner = Tuner(store, lambda: self._talking.model, settings.model.threads)
        self._minding = Minding(
            store,
            self._paths,
            self._recall,
            reflection,
            self._sleep,
            open_embedder=self._open_embedder if self._load_embedder else None,
            emit=self._emit,
            changed=self._status_changed,
            person_is_talking=lambda: self._talking.wanted,
            ready=self._get_ready,
            on_battery=settings.memory.on_battery,
            measuring=self._measuring,
            tuner=self._tuner,
            with_index=self._with_index,
            with_nights=self._nights,
            index_url=self._settings.index.url,
            back_up=self._back_up_nightly,
            take_in=self._take_in_proposals,
            write_letter=self._write_letters,
        )
        taker = TurnTaker(
            store,
            self._clock,
            self._recall,
            reflection,
            persona,
            settings.memory,
            self._emit,
            name=settings.name,
            seed=settings.model.seed,
            thinker=lambda: self._minding.thinker,
            holding=self._holding,
            bring_up_heavy=settings.care.bring_up_heavy,
        )
        self._talking = Talking(
            taker,
            self._open_model,
            self._minding.ready_to_recall,
            changed=self._status_changed,
            after_reply=self._minding.poke,
            loaded=self._minding.poke,
            kept=self._kept_file(),
        )
        self._ready_to_recall, self._poke = self._minding.ready_to_recall, self._minding.poke
        if not store.read_only:
            recover(store, reflection)
            store.begun.clear()
        if fallback is not None:
            self._emit(fallback)
        if self._chat:
            self._conversation = self._talking.conversation = self._latest_conversation()
        if self._load_model:
            self._talking.start()
        self._minding.start()

    def settle(self) -> None:
        """Run every queued reflection, and whatever else waits in the background, to its end; then read the next prompt
        as far as it is known."""
        self._minding.settle()
        self._talking.settle()

    # Sleep and care

    def sleep(self, as_of: datetime | None = None, dry_run: bool = False) -> SleepReport:
        with self._minding.by_hand() as stop:
            report = self._sleep.run(as_of, dry_run=dry_run, on_progress=self._minding.tell_progress, stop=stop)
            if as_of is None and not dry_run:
                self._back_up_nightly(stop)
                self._write_letters()
        self._emit(events.SleepFinished(report))
        if report.batch is not None:
            self._emit(events.MemoriesChanged(()))
            self._minding.poke()
        return report

    def doctor(self) -> tuple[Check, ...]:
        return examine(self._opened, self._paths, self._settings, self._talking, self._minding)

    def repair(self) -> tuple[str, ...]:
        """Make anew what follows from the rest of the profile and does not; the names of the parts. Raises
        ProfileError."""
        return repair_profile(self._opened)

    @property
    def thinker(self) -> Thinker:
        """What may be asked of the model that is loaded now."""
        return self._minding.thinker

    def measure_when_idle(self) -> None:
        """From now on measure a model that is new to this profile, in time that nobody needs."""
        self._minding.measure_when_idle = True
        self._minding.poke()

    def probe_model(self, *, again: bool = False, progress: Progress | None = None) -> ProbeReport:
        """Measure the model now, or tell what was measured before. Raises ModelError."""
        self._talking.wait_until_loaded()
        if self._talking.model is None:
            raise self._talking.problem or ModelMissing(strings.text("engine.was_not_loaded"))
        return self._measuring.measure(StopSignal(), again=again, progress=progress)

    @property
    def index_note(self) -> IndexNote:
        """How the index in the folder was closed, and whether Chroma is left alone."""
        return IndexNote(self._opened, self._paths.index)

    @property
    def tuner(self) -> Tuner:
        """How the model is run here, and why."""
        return self._tuner

    def tune_model(self, *, again: bool = False, progress: TuneProgress | None = None) -> TuneReport:
        """Find out how the model runs best here, or tell what was found before. Raises ModelError, InvalidInput."""
        self._talking.wait_until_loaded()
        if self._talking.model is None:
            raise self._talking.problem or ModelMissing(strings.text("engine.was_not_loaded"))
        with self._minding.by_hand() as stop:
            return self._tuner.measure(stop, again=again, progress=progress)

    def status(self) -> EngineStatus:
        talking, minding, store = self._talking, self._minding, self._opened
        info = talking.model.info if talking.model is not None else None
        phase: Phase
        if not self._load_model or talking.problem is not None:
            phase = "no-model"
        else:
            phase = "loading" if talking.loading else "ready"
        meaning = self._recall.meaning
        problem = talking.problem or minding.problem
        return EngineStatus(
            phase=phase,
            model=info.name if info is not None else "",
            context_tokens=info.context_tokens if info is not None else 0,
            embedder=meaning.embedder.name if meaning is not None else "",
            index="ready" if minding.index is not None and minding.index.ready else "exact search",
            activity=strings.text("engine.answering") if talking.busy else minding.doing,
            memories=store.memories.count(("active", "dormant", "candidate")),
            problem_title=str(problem) if problem is not None else "",
            problem_hint=problem.hint if problem is not None else "",
            read_only=store.read_only,
            conversation=self._conversation or 0,
            mode=self._holding.mode_of(self._conversation),
            pending_jobs=store.jobs.pending(),
            tier=self._measuring.tier,
            measuring=minding.is_measuring,
            model_host=host_of(self._settings.model.url),
            index_host="" if store.db.key is not None else host_of(self._settings.index.url),
            encrypted=store.db.key is not None,
            waiting_for=minding.waiting_for,
            reached=reached(),
        )

    def night(self) -> None:
        """What the clock calls at night: the same catch-up as at start, in the background thread."""
        self._minding.poke()

    def close(self) -> None:
        if self._store is None:
            return
        self.end_pull()
        self._minding.end()  # a model that is thinking could not be closed
        try:
            self._talking.close()
            self._minding.close()
        finally:
            store, self._store = self._store, None
            store.close()

    # Inside

    def _get_ready(self) -> None:
        """In the background, once recall is as good as it will be."""
        self._talking.renew()
        if self._load_model:  # somebody will talk
            self._standing_by.get_ready()

    @property
    def _opened(self) -> Store:
        if self._store is None:
            raise CompanionError(strings.text("engine.closed"))
        return self._store

    def _kept_file(self) -> KeptFile | None:
        if self._opened.read_only:
            return None
        # What was read are the person's words as tokens, and llama.cpp cannot write them encrypted.
        if not self._settings.model.keep_read or self._opened.db.key is not None:
            with suppress(OSError):
                remove_kept(self._paths.read)
            return None
        return KeptFile(self._paths.read, saves=self._chat)

    def _emit(self, event: Event) -> None:
        self._tuner.heard(event)
        if isinstance(event, events.ThoughtsFormed | events.MemoriesChanged | events.SleepFinished):
            self._talking.renew()
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception:  # a fault of who listens must not end a reply or the background thread
                log.exception("a listener failed")

    def _status_changed(self) -> None:
        if self._listeners and self._store is not None:
            try:
                status = self.status()
            except CompanionError as error:  # closed in this moment, or a profile that cannot be read any more
                log.warning("no status: %s", error.title)
                return
            self._emit(events.StatusChanged(status))

    def _embedder(self) -> Embedder | None:
        meaning = self._recall.meaning
        return None if meaning is None else meaning.embedder

    def _open_embedder(self) -> Embedder:
        return self._given_embedder or LocalEmbedder(find_embedder(self._settings.embedder.path))

    def _open_model(self) -> ChatModel:
        if self._given_model is not None:
            return self._given_model
        settings = self._settings.model
        if settings.url:
            from companion.model.remote import RemoteModel  # an HTTP client: not before a server is asked for

            return RemoteModel.open(
                settings.url,
                name=settings.name,
                key=settings.api_key.get_secret_value(),
                timeout=settings.timeout,
                context=settings.context,
            )
        path = find_model(settings, self._paths)
        adapter = (settings.adapter, settings.adapter_scale) if settings.adapter is not None else None
        from companion.model.llama import LlamaModel  # loads llama.cpp: not before a model is wanted

        return LlamaModel.open(
            path,
            context=settings.context,
            threads=settings.threads,
            oversize=settings.oversize,
            tuning=self._tuner.opening,
            adapter=adapter,
        )
