"""Localization on drives of the simulated vehicle, with its sensors' noise, slip and houses.

Drives are recorded once with all of the vehicle's software and replayed with what may go wrong:
without fixes, with fixes that jump or creep off, with wheels that spin or stand still. The same
drives by wheels and gyro alone are the named alternative. For false alarms and the covariance's
honesty they are replayed for `--hours`, each time with other errors of sensors and map.
"""

from __future__ import annotations

import itertools
import math
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.localizing import judge
from benchmarks.localizing.changes import (
    Change,
    Event,
    Wrong,
    fixes_off,
    no_fixes,
    no_scans,
    wheels_fade,
    wheels_read,
)
from benchmarks.localizing.days import Days, mean_nees, nees_bounds
from benchmarks.localizing.judge import Row
from benchmarks.localizing.record import Drive, record, replay
from benchmarks.localizing.told import walls_could_tell
from benchmarks.shared.targets import Target, finish, parser
from navigation.localization.outlines import Outlines

ROOT = Path(__file__).parents[1]
SILLIM = ROOT / "config" / "scenarios" / "first_patrol.yaml"
CHECKPOINTS = [f"cp-{number:02d}" for number in range(1, 13)]
DRIVE_S = 600.0
SETTLED_S = 20.0  # from the start on: the filter has seen its first metres
OUTAGE_S, EVERY_S = 60.0, 75.0
JUMP_M, JUMP_S = 20.0, 10.0
CARRIED_S = 20.0
WATCHED_S = 120.0  # a loss that is not admitted by then never is
FADE_S = 30.0  # 0.05 m/s² of 1.4 m/s: less than an accelerometer tells
RAIN_MMPH = 8.0


