"""Rates and ages of topics against the topic table; pure."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from patrol.topics import TopicRow, topic_row
from patrol_fleet_client.health import Finding, Level

WINDOW_S = 5.0
SLOW_FACTOR = 0.5  # of the table's rate: less is worth a warning
AHEAD_S = 1.0  # a clock that differs; a message may overtake `/clock` by less
_STAMP = {0: struct.Struct(">iI"), 1: struct.Struct("<iI")}  # by the encapsulation's second byte
_STAMP_AT = 4  # behind the encapsulation: std_msgs/msg/Header begins with its stamp


def stamp_in(cdr: bytes) -> float | None:
    """Seconds of the stamp in the CDR of a message that begins with a header; None if cut off."""
    layout = _STAMP.get(cdr[1] & 1) if len(cdr) > 1 else None
    if layout is None or len(cdr) < _STAMP_AT + layout.size:
        return None
    seconds, nanoseconds = layout.unpack_from(cdr, _STAMP_AT)
    return float(seconds) + float(nanoseconds) * 1e-9


@dataclass(slots=True)
class _Heard:
    times_s: deque[float] = field(default_factory=deque)
    stamp_s: float | None = None
    messages: int = 0


class TopicWatch:
    """Counts what is heard of topics; times are of the node's clock."""

    def __init__(
        self, topics: Iterable[str], now_s: float, rates_hz: Mapping[str, float] | None = None
    ) -> None:
        """`rates_hz`: topics whose own rate counts instead of the table's."""
        rates = rates_hz or {}
        self._heard = {topic: _Heard() for topic in topics}
        rows = {topic: topic_row(topic) for topic in self._heard}
        self._rows = {
            topic: replace(row, rate_hz=rates.get(topic, row.rate_hz))
            for topic, row in rows.items()
        }
        self._start_s = now_s

    def hear(self, topic: str, now_s: float, stamp_s: float | None) -> None:
        """A message came; without a stamp its age counts from now."""
        heard = self._heard[topic]
        heard.times_s.append(now_s)
        heard.stamp_s = now_s if stamp_s is None else stamp_s
        heard.messages += 1
        while heard.times_s and heard.times_s[0] <= now_s - WINDOW_S:
            heard.times_s.popleft()

    def findings(self, now_s: float) -> list[Finding]:
        """One row a topic, in the table's order."""
        return [self._finding(topic, heard, now_s) for topic, heard in self._heard.items()]

    def _finding(self, topic: str, heard: _Heard, now_s: float) -> Finding:
        row = self._rows[topic]
        if heard.stamp_s is None:
            is_missing = row.max_age_s is not None and now_s - self._start_s >= WINDOW_S
            level = Level.WARN if is_missing else Level.OK
            return Finding(f"topic{topic}", level, "never heard")
        age_s = now_s - heard.stamp_s
        rate_hz = self._rate_hz(heard, now_s)
        level, message = _judge(row, rate_hz, age_s)
        values = (
            ("rate_hz", f"{rate_hz:.3f}"),
            ("age_s", f"{max(0.0, age_s):.3f}"),
            ("messages", str(heard.messages)),
        )
        return Finding(f"topic{topic}", level, message, values)

    def _rate_hz(self, heard: _Heard, now_s: float) -> float:
        since_s = min(WINDOW_S, now_s - self._start_s)
        recent = sum(1 for time_s in heard.times_s if time_s > now_s - WINDOW_S)
        return recent / since_s if since_s > 0 else 0.0


def _judge(row: TopicRow, rate_hz: float, age_s: float) -> tuple[Level, str]:
    if row.max_age_s is not None and age_s < -AHEAD_S:
        return Level.ERROR, f"ahead: stamped {-age_s:.2f} s in the future"
    if row.max_age_s is not None and age_s > row.max_age_s:
        return Level.ERROR, f"stale: {age_s:.2f} s old, at most {row.max_age_s:g} s"
    if row.rate_hz is not None and rate_hz < SLOW_FACTOR * row.rate_hz:
        return Level.WARN, f"slow: {rate_hz:.1f} Hz of {row.rate_hz:g} Hz"
    return Level.OK, f"{rate_hz:.1f} Hz, {max(0.0, age_s):.2f} s old"
