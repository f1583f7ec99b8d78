"""A file that was given is opened without trusting it: it writes nowhere else, fills nothing, is refused in words."""

from __future__ import annotations

import base64
import io
import json
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from companion import unpacking
from companion.errors import CompanionError, FileRefused, NotFound
from companion.unpacking import read_card, read_json, unpacked

Entry = tuple[str, bytes]


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return made.getvalue()


def moded(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    return entry


def tarred(*entries: tarfile.TarInfo | Entry, packed: str = "") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=f"w:{packed}") as archive:
        for entry in entries:
            if isinstance(entry, tuple):
                info = tarfile.TarInfo(entry[0])
                info.size = len(entry[1])
                archive.addfile(info, io.BytesIO(entry[1]))
            else:
                archive.addfile(entry)
    return made.getvalue()


def special(name: str, kind: bytes, target: str = "/etc/passwd") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def encrypted() -> bytes:
    data = bytearray(zipped(("a", b"x"), method=zipfile.ZIP_STORED))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate"):
        return zipped(("a.txt", b"1"), ("a.txt", b"2"))


def unknown_method() -> bytes:
    data = bytearray(zipped(("a", b"x"), method=zipfile.ZIP_STORED))
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(mark) + place] = 99
    return bytes(data)


def overlapping() -> bytes:
    """Many entries over the same packed bytes: small, and large as often as it is listed."""
    body = zipped(("a", b"\0" * 4_000_000))
    listing_at = body.index(b"PK\x01\x02")
    end_at = body.index(b"PK\x05\x06")
    one = body[listing_at:end_at]
    listing = b"".join(one[:-1] + bytes([65 + n]) for n in range(26))
    end = body[end_at : end_at + 8] + struct.pack("<HHIIH", 26, 26, len(listing), listing_at, 0)
    return body[:listing_at] + listing + end


def long_head() -> bytes:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 3 << 20
    return info.tobuf(tarfile.GNU_FORMAT) + b"a" * (3 << 20) + b"\0" * 1024


def sparse() -> bytes:
    info = tarfile.TarInfo("a")
    info.type, info.size = tarfile.GNUTYPE_SPARSE, 0
    return info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024


ZEROS = b"\0" * (64 << 20)
HARMFUL: dict[str, Callable[[], bytes]] = {
    "zip up": lambda: zipped(("../a", b"x")),
    "zip up within": lambda: zipped(("a/../../b", b"x")),
    "zip up backwards": lambda: zipped(("..\\..\\a", b"x")),
    "zip absolute": lambda: zipped(("/etc/a", b"x")),
    "zip drive": lambda: zipped(("C:\\a", b"x")),
    "zip drive relative": lambda: zipped(("c:a", b"x")),
    "zip share": lambda: zipped(("\\\\host\\share\\a", b"x")),
    "zip folder up": lambda: zipped(("../a/", b"")),
    "zip symlink": lambda: zipped((moded("a", stat.S_IFLNK | 0o777), b"/etc/passwd")),
    "zip device": lambda: zipped((moded("a", stat.S_IFCHR | 0o666), b"")),
    "zip pipe": lambda: zipped((moded("a", stat.S_IFIFO | 0o666), b"")),
    "zip twice": twice,
    "zip twice but for case": lambda: zipped(("A.txt", b"1"), ("a.TXT", b"2")),
    "zip twice but for accents": lambda: zipped(("é", b"1"), ("e\u0301", b"2")),
    "zip password": encrypted,
    "zip method": unknown_method,
    "zip bomb": lambda: zipped(("a", ZEROS)),
    "zip bomb of parts": lambda: zipped(*((f"{n}", ZEROS[: 4 << 20]) for n in range(12))),
    "zip overlapping": overlapping,
    "zip deep": lambda: zipped(("a/" * 40 + "b", b"x")),
    "zip long name": lambda: zipped(("a" * 2000, b"x")),
    "zip cut": lambda: zipped(("a", b"x" * 999))[:60],
    "zip without list": lambda: b"PK\x03\x04" + b"\0" * 200,
    "tar up": lambda: tarred(("../a", b"x")),
    "tar absolute": lambda: tarred(("/srv/a", b"x")),
    "tar symlink": lambda: tarred(special("a", tarfile.SYMTYPE)),
    "tar hard link": lambda: tarred(special("a", tarfile.LNKTYPE)),
    "tar device": lambda: tarred(special("a", tarfile.CHRTYPE)),
    "tar block": lambda: tarred(special("a", tarfile.BLKTYPE)),
    "tar pipe": lambda: tarred(special("a", tarfile.FIFOTYPE)),
    "tar link then file": lambda: tarred(special("a", tarfile.SYMTYPE, "/srv"), ("a/b", b"x")),
    "tar folder up": lambda: tarred(special("../a", tarfile.DIRTYPE)),
    "tar twice": lambda: tarred(("a", b"1"), ("a", b"2")),
    "tar sparse": sparse,
    "tar long head": long_head,
    "tar gz bomb": lambda: tarred(("a", ZEROS), packed="gz"),
    "tar bz2 bomb": lambda: tarred(("a", ZEROS), packed="bz2"),
    "tar xz bomb": lambda: tarred(("a", ZEROS), packed="xz"),
    "tar cut": lambda: tarred(("a", b"x" * 9999))[:2000],
    "gz of no tar": lambda: zlib.compress(b"x" * 99, wbits=31),
    "gz cut": lambda: tarred(("a", b"x" * 9999), packed="gz")[:40],
}


