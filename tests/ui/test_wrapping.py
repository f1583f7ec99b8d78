"""Lines of Chinese are filled, and no line begins with a closing mark."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from companion.ui.wrapping import chunks, install, words

install()
TEXT = "写下想说的话，按 Enter 发送。一切都留在这台电脑上；只有当你为模型设置了“服务器”时才会发出去，那时状态栏会写明。"


def _lines(text: str, width: int) -> list[str]:
    return [line.plain for line in Content(text).wrap(width)]


def test_chinese_goes_on_behind_a_word_of_latin_letters() -> None:
    assert _lines("写下想说的话，按 Enter 发送。一切都留在这台电脑上。", 30) == [
        "写下想说的话，按 Enter 发送。",
        "一切都留在这台电脑上。",
    ]
    assert _lines("按 Enter 发送。一切都留在这台电脑上", 20) == ["按 Enter 发送。一切", "都留在这台电脑上"]


@given(st.integers(8, 60))
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(width: int) -> None:
    lines = _lines(TEXT, width)
    assert not [line for line in lines if line[0] in "，。；”"]
    assert not [line for line in lines if line.rstrip()[-1] == "“"]
    assert all(cell_len(line) <= width for line in lines)


@given(st.text(alphabet=st.sampled_from("ab “”，。…你好の  \n(1)é🎉"), max_size=40))
def test_no_character_is_lost_and_all_stay_in_order(text: str) -> None:
    assert "".join(piece for _, _, piece in chunks(text)) == text
    assert "".join(piece for _, _, piece in words(text)).strip() == text.strip()


def test_words_of_other_scripts_stay_whole() -> None:
    assert _lines("an internationalised “sentence” of words", 18) == [
        "an",
        "internationalised",
        "“sentence” of",
        "words",
    ]
