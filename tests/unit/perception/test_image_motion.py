"""The background's motion between two pictures, or none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from perception.image_motion import ImageMotion

NOBODY = np.zeros((0, 4))
SIZE = (960, 540)


def wall(seed: int = 5, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Smooth patches of all greys: corners everywhere."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (size[1] // 12, size[0] // 12), dtype=np.uint8)
    return cv2.cvtColor(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC), cv2.COLOR_GRAY2BGR)


def warped(image: np.ndarray, motion: np.ndarray) -> np.ndarray:
    return cv2.warpAffine(image, motion, SIZE, borderMode=cv2.BORDER_REFLECT)


def motion_of(shift: tuple[float, float], turn_rad: float, scale: float) -> np.ndarray:
    c, s = scale * np.cos(turn_rad), scale * np.sin(turn_rad)
    return np.array([[c, -s, shift[0]], [s, c, shift[1]]])


@pytest.mark.parametrize(
    ("shift", "turn_rad", "scale"),
    [((14.0, -6.0), 0.0, 1.0), ((-8.0, 5.0), 0.02, 1.0), ((-9.0, -5.0), 0.0, 1.02)],
)
def test_a_shift_a_turn_and_a_scale_are_found(
    shift: tuple[float, float], turn_rad: float, scale: float
) -> None:
    looks, true = ImageMotion(), motion_of(shift, turn_rad, scale)
    assert looks.step(wall(), NOBODY) is None
    found = looks.step(warped(wall(), true), NOBODY)
    assert found is not None
    for corner in ([0, 0, 1], [960, 0, 1], [480, 270, 1], [960, 540, 1]):
        assert found @ corner == pytest.approx(true @ corner, abs=1.0)


def test_what_moves_by_itself_is_not_the_background() -> None:
    looks, image = ImageMotion(), wall()
    somebody = np.array([[200.0, 60.0, 760.0, 500.0]])  # more than half of the picture
    looks.step(image, somebody)
    later = image.copy()
    later[60:500, 212:772] = image[60:500, 200:760]
    found = looks.step(later, somebody)
    assert found is not None
    assert found[:, 2] == pytest.approx([0.0, 0.0], abs=0.5)


@pytest.mark.parametrize("what", ["black", "another wall", "another size", "hidden"])
def test_a_motion_that_cannot_be_told_is_none(what: str) -> None:
    looks, boxes = ImageMotion(), NOBODY
    if what == "hidden":
        boxes = np.array([[-50.0, -50.0, 2000.0, 2000.0], [np.nan, 0.0, 1.0, 1.0]])
    looks.step(wall(), boxes)
    image = {
        "black": np.zeros((540, 960, 3), np.uint8),
        "another wall": wall(6),
        "another size": wall(5, (480, 240)),
        "hidden": wall(),
    }[what]
    assert looks.step(image, NOBODY) is None
