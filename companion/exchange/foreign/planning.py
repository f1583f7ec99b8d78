"""What taking in an export would do. Reads it through, one conversation after the other, and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from companion.clock import stamp
from companion.errors import InvalidInput
from companion.exchange.foreign import cards, opening
from companion.exchange.foreign.given import Character, Chat, Given, Notes
from companion.exchange.foreign.reading import read
from companion.exchange.foreign.sniffing import sort_files
from companion.model.personas import Personas
from companion.store.origins import Origins
from companion.store.store import Store
from companion.strings import text
from companion.transfers import ImportForm, ImportPlan
from companion.unpacking import UnpackedFile

opened = opening.opened


def plan(store: Store, personas: Personas, given: Given, form: ImportForm | None) -> ImportPlan:
    """Raises FileRefused, InvalidInput when nothing tells what it is, or nothing is in it."""
    notes = Notes()
    found, files, _ = sort_files(given, form, notes)
    if found == "card":
        return _plan_of_cards(personas, given, files, notes)
    conversations = turns = new = 0
    first: tuple[float, int] | None = None
    last = 0.0
    for chat in read(found, given, files, notes):
        conversations += 1
        turns += len(chat.said)
        keys = turn_keys(store.origins, found, chat)
        new += len(set(keys)) - len(store.origins.known(found, "turn", keys))
        for said in chat.said:
            at = stamp(said.at)
            first = at if first is None or at < first else first
            last = max(last, at[0])
    if first is None:
        raise InvalidInput(text("importing.nothing_said"), hint=text("importing.hint"))
    return ImportPlan(
        found, given.name, conversations, turns, new_turns=new, first=first[0], last=last, utc_offset=first[1],
        notes=notes.told(),
    )  # fmt: skip


def _plan_of_cards(personas: Personas, given: Given, files: Sequence[UnpackedFile], notes: Notes) -> ImportPlan:
    new = new_characters(personas, list(cards.characters(given, files, notes)), notes)
    return ImportPlan("card", given.name, personas=tuple(each.name for each in new), notes=notes.told())


def new_characters(personas: Personas, found: Sequence[Character], notes: Notes) -> list[Character]:
    """Those that are no persona here yet, each once."""
    there = {(card.name, card.system.strip()) for card in personas.cards() if not card.built_in}
    new: dict[tuple[str, str], Character] = {}
    for each in found:
        known = each.name, each.system.strip()
        if known in there or known in new:
            notes.add("same_card")
        else:
            new[known] = each
    return list(new.values())


def turn_keys(origins: Origins, form: ImportForm, chat: Chat) -> list[str]:
    """What each turn of a chat is known by. An entry of a diary is the same in whatever file it comes."""
    within = "" if form == "text" else chat.key
    return [origins.key(form, within, said.key) for said in chat.said]


def chat_key(origins: Origins, form: ImportForm, chat: Chat) -> str:
    return origins.key(form, chat.key)
