"""Somebody who does something to a profile and is killed in the middle of it: a real process, a real SIGKILL."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# Everything is imported once; each deed is done by a fork, so that hundreds of deaths cost seconds.
_PARENT = """
import os, sys
from datetime import timedelta
from pathlib import Path
from companion.clock import SystemClock
from companion.paths import Paths
from companion.store import encrypting, restoring
from companion.store.backups import Backups
from companion.store.keys import Kdf, new_keys, read_keys
from companion.store.lock import ProfileLock
from companion.store.store import Store

def migrate(paths, backups):
    Store.open(paths).close()

def backup(paths, backups):
    store = Store.open(paths)
    backups.make(store.db, "hand")
    store.close()

def restore(paths, backups):
    lock = ProfileLock(paths.lock)
    lock.acquire()
    oldest = backups.all()[-1]
    restoring.restore(paths, backups, oldest, SystemClock())
    lock.release()

def key_of(paths):
    file = read_keys(paths.keys)
    return file.unlock("correct horse battery").database_key if file else None

def encrypt(paths, backups):
    store = Store.open(paths, None, key_of(paths))
    keys = new_keys().with_passphrase("correct horse battery", Kdf(8 * 1024, 1, 1), 0.0)
    encrypting.encrypt(store.db, paths, keys)
    store.close()

def decrypt(paths, backups):
    store = Store.open(paths, None, key_of(paths))
    encrypting.decrypt(store.db, paths)
    store.close()

deeds = {
    "migrate": migrate, "backup": backup, "restore": restore, "encrypt": encrypt, "decrypt": decrypt, "rekey": encrypt,
}
for line in sys.stdin:
    deed, home = line.rstrip("\\n").split(" ", 1)
    paths = Paths(Path(home), Path(home))
    child = os.fork()
    if child == 0:
        try:
            deeds[deed](paths, Backups(paths, SystemClock()))
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Mortal:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def do(self, deed: str, home: Path, seconds: float | None = None) -> bool:
        """Do it (one of the deeds above); killed after `seconds` unless it is done by then. Whether it was done."""
        told, answers = self._process.stdin, self._process.stdout
        assert told is not None
        assert answers is not None
        told.write(f"{deed} {home}\n")
        told.flush()
        child = int(answers.readline())
        if seconds is not None and not select.select([answers], [], [], seconds)[0]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        code = int(answers.readline())
        assert code in (0, -signal.SIGKILL), "it failed by itself"
        return code == 0


@contextlib.contextmanager
def mortal() -> Iterator[Mortal]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", _PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        yield Mortal(process)
    finally:
        process.communicate()
