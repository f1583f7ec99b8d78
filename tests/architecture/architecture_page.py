"""The layers in docs/architecture.md, made from the import contract and from what each module says of itself."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

from tests.architecture.tables import DOCS, ROOT, between, row, table
from tests.architecture.test_imports import ONLY_IMPORTER

PAGE = DOCS / "architecture.md"
PACKAGE = ROOT / "companion"


def layers() -> list[list[str]]:
    """The contract "one direction", from the top down; a layer's modules in the order of the alphabet."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (held,) = (each["layers"] for each in contracts if each["type"] == "layers")
    return [sorted(layer.replace("|", ":").replace(" ", "").split(":")) for layer in held]


def about(name: str) -> str:
    """The first sentence of what a module or package says of itself."""
    package = PACKAGE / name / "__init__.py"
    file = package if package.exists() else PACKAGE / f"{name}.py"
    said = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    first = " ".join(said.split("\n\n")[0].split())
    end = first.find(". ")
    return first if end < 0 else first[: end + 1]


def _link(name: str) -> str:
    path = Path("..") / "companion" / name
    return f"[`{name}`]({path.as_posix()}{'' if (PACKAGE / name).is_dir() else '.py'})"


def layer_table() -> str:
    lines = table("layer", "module", "what it is")
    for number, layer in enumerate(layers(), 1):
        for index, name in enumerate(layer):
            lines.append(row("" if index else str(number), _link(name), about(name)))
    return "\n".join([*lines, ""])


def library_table() -> str:
    lines = table("library", "imported by")
    lines += [
        row(f"`{library}`", ", ".join(f"`{file}`" for file in sorted(files)))
        for library, files in ONLY_IMPORTER.items()
    ]
    return "\n".join([*lines, ""])


def written(page: str) -> str:
    """`page` with its tables as they are to be."""
    return between(between(page, "layers", layer_table()), "libraries", library_table())
