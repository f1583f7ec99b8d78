"""`companion backup …`: copies of everything, looking at them, bringing one back.

--json: `now` a backup; `list` and `verify` {"folder": …, "backups": [backup, …], "set_aside": [folder, …]}; `restore`
{"restored": backup, "kept": backup, folder or null}; `drill` the fields of `companion.store.drill.Drill`. A backup is
{"name", "at" (ISO 8601), "bytes", "reason", "schema", "encrypted", "sound" (true, false, null: not looked at)}.
"""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from companion.cli.output import Json, print_json, say
from companion.cli.session import opened, prepare
from companion.clock import SystemClock, iso
from companion.errors import InvalidInput, ProfileError
from companion.strings import text
from companion.text import one_line
from companion.ui.backup_text import backup_line
from companion.ui.format import amount

if TYPE_CHECKING:
    from companion.paths import Paths
    from companion.safekeeping import Backup
    from companion.store.backups import Backups
    from companion.store.drill import Drill

app = typer.Typer(no_args_is_help=True, help="Copies of everything: make one, look at them, bring one back.")
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")]
LATEST = "latest"
_NAME_HELP = "Its name, the beginning of it, a file, or `latest`: the newest sound one."


@app.callback()
def backup() -> None:
    """Copies of everything: make one, look at them, bring one back."""


@app.command()
def now(as_json: AsJson = False) -> None:
    """Make a copy now, and read it through."""
    with opened() as companion:
        made = companion.back_up()
    if as_json:
        print_json(backup_json(made))
        return
    say(text("backup_cli.made", name=made.name, amount=amount(made.bytes)))


@app.command("list")
def list_backups(as_json: AsJson = False) -> None:
    """The copies there are, newest first."""
    _show(verify=False, as_json=as_json)


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Read every copy through: is it what was written? Exit code 1 when one is not."""
    if not _show(verify=True, as_json=as_json):
        raise typer.Exit(1)


@app.command()
def restore(
    name: Annotated[str, typer.Argument(help=_NAME_HELP)] = LATEST,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a copy in the place of your data. What is there now is kept as a copy first."""
    from companion.store import restoring
    from companion.store.lock import ProfileLock

    paths, backups, chosen = _chosen(name)
    paths.prepare()
    lock = ProfileLock(paths.lock)
    lock.acquire()
    try:
        if not yes:
            _ask(paths, chosen)
        kept = restoring.restore(paths, backups, chosen, SystemClock(), _key_of_profile(paths))
    finally:
        lock.release()
    if as_json:
        print_json(restored_json(chosen, kept))
        return
    say(text("backup_cli.restored", line=backup_line(chosen)))
    if kept is not None:
        say(text("backup_cli.kept", kept=kept if isinstance(kept, Path) else kept.name))


@app.command()
def drill(
    name: Annotated[str, typer.Argument(help=_NAME_HELP)] = LATEST,
    as_json: AsJson = False,
) -> None:
    """Rehearse: bring a copy back in a folder of its own, open it, compare, search it, and take all that away again."""
    from companion.store.drill import drill as rehearse

    paths, backups, chosen = _chosen(name)
    key = _key_of(paths, backups, chosen) if chosen.encrypted else None
    found = rehearse(paths, backups, chosen, SystemClock(), key)
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    for line in drill_lines(found, chosen):
        say(line)


def drill_lines(found: Drill, chosen: Backup) -> list[str]:
    lines = [
        text("backup_cli.drill_from", line=backup_line(chosen)),
        text("backup_cli.drill_restored", seconds=found.restore_seconds, bytes=amount(chosen.bytes)),
        text("backup_cli.drill_opened", seconds=found.open_seconds, schema=found.schema, now=found.migrated_to),
        text("backup_cli.drill_same", turns=found.turns, memories=found.memories, digest=found.digest[:16]),
    ]
    if found.word:
        lines.append(text("backup_cli.drill_found", word=one_line(found.word, 40), count=found.found))
    return [*lines, text("backup_cli.drill_done", seconds=found.total_seconds)]


def backup_json(backup: Backup) -> Json:
    return {
        "name": backup.name,
        "at": iso(backup.at, backup.utc_offset),
        "bytes": backup.bytes,
        "reason": backup.reason,
        "schema": backup.schema,
        "encrypted": backup.encrypted,
        "sound": backup.sound,
    }


