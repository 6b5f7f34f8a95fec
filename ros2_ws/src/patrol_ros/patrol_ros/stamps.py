"""Seconds since the Unix epoch → ROS stamps (`patrol.stamps` has the way back)."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from std_msgs.msg import Header

from patrol.stamps import NANOSECONDS


def stamp_of(seconds: float) -> Time:
    """A message stamp; raises ValueError for a time before the epoch."""
    if not seconds >= 0:
        raise ValueError(f"time {seconds} s is before the epoch")
    whole, nanoseconds = divmod(round(seconds * NANOSECONDS), NANOSECONDS)
    return Time(sec=whole, nanosec=nanoseconds)


def header_of(seconds: float, frame_id: str = "") -> Header:
    """A header with a stamp and a frame."""
    return Header(stamp=stamp_of(seconds), frame_id=frame_id)
