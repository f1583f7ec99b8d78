"""`companion memories forget … --for-good`.

--json: {"memories": [ids], "turns": [ids], "made_of": [ids], "backups": [names of those that still hold the words],
"erased": whether it was done}.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from companion.cli.output import print_json, say
from companion.cli.session import opened
from companion.errors import InvalidInput
from companion.safekeeping import Erasure
from companion.strings import text
from companion.ui.erasure_text import erasure_lines


def forget_for_good(ids: Sequence[int], *, backups: bool, yes: bool, as_json: bool) -> None:
    """Show what goes, ask, and do it. Raises NotFound, InvalidInput where nobody can be asked."""
    with opened(load_embedder=True) as engine:
        plan = engine.plan_erasure(tuple(ids))
        if not yes:
            if as_json or not sys.stdin.isatty():
                raise InvalidInput(text("erasing.needs_yes"))
            for line in erasure_lines(plan, rewrite=backups):
                say(line)
            say(text("erasing.ask"))
            if sys.stdin.readline().strip().casefold() not in ("y", "yes", "是", "好"):
                say(text("erasing.kept"))
                return
        done = engine.erase(tuple(ids), backups)
        engine.settle()
    if as_json:
        print_json(
            {
                "memories": list(done.memories),
                "turns": list(done.turns),
                "made_of": list(done.made_of),
                "backups": list(done.backups),
                "erased": True,
            }
        )
        return
    for line in done_lines(done):
        say(line)


def done_lines(done: Erasure) -> list[str]:
    lines = [text("erasing.done", count=len(done.memories))]
    if done.backups:
        lines.append(text("erasing.still", count=len(done.backups), names=", ".join(done.backups)))
        lines.append(text("erasing.how_backups"))
    else:
        lines.append(text("erasing.clean"))
    return lines
