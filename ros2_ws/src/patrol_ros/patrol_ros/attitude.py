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
