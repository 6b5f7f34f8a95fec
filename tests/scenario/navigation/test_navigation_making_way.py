"""Making way: two patrols that meet, a scooter, a walker; and nobody that only seems to come."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace

import numpy as np
import pytest

from navigation.types import Mode
from patrol.geometry import Pose2
from patrol.map import PatrolMap, WayClass, Zone, ZoneKind
from patrol.waiting import Waiting
from tests.scenario.navigation.street import BOX, OBSTACLE, STEP_S, Box, Street, finishes

EAST, WEST = Pose2(14.0, 0.0, 0.0), Pose2(66.0, 0.0, math.pi)


def hull(street: Street) -> list[Box]:
    """A vehicle's sides as small boxes without gaps, that stand out by 0.1 m."""
    pose, spec = street.vehicle.pose, street.spec
    along, half = np.linspace(-spec.rear_overhang_m, spec.front_m, 9), spec.width_m / 2
    sides = [(x, y) for x in along for y in (-half, half)]
    ends = [(x, y) for x in (along[0], along[-1]) for y in np.linspace(-half, half, 7)]
    points = [pose.transform(float(x), float(y)) for x, y in (*sides, *ends)]
    return [(x - 0.1, y - 0.1, x + 0.1, y + 0.1) for x, y in points]


class Meeting:
    """Two vehicles on one street, each of which sees the other one by its lidar alone."""

    def __init__(self, east: Street, west: Street) -> None:
        self.both = (east, west)
        self.walls = [list(street.boxes) for street in self.both]
        self.left_m = 0.0  # the most that one of them was left of its line

    def run(self, seconds: float) -> bool:
        """Until both have finished; False when the time is over first."""
        for _ in range(round(seconds / STEP_S)):
            for i, street in enumerate(self.both):
                street.boxes[:] = self.walls[i] + hull(self.both[1 - i])
                if not finishes(street):
                    street.step()
            east, west = (street.vehicle.pose.y_m for street in self.both)
            self.left_m = max(self.left_m, east, -west)
            if all(map(finishes, self.both)):
                return True
        return False


def of_width(kit: SimpleNamespace, width_m: float, **changes: object) -> PatrolMap:
    plain: PatrolMap = kit.street_map()
    edges = {i: dataclasses.replace(e, width_m=width_m) for i, e in plain.edges.items()}
    return dataclasses.replace(plain, edges=edges, **changes)


def meeting(kit: SimpleNamespace, width_m: float, seed: int = 1) -> Meeting:
    there = of_width(kit, width_m)
    east = Street(kit, patrol_map=there, seed=seed, start=EAST, nodes=(2, 3, 4))
    west = Street(kit, patrol_map=there, seed=seed + 100, start=WEST, nodes=(4, 3, 2))
    return Meeting(east, west)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("width_m", [6.0, 5.0, 4.0, 3.4])
def test_two_patrols_pass_each_other_on_their_right(
    kit: SimpleNamespace, width_m: float, seed: int
) -> None:
    met = meeting(kit, width_m, seed)
    assert met.run(100.0)
    assert met.left_m < 0.1
    for street in met.both:
        assert street.nearest_m > 0.7  # 0.1 m less than it is
        assert street.widest_m < width_m / 2
        assert street.fastest_aside_mps < 0.55
        assert abs(street.vehicle.pose.y_m) < 0.1  # back on its line


def test_where_two_do_not_fit_both_stand_and_touch_nothing(kit: SimpleNamespace) -> None:
    met = meeting(kit, 2.4)
    assert not met.run(45.0)
    for street in met.both:
        assert street.nearest_m > 0.2
        assert street.widest_m < 1.2
        assert street.state.mode is Mode.STOPPED


def passes(
    street: Street, y_m: float, speed_mps: float, wide_m: float, seconds: float = 100.0
) -> float:
    """Somebody comes straight on, whatever the vehicle does; how far to its right it went."""
    others, x_m, furthest_m = list(street.boxes), 50.0, 0.0
    for _ in range(round(seconds / STEP_S)):
        x_m -= speed_mps * STEP_S
        street.boxes[:] = [*others, (x_m, y_m - wide_m / 2, x_m + 0.6, y_m + wide_m / 2)]
        street.step()
        furthest_m = max(furthest_m, -street.vehicle.pose.y_m)
        if finishes(street):
            break
    return furthest_m


