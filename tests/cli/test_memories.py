"""`companion memories …`"""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import Shell

FIELDS = {
    "id", "kind", "text", "status", "subject", "pinned", "recorded_at", "event_start", "event_end", "importance",
    "retention", "strength", "layer", "used_count", "version", "evidence", "tags",
}  # fmt: skip


def test_list_is_empty_at_first(shell: Shell) -> None:
    assert shell.json("memories", "list") == []
    assert shell("memories", "list").stdout == "Nothing is remembered yet.\n"
    assert shell("memories", "history").stdout == "Nothing was changed yet.\n"


def test_add_list_show_search(shell: Shell) -> None:
    change = shell.json("memories", "add", "I", "am", "allergic to hazelnuts.")
    assert set(change) == {"batch", "summary", "memories", "kept"}
    (added,) = change["memories"]
    assert set(added) == FIELDS
    assert added["text"] == "I am allergic to hazelnuts."
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", added["recorded_at"])
    shell.json("memories", "add", "My sister lives in Lisbon.")

    listed = shell.json("memories", "list")
    assert [memory["text"] for memory in listed] == ["My sister lives in Lisbon.", "I am allergic to hazelnuts."]
    assert all(set(memory) == FIELDS and 0 < memory["retention"] <= 1 for memory in listed)
    assert [m["id"] for m in shell.json("memories", "list", "--text", "hazelnuts")] == [added["id"]]
    assert len(shell.json("memories", "list", "--limit", "1")) == 1
    assert shell.json("memories", "list", "--kind", "trait") == []

    detail = shell.json("memories", "show", str(added["id"]))
    assert set(detail) >= FIELDS | {"quotes", "links", "history", "fades_around"}
    found = shell.json("memories", "search", "allergic", "hazelnuts")
    assert found[0]["id"] == added["id"]
    assert set(found[0]) >= FIELDS | {"score"}


def test_shown_with_the_words_it_rests_on(shell: Shell) -> None:
    told = shell.json("say", "My dog is called Biscuit.")
    thought = next(m for m in shell.json("memories", "list") if m["kind"] == "thought")
    detail = shell.json("memories", "show", str(thought["id"]))
    assert [(quote["turn"], quote["text"]) for quote in detail["quotes"]] == [
        (told["turn"], "My dog is called Biscuit.")
    ]
    shown = shell("memories", "show", str(thought["id"])).stdout
    assert "“My dog is called Biscuit.”" in shown
    assert f"turn {told['turn']}" in shown


def test_changes_and_their_undo(shell: Shell) -> None:
    id = str(shell.json("memories", "add", "My flat is in Leeds.")["memories"][0]["id"])

    edited = shell.json("memories", "edit", id, "My flat is in York.")
    assert edited["memories"][0]["text"] == "My flat is in York."
    assert shell.json("memories", "undo")["memories"][0]["text"] == "My flat is in Leeds."

    assert shell.json("memories", "pin", id)["memories"][0]["pinned"] is True
    assert "pinned" in shell("memories", "list").stdout
    assert shell.json("memories", "pin", id, "--off")["memories"][0]["pinned"] is False

    forgotten = shell.json("memories", "forget", id)
    assert forgotten["memories"][0]["status"] == "forgotten"
    assert shell.json("memories", "list") == []
    assert len(shell.json("memories", "list", "--all")) == 1
    assert len(shell.json("memories", "list", "--status", "forgotten")) == 1
    assert shell.json("memories", "undo", str(forgotten["batch"]))["memories"][0]["status"] == "active"
    shell.json("memories", "forget", id)
    assert shell.json("memories", "restore", id)["memories"][0]["status"] == "active"

    entries = shell.json("memories", "history", id)
    assert set(entries[0]) >= {"seq", "batch", "at", "actor", "action", "memory", "reason", "before", "after"}
    assert [entry["seq"] for entry in entries] == sorted((entry["seq"] for entry in entries), reverse=True)
    assert {entry["actor"] for entry in entries} == {"person"}
    assert f"memory {id}" in shell("memories", "history", id, "--limit", "1").stdout


def test_a_change_says_how_to_take_it_back(shell: Shell) -> None:
    shell("memories", "add", "I like rain.")
    result = shell("memories", "forget", "1")
    batch = re.search(r"companion memories undo (\d+)", result.stdout)
    assert batch
    assert shell("memories", "undo", batch[1]).exit_code == 0
    assert len(shell.json("memories", "list")) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "7"], "no memory 7"),
        (["show", "0"], "greater than or equal to 1"),
        (["show", "-3"], "not an id"),
        (["show", "one"], "integer"),
        (["show", "99999999999999999999999"], "ID"),
        (["show"], "Missing argument"),
        (["edit", "7", "words"], "no memory 7"),
        (["edit", "7", "  "], "empty"),
        (["pin", "7"], "no memory 7"),
        (["forget", "7"], "no memory 7"),
        (["restore", "7"], "no memory 7"),
        (["undo", "7"], "7"),
        (["history", "7"], "no memory 7"),
        (["add", ""], "empty"),
        (["add", "words", "--kind", "nonsense"], "nonsense"),
        (["add", "- milk"], "put -- in front"),
        (["search", " "], "empty"),
        (["list", "--kind", "nonsense"], "nonsense"),
        (["list", "--status", "nonsense"], "nonsense"),
        (["list", "--limit", "0"], "greater than or equal to 1"),
        (["nonsense"], "No such command"),
    ],
)
@pytest.mark.parametrize("flag", [[], ["--json"]])
def test_nonsense_is_refused_in_words(shell: Shell, arguments: list[str], said: str, flag: list[str]) -> None:
    result = shell("memories", *arguments, *flag)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert shell.json("memories", "list") == []


