"""From a thing on the route to a plan that goes round it: back up if need be, pass, come back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from navigation.following.aside import Aside, Detour
from navigation.following.detour import NoWay, extended, find_aside, outlines, touches
from navigation.following.path import Piece
from navigation.following.room import Room, may_be_left
from navigation.following.trail import Trail
from navigation.order_rules import Route
from navigation.route_plan import LaidPath, RoutePlan
from patrol.geometry import Pose2
from patrol.map import Edge, PatrolMap
from patrol.vehicle import VehicleSpec

AHEAD_M = 40.0  # of the route: enough to pass, and to come back
MORE_RUN_UP_M = 0.3  # than what the search asked for
LONGEST_BACK_M = 6.0
BEHIND_CLEARANCE_M = 0.15  # while backing up over ground that was driven

Array = NDArray[np.float64]


@dataclass(frozen=True)
class DetourPlan:
    """A plan with a way round, and what it takes to judge it again on the way.

    `piece` is the route's, without the detour; `piece_index` is its place in the path; `edges` are
    the route's on which the vehicle is until it is back on its line.
    """

    plan: RoutePlan
    aside: Aside
    edges: tuple[Edge, ...]
    piece: Piece
    piece_index: int
    room: Room

    @property
    def end_s_m(self) -> float:
        """The travel at which the vehicle is back on the route."""
        return float(self.piece.s_m[0]) + self.aside.end_m

    def fits(self, route: Route) -> bool:
        """Whether an updated route still leads where the detour does."""
        first = self.plan.first_index
        return route.edges[first : first + len(self.edges)] == self.edges

    def lengthened(
        self, things_map: Array, spec: VehicleSpec, least_m: float
    ) -> DetourPlan | None:
        """The plan that stays aside longer, for things (n, 2) that go on; None where none does."""
        longer = extended(self.piece, self.aside, things_map, self.room, spec, least_m)
        if longer == self.aside or self.plan.detour is None:
            return None
        plan = replace(self.plan, detour=replace(self.plan.detour, aside=longer))
        return replace(self, plan=plan, aside=longer)


class DetourSearch:
    """Looks for a way round along one route, from where the vehicle stands."""

    def __init__(
        self, route: Route, reached: int, patrol_map: PatrolMap, spec: VehicleSpec, pose: Pose2
    ) -> None:
        self._first, self._resumed = max(0, reached), reached >= 0
        self._route, self._edge_behind = _shortened(route, self._first)
        self._map, self._spec, self._pose = patrol_map, spec, pose

    def find(self, trail: Trail | None, things_map: Array, least_m: float) -> DetourPlan | NoWay:
        """A plan round things (n, 2), none of them nearer than `least_m`; or why there is none.

        Without a trail it does not back up.
        """
        if not self._route.edges[self._first :]:
            return NoWay("the route ends here")
        found = self._try(None, things_map, least_m)
        if isinstance(found, DetourPlan) or found.run_up_m <= 0 or trail is None:
            return found
        back = self._back(trail, found.run_up_m + MORE_RUN_UP_M)
        return found if back is None else self._try(back, things_map, least_m)

    def straight_on(self) -> RoutePlan:
        """The plan that goes round nothing."""
        return RoutePlan(self._first, self._resumed)

    def _back(self, trail: Trail, wished_m: float) -> Array | None:
        """As far back as is wished, or as far as was driven."""
        lengths = np.linspace(min(wished_m, LONGEST_BACK_M), 0.5, 8)
        backs = (trail.back(self._pose, float(length)) for length in lengths)
        return next((back for back in backs if back is not None), None)

    def _try(self, back: Array | None, things_map: Array, least_m: float) -> DetourPlan | NoWay:
        plan = replace(self.straight_on(), detour=Detour(back))
        laid = plan.lay(self._route, self._map, self._spec, self._pose)
        index = 0 if back is None else 1
        if laid is None or laid.path.pieces[index].is_turn:
            return NoWay("the path turns round here")
        piece = laid.path.pieces[index]
        if back is not None:
            why = self._why_not_back(laid.path.pieces[0], things_map)
            if why:
                return NoWay(why)
        behind = () if self._edge_behind is None else (self._edge_behind,)
        room = Room(self._map, (*behind, *laid.edges))
        width_m = max(edge.width_m for edge in laid.edges)
        found = find_aside(piece, things_map, width_m, room, self._spec, least_m)
        if isinstance(found, NoWay):
            return found
        edges = _edges_along(laid, piece, found)
        if not all(may_be_left(edge) for edge in edges):
            return NoWay("a crosswalk is no place to go round things")
        plan.detour = Detour(back, found)
        return DetourPlan(plan, found, edges[plan.lead is not None :], piece, index, room)

    def _why_not_back(self, piece: Piece, things_map: Array) -> str:
        """What keeps the vehicle from backing up along a piece; empty where nothing does."""
        poses = piece.poses[1:]
        if touches(poses, things_map, self._spec, BEHIND_CLEARANCE_M):
            return "something stands behind"
        crosswalks = [edge for edge in self._map.edges.values() if not may_be_left(edge)]
        if Room(self._map, crosswalks).touches(outlines(poses, self._spec).reshape(-1, 2)):
            return "a crosswalk is no place to back up on"
        return ""


def _shortened(route: Route, first: int) -> tuple[Route, Edge | None]:
    """The route up to `AHEAD_M` past a node, and the edge that leads to that node."""
    length_m, last = 0.0, first
    while last < len(route.edges) and length_m < AHEAD_M:
        length_m += route.edges[last].length_m
        last += 1
    short = replace(
        route,
        order_nodes=route.order_nodes[: last + 1],
        order_edges=route.order_edges[:last],
        nodes=route.nodes[: last + 1],
        edges=route.edges[:last],
    )
    return short, route.edges[first - 1] if first > 0 else None


def _edges_along(laid: LaidPath, piece: Piece, aside: Aside) -> tuple[Edge, ...]:
    """The path's first ones: those until the vehicle is back on the route."""
    until = piece.s_m - piece.s_m[0] <= aside.end_m
    return laid.edges[: int(piece.leg[until].max()) + 1]
