"""The perception stage: a heartbeat alone, or a whole pipeline over pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navigation.types import CaptureReport
from patrol.incident import Evidence, Incident
from patrol.person_search import PersonSearch
from patrol.vehicle import CameraSpec, VehicleSpec
from perception.config import PerceptionConfig
from perception.detectors.scripted import ScriptedDetector
from perception.evidence import EvidenceRecorder, NoPictureError
from perception.eye import Eye
from perception.incidents import IncidentBook
from perception.pipeline import PerceptionPipeline
from perception.types import Frame, ThermalPicture, looks_along
from simulation.types import ImageReading
from simulation.vehicle.bus import NO_FAULTS, Bus
from simulation.vehicle.stage import Stage, StageName

HEARTBEAT_HZ = 5.0
MakePipeline = Callable[[], PerceptionPipeline]


class PerceptionStage(Stage):
    """Says that it lives and what is wrong with its pictures; keeps the incidents it opened."""

    def __init__(self, bus: Bus, make: MakePipeline | None = None) -> None:
        super().__init__(StageName.PERCEPTION, HEARTBEAT_HZ)
        self._bus, self._make = bus, make
        self._pipeline = make() if make else None
        self._seen_s: dict[str, float] = {}  # by camera
        self._searches: tuple[PersonSearch, ...] | None = None  # None: nothing was told yet
        self.poseless = False  # hears no poses any more
        self.captures: list[Evidence] = []
        self.incidents: list[tuple[float, Incident]] = []

    def open(self, now_s: float) -> None:
        """A new pipeline; tracks and open incidents are forgotten, searches are told anew."""
        self._pipeline = self._make() if self._make else None
        self._searches = None

    def cycle(self, now_s: float) -> None:
        """Take the newest picture, if any, and publish the faults."""
        if self._pipeline is None:
            self._bus.perception.put(NO_FAULTS, now_s)
            self._capture(None, now_s)
            return
        self._hear_searches(self._pipeline)
        pose = None if self.poseless else self._bus.pose.value
        output = self._pipeline.step_all(self._new_frames(), pose, self._bus.scan.value, now_s)
        self._bus.perception.put(output.faults, now_s)
        self.incidents += [(now_s, incident) for incident in output.incidents]
        self._capture(self._pipeline, now_s)

    def _hear_searches(self, pipeline: PerceptionPipeline) -> None:
        """Pass on the open searches when they have changed."""
        searches = self._bus.searches.value
        if searches is not None and searches != self._searches:
            self._searches = searches
            pipeline.search(searches)

    def _capture(self, pipeline: PerceptionPipeline | None, now_s: float) -> None:
        """Take the picture of a place that navigation asks for, once for each id."""
        wanted, last = self._bus.capture.value, self._bus.captured.value
        if not wanted or (last is not None and last.capture_id == wanted):
            return
        failure = "" if pipeline is not None else "there is no camera"
        try:
            if pipeline is not None:
                self.captures += pipeline.capture(wanted, now_s)
        except NoPictureError as error:
            failure = str(error)
        self._bus.captured.put(CaptureReport(wanted, failure), now_s)

    def _new_frames(self) -> list[Frame]:
        new = [
            picture
            for name, picture in self._bus.pictures.items()
            if picture.stamp_s != self._seen_s.get(name)
        ]
        self._seen_s |= {picture.camera.name: picture.stamp_s for picture in new}
        return [
            Frame(picture.stamp_s, picture.bgr, picture.camera, self._thermal_beside(picture))
            for picture in new
        ]

    def _thermal_beside(self, picture: ImageReading) -> ThermalPicture | None:
        """The newest picture of the thermal camera that looks the way this one does."""
        warm = self._bus.thermal.value
        if warm is None or not looks_along(warm.camera, picture.camera):
            return None
        return ThermalPicture(warm.stamp_s, warm.celsius, warm.camera)


def blind_pipeline(spec: VehicleSpec, map_id: str, folder: Path) -> PerceptionPipeline:
    """A real pipeline whose detector finds nothing: camera and pose checks are the product's."""
    config = PerceptionConfig()
    return PerceptionPipeline(
        config,
        spec,
        ScriptedDetector(lambda _picture: ()),
        [Eye(camera, config.camera) for camera in spec.cameras],
        (),
        IncidentBook(config.incidents, map_id),
        EvidenceRecorder(config.evidence, folder, spec.cameras[0].rate_hz),
    )


def stand_in_cameras(spec: VehicleSpec, seed: int) -> list[StandInCamera]:
    """Instead of a vehicle's cameras, where nothing is rendered."""
    return [StandInCamera(camera, seed, number) for number, camera in enumerate(spec.cameras)]


class StandInCamera:
    """Pictures of nothing, but alive: grain that differs from picture to picture, by seed."""

    def __init__(self, camera: CameraSpec, seed: int, number: int = 0) -> None:
        self._camera = camera
        rng = np.random.default_rng([seed, 41 + number])
        shape = (camera.height_px, camera.width_px, 3)
        self._grain: NDArray[np.uint8] = rng.integers(60, 190, shape, dtype=np.uint8)
        self._taken = 0

    def take(self, stamp_s: float) -> ImageReading:
        """The next picture."""
        self._taken += 1
        return ImageReading(stamp_s, self._camera, np.roll(self._grain, 3 * self._taken, axis=1))
