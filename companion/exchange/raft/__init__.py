"""The life raft: a folder of plain Markdown and JSON lines that holds all there is, and can be taken in again."""
