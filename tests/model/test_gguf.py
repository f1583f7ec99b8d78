"""What is said about a model file before it is loaded."""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import ModelError, ModelMissing, ModelUnreadable
from companion.model.gguf import read_header
from tests.model.gguf_files import BASE_MODEL, head, tensor, write


def test_reads_what_the_file_says_of_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", {**BASE_MODEL, "tokenizer.chat_template": "{{ messages }}"})
    header = read_header(path)
    assert (header.name, header.architecture, header.trained_context) == ("A base model", "llama", 2048)
    assert header.chat_template == "{{ messages }}"
    assert header.size_bytes == path.stat().st_size


def test_a_base_model_has_no_chat_template(tmp_path: Path) -> None:
    assert read_header(write(tmp_path / "m.gguf", BASE_MODEL)).chat_template is None


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"nowhere\.gguf does not exist"):
        read_header(tmp_path / "nowhere.gguf")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelUnreadable, match="is a folder"):
        read_header(tmp_path)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").touch()
    with pytest.raises(ModelUnreadable, match="is empty"):
        read_header(tmp_path / "m.gguf")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs file permissions that bind us")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", BASE_MODEL)
    path.chmod(0)
    with pytest.raises(ModelUnreadable, match="Permission denied"):
        read_header(path)


@pytest.mark.parametrize("data", [b"x", b"PK\x03\x04" * 20, b"<!DOCTYPE html>" + b" " * 100])
def test_something_else_than_gguf(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "m.gguf").write_bytes(data)
    with pytest.raises(ModelUnreadable, match="is not a GGUF file"):
        read_header(tmp_path / "m.gguf")


def test_versions_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(head(BASE_MODEL, tensors=1, version=9))
    with pytest.raises(ModelUnreadable, match="version 9"):
        read_header(path)
    path.write_bytes(b"GGUF" + struct.pack(">IQQ", 3, 1, 1) + bytes(100))
    with pytest.raises(ModelUnreadable, match="big-endian"):
        read_header(path)


def test_an_absurd_head(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 5) + bytes(100))
    with pytest.raises(ModelUnreadable, match="damaged"):
        read_header(path)


def test_a_download_cut_short_names_both_sizes(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.gguf", BASE_MODEL, floats=1000).stat().st_size
    path = write(tmp_path / "m.gguf", BASE_MODEL, floats=1000, kept=whole - 1)
    with pytest.raises(ModelUnreadable, match=f"it has {whole - 1:,} bytes and should have at least {whole:,}"):
        read_header(path)


def test_a_type_of_weights_from_the_future_is_left_to_llama_cpp(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(head(BASE_MODEL, tensors=1) + tensor("w", (1 << 40,), 99, 0) + bytes(64))
    assert read_header(path).tensors == 1


@given(data=st.data())
def test_a_file_cut_anywhere_is_never_read_as_whole(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    size = write(folder / "whole.gguf", BASE_MODEL).stat().st_size
    path = write(folder / "m.gguf", BASE_MODEL, kept=data.draw(st.integers(0, size - 1)))
    with pytest.raises(ModelUnreadable):
        read_header(path)


@given(data=st.data())
def test_damage_is_a_model_error_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = write(tmp_path_factory.mktemp("bits") / "m.gguf", BASE_MODEL)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with suppress(ModelError):
        assert read_header(path).size_bytes == len(content)
