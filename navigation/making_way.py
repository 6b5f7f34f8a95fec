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
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.following.aside import WALKING_MPS
from navigation.following.oncoming import Comer, OncomingWatch
from navigation.following.path import Piece
from navigation.following.side import is_in_the_way
from navigation.following.tracker import DRIVE_DELAY_S, PathTracker
from navigation.order_rules import Route
from navigation.roadside import STAY_FOR_M, WITHIN_M, Roadside, find_roadside, gap_m, without
from navigation.route_plan import RoutePlan
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec

log = logging.getLogger(__name__)

GONE_S = 2.0
LOST_S = 2.5  # who was seen so lately is still there, though the lidar shows him no more
GENTLE_M = 0.7  # of a ramp leads aside by some centimetres
STRAIGHT_RADPS = 0.15  # a body that turns faster smears what the lidar sees
TURN_BACK_M = 0.8  # so near to where it leads back, it looks whether it may

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Underway:
    """The path and the vehicle in this cycle."""

    plan: RoutePlan
    tracker: PathTracker
    speed_mps: float


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
        self._side: Roadside | None = None
        self._held_s = self._stepped_s = self._to_pass_s = -math.inf
        self.is_holding = False  # somebody passes too near, or did until just now
        self.cap_mps = math.inf

    def fits(self, route: Route) -> bool:
        """Whether an updated route leads along where the vehicle makes way."""
        return self._side is None or self._side.fits(route)

    def step(self, points_map: Array | None, here: Underway, now_s: float) -> RoutePlan | None:
        """The plan to drive from now on, where it is another one; points (n, 2) of a new scan."""
        if self._side is not None and self._side.is_past(here.tracker):
            log.info("way_made at_m=%.1f", here.tracker.s_m)
            self._leave()
        side = self._side
        if side is not None:
            self._slow_down(here, now_s)
        piece = here.tracker.piece if side is None else side.piece
        if points_map is None or piece is None or _is_turning(piece, here):
            return None
        comers = self._watch.look(piece, here.tracker.s_m, points_map, now_s)
        if side is None:
            return self._begin(comers, points_map, piece, here)
        at_m = side.along_m(here.tracker)
        if any(side.is_too_near(comer, at_m, self._spec) for comer in comers):
            self._held_s = now_s
        self.is_holding = now_s - self._held_s < GONE_S
        return self._stay(side, comers, points_map, at_m, now_s)

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
            c for c in comers if c.speed_mps > 0 and 0 < gap_m(c, at_m, spec) < WITHIN_M
        ]  # fmt: skip
        if not any(is_in_the_way(c.body, spec) for c in ahead):
            return None
        lead_m = self._lead_m(here.speed_mps)
        side = find_roadside(here.plan, tracker, lead_m, ahead, points_map, self._map, spec)
        if side is None:
            return None
        offset_m, ahead_m = side.aside.offset_m, side.aside.begin_m - at_m
        log.info("making_way offset_m=%.2f ahead_m=%.1f", offset_m, ahead_m)
        self._side = side
        return side.plan

    def _lead_m(self, speed_mps: float) -> float:
        """How far the vehicle drives until it leads over: all but the last of slowing down, as
        a ramp begins gently."""
        speed = max(abs(speed_mps), WALKING_MPS)
        energy = speed * speed - WALKING_MPS * WALKING_MPS
        slowing_m = energy / (2 * self._spec.comfort_deceleration_mps2)
        return speed * 2 * DRIVE_DELAY_S + max(0.0, slowing_m - GENTLE_M)

    # --- aside ---

    def _stay(
        self,
        side: Roadside,
        comers: Sequence[Comer],
        points_map: Array,
        at_m: float,
        now_s: float,
    ) -> RoutePlan | None:
        """Lead back later as long as somebody is still to be passed."""
        spec = self._spec
        to_pass = [c for c in comers if -spec.length_m < gap_m(c, at_m, spec) < STAY_FOR_M]
        if any(gap_m(c, at_m, spec) > 0 for c in to_pass):
            self._to_pass_s = now_s
        if not 0 <= side.aside.return_m - at_m < TURN_BACK_M:
            return None
        is_passed = not to_pass and now_s - self._to_pass_s > LOST_S
        if is_passed and side.is_back_clear(points_map, spec):
            return None
        longer = side.prolonged(at_m, without(points_map, to_pass), spec)
        if longer is not None:
            self._side = longer
            return longer.plan
        if any(comer.speed_mps > 0 for comer in to_pass):
            self._held_s = now_s  # back on the route it would be in his way
        return None


def _is_turning(piece: Piece, here: Underway) -> bool:
    turn_radps = abs(here.speed_mps * here.tracker.curvature_1pm)
    return piece.is_turn or piece.direction < 0 or turn_radps > STRAIGHT_RADPS
