"""LoRA adapters: what they change, and what is said of a file that is none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from companion.errors import AdapterUnusable
from companion.model.llama import LlamaModel
from companion.model.probe import identity
from companion.model.protocol import Lane, Message, ModelInfo, Sampling
from tests.model.adapters import LORA, write_adapter
from tests.model.gguf_files import write

GREEDY = Sampling(temperature=0, max_tokens=16)
HELLO = [Message("user", "What is the sea like in winter?")]
Open = Callable[..., LlamaModel]


@pytest.fixture
def open_with(starter: Path) -> Iterator[Open]:
    opened: list[LlamaModel] = []

    def begin(adapter: Path | None = None, scale: float = 1.0) -> LlamaModel:
        added = (adapter, scale) if adapter is not None else None
        opened.append(LlamaModel.open(starter, context=512, threads=1, adapter=added))
        return opened[-1]

    yield begin
    for model in opened:
        model.close()


def says(model: LlamaModel, lane: Lane = "talk") -> str:
    return model.generate(HELLO, GREEDY, on_text=lambda _: None, lane=lane).text


@pytest.mark.parametrize("lane", ["talk", "think"])
def test_at_scale_0_nothing_changes_and_at_a_large_one_something_does(
    open_with: Open, tmp_path: Path, lane: Lane
) -> None:
    adapter = write_adapter(tmp_path / "kind.gguf")
    without = says(open_with(), lane)
    assert says(open_with(adapter, 0.0), lane) == without
    assert says(open_with(adapter, 8.0), lane) != without


def test_a_model_with_an_adapter_is_another_model(open_with: Open, tmp_path: Path, starter: Path) -> None:
    """What was measured of the one says nothing of the other."""
    adapter = write_adapter(tmp_path / "kind.gguf")
    infos: list[ModelInfo] = [model.info for model in (open_with(), open_with(adapter), open_with(adapter, 0.5))]
    write_adapter(tmp_path / "kind.gguf", seed=2)
    os.utime(adapter, ns=(1, 1))
    infos.append(open_with(adapter).info)
    assert len({identity(info) for info in infos}) == 4


def test_it_is_freed_with_the_model(open_with: Open, tmp_path: Path) -> None:
    adapter = write_adapter(tmp_path / "large.gguf", rank=256)  # 71 MB
    held = []
    for _ in range(4):
        open_with(adapter).close()
        held.append(psutil.Process().memory_info().rss)
    assert held[-1] - held[0] < 2 * adapter.stat().st_size


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ({"general.type": "model", "general.architecture": "llama"}, "is a model, not an adapter"),
        ({"general.architecture": "llama"}, "is a model, not an adapter"),
        (LORA | {"adapter.type": "control_vector"}, "of the kind control_vector, not LoRA"),
        (LORA | {"general.architecture": "gemma\x1b[31m"}, "was made for gemma"),
    ],
)
def test_a_file_that_is_no_adapter_for_this_model_is_named(
    open_with: Open, tmp_path: Path, pairs: dict[str, str | int | list[str] | list[int]], words: str
) -> None:
    with pytest.raises(AdapterUnusable) as raised:
        open_with(write(tmp_path / "wrong.gguf", pairs))
    assert words in str(raised.value)
    assert "wrong.gguf" in str(raised.value)
    assert "\x1b" not in str(raised.value)
    assert "COMPANION_MODEL__ADAPTER" in raised.value.hint


def test_weights_of_another_shape_are_refused_by_name(open_with: Open, tmp_path: Path) -> None:
    with pytest.raises(AdapterUnusable, match=r"wide\.gguf"):
        open_with(write_adapter(tmp_path / "wide.gguf", width=640))


def test_a_missing_and_a_damaged_file_are_said_to_be_so(open_with: Open, tmp_path: Path) -> None:
    with pytest.raises(AdapterUnusable, match="does not exist"):
        open_with(tmp_path / "none.gguf")
    cut = write_adapter(tmp_path / "cut.gguf")
    cut.write_bytes(cut.read_bytes()[:-4096])
    with pytest.raises(AdapterUnusable, match="cut short"):
        open_with(cut)
