"""Who the companion is: a small TOML file in assets/personas."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from companion.errors import InvalidInput, NotFound
from companion.model.protocol import Sampling
from companion.paths import asset
from companion.text import sanitise

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]
_DEFAULTS = Sampling()


@dataclass(frozen=True, slots=True)
class Persona:
    """A character: `system` opens every prompt, `greeting` is what it says first."""

    name: str
    display_name: str
    system: str
    greeting: str
    sampling: Sampling


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
    system: _Text
    greeting: str = ""
    sampling: _SamplingFile = _SamplingFile()


def load_persona(name: str, folder: Path | None = None) -> Persona:
    """The persona of `folder`/`name`.toml (by default assets/personas). Raises NotFound naming those there are, or
    InvalidInput naming what is wrong in the file."""
    folder = folder or asset("personas")
    path = folder / f"{name}.toml"
    if not re.fullmatch(r"[\w-]+", name) or not path.is_file():
        there = ", ".join(list_personas(folder)) or "none"
        raise NotFound(f"persona {name!r}; there are: {there}", hint="Set COMPANION_PERSONA to one of them.")
    try:
        file = _PersonaFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidInput(f"{path.name}, {where}: {first['msg']}", hint=f"Correct {path}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InvalidInput(f"{path.name}: {error}", hint=f"Correct {path}.") from error
    return Persona(
        name=name,
        display_name=sanitise(file.display_name),
        system=sanitise(file.system),
        greeting=sanitise(file.greeting).strip(),
        sampling=Sampling(**file.sampling.model_dump()),
    )


def list_personas(folder: Path | None = None) -> list[str]:
    """The names that `load_persona` takes, in alphabetical order."""
    return sorted(path.stem for path in (folder or asset("personas")).glob("*.toml"))
