"""Docking: `startCharging` is done when charging current flows, and only then.

A vehicle on its dock whose contacts give no current drives back along the approach and docks
again. After the last attempt, or when current that flowed stops, it stands there and asks for a
person (DOCKING_FAILED). It never moves for a plug that slipped after it was docked: whoever pulled
it may kneel beside the vehicle. A restart changes none of this: whoever keeps the order keeps how
the docking stood.
"""

from __future__ import annotations

import logging
import math
from enum import Enum

import numpy as np

from navigation.following.aside import Detour
from navigation.order_rules import Route
from navigation.route_plan import RoutePlan
from navigation.types import BaseStatus, Docked
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2
from patrol.map import Edge, PatrolMap
from patrol.vda5050.messages import ActionStatus

log = logging.getLogger(__name__)

ATTEMPTS = 3  # dirt or a bad angle goes with one more push or two; what is left is broken
CURRENT_WITHIN_S = 30.0  # chargers shake hands for some seconds before they switch on
SETTLED_S = 2.0  # contacts that only touch give current for a moment
LOST_AFTER_S = 5.0  # chargers pause to measure
FULL_PCT = 97.0  # a battery that shows this counts as full, and its charger may rest
BACK_M = 1.5  # well clear of the contacts, and room to straighten
LEAST_BACK_M = 0.8
APPROACH_WITHIN_S = 90.0  # 3 m at 0.3 m/s take 10 s; the rest is for people in the way
ALONG_RAD = math.radians(30.0)  # to the vehicle's heading: an edge that it came along

NO_CURRENT = f"the charger gives no current, {ATTEMPTS} times docked"
NO_APPROACH = "the charger gives no current, and there is no way back to dock again"
NOT_BACK = f"not back on the dock within {APPROACH_WITHIN_S:g} s"


class Phase(Enum):
    """How the docking stands."""

    AWAY = "away"  # nothing to dock for
    WAITING = "waiting"  # on the dock, for current
    AGAIN = "again"  # to be docked again: somebody has to lay the path
    APPROACHING = "approaching"  # driving back and onto the dock again
    DOCKED = "docked"
    FAILED = "failed"  # a person is needed; current that flows again ends it


class Docking:
    """One stay on a dock; `run` while its action is open, `watch` when it is done."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """The vehicle leaves, or its order is gone."""
        self.phase, self.result = Phase.AWAY, ""
        self.attempts = 1
        self._began_s: float | None = None
        self._flows_since_s: float | None = None
        self._lost_since_s: float | None = None
        self._drove_s = 0.0

    def resume(self, docked: Docked) -> None:
        """As it stood before a restart: current has to flow on, or again."""
        if docked is not Docked.NO:
            self.phase = Phase.DOCKED if docked is Docked.YES else Phase.FAILED
            log.info("docking_resumed phase=%s", self.phase.value)

    @property
    def docked(self) -> Docked:
        """What a restart has to know."""
        known = {Phase.DOCKED: Docked.YES, Phase.FAILED: Docked.FAILED}
        return known.get(self.phase, Docked.NO)

    @property
    def has_failed(self) -> bool:
        """Whether the vehicle stands there for a person."""
        return self.phase is Phase.FAILED

    @property
    def is_approaching(self) -> bool:
        """Whether the vehicle is on its way back onto the dock."""
        return self.phase is Phase.APPROACHING

    def run(self, base: BaseStatus | None, now_s: float) -> ActionStatus:
        """The action's status; call every cycle while standing on the dock."""
        if self.phase in (Phase.AGAIN, Phase.APPROACHING):
            return "RUNNING"
        if self.phase is Phase.FAILED:
            return "FAILED"
        self.phase = Phase.WAITING
        began_s = self._began_s = now_s if self._began_s is None else self._began_s
        if base is not None and base.charging:
            if self._flows_since_s is None:
                self._flows_since_s = now_s
            is_settled = now_s - self._flows_since_s >= SETTLED_S
            return self._docked() if is_settled else "RUNNING"
        self._flows_since_s = None
        if now_s - began_s < CURRENT_WITHIN_S:
            return "RUNNING"
        if self.attempts >= ATTEMPTS:
            return self.fail(NO_CURRENT)
        self.phase = Phase.AGAIN
        log.warning("docking_again attempt=%d", self.attempts + 1)
        return "RUNNING"

    def _docked(self) -> ActionStatus:
        self.phase = Phase.DOCKED
        log.info("docked attempts=%d", self.attempts)
        return "FINISHED"

    def fail(self, result: str) -> ActionStatus:
        """Give up: a person is needed."""
        self.phase, self.result = Phase.FAILED, result
        log.warning("docking_failed why=%r", result)
        return "FAILED"

    def set_out(self) -> None:
        """The path back and onto the dock again is laid."""
        self.phase, self._drove_s = Phase.APPROACHING, 0.0
        self.attempts += 1

    def note_driving(self, duration_s: float) -> None:
        """So long the vehicle was free to drive onto the dock again."""
        self._drove_s += duration_s
        if self.is_approaching and self._drove_s > APPROACH_WITHIN_S:
            self.fail(NOT_BACK)

    def arrive(self) -> None:
        """It stands on the dock again."""
        self.phase, self._began_s, self._flows_since_s = Phase.WAITING, None, None

    def watch(self, base: BaseStatus | None, now_s: float) -> None:
        """After the action: whether current still flows, or flows again."""
        if self.phase not in (Phase.DOCKED, Phase.FAILED) or base is None:
            return
        if base.charging or base.battery_pct >= FULL_PCT:
            self._lost_since_s = None
            if self.has_failed:
                log.info("docking_mended")
                self.phase = Phase.DOCKED
            return
        self._lost_since_s = now_s if self._lost_since_s is None else self._lost_since_s
        if self.phase is Phase.DOCKED and now_s - self._lost_since_s > LOST_AFTER_S:
            self.fail("the current stopped")


def approach_again(
    route: Route, reached: int, patrol_map: PatrolMap, pose: Pose2
) -> RoutePlan | None:
    """The plan from a dock straight back along its approach and onto it again.

    None where no edge leads there the way the vehicle stands, or a too short one.
    """
    edge = _approach(patrol_map, route.nodes[reached].id, pose)
    if edge is None:
        return None
    back_m = min(BACK_M, edge.length_m)
    if back_m < LEAST_BACK_M:
        return None
    lengths = np.linspace(0.0, back_m, 16)
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    back = np.column_stack((pose.x_m - cos * lengths, pose.y_m - sin * lengths))
    end, start = patrol_map.nodes[edge.end_id], patrol_map.nodes[edge.start_id]
    share = back_m / edge.length_m
    lead = (end.x_m + share * (start.x_m - end.x_m), end.y_m + share * (start.y_m - end.y_m))
    return RoutePlan(reached, False, pose, lead, edge, Detour(back))


def _approach(patrol_map: PatrolMap, node_id: int, pose: Pose2) -> Edge | None:
    """The edge into a node that runs most like the vehicle stands."""
    best, best_rad = None, ALONG_RAD
    end = patrol_map.nodes[node_id]
    for edge in patrol_map.edges.values():
        if edge.end_id != node_id:
            continue
        start = patrol_map.nodes[edge.start_id]
        yaw_rad = math.atan2(end.y_m - start.y_m, end.x_m - start.x_m)
        off_rad = abs(wrap_angle(yaw_rad - pose.yaw_rad))
        if off_rad < best_rad:
            best, best_rad = edge, off_rad
    return best
