"""Renders one chat template in a process of its own, with little memory, until it is killed.

A template comes with a model file and is a program: jinja's sandbox keeps it from files and attributes, but not from
taking for ever, or all memory there is ("a" * 10**10, loops in loops, lists that hold themselves many times over).
`template_child` starts this, ends it when it takes too long, and starts another.

One JSON object a line. In: {"source": …}, then any number of {"values": …}. Out, once it is there and for each:
{"text": …} or {"error": …}.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any, NoReturn

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY = 256 << 20
"""Bytes that it may take beyond what it begins with, where the system can limit that (not on Windows)."""
LONGEST = 4 << 20
"""Characters that a template may write. Texts are not among them: marks stand in their place."""


class TooMuch(Exception):
    """It wrote more than a template has any reason to."""


def environment() -> ImmutableSandboxedEnvironment:
    """As in Hugging Face transformers, whose templates these are: a sandbox without access to attributes."""
    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    made.globals["raise_exception"] = _raise
    made.globals["strftime_now"] = lambda form: datetime.now().astimezone().strftime(form)
    return made


def written(template: jinja2.Template, values: dict[str, Any]) -> str:
    """What it writes. Raises TooMuch, and whatever the template makes of it."""
    parts: list[str] = []
    length = 0
    for part in template.generate(**values):
        length += len(part)
        if length > LONGEST:
            raise TooMuch(f"more than {LONGEST:,} characters")
        parts.append(part)
    return "".join(parts)


def _raise(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


def _limit() -> None:
    if sys.platform == "win32":  # only its time is limited
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":  # macOS does not keep to it
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - nothing more than must be is imported here
            pages = int(file.read().split()[0])
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def main() -> None:
    lines, answers = sys.stdin.buffer, sys.stdout.buffer
    template: jinja2.Template | None = None
    answer: dict[str, str | bool]
    _limit()
    answers.write(b'{"text": ""}\n')
    answers.flush()
    for line in iter(lines.readline, b""):
        try:
            asked = json.loads(line)
            if template is None:
                template = environment().from_string(asked["source"])
                answer = {"text": ""}
            else:
                answer = {"text": written(template, asked["values"])}
        except MemoryError:
            answer = {"error": "MemoryError", "runaway": True}
        except TooMuch as error:
            answer = {"error": str(error), "runaway": True}
        except Exception as error:  # a template is a program: it can fail in any way
            answer = {"error": f"{error}"[:500] or type(error).__name__}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
