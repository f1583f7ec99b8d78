"""The models there are: in the profile, on offer, and on this computer in other programs' folders. Changes nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from companion import strings
from companion.errors import CompanionError, InvalidInput, ModelMissing
from companion.model.catalog import CatalogModel, find_model, find_starter, read_catalog
from companion.model.elsewhere import Root, look, roots
from companion.model.fit import Memory, fit, needed_as_told, needed_by, this_memory
from companion.model.gguf import read_header
from companion.model.ledger import Ledger, read_ledger
from companion.model.partial import part_bytes
from companion.model.source import STARTER, find_source, offered
from companion.offers import ModelList, ModelOffer, Place, Removing
from companion.paths import Paths, with_home
from companion.settings import ModelSettings, load_settings
from companion.settings_file import overriding


def places() -> list[Root]:
    """Where other programs may have models on this computer."""
    return roots(Path.home(), os.environ)


class Stock:
    """Keeps nothing between calls. `settings` None: as the file and the environment say at that time."""

    def __init__(
        self,
        paths: Paths,
        settings: ModelSettings | None = None,
        *,
        memory: Callable[[], Memory] = this_memory,
        elsewhere: Callable[[], list[Root]] = places,
    ) -> None:
        self._paths = paths
        self._given = settings
        self.memory = memory
        self._elsewhere = elsewhere

    @property
    def settings(self) -> ModelSettings:
        return self._given or load_settings(self._paths.settings).model

    def all(self) -> ModelList:
        """Everything, that which is here first. Raises InvalidInput when models.txt or models.json cannot be read."""
        catalog, ledger, memory = read_catalog(), read_ledger(self._paths.models), self.memory()
        here = list(self._here(catalog, ledger, memory))
        files = {Path(model.path).name for model in here if Path(model.path).parent == self._paths.models}
        waiting = [self._offer(model, memory) for model in catalog if model.repository and model.file not in files]
        search = look(self._elsewhere())
        known = {resolved(Path(model.path)) for model in here}
        others = [
            self.file(found.path, memory, name=found.name, program=found.program, place="elsewhere")
            for found in search.found
            if resolved(found.path) not in known
        ]
        notices = [] if search.complete else [strings.text("stock.more")]
        used, notice = self.used()
        notices += [notice] if notice else []
        marked = [
            replace(model, in_use=bool(model.path) and used is not None and resolved(Path(model.path)) == used)
            for model in (*here, *others, *waiting)
        ]
        if used is not None and not any(model.in_use for model in marked):
            marked.insert(0, replace(self.file(used, memory), in_use=True))
        folder = self._paths.models
        return ModelList(
            tuple(marked), memory.total, memory.available, str(folder), _free_disk(folder), "\n".join(notices)
        )

    def _here(self, catalog: list[CatalogModel], ledger: Ledger, memory: Memory) -> Iterator[ModelOffer]:
        by_file = {model.file: model for model in catalog}
        starter = find_starter()
        if starter is not None:
            yield self.file(starter, memory, by_file.get(starter.name), key=STARTER)
        folder = self._paths.models
        for path in sorted(folder.glob("*.gguf")) if folder.is_dir() else ():
            if path.is_file():
                yield self.file(
                    path, memory, by_file.get(path.name), removing="delete" if path.name in ledger.fetched else ""
                )
        for text in ledger.added:
            yield self.file(Path(text), memory, key=text, removing="forget")

    def file(
        self,
        path: Path,
        memory: Memory,
        model: CatalogModel | None = None,
        *,
        key: str = "",
        name: str = "",
        program: str = "",
        place: Place = "here",
        removing: Removing = "",
    ) -> ModelOffer:
        """A file on this disk, as it says of itself."""
        made = ModelOffer(
            key=key or (model.name if model else path.name if path.parent == self._paths.models else str(path)),
            name=name or (model.name if model else path.stem),
            place=place,
            program=program,
            path=str(path),
            host="",
            size_bytes=0,
            ram_bytes=0,
            context=0,
            license=model.license if model else "",
            notes=model.notes if model else "",
            fit="unknown",
            removing=removing,
        )
        try:
            header = read_header(path)
        except CompanionError as error:
            return replace(made, problem=error.detail or str(error))
        needed = needed_by(path, header, self.settings.context)
        return replace(
            made,
            size_bytes=header.size_bytes,
            ram_bytes=needed,
            context=header.trained_context,
            license=made.license or header.license,
            fit=fit(needed, memory),
            problem=header.unsuited,
        )

    def _offer(self, model: CatalogModel, memory: Memory) -> ModelOffer:
        source = find_source(model.name, [model])
        return ModelOffer(
            key=model.name,
            name=model.name,
            place="offered",
            program="",
            path="",
            host=source.host,
            size_bytes=model.size_bytes,
            ram_bytes=(needed := self.needed(model)),
            context=model.context,
            license=model.license,
            notes=model.notes,
            fit=fit(needed, memory),
            partial_bytes=part_bytes(self._paths.models / model.file),
        )

    def needed(self, model: CatalogModel) -> int:
        """Memory in bytes that a model on offer would take with the context that is set."""
        return needed_as_told(model.size_bytes, model.ram_bytes, min(self.settings.context, model.context))

    def used(self) -> tuple[Path | None, str]:
        """The file that is used, and what decides about it beside the settings file."""
        settings = self.settings
        if settings.url:
            return None, strings.text("stock.elsewhere")
        variable = overriding("model", "path")
        notice = strings.text("stock.variable", variable=variable) if variable else ""
        try:
            return resolved(find_model(settings, self._paths)), notice
        except ModelMissing as error:
            return None, notice or (str(error) if settings.path else "")

    def find(self, wanted: str) -> Path:
        """The file that a name or path stands for. Raises InvalidInput, ModelMissing."""
        if wanted.casefold() == STARTER:
            starter = find_starter()
            if starter is None:
                raise ModelMissing(strings.text("stock.no_starter"))
            return starter
        given = with_home(Path(wanted))
        if given.is_file() and (given.suffix or len(given.parts) > 1):
            return given.absolute()
        here, sought = [model for model in self.all().models if model.path], wanted.casefold()
        files = {model.path: model for model in here if sought in (model.key.casefold(), model.name.casefold())}
        if not files:
            names = {model.path: (Path(model.path).name.casefold(), Path(model.path).stem.casefold()) for model in here}
            files = {model.path: model for model in here if sought in names[model.path]}
        if len(files) == 1:
            return Path(next(iter(files)))
        if files:
            raise InvalidInput(
                strings.text("source.several_files", wanted=wanted, files=" or ".join(files)),
                hint=strings.text("stock.give_path"),
            )
        if len(given.parts) > 1 or given.suffix.lower() == ".gguf":
            raise ModelMissing(strings.text("stock.missing", given=given), hint=strings.text("stock.missing_hint"))
        model = offered(wanted, read_catalog())
        if model.package:
            return self.find(STARTER)
        raise InvalidInput(
            strings.text("stock.not_here", name=model.name), hint=strings.text("stock.not_here_hint", name=model.name)
        )


def resolved(path: Path) -> Path:
    """`path` without links, to tell whether two are the same file."""
    try:
        return path.resolve()
    except OSError:
        return path.absolute()


def _free_disk(folder: Path) -> int:
    """Bytes free where `folder` is, or will be."""
    for place in (folder, *folder.parents):
        if place.exists():
            return shutil.disk_usage(place).free
    return 0
