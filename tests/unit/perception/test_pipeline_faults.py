"""Bad pictures and old poses are named faults and make no incident."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import painted_world as world
import pytest

from patrol.errors import ConfigError
from patrol.faults import FaultKind
from patrol.incident import AnomalyKind
from perception.config import load_perception_config
from perception.detectors.scripted import ScriptedDetector
from perception.evidence_check import verify_chain
from perception.privacy import Region, vehicle_region
from perception.rules.base import Finding, Scene
from perception.types import Frame

CONFIG = world.REPOSITORY / "config" / "perception.yaml"


def test_no_picture_is_a_stale_camera(tmp_path: Path) -> None:
    pipe = world.pipeline(tmp_path)
    assert pipe.step(None, None, None, 10.0).faults == frozenset()
    assert FaultKind.CAMERA_STALE in pipe.step(None, None, None, 11.5).faults
    good = pipe.step(world.frame(0, 12.0, None), world.pose_at(0, 12.0), None, 12.0)
    assert good.faults == frozenset()


def test_the_same_picture_again_does_not_freshen_the_camera(tmp_path: Path) -> None:
    pipe = world.pipeline(tmp_path)
    image = world.frame(0, 10.0, None)
    pipe.step(image, world.pose_at(0, 10.0), None, 10.0)
    assert FaultKind.CAMERA_STALE in pipe.step(image, None, None, 11.5).faults


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((360, 640, 3), np.uint8),
        np.full((360, 640, 3), 128, np.uint8),
        np.zeros((360, 640), np.uint8),
        np.random.default_rng(0).integers(0, 255, (180, 320, 3)).astype(np.uint8),
        np.random.default_rng(0).random((360, 640, 3)),
    ],
)
def test_dark_flat_or_wrong_pictures_are_a_blind_camera(tmp_path: Path, image: np.ndarray) -> None:
    pipe = world.pipeline(tmp_path)
    output = pipe.step(Frame(10.0, image, world.CAMERA), world.pose_at(0, 10.0), None, 10.0)
    assert output.faults == {FaultKind.CAMERA_BLIND}
    good = pipe.step(world.frame(0, 10.2, None), world.pose_at(0, 10.2), None, 10.2)
    assert good.faults == frozenset()


def test_a_frozen_camera_is_blind_only_while_the_vehicle_moves(tmp_path: Path) -> None:
    def last(speed: float) -> frozenset:
        pipe = world.pipeline(tmp_path)
        for i in range(6):
            t = 10 + 0.2 * i
            output = pipe.step(world.frame(0, t, None), world.pose_at(0, t, speed), None, t)
        return output.faults

    assert last(1.0) == {FaultKind.CAMERA_BLIND}
    assert last(0.0) == frozenset()


@pytest.mark.parametrize("age_s", [None, 0.5])
def test_no_incident_without_a_pose_near_the_picture(tmp_path: Path, age_s: float | None) -> None:
    pipe = world.pipeline(tmp_path)
    for i in range(50):
        t, x = 1000 + 0.2 * i, 0.278 * i
        pose = None if age_s is None else world.pose_at(x, t - age_s)
        output = pipe.step(world.frame(x, t, (16.0, -1.5)), pose, None, t)
        assert output.faults == {FaultKind.PERCEPTION_POSE_STALE}
        assert output.incidents == []
        assert output.tracks == []
        assert (
            pipe.step(None, pose, None, t + 0.1).faults == output.faults
        )  # until the next picture


def test_a_late_picture_finds_the_pose_of_its_time(tmp_path: Path) -> None:
    pipe = world.pipeline(tmp_path)
    for i in range(10):
        pipe.step(None, world.pose_at(0.07 * i, 10 + 0.05 * i), None, 10 + 0.05 * i)
    output = pipe.step(world.frame(0, 10.0, None), world.pose_at(0.7, 10.5), None, 10.5)
    assert output.faults == frozenset()


def test_keeps_no_picture_in_a_no_record_zone(tmp_path: Path) -> None:
    pipe = world.pipeline(tmp_path, no_record=lambda x, y: True)
    outputs = world.drive(pipe, (16.0, -1.5))
    assert any(o.incidents for o in outputs)
    assert [e for o in outputs for e in o.evidence] + pipe.close() == []
    assert not list(tmp_path.rglob("*.jpg"))
    assert not list(tmp_path.rglob("*.mp4"))


class TellsOfTheCar:
    """A rule that holds for whatever car is seen."""

    kind = AnomalyKind.FORBIDDEN_PARKING

    def step(self, scene: Scene) -> list[Finding]:
        return [
            Finding(self.kind, 1, *one.place, 0.3, scene.stamp_s, 0.8,
                    one.track.observation.box_xyxy, "test/1")
            for one in scene.vehicles
        ]  # fmt: skip


@pytest.mark.parametrize("score", [0.8, 0.4])
def test_the_plate_of_a_car_that_is_told_of_is_blurred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, score: float
) -> None:
    car = (300.0, 170.0, 420.0, 250.0)
    eyes = ScriptedDetector(lambda _: [("car", score, car)])
    pipe = world.pipeline(tmp_path, rules=[TellsOfTheCar()], eyes=eyes)
    kept: list[list[Region]] = []
    recorder = pipe._reporter._recorder
    monkeypatch.setattr(recorder, "add", lambda _s, _i, regions, *_: kept.append(regions))
    for i in range(5):
        t = 10.0 + 0.2 * i
        output = pipe.step(world.frame(0.07 * i, t, None), world.pose_at(0.07 * i, t), None, t)
    assert output.tracks
    assert vehicle_region(car) in kept[-1]


def test_evidence_is_a_still_at_once_and_a_clip_later(tmp_path: Path) -> None:
    pipe = world.pipeline(tmp_path)
    outputs = world.drive(pipe, (16.0, -1.5), seconds=14)
    opened = next(o for o in outputs if o.incidents)
    assert [e.media_type for e in opened.evidence] == ["image/jpeg"]
    everything = [e for o in outputs for e in o.evidence] + pipe.close()
    assert "video/mp4" in [e.media_type for e in everything]
    assert all(e.blurred for e in everything)
    assert all(e.incident_id == opened.incidents[0].incident_id for e in everything)
    assert verify_chain(tmp_path) == []


def test_a_full_disk_is_a_fault_and_the_incident_is_still_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = world.pipeline(tmp_path)

    def refuse(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    outputs = world.drive(pipe, (16.0, -1.5))
    opened = next(o for o in outputs if o.incidents)
    assert FaultKind.DISK_FULL in opened.faults


def test_timings_name_every_stage(tmp_path: Path) -> None:
    output = world.drive(world.pipeline(tmp_path), None, seconds=1)[-1]
    assert {"detect", "track", "rules", "evidence"} <= set(output.timings_s)


def test_stages_are_timed_by_the_clock_that_is_given(tmp_path: Path) -> None:
    ticks = itertools.count()  # a second for each time that somebody asks
    pipe = world.pipeline(tmp_path, stage_clock=lambda: float(next(ticks)))
    output = world.drive(pipe, None, seconds=0.2)[-1]
    assert output.timings_s["detect"] == 1.0
    assert output.timings_s["track"] == 2.0  # in two parts


def test_configuration_in_the_repository_loads() -> None:
    assert load_perception_config(CONFIG).evidence.blur


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  threads: 1", "  treads: 1", r"perception\.yaml:\d+: unknown key 'treads'"),
        ("  crop_px: 192", "  crop_px: 250", r"crop_px: 250 must be a multiple of 32"),
        ("  hold_s: 2.0", "  hold_s: 0", r"hold_s: 0.0 must be in"),
        ("max_pose_age_s: 0.2", "max_pose_age_s: 9", r"max_pose_age_s: 9.0 must be in"),
    ],
)
def test_bad_configuration_names_file_line_and_key(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    text = CONFIG.read_text(encoding="utf-8")
    assert old in text
    bad = tmp_path / "perception.yaml"
    bad.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        load_perception_config(bad)
