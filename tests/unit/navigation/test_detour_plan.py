"""From a thing on the route to a plan round it: run-up, crosswalks, ends of the route."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from navigation.detour_plan import DetourPlan, DetourSearch
from navigation.following.detour import LEAST_CLEARANCE_M, NoWay
from navigation.following.trail import Trail
from navigation.order_rules import Route, check_order
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.vda5050.messages import Order, OrderEdge, OrderNode
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
POSE = Pose2(20.0, 0.0, 0.0)


def place(way_class: WayClass = WayClass.STREET) -> PatrolMap:
    """A straight 1-2-3 of twice 30 m."""
    nodes = {i: Node(i, 30.0 * (i - 1), 0.0) for i in (1, 2, 3)}
    edges = {i: Edge(i, i, i + 1, 30.0, 1.39, 6.0, way_class) for i in (1, 2)}
    return PatrolMap("m", "m", GeoPoint(37.0, 127.0), nodes, edges)


def route(patrol_map: PatrolMap, count: int = 3) -> Route:
    nodes = [OrderNode(node_id=str(i + 1), sequence_id=2 * i, released=True, actions=[])
             for i in range(count)]  # fmt: skip
    edges = [
        OrderEdge(edge_id=str(i + 1), sequence_id=2 * i + 1, released=True,
                  start_node_id=a.node_id, end_node_id=b.node_id, actions=[])
        for i, (a, b) in enumerate(itertools.pairwise(nodes))
    ]  # fmt: skip
    order = Order(
        header_id=1, timestamp="2026-03-01T21:30:00.000Z", version="2.1.0", manufacturer="sunra",
        serial_number="goalie-01", order_id="o", order_update_id=0, nodes=nodes, edges=edges,
    )  # fmt: skip
    return check_order(order, patrol_map, SPEC)


def driven(length_m: float) -> Trail:
    """A trail that ends at the vehicle."""
    trail = Trail()
    for x in np.arange(POSE.x_m - length_m, POSE.x_m + 0.01, 0.1):
        trail.note(Pose2(float(x), 0.0, 0.0))
    return trail


def box_ahead(x_m: float = 0.3) -> NDArray[np.float64]:
    """The face of a box, so far before the bumper."""
    y = np.arange(0.05, 0.56, 0.05)
    return np.column_stack((np.full_like(y, POSE.x_m + SPEC.front_m + x_m), y))


def find(
    patrol_map: PatrolMap, trail: Trail, things: NDArray[np.float64], count: int = 3
) -> DetourPlan | NoWay:
    search = DetourSearch(route(patrol_map, count), 0, patrol_map, SPEC, POSE)
    return search.find(trail, things, LEAST_CLEARANCE_M)


def test_before_the_bumper_it_backs_up_over_what_was_driven_and_goes_round() -> None:
    patrol_map = place()
    found = find(patrol_map, driven(8.0), box_ahead())
    assert isinstance(found, DetourPlan)
    laid = found.plan.lay(route(patrol_map), patrol_map, SPEC, None)
    assert laid is not None
    reverse, forward = laid.path.pieces
    assert reverse.direction == -1
    assert np.abs(reverse.y_m).max() < 1e-6
    assert forward.y_m.min() == pytest.approx(found.aside.offset_m, abs=0.01)
    assert laid.node_s_m[-1] == pytest.approx(laid.path.length_m)


def test_from_further_away_it_needs_no_run_up() -> None:
    found = find(place(), driven(0.0), box_ahead(6.0))
    assert isinstance(found, DetourPlan)
    assert found.piece_index == 0


def test_without_ground_to_back_up_on_there_is_no_way() -> None:
    found = find(place(), driven(0.0), box_ahead())
    assert isinstance(found, NoWay)
    assert "no room to drive out" in found.reason


def test_what_stands_behind_it_keeps_it_from_backing_up() -> None:
    behind = np.array([(POSE.x_m - 2.0, y) for y in (-0.1, 0.0, 0.1)])
    found = find(place(), driven(8.0), np.concatenate((box_ahead(), behind)))
    assert isinstance(found, NoWay)
    assert found.reason == "something stands behind"


def test_a_crosswalk_is_not_left() -> None:
    found = find(place(WayClass.CROSSWALK), driven(8.0), box_ahead())
    assert isinstance(found, NoWay)
    assert "crosswalk" in found.reason


def test_the_end_of_the_route_is_not_gone_round() -> None:
    found = find(place(), driven(8.0), box_ahead(5.0), count=2)
    assert isinstance(found, NoWay)
    assert "right behind" in found.reason
    end = DetourSearch(route(place(), 2), 1, place(), SPEC, POSE)
    assert isinstance(end.find(driven(8.0), box_ahead(), LEAST_CLEARANCE_M), NoWay)


def test_a_vehicle_that_faces_the_other_way_turns_instead() -> None:
    turned = Pose2(POSE.x_m, 0.0, math.pi)
    search = DetourSearch(route(place()), 0, place(), SPEC, turned)
    found = search.find(driven(8.0), box_ahead(), LEAST_CLEARANCE_M)
    assert isinstance(found, NoWay)
    assert found.reason == "the path turns round here"
