"""Quaternions of ROS messages and the angles that the libraries use (REP-103)."""

from __future__ import annotations

import math

from geometry_msgs.msg import Quaternion


def quaternion_of(yaw_rad: float, roll_rad: float = 0.0, pitch_rad: float = 0.0) -> Quaternion:
    """Roll about x, then pitch about y, then yaw about z, all in the fixed frame (Z-Y-X)."""
    cy, sy = math.cos(yaw_rad / 2), math.sin(yaw_rad / 2)
    cp, sp = math.cos(pitch_rad / 2), math.sin(pitch_rad / 2)
    cr, sr = math.cos(roll_rad / 2), math.sin(roll_rad / 2)
    return Quaternion(
        x=sr * cp * cy - cr * sp * sy,
        y=cr * sp * cy + sr * cp * sy,
        z=cr * cp * sy - sr * sp * cy,
        w=cr * cp * cy + sr * sp * sy,
    )


def roll_pitch_yaw_of(q: Quaternion) -> tuple[float, float, float]:
    """Roll, pitch (nose down positive) and yaw of a unit quaternion, in radians."""
    roll = math.atan2(2 * (q.w * q.x + q.y * q.z), 1 - 2 * (q.x * q.x + q.y * q.y))
    pitch = math.asin(max(-1.0, min(1.0, 2 * (q.w * q.y - q.z * q.x))))
    yaw = math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y * q.y + q.z * q.z))
    return roll, pitch, yaw
