"""Two boxes of one body, of which one ends above the feet."""

from __future__ import annotations

import numpy as np
import pytest

from perception.body_pieces import whole_bodies
from perception.detectors.base import Detections

NAMES = {0: "person", 1: "dog"}
WHOLE = (426.0, 123.0, 450.0, 181.0)


def found(*boxes: tuple[float, float, float, float], labels: tuple[int, ...] = ()) -> Detections:
    return Detections(
        np.array(boxes, np.float32),
        np.linspace(0.9, 0.3, len(boxes)).astype(np.float32),
        np.array(labels or [0] * len(boxes), np.int64),
        NAMES,
    )


def test_the_upper_half_of_somebody_is_nobody_else() -> None:
    half = (426.0, 123.0, 449.0, 158.0)  # as stock YOLO drew it, surer than the whole
    assert whole_bodies(found(half, WHOLE)).boxes_xyxy.tolist() == [list(WHOLE)]
    assert whole_bodies(found(WHOLE, half)).scores.tolist() == pytest.approx([0.9])


@pytest.mark.parametrize(
    ("other", "who"),
    [
        ((430.0, 133.0, 448.0, 170.0), "a child behind, whose head is lower"),
        ((440.0, 123.0, 464.0, 170.0), "somebody half beside"),
        ((426.0, 124.0, 450.0, 179.0), "the same, as far down as the whole"),
        ((440.0, 123.0, 449.0, 158.0), "a strip of somebody behind"),
        ((470.0, 123.0, 494.0, 158.0), "somebody elsewhere"),
        ((426.0, 140.0, 450.0, 181.0), "a child in front"),
    ],
)
def test_others_stay(other: tuple[float, float, float, float], who: str) -> None:
    assert len(whole_bodies(found(WHOLE, other))) == 2, who


def test_only_people_have_pieces() -> None:
    half = (426.0, 123.0, 449.0, 158.0)
    assert len(whole_bodies(found(WHOLE, half, labels=(0, 1)))) == 2
    assert len(whole_bodies(found(WHOLE, half, labels=(1, 1)))) == 2


def test_of_three_boxes_of_one_body_the_whole_one_is_left() -> None:
    pieces = (426.0, 123.0, 449.0, 158.0), (427.0, 124.0, 449.0, 145.0)
    assert len(whole_bodies(found(*pieces, WHOLE))) == 1
    assert len(whole_bodies(found(WHOLE))) == 1
    assert len(whole_bodies(Detections())) == 0
