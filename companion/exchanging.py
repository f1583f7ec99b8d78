"""Export and import of the open profile. A part of `Companion`."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from companion.clock import Clock
from companion.editing import Editing
from companion.errors import Busy, DiskFull, FileMissing, FileRefused, InvalidInput, ProfileReadOnly
from companion.events import Event, ExchangeProgress, MemoriesChanged
from companion.exchange.foreign import planning, taking_in
from companion.minding import Minding
from companion.model.personas import Personas
from companion.paths import Paths, from_here
from companion.safekeeping import Backup, BackupReason
from companion.store.store import Store
from companion.strings import text
from companion.text import one_line
from companion.transfers import IMPORT_FORMS, Exported, ExportForm, Imported, ImportForm, ImportPlan


class Exchanging:
    """See `companion.api`. Whoever is one gives it the parts below."""

    _paths: Paths
    _clock: Clock
    _editing: Editing
    _personas: Personas
    _minding: Minding
    _emit: Callable[[Event], None]
    _exchange = threading.Lock()
    _exporting = threading.Lock()

    @property
    def _opened(self) -> Store:
        """Raises CompanionError once it is closed."""
        raise NotImplementedError

    def back_up_before(self, reason: BackupReason) -> Backup:
        raise NotImplementedError

    def export_to(self, folder: str, form: ExportForm = "markdown", force: bool = False) -> Exported:
        from companion.exchange import raft  # YAML and pydantic: not before somebody wants it

        if not folder.strip():  # which would be wherever the program was started
            raise InvalidInput(text("importing.no_folder"))
        store, target = self._opened, from_here(Path(folder))
        if not self._exporting.acquire(blocking=False):
            raise Busy(text("importing.another"))
        try:
            store.begun.clear()
            return raft.export(store, self._paths, self._clock, target, form, force=force)
        finally:
            self._exporting.release()

    def plan_import(self, path: str, form: ImportForm | None = None) -> ImportPlan:
        store, given_path = self._opened, _checked(path, form)
        if _is_ours(given_path, form):
            from companion.exchange import raft

            return raft.plan(store, self._paths, given_path)
        with self._scratch() as scratch, planning.opened(given_path, scratch) as given:
            return planning.plan(store, self._personas, given, form)

    def import_from(self, path: str, form: ImportForm | None = None) -> Imported:
        store, given_path = self._opened, _checked(path, form)
        if store.read_only:
            raise ProfileReadOnly(str(store.db.path))
        if _is_ours(given_path, form):
            return self._done_with(self._take_in_ours(given_path))
        with self._scratch() as scratch, planning.opened(given_path, scratch) as given:
            planned = planning.plan(store, self._personas, given, form)
            if planned.empty:
                return Imported(planned)
            self.back_up_before("import")
            taken = taking_in.take_in(
                store,
                self._personas,
                given,
                planned,
                clock=self._clock,
                wanted=lambda: not self._minding.is_closing,
                progress=lambda done, total: self._emit(ExchangeProgress(done, total)),
            )
        return self._done_with(taken)

    def _take_in_ours(self, path: Path) -> Imported:
        """An export of Companion's own."""
        from companion.exchange import raft

        planned = raft.plan(self._opened, self._paths, path)
        if planned.empty:
            return Imported(planned)
        self.back_up_before("import")
        return raft.take_in(self._opened, self._paths, path, self._editing)

    def _done_with(self, taken: Imported) -> Imported:
        self._emit(MemoriesChanged(()))
        self._minding.poke()
        return taken

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        """A folder of the profile for what is unpacked, gone at the end; what an earlier one left, when it was killed,
        is gone before. One at a time. Raises Busy, DiskFull, FileRefused."""
        folder = self._paths.scratch
        if not self._exchange.acquire(blocking=False):
            raise Busy(text("importing.another"))
        try:
            shutil.rmtree(folder, ignore_errors=True)
            yield folder
        except OSError as error:
            if error.errno == 28:  # ENOSPC
                raise DiskFull(str(folder)) from error
            raise FileRefused(text("importing.unreadable", why=error.strerror or error)) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            self._exchange.release()


def _checked(path: str, form: ImportForm | None) -> Path:
    if not path.strip():
        raise InvalidInput(text("importing.no_path"), hint=text("importing.hint"))
    if form is not None and form not in IMPORT_FORMS:
        raise InvalidInput(text("importing.no_form", forms=", ".join(IMPORT_FORMS)))
    given = from_here(Path(path.strip()))
    try:
        given.stat()
    except PermissionError as error:
        raise FileRefused(text("importing.unreadable", why=error.strerror or error)) from error
    except (OSError, ValueError) as error:  # a name that no system has is missing too
        raise FileMissing(text("file.missing", path=one_line(str(given), 200))) from error
    return given


def _is_ours(path: Path, form: ImportForm | None) -> bool:
    from companion.exchange.raft.given import recognises

    return form == "companion" or (form is None and recognises(path))
