"""A made drive towards a wall with a live gate and a live localizer, and its tape."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from navigation.localization.localizer import Localizer
from navigation.replaying.tape import Heard, Said, Tape
from navigation.safety.gate import SafetyGate
from navigation.types import (
    BaseStatus,
    Command,
    GateInputs,
    GnssFix,
    GnssFixType,
    ImuSample,
    RangeSample,
    WheelOdometry,
)
from patrol.geodesy import wgs84_from_enu
from patrol.geometry import Pose2
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.topics import drop_topic, ultrasonic_topic
from tests.unit.navigation.localization.drives import ORIGIN
from tests.unit.navigation.safety.gate_hands import FULL as SPEC
from tests.unit.navigation.safety.gate_hands import scan_of

DT_S = 0.02
START_S = 5000.0
TOWN = PatrolMap(
    "town",
    "town",
    ORIGIN,
    {1: Node(1, 0.0, 0.0), 2: Node(2, 50.0, 0.0)},
    {3: Edge(3, 1, 2, 50.0, 2.2, 4.0, WayClass.STREET)},
)
FORWARD = Command(1.2, 0.0)


@dataclass
class Maker:
    """Drives straight on, 50 times a second; the gate's command moves the vehicle."""

    wall_x_m: float = 12.0
    pressed: Callable[[float], bool] = lambda _: False
    reset_at_s: float = math.inf
    x_m: float = 0.0
    speed_mps: float = 0.0
    heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._gate = SafetyGate(SPEC)
        self._localizer = Localizer(SPEC, ORIGIN, start=Pose2(0.0, 0.0, 0.0))
        self._scan = scan_of(stamp_s=START_S)
        self._faults: object = None
        self._seed_id = "as it was parked"
        self._ticks, self._now_s = 0, START_S

    def place(self, y_m: float) -> None:
        """Somebody says that it stands so far to the left of where it does."""
        self._localizer.place(Pose2(self.x_m, y_m, 0.0), TOWN, self._now_s)
        self._seed_id = "as somebody said"
        self._say("/localization/state", self._now_s, Said(frozenset(), seed_id=self._seed_id))

    def run(self, seconds: float) -> Tape:
        """The tape so far and so many seconds more."""
        for tick in range(self._ticks, self._ticks + round(seconds / DT_S)):
            self._now_s = START_S + tick * DT_S
            self._step(tick, self._now_s)
        self._ticks = tick + 1
        return Tape(Path("made.mcap"), tuple(self.heard))

    def _say(self, topic: str, stamp_s: float, value: object) -> None:
        self.heard.append(Heard(topic, stamp_s, value))

    def _step(self, tick: int, now_s: float) -> None:
        if tick % 5 == 0:
            ahead_m = self.wall_x_m - self.x_m
            points = [(ahead_m, 0.1 * i) for i in range(-8, 9)]
            self._scan = scan_of(*points, stamp_s=now_s)
            # a lidar's noise: no two scans are the same to the last digit
            self._scan = replace(self._scan, ranges_m=self._scan.ranges_m + 1e-6 * (tick % 7))
            self._say("/scan", now_s, self._scan)
        ranges = [RangeSample(now_s, ranger.name, math.inf) for ranger in SPEC.ultrasonics]
        jitter_m = 1e-5 * (tick % 7)
        downs = [
            RangeSample(now_s, drop.name, drop.level_range_m + jitter_m)
            for drop in SPEC.drop_rangers
        ]
        if tick % 5 == 0:
            for sample in ranges:
                self._say(ultrasonic_topic(sample.name), now_s, sample)
            for sample in downs:
                self._say(drop_topic(sample.name), now_s, sample)
        base = BaseStatus(now_s, self.speed_mps, 0.0, emergency_stop=self.pressed(now_s))
        self._say("/base/feedback", now_s, base)
        self._say("/cmd_vel", now_s, FORWARD)
        self._localize(tick, now_s)
        if now_s >= self.reset_at_s:
            self._gate.reset()
        output = self._gate.step(
            GateInputs(FORWARD, now_s, self._scan, base, (*ranges, *downs)), now_s
        )
        self._say("/cmd_vel_safe", now_s, output.command)
        if output.faults != self._faults or tick % 5 == 0:
            self._faults = output.faults
            self._say("/safety/state", now_s, Said(output.faults, output.latched))
        change = output.command.speed_mps - self.speed_mps
        self.speed_mps += max(-2.0 * DT_S, min(0.6 * DT_S, change))
        self.x_m += self.speed_mps * DT_S

    def _localize(self, tick: int, now_s: float) -> None:
        wheels = WheelOdometry(now_s, self.speed_mps, 0.0)
        self._localizer.add_odometry(wheels)
        self._say("/wheel/odometry", now_s, wheels)
        self._localizer.add_imu(ImuSample(now_s, 0.0))
        self._say("/imu/data", now_s, ImuSample(now_s, 0.0))
        if tick % 10 == 0:
            place = wgs84_from_enu(self.x_m + SPEC.gnss_x_m, 0.0, 0.0, ORIGIN)
            fix = GnssFix(now_s, place, 0.02, GnssFixType.RTK_FIXED)
            self._localizer.add_gnss(fix)
            self._say("/gnss/fix", now_s, fix)
        estimate = self._localizer.estimate(now_s)
        if estimate.stamped is not None and tick % 2 == 0:
            self._say("/localization/odometry", now_s, estimate.stamped)
        if tick % 25 == 0:
            said = Said(estimate.faults, seed_id=self._seed_id)
            self._say("/localization/state", now_s, said)