def restored_json(chosen: Backup, kept: Backup | Path | None) -> Json:
    told: object = None
    if kept is not None:
        told = str(kept) if isinstance(kept, Path) else backup_json(kept)
    return {"restored": backup_json(chosen), "kept": told}


def _backups() -> tuple[Paths, Backups]:
    from companion.store.backups import Backups

    paths, settings = prepare()
    return paths, Backups(paths, SystemClock(), settings.backup.folder)


def _key_of_profile(paths: Paths) -> bytes | None:
    """What opens what is there now; None where nobody can: then it is kept as it is, encrypted."""
    from companion.cli.unlocking import key_wanted
    from companion.settings import load_settings

    try:
        return key_wanted(paths, load_settings(paths.settings))
    except ProfileError:
        return None


def _key_of(paths: Paths, backups: Backups, chosen: Backup) -> bytes | None:
    """What opens an encrypted copy: the passphrase of its time, or its recovery code. Raises ProfileSealed,
    WrongPassphrase, BackupUnusable."""
    from companion.cli.unlocking import secret_that_opens
    from companion.store.keys import read_keys

    backups.check(chosen)
    file = read_keys(backups.keys(chosen.name))
    return secret_that_opens(paths, file.unlock)[1].database_key if file is not None else None


def _chosen(name: str) -> tuple[Paths, Backups, Backup]:
    from companion.paths import from_here
    from companion.store.backup_names import parse_name
    from companion.store.backups import Backups

    paths, backups = _backups()
    if name == LATEST:
        found = backups.latest_sound()
        if found is None:
            raise InvalidInput(text("backup_cli.none_sound"), hint=text("backup_cli.none_sound_hint"))
        return paths, backups, found
    file = Path(name)
    if file.parent != Path() or name.startswith("~"):
        file = from_here(file)
        backups = Backups(paths, SystemClock(), file.parent, whosever=True)
        if parse_name(file.name) is None and file.is_file():
            raise InvalidInput(text("backup_cli.renamed", name=file.name), hint=text("backup_cli.renamed_hint"))
    return paths, backups, backups.get(file.name)


def _show(*, verify: bool, as_json: bool) -> bool:
    """Whether all of them are sound, as far as that was asked."""
    from companion.store.replaced import DAYS_KEPT, kept_aside, size_of

    paths, backups = _backups()
    found = [backups.look_at(each) for each in backups.all()] if verify else list(backups.all())
    aside = kept_aside(paths)
    if as_json:
        shown = [backup_json(each) for each in found]
        print_json({"folder": str(backups.folder), "backups": shown, "set_aside": [str(each) for each in aside]})
    else:
        for each in found:
            say(text("backup_cli.line", line=backup_line(each), name=each.name))
        for line in _folder_lines(backups, found):
            say(line)
        for folder in aside:
            say(text("backup_cli.aside", folder=folder, amount=amount(size_of(folder))))
        if aside:
            say(text("replaced.stays", count=DAYS_KEPT))
        if found and not verify:
            say(text("backup_cli.how"))
    return all(each.sound is not False for each in found)


def _folder_lines(backups: Backups, found: Sequence[Backup]) -> list[str]:
    """How many are where; that a folder cannot be looked into is told: its copies are not gone."""
    where = Counter(backups.path(each.name).parent for each in found)
    lines = [text("backup_cli.count", count=where[each], folder=each) for each in backups.folders if where[each]]
    if not backups.is_there:
        lines.append(text("backup_cli.not_there", folder=backups.folder))
    return lines or [text("backup_cli.count", count=0, folder=backups.folder)]


def _ask(paths: Paths, chosen: Backup) -> None:
    say(text("backup_cli.would", line=backup_line(chosen)))
    if paths.keys.exists() and not chosen.encrypted:
        say(text("backup_cli.without_lock"))
    elif chosen.encrypted:
        say(text("backup_cli.with_lock"))
    if not sys.stdin.isatty():
        raise InvalidInput(text("backup_cli.not_asked"), hint=text("backup_cli.not_asked_hint"))
    typer.confirm(text("backup_cli.sure"), abort=True)
