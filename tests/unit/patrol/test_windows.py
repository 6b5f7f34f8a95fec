"""Time windows: opening_hours words, the map's time zone, no clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.map import Zone, ZoneKind
from patrol.windows import (
    Windows,
    check_time_zone,
    closed_until_text,
    opens_at,
    parse_instant,
    zone_active,
)

SEOUL = ZoneInfo("Asia/Seoul")
SCHOOL = "Mo-Fr 08:00-09:00,14:00-16:00; PH off"
RING = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0))


def seoul(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


def zone(windows: str = "", expires: str = "") -> Zone:
    return Zone("z", ZoneKind.KEEP_OUT, RING, windows=windows, expires=expires)


@pytest.mark.parametrize(
    ("text", "when", "holds"),
    [
        ("", "2026-12-01T03:00", True),
        ("24/7", "2026-12-01T03:00", True),
        ("off", "2026-12-01T03:00", False),
        (SCHOOL, "2026-12-01T08:00", True),
        (SCHOOL, "2026-12-01T08:59", True),
        (SCHOOL, "2026-12-01T09:00", False),
        (SCHOOL, "2026-12-05T08:30", False),  # a Saturday
        (SCHOOL, "2026-12-25T08:30", False),  # a Friday, Christmas
        (SCHOOL, "2026-09-25T08:30", False),  # a Friday, Chuseok
        ("22:00-06:00", "2026-12-01T23:00", True),
        ("22:00-06:00", "2026-12-01T05:59", True),
        ("22:00-06:00", "2026-12-01T06:00", False),
        ("Fr 22:00-06:00", "2026-12-05T03:00", True),  # Saturday, from Friday night
        ("Fr 22:00-06:00", "2026-12-04T03:00", False),
        ("2026 Dec 01-2026 Dec 20", "2026-12-20T23:59", True),
        ("2026 Dec 01-2026 Dec 20", "2026-12-21T00:00", False),
        ("10:00-12:00 unknown", "2026-12-01T11:00", True),  # the safe side
    ],
)
def test_holds_in_its_hours_only(text: str, when: str, holds: bool) -> None:
    assert Windows.parse(text).holds_at(seoul(when)) is holds


def test_hours_are_the_maps_local_time_whatever_the_zone_of_the_question() -> None:
    when = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)  # 23:00 in Seoul, 16:00 in Helsinki
    assert Windows.parse("22:00-06:00").holds_at(when)
    assert not Windows.parse("22:00-06:00", "Europe/Helsinki").holds_at(when)


def test_public_holidays_are_those_of_the_time_zones_country() -> None:
    independence = datetime(2026, 12, 6, 12, 0, tzinfo=UTC)
    assert Windows.parse("PH", "Europe/Helsinki").holds_at(independence)
    assert not Windows.parse("PH").holds_at(independence)
    assert not Windows.parse("PH", "UTC").holds_at(independence)  # of no country


def test_tells_the_next_change() -> None:
    windows = Windows.parse(SCHOOL)
    assert windows.next_change(seoul("2026-12-01T08:30")) == seoul("2026-12-01T09:00")
    assert windows.next_change(seoul("2026-12-04T17:00")) == seoul("2026-12-07T08:00")
    assert Windows.parse("24/7").next_change(seoul("2026-12-01T08:30")) is None
    assert Windows.parse("off").next_change(seoul("2026-12-01T08:30")) is None


TEXTS = st.sampled_from(
    ["22:00-06:00", SCHOOL, "Sa,Su 10:00-26:00", "Mo 00:00-24:00; We off", "24/7", "off",
     "10:00-12:00 unknown, 12:00-13:00"]
)  # fmt: skip


@settings(deadline=None)
@given(TEXTS, st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)))
def test_nothing_changes_before_the_next_change_and_it_does_then(
    text: str, local: datetime
) -> None:
    windows, when = Windows.parse(text), local.replace(tzinfo=SEOUL)
    now, change = windows.holds_at(when), windows.next_change(when)
    if change is None:
        assert windows.holds_at(when + timedelta(days=200)) is now
        return
    assert change > when
    assert windows.holds_at(change) is not now
    for share in (0.01, 0.5, 0.99):
        assert windows.holds_at(when + share * (change - when)) is now


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Mo-Fr 8-9", "cannot read '8-9'"),
        ("sometimes", "cannot read 'sometimes'"),
        ("Mo-Xx 08:00-09:00", "cannot read 'Xx 08:00-09:00'"),
        ("08:00-", "no time window"),
        ("SH 08:00-09:00", "school holidays"),
        ("sunset-sunrise", "give clock times"),
        ("Mo " * 400, "too many"),
    ],
)
def test_wrong_words_are_named_with_what_would_be_right(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        Windows.parse(text)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


@settings(deadline=None, max_examples=200)
@given(st.text('MoTuFr0123456789:-,; PHoff/+[]|"', max_size=20))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        windows = Windows.parse(text)
    except ValueError:
        return
    windows.next_change(seoul("2026-12-01T08:30"))


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Windows.parse("24/7").holds_at(datetime(2026, 12, 1))


@pytest.mark.parametrize("name", ["", "Seoul", "Asia", "../etc/passwd", "KST+9", "/etc/localtime"])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Asia/Seoul"):
        check_time_zone(name)


@pytest.mark.parametrize("text", ["tomorrow", "2026-12-31", "2026-12-31T18:00", "18:00+09:00"])
def test_an_instant_without_date_time_or_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected an instant"):
        parse_instant(text)


def test_a_zone_holds_in_its_windows_until_it_expires() -> None:
    night = zone("22:00-06:00", "2026-12-02T00:00:00+09:00")
    assert zone_active(night, "Asia/Seoul", seoul("2026-12-01T23:00"))
    assert not zone_active(night, "Asia/Seoul", seoul("2026-12-01T21:00"))
    assert not zone_active(night, "Asia/Seoul", seoul("2026-12-02T00:00"))
    assert zone().active_at(seoul("2026-12-01T23:00"), "Asia/Seoul")


@pytest.mark.parametrize(
    ("closed", "when", "text"),
    [
        (zone("22:00-07:00"), "2026-12-01T03:00", "closed until 07:00"),
        (zone("22:00-07:00"), "2026-12-01T23:00", "closed until 2026-12-02 07:00"),
        (zone("22:00-07:00", "2026-12-01T05:00:00+09:00"), "2026-12-01T03:00",
         "closed until 05:00"),
        (zone("", "2027-03-01T00:00:00Z"), "2026-12-01T03:00", "closed until 2027-03-01 09:00"),
        (zone(), "2026-12-01T03:00", "closed for good"),
    ],
)  # fmt: skip
def test_says_until_when_a_zone_is_closed(closed: Zone, when: str, text: str) -> None:
    assert closed_until_text(closed, seoul(when)) == text
    assert closed_until_text(closed, seoul(when).astimezone(UTC), "Asia/Seoul") == text


def test_a_zone_without_an_end_never_opens() -> None:
    assert opens_at(zone(), seoul("2026-12-01T03:00"), "Asia/Seoul") is None
