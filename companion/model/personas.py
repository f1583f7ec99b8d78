"""All personas: those built in and the person's own, which are TOML files in a folder of the profile.

A file of the person's takes the place of a built-in one of the same name. One that cannot be used is listed with what
is wrong in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from companion.chats import PersonaCard
from companion.errors import CompanionError, DiskFull, InvalidInput, NotFound, ProfileUnavailable
from companion.model.persona import KEY, Persona, PersonaMemory, list_personas, load_persona, parse_persona
from companion.paths import asset
from companion.settings_file import replace_text
from companion.strings import language, text, texts
from companion.text import is_device, one_line, valid_text

DEFAULT = "companion"
LONGEST_KEY = 40


@dataclass
class Personas:
    """`own` is the folder of the person's own; it need not exist."""

    own: Path
    built_in: Path = field(default_factory=lambda: asset("personas"))
    _known: dict[Path, tuple[int, PersonaMemory | None]] = field(default_factory=dict)

    def load(self, key: str) -> Persona:
        """Raises NotFound, InvalidInput."""
        return load_persona(key, self.own, self.built_in)

    def key_of(self, written: str) -> str:
        """The key of the persona that is called so, by its key or its name. Raises NotFound naming those there are."""
        if self._file(written) is not None:
            return written
        cards = self.cards()
        key = next((card.key for card in cards if card.name.casefold() == written.strip().casefold()), None)
        if key is None:
            names = ", ".join(one_line(card.name, 40) for card in cards)
            raise NotFound(
                text("personas.gone", persona=one_line(written, 60)), hint=text("personas.there", names=names)
            )
        return key

    def memory_of(self, key: str) -> PersonaMemory | None:
        """Whether a persona shares its memory; None where that cannot be told. Asked at every message: a file is read
        again only when it changed."""
        path = self._file(key)
        if path is None:
            return None
        try:
            changed = path.stat().st_mtime_ns
            held = self._known.get(path)
            if held is None or held[0] != changed:
                held = self._known[path] = (changed, self.load(key).memory)
        except (OSError, CompanionError):
            return None
        return held[1]

    def has_own_memory(self, key: str) -> bool | None:
        """The same as yes or no."""
        memory = self.memory_of(key)
        return None if memory is None else memory == "own"

    def cards(self, in_use: str = "") -> tuple[PersonaCard, ...]:
        """The built-in ones by their order, the default first, then the person's own by name."""
        own = set(list_personas(self.own)) if self.own.is_dir() else set()
        built_in = [key for key in list_personas(self.built_in) if key not in own]
        cards = [self._card(key, built_in=True, in_use=in_use) for key in built_in]
        mine = [self._card(key, built_in=False, in_use=in_use) for key in sorted(own)]
        cards.sort(key=lambda card: (card.key != DEFAULT, card.key))
        mine.sort(key=lambda card: (card.name.casefold(), card.key))
        return (*cards, *mine)

    def card(self, key: str, in_use: str = "") -> PersonaCard:
        """Raises NotFound."""
        return self._card(key, built_in=not self.is_own(key), in_use=in_use)

    def is_own(self, key: str) -> bool:
        """Whether it is the person's own. Raises NotFound."""
        path = self._file(key)
        if path is None:
            raise NotFound(text("personas.gone", persona=one_line(key, 60)))
        return path.parent == self.own

    def copy(self, key: str, name: str, taken: Iterable[str] = ()) -> PersonaCard:
        """A copy of the file, comments too, under `name`. `taken`: keys it must not get, besides those there are: what
        was said to one that is gone is not for another. Raises NotFound, InvalidInput."""
        source = self.load(key)
        name = _said(name, text("personas.no_name"))
        new = self._free_key(name, taken)
        path = self._file(key)
        written = path.read_text(encoding="utf-8") if path is not None else ""
        self._write(new, written, {"display_name": name, "memory": source.memory})
        return self._card(new, built_in=False, in_use="")

    def edit(self, card: PersonaCard) -> PersonaCard:
        """Write one of the person's own anew; what is not on the card, and every comment, stays. Raises NotFound,
        InvalidInput."""
        if not self.is_own(card.key):
            raise InvalidInput(text("personas.built_in", name=card.name), hint=text("personas.copy_it"))
        values = {
            "display_name": _said(card.name, text("personas.no_name")),
            "about": valid_text(card.about).strip(),
            "system": _said(card.system, text("personas.no_words"), lines=True),
            "boundaries": valid_text(card.boundaries).strip(),
            "greeting": valid_text(card.greeting).strip(),
            "memory": card.memory,
        }
        path = self.own / f"{card.key}.toml"
        before = path.read_text(encoding="utf-8", errors="replace")
        self._write(card.key, before, values, temperature=card.temperature)
        return self._card(card.key, built_in=False, in_use=card.key if card.in_use else "")

    def remove(self, key: str) -> None:
        """Delete the file of one of the person's own. Raises NotFound, InvalidInput, ProfileUnavailable."""
        if not self.is_own(key):
            raise InvalidInput(text("personas.built_in", name=key), hint=text("personas.stays"))
        try:
            (self.own / f"{key}.toml").unlink()
        except OSError as error:
            raise ProfileUnavailable(f"{self.own} ({error.strerror or error})") from error

    def _file(self, key: str) -> Path | None:
        paths = (folder / f"{key}.toml" for folder in (self.own, self.built_in)) if KEY.fullmatch(key) else ()
        return next((path for path in paths if path.is_file()), None)

    def _card(self, key: str, *, built_in: bool, in_use: str) -> PersonaCard:
        try:
            persona = self.load(key)
        except CompanionError as error:
            problem = one_line(error.detail, 300)
            return PersonaCard(key, key, "", "", "", "", built_in=built_in, in_use=key == in_use, problem=problem)
        return PersonaCard(
            key=key,
            name=persona.display_name,
            about=_about(key, persona.about) if built_in else persona.about,
            system=persona.manner,
            boundaries=persona.boundaries,
            greeting=persona.greeting,
            memory=persona.memory,
            temperature=persona.sampling.temperature,
            built_in=built_in,
            in_use=key == in_use,
        )

    def _free_key(self, name: str, more: Iterable[str]) -> str:
        stem = re.sub(r"[^\w-]+", "-", name.casefold()).strip("-_")[:LONGEST_KEY] or "persona"
        stem = f"{stem}-persona" if is_device(stem) else stem
        taken = {*list_personas(self.built_in), *(list_personas(self.own) if self.own.is_dir() else ()), *more}
        taken = {key.casefold() for key in taken}
        return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if key not in taken)

    def _write(self, key: str, before: str, values: dict[str, str], temperature: float | None = None) -> None:
        """Set fields of a persona's file. Raises InvalidInput when it would be of no use; then nothing is written."""
        import tomlkit  # 20 ms that only a change is worth
        from tomlkit.exceptions import TOMLKitError

        path = self.own / f"{key}.toml"
        try:
            document = tomlkit.parse(before)
        except TOMLKitError:  # what could not be used is replaced whole, and kept beside it
            document = tomlkit.document()
            self._put(path.with_suffix(".toml.old"), before)
        _set(document, values, temperature)
        source = tomlkit.dumps(document)
        try:
            parse_persona(key, source, path)
        except InvalidInput:
            # Something else in the file was wrong: only what is on the card is kept.
            document = tomlkit.document()
            _set(document, values, temperature)
            source = tomlkit.dumps(document)
            try:
                parse_persona(key, source, path)
            except InvalidInput as error:
                raise InvalidInput(error.detail, hint=text("personas.shorter")) from error
        self._put(path, source)

    def _put(self, path: Path, source: str) -> None:
        try:
            replace_text(path, source)
        except OSError as error:
            if error.errno == 28:  # ENOSPC
                raise DiskFull(str(self.own)) from error
            raise ProfileUnavailable(f"{path} ({error.strerror or error})") from error


def _set(document: Any, values: dict[str, str], temperature: float | None) -> None:
    import tomlkit

    for name, value in values.items():
        if value or name in document:
            document[name] = tomlkit.string(value, multiline="\n" in value)
    if temperature is not None:
        if "sampling" not in document:
            document["sampling"] = tomlkit.table()
        document["sampling"]["temperature"] = temperature


def _said(words: str, problem: str, *, lines: bool = False) -> str:
    words = valid_text(words).strip()
    words = words if lines else " ".join(words.split())
    if not words:
        raise InvalidInput(problem)
    return words


def _about(key: str, written: str) -> str:
    """What a built-in persona's file says of it, in another language where that is known."""
    return written if language() == "en" else str(texts("persona_about").get(key, written))
