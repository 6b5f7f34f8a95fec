"""Looks: people found in rendered pictures of driven scenes, with what the vehicle knew then."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.picturing.score import MIN_OVERLAP, overlap, wanted
from patrol.geometry import Scan, StampedPose
from patrol.map import PatrolMap
from perception.detectors.base import PERSON, Detections, Image
from simulation.actors.kinds import ActorKind
from simulation.mujoco.simulator import Simulator
from simulation.scenarios.runner import Run
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.trace import Sample, Trace
from simulation.vehicle.library import LibraryVehicle

NEAR_M, FAR_M = 2.0, 20.0
POSE_LATE_S = 0.25  # poses and scans of a picture's time have come by then

Detect = Callable[[Image], Detections]


@dataclass(frozen=True, slots=True)
class Look:
    """One person in one picture: the detector's box, the vehicle's pose and scan, the truth."""

    scene: str
    stamp_s: float
    box_xyxy: NDArray[np.float64]
    pose: StampedPose  # the localization's nearest to the picture
    scan: Scan | None  # the newest that had come when the picture came
    true_map: tuple[float, float]
    true_pose: StampedPose
    distance_m: float  # from the camera, truly
    patrol_map: PatrolMap


@dataclass(slots=True)
class _Waiting:
    """A picture whose pose may still be under way."""

    stamp_s: float
    found: Detections
    scan: Scan | None
    people: list[tuple[tuple[float, float, float, float], tuple[float, float], float]]
    vehicle: StampedPose


class Watcher:
    """An observer of a run that keeps its looks; pictures are judged when their pose has come."""

    def __init__(self, scene: str, patrol_map: PatrolMap, detect: Detect) -> None:
        self.looks: list[Look] = []
        self._scene, self._map, self._detect = scene, patrol_map, detect
        self._poses: deque[StampedPose] = deque(maxlen=60)
        self._waiting: deque[_Waiting] = deque()

    def see(self, vehicle: LibraryVehicle, sample: Sample) -> None:
        """Keep the newest pose, and the pictures of this moment."""
        pose = vehicle.bus.pose.value
        if pose is not None and (not self._poses or self._poses[-1].stamp_s != pose.stamp_s):
            self._poses.append(pose)
        for image in vehicle.frame.images if vehicle.frame else ():
            simulator = vehicle.simulator
            self._waiting.append(
                _Waiting(
                    image.stamp_s,
                    self._detect(image.bgr).named(PERSON),
                    vehicle.bus.scan.value,
                    _people(simulator),
                    simulator.truth,
                )
            )
        while self._waiting and vehicle.now_s - self._waiting[0].stamp_s >= POSE_LATE_S:
            self._judge(self._waiting.popleft())

    def close(self, trace: Trace) -> None:
        """Pictures whose pose never came are left out."""

    def _judge(self, picture: _Waiting) -> None:
        near = [p for p in self._poses if abs(p.stamp_s - picture.stamp_s) <= 0.1]
        if not near:
            return
        pose = min(near, key=lambda p: abs(p.stamp_s - picture.stamp_s))
        seen = picture.found.boxes_xyxy.astype(np.float64)
        for true_box, place, distance_m in picture.people:
            overlaps = overlap(true_box, seen)
            if not len(overlaps) or overlaps.max() < MIN_OVERLAP:
                continue
            box = seen[int(overlaps.argmax())]
            self.looks.append(
                Look(self._scene, picture.stamp_s, box, pose, picture.scan, place,
                     picture.vehicle, distance_m, self._map)
            )  # fmt: skip


def _people(
    simulator: Simulator,
) -> list[tuple[tuple[float, float, float, float], tuple[float, float], float]]:
    camera = simulator.spec.cameras[0]
    size = (camera.width_px, camera.height_px)
    boxes = wanted(simulator.boxes(camera), ActorKind.PERSON, NEAR_M, FAR_M, size)
    return [(b.box_xyxy_px, b.position_map[:2], b.distance_m) for b in boxes]


def looks_of(scenarios: Sequence[Scenario], detect: Detect) -> Iterator[list[Look]]:
    """The looks of each scene, driven to its end with rendered pictures."""
    for scenario in scenarios:
        watcher = Watcher(scenario.id, scenario.patrol_map, detect)
        run = Run(scenario, [watcher], cameras=True)
        try:
            for _ in run.samples():
                pass
        finally:
            run.close()
        yield watcher.looks
