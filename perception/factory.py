"""A pipeline with YOLO, from files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from patrol.errors import ConfigError, ModelError
from patrol.map import PatrolMap, ZoneKind
from patrol.vehicle import CameraSpec, VehicleSpec, load_vehicle
from perception import appearance_embedding
from perception.appearance_embedding import MobileNetEmbedder
from perception.budget import TimeBudget
from perception.config import PerceptionConfig, load_perception_config
from perception.detectors.backends import Backend, chosen
from perception.detectors.yolo import YoloDetector, YoloPose, export_path, exported, input_size
from perception.evidence import EvidenceRecorder
from perception.evidence_record import Provenance
from perception.eye import Eye
from perception.incident_memory import INCIDENT_MEMORY
from perception.incidents import IncidentBook
from perception.map_view import NOWHERE, PatrolMapView
from perception.models import CHECKOUT, Manifest, load_manifest, models_dir
from perception.pipeline import PerceptionPipeline
from perception.reference_views import ReferenceStore
from perception.rules.registry import RuleTools, rules_of_all, rules_of_one
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


Size = tuple[int, int]  # (height, width) of a network's input


def _full_size(config: PerceptionConfig, camera: CameraSpec) -> Size:
    return input_size(camera.width_px, camera.height_px, config.detector.long_side_px)


def _sweep_size(config: PerceptionConfig, camera: CameraSpec) -> Size:
    x1, y1, x2, y2 = band_of(camera, config.sweep)
    wide, tall = int(y2 - y1), int(x2 - x1)  # turned
    return input_size(wide, tall, round(tall * config.sweep.scale))


def _detector_sizes(config: PerceptionConfig, cameras: Sequence[CameraSpec]) -> set[Size]:
    """Of whole pictures, the sweeps' bands and crops."""
    crop = config.detector.crop_px
    whole = {_full_size(config, camera) for camera in cameras}
    return whole | {_sweep_size(config, camera) for camera in cameras} | {(crop, crop)}


def export_all(
    folder: Path,
    config_path: Path = CHECKOUT / "config" / "perception.yaml",
    vehicle_path: Path = CHECKOUT / "config" / "vehicles" / "goalie.yaml",
) -> bool:
    """Export verified weights for a vehicle's cameras; False when all exports were there.

    Raises ConfigError, ModelError.
    """
    config, manifest = load_perception_config(config_path), load_manifest()
    backend, new = chosen(config.detector.backend), False
    detector, pose = config.detector, (config.detector.pose_px, config.detector.pose_px)
    sizes = _detector_sizes(config, load_vehicle(vehicle_path).cameras)
    wanted = [(detector.model, size) for size in sorted(sizes)] + [(detector.pose_model, pose)]
    for name, size_hw in wanted:
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
    """A pipeline for the vehicle's cameras; raises ConfigError, ModelError.

    Weights must have been fetched (`sunra models fetch`); the first call exports them (a few
    seconds for each input size). `patrol_map` gives the `no_record` zones and what rules
    ask of the ground; without one the rules that need it are silent. `references_dir` holds the
    reference views of watched property; without it nothing is compared with any.
    `clock` (running seconds) makes pictures keep to the time budget.
    """
    config = load_perception_config(config_path)
    if not spec.cameras:
        raise ConfigError(
            f"vehicle {spec.name}: cameras: it has none to look with; list one in its file, or "
            "start it without a detector (none)"
        )
    folder = weights_dir or models_dir()
    manifest = load_manifest()
    side = config.detector.crop_px
    crop = _detector(config, manifest, folder, (side, side))
    pose = YoloPose(
        manifest.model(config.detector.pose_model),
        folder,
        config.detector.pose_px,
        config.detector.threads,
        config.detector.backend,
    )
    embedder = _embedder(config, manifest, folder)
    view = NOWHERE if patrol_map is None else PatrolMapView(patrol_map)
    references = None
    if references_dir is not None:
        references = ReferenceStore(references_dir, config.changed_property.references)
    tools = RuleTools(crop, pose, embedder, references)
    sweeps = {camera.name: _sweep_size(config, camera) for camera in spec.cameras}
    bands = {
        size: _detector(config, manifest, folder, size)
        for size in (set(sweeps.values()) if config.sweep.every else ())
    }
    eyes = []
    for camera in spec.cameras:
        band = bands.get(sweeps[camera.name])
        sweep = Sweep(config.sweep, band, config.detector.min_score) if band else None
        eyes.append(Eye(camera, config.camera, rules_of_one(config, tools), sweep))
    widest = max(spec.cameras, key=lambda camera: camera.width_px * camera.height_px)
    memory = evidence_dir / INCIDENT_MEMORY
    book = IncidentBook(config.incidents, map_id, memory=memory, view=view)
    return PerceptionPipeline(
        config,
        spec,
        _detector(config, manifest, folder, _full_size(config, widest), len(eyes)),
        eyes,
        rules_of_all(config, tools),
        book,
        EvidenceRecorder(
            config.evidence,
            evidence_dir,
            max(camera.rate_hz for camera in spec.cameras),
            open_incidents=book.open_ids,
        ),
        no_record_predicate(patrol_map),
        view,
        _provenance(config, manifest),
        TimeBudget(_budget_s(config, spec.cameras), clock) if clock is not None else None,
    )


def _budget_s(config: PerceptionConfig, cameras: Sequence[CameraSpec]) -> float:
    """Of one picture: several cameras share the time that one alone would have."""
    rates = [camera.rate_hz for camera in cameras]
    return config.budget_s * max(rates) / sum(rates)


def _provenance(config: PerceptionConfig, manifest: Manifest) -> Provenance:
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
    return Provenance(version("sunra"), None, networks, config)


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
    config: PerceptionConfig, manifest: Manifest, folder: Path, size_hw: Size, at_once: int = 1
) -> YoloDetector:
    spec, wanted = manifest.model(config.detector.model), config.detector
    # A CPU gains nothing by several at once (docs/perception.md#detector): there a batch that is
    # not full would cost as much as a full one.
    batch = at_once if chosen(wanted.backend) is Backend.TENSORRT else 1
    return YoloDetector(spec, folder, size_hw, wanted.threads, wanted.backend, batch)
