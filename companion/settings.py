"""Settings: settings.toml in the profile, overridden by the environment (COMPANION_MODEL__PATH=…)."""

from __future__ import annotations

import tomllib
from datetime import time
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from companion.addresses import server_url
from companion.errors import InvalidInput
from companion.strings import text

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
OnBattery = Literal["at once", "with power", "at night"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class ModelSettings(_Section):
    path: Path | None = None
    """A .gguf file. Without it the starter model is used when it is installed."""
    adapter: Path | None = None
    """A LoRA adapter (.gguf) for this model, an empathy-tuned one, say."""
    adapter_scale: float = Field(default=1.0, ge=-10, le=10)
    """How strongly the adapter counts: 0 is the model alone."""
    url: str = ""
    """An OpenAI-compatible server (llama-server, vLLM, Ollama) to use instead of a file, such as
    http://localhost:8080/v1. What you say and what is remembered for the reply goes there."""
    name: str = Field(default="", max_length=300)
    """The model to ask that server for; empty: the first that it offers."""
    api_key: SecretStr = SecretStr("")
    """What that server wants to be told, if anything."""
    timeout: float = Field(default=120.0, gt=0, le=3600)
    """Seconds without a word from that server after which it is given up."""
    context: int = Field(default=4096, ge=512, le=131072)
    """Tokens the model can hold at once; never more than it was trained for."""
    oversize: bool = False
    """Load a model though it needs more memory than this computer has. It will be slow: the system reads its weights
    from the disk again and again."""
    threads: int | None = Field(default=None, ge=1, le=256)
    """Threads for the model; without it as many as `companion models tune` found best."""
    type_ahead: bool = True
    """Recall and read while you type, so that the reply begins sooner. Nothing that this finds or reads is kept
    before you send; your draft is, so that it outlives the program (not that of an incognito conversation)."""
    keep_read: bool = True
    """Keep what the model has read of the conversation in a file of the profile, so that it need not be read again
    after a start."""
    seed: int | None = None
    """Fixes the model's choice of words, for tests."""

    _check_url = field_validator("url")(server_url)


class EmbedderSettings(_Section):
    path: Path | None = None
    """A sentence-transformers folder. Without it the starter's all-MiniLM-L6-v2 is used when installed."""


class IndexSettings(_Section):
    url: str = ""
    """A Chroma server to keep the vectors of memories, such as http://localhost:8000; empty: a folder of the profile.
    Vectors go there, no text."""

    _check_url = field_validator("url")(server_url)


class MemorySettings(_Section):
    curve: Literal["fsrs", "exponential"] = "fsrs"
    """How memories fade: FSRS-6, or the exponential of the forgetting-curve literature."""
    recall_limit: int = Field(default=8, ge=0, le=50)
    """At most this many memories are given to a reply."""
    context_share: float = Field(default=0.25, ge=0.0, le=0.5)
    """At most this share of the model's context is spent on them."""
    tier: int | None = Field(default=None, ge=0, le=3)
    """What the model is trusted with when it thinks about what was said: 0 nothing (rules and the embedder decide),
    1 to help decide what is worth keeping, 2 also to put it into words, 3 also to compare, sum up and conclude. Without
    it, what a measurement of the model shows (`companion models probe`)."""

    on_battery: OnBattery = "at once"
    """When a model that thinks about what you said does so while the computer runs on its battery: as always, once it
    is plugged in, or in the nightly pass."""


class SleepSettings(_Section):
    at: time = time(3, 30)
    """Local time of the nightly pass."""
    morning_report: bool = True
    """Tell on the first start of a day what was learned, what changed and what is about to fade (F5 tells it too)."""


class CheckInSettings(_Section):
    enabled: bool = False
    """Let the companion bring something up by itself: an interview that was today, a birthday, a date you asked to be
    reminded of. Each says why."""
    a_day: int = Field(default=1, ge=1, le=10)
    """At most so many a day; reminders you asked for always come."""
    quiet_from: time = time(21, 0)
    """From this local time on nothing is brought up."""
    quiet_until: time = time(9, 0)
    """Until this local time nothing is brought up."""
    notify: bool = False
    """Also show a notification of the desktop, where there is one. It says that there is something, not what."""


class BackupSettings(_Section):
    nightly: bool = True
    """Keep a copy of everything each night: the latest 7 days, 4 weeks and 6 months."""
    folder: Path | None = None
    """Where the copies are kept, another disk, say; without it in the profile's folder backups. It must exist.
    No full path: seen from the profile's folder."""
    before_migration: bool = True
    """Keep a copy before a newer Companion changes how everything is stored. Off only when there is no room for it."""


class LockSettings(_Section):
    idle_minutes: int = Field(default=15, ge=0, le=1440)
    """Minutes without a key after which a profile with a passphrase is locked; 0: only by hand."""
    keyring: bool = False
    """Open the profile with what the system's keyring holds, without asking, when you are logged in."""


class CareSettings(_Section):
    region: str = Field(default="auto", max_length=10)
    """Country whose help lines are shown in a crisis, such as GB; auto: that of the system."""
    bring_up_heavy: bool = False
    """Let memories of death, illness, violence and despair come up though you did not speak of them."""


class VoiceSettings(_Section):
    speak: bool = False
    """Read replies aloud from the start on, but for incognito conversations. /aloud does so until the program ends."""
    speak_model: Path | None = None
    """A piper voice (.onnx). Without it one of the folder models/voices, in your language where there is one."""
    listen_model: Path | None = None
    """A folder with a faster-whisper model, for dictation. Without it one of the folder models/ears."""
    language: str = Field(default="", max_length=10)
    """The language you dictate, such as en; empty: the model finds out."""


class McpSettings(_Section):
    proposals: bool = False
    """Let other programs that read your memories (companion mcp) also propose some. What they propose waits until you
    confirm it."""
    sensitive: bool = False
    """Give other programs also what tells of death, illness, violence and despair."""


class LetterSettings(_Section):
    enabled: bool = False
    """Write a letter about the week that is over, once a week at night."""
    folder: Path | None = None
    """Where the letters are kept; without it in the profile's folder Letters, and with a passphrase nowhere. No full
    path: seen from the profile's folder."""
    weekday: Weekday = "sunday"
    """Last day of the week that a letter is about. It is written in the night after."""

    @field_validator("folder", mode="before")
    @classmethod
    def _none_where_empty(cls, value: object) -> object:
        return None if value == "" else value


class UiSettings(_Section):
    theme: str = "companion"
    """Colours of the app."""
    language: Literal["auto", "en", "zh"] = "auto"
    """Language of the screens; auto: that of the system. It holds from the next start on."""
    reduced_motion: bool = False
    """Nothing moves by itself: no blinking cursor, no smooth scrolling, replies appear sentence by sentence."""
    ascii: bool = False
    """Only plain characters for lines, bars and marks, for terminals and fonts that lack others."""
    keys: dict[str, str] = Field(default_factory=dict)
    """Other keys for what the program can do: the name of a command (F1 lists them) and its keys, such as
    "chat.search" = "ctrl+f"."""


class Settings(BaseSettings):
    """Everything a person may set. Unknown names are refused, so that a misspelling is seen."""

    model_config = SettingsConfigDict(
        env_prefix="COMPANION_",
        env_nested_delimiter="__",
        extra="forbid",
        use_attribute_docstrings=True,
    )

    persona: str = "companion"
    """Who the companion is: a persona that is built in, or the name of a file of your own in the folder personas."""
    name: str = ""
    """What the companion calls you."""
    model: ModelSettings = ModelSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    index: IndexSettings = IndexSettings()
    memory: MemorySettings = MemorySettings()
    sleep: SleepSettings = SleepSettings()
    checkins: CheckInSettings = CheckInSettings()
    backup: BackupSettings = BackupSettings()
    lock: LockSettings = LockSettings()
    care: CareSettings = CareSettings()
    voice: VoiceSettings = VoiceSettings()
    mcp: McpSettings = McpSettings()
    letter: LetterSettings = LetterSettings()
    ui: UiSettings = UiSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(file: Path | None = None) -> Settings:
    """Read `file` (it need not exist) and the environment. Raises InvalidInput naming what is wrong."""

    class FromFile(Settings):
        model_config = SettingsConfigDict(**{**Settings.model_config, "toml_file": file})

    try:
        return FromFile()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            text("settings_file.setting", where=where, value=first["msg"].removeprefix("Value error, ")),
            hint=text("settings_file.correct_setting", file=file, value=where.upper().replace(".", "__")),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file}: {error}", hint=text("settings_file.correct_file")) from error
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror}", hint=text("settings_file.may_read")) from error
