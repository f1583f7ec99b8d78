"""Models of other programs, found in folders laid out as those programs document it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from companion.model.elsewhere import MOST_ENTRIES, Root, look, roots
from tests.model.gguf_files import BASE_MODEL, Value, write

CHAT: dict[str, Value] = {**BASE_MODEL, "tokenizer.chat_template": "{{ messages }}"}
DIGEST = "ab" * 32


def put(path: Path, pairs: dict[str, Value] = CHAT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write(path, pairs)


def manifest(root: Path, *parts: str, digest: str = f"sha256:{DIGEST}") -> None:
    path = root.joinpath("manifests", *parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    layers = [
        {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:" + "0" * 64, "size": 1},
        {"mediaType": "application/vnd.ollama.image.model", "digest": digest, "size": 1},
    ]
    path.write_text(json.dumps({"schemaVersion": 2, "layers": layers}), encoding="utf-8")


def seen(home: Path, platform: str = "linux", **environment: str) -> list[tuple[str, str]]:
    places = [place for place in roots(home, environment, platform) if place.folder.is_relative_to(home.parent)]
    return [(found.program, found.name) for found in look(places).found]


def test_lm_studio_in_its_old_and_new_place_and_where_it_was_told_to(tmp_path: Path) -> None:
    home, chosen = tmp_path / "home", tmp_path / "big disk"
    put(home / ".lmstudio/models/somebody/one-GGUF/one.gguf")
    put(home / ".cache/lm-studio/models/somebody/two-GGUF/two.gguf")
    put(chosen / "somebody/three-GGUF/three.gguf")
    (home / ".lmstudio/settings.json").write_text(json.dumps({"downloadsFolder": str(chosen)}))
    assert seen(home) == [("LM Studio", "three"), ("LM Studio", "one"), ("LM Studio", "two")]


def test_ollamas_blobs_are_called_as_ollama_calls_them(tmp_path: Path) -> None:
    root = tmp_path / "home/.ollama/models"
    put(root / f"blobs/sha256-{DIGEST}")
    manifest(root, "registry.ollama.ai", "library", "qwen3", "4b")
    assert seen(tmp_path / "home") == [("Ollama", "qwen3:4b")]
    (found,) = look([Root("Ollama", root, "ollama")]).found
    assert found.path == root / f"blobs/sha256-{DIGEST}"


def test_ollama_where_its_variable_says_and_models_of_other_owners(tmp_path: Path) -> None:
    root = tmp_path / "elsewhere"
    put(root / f"blobs/sha256-{DIGEST}")
    manifest(root, "hf.co", "somebody", "some-GGUF", "Q4_K_M")
    assert seen(tmp_path / "home", OLLAMA_MODELS=str(root)) == [("Ollama", "hf.co/somebody/some-GGUF:Q4_K_M")]


@pytest.mark.parametrize("digest", ["sha256:../../../../etc/passwd", "sha256:abc", "", "md5:" + "a" * 64])
def test_a_manifest_never_leads_out_of_the_blobs(tmp_path: Path, digest: str) -> None:
    root = tmp_path / "home/.ollama/models"
    manifest(root, "registry.ollama.ai", "library", "x", "latest", digest=digest)
    assert seen(tmp_path / "home") == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"layers": 3}', '{"layers": [null]}', "[" * 100_000])
def test_manifests_that_are_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "home/.ollama/models/manifests/registry.ollama.ai/library/x/latest"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert seen(tmp_path / "home") == []


def test_jan_and_gpt4all_on_each_system(tmp_path: Path) -> None:
    linux, mac, windows = tmp_path / "linux", tmp_path / "mac", tmp_path / "windows"
    put(linux / ".local/share/Jan/data/llamacpp/models/some-model/model.gguf")
    put(linux / "jan/models/old/old.gguf")
    put(linux / ".local/share/nomic.ai/GPT4All/four.gguf")
    assert seen(linux) == [("Jan", "model"), ("Jan", "old"), ("GPT4All", "four")]
    put(mac / "Library/Application Support/Jan/data/llamacpp/models/some-model/model.gguf")
    put(mac / "Library/Application Support/nomic.ai/GPT4All/four.gguf")
    assert seen(mac, "darwin") == [("Jan", "model"), ("GPT4All", "four")]
    put(windows / "AppData/Roaming/Jan/data/llamacpp/models/some-model/model.gguf")
    put(windows / "AppData/Local/nomic.ai/GPT4All/four.gguf")
    assert seen(windows, "win32") == [("Jan", "model"), ("GPT4All", "four")]


@pytest.mark.skipif(os.name != "posix", reason="the cache links only where links can be made")
def test_the_hugging_face_cache_names_its_blobs_by_links(tmp_path: Path) -> None:
    hub = tmp_path / "home/.cache/huggingface/hub/models--somebody--some-GGUF"
    put(hub / "blobs/0123")
    snapshot = hub / "snapshots/abcdef/some-Q4.gguf"
    snapshot.parent.mkdir(parents=True)
    snapshot.symlink_to("../../blobs/0123")
    assert seen(tmp_path / "home") == [("Hugging Face cache", "some-Q4")]
    assert seen(tmp_path / "other", HF_HOME=str(tmp_path / "home/.cache/huggingface")) == [
        ("Hugging Face cache", "some-Q4")
    ]


def test_what_nobody_can_talk_with_is_not_offered(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    put(folder / "base.gguf", BASE_MODEL)
    put(folder / "embedder.gguf", {**CHAT, "general.architecture": "bert", "bert.pooling_type": 1})
    put(folder / "clip.gguf", {**CHAT, "general.architecture": "clip"})
    put(folder / "lora.gguf", {**CHAT, "general.type": "adapter"})
    put(folder / "mmproj-some.gguf")
    put(folder / "large-00002-of-00002.gguf")
    put(folder / "large-00001-of-00002.gguf")
    (folder / "broken.gguf").write_bytes(b"GGUF")
    (folder / "notes.txt").write_text("no model")
    assert [found.name for found in look([Root("x", folder)]).found] == ["large-00001-of-00002"]


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_links_lead_nowhere_in_circles_and_one_file_is_one_model(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    one = put(folder / "one.gguf")
    (folder / "again.gguf").symlink_to(one)
    (folder / "around").symlink_to(folder)
    put(tmp_path / "outside/two.gguf")
    (folder / "out").symlink_to(tmp_path / "outside")
    (folder / "dangling.gguf").symlink_to(folder / "nothing")
    (folder / "itself.gguf").symlink_to(folder / "itself.gguf")
    os.link(one, folder / "same.gguf")
    found = look([Root("x", folder), Root("y", folder)]).found
    assert len(found) == 1


def test_folders_too_deep_are_left_alone(tmp_path: Path) -> None:
    put(tmp_path / "/".join("abcdefghij") / "deep.gguf")
    put(tmp_path / "a/b/c/near.gguf")
    assert [found.name for found in look([Root("x", tmp_path)]).found] == ["near"]


def test_a_search_that_takes_too_long_ends_and_says_so(tmp_path: Path) -> None:
    for number in range(5):
        put(tmp_path / f"{number}.gguf")
    times = iter(range(1000))
    search = look([Root("x", tmp_path)], longest=3, clock=lambda: float(next(times)))
    assert not search.complete
    assert len(search.found) < 5
    assert look([Root("x", tmp_path)], clock=lambda: 0.0).complete


def test_more_files_than_anybody_has_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.model.elsewhere.MOST_ENTRIES", 10)
    assert MOST_ENTRIES > 10
    for number in range(20):
        (tmp_path / f"{number}.txt").touch()
    assert not look([Root("x", tmp_path)]).complete
