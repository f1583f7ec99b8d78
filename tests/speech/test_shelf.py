"""Which voices and models for dictation there are: files that the person put there, looked at without any library."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import VoiceMissing
from companion.paths import Paths
from companion.settings import VoiceSettings
from companion.speech import shelf
from companion.speech.messages import Part, Setup
from companion.speech.shelf import all_models, chosen, setup_of

DESCRIBED = {
    "audio": {"sample_rate": 22050},
    "espeak": {"voice": "en-us"},
    "phoneme_type": "espeak",
    "phoneme_id_map": {"a": [14]},
}

NAMES = st.sampled_from(["audio", "sample_rate", "espeak", "voice", "phoneme_type", "phoneme_id_map"])
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setattr(shelf, "installed", lambda _: True)
    return Paths(tmp_path, tmp_path)


def put_voice(paths: Paths, name: str, **other: object) -> Path:
    folder = paths.models / "voices"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.onnx"
    file.write_bytes(b"onnx")
    (folder / f"{name}.onnx.json").write_text(json.dumps({**DESCRIBED, **other}), "utf-8")
    return file


def put_ears(paths: Paths, name: str, *without: str) -> Path:
    folder = paths.models / "ears" / name
    folder.mkdir(parents=True)
    for each in {"model.bin", "config.json", "tokenizer.json", "vocabulary.json"} - set(without):
        (folder / each).write_text("{}", "utf-8")
    return folder


@pytest.mark.parametrize(("part", "where"), [("speak", "voices"), ("listen", "ears")])
def test_without_a_model_it_says_where_to_put_one(paths: Paths, part: Part, where: str) -> None:
    with pytest.raises(VoiceMissing) as caught:
        chosen(paths, VoiceSettings(), part)
    assert str(paths.models / where) in caught.value.hint
    assert setup_of(paths, VoiceSettings()) == Setup()


def test_without_the_packages_it_says_how_to_install_them(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    put_voice(paths, "en_US-a")
    monkeypatch.setattr(shelf, "installed", lambda _: False)
    with pytest.raises(VoiceMissing) as caught:
        chosen(paths, VoiceSettings(), "speak")
    assert "pip install" in caught.value.hint


def test_the_voice_of_the_language_in_use_is_taken_and_the_settings_come_first(paths: Paths) -> None:
    chinese = put_voice(paths, "a-zh_CN", espeak={"voice": "cmn"})
    english = put_voice(paths, "b-en_US")
    german = put_voice(paths, "de_DE-c", espeak={"voice": "de"})
    assert [each.language for each in all_models(paths, VoiceSettings(), "speak")] == ["zh", "en", "de"]
    assert chosen(paths, VoiceSettings(), "speak").path == english
    assert chosen(paths, VoiceSettings(language="zh"), "speak").path == chinese
    assert chosen(paths, VoiceSettings(language="fr"), "speak").path == chinese  # better than none
    assert chosen(paths, VoiceSettings(speak_model=german), "speak").path == german
    assert chosen(paths, VoiceSettings(speak_model=Path("models/voices/de_DE-c.onnx")), "speak").path == german
    assert len(all_models(paths, VoiceSettings(speak_model=german), "speak")) == 3


def test_what_the_settings_name_and_is_not_there_is_no_reason_to_take_another(paths: Paths) -> None:
    put_voice(paths, "en_US-a")
    put_ears(paths, "base")
    with pytest.raises(VoiceMissing, match="no such file"):
        chosen(paths, VoiceSettings(speak_model=Path("gone.onnx")), "speak")
    with pytest.raises(VoiceMissing, match="no such folder"):
        chosen(paths, VoiceSettings(listen_model=Path("gone")), "listen")


def test_what_cannot_be_used_is_told_and_passed_over(paths: Paths) -> None:
    put_ears(paths, "a-tiny", "tokenizer.json")
    found = all_models(paths, VoiceSettings(), "listen")[0]
    assert "tokenizer.json" in found.problem
    with pytest.raises(VoiceMissing, match="tokenizer"):
        chosen(paths, VoiceSettings(), "listen")
    good = put_ears(paths, "base")
    assert chosen(paths, VoiceSettings(), "listen").path == good
    put_voice(paths, "zh", phoneme_type="pinyin")
    bare = put_voice(paths, "bare")
    bare.with_name("bare.onnx.json").unlink()
    problems = {each.name: each.problem for each in all_models(paths, VoiceSettings(), "speak")}
    assert "bare.onnx.json" in problems["bare"]
    assert "pinyin" in problems["zh"]


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_description_however_wrong_ends_the_program(
    tmp_path_factory: pytest.TempPathFactory, written: bytes
) -> None:
    folder = tmp_path_factory.mktemp("home")
    paths = Paths(folder, folder)
    put_voice(paths, "x").with_name("x.onnx.json").write_bytes(written)
    (found,) = all_models(paths, VoiceSettings(), "speak")
    assert isinstance(found.problem, str)
    assert isinstance(found.language, str)
