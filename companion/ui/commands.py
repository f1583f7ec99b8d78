"""What the command palette offers, each named "noun: Verb"."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp


def commands(app: CompanionApp) -> Iterator[SystemCommand]:
    """All of them; they act on the chat wherever the palette was opened."""
    chat = app.chat
    yield SystemCommand("Memory: Open the panel", "See, filter and change what is remembered", app.action_memories)
    yield SystemCommand("Memory: Add", "Write a memory by hand", app.add_memory)
    yield SystemCommand("Memory: Undo", "Take the last change back", app.undo)
    yield SystemCommand("Chat: Stop", "Stop the reply, keeping what was written", chat.action_stop)
    yield SystemCommand("Chat: Show recalled", "The memories the last reply was given", chat.action_toggle_recalled)
    yield SystemCommand("Chat: Show learned", "What was learned last: keep, edit or undo it", chat.action_newest_card)
    yield SystemCommand("Memory: Since you were here", "Learned, changed, about to fade", chat.action_morning)
    yield SystemCommand("Chat: Go to newest", "Scroll to the end of the conversation", chat.action_newest)
    yield SystemCommand("Sleep: Run now", "Run every night that is due", app.sleep)
    yield SystemCommand("Sleep: Preview", "What the night would change", partial(app.sleep, dry_run=True))
    yield SystemCommand("Models: Open the list", "Choose a language model, fetch one, remove one", app.action_models)
    yield SystemCommand("Models: Stop fetching", "What has come is kept", app.stop_pull)
    yield SystemCommand("Engine: Check", "Profile, model, embedder, index, jobs", app.check_engine)
    yield SystemCommand("Engine: Restart", "Start the engine again", app.restart_engine)
    yield SystemCommand("Help: Forgetting", "How memories fade, and what keeps them", app.explain_forgetting)
    yield SystemCommand("Help: Show", "Keys, and what this screen is for", app.action_help)
    for name in sorted(app.available_themes):
        yield SystemCommand(f"Theme: {name}", "Change the colours", partial(setattr, app, "theme", name))
    yield SystemCommand("App: Quit", "Leave; everything is saved", app.leave)
