"""Quiet hours: scenes that hold no event, and the truth that says so."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import cv2
import numpy as np
import pytest
from shapely.geometry import Point, Polygon

from benchmarks.perception.quiet_hours_parts.habits import HABITS, Here
from benchmarks.perception.quiet_hours_parts.stretch import (
    Stretch,
    begins_at,
    make_stretch,
    part_of_day,
)
from benchmarks.perception.quiet_hours_parts.truth import Truth, near_names
from benchmarks.perception.quiet_hours_parts.watch import Watch
from benchmarks.perception.quiet_hours_parts.ways import Ways, lanes
from benchmarks.perception.quiet_hours_parts.zones import Armed
from patrol.geometry import Pose2
from patrol.incident import AnomalyKind, IncidentPhase
from patrol.map import AreaKind
from patrol.map_geojson import load_map
from simulation.actors.company import ActorNow, Company
from simulation.actors.kinds import LYING, ActorKind, Body, Posture
from simulation.actors.looks import Outfit
from simulation.actors.script import Drive, Fall, Fight, Grow, PutDown, Stay, Walk
from simulation.actors.spec import ActorSpec
from simulation.actors.state import ActorState
from simulation.conditions import FAIR, Conditions
from simulation.scenarios.define_places import Intrudes, Loiters, watched_zone
from simulation.scenarios.grounds import Ground
from simulation.scenarios.ordering import check_orders
from simulation.scenarios.places import Place, place_map
from simulation.scenarios.scene import Moment, Scene
from simulation.scenarios.whereabouts import Ways as MapWays
from simulation.world import World, check_actors

ROOT = Path(__file__).parents[3]
NUMBERS = (0, 2, 3, 4, 6)  # day, dusk and night, both maps, dry and wet
BUILT = (2, 4)  # one of each map: sillim takes seconds to build
GROUND_MAP = load_map(ROOT / "maps" / "proving_ground.geojson")


@cache
def stretch(number: int) -> Stretch:
    return make_stretch(0, number, 240.0)


# --- scenes ---


def test_a_stretch_follows_from_its_seed_and_number() -> None:
    again = make_stretch(0, 3, 240.0)
    assert again.scenario.actors == stretch(3).scenario.actors
    assert again.scenario.vehicle == stretch(3).scenario.vehicle
    assert make_stretch(1, 3, 240.0).scenario.actors != again.scenario.actors


@cache
def world(number: int) -> World:
    return stretch(number).scenario.build_world()


@pytest.mark.parametrize("number", NUMBERS)
def test_a_stretch_can_be_planned_and_its_people_stand_in_no_wall(number: int) -> None:
    scenario = stretch(number).scenario
    check_orders(scenario)  # raises PlanError
    check_actors(scenario.patrol_map, scenario.actors)  # raises ScenarioError
    assert len(scenario.actors) >= 10


@pytest.mark.parametrize("number", BUILT)
def test_a_stretch_can_be_built(number: int) -> None:
    assert world(number).conditions == stretch(number).scenario.conditions
    assert len(world(number).actors) == len(stretch(number).scenario.actors)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_patrol_has_enough_way_and_never_turns_back_on_it(number: int) -> None:
    scenario = stretch(number).scenario
    nodes, edges = scenario.vehicle.nodes, scenario.patrol_map.edge_between
    length_m = sum(edges[a, b].length_m for a, b in itertools.pairwise(nodes))
    assert length_m >= 1.39 * 240.0
    assert all(a != c for a, c in zip(nodes, nodes[2:], strict=False))


@pytest.mark.parametrize("number", BUILT)
def test_nothing_in_a_stretch_is_an_event_when_it_begins(number: int) -> None:
    found = stretch(number)
    scenario = found.scenario
    actors = {one.spec.name: one for one in Company(world(number)).now}
    start = (scenario.start.x_m, scenario.start.y_m)
    moments = [Moment(0.2 * n, start, actors) for n in range(400)]  # nobody moves
    ground = Ground(scenario.patrol_map, MapWays(scenario.patrol_map), scenario.conditions)
    truth = Truth(Scene(scenario.conditions, moments), ground, found.armed)
    events = truth.events(within_m=1e9)
    passing = {kind: count for kind, count in events.items() if kind != "loitering"}
    assert passing == {}, passing  # who walks through a zone stands still in it here


@pytest.mark.parametrize("number", NUMBERS)
def test_nobody_means_to_do_what_a_definition_calls_an_event(number: int) -> None:
    found = stretch(number)
    night = part_of_day(found.scenario.conditions.hour_h) == "night"
    for actor in found.scenario.actors:
        assert not actor.look.drunk
        for step in actor.script:
            assert not isinstance(step, Fight | Fall | Grow)
            if isinstance(step, Walk):
                assert (step.speed_mps or 0.0) <= 2.3, actor.name
            if isinstance(step, Stay) and actor.kind is ActorKind.PERSON:
                assert step.posture not in (*LYING, Posture.SITTING), actor.name
        alone = actor.name.startswith(("old_person_walks", "child_walks"))
        assert not (alone and night), actor.name


@pytest.mark.parametrize("number", NUMBERS)
def test_nobody_stays_in_an_armed_zone_or_on_a_carriageway(number: int) -> None:
    found = stretch(number)
    ground = Ground(found.scenario.patrol_map, MapWays(found.scenario.patrol_map), FAIR)
    for actor in found.scenario.actors:
        if actor.kind is not ActorKind.PERSON or not isinstance(actor.script[0], Stay):
            continue  # a queue is as long as six people
        assert all(one.ring.distance(Point(actor.place_map)) > 0.5 for one in found.armed)
        assert not ground.is_carriageway(*actor.place_map), actor.name


@pytest.mark.parametrize("number", NUMBERS)
def test_nobody_begins_on_the_vehicle(number: int) -> None:
    scenario = stretch(number).scenario
    start = (scenario.start.x_m, scenario.start.y_m)
    still = {actor.name: actor for actor in scenario.actors if not actor.held_by}
    apart = {name: math.dist(begins_at(actor), start) for name, actor in still.items()}
    assert min(apart.values()) >= 2.0, min(apart, key=lambda name: apart[name])


def test_somebody_with_a_lead_begins_further_on() -> None:
    walk = Walk(path_map=((0.0, 0.0), (10.0, 0.0)), speed_mps=2.0, phase_s=3.0)
    assert begins_at(ActorSpec("tom", ActorKind.PERSON, (0.0, 0.0), script=(walk,))) == (6.0, 0.0)


def test_rules_that_need_zones_are_armed_on_the_vehicles_map() -> None:
    kinds = [{one.incident for one in stretch(number).armed} for number in NUMBERS]
    always = {AnomalyKind.LOITERING, AnomalyKind.INTRUSION}
    assert all(always <= found for found in kinds)
    assert any(AnomalyKind.CHANGED_PROPERTY in found for found in kinds)
    for number in NUMBERS:
        zones = {zone.id for zone in stretch(number).scenario.patrol_map.zones}
        assert {one.zone.id for one in stretch(number).armed} <= zones


def test_reference_views_are_made_where_property_is_watched_and_only_there() -> None:
    for number in NUMBERS:
        watched = any(
            one.incident is AnomalyKind.CHANGED_PROPERTY for one in stretch(number).armed
        )
        assert bool(stretch(number).scenario.reference_poses) is watched


def here(name: str) -> Here:
    ways = Ways(GROUND_MAP)
    row = [GROUND_MAP.edge_between[2, 3], GROUND_MAP.edge_between[3, 4]]
    spot = ways.spot(row[0], 10.0, 2.6)
    rng = np.random.default_rng(1)
    return Here(name, rng, lambda left_m: ways.beside(row, left_m), 2.5, spot)


@pytest.mark.parametrize("habit", list(HABITS))
def test_every_habit_has_its_people_and_things_in_order(habit: str) -> None:
    made = HABITS[habit].make(here("it"))
    names = [actor.name for actor in made]
    assert names
    assert len(set(names)) == len(names)
    assert all(actor.held_by in (*names, "") for actor in made)
    things = {s.thing for actor in made for s in actor.script if isinstance(s, PutDown)}
    assert things <= set(names)


def test_every_part_of_the_day_has_its_habits() -> None:
    for part in ("day", "dusk", "night"):
        assert sum(getattr(habit, part) for habit in HABITS.values()) > 0
    assert [part_of_day(h) for h in (3.0, 6.5, 12.0, 18.5, 23.0)] == [
        "night", "dusk", "day", "dusk", "night",
    ]  # fmt: skip


def test_a_line_beside_a_way_keeps_to_its_side() -> None:
    ways = Ways(GROUND_MAP)
    row = [GROUND_MAP.edge_between[2, 3], GROUND_MAP.edge_between[3, 4]]  # along y = 0
    assert [round(y, 3) for _, y in ways.beside(row, 2.0)] == [2.0, 2.0, 2.0]


def test_a_line_that_would_lead_through_a_wall_goes_nearer_to_the_middle() -> None:
    ways = Ways(GROUND_MAP)
    alley = [GROUND_MAP.edge_between[9, 10]]  # 1.3 m to the walls
    assert ways.beside(alley, 1.2) == ways.beside(alley, 0.6)


def test_cars_go_round_on_two_sides_of_a_road() -> None:
    course = lanes([(0.0, 0.0), (10.0, 0.0)], 2.0)
    assert [(round(x, 3), round(y, 3)) for x, y in course] == [
        (0.0, -2.0), (10.0, -2.0), (10.0, 2.0), (0.0, 2.0),
    ]  # fmt: skip


def test_traffic_on_the_carriageway_stays_on_it() -> None:
    found = next(s for s in map(stretch, NUMBERS) if s.map_name == "sillim")
    areas = found.scenario.patrol_map.areas
    road = next(Polygon(a.polygon_map) for a in areas if a.kind is AreaKind.ROAD)
    cars = [a for a in found.scenario.actors if a.name.startswith("road-")]
    assert cars
    for car in cars:
        assert isinstance(car.script[0], Drive)
        assert all(road.distance(Point(point)) < 0.02 for point in car.script[0].path_map)


@pytest.mark.parametrize("number", NUMBERS)
def test_cars_are_parked_where_they_may_be(number: int) -> None:
    scenario = stretch(number).scenario
    ground = Ground(scenario.patrol_map, MapWays(scenario.patrol_map), FAIR)
    cars = [actor for actor in scenario.actors if actor.name.startswith("parked-")]
    assert not any(ground.no_parking(car.place_map, 10.0) for car in cars)


def test_most_streets_have_parked_cars() -> None:
    counts = [
        sum(actor.name.startswith("parked-") for actor in stretch(n).scenario.actors)
        for n in NUMBERS
        if stretch(n).map_name == "sillim"
    ]
    assert min(counts) >= 3, counts


# --- truth ---


def person(name: str, x_m: float, y_m: float, body: Body = Body.MAN, **state: Any) -> ActorNow:
    spec = ActorSpec(name, ActorKind.PERSON, (x_m, y_m))
    return ActorNow(spec, Outfit(body=body), ActorState(x_m, y_m, 0.0, **state))


def truth_of(
    frames: Iterable[list[ActorNow]], armed: tuple[Armed, ...] = (), hour_h: float = 12.0
) -> Truth:
    conditions = Conditions(hour_h)
    moments = [
        Moment(round(0.2 * n, 3), (30.0, 0.0), {one.spec.name: one for one in frame})
        for n, frame in enumerate(frames)
    ]
    ground = Ground(GROUND_MAP, MapWays(GROUND_MAP), conditions)
    return Truth(Scene(conditions, moments), ground, armed)


def zone(kind: AnomalyKind, definition: type[Loiters] | type[Intrudes]) -> Armed:
    corners = tuple(Place(103, f, left) for f, left in ((0.3, 0), (0.7, 0), (0.7, 3), (0.3, 3)))
    made = definition(zone=corners)
    drawn = watched_zone(made, GROUND_MAP)
    assert drawn is not None
    return Armed(kind, made, drawn)


IN_ZONE = place_map(GROUND_MAP, Place(103, 0.5, 1.5))


def test_who_stands_20_s_in_a_zone_really_loiters_and_who_passes_does_not() -> None:
    armed = (zone(AnomalyKind.LOITERING, Loiters),)
    stands = truth_of([[person("tom", IN_ZONE.x_m, IN_ZONE.y_m)]] * 150, armed)
    place = (IN_ZONE.x_m + 1.0, IN_ZONE.y_m)
    event = stands.event(AnomalyKind.LOITERING, 22.0, place)
    assert event is not None
    assert event.who == ("tom",)
    passes = truth_of(
        ([person("tom", IN_ZONE.x_m - 15 + 0.25 * n, IN_ZONE.y_m)] for n in range(150)), armed
    )
    assert passes.event(AnomalyKind.LOITERING, 12.0, place) is None


def test_an_alarm_far_from_an_event_or_after_it_is_false_all_the_same() -> None:
    frames = [[person("tom", 26.0, 5.0)]] * 50 + [[person("tom", 26.0, 1.0)]] * 100
    truth = truth_of(frames)  # on the carriageway until 9.8 s
    kind = AnomalyKind.PERSON_ON_ROAD
    assert truth.event(kind, 8.0, (26.0, 5.0)) is not None
    assert truth.event(kind, 19.0, (26.0, 5.0)) is not None
    assert truth.event(kind, 20.0, (26.0, 5.0)) is None
    assert truth.event(kind, 8.0, (26.0, 9.5)) is None


def test_a_kind_is_judged_by_its_own_definition() -> None:
    truth = truth_of([[person("tom", 26.0, 5.0)]] * 100)
    assert truth.event(AnomalyKind.RUNNING, 8.0, (26.0, 5.0)) is None
    runs = truth_of([[person("tom", 26.0, 0.0, speed_mps=2.6)]] * 100)
    assert runs.event(AnomalyKind.RUNNING, 8.0, (26.0, 0.0)) is not None


def test_a_child_is_alone_by_who_is_near_not_by_what_was_planned() -> None:
    lone = truth_of([[person("kid", 20.0, 0.0, Body.CHILD)]] * 60, hour_h=23.0)
    assert lone.event(AnomalyKind.VULNERABLE_ALONE, 9.0, (20.0, 0.0)) is not None
    frame = [person("kid", 20.0, 0.0, Body.CHILD), person("mother", 24.0, 0.0)]
    assert truth_of([frame] * 60, hour_h=23.0).event(
        AnomalyKind.VULNERABLE_ALONE, 9.0, (20.0, 0.0)
    ) is None  # fmt: skip


def test_eight_people_near_the_place_are_a_crowd_whoever_else_is_in_the_street() -> None:
    eight = [person(f"p{n}", 20.0 + 0.3 * n, 0.0) for n in range(8)]
    far = [person("far", 60.0, 0.0)]
    assert truth_of([eight + far] * 40).event(AnomalyKind.CROWD, 6.0, (21.0, 0.0)) is not None
    assert truth_of([eight[:7] + far] * 40).event(AnomalyKind.CROWD, 6.0, (21.0, 0.0)) is None


def test_a_kind_without_its_zone_is_not_judged() -> None:
    kinds = truth_of([]).kinds
    assert AnomalyKind.LOITERING not in kinds
    assert AnomalyKind.MISSING_PERSON not in kinds
    assert AnomalyKind.FIRE in kinds
    armed = (zone(AnomalyKind.INTRUSION, Intrudes),)
    assert AnomalyKind.INTRUSION in truth_of([], armed).kinds


@pytest.mark.parametrize(
    ("hour_h", "dark_lamp", "alone"),
    [(12.0, False, False), (20.5, True, False), (2.0, True, True)],
)
def test_a_kind_of_the_dark_or_the_night_counts_no_hours_by_day(
    hour_h: float, dark_lamp: bool, alone: bool
) -> None:
    kinds = truth_of([], hour_h=hour_h).kinds
    assert (AnomalyKind.DARK_LAMP in kinds) is dark_lamp
    assert (AnomalyKind.PERSON_IN_NEED in kinds) is dark_lamp
    assert (AnomalyKind.VULNERABLE_ALONE in kinds) is alone


def test_events_that_nobody_told_of_are_counted_near_the_vehicle() -> None:
    frames = [[person("tom", 26.0, 5.0), person("far", 120.0, 5.0)]] * 50
    assert truth_of(frames).events(15.0) == {"person_on_road": 1}


def test_who_is_near_is_named_nearest_first_without_who_is_nowhere() -> None:
    names = [("b", 2.0, True), ("a", 1.0, True), ("gone", 0.0, False), ("far", 9.0, True)]
    actors = {n: person(n, x, 0.0, visible=seen) for n, x, seen in names}
    assert near_names(Moment(0.0, (0.0, 0.0), actors), (0.0, 0.0), 3.0) == ("a", "b")


# --- the watch ---


def vehicle(incidents: list[tuple[float, object]]) -> SimpleNamespace:
    camera = SimpleNamespace(name="front")
    simulator = SimpleNamespace(
        actors=[person("tom", 1.0, 2.0)],
        dark_posts=frozenset(),
        spec=SimpleNamespace(cameras=(camera,)),
        world=SimpleNamespace(terrain=SimpleNamespace(height_at=lambda x, y: 0.0)),
        box_of_points=lambda *_: SimpleNamespace(box_xyxy_px=(10.0, 10.0, 20.0, 20.0)),
    )
    pictures = {"front": SimpleNamespace(bgr=np.zeros((60, 80, 3), np.uint8))}
    warm = SimpleNamespace(value=SimpleNamespace(celsius=np.full((6, 8), 20.0, np.float32)))
    return SimpleNamespace(
        simulator=simulator,
        bus=SimpleNamespace(pictures=pictures, thermal=warm),
        perception=SimpleNamespace(incidents=incidents),
    )


def test_the_watch_keeps_truth_five_times_a_second_and_a_still_of_what_was_opened(
    tmp_path: Path,
) -> None:
    incidents: list[tuple[float, object]] = []
    seen, watch = vehicle(incidents), Watch(FAIR, tmp_path / "0-0")
    for n in range(60):
        sample = SimpleNamespace(t_s=0.05 * n, pose=Pose2(0.05 * n, 0.0, 0.0), speed_mps=1.0)
        if n in (30, 40):
            phase = IncidentPhase.OPENED if n == 30 else IncidentPhase.UPDATED
            incidents.append(
                (0.0, SimpleNamespace(phase=phase, kind=AnomalyKind.FIRE, x_m=1.0, y_m=2.0))
            )
        watch.see(seen, cast(Any, sample))
    assert len(watch.scene.moments) == 15
    assert watch.moved_m == pytest.approx(59 * 0.05)
    (raised,) = watch.raised
    assert raised.at_s == pytest.approx(1.5)
    still = cv2.imread(str(raised.picture))
    assert still is not None
    assert still.shape[1] == 2 * 80
    assert (still[:60, :80] == 0).all()  # a second before: nothing marked
    assert still.max() > 200  # the cross, and warmth