def test_nothing_to_undo(shell: Shell) -> None:
    result = shell("memories", "undo")
    assert result.exit_code == 1
    assert "Nothing to undo" in result.stderr


def test_text_with_control_characters_is_kept_and_shown_harmlessly(shell: Shell) -> None:
    text = "It says \x1b]0;title\x07 and \x1b[2J and \u202e and [/bold]"
    assert shell.json("memories", "add", text)["memories"][0]["text"] == text
    for command in (["list"], ["show", "1"], ["history"], ["search", "bold"], ["forget", "1"]):
        shown = shell("memories", *command).stdout
        assert "[/bold]" in shown
        assert not any(c in shown for c in "\x1b\x07\u202e")


def test_the_list_takes_what_is_typed_into_the_filter(shell: Shell) -> None:
    shell.json("memories", "add", "I am allergic to hazelnuts.")
    shell.json("memories", "add", "My sister lives in Lisbon.", "--kind", "trait")
    texts = [memory["text"] for memory in shell.json("memories", "list", "kind:thought", "after:yesterday", "allergic")]
    assert texts == ["I am allergic to hazelnuts."]
    assert shell.json("memories", "list", "sort:oldest")[0]["text"] == "I am allergic to hazelnuts."
    assert "Lisbon" in shell("memories", "list", "--", "-hazelnuts").stdout
    assert "hazelnuts" not in shell("memories", "list", "--", "-hazelnuts").stdout
    assert shell.json("memories", "list", "before:2001") == []
    result = shell("memories", "list", "kind:thougt")
    assert (result.exit_code, result.stdout) == (0, "Nothing is remembered that fits.\n")
    assert "did you mean thought?" in result.stderr


def test_what_was_undone_is_done_again(shell: Shell) -> None:
    id = str(shell.json("memories", "add", "My flat is in Leeds.")["memories"][0]["id"])
    shell.json("memories", "edit", id, "My flat is in York.")
    shell.json("memories", "undo")
    assert shell.json("memories", "redo")["memories"][0]["text"] == "My flat is in York."
    result = shell("memories", "redo")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Nothing to do again" in result.stderr


def test_merge_and_split(shell: Shell) -> None:
    ids = [str(shell.json("memories", "add", text)["memories"][0]["id"]) for text in ("I have a dog.", "He is Rex.")]
    merged = shell.json("memories", "merge", *ids, "--text", "My dog is called Rex.")
    assert set(merged) == {"batch", "summary", "memories", "kept"}
    assert [m["text"] for m in shell.json("memories", "list")] == ["My dog is called Rex."]
    parts = shell.json("memories", "split", str(merged["memories"][0]["id"]), "I have a dog.", "He is called Rex.")
    assert [m["status"] for m in parts["memories"]] == ["active", "active", "merged"]
    assert "Split into 2" in parts["summary"]
    assert len(shell.json("memories", "list", "is:replaced")) == 3


def test_memory_as_it_was(shell: Shell) -> None:
    shell.json("memories", "add", "My flat is in Leeds.")
    assert shell.json("memories", "list", "--as-of", "2020-01-01") == []
    assert len(shell.json("memories", "list", "--as-of", "2099-01-01")) == 1
    assert "no memory 1 then" in shell("memories", "show", "1", "--as-of", "2020-01-01").stderr
    assert "no memory 1 then" in shell("memories", "put-back", "1", "--as-of", "2020-01-01").stderr
    assert shell("memories", "list", "--as-of", "whenever").exit_code == 2


def test_pages(shell: Shell) -> None:
    shell.json("say", "My sister Lena lives in Porto.")
    page = shell.json("memories", "about", "my", "sister")
    assert (page["name"], page["relation"]) == ("Lena", "sister")
    assert page["facts"][0]["text"] == "My sister Lena lives in Porto."
    assert set(page["facts"][0]) == FIELDS
    assert page["said"][0]["text"] == "My sister Lena lives in Porto."
    assert "Lena (sister)" in shell("memories", "about", "Lena").stdout
    assert [topic["name"] for topic in shell.json("memories", "topics") if topic["person"]] == ["Lena"]
    assert "Porto" in shell("memories", "topics").stdout
    (month,) = shell.json("memories", "timeline")
    assert month["counts"]["thought"] == 1
    assert shell("memories", "timeline").stdout
    grown = shell.json("memories", "growth", "--days", "7")
    assert len(grown["days"]) == 7
    assert grown["days"][-1]["active"] == sum(grown["retention"])
    assert "7 days" in shell("memories", "growth", "--days", "7").stdout
    assert "nothing is known of “nobody”" in shell("memories", "about", "nobody").stderr
