"""Where a vehicle of a started plan is free next: at the node ahead, or behind a closed way."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import pytest

from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.progress import Progress
from fleet_server.dispatch.route import PlannedVisit, Route, Stop
from fleet_server.dispatch.whereabouts import Seen, standing_of
from navigation.planning.fleet.types import PlanVehicle, Step, VehiclePlan
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
NODES = (0, 1, 2, 3)  # of the square, 10 m apart, eastwards
NOW_S = 100.0
EAST = 0.0


def standing_at(kit: Any, x_m: float, reached: int, closed: bool, back_index: int = 0) -> Any:
    """Of a vehicle at (x, 0) that has passed a node on its way to a visit at the last one."""
    place = kit.square_map()
    edges = [place.edge_between[a, b].id for a, b in itertools.pairwise(NODES)]
    length_m = 10.0 * len(edges)
    step = Step(NODES, tuple(edges), 0.0, 30.0, 30.0, 35.0, length_m, "cp-a", "A")
    plan = VehiclePlan("v", (step,), "")
    route = Route(
        "square", list(NODES), edges, [Stop(len(edges), 0, "cp-a", "a", 5.0)],
        [PlannedVisit("cp-a", "A", NODES[-1])], None, length_m,
        back_index=back_index,
    )  # fmt: skip
    progress = Progress("order", reached=reached)
    assignment = Assignment("i", "p", "Night", "v", "minji", 0.0, route, progress, "running")
    seen = Seen((x_m, 0.0, EAST), NODES[reached + 1], 80.0)
    vehicle = PlanVehicle("v", SPEC, NODES[0])
    shut = [edges[reached]] if closed else []
    return standing_of(place, vehicle, plan, assignment, seen, NOW_S, shut)


def test_called_away_it_is_where_it_was_seen_with_its_visits_still_to_do(kit: Any) -> None:
    at = standing_at(kit, 14.0, 1, closed=False, back_index=2)
    assert (at.node_id, at.step, at.is_on_plan) == (2, 0, False)


def test_on_an_open_way_it_is_free_at_the_node_ahead(kit: Any) -> None:
    at = standing_at(kit, 14.0, 1, closed=False)
    assert (at.node_id, at.edges) == (2, 2)
    assert at.heading_rad == pytest.approx(EAST)
    assert at.free_at_s == pytest.approx(NOW_S + 6.0 / SPEC.speed_cap_mps)


def test_from_a_closed_way_it_is_free_at_the_node_behind_facing_back(kit: Any) -> None:
    at = standing_at(kit, 14.0, 1, closed=True)
    assert (at.node_id, at.edges) == (1, 1)
    assert abs(at.heading_rad) == pytest.approx(math.pi)
    assert at.free_at_s == pytest.approx(NOW_S + 4.0 / SPEC.speed_cap_mps)


@pytest.mark.parametrize("closed", [True, False])
def test_on_a_node_it_is_free_there_and_now_as_it_came(kit: Any, closed: bool) -> None:
    at = standing_at(kit, 10.5, 1, closed=closed)
    assert (at.node_id, at.edges, at.free_at_s) == (1, 1, NOW_S)
    assert at.heading_rad == pytest.approx(EAST)
