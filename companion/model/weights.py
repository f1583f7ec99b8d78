"""The weights of a model and its vocabulary, as llama.cpp holds them: shared by the contexts."""

from __future__ import annotations

import ctypes
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from companion import strings
from companion.errors import ModelFailed, ModelUnreadable
from companion.model import callbacks
from companion.model.adapter import LoadedAdapter
from companion.model.native import C
from companion.model.protocol import Adapter, ModelInfo
from companion.model.tuning import Tuning

PLAIN_ATTENTION = 8192
"""Contexts up to this many tokens do without flash attention on a processor: it takes twice as long for messages of
less than 64 tokens (19 ms a token against 9, after 2,000 tokens of SmolLM2). It would save 130 MB for a 7B model."""


class Weights:
    """What `path` holds (see also tokens.Vocabulary). Raises ModelUnreadable when llama.cpp refuses it."""

    def __init__(self, path: Path, on_progress: Callable[[float], None] | None) -> None:
        parameters = C.llama_model_default_params()
        progress = callbacks.LoadProgress(on_progress) if on_progress else None
        if progress:
            parameters.progress_callback = progress.callback
        with callbacks.errors() as said:
            self._model = C.llama_model_load_from_file(os.fsencode(path), parameters)
        if progress and progress.error:
            if self._model:
                C.llama_model_free(self._model)
            raise progress.error
        if not self._model:
            raise ModelUnreadable(f"{path.name}: {said[0] if said else 'llama.cpp refused it'}")
        self.vocabulary = C.llama_model_get_vocab(self._model)
        self.bos = C.llama_vocab_bos(self.vocabulary)
        self.eos = C.llama_vocab_eos(self.vocabulary)
        self.adds_bos = bool(C.llama_vocab_get_add_bos(self.vocabulary))
        self.size = C.llama_vocab_n_tokens(self.vocabulary)
        self.output_share = self.size * C.llama_model_n_embd(self._model) / max(1, C.llama_model_n_params(self._model))
        """Of all parameters, those of the output layer, or about as many: the size of the embeddings."""
        self._adapter: LoadedAdapter | None = None
        self.can_go_back = not (C.llama_model_is_recurrent(self._model) or C.llama_model_is_hybrid(self._model))
        """Whether the end of what was read can be dropped: recurrent models keep a state, not a row per token."""
        self._pieces: dict[int, bytes] = {}
        self._anchor: list[int] = []
        self._anchor = self._find_anchor()

    def info(self, path: Path, context: int) -> ModelInfo:
        trained = C.llama_model_n_ctx_train(self._model)
        return ModelInfo(
            name=path.stem,
            path=path,
            context_tokens=min(context, trained) if trained > 0 else context,
            trained_context=trained,
            size_bytes=C.llama_model_size(self._model),
            parameters=C.llama_model_n_params(self._model),
        )

    def add(self, adapter: Adapter) -> None:
        """Use `adapter` in every context made from now on. Raises AdapterUnusable."""
        self._adapter = LoadedAdapter(self._model, adapter)

    def flash_attention(self, tokens: int, tuning: Tuning) -> bool:
        """Whether contexts of `tokens` tokens use it, where `tuning` leaves that open."""
        if tuning.flash_attention is not None:
            return tuning.flash_attention
        return tokens > PLAIN_ATTENTION or bool(C.llama_supports_gpu_offload())

    def cache_bytes(self, tokens: int) -> int:
        """What the keys and values of `tokens` tokens take, 2 bytes each, about."""
        model = self._model
        width = C.llama_model_n_embd(model) * C.llama_model_n_head_kv(model) / max(1, C.llama_model_n_head(model))
        return int(tokens * C.llama_model_n_layer(model) * width * 2 * 2)

    def identity(self, info: ModelInfo, template: str, tuning: Tuning) -> str:
        """Names everything a KV cache depends on, but for the text: file, build, template, kind of cache. In hex."""
        stat = info.path.stat() if info.path is not None else None
        parts = (
            C.__version__,
            str(info.path),
            str(stat and (stat.st_size, stat.st_mtime_ns)),
            hashlib.sha256(template.encode()).hexdigest(),
            str(info.adapter and info.adapter.fingerprint),
            str(self.flash_attention(info.context_tokens, tuning)),
            tuning.kv_type,
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def context(self, tokens: int, tuning: Tuning, batch: int | None = None) -> Any:
        """`batch`: tokens that can be read at once, where that is not the tuning's number."""
        parameters = C.llama_context_default_params()
        parameters.n_ctx = tokens
        parameters.n_batch = parameters.n_ubatch = min(batch or tuning.batch, tokens)
        parameters.n_threads, parameters.n_threads_batch = tuning.write_threads, tuning.read_threads
        parameters.no_perf = True
        # With a window-sized cache, models with sliding-window attention could not go back to a common prefix.
        parameters.swa_full = True
        if not self.flash_attention(tokens, tuning):
            parameters.flash_attn_type = C.LLAMA_FLASH_ATTN_TYPE_DISABLED
        elif tuning.flash_attention:
            parameters.flash_attn_type = C.LLAMA_FLASH_ATTN_TYPE_ENABLED
        if tuning.kv_type == "q8_0":
            parameters.type_k = parameters.type_v = C.GGML_TYPE_Q8_0
        with callbacks.errors() as said:
            context = C.llama_init_from_model(self._model, parameters)
        if not context:
            raise ModelFailed(
                strings.text("model.no_context", tokens=tokens, value=said[0] if said else "llama.cpp refused it"),
                hint=strings.text("model.no_context_hint"),
            )
        if self._adapter is not None:
            self._adapter.apply(context)
        return context

    def logits(self, context: Any, row: int) -> npt.NDArray[np.float32]:
        """Logits (vocabulary) of a row that `context` was asked for, −1 for the last; valid until it reads on."""
        return np.ctypeslib.as_array(C.llama_get_logits_ith(context, row), shape=(self.size,))

    def is_end(self, token: int) -> bool:
        return bool(C.llama_vocab_is_eog(self.vocabulary, token))

    def is_special(self, token: int) -> bool:
        attributes = C.llama_vocab_get_attr(self.vocabulary, token)
        if attributes & (C.LLAMA_TOKEN_ATTR_CONTROL | C.LLAMA_TOKEN_ATTR_UNKNOWN) or self.is_end(token):
            return True
        if not attributes & C.LLAMA_TOKEN_ATTR_USER_DEFINED:
            return False
        text = self.text(token)
        return (text[:1], text[-1:]) in {("<", ">"), ("[", "]")}

    def text(self, token: int) -> str:
        if token < 0:
            return ""
        return str((C.llama_vocab_get_text(self.vocabulary, token) or b"").decode("utf-8", "replace"))

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for in a reply: none for control tokens; maybe part of a character."""
        piece = self._pieces.get(token)
        if piece is None:
            # A buffer of its own for each call: both lanes may be here at once.
            buffer = ctypes.create_string_buffer(256)
            length = C.llama_token_to_piece(self.vocabulary, token, buffer, len(buffer), 0, False)
            if length < 0:
                buffer = ctypes.create_string_buffer(-length)
                length = C.llama_token_to_piece(self.vocabulary, token, buffer, len(buffer), 0, False)
            piece = self._pieces[token] = buffer.raw[:length]
        return piece

    def encode(self, text: str, *, special: bool) -> list[int]:
        known = len(self._anchor)
        tokens = self._tokenise("\n" + text if known else text, special)
        return tokens[known:] if tokens[:known] == self._anchor else self._tokenise(text, special)

    def _find_anchor(self) -> list[int]:
        """SentencePiece vocabularies put a space ahead of any text. It belongs to the start of a prompt, not to
        each of its pieces: there a line break is put ahead and its tokens are taken off again."""
        line_break, both, alone = (self._tokenise(text, False) for text in ("\n", "\na", "a"))
        prefixed = both[: len(line_break)] == line_break and both[len(line_break) :] != alone
        return line_break if prefixed else []

    def _tokenise(self, text: str, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        tokens = (C.llama_token * room)()
        count = C.llama_tokenize(self.vocabulary, data, len(data), tokens, room, False, special)
        if count < 0:
            tokens = (C.llama_token * -count)()
            count = C.llama_tokenize(self.vocabulary, data, len(data), tokens, -count, False, special)
        return list(tokens[: max(0, count)])

    def close(self) -> None:
        C.llama_model_free(self._model)
