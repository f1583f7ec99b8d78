"""Commands of the conversation."""

from __future__ import annotations

from companion.commands import Command
from companion.ui.commands.entry import Entry


def entries() -> tuple[Entry, ...]:
    return (
        Entry(Command("chat.stop", slash="stop", plain=False), lambda app, _: app.chat.action_stop()),
        Entry(Command("chat.again", slash="again"), lambda app, _: app.chat.action_again()),
        Entry(Command("chat.go_on", slash="continue"), lambda app, _: app.chat.action_go_on()),
        Entry(Command("chat.edit", slash="edit"), lambda app, _: app.chat.action_edit_turn()),
        Entry(Command("chat.why", slash="why"), lambda app, _: app.chat.action_why()),
        Entry(Command("chat.copy", slash="copy", plain=False), lambda app, _: app.chat.action_copy_turn()),
        Entry(Command("chat.copy_code", slash="code", plain=False), lambda app, _: app.chat.action_copy_code()),
        Entry(Command("chat.copy_to_file", slash="file", plain=False), lambda app, _: app.chat.action_copy_to_file()),
        Entry(Command("chat.recalled", slash="recalled"), lambda app, _: app.chat.action_footnotes()),
        Entry(Command("chat.learned", slash="learned", plain=False), lambda app, _: app.chat.action_newest_card()),
        Entry(Command("chat.less", slash="less"), lambda app, _: app.chat.action_less_like()),
        Entry(Command("chat.checkins", slash="checkins"), lambda app, _: app.show_checkins()),
        Entry(Command("chat.newest", slash="newest", plain=False), lambda app, _: app.chat.action_newest()),
        Entry(Command("chat.context", slash="context"), lambda app, _: app.chat.action_context()),
        Entry(Command("chat.care", slash="care"), lambda app, _: app.chat.action_care()),
        Entry(Command("chat.list", slash="chats"), lambda app, _: app.search_everywhere("")),
        Entry(
            Command("chat.search", slash="search", takes="text"),
            lambda app, words: app.search_everywhere(words),
        ),
        Entry(Command("chat.new", slash="new"), lambda app, _: app.chat.begin()),
        Entry(Command("chat.incognito", slash="incognito"), lambda app, _: app.chat.begin("incognito")),
        Entry(
            Command("chat.play", slash="play", takes="text"), lambda app, words: app.chat.begin("play", words.strip())
        ),
        Entry(
            Command("chat.title", slash="title", takes="text"),
            lambda app, words: app.chat.rename(words or None),
        ),
    )
