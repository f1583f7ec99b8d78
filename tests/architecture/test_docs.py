"""The pages tell what the program has, their links lead somewhere, and what they name exists."""

from __future__ import annotations

import dataclasses
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from companion.cli.plain_commands import GROUPS
from companion.model.protocol import Sampling
from companion.settings import Settings
from companion.ui.commands import ENTRIES
from tests.architecture import architecture_page, settings_page
from tests.architecture.all_pages import PAGES as MADE
from tests.architecture.commands_page import Told, told
from tests.architecture.tables import DOCS, ROOT, within

PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*\.(?:py|toml|txt|json|md|npz|1))`")


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_by_script_is_as_the_program_is(name: str) -> None:
    page, written = MADE[name]
    text = page.read_text("utf-8")
    assert written(text) == text, "write it anew: python -m tests.architecture.all_pages"


# The reference


def test_every_command_and_option_is_documented() -> None:
    page = (DOCS / "commands.md").read_text("utf-8")
    sections = dict(re.findall(r"^###? (companion[^\n]*)\n(.*?)(?=^###? |^<!-- end|\Z)", page, re.M | re.S))
    missing = [
        f"{command.path} {option}"
        for command in told()
        for option in ("", *command.options)
        if command.path not in sections or option not in sections[command.path]
    ]
    assert missing == []
    assert len(sections) > 50


def test_every_option_says_what_it_does() -> None:
    assert [f"{command.path} {name}" for command in told() for name, about in command.takes
            if name.startswith("-") and not about] == []  # fmt: skip
    assert [command.path for command in told() if not command.about] == []


def test_every_setting_is_documented() -> None:
    page = (DOCS / "settings.md").read_text("utf-8")
    missing = []
    for section, name, field in settings_page.fields():
        head = f"### `[{section}]`" if section else "### At the top of the file"
        of = page.partition(head + "\n")[2].partition("\n###")[0]
        if f"| `{name}` |" not in of or not field.description:
            missing.append(f"{section}.{name}")
    assert missing == []
    assert set(re.findall(r"^### `\[(\w+)\]`", page, re.M)) < set(Settings.model_fields)


def test_every_line_of_a_personas_file_is_documented() -> None:
    page = (DOCS / "settings.md").read_text("utf-8").partition("## A persona's file")[2].partition("\n## ")[0]
    for file in (ROOT / "assets" / "personas").glob("*.toml"):
        persona = tomllib.loads(file.read_text("utf-8"))
        names = {*persona, *persona.get("sampling", {})} - {"sampling"}
        assert [name for name in names if f"`{name}`" not in page] == []
    of_a_file = {each.name for each in dataclasses.fields(Sampling)} - {"seed"}
    assert [name for name in of_a_file if f"`{name}`" not in page] == []


def test_every_slash_command_and_line_is_documented() -> None:
    page = (DOCS / "screens.md").read_text("utf-8")
    slashes = [entry.command.slash for entry in ENTRIES if entry.command.slash]
    assert [slash for slash in slashes if f"| `/{slash}` |" not in within(page, "commands")] == []
    lines = [name for group in GROUPS.values() for name in group]
    assert len(lines) == within(page, "lines").count("| `/")
    assert len(slashes) > 30


def test_every_module_has_its_layer_there_and_nothing_else() -> None:
    there = re.findall(r"\[`(\w+)`\]", within((DOCS / "architecture.md").read_text("utf-8"), "layers"))
    package = ROOT / "companion"
    modules = {file.stem for file in package.glob("*.py")} | {
        file.parent.name for file in package.glob("*/__init__.py")
    }
    assert sorted(there) == sorted(modules - {"__init__", "__main__"})
    assert there == [name for layer in architecture_page.layers() for name in layer]


# What pages name


def anchors(page: Path) -> set[str]:
    """The names that headings of a page get. https://docs.github.com/en/get-started/writing-on-github"""
    found: dict[str, int] = {}
    names = set()
    for heading in re.findall(r"^#{1,6} (.+)$", FENCE.sub("", page.read_text("utf-8")), re.M):
        plain = LINK.sub(lambda link: link[0].partition("](")[0].lstrip("!["), heading)
        name = re.sub(r"[^\w\- ]", "", plain.lower()).strip().replace(" ", "-")
        names.add(f"{name}-{found[name]}" if name in found else name)
        found[name] = found.get(name, 0) + 1
    return names


