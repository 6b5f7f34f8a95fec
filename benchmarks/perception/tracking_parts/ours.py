"""Our tracker on pictures without a pose: the same filter and assignment, places in the plane."""

from __future__ import annotations

import math
import time

import numpy as np

from benchmarks.perception.tracking_parts.score import Answer
from benchmarks.perception.tracking_parts.sequences import Array, MotSequence, Picture
from perception.detectors.base import PERSON
from perception.ground_projection import GroundPoint
from perception.tracking import Observation, Tracker
from perception.tracking_view import ImagePlane


def follow(sequence: MotSequence, *, compensated: bool = True) -> tuple[list[Answer], float]:
    """What our tracker shows in each picture, and its CPU milliseconds a picture."""
    tracker, answers, spent_s = Tracker(), [], 0.0
    for picture in sequence.pictures:
        began_s = time.process_time()
        view = ImagePlane(picture.motion if compensated else None)
        tracker.step(observed(picture), view, picture.stamp_s)
        now = [t for t in tracker.confirmed() if t.last_seen_s == picture.stamp_s]
        spent_s += time.process_time() - began_s
        boxes: Array = np.array([t.observation.box_xyxy for t in now]).reshape(-1, 4)
        answers.append(Answer(boxes, np.array([t.track_id for t in now], np.int64)))
    return answers, 1e3 * spent_s / len(sequence.pictures)


def observed(picture: Picture) -> list[Observation]:
    """A picture's boxes with their places in the plane."""
    return [
        _observation(box, float(score))
        for box, score in zip(picture.boxes_xyxy, picture.scores, strict=True)
    ]


def _observation(box: Array, score: float) -> Observation:
    feet, covariance = ImagePlane.place(box)
    point = GroundPoint(float(feet[0]), float(feet[1]), covariance, math.nan)
    return Observation(box, score, PERSON, point, float(box[2] - box[0]), float(box[3] - box[1]))
