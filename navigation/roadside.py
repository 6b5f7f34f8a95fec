"""The right-hand side of a route where a vehicle makes way: its place, and who is to be passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from navigation.following.aside import Aside, Detour
from navigation.following.oncoming import Comer
from navigation.following.path import Piece
from navigation.following.room import Room
from navigation.following.side import (
    clearance_m,
    find_side,
    free_until_m,
    is_back_clear,
    prolonged,
)
from navigation.following.tracker import PathTracker
from navigation.order_rules import Route
from navigation.route_plan import RoutePlan
from patrol.map import Edge, PatrolMap
from patrol.vehicle import VehicleSpec

WITHIN_M = 22.0  # of the bumper: somebody further away is made way for later
STAY_FOR_M = 12.0  # who is nearer than this, and not passed yet, keeps the vehicle aside
HOLD_WITHIN_M, HOLD_WITHIN_S = 2.0, 1.0  # and so much more for who comes faster
NEAR_M = 0.8  # to the vehicle's side: 1.0 m was planned, each of the two is seen to 0.1 m

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Roadside:
    """Where the vehicle makes way; `piece` is the route's line there, `edges` its ways."""

    plan: RoutePlan
    aside: Aside
    piece: Piece
    piece_index: int
    until_m: float  # along the piece: it is back on the line by then
    edges: tuple[Edge, ...]
    first_edge: int  # in the route
    room: Room

    def along_m(self, tracker: PathTracker) -> float:
        """How far along the piece the vehicle is."""
        return tracker.s_m - float(self.piece.s_m[0])

    def is_past(self, tracker: PathTracker) -> bool:
        """Whether the vehicle is back on the route."""
        is_on_piece = tracker.piece_index == self.piece_index
        return not is_on_piece or self.along_m(tracker) > self.aside.end_m

    def fits(self, route: Route) -> bool:
        """Whether an updated route leads along here."""
        begin = self.first_edge
        return route.edges[begin : begin + len(self.edges)] == self.edges

    def is_too_near(self, comer: Comer, at_m: float, spec: VehicleSpec) -> bool:
        """Whether somebody passes, or stands where he came to, too near to drive on."""
        within_m = HOLD_WITHIN_M + HOLD_WITHIN_S * comer.speed_mps
        is_beside = -spec.length_m < gap_m(comer, at_m, spec) < within_m
        return is_beside and abs(clearance_m(comer, self.aside, at_m, spec)) < NEAR_M

    def is_back_clear(self, points_map: Array, spec: VehicleSpec) -> bool:
        """Whether no point (n, 2) lies where the vehicle leads back to the route."""
        return is_back_clear(self.piece, self.aside, points_map, spec)

    def prolonged(self, at_m: float, things_map: Array, spec: VehicleSpec) -> Roadside | None:
        """The same, but led back later; None where that has no room."""
        longer = prolonged(self.piece, self.aside, at_m, self.until_m, things_map, self.room, spec)
        if longer == self.aside:
            return None
        plan = _with_aside(self.plan, longer, self.piece_index)
        return replace(self, plan=plan, aside=longer)


def find_roadside(
    plan: RoutePlan,
    tracker: PathTracker,
    lead_m: float,
    comers: Sequence[Comer],
    points_map: Array,
    patrol_map: PatrolMap,
    spec: VehicleSpec,
) -> Roadside | None:
    """Where to make way for all who come, `lead_m` ahead at the earliest; None without room.

    The points (n, 2) are all that is seen, who comes among them.
    """
    piece = tracker.piece
    assert piece is not None
    at_m = tracker.s_m - float(piece.s_m[0])
    until_m = free_until_m(piece, tracker.edges, at_m, spec)
    legs = _legs(piece, tracker, at_m, min(until_m, at_m + WITHIN_M))
    edges = tuple(tracker.edges[legs.start : legs.stop])
    if not edges:
        return None  # on a crosswalk, or so near before one that nothing may be left
    behind = tuple(tracker.edges[max(0, legs.start - 1) : legs.start])
    room = Room(patrol_map, (*behind, *edges))
    aside = find_side(
        piece, at_m, until_m, lead_m, comers, without(points_map, comers),
        min(edge.width_m for edge in edges), room, spec,
    )  # fmt: skip
    if aside is None:
        return None
    lead = 1 if plan.lead is not None else 0  # the path's first edge is none of the route's
    first_edge = plan.first_index + max(0, legs.start - lead)
    kept = edges[max(0, lead - legs.start) :]
    index = tracker.piece_index
    led = _with_aside(plan, aside, index)
    return Roadside(led, aside, piece, index, until_m, kept, first_edge, room)


def gap_m(comer: Comer, at_m: float, spec: VehicleSpec) -> float:
    """From the vehicle's bumper to who comes; negative when he is beside it or behind."""
    return comer.body.near_m - at_m - spec.front_m


def without(points_map: Array, comers: Sequence[Comer]) -> Array:
    """The points (n, 2) that are not those of who comes."""
    theirs = np.concatenate([np.empty((0, 2)), *(c.body.points_map for c in comers)])
    known = {(x, y) for x, y in theirs.tolist()}
    return points_map[[(x, y) not in known for x, y in points_map.tolist()]]


def _legs(piece: Piece, tracker: PathTracker, from_m: float, to_m: float) -> range:
    """The path's legs between two places on a piece."""
    at = np.interp((from_m, to_m), piece.s_m - piece.s_m[0], piece.leg)
    return range(int(at[0]), min(int(at[1]), len(tracker.edges) - 1) + 1)


def _with_aside(plan: RoutePlan, aside: Aside, piece_index: int) -> RoutePlan:
    back = plan.detour.back if plan.detour is not None else None
    return replace(plan, detour=Detour(back, aside, piece_index))
