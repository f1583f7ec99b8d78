"""Whether a model fits into memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.errors import ModelTooLarge
from companion.model.catalog import read_catalog
from companion.model.fit import REST, Memory, check_room, fit, need, needed_as_told, needed_by
from companion.model.gguf import read_header
from companion.model.llama import LlamaModel
from tests.model.gguf_files import BASE_MODEL, Value, write

GIGABYTE = 10**9
LAPTOP = Memory(8 * GIGABYTE, 5 * GIGABYTE)
QWEN3_4B: dict[str, Value] = {
    **BASE_MODEL,
    "tokenizer.chat_template": "{{ messages }}",
    "general.architecture": "qwen3",
    "qwen3.context_length": 262_144,
    "qwen3.block_count": 36,
    "qwen3.embedding_length": 2560,
    "qwen3.attention.head_count": 32,
    "qwen3.attention.head_count_kv": 8,
    "qwen3.attention.key_length": 128,
    "qwen3.attention.value_length": 128,
}


def kv(tmp_path: Path, changed: dict[str, Value], *without: str) -> int:
    pairs = {key: value for key, value in {**QWEN3_4B, **changed}.items() if key not in without}
    return read_header(write(tmp_path / "m.gguf", pairs)).kv_bytes_per_token


def test_the_kv_cache_of_a_token(tmp_path: Path) -> None:
    assert kv(tmp_path, {}) == 2 * 36 * 8 * 128 * 2
    lengths = ("qwen3.attention.key_length", "qwen3.attention.value_length")
    assert kv(tmp_path, {}, *lengths) == 2 * 36 * 8 * (2560 // 32) * 2
    assert kv(tmp_path, {}, "qwen3.attention.head_count_kv") == 2 * 36 * 32 * 128 * 2
    assert kv(tmp_path, {"qwen3.attention.head_count_kv": [8, 0, 0, 4]}) == 2 * 12 * 128 * 2
    assert kv(tmp_path, {}, "qwen3.block_count") == 0


def test_the_starters_as_its_makers_tell_it(starter: Path) -> None:
    """30 layers of 3 KV heads of 64."""
    assert read_header(starter).kv_bytes_per_token == 2 * 30 * 3 * 64 * 2


def test_three_ways_to_fit() -> None:
    assert fit(4 * GIGABYTE, LAPTOP) == "fits"
    assert fit(6 * GIGABYTE, LAPTOP) == "tight"
    assert fit(9 * GIGABYTE, LAPTOP) == "too large"
    assert fit(int(7.5 * GIGABYTE), Memory(8 * GIGABYTE, 8 * GIGABYTE)) == "tight"
    assert fit(REST, LAPTOP) == "unknown"


def test_models_txt_tells_what_the_formula_says() -> None:
    """So that a line written by hand is not a guess: the rest must be a KV cache of a size that models have."""
    for model in read_catalog():
        a_token = (model.ram_bytes - model.size_bytes - REST) / (2 * 4096)
        assert 15_000 < a_token < 200_000, model.name
        assert needed_as_told(model.size_bytes, model.ram_bytes, 4096) == pytest.approx(model.ram_bytes, rel=0.01)
        assert needed_as_told(model.size_bytes, model.ram_bytes, 8192) > model.ram_bytes


def test_the_starters_line_against_its_file(starter: Path) -> None:
    line = next(model for model in read_catalog() if model.package)
    assert line.ram_bytes == pytest.approx(needed_by(starter, read_header(starter), 4096), rel=0.02)


def test_a_context_larger_than_trained_costs_no_more(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", {**QWEN3_4B, "qwen3.context_length": 1000})
    header = read_header(path)
    assert needed_by(path, header, 100_000) == need(header.size_bytes, header.kv_bytes_per_token, 1000)


def test_all_parts_of_a_model_count(tmp_path: Path) -> None:
    first = write(tmp_path / "m-00001-of-00002.gguf", QWEN3_4B)
    alone = needed_by(first, read_header(first), 512)
    second = write(tmp_path / "m-00002-of-00002.gguf", QWEN3_4B, floats=5000)
    assert needed_by(first, read_header(first), 512) == alone + second.stat().st_size


def test_what_cannot_fit_is_refused_with_both_figures_and_a_way_out(tmp_path: Path) -> None:
    path = write(tmp_path / "large.gguf", QWEN3_4B)
    with pytest.raises(ModelTooLarge, match=r"large\.gguf needs about 1\.8 GB of memory, and there are 1\.5 GB") as no:
        check_room(path, read_header(path), 4096, Memory(int(1.5 * GIGABYTE), GIGABYTE))
    assert "OVERSIZE" in no.value.hint
    check_room(path, read_header(path), 4096, LAPTOP)


def test_it_is_refused_before_llama_cpp_sees_it(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.model.fit.this_memory", lambda: Memory(500_000_000, 500_000_000))
    monkeypatch.setattr("companion.model.llama.Weights", None)
    with pytest.raises(ModelTooLarge):
        LlamaModel.open(starter, context=4096)


def test_who_insists_gets_it(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.model.fit.this_memory", lambda: Memory(500_000_000, 500_000_000))
    LlamaModel.open(starter, context=512, oversize=True).close()
