"""Plans under way on sillim, and what every replanned one must keep to."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from navigation.planning.fleet.plan import PlanRequest
from navigation.planning.fleet.replanning import RunningPlan
from navigation.planning.fleet.types import PlanMode, PlanVehicle
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[5]
SILLIM = load_map(ROOT / "maps" / "sillim.geojson")
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
DOCK = SILLIM.docks[0]
MODES = list(PlanMode)
ROUNDS = [PlanMode.PERSISTENT, PlanMode.UNPREDICTABLE]
NOW_S = 250.0
PLACES = tuple(f"cp-{n:02d}" for n in (1, 4, 8, 10))


def vehicle(
    vehicle_id: str, node_id: int = DOCK.node_id, battery_pct: float = 100.0
) -> PlanVehicle:
    heading_rad = DOCK.heading_rad if node_id == DOCK.node_id else None
    return PlanVehicle(vehicle_id, GOALIE, node_id, heading_rad, DOCK.id, battery_pct)


@cache
def running(mode: PlanMode, count: int = 3, horizon_s: float = 5400.0) -> RunningPlan:
    """A plan of v1, v2, …; rounds go over a few of the checkpoints."""
    team = tuple(vehicle(f"v{number + 1}") for number in range(count))
    places = PLACES if mode in ROUNDS else ()
    request = PlanRequest(SILLIM, team, mode, places, horizon_s=horizon_s, seed=1)
    return RunningPlan.begun(request)


def assert_drivable(found: RunningPlan) -> None:
    """Steps join in place and time, along edges that are open, and start where vehicles stand."""
    for route in found.plan.vehicles:
        stands = next(v for v in found.request.vehicles if v.id == route.vehicle_id)
        if route.steps:
            assert route.steps[0].node_ids[0] == stands.node_id
            assert route.steps[0].leave_s == pytest.approx(stands.available_at_s)
        for before, after in pairwise(route.steps):
            assert after.node_ids[0] == before.node_ids[-1]
            assert after.leave_s == pytest.approx(before.end_s)
        for step in route.steps:
            assert step.leave_s - 1e-6 <= step.arrive_s <= step.begin_s + 1e-6
            assert step.begin_s <= step.end_s
            assert not found.request.closed_edge_ids.intersection(step.edge_ids)
            for edge_id, ends in zip(step.edge_ids, pairwise(step.node_ids), strict=True):
                assert (SILLIM.edges[edge_id].start_id, SILLIM.edges[edge_id].end_id) == ends


def driven(found: RunningPlan) -> set[frozenset[int]]:
    """The streets, each way, that the plan's vehicles drive."""
    return {
        frozenset((SILLIM.edges[e].start_id, SILLIM.edges[e].end_id))
        for route in found.plan.vehicles for step in route.steps for e in step.edge_ids
    }  # fmt: skip
