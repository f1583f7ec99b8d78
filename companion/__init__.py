"""Companion: a private companion in the terminal that remembers the person it talks to."""

__version__ = "0.1.0"
