"""Which pipeline a vehicle looks with."""

from __future__ import annotations

import time
from pathlib import Path

from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec
from perception.config import load_perception_config
from perception.detectors.scripted import ScriptedDetector
from perception.evidence import EvidenceRecorder
from perception.eye import Eye
from perception.incidents import IncidentBook
from perception.pipeline import PerceptionPipeline


def open_pipeline(
    detector: str, config_file: Path, spec: VehicleSpec, patrol_map: PatrolMap, evidence_dir: Path
) -> PerceptionPipeline:
    """The YOLO pipeline, or for "none" one that watches the camera and looks for nobody.

    Raises ConfigError, ModelError.
    """
    if detector != "none":
        from perception.factory import build_pipeline  # torch, OpenVINO: seconds to import

        return build_pipeline(
            config_file, spec, patrol_map.map_id, evidence_dir, patrol_map,
            references_dir=evidence_dir.parent / "references", clock=time.perf_counter,
        )  # fmt: skip
    config = load_perception_config(config_file)
    return PerceptionPipeline(
        config,
        spec,
        ScriptedDetector(lambda _image: ()),
        [Eye(camera, config.camera) for camera in spec.cameras],
        (),
        IncidentBook(config.incidents, patrol_map.map_id),
        EvidenceRecorder(
            config.evidence,
            evidence_dir,
            max((camera.rate_hz for camera in spec.cameras), default=1.0),
        ),
    )
