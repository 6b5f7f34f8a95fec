"""Going round what stands in the way."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from navigation.detours import BLOCKED_AFTER_S, WAIT_S
from navigation.following.aside import WALKING_MPS
from navigation.types import Mode
from patrol.faults import FaultKind
from tests.scenario.navigation.street import (
    BARRIER,
    BLOCKED,
    BOX,
    STEP_S,
    Street,
    finishes,
    is_aside,
    stands_before_it,
)


@pytest.mark.parametrize("seed", [1, 2])
def test_it_waits_goes_round_at_walking_pace_and_comes_back(
    kit: SimpleNamespace, seed: int
) -> None:
    street = Street(kit, BOX, seed=seed)
    assert street.run(30.0, stands_before_it)
    assert not street.run(WAIT_S - 1.0, lambda s: s.vehicle.speed_mps < -0.05)
    assert street.run(30.0, is_aside)
    assert street.run(90.0, finishes)
    assert street.nearest_m > 0.2
    assert street.widest_m < 2.5
    assert street.fastest_aside_mps < WALKING_MPS + 0.05
    assert BLOCKED not in street.state.faults
    assert abs(street.vehicle.pose.y_m) < 0.1


def test_a_thing_across_the_whole_way_is_a_blocked_path_until_it_is_gone(
    kit: SimpleNamespace,
) -> None:
    street = Street(kit, BARRIER)
    assert street.run(30.0, stands_before_it)
    assert not street.run(BLOCKED_AFTER_S - 2.0, lambda s: BLOCKED in s.state.faults)
    assert street.run(5.0, lambda s: BLOCKED in s.state.faults)
    assert street.state.mode is Mode.STOPPED
    assert street.state.waiting_for == "The way is blocked: a new route is needed"
    assert not street.run(20.0, is_aside)
    street.boxes.clear()
    assert street.run(5.0, lambda s: BLOCKED not in s.state.faults)
    assert street.run(60.0, finishes)


def test_it_does_not_set_out_while_somebody_moves_nearby(kit: SimpleNamespace) -> None:
    street = Street(kit, BOX, (24.0, -2.4, 24.4, -2.0))
    assert street.run(30.0, stands_before_it)
    for tick in range(40):  # somebody walks to and fro beside it
        x_m = 23.0 + abs(tick % 8 - 4)
        street.boxes[1] = (x_m, -2.4, x_m + 0.4, -2.0)
        assert not street.run(1.5, lambda s: abs(s.vehicle.speed_mps) > 0.05)
    assert BLOCKED in street.state.faults


def test_somebody_on_the_way_round_makes_it_stand_until_he_is_gone(kit: SimpleNamespace) -> None:
    street = Street(kit, BOX)
    assert street.run(120.0, is_aside)
    street.boxes.append((28.0, -1.6, 28.4, -1.2))
    assert street.run(10.0, lambda s: abs(s.vehicle.speed_mps) < 0.01)
    assert street.state.mode is Mode.STOPPED
    assert not street.run(10.0, lambda s: abs(s.vehicle.speed_mps) > 0.02)
    assert street.nearest_m > 0.2
    street.boxes.pop()
    assert street.run(90.0, finishes)


def test_an_update_of_the_order_on_the_way_round_changes_nothing(kit: SimpleNamespace) -> None:
    street = Street(kit, BOX)
    assert street.run(120.0, is_aside)
    update = kit.make_order(street.map, [3, 4], update_id=1, first_sequence_id=2)
    street.stack.accept_order(update, street.now_s)
    assert street.run(150.0, finishes)
    assert street.nearest_m > 0.2
    assert street.vehicle.pose.x_m == pytest.approx(70.0, abs=0.2)


def test_it_stays_where_other_faults_hold_it(kit: SimpleNamespace) -> None:
    street = Street(kit, BOX)
    assert street.run(30.0, stands_before_it)

    def stands_on(seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            street.external |= {FaultKind.CAMERA_STALE}
            street.step()

    stands_on(WAIT_S + 10.0)
    assert abs(street.vehicle.speed_mps) < 0.01
    assert not is_aside(street)
    assert street.run(60.0, is_aside)


def test_the_same_seed_drives_the_same(kit: SimpleNamespace) -> None:
    ways = []
    for _ in range(2):
        street = Street(kit, BOX, seed=1)
        street.run(45.0)
        ways.append(street.vehicle.pose)
    assert ways[0] == ways[1]
