"""Writes an export: all of it, or nothing.

A new one is got ready in a folder beside its place and renamed into it. In a folder that is there, files are put one by
one: what is to change is got ready inside of it, and a list of what goes where is put down last; whoever finds such a
list goes on where it was left. Files that are not the export's are never touched.
"""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from companion.clock import Clock
from companion.disk import rename, sync_folder
from companion.errors import DiskFull, FileRefused, InvalidInput
from companion.exchange.raft import manifest
from companion.exchange.raft.collecting import number_of
from companion.exchange.raft.file_names import folded
from companion.exchange.raft.given import is_as_written, pages_in, read_folder, read_manifest
from companion.exchange.raft.line_files import parts
from companion.exchange.raft.manifest import Manifest, is_inside
from companion.exchange.raft.merging import merge, outstanding
from companion.exchange.raft.parsing import RECORDS
from companion.exchange.raft.staging import Staging
from companion.exchange.raft.taking import look_here, standing
from companion.paths import Paths
from companion.store.begun import beside
from companion.store.files import write as write_file
from companion.store.store import Store
from companion.strings import text
from companion.text import one_line
from companion.transfers import Exported, ExportForm

_FOLDERS = ("People", "Topics", "Journal", "Apart", "Conversations")


def export(
    store: Store, paths: Paths, clock: Clock, folder: Path, form: ExportForm = "markdown", *, force: bool = False
) -> Exported:
    """Into a folder that is new, empty, or an earlier export of this profile. `force`: also where that was changed by
    hand and the changes were not imported. Raises InvalidInput, DiskFull, ProfileError."""
    with _told(folder):
        _check_place(paths, folder)
        before = _before(store, folder, force=force)
        own = _own_front_matter(folder, before)
        taken = _taken(folder, before)

        staging = Staging(store, paths, clock, form, own, taken)
        if folder.exists():
            made = _renew(folder, staging, (*before.pages, *before.data) if before is not None else ())
        else:
            made = _write_new(store, folder, staging)
    counts = made.counts
    return Exported(
        str(folder),
        form,
        counts["conversations"],
        counts["turns"],
        counts["memories"],
        len(made.data) + len(made.pages) + 1,
        made.sha256,
    )


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Raises InvalidInput, or DiskFull, for an OSError."""
    try:
        yield
    except OSError as error:
        where = str(error.filename or folder)
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            raise DiskFull(where) from error
        why = text("export.cannot_write", path=one_line(where, 200), why=error.strerror or error)
        raise InvalidInput(why, hint=text("export.cannot_write_hint")) from error


def _check_place(paths: Paths, folder: Path) -> None:
    """What lies between the program's own files is its own to change and to remove. Raises InvalidInput."""
    place = folder.resolve()
    if any(place.is_relative_to(own.resolve()) for own in (paths.data, paths.config)):
        raise InvalidInput(text("export.own_folder", path=_shown(folder)), hint=text("export.own_folder_hint"))


def _before(store: Store, folder: Path, *, force: bool) -> Manifest | None:
    """What the export there says of itself; None where there is none."""
    if not folder.exists() and not folder.is_symlink():
        return None
    if not folder.is_dir():
        raise InvalidInput(text("export.no_folder", path=_shown(folder)), hint=text("export.another_folder"))
    if (folder / manifest.TODO).is_file():
        _put_in_place(folder)
    if not (folder / manifest.PATH).is_file():
        if any(each.name != manifest.RENEWING for each in folder.iterdir()):
            raise InvalidInput(text("export.not_ours", path=_shown(folder)), hint=text("export.another_folder"))
        return None
    before = read_manifest((folder / manifest.PATH).read_bytes())
    if before.profile != number_of(store):
        raise InvalidInput(text("export.other_profile", path=_shown(folder)), hint=text("export.another_folder"))
    for part in (*_FOLDERS, "data"):
        if (folder / part).is_symlink():
            raise InvalidInput(text("export.a_link", path=_shown(folder / part)), hint=text("export.another_folder"))
    if not force:
        _refuse_changed(store, folder)
    return before


