"""Tours: every checkpoint once, back at the dock, without turning round where it can be helped."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise, permutations
from pathlib import Path

import pytest

from navigation.planning.patrol_tour import PatrolTour, TourOrder, plan_patrol
from patrol.errors import PlanError
from patrol.geodesy import GeoPoint
from patrol.map import Checkpoint, Dock, Edge, Node, PatrolMap, WayClass
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[4]
SILLIM = load_map(ROOT / "maps" / "sillim.geojson")
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
DOCK = SILLIM.dock("dock-1")
EVERY = [checkpoint.id for checkpoint in SILLIM.checkpoints]


def assert_drivable(tour: PatrolTour, patrol_map: PatrolMap) -> None:
    """Nodes and edges fit, and legs meet where they say."""
    assert len(tour.node_ids) == len(tour.edge_ids) + 1
    for edge_id, (a, b) in zip(tour.edge_ids, pairwise(tour.node_ids), strict=True):
        edge = patrol_map.edges[edge_id]
        assert (edge.start_id, edge.end_id) == (a, b)
    here = tour.start_node_id
    for leg in tour.legs:
        assert leg.route.node_ids[0] == here
        here = leg.route.node_ids[-1]
        place = leg.checkpoint or leg.dock
        assert place is not None
        assert here == place.node_id
    assert tour.length_m == pytest.approx(sum(patrol_map.edges[i].length_m for i in tour.edge_ids))


def test_visits_in_the_given_order_and_comes_home() -> None:
    asked = ["cp-08", "cp-02", "cp-06"]
    tour = plan_patrol(SILLIM, DOCK.node_id, asked, "given", DOCK)
    assert_drivable(tour, SILLIM)
    assert list(tour.checkpoint_ids) == asked
    assert tour.legs[-1].dock == DOCK
    assert tour.u_turn_node_ids == ()


def test_ends_at_the_last_checkpoint_without_a_dock() -> None:
    tour = plan_patrol(SILLIM, DOCK.node_id, ["cp-06"], TourOrder.GIVEN)
    assert_drivable(tour, SILLIM)
    assert tour.node_ids[-1] == SILLIM.checkpoint("cp-06").node_id
    assert len(tour.legs) == 1


def test_best_is_never_longer_than_any_given_order() -> None:
    asked = ["cp-02", "cp-09", "cp-05", "cp-07"]
    best = plan_patrol(SILLIM, DOCK.node_id, asked, "best", DOCK)
    given = [
        plan_patrol(SILLIM, DOCK.node_id, order, "given", DOCK) for order in permutations(asked)
    ]
    shortest = min((t for t in given if not t.u_turn_node_ids), key=lambda t: t.duration_s)
    assert best.duration_s == pytest.approx(shortest.duration_s)
    assert best.u_turn_node_ids == ()


def test_all_checkpoints_are_visited_once_in_the_best_order() -> None:
    tour = plan_patrol(SILLIM, DOCK.node_id, EVERY, "best", DOCK, spec=GOALIE)
    assert_drivable(tour, SILLIM)
    assert sorted(tour.checkpoint_ids) == EVERY


def test_leaves_the_dock_forward_and_comes_back_the_way_it_stands() -> None:
    tour = plan_patrol(SILLIM, DOCK.node_id, ["cp-07"], "given", DOCK)
    first, last = (SILLIM.edges[tour.edge_ids[i]] for i in (0, -1))
    for edge in (first, last):
        a, b = SILLIM.nodes[edge.start_id], SILLIM.nodes[edge.end_id]
        assert b.x_m > a.x_m  # the dock faces east


def test_dwelling_counts_in_the_duration() -> None:
    quick = replace(SILLIM, checkpoints=tuple(replace(c, dwell_s=0.0) for c in SILLIM.checkpoints))
    slow = plan_patrol(SILLIM, DOCK.node_id, ["cp-06", "cp-09"], "given", DOCK)
    fast = plan_patrol(quick, DOCK.node_id, ["cp-06", "cp-09"], "given", DOCK)
    dwell = sum(SILLIM.checkpoint(c).dwell_s for c in ("cp-06", "cp-09"))
    assert slow.duration_s - fast.duration_s == pytest.approx(dwell)


def test_goes_round_closed_edges() -> None:
    open_tour = plan_patrol(SILLIM, DOCK.node_id, ["cp-06"], "given", DOCK)
    closed = open_tour.legs[0].route.edge_ids[-1]
    tour = plan_patrol(SILLIM, DOCK.node_id, ["cp-06"], "given", DOCK, closed_edge_ids=[closed])
    assert closed not in tour.edge_ids
    assert_drivable(tour, SILLIM)


def test_a_heading_decides_which_way_to_leave() -> None:
    node_id = SILLIM.checkpoint("cp-05").node_id
    for heading in (0.0, math.pi):
        tour = plan_patrol(
            SILLIM, node_id, ["cp-07"], "given", start_heading_rad=heading, spec=GOALIE
        )
        assert tour.u_turn_node_ids == ()


def lane() -> PatrolMap:
    """A dead-end lane 1 - 2 - 3 with a checkpoint at its end and the dock at its mouth."""
    nodes = {n: Node(n, 50.0 * n, 0.0) for n in (1, 2, 3)}
    pairs = [(1, 2), (2, 3), (2, 1), (3, 2)]
    edges = {
        10 + i: Edge(10 + i, a, b, 50.0, 1.0, 3.0, WayClass.ALLEY)
        for i, (a, b) in enumerate(pairs)
    }
    return PatrolMap(
        "lane", "", GeoPoint(37.0, 127.0), nodes, edges,
        checkpoints=(Checkpoint("end", "", 3), Checkpoint("mouth", "", 1)),
        docks=(Dock("dock-1", "", 1, 0.0),),
    )  # fmt: skip


def test_names_the_turn_rounds_it_cannot_avoid() -> None:
    tour = plan_patrol(lane(), 1, ["end"], "given", lane().dock("dock-1"))
    assert tour.node_ids == (1, 2, 3, 2, 1)
    assert tour.u_turn_node_ids == (3,)


def test_a_checkpoint_where_the_vehicle_stands_is_a_leg_of_no_edges() -> None:
    tour = plan_patrol(lane(), 1, ["mouth", "end"], "given")
    assert tour.legs[0].route.edge_ids == ()
    assert tour.checkpoint_ids == ("mouth", "end")
    assert tour.node_ids == (1, 2, 3)


def test_the_same_checkpoint_may_be_visited_twice_in_a_row() -> None:
    tour = plan_patrol(SILLIM, DOCK.node_id, ["cp-06", "cp-06"], "given", DOCK)
    assert tour.legs[1].route.edge_ids == ()
    assert_drivable(tour, SILLIM)


@pytest.mark.parametrize(
    ("checkpoints", "order", "message"),
    [
        ([], "given", "a patrol needs at least one checkpoint"),
        (["cp-99"], "given", "no checkpoint 'cp-99'; known: cp-01"),
        (["cp-01"], "random", "order: 'random' is none of: given, best"),
    ],
)
def test_a_wrong_question_gets_a_clear_answer(
    checkpoints: list[str], order: str, message: str
) -> None:
    with pytest.raises(PlanError, match=message):
        plan_patrol(SILLIM, DOCK.node_id, checkpoints, order, DOCK)


def test_an_unknown_start_is_named() -> None:
    with pytest.raises(PlanError, match="no node 99999 to start from"):
        plan_patrol(SILLIM, 99999, ["cp-01"])


def test_an_unreachable_checkpoint_is_explained() -> None:
    node_id = SILLIM.checkpoint("cp-04").node_id
    around = [e.id for e in SILLIM.edges.values() if e.end_id == node_id]
    with pytest.raises(PlanError, match=r"is closed \(closed by the operator\)"):
        plan_patrol(SILLIM, DOCK.node_id, ["cp-04"], closed_edge_ids=around)


def test_a_checkpoint_with_no_way_home_is_explained() -> None:
    there_only = replace(lane(), edges={k: e for k, e in lane().edges.items() if k in (10, 11)})
    with pytest.raises(PlanError, match="no route from node 3 to 1: no way joins them"):
        plan_patrol(there_only, 1, ["end"], "given", lane().dock("dock-1"))
