"""What an IMU feels, in axes that are level: gravity out, heading kept; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from navigation.types import BodyMotion
from patrol.vehicle import GRAVITY_MPS2


def body_motion(
    rate_radps: Sequence[float],
    force_mps2: Sequence[float],
    roll_rad: float,
    pitch_rad: float,
    stamp_s: float,
) -> BodyMotion:
    """The chassis's motion from angular rate and specific force (each x, y, z of base_link).

    At rest the specific force points up with gravity's size; `pitch_rad` is nose down positive.
    """
    fx, fy, fz = force_mps2
    cos_roll, sin_roll = math.cos(roll_rad), math.sin(roll_rad)
    cos_pitch, sin_pitch = math.cos(pitch_rad), math.sin(pitch_rad)
    across = sin_roll * fy + cos_roll * fz  # of base_link's y and z, what is not to the left
    return BodyMotion(
        stamp_s=stamp_s,
        rate_radps=math.hypot(*rate_radps),
        forward_mps2=cos_pitch * fx + sin_pitch * across,
        left_mps2=cos_roll * fy - sin_roll * fz,
        up_mps2=-sin_pitch * fx + cos_pitch * across - GRAVITY_MPS2,
    )
