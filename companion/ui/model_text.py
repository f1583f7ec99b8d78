"""Models and downloads in words, for the app and the commands. Pure functions, but for the clock of the meter."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from companion.offers import ModelList, ModelOffer, PullPlan
from companion.text import one_line
from companion.ui.format import amount, duration

if TYPE_CHECKING:
    from companion.ui.widgets.literal import Part  # Textual: not needed by the commands

_WINDOW = 5.0
"""Seconds over which the rate is taken."""
PLACES = {"offered": "to fetch", "here": "here"}


class PullMeter:
    """How far a download is and how fast it goes, as words."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._points: list[tuple[float, int]] = []
        self.name = ""
        self.what = ""
        self.done = self.total = 0

    def note(self, done: int, total: int, what: str, name: str = "") -> None:
        now = self._clock()
        if what != self.what:
            self._points.clear()
        self._points.append((now, done))
        while len(self._points) > 2 and now - self._points[0][0] > _WINDOW:
            self._points.pop(0)
        self.done, self.total, self.what, self.name = done, total, what, name

    @property
    def share(self) -> float:
        """Of what is to come, 0 to 1; 0 when nobody knows how much it is."""
        return self.done / self.total if self.total else 0.0

    @property
    def words(self) -> str:
        """ "1.2 GB of 2.5 GB, 12 MB/s, 2 min left"."""
        parts = [f"{amount(self.done)} of {amount(self.total)}" if self.total else amount(self.done)]
        (first, before), (last, now) = self._points[0], self._points[-1]
        rate = (now - before) / (last - first) if last - first >= 0.5 else 0.0
        if rate > 0:
            parts.append(f"{amount(round(rate))}/s")
            if self.total > self.done:
                parts.append(f"{duration((self.total - self.done) / rate)} left")
        return ", ".join(parts)

    @property
    def short(self) -> str:
        """ "fetching 48%", for the status line."""
        return f"fetching {self.share:.0%}" if self.total else f"fetching {amount(self.done)}"


def plan_lines(plan: PullPlan) -> list[str]:
    """What is about to happen, before anything is sent."""
    size = amount(plan.size_bytes) if plan.size_bytes else "size not known yet"
    lines = [f"{one_line(plan.name)} ({size}) will be fetched from {one_line(plan.host)}."]
    if plan.partial_bytes:
        lines.append(f"{amount(plan.partial_bytes)} of it are here already.")
    lines.append("Those on the way there learn this computer's address and the file's name; nothing else is sent.")
    if not plan.encrypted:
        lines.append("The connection is not encrypted: somebody on the way could change the file.")
    if plan.license and plan.license not in ("Apache-2.0", "MIT"):
        lines.append(f"Its licence is {one_line(plan.license)}, with conditions of its own.")
    if plan.fit == "too large":
        lines.append("It needs more memory than this computer has.")
    elif plan.fit == "tight":
        lines.append("Memory will be tight: close other programs while you use it.")
    return lines


def where(model: ModelOffer) -> str:
    """One or two words: "in use", "here", "to fetch", "LM Studio"."""
    if model.in_use:
        return "in use"
    return model.program or PLACES.get(model.place, model.place)


def model_parts(model: ModelOffer) -> list[Part]:
    """Everything about one model, the name first."""
    facts = [amount(model.size_bytes)] if model.size_bytes else []
    if model.ram_bytes:
        facts.append(f"needs {amount(model.ram_bytes)} of memory: {model.fit}")
    if model.license:
        facts.append(one_line(model.license, 40))
    parts: list[Part] = [(one_line(model.name, 60), "bold"), "\n" + ", ".join(facts)]
    if model.notes:
        parts.append(f"\n{one_line(model.notes)}")
    if model.problem:
        parts.append((f"\nCannot be used: {one_line(model.problem, 300)}", "$text-warning"))
    if model.place == "offered":
        came = f"; {amount(model.partial_bytes)} have come" if model.partial_bytes else ""
        parts.append(f"\nFrom {one_line(model.host)}{came}")
    else:
        parts.append(f"\n{one_line(model.path, 300)}")
    return parts


def machine_line(found: ModelList) -> str:
    """What there is to fit into."""
    return f"memory {amount(found.total_ram)}, {amount(found.available_ram)} free   disk {amount(found.free_disk)} free"
