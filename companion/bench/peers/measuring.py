"""Histories lived through by Companion and by its peers, turn about, in one run: what comes to mind, times, disk."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
import psutil

from companion.bench.baselines import Baseline
from companion.bench.embeddings import CachedEmbedder, cache_folder
from companion.bench.histories import History, check_files, read_histories
from companion.bench.peers.minds import PeerMind
from companion.bench.peers.process import PACKAGES, PeerMissing, PeerProcess, find_program
from companion.bench.recalling import Progress, open_embedder, stem
from companion.bench.replay import Replay, replay
from companion.errors import InvalidInput
from companion.memory.embedder import find_embedder
from companion.paths import APP
from companion.settings import Settings
from companion.store.store import Store

OURS = "companion"
PLAIN = "bm25"
PEERS = (PLAIN, *PACKAGES)
"""Who may be named beside Companion. The first is `bench.baselines`, in this process and in memory."""
ABOUT = {
    OURS: "this version, tier 0: storing and reflection without a language model, exact search, no index on disk",
    PLAIN: "bench/baselines.py: whole turns with their speakers, in memory",
}


@dataclass
class Contestant:
    """One of those measured. `missing`: why it does not take part (any more)."""

    name: str
    version: str = ""
    settings: str = ""
    sealed: str = ""
    tried: tuple[str, ...] = ()
    """Hosts that it wanted to reach, and was refused."""
    missing: str = ""
    process: PeerProcess | None = field(default=None, repr=False)


@dataclass
class Lived:
    """What one contestant made of a set. `bytes`: on disk, of all its histories, None where there is nothing there."""

    replays: list[Replay] = field(default_factory=list)
    write_ms: list[float] = field(default_factory=list)
    waited_ms: list[float] | None = None
    """Of `write_ms` what a person waits for, where the rest is done afterwards."""
    bytes: int | None = None


@dataclass(frozen=True)
class PeersReport:
    """`sets`: name of the set → name of the contestant → what it made of it; who is not there is `missing`."""

    contestants: list[Contestant]
    sets: dict[str, dict[str, Lived]]
    ks: tuple[int, ...]
    embedder: str
    load: tuple[float, float]
    """Load of the machine over a minute, when it began and when it ended; processors are `cpus`."""
    cpus: int
    seconds: float


def default_environment() -> Path:
    """Where the peers' environment is looked for: the system's folder for what may be deleted."""
    return Path(platformdirs.user_cache_dir(APP, appauthor=False)) / "peers"


def parse_peers(text: str) -> tuple[str, ...]:
    """ "mem0,chroma" as names. Raises InvalidInput."""
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [name for name in names if name not in PEERS]
    if unknown or not names:
        raise InvalidInput(f"--peers {text!r}: there are {', '.join(PEERS)}")
    return names


def measure_peers(
    files: Sequence[Path],
    settings: Settings,
    *,
    peers: Sequence[str] = PEERS,
    environment: Path | None = None,
    ks: Sequence[int] = (5, 10),
    limit: int | None = None,
    histories: int | None = None,
    progress: Progress = lambda what, done, total: None,
) -> PeersReport:
    """At most `histories` of each file, at most `limit` questions of each of them. Raises InvalidInput,
    EmbedderMissing; a peer that fails is told in the report."""
    check_files(files)
    began, load = time.perf_counter(), psutil.getloadavg()[0]
    inner = open_embedder(settings)
    embedder = CachedEmbedder(inner, cache_folder(inner))
    contestants = [Contestant(OURS, settings=ABOUT[OURS])]
    sets: dict[str, dict[str, Lived]] = {}
    with ExitStack() as ended:
        ended.callback(embedder.close)
        root = Path(
            ended.enter_context(tempfile.TemporaryDirectory(prefix="companion-peers-", ignore_cleanup_errors=True))
        )
        folder = find_embedder(settings.embedder.path)
        for name in peers:
            contestants.append(_begin(name, environment or default_environment(), folder, inner.dimension, root, ended))
        for file in files:
            name = stem(file) if stem(file) not in sets else str(file)
            sets[name] = {}
            for history in list(read_histories(file))[:histories]:
                for one in contestants:
                    label = f"{name}: {history.id}, {one.name}"
                    tell: Callable[[int, int], None] = lambda done, total, label=label: progress(label, done, total)  # type: ignore[misc]  # noqa: E731
                    lived = sets[name].setdefault(one.name, Lived())
                    _live(one, lived, history, embedder, settings, limit, root, tell)
        for one in contestants:
            if one.process is not None:
                one.tried = tuple(one.process.end())
    cpus = psutil.cpu_count() or 1
    seconds = time.perf_counter() - began
    return PeersReport(contestants, sets, tuple(ks), inner.name, (load, psutil.getloadavg()[0]), cpus, seconds)


def _begin(name: str, environment: Path, embedder: Path, dimension: int, root: Path, ended: ExitStack) -> Contestant:
    if name == PLAIN:
        return Contestant(name, settings=ABOUT[PLAIN])
    home = root / name
    home.mkdir()
    try:
        process = PeerProcess(find_program(name, environment), embedder, dimension, home)
    except PeerMissing as reason:
        return Contestant(name, missing=str(reason))
    ended.callback(process.kill)
    hello = process.hello
    return Contestant(name, hello.version, hello.settings, hello.sealed, process=process)


def _live(
    one: Contestant,
    lived: Lived,
    history: History,
    embedder: CachedEmbedder,
    settings: Settings,
    limit: int | None,
    root: Path,
    progress: Callable[[int, int], None],
) -> None:
    """One history, by one contestant. Vectors are computed, not remembered: what is measured is what a person has."""
    if one.missing:
        return
    questions = history.questions[:limit]
    with embedder.live():
        if one.process is None:
            sizes: list[int] = []
            plain: Baseline | None = "bm25" if one.name == PLAIN else None
            found = replay(
                history, questions, embedder, settings, baseline=plain, progress=progress,
                at_end=lambda store: sizes.append(_size(store)),
            )  # fmt: skip
            if plain:
                lived.write_ms += found.thought_ms
            else:
                lived.write_ms += [a + b for a, b in zip(found.stored_ms, found.thought_ms, strict=True)]
                lived.waited_ms = [*(lived.waited_ms or ()), *found.stored_ms]
                lived.bytes = (lived.bytes or 0) + sum(sizes)
            lived.replays.append(found)
            return
        try:
            mind = PeerMind(one.process, embedder)
            with tempfile.TemporaryDirectory(dir=root, ignore_cleanup_errors=True) as folder:
                one.process.ask("open", folder=folder)
                found = replay(history, questions, embedder, settings, mind_of=lambda *_: mind, progress=progress)
                one.process.ask("close")
                lived.bytes = (lived.bytes or 0) + sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file())
            lived.write_ms += mind.write_ms
            lived.replays.append(found)
        except PeerMissing as reason:
            one.missing = f"at {history.id}: {reason}"
            one.process.kill()
            one.process = None


def _size(store: Store) -> int:
    """Bytes of the database, without the log beside it."""
    return int(store.db.value("PRAGMA page_count")) * int(store.db.value("PRAGMA page_size"))
