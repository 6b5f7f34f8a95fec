"""Drive commands → orders, a receiver's fixes → messages; pure."""

from __future__ import annotations

from patrol_interfaces.msg import DriveCommand
from sensor_msgs.msg import NavSatFix, TimeReference

from patrol_base.hardware.motor_controller import DriveOrder
from patrol_base.hardware.ublox import ReceiverFix
from patrol_ros.convert import message_of_fix, message_of_time

_UP = 8  # of the 3 x 3 covariance over east, north, up


def order_of(message: DriveCommand) -> DriveOrder:
    """What the base shall do."""
    return DriveOrder(message.speed_mps, message.steering_rad, message.cut_power)


def time_of_receiver(received: ReceiverFix) -> TimeReference | None:
    """A fix's moment by the vehicle's clock and by the satellites; None where they say none."""
    if received.utc_s is None:
        return None
    return message_of_time(received.fix.stamp_s, received.utc_s, received.source)


def message_of_receiver(received: ReceiverFix) -> NavSatFix:
    """A fix with the receiver's own vertical covariance."""
    message = message_of_fix(received.fix)
    message.position_covariance[_UP] = received.sigma_up_m**2
    return message
