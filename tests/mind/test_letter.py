"""The weekly letter: what was said and nothing else, once a week, and nowhere that words must not be."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion import erasing
from companion.clock import LOCAL, SetClock, stamp
from companion.errors import DiskFull, InvalidInput, ProfileUnavailable
from companion.mind.letter import write_letter
from companion.mind.letter_keeping import LetterKeeper
from companion.mind.weeks import WEEKDAYS, Week, is_over, week_named, weeks_over
from companion.paths import Paths
from companion.records import Evidence, Memory
from companion.settings import Settings
from companion.store import files
from companion.store.store import Store
from companion.strings import text as words
from companion.strings import use_language
from companion.text import text_hash
from tests.fakes import FakeModel
from tests.house import House
from tests.support import add, change, say

NIGHT = time(3, 30)
SUNDAY = date(2026, 11, 22)
WEEK = Week(SUNDAY)


def at(clock: SetClock, day: date, hour: int = 9, minute: int = 0) -> None:
    clock.at = datetime.combine(day, time(hour, minute), LOCAL)


def told(store: Store, clock: SetClock, day: date, text: str, **values: object) -> Memory:
    at(clock, day)
    return add(store, text, **values)


def keeper(store: Store, paths: Paths, clock: SetClock, **values: object) -> LetterKeeper:
    settings = Settings.model_validate({"letter": {"enabled": True, **values}})
    return LetterKeeper(store, paths, clock, settings)


def statements(text: str) -> list[str]:
    return re.findall(r"^- “(.*)”\[", text, re.M)


# Weeks


def test_a_week_is_called_by_its_iso_week_and_found_by_it() -> None:
    assert (WEEK.name, WEEK.first) == ("2026-W47", date(2026, 11, 16))
    assert week_named("2026-w47", "sunday") == WEEK
    for wrong in ("", "47", "2026-W54", "2026-W00", "2026-11-22", "9999999-W01"):
        with pytest.raises(InvalidInput):
            week_named(wrong, "sunday")


@given(st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)), st.sampled_from(WEEKDAYS))
def test_every_week_that_is_over_has_one_name_and_its_days_are_past(moment: datetime, ends_on: str) -> None:
    now = moment.replace(tzinfo=LOCAL)
    found = []
    for week in weeks_over(now, NIGHT, ends_on):  # type: ignore[arg-type]
        found.append(week)
        if len(found) == 3:
            break
    assert len({week.name for week in found}) == 3
    for week in found:
        assert week_named(week.name, ends_on) == week  # type: ignore[arg-type]
        assert WEEKDAYS[week.last.weekday()] == ends_on
        assert is_over(week, now, NIGHT)
        assert week.last < now.date()
    assert not is_over(Week(found[0].last + timedelta(days=7)), now, NIGHT)


# What is in it


def test_it_says_what_was_said_word_for_word_with_its_source(store: Store, clock: SetClock) -> None:
    one = told(store, clock, date(2026, 11, 16), "I started pottery classes.")
    two = told(store, clock, date(2026, 11, 18), "I moved from Bonn to Ghent.")
    told(store, clock, date(2026, 11, 23), "Next week I rest.")
    told(store, clock, date(2026, 11, 15), "Last week I rested.")
    letter = write_letter(store, WEEK, name="Mara")
    assert statements(letter.text) == ["I started pottery classes.", "I moved from Bonn to Ghent."]
    assert letter.memories == (one.id, two.id)
    assert f"[^m{one.id}]: Memory {one.id}, told on 16 November 2026" in letter.text
    assert "Dear Mara," in letter.text
    assert "rest" not in letter.text.replace("rested", "rest").replace("interest", "")


def test_every_statement_has_a_footnote_and_every_footnote_a_line(store: Store, clock: SetClock) -> None:
    for number, text in enumerate(
        ("I started pottery.", "My dog is called Rex.", "I like rye bread.", "I live in Ghent.", "I play the oboe.")
    ):
        told(store, clock, date(2026, 11, 16) + timedelta(days=number % 3), text, importance=3 + number % 3)
        say(store, text)
    text = write_letter(store, WEEK).text
    body, notes = text.partition("\n[^")[0], set(re.findall(r"^\[\^([\w-]+)\]: ", text, re.M))
    lines = [
        line for line in body.splitlines() if line.startswith("- “") or "By your words" in line or "You talked" in line
    ]
    assert lines
    assert all(re.search(r"\[\^[\w-]+\]$", line) for line in lines)
    assert set(re.findall(r"\[\^([\w-]+)\]", body)) == notes


def test_what_is_not_everybodys_or_does_not_stand_is_not_in_it(store: Store, clock: SetClock) -> None:
    day = date(2026, 11, 17)
    told(store, clock, day, "I like rye bread.")
    for text, values in (
        ("I waited for Zorro.", {"status": "quarantined"}),
        ("I forgot Zorro.", {"status": "forgotten"}),
        ("I told Marlowe of Zorro.", {"scope": "marlowe"}),
        ("I am Zorro in play.", {"scope": "play:"}),
        ("You said Zorro was nice.", {"subject": "companion"}),
        ("My uncle Zorro died of cancer.", {}),
    ):
        told(store, clock, day, text, **values)
    assert "Zorro" not in write_letter(store, WEEK).text
    assert "died" in write_letter(store, WEEK, bring_up_heavy=True).text


def test_a_footnote_quotes_nothing_heavy(store: Store, clock: SetClock) -> None:
    at(clock, date(2026, 11, 17))
    turn, _ = say(store, "Since my father died of cancer I live in Ghent.", "I see.")
    add(store, "I live in Ghent.", evidence=(Evidence(turn.id, 0, len(turn.text), text_hash(turn.text)),))
    assert "cancer" not in write_letter(store, WEEK).text
    assert "cancer" in write_letter(store, WEEK, bring_up_heavy=True).text


def test_what_changed_and_what_faded_is_told_as_that(store: Store, clock: SetClock) -> None:
    old = told(store, clock, date(2026, 9, 1), "I live in Bonn.")
    lost = told(store, clock, date(2026, 9, 1), "I am learning to juggle.")
    new = told(store, clock, date(2026, 11, 18), "I live in Ghent.")
    change(store, old.id, status="superseded", replaced_by=new.id)
    at(clock, date(2026, 11, 19), 3, 30)
    with store.changes.batch("sleep", "sleep") as batch:
        batch.move("active", "dormant", [lost.id])
    text = write_letter(store, WEEK).text
    assert f"“I live in Bonn.” is now “I live in Ghent.”[^m{old.id}][^m{new.id}]" in text
    assert "- “I am learning to juggle.”" in text.partition("## What faded")[2]
    # A week later it is news no more.
    told(store, clock, date(2026, 11, 24), "I play the oboe.")
    later = write_letter(store, Week(date(2026, 11, 29))).text
    assert "juggle" not in later
    assert "Bonn" not in later


def test_it_asks_one_question_about_a_plan_whose_day_came(store: Store, clock: SetClock) -> None:
    at(clock, date(2026, 11, 16))
    start = stamp(datetime.combine(date(2026, 11, 19), time(0), LOCAL))[0]
    for text in ("I have an interview on Thursday.", "I go to the dentist on Thursday."):
        add(store, text, modality="plan", event_start=start, event_end=start + 86_399)
    text = write_letter(store, WEEK).text
    assert text.count("How did it go?") == 1


@given(st.text(min_size=1, max_size=80))
def test_no_words_of_the_person_become_markup(words: str) -> None:
    from companion.mind.letter import LINE, _said
    from companion.mind.letter_cleaning import _plain
    from companion.text import one_line

    shown = _said(words)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_<>\[\]`#|~%$&]", shown)
    assert "==" not in shown
    assert _plain(shown) == one_line(words, LINE)


def test_it_is_told_in_the_language_of_the_screens(store: Store, clock: SetClock) -> None:
    told(store, clock, date(2026, 11, 16), "我开始学陶艺了。")
    use_language("zh")
    assert "- “我开始学陶艺了。”" in write_letter(store, WEEK).text


# Once a week


def test_it_is_written_in_the_night_after_the_week_once(store: Store, clock: SetClock, paths: Paths) -> None:
    letters = keeper(store, paths, clock)
    told(store, clock, date(2026, 11, 16), "I started pottery classes.")
    at(clock, SUNDAY + timedelta(days=1), 3, 29)
    assert [week.name for week in letters.due()] == ["2026-W46"]  # the week before, which was empty
    assert letters.write_due() == ()
    at(clock, SUNDAY + timedelta(days=1), 3, 30)
    assert [letter.week for letter in letters.write_due()] == ["2026-W47"]
    file = paths.letters / "2026-W47.md"
    assert "pottery" in file.read_text("utf-8")
    file.unlink()
    assert letters.write_due() == (), "the person threw it away"
    assert not list(paths.letters.iterdir())


def test_days_off_are_made_up_for_and_empty_weeks_have_none(store: Store, clock: SetClock, paths: Paths) -> None:
    letters = keeper(store, paths, clock)
    told(store, clock, date(2026, 10, 1), "I was here long before there were letters.")
    told(store, clock, date(2026, 11, 2), "I started pottery classes.")
    at(clock, date(2026, 11, 9))
    letters.write_due()
    told(store, clock, date(2026, 11, 20), "I moved to Ghent.")
    told(store, clock, date(2026, 11, 25), "I play the oboe.")
    at(clock, date(2026, 12, 9))
    assert [letter.week for letter in letters.write_due()] == ["2026-W47", "2026-W48"]
    assert sorted(path.name for path in paths.letters.iterdir()) == ["2026-W45.md", "2026-W47.md", "2026-W48.md"]


@pytest.mark.parametrize("changed_on", range(0, 14, 3))
@pytest.mark.parametrize("ends_on", ["monday", "wednesday", "saturday"])
def test_no_day_is_in_no_letter_when_the_weekday_is_changed(
    store: Store, clock: SetClock, paths: Paths, ends_on: str, changed_on: int
) -> None:
    written = ""
    for number in range(32):
        day = date(2026, 11, 16) + timedelta(days=number)
        told(store, clock, day, f"Day {number:02d} went by.", importance=5)
        at(clock, day + timedelta(days=1), 4)
        letters = keeper(store, paths, clock, weekday=ends_on if number >= 7 + changed_on else "sunday")
        written += "".join(letter.text for letter in letters.write_due())
        if number == 10 and ends_on == "wednesday":
            written += letters.by_hand("2026-W47").text  # of a week that has its letter, to another weekday
    days = sorted(set(re.findall(r"^- “Day (\d\d)", written, re.M)))
    assert days == [f"{number:02d}" for number in range(len(days))]
    assert len(days) >= 24


def test_a_file_that_is_there_is_never_written_over(store: Store, clock: SetClock, paths: Paths) -> None:
    paths.letters.mkdir()
    (paths.letters / "2026-W47.md").write_text("Mine.")
    told(store, clock, date(2026, 11, 16), "I started pottery classes.")
    at(clock, date(2026, 11, 24))
    letters = keeper(store, paths, clock)
    assert [letter.written for letter in letters.write_due()] == [False]
    assert letters.by_hand("2026-W47").path.endswith("2026-W47.md")
    assert (paths.letters / "2026-W47.md").read_text() == "Mine."


def test_nothing_is_written_unless_it_is_wanted(store: Store, clock: SetClock, paths: Paths) -> None:
    told(store, clock, date(2026, 11, 16), "I started pottery classes.")
    at(clock, date(2026, 11, 24))
    assert keeper(store, paths, clock, enabled=False).write_due() == ()
    assert keeper(store, paths, clock).by_hand(dry_run=True).text
    assert not paths.letters.exists()
    with pytest.raises(InvalidInput, match="not over"):
        keeper(store, paths, clock).by_hand("2026-W48")


def test_a_folder_that_is_gone_is_told_and_tried_again(
    store: Store, clock: SetClock, paths: Paths, tmp_path: Path
) -> None:
    letters = keeper(store, paths, clock, folder=str(tmp_path / "disk"))
    told(store, clock, date(2026, 11, 16), "I started pottery classes.")
    at(clock, date(2026, 11, 24))
    assert letters.write_due() == ()
    assert "disk" in store.letters.problem()
    (tmp_path / "disk").mkdir()
    assert letters.due() == []
    clock.advance(hours=2)
    assert [letter.written for letter in letters.write_due()] == [True]
    assert store.letters.problem() == ""
    assert (tmp_path / "disk" / "Letters" / "2026-W47.md").is_file()


def test_an_empty_folder_setting_is_none() -> None:
    assert Settings.model_validate({"letter": {"folder": ""}}).letter.folder is None


# With the whole companion


def told_in(house: House, day: date, text: str) -> None:
    at(house.clock, day)
    companion = house.open(model=FakeModel())
    companion.ask(text)
    companion.settle()
    companion.close()


def wanted(house: House, **values: object) -> None:
    house.settings = Settings.model_validate({"letter": {"enabled": True, **values}})


def test_the_night_writes_it_and_the_morning_says_so(house: House) -> None:
    wanted(house)
    told_in(house, date(2026, 11, 16), "I started pottery classes on Mondays.")
    at(house.clock, date(2026, 11, 23))
    companion = house.open(model=FakeModel())
    companion.settle()
    file = house.paths.letters / "2026-W47.md"
    assert file.is_file()
    assert str(file) in companion.morning().letter
    companion.morning_seen()
    house.clock.advance(minutes=1)
    assert companion.morning().letter == ""


def test_a_passphrase_keeps_letters_off_the_disk_unless_there_is_a_folder(house: House, tmp_path: Path) -> None:
    wanted(house)
    told_in(house, date(2026, 11, 16), "I started pottery classes on Mondays.")
    at(house.clock, date(2026, 11, 23))
    companion = house.open(model=FakeModel())
    companion.settle()
    assert (house.paths.letters / "2026-W47.md").is_file()
    companion.protect("correct horse battery staple")
    assert not list(house.paths.letters.iterdir())
    found = companion.letter("2026-W47")
    assert "pottery" in found.text
    assert (found.path, found.written) == ("", False)
    companion.close()
    for path in [path for path in house.paths.data.rglob("*") if path.is_file()]:
        assert b"pottery" not in path.read_bytes(), path


def test_what_is_erased_is_in_no_letter_any_more(house: House) -> None:
    wanted(house)
    told_in(house, date(2026, 11, 16), "I started pottery classes on Mondays.")
    told_in(house, date(2026, 11, 17), "I moved from Bonn to Ghent.")
    at(house.clock, date(2026, 11, 23))
    companion = house.open(model=FakeModel())
    companion.settle()
    file = house.paths.letters / "2026-W47.md"
    file.write_text(file.read_text("utf-8") + "\nA line of my own.\n", "utf-8")
    (row,) = [row for row in companion.search_memories("pottery classes") if row.memory.kind == "thought"][:1]
    companion.erase((row.memory.id,))
    text = file.read_text("utf-8")
    assert "pottery" not in text
    assert f"m{row.memory.id}]" not in text
    assert "Ghent" in text
    assert "A line of my own." in text


def written(house: House) -> tuple[Path, int]:
    """A letter about pottery and Ghent with a line of the person's own, and the memory of pottery."""
    told_in(house, date(2026, 11, 16), "I started pottery classes on Mondays.")
    told_in(house, date(2026, 11, 17), "I moved from Bonn to Ghent.")
    at(house.clock, date(2026, 11, 23))
    companion = house.open(model=FakeModel())
    companion.settle()
    (file,) = house.paths.data.parent.rglob("2026-W47.md")
    file.write_bytes(file.read_bytes() + b"A line of my own.\r\nCaf\xe9 \x0c no end")
    (row,) = [row for row in companion.search_memories("pottery classes") if row.memory.kind == "thought"][:1]
    return file, row.memory.id


