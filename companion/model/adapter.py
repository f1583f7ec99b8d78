"""A LoRA adapter: checked before llama.cpp sees it, then used by every context of the model."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

from companion.errors import AdapterUnusable, ModelFailed, ModelMissing, ModelUnreadable
from companion.model import callbacks
from companion.model.gguf import read_header
from companion.model.native import C
from companion.model.protocol import Adapter
from companion.paths import with_home
from companion.strings import text
from companion.text import one_line


def check_adapter(path: Path, scale: float, architecture: str) -> Adapter:
    """The adapter at `path` for a model of `architecture`. Raises AdapterUnusable, which says what the file is."""
    path = with_home(path)
    try:
        header = read_header(path)
        stat = path.stat()
    except ModelMissing as error:
        raise AdapterUnusable(error.detail) from error
    except (ModelUnreadable, OSError) as error:
        raise AdapterUnusable(getattr(error, "detail", "") or str(error)) from error
    if header.kind != "adapter":
        raise AdapterUnusable(text("adapter.model", name=path.name))
    if header.adapter_kind != "lora":
        raise AdapterUnusable(text("adapter.kind", name=path.name, value=one_line(header.adapter_kind) or "unknown"))
    if header.architecture != architecture:
        made_for = one_line(header.architecture) or "unknown"
        raise AdapterUnusable(text("adapter.other", name=path.name, made_for=made_for, architecture=architecture))
    return Adapter(path, scale, stat.st_size, stat.st_mtime_ns)


class LoadedAdapter:
    """Lives as long as the model, which frees it; contexts have to go first."""

    def __init__(self, model: Any, adapter: Adapter) -> None:
        """Raises AdapterUnusable when llama.cpp refuses it (its tensors are not those of the model)."""
        with callbacks.errors() as said:
            self._adapter = C.llama_adapter_lora_init(model, os.fsencode(adapter.path))
        if not self._adapter:
            raise AdapterUnusable(f"{adapter.path.name}: {said[0] if said else 'llama.cpp refused it'}")
        self._scale = adapter.scale

    def apply(self, context: Any) -> None:
        """Use it in `context`. Raises ModelFailed."""
        adapters = (C.llama_adapter_lora_p_ctypes * 1)(self._adapter)
        if C.llama_set_adapters_lora(context, adapters, 1, (ctypes.c_float * 1)(self._scale)):
            raise ModelFailed(text("adapter.unused"))
