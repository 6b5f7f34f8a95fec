"""Detecting in picture and video files, for people who want to see what the detector sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from patrol.errors import SunraError
from perception.detectors.base import Detections, Image

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
_BOX_BGR = (60, 200, 60)


def pictures_in(path: Path) -> Iterator[tuple[str, Image]]:
    """(name, picture) of a picture file, or of every picture of a video; raises SunraError."""
    if not path.is_file():
        raise SunraError(f"{path}: no such file")
    if path.suffix.lower() in PICTURES:
        picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
        if picture is None:
            raise SunraError(f"{path}: not a picture that can be read")
        yield path.name, np.asarray(picture).astype(np.uint8)
        return
    try:
        with av.open(str(path)) as container:
            for number, frame in enumerate(container.decode(video=0)):
                yield f"{path.name}#{number}", np.asarray(frame.to_ndarray(format="bgr24"))
    except (av.FFmpegError, IndexError, ValueError):
        raise SunraError(f"{path}: neither a picture nor a video that can be read") from None


def describe(found: Detections) -> str:
    """The boxes in one line: `person 0.86 [48 398 245 903], …`."""
    if len(found) == 0:
        return "nothing"
    boxes = [
        f"{found.label(i)} {found.scores[i]:.2f} [{' '.join(f'{v:.0f}' for v in box)}]"
        for i, box in enumerate(found.boxes_xyxy)
    ]
    return ", ".join(boxes)


def draw(image: Image, found: Detections) -> Image:
    """A copy with boxes and names."""
    out = image.copy()
    for index, box in enumerate(found.boxes_xyxy):
        x1, y1, x2, y2 = (int(v) for v in box)
        cv2.rectangle(out, (x1, y1), (x2, y2), _BOX_BGR, 2)
        text = f"{found.label(index)} {found.scores[index]:.2f}"
        cv2.putText(out, text, (x1, max(y1 - 5, 12)), cv2.FONT_HERSHEY_SIMPLEX, 0.5, _BOX_BGR, 1)
    return out
