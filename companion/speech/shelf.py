"""The voices and the models for dictation that are there: local files that the person put into the profile or names in
the settings. Nothing is fetched, and no library is imported to look.

A voice is a file NAME.onnx with its NAME.onnx.json (https://github.com/OHF-Voice/piper1-gpl, docs/VOICES.md). A model
for dictation is a folder with model.bin, config.json, tokenizer.json and vocabulary.json or .txt, as CTranslate2
converts Whisper.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from companion.errors import VoiceMissing
from companion.extras import pip_install
from companion.paths import Paths, full_path
from companion.settings import VoiceSettings
from companion.speech.messages import Part, Setup
from companion.strings import language as shown_language
from companion.strings import text

PACKAGES: dict[Part, tuple[str, ...]] = {"speak": ("piper", "sounddevice"), "listen": ("faster_whisper", "sounddevice")}
EARS_NEED = ("model.bin", "config.json", "tokenizer.json")
"""Without its own tokenizer faster-whisper 1.2 asks a hub for one."""
MOST_JSON = 4_000_000
"""Bytes of a voice's description; those there are have less than 10,000."""
_SPEAKS = ("espeak", "text")
"""How a voice turns words into phonemes without a package or a file of its own for it."""
_LANGUAGE = re.compile(r"^([a-z]{2,3})(?:[_-]|$)")


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A voice or a model for dictation. `language` as "en"; empty: any, or unknown. `problem`: why it is of no use."""

    part: Part
    name: str
    path: Path
    language: str = ""
    problem: str = ""


State = Literal["ready", "no packages", "no model", "unusable"]


def folder(paths: Paths, part: Part) -> Path:
    return paths.models / ("voices" if part == "speak" else "ears")


def installed(part: Part) -> bool:
    """Whether the packages of the extra `voice` are there."""
    return all(find_spec(name) is not None for name in PACKAGES[part])


def all_models(paths: Paths, settings: VoiceSettings, part: Part) -> tuple[SpeechModel, ...]:
    """What the folder holds, by name, and first what the settings name."""
    own = settings.speak_model if part == "speak" else settings.listen_model
    found = [_look(full_path(own, paths.data), part)] if own is not None else []
    try:
        inside = sorted(folder(paths, part).iterdir())
    except OSError:
        inside = []
    for each in inside:
        if (each.suffix == ".onnx" if part == "speak" else each.is_dir()) and (
            not found or each.absolute() != found[0].path.absolute()
        ):
            found.append(_look(each, part))
    return tuple(found)


def chosen(paths: Paths, settings: VoiceSettings, part: Part) -> SpeechModel:
    """The one in use: what the settings name; else the first of the language in use, else the first that can be used.
    Raises VoiceMissing, which says what to do."""
    if not installed(part):
        raise VoiceMissing(_missing(part), hint=text("voice.install", pip_install=pip_install()))
    found = all_models(paths, settings, part)
    if not found:
        where = folder(paths, part)
        hint = text("voice.put_voice", folder=where) if part == "speak" else text("voice.put_ears", folder=where)
        raise VoiceMissing(_no_model(part), hint=hint)
    if (settings.speak_model if part == "speak" else settings.listen_model) is not None:
        first = found[0]
    else:
        wanted = settings.language or shown_language()
        usable = [each for each in found if not each.problem]
        same = [each for each in usable if each.language == wanted]
        anything = [each for each in usable if not each.language]
        first = next(iter((*same, *anything, *usable, *found)))
    if first.problem:
        raise VoiceMissing(f"{first.name}: {first.problem}", hint=text("voice.see_list"))
    return first


def setup_of(paths: Paths, settings: VoiceSettings) -> Setup:
    """All that can be used; a part that cannot is left out."""
    found: dict[Part, Path] = {}
    for part in PACKAGES:
        try:
            found[part] = chosen(paths, settings, part).path
        except VoiceMissing:
            continue
    return Setup(found.get("speak"), found.get("listen"), settings.language)


def _missing(part: Part) -> str:
    return text("voice.no_packages_speak") if part == "speak" else text("voice.no_packages_listen")


def _no_model(part: Part) -> str:
    return text("voice.no_voice") if part == "speak" else text("voice.no_ears")


def _look(path: Path, part: Part) -> SpeechModel:
    return _look_at_voice(path) if part == "speak" else _look_at_ears(path)


def _look_at_voice(path: Path) -> SpeechModel:
    name = path.name.removesuffix(".onnx")
    told = _LANGUAGE.match(name)
    language = told[1] if told else ""
    if not path.is_file():
        return SpeechModel("speak", name, path, language, text("voice.no_file"))
    described = path.with_name(path.name + ".json")
    try:
        if described.stat().st_size > MOST_JSON:
            raise ValueError
        told_of = json.loads(described.read_text("utf-8"))
        way = str(told_of.get("phoneme_type", "espeak"))
        rate = int(told_of["audio"]["sample_rate"])
        ids = told_of["phoneme_id_map"]
        spoken = str(told_of.get("espeak", {}).get("voice", ""))
    except OSError:
        return SpeechModel("speak", name, path, language, text("voice.no_description", name=described.name))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return SpeechModel("speak", name, path, language, text("voice.bad_description", name=described.name))
    told = _LANGUAGE.match(spoken)
    language = told[1] if told else language
    if not 4000 <= rate <= 192_000 or not isinstance(ids, dict):
        return SpeechModel("speak", name, path, language, text("voice.bad_description", name=described.name))
    problem = "" if way in _SPEAKS else text("voice.needs_more", way=way[:30])
    return SpeechModel("speak", name, path, _spoken_as(language), problem)


def _look_at_ears(path: Path) -> SpeechModel:
    language = "en" if re.search(r"[.-]en$", path.name) else ""
    if not path.is_dir():
        return SpeechModel("listen", path.name, path, language, text("voice.no_folder"))
    missing = [name for name in EARS_NEED if not (path / name).is_file()]
    if not any((path / f"vocabulary.{ending}").is_file() for ending in ("json", "txt")):
        missing.append("vocabulary.json")
    problem = text("voice.lacks", names=", ".join(missing)) if missing else ""
    return SpeechModel("listen", path.name, path, language, problem)


def _spoken_as(language: str) -> str:
    """espeak calls Mandarin "cmn"."""
    return {"cmn": "zh"}.get(language, language)