def drives(minutes: float, seed: int) -> Iterator[Drive]:
    """In the open and among houses by turns, on other ways each time; each third in rain."""
    for number in range(max(2, math.ceil(minutes * 60 / DRIVE_S))):
        shadow = number % 2 == 1
        began_s = time.process_time()
        first = 3 * (number // 2) % len(CHECKPOINTS)
        chosen = [CHECKPOINTS[(first + n) % len(CHECKPOINTS)] for n in range(6)]
        name = f"{'houses' if shadow else 'open'}, seed {seed + number}"
        rain_mmph = RAIN_MMPH if number % 3 == 2 else 0.0
        drive = record(name, SILLIM, chosen, DRIVE_S, seed + number, shadow, rain_mmph)
        way_m = judge.driven_m(drive.looks)
        print(f"{name}: {way_m:.0f} m, {time.process_time() - began_s:.0f} s of CPU time to drive")
        yield drive


class Bench:
    """Figures over all drives."""

    def __init__(self) -> None:
        self.rtk_m: list[float] = []
        self.heading_rad: list[float] = []
        self.alone_m: list[float] = []
        self.outage_excess_m: list[float] = []  # error less 1 % of the way, without lidar
        self.outage_lidar_m: list[float] = []
        self.moved_m: list[float] = []
        self.delays_s: dict[str, list[float]] = {}
        self.held: dict[str, int] = {}
        self.untold: dict[str, int] = {}  # later than 1 s, and no wall in range held that way

    def run(self, drive: Drive) -> None:
        """All that is asked of one drive."""
        outlines = Outlines(building.polygon_map for building in drive.town.buildings)
        first_s, last_s = drive.looks[0].stamp_s, drive.looks[-1].stamp_s
        clear = self._rows(drive, outlines, drive.events)
        if drive.name.startswith("open"):
            self._open(drive, outlines, clear)
        starts = [
            first_s + SETTLED_S + n * EVERY_S for n in range(int((last_s - first_s) // EVERY_S))
        ]
        starts = [begin_s for begin_s in starts if begin_s + OUTAGE_S < last_s]
        blind = Wrong(-math.inf, math.inf).apply(drive.events, no_scans)
        for begin_s in starts:
            self._outage(drive, outlines, blind, Wrong(begin_s, begin_s + OUTAGE_S))
        for number, begin_s in enumerate(starts):
            self._losses(drive, outlines, begin_s, number)

    @staticmethod
    def _rows(drive: Drive, outlines: Outlines | None, events: Sequence[Event]) -> list[Row]:
        return list(replay(drive, drive.localizer(outlines), list(events)))

    def _open(self, drive: Drive, outlines: Outlines, clear: Sequence[Row]) -> None:
        first_s = drive.looks[0].stamp_s
        fixes_alone = self._rows(drive, None, drive.events)
        settled = [row for row in fixes_alone if row[0].stamp_s - first_s > SETTLED_S]
        self.rtk_m += [judge.error_m(row) for row in settled]
        self.heading_rad += [judge.heading_error_rad(row) for row in settled]
        nothing = Wrong(-math.inf, math.inf).apply(drive.events, no_fixes)
        alone = self._rows(drive, None, nothing)
        self.alone_m += [
            judge.error_m(row) for row in alone if row[0].stamp_s - first_s > SETTLED_S
        ]
        for number in range(8):
            begin_s = first_s + SETTLED_S + 65 * number
            angle = number * math.pi / 4
            off = (JUMP_M * math.cos(angle), JUMP_M * math.sin(angle))
            wrong = Wrong(begin_s, begin_s + JUMP_S)
            change = fixes_off(drive.town.origin, begin_s, off, 0.0)
            jumped = self._rows(drive, outlines, wrong.apply(drive.events, change))
            self.moved_m.append(max(map(_apart_m, clear, jumped)))

    def _outage(
        self, drive: Drive, outlines: Outlines, blind: Sequence[Event], wrong: Wrong
    ) -> None:
        for walls, events in ((None, blind), (outlines, drive.events)):
            rows = self._rows(drive, walls, wrong.apply(events, no_fixes))
            inside = [row for row in rows if wrong.begin_s <= row[0].stamp_s < wrong.end_s]
            worst_m = max(map(judge.error_m, inside))
            if walls is None:
                way_m = judge.driven_m([look for look, _ in inside])
                self.outage_excess_m.append(worst_m - 0.01 * way_m)
            else:
                self.outage_lidar_m.append(worst_m)

    def _losses(self, drive: Drive, outlines: Outlines, begin_s: float, number: int) -> None:
        span, ever = Wrong(begin_s, begin_s + CARRIED_S), Wrong(begin_s, math.inf)
        angle = 2.4 * number
        far = (30 * math.cos(angle), 30 * math.sin(angle))
        creeping = fixes_off(drive.town.origin, begin_s, far, 60.0)
        cases: dict[str, tuple[Wrong, Change]] = {
            "carried, wheels still": (span, wheels_read(0.0)),
            "wheels spin": (span, wheels_read(2.5)),
            "fixes creep off at 0.5 m/s": (ever, creeping),
        }
        for name, (wrong, change) in cases.items():
            self._lose(drive, name, outlines, wrong.apply(drive.events, change), begin_s)
        unseen = ever.apply(drive.events, no_scans)
        self._lose(drive, "fixes creep off, no lidar", None, ever.apply(unseen, creeping), begin_s)
        lidar_alone = ever.apply(drive.events, no_fixes)
        without = dict(list(cases.items())[:2])
        for factor in (0.0, 2.5):
            fade = wheels_fade(factor, begin_s, FADE_S)
            without[f"wheels fade to {factor:g} times in {FADE_S:g} s"] = (ever, fade)
        for name, (wrong, change) in without.items():
            events = wrong.apply(lidar_alone, change)
            self._lose(drive, f"{name}, no fixes", outlines, events, begin_s)

    def _lose(
        self, drive: Drive, name: str, walls: Outlines | None, events: list[Event], begin_s: float
    ) -> None:
        events = [event for event in events if event.stamp_s < begin_s + WATCHED_S]
        rows = self._rows(drive, walls, events)
        loss = judge.loss_of(rows, begin_s)
        for counts in (self.held, self.untold):
            counts.setdefault(name, 0)
        delays = self.delays_s.setdefault(name, [])
        if loss is None:
            self.held[name] += 1
            return
        delays.append(loss.delay_s)
        if loss.delay_s > 1.0 and walls is not None:
            told = walls_could_tell(drive, walls, rows, events, loss.lost_s)
            self.untold[name] += not told

    def targets(self, days: Days) -> list[Target]:
        """What was asked; prints what is not."""
        alone_m, rtk_m = judge.rms(self.alone_m), judge.rms(self.rtk_m)
        print(f"wheels and gyro alone: {alone_m:.2f} m RMS, {alone_m / rtk_m:.0f} times ours")
        for name, delays in self.delays_s.items():
            late = sum(delay > 1.0 for delay in delays)
            worst = max(delays, default=-math.inf)
            print(
                f"{name}: {self.held[name]} held, {len(delays)} lost beyond 1 m,"
                f" {late} admitted more than 1 s later (worst {worst:.1f} s), of which"
                f" {self.untold[name]} with no wall that could tell"
            )
        lost = list(itertools.chain.from_iterable(self.delays_s.values()))
        tellable = len(lost) - sum(self.untold.values())
        in_time = sum(delay <= 1.0 for delay in lost) / max(1, tellable)
        for line in days.consistency():
            print(line)
        print(f"lost by its own covariance, or truly: {days.admitted} in {days.hours:.1f} h")
        nees, (low, high) = mean_nees(days.all_rows), nees_bounds(len(days.all_rows))
        hours_10 = 10 * days.alarms / days.hours
        honest = judge.share_within([judge.nees(row) for row in days.all_rows], 0.95)
        heading_deg = math.degrees(judge.rms(self.heading_rad))
        outage = "60 s without fixes"
        return [
            Target("RTK position RMS, m", rtk_m, 0.05, True),
            Target("RTK heading RMS, degrees", heading_deg, 1.0, True),
            Target(f"{outage} and lidar: worst error less 1 % of the way, m",
                   max(self.outage_excess_m), 0.5, True),
            Target(f"{outage}, with lidar: worst error, m", max(self.outage_lidar_m), 0.3, True),
            Target(f"a jump of {JUMP_M:g} m moves it by, m", max(self.moved_m), 0.3, True),
            Target(f"share of {tellable} losses that could be told, admitted within 1 s of 1 m",
                   in_time, 1.0),
            Target(f"false alarms in {days.hours:.1f} h, for 10 h", hours_10, 1.0, True),
            Target("NEES, mean of 3 degrees, not too sure", nees, high, True),
            Target("NEES, mean of 3 degrees, not too modest", nees, low),
            Target("share of NEES within an honest filter's 95 %", honest, 0.95),
        ]  # fmt: skip


def _apart_m(one: Row, other: Row) -> float:
    a, b = one[1].stamped, other[1].stamped
    if a is None or b is None:
        return math.inf
    return math.hypot(a.pose.x_m - b.pose.x_m, a.pose.y_m - b.pose.y_m)


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--minutes", type=float, default=40.0, help="of driving, in all")
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--hours", type=float, default=10.0, help="of days drawn anew")
    given = arguments.parse_args()
    bench, days, driven = Bench(), Days(), list(drives(given.minutes, given.seed))
    for drive in driven:
        bench.run(drive)
    days.run(driven, given.hours)
    return finish(bench.targets(days), given.json)


if __name__ == "__main__":
    sys.exit(main())
