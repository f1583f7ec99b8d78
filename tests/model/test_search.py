"""What is tried to find out how a model runs best, on a made-up machine whose clock is counted."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import ModelFailed
from companion.model.search import FEWER, MARGIN, PATIENCE, Candidates, Search
from companion.model.tuning import TuneReport, Tuning

DEFAULT = Tuning(2, 1, flash_attention=False)
THREADS = (1, 2, 4)


@dataclass
class Machine:
    """Tokens a second by what is set; `noise`: the share by which each piece of work may take longer."""

    read: dict[int, float] = field(default_factory=lambda: {1: 150.0, 2: 290.0, 4: 200.0})
    write: dict[int, float] = field(default_factory=lambda: {1: 90.0, 2: 80.0, 4: 20.0})
    batch: dict[int, float] = field(default_factory=lambda: {128: 0.97, 256: 1.0, 512: 1.01})
    flash: float = 0.9
    compact: float = 0.7
    shifting: bool = True
    shifting_elsewhere: bool = True
    refuses_flash: bool = False
    noise: float = 0.0
    seed: int = 0
    now: float = 0.0
    opened: int = 0
    closed: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def open(self, tuning: Tuning) -> Context:
        if tuning.flash_attention and self.refuses_flash:
            raise ModelFailed("no such thing")
        self.opened += 1
        return Context(self, tuning)

    def works(self, seconds: float, limit: float) -> float | None:
        seconds *= 1 + self.noise * self._random.random()
        self.now += min(seconds, max(0.0, limit))
        return seconds if seconds <= limit else None

    def search(self, *, memory_short: bool = False, default: Tuning = DEFAULT) -> TuneReport:
        wanted = Candidates(THREADS, (128, 512), memory_short)
        return Search(self.open, default, wanted, now=lambda: self.now).run()


@dataclass
class Context:
    machine: Machine
    tuning: Tuning

    @property
    def factor(self) -> float:
        compact = self.machine.compact if self.tuning.kv_type == "q8_0" else 1.0
        return compact * (self.machine.flash if self.tuning.flash_attention else 1.0)

    def fill(self, most: int, seconds: float, limit: float) -> tuple[int, float] | None:
        speed = self.machine.read[2] * self.factor
        count = max(1, min(most, int(seconds * speed)))
        took = self.machine.works(count / speed, limit)
        return None if took is None else (count, took)

    def read(self, tokens: int, batch: int, threads: int, limit: float) -> float | None:
        return self.machine.works(
            tokens / (self.machine.read[threads] * self.machine.batch[batch] * self.factor), limit
        )

    def write(self, tokens: int, threads: int, limit: float) -> float | None:
        return self.machine.works(tokens / (self.machine.write[threads] * self.factor), limit)

    def shifts(self) -> bool:
        usual = not self.tuning.flash_attention
        return self.machine.shifting if usual else self.machine.shifting_elsewhere

    def close(self) -> None:
        self.machine.closed += 1


def as_used(report: TuneReport) -> Tuning:
    return replace(report.tuning, read_per_second=0.0, write_per_second=0.0)


def test_what_is_best_already_stays() -> None:
    machine = Machine()
    report = machine.search()
    assert as_used(report) == DEFAULT
    assert report.tuning.read_per_second == pytest.approx(290, rel=0.01)
    assert report.tuning.write_per_second == pytest.approx(90, rel=0.01)
    assert report.steady
    assert machine.opened == machine.closed


def test_the_fastest_of_each_is_found() -> None:
    machine = Machine(read={1: 100, 2: 260, 4: 500}, write={1: 40, 2: 60, 4: 50}, flash=1.2, compact=1.1)
    machine.batch = {128: 1.0, 256: 1.0, 512: 1.3}
    report = machine.search()
    assert as_used(report) == Tuning(4, 2, 512, True, "q8_0")
    used = {trial.what: trial.value for trial in report.trials if trial.chosen}
    assert used == {
        "threads to read": "4", "threads to write": "2", "tokens at once": "512", "attention": "flash", "cache": "q8_0",
    }  # fmt: skip
    assert machine.opened == machine.closed == 3


@pytest.mark.parametrize(("gain", "threads"), [(MARGIN - 0.01, 1), (MARGIN + 0.01, 2)])
def test_a_little_faster_is_no_reason(gain: float, threads: int) -> None:
    assert Machine(write={1: 90, 2: 90 * gain, 4: 10}).search().tuning.write_threads == threads


@pytest.mark.parametrize(("gain", "threads"), [(FEWER - 0.01, 2), (FEWER + 0.01, 1)])
def test_fewer_threads_have_to_be_much_faster(gain: float, threads: int) -> None:
    """They are while another program takes a core."""
    assert Machine(read={1: 290 * gain, 2: 290, 4: 200}).search().tuning.read_threads == threads


def test_a_hopeless_value_costs_little_time() -> None:
    """Two threads on a machine with a busy core: a token in a second."""
    machine = Machine(write={1: 90, 2: 1, 4: 0.1})
    report = machine.search()
    assert as_used(report) == DEFAULT
    assert [trial.note for trial in report.trials if trial.what == "threads to write"] == [
        "",
        "far slower",
        "far slower",
    ]
    assert report.seconds < Machine().search().seconds + 5


def test_a_compact_cache_is_for_machines_that_need_it() -> None:
    slower = Machine(flash=1.0, compact=0.8)
    assert slower.search().tuning.kv_type == "f16"
    assert Machine(flash=1.0, compact=0.8).search(memory_short=True).tuning.kv_type == "q8_0"
    assert Machine(flash=1.0, compact=0.6).search(memory_short=True).tuning.kv_type == "f16"


def test_what_cannot_drop_old_history_is_not_used() -> None:
    faster = Machine(flash=1.5, shifting_elsewhere=False)
    report = faster.search()
    assert as_used(report) == DEFAULT
    refused = next(trial for trial in report.trials if trial.value == "flash")
    assert (refused.chosen, refused.note) == (False, "cannot drop old history")
    neither = Machine(flash=1.5, shifting=False, shifting_elsewhere=False)
    assert neither.search().tuning.flash_attention


def test_what_llama_cpp_refuses_is_told() -> None:
    report = Machine(refuses_flash=True).search()
    assert as_used(report) == DEFAULT
    refused = [trial for trial in report.trials if trial.value in ("flash", "q8_0")]
    assert [(trial.chosen, trial.note) for trial in refused] == [(False, "this model cannot be run so")] * 2


def test_a_large_model_is_measured_with_less() -> None:
    """Ten tokens a second to read, three to write."""
    machine = Machine(read={1: 6, 2: 10, 4: 7}, write={1: 3, 2: 2.5, 4: 1})
    report = machine.search()
    assert as_used(report) == DEFAULT
    assert report.seconds <= PATIENCE + 20
    assert not any(trial.what == "tokens at once" for trial in report.trials)


def test_a_busy_machine_is_noticed() -> None:
    report = Machine(noise=3.0, seed=1).search()
    assert not report.steady


def test_one_that_cannot_even_read_its_history_is_an_error() -> None:
    with pytest.raises(ModelFailed, match="too slow"):
        Machine(read={1: 0.001, 2: 0.001, 4: 0.001}).search()


speeds = st.floats(0.5, 5000, allow_nan=False)
factors = st.floats(0.1, 3)


@given(
    read=st.tuples(speeds, speeds, speeds),
    write=st.tuples(speeds, speeds, speeds),
    flash=factors,
    compact=factors,
    noise=st.floats(0, 4),
    seed=st.integers(0, 1000),
)
def test_it_always_ends_and_uses_one_value_of_each(
    read: tuple[float, ...], write: tuple[float, ...], flash: float, compact: float, noise: float, seed: int
) -> None:
    machine = Machine(
        read=dict(zip(THREADS, read, strict=True)),
        write=dict(zip(THREADS, write, strict=True)),
        flash=flash,
        compact=compact,
        noise=noise,
        seed=seed,
    )
    try:
        report = machine.search()
    except ModelFailed:
        report = None
    assert machine.opened == machine.closed
    assert machine.now <= 3 * PATIENCE
    if report is None:
        return
    for what in {trial.what for trial in report.trials}:
        assert sum(trial.chosen for trial in report.trials if trial.what == what) == 1
    assert TuneReport.from_json(report.json()) == report
