"""What the pages made by script share: text between marks, and cells of tables."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def between(page: str, name: str, made: str) -> str:
    """`page` with `made` between the marks `<!-- name -->` and `<!-- end of name -->`; ValueError without them."""
    head, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, found, rest = page.partition(head)
    _, ends, after = rest.partition(end)
    if not found or not ends:
        raise ValueError(f"no marks for {name}")
    return f"{before}{head}\n{made}\n{end}{after}"


def within(page: str, name: str) -> str:
    """What stands between those marks."""
    return page.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- end of {name} -->\n")[0]


def row(*cells: str) -> str:
    """A line of a table; line breaks become spaces, and a bar in a cell is not taken for the cell's end."""
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"


def table(*head: str) -> list[str]:
    """The first two lines of a table."""
    return [row(*head), "|" + "---|" * len(head)]
