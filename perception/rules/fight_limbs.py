"""How fast somebody's limbs move: two skeletons of one body, one picture after the other."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perception.detectors.base import Skeleton
from perception.rules.posture import HIPS, SHOULDERS

ARMS, LEGS = (7, 8, 9, 10), (13, 14, 15, 16)  # COCO: left and right in turns
_LEAST_SCORE = 0.4
_LEAST_JOINTS = 4
_MARGIN = 0.1  # body heights: so far beyond its box a skeleton may reach
_SAME_BODY = 0.15  # body heights between two trunks that are one
_WITHIN = 0.7  # of its joints must be: else it is somebody else's


@dataclass(frozen=True, slots=True)
class Limbs:
    """Joints against the trunk's middle, in body heights."""

    joints: NDArray[np.float64]  # (17, 2)
    seen: NDArray[np.bool_]  # (17,)


def limbs_of(
    skeleton: Skeleton,
    box_xyxy: NDArray[np.float64],
    hidden_by: Sequence[NDArray[np.float64]] = (),
) -> Limbs | None:
    """None where the trunk is not seen, or the skeleton is not that of the box's person.

    Joints within `hidden_by`, boxes of what stands before the person, count as not seen, however
    sure the network is: it guesses them, and guesses jump from picture to picture.
    """
    points = skeleton.keypoints.astype(np.float64)
    seen = points[:, 2] >= _LEAST_SCORE
    for box in hidden_by:
        seen &= ~np.all((points[:, :2] >= box[:2]) & (points[:, :2] <= box[2:]), axis=1)
    trunk = [joint for joint in (*SHOULDERS, *HIPS) if seen[joint]]
    if len(trunk) < 3:
        return None
    height = max(float(box_xyxy[3] - box_xyxy[1]), 1.0)
    low, high = box_xyxy[:2] - _MARGIN * height, box_xyxy[2:] + _MARGIN * height
    within = ((points[:, :2] >= low) & (points[:, :2] <= high)).all(axis=1)
    if np.count_nonzero(within & seen) < _WITHIN * np.count_nonzero(seen):
        return None
    middle = points[[*SHOULDERS, *HIPS], :2].mean(axis=0)
    return Limbs((points[:, :2] - middle) / height, seen)


def same_body(one: Skeleton, other: Skeleton, height_px: float) -> bool:
    """Whether two skeletons lie on one another: shoulders and hips, as far as both show them."""
    trunk = [*SHOULDERS, *HIPS]
    a, b = one.keypoints[trunk].astype(np.float64), other.keypoints[trunk].astype(np.float64)
    seen = np.minimum(a[:, 2], b[:, 2]) >= _LEAST_SCORE
    if not seen.any():
        return False
    apart_px: list[float] = np.hypot(*(a[seen, :2] - b[seen, :2]).T).tolist()
    return statistics.median(apart_px) <= _SAME_BODY * height_px


def limb_speed(before: Limbs, now: Limbs, seconds: float) -> float | None:
    """The second fastest joint of arms and legs, body heights per second.

    The second: one joint alone jumps now and then. Left and right are taken as they fit better,
    for a body seen from the side or in the dark is mirrored by the network from picture to
    picture. None where fewer than four joints are seen in both.
    """
    moved: list[float] = []
    for group in (ARMS, LEGS):
        same = list(group)
        mirrored = [same[1], same[0], same[3], same[2]]
        plain, turned = _moves(before, now, same), _moves(before, now, mirrored)
        moved += plain if _mean(plain) <= _mean(turned) else turned
    if len(moved) < _LEAST_JOINTS:
        return None
    return float(np.sort(moved)[-2] / seconds)


def _moves(before: Limbs, now: Limbs, order: list[int]) -> list[float]:
    """How far each joint of a group, now in `order`, has moved; only those seen both times."""
    plain = sorted(order)
    both = before.seen[plain] & now.seen[order]
    apart = (now.joints[order] - before.joints[plain])[both]
    moves: list[float] = np.hypot(apart[:, 0], apart[:, 1]).tolist()
    return moves


def _mean(moves: list[float]) -> float:
    return sum(moves) / len(moves) if moves else float("inf")
