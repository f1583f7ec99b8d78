"""Makes Chroma end the process natively, in every process that finds this on its path: COMPANION_TEST_CRASH says where
(start, upsert or query)."""

import importlib.abc
import importlib.util
import os
import signal
import sys

_WHERE = os.environ.get("COMPANION_TEST_CRASH", "")
_METHODS = {"start": "start", "upsert": "_upsert", "query": "_query"}


_WANTED = {"chromadb.api.rust", "companion.memory.closest"}


class _Hook(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def]
        if name not in _WANTED:
            return None
        _WANTED.discard(name)
        spec = importlib.util.find_spec(name)
        assert spec is not None and spec.loader is not None
        run = spec.loader.exec_module

        def exec_module(module):  # type: ignore[no-untyped-def]
            run(module)
            if name == "chromadb.api.rust":
                setattr(module.RustBindingsAPI, _METHODS[_WHERE], _crash)
            else:
                module.WHOLE = module.EXACT = 0  # recall asks the index from the first memory on

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _crash(*_: object, **__: object) -> None:
    signal.raise_signal(signal.SIGSEGV)  # in this thread, as a fault would be


if _WHERE:
    sys.meta_path.insert(0, _Hook())
