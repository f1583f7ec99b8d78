"""The curve of one memory: in words, for whoever cannot see it or would rather read, and drawn. Pure functions."""

from __future__ import annotations

from textual.content import Content

from companion.clock import local
from companion.records import Memory, RetentionCurve
from companion.ui import format as show
from companion.ui.widgets.literal import Part, literal

_FADING = ("candidate", "active", "dormant", "archived")
_STYLES = {"•": "$primary", "·": "$text-muted", "▲": "$accent", "─": "$warning", "│": "$text-muted"}
LEGENDS = (
    "• kept   · if it is not used   ▲ used   ─ below this it is not recalled",
    "• kept  · ahead  ▲ used  ─ fades",
)
"""What the characters mean, at length and in short."""


def curve_words(memory: Memory, retention: float, curve: RetentionCurve) -> str:
    """All that the drawing says, in sentences."""
    offset = memory.utc_offset
    said = [f"Remembered {_day(memory.recorded_at, offset)}."]
    if memory.used_count and memory.last_used_at is not None:
        said.append(f"Used {show.counted(memory.used_count, 'time')}, last {_day(memory.last_used_at, offset)}.")
    else:
        said.append("Not used yet.")
    if memory.status not in _FADING:
        return " ".join([*said, f"It is {memory.status}, and is not recalled."])
    if memory.pinned:
        return " ".join([*said, "It is pinned and does not fade."])
    said.append(f"Now it is kept to {show.percent(retention)}.")
    line = show.percent(curve.dormant_below)
    if curve.fades_at is None:
        said.append(f"It will not fall below {line} within ten years.")
    elif curve.fades_at <= curve.now:
        said.append(f"It fell below {line}, and faded from mind, around {_day(curve.fades_at, offset)}.")
    else:
        said.append(f"If it is not used it falls below {line}, and fades, around {_day(curve.fades_at, offset)}.")
    return " ".join(said)


def curve_drawing(memory: Memory, curve: RetentionCurve, width: int, height: int) -> Content | None:
    """The drawing with its legend in `width` columns and `height` lines; None when there is no room."""
    from companion.plot import curve as draw  # a tenth of a second that only a curve is worth

    begin, end, offset = curve.points[0][0], curve.points[-1][0], memory.utc_offset
    labels = [(curve.now, "now")]
    if curve.fades_at is not None and begin < curve.fades_at < end and not memory.pinned:
        labels.append((curve.fades_at, "fades" if curve.fades_at > curve.now else "faded"))
    labels += [(begin, _short(begin, offset)), (end, _short(end, offset))]
    legend = next((words for words in LEGENDS if len(words) <= width), "")
    lines = draw(curve.points, curve.now, curve.dormant_below, curve.uses, labels, width, height - 1)
    if not lines:
        return None
    parts: list[Part] = []
    for line in lines:
        parts += [(character, _STYLES[character]) if character in _STYLES else character for character in line] + ["\n"]
    return literal(*_joined(parts), (legend, "$text-muted"))


def _joined(parts: list[Part]) -> list[Part]:
    """Neighbours of one style as one."""
    found: list[Part] = []
    for part in parts:
        text, style = part if isinstance(part, tuple) else (part, "")
        last = found[-1] if found else None
        said, same = last if isinstance(last, tuple) else (last or "", "")
        if last is not None and same == style:
            found[-1] = (said + text, style) if style else said + text
        else:
            found.append((text, style) if style else text)
    return found


def _day(at: float, utc_offset: int) -> str:
    moment = local(at, utc_offset)
    return f"{moment.day} {moment:%B %Y}"


def _short(at: float, utc_offset: int) -> str:
    moment = local(at, utc_offset)
    return f"{moment.day} {moment:%b} {moment:%y}"
