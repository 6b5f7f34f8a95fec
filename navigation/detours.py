"""Detours: when to go round what stands in the way, and when to say that the way is blocked.

The gate stops the vehicle before a thing. It waits there: most things that stand in a street walk
on. Where nothing near has moved for `WAIT_S`, it looks for a way round inside the way's edges and
takes it at walking pace. Whoever comes near on that way, where free ground was seen before, makes
it stand until he is gone. Where there is no way round, the vehicle goes on waiting and reports
PATH_BLOCKED, for which a dispatcher sends it on by another way.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.detour_plan import DetourPlan, DetourSearch
from navigation.following.detour import LEAST_CLEARANCE_M, UNSEEN
from navigation.following.stillness import SeenBefore, StillWatch
from navigation.following.tracker import STANDING_MPS, PathTracker
from navigation.following.trail import Trail
from navigation.making_way import MakingWay, Underway
from navigation.order_rules import Route
from navigation.passing import CLEAR_S, WHO_MOVES_CLEARANCE_M, Passing, gate_sees, is_backing
from navigation.route_plan import RoutePlan
from patrol.faults import IN_STOP_ZONE, FaultKind, Response, strongest_response
from patrol.geometry import Pose2, Scan
from patrol.map import PatrolMap
from patrol.topics import TOPICS
from patrol.vehicle import VehicleSpec
from patrol.waiting import Waiting

log = logging.getLogger(__name__)

WAIT_S = 20.0  # who stops for the phone or a chat has walked on by then, or is asked to
BLOCKED_AFTER_S = 30.0  # one search or more has failed by then
SEARCH_EVERY_S = 2.0
CLEAR_M = 0.3  # driven on by so much, or without an obstacle for CLEAR_S, the way is free again
SCAN_MAX_AGE_S = TOPICS["/scan"].max_age_s or 0.0
OWN_FAULTS = frozenset({FaultKind.OBSTACLE_IN_STOP_ZONE, FaultKind.PATH_BLOCKED})

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Here:
    """The order and the vehicle in this cycle."""

    route: Route
    reached: int
    plan: RoutePlan | None  # that the path was laid by
    pose: Pose2
    tracker: PathTracker
    speed_mps: float


class Detours:
    """One vehicle's waiting and going round; `step` once a cycle, after the faults are known."""

    def __init__(self, spec: VehicleSpec, patrol_map: PatrolMap) -> None:
        self._spec, self._map = spec, patrol_map
        self._trail = Trail()
        self._scan: Scan | None = None
        self._making_way = MakingWay(spec, patrol_map)
        self.forget()

    def forget(self) -> None:
        """Another path: what stood on the former one does not matter. The ground driven does."""
        self._passing: Passing | None = None
        self._free()
        self._making_way.forget()

    @property
    def holds_for(self) -> Waiting | None:
        """What makes the vehicle stand: somebody on the way round, or who passes too near."""
        if self._passing is not None and self._passing.is_holding:
            return Waiting.WAY_ROUND
        return Waiting.MAKING_WAY if self._making_way.is_holding else None

    @property
    def cap_mps(self) -> float:
        """The highest speed now (m/s)."""
        cap_mps = math.inf if self._passing is None else self._passing.cap_mps
        return min(cap_mps, self._making_way.cap_mps)

    def _free(self) -> None:
        self._blocked_s: float | None = None
        self._blocked_at_m = 0.0
        self._seen_blocked_s = -math.inf
        self._searched_s = -math.inf
        self._watch = StillWatch()
        self.is_blocked = False
        self.reason = ""

    def fits(self, route: Route) -> bool:
        """Whether an updated route leads along the way round, where the vehicle is on one."""
        if not self._making_way.fits(route):
            return False
        return self._passing is None or self._passing.way.fits(route)

    def step(
        self, scan: Scan | None, here: Here, faults: frozenset[FaultKind], now_s: float
    ) -> RoutePlan | None:
        """The plan to drive from now on, where it is another one."""
        self._trail.note(here.pose)
        if self._passing is not None and self._passing.is_past(here.tracker):
            log.info("detour_passed at_m=%.1f", here.tracker.s_m)
            self.forget()
        points = self._fresh_points(scan, now_s)
        things = None if points is None else here.pose.transform_points(points)
        if things is not None and self._passing is not None:
            is_stopped = FaultKind.OBSTACLE_IN_STOP_ZONE in faults
            self._passing.look(things, here.tracker, is_stopped, now_s)
        self._note_blocked(faults, here, now_s)
        if strongest_response(faults - OWN_FAULTS) >= Response.SLOW_THEN_WAIT:
            return None
        if self._passing is None and (plan := self._make_way(things, here, now_s)) is not None:
            return plan
        if points is None or things is None:
            return None
        if self._blocked_s is not None:
            return self._wait(points, things, here, now_s)
        if self._passing is not None:
            return self._passing.lengthened(things, here.tracker, now_s)
        return None

    def _make_way(self, things_map: Array | None, here: Here, now_s: float) -> RoutePlan | None:
        if here.plan is None:
            return None
        underway = Underway(here.plan, here.tracker, here.speed_mps)
        return self._making_way.step(things_map, underway, now_s)

    def _fresh_points(self, scan: Scan | None, now_s: float) -> Array | None:
        """A new scan's points (n, 2) in base_link; None where there is no new one."""
        if scan is None or scan is self._scan or now_s - scan.stamp_s > SCAN_MAX_AGE_S:
            return None
        self._scan = scan
        return scan.points_base(self._spec.lidar.x_m, self._spec.lidar.y_m)

    # --- waiting ---

    def _note_blocked(self, faults: frozenset[FaultKind], here: Here, now_s: float) -> None:
        passing = self._passing
        is_asking = passing is not None and passing.is_asking
        if not faults.isdisjoint(IN_STOP_ZONE) or self.holds_for or is_asking:
            self._seen_blocked_s = now_s
            if self._blocked_s is None:
                self._blocked_s, self._blocked_at_m = now_s, here.tracker.s_m
        if self._blocked_s is None:
            return
        is_unseen = passing is not None and passing.has_met_unseen
        clear_m = self._spec.length_m if is_unseen else CLEAR_M
        has_left = abs(here.tracker.s_m - self._blocked_at_m) > clear_m
        if has_left or now_s - self._seen_blocked_s > CLEAR_S:
            self._free()
        elif now_s - self._blocked_s > BLOCKED_AFTER_S and not self.is_blocked:
            self.is_blocked = True
            log.info("path_blocked at_m=%.1f why=%r", here.tracker.s_m, self.reason)

    def _wait(
        self, points_base: Array, things_map: Array, here: Here, now_s: float
    ) -> RoutePlan | None:
        if abs(here.speed_mps) >= STANDING_MPS:
            return None
        self._watch.look(points_base, now_s)
        is_early = now_s - self._searched_s < SEARCH_EVERY_S
        if is_early or self._watch.still_s(now_s) < WAIT_S:
            return None
        self._searched_s = now_s
        return self._search(things_map, here)

    def _search(self, things_map: Array, here: Here) -> RoutePlan | None:
        passing, backs = self._passing, is_backing(here.tracker)
        somebody_came = passing is not None and passing.newcomer_is_last
        if not (backs or somebody_came or gate_sees(things_map, here.tracker, self._spec)):
            self.reason = UNSEEN.reason  # a way round what stands further on would lead into it
            return None
        has_moved = self._watch.has_moved or (passing is not None and passing.has_met_newcomer)
        least_m = WHO_MOVES_CLEARANCE_M if has_moved else LEAST_CLEARANCE_M
        search = DetourSearch(here.route, here.reached, self._map, self._spec, here.pose)
        found = search.find(None if backs else self._trail, things_map, least_m)
        if isinstance(found, DetourPlan):
            return self._begun(found, here, least_m)
        self.reason = found.reason
        if backs and passing is not None and found.is_clear:
            log.info("detour_needless")
            self.forget()
            return search.straight_on()
        return None

    def _begun(self, found: DetourPlan, here: Here, least_m: float) -> RoutePlan:
        """Take a way round. The path counts as blocked on until the vehicle gets away."""
        log.info("detour_begun offset_m=%.2f clearance_m=%.2f", found.aside.offset_m, least_m)
        assert self._scan is not None
        seen = SeenBefore(self._scan, here.pose, self._spec.lidar)
        self._passing = Passing(found, seen, least_m, self._spec)
        self._making_way.forget()
        self._watch = StillWatch()
        self._blocked_at_m = 0.0  # where the new path begins
        return found.plan
