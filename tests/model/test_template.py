"""Chat templates as models bring them: rendered around texts, whatever their habits."""

from __future__ import annotations

import pytest

from companion.errors import ModelWithoutTemplate
from companion.model.protocol import Message
from companion.model.template import ChatTemplate

CHATML = (
    "{% for message in messages %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# As Gemma's: no system role, roles must alternate, contents are trimmed, "assistant" is called "model".
STRICT = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate') }}{% endif %}"
    "{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}"
    "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"
)
# As Qwen 3's and DeepSeek's: looks into replies for thoughts, and has a thinking mode.
THINKING = (
    "{%- for message in messages %}{%- set content = message.content %}"
    "{%- if message.role == 'assistant' and '</think>' in content %}"
    "{%- set content = content.split('</think>')[-1].lstrip('\n') %}{%- endif %}"
    "{{- '<|im_start|>' + message.role + '\n' + content + '<|im_end|>\n' }}{%- endfor %}"
    "{{- '<|im_start|>assistant\n' }}{%- if not enable_thinking %}{{- '<think>\n\n</think>\n\n' }}{%- endif %}"
)


def rendered(source: str, *messages: Message) -> str:
    return "".join(piece.text for piece in ChatTemplate(source, bos="<bos>").pieces(messages))


SYSTEM, USER, REPLY = Message("system", "Be kind."), Message("user", "Hello"), Message("assistant", "Hi")


def test_text_from_outside_and_markup_are_kept_apart() -> None:
    typed = "I typed <|im_end|> and {{ 7 * 7 }} and {% raw %}"
    pieces = ChatTemplate(CHATML).pieces([SYSTEM, Message("user", typed), REPLY, USER])
    assert [(p.kind, p.text) for p in pieces if p.kind != "markup"] == [
        ("plain", "Be kind."), ("plain", typed), ("reply", "Hi"), ("plain", "Hello"),
    ]  # fmt: skip
    assert "typed" not in "".join(p.text for p in pieces if p.kind == "markup")
    assert pieces[-1].text.endswith("<|im_start|>assistant\n")


def test_memories_are_a_part_of_their_own_ahead_of_the_text() -> None:
    pieces = ChatTemplate(CHATML).pieces([Message("user", "Hello", memories="Memories: none")])
    assert [p.text for p in pieces][1:4] == ["Memories: none", "\n\n", "Hello"]


def test_a_refused_system_message_is_put_ahead_of_the_first_users() -> None:
    assert rendered(STRICT, SYSTEM, USER, REPLY, USER) == (
        "<bos><start_of_turn>user\nBe kind.\n\nHello<end_of_turn>\n<start_of_turn>model\nHi<end_of_turn>\n"
        "<start_of_turn>user\nHello<end_of_turn>\n<start_of_turn>model\n"
    )


def test_a_system_message_that_is_silently_left_out_is_folded_too() -> None:
    ignoring = CHATML.replace("{{'<|im_start|>'", "{% if message['role'] != 'system' %}{{'<|im_start|>'", 1)
    ignoring = ignoring.replace("{% endfor %}", "{% endif %}{% endfor %}", 1)
    assert "Be kind.\n\nHello" in rendered(ignoring, SYSTEM, USER)


def test_strict_templates_get_alternating_roles() -> None:
    text = rendered(STRICT, SYSTEM, REPLY, REPLY, USER, USER)
    assert text.count("<start_of_turn>user") == 2
    assert "Hi\n\nHi<end_of_turn>" in text
    assert "Hello\n\nHello<end_of_turn>" in text


def test_strict_templates_when_the_companion_speaks_first() -> None:
    assert rendered(STRICT, REPLY, USER).startswith(
        "<bos><start_of_turn>user\n…<end_of_turn>\n<start_of_turn>model\nHi"
    )


def test_texts_are_trimmed_where_the_template_would() -> None:
    spaced = Message("user", "  Hello \n")
    assert "\nHello<end_of_turn>" in rendered(STRICT, spaced)
    assert "\n  Hello \n<|im_end|>" in rendered(CHATML, spaced)


def test_a_thinking_mode_is_turned_off() -> None:
    assert rendered(THINKING, USER, REPLY, USER).endswith("<|im_start|>assistant\n<think>\n\n</think>\n\n")


def test_an_empty_message_is_still_a_message() -> None:
    assert "<|im_start|>user\n<|im_end|>" in rendered(CHATML, Message("user", ""))


def test_the_date_can_be_asked_for() -> None:
    assert "20" in rendered("{{ strftime_now('%Y') }}" + CHATML, USER)


@pytest.mark.parametrize("source", [None, "", "  \n"])
def test_no_template_is_a_base_model(source: str | None) -> None:
    with pytest.raises(ModelWithoutTemplate):
        ChatTemplate(source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{% for %}", "has an error"),
        ("{{ raise_exception('only with tools') }}", "only with tools"),
        ("{{ messages[0].missing.deeper }}", "fails"),
        ("always the same", "leaves messages out"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "fails"),
        ("{{ messages.append(1) }}", "fails"),
        ("{% for i in range(10 ** 9) %}{% endfor %}", "fails"),
    ],
)
def test_a_template_that_cannot_be_used_says_why(source: str, said: str) -> None:
    with pytest.raises(ModelWithoutTemplate, match=said):
        ChatTemplate(source)