def tree(folder: Path) -> dict[str, int]:
    return {str(each.relative_to(folder)): each.lstat().st_size for each in folder.rglob("*")}


@pytest.mark.parametrize("made", HARMFUL.values(), ids=HARMFUL.keys())
def test_what_is_harmful_is_refused_and_leaves_nothing(tmp_path: Path, made: Callable[[], bytes]) -> None:
    path = tmp_path / "given.bin"
    path.write_bytes(made())
    before = tree(tmp_path)
    with pytest.raises(FileRefused) as raised, unpacked(path, tmp_path / "scratch"):
        pass
    assert raised.value.detail
    assert raised.value.hint
    after = tree(tmp_path)
    after.pop("scratch", None)
    assert after == before


@pytest.mark.parametrize("packed", ["", "gz", "bz2", "xz", "zip"])
def test_what_is_harmless_is_opened_and_gone_afterwards(tmp_path: Path, packed: str) -> None:
    """The positive control."""
    entries = (("chats/2024.json", b"{}"), ("notes/日记.md", "今天".encode()))
    path = tmp_path / "export"
    path.write_bytes(zipped(*entries) if packed == "zip" else tarred(*entries, packed=packed))
    with unpacked(path, tmp_path / "scratch") as given:
        assert [(file.name, file.path.read_bytes()) for file in given.files] == list(entries)
        assert all(file.path.is_relative_to(tmp_path / "scratch") for file in given.files)
        assert given.kind == "archive"
    assert tree(tmp_path / "scratch") == {}


def test_an_archive_in_an_archive_stays_a_file(tmp_path: Path) -> None:
    """So none can hold itself without end."""
    inner = zipped(("../evil", b"x"))
    (tmp_path / "a.zip").write_bytes(zipped(("inner.zip", inner)))
    with unpacked(tmp_path / "a.zip", tmp_path / "s") as given:
        (file,) = given.files
        assert file.path.read_bytes() == inner


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_FILES", 10)
    for data in (zipped(*((f"{n}", b"") for n in range(11))), tarred(*((f"{n}", b"") for n in range(11)))):
        (tmp_path / "a").write_bytes(data)
        with pytest.raises(FileRefused), unpacked(tmp_path / "a", tmp_path / "s"):
            pass


def test_a_list_that_would_fill_the_memory_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_LISTING", 500)
    (tmp_path / "a.zip").write_bytes(zipped(*((f"{n}", b"") for n in range(99))))
    with pytest.raises(FileRefused), unpacked(tmp_path / "a.zip", tmp_path / "s"):
        pass


