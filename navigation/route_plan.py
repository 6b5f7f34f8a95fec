"""From a route and where the vehicle is to a path: where it begins, and whether it goes on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from navigation.following.aside import Detour
from navigation.following.path import RoutePath, build_path
from navigation.following.tracker import PathTracker
from navigation.order_rules import Route
from patrol.errors import OrderError
from patrol.geometry import Pose2
from patrol.map import Edge, PatrolMap
from patrol.vehicle import VehicleSpec

START_DEVIATION_M = 3.0  # how far from its first node or edge an order may find the vehicle
SAME_PLACE_M = 0.05


@dataclass(frozen=True)
class LaidPath:
    """A path with the edges it runs on and the travel at which every node of the route is due."""

    path: RoutePath
    edges: tuple[Edge, ...]
    caps_mps: tuple[float, ...]
    node_s_m: tuple[float, ...]

    def continues(self, old: PathTracker) -> bool:
        """Whether the old path's present place is on this path too, at the same travel."""
        if old.piece is None or old.piece_index >= len(self.path.pieces):
            return False
        piece = self.path.pieces[old.piece_index]
        if piece.direction != old.piece.direction or old.s_m > piece.end_s_m + SAME_PLACE_M:
            return False
        return math.dist(piece.point_at(old.s_m), old.piece.point_at(old.s_m)) <= SAME_PLACE_M


@dataclass
class RoutePlan:
    """Where on a route the path begins; the first `lay` fixes it, so later ones only extend it."""

    first_index: int
    resumed: bool
    start: Pose2 | None = None
    lead: tuple[float, float] | None = None  # on `lead_edge`, where the vehicle enters it
    lead_edge: Edge | None = None
    detour: Detour | None = None  # how the path begins when it goes round a thing

    @property
    def first_leg_end(self) -> int:
        """The node of the route at the end of the path's first leg."""
        return self.first_index + (0 if self.lead is not None else 1)

    def lay(
        self, route: Route, patrol_map: PatrolMap, spec: VehicleSpec, pose: Pose2 | None
    ) -> LaidPath | None:
        """The path along the route's remaining nodes, horizon included.

        None as long as the first call has no pose to begin at; later ones need none.
        """
        if self.start is None:
            if pose is None:
                return None
            self.start = pose
            if not self.resumed:
                self.lead_edge, self.lead = _lead(route, patrol_map, self.start)
        points = list(route.points[self.first_index :])
        edges = list(route.edges[self.first_index :])
        caps = list(route.caps_mps[self.first_index :])
        before = 0
        if self.lead is not None and self.lead_edge is not None:
            points, edges = [self.lead, *points], [self.lead_edge, *edges]
            caps, before = [math.inf, *caps], 1
        path = build_path(points, edges, spec, self.start, self.detour)
        first_s_m, *node_s = path.node_s_m[before:]
        if self.resumed:  # it was passed before the path begins
            first_s_m = -math.dist(
                route.points[self.first_index], (self.start.x_m, self.start.y_m)
            )
        node_s_m = (first_s_m,) * (self.first_index + 1) + tuple(node_s)
        return LaidPath(path, tuple(edges), tuple(caps), node_s_m)


def check_reach(route: Route, patrol_map: PatrolMap, pose: Pose2 | None) -> None:
    """Raises OrderError (noRouteError) when the vehicle is not where the order begins.

    It may stand near the first node, on the first edge, or on an edge that leads to the node.
    """
    first = route.order_nodes[0].node_id
    if pose is None:
        raise OrderError(
            f"order {route.order_id}: the vehicle does not know where it is",
            "noRouteError",
            orderId=route.order_id,
        )
    away = math.dist((pose.x_m, pose.y_m), route.points[0])
    if away <= START_DEVIATION_M or _on_first_edge(route, pose):
        return
    if _lead(route, patrol_map, pose)[0] is None:
        raise OrderError(
            f"order {route.order_id}: node {first} is {away:.1f} m away and no edge leads there;"
            f" at most {START_DEVIATION_M:g} m are bridged",
            "noRouteError",
            orderId=route.order_id,
            nodeId=first,
        )


def _on_first_edge(route: Route, pose: Pose2) -> bool:
    if not route.edges:
        return False
    _, aside = _projection(route.points[0], route.points[1], pose)
    return aside <= _reach_m(route.edges[0])


def _reach_m(edge: Edge) -> float:
    return min(START_DEVIATION_M, edge.width_m)


def _lead(
    route: Route, patrol_map: PatrolMap, pose: Pose2
) -> tuple[Edge | None, tuple[float, float] | None]:
    """The edge into the first node that the vehicle stands on, and where; or nothing."""
    near = math.dist((pose.x_m, pose.y_m), route.points[0]) <= START_DEVIATION_M
    if near or _on_first_edge(route, pose):
        return None, None
    best: tuple[float, Edge, tuple[float, float]] | None = None
    for edge in patrol_map.edges.values():
        if edge.end_id != route.nodes[0].id:
            continue
        start = patrol_map.nodes[edge.start_id]
        point, aside = _projection((start.x_m, start.y_m), route.points[0], pose)
        if aside <= _reach_m(edge) and (best is None or aside < best[0]):
            best = (aside, edge, point)
    return (None, None) if best is None else (best[1], best[2])


def _projection(
    start: tuple[float, float], end: tuple[float, float], pose: Pose2
) -> tuple[tuple[float, float], float]:
    """The point of a straight nearest to the vehicle, and how far away it is."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    share = ((pose.x_m - start[0]) * dx + (pose.y_m - start[1]) * dy) / (dx * dx + dy * dy)
    share = min(max(share, 0.0), 1.0)
    point = (start[0] + share * dx, start[1] + share * dy)
    return point, math.dist(point, (pose.x_m, pose.y_m))
