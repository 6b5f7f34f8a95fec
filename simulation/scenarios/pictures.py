"""What the vehicle's camera sees of a run: a video, and stills for the page."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from patrol.errors import ConfigError
from patrol.vehicle import CameraSpec
from perception.clip import ClipWriter
from simulation.scenarios.trace import Sample, Trace
from simulation.vehicle.library import LibraryVehicle

STILL_EVERY_S = 15.0
MAX_STILLS = 12


def _captioned(picture: NDArray[np.uint8], sample: Sample) -> NDArray[np.uint8]:
    faults = ", ".join(sorted(str(fault) for fault in sample.faults))
    text = f"{sample.t_s:6.1f} s  {sample.speed_mps:4.2f} m/s  {sample.mode}  {faults}"
    out = picture.copy()
    for colour, thickness in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(out, text, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, thickness,
                    cv2.LINE_AA)  # fmt: skip
    return out


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return bytes(data.tobytes())


class Video:
    """A camera as an MP4; raises ConfigError where the file cannot be written."""

    def __init__(self, path: Path, camera: CameraSpec) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
        self._camera = camera.name
        self._clip = ClipWriter(path, camera.width_px, camera.height_px, camera.rate_hz)

    def see(self, vehicle: LibraryVehicle, sample: Sample) -> None:
        """Add every new picture, with a caption."""
        for image in vehicle.frame.images if vehicle.frame else ():
            if image.camera.name == self._camera:
                self._clip.add(sample.t_s, _jpeg(_captioned(image.bgr, sample)))
                self._clip.advance(1)

    def close(self, trace: Trace) -> None:
        """Finish the file."""
        self._clip.finish()


class Stills:
    """JPEG pictures of a run: one now and then, and one whenever the mode changes."""

    def __init__(self) -> None:
        self.taken: list[tuple[float, bytes]] = []
        self._last: tuple[float, str] = (-STILL_EVERY_S, "")

    def see(self, vehicle: LibraryVehicle, sample: Sample) -> None:
        """Keep a picture if it is time or something is new."""
        images = vehicle.frame.images if vehicle.frame else []
        news = sample.mode != self._last[1] or sample.t_s - self._last[0] >= STILL_EVERY_S
        if images and news and len(self.taken) < MAX_STILLS:
            self._last = (sample.t_s, sample.mode)
            self.taken.append((sample.t_s, _jpeg(_captioned(images[0].bgr, sample))))

    def close(self, trace: Trace) -> None:
        """Nothing is left to do."""
