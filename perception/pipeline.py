"""PerceptionPipeline.step(frame, pose, scan, now) → tracks, incidents, evidence, faults."""

from __future__ import annotations

from pathlib import Path

from patrol.geometry import Scan, StampedPose
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec
from perception.types import Frame, NoRecord, PerceptionOutput, TrackView

__all__ = ["Frame", "NoRecord", "PerceptionOutput", "PerceptionPipeline", "TrackView"]


class PerceptionPipeline:
    """Everything the vehicle sees with one camera; one `step` per picture."""

    def step(
        self, frame: Frame | None, pose: StampedPose | None, scan: Scan | None, now_s: float
    ) -> PerceptionOutput:
        """Take one picture (None: no new one came) with the latest pose and scan.

        Never raises for bad pictures or old poses: those are faults in the output.
        """
        return PerceptionOutput(now_s)

    def close(self) -> list[object]:
        """Finish evidence that is being written."""
        return []


def build_pipeline(
    config_path: Path,
    spec: VehicleSpec,
    map_id: str,
    evidence_dir: Path,
    patrol_map: PatrolMap | None = None,
    models_dir: Path | None = None,
) -> PerceptionPipeline:
    """A pipeline with YOLO from a configuration file; raises ConfigError, ModelError.

    Weights must have been fetched (`sunra models fetch`); the first call exports them to OpenVINO
    (a few seconds). `patrol_map` gives the `no_record` zones.
    """
    return PerceptionPipeline()
