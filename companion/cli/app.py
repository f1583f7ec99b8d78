"""The command line: every command and its help. Commands import what they need when they run."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Annotated

import typer

import companion
from companion.cli import backup, bench, memories, models, voice
from companion.cli.chat import chat
from companion.cli.doctor import doctor
from companion.cli.export import export
from companion.cli.guard import Guarded, forget_stdout
from companion.cli.help_words import speak, translate
from companion.cli.importing import import_
from companion.cli.index import index
from companion.cli.letter import letter
from companion.cli.lock import lock
from companion.cli.mcp import mcp
from companion.cli.mood import mood
from companion.cli.morning import morning
from companion.cli.output import say as print_line
from companion.cli.peers import peers
from companion.cli.portrait import portrait
from companion.cli.say import say
from companion.cli.sleep import sleep
from companion.cli.unlocking import FileOption, use_file
from companion.garbage import collect_from_now_on
from companion.network import seal
from companion.paths import keep_private
from companion.traceless import leave_no_dump

# Plain help text: a screen reader reads boxes aloud. No completion scripts: they would be two options nobody asked for.
app = typer.Typer(
    cls=Guarded,
    name="companion",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
)
app.add_typer(memories.app, name="memories")
app.add_typer(models.app, name="models")
app.add_typer(backup.app, name="backup")
app.add_typer(bench.app, name="bench")
bench.app.command()(peers)
app.add_typer(voice.app, name="voice")
app.command()(say)
app.command()(portrait)
app.command()(mood)
app.command()(morning)
app.command()(letter)
app.command()(sleep)
app.command()(doctor)
app.command()(lock)
app.command()(mcp)
app.command()(index)
app.command("import")(import_)
app.command()(export)


def _version(wanted: bool) -> None:
    if wanted:
        print_line(f"companion {companion.__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    plain: Annotated[
        bool, typer.Option("--plain", help="Chat line by line: for screen readers, dumb terminals and pipes.")
    ] = False,
    passphrase_file: FileOption = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A private companion that remembers you. Without a command it opens the chat."""
    use_file(passphrase_file)
    if context.invoked_subcommand is None:
        raise typer.Exit(chat(plain))
    collect_from_now_on()


def main() -> None:
    """The `companion` command."""
    seal()
    leave_no_dump()
    keep_private()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # A character the terminal cannot show, or bytes that are no text, must not end the program.
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        speak()
        command = typer.main.get_command(app)
        translate(command)
        command(prog_name="companion")
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            forget_stdout()
        except (OSError, ValueError):
            os._exit(1)
