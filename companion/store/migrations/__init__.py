"""The schema, one named function per step. `user_version` counts the steps that were run."""

from __future__ import annotations

from collections.abc import Callable

from companion.errors import ProfileDamaged, ProfileTooNew
from companion.store.database import APPLICATION_ID, Database, Identity
from companion.store.migrations import caring, chats, erasing, exchanging, first, judging, quarantining, scopes
from companion.strings import text

MIGRATIONS: tuple[Callable[[Database], None], ...] = (
    first.create_conversations_and_turns,
    first.create_memories,
    first.create_journal,
    first.create_search,
    first.create_vectors,
    first.create_work,
    first.cut_memories_into_pieces,
    first.learn_from_use,
    first.keep_reasons,
    first.keep_probes,
    first.find_thoughts_by_subject,
    first.keep_stretches,
    first.keep_gists,
    first.mark_unsupported,
    first.keep_surprises,
    first.consolidate_in_sleep,
    first.tag_memories,
    first.keep_questions,
    first.keep_tunings,
    chats.branch_conversations,
    chats.keep_drafts,
    scopes.scope_memories,
    scopes.keep_check_ins,
    judging.keep_judgements,
    chats.note_what_is_off_the_path,
    chats.find_what_was_said,
    erasing.chain_the_journal,
    quarantining.keep_sources,
    caring.keep_care,
    exchanging.keep_origins,
)


def refuse_others(file: Identity) -> None:
    """Raises ProfileDamaged for the file of another program, ProfileTooNew for one of a newer Companion."""
    if file.application != APPLICATION_ID and not file.empty:
        raise ProfileDamaged(text("engine.other_program", path=file.path))
    if file.version > len(MIGRATIONS):
        raise ProfileTooNew(text("engine.too_new", path=file.path, version=file.version, migrations=len(MIGRATIONS)))


def is_older(db: Database) -> bool:
    """Whether it is a profile that `migrate` would change; a new file is none."""
    return 0 < int(db.value("PRAGMA user_version")) < len(MIGRATIONS)


def migrate(db: Database) -> None:
    """Bring the file to this program's schema, all steps in one transaction."""
    version = int(db.value("PRAGMA user_version"))
    if version == len(MIGRATIONS):
        return
    with db.write():
        for step in MIGRATIONS[version:]:
            step(db)
        db.run(f"PRAGMA application_id = {APPLICATION_ID}")
        db.run(f"PRAGMA user_version = {len(MIGRATIONS)}")
