"""Writes LoRA adapters as GGUF files: made-up small weights, enough to change what a model says."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.model.gguf_files import Value, head, tensor

LORA: dict[str, Value] = {
    "general.type": "adapter",
    "general.architecture": "llama",
    "general.name": "Made up",
    "adapter.type": "lora",
}
_F32 = 0
_ALIGNMENT = 32


def write_adapter(
    path: Path, pairs: dict[str, Value] = LORA, *, layers: int = 30, width: int = 576, rank: int = 4, seed: int = 1
) -> Path:
    """For the query weights of `layers` layers of `width` × `width`, as SmolLM2-135M has them. ggml's order of
    dimensions: lora_a (width, rank), lora_b (rank, width)."""
    random = np.random.default_rng(seed)
    described, data = b"", b""
    for layer in range(layers):
        for part, shape in (("a", (width, rank)), ("b", (rank, width))):
            described += tensor(f"blk.{layer}.attn_q.weight.lora_{part}", shape, _F32, len(data))
            values = random.normal(0.0, 0.2, size=shape[::-1]).astype("<f4").tobytes()
            data += values + b"\0" * (-len(values) % _ALIGNMENT)
    start = head(pairs, tensors=2 * layers) + described
    path.write_bytes(start + b"\0" * (-len(start) % _ALIGNMENT) + data)
    return path
