"""Dictation with faster-whisper. The only importer of faster_whisper."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from companion.errors import VoiceFailed
from companion.extras import pip_install
from companion.speech.parts import Samples
from companion.strings import text

THREADS = 4
"""At most: the language model may be writing meanwhile."""

TEMPERATURES = (0.0, 0.4)
"""One more try where the first repeats itself or is unsure; the library's usual six take most of a minute."""


class WhisperEars:
    """Raises VoiceFailed where the folder holds no such model, or a damaged one."""

    def __init__(self, path: Path) -> None:
        try:
            import faster_whisper
            from tqdm import tqdm
        except (ImportError, OSError) as error:
            raise VoiceFailed(
                text("voice.no_packages_listen"), hint=text("voice.install", pip_install=pip_install())
            ) from error
        # Its progress bars, which are never shown, would leave a semaphore of the system behind.
        tqdm.set_lock(threading.RLock())
        if not (path / "tokenizer.json").is_file():  # it would ask a hub for one
            raise VoiceFailed(text("voice.unusable", name=path.name), hint=text("voice.put_another"))
        try:
            self._model = faster_whisper.WhisperModel(
                str(path),
                device="cpu",
                compute_type="int8",
                cpu_threads=min(THREADS, os.cpu_count() or 1),
                local_files_only=True,
            )
        except Exception as error:
            raise VoiceFailed(text("voice.unusable", name=path.name), hint=text("voice.put_another")) from error

    def words(self, samples: Samples, language: str) -> str:
        known = language if language in self._model.supported_languages else None
        # Without the filter for speech a silence becomes words that nobody said.
        segments, _ = self._model.transcribe(samples, language=known, vad_filter=True, condition_on_previous_text=False)
        return " ".join(segment.text.strip() for segment in segments).strip()
