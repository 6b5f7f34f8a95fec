"""Rates: counts an hour with an exact interval, and the lines that a report is made of."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import chi2

from benchmarks.perception.quiet_hours_parts.ledger import IncidentRow, StretchRow
from benchmarks.perception.scoring import wilson
from patrol.incident import ANOMALIES, AnomalyKind

MOST_AN_HOUR, MOST_REPEATED, HOURS_ASKED = 0.1, 0.02, 10.0
CONFIDENCE = 0.95


def poisson_interval(count: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact interval of a Poisson mean (Garwood 1936), by chi-squared quantiles."""
    rest = (1 - confidence) / 2
    low = chi2.ppf(rest, 2 * count) / 2 if count else 0.0
    return float(low), float(chi2.ppf(1 - rest, 2 * count + 2) / 2)


@dataclass(frozen=True, slots=True)
class Rate:
    """False incidents in some hours."""

    count: int
    hours: float

    @property
    def an_hour(self) -> float:
        """NaN without hours."""
        return self.count / self.hours if self.hours > 0 else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, an hour; up to infinity without hours."""
        if self.hours <= 0:
            return 0.0, math.inf
        low, high = poisson_interval(self.count)
        return low / self.hours, high / self.hours

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.count} in {self.hours:.2f} h, {self.an_hour:.2f} an hour"
            f" [{low:.2f}, {high:.2f}]"
        )


class Account:
    """What rows of stretches come to; failed ones do not count."""

    def __init__(self, rows: Sequence[StretchRow]) -> None:
        self.rows = [row for row in rows if not row.failed]
        self.failed = [row for row in rows if row.failed]
        self.hours = sum(row.duration_s for row in self.rows) / 3600
        self.incidents = [one for row in self.rows for one in row.incidents]
        self.false = [one for one in self.incidents if not one.event]

    def rate(self, kind: AnomalyKind) -> Rate:
        """Of one kind, over the hours in which its rule had what it needs."""
        seconds = sum(row.duration_s for row in self.rows if kind.value in row.watched)
        return Rate(sum(one.kind == kind for one in self.false), seconds / 3600)

    @property
    def overall(self) -> Rate:
        """Of all kinds together."""
        return Rate(len(self.false), self.hours)

    @property
    def life_safety(self) -> Rate:
        """Of the kinds that nobody may switch off."""
        return Rate(sum(one.life_safety for one in self.false), self.hours)

    @property
    def repeated(self) -> tuple[int, int]:
        """How many of all incidents tell again what was told before."""
        return sum(one.repeats for one in self.incidents), len(self.incidents)

    def described(self) -> list[str]:
        """A line for each incident."""
        return [describe(row, one) for row in self.rows for one in row.incidents]

    def lines(self) -> list[str]:
        """The report, life-safety kinds apart."""
        moved_km = sum(row.moved_m for row in self.rows) / 1000
        lines = [f"{len(self.rows)} stretches, {self.hours:.2f} h, {moved_km:.1f} km driven"]
        for is_life_safety, title in ((True, "life-safety kinds"), (False, "other kinds")):
            lines.append(f"{title}, false incidents:")
            lines += [
                f"  {kind.value}: {self.rate(kind)}"
                for kind in AnomalyKind
                if ANOMALIES[kind].life_safety is is_life_safety and self._is_watched(kind)
            ]
        lines += [f"  all: {self.overall}", *self._real()]
        repeated, total = self.repeated
        low, high = wilson(repeated, total)
        lines.append(f"raised again: {repeated} of {total} incidents [{low:.2f}, {high:.2f}]")
        silent = [kind.value for kind in AnomalyKind if not self._is_watched(kind)]
        lines += [f"nothing to watch for: {', '.join(silent)}"] if silent else []
        lines += [
            f"ended early: {row.seed}-{row.number}: after {row.duration_s:.0f} s: {row.stopped}"
            for row in self.rows
            if row.stopped
        ]
        lines += [f"failed: {row.seed}-{row.number}: {row.failed}" for row in self.failed]
        return lines

    def _is_watched(self, kind: AnomalyKind) -> bool:
        return any(kind.value in row.watched for row in self.rows)

    def _real(self) -> list[str]:
        """Events that the scenes held against their plan, and those that were told of."""
        held: Counter[str] = Counter()
        for row in self.rows:
            held.update(row.events)
        told = Counter(one.kind for one in self.incidents if one.event)
        return [
            f"really events, not counted: {kind}: {held[kind]} near the vehicle,"
            f" {told[kind]} incidents"
            for kind in sorted({*held, *told})
        ]


def describe(row: StretchRow, one: IncidentRow) -> str:
    """One incident, for who looks for its cause."""
    sort = f"really {one.event}" if one.event else "FALSE"
    again = ", again" if one.repeats else ""
    return (
        f"{row.seed}-{row.number} {row.map} {row.hour_h:.1f} h {row.weather} at {one.at_s:.1f} s:"
        f" {one.kind} ({sort}{again}) at ({one.x_m:.1f}, {one.y_m:.1f}),"
        f" near {', '.join(one.near) or 'nothing'}; {one.still}"
    )
