"""A model's own chat template (jinja, from the GGUF file), rendered around texts instead of with them.

Each text is replaced by an unguessable mark, the template is rendered, and the result is cut at the marks: what
the template wrote is tokenised with control tokens, what people and models wrote is tokenised without.

A template is a program that came with a model file. A plain one is rendered here, any other in a process of its own
that is ended when it takes too long (`template_child`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import jinja2

from companion import strings
from companion.errors import ModelUnreadable, ModelWithoutTemplate
from companion.model.protocol import Message
from companion.model.template_child import TemplateChild, TemplateRunaway
from companion.model.template_plain import is_plain
from companion.model.template_worker import TooMuch, environment, written

PieceKind = Literal["markup", "plain", "reply"]
LONGEST_SOURCE = 1 << 20
"""Characters of a template; real ones have a few thousand."""
JOIN = "\n\n"
"""Between the parts of one message: memories and text, or two messages that a strict template makes one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the prompt: the template's own markup, text from outside, or a reply of the model."""

    kind: PieceKind
    text: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A message as the template sees it: its texts, joined inside one content."""

    role: str
    texts: tuple[str, ...]


class ChatTemplate:
    """Renders messages to pieces. Raises ModelWithoutTemplate when the template cannot be used at all, ModelUnreadable
    when it takes too long, or too much memory.

    What the template can do is found by trying: whether it takes a system message (else it is put ahead of the
    first user message), whether roles must alternate (else messages are merged), and which contents it trims.
    """

    def __init__(self, source: str | None, *, bos: str = "", eos: str = "") -> None:
        if not source or not source.strip():
            raise ModelWithoutTemplate
        self.source = source
        self._fixed = {"bos_token": bos, "eos_token": eos}
        self._template = _opened(source)
        self._system = self._strict = False
        self._probe()

    def pieces(self, messages: Sequence[Message]) -> list[Piece]:
        """The whole prompt, the reply's opening included. Raises ModelWithoutTemplate."""
        parts = self._adapt(messages)
        texts: list[Piece] = []
        contents: list[dict[str, str]] = []
        mark = secrets.token_hex(8)
        for part in parts:
            names = []
            for text in part.texts:
                names.append(f"\ue000{mark}.{len(texts)}\ue001")
                text = text.strip() if part.role in self._trimmed else text
                texts.append(Piece("reply" if part.role == "assistant" else "plain", text))
            contents.append({"role": part.role, "content": JOIN.join(names)})
        cut = re.split(f"\ue000{mark}\\.([0-9]+)\ue001", self._render(contents))
        pieces: list[Piece] = []
        if not all(int(value) < len(texts) for value in cut[1::2]):
            raise ModelWithoutTemplate(strings.text("template.leaves_out"))
        for index, value in enumerate(cut):
            piece = texts[int(value)] if index % 2 else Piece("markup", value)
            if piece.text:
                pieces.append(piece)
        return pieces

    def _render(self, messages: list[dict[str, str]]) -> str:
        values: dict[str, Any] = {
            "messages": messages,
            "add_generation_prompt": True,
            # Small thinking models would spend the whole reply on thoughts that nobody sees (Qwen 3 and others).
            "enable_thinking": False,
            **self._fixed,
        }
        try:
            if isinstance(self._template, TemplateChild):
                return self._template.render(values)
            return written(self._template, values)
        except (TemplateRunaway, TooMuch, MemoryError, RecursionError) as error:
            raise ModelUnreadable(
                strings.text("template.runaway"), hint=strings.text("template.runaway_hint")
            ) from error
        except Exception as error:  # a template is a program: it can fail in any way
            raise ModelWithoutTemplate(strings.text("template.fails", error=error)) from error

    def _probe(self) -> None:
        self._trimmed = frozenset[str]()
        self._takes(("user",), must=True)
        self._takes(("user", "assistant", "user"), must=True)
        self._system = self._takes(("system", "user", "assistant", "user"))
        loose = [("assistant", "user"), ("user", "user", "assistant", "assistant", "user")]
        self._strict = not all(map(self._takes, loose))
        roles = ("system", "user", "assistant", "user") if self._system else ("user", "assistant", "user")
        spaced = self._render([{"role": role, "content": f"  {role}-text  "} for role in roles])
        self._trimmed = frozenset(role for role in roles if f"  {role}-text  " not in spaced)

    def _takes(self, roles: tuple[str, ...], *, must: bool = False) -> bool:
        """Whether messages of these roles are rendered, all of them, in order and once."""
        names = [f"\ue000{index}\ue001" for index in range(len(roles))]
        try:
            text = self._render([{"role": r, "content": n} for r, n in zip(roles, names, strict=True)])
        except ModelWithoutTemplate:
            if must:
                raise
            return False
        found = re.findall("\ue000[0-9]+\ue001", text) == names
        if must and not found:
            raise ModelWithoutTemplate(strings.text("template.leaves_out"))
        return found

    def _adapt(self, messages: Sequence[Message]) -> list[_Part]:
        parts = [_Part(m.role, tuple(text for text in (m.memories, m.text) if text) or ("",)) for m in messages]
        if not self._system and parts and parts[0].role == "system":
            system, rest = parts[0], parts[1:]
            if rest and rest[0].role == "user":
                parts = [replace(rest[0], texts=system.texts + rest[0].texts), *rest[1:]]
            else:
                parts = [replace(system, role="user"), *rest]
        if not self._strict:
            return parts
        opening = 1 if parts and parts[0].role == "system" else 0
        if len(parts) > opening and parts[opening].role == "assistant":
            # The companion spoke first; a strict template wants the person to.
            parts.insert(opening, _Part("user", ("…",)))
        merged: list[_Part] = []
        for part in parts:
            if merged and merged[-1].role == part.role:
                merged[-1] = replace(part, texts=merged[-1].texts + part.texts)
            else:
                merged.append(part)
        return merged


def _opened(source: str) -> jinja2.Template | TemplateChild:
    """Raises ModelWithoutTemplate, ModelUnreadable."""
    if len(source) > LONGEST_SOURCE:
        raise ModelUnreadable(strings.text("template.runaway"), hint=strings.text("template.runaway_hint"))
    made = environment()
    try:
        # Compiled only when it is plain: the compiler works out what is constant, and "a" * 10**10 is.
        parsed = made.parse(source)
        return made.from_string(source) if is_plain(parsed, source) else TemplateChild(source)
    except jinja2.TemplateError as error:
        raise ModelWithoutTemplate(strings.text("template.error", error=error)) from error
    except (RecursionError, MemoryError, ValueError, OverflowError) as error:
        raise ModelWithoutTemplate(strings.text("template.error", error=type(error).__name__)) from error
