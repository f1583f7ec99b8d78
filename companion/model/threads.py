"""How many threads the model gets."""

from __future__ import annotations

import os
from typing import NamedTuple

import psutil


class Threads(NamedTuple):
    """For reading (many tokens at once) and for writing (one at a time)."""

    read: int
    write: int


def default_threads() -> Threads:
    """One per physical core for reading, one less for writing.

    The threads of one token wait for each other at every layer: when something else runs on the last core, a token
    takes two to five times as long, while a free last core saves a fifth.
    """
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return Threads(cores, max(1, cores - 1))
