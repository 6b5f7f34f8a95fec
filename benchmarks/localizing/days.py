"""Hours of driving under errors drawn anew: false alarms, and how honest the covariance is."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import chi2

from benchmarks.localizing import judge
from benchmarks.localizing.judge import Row
from benchmarks.localizing.realise import Day, another_day
from benchmarks.localizing.record import Drive, replay
from navigation.localization.monitor import LOST_SIGMA_M

FIRST_DAY = 1000
SETTLED_LOOKS, NEES_EVERY = 400, 200  # 20 s from the start on; 10 s: neighbours' errors are one


@dataclass
class Days:
    """`alarms`: said to be lost below judge.LOST_M, and not for a covariance that was wide."""

    hours: float = 0.0
    alarms: int = 0
    admitted: int = 0  # lost by its own covariance, or truly
    rows: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def run(self, drives: Sequence[Drive], hours: float) -> None:
        """Each drive in turn, in the open and among houses, until so many hours are full."""
        number = 0
        while self.hours < hours:
            drive = drives[number // 2 % len(drives)]
            self._judge(drive, another_day(drive, FIRST_DAY + number, number % 2 == 1))
            number += 1

    def _judge(self, drive: Drive, day: Day) -> None:
        was_lost, looks = False, 0
        for row in replay(drive, drive.localizer(day.outlines), day.events):
            is_lost = judge.is_lost(row[1])
            if is_lost and not was_lost:
                self.count(day, row)
            was_lost, looks = is_lost, looks + 1
            if looks > SETTLED_LOOKS and looks % NEES_EVERY == 0:
                fixes = "60 s without fixes" if day.is_outage(row[0].stamp_s) else "with fixes"
                place = "among houses" if "; houses" in day.name else "in the open"
                self.rows[f"{place}, {fixes}"].append(row)
        self.hours += (drive.looks[-1].stamp_s - drive.looks[0].stamp_s) / 3600

    def count(self, day: Day, row: Row) -> None:
        """Note the row in which it began to say that it is lost."""
        off_m, sigma_m = judge.error_m(row), row[1].position_sigma_m
        if off_m < judge.LOST_M and sigma_m <= LOST_SIGMA_M:
            self.alarms += 1
            print(f"false alarm: {day.name}: {off_m:.2f} m off, sigma {sigma_m:.2f} m")
        else:
            self.admitted += 1

    def consistency(self) -> Iterator[str]:
        """A line for each condition: NEES and its bounds, and each component's part."""
        for name, rows in sorted(self.rows.items()):
            low, high = nees_bounds(len(rows))
            parts = np.mean([judge.squared_sigmas(row) for row in rows], axis=0)
            worst_m = max(map(judge.error_m, rows))
            yield (
                f"{name}: NEES {mean_nees(rows):.2f} of 3 over {len(rows)} (95 % of honest"
                f" filters: {low:.2f} to {high:.2f}); x, y, yaw {parts[0]:.2f} {parts[1]:.2f}"
                f" {parts[2]:.2f} of 1; worst {worst_m:.2f} m"
            )

    @property
    def all_rows(self) -> list[Row]:
        """Of every condition."""
        return [row for rows in self.rows.values() for row in rows]


def mean_nees(rows: Sequence[Row]) -> float:
    """Average NEES (Bar-Shalom et al. 2001, eq. 5.4.2-9); 3 where a filter is honest."""
    return sum(map(judge.nees, rows)) / len(rows) if rows else math.nan


def nees_bounds(count: int) -> tuple[float, float]:
    """Between which 95 % of honest filters' averages over so many estimates lie."""
    low, high = chi2.ppf((0.025, 0.975), 3 * max(1, count)) / max(1, count)
    return float(low), float(high)
