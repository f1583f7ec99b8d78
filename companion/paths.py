"""Every place on disk that Companion uses. COMPANION_HOME moves all of it; else the system's own folders."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from companion.errors import DiskFull, ProfileUnavailable

APP = "companion"


@dataclass(frozen=True)
class Paths:
    """The profile's locations. Nothing is created until `prepare()`."""

    data: Path
    config: Path

    @property
    def database(self) -> Path:
        return self.data / "companion.db"

    @property
    def lock(self) -> Path:
        return self.data / "companion.lock"

    @property
    def index(self) -> Path:
        """The Chroma folder: may be deleted at any time, it is rebuilt from the database."""
        return self.data / "index"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def read(self) -> Path:
        """What the model has read of the conversation: may be deleted at any time, it is read again."""
        return self.data / "read.kv"

    @property
    def marker(self) -> Path:
        """Tells that there is, or was, a profile here."""
        return self.data / "companion.id"

    @property
    def backups(self) -> Path:
        """Copies of the database, where settings name no other folder."""
        return self.data / "backups"

    @property
    def keys(self) -> Path:
        """The wrapped keys of a profile with a passphrase; a profile without one has no such file."""
        return self.data / "companion.keys"

    @property
    def erased(self) -> Path:
        """What must not come back with an older copy of the database, in a form that does not spell it."""
        return self.data / "companion.erased"

    @property
    def inbox(self) -> Path:
        """What other programs proposed to remember, until the engine takes it in."""
        return self.data / "inbox"

    @property
    def letters(self) -> Path:
        """The weekly letters, where settings name no other folder."""
        return self.data / "Letters"

    @property
    def scratch(self) -> Path:
        """What is unpacked of an archive that is brought in: there only meanwhile."""
        return self.data / "opened"

    @property
    def scratch_raft(self) -> Path:
        """The same for an archive of Companion's own export."""
        return self.data / "opened-raft"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def settings(self) -> Path:
        return self.config / "settings.toml"

    @property
    def personas(self) -> Path:
        """The person's own personas, a TOML file each."""
        return self.config / "personas"

    def prepare(self) -> None:
        """Create the folders, private to the person (0700). Raises ProfileUnavailable or DiskFull."""
        for folder in (self.data, self.config, self.logs):
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                if os.name == "posix" and folder.stat().st_mode & 0o077 and os.access(folder, os.W_OK):
                    folder.chmod(0o700)
            except OSError as error:
                if error.errno == 28:  # ENOSPC
                    raise DiskFull(str(folder)) from error
                raise ProfileUnavailable(f"{folder} ({error.strerror or error})") from error


def default_paths() -> Paths:
    """COMPANION_HOME for everything, else the folders the system sets aside for a program."""
    home = os.environ.get("COMPANION_HOME")
    if home:
        folder = from_here(Path(home))
        return Paths(data=folder, config=folder)
    return Paths(
        data=Path(platformdirs.user_data_dir(APP, appauthor=False)),
        config=Path(platformdirs.user_config_dir(APP, appauthor=False)),
    )


def full_path(path: Path, seen_from: Path) -> Path:
    return seen_from / with_home(path)


def with_home(path: Path) -> Path:
    """With a leading ~ replaced; the home of somebody who is not known here is a name like any other."""
    with contextlib.suppress(RuntimeError):
        return path.expanduser()
    return path


def from_here(path: Path) -> Path:
    """Seen from where the program was started; as it is when that folder is gone."""
    path = with_home(path)
    with contextlib.suppress(OSError):
        return path.absolute()
    return path


def typed_path(words: str) -> str:
    """A path as it was typed, or dropped into the terminal, which quotes it as for a shell: without those marks."""
    words = words.strip()
    if len(words) > 2 and words[0] == words[-1] and words[0] in "'\"":
        return words[1:-1]
    if os.sep == "/" and "\\" in words:
        try:
            is_one = from_here(Path(words)).exists()
        except (OSError, ValueError):  # no path at all; whoever opens it says so
            return words
        return words if is_one else re.sub(r"\\(.)", r"\1", words)
    return words


def keep_private() -> None:
    """From here on this process creates files that only the person can read (0600, folders 0700)."""
    os.umask(0o077)


def asset(*parts: str) -> Path:
    """A file of assets/: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).parent
    for base in (package / "assets", package.parent / "assets"):
        if base.is_dir():
            return base.joinpath(*parts)
    raise FileNotFoundError("assets folder of Companion is missing; install it again")


def models_list() -> Path:
    """models.txt, inside the installed package or beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / "models.txt"
    return inside if inside.is_file() else package.parent / "models.txt"
