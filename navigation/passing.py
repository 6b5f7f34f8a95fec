"""Passing: a way round that is being driven, and what makes the vehicle stand or slow on it."""

from __future__ import annotations

import logging
import math

import numpy as np
from numpy.typing import NDArray

from navigation.detour_plan import DetourPlan
from navigation.following.aside import WALKING_MPS
from navigation.following.detour import touches
from navigation.following.stillness import LEAST_POINTS, SeenBefore
from navigation.following.tracker import PathTracker
from navigation.route_plan import RoutePlan
from patrol.vehicle import VehicleSpec

log = logging.getLogger(__name__)

WHO_MOVES_CLEARANCE_M = 1.0  # to whoever was seen to move while the vehicle waited
CLEAR_S = 2.0  # without an obstacle for so long the way is free again
LENGTHEN_EVERY_S = 0.5  # 0.25 m at walking pace
LOOK_AHEAD_M = 4.0  # along the way round, for newcomers
UNSEEN_S = 30.0  # what the gate stops for unseen lies where it lies
ASKING_MPS = 0.005  # then it asks the gate again, for CLEAR_S: who stands still is told nothing
GATE_AHEAD_M = 1.0  # the gate holds a standing vehicle for nothing further on, nor further aside
GATE_ASIDE_M = 0.2  # (its 0.10 m, and what the path is followed by)

Array = NDArray[np.float64]


class Passing:
    """One way round, from when it is taken until the vehicle is back on the route.

    `is_holding`: something is in its way, or was until just now; `cap_mps`: the highest speed now.
    """

    def __init__(
        self, way: DetourPlan, seen: SeenBefore, least_m: float, spec: VehicleSpec
    ) -> None:
        self.way = way
        self._seen, self._least_m, self._spec = seen, least_m, spec
        self._newcomer_s = self._unseen_s = self._lengthened_s = -math.inf
        self.is_holding = False
        self.cap_mps = WALKING_MPS

    @property
    def is_asking(self) -> bool:
        """Whether it only asks the gate for leave to drive."""
        return self.cap_mps < WALKING_MPS

    @property
    def has_met_newcomer(self) -> bool:
        """Whether somebody has come near on the way round."""
        return self._newcomer_s > -math.inf

    @property
    def has_met_unseen(self) -> bool:
        """Whether the gate has stopped for something that the lidar does not see."""
        return self._unseen_s > -math.inf

    @property
    def newcomer_is_last(self) -> bool:
        """Whether somebody has come since the gate stopped for something unseen."""
        return self._newcomer_s > self._unseen_s

    def is_past(self, tracker: PathTracker) -> bool:
        """Whether the vehicle is back on the route."""
        index = self.way.piece_index
        on_it = tracker.piece_index == index and tracker.s_m > self.way.end_s_m
        return on_it or tracker.piece_index > index

    def look(
        self, things_map: Array, tracker: PathTracker, is_stopped: bool, now_s: float
    ) -> None:
        """Judge a new scan's points (n, 2); `is_stopped`: the gate stops for an obstacle."""
        new = self._seen.newcomers(things_map)
        ahead = poses_ahead(tracker, LOOK_AHEAD_M)[::4]
        if len(new) >= LEAST_POINTS and touches(ahead, new, self._spec, WHO_MOVES_CLEARANCE_M):
            self._newcomer_s = now_s
        if (
            is_stopped
            and not is_backing(tracker)
            and not gate_sees(things_map, tracker, self._spec)
        ):
            self._unseen_s = now_s  # where it ends aside nobody knows: no creeping past it
        unseen_s = now_s - self._unseen_s
        self.is_holding = now_s - self._newcomer_s < CLEAR_S or unseen_s < UNSEEN_S
        self.cap_mps = ASKING_MPS if unseen_s < UNSEEN_S + CLEAR_S else WALKING_MPS

    def lengthened(
        self, things_map: Array, tracker: PathTracker, now_s: float
    ) -> RoutePlan | None:
        """The plan that stays aside longer, where things (n, 2) turn out to go on."""
        is_early = now_s - self._lengthened_s < LENGTHEN_EVERY_S
        if is_early or tracker.piece_index != self.way.piece_index:
            return None
        self._lengthened_s = now_s
        longer = self.way.lengthened(things_map, self._spec, self._least_m)
        if longer is None:
            return None
        log.info("detour_lengthened return_m=%.1f", longer.aside.return_m)
        self.way = longer
        return longer.plan


def is_backing(tracker: PathTracker) -> bool:
    """Whether the vehicle drives in reverse."""
    return tracker.piece is not None and tracker.piece.direction < 0


def gate_sees(things_map: Array, tracker: PathTracker, spec: VehicleSpec) -> bool:
    """Whether the lidar sees what the gate may be standing for."""
    return touches(poses_ahead(tracker, GATE_AHEAD_M), things_map, spec, GATE_ASIDE_M)


def poses_ahead(tracker: PathTracker, length_m: float) -> Array:
    """The path's poses (n, 3) from where the vehicle is, no further than its piece."""
    piece = tracker.piece
    if piece is None:
        return np.empty((0, 3))
    begin, end = np.searchsorted(piece.s_m, (tracker.s_m, tracker.s_m + length_m))
    return piece.poses[max(0, int(begin) - 1) : int(end) + 1]