def test_without_room_a_letter_stays_whole_and_is_cleaned_at_the_next_start(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted(house)
    file, pottery = written(house)
    before, write = file.read_bytes(), files.write

    def full(path: Path, data: bytes) -> None:
        if path.parent == file.parent:
            raise DiskFull(str(path))
        write(path, data)

    with monkeypatch.context() as fault:
        fault.setattr(files, "write", full)
        with pytest.raises(DiskFull) as told:
            house.opened[-1].erase((pottery,))
        assert told.value.hint == words("erasing.letters_later")
        assert file.read_bytes() == before
        house.opened[-1].close()
    house.open(model=FakeModel())
    after = file.read_bytes()
    assert b"pottery" not in after
    assert after.endswith(b"A line of my own.\r\nCaf\xe9 \x0c no end")
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_killed_before_letters_are_clean_the_next_start_cleans_them(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted(house)
    file, pottery = written(house)
    with monkeypatch.context() as fault:
        fault.setattr(erasing, "clean_files", _killed)
        fault.setattr(erasing, "erase_from_letters", _killed)
        with pytest.raises(KeyboardInterrupt):
            house.opened[-1].erase((pottery,))
        house.opened[-1].close()
    file.rename(file.with_name(file.name + ".before-erasing"))  # as if killed while the letter is exchanged
    file.with_name(file.name + ".erasing").write_text("half")
    house.open(model=FakeModel())
    assert b"pottery" not in file.read_bytes()
    assert b"A line of my own." in file.read_bytes()
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_letters_in_a_folder_of_before_are_cleaned_too_and_one_that_is_away_is_told(
    house: House, tmp_path: Path
) -> None:
    disk, other = house.paths.data.parent / "disk", tmp_path / "other"
    disk.mkdir()
    other.mkdir()
    wanted(house, folder=str(disk))
    file, pottery = written(house)
    house.opened[-1].close()
    wanted(house, folder=str(other))
    house.open(model=FakeModel()).erase((pottery,))
    assert b"pottery" not in file.read_bytes()
    house.opened[-1].close()
    wanted(house, folder=str(disk))
    companion = house.open(model=FakeModel())
    (row,) = [row for row in companion.search_memories("Bonn Ghent") if row.memory.kind == "thought"][:1]
    away = disk.rename(disk.with_name("away"))
    with pytest.raises(ProfileUnavailable, match="disk") as told:
        companion.erase((row.memory.id,))
    assert told.value.hint == words("erasing.letters_later")
    companion.close()
    away.rename(disk)
    house.open(model=FakeModel())
    assert b"Ghent" not in file.read_bytes()
