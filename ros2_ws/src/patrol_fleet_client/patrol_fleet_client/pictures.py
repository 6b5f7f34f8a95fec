"""Raw pictures → JPEG, as the black box keeps them; pure."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import CompressedImage, Image

JPEG_QUALITY = 80
_CHANNELS = {"bgr8": 3, "rgb8": 3, "mono8": 1}


def compressed(cdr: bytes) -> bytes | None:
    """The CDR of a sensor_msgs/msg/Image → that of a CompressedImage.

    None for an encoding other than bgr8, rgb8, mono8 and for a picture of the wrong size.
    """
    message = deserialize_message(cdr, Image)
    picture = _bgr(message)
    if picture is None:
        return None
    done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        return None
    small = CompressedImage(header=message.header, format="jpeg", data=jpeg.tobytes())
    return bytes(serialize_message(small))


def _bgr(message: Image) -> NDArray[np.uint8] | None:
    channels = _CHANNELS.get(message.encoding)
    if channels is None or message.step != message.width * channels:
        return None
    pixels = np.frombuffer(message.data, dtype=np.uint8)
    if pixels.size != message.height * message.step or not pixels.size:
        return None
    picture = pixels.reshape(message.height, message.width, channels)
    return picture[:, :, ::-1] if message.encoding == "rgb8" else picture
