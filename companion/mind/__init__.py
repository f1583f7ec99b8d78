"""Reflection and sleep: what is kept of what was said."""
