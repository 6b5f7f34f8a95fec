"""The detector proves itself on real pictures: those that come with the ultralytics package."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, UnidentifiedImageError

from patrol.errors import ModelError
from perception import models
from perception.detectors.backends import Backend
from perception.detectors.yolo import YoloDetector, YoloPose, exported, input_size
from perception.rules.posture import head_circle, torso_tilt_rad
from tests.real_pictures import picture

MANIFEST = models.load_manifest()


def detector(image: np.ndarray) -> YoloDetector:
    size = input_size(image.shape[1], image.shape[0], 640)
    return YoloDetector(MANIFEST.model("yolov8n"), models.models_dir(), size)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("bus.jpg", {"person": 4, "bus": 1}), ("zidane.jpg", {"person": 2, "tie": 1})],
)
def test_finds_what_is_in_the_picture(name: str, expected: dict[str, int]) -> None:
    image = picture(name)
    found = detector(image).detect(image, 0.25)
    labels = [found.label(index) for index in range(len(found))]
    assert {label: labels.count(label) for label in expected} == expected
    assert list(found.scores) == sorted(found.scores, reverse=True)
    height, width = image.shape[:2]
    assert (found.boxes_xyxy >= 0).all()
    assert (found.boxes_xyxy <= [width, height, width, height]).all()


def test_other_parts_of_the_process_open_pictures_as_before() -> None:
    detector(picture("bus.jpg"))
    assert Image.open.__module__ == "PIL.Image"
    with pytest.raises(UnidentifiedImageError):
        Image.open(io.BytesIO(b"no picture"))


@pytest.mark.parametrize("backend", [Backend.ONNX, Backend.PYTORCH])
def test_every_backend_sees_the_same(backend: Backend) -> None:
    image = picture("bus.jpg")
    size = input_size(image.shape[1], image.shape[0], 640)
    spec, folder = MANIFEST.model("yolov8n"), models.models_dir()
    other = YoloDetector(spec, folder, size, backend=backend)
    assert other.backend is backend
    ours, theirs = detector(image).detect(image, 0.4), other.detect(image, 0.4)
    assert ours.class_ids.tolist() == theirs.class_ids.tolist()
    np.testing.assert_allclose(ours.boxes_xyxy, theirs.boxes_xyxy, atol=2.0)
    np.testing.assert_allclose(ours.scores, theirs.scores, atol=0.02)


@pytest.mark.parametrize("backend", [Backend.ONNX, Backend.PYTORCH])
def test_a_batch_sees_in_each_picture_what_it_sees_alone(backend: Backend) -> None:
    bus = picture("bus.jpg")
    empty = np.full_like(bus, 90)
    size = input_size(bus.shape[1], bus.shape[0], 320)
    spec, folder = MANIFEST.model("yolov8n"), models.models_dir()
    several = YoloDetector(spec, folder, size, backend=backend, batch=2)
    alone = YoloDetector(spec, folder, size, backend=backend)
    expected = alone.detect(bus, 0.4)
    assert len(expected) >= 3
    found = several.detect_batch([bus, empty, bus], 0.4)  # a batch, and one that is not full
    assert [len(one) for one in found] == [len(expected), 0, len(expected)]
    for one in (found[0], found[2], several.detect(bus, 0.4)):
        assert one.class_ids.tolist() == expected.class_ids.tolist()
        np.testing.assert_allclose(one.boxes_xyxy, expected.boxes_xyxy, atol=2.0)
        np.testing.assert_allclose(one.scores, expected.scores, atol=0.02)
    assert several.detect_batch([], 0.4) == []


def test_boxes_are_in_pixels_of_the_picture_that_was_given() -> None:
    image = picture("bus.jpg")
    found = detector(image).detect(image, 0.5).named("person")
    left = found.boxes_xyxy[found.boxes_xyxy[:, 0].argmin()]
    np.testing.assert_allclose(left, [48, 398, 245, 903], atol=15)


def test_the_skeleton_of_a_person_in_a_crop_stands() -> None:
    crop = picture("bus.jpg")[380:920, 20:280]
    skeleton = YoloPose(MANIFEST.model("yolo11n-pose"), models.models_dir()).skeletons(crop)[0]
    tilt, head = torso_tilt_rad(skeleton), head_circle(skeleton)
    assert tilt is not None
    assert tilt < 0.4
    assert head is not None
    assert head[1] < 150


def test_nobody_is_in_an_empty_picture() -> None:
    found = detector(np.zeros((360, 640, 3))).detect(np.full((360, 640, 3), 120, np.uint8), 0.25)
    assert len(found) == 0
    pose = YoloPose(MANIFEST.model("yolo11n-pose"), models.models_dir())
    assert pose.skeletons(np.full((64, 64, 3), 120, np.uint8)) == []


def test_altered_weights_are_neither_exported_nor_run(tmp_path: Path) -> None:
    (tmp_path / "yolov8n.pt").write_bytes(b"not these")
    with pytest.raises(ModelError, match="SHA-256"):
        exported(MANIFEST.model("yolov8n"), tmp_path, (384, 640))
    assert [path.name for path in tmp_path.iterdir()] == ["yolov8n.pt"]


def test_the_command_refuses_altered_weights_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "yolov8n.pt").write_bytes(b"not these")
    done = subprocess.run(
        [sys.executable, "-m", "sunra", "models", "verify", "yolov8n"],
        env={"SUNRA_MODELS_DIR": str(tmp_path), "PATH": ""},
        cwd=models.CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "yolov8n.pt: SHA-256" in done.stderr
