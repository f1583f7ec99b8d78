"""Every error a person can meet: what happened (title, detail) and what to do (hint).

    CompanionError
    ├── ProfileError             the person's data
    │   ├── ProfileLocked            another Companion has it open
    │   ├── ProfileUnavailable       cannot be opened, read or written
    │   ├── ProfileReadOnly          opened, but nothing can be written
    │   ├── ProfileDamaged           SQLite says the file is not sound
    │   ├── ProfileTooNew            written by a newer Companion
    │   ├── ProfileSealed            has a passphrase, which was not given
    │   │   └── WrongPassphrase          nor is it this one
    │   ├── ProfileMissing           there was a database here, and it is gone or empty
    │   ├── BackupUnusable           a backup that is not what was written
    │   └── DiskFull                 no room left
    ├── ModelError               the local language model
    │   ├── ModelMissing             none configured or found
    │   ├── ModelUnreadable          not a GGUF file, cut short, or refused by llama.cpp
    │   ├── ModelWithoutTemplate     has no chat template: it cannot hold a conversation
    │   ├── ModelTooLarge            needs more memory than this computer has
    │   ├── PullFailed               a model could not be fetched
    │   ├── PullStopped              the person stopped fetching it; what came is kept
    │   ├── PullRunning              it is being fetched already
    │   ├── AdapterUnusable          the LoRA adapter that is set is none, or none for this model
    │   ├── ModelFailed              failed while reading or writing
    │   ├── NotOffered               this model, or its server, cannot do what was asked
    │   └── ServerError              the model is on another computer, and that did not go well
    │       ├── ServerUnreachable        nobody there, or no way to it
    │       ├── ServerRefused            it wants another key
    │       ├── ServerUnsuited           no such model or no such path there, or it is something else altogether
    │       ├── ServerSilent             it said nothing for too long
    │       └── ServerFailed             it told of an error, was too busy, or broke off
    │           └── ContextExceeded          it holds less than was meant to be used
    ├── EmbedderMissing          no sentence embedder: recall by words only
    ├── VoiceError               reading aloud and dictation
    │   ├── VoiceMissing             a package or a model for it is not there
    │   └── VoiceFailed              the model, or the sound of this computer, did not work
    ├── InvalidInput             what was asked makes no sense as it stands
    │   ├── EmptyMessage
    │   ├── FileRefused          a file that was given, and may do harm or is no such file
    │   └── NotFound
    │       └── FileMissing          the path that was given
    ├── Busy                     a reply is still being written
    ├── ThinkingStopped          thinking made way for the conversation; it is done later
    ├── NothingToUndo
    │   └── NothingToRedo            nothing was undone, or something was changed since
    └── EngineStopped            the engine process ended

What each says is in assets/strings, looked up when it is shown. `exit_code` is what a one-shot command
returns to the shell.
"""

from __future__ import annotations

import re

from companion.extras import pip_install


class _Words:
    """What is said of an error, from assets/strings, section "errors": by the name of its class, or of the nearest base
    that has such words. An error can be given words of its own instead."""

    def __init__(self, ending: str = "") -> None:
        self._ending = ending

    def __get__(self, error: CompanionError | None, kind: type[CompanionError]) -> str:
        from companion.strings import texts  # which finds its files by companion.paths, which raises these errors

        known = texts("errors")
        names = (re.sub(r"(?<!^)(?=[A-Z])", "_", each.__name__).lower() + self._ending for each in kind.__mro__)
        words = next(str(known[name]) for name in names if name in known)
        return words.replace("{pip_install}", pip_install())


