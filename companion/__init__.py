"""Companion: a private companion in the terminal that remembers the person it talks to.

For scripts: `from companion import Companion` (companion.scripting; docs/api.md). Importing the package loads nothing.
"""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    if name == "Companion":
        # By its name: what is behind it must not be behind everybody who asks for the version.
        import importlib

        return importlib.import_module("companion.scripting").Companion
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
