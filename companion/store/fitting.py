"""Whether a memory that is no row, but an image of the journal, fits a filter: as `filtering` says it in SQL."""

from __future__ import annotations

from companion.names import names
from companion.records import MemoryFilter
from companion.store.database import Database, index_terms
from companion.store.filtering import span_of, strengths
from companion.store.images import Image
from companion.store.search import PHRASE, indexed_text, spaced_words, tagged
from companion.text import cjk_runs


class Fitting:
    def __init__(self, db: Database, filter: MemoryFilter) -> None:
        self._db = db
        self._filter = filter
        self._subjects = frozenset(name.casefold() for name in filter.subjects)
        self._layers = tuple(strengths(layer) for layer in filter.layers)
        self._after, self._before = span_of(filter)
        self._wanted = _Words(filter.text)
        self._unwanted = tuple(_Words('"' + words.replace('"', " ") + '"') for words in filter.without)

    def takes(self, image: Image) -> bool:
        wanted = self._filter
        return (
            (not wanted.kinds or image["kind"] in wanted.kinds)
            and (not wanted.statuses or image["status"] in wanted.statuses)
            and (not wanted.emotions or image["emotion"] in {emotion.lower() for emotion in wanted.emotions})
            and (wanted.scopes is None or image["scope"] in wanted.scopes)
            # Whether it waited then is not told by its image: of what was set aside all is shown.
            and (not wanted.waiting or image["status"] == "quarantined")
            and (wanted.pinned is None or bool(image["pinned"]) == wanted.pinned)
            and (not self._layers or any(low <= image["strength"] < high for low, high in self._layers))
            and (not self._subjects or self._is_about(image))
            and self._is_of_the_time(image)
            and (wanted.replies or not self._is_reply(image))
            and self._wanted.are_in(image)
            and not any(words.are_in(image) for words in self._unwanted)
        )

    def _is_about(self, image: Image) -> bool:
        told = {image["subject"].casefold(), *names(image["text"]), *image["tags"].lower().split(", ")}
        return not self._subjects.isdisjoint(told)

    def _is_of_the_time(self, image: Image) -> bool:
        if self._after <= image["recorded_at"] < self._before:
            return True
        start = image["event_start"]
        if start is None:
            return False
        end = start if image["event_end"] is None else image["event_end"]
        return bool(start < self._before and max(start, end - 1e-3) >= self._after)

    def _is_reply(self, image: Image) -> bool:
        turns = [proof[0] for proof in image["evidence"]]
        marks = ",".join("?" * len(turns))
        return image["kind"] == "moment" and bool(
            self._db.value(f"SELECT 1 FROM turns WHERE role = 'companion' AND id IN ({marks}) LIMIT 1", turns)
        )


class _Words:
    """Words and phrases that a text has to hold; perhaps none."""

    def __init__(self, text: str) -> None:
        rest = PHRASE.sub(" ", text)
        self._text = text.strip()
        self._prefixes = [terms for word in spaced_words(rest) if (terms := index_terms(word))]
        self._phrases = [
            terms for found in PHRASE.findall(text) if (terms := index_terms(" ".join(spaced_words(found))))
        ]
        self._runs = cjk_runs(text)

    def are_in(self, image: Image) -> bool:
        text, tags = image["text"], image["tags"]
        if not self._prefixes and not self._phrases:
            plain = "" if self._runs else self._text.strip('"') or self._text
            return plain.lower() in text.lower() and all(run in f"{text} {tags}" for run in self._runs)
        terms = index_terms(indexed_text(tagged(text, tags)))
        return (
            all(run in f"{text} {tags}" for run in self._runs)
            and all(_begins(words, terms) for words in self._prefixes)
            and all(_follow(words, terms) for words in self._phrases)
        )


def _begins(words: list[str], terms: list[str]) -> bool:
    """Whether the words stand in `terms` one behind the other, the last of them perhaps unfinished."""
    count = len(words)
    return any(
        terms[at : at + count - 1] == words[:-1] and terms[at + count - 1].startswith(words[-1])
        for at in range(len(terms) - count + 1)
    )


def _follow(words: list[str], terms: list[str]) -> bool:
    return any(terms[at : at + len(words)] == words for at in range(len(terms) - len(words) + 1))
