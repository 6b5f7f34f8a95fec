"""A vehicle with a camera on each side: one set of tracks, one incident for each event."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import painted_world as world
import pytest

from patrol.faults import FaultKind
from patrol.geometry import Pose2, StampedPose
from patrol.incident import EvidenceKind, IncidentPhase
from patrol.vehicle import CameraSpec, load_vehicle
from perception.config import PerceptionConfig
from perception.detectors.base import Detections, Image
from perception.evidence import EvidenceRecorder, NoPictureError
from perception.eye import Eye
from perception.ground_projection import GroundProjector
from perception.incidents import IncidentBook
from perception.pipeline import PerceptionPipeline
from perception.rules.collapsed_person import CollapsedPersonRule
from perception.types import Frame, PerceptionOutput, looks_along

SPEC = load_vehicle(world.REPOSITORY / "config" / "vehicles" / "goalie_surround.yaml")
CAMERAS = {camera.name: camera for camera in SPEC.cameras}
HERE = Pose2(0.0, 0.0, 0.0)
PICTURE_S = 0.2
Person = tuple[tuple[float, float], tuple[float, float]]  # where, and how wide and tall


class Counter:
    """Many pictures at once, with a note of how many."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self._one = world.detector()

    def detect(self, image_bgr: Image, min_score: float = 0.25) -> Detections:
        raise AssertionError("pictures come together")

    def detect_batch(
        self, images_bgr: Sequence[Image], min_score: float = 0.25
    ) -> list[Detections]:
        self.batches.append(len(images_bgr))
        return [self._one.detect(image, min_score) for image in images_bgr]


class Vehicle:
    """Its eyes, and a world of people who are white rectangles."""

    def __init__(self, folder: Path, cameras: Sequence[CameraSpec] = SPEC.cameras) -> None:
        self.config = PerceptionConfig()
        self.own = {camera.name: world.Watcher() for camera in cameras}
        self.shared, self.detector = world.Watcher(), Counter()
        ids = iter(f"id-{number}" for number in range(1000))
        lying = self.config.collapsed_person
        eyes = [
            Eye(
                camera,
                self.config.camera,
                [CollapsedPersonRule(lying, world.detector(), None), self.own[camera.name]],
            )
            for camera in cameras
        ]
        self.pipe = PerceptionPipeline(
            self.config, SPEC, self.detector, eyes, [self.shared],
            IncidentBook(self.config.incidents, "sillim", lambda: next(ids)),
            EvidenceRecorder(self.config.evidence, folder, 5.0, lambda: next(ids)),
        )  # fmt: skip
        self.cameras = cameras
        self.now_s = 1000.0
        self.outputs: list[PerceptionOutput] = []

    def look(self, people: Sequence[Person], of: Sequence[str] = ()) -> PerceptionOutput:
        """One picture of each camera (or those named), all of now."""
        self.now_s += PICTURE_S
        pose = StampedPose(self.now_s, HERE, np.eye(3) * 1e-4)
        frames = [
            Frame(self.now_s, picture(camera, people, self.now_s), camera)
            for camera in self.cameras
            if not of or camera.name in of
        ]
        self.outputs.append(self.pipe.step_all(frames, pose, None, self.now_s))
        return self.outputs[-1]


def picture(camera: CameraSpec, people: Sequence[Person], now_s: float) -> Image:
    """Grey with noise, and everybody who is in view as white."""
    rng = np.random.default_rng(round(now_s * 10))
    image = rng.integers(80, 120, (camera.height_px, camera.width_px, 3)).astype(np.uint8)
    projector = GroundProjector(camera, StampedPose(now_s, HERE, np.eye(3) * 1e-4))
    for place, size in people:
        box = projector.box_at(*place, *size)
        if box is None:
            continue
        limit = [camera.width_px, camera.height_px] * 2
        x1, y1, x2, y2 = np.clip(np.round(box), 0, limit).astype(int)
        image[y1:y2, x1:x2] = 255
    return image


def around(turn_rad: float, range_m: float = 6.0) -> tuple[float, float]:
    """A place around the vehicle."""
    return range_m * math.cos(turn_rad), range_m * math.sin(turn_rad)


