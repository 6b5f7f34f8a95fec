"""Making way: keep right in time for who comes towards the vehicle, before the gate must stop it.

Whoever comes along the way and would be met too near is given room on the vehicle's left, where
the way is wide enough for two: the vehicle slows down to walking pace, leads over to the right,
and comes back behind him. Two vehicles that meet do the same, each on its own, with or without a
link. It stands at the side while somebody passes too near, and as long as he does not move on the
rules for things that stand in the way hold (`detours.py`).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from navigation.following.aside import WALKING_MPS, Aside, Detour
from navigation.following.oncoming import Comer, OncomingWatch
from navigation.following.path import Piece
from navigation.following.room import Room
from navigation.following.side import (
    clearance_m,
    find_side,
    free_until_m,
    is_back_clear,
    is_in_the_way,
    prolonged,
)
from navigation.following.tracker import DRIVE_DELAY_S, PathTracker
from navigation.order_rules import Route
from navigation.route_plan import RoutePlan
from patrol.map import Edge, PatrolMap
from patrol.vehicle import VehicleSpec

log = logging.getLogger(__name__)

WITHIN_M = 22.0  # of the bumper: somebody further away is made way for later
STAY_FOR_M = 12.0  # who is nearer than this, and not passed yet, keeps the vehicle aside
HOLD_WITHIN_M, HOLD_WITHIN_S = 2.0, 1.0  # and so much more for who comes faster
NEAR_M = 0.8  # to the vehicle's side: 1.0 m was planned, each of the two is seen to 0.1 m
GONE_S = 2.0
LOST_S = 2.5  # who was seen so lately is still there, though the lidar shows him no more
GENTLE_M = 0.7  # of a ramp leads aside by some centimetres
STRAIGHT_RADPS = 0.15  # a body that turns faster smears what the lidar sees
TURN_BACK_M = 0.8  # so near to where it leads back, it looks whether it may

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Underway:
    """The order and the vehicle in this cycle."""

    route: Route
    plan: RoutePlan
    tracker: PathTracker
    speed_mps: float


@dataclass(frozen=True)
class _Side:
    """Where the vehicle makes way; `piece` is the route's line there, `edges` its ways."""

    plan: RoutePlan
    aside: Aside
    piece: Piece
    piece_index: int
    until_m: float
    edges: tuple[Edge, ...]
    first_edge: int  # in the route
    room: Room

    def along_m(self, tracker: PathTracker) -> float:
        return tracker.s_m - float(self.piece.s_m[0])

    def is_past(self, tracker: PathTracker) -> bool:
        return tracker.piece_index != self.piece_index or (
            self.along_m(tracker) > self.aside.end_m
        )


