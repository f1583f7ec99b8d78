"""Opens what a person was given (an export of another program, a persona, an archive of either) without trusting it.

    with unpacked(path, scratch) as given:          a folder below `scratch`, gone at the end
        for file in given.files:                    file.name as it was called, file.path where it lies now
            ...
        given.card                                  the JSON of a character card (PNG)

Nothing is written but below `scratch`, under numbers and not under the names that the archive gives. An archive inside
of it is a file like any other: none is opened, so that none can hold itself. Every refusal is a `FileRefused` that says
what was found and what to do.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import errno
import gzip
import json
import lzma
import re
import shutil
import stat
import struct
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal, cast

from companion.errors import FileMissing, FileRefused
from companion.strings import text
from companion.text import one_line, sanitise

MOST_GIVEN = 4 << 30
"""Bytes of the file itself."""
MOST_BYTES = 4 << 30
"""Bytes of all that is in an archive."""
MOST_FILES = 50_000
MOST_RATIO = 400
"""How many times as large as the archive its contents may be, from FREE on. JSON may pack to a fortieth."""
FREE = 32 << 20
"""Bytes for which no ratio is asked."""
MOST_LISTING = 32 << 20
"""Bytes of a zip's list of what is in it, which is read into memory."""
MOST_HEAD = 1 << 20
"""Bytes that a tar may say of one file ahead of it (long names and the like)."""
DEEPEST = 32
"""Folders in folders."""
LONGEST_NAME = 1_000
MOST_JSON = 512 << 20
"""Bytes of a JSON text, which takes several times as much memory."""
MOST_CARD = 32 << 20
"""Bytes of a character card, and of what is packed in it."""
_PART = 1 << 20
_PNG = b"\x89PNG\r\n\x1a\n"
_CARDS = ("ccv3", "chara")
"""Keywords under which cards keep their JSON (base64), the newer first."""

Kind = Literal["archive", "card", "file"]


