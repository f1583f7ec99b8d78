"""Which copies stay: simulated nights over years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from companion.clock import local_date
from companion.safekeeping import Backup, BackupReason
from companion.store.rotation import DAY, DAYS, KEPT_WITH_REASON, MONTHS, WEEKS, superfluous

ZONE = timezone(timedelta(hours=1))
FIRST = datetime(2026, 1, 1, 3, 30, tzinfo=ZONE).timestamp()


def backup(at: float, reason: BackupReason = "night", name: str = "", utc_offset: int = 3600) -> Backup:
    return Backup(name or f"{at:020.3f}-{reason}", at, utc_offset, 1, reason, 29)


def nights(gaps: Sequence[int]) -> list[Backup]:
    """What is left after a copy was made and rotation run, each `gaps` days after the one before."""
    kept: list[Backup] = []
    at = FIRST
    for gap in gaps:
        at += gap * DAY
        kept.append(new := backup(at))
        gone = superfluous(kept, at, new.name)
        assert new not in gone
        kept = [each for each in kept if each not in gone]
    return kept


def days(backups: Sequence[Backup]) -> list[date]:
    return [local_date(each.at, each.utc_offset) for each in backups]


def test_after_two_years_of_nights_there_are_seven_days_four_weeks_and_six_months() -> None:
    kept = days(nights([1] * 730))
    last = kept[-1]
    assert kept[-7:] == [last - timedelta(days=n) for n in range(6, -1, -1)]
    sundays = [day for day in kept if day.isoweekday() == 7]
    assert len({day.isocalendar()[:2] for day in kept}) >= 4
    assert sundays, "the last of a week stays"
    assert len({(day.year, day.month) for day in kept}) == 6
    assert last - kept[0] > timedelta(days=120)
    assert len(kept) <= DAYS + WEEKS + MONTHS


@given(st.lists(st.integers(1, 40), min_size=1, max_size=400))
def test_however_often_the_laptop_was_on_the_latest_of_days_weeks_and_months_are_there(gaps: list[int]) -> None:
    made = [FIRST + sum(gaps[: n + 1]) * DAY for n in range(len(gaps))]
    kept = days(nights(gaps))
    all_days = days([backup(at) for at in made])
    assert kept[-1] == all_days[-1]
    assert len(kept) <= DAYS + WEEKS + MONTHS
    assert set(all_days[-DAYS:]) <= set(kept), "the latest seven days that have a copy"
    for count, period in ((WEEKS, lambda d: d.isocalendar()[:2]), (MONTHS, lambda d: (d.year, d.month))):
        latest = list(dict.fromkeys(period(day) for day in reversed(all_days)))[:count]
        assert {period(day) for day in kept} >= set(latest)


REASONS = st.sampled_from(["night", "hand", "migration", "import", "rekey", "restore", "erasure"])


@given(
    st.lists(st.tuples(st.floats(-400 * DAY, 400 * DAY), REASONS), min_size=1, max_size=60),
    st.integers(0, 59),
)
def test_the_newest_the_new_one_and_what_was_kept_before_something_never_go(
    found: list[tuple[float, BackupReason]], made: int
) -> None:
    """Also when the clock is wrong."""
    now = FIRST
    backups = [backup(now + at, reason, f"{number}") for number, (at, reason) in enumerate(found)]
    sound = backups[made % len(backups)]
    gone = superfluous(backups, now, sound.name)
    assert sound not in gone
    past = [each for each in backups if each.at <= now + DAY]
    if past:
        assert max(past, key=lambda each: (each.at, each.name)) not in gone
    assert not [each for each in gone if each.reason != "night" and -DAY <= now - each.at < KEPT_WITH_REASON]
    young = sum(each.reason != "night" for each in backups)
    assert len(backups) - len(gone) <= 1 + 2 * (1 + DAYS + WEEKS + MONTHS) + young


def test_copies_from_a_clock_that_was_years_ahead_take_no_place() -> None:
    ahead = [backup(FIRST + (3000 + n) * DAY) for n in range(40)]
    usual = [backup(FIRST + n * DAY) for n in range(7)]
    gone = superfluous([*ahead, *usual], usual[-1].at, usual[-1].name)
    assert not set(gone) & {*usual, *ahead[-DAYS:]}
    assert len(ahead) - len(gone) <= DAYS + WEEKS + MONTHS


def test_a_clock_that_went_back_years_takes_no_copy_of_before() -> None:
    """An empty battery sets it to a day long ago; each night that is copied then looks like the only one."""
    kept = nights([1] * 400)
    before = list(kept)
    for night in range(20):
        made = backup(FIRST - (9000 - night) * DAY)
        gone = superfluous([*kept, made], made.at, made.name)
        kept = [each for each in [*kept, made] if each not in gone]
    assert set(before) <= set(kept)
    assert len(kept) - len(before) <= DAYS + WEEKS + MONTHS


def test_a_day_is_the_persons_own_wherever_they_were() -> None:
    """Two copies of one calendar day count once, though the sun rose twice between them."""
    tokyo = backup(datetime(2026, 5, 1, 23, 0, tzinfo=timezone(timedelta(hours=9))).timestamp(), utc_offset=9 * 3600)
    lima = backup(datetime(2026, 5, 1, 20, 0, tzinfo=timezone(timedelta(hours=-5))).timestamp(), utc_offset=-5 * 3600)
    assert superfluous([tokyo, lima], lima.at, lima.name) == [tokyo]
