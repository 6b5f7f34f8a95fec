"""config/perception.yaml as frozen dataclasses; an unknown key or a bad value refuses to start."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from patrol.config import load_config
from perception.camera_check import CameraCheckConfig
from perception.detectors.backends import Backend
from perception.ego_motion import EgoMotionConfig
from perception.evidence_config import EvidenceConfig
from perception.followed import FollowedConfig
from perception.ground_projection import ProjectionConfig
from perception.incidents import IncidentConfig
from perception.ranging import RangingConfig
from perception.rules.abandoned_object_config import AbandonedObjectConfig
from perception.rules.blocked_path import BlockedPathConfig
from perception.rules.camera_tampering import CameraTamperingConfig
from perception.rules.changed_property_config import ChangedPropertyConfig
from perception.rules.collapsed_person_config import CollapsedPersonConfig
from perception.rules.crowd import CrowdConfig
from perception.rules.dark_lamp import DarkLampConfig
from perception.rules.fight import FightConfig
from perception.rules.fire import FireConfig
from perception.rules.forbidden_parking import ForbiddenParkingConfig
from perception.rules.intrusion import IntrusionConfig
from perception.rules.loitering import LoiteringConfig
from perception.rules.missing_person_config import MissingPersonConfig
from perception.rules.person_in_need import PersonInNeedConfig
from perception.rules.person_on_road import PersonOnRoadConfig
from perception.rules.running import RunningConfig
from perception.rules.smoke import SmokeConfig
from perception.rules.vulnerable_alone import VulnerableAloneConfig
from perception.tracking import TrackingConfig
from perception.warm_people_config import WarmPeopleConfig


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """Which weights, at which sizes, on how many threads."""

    model: str = "yolov8n"
    pose_model: str = "yolo11n-pose"
    embedding_model: str = "mobilenetv2-appearance"  # for the pictures of a person search
    backend: Backend = Backend.AUTO
    long_side_px: int = 640
    crop_px: int = 192
    pose_px: int = 256
    threads: int = 1
    min_score: float = 0.10

    def __post_init__(self) -> None:
        for name in ("long_side_px", "crop_px", "pose_px"):
            value = getattr(self, name)
            if not (64 <= value <= 1920 and value % 32 == 0):
                raise ValueError(f"{name}: {value} must be a multiple of 32 from 64 to 1920")
        if not 1 <= self.threads <= 64:
            raise ValueError(f"threads: {self.threads} must be 1 to 64")
        if not 0 < self.min_score < 1:
            raise ValueError(f"min_score: {self.min_score} must be in (0, 1)")


@dataclass(frozen=True, slots=True)
class SweepConfig:
    """The turned look at the band of ground ahead."""

    every: int = 1  # pictures; 0 is never
    near_m: float = 3.0
    far_m: float = 14.0
    scale: float = 1.5  # enlargement of the band
    both_sides: bool = False  # every time, else alternating: twice the work

    def __post_init__(self) -> None:
        if self.every < 0:
            raise ValueError(f"every: {self.every} must be 0 (never) or more")
        if not 0.5 < self.near_m < self.far_m:
            raise ValueError(f"near_m: {self.near_m} must be above 0.5 and below far_m")
        if not 0.5 <= self.scale <= 4:
            raise ValueError(f"scale: {self.scale} must be 0.5 to 4")


@dataclass(frozen=True, slots=True)
class PerceptionConfig:
    """All of perception."""

    max_pose_age_s: float = 0.2
    max_scan_age_s: float = 0.3
    max_thermal_age_s: float = 0.3
    budget_s: float = 0.2  # a picture, on a vehicle: over it, turned looks are left out
    detector: DetectorConfig = field(default_factory=DetectorConfig)
    sweep: SweepConfig = field(default_factory=SweepConfig)
    projection: ProjectionConfig = field(default_factory=ProjectionConfig)
    ranging: RangingConfig = field(default_factory=RangingConfig)
    tracking: TrackingConfig = field(default_factory=TrackingConfig)
    ego_motion: EgoMotionConfig = field(default_factory=EgoMotionConfig)
    warm_people: WarmPeopleConfig = field(default_factory=WarmPeopleConfig)
    followed: FollowedConfig = field(default_factory=FollowedConfig)
    collapsed_person: CollapsedPersonConfig = field(default_factory=CollapsedPersonConfig)
    crowd: CrowdConfig = field(default_factory=CrowdConfig)
    fight: FightConfig = field(default_factory=FightConfig)
    running: RunningConfig = field(default_factory=RunningConfig)
    loitering: LoiteringConfig = field(default_factory=LoiteringConfig)
    person_on_road: PersonOnRoadConfig = field(default_factory=PersonOnRoadConfig)
    intrusion: IntrusionConfig = field(default_factory=IntrusionConfig)
    forbidden_parking: ForbiddenParkingConfig = field(default_factory=ForbiddenParkingConfig)
    blocked_path: BlockedPathConfig = field(default_factory=BlockedPathConfig)
    person_in_need: PersonInNeedConfig = field(default_factory=PersonInNeedConfig)
    vulnerable_alone: VulnerableAloneConfig = field(default_factory=VulnerableAloneConfig)
    camera_tampering: CameraTamperingConfig = field(default_factory=CameraTamperingConfig)
    fire: FireConfig = field(default_factory=FireConfig)
    smoke: SmokeConfig = field(default_factory=SmokeConfig)
    dark_lamp: DarkLampConfig = field(default_factory=DarkLampConfig)
    abandoned_object: AbandonedObjectConfig = field(default_factory=AbandonedObjectConfig)
    changed_property: ChangedPropertyConfig = field(default_factory=ChangedPropertyConfig)
    missing_person: MissingPersonConfig = field(default_factory=MissingPersonConfig)
    incidents: IncidentConfig = field(default_factory=IncidentConfig)
    evidence: EvidenceConfig = field(default_factory=EvidenceConfig)
    camera: CameraCheckConfig = field(default_factory=CameraCheckConfig)

    def __post_init__(self) -> None:
        for name in ("max_pose_age_s", "max_scan_age_s", "max_thermal_age_s", "budget_s"):
            if not 0 < getattr(self, name) <= 2:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 2]")


def load_perception_config(path: Path) -> PerceptionConfig:
    """A perception file; raises ConfigError naming file, line and key."""
    return load_config(path, PerceptionConfig)
