"""Fog and rain in the lidar's beam: drops stop nobody, things do."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from navigation.safety.memory import rolled
from navigation.types import Command, GateOutput
from patrol.faults import FaultKind
from patrol.geometry import Scan
from tests.unit.navigation.safety.gate_hands import (
    FORWARD,
    NOW,
    PERIOD_S,
    SPEC,
    ahead,
    assert_stops,
    inputs,
    scan_of,
)

OBSTACLE = FaultKind.OBSTACLE_IN_STOP_ZONE
STAND = Command(0.0, 0.0)
Points = list[tuple[float, float]]


def wall(distance_m: float, y_m: float = 0.0, rays: int = 3) -> Points:
    """Points on neighbouring rays, so far before the bumper."""
    step = SPEC.lidar.field_of_view_rad / (SPEC.lidar.rays - 1)
    range_m = SPEC.front_m + distance_m - SPEC.lidar.x_m
    return [ahead(distance_m, y_m + range_m * math.tan(step * n)) for n in range(rays)]


class Air:
    """A gate that sees a scan every 0.1 s, with or without drops in it."""

    def __init__(self, gate: Any, drops: int = 12, seed: int = 1) -> None:
        self.gate, self.drops = gate.SafetyGate(SPEC), drops
        self.rng = np.random.default_rng(seed)
        self.now_s = NOW

    def scan(self, things: Points) -> Scan:
        angle = self.rng.uniform(-2.0, 2.0, self.drops)
        away = self.rng.uniform(0.4, 3.0, self.drops)
        lidar = SPEC.lidar
        drops = zip(
            lidar.x_m + away * np.cos(angle), lidar.y_m + away * np.sin(angle), strict=True
        )
        return scan_of(*drops, *things, stamp_s=self.now_s)

    def go(
        self, scans: int, *things: tuple[float, float], command: Command = FORWARD, **base: Any
    ) -> GateOutput:
        output = None
        for _ in range(scans):
            self.now_s += PERIOD_S
            given = inputs(command, scan=self.scan(list(things)), now_s=self.now_s, **base)
            output = self.gate.step(given, self.now_s)
        assert output is not None
        return output


def test_air_full_of_drops_stops_nobody(gate: Any) -> None:
    air = Air(gate)
    air.go(15, command=STAND, speed_mps=0.0)
    for _ in range(200):
        assert air.go(1).faults == frozenset()


def test_a_drop_in_clear_air_is_a_thing(gate: Any) -> None:
    air = Air(gate, drops=0)
    air.go(15)
    assert_stops(air.go(1, ahead(0.8)), OBSTACLE)


def test_a_thing_in_fog_stops_it_at_once(gate: Any) -> None:
    for rays in (3, 8):
        air = Air(gate)
        air.go(15)
        assert_stops(air.go(1, *wall(0.8, rays=rays)), OBSTACLE)


def test_a_thin_pole_in_fog_is_believed_two_scans_later(gate: Any) -> None:
    air = Air(gate)
    air.go(15)
    assert air.go(2, ahead(0.2), speed_mps=0.0).faults == frozenset()
    assert_stops(air.go(1, ahead(0.2), speed_mps=0.0), OBSTACLE)


def test_a_thin_pole_is_followed_while_the_vehicle_drives_towards_it(gate: Any) -> None:
    air = Air(gate)
    air.go(15)
    away_m, stopped = 3.0, False
    while away_m > 0.3 and not stopped:
        away_m -= 1.0 * PERIOD_S
        stopped = OBSTACLE in air.go(1, ahead(away_m), speed_mps=1.0).faults
    assert stopped
    assert away_m > 0.7, "0.3 s at 1 m/s and braking take 0.53 m"


def test_a_thin_pole_is_followed_in_a_bend(gate: Any) -> None:
    air, bend = Air(gate), Command(1.0, 0.4)
    air.go(15, command=STAND, speed_mps=0.0)
    air.go(5, command=bend, steering_rad=0.3)
    curvature = math.tan(0.3) / SPEC.wheelbase_m
    before = rolled(PERIOD_S, curvature)
    places = [ahead(0.3, 0.1)]
    for _ in range(2):
        places.insert(0, before.transform(*places[0]))
    for n, place in enumerate(places):
        output = air.go(1, place, command=bend, steering_rad=0.3)
        assert (OBSTACLE in output.faults) == (n == 2)


def test_fog_takes_more_room_for_the_same_speed(gate: Any) -> None:
    outputs = []
    for away_m in (1.6, 0.9):
        for drops in (0, 12):
            air = Air(gate, drops)
            air.go(15, *wall(away_m, rays=12), command=STAND, speed_mps=0.0)
            outputs.append(air.go(1, *wall(away_m, rays=12)))
    assert outputs[0].faults == outputs[1].faults == frozenset()
    assert outputs[1].speed_limit_mps < outputs[0].speed_limit_mps - 0.05
    assert outputs[2].faults == frozenset()
    assert outputs[3].faults == {OBSTACLE}, "0.2 m more are needed"


def test_when_the_air_clears_every_echo_counts_again(gate: Any) -> None:
    air = Air(gate)
    air.go(15)
    air.drops = 0
    air.go(20)
    assert_stops(air.go(1, ahead(0.8)), OBSTACLE)


def test_things_of_before_a_gap_confirm_nothing(gate: Any) -> None:
    for gap_s, kept in ((0.4, 1), (0.6, 0), (-0.1, 0)):
        watch = gate.Droplets(SPEC.lidar, SPEC.wheelbase_m)
        watch.is_foggy, watch._passing = True, 9.0
        pole = ahead(1.0)
        for stamp_s in (NOW, NOW + 0.1):
            watch.things(scan_of(pole, stamp_s=stamp_s), 0.0, 0.0)
        points = watch.things(scan_of(pole, stamp_s=NOW + 0.1 + gap_s), 0.0, 0.0)
        assert len(points) == kept


def test_what_was_seen_moves_as_the_vehicle_turns(gate: Any) -> None:
    watch = gate.Droplets(SPEC.lidar, SPEC.wheelbase_m)
    watch.is_foggy, watch._passing = True, 9.0
    steering, speed = 0.4, 1.0
    curvature = math.tan(steering) / SPEC.wheelbase_m
    x, y = ahead(2.0)
    for n in range(5):
        points = watch.things(scan_of((x, y), stamp_s=NOW + 0.1 * n), speed, steering)
        assert len(points) == (n >= 2)
        turn = 0.1 * speed * curvature
        dx, dy = x - 0.1 * speed * math.cos(turn / 2), y - 0.1 * speed * math.sin(turn / 2)
        x, y = (math.cos(turn) * dx + math.sin(turn) * dy,
                math.cos(turn) * dy - math.sin(turn) * dx)  # fmt: skip


def test_an_echo_further_on_is_another(gate: Any) -> None:
    for off_m, kept in ((0.05, 1), (0.11, 0)):
        watch = gate.Droplets(SPEC.lidar, SPEC.wheelbase_m)
        watch.is_foggy, watch._passing = True, 9.0
        for n in range(3):
            x_m = SPEC.lidar.x_m + 1.5 + (n % 2) * off_m
            points = watch.things(scan_of((x_m, 0.0), stamp_s=NOW + 0.1 * n), 0.0, 0.0)
        assert len(points) == kept, "0.08 m at 1.5 m"


def test_neighbouring_rays_of_another_depth_are_other_things(gate: Any) -> None:
    watch = gate.Droplets(SPEC.lidar, SPEC.wheelbase_m)
    watch.is_foggy, watch._passing = True, 9.0
    step = SPEC.lidar.field_of_view_rad / (SPEC.lidar.rays - 1)
    for apart_m, kept in ((0.1, 3), (0.2, 0)):
        ranges = scan_of().ranges_m.copy()
        middle = SPEC.lidar.rays // 2
        for n in (-1, 0, 1):
            ranges[middle + n] = 1.5 + (n == 1) * apart_m
        scan = Scan(NOW, -SPEC.lidar.field_of_view_rad / 2, step, ranges, 0.06, 25.0)
        assert len(watch.things(scan, 0.0, 0.0)) == kept
        watch._last_s = -math.inf


def test_no_drop_echoes_from_far_away(gate: Any) -> None:
    for range_m, kept in ((2.5, 0), (5.9, 0), (6.1, 1), (10.0, 1)):
        watch = gate.Droplets(SPEC.lidar, SPEC.wheelbase_m)
        watch.is_foggy, watch._passing = True, 9.0
        assert len(watch.things(scan_of((SPEC.lidar.x_m + range_m, 0.0)), 0.0, 0.0)) == kept


def test_a_few_thin_things_are_no_fog_nor_is_a_first_scan(gate: Any) -> None:
    watch = gate.Droplets(SPEC.lidar, SPEC.wheelbase_m)
    rng = np.random.default_rng(4)
    many = [
        (SPEC.lidar.x_m + r, float(y)) for r, y in zip((1.0, 1.5, 2.0), (0, 1, -1), strict=True)
    ]
    watch.things(scan_of(*many, stamp_s=NOW), 0.0, 0.0)
    watch.things(scan_of(*many, stamp_s=NOW + 0.1), 0.0, 0.0)
    assert watch._passing == 0.0
    for n in range(2, 60):
        one = (SPEC.lidar.x_m + float(rng.uniform(0.5, 3.0)), float(rng.uniform(-1, 1)))
        far = (SPEC.lidar.x_m + 5.0, float(rng.uniform(-2, 2)))
        watch.things(scan_of(one, far, (far[0], -far[1]), stamp_s=NOW + 0.1 * n), 0.0, 0.0)
        assert not watch.is_foggy
    assert watch.delay_s == 0.0


def test_fog_ends_later_than_it_begins(gate: Any) -> None:
    watch = gate.Droplets(SPEC.lidar, SPEC.wheelbase_m)
    rng = np.random.default_rng(5)

    stamps_s = (NOW + 0.1 * n for n in itertools.count())

    def is_foggy(count: int) -> bool:
        for stamp_s in itertools.islice(stamps_s, 30):
            x_m = SPEC.lidar.x_m + rng.uniform(0.5, 2.5, count)
            drops = zip(x_m, rng.uniform(-2, 2, count), strict=True)
            watch.things(scan_of(*drops, stamp_s=stamp_s), 0.0, 0.0)
        return bool(watch.is_foggy)

    assert not is_foggy(1)
    assert is_foggy(4)
    assert watch.delay_s == pytest.approx(0.2)
    assert is_foggy(1), "between the two bounds it stays as it is"
    assert not is_foggy(0)
