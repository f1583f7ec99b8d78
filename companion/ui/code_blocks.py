"""The code in a reply."""

from __future__ import annotations

from dataclasses import dataclass

from companion.ui.markdown import parser


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """`language` as the reply names it, often nothing."""

    language: str
    code: str


def code_blocks(text: str) -> list[CodeBlock]:
    """Those of a Markdown text, in order, without the line break at their end."""
    return [
        CodeBlock(token.info.split(" ")[0] if token.info else "", token.content.rstrip("\n"))
        for token in parser().parse(text)
        if token.type in ("fence", "code_block")
    ]
