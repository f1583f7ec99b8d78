"""Whether the computer runs on its battery."""

from __future__ import annotations

import psutil


def on_mains() -> bool:
    """Whether it is plugged in, as far as can be told: a computer without a battery is, and so is one that does not
    say."""
    look = getattr(psutil, "sensors_battery", None)  # not on every system
    battery = look() if look is not None else None
    return battery is None or battery.power_plugged is not False
