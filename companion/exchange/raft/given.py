"""An export that was given, a folder or an archive of one: its files, checked before anything of it is used."""

from __future__ import annotations

import hashlib
import io
import shutil
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from companion.errors import FileMissing, FileRefused
from companion.exchange.raft import manifest
from companion.exchange.raft.checking import check, refused
from companion.exchange.raft.content import FILES, Content, Line, data_file
from companion.exchange.raft.line_files import heading
from companion.exchange.raft.manifest import Manifest
from companion.exchange.raft.parsing import Parsed, parse
from companion.paths import Paths
from companion.store.files import sha256, told
from companion.strings import text
from companion.text import one_line
from companion.unpacking import listed, unpacked

MOST_FILE = 1 << 30
"""Bytes of one file."""
MOST_PAGE = 64 << 20
_PAGES = ("People", "Topics", "Journal", "Apart", "")
"""Folders in which pages are looked for that were renamed, or written by hand."""


@dataclass(frozen=True)
class Given:
    """`pages`: those that say something else than when they were written, and those that are new, by path; `missing`:
    those that are gone."""

    name: str
    manifest: Manifest
    content: Content
    pages: dict[str, Parsed] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def recognises(path: Path) -> bool:
    """Whether it is an export of Companion's, sound or not: a folder, or an archive with one in it."""
    if path.is_dir():
        begun = (path / manifest.PATH).is_file() and any((path / data_file(name)).is_file() for name, _ in FILES)
        return begun or (path / manifest.TODO).is_file()
    if path.is_file() and path.suffix.lower() in (".zip", ".tar", ".gz", ".tgz", ".xz", ".bz2"):
        return _archive_has_one(path)
    return False


def _archive_has_one(path: Path) -> bool:
    """By its names alone; what is wrong with it is told when it is read."""
    try:
        return any(map(_is_manifest, listed(path)))
    except (OSError, FileRefused):
        return False


def _nfc(name: str) -> str:
    """As names are in the manifest: some systems take them apart."""
    return unicodedata.normalize("NFC", name)


def _is_manifest(name: str) -> bool:
    return f"/{name}".replace("\\", "/").endswith(f"/{manifest.PATH}") and name.count("/") <= 3


@contextmanager
def opened(path: Path, paths: Paths) -> Iterator[Given]:
    """Raises FileMissing, FileRefused naming the file and the line, ProfileError when there is no room to unpack it."""
    if path.is_dir():
        yield read(_Folder(path), path.name)
        return
    if not path.exists():
        raise FileMissing(text("file.missing", path=one_line(str(path))))
    with told(paths.data), _scratch(paths) as scratch, unpacked(path, scratch) as given:
        files = {file.name: file.path for file in given.files}
        found = sorted((name for name in files if _is_manifest(name)), key=len)
        if not found:
            raise FileRefused(text("raft.none"), hint=text("raft.none_hint"))
        begins = found[0].removesuffix(manifest.PATH)
        inside = {_nfc(name.removeprefix(begins)): file for name, file in files.items() if name.startswith(begins)}
        yield read(_Files(inside), path.name)


_UNPACKING = threading.Lock()


