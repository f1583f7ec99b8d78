"""The process of speech: answers what is asked over the pipe until it ends. `companion.speech.client` is the other end.

Like the engine it reaches nobody, leaves no copy of its memory behind and prints to the log. A native crash ends it
alone. It is told the paths of two models and a language, and nothing else of the profile; sound stays in its memory.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from companion.errors import VoiceError, VoiceFailed
from companion.kernel_seal import close_internet
from companion.logs import describe, keep_off_the_screen
from companion.network import seal
from companion.paths import Paths, keep_private
from companion.speech.messages import (
    Finish,
    Hush,
    Listen,
    Part,
    Ready,
    Say,
    Setup,
    SpeechEvent,
    TriedAll,
    Trouble,
    Try,
)
from companion.strings import text, use_language
from companion.traceless import go_first, leave_no_dump

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from companion.speech.parts import Parts


def serve(pipe: Connection, paths: Paths, setup: Setup, language: str) -> None:
    """Until the pipe ends or None comes. `language` is that of the screens, for what goes wrong."""
    seal()
    close_internet()
    go_first()
    leave_no_dump()
    keep_private()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the interface's to handle
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # there is nothing to save
    keep_off_the_screen(paths)
    use_language(language)
    try:
        from companion.speech.parts import real_parts

        run(pipe, setup, real_parts())
    except Exception as error:
        log.error("the process of speech failed\n%s", describe(error))
        os._exit(1)
    os._exit(0)  # a library that still plays or listens is not waited for


def run(pipe: Connection, setup: Setup, parts: Parts) -> None:
    """Answer requests with these parts."""
    from companion.speech.hearing import Hearing
    from companion.speech.saying import Saying
    from companion.speech.trying import try_all

    writing = threading.Lock()

    def tell(event: SpeechEvent) -> None:
        with writing, contextlib.suppress(OSError, ValueError):
            pipe.send(event)

    def failed(part: Part, error: Exception, take: int = 0) -> None:
        if not isinstance(error, VoiceError):
            log.error("speech failed\n%s", describe(error))
            error = VoiceError(type(error).__name__)
        tell(Trouble(part, error.brief, error.hint, take))

    saying = Saying(lambda: parts.voice(_given(setup.voice)), parts.player, tell, lambda error: failed("speak", error))
    hearing = Hearing(
        lambda: parts.ears(_given(setup.ears)),
        parts.recorder,
        setup.language,
        tell,
        lambda error, take: failed("listen", error, take),
    )
    with contextlib.suppress(EOFError, OSError):
        while (request := pipe.recv()) is not None:
            match request:
                case Say():
                    saying.say(request.round, request.text)
                case Hush():
                    saying.hush(request.round)
                case Ready(part="speak"):
                    saying.ready()
                case Ready() | Listen() | Finish():
                    hearing.ask(request)
                case Try():
                    tell(TriedAll(try_all(parts, setup, request.text, request.aloud)))


def _given(path: Path | None) -> Path:
    if path is None:
        raise VoiceFailed(text("voice.nothing_chosen"), hint=text("voice.see_list"))
    return path
