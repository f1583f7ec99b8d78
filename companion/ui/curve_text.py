"""The curve of one memory: in words, for whoever cannot see it or would rather read, and drawn. Pure functions."""

from __future__ import annotations

from datetime import date, datetime

from rich.cells import cell_len
from textual.content import Content

from companion.clock import local
from companion.records import Memory, RetentionCurve
from companion.strings import text
from companion.ui import format as show
from companion.ui.widgets.literal import Part, literal
from companion.wording import word

_FADING = ("candidate", "active", "dormant", "archived")
_STYLES = {"•": "$primary", "·": "$text-muted", "▲": "$accent", "─": "$warning", "│": "$text-muted"}


def curve_words(memory: Memory, retention: float, curve: RetentionCurve, fades: date | None = None) -> str:
    """All that the drawing says, in sentences. `fades`: the day that is told elsewhere, which is reckoned in another
    way and may be the one beside it."""
    offset = memory.utc_offset
    said = [text("curve.remembered", day=_day(memory.recorded_at, offset))]
    if memory.used_count and memory.last_used_at is not None:
        said.append(text("curve.used", count=memory.used_count, day=_day(memory.last_used_at, offset)))
    else:
        said.append(text("curve.not_used"))
    if memory.status not in _FADING:
        return text("format.between").join([*said, text("curve.not_recalled", status=word("state", memory.status))])
    if memory.pinned:
        return text("format.between").join([*said, text("curve.pinned")])
    said.append(text("curve.now_kept", share=show.percent(retention)))
    line = show.percent(curve.dormant_below)
    if curve.fades_at is None:
        said.append(text("curve.lasts", line=line))
    elif curve.fades_at <= curve.now:
        said.append(text("curve.fell", line=line, day=_day(curve.fades_at, offset)))
    else:
        day = show.full_day(fades) if fades is not None else _day(curve.fades_at, offset)
        said.append(text("curve.falls", line=line, day=day))
    return text("format.between").join(said)


def curve_drawing(memory: Memory, curve: RetentionCurve, width: int, height: int) -> Content | None:
    """The drawing with its legend in `width` columns and `height` lines; None when there is no room."""
    from companion.plot import curve as draw  # a tenth of a second that only a curve is worth

    begin, end, offset = curve.points[0][0], curve.points[-1][0], memory.utc_offset
    labels = [(curve.now, text("curve.now"))]
    if curve.fades_at is not None and begin < curve.fades_at < end and not memory.pinned:
        labels.append((curve.fades_at, text("curve.fades") if curve.fades_at > curve.now else text("curve.faded")))
    labels += [(begin, _short(begin, offset)), (end, _short(end, offset))]
    legend = next(
        (words for words in (text("curve.legend"), text("curve.legend_short")) if cell_len(words) <= width), ""
    )
    # plotext takes every character for one column.
    wider = sum(cell_len(label) - len(label) for _, label in labels)
    lines = draw(curve.points, curve.now, curve.dormant_below, curve.uses, labels, width - wider, height - 1)
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
    return show.full_day(local(at, utc_offset))


def _short(at: float, utc_offset: int) -> str:
    """With its year."""
    return show.short_date(at, utc_offset, datetime.min)
