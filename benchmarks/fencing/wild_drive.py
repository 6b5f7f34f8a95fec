"""One wild drive: whoever commands knows no map and drives anywhere, and the gate must keep it in.

The vehicle is a bicycle whose drive and steering answer as late as the vehicle file says; the
lidar and the rangers see nothing at all, so the fence alone holds. Localization is wrong by a
fixed error within what it admits (2 sigma), trembles, and is heard late. Half of the drives begin
near a keep-out triangle. The judge is shapely's exact geometry of the true outline.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.prepared import prep

from benchmarks.steering.bicycle import Bicycle
from navigation.safety.fence import BESIDE_M, SIGMAS, Fence
from navigation.safety.gate import SafetyGate
from navigation.types import BaseStatus, Command, GateInputs, RangeSample, steering_for
from patrol.faults import FaultKind
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.map import PatrolMap, Zone, ZoneKind
from patrol.vehicle import VehicleSpec

STEP_S = 0.02
POSE_EVERY = 3  # cycles: about the 20 Hz of localization
POSE_LATE_S = 0.06
HEARD_EVERY = 3  # cycles a reading of the rangers
SCAN_EVERY = 5
JUDGED_EVERY = 3
TREMBLE_M, TREMBLE_RAD = 0.01, 0.003
SIGMAS_M = (0.02, 0.25)
BEGIN_S = 1_780_000_000.0
FENCED = frozenset({FaultKind.ZONE_BOUNDARY, FaultKind.KEEP_OUT_ZONE})


Gate = Callable[[VehicleSpec, PatrolMap], SafetyGate]


def fenced_gate(spec: VehicleSpec, patrol_map: PatrolMap) -> SafetyGate:
    """The gate as a vehicle has it."""
    return SafetyGate(spec, Fence(spec, patrol_map))


def open_gate(spec: VehicleSpec, _patrol_map: PatrolMap) -> SafetyGate:
    """The gate without a fence."""
    return SafetyGate(spec)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a drive."""

    is_judged: bool  # False where the place is too narrow to begin at
    exits: int = 0  # moments at which the true outline was not inside
    refusals: int = 0  # cycles in which the fence stood in the way
    travelled_m: float = 0.0


class Place:
    """A map with a zone, and the exact ground that is left of it."""

    def __init__(self, patrol_map: PatrolMap, rng: np.random.Generator) -> None:
        edge = patrol_map.edges[int(rng.choice(sorted(patrol_map.edges)))]
        start, end = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
        share = float(rng.uniform(0.1, 0.9))
        x = start.x_m + share * (end.x_m - start.x_m)
        y = start.y_m + share * (end.y_m - start.y_m)
        yaw = math.atan2(end.y_m - start.y_m, end.x_m - start.x_m)
        aside_m = float(rng.uniform(-0.5, 0.5)) * edge.width_m
        turned = yaw + float(rng.choice((0.0, rng.uniform(-math.pi, math.pi))))
        self.begin = Pose2(*Pose2(x, y, yaw).transform(0.0, aside_m), turned)
        zones = [zone for zone in patrol_map.zones if zone.kind is not ZoneKind.KEEP_OUT]
        if rng.random() < 0.5:
            zones.append(_zone(self.begin, rng))
        self.map = replace(patrol_map, zones=tuple(zones))
        self.ground = prep(ground_of(self.map, self.begin))


def _zone(begin: Pose2, rng: np.random.Generator) -> Zone:
    """A triangle, as sharp as it may be, somewhere near."""
    middle = begin.transform(float(rng.uniform(-6, 9)), float(rng.uniform(-3, 3)))
    angles = float(rng.uniform(-math.pi, math.pi)) + np.array((0.0, 2.2, 4.1))
    reach_m = rng.uniform(0.5, 4.0, 3)
    ring = [
        (middle[0] + r * math.cos(a), middle[1] + r * math.sin(a))
        for a, r in zip(angles, reach_m, strict=True)
    ]
    return Zone("wild", ZoneKind.KEEP_OUT, tuple(ring))


def ground_of(patrol_map: PatrolMap, begin: Pose2) -> shapely.Geometry:
    """What may be driven on within 100 m, exactly."""
    here, nodes = shapely.Point(begin.x_m, begin.y_m), patrol_map.nodes
    lines = {
        edge.id: shapely.LineString([(nodes[i].x_m, nodes[i].y_m) for i in
                                     (edge.start_id, edge.end_id)])
        for edge in patrol_map.edges.values()
    }  # fmt: skip
    ways = [
        line.buffer(patrol_map.edges[i].width_m / 2 + BESIDE_M, quad_segs=64)
        for i, line in lines.items()
        if line.distance(here) < 100.0
    ]
    closed = [shapely.Polygon(z.polygon_map) for z in patrol_map.zones
              if z.kind is ZoneKind.KEEP_OUT]  # fmt: skip
    return shapely.union_all(ways).difference(shapely.union_all(closed))


