"""A Companion in this process, for as long as one command takes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from companion.cli.unlocking import key_wanted
from companion.logs import start_logging
from companion.paths import Paths, default_paths, keep_private
from companion.strings import use_language
from companion.ui.signals import on_termination

if TYPE_CHECKING:
    from companion.companion import Companion
    from companion.settings import Settings


def prepare() -> tuple[Paths, Settings]:
    """What every command begins with: private files, the log, the settings, the language. Raises InvalidInput."""
    from companion.settings import load_settings  # pydantic: not needed to show the help

    keep_private()
    paths = default_paths()
    start_logging(paths)
    settings = load_settings(paths.settings)
    use_language(settings.ui.language)  # before a screen is imported: the names of keys are looked up then
    return paths, settings


def check_free(paths: Paths) -> None:
    """Say within a second that the profile is in use, before anything that takes time is imported; whoever opens it
    takes the lock for good. Raises ProfileLocked."""
    from companion.store.lock import ProfileLock

    if paths.lock.exists() and os.access(paths.lock, os.W_OK):
        lock = ProfileLock(paths.lock)
        lock.acquire()
        lock.release()


def build(
    paths: Paths,
    settings: Settings,
    *,
    index: bool,
    load_model: bool,
    load_embedder: bool,
    nights: bool,
    chat: bool = False,
) -> Companion:
    """The real parts. A function of its own so that tests can put other parts in."""
    from companion.companion import Companion

    return Companion(
        paths,
        settings,
        index=index,
        load_model=load_model,
        load_embedder=load_embedder,
        nights=nights,
        chat=chat,
    )


@contextmanager
def opened(
    *,
    load_model: bool = False,
    index: bool = False,
    load_embedder: bool = False,
    nights: bool = False,
    chat: bool = False,
    key: bytes | None = None,
) -> Iterator[Companion]:
    """A started Companion, closed at the end whatever happens; a profile with a passphrase is opened with `key`, or
    with what the person gives. Raises ProfileError.

    Without the index memories are searched exactly, over the stored vectors: for one command that is far less work
    than importing chromadb. `index` means the one on a server: that in a folder is opened by the engine process only,
    since Chroma can end the process it is in.
    """
    paths, settings = prepare()
    check_free(paths)
    if key is None:
        key = key_wanted(paths, settings)
    companion = build(
        paths,
        settings,
        index=index and bool(settings.index.url),
        load_model=load_model,
        load_embedder=load_embedder,
        nights=nights,
        chat=chat,
    )
    with on_termination(_end, to_the_end=True):
        try:
            companion.start(key)
            yield companion
        finally:
            companion.close()


def _end(code: int) -> None:
    """Asked to end by the system: what is written of a reply is kept, and the profile is closed on the way out."""
    raise SystemExit(code)
