"""Writes every page that is made from the program anew: `python -m tests.architecture.all_pages`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.architecture import architecture_page, commands_page, man_page, screens_page, settings_page

PAGES: dict[str, tuple[Path, Callable[[str], str]]] = {
    "architecture": (architecture_page.PAGE, architecture_page.written),
    "commands": (commands_page.PAGE, commands_page.written),
    "man": (man_page.PAGE, lambda _: man_page.page()),
    "readme": (commands_page.README, commands_page.readme_written),
    "screens": (screens_page.PAGE, screens_page.written),
    "settings": (settings_page.PAGE, settings_page.written),
}


def main() -> None:
    for page, written in PAGES.values():
        text = page.read_text("utf-8")
        if (made := written(text)) != text:
            page.write_text(made, "utf-8")
            print(page.name)  # noqa: T201 - what was out of date


if __name__ == "__main__":
    main()