@dataclass(frozen=True, slots=True)
class UnpackedFile:
    """`name`: as the archive calls it, with "/", harmless to show; `path`: where it is."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Unpacked:
    kind: Kind
    files: tuple[UnpackedFile, ...]
    card: dict[str, Any] | None = None


@contextmanager
def unpacked(path: Path, scratch: Path) -> Iterator[Unpacked]:
    """What is in the file at `path`; whatever was written for it is gone afterwards. Raises FileRefused, FileMissing,
    OSError when `scratch` cannot be written."""
    head = _head(path)
    if head.startswith(_PNG):
        yield Unpacked("card", (UnpackedFile(_shown(path.name), path),), read_card(path))
        return
    opened = _archive(path, head)
    if opened is None:
        yield Unpacked("file", (UnpackedFile(_shown(path.name), path),))
        return
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix="opened-", dir=scratch))
    try:
        unpacking = _Unpacking(folder, path.stat().st_size)
        opened(path, unpacking)
        yield Unpacked("archive", tuple(unpacking.files))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def listed(path: Path) -> tuple[str, ...]:
    """The names of what is in an archive, harmless to show; none where it is no archive. Nothing is written, and it is
    as bounded as unpacking. Raises as `unpacked`."""
    opened = _archive(path, _head(path))
    if opened is None:
        return ()
    listing = _Listing(path.parent, path.stat().st_size)
    opened(path, listing)
    return tuple(file.name for file in listing.files)


def read_json(path: Path) -> Any:
    """The value of a JSON text in UTF-8. Raises FileRefused."""
    if path.stat().st_size > MOST_JSON:
        raise _refused(text("unpacking.json_large", most=MOST_JSON >> 20))
    return _parsed(path.read_bytes())


def read_card(path: Path) -> dict[str, Any]:
    """The JSON that a character card in a PNG holds. Raises FileRefused."""
    if path.stat().st_size > MOST_CARD:
        raise _refused(text("unpacking.card_large", most=MOST_CARD >> 20))
    found = _card_texts(path.read_bytes())
    packed = next((found[name] for name in _CARDS if name in found), None)
    if packed is None:
        raise _refused(text("unpacking.no_card"), text("unpacking.no_card_hint"))
    try:
        value = _parsed(base64.b64decode(packed, validate=True))
    except binascii.Error as error:
        raise _refused(text("unpacking.damaged")) from error
    if not isinstance(value, dict):
        raise _refused(text("unpacking.damaged"))
    return value


@dataclass
class _Unpacking:
    """Takes one file after the other, and counts."""

    folder: Path
    packed: int
    """Bytes of the archive."""
    files: list[UnpackedFile] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)
    _bytes: int = 0
    _seen: int = 0

    def see(self) -> None:
        """One more entry, of whatever kind."""
        self._seen += 1
        if self._seen > MOST_FILES:
            raise _refused(text("unpacking.many", most=MOST_FILES))

    def take(self, name: str, content: IO[bytes]) -> None:
        name = checked_name(name)
        known = unicodedata.normalize("NFC", name).casefold()
        if known in self._names:
            raise _refused(text("unpacking.twice", name=one_line(name, 80)))
        self._names.add(known)
        path = self.folder / f"{len(self.files):06}"
        with path.open("xb") as file:
            while part := content.read(_PART):
                self.count(len(part))
                file.write(part)
        self.files.append(UnpackedFile(name, path))

    def count(self, size: int) -> None:
        """Before so many bytes are written."""
        self._bytes += size
        if self._bytes > MOST_BYTES or self._bytes > max(FREE, self.packed * MOST_RATIO):
            raise _refused(text("unpacking.bomb"), text("unpacking.bomb_hint"))


class _Listing(_Unpacking):
    """Takes the names alone."""

    def take(self, name: str, content: IO[bytes]) -> None:
        self.files.append(UnpackedFile(checked_name(name), self.folder))


def checked_name(written: str) -> str:
    """The name of an entry with "/" between its parts. Raises FileRefused when it leads out of the archive."""
    name = written.replace("\\", "/")
    parts = PurePosixPath(name).parts
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in parts:
        raise _refused(text("unpacking.outside", name=one_line(written, 80)))
    if not parts or "\0" in name or len(name) > LONGEST_NAME or len(parts) > DEEPEST:
        raise _refused(text("unpacking.name", name=one_line(written, 80)))
    return _shown("/".join(parts))


def _shown(name: str) -> str:
    return " ".join(sanitise(name).split()) or "?"


def _head(path: Path) -> bytes:
    if not path.exists():
        raise FileMissing(text("file.missing", path=_shown(str(path))))
    if not path.is_file():
        raise _refused(text("unpacking.no_file"))
    if path.stat().st_size > MOST_GIVEN:
        raise _refused(text("unpacking.large", most=MOST_GIVEN >> 30))
    with path.open("rb") as file:
        return file.read(512)


def _archive(path: Path, head: bytes) -> Any:
    """What opens it; None when it is no archive."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _unzip
    for mark, reader in ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open)):
        if head.startswith(mark):
            return lambda given, into: _untar(cast(IO[bytes], reader(given, "rb")), into)
    if head[257:262] == b"ustar" or (path.suffix.lower() == ".tar" and head):
        return lambda given, into: _untar(given.open("rb"), into)
    return None


