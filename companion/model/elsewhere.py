"""Models that other programs have on this computer's disk already, to be used where they are. Nothing is written.

Where they keep them, by their own documentation: LM Studio (lmstudio.ai/docs/app/advanced/import-model), Ollama
(github.com/ollama/ollama, docs/faq.md), Jan (jan.ai/docs/desktop/data-folder), GPT4All
(docs.gpt4all.io/gpt4all_desktop/models.html), the Hugging Face cache
(huggingface.co/docs/huggingface_hub/guides/manage-cache).
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from companion.errors import CompanionError
from companion.model.gguf import GgufHeader, read_header
from companion.paths import with_home
from companion.strings import text

DEEPEST = 6
MOST_ENTRIES = 20_000
MOST_MODELS = 200
LONGEST = 8.0
"""Seconds after which the search is broken off, and says so."""
_LARGEST_NOTE = 1 << 20
_OLLAMA_MODEL = "application/vnd.ollama.image.model"
_LATER_PART = re.compile(r"-(?!00001-of)\d{5}-of-\d{5}\.gguf$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Root:
    """A folder in which a program keeps models; `ollama`: manifests that name blobs, else .gguf files."""

    program: str
    folder: Path
    layout: Literal["files", "ollama"] = "files"


@dataclass(frozen=True, slots=True)
class Found:
    program: str
    name: str
    path: Path
    header: GgufHeader


@dataclass(frozen=True, slots=True)
class Search:
    found: tuple[Found, ...]
    complete: bool
    """False when there was more to look at than time."""


def roots(home: Path, environment: Mapping[str, str], platform: str = sys.platform) -> list[Root]:
    """Where the programs known keep their models. The folders need not exist."""

    def setting(name: str) -> Path | None:
        value = environment.get(name, "").strip()
        return with_home(Path(value)) if value else None

    cache = setting("XDG_CACHE_HOME") or home / ".cache"
    share = setting("XDG_DATA_HOME") or home / ".local/share"
    roaming = setting("APPDATA") or home / "AppData/Roaming"
    local = setting("LOCALAPPDATA") or home / "AppData/Local"
    support = home / "Library/Application Support"
    data = {"win32": roaming, "darwin": support}.get(platform, share)

    lm_studio = [home / ".lmstudio/models", home / ".cache/lm-studio/models"]
    chosen = _chosen_by_lm_studio(home)
    found = [Root("LM Studio", folder) for folder in ([chosen] if chosen else []) + lm_studio]
    ollama = [setting("OLLAMA_MODELS"), home / ".ollama/models"]
    if platform == "linux":
        ollama.append(Path("/usr/share/ollama/.ollama/models"))
    found += [Root("Ollama", folder, "ollama") for folder in ollama if folder]
    found += [Root("Jan", folder) for folder in (data / "Jan/data/llamacpp/models", data / "Jan/data/models")]
    found.append(Root("Jan", home / "jan/models"))
    gpt4all = {"win32": local, "darwin": support}.get(platform, share)
    found.append(Root("GPT4All", gpt4all / "nomic.ai/GPT4All"))
    hugging_face = setting("HF_HUB_CACHE") or (setting("HF_HOME") or cache / "huggingface") / "hub"
    found.append(Root(text("models.cache"), hugging_face))
    return found


def look(places: list[Root], *, longest: float = LONGEST, clock: Callable[[], float] = time.monotonic) -> Search:
    """The chat models in `places`, each file once. What cannot be read is passed over: it is another program's."""
    budget = _Budget(clock() + longest, clock)
    found: list[Found] = []
    seen: set[tuple[int, int]] = set()
    for root in places:
        candidates = _ollama(root.folder, budget) if root.layout == "ollama" else _files(root.folder, budget)
        for name, path in candidates:
            try:
                status = path.stat()
                if (status.st_dev, status.st_ino) in seen or len(found) >= MOST_MODELS:
                    continue
                seen.add((status.st_dev, status.st_ino))
                header = read_header(path)
            except (OSError, CompanionError):
                continue
            if not header.unsuited:
                found.append(Found(root.program, name, path, header))
            if budget.spent():
                break
    return Search(tuple(found), not budget.over)


class _Budget:
    def __init__(self, until: float, clock: Callable[[], float]) -> None:
        self._until = until
        self._clock = clock
        self._entries = 0
        self.over = False

    def spent(self) -> bool:
        """Counts an entry looked at; True once there is no time or there were too many."""
        self._entries += 1
        self.over = self.over or self._entries > MOST_ENTRIES or self._clock() > self._until
        return self.over


def _files(root: Path, budget: _Budget) -> Iterator[tuple[str, Path]]:
    """Every .gguf file under `root`, by name. Links to folders are not followed: they may lead in a circle."""
    for path in _walk(root, budget):
        name = path.name
        if not name.lower().endswith(".gguf") or _LATER_PART.search(name) or name.lower().startswith("mmproj"):
            continue
        yield path.stem, path


def _walk(folder: Path, budget: _Budget, depth: int = 0) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in listed:
        if budget.spent():
            return
        try:
            if entry.is_dir(follow_symlinks=False):
                if depth < DEEPEST:
                    yield from _walk(Path(entry.path), budget, depth + 1)
            elif entry.is_file():  # a link to a file is how the Hugging Face cache names its blobs
                yield Path(entry.path)
        except OSError:
            continue


def _ollama(root: Path, budget: _Budget) -> Iterator[tuple[str, Path]]:
    """The weights that each manifest names, called as Ollama calls them: "qwen3:4b"."""
    manifests = root / "manifests"
    for path in _walk(manifests, budget):
        digest = _weights_of(path)
        if digest is None:
            continue
        *where, name, tag = (
            path.relative_to(manifests).parts if len(path.relative_to(manifests).parts) > 1 else ("", "")
        )
        owner = [part for part in where if part not in ("", "registry.ollama.ai", "library")]
        yield f"{'/'.join([*owner, name])}:{tag}", root / "blobs" / f"sha256-{digest}"


def _weights_of(manifest: Path) -> str | None:
    told = _json(manifest)
    layers = told.get("layers") if isinstance(told, dict) else None
    for layer in layers if isinstance(layers, list) else ():
        if isinstance(layer, dict) and layer.get("mediaType") == _OLLAMA_MODEL:
            match = re.fullmatch(r"sha256[:-]([0-9a-f]{64})", str(layer.get("digest", "")))
            return match[1] if match else None
    return None


def _chosen_by_lm_studio(home: Path) -> Path | None:
    """The folder that was set in LM Studio instead of its own."""
    told = _json(home / ".lmstudio/settings.json")
    folder = told.get("downloadsFolder") if isinstance(told, dict) else None
    return Path(folder) if isinstance(folder, str) and Path(folder).is_absolute() else None


def _json(file: Path) -> object:
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST_NOTE:
            return None
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
