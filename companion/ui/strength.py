"""What can be said of a passphrase while it is typed. No Textual."""

from __future__ import annotations

from companion.strings import text

SHORTEST = 8
"""Characters a passphrase has at least."""
LOOKED_AT = 64
"""Characters: what follows makes it stronger still, and the estimate slower."""
_TRIES = 3.0
"""log10 of the passphrases tried in a second by somebody with many machines; one of them does about ten (Argon2id)."""
_DAY, _YEARS, _EVER = 4.9, 8.5, 11.5
"""log10 of seconds: a day, ten years, ten thousand years."""


def in_capitals(typed: str) -> bool:
    """Whether Caps Lock may be on: a terminal does not tell."""
    letters = [each for each in typed if each.isalpha() and each.upper() != each.lower()]
    return len(letters) > 2 and all(each.isupper() for each in letters)


def strength(passphrase: str, known: tuple[str, ...] = ()) -> tuple[str, bool]:
    """In words how long it would take to guess it, and whether that is long enough. `known`: what anybody would try,
    the person's name, say. Estimated by zxcvbn from words, names, dates, repetitions and keyboard runs."""
    if not passphrase:
        return "", False
    if len(passphrase) < SHORTEST:
        return text("protection.too_short", count=SHORTEST), False
    # Imported late: its lists take a while to load, and hardly anybody gets here.
    from zxcvbn import zxcvbn

    guesses = float(zxcvbn(passphrase[:LOOKED_AT], user_inputs=[each for each in known if each])["guesses_log10"])
    seconds = guesses - _TRIES
    if seconds < _DAY:
        return text("protection.very_weak"), False
    if seconds < _YEARS:
        return text("protection.weak"), False
    return (text("protection.fair"), True) if seconds < _EVER else (text("protection.strong"), True)
