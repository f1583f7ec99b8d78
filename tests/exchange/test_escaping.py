"""A text as a line of Markdown: what comes back is what went out, whatever it is; a name as a file's on any system."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from companion.exchange.raft.escaping import escaped, unescaped
from companion.exchange.raft.file_names import Names, folded, safe_name
from companion.exchange.raft.parsing import parse

NASTY = (
    "", " ", "-", "- a", "---", "# head", "#tag", "a #tag", "1. one", "12) two", "> quote", "^m1", "a ^m1",
    "[[Lena#^m1]]", "![[x]]", "[x] done", "`code`", "```\nfence\n```", "<br>", "<b>bold</b>", "&amp; &#9; &lt;",
    "a\\", "\\", "\\^m3", "~~x~~", "==y==", "%%z%%", "$5 and $6", "*a* _b_ snake_case __init__", "a\nb\n\nc\n",
    "\ttab\t", "a\rb\r\nc", "x\u2028y\x85z", "\ufeffbom", "\u202eright to left\u202c", "مرحبا بالعالم",
    "妈妈说：“好的。”", "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f3f3\ufe0f\u200d\U0001f308 e\u0301",
    "\x1b[31mred", "a\x07b", "  two  spaces  ", "\u3000wide\u3000", "| a | b |", "+ plus", "* * *",
    "http://a_b_c/?x=1&y=2#z", "companion: me", "a: b", "{{x}}",
)  # fmt: skip
texts = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",))),
    st.text("-*_#[]()<>^m12 \\`~=|&;$%!\n\t:\"'"),
    st.sampled_from(NASTY),
)


@given(texts)
@example("&#9;")
@example("\\&#9;")
def test_what_is_escaped_comes_back(text: str) -> None:
    line = escaped(text)
    assert not set(line) & set("\n\r\t\x0b\x0c\x85\u2028\u2029")
    assert line == line.strip()
    assert unescaped(line) == text


@given(st.lists(texts, max_size=5))
@example(list(NASTY))
def test_each_text_comes_back_from_a_page_with_its_mark(said: list[str]) -> None:
    lines = [f"- {escaped(text)} ^m{number}" for number, text in enumerate(said, 1)]
    page = parse("Me.md", "\n".join(["---", "companion: me", "---", "", "# Me", "", *lines, ""]).encode())
    assert [(bullet.memory, bullet.text) for bullet in page.bullets] == list(enumerate(said, 1))
    other = parse("Me.md", "\r\n".join(["---", "companion: me", "---", "", "# Me", "", *lines, ""]).encode())
    assert [bullet.text for bullet in other.bullets] == said  # an editor of Windows
    assert other.rest == page.rest


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("I like *tea*", "I like *tea*"),
        ("Met [[Lena]] and [[People/Bo|Bo's]] today", "Met Lena and Bo's today"),
        ("  by hand  ", "by hand"),
        ("a<br/>b<BR>c", "a\nb\nc"),
    ],
)
def test_what_is_written_by_hand_is_taken_as_it_is_meant(written: str, text: str) -> None:
    assert unescaped(written) == text


def test_lines_that_belong_to_a_memory_are_put_together_and_the_rest_is_left() -> None:
    page = parse(
        "People/Lena.md",
        b"---\npinned:\n  - m3\ncompanion: person\nname: Lena\n---\n# Lena\n\nA note of mine.\n\n"
        b"- Lena is a nurse\n  in Porto. ^m3\n- [ ] likes tea\n* ![[Me#^m9]]\n-\n```\n- no memory\n```\n> said\n",
    )
    assert [(bullet.memory, bullet.text, bullet.line) for bullet in page.bullets] == [
        (3, "Lena is a nurse in Porto.", 11),
        (None, "likes tea", 13),
    ]
    assert (page.kind, page.name, page.pinned) == ("person", "Lena", frozenset({3}))


RESERVED = ("con", "NUL", "aux.txt", "COM1", "lpt9.md", "CONIN$")


@given(st.one_of(st.text(), st.sampled_from(RESERVED), st.text('./\\:*?"<>| ^#[]')))
def test_every_system_takes_the_name(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set('<>:"/\\|?*#^[]%\0')
    assert safe == safe.strip(" .")
    assert safe.split(".")[0].strip().casefold() not in {"con", "nul", "aux", "com1", "lpt9", "conin$"}
    assert len(safe) <= 81
    assert len(f"{safe} (1000).md".encode()) <= 255
    assert all(unicodedata.category(character) not in ("Cc", "Cs") for character in safe)


@given(
    st.lists(st.sampled_from(["Lena", "lena", "LENA", "Lena (2)", "Zoë", "Zoe\u0308", "straße", "STRASSE", "?", "*"]))
)
def test_no_two_pages_have_one_name_on_any_system(wanted: list[str]) -> None:
    names = Names(["People/LENA.md"])
    found = [names.claim("People/", name) for name in wanted]
    assert len({folded(path) for path in found} | {folded("People/LENA.md")}) == len(found) + 1
