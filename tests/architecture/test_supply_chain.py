"""What a release is put together from: every package pinned with hashes, under a licence that lets others use it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WANTED = [Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["starter"]]
FREE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla Public|Unlicense|CC0|Zlib|HPND|0BSD|"
    r"Historical Permission|LGPL|Lesser General Public)\b",
    re.IGNORECASE,
)
UNSAID = {
    "apsw-sqlite3mc": "zlib's terms (its LICENSE); SQLite is in the public domain, SQLite3 Multiple Ciphers is MIT",
    "click-default-group": "public domain (its README)",
}
"""Packages whose metadata name no licence, with what they say elsewhere."""


def locked() -> dict[str, list[tuple[str, int]]]:
    """The versions of each package, each with how many hashes vouch for it."""
    found: dict[str, list[tuple[str, int]]] = {}
    for block in re.split(r"\n(?=\S)", LOCK.read_text("utf-8")):
        if match := re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", block):
            hashes = len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", block))
            found.setdefault(canonicalize_name(match[1]), []).append((match[2], hashes))
    return found


def test_every_dependency_is_locked_at_a_version_that_fits() -> None:
    versions = locked()
    for wanted in WANTED:
        pinned = versions.get(canonicalize_name(wanted.name), [])
        assert pinned, f"{wanted.name} is not in requirements.lock; remake it (SECURITY.md)"
        for version, _ in pinned:
            assert wanted.specifier.contains(version, prereleases=True), f"{wanted} is locked at {version}"


def test_every_locked_package_has_hashes() -> None:
    assert [name for name, pinned in locked().items() for _, hashes in pinned if not hashes] == []
    assert len(locked()) > len(WANTED)


def test_the_lock_names_no_place_to_fetch_from() -> None:
    assert re.findall(r"https?://\S+|--\w*index\S*|--find-links\S*", LOCK.read_text("utf-8")) == []


def _closure(wanted: list[Requirement]) -> Iterator[str]:
    """Names of what is installed because of `wanted`."""
    seen: set[str] = set()
    waiting = [(one.name, tuple(one.extras)) for one in wanted]
    while waiting:
        name, extras = waiting.pop()
        key = canonicalize_name(name)
        if key in seen:
            continue
        seen.add(key)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # for another system
        yield key
        for line in found.requires or ():
            needed = Requirement(line)
            marker = needed.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append((needed.name, tuple(needed.extras)))


def _licence(name: str) -> str:
    metadata = distribution(name).metadata
    classifiers = [line for line in metadata.get_all("Classifier") or () if line.startswith("License ::")]
    return " ".join(filter(None, (metadata.get("License-Expression"), metadata.get("License"), *classifiers)))


def test_every_installed_package_is_free_to_use() -> None:
    names = list(_closure(WANTED))
    assert len(names) > len(WANTED)
    assert [name for name in names if name not in UNSAID and not FREE.search(_licence(name))] == []
