"""Where crossings lie on a path, and how far the vehicle may go before them."""

from __future__ import annotations

import dataclasses
import itertools
import math
from pathlib import Path

import pytest

from navigation.crossing.places import CLEARANCE_M, LINE_M, Crossing, CrossingFinder
from navigation.following.path import build_path
from navigation.following.tracker import PathTracker
from navigation.following.velocity_profile import EdgeLimits
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).parents[4]
SPEC = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
MAP = load_map(ROOT / "maps" / "proving_ground.geojson")


def crossings_of(
    node_ids: list[int], patrol_map: PatrolMap = MAP, first_node: int = 1
) -> tuple[Crossing, ...]:
    nodes = [patrol_map.nodes[i] for i in node_ids]
    edges = [patrol_map.edge_between[pair] for pair in itertools.pairwise(node_ids)]
    points = [(node.x_m, node.y_m) for node in nodes]
    yaw = math.atan2(points[1][1] - points[0][1], points[1][0] - points[0][0])
    path = build_path(points, edges, SPEC, Pose2(*points[0], yaw))
    caps = [math.inf] * len(edges)
    tracker = PathTracker(path, edges, caps, EdgeLimits(patrol_map), SPEC)
    return CrossingFinder(patrol_map, SPEC).find(tracker, first_node)


def test_waits_before_the_crosswalk_and_before_its_carriageway() -> None:
    (crossing,) = crossings_of([9, 10, 3, 4])  # straight south along x = 40, over 3.6 < y < 10.4
    assert crossing.crosswalk.id == "cw-plain"
    assert crossing.signal_id is None
    assert crossing.hold_m == pytest.approx(30.0 - LINE_M, abs=0.15)
    assert crossing.road_from_m == pytest.approx(33.6, abs=0.15)
    assert crossing.safe_m == pytest.approx(33.6 - SPEC.front_m - CLEARANCE_M, abs=0.15)
    assert crossing.exit_m == pytest.approx(40.4 + SPEC.rear_overhang_m, abs=0.15)
    assert crossing.road.across_m == pytest.approx(6.8, abs=0.2)
    assert crossing.road.kerb.yaw_rad == pytest.approx(-math.pi / 2, abs=0.02)
    assert crossing.end_node == 2
    assert crossing.kerb_known


def test_without_a_road_on_the_map_all_of_the_crosswalk_counts() -> None:
    bare = dataclasses.replace(MAP, areas=())
    (crossing,) = crossings_of([9, 10, 3, 4], bare)
    assert not crossing.kerb_known
    assert crossing.safe_m == pytest.approx(30.0 - SPEC.front_m - CLEARANCE_M, abs=0.15)
    assert crossing.hold_m == crossing.safe_m


def test_a_light_is_known_by_the_maps_id() -> None:
    (crossing,) = crossings_of([4, 5, 6, 7])
    assert crossing.signal_id == "cw-signalled-light"
    crosswalk = dataclasses.replace(crossing.crosswalk, signal_id=None)
    assert dataclasses.replace(crossing, crosswalk=crosswalk).signal_id == "cw-signalled"


def test_every_passage_is_one_crossing() -> None:
    there_and_back = crossings_of([4, 5, 6, 7, 6, 5, 4])
    assert [c.end_node for c in there_and_back] == [2, 5]
    assert there_and_back[0].exit_m < there_and_back[1].hold_m
    assert crossings_of([2, 3, 4, 5]) == ()


def test_a_path_that_begins_later_counts_nodes_from_there() -> None:
    (crossing,) = crossings_of([10, 3, 4], first_node=4)
    assert crossing.end_node == 4
