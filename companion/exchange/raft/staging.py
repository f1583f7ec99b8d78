"""Gets the files of an export ready in a folder of their own: the exact part line by line, then page after page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from companion.clock import Clock, iso, stamp
from companion.disk import sync, sync_folder
from companion.errors import ProfileDamaged
from companion.exchange.raft import manifest
from companion.exchange.raft.collecting import Collecting, number_of
from companion.exchange.raft.content import FILES, data_file
from companion.exchange.raft.line_files import LineFile, sha256_of_files
from companion.exchange.raft.manifest import Manifest, PageNote
from companion.exchange.raft.pages import Page, Pages
from companion.exchange.raft.parsing import RECORDS, parse
from companion.paths import Paths
from companion.store.store import Store
from companion.transfers import ExportForm


@dataclass(frozen=True)
class Staging:
    """`own`: front matter of the person's own, by page; `taken`: pages that are the person's own."""

    store: Store
    paths: Paths
    clock: Clock
    form: ExportForm
    own: dict[str, str]
    taken: Sequence[str]

    def write(self, folder: Path, there: Path | None = None) -> Manifest:
        """All files, on the disk at the end, into a folder that is new; but no page that is in `there` as it is to be.
        Raises OSError, ProfileDamaged."""
        folder.mkdir(mode=0o700)
        (folder / "data").mkdir(mode=0o700)
        made = {folder, folder / "data"}
        pages = Pages() if self.form == "markdown" else None
        files = self._write_data(folder, pages)
        notes: dict[str, PageNote] = {}
        for page in pages.pages(files["turns"], files["memories"], self.taken) if pages is not None else ():
            own = self.own.get(page.path, "")
            data = _with(page, own).text.encode()
            notes[page.path] = _note_of(page, data, own)
            if there is not None and _says(there / page.path, data):
                continue
            path = folder / page.path
            if path.parent not in made:
                path.parent.mkdir(mode=0o700)
                made.add(path.parent)
            path.write_bytes(data)
            sync(path)
        head = Manifest(
            form=self.form,
            profile=number_of(self.store),
            exported_at=iso(*stamp(self.clock.now())),
            sha256=sha256_of_files(folder),
            counts={name: files[name].count for name in ("conversations", "turns", "memories")},
            data={data_file(name): file.sha256 for name, file in files.items()},
            pages=notes,
        )
        (folder / manifest.PATH).write_bytes(manifest.written(head))
        sync(folder / manifest.PATH)
        for each in made:
            sync_folder(each)
        return head

    def _write_data(self, folder: Path, pages: Pages | None) -> dict[str, LineFile[Any]]:
        """By name. Raises ProfileDamaged when a row of the profile is not what it can be."""
        found: dict[str, LineFile[Any]] = {name: LineFile(folder / data_file(name), kind) for name, kind in FILES}
        with self.store.db.snapshot():
            try:
                for name, lines in Collecting(self.store.db, self.paths).lines():
                    with closing(lines), closing(found[name].write(lines)) as written:
                        for line in written:
                            if pages is not None:
                                pages.hear(line)
            except ValueError as error:  # pydantic's, with the words of the row in it: they go nowhere
                raise ProfileDamaged(f"{self.store.db.path} ({type(error).__name__})") from None
        return found


def _with(page: Page, own: str) -> Page:
    return replace(page, text=page.text.replace("\n---\n", f"\n{own}---\n", 1)) if own else page


def _note_of(page: Page, data: bytes, own: str) -> PageNote:
    digest = hashlib.sha256(data).hexdigest()
    return PageNote(
        kind=page.kind,
        name=page.name,
        sha256=digest,
        rest=digest if page.kind in RECORDS else parse(page.path, data).rest,
        own=own,
        memories=list(page.memories),
    )


def _says(path: Path, data: bytes) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size == len(data) and path.read_bytes() == data
