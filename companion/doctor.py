"""`companion doctor`: what state everything is in, and what to do about it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from companion import __version__
from companion.addresses import host_of, is_this_computer
from companion.errors import CompanionError
from companion.mind.measuring import Measuring
from companion.minding import Minding
from companion.model.protocol import Message, Sampling
from companion.model.tiers import TIERS, figures
from companion.paths import Paths
from companion.reports import Check
from companion.settings import Settings
from companion.store.database import sqlite_version
from companion.store.store import Store
from companion.talking import Talking

PARTS = ("llama-cpp-python", "sentence-transformers", "torch", "chromadb", "apsw-sqlite3mc", "textual", "fsrs")


def examine(store: Store, paths: Paths, settings: Settings, talking: Talking, minding: Minding) -> tuple[Check, ...]:
    """Look at every part; brings vectors and index in step on the way."""
    minding.settle()
    return (
        _versions(),
        *_profile(store, paths),
        _model(talking, settings),
        _speed(minding),
        _thinking(talking, minding.measuring),
        *_meaning(store, minding, settings),
        *_jobs(store),
        _nights(store, settings),
    )


def _versions() -> Check:
    found = []
    for part in PARTS:
        try:
            found.append(f"{part} {version(part)}")
        except PackageNotFoundError:
            found.append(f"{part} missing")
    system = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, SQLite {sqlite_version()}"
    return Check("versions", "ok", f"Companion {__version__}, {system}, {', '.join(found)}")


def _profile(store: Store, paths: Paths) -> list[Check]:
    damage = store.db.check()
    counts = f"{store.turns.count():,} turns, {store.memories.count():,} memories"
    checks = [Check("profile", "ok", f"{paths.database}: {counts}")]
    if store.read_only:
        checks = [Check("profile", "warning", f"{paths.database} is read-only: {counts}", "Make the folder writable.")]
    if damage:
        checks.append(Check("integrity", "error", damage[0], "Keep the file, and put a backup in its place."))
    else:
        checks.append(Check("integrity", "ok", "the database is sound"))
    return checks


def _model(talking: Talking, settings: Settings) -> Check:
    talking.wait_until_loaded()
    url = settings.model.url
    goes = f"; what you say, and what is remembered for the reply, goes to {host_of(url)}" if url else ""
    if url and url.startswith("http:") and not is_this_computer(url):
        goes += ", and can be read on the way there (http)"
    if talking.model is None:
        problem = talking.problem or CompanionError("the model was not loaded")
        return Check("model", "error", f"{problem}{goes}", problem.hint)
    info = talking.model.info
    hello = [Message("user", "Say hello.")]
    try:
        answer = talking.model.generate(
            hello, Sampling(temperature=0.0, max_tokens=8), on_text=lambda _: None, lane="think"
        )
    except CompanionError as error:
        return Check("model", "error", f"{info.name}: {error}{goes}", error.hint)
    size = f"{info.size_bytes / 1e6:.0f} MB, " if info.size_bytes else ""
    detail = (
        f"{info.name} ({size}context {info.context_tokens} of {info.trained_context} tokens)"
        f" answers, {answer.tokens_per_second:.0f} tokens/s{goes}"
    )
    return Check("model", "ok", detail)


def _speed(minding: Minding) -> Check:
    """How the model is run, and whether that was measured or is what suits most machines."""
    tuner = minding.tuner
    tuning = tuner.tuning if tuner is not None else None
    if tuner is None or tuning is None:
        return Check("speed", "ok", "no model runs here")
    kept = tuner.kept
    if kept is None:
        why = "not measured here yet (companion models tune)"
    else:
        found = kept.report.tuning
        speeds = f"{found.read_per_second:.0f} tokens/s read, {found.write_per_second:.0f} written"
        why = f"measured on {kept.at:%Y-%m-%d}: {speeds}"
        why += "" if kept.report.steady else ", while something else kept the machine busy"
    return Check("speed", "ok", f"{tuning.words}; {why}")


def _thinking(talking: Talking, measuring: Measuring) -> Check:
    """What the model is trusted with when it thinks, why, and how to say otherwise."""
    if talking.model is None:
        return Check("thinking", "ok", f"tier 0: {TIERS[0]}")
    tier, report = measuring.tier, measuring.report
    measured = "not measured yet (companion models probe)"
    if report is not None:
        shown = ", ".join(f"{figure.name} {figure.value:.2f}" for figure in figures(report))
        measured = f"measured: tier {report.tier} ({shown}; {report.tokens_per_second:.0f} tokens/s)"
    why = "set by hand" if measuring.setting is not None else "set another with COMPANION_MEMORY__TIER=0…3"
    return Check("thinking", "ok", f"tier {tier}: {TIERS[tier]}; {measured}; {why}")


def _meaning(store: Store, minding: Minding, settings: Settings) -> list[Check]:
    meaning = minding.recall.meaning
    if meaning is None:
        problem = minding.problem or CompanionError("it was not loaded")
        return [Check("embedder", "warning", str(problem), problem.hint)]
    missing = len(store.vectors.missing(meaning.id, 10_000))
    embedder = meaning.embedder
    checks = [
        Check(
            "embedder",
            "ok" if not missing else "warning",
            f"{embedder.name} ({embedder.dimension} dimensions, revision {embedder.revision}, {embedder.runtime}),"
            f" unrelated texts at {meaning.background[0]:.2f} ± {meaning.background[1]:.2f},"
            f" {missing} texts without a vector",
        )
    ]
    index = minding.index
    if index is None:
        return checks
    expected, found = store.vectors.count(meaning.id), index.count()
    waiting = len(store.vectors.outbox(10_000))
    note = f"; {index.problem}" if index.problem else ""
    url = settings.index.url
    who, cure = "Chroma", "It is made anew at the next start."
    if url:
        who, cure = f"Chroma at {host_of(url)}", "It is tried again by itself; see that the server runs, or index.url."
    if index.ready and expected == found:
        checks.append(Check("index", "ok", f"{who} holds {found} of {expected} vectors, {waiting} waiting{note}"))
    else:
        detail = f"{who} holds {found} of {expected} vectors, {waiting} waiting{note}"
        if "exact search serves" not in detail:
            detail += "; exact search serves"
        checks.append(Check("index", "warning", detail, cure))
    return checks


def _jobs(store: Store) -> list[Check]:
    troubled = store.jobs.troubled()
    pending = store.jobs.pending()
    if not troubled:
        return [Check("reflection", "ok", f"{pending} waiting")]
    return [
        Check(
            "reflection",
            "warning",
            f"{job.kind} of turn {job.key} failed {job.attempts} times ({job.error}); {job.state}",
            "The turn itself is safe.",
        )
        for job in troubled
    ]


def _nights(store: Store, settings: Settings) -> Check:
    now = store.clock.now()
    last = store.nights.latest(now.date(), now)
    return Check("sleep", "ok", f"last night slept: {last or 'none yet'}; nightly at {settings.sleep.at:%H:%M}")
