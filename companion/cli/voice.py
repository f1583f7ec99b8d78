"""`companion voice list|check`: the voices and models for dictation there are, and whether they work. Neither opens the
profile's data, so both work while the app is open."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Annotated

import typer

from companion.cli.output import Json, print_json, say
from companion.cli.session import prepare
from companion.errors import VoiceError, VoiceFailed, VoiceMissing
from companion.strings import Strings, text
from companion.text import one_line

if TYPE_CHECKING:
    from companion.paths import Paths
    from companion.settings import VoiceSettings
    from companion.speech.messages import Part, SpeechEvent, Tried
    from companion.speech.shelf import SpeechModel

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")]
LONGEST = 300.0
"""Seconds for which loading and trying is waited for."""

app = typer.Typer(no_args_is_help=True, help="Reading aloud and dictation: what is there, and whether it works.")


@app.callback()
def voice() -> None:
    """Reading aloud and dictation: what is there, and whether it works."""


@app.command("list")
def list_voices(as_json: AsJson = False) -> None:
    """Voices to read aloud with, and models for dictation: those that are there, and what is missing."""
    paths, settings = prepare()
    parts: tuple[Part, ...] = ("speak", "listen")
    found = {part: _part_json(paths, settings.voice, part) for part in parts}
    if as_json:
        print_json(found)
        return
    for part in parts:
        for line in _list_lines(paths, settings.voice, part):
            say(line)


@app.command()
def check(
    aloud: Annotated[bool, typer.Option("--aloud/--silent", help="Play the sentence too.")] = True,
    as_json: AsJson = False,
) -> None:
    """Let the voice say a sentence, and the model for dictation write it down. The microphone is not opened."""
    paths, settings = prepare()
    found = [*_missing(paths, settings.voice), *_try(paths, settings.voice, aloud)]
    ok = is_well(found)
    if as_json:
        print_json({"ok": ok, "parts": [_tried_json(each) for each in found]})
    else:
        for each in found:
            say(_tried_line(each))
    if not ok:
        raise typer.Exit(1)


def is_well(found: list[Tried]) -> bool:
    """Reading aloud works, or dictation does. What is not installed is no fault; what is there and fails is one."""
    by_name = {each.name: each for each in found}
    speaks, hears = by_name["voice"], by_name["ears"]
    if any(each.seconds and not each.ok for each in (speaks, hears)):
        return False
    return (speaks.ok and by_name["loudspeaker"].ok) or (hears.ok and by_name["microphone"].ok)


def _missing(paths: Paths, settings: VoiceSettings) -> list[Tried]:
    from companion.speech.messages import Tried
    from companion.speech.shelf import chosen

    found = []
    parts: tuple[tuple[Part, str], ...] = (("speak", "voice"), ("listen", "ears"))
    for part, name in parts:
        try:
            chosen(paths, settings, part)
        except VoiceMissing as error:
            found.append(Tried(name, False, error.brief, error.hint))
    return found


def _try(paths: Paths, settings: VoiceSettings, aloud: bool) -> tuple[Tried, ...]:
    """Raises VoiceFailed where the process ends, or never answers."""
    from companion.speech.client import SpeechClient
    from companion.speech.messages import Gone, TriedAll

    told: queue.SimpleQueue[SpeechEvent] = queue.SimpleQueue()
    client = SpeechClient(paths, lambda: settings, told.put)
    try:
        client.try_all(_sentence(paths, settings), aloud)
        while True:
            event = told.get(timeout=LONGEST)
            if isinstance(event, TriedAll):
                return event.parts
            if isinstance(event, Gone):
                raise VoiceFailed(text("voice.gone"), hint=text("voice.gone_check"))
    except queue.Empty:
        raise VoiceFailed(text("voice.no_answer"), hint=text("voice.gone_check")) from None
    finally:
        client.close()


def _sentence(paths: Paths, settings: VoiceSettings) -> str:
    """In the language of the voice, where there are words in it."""
    from companion.speech.shelf import chosen

    try:
        spoken = chosen(paths, settings, "speak").language
    except VoiceMissing:
        spoken = "en"
    return str(Strings(spoken).section("speech_sample")["sentence"])


def _part_json(paths: Paths, settings: VoiceSettings, part: Part) -> Json:
    """Of `speak` or `listen`. `installed`: whether the packages are there; `chosen`: the path in use, or null; then
    `missing` and `hint` say why and what to do. A model's `language` is empty where it is any, or unknown."""
    from companion.speech.shelf import all_models, chosen, folder, installed

    told: Json = {
        "installed": installed(part),
        "folder": str(folder(paths, part)),
        "models": [
            {"name": each.name, "path": str(each.path), "language": each.language, "problem": each.problem}
            for each in all_models(paths, settings, part)
        ],
    }
    try:
        return {**told, "chosen": str(chosen(paths, settings, part).path), "missing": "", "hint": ""}
    except VoiceError as error:
        return {**told, "chosen": None, "missing": error.brief, "hint": error.hint}


def _list_lines(paths: Paths, settings: VoiceSettings, part: Part) -> list[str]:
    from companion.speech.shelf import all_models, chosen

    lines = [text("voice.heading_speak") if part == "speak" else text("voice.heading_listen")]
    used = None
    try:
        used = chosen(paths, settings, part)
    except VoiceError as error:
        missing = [f"  {one_line(error.brief, 400)}", f"  {one_line(error.hint, 400)}"]
    else:
        missing = []
    return [*lines, *(f"  {_model_line(each, used)}" for each in all_models(paths, settings, part)), *missing]


def _model_line(model: SpeechModel, used: SpeechModel | None) -> str:
    about = model.problem or (text("voice.in_use") if model == used else model.language)
    name = one_line(model.name, 60)
    return text("format.named", name=name, what=one_line(about, 200)) if about else name


def _tried_line(tried: Tried) -> str:
    names = {
        "voice": text("voice.name_voice"),
        "ears": text("voice.name_ears"),
        "loudspeaker": text("voice.name_loudspeaker"),
        "microphone": text("voice.name_microphone"),
    }
    line = (
        f"{'✓' if tried.ok else '–'} {text('format.named', name=names[tried.name], what=one_line(tried.detail, 300))}"
    )
    if tried.ok and tried.audio:
        line += " " + text("voice.took", seconds=f"{tried.seconds:.1f}", audio=f"{tried.audio:.1f}")
    return f"{line}\n  {one_line(tried.hint, 400)}" if tried.hint else line


def _tried_json(tried: Tried) -> Json:
    """`name` is voice, ears, loudspeaker or microphone; `seconds` it took for `audio_seconds` of sound."""
    return {
        "name": tried.name,
        "ok": tried.ok,
        "detail": tried.detail,
        "hint": tried.hint,
        "seconds": round(tried.seconds, 3),
        "audio_seconds": round(tried.audio, 3),
    }
