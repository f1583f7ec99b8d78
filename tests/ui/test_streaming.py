"""A reply that was written piece by piece looks, line by line, as if it had come at once."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widget import Widget

from companion.ui.streaming import split_open_fence, whole_sentences
from companion.ui.widgets.reply_text import ReplyText
from tests.ui.helpers import wait_until

TEXTS = (
    "Plain words,\nin two lines.\n\nAnd a second paragraph with **bold**, *slanted* and `code`.",
    "# Title\n\n- a\n- b\n    - c\n\n1. one\n2. two\n\n> quoted\n> twice\n\nend",
    "Before\n\n```python\nx = 1\n\n\ndef f():\n    return x\n```\n\nafter",
    "```\nnever closed\nstill code",
    "~~~~\n```\ninside\n```\n~~~~\nout",
    "- item\n  ```sh\n  ls -l\n  ```\n- next",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\ntext\n\n---\n\nmore",
    "Setext\n======\n\nmore\n---\n",
    "a [link](http://example.org) and ![picture](x.png) &#x202e; &amp; <b>no</b>",
    "[1]: http://example.org\n\nsee [1]\n\nlast",
    "混合 **粗体** 文字\n\n- 一\n- 二\n\n🙂 done",
    "*unclosed **emphasis\n\n`half code\n\n[half](link",
)


class Both(App[None]):
    """The two ways beside each other, as wide as each other."""

    CSS = "Vertical { height: auto; } VerticalScroll { width: 60; }"

    def __init__(self, text: str) -> None:
        super().__init__()
        self.streamed = ReplyText()
        self.whole = ReplyText(text)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield self.streamed
        with VerticalScroll():
            yield self.whole


def lines(widget: Widget) -> list[str]:
    """What the widget shows, row by row, with every style."""
    found: list[str] = []
    for child in widget.walk_children(Widget):
        if not child.display or any(not a.display for a in child.ancestors if isinstance(a, Widget)):
            continue
        if not child.children or child.name == "code-content":
            strips = child.render_lines(child.size.region)
            found += [
                repr([(s.text, str(s.style)) for s in strip.simplify() if isinstance(strip.text, str | Text)])
                for strip in strips
            ]
    return found


def pieces(text: str, seed: int) -> list[str]:
    chance = random.Random(seed)
    found = []
    while text:
        length = chance.choice((1, 1, 2, 3, 5, 8, 40))
        found.append(text[:length])
        text = text[length:]
    return found


@pytest.mark.parametrize("number", range(len(TEXTS)))
async def test_the_finished_text_is_the_same_line_by_line(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.ui.widgets.reply_text.INTERVAL", 0.001)
    text = TEXTS[number]
    app = Both(text)
    async with app.run_test(size=(70, 60)) as pilot:
        for piece in pieces(text, number):
            app.streamed.write(piece)
            await pilot.pause(0.002)  # so that it is drawn many times on its way
        app.streamed.finish(text)
        await wait_until(pilot, lambda: app.streamed.settled)
        await pilot.pause()
        assert lines(app.whole)
        assert lines(app.streamed) == lines(app.whole)
        assert app.streamed.size.height == app.whole.size.height


async def test_an_open_block_of_code_is_not_laid_out_again_for_every_piece() -> None:
    app = Both("")
    async with app.run_test() as pilot:
        app.streamed.write("See:\n\n```python\n")
        for number in range(400):
            app.streamed.write(f"x{number} = {number}\n")
        await wait_until(pilot, lambda: app.streamed._tail.display)
        assert not list(app.streamed.query("MarkdownFence"))
        assert "x0 = 0" in str(app.streamed._tail.visual)


@given(st.text(alphabet="ab`~\n >-1.", max_size=60), st.integers(0, 60))
def test_what_is_shown_while_it_is_written_only_grows_until_a_block_of_code_closes(text: str, cut: int) -> None:
    before, code = split_open_fence(text[:cut])
    assert text[:cut].startswith(before)
    assert text[:cut].endswith(code)
    # With a fence open nothing after it is Markdown: the part before is the same however much code follows.
    if code and not set("`~\n") & set(text[cut : cut + 1]):
        assert split_open_fence(text[: cut + 1])[0] == before


async def test_with_reduced_motion_only_whole_sentences_appear() -> None:
    app = Both("")
    app.animation_level = "none"
    async with app.run_test(size=(70, 30)) as pilot:
        app.streamed.write("One line.\n\nAnother that is")
        await wait_until(pilot, lambda: any("One line." in line for line in lines(app.streamed)))
        assert not any("Another" in line for line in lines(app.streamed))
        app.streamed.write(" long.\n\n")
        await wait_until(pilot, lambda: any("Another that is long." in line for line in lines(app.streamed)))
        app.streamed.finish("One line.\n\nAnother that is long.\n\nEnd")
        await wait_until(pilot, lambda: any("End" in line for line in lines(app.streamed)))


@pytest.mark.parametrize(
    ("written", "whole"),
    [("Well", ""), ("I am. You", "I am."), ("He said “no.” Then", "He said “no.”"), ("1. one\n2. tw", "1. one\n"),
     ("好的。我", "好的。"), ("3.14 is", ""), ("", "")],
)  # fmt: skip
def test_a_sentence_is_whole_once_something_follows_it(written: str, whole: str) -> None:
    assert whole_sentences(written) == whole
