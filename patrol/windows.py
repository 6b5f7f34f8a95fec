"""Time windows in OpenStreetMap's opening_hours words: "Mo-Fr 08:00-09:00,14:00-16:00; PH off".

Grammar: wiki.openstreetmap.org/wiki/Key:opening_hours/specification, parsed by opening-hours-py.
Windows are local time of the map's time zone; public holidays (PH) are those of its country.
No clock inside: `when` is always an argument and always aware.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Protocol
from zoneinfo import ZoneInfo

# the exceptions are missing in the package's stub
from opening_hours import OpeningHours, ParserError, UnknownCountryError  # type: ignore[attr-defined]

DEFAULT_TIME_ZONE = "Asia/Seoul"
EXAMPLE = "Mo-Fr 08:00-09:00,14:00-16:00; PH off"
MAX_LENGTH = 500
MAX_CHANGES = 1000  # steps to look ahead; a daily window changes 730 times a year

# word → why it is refused; both need data that a map does not have
_UNSUPPORTED = (
    (re.compile(r"\bSH\b", re.IGNORECASE), "SH (school holidays) has no calendar: give dates"),
    (
        re.compile(r"\b(sunrise|sunset|dawn|dusk)\b", re.IGNORECASE),
        "the sun's times are not supported: give clock times such as 18:00-06:00",
    ),
)


class Timed(Protocol):
    """What has time windows and an end: a zone."""

    @property
    def windows(self) -> str:
        """Opening_hours words; empty: always."""

    @property
    def expires(self) -> str:
        """RFC 3339 instant; empty: never."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Time windows, ready to ask; made by `parse`."""

    text: str
    time_zone: str
    _hours: OpeningHours

    @classmethod
    def parse(cls, text: str, time_zone: str = DEFAULT_TIME_ZONE) -> Windows:
        """Windows in an IANA time zone; raises ValueError saying what is wrong and what is right.

        Empty text means always.
        """
        return _parse(text, time_zone)

    def holds_at(self, when: datetime) -> bool:
        """Whether a window is open at an aware `when`; one the text calls unknown counts as open.

        Raises ValueError for a `when` without a time zone.
        """
        return not self._hours.is_closed(self._local(when))

    def next_change(self, when: datetime) -> datetime | None:
        """The next moment after `when` at which `holds_at` changes, in local time; None: never."""
        local: datetime | None = self._local(when)
        now = not self._hours.is_closed(local)
        for _ in range(MAX_CHANGES):
            local = self._hours.next_change(local)
            if local is None or (not self._hours.is_closed(local)) != now:
                return local
        return None

    def _local(self, when: datetime) -> datetime:
        if when.utcoffset() is None:
            raise ValueError(f"{when.isoformat()} has no time zone; give an aware datetime")
        return when.astimezone(ZoneInfo(self.time_zone))


def zone_active(zone: Timed, time_zone: str, when: datetime) -> bool:
    """Whether a zone's rule holds at an aware `when`: in a window and not yet expired."""
    if zone.expires and when >= parse_instant(zone.expires):
        return False
    return not zone.windows or Windows.parse(zone.windows, time_zone).holds_at(when)


def closed_until_text(zone: Timed, when: datetime, time_zone: str | None = None) -> str:
    """ "closed until 07:00" for a zone that holds at `when`, with the date unless it is that day.

    Local time of `time_zone`, else of `when` itself if it has a named one, else of Seoul.
    """
    name = time_zone or getattr(when.tzinfo, "key", None) or DEFAULT_TIME_ZONE
    opens = opens_at(zone, when, name)
    if opens is None:
        return "closed for good"
    local = opens.astimezone(ZoneInfo(name))
    same_day = local.date() == when.astimezone(ZoneInfo(name)).date()
    return f"closed until {local:%H:%M}" if same_day else f"closed until {local:%Y-%m-%d %H:%M}"


def opens_at(zone: Timed, when: datetime, time_zone: str) -> datetime | None:
    """When a zone that holds at `when` stops holding: its window's or its own end; None: never."""
    ends = [parse_instant(zone.expires)] if zone.expires else []
    change = Windows.parse(zone.windows, time_zone).next_change(when) if zone.windows else None
    return min([*ends, change] if change else ends, default=None)


def parse_instant(text: str) -> datetime:
    """An RFC 3339 instant as an aware datetime; raises ValueError."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.utcoffset() is None or "T" not in text.upper():
        raise ValueError(f"expected an instant such as 2026-12-31T18:00:00+09:00, got {text!r}")
    return instant


def check_time_zone(text: str) -> str:
    """The name, if it is an IANA time zone; raises ValueError."""
    try:
        return ZoneInfo(text).key
    except (ValueError, OSError, KeyError):  # a path, a folder, an unknown name
        raise ValueError(f"expected an IANA time zone such as Asia/Seoul, got {text!r}") from None


@lru_cache(maxsize=4096)
def _parse(text: str, time_zone: str) -> Windows:
    words = text.strip() or "24/7"
    if len(words) > MAX_LENGTH:
        raise ValueError(f"{len(words)} characters are too many for time windows; {_example()}")
    for pattern, why in _UNSUPPORTED:
        if pattern.search(words):
            raise ValueError(f"{text!r}: {why}")
    zone = ZoneInfo(check_time_zone(time_zone))
    try:
        hours = OpeningHours(words, timezone=zone, country=_country(time_zone))
    except UnknownCountryError:
        hours = OpeningHours(words, timezone=zone)  # PH never comes there
    except ParserError as error:
        raise ValueError(_explain(text, str(error))) from None
    return Windows(text, time_zone, hours)


def _explain(text: str, error: str) -> str:
    """The parser's drawing as one line: what it could not read, from where on."""
    at = re.search(r"--> \d+:(\d+)", error)
    rest = text[int(at[1]) - 1 :] if at else ""
    where = f"cannot read {rest!r}" if rest.strip() else "it ends too early"
    return f"{text!r} is no time window: {where}; {_example()}"


def _example() -> str:
    return f"write for example {EXAMPLE!r} or '22:00-06:00'"


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """IANA time zone → ISO country code, from the time zone database's own table."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


def _country(time_zone: str) -> str | None:
    return _countries().get(time_zone)
