"""Stages what is hard to come by, in every process that finds this on its path.

COMPANION_TEST_STAGE names, with commas between: `fake` (the tests' model and embedder in the real engine),
`slow` (its reply takes a while; with `wide` more than a terminal buffers), `crash-start`,
`crash-upsert`, `crash-query` (Chroma ends the process natively there), `ask-index` (recall asks the index from the
first memory on), and what fails with an error that quotes what it was given: `model`, `embedder`, `chroma`, `sqlite`,
`loading`, `noise` (libraries that warn, print and raise where nobody listens). With `readable` the engine's descriptors
can be counted by whoever is not root.
"""

import importlib.abc
import importlib.util
import os
import signal
import sys
import threading
import time
from typing import Any

_STAGE = set(filter(None, os.environ.get("COMPANION_TEST_STAGE", "").split(",")))
_METHODS = {"crash-start": "start", "crash-upsert": "_upsert", "crash-query": "_query"}
CANARY = "kanarienvogel-7391"


def _crash(*_: object, **__: object) -> None:
    signal.raise_signal(signal.SIGSEGV)  # in this thread, as a fault would be


def _fail(*given: object, **more: object) -> Any:
    secret = f"{given} {more} {CANARY}"
    raise RuntimeError(f"it failed with {secret}")


def _talk_slowly(model: Any) -> None:
    """A long reply, a word at a time, for minutes."""
    model.default = (" " * (3000 if "wide" in _STAGE else 1)).join(f"word{number}" for number in range(6000))
    generate = model.generate

    def slowly(*given: Any, on_text: Any, **more: Any) -> Any:
        def told(piece: str) -> None:
            on_text(piece)
            time.sleep(0.05)

        return generate(*given, on_text=told, **more)

    model.generate = slowly


def _chroma(module: Any) -> None:
    for name in _STAGE & set(_METHODS):
        setattr(module.RustBindingsAPI, _METHODS[name], _crash)
    if "chroma" in _STAGE:
        module.RustBindingsAPI._upsert = _fail


def _closest(module: Any) -> None:
    if {"ask-index", "crash-query"} & _STAGE:
        module.WHOLE = module.EXACT = 0


def _whole(module: Any) -> None:
    if _STAGE & {"fake", "model", "embedder", "loading"}:
        from tests.fakes import FakeModel
        from tests.support import FakeEmbedder

        model, embedder = FakeModel(), FakeEmbedder()
        model.keeps_calls = embedder.keeps_calls = False
        if "slow" in _STAGE:
            _talk_slowly(model)
        if "model" in _STAGE:
            model.generate = _fail
        if "embedder" in _STAGE:
            embedder.encode = _fail
        module.Companion._open_model = _fail if "loading" in _STAGE else lambda self: model
        module.Companion._open_embedder = lambda self: embedder
    if "tight" in _STAGE:
        import resource

        with open("/proc/self/statm") as file:  # noqa: PTH123
            taken = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + 450_000_000, resource.RLIM_INFINITY))
    if "noise" in _STAGE:
        _start = module.Companion.start

        def start(self: Any, *given: Any) -> None:
            _start(self, *given)
            _make_noise()

        module.Companion.start = start


def _database(module: Any) -> None:
    if "sqlite" not in _STAGE:
        return
    run = module.Database.run

    def failing(self: Any, sql: str, values: Any = ()) -> Any:
        if sql.startswith(("INSERT INTO recalls", "INSERT INTO jobs", "UPDATE jobs")):
            import apsw

            raise apsw.SQLError(f"near {values}: {CANARY}")
        return run(self, sql, values)

    module.Database.run = failing


class _Unraisable:
    def __del__(self) -> None:
        _fail()


def _make_noise() -> None:
    import asyncio
    import logging
    import warnings

    threading.Thread(target=_fail).start()
    for name in ("httpx", "chromadb.telemetry", "root"):
        logging.getLogger(name).error("%s was sent %s", name, CANARY)
        logging.getLogger(name).error(f"sent {CANARY}")
        try:
            _fail()
        except RuntimeError:
            logging.getLogger(name).exception("failed")
    logging.getLogger("httpx").error("%d", CANARY)  # cannot be formatted
    warnings.warn(CANARY, stacklevel=1)
    _Unraisable()

    async def never_awaited() -> None:
        _fail()

    async def main() -> None:
        asyncio.get_running_loop().create_task(never_awaited())
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(main())


def _traceless(module: Any) -> None:
    if "readable" in _STAGE:
        module.leave_no_dump = lambda: None


_STAGED = {
    "companion.traceless": _traceless,
    "chromadb.api.rust": _chroma,
    "companion.memory.closest": _closest,
    "companion.companion": _whole,
    "companion.store.database": _database,
}


class _Hook(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        stage = _STAGED.pop(name, None)
        if stage is None:
            return None
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        run = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            run(module)
            stage(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


if _STAGE:
    sys.meta_path.insert(0, _Hook())