def test_the_vehicle_file_sees_all_around() -> None:
    plain = load_vehicle(world.REPOSITORY / "config" / "vehicles" / "goalie.yaml")
    assert replace(SPEC, name=plain.name, cameras=plain.cameras) == plain
    assert SPEC.cameras[0] == plain.cameras[0]
    for turn in np.linspace(-math.pi, math.pi, 73):
        seen = [
            camera.name
            for camera in SPEC.cameras
            if GroundProjector(camera, StampedPose(0.0, HERE, np.eye(3))).in_view(*around(turn))
        ]
        assert seen, f"nobody looks {math.degrees(turn):.0f} degrees to the left at 6 m"


def test_who_walks_out_of_one_picture_into_another_stays_the_same(tmp_path: Path) -> None:
    vehicle = Vehicle(tmp_path)
    for step in range(60):
        vehicle.look([(around(step * math.pi / 60), world.STANDING)])
    tracks = {track.track_id for output in vehicle.outputs[3:] for track in output.tracks}
    assert len(tracks) == 1
    by = [output.tracks[0].camera for output in vehicle.outputs[3:]]
    assert list(dict.fromkeys(by)) == ["front", "left", "rear"]


def test_a_rule_of_all_cameras_is_shown_everybody_and_one_of_a_camera_its_own(
    tmp_path: Path,
) -> None:
    vehicle = Vehicle(tmp_path)
    people = [(around(0.0), world.STANDING), (around(math.pi), world.STANDING)]
    for _ in range(5):
        vehicle.look(people)
    assert len(vehicle.shared.scenes) == 20
    seen = {
        scene.projector.camera.name: [len(scene.people), len(scene.tracks)]
        for scene in vehicle.shared.scenes[-4:]
    }
    assert seen == {"front": [1, 2], "left": [0, 2], "rear": [1, 2], "right": [0, 2]}
    own = {name: len(watcher.scenes[-1].tracks) for name, watcher in vehicle.own.items()}
    assert own == {"front": 1, "left": 0, "rear": 1, "right": 0}


def test_all_pictures_of_a_moment_are_detected_at_once(tmp_path: Path) -> None:
    vehicle = Vehicle(tmp_path)
    found = vehicle.look([(around(math.pi / 2), world.STANDING)]).found
    vehicle.look([], of=["front", "rear"])
    assert vehicle.detector.batches == [4, 2]
    assert {name: len(boxes) for name, boxes in found.items()} == {
        "front": 0, "left": 1, "rear": 0, "right": 0,
    }  # fmt: skip


def wide(name: str, yaw_rad: float) -> CameraSpec:
    """One of two cameras that see the same part of the street."""
    return replace(CAMERAS["front"], name=name, yaw_rad=yaw_rad)


def opened(vehicle: Vehicle) -> list[str]:
    return [
        incident.incident_id
        for output in vehicle.outputs
        for incident in output.incidents
        if incident.phase is IncidentPhase.OPENED
    ]


def test_an_event_that_two_cameras_see_is_one_incident(tmp_path: Path) -> None:
    vehicle = Vehicle(tmp_path, [wide("one", 0.2), wide("other", -0.2)])
    for _ in range(60):
        vehicle.look([((6.0, 0.0), world.LYING)])
    assert len(opened(vehicle)) == 1
    finders = [eye for eye in vehicle.pipe._eyes.values() if eye.findings]
    assert len(finders) == 2, "both see it all the time"


def test_two_events_that_two_cameras_count_alike_are_two_incidents(tmp_path: Path) -> None:
    vehicle = Vehicle(tmp_path)
    for _ in range(60):
        vehicle.look([(around(math.pi / 2), world.LYING), (around(-math.pi / 2), world.LYING)])
    assert len(opened(vehicle)) == 2
    places = {
        round(incident.y_m)
        for output in vehicle.outputs
        for incident in output.incidents
        if incident.phase is not IncidentPhase.CLOSED
    }
    assert places == {6, -6}, "neither wanders to the other's place"


