"""The write-ahead log is damaged: what opens then is what the profile once said, as of some transaction, or it is
refused with words. Never another state, never a crash."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from companion.errors import CompanionError
from companion.paths import Paths
from tests.durability.deeds import DEEDS, Life, done
from tests.durability.power import Image, image_of, put
from tests.durability.tables import at_rest, fingerprint

HEADER, FRAME = 32, 24 + 4096
"""Bytes of the log's header, and of a page in it with what leads it."""
ONCE = ("add", "draft", "edit", "pin", "forget", "add", "merge", "undo", "split", "several", "add", "restore")


def history(home: Path) -> tuple[Image, list[str]]:
    """A profile whose log nobody has brought into the file yet, and what it said at each moment, oldest first."""
    life = Life(Paths(home, home), random.Random(2), embeds=False)
    life.open()
    done(life, DEEDS["talk"])
    life.companion.settle()
    life.close()  # the log begins here
    life.open()
    moments = [image_of(home)]
    for name in ("add", "add", *ONCE):
        if done(life, DEEDS[name]) is not None:
            life.companion.settle()
            moments.append(image_of(home))
    life.close()
    said = []
    for number, moment in enumerate(moments):
        put(moment, home.with_name(f"moment-{number}"))
        said.append(fingerprint(at_rest(home.with_name(f"moment-{number}"))))
    assert len(set(said)) == len(said) > 10
    return moments[-1], said


def damaged(log: bytes, chance: random.Random) -> tuple[str, bytes]:
    """One thing that a crash, a bad disk or a copy that stopped half-way does to a file."""
    kind = chance.choice(("cut", "tail", "flip", "zero", "swap", "twice", "noise", "header", "more"))
    frames = (len(log) - HEADER) // FRAME
    file = bytearray(log)
    where = chance.randrange(HEADER, len(log))
    match kind:
        case "cut":
            del file[where:]
        case "tail":
            del file[HEADER + chance.randrange(frames) * FRAME :]
        case "flip":
            file[where] ^= 1 << chance.randrange(8)
        case "zero":
            length = chance.choice((1, 16, 512, 4096, 40_000))
            file[where : where + length] = bytes(min(length, len(file) - where))
        case "swap" | "twice":
            one, other = (HEADER + chance.randrange(frames) * FRAME for _ in range(2))
            first, second = bytes(file[one : one + FRAME]), bytes(file[other : other + FRAME])
            file[one : one + FRAME] = second
            if kind == "swap":
                file[other : other + FRAME] = first
        case "noise":
            length = chance.choice((1, 512, 4096))
            file[where : where + length] = chance.randbytes(min(length, len(file) - where))
        case "header":
            file[chance.randrange(HEADER)] ^= 1 << chance.randrange(8)
        case "more":
            file += chance.choice((chance.randbytes(FRAME * 3), bytes(file[HEADER : HEADER + 2 * FRAME]), bytes(FRAME)))
    return kind, bytes(file)


@pytest.mark.parametrize("mutations", [60, pytest.param(1000, marks=pytest.mark.nightly)])
def test_a_damaged_log_gives_a_moment_of_the_past_or_a_refusal(tmp_path: Path, mutations: int) -> None:
    whole, said = history(tmp_path / "home")
    chance, outcomes = random.Random(mutations), Counter[str]()
    for number in range(mutations):
        home = tmp_path / f"damaged-{number}"
        kind, log = damaged(whole["companion.db-wal"], chance)
        put({**whole, "companion.db-wal": log}, home)
        if chance.random() < 0.3:  # what the dead process shared with itself is left as well
            (home / "companion.db-shm").write_bytes(chance.randbytes(32_768))
        try:
            found = fingerprint(at_rest(home))
        except CompanionError:
            outcomes["refused"] += 1
        else:
            assert found in said, f"mutation {number} ({kind}): a state that never was"
            outcomes["whole" if found == said[-1] else "earlier"] += 1
        for file in home.iterdir():
            if file.is_file():
                file.unlink()
    print(f"{mutations} mutations over {len(said)} moments: {dict(outcomes)}")  # noqa: T201
    assert outcomes["earlier"] > mutations / 4, "the damage reached what it was meant for"


def test_damage_to_the_file_itself_is_seen_as_another_state_or_refused(tmp_path: Path) -> None:
    """A control: the same damage done to a page of the database is not a moment of the past, and is noticed here."""
    whole, said = history(tmp_path / "home")
    put({name: data for name, data in whole.items() if name != "companion.db-wal"}, tmp_path / "without")
    without = fingerprint(at_rest(tmp_path / "without"))
    assert without == said[0]
    strange = 0
    for number in range(12):
        file = bytearray(whole["companion.db"])
        where = file.find(b"My friend", number * 4096)
        if where < 0:
            break
        file[where : where + 9] = b"My fiend "
        put({"companion.db": bytes(file)}, tmp_path / f"other-{number}")
        try:
            strange += fingerprint(at_rest(tmp_path / f"other-{number}")) not in said
        except CompanionError:
            strange += 1
    assert strange
