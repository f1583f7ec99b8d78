"""llama.cpp's C functions. The one importer of llama_cpp: sets up its log and starts it.

The high-level class of llama-cpp-python is not used: it reads control tokens out of people's text, redirects file
descriptors while it loads, and keeps no second context.
"""

from __future__ import annotations

import llama_cpp as C  # noqa: N812

from companion.model import callbacks

__all__ = ["C"]

C.llama_log_set(callbacks.LOG, None)
C.llama_backend_init()