def _unzip(path: Path, into: _Unpacking) -> None:
    try:
        with path.open("rb") as file:
            end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # as ZipFile will read it
        if end is None or end[5] > MOST_LISTING:
            raise _refused(text("unpacking.damaged") if end is None else text("unpacking.many", most=MOST_FILES))
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                into.see()
                _check_entry(entry)
                if not entry.is_dir():
                    with archive.open(entry) as content:
                        into.take(_zip_name(entry), content)
                else:
                    checked_name(_zip_name(entry))
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error, ValueError, OverflowError) as error:
        raise _refused(text("unpacking.damaged")) from error
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise  # the disk's trouble
        raise _refused(text("unpacking.damaged")) from error  # it says that something lies before its beginning
    except (NotImplementedError, RuntimeError) as error:  # a method of packing that Python does not know
        raise _refused(text("unpacking.method"), text("unpacking.method_hint")) from error


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if not entry.filename:  # zipfile cuts a name at its first NUL, and then looks at its last character
        raise _refused(text("unpacking.name", name=one_line(entry.orig_filename, 80)))
    if entry.flag_bits & 0x1:
        raise _refused(text("unpacking.password"), text("unpacking.password_hint"))
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(text("unpacking.link", name=one_line(entry.filename, 80)))


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """Without the flag for UTF-8 it may be that all the same; zipfile takes it for cp437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    raw = entry.orig_filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


class _Info(tarfile.TarInfo):
    """Does not read what a tar says of a file when that is longer than any file's."""

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        if self.type in _HEADS and self.size > MOST_HEAD:
            raise _refused(text("unpacking.damaged"))
        return super()._proc_member(archive)  # type: ignore[misc]


_HEADS = (
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK,
)  # fmt: skip


class _Counted:
    """A stream of which every byte counts, also those between the files."""

    def __init__(self, stream: IO[bytes], into: _Unpacking) -> None:
        self._stream = stream
        self._into = into
        self._passed = 0

    def read(self, size: int = -1) -> bytes:
        part = self._stream.read(size)
        self._passed += len(part)
        if self._passed > MOST_BYTES or self._passed > max(FREE, self._into.packed * MOST_RATIO):
            raise _refused(text("unpacking.bomb"), text("unpacking.bomb_hint"))
        return part


def _untar(stream: IO[bytes], into: _Unpacking) -> None:
    try:
        counted = cast(Any, _Counted(stream, into))
        with stream, tarfile.open(fileobj=counted, mode="r|", tarinfo=_Info, errors="surrogateescape") as archive:
            for entry in archive:
                into.see()
                if entry.isdir():
                    checked_name(entry.name)
                elif not entry.isreg() or entry.issparse():
                    raise _refused(text("unpacking.link", name=one_line(entry.name, 80)))
                elif (content := archive.extractfile(entry)) is not None:
                    into.take(_tar_name(entry.name), content)
    except (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno:
            raise  # the disk's trouble; what is wrong with the packing has no number
        raise _refused(text("unpacking.damaged")) from error


def _tar_name(name: str) -> str:
    raw = name.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _card_texts(data: bytes) -> dict[str, bytes]:
    """The texts of a PNG, by keyword."""
    found: dict[str, bytes] = {}
    at = len(_PNG)
    while at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if len(body) < length:
            raise _refused(text("unpacking.damaged"))
        at += 12 + length
        keyword, _, rest = body.partition(b"\0")
        name = keyword.decode("latin-1").lower()
        if name not in _CARDS:
            continue
        if kind == b"tEXt":
            found.setdefault(name, rest)
        elif kind == b"zTXt":
            found.setdefault(name, _inflated(rest[1:]))
        elif kind == b"iTXt":
            packed, words = rest[:1] == b"\x01", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
            found.setdefault(name, _inflated(words) if packed else words)
    return found


def _inflated(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(data, MOST_CARD)
    except zlib.error as error:
        raise _refused(text("unpacking.damaged")) from error
    if unpacker.unconsumed_tail:
        raise _refused(text("unpacking.bomb"), text("unpacking.bomb_hint"))
    return found


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except RecursionError as error:
        raise _refused(text("unpacking.json_deep")) from error
    except ValueError as error:  # no JSON, no UTF-8, a number of thousands of digits
        raise _refused(text("unpacking.no_json")) from error


def _refused(what: str, hint: str = "") -> FileRefused:
    return FileRefused(what, hint=hint or text("unpacking.hint"))
