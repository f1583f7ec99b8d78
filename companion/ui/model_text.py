"""Models and downloads in words, for the app and the commands. Pure functions, but for the clock of the meter."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from companion.offers import ModelList, ModelOffer, PullPlan
from companion.strings import language, text, texts
from companion.text import one_line
from companion.ui.format import amount, duration

if TYPE_CHECKING:
    from companion.ui.widgets.literal import Part  # Textual: not needed by the commands

_WINDOW = 5.0
"""Seconds over which the rate is taken."""


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
        parts = [
            text("models.progress", done=amount(self.done), total=amount(self.total))
            if self.total
            else amount(self.done)
        ]
        (first, before), (last, now) = self._points[0], self._points[-1]
        rate = (now - before) / (last - first) if last - first >= 0.5 else 0.0
        if rate > 0:
            parts.append(f"{amount(round(rate))}/s")
            if self.total > self.done:
                parts.append(text("models.left", time=duration((self.total - self.done) / rate)))
        return text("format.then").join(parts)

    @property
    def short(self) -> str:
        """ "fetching 48%", for the status line."""
        return text("models.fetching", share=f"{self.share:.0%}" if self.total else amount(self.done))


def plan_lines(plan: PullPlan) -> list[str]:
    """What is about to happen, before anything is sent."""
    size = amount(plan.size_bytes) if plan.size_bytes else text("models.size_unknown")
    lines = [text("models.plan", name=one_line(plan.name), size=size, host=one_line(plan.host))]
    if plan.partial_bytes:
        lines.append(text("models.plan_partial", size=amount(plan.partial_bytes)))
    lines.append(text("models.plan_privacy"))
    if not plan.encrypted:
        lines.append(text("models.plan_open"))
    if plan.license and plan.license not in ("Apache-2.0", "MIT"):
        lines.append(text("models.plan_license", license=one_line(plan.license)))
    if plan.fit == "too large":
        lines.append(text("models.plan_too_large"))
    elif plan.fit == "tight":
        lines.append(text("models.plan_tight"))
    return lines


def where(model: ModelOffer) -> str:
    """One or two words: "in use", "here", "to fetch", "LM Studio"."""
    if model.in_use:
        return text("models.in_use")
    if model.program:
        return model.program
    return {"offered": text("models.to_fetch"), "here": text("models.here")}.get(model.place, model.place)


def notes(model: ModelOffer) -> str:
    """What models.txt says of it, in another language where that is known."""
    return model.notes if language() == "en" else str(texts("model_note").get(model.name, model.notes))


def fit(model: ModelOffer) -> str:
    """Whether it fits into memory, as a word."""
    words = {"fits": text("models.fits"), "tight": text("models.tight"), "too large": text("models.too_large")}
    return words.get(model.fit, text("models.unknown"))


def model_parts(model: ModelOffer) -> list[Part]:
    """Everything about one model, the name first."""
    facts = [amount(model.size_bytes)] if model.size_bytes else []
    if model.ram_bytes:
        facts.append(text("models.needs", size=amount(model.ram_bytes), fit=fit(model)))
    if model.license:
        facts.append(one_line(model.license, 40))
    parts: list[Part] = [(one_line(model.name, 60), "bold"), "\n" + text("format.then").join(facts)]
    if model.notes:
        parts.append(f"\n{one_line(notes(model))}")
    if model.problem:
        parts.append(("\n" + text("models.problem", problem=one_line(model.problem, 300)), "$text-warning"))
    if model.place == "offered":
        host, came = one_line(model.host), amount(model.partial_bytes)
        told = text("models.from_host_partial", host=host, size=came) if model.partial_bytes else ""
        parts.append("\n" + (told or text("models.from_host", host=host)))
    else:
        parts.append(f"\n{one_line(model.path, 300)}")
    return parts


def machine_line(found: ModelList) -> str:
    """What there is to fit into."""
    total, available, disk = amount(found.total_ram), amount(found.available_ram), amount(found.free_disk)
    return text("models.machine", total=total, available=available, disk=disk)