def test_the_clip_is_from_the_camera_that_saw_it_and_the_record_says_which(
    tmp_path: Path,
) -> None:
    vehicle = Vehicle(tmp_path)
    for _ in range(60):
        vehicle.look([(around(math.pi), world.LYING)])
    made = [e for output in vehicle.outputs for e in output.evidence] + vehicle.pipe.close()
    kinds = [e.kind for e in made]
    assert kinds.count(EvidenceKind.CLIP) == 1
    record = next(Path(e.path) for e in made if e.kind is EvidenceKind.RECORD)
    told = msgspec.json.decode(record.read_bytes())
    assert told["made_with"]["camera"]["name"] == "rear"
    assert {shown["camera"] for shown in told["track"]} == {"rear"}
    assert len({pose["at_s"] for pose in told["vehicle"]}) == len(told["vehicle"])


def test_a_visit_has_a_picture_of_each_camera_that_gives_one(tmp_path: Path) -> None:
    vehicle = Vehicle(tmp_path)
    with pytest.raises(NoPictureError, match="camera gives none"):
        vehicle.pipe.capture("look", vehicle.now_s)
    vehicle.look([])
    kept = vehicle.pipe.capture("look", vehicle.now_s)
    assert [e.kind for e in kept] == [EvidenceKind.CHECKPOINT] * 4
    for _ in range(7):
        vehicle.look([], of=["front", "left", "right"])  # the rear camera has died
    assert len(vehicle.pipe.capture("again", vehicle.now_s)) == 3


def test_a_camera_that_is_blind_or_silent_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    vehicle = Vehicle(tmp_path)
    for _ in range(7):
        vehicle.look([(around(0.0), world.STANDING)], of=["front", "left", "rear"])
    output = vehicle.outputs[-1]
    assert output.faults == {FaultKind.CAMERA_STALE}
    assert output.faults_by_camera == {"right": frozenset({FaultKind.CAMERA_STALE})}
    black = Frame(vehicle.now_s + 0.1, np.zeros((360, 640, 3), np.uint8), CAMERAS["left"])
    pose = StampedPose(vehicle.now_s + 0.1, HERE, np.eye(3) * 1e-4)
    output = vehicle.pipe.step_all([black], pose, None, vehicle.now_s + 0.1)
    assert output.faults_by_camera["left"] == {FaultKind.CAMERA_BLIND}
    assert "left" not in output.found
    assert "front" not in output.faults_by_camera
    assert [track.camera for track in output.tracks] == ["front"]
    output = vehicle.look([(around(0.0), world.STANDING)])
    assert output.faults_by_camera == {}, "all of them see again"


def test_pictures_that_come_in_another_order_break_nothing(tmp_path: Path) -> None:
    vehicle = Vehicle(tmp_path)
    for _ in range(10):
        vehicle.look([(around(0.7), world.STANDING)], of=["front"])
        late_s = vehicle.now_s - 0.1
        pose = StampedPose(vehicle.now_s, HERE, np.eye(3) * 1e-4)
        late = Frame(
            late_s, picture(CAMERAS["left"], [(around(0.7), world.STANDING)], late_s),
            CAMERAS["left"],
        )  # fmt: skip
        output = vehicle.pipe.step_all([late], pose, None, vehicle.now_s)
    assert len({track.track_id for track in output.tracks}) == 1
    assert math.dist((output.tracks[0].x_m, output.tracks[0].y_m), around(0.7)) < 0.7


def test_a_picture_of_an_unknown_camera_is_refused(tmp_path: Path) -> None:
    stranger = replace(CAMERAS["front"], name="roof")
    frame = Frame(1.0, np.zeros((360, 640, 3), np.uint8), stranger)
    with pytest.raises(KeyError, match="roof"):
        Vehicle(tmp_path).pipe.step(frame, None, None, 1.0)


def test_warmth_belongs_to_the_camera_that_looks_the_same_way() -> None:
    thermal = SPEC.thermal_cameras[0]
    assert [camera.name for camera in SPEC.cameras if looks_along(thermal, camera)] == ["front"]
    behind = replace(thermal, yaw_rad=-math.pi + 0.1)
    assert [camera.name for camera in SPEC.cameras if looks_along(behind, camera)] == ["rear"]
