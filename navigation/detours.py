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
from navigation.following.aside import WALKING_MPS
from navigation.following.detour import LEAST_CLEARANCE_M, UNSEEN, touches
from navigation.following.stillness import LEAST_POINTS, SeenBefore, StillWatch
from navigation.following.tracker import STANDING_MPS, PathTracker
from navigation.following.trail import Trail
from navigation.making_way import MakingWay, Underway
from navigation.order_rules import Route
from navigation.route_plan import RoutePlan
from patrol.faults import FaultKind, Response, strongest_response
from patrol.geometry import Pose2, Scan
from patrol.map import PatrolMap
from patrol.topics import TOPICS
from patrol.vehicle import VehicleSpec

log = logging.getLogger(__name__)

WAIT_S = 20.0  # who stops for the phone or a chat has walked on by then, or is asked to
BLOCKED_AFTER_S = 30.0  # one search or more has failed by then
SEARCH_EVERY_S = 2.0
LENGTHEN_EVERY_S = 0.5  # while passing: 0.25 m at walking pace
PASSING_MPS = WALKING_MPS
WHO_MOVES_CLEARANCE_M = 1.0  # to whoever was seen to move while the vehicle waited
CLEAR_S = 2.0  # without an obstacle for so long, or so far driven, the way is free again
CLEAR_M = 0.3
LOOK_AHEAD_M = 4.0  # along the way round, for newcomers
UNSEEN_S = 30.0  # on a way round: what the gate stops for unseen lies where it lies
ASKING_MPS = 0.005  # then it asks the gate again, for CLEAR_S: who stands still is told nothing
GATE_AHEAD_M = 1.0  # the gate holds a standing vehicle for nothing further on, nor further aside
GATE_ASIDE_M = 0.2  # (its 0.10 m, and what the path is followed by)
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
        self._pass(None, None, LEAST_CLEARANCE_M)
        self._free()
        self._making_way.forget()

    @property
    def is_holding(self) -> bool:
        """Whether somebody is in the way of the way round, or passes too near at the side."""
        return self._holds or self._making_way.is_holding

    @property
    def cap_mps(self) -> float:
        """The highest speed now (m/s)."""
        return min(self._cap_mps, self._making_way.cap_mps)

    def _pass(self, way: DetourPlan | None, seen: SeenBefore | None, least_m: float) -> None:
        self._passing, self._seen, self._least_m = way, seen, least_m
        self._newcomer_s = self._unseen_s = -math.inf
        self._holds = False  # something is in the way of the way round, or was until just now
        self._cap_mps = math.inf if way is None else PASSING_MPS  # the highest speed now

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
        return self._passing is None or self._passing.fits(route)

    def step(
        self, scan: Scan | None, here: Here, faults: frozenset[FaultKind], now_s: float
    ) -> RoutePlan | None:
        """The plan to drive from now on, where it is another one."""
        self._trail.note(here.pose)
        if self._passing is not None and _is_past(self._passing, here.tracker):
            log.info("detour_passed at_m=%.1f", here.tracker.s_m)
            self.forget()
        fresh = self._fresh_points(scan, now_s)
        if fresh is not None and self._passing is not None:
            self._look_for_newcomers(fresh, here, now_s)
            self._look_for_unseen(fresh, here, faults, now_s)
            self._hold(now_s)
        self._note_blocked(faults, here, now_s)
        if strongest_response(faults - OWN_FAULTS) >= Response.SLOW_THEN_WAIT:
            return None
        if self._passing is None and (plan := self._make_way(fresh, here, now_s)) is not None:
            return plan
        if fresh is None:
            return None
        if self._blocked_s is None:
            return None if self._passing is None else self._lengthened(fresh, here, now_s)
        return self._wait(fresh, here, now_s)

    def _make_way(self, fresh: Array | None, here: Here, now_s: float) -> RoutePlan | None:
        if here.plan is None:
            return None
        things = None if fresh is None else here.pose.transform_points(fresh)
        underway = Underway(here.route, here.plan, here.tracker, here.speed_mps)
        return self._making_way.step(things, underway, now_s)

    def _fresh_points(self, scan: Scan | None, now_s: float) -> Array | None:
        """A new scan's points (n, 2) in base_link; None where there is no new one."""
        if scan is None or scan is self._scan or now_s - scan.stamp_s > SCAN_MAX_AGE_S:
            return None
        self._scan = scan
        return scan.points_base(self._spec.lidar.x_m, self._spec.lidar.y_m)

    # --- waiting ---

    def _note_blocked(self, faults: frozenset[FaultKind], here: Here, now_s: float) -> None:
        is_asking = self._cap_mps < PASSING_MPS
        if FaultKind.OBSTACLE_IN_STOP_ZONE in faults or self.is_holding or is_asking:
            self._seen_blocked_s = now_s
            if self._blocked_s is None:
                self._blocked_s, self._blocked_at_m = now_s, here.tracker.s_m
        if self._blocked_s is None:
            return
        clear_m = self._spec.length_m if self._unseen_s > -math.inf else CLEAR_M
        has_left = abs(here.tracker.s_m - self._blocked_at_m) > clear_m
        if has_left or now_s - self._seen_blocked_s > CLEAR_S:
            self._free()
        elif now_s - self._blocked_s > BLOCKED_AFTER_S and not self.is_blocked:
            self.is_blocked = True
            log.info("path_blocked at_m=%.1f why=%r", here.tracker.s_m, self.reason)

    def _wait(self, points_base: Array, here: Here, now_s: float) -> RoutePlan | None:
        if abs(here.speed_mps) >= STANDING_MPS:
            return None
        self._watch.look(points_base, now_s)
        is_early = now_s - self._searched_s < SEARCH_EVERY_S
        if is_early or self._watch.still_s(now_s) < WAIT_S:
            return None
        self._searched_s = now_s
        return self._search(points_base, here)

    def _search(self, points_base: Array, here: Here) -> RoutePlan | None:
        things = here.pose.transform_points(points_base)
        is_backing = _is_backing(here.tracker)
        somebody_came = self._newcomer_s > self._unseen_s
        if not (is_backing or somebody_came or self._gate_sees(things, here.tracker)):
            self.reason = UNSEEN.reason  # a way round what stands further on would lead into it
            return None
        moved = self._watch.has_moved or self._newcomer_s > -math.inf
        least_m = WHO_MOVES_CLEARANCE_M if moved else LEAST_CLEARANCE_M
        search = DetourSearch(here.route, here.reached, self._map, self._spec, here.pose)
        found = search.find(None if is_backing else self._trail, things, least_m)
        if isinstance(found, DetourPlan):
            return self._begun(found, here, least_m)
        self.reason = found.reason
        if is_backing and self._passing is not None and found.is_clear:
            log.info("detour_needless")
            self.forget()
            return search.straight_on()
        return None

    def _begun(self, found: DetourPlan, here: Here, least_m: float) -> RoutePlan:
        """Take a way round. The path counts as blocked on until the vehicle gets away."""
        log.info("detour_begun offset_m=%.2f clearance_m=%.2f", found.aside.offset_m, least_m)
        assert self._scan is not None
        self._pass(found, SeenBefore(self._scan, here.pose, self._spec.lidar), least_m)
        self._making_way.forget()
        self._watch = StillWatch()
        self._blocked_at_m = 0.0  # where the new path begins
        return found.plan

    # --- passing ---

    def _lengthened(self, points_base: Array, here: Here, now_s: float) -> RoutePlan | None:
        assert self._passing is not None
        is_early = now_s - self._searched_s < LENGTHEN_EVERY_S
        if is_early or here.tracker.piece_index != self._passing.piece_index:
            return None
        self._searched_s = now_s
        things = here.pose.transform_points(points_base)
        longer = self._passing.lengthened(things, self._spec, self._least_m)
        if longer is None:
            return None
        log.info("detour_lengthened return_m=%.1f", longer.aside.return_m)
        self._passing = longer
        return longer.plan

    def _look_for_newcomers(self, points_base: Array, here: Here, now_s: float) -> None:
        if self._seen is None:
            return
        new = self._seen.newcomers(here.pose.transform_points(points_base))
        ahead = _poses_ahead(here.tracker, LOOK_AHEAD_M)[::4]
        if len(new) >= LEAST_POINTS and touches(ahead, new, self._spec, WHO_MOVES_CLEARANCE_M):
            self._newcomer_s = now_s

    def _look_for_unseen(
        self, points_base: Array, here: Here, faults: frozenset[FaultKind], now_s: float
    ) -> None:
        """Whether the gate stops for something low: where it ends aside nobody knows, so no
        creeping past it."""
        if FaultKind.OBSTACLE_IN_STOP_ZONE not in faults or _is_backing(here.tracker):
            return
        if not self._gate_sees(here.pose.transform_points(points_base), here.tracker):
            self._unseen_s = now_s

    def _hold(self, now_s: float) -> None:
        unseen_s = now_s - self._unseen_s
        self._holds = now_s - self._newcomer_s < CLEAR_S or unseen_s < UNSEEN_S
        self._cap_mps = ASKING_MPS if unseen_s < UNSEEN_S + CLEAR_S else PASSING_MPS

    def _gate_sees(self, things_map: Array, tracker: PathTracker) -> bool:
        """Whether the lidar sees what the gate may be standing for."""
        near = _poses_ahead(tracker, GATE_AHEAD_M)
        return touches(near, things_map, self._spec, GATE_ASIDE_M)


def _is_backing(tracker: PathTracker) -> bool:
    return tracker.piece is not None and tracker.piece.direction < 0


def _poses_ahead(tracker: PathTracker, length_m: float) -> Array:
    """The path's poses (n, 3) from where the vehicle is, no further than its piece."""
    piece = tracker.piece
    if piece is None:
        return np.empty((0, 3))
    begin, end = np.searchsorted(piece.s_m, (tracker.s_m, tracker.s_m + length_m))
    return piece.poses[max(0, int(begin) - 1) : int(end) + 1]


def _is_past(passing: DetourPlan, tracker: PathTracker) -> bool:
    """Whether the vehicle is back on the route."""
    return tracker.piece_index > passing.piece_index or (
        tracker.piece_index == passing.piece_index and tracker.s_m > passing.end_s_m
    )
