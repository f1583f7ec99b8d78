"""A BERT sentence encoder in numpy, for a start without waiting.

Importing sentence-transformers costs 5–7 seconds of CPU and 400 MB, which a one-shot `companion say` would spend before
its first word. Encoders of the plain BERT family (all-MiniLM-L6-v2 among them) are small enough to run in numpy: the
same tokenizer, weights and pooling, ready in a fraction of a second. Tests hold both to the same vectors.

Architecture: Devlin et al. 2019 (post-layer-norm encoder); pooling and normalisation as in the folder's modules.json.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from companion.store.vectors import Matrix

_BATCH = 32
_PADDED = 1.25
"""Texts share a batch when the longest has at most so many times the tokens of the shortest."""
_BLOCK = 32
"""Rows of the inner layer (1,536 numbers of 4 bytes each) worked on at once."""


class BertEncoder:
    """Encodes texts with a sentence-transformers folder of BERT architecture. Use `open`."""

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from threadpoolctl import threadpool_limits
        from tokenizers import Tokenizer

        # A query is too small to share: with a second thread and a busy machine it takes several times as long.
        threadpool_limits(1, user_api="blas")
        config = _json(folder / "config.json")
        self._heads = int(config["num_attention_heads"])
        self._layers = int(config["num_hidden_layers"])
        self._epsilon = float(config["layer_norm_eps"])
        self.dimension = int(config["hidden_size"])
        limits = [int(config["max_position_embeddings"])]
        if (folder / "sentence_bert_config.json").is_file():
            limits.append(int(_json(folder / "sentence_bert_config.json").get("max_seq_length") or limits[0]))
        self.max_tokens = min(limits)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(self.max_tokens)
        self._tokenizer.no_padding()
        weights = load_file(folder / "model.safetensors")
        self._weights = {name.removeprefix("bert."): w.astype(np.float32, copy=False) for name, w in weights.items()}

    @staticmethod
    def can_open(folder: Path) -> bool:
        """Whether the folder holds what this encoder implements exactly: BERT, mean pooling, then normalisation."""
        try:
            config = _json(folder / "config.json")
            modules = [module["type"].rsplit(".", 1)[-1] for module in _json(folder / "modules.json")]
            pooling = _json(folder / "1_Pooling" / "config.json")
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return (
            config.get("model_type") == "bert"
            and config.get("hidden_act") == "gelu"
            and config.get("position_embedding_type", "absolute") == "absolute"
            and modules == ["Transformer", "Pooling", "Normalize"]
            and pooling.get("pooling_mode_mean_tokens") is True
            and sum(value is True for key, value in pooling.items() if key.startswith("pooling_mode")) == 1
            and (folder / "tokenizer.json").is_file()
            and (folder / "model.safetensors").is_file()
        )

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors, (len(texts), dimension)."""
        encoded = [np.asarray(e.ids, dtype=np.int64) for e in self._tokenizer.encode_batch(list(texts))]
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for part in _alike([len(ids) for ids in encoded]):
            vectors[part] = self._forward([encoded[i] for i in part])
        return vectors

    def _forward(self, ids: Sequence[np.ndarray[Any, np.dtype[np.int64]]]) -> Matrix:
        width = max(len(row) for row in ids)
        tokens = np.zeros((len(ids), width), dtype=np.int64)
        mask = np.zeros((len(ids), width), dtype=np.float32)
        for i, row in enumerate(ids):
            tokens[i, : len(row)] = row
            mask[i, : len(row)] = 1.0
        w = self._weights
        hidden = (
            w["embeddings.word_embeddings.weight"][tokens]
            + w["embeddings.position_embeddings.weight"][:width]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._normalise(hidden, "embeddings.LayerNorm")
        barrier = None if mask.all() else (mask[:, None, None, :] - 1.0) * 1e9
        for layer in range(self._layers):
            name = f"encoder.layer.{layer}"
            hidden += self._attend(hidden, name, barrier)
            hidden = self._normalise(hidden, f"{name}.attention.output.LayerNorm")
            inner = _gelu(self._linear(hidden, f"{name}.intermediate.dense"))
            hidden += self._linear(inner, f"{name}.output.dense")
            hidden = self._normalise(hidden, f"{name}.output.LayerNorm")
        mean = (hidden * mask[:, :, None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1e-9)
        unit: Matrix = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
        return unit

    def _attend(self, hidden: Matrix, name: str, barrier: Matrix | None) -> Matrix:
        batch, width, size = hidden.shape

        def split(part: str) -> Matrix:
            projected = self._linear(hidden, f"{name}.attention.self.{part}")
            return projected.reshape(batch, width, self._heads, -1).transpose(0, 2, 1, 3)

        query, key, value = split("query"), split("key"), split("value")
        query *= np.float32(1.0 / math.sqrt(size // self._heads))
        scores = query @ key.transpose(0, 1, 3, 2)
        if barrier is not None:
            scores += barrier
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        mixed = np.matmul(scores, value, dtype=np.float32)
        np.divide(mixed, scores.sum(axis=-1, keepdims=True), out=mixed)  # a twentieth of the numbers of the scores
        return self._linear(mixed.transpose(0, 2, 1, 3).reshape(batch, width, size), f"{name}.attention.output.dense")

    def _linear(self, x: Matrix, name: str) -> Matrix:
        # One flat product: numpy hands a matrix product to BLAS, a stack of small ones it may not.
        flat = x.reshape(-1, x.shape[-1]) @ self._weights[f"{name}.weight"].T
        flat += self._weights[f"{name}.bias"]
        return flat.reshape(*x.shape[:-1], -1)

    def _normalise(self, x: Matrix, name: str) -> Matrix:
        x -= x.mean(axis=-1, keepdims=True)
        variance = np.einsum("...i,...i->...", x, x)[..., None] / np.float32(x.shape[-1])
        x /= np.sqrt(variance + np.float32(self._epsilon))
        x *= self._weights[f"{name}.weight"]
        x += self._weights[f"{name}.bias"]
        return x


def _alike(lengths: Sequence[int]) -> list[list[int]]:
    """The indices of `lengths` in batches of at most _BATCH that waste little on padding."""
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        last = batches[-1] if batches else []
        if last and len(last) < _BATCH and lengths[index] <= _PADDED * lengths[last[0]]:
            last.append(index)
        else:
            batches.append([index])
    return batches


def _gelu(x: Matrix) -> Matrix:
    """x·Φ(x), in place, in blocks that stay in the processor's cache."""
    rows = x.reshape(-1, x.shape[-1])
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        grown = _erf(block * np.float32(math.sqrt(0.5)))
        grown += np.float32(1.0)
        grown *= np.float32(0.5)
        block *= grown
    return x


def _erf(x: Matrix) -> Matrix:
    """Error function, Abramowitz & Stegun 7.1.26: absolute error at most 1.5e-7, the step of float32 near 1."""
    magnitude = np.abs(x)
    t = magnitude * np.float32(0.3275911)
    t += np.float32(1.0)
    np.reciprocal(t, out=t)
    series: Matrix = np.full_like(x, 1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series *= t
        series += np.float32(coefficient)
    series *= t
    magnitude *= -magnitude
    series *= np.exp(magnitude, out=magnitude)
    np.subtract(np.float32(1.0), series, out=series)
    return np.copysign(series, x, out=series)


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
