"""The models of a profile and what a person does with them: fetch, use, add, remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from companion import strings
from companion.errors import InvalidInput, PullFailed, PullRunning
from companion.model.catalog import find_model, read_catalog
from companion.model.elsewhere import Root
from companion.model.fit import Memory, check_room, fit, this_memory
from companion.model.gguf import read_header
from companion.model.ledger import Fetched, Ledger, changing, read_ledger
from companion.model.partial import drop_part, part_bytes
from companion.model.pull_stop import PullStop
from companion.model.source import STARTER, Source, find_source
from companion.model.stock import Stock, places, resolved
from companion.model.wanted import OnProgress, Patience, Wanted
from companion.offers import ModelOffer, PullPlan, Removal
from companion.paths import Paths, from_here
from companion.settings import ModelSettings
from companion.settings_file import write_setting
from companion.store.lock import held

DEFAULT = "default"
"""What `use` takes for: as if nothing had been set."""


class Shelf(Stock):
    """See Stock; `patience` for downloads, None: as usual."""

    def __init__(
        self,
        paths: Paths,
        settings: ModelSettings | None = None,
        *,
        memory: Callable[[], Memory] = this_memory,
        elsewhere: Callable[[], list[Root]] = places,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(paths, settings, memory=memory, elsewhere=elsewhere)
        self._patience = patience

    # Fetching

    def plan(self, wanted: str) -> PullPlan:
        """What `pull` would do; asks nobody. Raises InvalidInput."""
        source, target, _ = self._source(wanted)
        model = source.offered
        return PullPlan(
            key=model.name if model else wanted,
            name=source.name,
            file=source.file,
            host=source.host,
            encrypted=source.url.startswith("https:"),
            size_bytes=model.size_bytes if model else 0,
            partial_bytes=part_bytes(target),
            license=model.license if model else "",
            fit=fit(self.needed(model), self.memory()) if model else "unknown",
            already=target.exists(),
        )

    def pull(self, wanted: str, *, on_progress: OnProgress, stop: PullStop | None = None) -> ModelOffer:
        """Fetch a model into the models folder; the person was told the host and agreed. Raises InvalidInput,
        PullFailed, PullStopped, PullRunning, DiskFull, ModelWithoutTemplate."""
        source, target, ledger = self._source(wanted)
        if not target.exists():
            from companion.model.download import fetch  # an HTTP client: not before something is fetched

            model = source.offered
            promised = (model.sha256 if model else "") or ledger.sums.get(source.id, "")
            sha256 = fetch(
                Wanted(source.id, source.url, target, model.size_bytes if model else 0, promised),
                on_progress=on_progress,
                stop=stop,
                patience=self._patience,
            )
            with changing(self._paths.models) as ledger:
                ledger.sums[source.id] = sha256
                ledger.fetched[target.name] = Fetched(
                    source.id,
                    sha256,
                    target.stat().st_size,
                    model.license if model else "",
                    datetime.now(UTC).isoformat(timespec="seconds"),
                )
        used, _ = self.used()
        offer = self.file(target, self.memory(), source.offered, removing="delete")
        return replace(offer, in_use=used is not None and used == resolved(target))

    def _source(self, wanted: str) -> tuple[Source, Path, Ledger]:
        source, ledger = find_source(wanted, read_catalog()), read_ledger(self._paths.models)
        target = self._paths.models / source.file
        known = ledger.fetched.get(source.file)
        if target.exists() and (known is None or known.source != source.id):
            raise InvalidInput(
                strings.text("shelf.already", file=source.file, value=known.source if known else "somewhere else"),
                hint=strings.text("shelf.already_hint"),
            )
        return source, target, ledger

    # Using

    def use(self, wanted: str) -> tuple[Path | None, str]:
        """Write the choice to settings.toml: the file that is used from the next start on, and what the person has to
        know besides. Raises ModelError, InvalidInput."""
        if wanted.casefold() == DEFAULT:
            write_setting(self._paths.settings, "model", "path", None)
        else:
            path = self.find(wanted)
            header = read_header(path)
            if header.unsuited:
                raise InvalidInput(f"{path.name}: {header.unsuited}", hint=strings.text("shelf.choose_chat"))
            if not self.settings.oversize:
                check_room(path, header, self.settings.context, self.memory())
            plain = find_model(ModelSettings(), self._paths)
            starter = wanted.casefold() == STARTER and resolved(plain) == resolved(path)
            write_setting(self._paths.settings, "model", "path", None if starter else str(path))
        return self.used()

    # Adding and removing

    def add(self, path: Path) -> ModelOffer:
        """Remember a file that lies somewhere else; it stays where it is. Raises ModelError, InvalidInput."""
        path = from_here(path)
        header = read_header(path)
        if header.unsuited:
            raise InvalidInput(f"{path.name}: {header.unsuited}", hint=strings.text("shelf.choose_chat"))
        if path.parent != self._paths.models:
            with changing(self._paths.models) as ledger:
                if str(path) not in ledger.added:
                    ledger.added.append(str(path))
        return self.file(path, self.memory(), removing="forget")

    def removal(self, wanted: str) -> Removal:
        """What `remove` would do. Raises InvalidInput when that is nothing Companion may do."""
        ledger = read_ledger(self._paths.models)
        folder, sought = self._paths.models, wanted.casefold()
        for text in ledger.added:
            if sought in (text.casefold(), Path(text).name.casefold(), Path(text).stem.casefold()):
                self._check_unused(Path(text))
                return Removal(text, text, "forget", 0)
        catalog = {model.name.casefold(): model.file for model in read_catalog()}
        names = (catalog.get(sought, ""), Path(wanted).name, Path(wanted).name + ".gguf")
        for name in names:
            target = folder / name
            if name in ledger.fetched and (Path(wanted).name == wanted or Path(wanted).absolute() == target):
                self._check_unused(target)
                return Removal(name, str(target), "delete", target.stat().st_size if target.exists() else 0)
            if name and part_bytes(target) and Path(wanted).name == wanted:
                return Removal(name, str(target) + ".part", "delete", part_bytes(target))
        path = self.find(wanted)
        raise InvalidInput(
            strings.text("shelf.neither", path=path),
            hint=strings.text("shelf.neither_hint"),
        )

    def remove(self, wanted: str) -> Removal:
        """Delete a file that Companion fetched, with what has come of it; forget one that was added. Raises
        InvalidInput, PullRunning, PullFailed."""
        removal = self.removal(wanted)
        folder = self._paths.models
        with changing(folder) as ledger:
            if removal.what == "forget":
                ledger.added.remove(removal.key)
                return removal
            target = folder / removal.key
            with held(target.with_name(target.name + ".part.lock")) as free:
                if not free:
                    raise PullRunning(target.name)
                try:
                    if removal.path == str(target):
                        target.unlink(missing_ok=True)
                        ledger.fetched.pop(target.name, None)
                    drop_part(target)
                except OSError as error:
                    raise PullFailed(
                        strings.text("shelf.not_deleted", target=target, value=error.strerror or error),
                        hint=strings.text("shelf.not_deleted_hint"),
                    ) from error
            target.with_name(target.name + ".part.lock").unlink(missing_ok=True)
        return removal

    def _check_unused(self, path: Path) -> None:
        used, _ = self.used()
        if used is not None and used == resolved(path):
            raise InvalidInput(
                strings.text("shelf.is_in_use", name=path.name),
                hint=strings.text("shelf.is_in_use_hint"),
            )
