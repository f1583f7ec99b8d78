"""The life raft: a folder of plain Markdown and JSON lines that holds all there is, and can be taken in again.

export(store, paths, clock, folder)             all that is remembered and was said, into a folder
recognises(path)                                whether a folder, or an archive of one, is such an export
plan(store, paths, path)                        what taking it in would do
take_in(store, paths, path, editor)             doing it: put back whole, merge hand edits, or bring in what is new
"""

from companion.exchange.raft.given import recognises
from companion.exchange.raft.taking import HandEditor, plan, take_in
from companion.exchange.raft.writing import export

__all__ = ["HandEditor", "export", "plan", "recognises", "take_in"]