def test_names_that_are_not_utf8_are_read_or_shown(tmp_path: Path) -> None:
    data = zipped(("XXXX.txt", b"1")).replace(b"XXXX", "日记".encode("gb18030"))
    (tmp_path / "a.zip").write_bytes(data)
    with unpacked(tmp_path / "a.zip", tmp_path / "s") as given:
        assert given.files[0].name == "日记.txt"
    odd = tarred(("XXXX.txt", b"1")).replace(b"XXXX", b"\xff\xfe\x80\x81")
    head = bytearray(odd[:512])
    head[148:156] = b"%06o\0 " % sum(head[:148] + b" " * 8 + head[156:])
    (tmp_path / "a.tar").write_bytes(bytes(head) + odd[512:])
    with unpacked(tmp_path / "a.tar", tmp_path / "s") as given:
        assert given.files[0].name.endswith(".txt")


def test_a_name_acts_on_no_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(("\x1b]0;evil\x07a\u202eb.txt", b"1")))
    with unpacked(tmp_path / "a.zip", tmp_path / "s") as given:
        assert given.files[0].name == "ab.txt"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0" * 13) + b"".join(chunks) + chunk(b"IEND", b"")


CARD = {"name": "Nova", "description": "A star."}
PACKED = base64.b64encode(json.dumps(CARD).encode())


@pytest.mark.parametrize(
    "part",
    [
        chunk(b"tEXt", b"chara\0" + PACKED),
        chunk(b"zTXt", b"chara\0\0" + zlib.compress(PACKED)),
        chunk(b"iTXt", b"ccv3\0\0\0\0\0" + PACKED),
        chunk(b"iTXt", b"ccv3\0\1\0\0\0" + zlib.compress(PACKED)),
    ],
)
def test_a_card_is_read_however_it_is_packed(tmp_path: Path, part: bytes) -> None:
    (tmp_path / "nova.png").write_bytes(png(part))
    with unpacked(tmp_path / "nova.png", tmp_path / "s") as given:
        assert given.card == CARD
        assert given.kind == "card"


@pytest.mark.parametrize(
    "data",
    [
        png(),
        png(chunk(b"tEXt", b"chara\0not base64!")),
        png(chunk(b"tEXt", b"chara\0" + base64.b64encode(b"[1]"))),
        png(chunk(b"tEXt", b"chara\0" + base64.b64encode(b"[" * 200_000))),
        png(chunk(b"tEXt", b"chara\0" + base64.b64encode(b"{"))),
        png(chunk(b"zTXt", b"chara\0\0" + zlib.compress(b"A" * (40 << 20)))),
        png(chunk(b"zTXt", b"chara\0\0broken")),
        png()[:-4] + struct.pack(">I4s", 2**31, b"tEXt") + b"chara\0",
    ],
)
def test_a_broken_card_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "card.png").write_bytes(data)
    with pytest.raises(FileRefused):
        read_card(tmp_path / "card.png")


@pytest.mark.parametrize("data", [b"[" * 500_000, b"{", b"\xff\xfe", b'"\x80"', b"1" * 10_000, b"", b"NaN x"])
def test_json_that_is_none_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.json").write_bytes(data)
    with pytest.raises(FileRefused):
        read_json(tmp_path / "a.json")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused), unpacked(tmp_path, tmp_path / "s"):
        pass
    with pytest.raises(NotFound), unpacked(tmp_path / "nothing", tmp_path / "s"):
        pass


WHOLE = (
    zipped(("a/b.txt", b"hello" * 99), ("c", b"")),
    tarred(("a", b"x" * 99), ("b", b"y")),
    tarred(("a", b"x" * 99), packed="gz"),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(WHOLE),
    st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 255)), max_size=6),
    st.integers(1, 9999),
)
@example(WHOLE[0], [(110, 0), (3378, 54)], 204)  # where a name is empty up to its NUL
@example(WHOLE[0], [(199, 1)], 204)  # where its listing says that a file lies before the beginning
def test_any_damage_is_an_error_or_harmless(
    tmp_path: Path, data: bytes, changes: list[tuple[int, int]], kept: int
) -> None:
    changed = bytearray(data)
    for at, value in changes:
        changed[at % len(changed)] = value
    path = tmp_path / "any"
    path.write_bytes(bytes(changed[:kept]))
    try:
        with unpacked(path, tmp_path / "s") as given:
            assert all(file.path == path or file.path.is_relative_to(tmp_path / "s") for file in given.files)
    except CompanionError:
        pass
    assert {name for name in tree(tmp_path) if not name.startswith("s")} == {"any"}
