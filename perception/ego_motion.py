"""What changed between two pictures: where the vehicle is, or only what is believed of it.

Places are map metres by the vehicle's pose. While odometry is good, poses follow from one another
by the wheels' speed and the yaw rate, and nothing is to be done. Where they do not (the belief was
corrected after an outage, the heading settles after a start), or the heading says of itself that
it is poor, tracks would stay where the old belief put them: who stands there would jump, run, or
be somebody else. Then the pictures tell how far the vehicle turned (`seen_turn.py`) and the wheels
how far it went; what the pose changed beyond that is a correction of the map under the vehicle,
and tracks are carried along with it (as BoT-SORT carries boxes with the camera, Aharon et al.
2022).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2, StampedPose
from perception.seen_turn import SeenPicture, rolled, seen_turn_rad
from perception.tracking_view import View
from perception.types import Frame

Array = NDArray[np.float64]

_SAME_S = 0.01  # pictures of several cameras at one time
_LONGEST_S = 1.0  # between two pictures: afterwards neither wheels nor corners tell


@dataclass(frozen=True, slots=True)
class EgoMotionConfig:
    """From when on odometry is poor, and what a correction is."""

    poor_heading_sigma_rad: float = 0.05  # 0.5 m at 10 m: as much as a person is wide
    least_turn_rad: float = 0.02  # that a pose changes beyond its own speed and yaw rate
    least_move_m: float = 0.15

    def __post_init__(self) -> None:
        for name in ("poor_heading_sigma_rad", "least_turn_rad", "least_move_m"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name)} must be above 0")


class EgoMotion:
    """Tells corrections of the pose from motion; one `step` for each picture of any camera."""

    def __init__(self, config: EgoMotionConfig | None = None) -> None:
        self._config = config or EgoMotionConfig()
        self._before: dict[str, SeenPicture] = {}
        self._last: StampedPose | None = None  # of the last picture, whosever

    def step(self, frame: Frame, stamped: StampedPose, boxes_xyxy: Array) -> Array | None:
        """2 x 3: map places of the picture before into this one's; None where they stay.

        `stamped` is the pose at the picture's time, `boxes_xyxy` (n, 4) px is what may move.
        """
        last, self._last = self._last, stamped
        before = self._before.get(frame.camera.name)
        now = SeenPicture(frame.image_bgr, stamped, boxes_xyxy)
        self._before[frame.camera.name] = now
        if last is None or not 0.0 < stamped.stamp_s - last.stamp_s <= _LONGEST_S:
            return None
        elapsed_s = stamped.stamp_s - last.stamp_s
        way_m = (last.speed_mps + stamped.speed_mps) / 2 * elapsed_s
        told_rad = (last.yaw_rate_radps + stamped.yaw_rate_radps) / 2 * elapsed_s
        moved = _correction(last, stamped, rolled(way_m, told_rad))
        if not (self._is_poor(stamped) or self._corrects(moved)):
            return None
        if before is not None and abs(before.stamped.stamp_s - last.stamp_s) <= _SAME_S:
            posed_rad = wrap_angle(stamped.pose.yaw_rad - last.pose.yaw_rad)
            for guess_rad in (told_rad, posed_rad):
                turn_rad = seen_turn_rad(frame.camera, before, now, way_m, guess_rad)
                if turn_rad is not None:
                    moved = _correction(last, stamped, rolled(way_m, turn_rad))
                    break
        return _affine(moved) if self._corrects(moved) else None

    def _is_poor(self, stamped: StampedPose) -> bool:
        return bool(stamped.covariance[2, 2] > self._config.poor_heading_sigma_rad**2)

    def _corrects(self, moved: _Correction) -> bool:
        config = self._config
        return abs(moved.turn_rad) > config.least_turn_rad or moved.move_m > config.least_move_m


@dataclass(frozen=True, slots=True)
class _Correction:
    """Where the old map frame lies in the new one, and how far it moved at the vehicle."""

    new_from_old: Pose2
    move_m: float

    @property
    def turn_rad(self) -> float:
        """Of the map, to the left."""
        return wrap_angle(self.new_from_old.yaw_rad)


class Carried:
    """A view over whose map a correction went since the picture before."""

    def __init__(self, view: View, motion: Array | None) -> None:
        self._view, self._motion = view, motion

    @property
    def motion(self) -> Array | None:
        """Of the map under the vehicle, 2 x 3."""
        return self._motion

    def boxes_at(self, places: Array, sizes: Array, rises_m: Array) -> Array:
        """As the view has them."""
        return self._view.boxes_at(places, sizes, rises_m)

    def units_per_m(self, sizes: Array) -> Array:
        """As the view has them."""
        return self._view.units_per_m(sizes)


def _correction(last: StampedPose, now: StampedPose, moved: Pose2) -> _Correction:
    """What a pose changed beyond a motion from the last one."""
    expected = last.pose.compose(moved)
    move_m = math.hypot(now.pose.x_m - expected.x_m, now.pose.y_m - expected.y_m)
    return _Correction(now.pose.compose(expected.inverse()), move_m)


def _affine(moved: _Correction) -> Array:
    pose = moved.new_from_old
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    return np.array([[cos, -sin, pose.x_m], [sin, cos, pose.y_m]])