class MakingWay:
    """One vehicle's keeping right; `step` once a cycle while nothing stands in its way."""

    def __init__(self, spec: VehicleSpec, patrol_map: PatrolMap) -> None:
        self._spec, self._map = spec, patrol_map
        self.forget()

    def forget(self) -> None:
        """Another path: nobody is known on it."""
        self._watch = OncomingWatch()
        self._leave()

    def _leave(self) -> None:
        self._side: _Side | None = None
        self._held_s = self._stepped_s = self._to_pass_s = -math.inf
        self.is_holding = False  # somebody passes too near, or did until just now
        self.cap_mps = math.inf

    @property
    def is_aside(self) -> bool:
        """Whether the vehicle is making way."""
        return self._side is not None

    def fits(self, route: Route) -> bool:
        """Whether an updated route leads along where the vehicle makes way."""
        side = self._side
        if side is None:
            return True
        begin = side.first_edge
        return route.edges[begin : begin + len(side.edges)] == side.edges

    def step(self, points_map: Array | None, here: Underway, now_s: float) -> RoutePlan | None:
        """The plan to drive from now on, where it is another one; points (n, 2) of a new scan."""
        side = self._side
        if side is not None and side.is_past(here.tracker):
            log.info("way_made at_m=%.1f", here.tracker.s_m)
            self._leave()
            side = None
        if side is not None:
            self._slow_down(here, now_s)
        piece = here.tracker.piece if side is None else side.piece
        if points_map is None or piece is None or self._is_turning(piece, here):
            return None
        comers = self._watch.look(piece, here.tracker.s_m, points_map, now_s)
        if side is None:
            return self._begin(comers, points_map, piece, here)
        self._hold(side, comers, here.tracker, now_s)
        return self._stay(side, comers, points_map, here.tracker, now_s)

    def _is_turning(self, piece: Piece, here: Underway) -> bool:
        turn_radps = abs(here.speed_mps * here.tracker.curvature_1pm)
        return piece.is_turn or piece.direction < 0 or turn_radps > STRAIGHT_RADPS

    def _slow_down(self, here: Underway, now_s: float) -> None:
        """Comfortably to walking pace, from what the vehicle drove when it began."""
        if math.isinf(self.cap_mps):
            self.cap_mps = max(abs(here.speed_mps), WALKING_MPS)
        elif now_s > self._stepped_s:
            by_mps = self._spec.comfort_deceleration_mps2 * (now_s - self._stepped_s)
            self.cap_mps = max(WALKING_MPS, self.cap_mps - by_mps)
        self._stepped_s = now_s

    # --- moving over ---

    def _begin(
        self, comers: Sequence[Comer], points_map: Array, piece: Piece, here: Underway
    ) -> RoutePlan | None:
        spec, tracker = self._spec, here.tracker
        at_m = tracker.s_m - float(piece.s_m[0])
        ahead = [
            c for c in comers
            if c.speed_mps > 0 and 0 < c.body.near_m - at_m - spec.front_m < WITHIN_M
        ]  # fmt: skip
        if not any(is_in_the_way(c.body, spec) for c in ahead):
            return None
        until_m = free_until_m(piece, tracker.edges, at_m, spec)
        legs, edges, room = self._ways(piece, tracker, at_m, until_m)
        aside = find_side(
            piece, at_m, until_m, self._lead_m(here.speed_mps), ahead,
            _without(points_map, ahead), min(edge.width_m for edge in edges), room, spec,
        )  # fmt: skip
        if aside is None:
            return None
        log.info("making_way offset_m=%.2f ahead_m=%.1f", aside.offset_m, aside.begin_m - at_m)
        plan = _with_aside(here.plan, aside, tracker.piece_index)
        lead = 1 if here.plan.lead is not None else 0
        first = here.plan.first_index + max(0, legs.start - lead)
        kept = edges[max(0, lead - legs.start) :]
        self._side = _Side(plan, aside, piece, tracker.piece_index, until_m, kept, first, room)
        return plan

    def _ways(
        self, piece: Piece, tracker: PathTracker, at_m: float, until_m: float
    ) -> tuple[range, tuple[Edge, ...], Room]:
        """The path's legs between two places, their ways, and the ground of those."""
        last = min(until_m, at_m + WITHIN_M)
        at = np.interp((at_m, last), piece.s_m - piece.s_m[0], piece.leg)
        legs = range(int(at[0]), min(int(at[1]), len(tracker.edges) - 1) + 1)
        edges = tuple(tracker.edges[legs.start : legs.stop])
        behind = tuple(tracker.edges[max(0, legs.start - 1) : legs.start])
        return legs, edges, Room(self._map, (*behind, *edges))

    def _lead_m(self, speed_mps: float) -> float:
        """How far the vehicle drives until it leads over: all but the last of slowing down, as
        a ramp begins gently."""
        speed = max(abs(speed_mps), WALKING_MPS)
        energy = speed * speed - WALKING_MPS * WALKING_MPS
        slowing_m = energy / (2 * self._spec.comfort_deceleration_mps2)
        return speed * 2 * DRIVE_DELAY_S + max(0.0, slowing_m - GENTLE_M)

    # --- aside ---

    def _hold(
        self, side: _Side, comers: Sequence[Comer], tracker: PathTracker, now_s: float
    ) -> None:
        """Stand while somebody passes, or stands where he came to, too near."""
        at_m, spec = side.along_m(tracker), self._spec
        for comer in comers:
            gap_m = comer.body.near_m - at_m - spec.front_m
            within_m = HOLD_WITHIN_M + HOLD_WITHIN_S * comer.speed_mps
            is_near = -spec.length_m < gap_m < within_m
            if is_near and abs(clearance_m(comer, side.aside, at_m, spec)) < NEAR_M:
                self._held_s = now_s
        self.is_holding = now_s - self._held_s < GONE_S

    def _stay(
        self,
        side: _Side,
        comers: Sequence[Comer],
        points_map: Array,
        tracker: PathTracker,
        now_s: float,
    ) -> RoutePlan | None:
        """Lead back later as long as somebody is still to be passed."""
        at_m = side.along_m(tracker)
        to_pass = [
            c for c in comers
            if -self._spec.length_m < c.body.near_m - at_m - self._spec.front_m < STAY_FOR_M
        ]  # fmt: skip
        if any(c.body.near_m > at_m + self._spec.front_m for c in to_pass):
            self._to_pass_s = now_s
        if not 0 <= side.aside.return_m - at_m < TURN_BACK_M:
            return None
        is_passed = not to_pass and now_s - self._to_pass_s > LOST_S
        if is_passed and is_back_clear(side.piece, side.aside, points_map, self._spec):
            return None
        things = _without(points_map, to_pass)
        longer = prolonged(
            side.piece, side.aside, at_m, side.until_m, things, side.room, self._spec
        )
        if longer == side.aside:
            if any(comer.speed_mps > 0 for comer in to_pass):
                self._held_s = now_s  # back on the route it would be in his way
            return None
        plan = _with_aside(side.plan, longer, side.piece_index)
        self._side = replace(side, plan=plan, aside=longer)
        return plan


def _with_aside(plan: RoutePlan, aside: Aside, piece_index: int) -> RoutePlan:
    back = plan.detour.back if plan.detour is not None else None
    return replace(plan, detour=Detour(back, aside, piece_index))


def _without(points_map: Array, comers: Sequence[Comer]) -> Array:
    """The points (n, 2) that are not those of who comes."""
    theirs = np.concatenate([np.empty((0, 2)), *(c.body.points_map for c in comers)])
    known = {(x, y) for x, y in theirs.tolist()}
    return points_map[[(x, y) not in known for x, y in points_map.tolist()]]
