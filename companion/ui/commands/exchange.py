"""Commands of what is brought in and taken out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from companion.commands import Command
from companion.paths import typed_path
from companion.strings import text
from companion.text import one_line
from companion.ui.commands.entry import Entry

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp


def entries() -> tuple[Entry, ...]:
    return (
        Entry(Command("exchange.import", slash="import", takes="text"), _import),
        Entry(Command("exchange.export", slash="export", takes="text"), _export),
    )


def _import(app: CompanionApp, path: str) -> None:
    from companion.ui.screens.importing import ImportScreen  # not before it is wanted

    def opened(given: str | None) -> None:
        if given and given.strip():
            app.push_screen(ImportScreen(app.engine, typed_path(given)))

    _asked(app, path, text("importing.ask_path"), opened)


def _export(app: CompanionApp, folder: str) -> None:
    from companion.ui.screens.confirm import ConfirmScreen

    def chosen(given: str | None) -> None:
        if given and given.strip():
            target = typed_path(given)
            lines = (one_line(target, 300), text("importing.export_readable"))
            question = ConfirmScreen(text("importing.export_sure"), lines, text("importing.export_yes"))
            app.push_screen(question, lambda yes: _write(app, target) if yes else None)

    _asked(app, folder, text("importing.ask_folder"), chosen)


def _asked(app: CompanionApp, given: str, question: str, then: Callable[[str | None], None]) -> None:
    """`then` gets what was typed after the command, or what is typed now."""
    from companion.ui.screens.ask import AskScreen

    app.back_to_chat()
    if given.strip():
        then(given)
    else:
        app.push_screen(AskScreen(question, keys=text("importing.keys_path")), then)


def _write(app: CompanionApp, folder: str) -> None:
    from companion.ui.import_text import export_lines
    from companion.ui.screens.base import attempt, tell

    async def write() -> None:
        tell(app, text("importing.exporting"), seconds=3)
        done = await attempt(app, app.engine.export_to(folder))
        if done is not None:
            where, counts = export_lines(done)
            tell(app, where, counts, seconds=8)

    app.run_worker(write(), group="export", exit_on_error=False)
