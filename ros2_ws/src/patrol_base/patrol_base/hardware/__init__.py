"""Drivers of the real vehicle: bytes, ports and devices; no ROS in here (docs/hardware.md)."""