class Wild:
    """Commands of someone who drives anywhere: another bend, speed and direction all the time."""

    def __init__(self, spec: VehicleSpec, rng: np.random.Generator) -> None:
        self._rng, self._cap_mps = rng, spec.speed_cap_mps
        self._lock = 1.0 / spec.min_turning_radius_m
        self._until_s = -math.inf
        self._command = Command(0.0, 0.0)

    def command(self, now_s: float) -> Command:
        """What it wants now."""
        if now_s >= self._until_s:
            rng = self._rng
            self._until_s = now_s + float(rng.choice((0.1, 0.5, 1.5, 4.0)))
            speed = float(rng.uniform(0.1, 2.0 * self._cap_mps))
            speed *= float(rng.choice((1.0, 1.0, 1.0, -1.0)))
            bend = float(rng.choice((0.0, -self._lock, self._lock, rng.uniform(-1, 1))))
            self._command = Command(speed, speed * bend)
        return self._command


class WildDrive:
    """Vehicle, driver, keeper and judge in lockstep."""

    def __init__(
        self, seed: int, patrol_map: PatrolMap, spec: VehicleSpec, make: Gate = fenced_gate
    ) -> None:
        self._rng = np.random.default_rng([seed, 41])
        self._spec = spec
        self._ground_rng = np.random.default_rng([seed, 42])
        self._heard: tuple[RangeSample, ...] = ()
        self._place = Place(patrol_map, self._rng)
        self._gate = make(spec, self._place.map)
        self._wild = Wild(spec, self._rng)
        self._vehicle = Bicycle(spec, self._place.begin)
        sigma_m, angle = float(self._rng.uniform(*SIGMAS_M)), float(self._rng.uniform(0, math.tau))
        wrong_m = float(self._rng.uniform(0, SIGMAS * sigma_m))
        self._wrong_m = wrong_m * math.cos(angle), wrong_m * math.sin(angle)
        self._covariance = np.diag([sigma_m**2, sigma_m**2, TREMBLE_RAD**2])
        lidar = spec.lidar
        self._scan = Scan(0.0, -lidar.field_of_view_rad / 2, 0.01, np.full(9, math.inf),
                          lidar.range_min_m, lidar.range_max_m)  # fmt: skip
        self._outline = outline(spec)

    def run(self, seconds: float) -> Outcome:
        """Drive for a while; a place where the vehicle does not fit is left out."""
        if not self._is_inside():
            return Outcome(False)
        exits, refusals, travelled_m, steering = 0, 0, 0.0, 0.0
        poses = [self._estimate(BEGIN_S)] * (round(POSE_LATE_S / STEP_S) + 1)
        for cycle in range(round(seconds / STEP_S)):
            now_s = BEGIN_S + cycle * STEP_S
            fresh = self._estimate(now_s) if cycle % POSE_EVERY == 0 else poses[-1]
            poses = [*poses[1:], fresh]
            output = self._gate.step(self._inputs(cycle, poses[0], now_s), now_s)
            command = output.command
            refusals += bool(output.faults & FENCED)
            told = steering_for(command, self._spec.wheelbase_m)
            steering = steering if told is None else told
            self._vehicle.drive(command.speed_mps, steering, STEP_S)
            travelled_m += abs(self._vehicle.speed_mps) * STEP_S
            exits += cycle % JUDGED_EVERY == 0 and not self._is_inside()
        return Outcome(True, exits, refusals, travelled_m)

    def _inputs(self, cycle: int, pose: StampedPose, now_s: float) -> GateInputs:
        if cycle % SCAN_EVERY == 0:
            self._scan = replace(self._scan, stamp_s=now_s)
        base = BaseStatus(now_s, self._vehicle.speed_mps, self._vehicle.steering_rad)
        if cycle % HEARD_EVERY == 0:
            self._heard = open_ground(self._spec, self._ground_rng, now_s)
        wanted = self._wild.command(now_s)
        return GateInputs(wanted, now_s, self._scan, base, self._heard, pose)

    def _estimate(self, now_s: float) -> StampedPose:
        true, rng = self._vehicle.pose, self._rng
        x = true.x_m + self._wrong_m[0] + float(rng.normal(0.0, TREMBLE_M))
        y = true.y_m + self._wrong_m[1] + float(rng.normal(0.0, TREMBLE_M))
        yaw = true.yaw_rad + float(rng.normal(0.0, TREMBLE_RAD))
        return StampedPose(now_s, Pose2(x, y, yaw), self._covariance)

    def _is_inside(self) -> bool:
        ring = self._vehicle.pose.transform_points(self._outline)
        return bool(self._place.ground.covers(shapely.Polygon(ring)))


def outline(spec: VehicleSpec) -> NDArray[np.float64]:
    """The vehicle's corners (4, 2), base_link."""
    half, rear, front = spec.width_m / 2, -spec.rear_overhang_m, spec.front_m
    return np.array([(rear, -half), (front, -half), (front, half), (rear, half)])


def open_ground(
    spec: VehicleSpec, rng: np.random.Generator, now_s: float
) -> tuple[RangeSample, ...]:
    """What rangers say where nothing stands and the ground is level."""
    return (
        *(RangeSample(now_s, r.name, math.inf) for r in spec.ultrasonics),
        *(
            RangeSample(now_s, r.name, r.level_range_m + float(rng.normal(0.0, r.noise_m)))
            for r in spec.drop_rangers
        ),
    )
