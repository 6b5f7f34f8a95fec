"""When verdicts quiet a kind of incident at a place and hour: pure rules, no database.

A suppression is learned from verdicts alone, covers one kind within `radius_m` and some hours of
local weekdays or weekends, ends by itself, and never touches the kinds that are about life
(`patrol.incident.ANOMALIES`, `life_safety`). docs/operations.md#quieted-incidents.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from fleet_server.config import SuppressionConfig
from patrol.incident import ANOMALIES, Severity

DAY_MINUTES = 1440
SATURDAY = 5
DISMISSED = ("harmless", "wrong")
_MAY_BE_QUIET = frozenset(kind.value for kind, row in ANOMALIES.items() if not row.life_safety)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What was detected where and when; position in map metres, UTC seconds."""

    kind: str
    severity: str
    map_id: str
    x_m: float
    y_m: float
    detected_at_s: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict that an operator gave, and the occasion that it judges."""

    incident_id: str
    occasion: Occasion
    verdict: str
    judged_by: str
    judged_at_s: float


@dataclass(frozen=True, slots=True)
class Suppression:
    """One kind is quiet at one place and hour; minutes are of the local day at `time_zone`."""

    suppression_id: str
    kind: str
    severity: str  # the most urgent that the verdicts judged; what is more urgent rings
    map_id: str
    x_m: float
    y_m: float
    radius_m: float
    middle_minute: float
    half_window_min: float
    weekend: bool
    time_zone: str
    created_at_s: float
    expires_at_s: float
    ended_at_s: float | None = None
    ended_by: str | None = None
    end_reason: str | None = None

    def holds(self, now_s: float) -> bool:
        """Whether it has neither ended nor expired."""
        return self.ended_at_s is None and now_s < self.expires_at_s

    def covers(self, occasion: Occasion) -> bool:
        """Whether an occasion is of its kind, there and then; never for life-safety kinds."""
        if is_life_safety(occasion.kind) or is_life_safety(self.kind):
            return False
        if (occasion.kind, occasion.map_id) != (self.kind, self.map_id):
            return False
        if _urgency(occasion.severity) < _urgency(self.severity):
            return False
        return self.is_there_and_then(occasion)

    def is_there_and_then(self, occasion: Occasion) -> bool:
        """Whether an occasion's place, hour and kind of day are within this one's."""
        minute, weekend = local_time(occasion.detected_at_s, self.time_zone)
        return (
            weekend == self.weekend
            and _minutes_apart(minute, self.middle_minute) <= self.half_window_min
            and math.hypot(occasion.x_m - self.x_m, occasion.y_m - self.y_m) <= self.radius_m
        )


def is_life_safety(kind: str) -> bool:
    """Whether verdicts may never quiet a kind; so for a kind that this server does not know."""
    return kind not in _MAY_BE_QUIET


def local_time(at_s: float, time_zone: str) -> tuple[float, bool]:
    """(minute of the local day, whether it is a Saturday or Sunday there)."""
    local = datetime.fromtimestamp(at_s, ZoneInfo(time_zone))
    return local.hour * 60 + local.minute + local.second / 60, local.weekday() >= SATURDAY


def learn(
    latest: Judged,
    earlier: Iterable[Judged],
    time_zone: str,
    config: SuppressionConfig,
    now_s: float,
    suppression_id: str,
) -> tuple[Suppression, list[Judged]] | None:
    """What a verdict teaches with those before it, and the verdicts that did; None for nothing.

    The rule: of the newest `of_last` verdicts on this kind, there and then, at least `verdicts`
    say harmless or wrong and none says true, on at least `days` different local days.
    """
    anchor = latest.occasion
    if is_life_safety(anchor.kind) or latest.verdict not in DISMISSED:
        return None
    minute, weekend = local_time(anchor.detected_at_s, time_zone)
    area = Suppression(
        suppression_id, anchor.kind, anchor.severity, anchor.map_id, anchor.x_m, anchor.y_m,
        config.radius_m, minute, config.half_window_h * 60, weekend, time_zone,
        now_s, now_s + config.lasts_days * 86400,
    )  # fmt: skip
    alike = [
        judged
        for judged in earlier
        if judged.incident_id != latest.incident_id
        and (judged.occasion.kind, judged.occasion.map_id) == (anchor.kind, anchor.map_id)
        and area.is_there_and_then(judged.occasion)
    ]
    alike.sort(key=lambda judged: judged.judged_at_s, reverse=True)
    newest = [latest, *alike][: config.of_last]
    if not _is_consistent(newest, time_zone, config):
        return None
    worst = min((judged.occasion.severity for judged in newest), key=_urgency)
    return replace(area, severity=worst), newest


def _is_consistent(newest: Sequence[Judged], time_zone: str, config: SuppressionConfig) -> bool:
    zone = ZoneInfo(time_zone)
    days = {datetime.fromtimestamp(j.occasion.detected_at_s, zone).date() for j in newest}
    dismissed = [judged for judged in newest if judged.verdict in DISMISSED]
    return (
        len(dismissed) == len(newest)
        and len(dismissed) >= config.verdicts
        and len(days) >= config.days
    )


def _urgency(severity: str) -> int:
    return Severity(severity).rank


def _minutes_apart(a: float, b: float) -> float:
    """Around midnight, too."""
    apart = abs(a - b) % DAY_MINUTES
    return min(apart, DAY_MINUTES - apart)
