"""The one place where errors become what the person reads: what happened, what to do, an exit code."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from companion.errors import CompanionError
from companion.logs import describe, log_file, logger
from companion.paths import default_paths
from companion.strings import text
from companion.text import sanitise

INTERRUPTED = 130
PIPE_CLOSED = 1


class Guarded(TyperGroup):
    """A command group that shows no traceback, whatever happens in a command."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except typer.TyperException as error:
            _explain_dash(error)
            raise
        except CompanionError as error:
            show_error(error)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            forget_stdout()
            raise typer.Exit(PIPE_CLOSED) from None
        except Exception as error:
            show_unexpected(error)
            raise typer.Exit(1) from None


def show_error(error: CompanionError) -> None:
    """The error and its hint on stderr, harmless whatever they quote."""
    complain(str(error), error.hint)


def complain(what: str, hint: str = "") -> None:
    lines = [what, *([hint] if hint else [])]
    print("\n".join(sanitise(line) for line in lines), file=sys.stderr)  # noqa: T201 - the screen is the output


def show_unexpected(error: BaseException) -> None:
    """A fault of ours: a short message; the way it took goes to the log."""
    logger.error("unexpected error\n%s", describe(error))
    complain(
        text("cli.unexpected", name=type(error).__name__),
        text("cli.unexpected_hint", default_paths=log_file(default_paths())),
    )


def forget_stdout() -> None:
    """Whoever read our output has gone: what is still buffered goes nowhere, instead of failing at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return


def _explain_dash(error: typer.TyperException) -> None:
    """`forget -3` and `say "- milk"` look like options; say so."""
    option = getattr(error, "option_name", None)
    if not isinstance(option, str) or not hasattr(error, "message"):
        return
    if re.fullmatch(r"-\d+", option):
        error.message = text("cli.no_id", option=option)
    elif not option.startswith("--"):
        error.message = text("cli.dash", message=error.message)
