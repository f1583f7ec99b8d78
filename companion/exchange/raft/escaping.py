"""A text as one line of Markdown that shows the same words, and back again, exactly.

Whatever Markdown, HTML or Obsidian would read as something else has a backslash before it; a line break is <br>; what
cannot be seen, or would not survive an editor (white space at either end, controls), is a reference like &#9;.
"""

from __future__ import annotations

import re
import unicodedata

from companion.text import sanitise

_ALWAYS = frozenset("\\`*[]<^$")
_DOUBLED = frozenset("~=%")
"""Marks of Obsidian and GitHub that count in pairs."""
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_BEGINS = re.compile(r"(?:[-+>#|]|\d{1,9}[.)])")
"""What makes a line begin a list, a quotation, a heading or a table."""
_SPECIAL = re.compile(r"[\\`*\[\]<^$~=%_#&]")
_REFERENCE = re.compile(r"&#(\d{1,7});")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_WIKI = re.compile(r"!?\[\[([^\[\]|]*)(?:\|([^\[\]]*))?\]\]")


def escaped(text: str) -> str:
    """One line, without white space at either end."""
    return "<br>".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    if line.isprintable() and line == line.strip() and not _SPECIAL.search(line) and not _BEGINS.match(line):
        return line
    found: list[str] = []
    start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    begins = _BEGINS.match(line)
    mark = begins.end() - 1 if begins else -1
    for at, character in enumerate(line):
        before, after = line[at - 1 : at], line[at + 1 : at + 2]
        if at < start or at >= end or _is_hidden(character):
            found.append(f"&#{ord(character)};")
        elif (
            character in _ALWAYS
            or at == mark
            or (character in _DOUBLED and character in (before, after))
            or (character == "_" and not (before.isalnum() and after.isalnum()))
            or (character == "#" and (not before or not before.isalnum()))
            or (character == "&" and (after == "#" or after.isalnum()))
        ):
            found.append("\\" + character)
        else:
            found.append(character)
    return "".join(found)


def _is_hidden(character: str) -> bool:
    if character == "\ufeff" or unicodedata.category(character) in ("Cc", "Zl", "Zp"):
        return True
    return not character.isascii() and unicodedata.category(character) == "Cf" and sanitise(character) == ""


def unescaped(written: str) -> str:
    """The text of a line that `escaped` made, or that somebody wrote by hand: there a link is the words it shows."""
    written = written.strip()
    found: list[str] = []
    at = 0
    while at < len(written):
        character = written[at]
        if character == "\\" and written[at + 1 : at + 2] in _PUNCTUATION and at + 1 < len(written):
            found.append(written[at + 1])
            at += 2
        elif character == "&" and (match := _REFERENCE.match(written, at)) and int(match[1]) <= 0x10FFFF:
            found.append(chr(int(match[1])))
            at = match.end()
        elif character == "<" and (match := _BREAK.match(written, at)):
            found.append("\n")
            at = match.end()
        elif character in "![" and (match := _WIKI.match(written, at)):
            found.append(match[2] or match[1].partition("#")[0].rpartition("/")[2])
            at = match.end()
        else:
            found.append(character)
            at += 1
    return "".join(found)