def _refuse_changed(store: Store, folder: Path) -> None:
    """Where writing it anew would throw away what somebody wrote into it. Raises InvalidInput."""
    try:
        if is_as_written(folder):
            return
        given = read_folder(folder)
        found = outstanding(given, merge(given, look_here(store), standing(store, given.content)))
    except FileRefused as error:
        raise InvalidInput(str(error), hint=text("export.changed_hint")) from error
    if found is not None:
        raise InvalidInput(text("export.changed", path=one_line(found, 120)), hint=text("export.changed_hint"))


def _own_front_matter(folder: Path, before: Manifest | None) -> dict[str, str]:
    """By path, what the person added to the front matter of pages: tags, say. It is written again with them."""
    if before is None:
        return {}
    found = {path: note.own for path, note in before.pages.items() if note.kind not in RECORDS}
    with suppress(FileRefused):  # broken, and written over with `force`
        found |= {path: page.own for path, page in pages_in(folder).items() if path in found}
    return {path: own for path, own in found.items() if own}


def _taken(folder: Path, before: Manifest | None) -> list[str]:
    """Pages that are the person's own."""
    if before is None:
        return []
    ours = {folded(path) for path in before.pages}
    found = []
    for part in ("", *_FOLDERS):
        if (folder / part).is_dir():
            names = (f"{part}/{each.name}" if part else each.name for each in (folder / part).iterdir())
            found += [name for name in names if folded(name) not in ours]
    return found


def _write_new(store: Store, folder: Path, staging: Staging) -> Manifest:
    parent = folder.parent
    parent.mkdir(parents=True, exist_ok=True)
    part = beside(folder)
    shutil.rmtree(part, ignore_errors=True)
    with store.begun.noted(part):
        try:
            made = staging.write(part)
            rename(part, folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    return made


def _renew(folder: Path, ready: Staging, before: Iterable[str]) -> Manifest:
    """`before`: what was written there the last time."""
    staging = folder / manifest.RENEWING
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir(mode=0o700)
        made = ready.write(staging / "new", there=folder)
        files = (*made.data, *made.pages, manifest.PATH)
        known = {folded(name): name for name in files}
        old = [name for name in before if name not in known.values()]
        old = [name for name in old if not _is_one(folder / name, folder / known.get(folded(name), manifest.RENEWING))]
        changed = [name for name in files if not _is_same(folder / name, staging / "new" / name)]
        todo = {"put": changed, "remove": [name for name in old if (folder / name).is_file()]}
        write_file(folder / manifest.TODO, json.dumps(todo).encode())
    except BaseException:
        if not (folder / manifest.TODO).is_file():
            shutil.rmtree(staging, ignore_errors=True)
        raise
    _put_in_place(folder)
    return made


def _put_in_place(folder: Path) -> None:
    """End a renewal that was decided on; whatever of it was done already."""
    staging = folder / manifest.RENEWING
    todo = _todo(folder / manifest.TODO)
    touched = {folder}
    for name in todo["put"]:
        source, target = staging / "new" / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
            source.replace(target)
            touched.add(target.parent)
    for name in todo["remove"]:
        (folder / name).unlink(missing_ok=True)
        touched.add((folder / name).parent)
    for each in touched:
        sync_folder(each)
    (folder / manifest.TODO).unlink()
    shutil.rmtree(staging, ignore_errors=True)
    for each in sorted({(folder / name).parent for name in todo["remove"]} - {folder}):
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()


def _is_one(old: Path, new: Path) -> bool:
    """Whether, for this system, both names are one file's."""
    return old.exists() and new.exists() and new.samefile(old)


def _todo(file: Path) -> dict[str, list[str]]:
    """Raises FileRefused for a list that is not ours."""
    try:
        found = json.loads(file.read_bytes())
        if all(is_inside(name) for part in ("put", "remove") for name in found[part]):
            return {"put": found["put"], "remove": found["remove"]}
    except (ValueError, KeyError, TypeError):
        pass
    raise FileRefused(text("export.bad_list", path=_shown(file)), hint=text("export.another_folder"))


def _is_same(path: Path, new: Path) -> bool:
    """Whether `new`, which is only there where it may differ, is what is in place already."""
    if not new.is_file():
        return True
    if not path.is_file() or path.is_symlink() or path.stat().st_size != new.stat().st_size:
        return False
    return all(one == other for one, other in zip(parts(path), parts(new), strict=True))


def _shown(path: Path) -> str:
    return one_line(str(path), 200)
