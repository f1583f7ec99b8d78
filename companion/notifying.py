"""A notification of the desktop, where there is one. The only importer of desktop_notifier."""

from __future__ import annotations

import logging
import threading

from companion.text import one_line

log = logging.getLogger(__name__)
PATIENCE = 10.0
"""Seconds after which a desktop that does not answer is left alone."""


def notify(title: str, message: str) -> threading.Thread:
    """Show it, on a thread of its own, which is returned. Where there is no desktop, or it refuses, nothing happens: it
    is only a hint at what the program shows anyway."""
    thread = threading.Thread(target=_notify, args=(_plain(title), _plain(message)), name="notify", daemon=True)
    thread.start()
    return thread


def _plain(words: str) -> str:
    """Without what acts or hides, and without the tags that desktops take for links and pictures."""
    return one_line(words).replace("<", "‹").replace(">", "›")


def _notify(title: str, message: str) -> None:
    import asyncio

    async def send() -> None:
        from desktop_notifier import DesktopNotifier

        await asyncio.wait_for(DesktopNotifier(app_name="Companion", app_icon=None).send(title, message), PATIENCE)

    try:
        asyncio.run(send())
    except Exception as error:  # each system fails in ways of its own
        log.info("no notification could be shown: %s", type(error).__name__)
