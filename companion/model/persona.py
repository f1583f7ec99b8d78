"""Who the companion is: a small TOML file, built in (assets/personas) or the person's own."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from companion.errors import InvalidInput, NotFound
from companion.model.protocol import Sampling
from companion.paths import asset
from companion.strings import text
from companion.text import sanitise

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]
_More = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
_DEFAULTS = Sampling()
KEY = re.compile(r"[\w-]+")
"""What a persona's file may be called, without its ending."""
PersonaMemory = Literal["shared", "own"]


@dataclass(frozen=True, slots=True)
class Persona:
    """A character. `name` is its key; `greeting` is what it says first."""

    name: str
    display_name: str
    manner: str
    """Who it is and how it talks, as written."""
    greeting: str
    sampling: Sampling
    about: str = ""
    """One line for choosing it."""
    boundaries: str = ""
    """What it does not do."""
    memory: PersonaMemory = "shared"
    """Whether it shares what is remembered with the others, or knows only what was said to it."""

    @property
    def system(self) -> str:
        """What opens every prompt: its manner, and its boundaries where it has any."""
        return f"{self.manner.rstrip()}\n{self.boundaries}\n" if self.boundaries else self.manner


class _SamplingFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    temperature: float = Field(default=_DEFAULTS.temperature, ge=0, le=2)
    top_k: int = Field(default=_DEFAULTS.top_k, ge=0)
    top_p: float = Field(default=_DEFAULTS.top_p, gt=0, le=1)
    min_p: float = Field(default=_DEFAULTS.min_p, ge=0, le=1)
    repeat_penalty: float = Field(default=_DEFAULTS.repeat_penalty, ge=1, le=2)
    frequency_penalty: float = Field(default=_DEFAULTS.frequency_penalty, ge=-2, le=2)
    presence_penalty: float = Field(default=_DEFAULTS.presence_penalty, ge=-2, le=2)
    max_tokens: int = Field(default=_DEFAULTS.max_tokens, ge=1)


class _PersonaFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    display_name: _Line
    about: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    system: _Text
    boundaries: _More = ""
    greeting: _More = ""
    memory: PersonaMemory = "shared"
    sampling: _SamplingFile = _SamplingFile()


def load_persona(name: str, *folders: Path) -> Persona:
    """The persona of the first of `folders` (by default assets/personas) that holds `name`.toml. Raises NotFound naming
    those there are, or InvalidInput naming what is wrong in the file."""
    folders = folders or (asset("personas"),)
    path = next((folder / f"{name}.toml" for folder in folders if (folder / f"{name}.toml").is_file()), None)
    if path is None or not KEY.fullmatch(name):
        there = ", ".join(list_personas(*folders)) or "none"
        raise NotFound(text("persona_file.none", name=name, there=there), hint=text("persona_file.set"))
    try:
        return parse_persona(name, path.read_text(encoding="utf-8"), path)
    except (UnicodeDecodeError, OSError) as error:
        raise InvalidInput(f"{path.name}: {error}", hint=text("persona_file.correct", path=path)) from error


def parse_persona(name: str, source: str, path: Path) -> Persona:
    """The persona that the text `source` of a file describes. Raises InvalidInput naming what is wrong."""
    try:
        file = _PersonaFile.model_validate(tomllib.loads(source))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidInput(
            f"{path.name}, {where}: {first['msg']}", hint=text("persona_file.correct", path=path)
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInput(f"{path.name}: {error}", hint=text("persona_file.correct", path=path)) from error
    manner, display_name = sanitise(file.system), sanitise(file.display_name)
    if not manner.strip() or not display_name.strip():  # there was nothing in it but characters that cannot be shown
        raise InvalidInput(text("persona_file.words", name=path.name), hint=text("persona_file.correct", path=path))
    return Persona(
        name=name,
        display_name=display_name,
        manner=manner,
        greeting=sanitise(file.greeting).strip(),
        sampling=Sampling(**file.sampling.model_dump()),
        about=sanitise(file.about),
        boundaries=sanitise(file.boundaries),
        memory=file.memory,
    )


def list_personas(*folders: Path) -> list[str]:
    """The names that `load_persona` takes, in alphabetical order."""
    found = {path.stem for folder in folders or (asset("personas"),) for path in folder.glob("*.toml")}
    return sorted(name for name in found if KEY.fullmatch(name))