def links(page: Path) -> Iterator[tuple[str, Path, str]]:
    """(as it stands, the file it leads to, the anchor) of each relative link."""
    for target in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield target, (page.parent / unquote(path)).resolve() if path else page, anchor


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = [
        target
        for target, file, anchor in links(page)
        if not file.exists() or not file.is_relative_to(ROOT) or (anchor and anchor not in anchors(file))
    ]
    assert dead == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in seen:
            seen.add(page)
            ahead += [file for _, file, _ in links(page) if file.suffix == ".md" and file.exists()]
    assert set(PAGES) - seen == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_of_the_project_that_is_named_is_there(page: Path) -> None:
    """Whole paths, or as seen from the package ("mind/fading.py")."""
    gone = [
        name
        for name in FILE.findall(page.read_text("utf-8"))
        if not name.startswith("logs/")  # of a profile
        and not any((start / name).exists() for start in (ROOT, ROOT / "companion", DOCS, page.parent))
    ]
    assert gone == []


def written_commands(page: Path) -> Iterator[str]:
    """What stands in code and begins with "companion "."""
    text = page.read_text("utf-8")
    for block in FENCE.findall(text):
        yield from re.findall(r"(?:^|bin/|&& )(companion [a-z][^\n#&|]*)", block, re.M)
    for span in re.findall(r"`([^`\n]+)`", FENCE.sub("", text)):
        if re.match(r"companion [a-z-]", span):
            yield span


def unknown(span: str, commands: dict[str, Told]) -> str:
    """What the program does not have of a command that a page shows; empty when it has all of it."""
    words = shlex.split(re.sub(r"[\[\]…]|  .*", " ", span).replace("'", ""))
    path, options = "companion", []
    for word in words[1:]:
        if f"{path} {word}" in commands:
            path = f"{path} {word}"
        elif commands[path].is_group and not word.startswith("-") and re.fullmatch(r"[a-z-]+", word):
            return f"{path} {word}"
        elif word.startswith("--"):
            options.append(word.partition("=")[0].rstrip(",."))
    known = {*commands[path].options, *commands["companion"].options, "--help"}
    return " ".join(option for option in options if option not in known)


@pytest.fixture(scope="module")
def commands() -> dict[str, Told]:
    return {command.path: command for command in told()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_that_is_shown_can_be_given(page: Path, commands: dict[str, Told]) -> None:
    assert [f"{span}: {wrong}" for span in written_commands(page) if (wrong := unknown(span, commands))] == []


def test_a_command_that_is_gone_would_be_seen(commands: dict[str, Told]) -> None:
    assert unknown("companion memories list --as-of DATE", commands) == ""
    assert unknown("companion memories lst", commands) == "companion memories lst"
    assert unknown("companion sleep --dry", commands) == "--dry"


def test_every_variable_that_is_named_is_read() -> None:
    """COMPANION_MODEL__PATH and the like are settings; the others are named in the code."""
    settings = {
        f"COMPANION_{f'{section}__' if section else ''}{name}".upper() for section, name, _ in settings_page.fields()
    }
    code = "".join(file.read_text("utf-8") for file in (ROOT / "companion").rglob("*.py"))
    named = {name for page in PAGES for name in re.findall(r"\bCOMPANION_[A-Z_]*[A-Z]\b", page.read_text("utf-8"))}
    assert {name for name in named if name not in settings and name not in code} == set()
    assert "COMPANION_MODEL__URL" in named


# Pictures


@pytest.mark.parametrize("picture", sorted(DOCS.rglob("*.svg")), ids=lambda picture: picture.stem)
def test_a_picture_fetches_nothing_and_stays_small(picture: Path) -> None:
    svg = picture.read_text("utf-8")
    assert set(re.findall(r"[a-z]+://[^\s\"')>]+", svg)) <= {"http://www.w3.org/2000/svg", "https://www.textualize.io"}
    assert re.search(r"url\((?!#)|@import|@font-face|<script|href=(?!\"#)", svg) is None
    assert len(svg) < 80_000
