"""ROS stamps → seconds, by their fields alone: rclpy's messages and those of recordings."""

from __future__ import annotations

from typing import Any

NANOSECONDS = 1_000_000_000


def seconds_of(stamp: Any) -> float:
    """Seconds since the epoch of a builtin_interfaces/msg/Time."""
    return float(stamp.sec) + float(stamp.nanosec) / NANOSECONDS
