"""What is brought in and taken out, line by line."""

from __future__ import annotations

from companion.cli.output import say
from companion.cli.plain_commands.base import Run, Session, tell
from companion.errors import InvalidInput
from companion.paths import typed_path
from companion.strings import text
from companion.text import one_line
from companion.ui.import_text import done_lines, export_lines, plan_lines

_YES = " yes"


def _import(session: Session, rest: str) -> None:
    """ "/import PATH" tells what that would do, "/import PATH yes" does it."""
    path = typed_path(rest.removesuffix(_YES))
    if not path:
        raise InvalidInput(text("importing.no_path"), hint=text("importing.plain_how"))
    if not rest.endswith(_YES):
        plan = session.engine.plan_import(path)
        tell(plan_lines(plan))
        if not plan.empty:
            say(text("importing.plain_yes", path=one_line(path, 400)))
        return
    done = session.engine.import_from(path)
    tell(done_lines(done))
    if done.source is not None:
        say(text("importing.then_app"))


def _export(session: Session, rest: str) -> None:
    """ "/export FOLDER"; where there is a passphrase, "/export FOLDER yes"."""
    folder = typed_path(rest.removesuffix(_YES))
    if not folder:
        raise InvalidInput(text("importing.no_folder"), hint=text("importing.plain_export_how"))
    if session.engine.protection().encrypted and not rest.endswith(_YES):
        how = text("importing.plain_export_yes", folder=one_line(folder, 400))
        raise InvalidInput(text("importing.export_readable"), hint=how)
    say(text("importing.export_readable"))
    tell(export_lines(session.engine.export_to(folder)))


COMMANDS: dict[str, Run] = {"import": _import, "export": _export}
