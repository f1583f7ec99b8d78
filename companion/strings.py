"""All words a person reads on the screen, by key, in the language they chose: assets/strings/en.toml, zh.toml, ….

A section of the file is parsed when its first text is asked for: parsing all of it would delay the first frame.
"""

from __future__ import annotations

import locale
import os
import re
import tomllib

from companion.paths import asset

LANGUAGES = ("en", "zh")
_SECTION = re.compile(r"^\[([\w.-]+)\]\s*$", re.MULTILINE)


class Strings:
    """The texts of one language. What it lacks is said in English."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"
        source = asset("strings", f"{self.language}.toml").read_text("utf-8")
        heads = list(_SECTION.finditer(source))
        ends = [head.start() for head in heads[1:]] + [len(source)]
        self._source = {head[1]: source[head.end() : end] for head, end in zip(heads, ends, strict=True)}
        self._read: dict[str, dict[str, object]] = {}

    def sections(self) -> tuple[str, ...]:
        return tuple(self._source)

    def section(self, name: str) -> dict[str, object]:
        """Key → text, or → {"one": …, "other": …} where the text counts something."""
        if name not in self._read:
            self._read[name] = tomllib.loads(self._source.get(name, ""))
        return self._read[name]


_current: Strings | None = None
_english: Strings | None = None


def use_language(code: str) -> None:
    """From now on in this process; "auto" is the language of the system. To be called before a screen is imported,
    for the names of keys are looked up then."""
    global _current
    _current = Strings(system_language() if code == "auto" else code)


def language() -> str:
    """The code of the language in use."""
    return _chosen().language


def system_language() -> str:
    """The language that the system is set to, where there are texts in it; else English."""
    told = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), None)
    code = (told or locale.getlocale()[0] or "en").split("_")[0].split(".")[0].lower()
    return {"chinese (simplified)": "zh", "chinese": "zh"}.get(code, code) if code not in LANGUAGES else code


def text(key: str, **values: object) -> str:
    """The text "section.name" with `values` in the place of its {names}. A text that counts takes `count`. Raises
    KeyError for a key that is in no file: a test looks up every key that the code names."""
    section, _, name = key.rpartition(".")
    found = _chosen().section(section).get(name)
    if found is None:
        found = _in_english().section(section)[name]
    if isinstance(found, dict):
        found = found["one" if values.get("count") == 1 and "one" in found else "other"]
    return str(found).format(**values) if values else str(found)


def texts(section: str) -> dict[str, object]:
    """All of a section, English where the language lacks a text."""
    return {**_in_english().section(section), **_chosen().section(section)}


def _chosen() -> Strings:
    global _current
    if _current is None:
        _current = Strings("en")
    return _current


def _in_english() -> Strings:
    global _english
    if _english is None:
        _english = Strings("en")
    return _english
