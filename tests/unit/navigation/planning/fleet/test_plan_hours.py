"""Zones with hours in plans: what the plan's time decides, and what it says of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.fleet.driving import WAITS
from navigation.planning.fleet.plan import PlanRequest, plan_fleet, searches_of
from navigation.planning.fleet.plan_hours import AT_ALL_HOURS, PlanHours
from navigation.planning.fleet.types import FleetPlan, PlanMode, PlanVehicle, Step
from navigation.planning.patrol_tour import TourOrder
from navigation.planning.route_search import TURN_ROUND_S, Start
from patrol.map import Checkpoint, Dock, PatrolMap, Zone, ZoneKind
from patrol.map_geojson import load_map
from patrol.map_shapes import edges_within
from patrol.vehicle import load_vehicle
from tests.unit.navigation.planning.test_route_reason import box, make

ROOT = Path(__file__).resolve().parents[5]
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
SEOUL = ZoneInfo("Asia/Seoul")
DAY = datetime(2026, 5, 5, 12, 0, tzinfo=SEOUL)
# a way of 50 m pieces with a loop at either end, so that nobody has to turn round
PLACES = {
    1: (50.0, 0.0), 2: (100.0, 0.0), 3: (150.0, 0.0), 4: (200.0, 0.0), 5: (250.0, 0.0),
    6: (300.0, 0.0), 7: (300.0, 80.0), 8: (250.0, 80.0), 9: (50.0, 80.0), 10: (100.0, 80.0),
}  # fmt: skip
WAYS = [(1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 8), (8, 5), (1, 9), (9, 10), (10, 2)]
DETOUR = [(10, 11), (11, 8)]
LANE = 203, 302  # the edges between the loops that zone Z lies over


def town(*zones: Zone, detour: bool = False) -> PatrolMap:
    """Checkpoint near in the western loop with the dock, far in the eastern one."""
    places = {**PLACES, 11: (175.0, 400.0)} if detour else PLACES
    return replace(
        make(WAYS + (DETOUR if detour else []), places),
        zones=zones,
        docks=(Dock("dock", "", 9, -math.pi / 2),),
        checkpoints=(
            Checkpoint("near", "", 10, 300.0), Checkpoint("far", "", 7, 20.0),
        ),
    )  # fmt: skip


def zone(windows: str = "", expires: str = "") -> Zone:
    return replace(box("Z", 110, 140, windows), expires=expires)


def request(
    patrol_map: PatrolMap, when: datetime | None, hours: float = 2.0, **changes: object
) -> PlanRequest:
    team = (PlanVehicle("v", GOALIE, 9, -math.pi / 2, "dock"),)
    asked = PlanRequest(
        patrol_map, team, order=TourOrder.BEST, horizon_s=3600.0 * hours, when=when
    )
    return replace(asked, **changes)  # type: ignore[arg-type]


def plan(patrol_map: PatrolMap, when: datetime | None, hours: float = 2.0,
         **changes: object) -> FleetPlan:  # fmt: skip
    return plan_fleet(request(patrol_map, when, hours, **changes))


def at(clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return DAY.replace(hour=hour, minute=minute)


def visited(found: FleetPlan) -> set[str]:
    return {task_id for plan in found.vehicles for task_id in plan.task_ids}


# ------------------------------------------------------------------------------- no change


@pytest.mark.parametrize(
    ("shut", "when"),
    [
        (zone("22:00-07:00"), at("08:00")),
        (zone("22:00-07:00"), at("20:00")),  # the plan ends when it closes
        (zone(expires="2026-05-05T11:59:00+09:00"), DAY),
        (zone("2026 Dec 01-2026 Dec 20"), DAY),
        (zone("Sa-Su"), DAY),  # a Tuesday
    ],
)
def test_a_zone_that_is_open_all_the_time_closes_nothing(shut: Zone, when: datetime) -> None:
    found = plan(town(shut), when)
    assert visited(found) == {"near", "far"}
    assert not any("zone Z" in note for note in found.notes)
    assert found.vehicles == plan(town(), when).vehicles


@pytest.mark.parametrize("mode", [PlanMode.PERSISTENT, PlanMode.UNPREDICTABLE, PlanMode.COVERAGE])
def test_every_mode_uses_a_zone_that_is_open_all_the_time(mode: PlanMode) -> None:
    found = plan(town(zone("22:00-07:00")), at("08:00"), mode=mode)
    assert any(LANE[0] in step.edge_ids for p in found.vehicles for step in p.steps)
    assert not found.left_out


@pytest.mark.parametrize(
    ("shut", "when", "until", "remedy"),
    [
        (zone("22:00-07:00"), at("01:00"), "closed until 07:00", "start after 07:00"),
        (zone(), DAY, "closed for good", "open it"),
        (zone(expires="2026-05-06T18:00:00+09:00"), DAY, "closed until 2026-05-06 18:00",
         "start after 2026-05-06 18:00"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", [PlanMode.TOUR, PlanMode.PERSISTENT])
def test_a_zone_that_is_closed_all_the_time_is_named_with_its_hours(
    shut: Zone, when: datetime, until: str, remedy: str, mode: PlanMode
) -> None:
    found = plan(town(shut), when, mode=mode)
    (left,) = found.left_out
    assert left.what == "checkpoint far"
    assert f"the only way passes zone Z, {until}" in left.why
    assert left.remedy == remedy
    assert visited(found) == {"near"}


def test_without_a_start_hours_count_as_closed_and_the_plan_says_so() -> None:
    found = plan(town(zone("22:00-07:00")), None)
    assert visited(found) == {"near"}
    (note,) = [note for note in found.notes if "zone Z" in note]
    assert note == (
        "zone Z has hours (22:00-07:00): counted as closed at all hours, because the plan says "
        "not when it starts"
    )
    assert not any("zone Z" in note for note in plan(town(zone()), None).notes)


def test_a_speed_limit_counts_only_while_it_can_hold() -> None:
    school = Zone("S", ZoneKind.SCHOOL, zone().polygon_map, speed_limit_mps=0.2,
                  windows="08:00-09:00")  # fmt: skip
    slow, before, free = (
        plan(town(school), when).figures["longest_s"] for when in (at("07:00"), None, at("10:00"))
    )
    assert slow == before > free
    assert free == plan(town(), at("10:00")).figures["longest_s"]


# ------------------------------------------------------------------------------- tours that wait


def closed_times_s(found: FleetPlan, patrol_map: PatrolMap, when: datetime
                   ) -> Iterator[tuple[float, Step]]:  # fmt: skip
    """Moments at which a vehicle is in zone Z while it is closed, by the second; none is right."""
    (shut,) = patrol_map.zones
    edges = set(edges_within(patrol_map, [shut])[0])
    polygon = shapely.Polygon(shut.polygon_map)
    search = searches_of(request(replace(patrol_map, zones=()), None))
    for route in found.vehicles:
        start = Start(9, -math.pi / 2)
        for step in route.steps:
            clock_s = step.leave_s
            for edge_id in step.edge_ids:
                lasts_s = (
                    search(PlanVehicle("v", GOALIE, 9)).as_route(start, (edge_id,)).duration_s
                )
                drive_s = lasts_s - (TURN_ROUND_S if lasts_s > 100 else 0.0)
                edge = patrol_map.edges[edge_id]
                for second in range(math.floor(drive_s)):
                    at_s = clock_s + lasts_s - drive_s + second
                    if edge_id in edges and is_shut(shut, when, at_s):
                        yield at_s, step
                clock_s += lasts_s
                start = Start(edge.end_id, None)
            node = patrol_map.nodes[step.node_ids[-1]]
            if not step.is_charge and polygon.covers(shapely.Point(node.x_m, node.y_m)):
                for second in range(math.floor(step.end_s - step.arrive_s)):
                    if is_shut(shut, when, step.arrive_s + second):
                        yield step.arrive_s + second, step


def is_shut(shut: Zone, when: datetime, at_s: float) -> bool:
    return shut.active_at(when + timedelta(seconds=at_s), "Asia/Seoul")


def test_a_tour_does_what_it_can_and_then_waits_until_the_zone_opens() -> None:
    patrol_map = town(zone("22:00-07:00"))
    found = plan(patrol_map, at("06:50"))
    assert found.vehicles[0].task_ids == ("near", "far")
    (wait,) = [step for step in found.vehicles[0].steps if step.name == WAITS]
    assert wait.end_s == pytest.approx(600.0)
    assert not list(closed_times_s(found, patrol_map, at("06:50")))
    assert "zone Z, closed until 07:00: passed only while it is open" in found.notes
    assert found.figures["longest_bound_s"] <= found.figures["longest_s"]


def test_a_tour_passes_before_the_zone_closes() -> None:
    patrol_map = town(zone("22:00-07:00"))
    found = plan(patrol_map, at("21:45"))
    assert found.vehicles[0].task_ids == ("far", "near")
    assert not list(closed_times_s(found, patrol_map, at("21:45")))
    assert (
        "zone Z, closed from 22:00 until 2026-05-06 07:00: passed only while it is open"
        in found.notes
    )


def test_a_vehicle_does_not_go_where_it_could_not_get_back_from() -> None:
    found = plan(town(zone("22:00-07:00")), at("21:57"))
    assert visited(found) == {"near"}
    (left,) = found.left_out
    assert "the only way passes zone Z, closed from 22:00 until 2026-05-06 07:00" in left.why
    assert left.remedy == "be done by 22:00, or start after 2026-05-06 07:00"


def test_a_tour_goes_round_a_closed_zone_where_that_is_sooner() -> None:
    patrol_map = town(zone("22:00-07:00"), detour=True)
    late, early = plan(patrol_map, at("06:58")), plan(patrol_map, at("05:30"))
    assert not any(11 in step.node_ids for step in late.vehicles[0].steps)
    assert any(11 in step.node_ids for step in early.vehicles[0].steps)
    assert visited(early) == visited(late) == {"near", "far"}


def test_a_stay_inside_a_zone_ends_before_it_closes() -> None:
    inside = replace(
        town(replace(box("Z", 160, 320, "12:10-18:00"), kind=ZoneKind.KEEP_OUT)),
        checkpoints=(Checkpoint("far", "", 7, 400.0),),
    )
    found = plan(inside, DAY)
    assert not found.left_out or "zone Z" in found.left_out[0].why
    assert not list(closed_times_s(found, inside, DAY))
    late = plan(inside, at("17:50"))
    assert visited(late) == {"far"}
    assert not list(closed_times_s(late, inside, at("17:50")))


@settings(max_examples=30, deadline=None)
@given(
    start=st.integers(0, 1439), opens=st.integers(0, 1439), lasts=st.integers(1, 30),
    west=st.sampled_from([60, 110, 160, 210]), width=st.sampled_from([20, 80, 120]),
    dwell_s=st.sampled_from([0.0, 60.0, 600.0]), detour=st.booleans(),
)  # fmt: skip
def test_no_vehicle_is_ever_in_a_closed_zone(
    start: int, opens: int, lasts: int, west: int, width: int, dwell_s: float, detour: bool
) -> None:
    start = opens + start % 60 - 30
    closes = (opens + lasts) % 1440
    windows = f"{closes // 60:02d}:{closes % 60:02d}-{opens // 60:02d}:{opens % 60:02d}"
    patrol_map = town(box("Z", west, west + width, windows), detour=detour)
    checkpoints = tuple(replace(c, dwell_s=dwell_s) for c in patrol_map.checkpoints)
    patrol_map = replace(patrol_map, checkpoints=checkpoints)
    when = DAY.replace(hour=0) + timedelta(minutes=start)
    found = plan(patrol_map, when, hours=1.0)
    assert not list(closed_times_s(found, patrol_map, when))
    assert visited(found) | {left.what.split()[1] for left in found.left_out} == {"near", "far"}


# ------------------------------------------------------------------------------- other modes


@pytest.mark.parametrize("mode", [PlanMode.PERSISTENT, PlanMode.UNPREDICTABLE])
def test_other_modes_count_a_changing_zone_as_closed_and_say_so(mode: PlanMode) -> None:
    found = plan(town(zone("22:00-07:00")), at("21:00"), mode=mode)
    (left,) = found.left_out
    assert left.what == "checkpoint far"
    assert left.remedy == "be done by 22:00, or start after 2026-05-06 07:00"
    (note,) = [note for note in found.notes if AT_ALL_HOURS in note]
    assert note.endswith("because the plan reaches into its hours")


def test_what_a_person_closed_is_said_before_the_zone() -> None:
    hours = PlanHours.of(town(zone()), DAY, 3600.0)
    options = hours.options(frozenset({LANE[0]}), GOALIE)
    assert LANE[0] not in options.closures
    assert options.closures[LANE[1]] == "zone Z, closed for good"


def test_a_zone_that_changes_far_ahead_is_shown_with_its_date() -> None:
    hours = PlanHours.of(town(zone("2026 May 07-2026 May 08")), DAY, math.inf)
    (found,) = hours.zones
    assert found.is_changing
    assert found.text == "zone Z, closed from 2026-05-07 00:00 until 2026-05-09 00:00"


def test_the_real_map_plans_with_and_without_a_start() -> None:
    sillim = load_map(ROOT / "maps" / "sillim.geojson")
    dock = sillim.docks[0]
    team = (PlanVehicle("v", GOALIE, dock.node_id, dock.heading_rad, dock.id),)
    asked = PlanRequest(sillim, team, order=TourOrder.BEST)
    unknown, sunday = plan_fleet(asked), plan_fleet(
        replace(asked, when=datetime(2026, 5, 3, 9, tzinfo=SEOUL))
    )  # fmt: skip
    assert any("building-site has hours" in note for note in unknown.notes)
    assert sunday.figures["longest_s"] <= unknown.figures["longest_s"]
    after = plan_fleet(replace(asked, when=datetime(2030, 1, 6, 9, tzinfo=SEOUL)))
    assert not any("building-site" in note for note in after.notes)
