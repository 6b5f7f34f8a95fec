"""At the fence: the vehicle stands there, says why without a break, and goes on by itself."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

from navigation.safety.fence import Fence
from navigation.types import Mode
from patrol.faults import FAULTS, FaultKind
from patrol.map import Zone, ZoneKind
from tests.scenario.navigation.street import STEP_S, Street, finishes

CLOSED = FaultKind.KEEP_OUT_ZONE
ACROSS = Zone("z", ZoneKind.KEEP_OUT, ((30.0, -10.0), (34.0, -10.0), (34.0, 10.0), (30.0, 10.0)))


def test_a_zone_that_closes_before_it_is_waited_for(kit: SimpleNamespace) -> None:
    street = Street(kit)
    street.run(3.0)
    closed = dataclasses.replace(street.map, zones=(ACROSS,))
    street.gate.fence = Fence(street.spec, closed)
    assert street.run(30.0, lambda s: CLOSED in s.state.faults)
    street.run(20.0)  # it comes up to the margin by centimetres
    for _ in range(round(40.0 / STEP_S)):
        street.step()
        assert CLOSED in street.state.faults
        assert street.state.mode is Mode.STOPPED
        assert street.state.waiting_for == FAULTS[CLOSED].text_en
        assert abs(street.vehicle.speed_mps) < 0.01
    assert FaultKind.NO_PROGRESS not in street.state.faults
    assert street.vehicle.pose.x_m + street.spec.front_m < 30.0
    street.gate.fence = Fence(street.spec, street.map)
    assert street.run(60.0, finishes)