@contextmanager
def _scratch(paths: Paths) -> Iterator[Path]:
    """A folder for what is unpacked, gone at the end; what was left when an earlier one was killed is gone before."""
    folder = paths.scratch_raft
    with _UNPACKING:
        shutil.rmtree(folder, ignore_errors=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


class _Files:
    """Files by path, with "/"."""

    def __init__(self, files: dict[str, Path]) -> None:
        self._files = files

    def names(self) -> list[str]:
        return list(self._files)

    def get(self, name: str, most: int = MOST_FILE) -> bytes | None:
        """None when there is none. Raises FileRefused."""
        path = self._path(name)
        if path is None:
            return None
        try:
            if path.stat().st_size > most:
                raise refused(name, text("raft.large", most=most >> 20))
            return path.read_bytes()
        except OSError as error:
            raise refused(name, text("raft.unreadable", why=error.strerror or error)) from error

    def has(self, name: str) -> bool:
        return self._path(name) is not None

    def _path(self, name: str) -> Path | None:
        return self._files.get(name)


class _Folder(_Files):
    def __init__(self, folder: Path) -> None:
        super().__init__({})
        self._folder = folder

    def names(self) -> list[str]:
        found = []
        with told(self._folder):
            for part in _PAGES:
                folder = self._folder / part if part else self._folder
                if folder.is_dir() and not folder.is_symlink():
                    found += [
                        _nfc(f"{part}/{file.name}" if part else file.name) for file in sorted(folder.glob("*.md"))
                    ]
        return found

    def _path(self, name: str) -> Path | None:
        path = self._folder / name
        if path.is_symlink():
            raise refused(name, text("raft.a_link"))
        return path if path.is_file() else None


def read(files: _Files, name: str, *, strict: bool = True) -> Given:
    """`strict`: a page that was made by hand has to be sound as well. Raises FileRefused."""
    if files.get(manifest.TODO) is not None:
        raise FileRefused(text("raft.half"), hint=text("raft.half_hint"))
    found = files.get(manifest.PATH)
    if found is None and files.get(data_file(FILES[0][0])) is None:
        raise FileRefused(text("raft.none"), hint=text("raft.none_hint"))
    head = read_manifest(found)
    content = _content(files, head)
    pages, missing = _pages(files, head, strict=strict)
    return Given(one_line(name, 80), head, content, pages, missing)


def _pages(files: _Files, head: Manifest, *, strict: bool) -> tuple[dict[str, Parsed], tuple[str, ...]]:
    """See `Given`."""
    pages: dict[str, Parsed] = {}
    missing = []
    for path, note in head.pages.items():
        data = files.get(path, MOST_PAGE)
        if data is None:
            missing.append(path)
            continue
        data = _plain(data)
        if hashlib.sha256(data).hexdigest() != note.sha256:
            pages[path] = parse(path, data)
    for path in files.names():
        if path not in head.pages and path.endswith(".md") and path.rpartition("/")[0] in _PAGES:
            data = files.get(path, MOST_PAGE) or b""
            if _plain(data[:4096]).startswith(b"---") and b"\ncompanion:" in data[:4096]:
                with nullcontext() if strict else suppress(FileRefused):
                    pages[path] = parse(path, data)
    return pages, tuple(missing)


def read_folder(folder: Path) -> Given:
    """For writing it anew, where pages made by hand stay as they are. Raises FileRefused."""
    return read(_Folder(folder), folder.name, strict=False)


def pages_in(folder: Path) -> dict[str, Parsed]:
    """As `read_folder` gives them, without reading the records. Raises FileRefused."""
    files = _Folder(folder)
    return _pages(files, read_manifest(files.get(manifest.PATH)), strict=False)[0]


def is_as_written(folder: Path) -> bool:
    """Whether no page and no record says anything else than when it was written. Raises OSError, FileRefused."""
    if pages_in(folder):
        return False
    head = read_manifest(_Folder(folder).get(manifest.PATH))
    paths = [data_file(name) for name, _ in FILES]
    there = all((folder / path).is_file() and not (folder / path).is_symlink() for path in paths)
    return there and all(sha256(folder / path) == head.data.get(path) for path in paths)


def read_manifest(data: bytes | None) -> Manifest:
    """Raises FileRefused."""
    found = manifest.read(data) if data is not None else None
    if isinstance(found, int):
        raise FileRefused(text("raft.other_format", number=found), hint=text("raft.other_format_hint"))
    if found is None:
        raise refused(manifest.PATH, text("raft.no_manifest"))
    return found


def _plain(data: bytes) -> bytes:
    """Without what editors and version control of Windows put into every file."""
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")


def _content(files: _Files, head: Manifest) -> Content:
    """One file after the other: the bytes of an export are never in memory whole."""
    digest = hashlib.sha256()
    values: dict[str, list[Line]] = {}
    for name, _ in FILES:
        if not files.has(data_file(name)):
            raise refused(data_file(name), text("raft.gone"))
    for name, kind in FILES:
        path = data_file(name)
        data = _plain(files.get(path) or b"")
        values[name] = list(_lines(path, data, kind))
        if hashlib.sha256(data).hexdigest() != head.data.get(path):
            raise refused(path, text("raft.changed"))
        digest.update(heading(name, len(data)))
        digest.update(data)
    if digest.hexdigest() != head.sha256:
        raise refused(manifest.PATH, text("raft.changed"))
    content = Content(**values)  # type: ignore[arg-type]
    check(content)
    return content


def _lines(path: str, data: bytes, kind: type[Line]) -> Iterator[Line]:
    for number, line in enumerate(io.BytesIO(data.removesuffix(b"\n")) if data else (), 1):
        try:
            yield kind.model_validate_json(line.removesuffix(b"\n"))
        except ValidationError as error:
            where = ".".join(map(str, error.errors()[0]["loc"]))
            raise refused(path, text("raft.bad_line", where=one_line(where, 40)), number) from None
