"""Text from outside: made safe to show, measured in terminal cells, hashed."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Escape sequences as terminals parse them (ECMA-48): CSI, string sequences (OSC, DCS, SOS, PM, APC) up to their
# terminator, and two-character escapes; the 8-bit C1 forms as well.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
# What may reorder or hide text: bidirectional controls, invisible operators, tag characters, interlinear marks, the
# variation selectors that carry bytes. The joiners that emoji and some scripts are written with stay.
_HIDDEN = re.compile(
    "[\u202a-\u202e\u2066-\u206f\u200b\u200e\u200f\u061c\u180e\u2060-\u2064\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
    "\U000e0100-\U000e01ef\U0001d173-\U0001d17a\U0001bca0-\U0001bca3\U00013430-\U0001343f]"
)
# Unicode's Cc, Cs, Zl and Zp, but for line breaks and tabs; by category, character for character, an export of a
# hundred megabytes takes half a minute.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
MOST_MARKS = 8
"""Accents on one character, more than any script writes: what piles up leaves its line and covers others."""
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILED = re.compile(f"({_MARKS}{{{MOST_MARKS}}}){_MARKS}+")
CJK_RUN = re.compile(
    "[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003134f]+"
)
"""An unbroken stretch of Chinese, Japanese or Korean script."""

_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(?:\.|$)", re.IGNORECASE)


def is_device(name: str) -> bool:
    """Whether a file of this name could not be made on Windows, whatever its ending: it would be a device."""
    return _DEVICE.match(name) is not None


def sanitise(text: str) -> str:
    """`text` as harmless characters: no escape sequence, control character or hidden reordering survives.
    Line breaks become \\n and tabs stay; everything else a person would read is kept."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _ESCAPES.sub("", text)
    text = _PILED.sub(r"\1", _HIDDEN.sub("", text))
    return _CONTROLS.sub("", text)


def one_line(text: str, limit: int = 200) -> str:
    """`text` sanitised, white space folded, cut to `limit` characters with an ellipsis."""
    folded = " ".join(sanitise(text).split())
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + "…"


def has_cjk(text: str) -> bool:
    """Whether `text` holds Chinese, Japanese or Korean script, which is not written in spaced words."""
    return CJK_RUN.search(text) is not None


def cjk_runs(text: str) -> list[str]:
    """The unbroken stretches of CJK script in `text`, in order."""
    return CJK_RUN.findall(text)


def valid_text(text: str) -> str:
    """`text` with lone surrogates replaced, so that it can be stored as UTF-8."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if _has_surrogate(text) else text


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def text_hash(text: str) -> str:
    """SHA-256 of the text after NFC, as hex: identity of a quote or an embedded text."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode("utf-8", "replace")).hexdigest()


def normalised(text: str) -> str:
    """For comparing statements: NFKC, case folded, punctuation and white space folded."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = (c if c.isalnum() or c in "'’" else " " for c in folded)
    return " ".join("".join(kept).replace("’", "'").split())
