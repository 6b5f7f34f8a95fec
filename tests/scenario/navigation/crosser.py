"""A crosswalk on the street map, and a vehicle that comes to it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from navigation.types import Mode
from patrol.geometry import Pose2, Scan
from patrol.map import Area, AreaKind, Crosswalk, PatrolMap
from patrol.signals import SignalLight, SignalState
from patrol.vda5050.messages import Action, ActionParameter

ROAD = (8.5, 17.5)  # along the way north from node 3 to node 6, of 25 m
ROADWAY = Area("road", AreaKind.ROAD, ((20, 8.5), (60, 8.5), (60, 17.5), (20, 17.5)))
LIDAR_RAYS = 541
START = Pose2(31, 0, 0)  # on the way from node 2 to node 3


def crosswalk_map(kit: SimpleNamespace, *, signalled: bool = True) -> PatrolMap:
    plain: PatrolMap = kit.street_map()
    ids = tuple(e.id for e in plain.edges.values() if {e.start_id, e.end_id} == {3, 6})
    edges = {
        i: dataclasses.replace(e, crosswalk_id="cw") if i in ids else e
        for i, e in plain.edges.items()
    }
    crosswalk = Crosswalk("cw", "", ids, signalled, "light" if signalled else None)
    return dataclasses.replace(plain, edges=edges, crosswalks=(crosswalk,), areas=(ROADWAY,))


@dataclass(frozen=True)
class Car:
    """One that drives along the road over the crosswalk at x = 40."""

    lane_y_m: float
    speed_mps: float  # negative: to the west
    there_s: float  # its bumper would be at the crosswalk's middle
    stops_s: float = math.inf  # before that, for the vehicle

    def bumper_x_m(self, now_s: float) -> float:
        return 40.0 + self.speed_mps * (min(now_s, self.stops_s) - self.there_s)

    def outline(self, now_s: float) -> list[tuple[float, float]]:
        """Its front, and the side that the vehicle sees, a point each decimetre."""
        front, back = self.bumper_x_m(now_s), -math.copysign(4.4, self.speed_mps)
        side = [(front + back * share, self.lane_y_m - 0.9) for share in np.linspace(0, 1, 44)]
        return [(front, self.lane_y_m + y) for y in np.linspace(-0.9, 0.9, 19)] + side

    def is_on_crosswalk(self, now_s: float, half_m: float) -> bool:
        """Whether any of it is before the vehicle's way or a little beside it."""
        behind_m = (self.bumper_x_m(now_s) - 40.0) * math.copysign(1.0, self.speed_mps)
        return -half_m <= behind_m <= 4.4 + half_m


class Crosser:
    """A patrol from node 2 over the crosswalk to node 6, with a lidar that sees nobody."""

    def __init__(
        self,
        kit: SimpleNamespace,
        *,
        signalled: bool = True,
        patrol_map: PatrolMap | None = None,
        start: Pose2 = START,
        nodes: Sequence[int] = (2, 3, 6),
        released: int | None = None,
    ) -> None:
        self.patrol = kit.Patrol(patrol_map or crosswalk_map(kit, signalled=signalled), start)
        self.front_m = kit.SPEC.front_m
        self.light: SignalLight | None = None
        self.walk_left_s: float | None = None
        self.stood_on_road = False
        self.slowest_mps = math.inf  # on the road
        self.coming_mps: float | None = None
        self.car: Car | None = None
        self.lidar_m = kit.SPEC.lidar.x_m, kit.SPEC.lidar.y_m
        self.blind = False  # its lidar tells nothing new
        order = kit.make_order(self.patrol.map, nodes, released=released)
        self.patrol.stack.accept_order(order, self.patrol.now_s)

    def run(self, seconds: float, *, until_road: bool = False) -> None:
        for _ in range(round(seconds / 0.05)):
            now_s = self.patrol.now_s
            if not self.blind:
                self.patrol.scan = self._scan(now_s)
            if self.light is not None:
                self.patrol.signals = {
                    "light": SignalState(now_s, "light", self.light, self.walk_left_s)
                }
            self.patrol.step()
            standing = abs(self.patrol.vehicle.speed_mps) < 0.01
            self.stood_on_road |= self.on_road and standing
            if self.on_road:
                self.slowest_mps = min(self.slowest_mps, self.patrol.vehicle.speed_mps)
            if (until_road and self.on_road) or self.state.mode is Mode.FINISHED:
                return

    def _scan(self, now_s: float) -> Scan:
        ranges = np.full(LIDAR_RAYS, np.inf)
        if self.coming_mps is not None:  # every ray to the east sees what comes nearer
            ranges[LIDAR_RAYS // 2 - 200 : LIDAR_RAYS // 2 - 120] = 20 - self.coming_mps * (
                now_s % 2.0
            )
        step = 1.5 * math.pi / (LIDAR_RAYS - 1)
        if self.car is not None:
            pose = self.patrol.vehicle.pose
            for x_m, y_m in self.car.outline(now_s):
                x_base, y_base = pose.inverse_transform(x_m, y_m)
                x, y = x_base - self.lidar_m[0], y_base - self.lidar_m[1]
                ray = round((math.atan2(y, x) + 0.75 * math.pi) / step)
                if 0 <= ray < LIDAR_RAYS and math.hypot(x, y) <= 25.0:
                    ranges[ray] = min(ranges[ray], math.hypot(x, y))
        return Scan(now_s, -0.75 * math.pi, step, ranges, 0.06, 25.0)

    @property
    def front_y_m(self) -> float:
        pose = self.patrol.vehicle.pose
        return float(pose.y_m + self.front_m * math.sin(pose.yaw_rad))

    @property
    def on_road(self) -> bool:
        return self.front_y_m > ROAD[0] and self.patrol.vehicle.pose.y_m < ROAD[1]

    @property
    def state(self) -> Any:
        return self.patrol.state

    def act(self, action_type: str, **parameters: str) -> None:
        pairs = [ActionParameter(key=k, value=v) for k, v in parameters.items()]
        action = Action(
            action_type=action_type, action_id=f"{action_type}-1", blocking_type="HARD",
            action_parameters=pairs,
        )  # fmt: skip
        self.patrol.stack.instant_action(action, self.patrol.now_s)
