"""Coverage as timed steps: every street of an area, within battery and time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from navigation.planning.fleet.battery import full_after_s, runs_dry
from navigation.planning.fleet.coverage import plan_fleet_coverage
from navigation.planning.fleet.plan import area_edges
from navigation.planning.fleet.types import FleetPlan, PlanVehicle
from navigation.planning.route_search import RouteOptions, RouteSearch
from patrol.errors import PlanError
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[5]
SILLIM = load_map(ROOT / "maps" / "sillim.geojson")
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
SEARCH = RouteSearch(SILLIM, RouteOptions(spec=GOALIE))
DOCK = SILLIM.docks[0]


def vehicles(count: int, battery_pct: float = 100.0) -> list[PlanVehicle]:
    return [
        PlanVehicle(f"v{i}", GOALIE, DOCK.node_id, DOCK.heading_rad, DOCK.id, battery_pct)
        for i in range(count)
    ]


def cover(team: Sequence[PlanVehicle], **options: object) -> FleetPlan:
    return plan_fleet_coverage(SILLIM, team, lambda _: SEARCH, seed=1, **options)  # type: ignore[arg-type]


def driven(found: FleetPlan) -> list[int]:
    return [e for v in found.vehicles for step in v.steps for e in step.edge_ids]


def assert_drivable(found: FleetPlan) -> None:
    for route in found.vehicles:
        clock_s = 0.0
        for before, after in pairwise(route.steps):
            assert after.node_ids[0] == before.node_ids[-1]
        for step in route.steps:
            assert step.leave_s == pytest.approx(clock_s)
            clock_s = step.end_s
            for edge_id, (a, b) in zip(step.edge_ids, pairwise(step.node_ids), strict=True):
                assert (SILLIM.edges[edge_id].start_id, SILLIM.edges[edge_id].end_id) == (a, b)
        assert clock_s <= found.horizon_s
        if route.steps:
            assert route.steps[0].node_ids[0] == DOCK.node_id
            assert route.steps[-1].node_ids[-1] == DOCK.node_id


def covered_ways(edge_ids: Sequence[int]) -> set[frozenset[int]]:
    return {frozenset((SILLIM.edges[i].start_id, SILLIM.edges[i].end_id)) for i in edge_ids}


@pytest.mark.parametrize("count", [1, 3])
def test_every_open_street_is_driven(count: int) -> None:
    found = cover(vehicles(count))
    assert_drivable(found)
    usable = [i for i in SILLIM.edges if i not in SEARCH.closed]
    assert covered_ways(driven(found)) == covered_ways(usable)
    assert not found.left_out
    assert all(v.reason for v in found.vehicles)


def test_both_sides_drives_every_direction() -> None:
    found = cover(vehicles(2), both_sides=True)
    assert_drivable(found)
    assert set(driven(found)) == {i for i in SILLIM.edges if i not in SEARCH.closed}


def test_an_area_is_covered_and_little_else() -> None:
    area = next(z.id for z in SILLIM.zones if z.kind.value == "school")
    wanted = [i for i in area_edges(SILLIM, area) if i not in SEARCH.closed]
    found = cover(vehicles(1), wanted_edge_ids=wanted)
    assert covered_ways(wanted) <= covered_ways(driven(found))
    assert found.figures["length_m"] < cover(vehicles(1)).figures["length_m"]


def test_a_closed_street_that_was_wanted_is_named() -> None:
    found = cover(vehicles(1), wanted_edge_ids=list(SILLIM.edges))
    (left,) = found.left_out
    assert "keep-out zone" in left.why


def test_a_low_battery_charges_first() -> None:
    team = vehicles(1, battery_pct=20.0)
    found = cover(team)
    assert_drivable(found)
    first = found.vehicles[0].steps[0]
    assert first.is_charge
    assert first.end_s > first.arrive_s
    assert not runs_dry(team[0], found.vehicles[0].steps)


def test_it_charges_for_its_first_sortie_as_driven_and_not_until_full() -> None:
    team = vehicles(1, battery_pct=16.0)
    school = area_edges(SILLIM, "school")[:4]  # where it turns round on the way
    (route,) = cover(team, wanted_edge_ids=school).vehicles
    first = route.steps[0]
    assert first.is_charge
    assert 0.0 < first.end_s - first.arrive_s < full_after_s(team[0], 16.0) / 10
    assert not runs_dry(team[0], route.steps)


def test_when_time_is_up_the_vehicle_is_home_and_the_rest_is_told() -> None:
    found = cover(vehicles(1), horizon_s=1500.0)
    assert_drivable(found)
    assert driven(found)
    (left,) = found.left_out
    assert "its route would end" in left.why
    minutes = float(left.remedy.split()[1])
    assert not cover(vehicles(1), horizon_s=1500.0 + 60 * minutes).left_out


def test_nobody_or_nothing_to_cover_is_refused() -> None:
    with pytest.raises(PlanError, match="at least one vehicle"):
        cover([])
    with pytest.raises(PlanError, match="none of the wanted streets"):
        cover(vehicles(1), wanted_edge_ids=list(SEARCH.closed))
    with pytest.raises(PlanError, match="no zone 'nowhere'; patrol areas: sillim"):
        area_edges(SILLIM, "nowhere")
