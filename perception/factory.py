"""A pipeline with YOLO, from files."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from patrol.errors import ModelError
from patrol.map import PatrolMap, ZoneKind
from patrol.vehicle import CameraSpec, VehicleSpec, load_vehicle
from perception import appearance_embedding
from perception.appearance_embedding import MobileNetEmbedder
from perception.budget import TimeBudget
from perception.config import PerceptionConfig, load_perception_config
from perception.detectors.backends import chosen
from perception.detectors.yolo import YoloDetector, YoloPose, export_path, exported, input_size
from perception.evidence import EvidenceRecorder
from perception.evidence_record import Provenance
from perception.incident_memory import INCIDENT_MEMORY
from perception.incidents import IncidentBook
from perception.map_view import NOWHERE, PatrolMapView
from perception.models import CHECKOUT, Manifest, load_manifest, models_dir
from perception.pipeline import PerceptionPipeline
from perception.reference_views import ReferenceStore
from perception.rules.registry import RULES, RuleTools
from perception.sweep import Sweep, band_of
from perception.types import NoRecord

_LOG = logging.getLogger(__name__)


def no_record_predicate(patrol_map: PatrolMap | None) -> NoRecord:
    """True inside a map's `no_record` zones."""
    if patrol_map is None:
        return lambda _x, _y: False
    known = patrol_map

    def forbidden(x_m: float, y_m: float) -> bool:
        return any(zone.kind is ZoneKind.NO_RECORD for zone in known.zones_at(x_m, y_m))

    return forbidden


def _sizes(config: PerceptionConfig, camera: CameraSpec) -> dict[str, tuple[int, int]]:
    """(height, width) of each network input: the whole picture, the sweep's band, a crop, pose."""
    crop, pose = config.detector.crop_px, config.detector.pose_px
    x1, y1, x2, y2 = band_of(camera, config.sweep)
    turned_width, turned_height = int(y2 - y1), int(x2 - x1)
    return {
        "full": input_size(camera.width_px, camera.height_px, config.detector.long_side_px),
        "sweep": input_size(
            turned_width, turned_height, round(turned_height * config.sweep.scale)
        ),
        "crop": (crop, crop),
        "pose": (pose, pose),
    }


def export_all(
    folder: Path,
    config_path: Path = CHECKOUT / "config" / "perception.yaml",
    vehicle_path: Path = CHECKOUT / "config" / "vehicles" / "goalie.yaml",
) -> bool:
    """Export verified weights for a vehicle's camera; False when all exports were there.

    Raises ConfigError, ModelError.
    """
    config, manifest = load_perception_config(config_path), load_manifest()
    backend, new = chosen(config.detector.backend), False
    for use, size_hw in _sizes(config, load_vehicle(vehicle_path).cameras[0]).items():
        name = config.detector.pose_model if use == "pose" else config.detector.model
        spec = manifest.model(name)
        new |= not export_path(spec, folder, size_hw, backend).exists()
        exported(spec, folder, size_hw, backend)
    likeness = manifest.model(config.detector.embedding_model)
    new |= not appearance_embedding.export_path(likeness, folder).exists()
    appearance_embedding.exported(likeness, folder)
    return new


def build_pipeline(
    config_path: Path,
    spec: VehicleSpec,
    map_id: str,
    evidence_dir: Path,
    patrol_map: PatrolMap | None = None,
    weights_dir: Path | None = None,
    references_dir: Path | None = None,
    clock: Callable[[], float] | None = None,
) -> PerceptionPipeline:
    """A pipeline for the vehicle's first camera; raises ConfigError, ModelError.

    Weights must have been fetched (`sunra models fetch`); the first call exports them (a few
    seconds for each input size). `patrol_map` gives the `no_record` zones and what rules
    ask of the ground; without one the rules that need it are silent. `references_dir` holds the
    reference views of watched property; without it nothing is compared with any.
    `clock` (running seconds) makes pictures keep to the time budget.
    """
    config = load_perception_config(config_path)
    folder = weights_dir or models_dir()
    camera = spec.cameras[0]
    manifest = load_manifest()
    sizes = _sizes(config, camera)
    crop = _detector(config, manifest, folder, sizes["crop"])
    pose = YoloPose(
        manifest.model(config.detector.pose_model),
        folder,
        config.detector.pose_px,
        config.detector.threads,
        config.detector.backend,
    )
    embedder = _embedder(config, manifest, folder)
    sweep = None
    if config.sweep.every:
        band = _detector(config, manifest, folder, sizes["sweep"])
        sweep = Sweep(config.sweep, band, config.detector.min_score)
    view = NOWHERE if patrol_map is None else PatrolMapView(patrol_map)
    references = None
    if references_dir is not None:
        references = ReferenceStore(references_dir, config.changed_property.references)
    tools = RuleTools(crop, pose, embedder, references)
    memory = evidence_dir / INCIDENT_MEMORY
    book = IncidentBook(config.incidents, map_id, memory=memory, view=view)
    return PerceptionPipeline(
        config,
        spec,
        _detector(config, manifest, folder, sizes["full"]),
        sweep,
        [make(config, tools) for make in RULES.values()],
        book,
        EvidenceRecorder(
            config.evidence, evidence_dir, camera.rate_hz, open_incidents=book.open_ids
        ),
        no_record_predicate(patrol_map),
        view,
        _provenance(config, manifest, camera),
        TimeBudget(config.budget_s, clock) if clock is not None else None,
    )


def _provenance(config: PerceptionConfig, manifest: Manifest, camera: CameraSpec) -> Provenance:
    """What a record says of how pictures were judged."""
    backend = chosen(config.detector.backend).value
    networks = {
        use: {"name": name, "sha256": manifest.model(name).sha256, "backend": backend}
        for use, name in (
            ("detector", config.detector.model),
            ("pose", config.detector.pose_model),
            ("appearance", config.detector.embedding_model),
        )
    }
    return Provenance(version("sunra"), camera, networks, config)


def _embedder(
    config: PerceptionConfig, manifest: Manifest, folder: Path
) -> MobileNetEmbedder | None:
    """None where its weights are not there or not good: searches then go by colours alone."""
    spec = manifest.model(config.detector.embedding_model)
    try:
        appearance_embedding.exported(spec, folder)
    except ModelError as error:
        _LOG.error("appearance_embedding_off %s", error)
        return None
    return MobileNetEmbedder(spec, folder, config.detector.threads)


def _detector(
    config: PerceptionConfig, manifest: Manifest, folder: Path, size_hw: tuple[int, int]
) -> YoloDetector:
    spec = manifest.model(config.detector.model)
    return YoloDetector(spec, folder, size_hw, config.detector.threads, config.detector.backend)
