"""`companion models list, pull, use, add, remove`: getting a model, and choosing it. None of them opens the profile's
data, so all work while the app is open."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from companion.cli.output import Json, print_json, say
from companion.cli.session import prepare
from companion.text import one_line
from companion.ui.format import amount
from companion.ui.model_text import plan_lines

if TYPE_CHECKING:
    from companion.model.shelf import Shelf
    from companion.offers import ModelList, ModelOffer

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
HEADINGS = {
    "here": "Ready to use",
    "elsewhere": "Other programs' files, usable where they are: companion models use PATH",
    "offered": "To fetch: companion models pull NAME",
}


def _shelf() -> Shelf:
    from companion.model.shelf import Shelf

    paths, _ = prepare()
    return Shelf(paths)


def list_models(as_json: AsJson = False) -> None:
    """Models: those ready to use, those on offer, and other programs' files that can be used where they are."""
    found = _shelf().all()
    if as_json:
        print_json(
            {
                "models": [offer_json(model) for model in found.models],
                "total_ram": found.total_ram,
                "available_ram": found.available_ram,
                "folder": found.folder,
                "free_disk": found.free_disk,
                "notice": found.notice,
            }
        )
        return
    for line in list_lines(found):
        say(line)


def pull(
    model: Annotated[str, typer.Argument(help="A name from `list`, hf:OWNER/NAME:FILE.gguf, or an address.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Fetch a model over the internet. Says from where first and asks; goes on where an earlier try ended."""
    shelf = _shelf()
    plan = shelf.plan(model)
    if not plan.already:
        for line in plan_lines(plan):
            typer.echo(line, err=True)
        if not yes:
            _ask("Fetch it?", "Nothing was fetched.")
    from companion.cli.pulling import PullLine

    try:
        with PullLine() as progress:
            offer = shelf.pull(model, on_progress=progress)
    except KeyboardInterrupt:
        from companion.errors import PullStopped

        came = shelf.plan(model).partial_bytes
        raise PullStopped(
            f"{amount(came)} of {plan.name} have come",
            hint=f"They are kept. To go on: companion models pull {model}. To drop them: companion models remove "
            f"{plan.file}.",
        ) from None
    if as_json:
        print_json({**offer_json(offer), "already": plan.already})
        return
    say(f"{plan.name} was here already." if plan.already else f"{plan.name} is here: {offer.path}")
    say("It is in use." if offer.in_use else f"To use it: companion models use {offer.key}")


def use(
    model: Annotated[str, typer.Argument(help="A name from `list`, a path, `starter`, or `default`.")],
    as_json: AsJson = False,
) -> None:
    """Choose the model, from the next start on. `default` takes the choice back."""
    path, notice = _shelf().use(model)
    if as_json:
        print_json({"path": None if path is None else str(path), "notice": notice})
        return
    if notice:
        say(f"It is written down, but: {notice}")
    say(f"In use from the next start on: {path}" if path is not None else "No model file is in use.")


def add(
    path: Annotated[Path, typer.Argument(help="A .gguf file. It stays where it is.")], as_json: AsJson = False
) -> None:
    """Remember a model file that lies elsewhere. It is neither copied nor moved."""
    offer = _shelf().add(path)
    if as_json:
        print_json(offer_json(offer))
        return
    say(f"{offer.name} is remembered: {offer.path} ({_facts(offer)})")
    say(f"To use it: companion models use {offer.name}")


def remove(
    model: Annotated[str, typer.Argument(help="A name from `list`, or a path.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete a model that Companion fetched, or forget one that was added. Other files are left alone."""
    shelf = _shelf()
    removal = shelf.removal(model)
    if not yes:
        what = (
            f"Delete {removal.path} ({amount(removal.size_bytes)})?"
            if removal.what == "delete"
            else f"Forget {removal.path}? The file stays."
        )
        _ask(one_line(what, 400), "Nothing was removed.")
    done = shelf.remove(model)
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    say(f"Deleted: {done.path}" if done.what == "delete" else f"Forgotten: {done.path}. The file is still there.")


def _ask(question: str, no: str) -> None:
    """Ends the command when the answer is no, or nobody can answer."""
    typer.echo(f"{question} [y/N] ", err=True, nl=False)
    answer = sys.stdin.readline()
    if answer.strip().lower() not in ("y", "yes"):
        if not answer.endswith("\n"):
            typer.echo("", err=True)
        typer.echo(f"{no} (--yes answers for scripts)" if not answer else no, err=True)
        raise typer.Exit(1)


def list_lines(found: ModelList) -> list[str]:
    """The models under headings; the one in use has a star."""
    lines: list[str] = []
    width = max((len(one_line(model.name, 40)) for model in found.models), default=0)
    for place, heading in HEADINGS.items():
        models = [model for model in found.models if model.place == place]
        if not models:
            continue
        lines += [*([""] if lines else []), heading]
        for model in models:
            mark = "*" if model.in_use else " "
            lines.append(f"{mark} {one_line(model.name, 40):<{width}}  {_facts(model)}")
            if model.notes and place == "offered":
                lines.append(f"  {'':<{width}}  {one_line(model.notes)}")
            if place == "elsewhere" or (model.removing == "forget"):
                lines.append(f"  {'':<{width}}  {one_line(model.path, 400)}")
            if model.problem:
                lines.append(f"  {'':<{width}}  cannot be used: {one_line(model.problem, 400)}")
    if not any(model.place == "here" for model in found.models):
        lines = ["No model is here yet.", "", *lines]
    lines += [
        "",
        f"* in use. Memory: {amount(found.total_ram)}, {amount(found.available_ram)} of it free. "
        f"Disk: {amount(found.free_disk)} free for {found.folder}",
    ]
    return lines + ([found.notice] if found.notice else [])


def _facts(model: ModelOffer) -> str:
    """ "2.5 GB, needs 4.3 GB of memory: fits, Apache-2.0"."""
    facts = [amount(model.size_bytes)] if model.size_bytes else []
    if model.ram_bytes:
        facts.append(f"needs {amount(model.ram_bytes)} of memory: {model.fit}")
    if model.program:
        facts.append(model.program)
    if model.license:
        facts.append(one_line(model.license, 40))
    if model.partial_bytes:
        facts.append(f"{amount(model.partial_bytes)} have come")
    return ", ".join(facts)


def offer_json(model: ModelOffer) -> Json:
    return dataclasses.asdict(model)
