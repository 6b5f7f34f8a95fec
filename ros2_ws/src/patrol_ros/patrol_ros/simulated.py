"""Messages that every simulator makes: camera intrinsics and contacts; pure."""

from __future__ import annotations

from patrol_interfaces.msg import Contact
from sensor_msgs.msg import CameraInfo

from patrol.vehicle import CameraSpec
from patrol_ros.stamps import header_of


def message_of_camera(camera: CameraSpec, stamp_s: float) -> CameraInfo:
    """The intrinsics of a distortion-free pinhole camera."""
    f, cx, cy = camera.focal_px, camera.width_px / 2, camera.height_px / 2
    return CameraInfo(
        header=header_of(stamp_s, f"{camera.name}_optical"),
        height=camera.height_px,
        width=camera.width_px,
        distortion_model="plumb_bob",
        d=[0.0] * 5,
        k=[f, 0.0, cx, 0.0, f, cy, 0.0, 0.0, 1.0],
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[f, 0.0, cx, 0.0, 0.0, f, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    )


def message_of_contact(other: str, stamp_s: float) -> Contact:
    """What the vehicle's body touched."""
    return Contact(header=header_of(stamp_s), other=other)
