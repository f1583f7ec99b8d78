"""`companion doctor`: what state everything is in. --repair --json: {"repaired": [names of parts]}."""

from __future__ import annotations

import platform
from typing import Annotated

import typer

import companion
from companion.cli.output import doctor_json, healthy, print_json, say
from companion.cli.session import opened
from companion.errors import CompanionError, ProfileDamaged, ProfileError
from companion.reports import Check
from companion.strings import text
from companion.ui.check_text import check_lines


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Make anew what can be made from the rest.")] = False,
) -> None:
    """Check versions, your data, the model, the embedder and the index; exit code 1 when something is wrong."""
    code = 0
    if repair:
        with opened(load_model=False, index=False, load_embedder=False) as engine:
            parts = engine.repair()
        if as_json:
            print_json({"repaired": list(parts)})
        else:
            say(text("doctor.repaired", parts=", ".join(parts)) if parts else text("doctor.nothing_to_repair"))
        return
    try:
        with opened(load_model=True, index=True, load_embedder=True) as engine:
            checks = engine.doctor()
    except ProfileError as error:
        # The one who asks wants to see what is wrong, not only to be refused.
        checks, code = _without_profile(error), error.exit_code
    except (ValueError, TypeError, KeyError) as error:  # what reading damaged rows leads to
        damaged = ProfileDamaged(type(error).__name__)
        checks, code = _without_profile(damaged), damaged.exit_code
    if as_json:
        print_json(doctor_json(companion.__version__, checks))
    else:
        for line in check_lines(checks):
            say(line)
        say(text("doctor.all_well") if healthy(checks) else text("doctor.attention"))
    if not healthy(checks):
        raise typer.Exit(code or 1)


def _without_profile(error: CompanionError) -> tuple[Check, ...]:
    versions = text(
        "doctor.versions_only",
        version=companion.__version__,
        python_version=platform.python_version(),
        system=platform.system(),
    )
    return Check("versions", "ok", versions), Check("profile", "error", str(error), error.hint)
