"""`companion doctor`: what state everything is in, and what to do about it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from companion import __version__, kernel_seal, network
from companion.addresses import host_of, is_this_computer
from companion.clock import iso, stamp
from companion.errors import CompanionError, ProfileDamaged
from companion.memory.index_note import IndexNote
from companion.mind.measuring import Measuring
from companion.minding import Minding
from companion.model.protocol import Message, Sampling
from companion.model.tiers import figures, means
from companion.paths import Paths
from companion.protection_check import protection_check
from companion.reports import Check
from companion.settings import Settings
from companion.store.backups import Backups
from companion.store.database import sqlite_version
from companion.store.repairing import can_repair, repair
from companion.store.store import Store
from companion.store.verifying import Verified, verify
from companion.strings import text
from companion.talking import Talking

_STALE = 14
"""Days after which the latest copy is old."""
PARTS = ("llama-cpp-python", "sentence-transformers", "torch", "chromadb", "apsw-sqlite3mc", "textual", "fsrs")


def examine(store: Store, paths: Paths, settings: Settings, talking: Talking, minding: Minding) -> tuple[Check, ...]:
    """Look at every part; brings vectors and index in step on the way."""
    minding.settle()
    return (
        _versions(),
        *_profile(store, paths),
        protection_check(store, paths),
        *_kept(store, verify(store.db)),
        _model(talking, settings),
        _speed(minding),
        _thinking(talking, minding.measuring),
        *_meaning(store, minding, settings),
        *_jobs(store),
        _nights(store, settings),
        _backups(store, paths, settings),
        _network(),
    )


def _network() -> Check:
    """What this process reached, what was refused, and what the system says is open."""
    sealed = text("doctor.sealed_kernel") if kernel_seal.is_closed() else text("doctor.sealed")
    state = sealed if network.is_sealed() else text("doctor.not_sealed")
    went = ", ".join(network.reached())
    told = [state, text("doctor.reached", hosts=went) if went else text("doctor.nobody_reached")]
    refused = ", ".join(f"{attempt.host} ({attempt.package})" for attempt in network.refused())
    if refused:
        told.append(text("doctor.refused", attempts=refused))
    open_now = ", ".join(network.connections())
    if open_now and not went:
        return Check("network", "warning", text("doctor.open_to", addresses=open_now), text("doctor.open_to_hint"))
    return Check(
        "network", "warning" if refused else "ok", "; ".join(told), text("doctor.refused_hint") if refused else ""
    )


def _versions() -> Check:
    found = []
    for part in PARTS:
        try:
            found.append(f"{part} {version(part)}")
        except PackageNotFoundError:
            found.append(text("doctor.missing", part=part))
    system = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, SQLite {sqlite_version()}"
    return Check("versions", "ok", text("doctor.versions", version=__version__, system=system, found=", ".join(found)))


def _profile(store: Store, paths: Paths) -> list[Check]:
    counts = text("doctor.counts", count=store.turns.count(), count_2=store.memories.count())
    checks = [Check("profile", "ok", f"{paths.database}: {counts}")]
    if store.read_only:
        checks = [
            Check(
                "profile",
                "warning",
                text("doctor.read_only", database=paths.database, counts=counts),
                text("doctor.make_writable"),
            )
        ]
    return checks


def _kept(store: Store, found: Verified) -> list[Check]:
    """Whether all that is written says what it said then."""
    faults, cure = found.faults, text("doctor.keep_file")
    fixable = text("doctor.can_repair") if can_repair(found) else cure
    file = [*faults.get("file", ()), *faults.get("schema", ())]
    checks = [
        Check("integrity", "error", _some(file), fixable) if file else Check("integrity", "ok", text("doctor.sound"))
    ]
    holds = text("doctor.chained", batches=found.batches, entries=found.entries)
    if found.erased:
        holds += text("doctor.erased", erased=found.erased)
    if "journal" in faults:
        checks.append(Check("journal", "error", text("doctor.journal_changed", where=_some(faults["journal"])), cure))
    elif "memories" in faults:
        where = _some(faults["memories"])
        checks.append(Check("journal", "error", text("doctor.memories_differ", where=where), fixable))
    else:
        checks.append(Check("journal", "ok", holds))
    if "turns" in faults:
        checks.append(Check("said", "error", text("doctor.turns_changed", where=_some(faults["turns"])), cure))
    else:
        checks.append(Check("said", "ok", text("doctor.turns_sealed", count=found.turns)))
    stale = [*faults.get("words", ()), *faults.get("vectors", ())]
    if stale:
        checks.append(Check("search", "warning", text("doctor.search_differs", where=_some(stale)), fixable))
    else:
        checks.append(
            Check("search", "ok", text("doctor.search_agrees") if found.whole else text("doctor.search_large"))
        )
    return checks


def _some(found: list[str]) -> str:
    shown = ", ".join(dict.fromkeys(found[:3]))
    return f"{shown} …" if len(found) > 3 else shown


def repair_profile(store: Store) -> tuple[str, ...]:
    """Make anew what can be; the parts that were. Raises ProfileReadOnly, ProfileDamaged when something else is wrong
    as well."""
    found = verify(store.db)
    if not found.faults:
        return ()
    if not can_repair(found):
        raise ProfileDamaged(text("doctor.cannot_repair", parts=", ".join(sorted(found.faults))))
    repair(store.db, found.faults.keys())
    if left := verify(store.db).faults:
        raise ProfileDamaged(text("doctor.cannot_repair", parts=", ".join(sorted(left))))
    return tuple(sorted(found.faults))


def _model(talking: Talking, settings: Settings) -> Check:
    talking.wait_until_loaded()
    url = settings.model.url
    goes = text("doctor.words_go", url=host_of(url)) if url else ""
    if url and url.startswith("http:") and not is_this_computer(url):
        goes += text("doctor.readable")
    if talking.model is None:
        problem = talking.problem or CompanionError(text("doctor.model_not_loaded"))
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
    detail = text(
        "doctor.model",
        name=info.name,
        size=size,
        context_tokens=info.context_tokens,
        trained_context=info.trained_context,
        tokens_per_second=answer.tokens_per_second,
        goes=goes,
    )
    return Check("model", "ok", detail)


def _speed(minding: Minding) -> Check:
    """How the model is run, and whether that was measured or is what suits most machines."""
    tuner = minding.tuner
    tuning = tuner.tuning if tuner is not None else None
    if tuner is None or tuning is None:
        return Check("speed", "ok", text("doctor.no_model"))
    kept = tuner.kept
    if kept is None:
        why = text("doctor.speed_unknown")
    else:
        found = kept.report.tuning
        speeds = text("doctor.speeds", read_per_second=found.read_per_second, write_per_second=found.write_per_second)
        why = text("doctor.speed_measured", at=kept.at, speeds=speeds)
        why += "" if kept.report.steady else text("doctor.unsteady")
    return Check("speed", "ok", f"{tuning.words}; {why}")


def _thinking(talking: Talking, measuring: Measuring) -> Check:
    """What the model is trusted with when it thinks, why, and how to say otherwise."""
    if talking.model is None:
        return Check("thinking", "ok", text("doctor.tier_zero", tiers=means(0)))
    tier, report = measuring.tier, measuring.report
    measured = text("doctor.not_measured")
    if report is not None:
        shown = ", ".join(f"{figure.name} {figure.value:.2f}" for figure in figures(report))
        measured = text("doctor.measured", tier=report.tier, shown=shown, tokens_per_second=report.tokens_per_second)
    why = text("doctor.by_hand") if measuring.setting is not None else text("doctor.set_another")
    return Check("thinking", "ok", text("doctor.tier", tier=tier, tiers=means(tier), measured=measured, why=why))


def _meaning(store: Store, minding: Minding, settings: Settings) -> list[Check]:
    meaning = minding.recall.meaning
    if meaning is None and store.read_only:
        return [Check("embedder", "ok", text("doctor.embedder_read_only"))]
    if meaning is None:
        problem = minding.problem or CompanionError(text("engine.was_not_loaded"))
        return [Check("embedder", "warning", str(problem), problem.hint)]
    missing = len(store.vectors.missing(meaning.id, 10_000))
    embedder = meaning.embedder
    checks = [
        Check(
            "embedder",
            "ok" if not missing else "warning",
            text(
                "doctor.embedder",
                name=embedder.name,
                dimension=embedder.dimension,
                revision=embedder.revision,
                runtime=embedder.runtime,
                background=meaning.background[0],
                background_2=meaning.background[1],
                missing=missing,
            ),
        )
    ]
    index = minding.index
    if index is None:
        return checks if settings.index.url else [*checks, _closed_index(store, minding)]
    expected, found = store.vectors.count(meaning.id), index.count()
    waiting = len(store.vectors.outbox(10_000))
    note = f"; {index.problem}" if index.problem else ""
    url = settings.index.url if store.db.key is None else ""
    who, cure = "Chroma", text("doctor.made_anew")
    if url:
        who, cure = text("doctor.chroma_at", url=host_of(url)), text("doctor.tried_again")
    if index.ready and expected == found:
        checks.append(
            Check(
                "index", "ok", text("doctor.index", who=who, found=found, expected=expected, waiting=waiting, note=note)
            )
        )
    else:
        detail = text("doctor.index", who=who, found=found, expected=expected, waiting=waiting, note=note)
        if text("index.exact_serves") not in detail:
            detail += text("doctor.exact_serves")
        if index.is_off:
            cure = text("index.is_off_hint")
        checks.append(Check("index", "warning", detail, cure))
    return checks


def _closed_index(store: Store, minding: Minding) -> Check:
    """What can be said of the index's folder without opening it: here Chroma could end this process."""
    meaning = minding.recall.meaning
    note = IndexNote(store, minding.paths.index, meaning.id if meaning is not None else None)
    if note.is_off:
        return Check("index", "warning", text("index.off"), text("index.is_off_hint"))
    if note.is_whole():
        return Check("index", "ok", text("index.closed_well", count=note.vectors, size=note.taken / 1e6))
    return Check("index", "ok", text("index.to_be_made"))


