"""Writes a tiny model of made-up weights that keeps a state, not a row per token: it cannot go back."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from tests.model.gguf_files import Value, pair, tensor, text

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
WIDTH, INNER, KERNEL, STATE, RANK = 32, 64, 4, 16, 2
_F32 = 0
_FLOAT = 6
_ALIGNMENT = 32


def write_recurrent(path: Path, *, seed: int = 1) -> Path:
    """Mamba with one layer and bytes for tokens. ggml's order of dimensions."""
    tokens = [*_bytes(), "<|im_start|>", "<|im_end|>"]
    pairs: dict[str, Value] = {
        "general.architecture": "mamba",
        "general.name": "Made up",
        "mamba.context_length": 4096,
        "mamba.embedding_length": WIDTH,
        "mamba.feed_forward_length": 0,
        "mamba.attention.head_count": 0,
        "mamba.block_count": 1,
        "mamba.vocab_size": len(tokens),
        "mamba.ssm.conv_kernel": KERNEL,
        "mamba.ssm.inner_size": INNER,
        "mamba.ssm.state_size": STATE,
        "mamba.ssm.time_step_rank": RANK,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [1] * 256 + [3, 3],
        "tokenizer.ggml.merges": ["a b"],
        "tokenizer.ggml.bos_token_id": 257,
        "tokenizer.ggml.eos_token_id": 257,
        "tokenizer.chat_template": CHATML,
    }
    random = np.random.default_rng(seed)
    described, data, count = b"", b"", 0
    for name, shape in (
        ("token_embd.weight", (WIDTH, len(tokens))),
        ("output_norm.weight", (WIDTH,)),
        ("blk.0.attn_norm.weight", (WIDTH,)),
        ("blk.0.ssm_in.weight", (WIDTH, 2 * INNER)),
        ("blk.0.ssm_conv1d.weight", (KERNEL, INNER)),
        ("blk.0.ssm_conv1d.bias", (INNER,)),
        ("blk.0.ssm_x.weight", (INNER, RANK + 2 * STATE)),
        ("blk.0.ssm_dt.weight", (RANK, INNER)),
        ("blk.0.ssm_dt.bias", (INNER,)),
        ("blk.0.ssm_a", (STATE, INNER)),
        ("blk.0.ssm_d", (INNER,)),
        ("blk.0.ssm_out.weight", (INNER, WIDTH)),
    ):
        described += tensor(name, shape, _F32, len(data))
        values = random.normal(0.0, 0.5, size=shape[::-1])
        if name == "blk.0.ssm_a":
            values = -np.abs(values) / 50  # what was read fades slowly
        written = values.astype("<f4").tobytes()
        data += written + b"\0" * (-len(written) % _ALIGNMENT)
        count += 1
    body = b"".join(pair(key, value) for key, value in pairs.items())
    body += text("mamba.attention.layer_norm_rms_epsilon") + struct.pack("<If", _FLOAT, 1e-5)
    start = b"GGUF" + struct.pack("<IQQ", 3, count, len(pairs) + 1) + body + described
    path.write_bytes(start + b"\0" * (-len(start) % _ALIGNMENT) + data)
    return path


def _bytes() -> list[str]:
    """The characters that stand for the 256 bytes in vocabularies of this kind."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in shown]
    names = {byte: chr(byte) for byte in shown} | {byte: chr(256 + at) for at, byte in enumerate(others)}
    return [names[byte] for byte in range(256)]
