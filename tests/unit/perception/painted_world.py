"""A world for tests: people are bright rectangles on a grey street; the detector sees those."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from patrol.geometry import Pose2, StampedPose
from patrol.incident import AnomalyKind
from patrol.vehicle import load_vehicle
from perception.config import PerceptionConfig
from perception.detectors.base import Detector
from perception.detectors.scripted import ScriptedDetector
from perception.evidence import EvidenceRecorder
from perception.eye import Eye
from perception.ground_projection import GroundProjector
from perception.incidents import IncidentBook
from perception.pipeline import PerceptionPipeline
from perception.rules.base import Finding, Rule, Scene
from perception.rules.collapsed_person import CollapsedPersonRule
from perception.types import Frame, NoRecord

REPOSITORY = Path(__file__).parents[3]
SPEC = load_vehicle(REPOSITORY / "config" / "vehicles" / "goalie.yaml")
CAMERA = SPEC.cameras[0]
LYING, STANDING, SITTING = (1.7, 0.35), (0.5, 1.7), (0.7, 0.9)
PICTURE_S = 0.2
SPEED_MPS = 1.39


def detector(weak: float = 0.2, strong: float = 0.6) -> ScriptedDetector:
    """Sees a tall bright rectangle surely and a wide one weakly, as stock YOLO does people."""

    def script(image: np.ndarray) -> list:
        v, u = np.nonzero(image[..., 0] > 200)
        if len(u) < 12:
            return []
        box = (float(u.min()), float(v.min()), u.max() + 1.0, v.max() + 1.0)
        tall = box[3] - box[1] > box[2] - box[0]
        return [("person", strong if tall else weak, box)]

    return ScriptedDetector(script)


def pose_at(x: float, stamp_s: float, speed: float = SPEED_MPS) -> StampedPose:
    return StampedPose(stamp_s, Pose2(x, 0.0, 0.0), np.eye(3) * 1e-4, speed_mps=speed)


def picture(
    x: float, person: tuple[float, float] | None, size: tuple[float, float] = LYING
) -> np.ndarray:
    """What the camera sees from `x` metres along the street; noise depends on `x` alone."""
    rng = np.random.default_rng(round(x * 1000))
    image = rng.integers(80, 120, (CAMERA.height_px, CAMERA.width_px, 3)).astype(np.uint8)
    box = None
    if person is not None:
        box = GroundProjector(CAMERA, pose_at(x, 0.0)).box_at(*person, *size)
    if box is not None:
        x1, y1, x2, y2 = np.clip(np.round(box), 0, [640, 360, 640, 360]).astype(int)
        image[y1:y2, x1:x2] = 255
    return image


def frame(x: float, stamp_s: float, person: tuple[float, float] | None, size=LYING) -> Frame:
    return Frame(stamp_s, picture(x, person, size), CAMERA)


def pipeline(
    folder: Path,
    config: PerceptionConfig | None = None,
    no_record: NoRecord | None = None,
    rules: Sequence[Rule] | None = None,
    eyes: Detector | None = None,
    stage_clock: Callable[[], float] = time.perf_counter,
) -> PerceptionPipeline:
    config = config or PerceptionConfig()
    own = [CollapsedPersonRule(config.collapsed_person, detector(), None)]
    ids = iter(f"id-{number}" for number in range(1000))
    return PerceptionPipeline(
        config,
        SPEC,
        eyes or detector(),
        [Eye(CAMERA, config.camera, own if rules is None else rules)],
        (),
        IncidentBook(config.incidents, "sillim", lambda: next(ids)),
        EvidenceRecorder(config.evidence, folder, CAMERA.rate_hz, lambda: next(ids)),
        no_record,
        stage_clock=stage_clock,
    )


def drive(
    pipe: PerceptionPipeline,
    person: tuple[float, float] | None,
    size: tuple[float, float] = LYING,
    seconds: float = 11.0,
    start_s: float = 1000.0,
    walking_mps: float = 0.0,
) -> list:
    """Drive past a person at x = 16 m; gives every step's output."""
    outputs = []
    for i in range(round(seconds / PICTURE_S)):
        t = start_s + i * PICTURE_S
        x = SPEED_MPS * i * PICTURE_S
        where = None if person is None else (person[0], person[1] + walking_mps * i * PICTURE_S)
        outputs.append(pipe.step(frame(x, t, where, size), pose_at(x, t), None, t))
    return outputs


class Watcher:
    """A rule that finds nothing and keeps what it was shown."""

    kind = AnomalyKind.LOITERING

    def __init__(self) -> None:
        self.scenes: list[Scene] = []

    def step(self, scene: Scene) -> list[Finding]:
        self.scenes.append(scene)
        return []