@pytest.mark.parametrize("seed", [1, 4])
@pytest.mark.parametrize("speed_mps", [0.8, 1.1, 1.4])
def test_who_walks_or_rides_straight_on_is_passed_at_a_metre(
    kit: SimpleNamespace, speed_mps: float, seed: int
) -> None:
    street = Street(kit, patrol_map=of_width(kit, 6.0), nodes=(2, 3, 4), seed=seed)
    passes(street, 0.0, speed_mps, 0.6)
    assert finishes(street)
    assert 0.8 < street.nearest_m < 1.2
    assert street.fastest_aside_mps < 0.55


def test_it_stands_at_the_side_while_somebody_squeezes_past(kit: SimpleNamespace) -> None:
    street = Street(kit, patrol_map=of_width(kit, 3.2), nodes=(2, 3, 4))
    stood = False
    x_m = 50.0
    for _ in range(round(90.0 / STEP_S)):
        x_m -= 1.2 * STEP_S
        street.boxes[:] = [(x_m, 0.0, x_m + 0.4, 0.5)]  # 0.5 m from the vehicle's side
        street.step()
        aside = street.vehicle.pose.y_m < -0.6
        stands = aside and abs(street.vehicle.speed_mps) < 0.02
        stood = stood or (stands and street.state.waiting_for == Waiting.MAKING_WAY)
        if finishes(street):
            break
    assert finishes(street)
    assert stood
    assert street.nearest_m > 0.3


def test_who_keeps_to_the_other_side_does_not_slow_it_down(kit: SimpleNamespace) -> None:
    street = Street(kit, nodes=(2, 3, 4))
    assert passes(street, 1.6, 1.4, 0.6) < 0.1


def test_a_thing_that_stands_is_waited_for_as_ever(kit: SimpleNamespace) -> None:
    street = Street(kit, BOX, nodes=(2, 3, 4))
    assert not street.run(20.0, lambda s: abs(s.vehicle.pose.y_m) > 0.2)
    assert OBSTACLE in street.state.faults


def test_it_makes_no_way_into_a_keep_out_zone(kit: SimpleNamespace) -> None:
    closed = ((12.0, -2.5), (70.0, -2.5), (70.0, -0.6), (12.0, -0.6))
    zone = Zone("works", ZoneKind.KEEP_OUT, closed)
    street = Street(kit, patrol_map=of_width(kit, 6.0, zones=(zone,)), nodes=(2, 3, 4))
    assert passes(street, 0.0, 1.4, 0.6, seconds=12.0) < 0.15


def test_it_makes_no_way_on_a_crosswalk(kit: SimpleNamespace) -> None:
    plain = of_width(kit, 6.0)
    edges = {
        i: dataclasses.replace(e, way_class=WayClass.CROSSWALK) for i, e in plain.edges.items()
    }
    there = dataclasses.replace(plain, edges=edges)
    street = Street(kit, patrol_map=there, nodes=(2, 3, 4))
    assert passes(street, 0.0, 1.4, 0.6, seconds=12.0) < 0.15


def test_what_stands_on_the_right_is_not_driven_into(kit: SimpleNamespace) -> None:
    car: Box = (20.0, -2.9, 38.0, -1.0)
    street = Street(kit, car, patrol_map=of_width(kit, 6.0), nodes=(2, 3, 4))
    passes(street, 0.0, 1.0, 0.6, seconds=25.0)
    pose = street.vehicle.pose
    assert pose.y_m - street.spec.width_m / 2 > -1.0 or pose.x_m > 38.0


def test_the_same_seed_makes_way_the_same(kit: SimpleNamespace) -> None:
    drives = []
    for _ in range(2):
        met = meeting(kit, 5.0, 7)
        met.run(20.0)
        drives.append([street.vehicle.pose for street in met.both])
    assert drives[0] == drives[1]
