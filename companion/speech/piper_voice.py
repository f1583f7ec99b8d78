"""A voice of piper-tts. The only importer of piper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from companion.errors import VoiceFailed
from companion.extras import pip_install
from companion.speech.parts import Samples
from companion.strings import text


class PiperVoice:
    """Raises VoiceFailed where the file is no voice, or a damaged one."""

    def __init__(self, path: Path) -> None:
        try:
            import piper
        except (ImportError, OSError) as error:
            raise VoiceFailed(
                text("voice.no_packages_speak"), hint=text("voice.install", pip_install=pip_install())
            ) from error
        try:
            # What a voice lacks is not fetched: where it would be put is no folder.
            self._voice = piper.PiperVoice.load(path, download_dir=path)
            self.rate = int(self._voice.config.sample_rate)
        except Exception as error:  # onnxruntime's own kinds, and whatever the description lets go wrong
            raise VoiceFailed(text("voice.unusable", name=path.name), hint=text("voice.put_another")) from error

    def synthesise(self, text: str) -> Iterator[Samples]:
        for piece in self._voice.synthesize(text):
            yield np.asarray(piece.audio_float_array, dtype=np.float32)
