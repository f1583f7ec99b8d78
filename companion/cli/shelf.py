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
from companion.strings import text
from companion.text import one_line
from companion.ui.format import amount
from companion.ui.model_text import fit, notes, plan_lines

if TYPE_CHECKING:
    from companion.model.shelf import Shelf
    from companion.offers import ModelList, ModelOffer

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


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
            _ask(text("shelf.fetch"), text("shelf.not_fetched"))
    from companion.cli.pulling import PullLine

    try:
        with PullLine() as progress:
            offer = shelf.pull(model, on_progress=progress)
    except KeyboardInterrupt:
        from companion.errors import PullStopped

        came = shelf.plan(model).partial_bytes
        raise PullStopped(
            text("shelf.came", came=amount(came), name=plan.name),
            hint=text("shelf.came_hint", model=model, file=plan.file),
        ) from None
    if as_json:
        print_json({**offer_json(offer), "already": plan.already})
        return
    say(
        text("shelf.was_here", name=plan.name)
        if plan.already
        else text("shelf.is_here", name=plan.name, path=offer.path)
    )
    say(text("shelf.in_use") if offer.in_use else text("shelf.to_use", name_key=offer.key))


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
        say(text("plain.written_but", notice=notice))
    say(text("plain.model_chosen", path=path) if path is not None else text("shelf.none_in_use"))


def add(
    path: Annotated[Path, typer.Argument(help="A .gguf file. It stays where it is.")], as_json: AsJson = False
) -> None:
    """Remember a model file that lies elsewhere. It is neither copied nor moved."""
    offer = _shelf().add(path)
    if as_json:
        print_json(offer_json(offer))
        return
    say(text("shelf.remembered", name=offer.name, path=offer.path, offer=_facts(offer)))
    say(text("shelf.to_use_name", name=offer.name))


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
            text("shelf.delete", path=removal.path, size_bytes=amount(removal.size_bytes))
            if removal.what == "delete"
            else text("shelf.forget", path=removal.path)
        )
        _ask(one_line(what, 400), text("shelf.not_removed"))
    done = shelf.remove(model)
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    say(text("shelf.deleted", path=done.path) if done.what == "delete" else text("shelf.forgotten", path=done.path))


def _ask(question: str, no: str) -> None:
    """Ends the command when the answer is no, or nobody can answer."""
    typer.echo(f"{question} [y/N] ", err=True, nl=False)
    answer = sys.stdin.readline()
    if answer.strip().lower() not in ("y", "yes", "是"):
        if not answer.endswith("\n"):
            typer.echo("", err=True)
        typer.echo(text("shelf.yes_answers", no=no) if not answer else no, err=True)
        raise typer.Exit(1)


def list_lines(found: ModelList) -> list[str]:
    """The models under headings; the one in use has a star."""
    lines: list[str] = []
    width = max((len(one_line(model.name, 40)) for model in found.models), default=0)
    headings = {
        "here": text("shelf.here"),
        "elsewhere": text("shelf.elsewhere"),
        "offered": text("shelf.offered"),
    }
    for place, heading in headings.items():
        models = [model for model in found.models if model.place == place]
        if not models:
            continue
        lines += [*([""] if lines else []), heading]
        for model in models:
            mark = "*" if model.in_use else " "
            lines.append(f"{mark} {one_line(model.name, 40):<{width}}  {_facts(model)}")
            if model.notes and place == "offered":
                lines.append(f"  {'':<{width}}  {one_line(notes(model))}")
            if place == "elsewhere" or (model.removing == "forget"):
                lines.append(f"  {'':<{width}}  {one_line(model.path, 400)}")
            if model.problem:
                lines.append(f"  {'':<{width}}  {text('shelf.cannot', problem=one_line(model.problem, 400))}")
    if not any(model.place == "here" for model in found.models):
        lines = [text("shelf.none_here"), "", *lines]
    lines += [
        "",
        text(
            "shelf.machine",
            total_ram=amount(found.total_ram),
            available_ram=amount(found.available_ram),
            free_disk=amount(found.free_disk),
            folder=found.folder,
        ),
    ]
    return lines + ([found.notice] if found.notice else [])


def _facts(model: ModelOffer) -> str:
    """ "2.5 GB, needs 4.3 GB of memory: fits, Apache-2.0"."""
    facts = [amount(model.size_bytes)] if model.size_bytes else []
    if model.ram_bytes:
        facts.append(text("models.needs", size=amount(model.ram_bytes), fit=fit(model)))
    if model.program:
        facts.append(model.program)
    if model.license:
        facts.append(one_line(model.license, 40))
    if model.partial_bytes:
        facts.append(text("shelf.partial", partial_bytes=amount(model.partial_bytes)))
    return text("format.then").join(facts)


def offer_json(model: ModelOffer) -> Json:
    return dataclasses.asdict(model)
