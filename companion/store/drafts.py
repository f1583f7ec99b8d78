"""What was typed and not sent, one draft a conversation (0: one that has not begun)."""

from __future__ import annotations

from companion.store.database import Database


class Drafts:
    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, conversation: int) -> str:
        """Empty when there is none."""
        return str(self._db.value("SELECT text FROM drafts WHERE conversation = ?", (conversation,)) or "")

    def put(self, conversation: int, text: str) -> None:
        """Empty: there is none any more."""
        if self.get(conversation) == text:
            return
        with self._db.write():
            self._db.run("DELETE FROM drafts WHERE conversation = ?", (conversation,))
            if text:
                self._db.run("INSERT INTO drafts VALUES (?,?)", (conversation, text))