class CompanionError(Exception):
    """Base of every error shown to a person; `str(error)` is its title and detail in one line."""

    title = _Words()
    """What happened."""
    hint = _Words("_hint")
    """What to do."""
    exit_code = 1

    def __init__(self, detail: str = "", *, hint: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if hint is not None:
            self.hint = hint

    def __str__(self) -> str:
        from companion.strings import text

        return text("errors.with_detail", title=self.title, detail=self.detail) if self.detail else self.title

    def __reduce__(self) -> tuple[object, ...]:
        # An error crosses the pipe from the engine; keyword arguments do not survive the default pickling.
        return (_rebuild, (type(self), self.detail, self.hint))


def told_of(title: str, hint: str) -> CompanionError:
    """The error that was told as an event."""
    error = CompanionError(hint=hint)
    error.title = title
    return error


def _rebuild(kind: type[CompanionError], detail: str, hint: str) -> CompanionError:
    return kind(detail, hint=hint)


class ProfileError(CompanionError):
    """The person's data."""


class ProfileLocked(ProfileError):
    """Another Companion has it open."""

    exit_code = 3


class ProfileUnavailable(ProfileError):
    """Cannot be opened, read or written."""


class ProfileReadOnly(ProfileError):
    """Opened, but nothing can be written."""


class ProfileDamaged(ProfileError):
    """SQLite says the file is not sound."""


class ProfileTooNew(ProfileError):
    """Written by a newer Companion."""


class ProfileSealed(ProfileError):
    """Has a passphrase, which was not given."""

    exit_code = 4


class WrongPassphrase(ProfileSealed):
    """The passphrase, or recovery code, is another one."""


class ProfileMissing(ProfileError):
    """There was a database here, and it is gone or empty: it is never silently replaced by a new one."""


class BackupUnusable(ProfileError):
    """A backup that cannot be read, or is not what was written."""


class DiskFull(ProfileError):
    """No room left."""


class ModelError(CompanionError):
    """The local language model."""


class ModelMissing(ModelError):
    """None configured or found."""


class ModelUnreadable(ModelError):
    """Not a GGUF file, cut short, or refused by llama.cpp."""


class ModelWithoutTemplate(ModelError):
    """Has no chat template: it cannot hold a conversation."""


class ModelTooLarge(ModelError):
    """Needs more memory than this computer has."""


class PullFailed(ModelError):
    """A model could not be fetched."""


class PullStopped(ModelError):
    """The person stopped fetching it; what came is kept."""

    exit_code = 130


class PullRunning(ModelError):
    """It is being fetched already."""


class AdapterUnusable(ModelError):
    """The LoRA adapter that is set is none, or none for this model."""


class ModelFailed(ModelError):
    """Failed while reading or writing."""


class NotOffered(ModelError):
    """This model, or its server, cannot do what was asked."""


class ServerError(ModelError):
    """May pass by itself: it is tried again with the next message."""


class ServerUnreachable(ServerError):
    """Nobody there, or no way to it."""


class ServerRefused(ServerError):
    """It wants another key."""


class ServerUnsuited(ServerError):
    """No such model or no such path there, or it is something else altogether."""


class ServerSilent(ServerError):
    """It said nothing for too long."""


class ServerFailed(ServerError):
    """It told of an error, was too busy, or broke off."""


class ContextExceeded(ServerFailed):
    """`limit`: how many tokens the server holds."""

    def __init__(self, detail: str = "", *, hint: str | None = None, limit: int = 0) -> None:
        super().__init__(detail, hint=hint)
        self.limit = limit


class EmbedderMissing(CompanionError):
    """No sentence embedder: recall by words only."""


class VoiceError(CompanionError):
    """Reading aloud and dictation."""

    @property
    def brief(self) -> str:
        """What happened, in the words of the detail where there are some: they are a whole sentence."""
        return self.detail or self.title


class VoiceMissing(VoiceError):
    """A package or a model for it is not there."""


class VoiceFailed(VoiceError):
    """The model, or the sound of this computer, did not work."""


class InvalidInput(CompanionError):
    """What was asked makes no sense as it stands."""

    exit_code = 2


class EmptyMessage(InvalidInput):
    pass


class FileRefused(InvalidInput):
    """A file that was given and is not opened: it may do harm, or is not what it should be."""


class NotFound(InvalidInput):
    pass


class FileMissing(NotFound):
    """The path that was given."""


class Busy(CompanionError):
    """A reply is still being written."""


class ThinkingStopped(CompanionError):
    """Thinking made way for the conversation; it is done later."""


class NothingToUndo(CompanionError):
    pass


class NothingToRedo(NothingToUndo):
    """What was undone was done again, or something was changed since."""


class EngineStopped(CompanionError):
    """The engine process ended."""