def _jobs(store: Store) -> list[Check]:
    troubled = store.jobs.troubled()
    pending = store.jobs.pending()
    if not troubled:
        detail = text("doctor.waiting", pending=pending)
        done, total = store.jobs.past()
        if total:
            detail = f"{detail}; {text('past.thinking', done=done, total=total)}"
        return [Check("reflection", "ok", detail)]
    return [
        Check(
            "reflection",
            "warning",
            text(
                "doctor.job_failed",
                kind=job.kind,
                name_key=job.key,
                attempts=job.attempts,
                error=job.error,
                state=job.state,
            ),
            text("doctor.turn_is_safe"),
        )
        for job in troubled
    ]


def _nights(store: Store, settings: Settings) -> Check:
    now = store.clock.now()
    last = store.nights.latest(now.date(), now)
    return Check("sleep", "ok", text("doctor.nights", value=last or text("doctor.none_yet"), at=settings.sleep.at))


def _backups(store: Store, paths: Paths, settings: Settings) -> Check:
    """The newest copy that is what was written, and how old it is."""
    problem = store.backup_notes.problem()
    backups = Backups(paths, store.clock, settings.backup.folder)
    found, latest = backups.all(), backups.latest_sound()
    if problem is not None:
        return Check("backups", "warning", text("backup.failed", error=problem[1]), problem[1].hint)
    if not backups.is_there:
        missing = text("backup.no_folder", folder=backups.folder)
        return Check("backups", "warning", missing, text("backup.no_folder_hint"))
    if latest is None:
        if found:
            return Check("backups", "warning", text("backup.none_sound", count=len(found)), text("backup.make_one"))
        return Check("backups", "ok", text("backup.none_yet"))
    if store.db.key is not None and not all(backup.encrypted for backup in found):
        return Check("backups", "warning", text("backup.readable"), text("backup.readable_hint"))
    age = max(0.0, stamp(store.clock.now())[0] - latest.at) / 86_400
    detail = text("backup.latest", name=latest.name, at=iso(latest.at, latest.utc_offset), days=age, count=len(found))
    if latest.name != found[0].name:
        return Check(
            "backups",
            "warning",
            text("backup.newest_damaged", name=found[0].name, detail=detail),
            text("backup.make_one"),
        )
    if settings.backup.nightly and age > _STALE:
        return Check("backups", "warning", detail, text("backup.make_one"))
    return Check("backups", "ok", detail)
